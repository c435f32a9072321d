//! How long to wait before connecting again.

use std::time::Duration;

/// Exponential backoff with full jitter: the wait is anywhere between nothing and a bound that
/// doubles with each attempt, so that a thousand workers do not come back in step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backoff {
    /// The bound of the first wait.
    pub base: Duration,
    /// The bound that no wait exceeds.
    pub cap: Duration,
    /// No wait is shorter, so that a server that accepts and closes at once is not flooded.
    pub floor: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new(Duration::from_secs(1), Duration::from_secs(60))
    }
}

impl Backoff {
    /// A backoff from `base` to `cap`.
    pub fn new(base: Duration, cap: Duration) -> Self {
        let floor = (base / 20).min(Duration::from_millis(100));
        Self { base, cap: cap.max(base), floor }
    }

    /// The longest wait before this attempt (from 0).
    pub fn bound(&self, attempt: u32) -> Duration {
        self.base.saturating_mul(1 << attempt.min(20)).min(self.cap).max(self.floor)
    }

    pub(crate) fn delay(&self, attempt: u32, rng: &mut fastrand::Rng) -> Duration {
        self.bound(attempt).mul_f64(rng.f64()).max(self.floor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_is_full_and_bounded() {
        let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(8));
        let mut rng = fastrand::Rng::with_seed(7);
        for (attempt, bound) in [(0, 1), (1, 2), (3, 8), (4, 8), (1000, 8)] {
            let waits: Vec<_> = (0..1000).map(|_| backoff.delay(attempt, &mut rng)).collect();
            let (min, max) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
            assert!(*max <= Duration::from_secs(bound) && *min >= backoff.floor);
            assert!(*max > Duration::from_secs(bound).mul_f64(0.9), "the whole range is used");
            assert!(*min < Duration::from_secs(bound).mul_f64(0.1), "down to nearly nothing");
        }
    }
}
