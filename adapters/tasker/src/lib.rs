//! Journeyman as a worker of Tasker workflows (tasker-core 0.1.8), without Tasker's own crates.
//!
//! A workflow is a template with steps; an orchestration server decides which step is ready, and a
//! worker does it. [`TaskerWorker`] is the backend: give it to `Worker::serve`, with the
//! [`StepChannel`](channel::StepChannel) that the steps come through. Tasker's own channel is wrapped
//! elsewhere; [`channel::memory`] has one without Tasker.
//!
//! A step is a job. Its route is the callable of its handler, with the method behind it, if there is
//! one; its arguments are the task's context. The extractors [`Dependencies`], [`StepConfig`],
//! [`Checkpoint`], [`Batch`], [`DomainEvents`] and [`Step`] give the rest; [`Decision`], [`Batches`],
//! [`Portion`] and [`CheckpointYield`] are what handlers of such steps return.
//!
//! ```
//! use journeyman_core::{JobError, Router, extract::Args};
//! use journeyman_tasker::{Dependencies, StepConfig};
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! struct Order {
//!     amount: i64,
//! }
//!
//! #[derive(Deserialize)]
//! struct Rate {
//!     percent: i64,
//! }
//!
//! async fn discount(Args(order): Args<Order>, StepConfig(rate): StepConfig<Rate>) -> i64 {
//!     order.amount * rate.percent / 100
//! }
//!
//! async fn total(Args(order): Args<Order>, above: Dependencies) -> Result<i64, JobError> {
//!     Ok(order.amount - above.get::<i64>("discount")?)
//! }
//!
//! let router = Router::new().route("order.discount", discount).route("order.total", total);
//! ```

mod backend;
mod besides;
mod codec;
mod extract;
mod json;
mod monitor;
mod outcome;
mod protocol;
mod resolve;
mod returns;
mod storable;
mod time;

pub mod channel;
pub mod config;
pub mod meters;
pub mod template;
pub mod wire;

pub use backend::{TaskerWorker, capabilities};
pub use config::{Config, ConfigErrors};
pub use extract::{Batch, Checkpoint, Dependencies, DomainEvents, Step, StepConfig};
pub use json::Json;
pub use monitor::{Monitor, StepStats};
pub use outcome::{
    CANCELLED, Custom, HANDLER_ERROR, HANDLER_NOT_FOUND, HANDLER_PANIC, HANDLER_TIMEOUT,
    HandlerVersion, INVALID_EVENT, PERMANENT_ERROR, RETRYABLE_ERROR, VALIDATION_ERROR,
    WORKER_OVERLOADED, WORKER_SHUTDOWN, error_type,
};
pub use protocol::Tasker;
pub use resolve::{
    EXPLICIT, ExplicitMapping, FALLBACK, Fallback, GLOB, Glob, Request, Resolution, Resolver,
    Routes,
};
pub use returns::{Batches, CheckpointYield, Decision, Portion};
pub use time::TimeText;
