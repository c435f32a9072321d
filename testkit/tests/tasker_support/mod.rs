//! What the tests of the stand-in orchestrator share.

// Each test program uses a part of it. The lint's exception for tests sees only functions that are
// marked as such.
#![allow(dead_code, clippy::unwrap_used, clippy::needless_pass_by_value)]

use std::path::PathBuf;

use journeyman_testkit::tasker::{Config, Orchestrator, StepEvent, StepState, TaskInfo, TaskState};
use journeyman_testkit::vectors::Vectors;
use serde_json::{Value, json};
use uuid::Uuid;

/// The recorded templates of the recorded server, by their files.
pub(crate) const RECORDED: [&str; 15] = [
    "backoff",
    "batch",
    "checkpoint",
    "decision",
    "diamond",
    "errors",
    "events",
    "events_fail",
    "exhaust",
    "linear",
    "method",
    "mixed_dag",
    "permanent",
    "timeout",
    "tree",
];

/// The recorded files are the adapter's; one copy is enough.
pub(crate) fn testdata(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../adapters/tasker/testdata").join(name)
}

pub(crate) fn vectors(name: &str) -> Vectors {
    Vectors::load(testdata(name))
}

pub(crate) fn template(name: &str) -> String {
    std::fs::read_to_string(testdata("templates").join(name)).unwrap()
}

pub(crate) fn with(config: Config, yaml: &str) -> Orchestrator {
    let mut core = Orchestrator::new(config);
    core.register_template(yaml).unwrap();
    core
}

/// Starts a task of the only template.
pub(crate) fn start(core: &mut Orchestrator, context: Value) -> Uuid {
    let template = core.templates().next().unwrap().clone();
    core.start_task(&template.namespace, &template.name, &template.version, context).unwrap()
}

pub(crate) fn success(event: &StepEvent, result: Value) -> Value {
    json!({
        "step_uuid": event.step_uuid.to_string(), "success": true, "status": "completed",
        "result": result,
    })
}

pub(crate) fn failure(event: &StepEvent, retryable: bool) -> Value {
    json!({
        "step_uuid": event.step_uuid.to_string(), "success": false, "status": "failed",
        "result": {}, "metadata": { "retryable": retryable },
        "error": { "message": "refused", "retryable": retryable },
    })
}

/// Answers an event with a success; it must be accepted.
pub(crate) fn succeed(core: &mut Orchestrator, event: &StepEvent, result: Value) {
    assert!(core.complete(event.event_id, &success(event, result)), "{}", event.step_name());
}

pub(crate) fn fail(core: &mut Orchestrator, event: &StepEvent, retryable: bool) {
    assert!(core.complete(event.event_id, &failure(event, retryable)), "{}", event.step_name());
}

/// Polls all there is.
pub(crate) fn poll_all(core: &mut Orchestrator) -> Vec<StepEvent> {
    std::iter::from_fn(|| core.poll()).collect()
}

pub(crate) fn poll_names(core: &mut Orchestrator) -> Vec<String> {
    poll_all(core).iter().map(|event| event.step_name().to_owned()).collect()
}

pub(crate) fn state(core: &Orchestrator, task: Uuid) -> TaskState {
    core.task_state(task).unwrap()
}

pub(crate) fn step_state(core: &Orchestrator, task: Uuid, name: &str) -> StepState {
    let mut states = core.step_states(task);
    states.find(|(step, _)| *step == name).unwrap().1
}

/// The handlers of the recorded templates, those that always succeed.
pub(crate) fn handle(event: &StepEvent) -> Value {
    handle_step(&event.task_sequence_step())
}

/// The same on the JSON of a `task_sequence_step`.
pub(crate) fn handle_step(step: &Value) -> Value {
    let definition = &step["step_definition"];
    let init = &definition["handler"]["initialization"];
    let results = step["dependency_results"].as_object().unwrap();
    let parents = definition["dependencies"].as_array().unwrap().iter();
    let result = |name: &Value| results.get(name.as_str()?)?["result"]["value"].as_i64();
    let values: Vec<i64> = parents.filter_map(result).collect();
    let operand = || init["operand"].as_i64().unwrap();
    let value = |value: i64| json!({ "value": value });
    let context = &step["task"]["task"]["context"];
    match definition["handler"]["callable"].as_str().unwrap() {
        "gv.square_input" => {
            let input = context[init["field"].as_str().unwrap()].as_i64().unwrap();
            value(input * input)
        }
        "gv.square" => value(values[0] * values[0]),
        "gv.add" => value(values[0] + operand()),
        "gv.mul" => value(values[0] * operand()),
        "gv.mean" => value(values.iter().sum::<i64>() / i64::try_from(values.len()).unwrap()),
        "gv.sum" => value(values.iter().sum()),
        "gv.echo" => json!({ "echo": context }),
        "gv.collect" => json!({ "deps": results.keys().collect::<Vec<_>>() }),
        "gv.payments" => json!({ "method": definition["handler"]["method"], "init": init }),
        "gv.batch_work" => json!({ "inputs": step["workflow_step"]["inputs"] }),
        "gv.route" => {
            let outcome = match context["amount"].as_i64().unwrap() {
                0 => json!({ "type": "no_branches" }),
                amount => {
                    let name = if amount > 100 { "large" } else { "small" };
                    json!({ "type": "create_steps", "step_names": [name] })
                }
            };
            json!({ "decision_point_outcome": outcome })
        }
        "gv.analyze" => json!({ "batch_processing_outcome": batches(context) }),
        other => panic!("no handler {other}"),
    }
}

fn batches(context: &Value) -> Value {
    let items = context["items"].as_u64().unwrap();
    let starts: Vec<u64> = (0..items).step_by(10).collect();
    if starts.is_empty() {
        return json!({ "type": "no_batches" });
    }
    let cursor = |(index, start): (usize, &u64)| {
        json!({
            "batch_id": format!("{:03}", index + 1), "start_cursor": start,
            "end_cursor": items.min(start + 10), "batch_size": 10,
        })
    };
    json!({
        "type": "create_batches", "worker_template_name": "work", "worker_count": starts.len(),
        "cursor_configs": starts.iter().enumerate().map(cursor).collect::<Vec<_>>(),
        "total_items": items,
    })
}

/// Runs all there is with those handlers, without moving the clock; the names in the order in
/// which they were polled.
pub(crate) fn run(core: &mut Orchestrator) -> Vec<String> {
    let mut names = Vec::new();
    while let Some(event) = core.poll() {
        names.push(event.step_name().to_owned());
        let result = handle(&event);
        succeed(core, &event, result);
    }
    names
}

/// Runs a task of a recorded template, which must complete; gives the order of its steps.
pub(crate) fn finished(file: &str, context: Value) -> (TaskInfo, Vec<String>) {
    let mut core = with(Config::default(), &template(file));
    let task = start(&mut core, context);
    let order = run(&mut core);
    assert_eq!(state(&core, task), TaskState::Complete, "{:?}", core.task(task));
    assert!(core.is_settled(task));
    (core.task(task).unwrap(), order)
}
