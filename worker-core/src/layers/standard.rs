//! All layers in the one right order.

use std::{sync::Arc, time::Duration};

use tower_layer::Layer;

use super::{
    CatchPanicLayer, ConcurrencyLayer, JobService, MetricsLayer, RateLimitLayer, RetryLayer,
    TimeoutLayer, TraceLayer,
};
use crate::router::{Layered, RouteService};

/// The layers of this module in the one right order, whatever the order of the calls here:
///
/// ```text
/// session: deadline, cancel, panics, permits, the span and metrics of the job
///   retry            sees what is left of the deadline and never outlasts it
///     trace          one span per attempt
///       metrics      one measurement per attempt
///         timeout    the limit of one attempt, waiting for its turn included
///           rate limit     each attempt counts, retries too
///             concurrency  taken last, so that nobody holds a place while waiting for a token
///               catch panic  a panic is an error to all above
///                 handler
/// ```
///
/// Why so:
/// - The job's deadline is for all attempts together; the session keeps it outside of everything.
///   A timeout inside of the retry counts anew for each attempt; outside it would be a second
///   deadline.
/// - Trace and metrics tell attempts, since the session tells jobs already: outside of the retry
///   they would say the same twice and hide the attempts.
/// - Limits inside of the retry let retries queue with everybody else: a retry is load, too. A job
///   that waits for its retry holds neither token nor place.
/// - Limits inside of the timeout keep the promise of the timeout: an attempt is over by then.
/// - The panic catch is innermost, so that a panic ends its attempt as an error that is traced,
///   counted and frees its place.
///
/// Trace, metrics and panic catch are always there; the others when they are asked for. Clones
/// share limits and budget: around a whole router they hold for all routes together.
///
/// ```
/// use std::time::Duration;
///
/// use journeyman_core::{
///     Router,
///     layers::{RetryLayer, Standard},
/// };
///
/// let layers = Standard::new()
///     .retry(RetryLayer::new(3))
///     .timeout(Duration::from_secs(10))
///     .rate_limit(100, Duration::from_secs(1));
/// let router = Router::new().route("hello", async || "world").layer(layers);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Standard {
    retry: Option<RetryLayer>,
    timeout: Option<TimeoutLayer>,
    rate_limit: Option<RateLimitLayer>,
    concurrency: Option<ConcurrencyLayer>,
}

impl Standard {
    /// Trace, metrics and panic catch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tries again when an error is temporary.
    #[must_use]
    pub fn retry(mut self, retry: RetryLayer) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Limits the time of each attempt.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(TimeoutLayer::new(limit));
        self
    }

    /// Starts at most `count` attempts per `per`.
    #[must_use]
    pub fn rate_limit(mut self, count: u32, per: Duration) -> Self {
        self.rate_limit = Some(RateLimitLayer::new(count, per));
        self
    }

    /// Runs at most so many attempts at a time.
    #[must_use]
    pub fn concurrency(mut self, limit: usize) -> Self {
        self.concurrency = Some(ConcurrencyLayer::new(limit));
        self
    }
}

/// A service whose type is forgotten, since which layers there are is known only at run time.
fn forget<S: JobService>(service: S) -> RouteService {
    RouteService(Arc::new(Layered(service)))
}

/// Puts a layer around, if there is one.
fn around<L>(layer: Option<&L>, inner: RouteService) -> RouteService
where
    L: Layer<RouteService>,
    L::Service: JobService,
{
    match layer {
        Some(layer) => forget(layer.layer(inner)),
        None => inner,
    }
}

impl<S: JobService> Layer<S> for Standard {
    type Service = RouteService;

    fn layer(&self, inner: S) -> RouteService {
        let service = forget(CatchPanicLayer::new().layer(inner));
        let service = around(self.concurrency.as_ref(), service);
        let service = around(self.rate_limit.as_ref(), service);
        let service = around(self.timeout.as_ref(), service);
        let service = forget(TraceLayer::new().layer(MetricsLayer::new().layer(service)));
        around(self.retry.as_ref(), service)
    }
}
