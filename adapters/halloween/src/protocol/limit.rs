//! The limit of a prop's telemetry: a bucket of tokens.

use std::time::{Duration, Instant};

/// How long drops are counted before they are reported.
const PERIOD: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Limit {
    /// Per second; 0 for no limit.
    rate: f64,
    burst: f64,
    tokens: f64,
    last: Option<Instant>,
    dropped: u64,
    report_at: Option<Instant>,
}

impl Limit {
    pub(super) fn new(rate: u32, burst: u32) -> Self {
        let burst = f64::from(burst.max(1));
        Self { rate: rate.into(), burst, tokens: burst, last: None, dropped: 0, report_at: None }
    }

    /// Whether one more may be published now. If not, it counts as dropped.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        if self.rate == 0.0 {
            return true;
        }
        let since = self.last.map_or(Duration::ZERO, |last| now.saturating_duration_since(last));
        self.last = Some(now);
        self.tokens = (self.tokens + since.as_secs_f64() * self.rate).min(self.burst);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return true;
        }
        self.dropped += 1;
        self.report_at.get_or_insert(now + PERIOD);
        false
    }

    /// When the drops are to be reported.
    pub(super) fn report_at(&self) -> Option<Instant> {
        self.report_at
    }

    /// The drops since the last report, if one is due.
    pub(super) fn report(&mut self, now: Instant) -> Option<u64> {
        self.report_at.filter(|at| *at <= now)?;
        self.report_at = None;
        Some(std::mem::take(&mut self.dropped))
    }

    /// Nobody could be told: tries again a period later.
    pub(super) fn later(&mut self, now: Instant) {
        self.report_at = self.report_at.map(|_| now + PERIOD);
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_rate_then_one_report() {
        let mut limit = Limit::new(10, 5);
        let start = Instant::now();
        let taken = |limit: &mut Limit, at, tries| (0..tries).filter(|_| limit.take(at)).count();
        assert_eq!(taken(&mut limit, start, 8), 5);
        assert_eq!(limit.report_at(), Some(start + PERIOD));
        assert_eq!(
            taken(&mut limit, start + Duration::from_secs(1), 8),
            5,
            "never above the burst"
        );
        assert_eq!(taken(&mut limit, start + Duration::from_millis(1200), 8), 2);
        assert_eq!(limit.report(start), None);
        assert_eq!(limit.report(start + PERIOD), Some(3 + 3 + 6));
        assert_eq!((limit.report_at(), limit.report(start + PERIOD)), (None, None));
    }

    #[test]
    fn zero_is_no_limit() {
        let mut limit = Limit::new(0, 1);
        let now = Instant::now();
        assert!((0..10_000).all(|_| limit.take(now)));
        assert_eq!(limit.report_at(), None);
    }
}
