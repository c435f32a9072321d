//! Tasks: what they become, how they end, who is told.

use journeyman_core::{
    Extensions, JobErrorKind,
    job::{Body, OutEvent},
};

use super::*;
use crate::{files::FileInfo, outcome::ResultFiles, structs::encode_object};

const ID: &str = "01a1fe4d-45c3-7a81-a01e-531da26e1f4a";

#[test]
fn a_task_becomes_a_job_with_all_that_it_brings() {
    let mut peer = Peer::registered(config());
    let file = wire::FileInfo { file_id: "f1".to_owned(), size: 11, ..Default::default() };
    peer.receive(&Message::TaskAssign(TaskAssign {
        task_id: ID.to_owned(),
        queue: "text/upper".to_owned(),
        metadata: encode_object(&Value::object([("prio", "high")]), "", 1000).unwrap(),
        input: encode_object(&Value::object([("a", 2), ("b", 3)]), "", 1000).unwrap(),
        timeout_ms: 90_000,
        files: vec![file],
    }));
    let (_, job) = peer.jobs.pop().unwrap();
    assert_eq!((&*job.id, &*job.route), (ID, "text/upper"));
    assert_eq!(job.timeout, Some(Duration::from_secs(90)));
    // The id is a UUIDv7, which begins with the milliseconds of its making.
    assert_eq!(job.enqueued_at, Some(UNIX_EPOCH + Duration::from_millis(0x01a1_fe4d_45c3)));
    assert_eq!(job.payload.exact::<Value>().unwrap(), Value::object([("a", 2), ("b", 3)]));
    let extra = job.extensions.get::<Extra>().unwrap();
    assert_eq!(json(extra.metadata.as_ref()), serde_json::json!({"prio": "high"}));
    assert_eq!(extra.files.by_id("f1").unwrap().size, 11);
    assert_eq!(extra.timeout_ms, 90_000);
}

#[test]
fn a_bare_task_has_no_extras() {
    let mut peer = Peer::registered(config());
    peer.assign("not-a-uuid");
    let (_, job) = peer.jobs.pop().unwrap();
    assert!(job.extensions.get::<Extra>().is_none());
    assert_eq!((job.timeout, job.enqueued_at), (None, None));
    assert_eq!(job.payload.exact::<Value>().unwrap(), Value::Null);
}

#[test]
fn time_limits_that_are_none_are_none() {
    for (millis, limit) in [
        (0, None),
        (-1, None),
        (i64::MIN, None),
        (1, Some(Duration::from_millis(1))),
        (i64::MAX, Some(Duration::from_millis(i64::MAX as u64))),
    ] {
        let mut peer = Peer::registered(config());
        peer.receive(&Message::TaskAssign(TaskAssign {
            task_id: ID.to_owned(),
            timeout_ms: millis,
            ..TaskAssign::default()
        }));
        assert_eq!(peer.jobs.pop().unwrap().1.timeout, limit, "{millis}");
    }
}

#[test]
fn a_task_may_overtake_the_confirmation() {
    let mut peer = Peer::new(config());
    peer.input(Input::Connected);
    peer.sent.clear();
    peer.assign("t");
    peer.succeed(&Value::from(true));
    let complete = peer.only_complete();
    assert_eq!(json(complete.result.as_ref()), serde_json::json!({"result": true}));
    peer.respond(0);
    assert_eq!(peer.ready, 1);
}

#[test]
fn a_task_settles_when_its_answer_is_written() {
    let mut peer = Peer::registered(config());
    peer.assign("t");
    let token = peer.succeed(&Value::object([("ok", true)]));
    assert_eq!(peer.in_flight(), (1, 1), "not before");
    let tag = peer.sent[0].0.expect("an answer has a tag");
    assert!(peer.settled.is_empty());
    peer.input(Input::Sent { tag });
    assert_eq!(peer.settled, [(token, Settlement::Written)]);
    assert_eq!(peer.in_flight(), (0, 0));
    peer.input(Input::Sent { tag });
    assert_eq!(peer.settled.len(), 1, "once");
}

