//! Retained messages.

use std::{collections::BTreeMap, sync::Arc};

use super::{session::Stored, topic::matches};

/// The last retained message of each topic, bounded in number and bytes.
#[derive(Debug)]
pub(crate) struct Retained {
    messages: BTreeMap<Arc<str>, Arc<Stored>>,
    bytes: usize,
    max_messages: usize,
    max_bytes: usize,
}

impl Retained {
    pub(crate) fn new(max_messages: usize, max_bytes: usize) -> Self {
        Self { messages: BTreeMap::new(), bytes: 0, max_messages, max_bytes }
    }

    /// Keeps it, or clears its topic if it is empty. False if there is no room for it: then what
    /// was there before stays.
    pub(crate) fn store(&mut self, stored: &Arc<Stored>) -> bool {
        let topic = &stored.message.topic;
        let before = self.messages.get(topic).map_or(0, |old| old.message.weight());
        if stored.message.payload.is_empty() {
            self.messages.remove(topic);
            self.bytes -= before;
            return true;
        }
        let weight = stored.message.weight();
        let full = before == 0 && self.messages.len() >= self.max_messages;
        if full || self.bytes - before + weight > self.max_bytes {
            return false;
        }
        self.bytes = self.bytes - before + weight;
        self.messages.insert(Arc::clone(topic), Arc::clone(stored));
        true
    }

    pub(crate) fn get(&self, topic: &str) -> Option<&Arc<Stored>> {
        self.messages.get(topic).filter(|stored| !stored.has_expired())
    }

    /// Those that a filter selects.
    pub(crate) fn matching(&self, filter: &str) -> Vec<Arc<Stored>> {
        if !filter.contains(['+', '#']) {
            return self.get(filter).cloned().into_iter().collect();
        }
        self.all().filter(|stored| matches(filter, &stored.message.topic)).cloned().collect()
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Stored>> {
        self.messages.values().filter(|stored| !stored.has_expired())
    }
}
