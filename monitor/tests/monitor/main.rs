//! The monitor over real sockets.

#![allow(clippy::unwrap_used)]

mod api;
mod browser;
mod compat;
mod devtools;
mod metrics;
mod safety;
mod stream;
mod support;
