//! The settlement ledger: every accepted job ends exactly once.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, VecDeque, hash_map},
    hash::{BuildHasherDefault, Hash, Hasher},
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    JobErrorKind,
    hash::{QuickHasher, QuickMap},
    job::Job,
};

/// The name of an accepted job inside its session. It is never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token {
    generation: u32,
    index: u32,
}

impl Hash for Token {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.as_u64());
    }
}

impl Token {
    /// The token as a number, for use as a [`Tag`](crate::transport::Tag).
    pub fn as_u64(self) -> u64 {
        u64::from(self.generation) << 32 | u64::from(self.index)
    }

    /// The token of a number that [`as_u64`](Self::as_u64) gave.
    pub fn from_u64(number: u64) -> Self {
        Self { generation: (number >> 32) as u32, index: number as u32 }
    }
}

/// A map from token to what a protocol knows of the job. Tokens are the session's own, no peer
/// can choose them, so hashing them can be quick.
pub type TokenMap<V> = HashMap<Token, V, BuildHasherDefault<QuickHasher>>;

/// An accepted job.
pub(crate) struct Entry {
    pub(crate) id: Arc<str>,
    /// The connection that it belongs to.
    pub(crate) epoch: u64,
    /// Whether its outcome is known and on its way.
    pub(crate) settling: bool,
    /// The kind of its error, once it is settling and has one.
    pub(crate) error: Option<JobErrorKind>,
    /// The job, while its handler has to do with it.
    pub(crate) job: Option<Job>,
}

/// How often an id has failed.
#[derive(Default)]
struct Failures {
    counts: HashMap<Arc<str>, u32>,
    order: VecDeque<Arc<str>>,
}

/// How many failed ids are remembered.
const REMEMBERED: usize = 1024;

/// All accepted jobs of one session.
#[derive(Default)]
pub(crate) struct Ledger {
    slots: Vec<Slot>,
    free: Vec<u32>,
    by_id: QuickMap<Arc<str>, Token>,
    deadlines: BinaryHeap<Reverse<(Instant, Token)>>,
    failures: Failures,
    open: usize,
}

struct Slot {
    generation: u32,
    entry: Option<Entry>,
}

impl Slot {
    fn get_mut(&mut self, token: Token) -> Option<&mut Entry> {
        self.entry.as_mut().filter(|_| self.generation == token.generation)
    }
}

/// What accepting a job gave.
pub(crate) enum Accepted {
    New(Token),
    /// The same job is in flight already; it now belongs to this connection.
    Merged(Token),
}

impl Ledger {
    pub(crate) fn accept(&mut self, id: &Arc<str>, epoch: u64) -> Accepted {
        let Self { slots, free, by_id, .. } = self;
        let known = by_id.entry(Arc::clone(id));
        if let hash_map::Entry::Occupied(known) = &known {
            let token = *known.get();
            let entry = slots.get_mut(token.index as usize).and_then(|slot| slot.get_mut(token));
            if let Some(entry) = entry.filter(|entry| !entry.settling) {
                entry.epoch = epoch;
                return Accepted::Merged(token);
            }
        }
        let entry = Entry { id: Arc::clone(id), epoch, settling: false, error: None, job: None };
        let index = free.pop().unwrap_or_else(|| {
            slots.push(Slot { generation: 0, entry: None });
            // Bounded by memory long before 2^32.
            (slots.len() - 1) as u32
        });
        let slot = &mut slots[index as usize];
        slot.generation = slot.generation.wrapping_add(1);
        slot.entry = Some(entry);
        let token = Token { generation: slot.generation, index };
        known.insert_entry(token);
        self.open += 1;
        Accepted::New(token)
    }

    pub(crate) fn get(&self, token: Token) -> Option<&Entry> {
        let slot = self.slots.get(token.index as usize)?;
        slot.entry.as_ref().filter(|_| slot.generation == token.generation)
    }

    pub(crate) fn get_mut(&mut self, token: Token) -> Option<&mut Entry> {
        self.slots.get_mut(token.index as usize)?.get_mut(token)
    }