#[test]
fn an_answer_that_was_refused_by_the_transport_is_dropped() {
    let mut peer = Peer::registered(config());
    peer.assign("t");
    let token = peer.succeed(&Value::Null);
    let tag = peer.sent[0].0.unwrap();
    let error = Error::new(ErrorKind::TooLarge, "send", "too large");
    peer.input(Input::Failed { tag, error });
    assert_eq!(peer.settled, [(token, Settlement::Dropped(DropReason::ConnectionLost))]);
}

#[test]
fn answers_that_were_not_written_are_lost_with_the_connection() {
    let mut peer = Peer::registered(config());
    peer.assign("answered");
    let answered = peer.succeed(&Value::Null);
    peer.assign("running");
    let (running, _) = peer.jobs.pop().unwrap();
    peer.cut();
    let lost = Settlement::Dropped(DropReason::ConnectionLost);
    assert_eq!(peer.settled, [(answered, lost)]);
    // The other one is settled when it ends: the worker has another id by then, which the
    // controller would not believe (sheet, section 6.2).
    peer.input(Input::Connected);
    peer.respond(0);
    peer.sent.clear();
    peer.outcome(running, Ok(Completion::default()));
    assert_eq!(peer.settled[1..], [(running, lost)]);
    assert!(peer.sent.is_empty());
    assert_eq!(peer.in_flight(), (0, 0));
}

#[test]
fn a_task_that_is_delivered_twice_is_answered_once() {
    let mut peer = Peer::registered(config());
    peer.assign("t");
    peer.assign("t");
    peer.assign("t");
    assert_eq!((peer.jobs.len(), peer.merged.len()), (1, 2));
    peer.succeed(&Value::Null);
    peer.written();
    assert_eq!((peer.sent.len(), peer.settled.len()), (1, 1));
    assert_eq!(peer.in_flight(), (0, 0));
}

#[test]
fn a_task_that_comes_again_after_its_end_runs_again() {
    let mut peer = Peer::registered(config());
    let mut tokens = Vec::new();
    for round in 0..3 {
        peer.assign("t");
        tokens.push(peer.fail_with(JobError::failed(format!("round {round}"))));
        assert_eq!(peer.sent.last().unwrap().0, Some(Tag(tokens[round].as_u64())));
        peer.written();
        assert_eq!(peer.only_failed().error_message, format!("round {round}"));
    }
    assert!(peer.merged.is_empty());
    tokens.dedup();
    assert_eq!((tokens.len(), peer.settled.len()), (3, 3));
}

#[test]
fn a_retry_that_overtakes_our_own_flush_is_a_job_of_its_own() {
    let mut peer = Peer::registered(config());
    peer.assign("t");
    let first = peer.fail_with(JobError::failed("first"));
    peer.assign("t");
    assert_eq!(peer.jobs.len(), 1, "the outcome of the first delivery is known already");
    let second = peer.succeed(&Value::Null);
    assert_ne!(first, second);
    peer.written();
    assert_eq!(peer.settled.len(), 2);
    assert_eq!(peer.in_flight(), (0, 0));
}

#[test]
fn a_task_of_a_lost_connection_that_comes_again_is_answered_on_the_new_one() {
    let mut peer = Peer::registered(config());
    peer.assign("t");
    peer.cut();
    peer.input(Input::Connected);
    peer.respond(0);
    peer.sent.clear();
    peer.assign("t");
    assert_eq!((peer.jobs.len(), peer.merged.len()), (1, 1));
    let token = peer.succeed(&Value::Null);
    assert_eq!(peer.only_complete().task_id, "t");
    peer.input(Input::Sent { tag: Tag(token.as_u64()) });
    assert_eq!(peer.settled, [(token, Settlement::Written)]);
}

#[test]
fn results_are_objects_or_become_one() {
    for (result, expected) in [
        (Value::object([("a", 1)]), serde_json::json!({"a": 1.0})),
        (Value::Map(Vec::new()), serde_json::json!({})),
        (Value::from("x"), serde_json::json!({"result": "x"})),
        (Value::from(vec![Value::Null]), serde_json::json!({"result": [null]})),
        (Value::from(0), serde_json::json!({"result": 0.0})),
        (Value::Null, serde_json::Value::Null),
    ] {
        let mut peer = Peer::registered(config());
        peer.assign("t");
        peer.succeed(&result);
        let complete = peer.only_complete();
        assert_eq!(doubles(json(complete.result.as_ref())), expected, "{result}");
        assert!(complete.result_files.is_empty());
    }
}

