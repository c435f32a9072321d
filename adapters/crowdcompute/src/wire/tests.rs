use proptest::prelude::*;

use super::*;
use crate::{Era, Metrics};

fn read(text: &str) -> Result<Envelope, WireError> {
    decode(text.as_bytes())
}

fn problem(text: &str) -> Problem {
    read(text).unwrap_err().problem
}

fn raw(text: &str) -> Raw {
    Raw::new(text).unwrap()
}

/// One of each type, as upstream writes it.
fn examples() -> Vec<(Message, &'static str)> {
    let metrics = Metrics {
        cpu_usage_percent: Some(12.5),
        is_charging: Some(false),
        timestamp: Some("t".to_owned()),
        ..Metrics::default()
    };
    let presence = Presence { status: "online".to_owned(), current_task: Some("t".to_owned()) };
    let id = || "t".to_owned();
    vec![
        (
            Message::WorkerReady(WorkerReady {
                worker_id: "w".to_owned(),
                worker_type: Some("pc_python".to_owned()),
                capabilities: Some(raw("{\"x\":1}")),
                device_specs: Some(raw("{}")),
                ..WorkerReady::default()
            }),
            r#"{"worker_id": "w", "worker_type": "pc_python", "capabilities": {"x":1}, "device_specs": {}}"#,
        ),
        (
            Message::WorkerHeartbeat(
                "w".to_owned(),
                Presence { current_task: None, ..presence.clone() },
            ),
            r#"{"worker_id": "w", "status": "online", "current_task": null}"#,
        ),
        (
            Message::Pong(Pong {
                worker_id: Some("w".to_owned()),
                presence: Some(presence),
                flat: None,
                performance_metrics: Some(metrics),
            }),
            r#"{"worker_id": "w", "status": "online", "current_task": "t", "performance_metrics": {"cpu_usage_percent": 12.5, "ram_available_mb": null, "battery_level": null, "is_charging": false, "network_speed_mbps": null, "storage_available_gb": null, "timestamp": "t"}}"#,
        ),
        (
            Message::TaskResult(TaskResult { result: raw("[NaN, 1e400]"), task_id: id() }),
            r#"{"result": [NaN, 1e400], "task_id": "t"}"#,
        ),
        (
            Message::TaskError(TaskError { error: "é\u{1}".to_owned(), task_id: id() }),
            r#"{"error": "\u00e9\u0001", "task_id": "t"}"#,
        ),
        (
            Message::TaskCheckpoint(TaskCheckpoint {
                task_id: id(),
                is_base: true,
                delta_data_hex: "1f".to_owned(),
                progress_percent: 40.0,
                checkpoint_id: 1,
                compression_type: Some("gzip".to_owned()),
                checkpoint_type: Some("base".to_owned()),
                checkpoint_state_vars: Some(vec!["i".to_owned(), "n".to_owned()]),
                state_size_bytes: Some(43),
            }),
            r#"{"task_id": "t", "is_base": true, "delta_data_hex": "1f", "progress_percent": 40.0, "checkpoint_id": 1, "compression_type": "gzip", "checkpoint_type": "base", "checkpoint_state_vars": ["i", "n"], "state_size_bytes": 43}"#,
        ),
        (
            Message::TaskProgress(TaskProgress {
                task_id: id(),
                progress_percent: 0.5,
                status: Some("running".to_owned()),
                eta_seconds: None,
            }),
            r#"{"task_id": "t", "progress_percent": 0.5, "status": "running", "eta_seconds": null}"#,
        ),
        (Message::KillAck(id()), r#"{"task_id": "t"}"#),
        (
            Message::AssignTask(AssignTask {
                func_code: "def f(x):\n    return x\n".to_owned(),
                task_args: raw("[1]"),
                task_id: id(),
                task_metadata: Some(raw("{\"parallel\": true}")),
                execution_metadata: None,
            }),
            r#"{"func_code": "def f(x):\n    return x\n", "task_args": [1], "task_id": "t", "task_metadata": {"parallel": true}}"#,
        ),
        (
            Message::ResumeTask(ResumeTask {
                task_id: id(),
                func_code: String::new(),
                checkpoint_state: Some(raw("{}")),
                task_args: None,
                task_kwargs: None,
                progress_percent: Some(40.0),
                checkpoint_count: Some(3),
                task_metadata: None,
                recovery_status: Some("fresh".to_owned()),
                base_checkpoint_count: None,
                delta_checkpoint_count: None,
            }),
            r#"{"task_id": "t", "func_code": "", "checkpoint_state": {}, "progress_percent": 40.0, "checkpoint_count": 3, "recovery_status": "fresh"}"#,
        ),
        (Message::Ping, "{}"),
        (
            Message::CheckpointAck(CheckpointAck { task_id: id(), checkpoint_id: 7 }),
            r#"{"task_id": "t", "checkpoint_id": 7}"#,
        ),
        (Message::KillTask(id()), r#"{"task_id": "t"}"#),
    ]
}

#[test]
fn every_type_is_written_and_read() {
    let mut examples = examples();
    for kind in Kind::ALL {
        if examples.iter().all(|(message, _)| message.kind() != *kind) {
            let data = r#"{"any": [1, {"x": null}]}"#;
            examples.push((Message::Other(*kind, raw(data)), data));
        }
    }
    assert_eq!(examples.len(), Kind::ALL.len());
    for (message, data) in examples {
        let text = encode(&message, Some("j"));
        assert_eq!(
            text,
            format!(r#"{{"type": "{}", "data": {data}, "job_id": "j"}}"#, message.kind())
        );
        assert_eq!(read(&text), Ok(Envelope { message, job_id: Some("j".to_owned()) }));
    }
    let text = encode(&Message::Ping, None);
    assert_eq!(text, r#"{"type": "ping", "data": {}, "job_id": null}"#);
    assert_eq!(read(&text).unwrap().job_id, None);
    assert_eq!(Kind::parse("nope"), None);
}

#[test]
fn what_is_not_known_is_passed_over() {
    let text = r#" {"x": 2, "job_id": "j", "data": {"checkpoint_id": 1, "y": [[]], "task_id": "t"},
        "type": "checkpoint_ack"} "#;
    let ack = CheckpointAck { task_id: "t".to_owned(), checkpoint_id: 1 };
    assert_eq!(read(text).unwrap().message, Message::CheckpointAck(ack));
    assert_eq!(read(r#"{"type":"ping","data":{}}"#).unwrap().job_id, None);
}

#[test]
fn each_fault_has_its_name() {
    use Problem::{Bad, BadJobId, Missing, NoData, NoType, NotJson, NotUtf8, UnknownType};
    assert_eq!(decode(b"\xff").unwrap_err().problem, NotUtf8);
    for text in ["hello", "[1,2]", "", "{} x", "5"] {
        assert!(matches!(problem(text), NotJson(_)), "{text}");
    }
    assert_eq!(problem("{}"), NoType);
    assert_eq!(problem(r#"{"type": 5, "data": {}}"#), NoType);
    assert_eq!(problem(r#"{"type": "nope", "data": {}}"#), UnknownType("nope".to_owned()));
    let long = format!(r#"{{"type": "{}", "data": {{}}}}"#, "é".repeat(100));
    assert_eq!(problem(&long), UnknownType("é".repeat(32)));
    assert_eq!(problem(r#"{"type":"ping"}"#), NoData(Kind::Ping));
    assert_eq!(problem(r#"{"type":"ping","data":[]}"#), NoData(Kind::Ping));
    assert_eq!(problem(r#"{"type":"ping","data":{},"job_id":5}"#), BadJobId(Kind::Ping));
    assert_eq!(
        problem(r#"{"type":"worker_ready","data":{}}"#),
        Missing(Kind::WorkerReady, "worker_id")
    );
    let expected = "a whole number from 0";
    assert_eq!(
        problem(r#"{"type":"checkpoint_ack","data":{"task_id":"t","checkpoint_id":-1}}"#),
        Bad { kind: Kind::CheckpointAck, field: "checkpoint_id", expected }
    );
    let text = problem(r#"{"type":"checkpoint_ack","data":{"task_id":"t","checkpoint_id":-1}}"#);
    assert_eq!(
        text.to_string(),
        "a `checkpoint_ack` whose `checkpoint_id` is not a whole number from 0"
    );
    let long = format!(r#"{{"type":"kill_task","data":{{"task_id":"{}"}}}}"#, "x".repeat(1025));
    assert!(matches!(problem(&long), Bad { field: "task_id", .. }));
}

#[test]
fn a_task_that_cannot_be_read_can_be_answered() {
    let error =
        read(r#"{"type":"assign_task","data":{"task_args":[1],"task_id":"t"},"job_id":"j"}"#);
    let error = error.unwrap_err();
    assert_eq!(error.for_foreman(), "'func_code'");
    let task = TaskRef { task_id: "t".to_owned(), job_id: Some("j".to_owned()) };
    assert_eq!(error.task, Some(task));
    let error =
        read(r#"{"type":"assign_task","data":{"func_code":"x","task_id":"t"}}"#).unwrap_err();
    assert_eq!(error.for_foreman(), "'task_args'");
    let error =
        read(r#"{"type":"assign_task","data":{"func_code":5,"task_args":[],"task_id":"t"}}"#);
    assert_eq!(error.unwrap_err().for_foreman(), "a `assign_task` whose `func_code` is not a text");
    let error = read(r#"{"type":"resume_task","data":{"task_id":"t"}}"#).unwrap_err();
    assert_eq!((error.for_foreman().as_str(), error.task.is_some()), ("'func_code'", true));
    let error =
        read(r#"{"type":"assign_task","data":{"func_code":"x","task_args":[]}}"#).unwrap_err();
    assert_eq!(error.task, None);
}

#[test]
fn a_foreman_of_the_seed_is_sent_nothing_that_it_does_not_know() {
    let seed: Vec<_> = Kind::ALL.iter().filter(|kind| kind.may_be_sent(Some(Era::Seed))).collect();
    assert_eq!(seed.len(), 13);
    for kind in Kind::ALL {
        assert_eq!(kind.may_be_sent(None), seed.contains(&kind));
        assert!(kind.may_be_sent(Some(Era::Head)));
    }
    assert!(!Kind::TaskCheckpoint.may_be_sent(None) && !Kind::KillAck.may_be_sent(None));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn a_damaged_message_is_read_or_refused(at in 0..400_usize, byte in any::<u8>(), which in 0..13_usize) {
        let mut text = encode(&examples()[which].0, None).into_bytes();
        let at = at % text.len();
        text[at] = byte;
        if let Err(error) = decode(&text) {
            prop_assert!(error.to_string().len() < 400);
        }
    }
}