    /// The job of this id whose outcome is not known yet.
    pub(crate) fn find(&self, id: &str) -> Option<Token> {
        let token = *self.by_id.get(id)?;
        self.get(token).filter(|entry| !entry.settling).map(|_| token)
    }

    /// Notes that the outcome of a job is known. `None` when it was known before.
    pub(crate) fn settle(
        &mut self,
        token: Token,
        error: Option<JobErrorKind>,
    ) -> Option<&mut Entry> {
        let entry = self.slots.get_mut(token.index as usize)?.get_mut(token)?;
        if entry.settling {
            return None;
        }
        entry.settling = true;
        entry.error = error;
        self.failures.record(&entry.id, error.is_none());
        Some(entry)
    }

    /// Ends a job. `None` when it ended before.
    pub(crate) fn remove(&mut self, token: Token) -> Option<Entry> {
        self.get(token)?;
        let entry = self.slots[token.index as usize].entry.take()?;
        self.free.push(token.index);
        if self.by_id.get(&entry.id) == Some(&token) {
            self.by_id.remove(&entry.id);
        }
        self.open -= 1;
        Some(entry)
    }

    pub(crate) fn len(&self) -> usize {
        self.open
    }

    /// The tokens of all accepted jobs.
    pub(crate) fn tokens(&self) -> Vec<Token> {
        let slots = self.slots.iter().enumerate();
        slots
            .filter(|(_, slot)| slot.entry.is_some())
            .map(|(index, slot)| Token { generation: slot.generation, index: index as u32 })
            .collect()
    }

    pub(crate) fn set_deadline(&mut self, token: Token, deadline: Instant) {
        // Ended jobs leave theirs behind; sweep when they are most of the heap.
        if self.deadlines.len() > 64 + 2 * self.open {
            let mut deadlines = std::mem::take(&mut self.deadlines);
            deadlines.retain(|Reverse((_, token))| self.get(*token).is_some());
            self.deadlines = deadlines;
        }
        self.deadlines.push(Reverse((deadline, token)));
    }

    /// The next deadline of a job that is still running.
    pub(crate) fn next_deadline(&mut self) -> Option<Instant> {
        loop {
            let Reverse((deadline, token)) = *self.deadlines.peek()?;
            if self.get(token).is_some_and(|entry| !entry.settling) {
                return Some(deadline);
            }
            self.deadlines.pop();
        }
    }

    /// The next job whose deadline has passed.
    pub(crate) fn expired(&mut self, now: Instant) -> Option<Token> {
        if self.next_deadline()? > now {
            return None;
        }
        self.deadlines.pop().map(|Reverse((_, token))| token)
    }

    /// How often this id has failed in a row, as far as is remembered.
    pub(crate) fn failures(&self, id: &str) -> u32 {
        match self.failures.counts.is_empty() {
            true => 0,
            false => self.failures.counts.get(id).copied().unwrap_or(0),
        }
    }
}

impl Failures {
    fn record(&mut self, id: &Arc<str>, ok: bool) {
        let Self { counts, order } = self;
        if ok {
            if !counts.is_empty() && counts.remove(id).is_some() {
                order.retain(|other| other != id);
            }
            return;
        }
        if let Some(count) = counts.get_mut(id) {
            *count = count.saturating_add(1);
            return;
        }
        if order.len() == REMEMBERED
            && let Some(oldest) = order.pop_front()
        {
            counts.remove(&oldest);
        }
        counts.insert(Arc::clone(id), 1);
        order.push_back(Arc::clone(id));
    }
}

/// Slows down a job that fails again and again: servers may send it again at once, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Brake {
    /// The wait before the second try of a job; it doubles with each failure.
    pub base: Duration,
    /// The longest wait.
    pub cap: Duration,
}

impl Default for Brake {
    fn default() -> Self {
        Self { base: Duration::from_millis(100), cap: Duration::from_secs(30) }
    }
}

impl Brake {
    /// A brake that starts with `base` and doubles up to `cap`.
    pub fn new(base: Duration, cap: Duration) -> Self {
        Self { base, cap }
    }

