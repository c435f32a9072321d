//! Results from which steps come, on the stand-in orchestrator: decisions, batches, checkpoints.

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod tasker_support;

use journeyman_testkit::tasker::{Config, Event, StepState, TaskState};
use serde_json::{Value, json};
use tasker_support::{
    fail, finished, handle, poll_all, poll_names, run, start, state, step_state, succeed, success,
    template, with,
};

#[test]
fn decisions_create_what_they_name() {
    let (info, order) = finished("decision.yaml", json!({ "amount": 500 }));
    assert_eq!(order, ["check", "route", "large", "close"]);
    assert!(info.step("small").is_none());
    assert_eq!(*info.step("close").unwrap().parents, ["large".into()]);
    let (_, order) = finished("decision.yaml", json!({ "amount": 5 }));
    assert_eq!(order, ["check", "route", "small", "close"]);
    let (info, order) = finished("decision.yaml", json!({ "amount": 0 }));
    assert_eq!(order, ["check", "route"]);
    assert!(info.step("close").is_none());
}

const NESTED: &str = "
name: nested
namespace_name: t
version: '1'
steps:
  - {name: first, type: decision, handler: {callable: c}}
  - {name: a, handler: {callable: c}, dependencies: [first]}
  - {name: b, handler: {callable: c}, dependencies: [first]}
  - {name: second, type: decision, handler: {callable: c}, dependencies: [a]}
  - {name: c, handler: {callable: c}, dependencies: [second]}
  - {name: end, type: deferred_convergence, handler: {callable: c}, dependencies: [b, c]}
  - {name: behind, handler: {callable: c}, dependencies: [end]}
";

fn create(names: &[&str]) -> Value {
    json!({ "decision_point_outcome": { "type": "create_steps", "step_names": names } })
}

#[test]
fn decisions_behind_decisions_come_with_their_branch() {
    let mut core = with(Config::default(), NESTED);
    let task = start(&mut core, json!({}));
    let event = core.poll().unwrap();
    succeed(&mut core, &event, create(&["a", "b"]));
    let names: Vec<&str> = core.step_states(task).map(|(name, _)| name).collect();
    assert_eq!(names, ["first", "a", "b", "second", "end"]);
    let events = poll_all(&mut core);
    for event in &events {
        succeed(&mut core, event, json!({}));
    }
    // The convergence waits for what exists; more may be created while it does not run yet.
    let events = poll_all(&mut core);
    let names: Vec<&str> = events.iter().map(|event| event.step_name()).collect();
    assert_eq!(names, ["second", "end"]);
    succeed(&mut core, &events[0], create(&["c"]));
    assert_eq!(poll_names(&mut core), ["c"]);
    let info = core.task(task).unwrap();
    assert_eq!(*info.step("end").unwrap().parents, ["b".into(), "c".into()]);
    assert!(info.step("behind").is_none(), "nobody names it");
}

#[test]
fn wrong_outcomes_are_written_down_and_change_nothing() {
    for (outcome, problem) in [
        (json!({ "x": 1 }), "no member `decision_point_outcome`"),
        (json!(5), "no member `decision_point_outcome`"),
        (create(&["nowhere"]), "there is no step \"nowhere\""),
        (create(&["c"]), "does not depend on this decision"),
        (create(&["first"]), "does not depend on this decision"),
        (json!({ "decision_point_outcome": { "type": "other" } }), "unknown variant `other`"),
        (create(&["a"; 51]), "51 steps, more than 50"),
    ] {
        let mut core = with(Config::default(), NESTED);
        let task = start(&mut core, json!({}));
        let event = core.poll().unwrap();
        let mut events = core.events();
        succeed(&mut core, &event, outcome);
        assert_eq!(state(&core, task), TaskState::Complete, "{problem}");
        let problems = std::iter::from_fn(|| events.try_next()).filter_map(|event| match event {
            Event::Problem { text, .. } => Some(text),
            _ => None,
        });
        let problems: Vec<String> = problems.collect();
        assert!(problems.len() == 1 && problems[0].contains(problem), "{problems:?}");
    }
}

