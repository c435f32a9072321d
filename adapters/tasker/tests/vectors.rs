//! Every line of the golden vectors, recorded from the real crates, database and queues: it is read
//! by the type that it belongs to and written again as the same JSON. What was dispatched goes
//! through the state machine, and is answered as it was in the recording.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

#[path = "support/replay.rs"]
mod replay;

use std::path::{Path, PathBuf};

use journeyman_tasker::{
    channel::ChannelMetrics,
    template::{TaskTemplate, Templates},
    wire::{
        CheckpointRow, CheckpointYieldData, DomainEvent, FfiStepEvent, Notification,
        PythonDomainEvent, PythonStepResult, StepEvent, StepExecutionResult, StepPointer,
        StepState, TaskState, Transition,
        rest::{
            ApiError, AuditRow, DlqEntry, DlqStats, EventStats, Health, ManualAction,
            MetricsReport, StepView, TaskList, TaskRequest, TaskSummary, TaskView, TemplateList,
            TemplateValidation, TemplateView, WorkerTemplate, WorkerTemplates,
        },
    },
};
use journeyman_testkit::vectors::{Vector, Vectors};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

fn load(name: &str) -> Vectors {
    Vectors::load(folder().join(name))
}

/// Reads a text as `T` and writes it again: the same JSON.
fn same<T: DeserializeOwned + Serialize>(id: &str, text: &str) -> T {
    let read: T = serde_json::from_str(text).unwrap_or_else(|error| panic!("{id}: {error}"));
    let written = serde_json::to_string(&read).unwrap();
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(value(&written), value(text), "{id}");
    read
}

fn text_of<T: DeserializeOwned + Serialize>(line: &Vector) -> T {
    same(&line.id, line.text("text"))
}

/// The same of a part that is parsed already.
fn part<T: DeserializeOwned + Serialize>(line: &Vector, part: &Value) -> T {
    same(&line.id, &part.to_string())
}

#[test]
fn step_events() {
    let mut vectors = load("step_events.jsonl");
    for line in vectors.take_where("step event", |_| true) {
        let ffi: FfiStepEvent = text_of(&line);
        let event = StepEvent::parse(line.text("text")).unwrap();
        assert_eq!(FfiStepEvent::from(event.clone()), ffi, "{}", line.id);
        // The ids are as upstream makes them.
        let made = StepEvent::new(event.event_id, event.correlation_id, event.step.clone());
        assert_eq!(made, event, "{}", line.id);
        let decoded = &line.value["decoded"];
        let step = &event.step;
        assert_eq!(decoded["attempts"], serde_json::to_value(step.workflow_step.attempts).unwrap());
        assert_eq!(decoded["callable"], step.step_definition.handler.callable);
        assert_eq!(decoded["type"], step.step_definition.step_type.as_str());
        assert_eq!(decoded["task_correlation_id"], step.task().correlation_id.to_string());
        let above: Vec<_> = step.dependency_results.keys().collect();
        let listed = decoded["dependency_results"].as_object().unwrap();
        assert_eq!(above, listed.keys().collect::<Vec<_>>(), "{}", line.id);
        if let Some(checkpoint) = &step.workflow_step.checkpoint {
            same::<CheckpointRow>(&line.id, checkpoint.as_str());
        }
        if let Some(last) = &step.workflow_step.results {
            same::<StepExecutionResult>(&line.id, last.as_str());
        }
    }
    assert_eq!(vectors.finish(), 60);
}

#[test]
fn step_results() {
    let mut vectors = load("step_results.jsonl");
    let second = vectors.take("second-complete/method/refund/attempt0", "a second answer");
    assert_eq!(second.value["decoded"]["accepted"], false);
    for line in vectors.take_where("step result", |_| true) {
        let result: StepExecutionResult = text_of(&line);
        let decoded = &line.value["decoded"];
        assert_eq!(decoded["status"], result.status, "{}", line.id);
        assert_eq!(decoded["retryable"], result.metadata.retryable, "{}", line.id);
        // Upstream's own may end a little before they began.
        for at in [&result.metadata.completed_at, &result.metadata.started_at] {
            assert!(at.as_ref().unwrap().time().is_some(), "{}", line.id);
        }
    }
    assert_eq!(vectors.finish(), 62);
}

