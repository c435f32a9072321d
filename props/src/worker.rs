//! Props as typed Rust structs.

use std::{fmt, future::Future, marker::PhantomData, sync::Arc};

use journeyman_core::{JobError, Router};
use journeyman_halloween::Subscription;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{BoxFuture, Factory, Instance, Life, PropContext};

/// A prop in Rust: the counterpart of upstream's base class. Each start makes a new one.
///
/// ```
/// use std::{sync::Arc, time::Duration};
///
/// use journeyman_core::{JobError, Router, extract::{Args, State}};
/// use journeyman_props::{PropContext, PropWorker};
///
/// #[derive(serde::Deserialize)]
/// struct Settings {
///     #[serde(default)]
///     volume: u8,
/// }
///
/// struct Cannon {
///     context: PropContext,
///     settings: Settings,
/// }
///
/// impl PropWorker for Cannon {
///     type Config = Settings;
///
///     fn new(context: PropContext, settings: Settings) -> Result<Self, JobError> {
///         Ok(Self { context, settings })
///     }
///
///     fn router(self: &Arc<Self>) -> Router {
///         Router::new().route("fire", fire)
///     }
///
///     async fn start(&self) -> Result<(), JobError> {
///         let prop = self.context.prop().clone();
///         self.context.spawn("ticker", async move {
///             for tick in 0u64.. {
///                 prop.telemetry("tick", &tick).await?;
///                 tokio::time::sleep(Duration::from_secs(5)).await;
///             }
///             Ok::<_, JobError>(())
///         });
///         Ok(())
///     }
/// }
///
/// async fn fire(Args(ms): Args<Option<u64>>, State(cannon): State<Arc<Cannon>>) -> Result<(), JobError> {
///     let prop = cannon.context.prop();
///     prop.publish_state("firing").await?;
///     prop.command("fogger", "start", &(ms, cannon.settings.volume)).await
/// }
/// ```
pub trait PropWorker: Send + Sync + Sized + 'static {
    /// Its configuration. [`NoConfig`] takes any and reads nothing.
    type Config: DeserializeOwned;

    /// Makes one, before the prop is there on the bus. It runs on a thread that may block.
    ///
    /// # Errors
    /// Why the prop cannot run; see [`Factory::make`].
    fn new(context: PropContext, config: Self::Config) -> Result<Self, JobError>;

    /// Its commands. Handlers can take `State<Arc<Self>>` and `State<PropContext>`.
    fn router(self: &Arc<Self>) -> Router;

    /// More topics whose messages go to routes.
    fn subscriptions(&self) -> Vec<Subscription> {
        Vec::new()
    }

    /// See [`Life::start`].
    ///
    /// # Errors
    /// Why the prop cannot run.
    fn start(&self) -> impl Future<Output = Result<(), JobError>> + Send {
        async { Ok(()) }
    }

    /// See [`Life::stop`].
    ///
    /// # Errors
    /// Reported on `status/error`.
    fn stop(&self) -> impl Future<Output = Result<(), JobError>> + Send {
        async { Ok(()) }
    }
}

/// The configuration of a prop that reads none: whatever the file holds is fine.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct NoConfig {}

/// The factory of a [`PropWorker`].
pub fn worker<W: PropWorker>() -> impl Factory {
    WorkerFactory::<W>(PhantomData)
}

struct WorkerFactory<W>(PhantomData<fn() -> W>);

impl<W> fmt::Debug for WorkerFactory<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WorkerFactory({})", std::any::type_name::<W>())
    }
}

impl<W: PropWorker> Factory for WorkerFactory<W> {
    fn make(&self, context: &PropContext) -> Result<Instance, JobError> {
        let config = context.config::<W::Config>()?;
        let worker = Arc::new(W::new(context.clone(), config)?);
        let router = worker.router().state(Arc::clone(&worker)).state(context.clone());
        let subscriptions = worker.subscriptions();
        let instance = Instance::new(router, WorkerLife(worker));
        Ok(subscriptions.into_iter().fold(instance, Instance::subscribe))
    }
}

struct WorkerLife<W>(Arc<W>);

impl<W: PropWorker> Life for WorkerLife<W> {
    fn start(&self) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(self.0.start())
    }

    fn stop(&self) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(self.0.stop())
    }
}
