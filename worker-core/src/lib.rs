//! The model and the runtime of Journeyman: handlers, router, session, layers.
//!
//! Users take the facade package `journeyman`; this one is for those who write an adapter. It
//! knows no network and no backend by name.
//!
//! The way of a job:
//!
//! ```text
//! server ~wire~> Transport --events--> Protocol --job--> Session --> Router (tower) --> handler
//! server <~wire~ Transport <--actions- Protocol <-outcome- Session <-- layers <-----------+
//! ```

pub mod backend;
pub mod backoff;
mod budget;
mod call;
pub mod capability;
mod error;
mod extensions;
pub mod extract;
mod handler;
mod hash;
pub mod job;
mod job_error;
pub mod layers;
mod ledger;
pub mod memory;
pub mod payload;
pub mod protocol;
pub mod router;
pub mod sans_io;
mod secret;
pub mod session;
pub mod settings;
mod shown;
pub mod snapshot;
pub mod telemetry;
pub mod transport;
pub mod value;
pub mod value_de;
pub mod value_ser;
mod worker;

/// The crate whose traits stand in [`job::Codec`] and [`Payload`].
pub use erased_serde;
pub use error::{Error, ErrorKind};
pub use extensions::Extensions;
pub use handler::{
    Blocking, Fallible, Function, Handler, IntoHandler, IntoResult, Plain, Reply, Whole, blocking,
};
pub use job::{Job, JobInfo, JobResult};
pub use job_error::{JobError, JobErrorKind};
pub use ledger::Brake;
pub use payload::Payload;
pub use router::{Route, Router, Scope};
pub use secret::Secret;
pub use value::Value;
pub use worker::{Serve, StartedWorker, Summary, Worker, WorkerControl, shutdown_signal};
