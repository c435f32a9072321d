//! Workflows on the stand-in orchestrator: shapes, retries, failures, operators, trees, and what can
//! not be submitted.

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod tasker_support;

use std::time::Duration;

use journeyman_testkit::tasker::{
    ActionError, Config, Orchestrator, StartError, StepState, TaskInfo, TaskRequest, TaskState,
};
use serde_json::json;
use tasker_support::{
    fail, failure, finished, poll_all, poll_names, start, state, step_state, succeed, success,
    template, with,
};

const ONE: &str =
    "name: one\nnamespace_name: t\nversion: '1'\nsteps:\n  - {name: s, handler: {callable: c}}\n";

fn values(info: &TaskInfo) -> Vec<i64> {
    let value = |step: &_| info.result(step).unwrap()["value"].as_i64().unwrap();
    info.steps.iter().map(|step| value(&*step.name)).collect()
}

#[test]
fn shapes_give_their_known_values() {
    let even = |number: i64| json!({ "even_number": number });
    let (linear, order) = finished("linear.yaml", even(6));
    assert_eq!(values(&linear), [36, 1296, 1_679_616, 2_821_109_907_456]);
    assert_eq!(order, ["l1", "l2", "l3", "l4"]);
    let (diamond, order) = finished("diamond.yaml", even(6));
    assert_eq!(values(&diamond), [36, 61, 72, 66]);
    assert_eq!(order, ["d_start", "d_left", "d_right", "d_end"]);
    let (tree, _) = finished("tree.yaml", even(2));
    assert_eq!(values(&tree), [4, 5, 12, 15, 50, 112, 1200, 1377]);
    let (mixed, _) = finished("mixed_dag.yaml", even(2));
    assert_eq!(values(&mixed), [4, 9, 8, 8, 16, 32, 56]);
}

#[test]
fn independent_steps_are_dispatched_together() {
    let mut core = with(Config::default(), &template("tree.yaml"));
    let task = start(&mut core, json!({ "even_number": 2 }));
    let root = poll_all(&mut core).remove(0);
    succeed(&mut core, &root, json!({ "value": 4 }));
    let branches = poll_all(&mut core);
    assert_eq!(branches.len(), 2);
    // The second is answered first; the leaves of the first wait for the first.
    succeed(&mut core, &branches[1], json!({ "value": 1 }));
    assert_eq!(poll_names(&mut core), ["t_leaf_f", "t_leaf_g"]);
    succeed(&mut core, &branches[0], json!({ "value": 1 }));
    assert_eq!(poll_names(&mut core), ["t_leaf_d", "t_leaf_e"]);
    assert_eq!(step_state(&core, task, "t_join"), StepState::Pending);
}

#[test]
fn delays_grow_and_the_next_look_finds_what_is_due() {
    let mut core = with(Config::default(), &template("errors.yaml"));
    let task = start(&mut core, json!({}));
    core.advance(Duration::from_millis(300));
    for (attempt, delay) in [(None, 2), (Some(1), 4)] {
        let event = core.poll().unwrap();
        assert_eq!(event.attempts(), attempt);
        fail(&mut core, &event, true);
        assert_eq!(state(&core, task), TaskState::WaitingForDependencies);
        assert_eq!(core.steps(task)[0].backoff_seconds, Some(delay));
        // Due at .3 s, found at the next full second.
        core.advance(Duration::from_secs(delay.into()));
        assert!(core.poll().is_none());
        core.advance(Duration::from_millis(699));
        assert!(core.poll().is_none());
        core.advance(Duration::from_millis(1));
        assert!(core.has_events());
        core.advance(Duration::from_millis(300));
    }
    let event = core.poll().unwrap();
    assert_eq!(event.attempts(), Some(2));
    assert_eq!(
        event.to_json()["execution_event"]["payload"]["task_sequence_step"]["workflow_step"]["results"]
            ["error"]["message"],
        "refused"
    );
    fail(&mut core, &event, true);
    assert_eq!(state(&core, task), TaskState::BlockedByFailures, "three tries, no more");
}

#[test]
fn delays_are_capped_and_jitter_stays_in_its_range() {
    let yaml = "name: many\nnamespace_name: t\nversion: '1'\nsteps:\n  - name: s\n    \
        handler: {callable: c}\n    retry: {max_attempts: 100}\n";
    let mut config = Config::quick();
    config.backoff.base_seconds = 1;
    config.backoff.jitter_percent = 50.0;
    let mut core = with(config, yaml);
    let task = start(&mut core, json!({}));
    let mut delays = Vec::new();
    for _ in 0..40 {
        let event = core.poll().unwrap();
        fail(&mut core, &event, true);
        delays.push(core.steps(task)[0].backoff_seconds.unwrap());
        core.advance(Duration::from_secs(45));
    }
    assert!((1..=3).contains(&delays[0]), "{delays:?}");
    assert!(delays[10..].iter().all(|delay| (15..=45).contains(delay)), "{delays:?}");
    assert!(delays[10..].windows(2).any(|pair| pair[0] != pair[1]), "{delays:?}");
}

