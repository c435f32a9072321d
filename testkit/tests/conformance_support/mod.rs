//! DistWorker as a system under test: the stand-in controller and the adapter.

// Each test binary uses a part of it.
#![allow(dead_code)]

pub(crate) mod backend;
pub(crate) mod distworker;
pub(crate) mod structs;
