//! Switches that make the stand-in misbehave on purpose.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Live switches, all off at start. Obtained from [`Foreman::faults`](super::Foreman::faults).
#[derive(Debug, Default)]
pub struct Faults {
    assign_delay_us: AtomicU64,
    /// Beyond the one that the real foreman gives.
    more_slots: AtomicU32,
    twice: AtomicBool,
    mute: AtomicBool,
    silent_pings: AtomicBool,
    no_pongs: AtomicBool,
    no_acks: AtomicBool,
    accept_last: AtomicBool,
    refuse: AtomicBool,
    give_up: Mutex<HashMap<String, u64>>,
}

impl Faults {
    /// Assignments made from now on are written to the socket only after `delay`; all else
    /// overtakes them.
    pub fn set_assign_delay(&self, delay: Duration) {
        self.assign_delay_us.store(u64::try_from(delay.as_micros()).unwrap_or(u64::MAX), Relaxed);
    }

    pub(crate) fn assign_delay(&self) -> Duration {
        Duration::from_micros(self.assign_delay_us.load(Relaxed))
    }

    /// Tasks that a registration is given at once; the real foreman gives one. Counts from the
    /// next assignment on.
    pub fn set_slots(&self, tasks: u32) {
        self.more_slots.store(tasks.saturating_sub(1), Relaxed);
    }

    pub(crate) fn slots(&self) -> usize {
        self.more_slots.load(Relaxed) as usize + 1
    }

    /// Every `assign_task` is sent twice.
    pub fn set_deliver_twice(&self, on: bool) {
        self.twice.store(on, Relaxed);
    }

    pub(crate) fn deliver_twice(&self) -> bool {
        self.twice.load(Relaxed)
    }

    /// Nobody is given a task. What waits is given out again when something happens after the
    /// switch is off.
    pub fn set_mute(&self, on: bool) {
        self.mute.store(on, Relaxed);
    }

    pub(crate) fn mute(&self) -> bool {
        self.mute.load(Relaxed)
    }

    /// No WebSocket pings are sent in the seed era either.
    pub fn set_silent_pings(&self, on: bool) {
        self.silent_pings.store(on, Relaxed);
    }

    pub(crate) fn silent_pings(&self) -> bool {
        self.silent_pings.load(Relaxed)
    }

    /// WebSocket pings of peers are not answered.
    pub fn set_no_pongs(&self, on: bool) {
        self.no_pongs.store(on, Relaxed);
    }

    pub(crate) fn no_pongs(&self) -> bool {
        self.no_pongs.load(Relaxed)
    }

    /// Checkpoints are stored but not acknowledged.
    pub fn set_no_acks(&self, on: bool) {
        self.no_acks.store(on, Relaxed);
    }

    pub(crate) fn no_acks(&self) -> bool {
        self.no_acks.load(Relaxed)
    }

    /// `job_accepted` of jobs from now on is held back until their `job_results` is sent: the
    /// order that the real foreman gets to with a fast worker (CrowdCompute sheet, section 8.1).
    pub fn set_accept_last(&self, on: bool) {
        self.accept_last.store(on, Relaxed);
    }

    pub(crate) fn accept_last(&self) -> bool {
        self.accept_last.load(Relaxed)
    }

    /// New connections are answered with HTTP status 503.
    pub fn set_refuse(&self, on: bool) {
        self.refuse.store(on, Relaxed);
    }

    pub(crate) fn refuse(&self) -> bool {
        self.refuse.load(Relaxed)
    }

    /// Does not give this task out again after so many errors, from 1; it is `blocked` then. The real
    /// foreman gives it out for ever.
    pub fn set_give_up_after(&self, task_id: &str, errors: u64) {
        let mut give_up = self.give_up.lock().unwrap_or_else(PoisonError::into_inner);
        give_up.insert(task_id.to_owned(), errors);
    }

    pub(crate) fn gives_up(&self, task_id: &str, errors: u64) -> bool {
        let mut give_up = self.give_up.lock().unwrap_or_else(PoisonError::into_inner);
        let over = give_up.get(task_id).is_some_and(|limit| errors >= *limit);
        over && give_up.remove(task_id).is_some()
    }
}

/// Connections that a fault is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// All open connections, those of clients too.
    All,
    /// All connections under which a worker is registered.
    Workers,
    /// The connection under which this worker is registered.
    Worker(&'a str),
    /// The connection with this number.
    Connection(u64),
}
