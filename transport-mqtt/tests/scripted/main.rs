//! What a broker can do wrong, or slowly, or twice: against a peer that follows a script.
#![allow(clippy::unwrap_used, reason = "helpers of tests panic, too")]

#[path = "../support/mod.rs"]
mod support;

mod connecting;
mod deliveries;
mod ends;
mod faults;
mod limits;
mod publishing;
mod resuming;
mod shared;
mod tls;
mod websocket;