#[test]
fn batches_have_workers_and_a_placeholder_where_there_are_none() {
    let (info, order) = finished("batch.yaml", json!({ "items": 25 }));
    assert_eq!(order, ["analyze", "work_001", "work_002", "work_003", "aggregate"]);
    let inputs = info.step("work_003").unwrap().inputs.clone().unwrap();
    assert_eq!(inputs["cursor"]["end_cursor"], 25);
    assert_eq!(inputs["is_no_op"], false);
    let (info, order) = finished("batch.yaml", json!({ "items": 0 }));
    assert_eq!(order, ["analyze", "work_000", "aggregate"]);
    assert_eq!(info.step("work_000").unwrap().inputs.clone().unwrap()["is_no_op"], true);
}

#[test]
fn a_batch_without_its_configuration_ends_the_task_early() {
    let plain = template("batch.yaml").replace(", worker_template_name: work", "");
    let mut core = with(Config::default(), &plain);
    let task = start(&mut core, json!({ "items": 0 }));
    assert_eq!(run(&mut core), ["analyze"]);
    assert_eq!(state(&core, task), TaskState::Complete);
    let config = "batch_config: {batch_size: 10, parallelism: 3, cursor_field: row, \
        worker_template: work, failure_strategy: continue_on_failure}";
    let no_config = template("batch.yaml").replacen(config, "", 2);
    let mut core = with(Config::default(), &no_config);
    let task = start(&mut core, json!({ "items": 25 }));
    assert_eq!(run(&mut core), ["analyze"]);
    assert_eq!(state(&core, task), TaskState::Complete);
    // A batch larger than what is bounded.
    let mut config = Config::default();
    config.limits.steps_per_task = 20;
    let mut core = with(config, &template("batch.yaml"));
    let task = start(&mut core, json!({ "items": 1000 }));
    assert_eq!(run(&mut core), ["analyze"]);
    assert_eq!(core.steps(task).len(), 1);
}

#[test]
fn a_failed_worker_of_a_batch_blocks_the_task() {
    let mut core = with(Config::default(), &template("batch.yaml"));
    let task = start(&mut core, json!({ "items": 25 }));
    let analyze = core.poll().unwrap();
    let outcome = handle(&analyze);
    succeed(&mut core, &analyze, outcome);
    for (at, event) in poll_all(&mut core).iter().enumerate() {
        match at {
            1 => fail(&mut core, event, false),
            _ => succeed(&mut core, event, json!({})),
        }
    }
    assert_eq!(state(&core, task), TaskState::BlockedByFailures);
    assert_eq!(step_state(&core, task, "aggregate"), StepState::Pending);
}

#[test]
fn checkpoints_keep_the_attempt_and_survive_a_retry() {
    let mut core = with(Config::quick(), &template("checkpoint.yaml"));
    let task = start(&mut core, json!({}));
    let first = core.poll().unwrap();
    let step = first.step_uuid.to_string();
    let data = |cursor: u32| json!({ "step_uuid": step, "cursor": cursor, "items_processed": 10 });
    assert!(core.checkpoint(first.event_id, &data(10)));
    assert!(!core.checkpoint(first.event_id, &data(10)), "a second time");
    assert!(!core.complete(first.event_id, &success(&first, json!(1))), "answered already");
    let second = core.poll().unwrap();
    assert_ne!(second.event_id, first.event_id);
    assert_eq!(second.correlation_id, first.correlation_id);
    assert_eq!(second.attempts(), None);
    assert_eq!(second.checkpoint().unwrap()["accumulated_results"], Value::Null);
    assert_eq!(step_state(&core, task, "long"), StepState::InProgress);
    assert!(core.checkpoint(second.event_id, &data(20)));
    let third = core.poll().unwrap();
    fail(&mut core, &third, true);
    // A real retry shows the row of the database.
    let retry = core.poll().unwrap();
    assert_eq!(retry.attempts(), Some(1));
    let checkpoint = retry.checkpoint().unwrap();
    assert_eq!(checkpoint["cursor"], 20);
    let cursors: Vec<&Value> =
        checkpoint["history"].as_array().unwrap().iter().map(|entry| &entry["cursor"]).collect();
    assert_eq!(cursors, [10, 20]);
    assert!(checkpoint.get("step_uuid").is_none() && checkpoint.get("timestamp").is_some());
    succeed(&mut core, &retry, json!({}));
    assert_eq!(state(&core, task), TaskState::Complete);
    assert!(core.steps(task)[0].checkpoint.is_some(), "it is not cleared");
}
