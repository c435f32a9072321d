//! The recorded run of the real server, done again task by task.

// Each test program uses a part of it.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use journeyman_testkit::tasker::{
    Config, Orchestrator, StepEvent, StepInfo, TaskInfo, TaskRequest,
};
use journeyman_testkit::vectors::{Vector, Vectors};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::tasker_support::{poll_all, testdata};

/// All templates of the recorded run.
pub(crate) fn orchestrator() -> Orchestrator {
    let mut config = Config::default();
    config.completion_timeout = Duration::from_secs(3);
    config.starvation_threshold = Duration::from_secs(1);
    let mut core = Orchestrator::new(config);
    for file in std::fs::read_dir(testdata("templates")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        core.register_template(&text).unwrap();
    }
    core
}

pub(crate) fn text(line: &Vector) -> Value {
    serde_json::from_str(line.text("text")).unwrap()
}

pub(crate) fn id(value: &Value) -> Uuid {
    value.as_str().unwrap().parse().unwrap()
}

/// One recorded task: its events, in their order.
pub(crate) struct Recorded {
    pub(crate) task: Uuid,
    pub(crate) events: Vec<Value>,
    /// Recorded step ids by step name.
    pub(crate) steps: HashMap<Uuid, String>,
}

/// The recorded task, done again.
pub(crate) struct Replayed {
    pub(crate) core: Orchestrator,
    pub(crate) recorded: Uuid,
    pub(crate) task: Uuid,
    /// Our id for each recorded id.
    pub(crate) ids: HashMap<Uuid, Uuid>,
    pub(crate) name: String,
}

impl Replayed {
    pub(crate) fn info(&self) -> TaskInfo {
        self.core.task(self.task).unwrap()
    }

    pub(crate) fn step(&self, name: &str) -> StepInfo {
        self.info().step(name).unwrap().clone()
    }

    /// Recorded JSON with our ids instead.
    pub(crate) fn translate(&self, recorded: &Value) -> Value {
        translate(recorded, &self.ids)
    }
}

pub(crate) fn translate(value: &Value, ids: &HashMap<Uuid, Uuid>) -> Value {
    match value {
        Value::String(text) => {
            let mut text = text.clone();
            for (theirs, ours) in ids {
                text = text.replace(&theirs.to_string(), &ours.to_string());
            }
            Value::from(text)
        }
        Value::Array(items) => items.iter().map(|item| translate(item, ids)).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, item)| (key.clone(), translate(item, ids))).collect()
        }
        other => other.clone(),
    }
}

/// Takes out what is new in every run, after a look whether it has the right form.
fn settle(value: &mut Value, in_timeout: bool) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| settle(item, in_timeout)),
        Value::Object(members) => {
            let timeout = in_timeout
                || members.get("error").and_then(|error| error.get("error_type"))
                    == Some(&json!("ffi_timeout"));
            for (key, item) in members.iter_mut() {
                match (key.as_str(), &*item) {
                    (_, Value::Null) => {}
                    ("event_id" | "named_task_uuid" | "named_step_uuid" | "worker_uuid", _) => {
                        id(item);
                        *item = json!("(id)");
                    }
                    ("identity_hash", _) => {
                        assert!(u64::from_str_radix(item.as_str().unwrap(), 16).is_ok());
                        assert_eq!(item.as_str().unwrap().len(), 16);
                        *item = json!("(hash)");
                    }
                    (
                        "requested_at" | "created_at" | "updated_at" | "processed_at"
                        | "last_attempted_at",
                        _,
                    ) => {
                        let text = item.as_str().unwrap();
                        assert!(text.len() <= 26 && !text.ends_with('Z') && !text.contains('+'));
                        *item = json!("(time without zone)");
                    }
                    ("timestamp", _) => {
                        assert!(item.as_str().unwrap().ends_with("+00:00"), "{item}");
                        *item = json!("(time with offset)");
                    }
                    ("fired_at", _) => {
                        assert!(item.as_str().unwrap().ends_with('Z'), "{item}");
                        *item = json!("(time)");
                    }
                    ("started_at" | "completed_at", _) if timeout => {
                        assert!(item.as_str().unwrap().ends_with('Z'), "{item}");
                        *item = json!("(time)");
                    }
                    _ => settle(item, timeout),
                }
            }
        }
        _ => {}
    }
}

pub(crate) fn settled(mut value: Value) -> Value {
    settle(&mut value, false);
    value
}

