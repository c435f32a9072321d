//! A runtime of its own for upstream: what handlers do to theirs does not reach it.

use std::time::Duration;

use journeyman_core::{Error, ErrorKind};
use tokio::runtime::{Builder, Handle, Runtime};

/// How long its tasks may take to end.
const END: Duration = Duration::from_secs(5);

/// A runtime that may be dropped anywhere.
#[derive(Debug)]
pub(crate) struct Background {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Drop for Background {
    fn drop(&mut self) {
        // A runtime that is dropped as it is waits, which a task must not do.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Background {
    /// Starts it.
    ///
    /// # Errors
    /// The system gives no threads.
    pub(crate) fn new() -> Result<Self, Error> {
        let threads = std::thread::available_parallelism().map_or(2, |n| n.get().clamp(2, 8));
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name("tasker")
            .enable_all()
            .build()
            .map_err(|error| {
                Error::new(ErrorKind::Io, "start", "no threads for Tasker's worker")
                    .with_source(error)
            })?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// To run something there.
    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Ends it and waits for its tasks.
    pub(crate) async fn end(mut self) {
        if let Some(runtime) = self.runtime.take() {
            // An error means that the thread that waits was cancelled with its own runtime.
            let _ = tokio::task::spawn_blocking(move || runtime.shutdown_timeout(END)).await;
        }
    }
}
