//! Tower layers for routes: timeout, retry, rate limit, concurrency, panic catch, tracing, metrics.
//!
//! Each layer works alone on [`Route::layer`](crate::Route::layer) and
//! [`Router::layer`](crate::Router::layer), beside tower's own. [`Standard`] puts them together
//! in the one right order.
//!
//! The services wait inside the call and never in `poll_ready`, so that a wait counts for the
//! layers outside and ends when the job is cancelled. Clones of a layer, and all services that it
//! made, share its limits: one layer around a whole router is one limit for all its routes.

mod catch_panic;
mod concurrency;
mod metrics;
mod rate_limit;
mod retry;
mod retry_budget;
mod standard;
mod timeout;
mod trace;

use std::{future::Future, mem};

use tower_service::Service;

use crate::{
    JobError,
    job::{Completion, Job},
    router::IntoJobError,
};

pub use catch_panic::{CatchPanic, CatchPanicLayer};
pub use concurrency::{Concurrency, ConcurrencyLayer};
pub use metrics::{Metrics, MetricsFuture, MetricsLayer};
pub use rate_limit::{RateLimit, RateLimitLayer};
pub use retry::{Retry, RetryLayer};
pub use retry_budget::RetryBudget;
pub use standard::Standard;
pub use timeout::{Timeout, TimeoutFuture, TimeoutLayer};
pub use trace::{Trace, TraceFuture, TraceLayer};

/// A tower service that runs jobs; what the layers of this module wrap.
pub trait JobService:
    Service<Job, Response = Completion, Error: IntoJobError, Future: Send>
    + Clone
    + Send
    + Sync
    + 'static
{
}

impl<S> JobService for S where
    S: Service<Job, Response = Completion, Error: IntoJobError, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// Takes out the service that was polled until it was ready; a fresh clone takes its place.
fn take_ready<S: Clone>(service: &mut S) -> S {
    let fresh = service.clone();
    mem::replace(service, fresh)
}

/// Waits for something before an attempt; ends early when the job is cancelled.
async fn unless_cancelled<T>(job: &Job, wait: impl Future<Output = T>) -> Result<T, JobError> {
    tokio::select! {
        biased;
        reason = job.cancelled() => Err(JobError::cancelled(reason.as_str())),
        done = wait => Ok(done),
    }
}
