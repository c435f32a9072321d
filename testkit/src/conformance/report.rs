//! The checked-in expectation of a harness: its capability table, the values that it carries, and
//! the cases that run.

use std::{fmt::Write as _, path::Path};

use super::{Harness, cases, values};

/// Set this variable to write the expectation files instead of comparing with them.
pub const BLESS: &str = "JOURNEYMAN_BLESS";

/// What the suite does with a harness, as text for people and for comparison.
pub fn report(harness: &dyn Harness) -> String {
    let mut text = String::new();
    let (run, skipped): (Vec<_>, Vec<_>) =
        cases().partition(|case| case.applies_to(harness).is_ok());
    // Writing into a string does not fail.
    let _ = writeln!(text, "{}: {} cases\n\ncapabilities", harness.name(), run.len());
    for (name, value) in harness.capabilities().rows() {
        let _ = writeln!(text, "  {name}: {value}");
    }
    text.push_str("\nvalues\n");
    for (name, samples) in values::kinds() {
        let carried = samples.iter().filter(|value| harness.carried(value).is_some()).count();
        let how = match carried {
            0 => "not carried",
            n if n == samples.len() => "carried",
            _ => "carried in part",
        };
        let _ = writeln!(text, "  {name}: {how}");
    }
    text.push_str("\ncases\n");
    for case in run {
        let _ = writeln!(text, "  {}: {}", case.name(), case.about());
    }
    text.push_str("\ndo not apply\n");
    for case in skipped {
        let why = case.applies_to(harness).err().unwrap_or_default();
        let _ = writeln!(text, "  {}: {why}", case.name());
    }
    text
}

/// Compares the report with the checked-in file, so that neither a capability nor a case is lost
/// without anybody noticing.
///
/// # Errors
/// They differ; says where. With the variable [`BLESS`] set, the file is written instead.
pub fn check_report(harness: &dyn Harness, file: &Path) -> Result<(), String> {
    let got = report(harness);
    if std::env::var_os(BLESS).is_some() {
        return std::fs::write(file, got).map_err(|error| format!("{}: {error}", file.display()));
    }
    let expected = std::fs::read_to_string(file)
        .map_err(|error| format!("{}: {error}; set {BLESS}=1 to write it", file.display()))?;
    if got == expected {
        return Ok(());
    }
    let differing = || {
        let mut lines = (expected.lines().map(Some).chain(std::iter::repeat(None)))
            .zip(got.lines().map(Some).chain(std::iter::repeat(None)));
        lines.find(|(a, b)| a != b).map(|(a, b)| (a.unwrap_or("(end)"), b.unwrap_or("(end)")))
    };
    let (a, b) = differing().unwrap_or_default();
    Err(format!(
        "what the suite does with `{}` has changed: {} has `{a}`, now it is `{b}`. If that is \
         right, set {BLESS}=1, run again, and look at the difference",
        harness.name(),
        file.display()
    ))
}