#[test]
fn a_server_asked_delay_is_used_and_a_hint_is_not() {
    let mut core = with(Config::default(), &template("errors.yaml"));
    let task = start(&mut core, json!({}));
    for (headers, delay) in [
        (json!({ "RETRY-after": "7" }), 7),
        (json!({ "Retry-After": "Thu, 01 Jan 2026 01:00:00 GMT" }), 30),
    ] {
        let event = core.poll().unwrap();
        let mut result = failure(&event, true);
        result["orchestration_metadata"] = json!({
            "headers": headers, "error_context": null, "custom": {},
            "backoff_hint": { "backoff_type": "RateLimit", "delay_seconds": 9, "context": null },
        });
        assert!(core.complete(event.event_id, &result));
        assert_eq!(core.steps(task)[0].backoff_seconds, Some(delay));
        core.advance(Duration::from_secs(delay.into()));
    }
}

#[test]
fn a_blocked_task_lets_running_siblings_finish_and_strands_waiting_ones() {
    let yaml = "name: four\nnamespace_name: t\nversion: '1'\nsteps:\n\
        \x20 - {name: waits, handler: {callable: c}}\n\
        \x20 - {name: dies, handler: {callable: c}}\n\
        \x20 - {name: runs, handler: {callable: c}}\n\
        \x20 - {name: after, handler: {callable: c}, dependencies: [runs]}\n";
    let mut core = with(Config::default(), yaml);
    let task = start(&mut core, json!({}));
    let events = poll_all(&mut core);
    fail(&mut core, &events[0], true);
    assert_eq!(state(&core, task), TaskState::EvaluatingResults, "others run");
    fail(&mut core, &events[1], false);
    assert_eq!(state(&core, task), TaskState::BlockedByFailures);
    assert!(!core.is_settled(task), "one still runs");
    succeed(&mut core, &events[2], json!(1));
    assert_eq!(step_state(&core, task, "runs"), StepState::Complete);
    core.advance(Duration::from_secs(3600));
    assert!(core.poll().is_none());
    assert_eq!(step_state(&core, task, "waits"), StepState::WaitingForRetry);
    assert_eq!(step_state(&core, task, "after"), StepState::Pending);
    assert!(core.is_settled(task));
}

#[test]
fn a_step_that_must_not_be_retried_hangs_after_a_retryable_failure() {
    let yaml = "name: once\nnamespace_name: t\nversion: '1'\nsteps:\n  - name: s\n    \
        handler: {callable: c}\n    retry: {retryable: false}\n";
    let mut core = with(Config::default(), yaml);
    let task = start(&mut core, json!({}));
    let event = core.poll().unwrap();
    fail(&mut core, &event, true);
    core.advance(Duration::from_secs(600));
    assert!(core.poll().is_none());
    assert_eq!(step_state(&core, task, "s"), StepState::WaitingForRetry);
    assert_eq!(state(&core, task), TaskState::WaitingForDependencies);
    // Until it is stale.
    core.advance(Duration::from_secs(3600));
    assert_eq!(state(&core, task), TaskState::Error);
    // A worker that knows better says so.
    let context = json!({ "second": true });
    let task = start(&mut core, context);
    let event = core.poll().unwrap();
    fail(&mut core, &event, false);
    assert_eq!(step_state(&core, task, "s"), StepState::Error);
}

#[test]
fn operators_change_steps_and_wake_nothing() {
    let mut core = with(Config::default(), &template("diamond.yaml"));
    let task = start(&mut core, json!({ "even_number": 2 }));
    let event = core.poll().unwrap();
    fail(&mut core, &event, false);
    let step = event.step_uuid;
    core.reset_step(step).unwrap();
    assert_eq!(core.reset_step(step), Err(ActionError::WrongState("pending")));
    core.resolve_step_manually(step).unwrap();
    assert_eq!(
        core.complete_step_manually(step, json!({}), "a", "b"),
        Err(ActionError::WrongState("resolved_manually"))
    );
    core.advance(Duration::from_secs(60));
    assert!(core.poll().is_none());
    assert_eq!(state(&core, task), TaskState::BlockedByFailures);
    core.cancel_task(task).unwrap();
    assert_eq!(core.cancel_task(task), Err(ActionError::WrongState("cancelled")));
    assert_eq!(step_state(&core, task, "d_left"), StepState::Cancelled);
    assert_eq!(step_state(&core, task, "d_start"), StepState::ResolvedManually);
    assert_eq!(core.cancel_task(step), Err(ActionError::NotFound));
    assert_eq!(core.reset_step(task), Err(ActionError::NotFound));
}

