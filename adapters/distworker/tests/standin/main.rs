//! The adapter against the stand-in controller, over real sockets.

// Waiting with an end and measuring take a clock, which an adapter itself must not have.
#![allow(clippy::disallowed_methods)]

mod connection;
mod drain;
mod outcomes;
mod refused;
mod support;
mod values;
