//! Journeyman as a worker of a [mooR](https://codeberg.org/timbran/moor) daemon, of either era:
//! with CURVE keys, as it is run today, or with PASETO tokens, as it was until October 2025.
//!
//! [`Config`] is the backend: give it to `Worker::serve`. The worker type that MOO code names in
//! `worker_request("NAME", {…})` is the job name, the list is the arguments, and the result can be
//! any value. Plain Rust types serve; those who care about MOO's own kinds of values find them in
//! [`var`]. A handler can also take [`Perms`] and [`RequestId`].

mod backend;
mod extract;
mod outcome;

pub mod auth;
pub mod config;
#[doc(hidden)]
pub mod fuzzing;
pub mod protocol;
pub mod var;
pub mod wire;

pub use backend::capabilities;
pub use config::{Config, ConfigError, Curve};
pub use extract::{Perms, RequestId};
pub use outcome::error_variant;
pub use protocol::Moor;
pub use wire::Era;
