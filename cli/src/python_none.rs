//! Where the executor does not run: there is no Python.

use std::path::Path;

use crate::doctor::Check;

/// What an interpreter says about some source.
#[derive(Debug)]
#[expect(dead_code, reason = "nobody looks here")]
pub(crate) enum Look {
    Wrong { problem: String, version: String },
    Right { functions: Vec<String>, imports: bool },
}

/// A pool of interpreters, of which there is none.
#[derive(Clone, Debug)]
pub(crate) enum Pool {}

impl Pool {
    pub(crate) async fn start(_size: usize) -> Result<Self, String> {
        Err("Python tasks run on Unix systems only".to_owned())
    }

    pub(crate) fn route(&self) -> journeyman_core::Route {
        match *self {}
    }

    pub(crate) fn describe(&self) -> String {
        match *self {}
    }

    pub(crate) async fn stop(&self) {
        match *self {}
    }
}

pub(crate) async fn look(_source: &str, _file: &str) -> Option<Look> {
    None
}

pub(crate) async fn check(check: &mut Check, _named: Option<&Path>, _require_sandbox: bool) {
    check.skipped("Python", "Python tasks run on Unix systems only");
}
