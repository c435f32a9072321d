//! Tasker's own worker crates (tasker-worker 0.1.8) under a Journeyman worker.
//!
//! [`LiveChannel`] is the [`StepChannel`](journeyman_tasker::channel::StepChannel) of the real
//! thing: it starts Tasker's worker inside of this process, which claims steps from PostgreSQL, and
//! hands them on. [`main_with`] is a whole program around a router; [`Settings`] and [`worker`] are
//! for programs of one's own.
//!
//! ```no_run
//! use journeyman_core::{Error, Router, Worker};
//! use journeyman_tasker_live::Settings;
//!
//! # async fn run() -> Result<(), Error> {
//! let settings = Settings::from_env()?;
//! let (backend, live) = journeyman_tasker_live::worker(settings);
//! let router = Router::new().route("order.check", async || "done");
//! Worker::new(router).serve(backend).run().await?;
//! println!("{:?}", live.snapshot());
//! # Ok(()) }
//! ```
//!
//! # What is better than upstream's own consumers
//!
//! - All that is wrong with the configuration is told at once and before upstream looks, which
//!   would name one key at a time, and end the process for a bad value in the environment.
//! - The dispatch buffer is emptied by a thread of its own that nothing can block: upstream claims
//!   a step first and loses it when that buffer is full (Tasker sheet, section 19).
//! - Upstream runs in a runtime of its own: a handler that blocks its thread does not stop it.
//! - A stop ends the claiming first, waits for answers and events, and stops the rest then.
//! - Events with the conditions `retryable_failure` and `permanent_failure` are published.
//! - The password of the database is in no log line and no error.

mod background;
mod callback;
mod channel;
mod convert;
mod database;
mod drain;
mod environment;
mod health;
mod problems;
mod program;
mod quiet;
mod settings;
mod upstream;

use journeyman_tasker::TaskerWorker;

pub use channel::LiveChannel;
pub use health::{LiveMonitor, LiveStats};
pub use problems::Problems;
pub use program::main_with;
pub use settings::Settings;

/// A worker on Tasker's own crates, and what is known about them. The worker checks that every
/// step of the templates has a handler.
pub fn worker(settings: Settings) -> (TaskerWorker<LiveChannel>, LiveMonitor) {
    let config = settings.config().clone();
    let templates = settings.templates().clone();
    let channel = LiveChannel::new(settings);
    let monitor = channel.monitor();
    (TaskerWorker::new(config, channel).templates(templates), monitor)
}
