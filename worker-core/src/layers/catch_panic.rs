//! Panics become errors.

use std::{
    panic::AssertUnwindSafe,
    task::{Context, Poll},
};

use futures_util::FutureExt;
use tower_layer::Layer;
use tower_service::Service;

use super::{JobService, take_ready};
use crate::{
    JobError,
    handler::{JobFuture, panic_text},
    job::{Completion, Job},
    router::IntoJobError,
};

/// Turns a panic into [`JobErrorKind::Panicked`](crate::JobErrorKind::Panicked).
///
/// The session catches every panic in any case. With this layer innermost, the other layers see
/// a panic as an error, too: it is traced and counted as the end of its attempt.
#[derive(Clone, Copy, Debug, Default)]
pub struct CatchPanicLayer;

impl CatchPanicLayer {
    /// The layer.
    pub fn new() -> Self {
        Self
    }
}

impl<S> Layer<S> for CatchPanicLayer {
    type Service = CatchPanic<S>;

    fn layer(&self, inner: S) -> CatchPanic<S> {
        CatchPanic { inner }
    }
}

/// The service of [`CatchPanicLayer`].
#[derive(Clone, Debug)]
pub struct CatchPanic<S> {
    inner: S,
}

impl<S: JobService> Service<Job> for CatchPanic<S> {
    type Response = Completion;
    type Error = JobError;
    type Future = JobFuture;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), JobError>> {
        self.inner.poll_ready(cx).map_err(IntoJobError::into_job_error)
    }

    fn call(&mut self, job: Job) -> JobFuture {
        let mut inner = take_ready(&mut self.inner);
        // The call itself can panic, too, not only its future.
        let attempt = AssertUnwindSafe(async move { inner.call(job).await }).catch_unwind();
        Box::pin(async move {
            match attempt.await {
                Ok(result) => result.map_err(IntoJobError::into_job_error),
                Err(panic) => Err(JobError::panicked(panic_text("the handler", &*panic))),
            }
        })
    }
}
