//! What happened, in order: the bounded log that stand-ins write, and its readers.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// What a log is made of.
pub trait Entry: Clone {
    /// The entry that stands for so many others, which were forgotten before they were read.
    fn missed(count: u64) -> Self;

    /// How many bytes it counts for where a log is bounded by these.
    fn weight(&self) -> usize {
        0
    }
}

#[derive(Debug)]
pub(crate) struct Log<E> {
    ring: Mutex<Ring<E>>,
    changed: Notify,
    capacity: usize,
    max_bytes: usize,
}

#[derive(Debug)]
struct Ring<E> {
    entries: VecDeque<E>,
    /// Number of the first entry still in the ring.
    first: u64,
    bytes: usize,
}

impl<E> Log<E> {
    fn ring(&self) -> MutexGuard<'_, Ring<E>> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many entries there were since the start.
    pub(crate) fn length(&self) -> u64 {
        let ring = self.ring();
        ring.first + ring.entries.len() as u64
    }
}

impl<E: Entry> Log<E> {
    /// A log of the last `capacity` entries, at least one.
    pub(crate) fn new(capacity: usize) -> Self {
        Self::bounded(capacity, usize::MAX)
    }

    /// One that forgets also when what is there weighs more than `max_bytes`.
    pub(crate) fn bounded(capacity: usize, max_bytes: usize) -> Self {
        let ring = Mutex::new(Ring { entries: VecDeque::new(), first: 0, bytes: 0 });
        Self { ring, changed: Notify::new(), capacity: capacity.max(1), max_bytes }
    }

    pub(crate) fn push(&self, entry: E) {
        self.extend([entry]);
    }

    /// Adds them at the end, and wakes readers once.
    pub(crate) fn extend(&self, entries: impl IntoIterator<Item = E>) {
        let mut ring = self.ring();
        let before = ring.entries.len();
        for entry in entries {
            ring.bytes = ring.bytes.saturating_add(entry.weight());
            ring.entries.push_back(entry);
        }
        if ring.entries.len() == before {
            return;
        }
        while ring.entries.len() > self.capacity || ring.bytes > self.max_bytes {
            let Some(entry) = ring.entries.pop_front() else { break };
            ring.bytes = ring.bytes.saturating_sub(entry.weight());
            ring.first += 1;
        }
        drop(ring);
        self.changed.notify_waiters();
    }
}

/// A reader of a log with a place of its own.
///
/// The log is bounded: a reader that falls behind gets one entry that says how many it missed
/// ([`Entry::missed`]), and goes on with the oldest one still there.
pub struct Events<E> {
    log: Arc<Log<E>>,
    next: u64,
}

impl<E> Clone for Events<E> {
    fn clone(&self) -> Self {
        Self { log: Arc::clone(&self.log), next: self.next }
    }
}

impl<E> fmt::Debug for Events<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("next", &self.next).finish_non_exhaustive()
    }
}

impl<E: Entry> Events<E> {
    pub(crate) fn from_start(log: Arc<Log<E>>) -> Self {
        let next = log.ring().first;
        Self { log, next }
    }

    pub(crate) fn from_now(log: Arc<Log<E>>) -> Self {
        let next = log.length();
        Self { log, next }
    }

    /// The next event if there is one already.
    pub fn try_next(&mut self) -> Option<E> {
        let ring = self.log.ring();
        if self.next < ring.first {
            let missed = ring.first - self.next;
            self.next = ring.first;
            return Some(E::missed(missed));
        }
        let at = usize::try_from(self.next - ring.first).ok()?;
        let entry = ring.entries.get(at)?.clone();
        self.next += 1;
        Some(entry)
    }

    /// The next event, waiting for it. Cancel safe: a dropped call has taken nothing.
    pub async fn next(&mut self) -> E {
        let log = Arc::clone(&self.log);
        loop {
            let mut changed = std::pin::pin!(log.changed.notified());
            // Registered before the look, so an event between look and wait is not slept over.
            changed.as_mut().enable();
            if let Some(entry) = self.try_next() {
                return entry;
            }
            changed.await;
        }
    }

    /// Waits for the first event that `wanted` accepts and returns it; those before it are
    /// passed over. Cancel safe in the sense that what was passed over stays passed over.
    pub async fn wait_for(&mut self, mut wanted: impl FnMut(&E) -> bool) -> E {
        loop {
            let entry = self.next().await;
            if wanted(&entry) {
                return entry;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    enum Event {
        Bytes(usize),
        Missed(u64),
    }

    impl Entry for Event {
        fn missed(count: u64) -> Self {
            Self::Missed(count)
        }

        fn weight(&self) -> usize {
            match self {
                Self::Bytes(count) => *count,
                Self::Missed(_) => 0,
            }
        }
    }

    use Event::{Bytes, Missed};

    #[tokio::test]
    async fn readers_have_places_of_their_own_and_learn_what_they_missed() {
        let log = Arc::new(Log::new(3));
        let mut early = Events::from_start(Arc::clone(&log));
        log.push(Bytes(1));
        assert_eq!(early.next().await, Bytes(1));
        assert_eq!(early.try_next(), None);
        (2..=6).for_each(|count| log.push(Bytes(count)));
        assert_eq!(log.length(), 6);
        let mut late = Events::from_now(Arc::clone(&log));
        assert_eq!(early.next().await, Missed(2));
        let mut copy = early.clone();
        assert_eq!(early.wait_for(|event| *event == Bytes(6)).await, Bytes(6));
        assert_eq!(copy.try_next(), Some(Bytes(4)));
        assert_eq!(late.try_next(), None);
        let waiting = tokio::spawn(async move { late.next().await });
        tokio::task::yield_now().await;
        log.push(Bytes(7));
        assert_eq!(waiting.await.unwrap(), Bytes(7));
    }

    #[test]
    fn what_is_heavy_is_forgotten_sooner() {
        let log = Arc::new(Log::bounded(10, 100));
        let mut reader = Events::from_start(Arc::clone(&log));
        log.extend([Bytes(60), Bytes(30), Bytes(20)]);
        log.extend([]);
        assert_eq!(reader.try_next(), Some(Missed(1)));
        assert_eq!((reader.try_next(), reader.try_next()), (Some(Bytes(30)), Some(Bytes(20))));
        // One that is too large by itself is gone at once.
        log.push(Bytes(101));
        assert_eq!((reader.try_next(), reader.try_next()), (Some(Missed(1)), None));
        log.push(Bytes(100));
        assert_eq!((reader.try_next(), reader.try_next()), (Some(Bytes(100)), None));
    }
}
