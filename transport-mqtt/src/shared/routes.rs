//! Who gets which topic.

use std::collections::HashMap;

use crate::{QoS, topic::filter_matches};

/// The filters of all sessions.
#[derive(Debug, Default)]
pub(super) struct Routes {
    /// Without wildcards: topics.
    exact: HashMap<String, Vec<Wish>>,
    wild: HashMap<String, Vec<Wish>>,
}

#[derive(Clone, Copy, Debug)]
struct Wish {
    seat: u64,
    qos: QoS,
}

impl Routes {
    fn table(&mut self, filter: &str) -> &mut HashMap<String, Vec<Wish>> {
        if filter.contains(['+', '#']) { &mut self.wild } else { &mut self.exact }
    }

    /// Notes that a session wants a filter. Returns the QoS that covers all who do.
    pub(super) fn add(&mut self, filter: &str, seat: u64, qos: QoS) -> QoS {
        let table = self.table(filter);
        if !table.contains_key(filter) {
            table.insert(filter.to_owned(), Vec::new());
        }
        let Some(wishes) = table.get_mut(filter) else { return qos };
        wishes.retain(|wish| wish.seat != seat);
        wishes.push(Wish { seat, qos });
        wishes.iter().map(|wish| wish.qos).max().unwrap_or(qos)
    }

    /// A session does not want a filter any more. True when nobody does now, and somebody did.
    pub(super) fn remove(&mut self, filter: &str, seat: u64) -> bool {
        let table = self.table(filter);
        let Some(wishes) = table.get_mut(filter) else { return false };
        wishes.retain(|wish| wish.seat != seat);
        let gone = wishes.is_empty();
        if gone {
            table.remove(filter);
        }
        gone
    }

    /// A session leaves. Returns the filters that nobody wants now.
    pub(super) fn leave(&mut self, seat: u64) -> Vec<String> {
        let mut gone = Vec::new();
        for table in [&mut self.exact, &mut self.wild] {
            table.retain(|filter, wishes| {
                wishes.retain(|wish| wish.seat != seat);
                if wishes.is_empty() {
                    gone.push(filter.clone());
                }
                !wishes.is_empty()
            });
        }
        gone
    }

    /// Whether somebody wants this filter.
    pub(super) fn has(&self, filter: &str) -> bool {
        self.exact.contains_key(filter) || self.wild.contains_key(filter)
    }

    /// Whether a session besides this one wants a filter.
    pub(super) fn is_of_others(&self, filter: &str, seat: u64) -> bool {
        let wishes = self.exact.get(filter).or_else(|| self.wild.get(filter));
        wishes.is_some_and(|wishes| wishes.iter().any(|wish| wish.seat != seat))
    }

    /// Whether a session wants a topic.
    pub(super) fn wants(&self, seat: u64, topic: &str) -> bool {
        self.of(topic).contains(&seat)
    }

    /// The sessions that want a topic, each once.
    pub(super) fn of(&self, topic: &str) -> Vec<u64> {
        let exact = self.exact.get(topic).into_iter();
        let wild = self.wild.iter().filter(|(filter, _)| filter_matches(filter, topic));
        let wishes = exact.chain(wild.map(|(_, wishes)| wishes)).flatten();
        let mut seats: Vec<u64> = wishes.map(|wish| wish.seat).collect();
        seats.sort_unstable();
        seats.dedup();
        seats
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_once_and_only_who_asked() {
        let mut routes = Routes::default();
        assert_eq!(routes.add("a/b", 1, QoS::AtMostOnce), QoS::AtMostOnce);
        assert_eq!(routes.add("a/+", 1, QoS::AtLeastOnce), QoS::AtLeastOnce);
        assert_eq!(routes.add("a/+", 2, QoS::AtMostOnce), QoS::AtLeastOnce);
        routes.add("#", 3, QoS::AtMostOnce);
        assert_eq!(routes.of("a/b"), [1, 2, 3]);
        assert_eq!(routes.of("a/c"), [1, 2, 3]);
        assert_eq!(routes.of("c"), [3]);
        assert_eq!(routes.of("$SYS/c"), [] as [u64; 0]);
        assert!(!routes.remove("a/+", 1) && !routes.remove("x", 1));
        assert!(routes.wants(1, "a/b") && !routes.wants(1, "a/c"));
        assert!(routes.remove("a/+", 2) && !routes.has("a/+"));
        assert_eq!(routes.leave(3), ["#"]);
        assert_eq!(routes.leave(1), ["a/b"]);
        assert_eq!(routes.of("a/b"), [] as [u64; 0]);
    }
}
