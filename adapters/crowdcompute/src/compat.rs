//! Upstream's way of writing a worker, for programs that move from it.
//!
//! ```no_run
//! use journeyman_core::extract::Args;
//! use journeyman_crowdcompute::{Config, compat::Worker};
//!
//! # fn run() -> Result<(), journeyman_core::Error> {
//! let config = Config::new("ws://localhost:9000").worker_id("worker-001");
//! Worker::new(config).register("double", async |Args(x): Args<i64>| 2 * x).run()?;
//! # Ok(()) }
//! ```
//!
//! Upstream's `worker.run()` never connects (CrowdCompute sheet, section 10.2); this one does.

use journeyman_core::{
    Error, ErrorKind, Router, Summary, Worker as CoreWorker, router::IntoRoute, shutdown_signal,
};

use crate::{Config, CrowdWorker, Native};

/// A worker of one foreman with handlers by the names of functions.
#[derive(Debug)]
#[must_use]
pub struct Worker {
    config: Config,
    router: Router,
}

impl Worker {
    /// A worker without handlers.
    pub fn new(config: Config) -> Self {
        Self { config, router: Router::new() }
    }

    /// Serves every task whose function has this name, whatever its source says.
    pub fn register<M>(mut self, name: &str, handler: impl IntoRoute<M>) -> Self {
        self.config = self.config.native(Native::named(name));
        self.router = self.router.route(name, handler);
        self
    }

    /// Serves all other tasks: something that runs Python.
    pub fn python<M>(mut self, handler: impl IntoRoute<M>) -> Self {
        self.router = self.router.fallback(handler);
        self
    }

    /// The same as a worker of the framework, to serve other backends, too.
    pub fn into_worker(self) -> CoreWorker {
        let concurrency = self.config.max_concurrent_tasks;
        let backend = CrowdWorker::new(self.config);
        CoreWorker::new(self.router).serve(backend).concurrency(concurrency)
    }

    /// Runs until `shutdown` completes, then finishes the tasks in flight.
    ///
    /// # Errors
    /// The settings cannot work, or the worker gave up.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) -> Result<Summary, Error> {
        self.into_worker().run_until(shutdown).await
    }

    /// Runs on this thread until the program is told to stop, then finishes the tasks in flight.
    /// For programs without a runtime of their own.
    ///
    /// # Errors
    /// As [`run_until`](Self::run_until), or there can be no runtime.
    pub fn run(self) -> Result<Summary, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            Error::new(ErrorKind::Io, "start", "there can be no runtime").with_source(error)
        })?;
        runtime.block_on(self.run_until(shutdown_signal()))
    }
}
