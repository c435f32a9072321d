//! Time that a test can hold still and advance.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The clock of pings and expiry. Clones share it, so a test can keep one and turn it while the
/// daemon runs.
#[derive(Clone, Debug)]
pub struct Clock {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    /// Since when it runs by itself; `None` while it is held.
    running: Option<Instant>,
    /// What had passed before.
    passed: Duration,
}

impl Clock {
    fn new(running: Option<Instant>) -> Self {
        let state = Mutex::new(State { running, passed: Duration::ZERO });
        Self { shared: Arc::new(Shared { state, changed: Notify::new() }) }
    }

    /// A clock that goes with time.
    #[must_use]
    pub fn running() -> Self {
        Self::new(Some(Instant::now()))
    }

    /// A clock that moves only when it is [advanced](Self::advance).
    #[must_use]
    pub fn held() -> Self {
        Self::new(None)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What has passed since it was made.
    #[must_use]
    pub fn now(&self) -> Duration {
        let state = self.state();
        state.passed + state.running.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Puts it forward. What becomes due by that happens at once, though in tasks of its own.
    pub fn advance(&self, by: Duration) {
        self.state().passed += by;
        self.shared.changed.notify_waiters();
    }

    /// Ends when it may be `due`: now, after the time that is left, or when it was advanced.
    /// Cancel safe.
    pub(crate) async fn until(&self, due: Duration) {
        let mut changed = std::pin::pin!(self.shared.changed.notified());
        // Registered before the look, so an advance between look and wait is not slept over.
        changed.as_mut().enable();
        let left = due.saturating_sub(self.now());
        if left.is_zero() {
            return;
        }
        if self.state().running.is_none() {
            return changed.await;
        }
        tokio::select! {
            () = changed => {}
            () = tokio::time::sleep(left) => {}
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::running()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_held_clock_moves_only_when_advanced() {
        let clock = Clock::held();
        assert_eq!(clock.now(), Duration::ZERO);
        let second = Duration::from_secs(1);
        let waiting = tokio::spawn({
            let clock = clock.clone();
            async move { clock.until(second).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        clock.advance(second);
        waiting.await.unwrap();
        assert_eq!(clock.now(), second);
        clock.until(second).await;
    }

    #[tokio::test]
    async fn a_running_clock_gets_there_by_itself() {
        let clock = Clock::running();
        let due = clock.now() + Duration::from_millis(5);
        while clock.now() < due {
            clock.until(due).await;
        }
        clock.advance(Duration::from_secs(60));
        assert!(clock.now() > Duration::from_secs(60));
    }
}
