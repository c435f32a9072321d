//! Wall-clock time that a test can hold still or shift.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// No fixed instant: the system clock is read.
const RUNNING: i64 = i64::MIN;

/// The controller's wall clock. Clones share their setting, so a test can keep one and turn it
/// while the controller runs. Timers (pings, deadlines) do not look at it.
#[derive(Clone, Debug)]
pub struct Clock {
    fixed_ms: Arc<AtomicI64>,
    offset_ms: Arc<AtomicI64>,
}

impl Clock {
    /// The clock of this machine.
    #[must_use]
    pub fn system() -> Self {
        Self { fixed_ms: Arc::new(AtomicI64::new(RUNNING)), offset_ms: Arc::default() }
    }

    /// A clock that stands still at `seconds` since the Unix epoch.
    #[must_use]
    pub fn fixed(seconds: i64) -> Self {
        let clock = Self::system();
        clock.hold(seconds);
        clock
    }

    /// Stops the clock at `seconds` since the Unix epoch.
    pub fn hold(&self, seconds: i64) {
        self.fixed_ms.store(seconds.saturating_mul(1000), Ordering::Relaxed);
    }

    /// Follows the system clock again (the offset stays).
    pub fn release(&self) {
        self.fixed_ms.store(RUNNING, Ordering::Relaxed);
    }

    /// Shifts the clock by `milliseconds`; negative values put it behind. Replaces an earlier
    /// offset.
    pub fn set_offset_ms(&self, milliseconds: i64) {
        self.offset_ms.store(milliseconds, Ordering::Relaxed);
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        let base = match self.fixed_ms.load(Ordering::Relaxed) {
            RUNNING => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .ok()
                .and_then(|elapsed| i64::try_from(elapsed.as_millis()).ok())
                .unwrap_or(0),
            fixed => fixed,
        };
        base.saturating_add(self.offset_ms.load(Ordering::Relaxed))
    }

    /// Whole seconds since the Unix epoch.
    #[must_use]
    pub fn now_seconds(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_clock_moves_only_by_its_offset() {
        let clock = Clock::fixed(1_795_268_091);
        assert_eq!(clock.now_seconds(), 1_795_268_091);
        clock.set_offset_ms(-1500);
        assert_eq!(clock.now_ms(), 1_795_268_089_500);
        assert_eq!(clock.now_seconds(), 1_795_268_089);
        let shared = clock.clone();
        shared.set_offset_ms(0);
        shared.release();
        assert!(clock.now_seconds() > 1_600_000_000);
        assert_ne!(clock.now_seconds(), 1_795_268_091 - 2);
    }
}