#[test]
fn what_comes_for_a_cancelled_task_is_dropped() {
    let mut core = with(Config::default(), &template("linear.yaml"));
    let task = start(&mut core, json!({ "even_number": 2 }));
    let event = core.poll().unwrap();
    core.cancel_task(task).unwrap();
    succeed(&mut core, &event, json!({ "value": 4 }));
    assert_eq!(state(&core, task), TaskState::Cancelled);
    assert_eq!(step_state(&core, task, "l1"), StepState::Cancelled);
    assert!(core.poll().is_none());
}

#[test]
fn the_log_reads_like_a_story() {
    let mut core = with(Config::default(), &template("permanent.yaml"));
    start(&mut core, json!({}));
    let event = core.poll().unwrap();
    fail(&mut core, &event, false);
    let mut events = core.events();
    let lines: Vec<String> =
        std::iter::from_fn(|| events.try_next()).map(|event| event.to_string()).collect();
    for part in ["step bad: polled as event", "step bad: failure", "-> blocked_by_failures"] {
        assert!(lines.iter().any(|line| line.contains(part)), "{part}: {lines:#?}");
    }
    assert_eq!(Orchestrator::default().tasks().count(), 0);
}

#[test]
fn submissions_that_are_refused() {
    let mut config = Config::default();
    config.limits.tasks = 2;
    config.limits.message_bytes = 1000;
    let mut core = with(config, ONE);
    let error = core.start_task("t", "one", "2", json!({})).unwrap_err();
    assert!(error.to_string().contains("there is no template \"one\" in version \"2\""));
    let task = start(&mut core, json!({}));
    assert_eq!(core.start_task("t", "one", "1", json!({})), Err(StartError::Conflict));
    let mut keyed = TaskRequest::new("t", "one", "1", json!({}));
    keyed.idempotency_key = Some("other".to_owned());
    core.submit(keyed.clone()).unwrap();
    assert_eq!(core.submit(keyed), Err(StartError::Conflict));
    assert_eq!(core.start_task("t", "one", "1", json!(1)), Err(StartError::Full));
    // One that is final makes room, and its identity is free again.
    let event = core.poll().unwrap();
    succeed(&mut core, &event, json!({}));
    core.start_task("t", "one", "1", json!(1)).unwrap();
    assert!(core.task(task).is_none() && core.tree(task).is_empty());
    assert!(core.steps(task).is_empty() && core.is_settled(task));
    let long = "x".repeat(2000);
    let error = core.start_task("t", "one", "1", json!(long)).unwrap_err();
    assert!(error.to_string().contains("more than 1000 bytes"));
    let event = core.poll().unwrap();
    assert!(!core.complete(event.event_id, &success(&event, json!(long))));
    for (body, problem) in [
        (json!([]), "a map is wanted"),
        (json!({ "name": 1 }), "missing: namespace, version, context, initiator"),
    ] {
        let error = TaskRequest::from_json(&body).unwrap_err();
        assert!(error.to_string().contains(problem), "{error}");
    }
    let mut body = json!({
        "name": "n", "namespace": "s", "version": "1", "context": {}, "initiator": "i",
        "source_system": "s", "reason": "r",
    });
    assert!(TaskRequest::from_json(&body).is_ok());
    for (key, value, problem) in [
        ("priority", json!(101), "`priority` is not from -100 to 100"),
        ("tags", json!([1]), "integer `1`, expected a string"),
        ("correlation_id", json!("x"), "no UUID"),
        ("parent_correlation_id", json!(1), "integer `1`, expected a string"),
        ("idempotency_key", json!(1), "integer `1`, expected a string"),
        ("name", json!(1), "integer `1`, expected a string"),
        ("requested_at", json!("2026-01-01T00:00:00+01:00"), "no time without a zone"),
    ] {
        let before = body[key].take();
        body[key] = value;
        let error = TaskRequest::from_json(&body).unwrap_err().to_string();
        assert!(error.contains(problem), "{key}: {error}");
        body[key] = before;
    }
}
