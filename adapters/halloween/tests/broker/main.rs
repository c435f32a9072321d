//! Props at a real mosquitto, a child process: what recordings and scripted peers cannot show.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

// The broker is started as the tests of the transport do it.
#[path = "../../../../transport-mqtt/tests/support/mod.rs"]
mod support;

mod faults;
mod house;
mod once;
mod refusals;
mod shared;
mod wires;
