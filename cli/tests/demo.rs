//! The demo, from outside.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use support::{Running, journeyman, output};

#[test]
fn one_round_is_all_right() {
    let done = output(&["demo", "--once", "--json"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let text = String::from_utf8(done.stdout).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<_> = lines.iter().map(|line| line["backend"].as_str().unwrap()).collect();
    assert_eq!(names, ["memory", "distworker", "moor", "halloween", "crowdcompute", "tasker"]);
    for line in &lines {
        let keys: Vec<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
        let mut wanted = vec!["backend", "jobs", "ok", "failed", "p50_us", "p99_us"];
        wanted.sort_unstable();
        let mut keys = keys;
        keys.sort_unstable();
        assert_eq!(keys, wanted);
        assert!(line["jobs"].as_u64().unwrap() >= 200, "{line}");
        assert_eq!(line["ok"], line["jobs"], "{line}");
        assert_eq!(line["failed"], 0, "{line}");
        assert!(line["p50_us"].as_u64() <= line["p99_us"].as_u64(), "{line}");
        assert!(line["p99_us"].as_u64().unwrap() > 0, "{line}");
    }
}

#[test]
fn without_a_terminal_the_table_comes_at_the_end() {
    let done = output(&["demo", "--once", "--jobs", "60"]);
    assert!(done.status.success());
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(!text.contains('\u{1b}'), "{text}");
    assert!(text.starts_with("One worker serves 6 systems"), "{text}");
    assert!(text.contains("All 360 results were right."), "{text}");
    assert!(text.contains("What next:"), "{text}");
}

#[test]
fn ctrl_c_ends_it_in_good_order() {
    let mut demo = Running::start(journeyman(&["--log", "info"]));
    demo.line("every result is checked");
    demo.interrupt();
    assert_eq!(demo.ended().code(), Some(0), "{}", demo.rest());
    assert!(demo.rest().contains("results were right"), "{}", demo.rest());
}
