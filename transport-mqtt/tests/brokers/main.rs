//! Real brokers: mosquitto as a child process where it is installed, and rumqttd in this process.
#![allow(clippy::unwrap_used, reason = "helpers of tests panic, too")]

#[path = "../support/mod.rs"]
mod support;

mod embedded;
mod faults;
mod messages;
mod rights;
mod sessions;
mod wires;
