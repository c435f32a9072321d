//! What is counted of one system.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use journeyman_core::snapshot::Histogram;

use super::plan::Right;

/// How many wrong results are told about.
const TOLD: usize = 10;

/// The numbers of one system.
#[derive(Debug, Default)]
pub(super) struct Tally {
    ok: AtomicU64,
    failed_as_expected: AtomicU64,
    wrong: AtomicU64,
    in_flight: AtomicU64,
    latency: Histogram,
    told: Mutex<Vec<String>>,
}

/// The numbers at one moment.
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    pub(super) ok: u64,
    pub(super) failed_as_expected: u64,
    pub(super) wrong: u64,
    pub(super) in_flight: u64,
    pub(super) p50: Duration,
    pub(super) p99: Duration,
}

impl Numbers {
    /// Jobs that ended.
    pub(super) fn jobs(&self) -> u64 {
        self.ok + self.failed_as_expected + self.wrong
    }
}

/// A job under way; it counts as such until this is dropped.
#[derive(Debug)]
pub(super) struct Running<'a> {
    tally: &'a Tally,
    since: Instant,
}

impl Tally {
    pub(super) fn start(&self) -> Running<'_> {
        self.in_flight.fetch_add(1, Relaxed);
        Running { tally: self, since: Instant::now() }
    }

    pub(super) fn numbers(&self) -> Numbers {
        Numbers {
            ok: self.ok.load(Relaxed),
            failed_as_expected: self.failed_as_expected.load(Relaxed),
            wrong: self.wrong.load(Relaxed),
            in_flight: self.in_flight.load(Relaxed),
            p50: self.latency.quantile(0.5),
            p99: self.latency.quantile(0.99),
        }
    }

    /// What was wrong, the first few.
    pub(super) fn told(&self) -> Vec<String> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Running<'_> {
    pub(super) fn took(&self) -> Duration {
        self.since.elapsed()
    }

    /// Counts how it went; `timed` jobs count for the latency.
    pub(super) fn finish(self, verdict: Result<Right, String>, timed: bool, took: Duration) {
        let Tally { ok, failed_as_expected, wrong, latency, told, .. } = self.tally;
        if timed {
            latency.record(took);
        }
        match verdict {
            Ok(Right::Succeeded) => ok.fetch_add(1, Relaxed),
            Ok(Right::Failed) => failed_as_expected.fetch_add(1, Relaxed),
            Err(what) => {
                let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                if told.len() < TOLD {
                    told.push(what);
                }
                wrong.fetch_add(1, Relaxed)
            }
        };
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.tally.in_flight.fetch_sub(1, Relaxed);
    }
}
