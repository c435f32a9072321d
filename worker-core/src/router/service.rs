//! The bridge to tower.

use std::{
    convert::Infallible,
    error::Error as StdError,
    fmt,
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll},
};

use tower_service::Service;

use crate::{
    JobError,
    handler::{Endpoint, JobFuture},
    job::{Completion, Job},
};

/// A route as a tower service: always ready, cheap to clone.
#[derive(Clone)]
pub struct RouteService(pub(crate) Arc<dyn Endpoint>);

impl fmt::Debug for RouteService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RouteService")
    }
}

impl Service<Job> for RouteService {
    type Response = Completion;
    type Error = JobError;
    type Future = JobFuture;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), JobError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, job: Job) -> JobFuture {
        Arc::clone(&self.0).call(job)
    }
}

/// A route with a layer around it.
pub(crate) struct Layered<S>(pub(crate) S);

impl<S> Endpoint for Layered<S>
where
    S: Service<Job, Response = Completion> + Clone + Send + Sync + 'static,
    S::Error: IntoJobError,
    S::Future: Send,
{
    fn call(self: Arc<Self>, job: Job) -> JobFuture {
        let mut service = self.0.clone();
        Box::pin(async move {
            poll_fn(|cx| service.poll_ready(cx)).await.map_err(IntoJobError::into_job_error)?;
            service.call(job).await.map_err(IntoJobError::into_job_error)
        })
    }
}

/// The errors that a layer may have.
pub trait IntoJobError {
    /// Becomes a job error.
    fn into_job_error(self) -> JobError;
}

impl IntoJobError for JobError {
    fn into_job_error(self) -> JobError {
        self
    }
}

impl IntoJobError for Infallible {
    fn into_job_error(self) -> JobError {
        match self {}
    }
}

/// Tower's own layers box their errors. One that was ours comes out as it was.
impl IntoJobError for Box<dyn StdError + Send + Sync> {
    fn into_job_error(self) -> JobError {
        match self.downcast::<JobFailure>() {
            Ok(failure) => failure.0,
            Err(error) if error.is::<tower::timeout::error::Elapsed>() => {
                JobError::timed_out("the attempt took longer than its limit").temporary()
            }
            Err(error) => JobError::failed(error.to_string()),
        }
    }
}

/// A [`JobError`] as a standard error, for layers that want one.
#[derive(Debug)]
pub struct JobFailure(pub JobError);

impl fmt::Display for JobFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for JobFailure {}
