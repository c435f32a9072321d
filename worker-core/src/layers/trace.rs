//! A span for each attempt.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;
use tracing::{
    field,
    instrument::{Instrument, Instrumented},
};

use super::JobService;
use crate::{
    JobError, JobErrorKind,
    job::{Completion, Job, JobResult},
    router::IntoJobError,
};

/// Puts each attempt into a span `attempt` with `route` (the job's name), `id`, `attempt` and, at
/// the end, `outcome`; and logs the end.
///
/// The level tells whose affair it is: `debug` for success, `info` for what the submitter or the
/// server caused (bad input, rejected, cancelled, no route, handed back), `warn` for failures,
/// `error` for panics.
#[derive(Clone, Copy, Debug, Default)]
pub struct TraceLayer;

impl TraceLayer {
    /// The layer.
    pub fn new() -> Self {
        Self
    }
}

impl<S> Layer<S> for TraceLayer {
    type Service = Trace<S>;

    fn layer(&self, inner: S) -> Trace<S> {
        Trace { inner }
    }
}

/// The service of [`TraceLayer`].
#[derive(Clone, Debug)]
pub struct Trace<S> {
    inner: S,
}

impl<S: JobService> Service<Job> for Trace<S> {
    type Response = Completion;
    type Error = JobError;
    type Future = TraceFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), JobError>> {
        self.inner.poll_ready(cx).map_err(IntoJobError::into_job_error)
    }

    fn call(&mut self, job: Job) -> TraceFuture<S::Future> {
        let info = job.info();
        let span = tracing::info_span!(
            "attempt", route = %info.route, id = %info.id, attempt = job.attempt(),
            outcome = field::Empty,
        );
        let attempt = span.in_scope(|| self.inner.call(job));
        TraceFuture { attempt: attempt.instrument(span) }
    }
}

pin_project! {
    /// The future of [`Trace`].
    #[derive(Debug)]
    pub struct TraceFuture<F> {
        #[pin]
        attempt: Instrumented<F>,
    }
}

impl<F, E> Future for TraceFuture<F>
where
    F: Future<Output = Result<Completion, E>>,
    E: IntoJobError,
{
    type Output = JobResult;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<JobResult> {
        let mut this = self.project();
        let result = ready!(this.attempt.as_mut().poll(cx)).map_err(IntoJobError::into_job_error);
        let span = this.attempt.span();
        span.record("outcome", result.as_ref().map_or_else(|e| e.kind().as_str(), |_| "ok"));
        span.in_scope(|| log(&result));
        Poll::Ready(result)
    }
}

fn log(result: &JobResult) {
    use JobErrorKind as Kind;
    match result {
        Ok(_) => tracing::debug!("attempt succeeded"),
        Err(error) => match error.kind() {
            Kind::Panicked => tracing::error!(%error, "attempt panicked"),
            Kind::Failed | Kind::RetryAfter | Kind::TimedOut | Kind::Overloaded => {
                tracing::warn!(%error, "attempt failed");
            }
            Kind::BadInput
            | Kind::Rejected
            | Kind::NoRoute
            | Kind::Cancelled
            | Kind::HandedBack => {
                tracing::info!(%error, "attempt ended without a result");
            }
        },
    }
}
