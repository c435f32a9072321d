//! Tasker's server, its database and our worker, end to end: the handlers of its workflows.
//!
//! The rest is the program `tasker-ring`, which `cargo xtask tasker-live` builds and starts.

pub mod handlers;
