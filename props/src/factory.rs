//! What runs a prop.

use std::{fmt, future::Future, pin::Pin};

use journeyman_core::{JobError, Router};
use journeyman_halloween::Subscription;

use crate::PropContext;

/// A future in a box, as [`Life`] returns it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Makes what runs a prop. It is asked for every start: also after a failure, and after a change of
/// the configuration.
///
/// A closure `Fn(&PropContext) -> Result<Instance, JobError>` is one, and
/// [`worker`](crate::worker) makes one of a [`PropWorker`](crate::PropWorker).
pub trait Factory: Send + Sync + 'static {
    /// Makes one run of a prop. It runs on a thread that may block; a panic is a failed start.
    /// The prop has no session yet: what is published here is refused.
    ///
    /// # Errors
    /// Why the prop cannot run. The host says so on `status/error` and tries again.
    fn make(&self, context: &PropContext) -> Result<Instance, JobError>;
}

impl<F> Factory for F
where
    F: Fn(&PropContext) -> Result<Instance, JobError> + Send + Sync + 'static,
{
    fn make(&self, context: &PropContext) -> Result<Instance, JobError> {
        self(context)
    }
}

/// One run of a prop: its commands, the topics that it watches, and what happens at its start and
/// end.
pub struct Instance {
    pub(crate) router: Router,
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) life: Box<dyn Life>,
}

impl Instance {
    /// A run with these commands as routes. `()` is a life in which nothing happens.
    pub fn new(router: Router, life: impl Life) -> Self {
        Self { router, subscriptions: Vec::new(), life: Box::new(life) }
    }

    /// Sends the messages of more topics to a route.
    #[must_use]
    pub fn subscribe(mut self, subscription: Subscription) -> Self {
        self.subscriptions.push(subscription);
        self
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance")
            .field("router", &self.router)
            .field("subscriptions", &self.subscriptions)
            .finish_non_exhaustive()
    }
}

/// What happens at the start and the end of a run.
pub trait Life: Send + Sync + 'static {
    /// Called when the prop is there on the bus: subscribed, `online` and `started` confirmed.
    /// Commands that come meanwhile wait until it is done.
    ///
    /// # Errors
    /// Why the prop cannot run. It is stopped then, and started again after a while.
    ///
    /// # Cancel safety
    /// It is dropped when the prop is told to stop meanwhile, and when it takes longer than the
    /// host's limit; [`stop`](Self::stop) is called in both cases.
    fn start(&self) -> BoxFuture<'_, Result<(), JobError>>;

    /// Cleans up: switches the hardware off. Called once when the run ends, if `start` was called,
    /// however that went; commands and tasks have ended by then. It may still publish.
    ///
    /// # Errors
    /// Reported on `status/error`; the prop stops all the same.
    ///
    /// # Cancel safety
    /// It is dropped when it takes longer than the host's limit.
    fn stop(&self) -> BoxFuture<'_, Result<(), JobError>>;
}

impl Life for () {
    fn start(&self) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async { Ok(()) })
    }

    fn stop(&self) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async { Ok(()) })
    }
}
