//! A limit of attempts per time.

use std::{
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use tokio::{sync::Mutex, time::sleep_until};
use tower_layer::Layer;
use tower_service::Service;

use super::{JobService, take_ready, unless_cancelled};
use crate::{
    JobError,
    handler::JobFuture,
    job::{Completion, Job, now},
    router::IntoJobError,
};

/// Starts at most so many attempts per time, counted over all routes that this layer and its
/// clones are put around. Others wait in turn; a wait that is cancelled costs nothing.
///
/// It is a token bucket: after a pause, the whole number may start at once; in the long run they
/// are `per / count` apart. A job that waits here holds its permit of the worker.
#[derive(Clone, Debug)]
pub struct RateLimitLayer {
    bucket: Arc<Bucket>,
}

impl RateLimitLayer {
    /// A limit of `count` (at least 1) attempts per `per`.
    pub fn new(count: u32, per: Duration) -> Self {
        Self { bucket: Arc::new(Bucket::new(count, per)) }
    }
}

impl<S> Layer<S> for RateLimitLayer {
    type Service = RateLimit<S>;

    fn layer(&self, inner: S) -> RateLimit<S> {
        RateLimit { inner, bucket: Arc::clone(&self.bucket) }
    }
}

/// The service of [`RateLimitLayer`].
#[derive(Clone, Debug)]
pub struct RateLimit<S> {
    inner: S,
    bucket: Arc<Bucket>,
}

impl<S: JobService> Service<Job> for RateLimit<S> {
    type Response = Completion;
    type Error = JobError;
    type Future = JobFuture;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), JobError>> {
        self.inner.poll_ready(cx).map_err(IntoJobError::into_job_error)
    }

    fn call(&mut self, job: Job) -> JobFuture {
        let mut inner = take_ready(&mut self.inner);
        let bucket = Arc::clone(&self.bucket);
        Box::pin(async move {
            unless_cancelled(&job, bucket.take()).await?;
            inner.call(job).await.map_err(IntoJobError::into_job_error)
        })
    }
}

#[derive(Debug)]
struct Bucket {
    per: Duration,
    /// How long one token takes to come back.
    interval: Duration,
    /// When the bucket will be full again. The mutex is fair and is held while waiting for a
    /// token, so whoever came first is served first.
    full_at: Mutex<Option<Instant>>,
}

impl Bucket {
    fn new(count: u32, per: Duration) -> Self {
        Self { per, interval: per / count.max(1), full_at: Mutex::new(None) }
    }

    /// Takes a token.
    ///
    /// # Cancel safety
    /// Dropping the future takes no token and loses the place in the queue.
    async fn take(&self) {
        let mut full_at = self.full_at.lock().await;
        let start = now();
        let full = full_at.map_or(start, |full| full.max(start));
        // With this token taken, the bucket may be at most its whole time from full.
        let wait = (full + self.interval).saturating_duration_since(start).saturating_sub(self.per);
        if !wait.is_zero() {
            sleep_until((start + wait).into()).await;
        }
        *full_at = Some(full + self.interval);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_and_then_evenly() {
        let bucket = Bucket::new(5, Duration::from_secs(1));
        let start = now();
        for (token, expected) in [0, 0, 0, 0, 0, 200, 400, 600].into_iter().enumerate() {
            bucket.take().await;
            let waited = (now() - start).as_millis();
            // Tokio's timer has a resolution of a millisecond.
            assert!(waited >= expected && waited <= expected + 2, "token {token}: {waited} ms");
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
        let start = now();
        for _ in 0..5 {
            bucket.take().await;
        }
        assert_eq!(now(), start, "a long pause gives a full bucket");
        bucket.take().await;
        assert!(now() - start >= Duration::from_millis(200), "and no more than that");
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_is_dropped_takes_nothing() {
        let bucket = Bucket::new(1, Duration::from_secs(10));
        bucket.take().await;
        let start = now();
        for _ in 0..3 {
            let waited = tokio::time::timeout(Duration::from_secs(1), bucket.take()).await;
            assert!(waited.is_err());
        }
        bucket.take().await;
        assert_eq!((now() - start).as_secs(), 10);
    }
}
