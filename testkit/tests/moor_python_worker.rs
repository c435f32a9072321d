//! A worker on libzmq, pyseto and the Python runtime of FlatBuffers: what it can do with a real
//! daemon, it can do with the stand-in.
//!
//! Runs when `JOURNEYMAN_TEST_PYTHON` names a Python interpreter that has
//! `testkit/python/requirements.txt` installed; otherwise each test says aloud that it was
//! skipped.

#![allow(clippy::unwrap_used)]

mod moor_support;

use journeyman_testkit::moor::{Config, Daemon, Engine, Era, Event, Obj, Timers, Value, syntax};
use moor_support::{Folder, within};
use serde_json::{Value as Json, json};
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// The interpreter, or `None` after saying that the test is skipped.
fn python(test: &str) -> Option<String> {
    if let Ok(python) = std::env::var("JOURNEYMAN_TEST_PYTHON") {
        return Some(python);
    }
    let line = format!(
        "SKIPPED: moor_python_worker::{test}: JOURNEYMAN_TEST_PYTHON is not set; make a virtual \
         environment, `pip install -r testkit/python/requirements.txt` in it, and set the \
         variable to its interpreter"
    );
    println!("{line}");
    if let Some(path) = std::env::var_os("JOURNEYMAN_SKIP_LOG") {
        let mut log = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        // In one write: tests run side by side and append to the same file.
        log.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
    None
}

struct Worker {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    fn start(python: &str, daemon: &Daemon, more: &[(&str, &str)]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/moor_worker.py");
        let mut command = Command::new(python);
        command
            .arg(script)
            .env("MOOR_ERA", daemon.era().to_string())
            .env("MOOR_REQUESTS", daemon.requests())
            .env("MOOR_RESPONSES", daemon.responses())
            .envs(more.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        if daemon.era() == Era::Paseto {
            command.env("MOOR_PRIVATE_KEY", daemon.files().unwrap().signing_key_v1());
        }
        let mut child =
            command.spawn().expect("JOURNEYMAN_TEST_PYTHON names a program that can be started");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next event of this kind.
    async fn event(&mut self, kind: &str) -> Json {
        loop {
            let line = within(kind, self.lines.next_line()).await.unwrap();
            let line = line.unwrap_or_else(|| panic!("the worker ended before: {kind}"));
            let event: Json = serde_json::from_str(&line).unwrap();
            if event["event"] == kind {
                return event;
            }
        }
    }
}

/// Pings come often, so that tests need not wait for five seconds; the clock runs.
fn quick(config: Config) -> Config {
    let interval = Duration::from_millis(50);
    config.timers(Timers { ping_interval: interval, ..Timers::default() })
}

/// Everything that MOO code can say, but lambdas.
const VALUES: &str = r##"{0, 1, -1, 9223372036854775807, -9223372036854775808, 0.0, -0.0, 1.5,
    -2.25e-10, 1.7976931348623157e308, NaN, inf, -inf, "", "hello", "h\u00E9llo ☃ 🦀", #0, #3, #-1,
    #048D05-1234567890, true, false, None, E_NONE, E_PERM, E_INTRPT, E_INVARG("bad thing"),
    E_RANGE("bad", {1, "x"}), E_MYERR("custom"), E_MYERR, {}, {1, {2, {3, {}}}}, [],
    ["a" -> 1, 2 -> "two", 'sym -> {1}, #3 -> ["n" -> 0], 2.5 -> b"AA==", {1} -> []],
    'sym, 'FooBar, b"AAECAwT_", b"",
    <#1, .name = "fw", .n = 1, {1, "two"}>, <#1>}"##;

/// What every worker has to get right, on this daemon.
async fn exercise(python: &str, daemon: &Daemon, more: &[(&str, &str)]) -> Worker {
    let mut worker = Worker::start(python, daemon, more);
    let attached = worker.event("attached").await;
    assert_eq!(daemon.registered()[0].id.to_string(), attached["id"].as_str().unwrap());
    assert_eq!(daemon.workers()[0].worker_type, "echo");
    assert_eq!(worker.event("pong").await["reply"], 1);

    let Value::List(mut values) = syntax::parse_value(VALUES).unwrap() else { unreachable!() };
    if daemon.era() == Era::Curve {
        values.push(Value::Obj(Obj::Anonymous(120_542_523_404_522)));
    }
    for value in &values {
        let echo = daemon.request("Echo", &["one".into(), value.clone()], None);
        assert_eq!(within("an echo", echo).await.as_ref(), Ok(value), "{value}");
    }
    let mut arguments = vec![Value::str("echo")];
    arguments.extend(values);
    daemon.set_perms(Obj::Id(42));
    let limit = Some(Duration::from_millis(5250));
    let echo = within("an echo", daemon.request("echo", &arguments, limit)).await;
    assert_eq!(echo, Ok(Value::List(arguments)));
    loop {
        let event = worker.event("request").await;
        if event["what"] == "echo" {
            assert_eq!(
                event,
                json!({"event": "request", "what": "echo", "reply": 1, "perms": 42, "timeout": 5250})
            );
            break;
        }
    }
    let deep = (0..100).fold(Value::Int(1), |value, _| Value::List(vec![value]));
    let echo = within("a deep one", daemon.request("echo", &["one".into(), deep.clone()], None));
    assert_eq!(echo.await, Ok(deep));
    let large = Value::Str("x".repeat(8 << 20));
    let echo = within("a large one", daemon.request("echo", &["one".into(), large.clone()], None));
    assert!(echo.await == Ok(large));

    let codes = ["E_PERM", "E_INVARG", "E_EXEC", "E_QUOTA", "E_INVARG", "E_EXEC", "E_TYPE"];
    for (kind, code) in (1..).zip(codes) {
        let arguments = ["fail".into(), Value::Int(kind), "why".into()];
        let failure = within("an error", daemon.request("echo", &arguments, None)).await;
        let failure = failure.unwrap_err().moo().unwrap().clone();
        assert_eq!(failure.code, code);
        let told = failure.message.ends_with("why");
        assert_eq!(told, daemon.era() == Era::Curve || kind == 7, "{failure}");
    }
    let twice = within("a value", daemon.request("echo", &["twice".into()], None)).await;
    assert_eq!(twice, Ok(Value::Int(1)));
    loop {
        let event = worker.event("request").await;
        if event["what"] == "twice" {
            assert_eq!(event["reply"], 6, "unknown request");
            break;
        }
    }
    worker
}

/// It detaches with a request open, and ends.
async fn detach(mut worker: Worker, daemon: &Daemon) {
    let open = daemon.submit("echo", &["sleep".into()], None).unwrap();
    let last = daemon.submit("echo", &["detach".into()], None).unwrap();
    assert_eq!(worker.event("detached").await["reply"], 1);
    for ticket in [open, last] {
        let failure = within("an error", ticket).await.unwrap_err();
        assert_eq!(failure.moo().unwrap().code, "E_EXEC");
        assert!(failure.to_string().contains("Worker detached"), "{failure}");
    }
    assert!(within("the end", worker.child.wait()).await.unwrap().success());
    let failure = daemon.request("echo", &[], None).await.unwrap_err();
    assert_eq!(failure.to_string(), "E_TYPE (No worker available for echo)");
    assert!(daemon.registered().is_empty());
}

#[tokio::test]
async fn the_paseto_era_on_tcp_and_ipc() {
    let Some(python) = python("the_paseto_era_on_tcp_and_ipc") else { return };
    for (engine, ipc) in
        [(Engine::Independent, false), (Engine::Independent, true), (Engine::Fast, true)]
    {
        let folder = Folder::new();
        let mut config = quick(Config::paseto().engine(engine).folder(&folder.0));
        if ipc {
            config = config.ipc(&folder.0);
        }
        let daemon = Daemon::start(config).await.unwrap();
        let worker = exercise(&python, &daemon, &[]).await;
        detach(worker, &daemon).await;
        daemon.shutdown().await;
    }
}

#[tokio::test]
async fn the_curve_era_without_encryption_and_a_restart() {
    let Some(python) = python("the_curve_era_without_encryption_and_a_restart") else { return };
    for engine in [Engine::Independent, Engine::Fast] {
        let folder = Folder::new();
        let config = quick(Config::curve().ipc(&folder.0).engine(engine));
        let daemon = Daemon::start(config).await.unwrap();
        let mut worker = exercise(&python, &daemon, &[]).await;
        daemon.restart().await.unwrap();
        // Its next pong registers it again.
        within("the worker", daemon.attached("echo", 1)).await;
        assert_eq!(daemon.stats().pong_attaches, 1);
        while worker.event("pong").await["reply"] != 3 {}
        let echo = within("an echo", daemon.request("echo", &["echo".into()], None)).await;
        assert_eq!(echo.unwrap().to_string(), r#"{"echo"}"#);
        detach(worker, &daemon).await;
        daemon.shutdown().await;
    }
}

#[tokio::test]
async fn the_curve_era_with_enrollment_and_encryption() {
    let Some(python) = python("the_curve_era_with_enrollment_and_encryption") else { return };
    let folder = Folder::new();
    let daemon = Daemon::start(quick(Config::curve().folder(&folder.0))).await.unwrap();
    assert!(daemon.is_encrypted());
    let enrollment = daemon.enrollment().unwrap().to_owned();
    let mut events = daemon.events();
    let wrong = [("MOOR_ENROLLMENT", &*enrollment), ("MOOR_ENROLLMENT_TOKEN", "wrong")];
    let mut refused = Worker::start(&python, &daemon, &wrong);
    assert_eq!(refused.event("refused").await["error"], "Invalid enrollment token");

    let token = daemon.enrollment_token().unwrap();
    let right = [("MOOR_ENROLLMENT", &*enrollment), ("MOOR_ENROLLMENT_TOKEN", &*token)];
    let worker = exercise(&python, &daemon, &right).await;
    let enrolled =
        within("enrolled", events.wait_for(|e| matches!(e, Event::Enrolled { .. }))).await;
    let Event::Enrolled { service_type, .. } = enrolled else { unreachable!() };
    assert_eq!(service_type, "python-worker");
    detach(worker, &daemon).await;
    daemon.shutdown().await;
}

#[tokio::test]
async fn keys_that_nobody_enrolled_are_refused_and_any_key_is_taken_without_enrollment() {
    const TEST: &str =
        "keys_that_nobody_enrolled_are_refused_and_any_key_is_taken_without_enrollment";
    let Some(python) = python(TEST) else { return };
    let daemon = Daemon::start(quick(Config::curve())).await.unwrap();
    let key = daemon.public_key().to_z85();
    let refused = [("MOOR_SERVER_KEY", &*key), ("MOOR_EXPECT_SILENCE", "1")];
    let mut worker = Worker::start(&python, &daemon, &refused);
    let event = worker.event("handshake").await;
    assert_eq!((&event["what"], &event["value"]), (&json!("auth"), &json!(400)), "{event}");
    // No encryption at all, and the key of another daemon.
    let mut worker = Worker::start(&python, &daemon, &[("MOOR_EXPECT_SILENCE", "1")]);
    assert_ne!(worker.event("handshake").await["what"], "succeeded");
    let other = journeyman_zmq::CurveKeys::generate().public().to_z85();
    let wrong = [("MOOR_SERVER_KEY", &*other), ("MOOR_EXPECT_SILENCE", "1")];
    let mut worker = Worker::start(&python, &daemon, &wrong);
    assert_ne!(worker.event("handshake").await["what"], "succeeded");
    daemon.shutdown().await;

    // Without enrollment there is nobody who asks (mooR sheet, section 7.1).
    let daemon = Daemon::start(quick(Config::curve().enrollment(None))).await.unwrap();
    let key = daemon.public_key().to_z85();
    let worker = exercise(&python, &daemon, &[("MOOR_SERVER_KEY", &*key)]).await;
    detach(worker, &daemon).await;
    daemon.shutdown().await;
}
