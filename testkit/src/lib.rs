//! Stand-in servers, fault injection and golden-vector helpers for workers.
//!
//! A stand-in checks what the real server checks and refuses what it refuses, so that a worker
//! that passes here has not been flattered. Stand-ins share no encode or decode code with the
//! adapters they test.

mod civil;
pub mod conformance;
pub mod crowdcompute;
pub mod distworker;
pub mod halloween;
mod http;
pub mod log;
pub mod moor;
pub mod proxy;
pub mod tasker;
pub mod vectors;
mod ws;