/// An event with its own ids taken out as well.
fn settled_event(mut event: Value) -> Value {
    assert_eq!(event["event_id"], event["execution_event"]["event_id"]);
    let correlation = event["correlation_id"].clone();
    for place in ["/trace_id", "/execution_event/trace_id", "/correlation_id"] {
        let place = event.pointer_mut(place).unwrap();
        assert_eq!(*place, correlation);
        *place = json!("(id)");
    }
    settled(event)
}

pub(crate) fn recorded_tasks(lines: &mut Vectors) -> Vec<Recorded> {
    let mut tasks: Vec<Recorded> = Vec::new();
    for line in lines.take_where("replay", |line| line.channel() == "ffi_dispatch.poll") {
        let event = text(&line);
        let task = id(&event["task_uuid"]);
        let at = tasks.iter().position(|other| other.task == task).unwrap_or_else(|| {
            tasks.push(Recorded { task, events: Vec::new(), steps: HashMap::new() });
            tasks.len() - 1
        });
        let row = &event["execution_event"]["payload"]["task_sequence_step"]["workflow_step"];
        let name = row["name"].as_str().unwrap().to_owned();
        tasks[at].steps.insert(id(&event["step_uuid"]), name);
        tasks[at].events.push(event);
    }
    tasks
}

fn row(event: &Value) -> &Value {
    &event["execution_event"]["payload"]["task_sequence_step"]["workflow_step"]
}

/// Answers of the recorded worker, by the event that they are for.
pub(crate) struct Answers {
    pub(crate) results: HashMap<Uuid, Value>,
    pub(crate) yields: HashMap<Uuid, Value>,
    pub(crate) twice: HashSet<Uuid>,
    /// Metrics and clean-ups while an event was not answered, in their order.
    pub(crate) silence: Vec<Vector>,
}

pub(crate) fn answers(results: &mut Vectors, checkpoints: &mut Vectors) -> Answers {
    let event = |line: &Vector| id(&line.value["decoded"]["event_id"]);
    let taken = results.take_where("results", |line| line.id.starts_with("result/"));
    let results_by_event = taken.iter().map(|line| {
        assert_eq!(line.value["decoded"]["accepted"], true, "{}", line.id);
        (event(line), text(line))
    });
    let results_by_event = results_by_event.collect();
    let twice = results.take_where("second answers", |line| line.id.starts_with("second-"));
    let yields = checkpoints.take_where("yields", |line| line.id.starts_with("yield/"));
    let silence = checkpoints.take_where("silence", |line| line.text("dir") == "local");
    Answers {
        results: results_by_event,
        yields: yields.iter().map(|line| (event(line), text(line))).collect(),
        twice: twice.iter().map(event).collect(),
        silence,
    }
}

pub(crate) fn replay(recorded: Recorded, answers: &mut Answers) -> Replayed {
    let mut core = orchestrator();
    let first = &recorded.events[0]["execution_event"]["payload"]["task_sequence_step"]["task"];
    let mut request = TaskRequest::from_json(&json!({
        "name": first["task_name"], "namespace": first["namespace_name"],
        "version": first["task_version"], "context": first["task"]["context"],
        "initiator": first["task"]["initiator"], "source_system": first["task"]["source_system"],
        "reason": first["task"]["reason"], "tags": first["task"]["tags"],
        "correlation_id": first["task"]["correlation_id"],
    }))
    .unwrap();
    request.parent_correlation_id = None;
    let task = core.submit(request).unwrap();
    let ids = HashMap::from([(recorded.task, task)]);
    let name = first["task_name"].as_str().unwrap().to_owned();
    let mut replayed = Replayed { core, recorded: recorded.task, task, ids, name };
    let mut left = recorded.events;
    let mut seen = HashSet::new();
    while !left.is_empty() {
        let event = next(&mut replayed.core).unwrap_or_else(|| {
            let names: Vec<&Value> = left.iter().map(|event| &row(event)["name"]).collect();
            panic!("{}: {names:?} did not come: {:?}", replayed.name, replayed.info());
        });
        assert!(seen.insert(event.event_id), "an event id came twice");
        let theirs = take_counterpart(&mut left, &event);
        // New steps have come, perhaps.
        for step in replayed.core.steps(task) {
            let theirs = recorded.steps.iter().find(|(_, name)| **name == *step.name);
            replayed.ids.extend(theirs.map(|(theirs, _)| (*theirs, step.uuid)));
        }
        let expected = settled_event(replayed.translate(&theirs));
        assert_eq!(settled_event(event.to_json()), expected, "{}", event.step_name());
        answer(&mut replayed, &event, id(&theirs["event_id"]), answers);
    }
    assert!(poll_all(&mut replayed.core).is_empty(), "{}: more events", replayed.name);
    replayed
}

