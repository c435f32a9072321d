//! The adapter against the stand-in daemon, over real sockets.

// Waiting with an end and measuring take a clock, which an adapter itself must not have.
#![allow(clippy::disallowed_methods)]
#![allow(clippy::unwrap_used, reason = "helpers of tests panic, too")]

mod curve;
mod life;
mod odd;
mod refused;
mod start;
mod stop;
mod support;
mod values;
mod work;
