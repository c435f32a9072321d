//! What the worker is doing, for monitors, dashboards, the program and tests.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use serde::Serialize;

use crate::job::{Job, now};

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
    /// Handlers that may run at a time, over all backends.
    pub concurrency: usize,
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
    /// When it came into that state.
    pub since: SystemTime,
    /// Whether it is provably receiving.
    pub ready: bool,
    /// Whether it starts no jobs until it is told to resume.
    pub paused: bool,
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
    /// The sum of it over all jobs that ended.
    pub spent: Duration,
}

/// What a job printed: the end of it, at most 16 KiB.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OutputText {
    /// The text.
    pub text: Arc<str>,
    /// Bytes before it that were not kept.
    pub skipped: u64,
}

/// A job that is accepted and has not ended.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ActiveJob {
    /// The server's id.
    pub id: Arc<str>,
    /// The backend.
    pub backend: Arc<str>,
    /// Which of the backend's sessions it came to, from 0.
    pub session: usize,
    /// Its name.
    pub route: Arc<str>,
    /// Which attempt it is, from 1.
    pub attempt: u32,
    /// The time since its receipt.
    pub age: Duration,
    /// The time until its deadline, if it has one.
    pub time_left: Option<Duration>,
    /// Whether it waits for a permit; else its handler runs.
    pub waiting: bool,
    /// Why it was told to stop, if it was.
    pub cancelled: Option<&'static str>,
    /// How much is done, 0.0 to 1.0, if it tells.
    pub progress: Option<f64>,
    /// The text of its last progress report, if there is one.
    pub message: Option<String>,
    /// What it printed so far, if anything.
    pub output: Option<OutputText>,
}

impl ActiveJob {
    pub(crate) fn new(job: &Job, session: usize, now: Instant) -> Self {
        let info = job.info();
        let shot = job.shown().shot().unwrap_or_default();
        Self {
            id: Arc::clone(&info.id),
            backend: Arc::clone(&info.backend),
            session,
            route: Arc::clone(&info.route),
            attempt: job.attempt(),
            age: now.saturating_duration_since(info.received_at),
            time_left: info.deadline.map(|deadline| deadline.saturating_duration_since(now)),
            waiting: job.is_waiting(),
            cancelled: job.cancel_reason().map(crate::job::CancelReason::as_str),
            progress: shot.fraction,
            message: shot.message,
            output: job.printed(),
        }
    }
}

/// A job that ended.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RecentJob {
    /// Counts the jobs of this worker that ended, from 1.
    pub number: u64,
    /// The server's id.
    pub id: Arc<str>,
    /// The backend.
    pub backend: Arc<str>,
    /// Which of the backend's sessions it came to, from 0.
    pub session: usize,
    /// Its name.
    pub route: Arc<str>,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// When it ended.
    pub ended_at: SystemTime,
    /// The time from receipt to outcome.
    pub took: Duration,
    /// `ok`, or the kind of the error.
    pub outcome: &'static str,
    /// The error's text, at most 64 KiB of it; what was cut ends in `…`.
    pub error: Option<String>,
    /// What it printed, if anything.
    pub output: Option<OutputText>,
}

/// Recent jobs of all sessions.
#[derive(Debug, Default)]
pub(crate) struct Recent(Mutex<Ends>);

#[derive(Debug, Default)]
struct Ends {
    jobs: VecDeque<(Ended, u64)>,
    number: u64,
}

/// How much of the text of an error is kept, in bytes.
const KEPT: usize = 64 << 10;

/// The text of an error, as much as is kept of it.
pub(crate) fn kept(text: &str) -> String {
    const CUT: char = '…';
    if text.len() <= KEPT {
        return text.to_owned();
    }
    let mut kept = text[..text.floor_char_boundary(KEPT - CUT.len_utf8())].to_owned();
    kept.push(CUT);
    kept
}

/// How a job ended, as its session knows it.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) id: Arc<str>,
    pub(crate) backend: Arc<str>,
    pub(crate) session: usize,
    pub(crate) route: Arc<str>,
    pub(crate) attempt: u32,
    /// The clock of the wall is asked only when somebody looks.
    pub(crate) at: Instant,
    pub(crate) took: Duration,
    pub(crate) outcome: &'static str,
    pub(crate) error: Option<String>,
    pub(crate) output: Option<OutputText>,
}

impl Recent {
    pub(crate) fn push(&self, job: Ended) {
        let mut ends = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ends.jobs.len() == RECENT {
            ends.jobs.pop_front();
        }
        ends.number += 1;
        let number = ends.number;
        ends.jobs.push_back((job, number));
    }

    pub(crate) fn list(&self) -> Vec<RecentJob> {
        let (now, wall) = (now(), SystemTime::now());
        let ends = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let jobs = ends.jobs.iter().map(|(job, number)| RecentJob {
            number: *number,
            id: Arc::clone(&job.id),
            backend: Arc::clone(&job.backend),
            session: job.session,
            route: Arc::clone(&job.route),
            attempt: job.attempt,
            ended_at: wall.checked_sub(now.saturating_duration_since(job.at)).unwrap_or(wall),
            took: job.took,
            outcome: job.outcome,
            error: job.error.clone(),
            output: job.output.clone(),
        });
        jobs.collect()
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
    /// In nanoseconds: enough for 584 years.
    spent: AtomicU64,
}

impl RouteStats {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            running: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            latency: Histogram::default(),
            spent: AtomicU64::new(0),
        }
    }

    pub(crate) fn record(&self, ok: bool, took: Duration) {
        if !ok {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.spent.fetch_add(nanos, Ordering::Relaxed);
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
            spent: Duration::from_nanos(self.spent.load(Ordering::Relaxed)),
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
    fn of_an_endless_error_the_beginning_is_kept() {
        assert_eq!(kept("short"), "short");
        let fits = "é".repeat(KEPT / 2);
        assert_eq!(kept(&fits), fits);
        let cut = kept(&format!("{fits}a"));
        assert!(cut.len() <= KEPT && cut.ends_with("é…"), "cut between two characters");
    }

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
