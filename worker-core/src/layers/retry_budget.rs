//! How many retries a worker may make.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
    time::Instant,
};

use crate::job::now;

/// Tokens are counted in thousandths.
const TOKEN: i64 = 1000;
/// So many seconds of the minimum rate, and the share of so many calls, can be saved up.
const SAVED_SECONDS: i64 = 10;
const SAVED_CALLS: i64 = 500;

/// A token bucket that limits retries to a share of the calls, so that a system in trouble does
/// not get a multiple of the load: when everything fails, retries are as rare as configured.
///
/// Each call puts in a part of a token, and so does time; each retry takes one out.
#[derive(Debug)]
pub struct RetryBudget {
    tokens: AtomicI64,
    per_call: i64,
    per_second: i64,
    most: i64,
    /// Up to when time has put in its part.
    filled: Mutex<Option<Instant>>,
}

impl RetryBudget {
    /// Retries for `share` of all calls (0.2 is one in five), and besides `per_second` in every
    /// second for workers with few calls. It starts with ten seconds of the latter.
    pub fn new(share: f64, per_second: u32) -> Self {
        // Thousandths are exact enough; a share of more than 1000 retries per call is no limit.
        let per_call = (share.clamp(0.0, 1000.0) * TOKEN as f64).round() as i64;
        let per_second = i64::from(per_second) * TOKEN;
        let start = per_second * SAVED_SECONDS;
        Self {
            tokens: AtomicI64::new(start),
            per_call,
            per_second,
            most: start + per_call * SAVED_CALLS,
            filled: Mutex::new(None),
        }
    }

    /// Notes a call.
    pub(super) fn deposit(&self) {
        self.add(self.per_call);
    }

    /// Takes a token for a retry, if there is one.
    pub(super) fn withdraw(&self) -> bool {
        self.fill(now());
        let take = |tokens: i64| (tokens >= TOKEN).then(|| tokens - TOKEN);
        self.tokens.fetch_update(Relaxed, Relaxed, take).is_ok()
    }

    fn fill(&self, now: Instant) {
        let mut filled = self.filled.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(before) = *filled else {
            *filled = Some(now);
            return;
        };
        let millis = now.saturating_duration_since(before).as_millis();
        let millis = i64::try_from(millis).unwrap_or(i64::MAX).min(SAVED_SECONDS * 1000);
        if millis > 0 {
            *filled = Some(now);
            self.add(self.per_second * millis / 1000);
        }
    }

    fn add(&self, part: i64) {
        let add = |tokens: i64| (tokens < self.most).then(|| (tokens + part).min(self.most));
        // An error means that it is full.
        let _ = self.tokens.fetch_update(Relaxed, Relaxed, add);
    }
}

/// One retry in five calls, and three per second besides.
impl Default for RetryBudget {
    fn default() -> Self {
        Self::new(0.2, 3)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn drain(budget: &RetryBudget) -> usize {
        std::iter::repeat_with(|| budget.withdraw()).take_while(|taken| *taken).count()
    }

    #[tokio::test(start_paused = true)]
    async fn retries_are_a_share_of_the_calls() {
        let budget = RetryBudget::new(0.2, 0);
        assert_eq!(drain(&budget), 0);
        for _ in 0..50 {
            budget.deposit();
        }
        assert_eq!(drain(&budget), 10);
        for _ in 0..1_000_000 {
            budget.deposit();
        }
        assert_eq!(drain(&budget), 100, "no more than 500 calls are remembered");
    }

    #[tokio::test(start_paused = true)]
    async fn and_a_few_per_second() {
        let budget = RetryBudget::new(0.0, 3);
        assert_eq!(drain(&budget), 30);
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(drain(&budget), 6);
        tokio::time::advance(Duration::from_secs(1_000_000)).await;
        assert_eq!(drain(&budget), 30);
    }
}