/// The next event; the clock is moved until there is one.
fn next(core: &mut Orchestrator) -> Option<StepEvent> {
    for _ in 0..60 {
        if let Some(event) = core.poll() {
            return Some(event);
        }
        core.advance(Duration::from_secs(1));
    }
    None
}

/// The recorded event for the same try of the same step.
fn take_counterpart(left: &mut Vec<Value>, event: &StepEvent) -> Value {
    let ours = event.to_json();
    let key = |event: &Value| {
        let row = row(event);
        (row["name"].clone(), row["attempts"].clone(), row["checkpoint"]["cursor"].clone())
    };
    let at = left.iter().position(|theirs| key(theirs) == key(&ours));
    left.remove(at.unwrap_or_else(|| panic!("{:?} was not recorded", key(&ours))))
}

fn answer(replayed: &mut Replayed, event: &StepEvent, theirs: Uuid, answers: &mut Answers) {
    if let Some(result) = answers.results.remove(&theirs) {
        let result = replayed.translate(&result);
        assert!(replayed.core.complete(event.event_id, &result));
        let stored = replayed.step(event.step_name()).result.unwrap().to_json();
        assert_eq!(stored, result, "it is stored as it was sent");
        if answers.twice.remove(&theirs) {
            assert!(!replayed.core.complete(event.event_id, &result));
        }
    } else if let Some(data) = answers.yields.remove(&theirs) {
        let data = replayed.translate(&data);
        assert!(replayed.core.checkpoint(event.event_id, &data));
        let stored = replayed.step(event.step_name()).checkpoint.unwrap();
        assert_eq!(stored["cursor"], data["cursor"]);
        assert!(stored.get("step_uuid").is_none());
    } else {
        silence(&mut replayed.core, event, theirs, answers);
    }
}

/// An event that the worker never answered.
fn silence(core: &mut Orchestrator, event: &StepEvent, theirs: Uuid, answers: &mut Answers) {
    let is_about = |line: &Vector| {
        let oldest = &line.value["decoded"]["oldest"];
        oldest.is_null() || id(oldest) == theirs
    };
    let mut age = 0;
    let mut looked = 0;
    while answers.silence.first().is_some_and(is_about) {
        let line = answers.silence.remove(0);
        let decoded = &line.value["decoded"];
        if line.id.starts_with("cleanup") {
            assert_eq!(core.cleanup_timeouts(), 1, "{}", line.id);
            return;
        }
        let newest = decoded["newest_ms"].as_u64().unwrap();
        core.advance(Duration::from_millis(newest - age));
        age = newest;
        if age <= 3000 {
            assert_eq!(core.cleanup_timeouts(), 0, "{}: too early", line.id);
        }
        let metrics = core.metrics();
        let ours = json!({
            "newest_ms": metrics.newest_pending_age_ms, "oldest_ms": metrics.oldest_pending_age_ms,
            "pending": metrics.pending_count, "starvation": metrics.starvation_detected,
            "starving": metrics.starving_event_count, "oldest": decoded["oldest"],
        });
        assert_eq!(ours, *decoded, "{}", line.id);
        assert_eq!(metrics.oldest_event_id, Some(event.event_id));
        looked += 1;
    }
    assert!(looked > 0, "nothing is known about {}", event.step_name());
}

/// Answers the events of several tasks in one orchestrator as the recorded worker did. `ids` has
/// our id for each recorded task.
pub(crate) fn answer_all(
    core: &mut Orchestrator,
    mut tasks: Vec<Recorded>,
    ids: &HashMap<Uuid, Uuid>,
    answers: &mut Answers,
) {
    tasks.retain(|task| ids.contains_key(&task.task));
    while let Some(event) = next(core) {
        let task = tasks.iter_mut().find(|task| ids[&task.task] == event.task_uuid).unwrap();
        let theirs = take_counterpart(&mut task.events, &event);
        let step = HashMap::from([(id(&theirs["step_uuid"]), event.step_uuid)]);
        let theirs = id(&theirs["event_id"]);
        if let Some(result) = answers.results.remove(&theirs) {
            assert!(core.complete(event.event_id, &translate(&result, &step)));
        } else if let Some(data) = answers.yields.remove(&theirs) {
            assert!(core.checkpoint(event.event_id, &translate(&data, &step)));
        } else {
            core.advance(core.config().completion_timeout + Duration::from_secs(1));
            assert_eq!(core.cleanup_timeouts(), 1, "only this one has no answer");
        }
    }
    for task in tasks {
        assert!(task.events.is_empty(), "{}: events did not come", task.task);
    }
}
