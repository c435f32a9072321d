//! The adapter against the stand-in controller, over real sockets.

mod connection;
mod drain;
mod outcomes;
mod refused;
mod support;
mod values;
