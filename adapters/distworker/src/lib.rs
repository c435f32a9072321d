//! Journeyman as a worker of a [DistWorker](https://github.com/jc-lab/distworker) controller, as
//! it is released (0.0.1 to 0.0.6).
//!
//! [`Config`] is the backend: give it to `Worker::serve`. Queues are job names, the `input` object
//! is the arguments, and a result that is no object becomes `{"result": x}`. A handler can also
//! take [`Metadata`], [`Files`] or, for those who come from the Python SDK, a [`Task`].
//!
//! The controller gives a connection one task at a time; [`Config::connections`] makes several.

mod backend;
mod codec;
mod extract;
mod meter;
mod outcome;
mod protocol;
mod reader;

pub mod auth;
pub mod compat;
pub mod config;
pub mod endpoint;
pub mod files;
#[doc(hidden)]
pub mod fuzzing;
pub mod pattern;
pub mod structs;
pub mod wire;

pub use backend::{Connection, capabilities};
pub use config::{Config, ConfigError, IdlePolicy};
pub use extract::{Metadata, Task};
pub use files::{FileInfo, Files};
pub use meter::{Meter, ProcessMeter, machine};
pub use outcome::{ResultFiles, error_code};
pub use protocol::DistWorker;
