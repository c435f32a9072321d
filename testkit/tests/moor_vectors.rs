//! Every recorded message of a real mooR daemon or its workers goes through the stand-in's codec:
//! it decodes to what is written beside it, and what is encoded again decodes to the same.

#![allow(clippy::unwrap_used)]

mod moor_support;

use journeyman_testkit::moor::{
    Broadcast, EnrollmentRequest, EnrollmentResponse, Era, MooFailure, Reply, SigningKey, Value,
    WorkerError, WorkerMessage, syntax,
};
use journeyman_testkit::vectors::{Vector, Vectors};
use moor_support::json::{self, same};
use moor_support::vectors;
use serde_json::{Value as Json, json};
use uuid::Uuid;

fn check(vector: &Vector, found: &Json, expected: &Json) {
    if vector.value["decoded"]["summary"].is_string() {
        // Too deep for a JSON reader: the integer 1 in 31 lists.
        let text = found.to_string();
        assert_eq!(text.matches("VarList").count(), 31, "{}", vector.id);
        assert!(text.contains(r#"{"VarInt":{"value":1}}"#), "{}", vector.id);
        return;
    }
    assert!(same(found, expected), "{}:\n{found}\nshould be\n{expected}", vector.id);
}

/// Worker to daemon. Returns the message if it can be read, else what the daemon says.
fn worker_message(vector: &Vector, era: Era) -> Result<WorkerMessage, String> {
    let frames = vector.frames();
    let (body, before) = frames.split_last().unwrap();
    let expected = &vector.value["decoded"];
    if let Some(id) = expected["worker_id_frame"].as_str() {
        let id_frame = before.last().unwrap();
        let text =
            Uuid::from_slice(id_frame).map_or_else(|_| json::hex(id_frame), |id| id.to_string());
        assert_eq!(text, id, "{}", vector.id);
    }
    let message = WorkerMessage::decode(era, body).map_err(|error| error.to_string())?;
    check(vector, &json::worker_message(&message, era), &expected["message"]);
    let again = WorkerMessage::decode(era, &message.encode(era)).unwrap();
    assert_eq!(again, message, "{}", vector.id);
    Ok(message)
}

fn broadcast(vector: &Vector, era: Era) -> Broadcast {
    let frames = vector.frames();
    assert_eq!((frames.len(), &frames[0][..]), (2, &b"workers"[..]), "{}", vector.id);
    let message = Broadcast::decode(era, &frames[1]).unwrap();
    check(vector, &json::broadcast(&message, era), &vector.value["decoded"]["message"]);
    assert_eq!(Broadcast::decode(era, &message.encode(era)).unwrap(), message, "{}", vector.id);
    message
}

fn reply(vector: &Vector, era: Era) -> Reply {
    let reply = Reply::decode(era, &vector.frame()).unwrap();
    check(vector, &json::reply(&reply), &vector.value["decoded"]["reply"]);
    assert_eq!(Reply::decode(era, &reply.encode(era)).unwrap(), reply, "{}", vector.id);
    reply
}

/// All lines of a file in both directions, besides subscriptions and those of the enrollment.
fn messages(vectors: &mut Vectors, era: Era) -> Vec<(Vector, WorkerMessage)> {
    let subscriptions =
        vectors.take_where("subscriptions", |line| line.value["decoded"]["subscribe"].is_boolean());
    for line in subscriptions {
        let decoded = &line.value["decoded"];
        let topic = decoded["topic"].as_str().unwrap();
        let first = u8::from(decoded["subscribe"] == true);
        assert_eq!(line.frame(), [&[first], topic.as_bytes()].concat(), "{}", line.id);
    }
    plain_messages(vectors, era)
}

fn plain_messages(vectors: &mut Vectors, era: Era) -> Vec<(Vector, WorkerMessage)> {
    for line in vectors.take_where("broadcasts", |line| line.channel() == "requests-pubsub") {
        let message = broadcast(&line, era);
        if let Broadcast::Request { arguments, timeout_ms, .. } = message {
            moo_call(&line, &arguments, timeout_ms);
        }
    }
    let answers = |line: &Vector| line.channel() == "responses-reqrep" && !line.from_worker();
    for line in vectors.take_where("replies", answers) {
        reply(&line, era);
    }
    let lines = vectors.take_where("messages of workers", |line| {
        line.channel() == "responses-reqrep"
            && line.value["decoded"]["undecodable"].is_null()
            && !is_broken(&line.id)
    });
    lines
        .into_iter()
        .map(|line| {
            let message = worker_message(&line, era).unwrap_or_else(|e| panic!("{}: {e}", line.id));
            (line, message)
        })
        .collect()
}

/// Lines that the recorder's lenient reader took, and no daemon takes.
fn is_broken(id: &str) -> bool {
    ["/bad-", "/no-union/", "/attach-missing-type/"].iter().any(|part| id.contains(part))
}

/// The MOO code of a request, if it is a plain call with plain values.
fn moo_code(line: &Vector) -> &str {
    line.text("notes").split("; MOO result: ").next().unwrap().trim_start_matches("MOO: ")
}

/// Calls in the notes that are more than `worker_request` with literals.
fn is_expression(code: &str) -> bool {
    ["create(", "toobj(", "raise(", " - 1}", "typeof(", ")[1]"].iter().any(|p| code.contains(p))
}

fn moo_call(line: &Vector, arguments: &[Value], timeout_ms: u64) {
    let code = moo_code(line);
    if code.is_empty() || !code.contains("worker_request") || is_expression(code) {
        return;
    }
    let call = syntax::parse_call(code).unwrap_or_else(|error| panic!("{}: {error}", line.id));
    let timeout = call.timeout.map_or(0, |timeout| u64::try_from(timeout.as_millis()).unwrap());
    assert_eq!(timeout, timeout_ms, "{}", line.id);
    assert_eq!(call.arguments.len(), arguments.len(), "{}", line.id);
    assert_eq!(call.arguments, arguments, "{}", line.id);
}

/// What MOO printed as the outcome, against what came from the worker.
fn moo_result(line: &Vector, message: &WorkerMessage, era: Era) -> bool {
    let Some((_, printed)) = line.text("notes").split_once("; MOO result: ") else { return false };
    if is_expression(moo_code(line)) {
        return false;
    }
    match message {
        WorkerMessage::Result { value, .. } => {
            let text = printed.strip_prefix("=> ").unwrap();
            // MOO prints neither messages of errors where they are custom, nor anonymous ids.
            if text.contains("E_MYERR") || text.contains("*anonymous*") {
                return false;
            }
            let read = syntax::parse_value(text).unwrap_or_else(|e| panic!("{}: {e}", line.id));
            match (&read, value, era) {
                // MOO of that era prints no messages of errors.
                (Value::Err(read), Value::Err(value), Era::Paseto) => {
                    assert_eq!(read.code, value.code, "{}", line.id);
                }
                _ => assert_eq!(read, *value, "{}", line.id),
            }
        }
        WorkerMessage::Error { error, .. } => {
            let failure = MooFailure::of(error, era).to_string();
            assert_eq!(printed, format!("builtin worker_request: {failure}"), "{}", line.id);
        }
        _ => return false,
    }
    true
}

fn session(name: &str, era: Era, least: usize) {
    let mut vectors = vectors(name);
    let messages = messages(&mut vectors, era);
    let compared = messages.iter().filter(|(line, message)| moo_result(line, message, era)).count();
    assert!(compared >= least, "{name}: MOO results: {compared}");
    vectors.finish();
}

#[test]
fn sessions_of_the_rust_worker() {
    session("head_rust_worker.jsonl", Era::Curve, 40);
    session("paseto_rust_worker.jsonl", Era::Paseto, 40);
}

#[test]
fn sessions_of_the_python_worker() {
    session("head_python_echo.jsonl", Era::Curve, 7);
    session("paseto_python_echo.jsonl", Era::Paseto, 7);
}

#[test]
fn the_session_of_the_curl_worker() {
    session("head_curl_worker.jsonl", Era::Curve, 5);
}

#[test]
fn probes_and_their_answers() {
    for (name, era) in [("head_probe.jsonl", Era::Curve), ("paseto_probe.jsonl", Era::Paseto)] {
        let mut vectors = vectors(name);
        messages(&mut vectors, era);
        let broken = |line: &Vector| line.from_worker();
        for line in vectors.take_where("broken messages", broken) {
            // One has frames that are wrong and a body that is not.
            assert!(worker_message(&line, era).is_err(), "{}", line.id);
        }
        vectors.finish();
    }
}

#[test]
fn enrollment_and_the_session_behind_it() {
    let mut vectors = vectors("head_enrollment_curve.jsonl");
    let messages = plain_messages(&mut vectors, Era::Curve);
    assert!(messages.iter().any(|(line, message)| moo_result(line, message, Era::Curve)));
    let garbage = vectors.take("head/curve/enroll-garbage/ENROLL-REQ", "garbage");
    assert!(EnrollmentRequest::decode(&garbage.frame()).is_err());
    for line in vectors.take_where("enrollment requests", Vector::from_worker) {
        let request = EnrollmentRequest::decode(&line.frame()).unwrap();
        check(&line, &json::enrollment_request(&request), &line.value["decoded"]);
        assert_eq!(EnrollmentRequest::decode(&request.encode()).unwrap(), request);
    }
    for line in vectors.take_where("enrollment answers", |line| !line.from_worker()) {
        let response = EnrollmentResponse::decode(&line.frame()).unwrap();
        check(&line, &json::enrollment_response(&response), &line.value["decoded"]);
        assert_eq!(EnrollmentResponse::decode(&response.encode()).unwrap(), response);
    }
    vectors.finish();
}

#[test]
fn keys_and_tokens() {
    let mut vectors = vectors("paseto_keys_tokens.jsonl");
    let key = vectors.take("paseto/key/openssl-v1", "PKCS#8 version 1");
    let signing = SigningKey::from_pem(key.text("text")).unwrap();
    assert_eq!(signing.to_pem_v1(), key.text("text"));
    let public = vectors.take("paseto/key/public", "its public key");
    assert_eq!(signing.public_pem(), public.text("text"));
    let other = vectors.take("paseto/key/daemon-generated-v2", "PKCS#8 version 2");
    let generated = SigningKey::from_pem(other.text("text")).unwrap();
    assert_eq!(generated.to_pem_v2(), other.text("text"));
    let public = vectors.take("paseto/key/daemon-generated-public", "its public key");
    assert_eq!(generated.public_pem(), public.text("text"));
    for line in vectors.take_where("tokens", |line| line.id.starts_with("paseto/token/")) {
        let decoded = &line.value["decoded"];
        if decoded["signature_ok"] != true || decoded["footer"].is_null() {
            continue;
        }
        let message = decoded["message"].as_str().unwrap().as_bytes();
        let footer = decoded["footer"].as_str().unwrap().as_bytes();
        assert_eq!(signing.token(message, footer), line.text("text"), "{}", line.id);
    }
    vectors.finish();
}

#[test]
fn worker_errors_become_moo_errors() {
    let make: [fn(String) -> WorkerError; 7] = [
        WorkerError::PermissionDenied,
        WorkerError::InvalidRequest,
        WorkerError::InternalError,
        WorkerError::RequestTimedOut,
        WorkerError::RequestError,
        WorkerError::Detached,
        WorkerError::NoWorkerAvailable,
    ];
    let texts = |era| make.map(|make| MooFailure::of(&make("x".to_owned()), era).to_string());
    assert_eq!(
        texts(Era::Paseto),
        [
            "E_PERM (Permission denied)",
            "E_INVARG (Invalid request)",
            "E_EXEC (Invalid response)",
            "E_QUOTA (Request timed out)",
            "E_INVARG (Request cancelled)",
            "E_EXEC (Worker detached)",
            "E_TYPE (No worker available for x)",
        ]
    );
    assert_eq!(
        texts(Era::Curve),
        [
            "E_PERM (Permission denied: x)",
            "E_INVARG (Invalid request: x)",
            "E_EXEC (Internal error: x)",
            "E_QUOTA (Request timed out: x)",
            "E_INVARG (Request error: x)",
            "E_EXEC (Worker detached: x)",
            "E_TYPE (No worker available for x)",
        ]
    );
}

#[test]
fn key_files_of_the_curve_era() {
    use journeyman_testkit::moor::{Config, Daemon, Files};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut vectors = vectors("head_curve_files.jsonl");
    let folder = moor_support::Folder::new();
    let files = Files::new(&folder.0);
    let mut line = |name: &str| vectors.take(&format!("curve/{name}"), "files of a daemon");
    let (secret, public) = (line("daemon-secret-file"), line("daemon-public-file"));
    let (token, host) = (line("enrollment-token-file"), line("allowed-host-file"));
    std::fs::write(files.curve_secret(), secret.text("text")).unwrap();
    std::fs::write(files.enrollment_token(), token.text("text")).unwrap();
    std::fs::create_dir(files.allowed_hosts()).unwrap();
    let host_file = files.allowed_hosts().join(host.text("notes").split(": ").nth(1).unwrap());
    std::fs::write(&host_file, host.text("text")).unwrap();
    runtime.block_on(async {
        let daemon = Daemon::start(Config::curve().folder(&folder.0)).await.unwrap();
        assert_eq!(daemon.enrollment_token().unwrap(), token.text("text"));
        let values = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            lines.map(|line| line.split_once('=').unwrap().1.to_owned()).collect()
        };
        assert_eq!(values(public.text("text")), [daemon.public_key().to_z85()]);
        // What the stand-in writes has the same form.
        for (path, line) in [(files.curve_secret(), &secret), (files.curve_public(), &public)] {
            let written = std::fs::read_to_string(path).unwrap();
            assert_eq!(values(&written), values(line.text("text")));
            let first = |text: &str| text.lines().next().unwrap().to_owned();
            assert_eq!(first(&written), first(line.text("text")));
        }
        daemon.shutdown().await;
    });
    // The worker's own files are for workers.
    for name in
        ["worker-secret-file", "worker-public-file", "worker-identity-file", "rust-identity-file"]
    {
        let line = vectors.take(&format!("curve/{name}"), "files of a worker");
        assert!(!line.text("text").is_empty());
        let json: Option<Json> = serde_json::from_str(line.text("text")).ok();
        assert_eq!(json.unwrap_or(json!({})), line.value["decoded"]);
    }
    vectors.finish();
}
