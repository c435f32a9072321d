//! The monitor over real sockets.

#![allow(clippy::unwrap_used)]

mod api;
mod browser;
mod compat;
mod devtools;
mod limits;
mod looks;
mod metrics;
mod recorded;
mod safety;
mod stream;
mod support;
