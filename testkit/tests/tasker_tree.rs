//! A task of the stand-in orchestrator as a tree for a terminal.

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod tasker_support;

use std::time::Duration;

use journeyman_testkit::tasker::{Config, Orchestrator, TreeStyle};
use serde_json::json;
use tasker_support::{fail, handle, poll_all, run, start, succeed, template, with};
use uuid::Uuid;

fn ascii(core: &Orchestrator, task: Uuid, width: usize) -> Vec<String> {
    core.tree_with(task, TreeStyle::default().ascii(true).width(width))
}

#[test]
fn states_times_tries_and_results() {
    let mut core = with(Config::default(), &template("diamond.yaml"));
    let task = start(&mut core, json!({ "even_number": 6 }));
    let event = core.poll().unwrap();
    core.advance(Duration::from_millis(3));
    succeed(&mut core, &event, json!({ "value": 36 }));
    let events = poll_all(&mut core);
    core.advance(Duration::from_millis(1250));
    succeed(&mut core, &events[0], json!({ "value": 61 }));
    fail(&mut core, &events[1], true);
    assert_eq!(
        core.tree(task),
        [
            "gv/diamond 1.0.0 · waiting_for_dependencies · 2 of 4 steps · 1.2 s",
            "└─ ✔ d_start         3 ms  {\"value\":36}",
            "   ├─ ✔ d_left      1.2 s  {\"value\":61}",
            "   └─ ↻ d_right     1.2 s  waiting_for_retry, try 1 of 3: refused",
            "      └─ ○ d_end           (also after d_left)",
        ]
    );
    core.advance(Duration::from_secs(120));
    assert_eq!(
        ascii(&core, task, 48),
        [
            "gv/diamond 1.0.0 - steps_in_process - 2 of 4 ...",
            "`- [x] d_start         3 ms  {\"value\":36}",
            "   |- [x] d_left      1.2 s  {\"value\":61}",
            "   `- [>] d_right     1m57s  in_progress, try...",
            "      `- [ ] d_end           (also after d_left)",
        ]
    );
    let event = core.poll().unwrap();
    fail(&mut core, &event, false);
    let lines = core.tree(task);
    assert!(lines[0].contains(" · blocked_by_failures · 2 of 4 steps, 1 failed · "), "{lines:#?}");
    assert!(lines[3].contains("✖ d_right"), "{lines:#?}");
    assert!(lines[3].ends_with("error, try 2 of 3: refused"), "{lines:#?}");
    // A task that is at its end does not get older.
    core.advance(Duration::from_secs(600));
    assert_eq!(core.tree(task), lines);
    core.cancel_task(task).unwrap();
    assert!(core.tree(task)[4].contains("⊘ d_end"), "{:#?}", core.tree(task));
    assert!(core.tree(event.step_uuid).is_empty());
}

#[test]
fn steps_that_may_come_or_never() {
    let mut core = with(Config::default(), &template("decision.yaml"));
    let task = start(&mut core, json!({ "amount": 500 }));
    assert_eq!(
        core.tree(task),
        [
            "gv/decision 1.0.0 · steps_in_process · 0 of 2 steps · 0 ms",
            "└─ ▶ check              0 ms  in_progress",
            "   └─ ○ route",
            "      ├─ · small              (not created)",
            "      └─ · large              (not created)",
            "         └─ · close           (not created)",
        ]
    );
    run(&mut core);
    let lines = core.tree(task);
    assert!(lines[3].starts_with("      ├─ ✔ large "), "{lines:#?}");
    assert!(lines[4].starts_with("      │  └─ ✔ close "), "{lines:#?}");
    assert!(lines[5].starts_with("      └─ · small "), "{lines:#?}");
}

#[test]
fn a_batch_of_thousands_is_cut() {
    let mut core = with(Config::default(), &template("batch.yaml"));
    let task = start(&mut core, json!({ "items": 9000 }));
    assert!(core.tree(task)[2].ends_with("(as many as there are batches)"));
    let event = core.poll().unwrap();
    let outcome = handle(&event);
    succeed(&mut core, &event, outcome);
    let lines = core.tree(task);
    assert_eq!(lines.len(), 501);
    assert_eq!(lines[500], "… 403 more");
    let mut core = with(Config::default(), &template("batch.yaml"));
    let task = start(&mut core, json!({ "items": 90 }));
    let event = core.poll().unwrap();
    let outcome = handle(&event);
    succeed(&mut core, &event, outcome);
    let lines = core.tree_with(task, TreeStyle::default().width(200));
    let last = lines.last().unwrap();
    let parents = "(also after work_001, work_002, work_003, work_004, work_005 and 3 more)";
    assert!(last.contains("○ aggregate") && last.ends_with(parents), "{lines:#?}");
}

#[test]
fn whatever_comes_from_outside_keeps_to_its_line() {
    let yaml = "name: one\nnamespace_name: t\nversion: '1'\nsteps:\n  \
                - {name: \"a\\e[2Jb\\n\", handler: {callable: c}}\n";
    let mut core = with(Config::default(), yaml);
    let task = start(&mut core, json!({}));
    let event = core.poll().unwrap();
    let long = json!({ "text": "\u{1b}]0;x\u{7}é".repeat(100_000) });
    succeed(&mut core, &event, long);
    for (style, most) in [(TreeStyle::default(), 100), (TreeStyle::default().width(3), 20)] {
        for line in core.tree_with(task, style) {
            assert!(line.chars().count() <= most, "{line}");
            assert!(!line.chars().any(char::is_control), "{line:?}");
        }
    }
    assert!(ascii(&core, task, 60).iter().all(|line| line.is_ascii()));
}
