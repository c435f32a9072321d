//! An HTTP monitor for any worker: status, control, health, metrics and a dashboard.
//!
//! ```no_run
//! # use journeyman_core::{Error, WorkerControl};
//! # async fn run(control: WorkerControl) -> Result<(), Error> {
//! use journeyman_monitor::{Monitor, MonitorConfig};
//!
//! let monitor = Monitor::new(control, MonitorConfig::new()).bind().await?;
//! println!("http://{}/dashboard", monitor.local_addr());
//! tokio::spawn(monitor.serve());
//! # Ok(()) }
//! ```
//!
//! It reads [`WorkerControl`](journeyman_core::WorkerControl) and nothing else, so it shows every
//! backend. What a program has besides (the state of a sandbox, a pool of processes) it adds as
//! [`Section`]s.
//!
//! | path | what |
//! |---|---|
//! | `/dashboard` | one page, without anything from elsewhere |
//! | `/api/v1/…` | status, control, live stream (WebSocket and Server-Sent Events); described at `/api/v1/openapi.json` |
//! | `/api/v1/docs`, `/api/v1/redoc` | that description for people (feature `docs`) |
//! | `/health/live`, `/health/ready` | for supervisors |
//! | `/metrics` | Prometheus text |
//!
//! The module [`compat`] serves the HTTP API of CrowdCompute's own worker besides.
//!
//! # Safety
//!
//! It listens on loopback, and on another address only with a token (or
//! [`insecure_open`](MonitorConfig::insecure_open)). `Host` and `Origin` are checked, so that a page of
//! a stranger cannot reach it through a visitor's browser; requests are limited in size and rate. It
//! can stop the worker: give the token to nobody who may not.

mod api;
mod assets;
mod auth;
mod clean;
mod clock;
pub mod compat;
mod config;
#[cfg(feature = "docs")]
mod docs;
mod guard;
mod headers;
mod health;
mod host;
mod journal;
mod metrics;
mod patience;
mod places;
mod problem;
mod rate;
mod sample;
mod section;
mod server;
mod shared;
mod usage;
mod view;
mod ws;

pub use config::{DEFAULT_ADDRESS, MonitorConfig};
pub use section::{Fact, Section, Status};
pub use server::{Listening, Monitor};