    /// The wait after this many failures.
    pub fn delay(&self, failures: u32) -> Duration {
        match failures {
            0 => Duration::ZERO,
            n => self.base.saturating_mul(1 << (n - 1).min(20)).min(self.cap),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(ledger: &mut Ledger, id: &str, epoch: u64) -> (Token, bool) {
        match ledger.accept(&id.into(), epoch) {
            Accepted::New(token) => (token, true),
            Accepted::Merged(token) => (token, false),
        }
    }

    #[test]
    fn each_token_ends_once() {
        let mut ledger = Ledger::default();
        let (a, _) = accept(&mut ledger, "a", 1);
        assert!(ledger.remove(a).is_some());
        assert!(ledger.remove(a).is_none());
        let (b, new) = accept(&mut ledger, "a", 1);
        assert!(new, "after its end, the same id is a new job");
        assert_ne!(a, b);
        assert!(ledger.get(a).is_none());
        assert_eq!(Token::from_u64(b.as_u64()), b);
        assert_eq!(ledger.len(), 1);
    }

    #[test]
    fn duplicates_in_flight_merge_and_move_to_the_new_connection() {
        let mut ledger = Ledger::default();
        let (a, _) = accept(&mut ledger, "a", 1);
        assert_eq!(accept(&mut ledger, "a", 2), (a, false));
        assert_eq!(ledger.get(a).map(|entry| entry.epoch), Some(2));
        // Once its outcome is on the way, the same id is a retry.
        if let Some(entry) = ledger.get_mut(a) {
            entry.settling = true;
        }
        let (b, new) = accept(&mut ledger, "a", 2);
        assert!(new);
        ledger.remove(a);
        assert_eq!(accept(&mut ledger, "a", 2), (b, false));
    }

    #[test]
    fn deadlines_of_ended_jobs_do_not_pile_up() {
        let mut ledger = Ledger::default();
        let start = Instant::now();
        for i in 0..10_000 {
            let (token, _) = accept(&mut ledger, &i.to_string(), 1);
            ledger.set_deadline(token, start + Duration::from_secs(60));
            ledger.remove(token);
        }
        assert!(ledger.deadlines.len() < 200, "{}", ledger.deadlines.len());
        assert_eq!(ledger.next_deadline(), None);
        assert!(ledger.slots.len() < 10);
    }

    #[test]
    fn deadlines_expire_in_order() {
        let mut ledger = Ledger::default();
        let start = Instant::now();
        let (a, _) = accept(&mut ledger, "a", 1);
        let (b, _) = accept(&mut ledger, "b", 1);
        ledger.set_deadline(a, start + Duration::from_secs(2));
        ledger.set_deadline(b, start + Duration::from_secs(1));
        assert_eq!(ledger.expired(start), None);
        assert_eq!(ledger.expired(start + Duration::from_secs(3)), Some(b));
        assert_eq!(ledger.expired(start + Duration::from_secs(3)), Some(a));
        assert_eq!(ledger.expired(start + Duration::from_secs(3)), None);
    }

    #[test]
    fn failures_are_counted_in_a_row_and_bounded() {
        let mut ledger = Ledger::default();
        let id: Arc<str> = "a".into();
        ledger.failures.record(&id, false);
        ledger.failures.record(&id, false);
        assert_eq!(ledger.failures("a"), 2);
        ledger.failures.record(&id, true);
        assert_eq!(ledger.failures("a"), 0);
        for i in 0..5000 {
            ledger.failures.record(&i.to_string().into(), false);
        }
        assert_eq!(ledger.failures.counts.len(), REMEMBERED);
        assert_eq!(ledger.failures.order.len(), REMEMBERED);
        let brake = Brake::new(Duration::from_millis(100), Duration::from_secs(1));
        assert_eq!(brake.delay(0), Duration::ZERO);
        assert_eq!(brake.delay(2), Duration::from_millis(200));
        assert_eq!(brake.delay(60), Duration::from_secs(1));
    }
}
