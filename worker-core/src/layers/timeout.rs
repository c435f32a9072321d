//! A time limit for each attempt.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::JobService;
use crate::{
    JobError,
    job::{Completion, Job},
    router::IntoJobError,
};

/// Ends an attempt that takes longer than its limit with
/// [`JobErrorKind::TimedOut`](crate::JobErrorKind::TimedOut), which names the limit.
///
/// The attempt is dropped. A blocking handler goes on in its thread and keeps its permit; the
/// retry layer makes no other attempt meanwhile. The error counts as temporary (inside the retry
/// layer, the limit is that of one attempt, and the next may be quicker), unless
/// [`permanent`](Self::permanent) says otherwise. The job's own deadline is kept by the session,
/// with or without this layer.
#[derive(Clone, Copy, Debug)]
pub struct TimeoutLayer {
    limit: Duration,
    temporary: bool,
}

impl TimeoutLayer {
    /// A limit for each attempt.
    pub fn new(limit: Duration) -> Self {
        Self { limit, temporary: true }
    }

    /// Running past the limit is an error that trying again does not cure.
    #[must_use]
    pub fn permanent(mut self) -> Self {
        self.temporary = false;
        self
    }
}

impl<S> Layer<S> for TimeoutLayer {
    type Service = Timeout<S>;

    fn layer(&self, inner: S) -> Timeout<S> {
        Timeout { inner, layer: *self }
    }
}

/// The service of [`TimeoutLayer`].
#[derive(Clone, Debug)]
pub struct Timeout<S> {
    inner: S,
    layer: TimeoutLayer,
}

impl<S: JobService> Service<Job> for Timeout<S> {
    type Response = Completion;
    type Error = JobError;
    type Future = TimeoutFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), JobError>> {
        self.inner.poll_ready(cx).map_err(IntoJobError::into_job_error)
    }

    fn call(&mut self, job: Job) -> TimeoutFuture<S::Future> {
        let attempt = tokio::time::timeout(self.layer.limit, self.inner.call(job));
        TimeoutFuture { attempt, layer: self.layer }
    }
}

pin_project! {
    /// The future of [`Timeout`].
    #[derive(Debug)]
    pub struct TimeoutFuture<F> {
        #[pin]
        attempt: tokio::time::Timeout<F>,
        layer: TimeoutLayer,
    }
}

impl<F, E> Future for TimeoutFuture<F>
where
    F: Future<Output = Result<Completion, E>>,
    E: IntoJobError,
{
    type Output = Result<Completion, JobError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        Poll::Ready(match ready!(this.attempt.poll(cx)) {
            Ok(result) => result.map_err(IntoJobError::into_job_error),
            Err(_) => {
                let TimeoutLayer { limit, temporary } = *this.layer;
                let error = format!("the attempt took longer than its limit of {limit:?}");
                let error = JobError::timed_out(error);
                Err(if temporary { error.temporary() } else { error })
            }
        })
    }
}
