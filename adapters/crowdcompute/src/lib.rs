//! Journeyman as a worker of a CrowdCompute (later: CROWDio) foreman, of the first prototype and of
//! today.
//!
//! [`Config`] is the backend: give it to `Worker::serve`. A task is Python source with arguments.
//! Two kinds of handlers serve it, freely mixed:
//!
//! - a handler of Rust's, registered under the name of a function, for those names that
//!   [`Config::native`] lists;
//! - whatever runs Python, under `python.#` or as the router's fallback: it takes a [`PythonTask`]
//!   and returns a [`PythonResult`].
//!
//! Nothing here runs Python, opens a socket or measures the machine. What the foreman is told about
//! the machine comes from [`CrowdWorker::metrics`] and [`CrowdWorker::device_specs`].

mod backend;
mod call;
mod checkpoint;
mod era;
mod gzip;
mod metrics;
mod outcome;
mod protocol;
mod pyjson;
mod source;
mod status;
mod task;

pub mod compat;
pub mod config;
pub mod wire;

pub use backend::{Connection, CrowdWorker, capabilities};
pub use checkpoint::{Checkpoint, Checkpoints, NotStored, Receipt};
pub use config::{Config, ConfigError, Native};
pub use era::{Era, EraSetting};
pub use metrics::{DeviceSpecs, Metrics, MetricsHandle, MetricsSource};
pub use outcome::{FAILED, RESUMED, error_prefix};
pub use protocol::{CrowdCompute, PYTHON_ROUTE, UNNAMED};
pub use pyjson::{NotJson, Raw};
pub use status::{CurrentTask, Registration, Registrations};
pub use task::{PLAIN_ERROR, PythonResult, PythonTask, Resume, TaskMetadata};
