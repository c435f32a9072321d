//! A limit of attempts at a time.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use tokio::sync::Semaphore;
use tower_layer::Layer;
use tower_service::Service;

use super::{JobService, take_ready, unless_cancelled};
use crate::{
    JobError,
    handler::JobFuture,
    job::{Completion, Job},
    router::IntoJobError,
};

/// Runs at most so many attempts at a time, counted over all routes that this layer and its
/// clones are put around. Others wait in turn.
///
/// A job that waits here holds its permit of the worker. To limit one route, prefer
/// [`Route::concurrency`](crate::Route::concurrency), where the job waits before it takes one;
/// this layer is for what several routes share, such as a database.
#[derive(Clone, Debug)]
pub struct ConcurrencyLayer {
    permits: Arc<Semaphore>,
}

impl ConcurrencyLayer {
    /// A limit of this many attempts, at least 1.
    pub fn new(limit: usize) -> Self {
        let limit = limit.clamp(1, Semaphore::MAX_PERMITS);
        Self { permits: Arc::new(Semaphore::new(limit)) }
    }
}

impl<S> Layer<S> for ConcurrencyLayer {
    type Service = Concurrency<S>;

    fn layer(&self, inner: S) -> Concurrency<S> {
        Concurrency { inner, permits: Arc::clone(&self.permits) }
    }
}

/// The service of [`ConcurrencyLayer`].
#[derive(Clone, Debug)]
pub struct Concurrency<S> {
    inner: S,
    permits: Arc<Semaphore>,
}

impl<S: JobService> Service<Job> for Concurrency<S> {
    type Response = Completion;
    type Error = JobError;
    type Future = JobFuture;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), JobError>> {
        self.inner.poll_ready(cx).map_err(IntoJobError::into_job_error)
    }

    fn call(&mut self, job: Job) -> JobFuture {
        let mut inner = take_ready(&mut self.inner);
        let permits = Arc::clone(&self.permits);
        Box::pin(async move {
            // An error would mean that it is closed, which nobody does.
            let _permit = unless_cancelled(&job, permits.acquire()).await?;
            inner.call(job).await.map_err(IntoJobError::into_job_error)
        })
    }
}