#[test]
fn checkpoints_and_metrics() {
    let mut vectors = load("checkpoints_and_metrics.jsonl");
    for line in vectors.take_where("yield", |line| line.id.starts_with("yield/")) {
        let yielded: CheckpointYieldData = text_of(&line);
        assert_eq!(line.value["decoded"]["items_processed"], yielded.items_processed);
    }
    for line in vectors.take_where("metrics", |line| line.id.starts_with("metrics")) {
        let decoded = &line.value["decoded"];
        let millis = |key: &str| std::time::Duration::from_millis(decoded[key].as_u64().unwrap());
        let id = decoded["oldest"].as_str().unwrap().parse().unwrap();
        let threshold = std::time::Duration::from_secs(1);
        let metrics = ChannelMetrics::of([(id, millis("oldest_ms"))], threshold);
        assert_eq!(decoded["pending"], metrics.pending_count, "{}", line.id);
        assert_eq!(decoded["newest_ms"], metrics.newest_pending_age_ms.unwrap());
        assert_eq!(decoded["starvation"], metrics.starvation_detected, "{}", line.id);
        assert_eq!(decoded["starving"], metrics.starving_event_count);
        assert_eq!(metrics.oldest_event_id, Some(id));
    }
    for line in vectors.take_where("clean-up", |line| line.id.starts_with("cleanup")) {
        assert_eq!(line.value["decoded"]["count"], 1, "{}", line.id);
    }
    assert_eq!(vectors.finish(), 13);
}

#[test]
fn domain_events() {
    let mut vectors = load("domain_events.jsonl");
    for line in vectors.take_where("domain event", |_| true) {
        let event: DomainEvent = text_of(&line);
        assert!(DomainEvent::is_name(&event.event_name), "{}", line.id);
        assert_eq!(event.event_id.get_version_num(), 7);
        let declared = &event.payload.task_sequence_step.step_definition.publishes_events;
        let declared = declared.iter().find(|other| other.name == event.event_name).unwrap();
        let result = &event.payload.execution_result;
        assert!(declared.condition.fires(result.success, result.metadata.retryable), "{}", line.id);
        assert_eq!(event.payload.payload, result.result, "{}", line.id);
    }
    assert_eq!(vectors.finish(), 7);
}

#[test]
fn queue_messages() {
    let mut vectors = load("queue_messages.jsonl");
    for line in vectors.take_where("pgmq row", |line| line.id.starts_with("pgmq/")) {
        text_of::<StepPointer>(&line);
    }
    for line in vectors.take_where("notification", |line| line.id.starts_with("notify/")) {
        let notification: Notification = text_of(&line);
        match (&notification.message, &*notification.queue_name) {
            (None, _) => assert_eq!(notification.payload_omitted, Some(true)),
            (Some(message), "gv_domain_events") => {
                same::<DomainEvent>(&line.id, message.as_str());
            }
            (Some(message), _) => {
                same::<StepPointer>(&line.id, message.as_str());
            }
        }
    }
    for line in vectors.take_where("AMQP body", |line| line.id.starts_with("amqp/")) {
        let pointer: StepPointer = serde_json::from_slice(&line.frame()).unwrap();
        // Upstream writes the members in this order, and so do we.
        assert_eq!(serde_json::to_vec(&pointer).unwrap(), line.frame(), "{}", line.id);
    }
    assert_eq!(vectors.finish(), 28);
}

