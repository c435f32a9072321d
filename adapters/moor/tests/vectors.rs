//! Every line of the golden vectors, recorded from real daemons and workers of both eras. (Those of
//! keys, tokens and files are in the tests of those.)

#[allow(dead_code)]
mod support;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use journeyman_core::{Payload, Secret};
use journeyman_moor::{
    fuzzing,
    var::Var,
    wire::{
        self, Broadcast, EnrollmentRequest, EnrollmentResponse, Era, Limits, Reply, Speaker,
        WorkerError,
    },
};
use journeyman_testkit::vectors::{Vector, Vectors};
use serde_json::{Value as Json, json};
use support::{
    json::{normal, only, read_var},
    schema, verify,
};
use uuid::Uuid;

fn load(file: &str) -> Vectors {
    Vectors::load(format!("{}/testdata/{file}", env!("CARGO_MANIFEST_DIR")))
}

fn frames(line: &Vector) -> Vec<Bytes> {
    line.frames().into_iter().map(Bytes::from).collect()
}

fn decoded(line: &Vector) -> &Json {
    &line.value["decoded"]
}

fn id(json: &Json) -> Uuid {
    json["data"].as_str().expect("an id").parse().expect("a UUID")
}

/// Lines whose bytes are wrong on purpose, each with what must be said about it.
const BROKEN: [(&str, &str); 12] = [
    ("garbage/undecodable", "no FlatBuffer of this kind"),
    ("empty-buffer/undecodable", "no FlatBuffer of this kind"),
    ("unknown-union-9/undecodable", "unknown kind 9 in the field `message`"),
    ("no-union/undecodable", "the field `message` of WorkerToDaemonMessage is missing"),
    ("attach-missing-type/AttachWorker", "not a result"),
    ("bad-lambda-result/RequestResult", "lambda values cannot be sent to a worker"),
    ("bad-errcustom-no-symbol/RequestResult", "a custom error (255) without its symbol"),
    ("bad-errcode-99/RequestResult", "unknown number 99 in the field `err_type` of Error"),
    ("bad-var-disc-15/undecodable", "unknown kind 15 in the field `variant` of Var"),
    ("bad-var-none-disc-0/RequestResult", "the field `variant` of Var is missing"),
    ("bad-str-missing/RequestResult", "the field `value` of VarStr is missing"),
    ("bad-str-bad-utf8/undecodable", "the field `value` of VarStr is not UTF-8"),
];

fn broken(line: &Vector) -> Option<&'static str> {
    let test = line.id.splitn(3, '/').nth(2)?;
    BROKEN.iter().find(|(name, _)| *name == test).map(|(_, text)| *text)
}

/// Checks all lines of a file. The last two numbers are how many are broken on purpose, and how many
/// are of a worker whose parts do not fit together.
fn check(file: &str, era: Era, lines: usize, broken_lines: usize, odd_lines: usize) {
    let mut vectors = load(file);
    let mut checked = 0;
    let mut take = |name: &str, wanted: &dyn Fn(&Vector) -> bool| {
        if !vectors.left().iter().any(wanted) {
            return Vec::new();
        }
        let lines = vectors.take_where(name, wanted);
        checked += lines.len();
        lines
    };

    for line in take("subscription is the topic", &|line| line.id.contains("SUBSCRIBE")) {
        let frame = line.frame();
        let (first, topic) = frame.split_first().expect("a byte");
        let (subscribe, text) = (*first == 1, std::str::from_utf8(topic).expect("a text"));
        assert_eq!(*decoded(&line), json!({ "subscribe": subscribe, "topic": text }));
        // The first Python worker subscribed to everything.
        assert_eq!(topic == wire::TOPIC, line.id != "paseto/pyecho/lifecycle/SUBSCRIBE");
    }
    let lines_broken = take("broken message gives the named error", &|line| broken(line).is_some());
    assert_eq!(lines_broken.len(), broken_lines);
    lines_broken.iter().for_each(|line| broken_message(era, line));
    for line in take("enrollment", &|line| line.channel() == "enrollment-reqrep") {
        enrollment(&line);
    }
    let too_deep_to_show = |line: &Vector| decoded(line).get("summary").is_some();
    take("deep value is as its summary says", &too_deep_to_show)
        .iter()
        .for_each(|line| deep(era, line));
    let is_broadcast = |line: &Vector| line.channel() == "requests-pubsub";
    take("broadcast decodes", &is_broadcast).iter().for_each(|line| broadcast(era, line));
    let is_reply = |line: &Vector| !line.from_worker();
    take("answer decodes", &is_reply).iter().for_each(|line| answer(era, line));
    let mut odd = 0;
    for line in take("worker message decodes and is written the same", &Vector::from_worker) {
        odd += usize::from(!worker_message(era, &line));
    }
    assert_eq!(odd, odd_lines, "messages that no speaker of ours can write");
    assert_eq!(checked, lines);
    assert_eq!(vectors.finish(), lines);
}

