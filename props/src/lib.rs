//! The host program of Halloween props: it finds props in folders, starts and supervises them, and
//! picks up changes, each prop by itself.
//!
//! Upstream's host is one process with one connection and one dispatcher for all workers: one that
//! fails to start ends it, one that blocks stops all, and after a lost connection it is deaf
//! (Halloween sheet, section 6). Here each prop is a worker of its own
//! ([`PropConfig`](journeyman_halloween::PropConfig)), with a supervisor that starts it, reports how
//! it fails, and starts it again; nobody else notices.
//!
//! ```no_run
//! use journeyman_core::{Error, Router};
//! use journeyman_halloween::Config;
//! use journeyman_props::{Instance, PropContext, PropHost};
//!
//! async fn run() -> Result<(), Error> {
//!     let lamp = |_: &PropContext| {
//!         let router = Router::new().route("ping", async || "pong");
//!         Ok(Instance::new(router, ()))
//!     };
//!     PropHost::new(Config::new("broker")).root("props").register("lamp", lamp).run().await?;
//!     Ok(())
//! }
//! ```
//!
//! # The life of a prop
//! Start: the [`Factory`] makes an [`Instance`]; its session connects, subscribes and says `online`
//! and `started`; [`Life::start`] runs; then the commands run that came meanwhile.
//!
//! Stop: no more commands; the one that runs may finish within the host's drain time, then it is
//! dropped; tasks are cancelled and waited for; [`Life::stop`] runs; the session says `offline` and
//! `stopped` and disconnects.
//!
//! A run that fails (in its constructor, in `start`, by a panic in either, or because it called
//! [`PropContext::fail`]) is stopped likewise, the error is published on the prop's `status/error`
//! and as a warning of the host, and after a while the prop is started anew.

mod builtins;
mod context;
mod error;
mod exec;
mod factory;
mod gate;
mod host;
mod panic;
mod status;
mod worker;

pub use builtins::{HEARTBEAT, HOST_CONTROL};
pub use context::PropContext;
pub use error::ControlError;
pub use exec::ExecFactory;
pub use factory::{BoxFuture, Factory, Instance, Life};
pub use host::{Changed, HostControl, PropHost, StartedHost, Summary};
pub use status::{PropKind, PropState, PropStatus, Reloaded};
pub use worker::{NoConfig, PropWorker, worker};
