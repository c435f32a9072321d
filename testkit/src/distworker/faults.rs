//! Switches that make the stand-in misbehave on purpose.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// Live switches, all off at start. Obtained from [`Controller::faults`](super::Controller::faults).
#[derive(Debug)]
pub struct Faults {
    register_delay_us: AtomicU64,
    assign_first: AtomicBool,
    slots: AtomicU32,
    twice: AtomicBool,
    silent: AtomicBool,
    mute_registrations: AtomicBool,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            register_delay_us: AtomicU64::new(0),
            assign_first: AtomicBool::new(false),
            slots: AtomicU32::new(1),
            twice: AtomicBool::new(false),
            silent: AtomicBool::new(false),
            mute_registrations: AtomicBool::new(false),
        }
    }
}

impl Faults {
    /// Registrations made from now on are answered, and their workers given tasks, only after
    /// `delay`.
    pub fn set_register_delay(&self, delay: Duration) {
        let micros = u64::try_from(delay.as_micros()).unwrap_or(u64::MAX);
        self.register_delay_us.store(micros, Ordering::Relaxed);
    }

    pub(crate) fn register_delay(&self) -> Duration {
        Duration::from_micros(self.register_delay_us.load(Ordering::Relaxed))
    }

    /// Workers that register from now on get their RegisterResponse behind their first
    /// assignment, however long that takes.
    pub fn set_assign_before_response(&self, on: bool) {
        self.assign_first.store(on, Ordering::Relaxed);
    }

    pub(crate) fn assign_before_response(&self) -> bool {
        self.assign_first.load(Ordering::Relaxed)
    }

    /// Registrations made from now on are accepted but never answered, and their workers get no
    /// tasks.
    pub fn set_mute_registrations(&self, on: bool) {
        self.mute_registrations.store(on, Ordering::Relaxed);
    }

    pub(crate) fn mute_registrations(&self) -> bool {
        self.mute_registrations.load(Ordering::Relaxed)
    }

    /// Tasks that a connection is given at once; the real controller gives one. With 2, a busy
    /// worker gets a second assignment. Counts from the next submission or terminal message on.
    pub fn set_slots(&self, tasks: u32) {
        self.slots.store(tasks.max(1), Ordering::Relaxed);
    }

    pub(crate) fn slots(&self) -> u32 {
        self.slots.load(Ordering::Relaxed)
    }

    /// Every assignment is sent twice.
    pub fn set_deliver_twice(&self, on: bool) {
        self.twice.store(on, Ordering::Relaxed);
    }

    pub(crate) fn deliver_twice(&self) -> bool {
        self.twice.load(Ordering::Relaxed)
    }

    /// No pings are sent (and so no pongs come, and the read deadline is renewed by data alone).
    pub fn set_silent_pings(&self, on: bool) {
        self.silent.store(on, Ordering::Relaxed);
    }

    pub(crate) fn silent_pings(&self) -> bool {
        self.silent.load(Ordering::Relaxed)
    }
}

/// Connections that a fault is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// All open worker connections, registered or not.
    All,
    /// The connections of the worker with this id.
    Worker(&'a str),
    /// The connection with this number.
    Connection(u64),
}