fn deep(era: Era, line: &Vector) {
    let summary = decoded(line)["summary"].as_str().expect("a text");
    assert!(summary.starts_with("integer 1 wrapped in 31 nested lists"), "{summary}");
    let expected = (0..31).fold(Var::Int(1), |value, _| Var::List(vec![value]));
    let frames = frames(line);
    let got = if line.from_worker() {
        let body = frames.last().expect("a body");
        verify::worker_message(era == Era::Paseto, body).expect(&line.id);
        fuzzing::result(era, body).expect(&line.id)
    } else {
        let Ok(Broadcast::Request(request)) = wire::broadcast(era, &frames) else {
            panic!("{}: no request", line.id)
        };
        let arguments = request.arguments(&Limits::default()).expect(&line.id);
        let arguments: &dyn Payload = &arguments;
        let [value] = arguments.exact().expect(&line.id);
        value
    };
    assert_eq!(got, expected, "{}", line.id);
    same_tree(era, &got);
}

fn broken_message(era: Era, line: &Vector) {
    let frames = line.frames();
    let body = frames.last().expect("a body");
    let error = fuzzing::result(era, body).expect_err(&line.id).to_string();
    let expected = broken(line).expect("it is broken");
    assert!(error.contains(expected), "{}: {error:?} instead of {expected:?}", line.id);
    if line.id.contains("attach-missing-type") {
        let error = schema::worker_message(era, body).expect_err(&line.id);
        assert!(error.contains("Missing required field"), "{error}");
    }
}

fn broadcast(era: Era, line: &Vector) {
    let frames = frames(line);
    let message = match wire::broadcast(era, &frames).expect(&line.id) {
        Broadcast::Ping => json!({ "PingWorkers": {} }),
        Broadcast::Request(request) => {
            let arguments = request.arguments(&Limits::default()).expect(&line.id);
            let arguments: &dyn Payload = &arguments;
            let values: Vec<Var> = arguments.exact().expect(&line.id);
            for value in &values {
                same_tree(era, value);
            }
            let timeout = request.timeout.map_or(0, |timeout| timeout.as_millis() as u64);
            let mut message = json!({
                "worker_id": { "data": request.worker_id.to_string() },
                "id": { "data": request.id.to_string() },
                "perms": support::json::obj(request.perms),
                "request": values.iter().map(support::json::var).collect::<Vec<_>>(),
                "timeout_ms": timeout,
            });
            if let Some(token) = request.token() {
                message["token"] = json!({ "token": token });
            }
            let foreign = wire::broadcast_for(era, &frames, |id| *id != request.worker_id);
            assert!(matches!(foreign, Ok(None)), "{}", line.id);
            json!({ "WorkerRequest": message })
        }
        Broadcast::PleaseDie { .. } => panic!("{}: no daemon sends it", line.id),
    };
    let got = json!({ "topic": "workers", "message": message });
    assert_eq!(normal(&got), normal(decoded(line)), "{}", line.id);
    // The other era's tables must not read it as something else without an error.
    if line.id.ends_with("WorkerRequest") {
        let other = if era == Era::Paseto { Era::Curve } else { Era::Paseto };
        let read = wire::broadcast(other, &frames).and_then(|message| match message {
            Broadcast::Request(request) => request.arguments(&Limits::default()).map(drop),
            _ => Ok(()),
        });
        assert!(read.is_err(), "{}", line.id);
    }
}

/// A value is the same after every conversion.
fn same_tree(era: Era, value: &Var) {
    let generic = journeyman_core::Value::from(value.clone());
    assert_eq!(Var::try_from(generic).as_ref(), Ok(value));
    assert_eq!(Var::from_serialize(value).as_ref(), Ok(value));
    assert_eq!(value.read::<Var>().as_ref(), Ok(value));
    let body = speaker(era).result(Uuid::nil(), value, &Limits::default()).expect("a result");
    verify::worker_message(era == Era::Paseto, &body).expect("the verifier takes it");
    assert_eq!(fuzzing::result(era, &body).as_ref(), Ok(value));
}

