//! Systems under test: each is a stand-in server and its adapter.

// Each test binary uses a part of it.
#![allow(dead_code)]

pub(crate) mod backend;
pub(crate) mod crowdcompute;
pub(crate) mod distworker;
pub(crate) mod halloween;
pub(crate) mod moor;
pub(crate) mod pyjson;
pub(crate) mod structs;
pub(crate) mod tasker;
