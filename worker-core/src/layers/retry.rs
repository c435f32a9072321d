//! Trying again.

use std::{
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use metrics::counter;
use tower_layer::Layer;
use tower_service::Service;

use super::{JobService, RetryBudget, take_ready, unless_cancelled};
use crate::{
    JobError,
    backoff::Backoff,
    capability::RetryOwner,
    handler::JobFuture,
    job::{Completion, Job, now},
    router::IntoJobError,
    telemetry,
};

/// Tries a job again when its error is temporary ([`JobError::is_temporary`]).
///
/// It waits before each retry: as long as the error says ([`JobError::delay`]), else an
/// exponential backoff with full jitter. It gives up, with the last error, when
/// - the attempts are used up,
/// - the [budget](RetryBudget), which all clones share, is empty,
/// - the wait would last beyond the job's deadline,
/// - the job was asked to stop,
/// - a blocking handler of an attempt that timed out still runs, or
/// - the job's backend tries failed jobs again itself ([`RetryOwner::Server`]): there is one owner
///   of retries, so that they do not multiply. See
///   [`even_if_server_retries`](Self::even_if_server_retries).
///
/// A job that waits for its retry is in flight and holds its permit of the worker.
#[derive(Clone, Debug)]
pub struct RetryLayer {
    policy: Policy,
    budget: Option<Arc<RetryBudget>>,
}

#[derive(Clone, Copy, Debug)]
struct Policy {
    attempts: u32,
    backoff: Backoff,
    even_if_server_retries: bool,
}

impl RetryLayer {
    /// At most so many attempts in all (1 is no retry), 100 ms to 10 s apart, within the default
    /// budget.
    pub fn new(attempts: u32) -> Self {
        let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(10));
        Self {
            policy: Policy { attempts, backoff, even_if_server_retries: false },
            budget: Some(Arc::default()),
        }
    }

    /// Sets the wait before retries.
    #[must_use]
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.policy.backoff = backoff;
        self
    }

    /// Sets the budget. Layers that are given the same one share it.
    #[must_use]
    pub fn budget(mut self, budget: Arc<RetryBudget>) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Retries as often as the attempts allow, whatever part of all calls that is.
    #[must_use]
    pub fn no_budget(mut self) -> Self {
        self.budget = None;
        self
    }

    /// Retries here although the backend does so, too. A job that fails is then attempted as
    /// often as the product of both limits.
    #[must_use]
    pub fn even_if_server_retries(mut self) -> Self {
        self.policy.even_if_server_retries = true;
        self
    }

    /// How long to wait before the next attempt; `None` to give up. `made` counts the attempts so
    /// far.
    fn wait(&self, job: &Job, made: u32, error: &JobError) -> Option<Duration> {
        let owner = job.info().retry_owner;
        let ours = owner == RetryOwner::Worker || self.policy.even_if_server_retries;
        if !error.is_temporary()
            || made >= self.policy.attempts
            || !ours
            || job.cancel_reason().is_some()
            || !job.holds_permit()
        {
            return None;
        }
        let wait = error.delay().unwrap_or_else(|| {
            self.policy.backoff.delay(made.saturating_sub(1), &mut fastrand::Rng::new())
        });
        let start = now().checked_add(wait)?;
        if job.info().deadline.is_some_and(|deadline| start >= deadline) {
            return None;
        }
        // Last, since it takes a token.
        self.budget.as_ref().is_none_or(|budget| budget.withdraw()).then_some(wait)
    }
}

impl<S> Layer<S> for RetryLayer {
    type Service = Retry<S>;

    fn layer(&self, inner: S) -> Retry<S> {
        Retry { inner, layer: self.clone() }
    }
}

/// The service of [`RetryLayer`].
#[derive(Clone, Debug)]
pub struct Retry<S> {
    inner: S,
    layer: RetryLayer,
}

impl<S: JobService> Service<Job> for Retry<S> {
    type Response = Completion;
    type Error = JobError;
    type Future = JobFuture;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), JobError>> {
        self.inner.poll_ready(cx).map_err(IntoJobError::into_job_error)
    }

    fn call(&mut self, job: Job) -> JobFuture {
        let mut inner = take_ready(&mut self.inner);
        let layer = self.layer.clone();
        Box::pin(async move {
            if let Some(budget) = &layer.budget {
                budget.deposit();
            }
            for made in 1.. {
                let error = match inner.call(job.clone()).await {
                    Ok(completion) => return Ok(completion),
                    Err(error) => error.into_job_error(),
                };
                let Some(wait) = layer.wait(&job, made, &error) else { return Err(error) };
                tracing::debug!(attempt = job.attempt(), %error, "trying again in {wait:?}");
                unless_cancelled(&job, tokio::time::sleep(wait)).await?;
                job.next_attempt();
                // Rare enough (there is a budget) to look the counter up each time.
                counter!(telemetry::RETRIES, "route" => job.pattern().to_owned()).increment(1);
                poll_fn(|cx| inner.poll_ready(cx)).await.map_err(IntoJobError::into_job_error)?;
            }
            unreachable!("the attempts are limited by a u32")
        })
    }
}
