//! The Python SDK's way of writing a worker, for programs that move from it.
//!
//! ```no_run
//! use journeyman_distworker::{Config, Task, compat::Worker};
//! # use journeyman_core::{JobError, shutdown_signal};
//!
//! async fn handle_math_task(task: Task) -> Result<f64, JobError> {
//!     let a: f64 = task.get_input("a")?.unwrap_or_default();
//!     let b: f64 = task.get_input("b")?.unwrap_or_default();
//!     task.send_task_progress(50.0, "half way");
//!     Ok(a + b)
//! }
//!
//! # async fn run() -> Result<(), journeyman_core::Error> {
//! Worker::new(Config::from_env()?)
//!     .register_handler("math.*", handle_math_task)
//!     .run_until(shutdown_signal())
//!     .await?;
//! # Ok(()) }
//! ```
//!
//! One thing differs: where several patterns match, the SDK before its release took the one that
//! was registered first; here the most specific one wins, and two that tie are an error at start.

use journeyman_core::{Error, Router, Summary, Worker as CoreWorker, router::IntoRoute};

use crate::Config;

/// A worker of one controller with handlers by queue pattern.
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

    /// Serves the queues that match `pattern`: parts are separated by `.`, `*` is one part, `#`
    /// the rest, at least one part; what stands behind a `#` does not count.
    pub fn register_handler<M>(mut self, pattern: &str, handler: impl IntoRoute<M>) -> Self {
        self.router = self.router.route(as_route(pattern), handler);
        self
    }

    /// The same as a worker of the framework, to serve other backends, too.
    pub fn into_worker(self) -> CoreWorker {
        let concurrency = self.config.connections;
        CoreWorker::new(self.router).serve(self.config).concurrency(concurrency)
    }

    /// Runs until `shutdown` completes, then finishes the tasks in flight.
    ///
    /// # Errors
    /// The settings cannot work, or the worker gave up.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) -> Result<Summary, Error> {
        self.into_worker().run_until(shutdown).await
    }
}

/// The router's form of a queue pattern: it has segments behind a `#`, too, which the SDK ignores.
fn as_route(pattern: &str) -> &str {
    let mut end = 0;
    for part in pattern.split('.') {
        end += part.len();
        if part == "#" {
            return &pattern[..end];
        }
        end += 1;
    }
    pattern
}

#[cfg(test)]
mod tests {
    use journeyman_core::router::Pattern;

    use super::*;
    use crate::pattern::queue_matches;

    #[test]
    fn routes_match_what_queue_patterns_match() {
        let names = ["", "math", "math.add", "math.add.int", "a.b.c", "math.", ".", "x"];
        for pattern in ["math.add", "math.*", "math.#", "#", "*", "*.*", "#.x", "a.#.c", "ma*"] {
            let route = Pattern::parse(as_route(pattern)).unwrap();
            for name in names {
                assert_eq!(route.matches(name), queue_matches(pattern, name), "{pattern} {name}");
            }
        }
    }
}
