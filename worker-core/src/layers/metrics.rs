//! The duration of each attempt.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
    time::Instant,
};

use metrics::{Histogram, histogram};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::JobService;
use crate::{
    JobError, JobErrorKind,
    job::{Completion, Job, JobResult, now},
    router::IntoJobError,
    telemetry,
};

/// Records how long each attempt takes, as `journeyman_attempt_duration_seconds` by `route` (the
/// pattern of the route, so that servers cannot make series by inventing names) and `outcome`:
/// `ok`, the kind of the error, or `dropped` for an attempt that was dropped before its end.
#[derive(Clone, Copy, Debug, Default)]
pub struct MetricsLayer;

impl MetricsLayer {
    /// The layer.
    pub fn new() -> Self {
        Self
    }
}

impl<S> Layer<S> for MetricsLayer {
    type Service = Metrics<S>;

    fn layer(&self, inner: S) -> Metrics<S> {
        Metrics { inner, meters: Arc::default() }
    }
}

/// The service of [`MetricsLayer`].
#[derive(Clone, Debug)]
pub struct Metrics<S> {
    inner: S,
    meters: Arc<Meters>,
}

/// The outcomes: `ok`, the kinds, `dropped`.
const OUTCOMES: usize = JobErrorKind::ALL.len() + 2;
const DROPPED: usize = OUTCOMES - 1;

/// One handle for each outcome, made when it first occurs. A service belongs to one route.
#[derive(Debug)]
struct Meters([OnceLock<Histogram>; OUTCOMES]);

impl Default for Meters {
    fn default() -> Self {
        Self([const { OnceLock::new() }; OUTCOMES])
    }
}

impl Meters {
    fn record(&self, pattern: &str, outcome: usize, since: Instant) {
        let meter = self.0[outcome].get_or_init(|| {
            let outcome = match outcome {
                0 => "ok",
                DROPPED => "dropped",
                kind => JobErrorKind::ALL[kind - 1].as_str(),
            };
            let route = pattern.to_owned();
            histogram!(telemetry::ATTEMPT_DURATION, "route" => route, "outcome" => outcome)
        });
        meter.record(now().saturating_duration_since(since));
    }
}

fn outcome(result: &JobResult) -> usize {
    match result {
        Ok(_) => 0,
        Err(error) => JobErrorKind::ALL
            .iter()
            .position(|kind| *kind == error.kind())
            .map_or(DROPPED, |index| index + 1),
    }
}

impl<S: JobService> Service<Job> for Metrics<S> {
    type Response = Completion;
    type Error = JobError;
    type Future = MetricsFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), JobError>> {
        self.inner.poll_ready(cx).map_err(IntoJobError::into_job_error)
    }

    fn call(&mut self, job: Job) -> MetricsFuture<S::Future> {
        let timer = Timer {
            meters: Arc::clone(&self.meters),
            job: job.clone(),
            start: now(),
            outcome: DROPPED,
        };
        MetricsFuture { attempt: self.inner.call(job), timer: Some(timer) }
    }
}

pin_project! {
    /// The future of [`Metrics`].
    #[derive(Debug)]
    pub struct MetricsFuture<F> {
        #[pin]
        attempt: F,
        timer: Option<Timer>,
    }
}

impl<F, E> Future for MetricsFuture<F>
where
    F: Future<Output = Result<Completion, E>>,
    E: IntoJobError,
{
    type Output = JobResult;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<JobResult> {
        let this = self.project();
        let result = ready!(this.attempt.poll(cx)).map_err(IntoJobError::into_job_error);
        if let Some(mut timer) = this.timer.take() {
            timer.outcome = outcome(&result);
        }
        Poll::Ready(result)
    }
}

/// Records when it is dropped, and so does an attempt that is dropped.
#[derive(Debug)]
struct Timer {
    meters: Arc<Meters>,
    job: Job,
    start: Instant,
    outcome: usize,
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.meters.record(self.job.pattern(), self.outcome, self.start);
    }
}