fn speaker(era: Era) -> Speaker {
    match era {
        Era::Paseto => Speaker::paseto(Uuid::nil(), "token"),
        Era::Curve => Speaker::curve(Uuid::nil()),
    }
}

fn answer(era: Era, line: &Vector) {
    let reply = wire::reply(era, &frames(line)).expect(&line.id);
    let mut expected = decoded(line)["reply"].clone();
    if let Some(attached) = expected.get_mut("WorkerAttached").and_then(Json::as_object_mut) {
        // An echo of our own token, which may be garbage; nothing looks at it.
        assert_eq!(attached.remove("token").is_some(), era == Era::Paseto);
    }
    let got = match reply {
        Reply::Ack => json!({ "WorkerAck": {} }),
        Reply::Rejected(reason) => json!({ "WorkerRejected": { "reason": reason } }),
        Reply::Attached { worker_id } => {
            json!({ "WorkerAttached": { "worker_id": { "data": worker_id.to_string() } } })
        }
        Reply::AuthFailed(reason) => json!({ "WorkerAuthFailed": { "reason": reason } }),
        Reply::InvalidPayload(reason) => json!({ "WorkerInvalidPayload": { "reason": reason } }),
        Reply::UnknownRequest(id) => {
            json!({ "WorkerUnknownRequest": { "request_id": { "data": id.to_string() } } })
        }
        Reply::NotRegistered(id) => {
            json!({ "WorkerNotRegistered": { "worker_id": { "data": id.to_string() } } })
        }
    };
    assert_eq!(got, expected, "{}", line.id);
}

/// Whether it could be written by a speaker of ours.
fn worker_message(era: Era, line: &Vector) -> bool {
    let recorded = line.frames();
    let got = schema::worker_frames(era, &recorded).expect(&line.id);
    assert_eq!(normal(&got), normal(decoded(line)), "{}", line.id);
    verify::worker_message(era == Era::Paseto, recorded.last().expect("a body")).expect(&line.id);
    let Some(speaker) = speaker_of(era, line) else { return false };
    let (kind, message) = only(&decoded(line)["message"]);
    let worker_type = || message["worker_type"]["value"].as_str().expect("a type");
    let request = || id(message.get("request_id").unwrap_or(&message["id"]));
    let frames = match kind {
        "AttachWorker" => speaker.attach(worker_type()),
        "WorkerPong" => speaker.pong(worker_type()),
        "DetachWorker" => speaker.detach(),
        "RequestError" => speaker.frames(speaker.error(request(), &worker_error(message))),
        "RequestResult" => {
            let value = read_var(&message["result"]);
            assert_eq!(
                fuzzing::result(era, recorded.last().expect("a body")).as_ref(),
                Ok(&value),
                "{}",
                line.id
            );
            same_tree(era, &value);
            let body = speaker.result(request(), &value, &Limits::default()).expect(&line.id);
            speaker.frames(body)
        }
        other => panic!("{}: {other}", line.id),
    };
    assert_eq!(frames.len(), recorded.len(), "{}", line.id);
    let (body, leading) = frames.split_last().expect("a body");
    assert_eq!(leading, &recorded[..leading.len()], "{}", line.id);
    verify::worker_message(era == Era::Paseto, body).expect(&line.id);
    let written = schema::worker_frames(era, &frames).expect(&line.id);
    assert_eq!(normal(&written), normal(decoded(line)), "{}", line.id);
    true
}

/// The speaker that would write the line; `None` if its frames and its body do not fit together, as
/// in probes.
fn speaker_of(era: Era, line: &Vector) -> Option<Speaker> {
    let decoded = decoded(line);
    let worker_id: Uuid = decoded["worker_id_frame"].as_str()?.parse().ok()?;
    let frames = line.frames();
    let (_, message) = only(&decoded["message"]);
    // A text of 36 characters is a UUID, too, but not the 16 bytes of one.
    let id_frame = frames.get(frames.len().checked_sub(2)?)?;
    if id_frame.as_slice() != worker_id.as_bytes() {
        return None;
    }
    match era {
        Era::Paseto => {
            let token: Arc<str> = decoded["token_frame"].as_str()?.into();
            let same = message["token"]["token"] == *token && frames.len() == 3;
            (same && frames[0] == token.as_bytes()).then(|| Speaker::paseto(worker_id, token))
        }
        Era::Curve => {
            let same = id(&message["worker_id"]) == worker_id && frames.len() == 2;
            same.then(|| Speaker::curve(worker_id))
        }
    }
}

