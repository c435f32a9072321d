//! What a running job shows of itself: how far it is, and what it prints.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

use crate::{job::ProgressUpdate, snapshot::OutputText};

/// How much of what a job prints is kept, in bytes: the end of it.
const KEPT: usize = 16 * 1024;

/// How much of a progress message is kept, in bytes.
const MESSAGE: usize = 512;

/// Most jobs show nothing: they carry one empty word.
#[derive(Default)]
pub(crate) struct Shown(OnceLock<Box<Parts>>);

#[derive(Default)]
struct Parts {
    progress: Mutex<Option<Shot>>,
    output: Mutex<Tail>,
}

/// The last progress report.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shot {
    pub(crate) fraction: Option<f64>,
    pub(crate) message: Option<String>,
}

impl Shown {
    fn parts(&self) -> &Parts {
        self.0.get_or_init(Box::default)
    }

    /// Remembers a report. One without a fraction or a message leaves what was known of it.
    pub(crate) fn progress(&self, update: &ProgressUpdate) {
        let mut shot = lock(&self.parts().progress);
        let shot = shot.get_or_insert_default();
        shot.fraction = update.fraction.or(shot.fraction);
        if let Some(message) = &update.message {
            shot.message = Some(message[..floor(message, MESSAGE)].to_owned());
        }
    }

    pub(crate) fn shot(&self) -> Option<Shot> {
        lock(&self.0.get()?.progress).clone()
    }

    pub(crate) fn print(&self, text: &str) {
        if !text.is_empty() {
            lock(&self.parts().output).add(text);
        }
    }

    pub(crate) fn output(&self) -> Option<OutputText> {
        lock(&self.0.get()?.output).text()
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown")
    }
}

/// The end of a text that grows.
#[derive(Default)]
struct Tail {
    text: String,
    skipped: u64,
}

impl Tail {
    fn add(&mut self, text: &str) {
        // Of a text that is too long by itself, the beginning is not copied at all.
        let from = ceil(text, text.len().saturating_sub(KEPT));
        if from > 0 {
            self.skip(self.text.len());
            self.skipped += from as u64;
        }
        self.text.push_str(&text[from..]);
        // In large steps, so that a byte is moved once and not with each line.
        if self.text.len() > 2 * KEPT {
            self.skip(self.text.len() - KEPT);
        }
    }

    fn skip(&mut self, bytes: usize) {
        let bytes = ceil(&self.text, bytes);
        self.text.drain(..bytes);
        self.skipped += bytes as u64;
    }

    fn text(&self) -> Option<OutputText> {
        let from = ceil(&self.text, self.text.len().saturating_sub(KEPT));
        let skipped = self.skipped + from as u64;
        (!self.text.is_empty()).then(|| OutputText { text: self.text[from..].into(), skipped })
    }
}

/// The largest boundary of a character that is not above this.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The smallest boundary of a character that is not below this.
fn ceil(text: &str, at: usize) -> usize {
    (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(parts: &[&str]) -> OutputText {
        let shown = Shown::default();
        for part in parts {
            shown.print(part);
        }
        shown.output().unwrap()
    }

    #[test]
    fn the_end_of_what_is_printed_is_kept() {
        let shot = shown(&["one\n", "", "two\n"]);
        assert_eq!((&*shot.text, shot.skipped), ("one\ntwo\n", 0));
        for parts in [vec!["é"; 100_000], vec!["x"; 100_000]] {
            let total: u64 = parts.iter().map(|part| part.len() as u64).sum();
            let shot = shown(&parts);
            assert!((KEPT - 1..=KEPT).contains(&shot.text.len()), "{}", shot.text.len());
            assert_eq!(shot.text.len() as u64 + shot.skipped, total);
        }
    }

    #[test]
    fn a_single_text_that_is_too_long_is_cut_between_characters() {
        let long = "é".repeat(KEPT);
        let shot = shown(&["before", &long, "after"]);
        assert_eq!(shot.text.len() as u64 + shot.skipped, (6 + long.len() + 5) as u64);
        assert!(shot.text.ends_with("éafter") && shot.text.len() <= KEPT);
        // An odd limit: the character that it would split goes.
        let shot = shown(&[&long, "x"]);
        assert_eq!(shot.text.len(), KEPT - 1);
    }

    #[test]
    fn memory_stays_bounded() {
        let shown = Shown::default();
        for _ in 0..1000 {
            shown.print(&"y".repeat(1000));
            assert!(lock(&shown.parts().output).text.len() <= 2 * KEPT);
        }
        assert!(lock(&shown.parts().output).text.capacity() <= 4 * KEPT);
    }

    #[test]
    fn a_report_adds_to_what_is_known() {
        let shown = Shown::default();
        assert_eq!(shown.shot(), None);
        let update = |fraction, message: Option<&str>| ProgressUpdate {
            fraction,
            message: message.map(str::to_owned),
            data: None,
        };
        shown.progress(&update(Some(0.5), Some("half")));
        shown.progress(&update(Some(0.6), None));
        let shot = shown.shot().unwrap();
        assert_eq!((shot.fraction, shot.message.as_deref()), (Some(0.6), Some("half")));
        shown.progress(&update(None, Some(&"é".repeat(MESSAGE))));
        let shot = shown.shot().unwrap();
        assert_eq!(
            (shot.fraction, shot.message.map(|text| text.len())),
            (Some(0.6), Some(MESSAGE))
        );
        assert_eq!(shown.output(), None);
    }
}
