//! What was looked at and how it went.

use std::time::Instant;

/// Counts, printed as they come.
#[derive(Debug)]
pub(crate) struct Report {
    passed: usize,
    failed: usize,
    since: Instant,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self { passed: 0, failed: 0, since: Instant::now() }
    }

    /// One check: an error is its failure. Shows what it took since the last one.
    pub(crate) fn check<T: std::fmt::Display>(&mut self, name: &str, result: Result<T, String>) {
        let took = self.since.elapsed().as_secs_f64();
        self.since = Instant::now();
        match result {
            Ok(detail) => {
                self.passed += 1;
                let detail = detail.to_string();
                let detail = if detail.is_empty() { detail } else { format!(": {detail}") };
                println!("ok      {name}{detail} ({took:.1} s)");
            }
            Err(error) => {
                self.failed += 1;
                println!("FAILED  {name}: {error} ({took:.1} s)");
            }
        }
    }

    /// The last line, which `cargo xtask` reads; whether all is well.
    pub(crate) fn end(&self) -> bool {
        println!("tasker-live: {} passed, {} failed", self.passed, self.failed);
        self.failed == 0
    }
}

/// An error unless it is so.
pub(crate) fn ensure(is_so: bool, problem: impl FnOnce() -> String) -> Result<(), String> {
    if is_so { Ok(()) } else { Err(problem()) }
}