fn doubles(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match value {
        Json::Number(number) => number.as_f64().into(),
        Json::Array(items) => items.into_iter().map(doubles).collect(),
        Json::Object(fields) => fields.into_iter().map(|(k, v)| (k, doubles(v))).collect(),
        other => other,
    }
}

#[test]
fn result_files_go_along() {
    let mut peer = Peer::registered(config());
    peer.assign("t");
    let (token, _) = peer.jobs.pop().unwrap();
    let mut completion = Completion::default();
    let file = FileInfo { file_id: "f1".to_owned(), size: 3, ..FileInfo::default() };
    completion.extensions.insert(ResultFiles(vec![file.clone()]));
    peer.outcome(token, Ok(completion));
    let complete = peer.only_complete();
    assert_eq!(complete.result, None);
    assert_eq!(complete.result_files, [wire::FileInfo::from(file)]);
}

#[test]
fn each_kind_of_error_has_its_message() {
    for (kind, code) in [
        (JobErrorKind::Failed, "HANDLER_ERROR"),
        (JobErrorKind::RetryAfter, "HANDLER_ERROR"),
        (JobErrorKind::Rejected, "REJECTED"),
        (JobErrorKind::TimedOut, "TIMEOUT"),
        (JobErrorKind::Cancelled, "CANCELLED"),
        (JobErrorKind::BadInput, "INVALID_INPUT"),
        (JobErrorKind::Panicked, "HANDLER_ERROR"),
        (JobErrorKind::NoRoute, "NO_HANDLER"),
        (JobErrorKind::Overloaded, "WORKER_ERROR"),
        (JobErrorKind::HandedBack, "WORKER_ERROR"),
    ] {
        let mut peer = Peer::registered(config());
        peer.assign("t");
        peer.fail_with(JobError::new(kind, "what was wrong"));
        assert_eq!(
            peer.only_failed(),
            TaskFailed {
                task_id: "t".to_owned(),
                error_code: code.to_owned(),
                error_message: "what was wrong".to_owned(),
                error_details: None,
            }
        );
    }
}

#[test]
fn code_and_details_of_a_handler_go_out() {
    let mut peer = Peer::registered(config());
    peer.assign("t");
    let details = Value::object([("a", Value::from(vec![Value::from(1)]))]);
    peer.fail_with(JobError::failed("bad thing").with_code("MY_CODE").with_details(details));
    let failed = peer.only_failed();
    assert_eq!(
        (failed.error_code.as_str(), failed.error_message.as_str()),
        ("MY_CODE", "bad thing")
    );
    assert_eq!(doubles(json(failed.error_details.as_ref())), serde_json::json!({"a": [1.0]}));
}

#[test]
fn details_that_the_wire_cannot_carry_cost_no_answer() {
    let mut peer = Peer::registered(config());
    peer.assign("t");
    peer.fail_with(JobError::failed("bad thing").with_details(Value::from(i64::MAX)));
    let failed = peer.only_failed();
    assert_eq!((failed.error_message.as_str(), failed.error_details), ("bad thing", None));
}

#[test]
fn a_result_over_the_limit_becomes_an_error_that_says_so() {
    let mut peer = Peer::registered(config().max_message_size(4096));
    peer.assign("t");
    // The codec refuses it already; this is for what was added behind it.
    let (token, job) = peer.jobs.pop().unwrap();
    let long = "x".repeat(3073);
    let error = job.codec.encode(Role::Result, &long.as_str()).unwrap_err();
    assert!(error.to_string().contains("larger than the limit for one message"), "{error}");
    let mut completion = Completion::default();
    let file = FileInfo { filename: "x".repeat(5000), ..FileInfo::default() };
    completion.extensions.insert(ResultFiles(vec![file]));
    peer.outcome(token, Ok(completion));
    let failed = peer.only_failed();
    assert_eq!(failed.error_code, "RESULT_TOO_LARGE");
    assert_eq!(failed.error_message, "the result takes 5014 bytes; at most 4096 can be sent");
    peer.input(Input::Sent { tag: Tag(token.as_u64()) });
    assert_eq!(peer.settled.len(), 1);
}

