//! What the worker is doing, for monitors, dashboards, the program and tests.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use serde::Serialize;

/// How many recent jobs are kept.
const RECENT: usize = 100;

/// A picture of a worker at one moment.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Snapshot {
    /// When the worker started.
    pub started_at: SystemTime,
    /// Its sessions.
    pub sessions: Vec<SessionSnapshot>,
    /// Its routes.
    pub routes: Vec<RouteSnapshot>,
    /// The latest jobs that ended, oldest first; at most 100.
    pub recent: Vec<RecentJob>,
    /// Handlers that are running, those that were told to stop and have not yet included.
    pub running: u64,
    /// Permits that are free.
    pub free_permits: usize,
}

/// A picture of one session.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SessionSnapshot {
    /// The name of its backend.
    pub backend: String,
    /// Which of the backend's sessions it is, from 0.
    pub index: usize,
    /// Its life-cycle state, as a word.
    pub state: &'static str,
    /// Whether it is provably receiving.
    pub ready: bool,
    /// The error that ended the last connection or attempt, if any.
    pub last_error: Option<String>,
    /// The numbers.
    #[serde(flatten)]
    pub counts: Counts,
}

/// The numbers of one session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// Connections that were made.
    pub connections: u64,
    /// Jobs that were accepted.
    pub accepted: u64,
    /// Jobs that ended well and whose result was sent.
    pub ok: u64,
    /// Jobs whose error was sent.
    pub failed: u64,
    /// Outcomes that could not be sent.
    pub dropped: u64,
    /// Deliveries of a job that was in flight already.
    pub merged: u64,
    /// Messages of the peer that were wrong and were ignored.
    pub ignored: u64,
    /// Progress reports that were dropped because the session was behind.
    pub dropped_reports: u64,
    /// Jobs that are accepted and not settled.
    pub in_flight: u64,
    /// Outcomes that wait for the connection.
    pub outbox: u64,
}

/// A picture of one route.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RouteSnapshot {
    /// Its pattern.
    pub route: String,
    /// Handlers of it that are running.
    pub running: u64,
    /// Jobs that ended well.
    pub ok: u64,
    /// Jobs that failed.
    pub failed: u64,
    /// The median time from receipt to outcome.
    pub p50: Duration,
    /// The 99th percentile of it.
    pub p99: Duration,
}

/// A job that ended.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RecentJob {
    /// The server's id.
    pub id: Arc<str>,
    /// The backend.
    pub backend: Arc<str>,
    /// Its name.
    pub route: Arc<str>,
    /// The time from receipt to outcome.
    pub took: Duration,
    /// `ok`, or the kind of the error.
    pub outcome: &'static str,
    /// The error's text.
    pub error: Option<String>,
}

/// Recent jobs of all sessions.
#[derive(Debug, Default)]
pub(crate) struct Recent(Mutex<VecDeque<RecentJob>>);

impl Recent {
    pub(crate) fn push(&self, job: RecentJob) {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if jobs.len() == RECENT {
            jobs.pop_front();
        }
        jobs.push_back(job);
    }

    pub(crate) fn list(&self) -> Vec<RecentJob> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// The numbers of one route, shared by all sessions.
#[derive(Debug)]
pub(crate) struct RouteStats {
    name: String,
    pub(crate) running: AtomicU64,
    failed: AtomicU64,
    /// Of all jobs that ended.
    latency: Histogram,
}

impl RouteStats {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            running: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            latency: Histogram::default(),
        }
    }

    pub(crate) fn record(&self, ok: bool, took: Duration) {
        if !ok {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
        self.latency.record(took);
    }

    pub(crate) fn snapshot(&self) -> RouteSnapshot {
        // A failure is counted first and in the histogram second, so this is never below zero
        // by more than those that are between the two now.
        let failed = self.failed.load(Ordering::Relaxed);
        RouteSnapshot {
            route: self.name.clone(),
            running: self.running.load(Ordering::Relaxed),
            ok: self.latency.count().saturating_sub(failed),
            failed,
            p50: self.latency.quantile(0.50),
            p99: self.latency.quantile(0.99),
        }
    }
}

/// A histogram of durations with eight buckets per power of two: quantiles are right to 12 %.
/// Recording is one atomic addition.
pub struct Histogram([AtomicU64; Self::BUCKETS]);

impl Histogram {
    const BUCKETS: usize = 8 * 48;

    /// Adds a duration.
    pub fn record(&self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.0[Self::bucket(nanos)].fetch_add(1, Ordering::Relaxed);
    }

    fn bucket(nanos: u64) -> usize {
        if nanos < 8 {
            return nanos as usize;
        }
        let power = nanos.ilog2() as usize;
        let eighth = (nanos >> (power - 3)) as usize & 7;
        ((power - 2) * 8 + eighth).min(Self::BUCKETS - 1)
    }

    /// The middle of a bucket, in nanoseconds.
    fn middle(bucket: usize) -> u64 {
        if bucket < 8 {
            return bucket as u64;
        }
        let (power, eighth) = (bucket / 8 + 2, (bucket % 8) as u64);
        ((8 + eighth) << (power - 3)) + (1 << (power - 3)) / 2
    }

    /// How many durations were recorded.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }

    /// The duration below which this share (0.0 to 1.0) of the records lies; zero when empty.
    pub fn quantile(&self, share: f64) -> Duration {
        let counts: Vec<u64> = self.0.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        let total: u64 = counts.iter().sum();
        let wanted = ((total as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (bucket, count) in counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return Duration::from_nanos(Self::middle(bucket));
            }
        }
        Duration::ZERO
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; Self::BUCKETS])
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Histogram(p50: {:?}, p99: {:?})", self.quantile(0.5), self.quantile(0.99))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_to_an_eighth() {
        for nanos in [0, 1, 7, 8, 9, 100, 1_000, 123_456, 99_999_999, 60_000_000_000] {
            let histogram = Histogram::default();
            histogram.record(Duration::from_nanos(nanos));
            let got = histogram.quantile(0.5).as_nanos() as f64;
            assert!((got - nanos as f64).abs() <= nanos as f64 * 0.07, "{nanos}: {got}");
        }
        let histogram = Histogram::default();
        for millis in 1..=100 {
            histogram.record(Duration::from_millis(millis));
        }
        let p99 = histogram.quantile(0.99).as_millis();
        assert!((92..=106).contains(&p99), "{p99}");
        assert_eq!(Histogram::default().quantile(0.99), Duration::ZERO);
    }
}
