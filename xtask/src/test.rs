//! `cargo xtask test`: all tests, with their own set-up.

use std::{fs, path::Path};

use crate::{
    env, examples, python,
    report::Report,
    run::{self, cargo},
    sections::Sections,
};

pub(crate) fn run(root: &Path, report: &mut Report) {
    if let Err(error) = all(root, report) {
        report.fail(error);
    }
    examples::run(root, report);
}

fn all(root: &Path, report: &mut Report) -> Result<(), String> {
    let target = run::target(root)?;
    fs::create_dir_all(&target).map_err(|error| error.to_string())?;
    let skip_log = target.join("skipped-tests.log");
    fs::write(&skip_log, "").map_err(|error| error.to_string())?;

    let mut command = cargo(root);
    command.args(["test", "--workspace", "--all-features", "--no-fail-fast"]);
    command.env(env::SKIP_LOG, &skip_log);
    // An interpreter that was chosen by hand is taken as it is.
    if std::env::var_os(env::PYTHON).is_none() {
        match python::environment(root, &target) {
            Ok(python) => drop(command.env(env::PYTHON, python)),
            // Each test that needs it says so, and is counted, too.
            Err(error) => println!("\nSKIPPED: the tests that need Python: {error}\n"),
        }
    }
    let (mut failed, mut named, mut ignored) = (0, 0, 0);
    let mut sections = Sections::new(std::env::var_os(env::VERBOSE).is_some());
    let outcome = run::watch("tests", &mut command, |line| {
        sections.line(line);
        if let Some(counts) = Counts::parse(line) {
            report.passed += counts.passed;
            failed += counts.failed;
            ignored += counts.ignored;
        } else if let Some(test) = failed_test(line) {
            named += 1;
            report.fail(test);
        }
    });
    // What a test prints can stand between its name and its end.
    if failed > named {
        report.fail(format!("tests whose names were not read: {}; see above", failed - named));
    }
    for text in sections.failed() {
        report.explain(text);
    }
    for line in fs::read_to_string(&skip_log).unwrap_or_default().lines() {
        report.skip(line);
    }
    // A test that skips itself passes for its harness; it is one or the other.
    let skipped = fs::read_to_string(&skip_log).unwrap_or_default().lines().count();
    report.passed = report.passed.saturating_sub(skipped);
    for _ in 0..ignored {
        report.skip("a test or example that is marked as ignored");
    }
    match outcome {
        Err(error) if failed == 0 => Err(format!("the tests could not be built or run: {error}")),
        _ => Ok(()),
    }
}

/// The last line of a test program.
#[derive(Debug, PartialEq)]
struct Counts {
    passed: usize,
    failed: usize,
    ignored: usize,
}

impl Counts {
    /// Reads `test result: ok. 5 passed; 0 failed; 1 ignored; …`.
    fn parse(line: &str) -> Option<Self> {
        let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
        let count = |name: &str| {
            counts.split("; ").find_map(|part| part.strip_suffix(name)?.trim().parse().ok())
        };
        Some(Self {
            passed: count("passed")?,
            failed: count("failed")?,
            ignored: count("ignored")?,
        })
    }
}

/// The name of a test that failed, from `test name ... FAILED`.
fn failed_test(line: &str) -> Option<&str> {
    line.strip_prefix("test ")?.strip_suffix("FAILED").map(|name| name.trim_end_matches([' ', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_test_programs_are_read() {
        let line = "test result: FAILED. 12 passed; 2 failed; 1 ignored; 0 measured; 3 filtered \
                    out; finished in 0.10s";
        assert_eq!(Counts::parse(line), Some(Counts { passed: 12, failed: 2, ignored: 1 }));
        assert_eq!(Counts::parse("test result: what?"), None);
        assert_eq!(Counts::parse("running 3 tests"), None);
        assert_eq!(failed_test("test a::b ... FAILED"), Some("a::b"));
        assert_eq!(failed_test("test a::b ... ok"), None);
    }
}
