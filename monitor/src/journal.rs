//! What happened: changes of state, and who steered.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use serde::Serialize;
use utoipa::ToSchema;

use crate::{clean::without_users, clock};

/// How many entries are kept.
const KEPT: usize = 200;

/// The longest text of an entry, in characters.
const LONGEST: usize = 500;

/// How serious an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    /// As it should be.
    Info,
    /// Worth a look.
    Warning,
    /// Something failed.
    Error,
}

/// Something that happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Entry {
    /// Counts from 1.
    pub(crate) number: u64,
    /// When, RFC 3339.
    pub(crate) at: String,
    /// How serious it is.
    pub(crate) level: Level,
    /// What happened.
    pub(crate) text: String,
}

/// The last of what happened.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    list: VecDeque<Entry>,
    number: u64,
}

impl Journal {
    pub(crate) fn add(&self, level: Level, text: impl Into<String>) {
        let mut text = without_users(&text.into()).into_owned();
        if let Some((end, _)) = text.char_indices().nth(LONGEST) {
            text.truncate(end);
            text.push('…');
        }
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.list.len() == KEPT {
            entries.list.pop_front();
        }
        entries.number += 1;
        let (number, at) = (entries.number, clock::utc(SystemTime::now()));
        entries.list.push_back(Entry { number, at, level, text });
    }

    /// The entries after this number, oldest first.
    pub(crate) fn after(&self, number: u64) -> Vec<Entry> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.list.iter().filter(|entry| entry.number > number).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_entries_are_kept_and_cut() {
        let journal = Journal::default();
        for i in 0..500 {
            journal.add(Level::Info, format!("{i} {}", "é".repeat(1000)));
        }
        let entries = journal.after(0);
        assert_eq!((entries.len(), entries[0].number, entries[199].number), (KEPT, 301, 500));
        assert!(entries.iter().all(|entry| entry.text.chars().count() == LONGEST + 1));
        assert_eq!(journal.after(498).len(), 2);
    }
}