#[test]
fn transitions() {
    let mut vectors = load("db_transitions.jsonl");
    let state = |line: &Vector, key: &str| line.value["decoded"][key].clone();
    for line in vectors.take_where("step", |line| line.id.starts_with("step-transition/")) {
        let transition: Transition = text_of(&line);
        if let Some(text) = &transition.event {
            same::<journeyman_tasker::wire::StepStateEvent>(&line.id, text);
            assert!(transition.step_event().unwrap().is_some());
        }
        for state in [state(&line, "to"), state(&line, "from")] {
            part::<Option<StepState>>(&line, &state);
        }
    }
    for line in vectors.take_where("task", |line| line.id.starts_with("task-transition/")) {
        text_of::<Transition>(&line);
        for state in [state(&line, "to"), state(&line, "from")] {
            part::<Option<TaskState>>(&line, &state);
        }
    }
    assert_eq!(vectors.finish(), 94);
}

#[test]
fn python() {
    let mut vectors = load("python.jsonl");
    let kind = |kind: &'static str| move |line: &Vector| line.id.starts_with(kind);
    let mut stored = 0;
    for line in vectors.take_where("event", kind("py-event/")) {
        let event: StepEvent = text_of(&line);
        assert_eq!(StepEvent::parse(line.text("text")).unwrap(), event, "{}", line.id);
    }
    for line in vectors.take_where("result", kind("py-complete/")) {
        let result: PythonStepResult = text_of(&line);
        // What the server gets to see can be read, too.
        let survives = result.survives().unwrap();
        assert_eq!((survives.step_uuid, survives.success), (result.step_uuid, result.success));
    }
    for line in vectors.take_where("yield", kind("py-yield/")) {
        text_of::<CheckpointYieldData>(&line);
    }
    for line in vectors.take_where("domain event", kind("py-in-process/")) {
        text_of::<PythonDomainEvent>(&line);
    }
    for line in vectors.take_where("stored result", kind("py-stored/")) {
        text_of::<StepExecutionResult>(&line);
        stored += 1;
    }
    assert_eq!((vectors.finish(), stored), (40, 11));
}

#[test]
fn http() {
    let mut vectors = load("http.jsonl");
    for line in vectors.take_where("request or answer", |_| true) {
        let call = line.id.split_once(' ').unwrap().1.to_owned();
        let answer = &line.value["decoded"]["response"];
        let status = line.value["decoded"]["status"].as_u64().unwrap();
        match (call.as_str(), status) {
            (_, 409) => drop(part::<ApiError>(&line, answer)),
            (_, 422) => assert!(answer.is_string()),
            ("POST /v1/tasks" | "GET /v1/tasks/{uuid}" | "DELETE /v1/tasks/{uuid}", _) => {
                part::<TaskView>(&line, answer);
            }
            ("GET /v1/tasks/{uuid}/workflow_steps", _) => {
                drop(part::<Vec<StepView>>(&line, answer));
            }
            ("GET /v1/tasks/{uuid}/workflow_steps/{uuid}/audit", _) => {
                part::<Vec<AuditRow>>(&line, answer);
            }
            ("PATCH /v1/tasks/{uuid}/workflow_steps/{uuid}", _) => {
                text_of::<ManualAction>(&line);
                part::<StepView>(&line, answer);
            }
            ("GET /v1/tasks/{uuid}/summary", _) => drop(part::<TaskSummary>(&line, answer)),
            ("GET /v1/tasks?limit=2" | "GET /v1/tasks?limit=1", _) => {
                part::<TaskList>(&line, answer);
            }
            ("GET /v1/templates/gv/diamond/1.0.0", _) if line.id.starts_with("worker") => {
                let worker: WorkerTemplate = part(&line, answer);
                let file = folder().join("templates/diamond.yaml");
                let text = std::fs::read_to_string(&file).unwrap();
                let ours = TaskTemplate::parse(&file, &text).unwrap();
                assert_eq!(ours.template(), &worker.template.template);
            }
            ("GET /v1/templates/gv/diamond/1.0.0", _) => drop(part::<TemplateView>(&line, answer)),
            ("GET /v1/templates", _) if line.id.starts_with("worker") => {
                part::<WorkerTemplates>(&line, answer);
            }
            ("GET /v1/templates", _) => drop(part::<TemplateList>(&line, answer)),
            ("POST /v1/templates/gv/diamond/1.0.0/validate", _) => {
                part::<TemplateValidation>(&line, answer);
            }
            (
                "GET /health" | "GET /health/live" | "GET /health/ready" | "GET /health/detailed",
                _,
            ) => {
                part::<Health>(&line, answer);
            }
            ("GET /metrics/worker", _) => drop(part::<MetricsReport>(&line, answer)),
            ("GET /metrics/events", _) => drop(part::<EventStats>(&line, answer)),
            ("GET /v1/dlq/stats", _) => drop(part::<Vec<DlqStats>>(&line, answer)),
            ("GET /v1/dlq?limit=1", _) => drop(part::<Vec<DlqEntry>>(&line, answer)),
            (other, _) => panic!("{}: what is {other}?", line.id),
        }
        match (call.as_str(), status) {
            ("POST /v1/tasks", 422) => {
                let error = serde_json::from_str::<TaskRequest>(line.text("text")).unwrap_err();
                assert!(error.to_string().contains("missing field `version`"), "{error}");
            }
            ("POST /v1/tasks", _) => drop(text_of::<TaskRequest>(&line)),
            ("PATCH /v1/tasks/{uuid}/workflow_steps/{uuid}", _) => {}
            _ => assert_eq!(line.text("text"), "", "{}", line.id),
        }
    }
    assert_eq!(vectors.finish(), 81);
}