fn worker_error(message: &Json) -> WorkerError {
    let (kind, error) = only(&message["error"]["error"]);
    let text = error["message"].as_str().unwrap_or_default().to_owned();
    let error = match kind {
        "WorkerPermissionDenied" => WorkerError::PermissionDenied(text),
        "WorkerInvalidRequest" => WorkerError::InvalidRequest(text),
        "WorkerInternalError" => WorkerError::InternalError(text),
        "WorkerRequestTimedOut" => WorkerError::RequestTimedOut(text),
        "WorkerRequestError" => WorkerError::RequestError(text),
        "WorkerDetached" => WorkerError::Detached(text),
        "NoWorkerAvailable" => {
            let worker_type = error["worker_type"]["value"].as_str().expect("a type");
            WorkerError::NoWorkerAvailable(worker_type.to_owned())
        }
        other => panic!("{other}"),
    };
    assert_eq!(error.name(), kind);
    error
}

fn enrollment(line: &Vector) {
    let frame = line.frame();
    if decoded(line).get("undecodable").is_some() {
        let error = EnrollmentRequest::decode(&frame).expect_err(&line.id).to_string();
        assert!(error.starts_with("enrollment request: no FlatBuffer of this kind"), "{error}");
        return;
    }
    if line.from_worker() {
        let request = EnrollmentRequest::decode(&frame).expect(&line.id);
        let token = std::str::from_utf8(request.token.expose()).expect("a text");
        let got = json!({
            "enrollment_token": token,
            "curve_public_key": request.curve_public_key,
            "service_type": request.service_type,
            "hostname": request.hostname,
        });
        assert_eq!(got, *decoded(line), "{}", line.id);
        let written = request.encode();
        verify::enrollment_request(&frame).expect(&line.id);
        verify::enrollment_request(&written).expect(&line.id);
        assert_eq!(EnrollmentRequest::decode(&written).as_ref(), Ok(&request));
        assert_eq!(request.token, Secret::new(token));
    } else {
        let response = EnrollmentResponse::decode(&frame).expect(&line.id);
        let mut got = json!({ "success": response.success });
        for (name, value) in [
            ("service_uuid", &response.service_uuid),
            ("daemon_curve_public_key", &response.daemon_curve_public_key),
            ("error", &response.error),
        ] {
            if let Some(value) = value {
                got[name] = json!(value);
            }
        }
        assert_eq!(got, *decoded(line), "{}", line.id);
        let written = response.encode();
        verify::enrollment_response(&frame).expect(&line.id);
        verify::enrollment_response(&written).expect(&line.id);
        assert_eq!(EnrollmentResponse::decode(&written).as_ref(), Ok(&response));
    }
}

#[test]
fn head_curl_worker() {
    check("head_curl_worker.jsonl", Era::Curve, 25, 0, 0);
}

#[test]
fn head_enrollment_curve() {
    check("head_enrollment_curve.jsonl", Era::Curve, 18, 0, 0);
}

#[test]
fn head_probe() {
    check("head_probe.jsonl", Era::Curve, 77, 12, 5);
}

#[test]
fn head_python_echo() {
    check("head_python_echo.jsonl", Era::Curve, 25, 0, 0);
}

#[test]
fn head_rust_worker() {
    check("head_rust_worker.jsonl", Era::Curve, 120, 0, 0);
}

#[test]
fn paseto_probe() {
    check("paseto_probe.jsonl", Era::Paseto, 59, 1, 14);
}

#[test]
fn paseto_python_echo() {
    check("paseto_python_echo.jsonl", Era::Paseto, 25, 0, 0);
}

#[test]
fn paseto_rust_worker() {
    check("paseto_rust_worker.jsonl", Era::Paseto, 107, 0, 0);
}

/// One request of each timeout that was recorded, as a duration.
#[test]
fn timeouts_are_milliseconds() {
    let mut vectors = load("head_rust_worker.jsonl");
    for (test, timeout) in [
        ("timeout-1.5", Some(Duration::from_millis(1500))),
        ("tiny-timeout", None),
        ("int-0", None),
    ] {
        let line = vectors.take(&format!("head/rust/{test}/WorkerRequest"), "timeout");
        match wire::broadcast(Era::Curve, &frames(&line)) {
            Ok(Broadcast::Request(request)) => assert_eq!(request.timeout, timeout, "{test}"),
            other => panic!("{test}: {other:?}"),
        }
    }
    // The rest is for the other checks.
    let _rest = vectors.take_where("another test", |_| true);
}
