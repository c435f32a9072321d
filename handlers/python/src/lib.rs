//! Python as handlers.
//!
//! | handler | what it runs | backends |
//! |---|---|---|
//! | [`Python`] | the source that comes with the job | those that send code: CrowdCompute |
//! | [`PythonFunction`] | a function of your own | all |
//!
//! Both run it on a [`journeyman_executor::Executor`]: in processes of their own, confined and
//! limited. What a task prints is on the monitor, its progress goes to the server where that takes
//! it, and a job that is cancelled or dropped kills its task.
//!
//! ```no_run
//! use journeyman_core::{Router, Worker};
//! use journeyman_crowdcompute::Config;
//! use journeyman_executor::Executor;
//! use journeyman_python::Python;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let executor = Executor::start(journeyman_executor::Config::default()).await?;
//! let double = Python::function(executor.clone(), "def double(x):\n    return 2 * x\n", "double");
//! let router = Router::new().route("double", double).route("python.#", Python::new(executor));
//! Worker::new(router).serve(Config::new("ws://localhost:9000")).run().await?;
//! # Ok(()) }
//! ```
//!
//! # Not on Windows
//! As the executor, this crate is empty there.

#![cfg(unix)]

mod follow;
mod function;
mod handler;
mod json;
mod outcome;
mod plan;
mod saves;

pub use function::PythonFunction;
pub use handler::Python;
pub use outcome::{DIED, LIMIT, RAISED, RESULT, UNAVAILABLE};