#[test]
fn an_error_over_the_limit_becomes_a_shorter_one() {
    let mut peer = Peer::registered(config().max_message_size(4096));
    peer.assign("t");
    peer.fail_with(JobError::failed("é".repeat(3000)));
    let failed = peer.only_failed();
    assert!(failed.error_message.starts_with("the error takes 60"), "{failed:?}");
}

#[test]
fn progress_comes_before_the_answer_and_not_after() {
    let mut peer = Peer::registered(config());
    peer.assign("t");
    let (token, job) = peer.jobs.pop().unwrap();
    let data = job.codec.encode(Role::Progress, &Value::object([("step", 1)])).unwrap();
    let update = ProgressUpdate {
        fraction: Some(0.25),
        message: Some("quarter".to_owned()),
        data: Some(data),
    };
    peer.input(Input::Progress { token, update });
    let Message::TaskProgress(progress) = peer.only() else { panic!("no progress") };
    assert_eq!((progress.task_id.as_str(), progress.progress), ("t", 0.25));
    assert_eq!(progress.message, "quarter");
    assert_eq!(doubles(json(progress.data.as_ref())), serde_json::json!({"step": 1.0}));

    peer.input(Input::Progress { token, update: ProgressUpdate::default() });
    let Message::TaskProgress(progress) = peer.only() else { panic!("no progress") };
    assert_eq!((progress.progress, progress.message.as_str(), progress.data), (0.0, "", None));

    peer.outcome(token, Ok(Completion::default()));
    peer.sent.clear();
    peer.input(Input::Progress { token, update: ProgressUpdate::default() });
    assert!(peer.sent.is_empty(), "the task has been answered");
}

#[test]
fn events_are_not_of_this_wire() {
    let mut peer = Peer::registered(config());
    peer.assign("t");
    let (token, _) = peer.jobs.pop().unwrap();
    let event =
        OutEvent { name: "event".to_owned(), body: Body::Empty, extensions: Extensions::new() };
    peer.input(Input::Event { token, event });
    assert!(peer.sent.is_empty());
    assert!(!crate::capabilities(0).events, "so no handler can ask for them");
}

#[test]
fn a_task_without_a_usable_id_cannot_be_answered() {
    let mut peer = Peer::registered(config());
    peer.assign("");
    assert!(peer.ignored.pop().unwrap().contains("a task without an id"));
    peer.assign(&"x".repeat(257));
    assert!(peer.ignored.pop().unwrap().contains("an id of 257 bytes"));
    assert_eq!((peer.jobs.len(), peer.sent.len()), (0, 0));
    peer.assign(&"x".repeat(256));
    assert_eq!(peer.jobs.len(), 1);
}

#[test]
fn a_queue_name_beyond_reason_is_refused() {
    let mut peer = Peer::registered(config());
    peer.receive(&Message::TaskAssign(TaskAssign {
        task_id: "t".to_owned(),
        queue: "q".repeat(4097),
        ..TaskAssign::default()
    }));
    assert_eq!(peer.jobs.len(), 0);
    let failed = peer.only_failed();
    assert_eq!(failed.error_code, "REJECTED");
    assert_eq!(failed.error_message, "the name of the queue takes 4097 bytes; at most 4096");
    assert_eq!(peer.ignored.len(), 1, "and it is counted");
}

#[test]
fn tasks_without_end_are_refused_at_a_bound() {
    let mut peer = Peer::registered(config());
    for number in 0..MAX_TASKS + 10 {
        peer.assign(&format!("task-{number}"));
    }
    assert_eq!((peer.jobs.len(), peer.ignored.len()), (MAX_TASKS, 10));
    assert_eq!(peer.in_flight(), (MAX_TASKS, MAX_TASKS));
    for (tag, message) in peer.sent.drain(..) {
        let Message::TaskFailed(failed) = message else { panic!("{message:?}") };
        assert_eq!((tag, failed.error_code.as_str()), (None, "WORKER_ERROR"));
    }
    peer.assign("task-0");
    assert_eq!(
        (peer.merged.len(), peer.sent.len()),
        (1, 0),
        "a delivery that is merged costs nothing"
    );
    peer.succeed(&Value::Null);
    peer.written();
    peer.assign("task-0");
    assert_eq!(peer.merged.len(), 2);
    peer.assign("one-more");
    assert_eq!(peer.jobs.len(), MAX_TASKS, "there is room again");
}