/// Templates give the very definitions that events carry.
#[test]
fn templates_are_what_events_carry() {
    let templates = Templates::load(folder().join("templates")).unwrap();
    assert_eq!(templates.len(), 18);
    assert_eq!(templates.namespaces(), ["gv", "gvn", "gvp"]);
    for loaded in templates.iter() {
        assert_eq!(loaded.warnings(), [], "{}", loaded.file().display());
    }
    let mut checked = 0;
    for (file, check) in [("step_events.jsonl", "event"), ("python.jsonl", "py-event")] {
        let mut vectors = load(file);
        let wanted = |line: &Vector| file != "python.jsonl" || line.id.starts_with("py-event/");
        for line in vectors.take_where(check, wanted) {
            let event = StepEvent::parse(line.text("text")).unwrap();
            let task = &event.step.task;
            let template = templates.get(&task.namespace_name, &task.task_name, &task.task_version);
            let template = template.unwrap_or_else(|| panic!("{}: no template", line.id));
            let step = template.step(&event.step.workflow_step.template_step_name).unwrap();
            assert_eq!(step, &event.step.step_definition, "{}", line.id);
            checked += 1;
        }
        if file == "python.jsonl" {
            vectors.take_where("the rest", |_| true);
        }
        vectors.finish();
    }
    assert_eq!(checked, 74);
}

#[test]
fn recorded_steps_are_answered_as_recorded() {
    let mut events = load("step_events.jsonl");
    let mut results = load("step_results.jsonl");
    let mut yields = load("checkpoints_and_metrics.jsonl");
    let mut answered = 0;
    for line in events.take_where("dispatch", |_| true) {
        let event = StepEvent::parse(line.text("text")).unwrap();
        let by_event = |other: &Vector| {
            other.value["decoded"]["event_id"] == event.event_id.to_string()
                && !other.text("text").is_empty()
        };
        if let Some(found) = results.left().iter().find(|other| by_event(other)) {
            let id = found.id.clone();
            let recorded = results.take(&id, "answer");
            replay::answer(&line.id, &event, serde_json::from_str(recorded.text("text")).unwrap());
            answered += 1;
        } else if let Some(found) = yields.left().iter().find(|other| by_event(other)) {
            let id = found.id.clone();
            let recorded = yields.take(&id, "yield");
            replay::checkpoint(
                &line.id,
                &event,
                &serde_json::from_str(recorded.text("text")).unwrap(),
            );
            answered += 1;
        } else {
            assert!(line.id.starts_with("no_answer/"), "{} has no answer", line.id);
        }
    }
    assert_eq!(answered, 57);
    results.take_where("made by upstream itself", |line| {
        line.id.starts_with("native/") || line.id.starts_with("second-complete/")
    });
    results.finish();
    yields.take_where("numbers", |_| true);
    yields.finish();
    events.finish();
}
