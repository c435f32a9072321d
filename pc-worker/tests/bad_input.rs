//! What is wrong, and what is said about it. Run with `--nocapture` to read all texts.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    io::{self, Write},
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::Command,
    sync::{Arc, Mutex, OnceLock},
};

use journeyman_core::Secret;
use journeyman_crowdcompute::EraSetting;
use journeyman_pc_worker::{PcWorker, Settings, WorkerConfig};
use journeyman_testkit::crowdcompute::{Era, Foreman, ForemanConfig, Target};
use support::{LONG, Worker, double, eventually, has_python, job, results, settings, until};
use tokio::time::timeout;

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn start() -> &'static Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        LOG.get_or_init(|| {
            let log = Self::default();
            let writer = log.clone();
            tracing_subscriber::fmt()
                .with_ansi(false)
                .with_env_filter("info")
                .with_writer(move || writer.clone())
                .init();
            log
        })
    }

    fn line(&self, part: &str) -> Option<String> {
        let text = self.0.lock().unwrap();
        let text = String::from_utf8_lossy(&text);
        text.lines().rev().find(|line| line.contains(part)).map(str::to_owned)
    }
}

fn show(what: &str, said: &str) {
    println!("{what}\n    {said}");
}

async fn refused(what: &str, settings: Settings, expected: &str) {
    let error = PcWorker::new(settings).start().await.unwrap_err().to_string();
    show(what, &error);
    assert!(error.contains(expected), "{what}: {error}");
}

#[tokio::test]
async fn messages_that_are_wrong_are_told_and_passed_over() {
    let log = Log::start();
    let foreman = Foreman::start(ForemanConfig::new(Era::Head)).await.unwrap();
    let worker =
        Worker::ready(settings(&foreman.url()).native("double", double).python(None)).await;
    for (what, text, expected) in [
        ("invalid JSON", "hello", "a message that is no JSON object"),
        ("a list", "[1, 2]", "a message that is no JSON object"),
        ("unknown type", r#"{"type":"nope","data":{}}"#, "a message of the unknown type \"nope\""),
        ("no data", r#"{"type":"assign_task"}"#, "a `assign_task` without an object `data`"),
        (
            "no task id",
            r#"{"type":"assign_task","data":{"func_code":"","task_args":[1]}}"#,
            "a `assign_task` without `task_id`",
        ),
    ] {
        let before = worker.control.snapshot().sessions[0].counts.ignored;
        foreman.send_text(Target::Workers, text);
        eventually(what, || worker.control.snapshot().sessions[0].counts.ignored > before).await;
        eventually("it is logged", || log.line(expected).is_some()).await;
        show(what, log.line(expected).unwrap().trim());
    }
    // It lives.
    assert_eq!(results(foreman.submit(job("def double(x): pass", &["4"]))).await, ["8"]);
    worker.stop().await;
    foreman.stop().await;
}

#[tokio::test]
async fn a_message_of_50_megabytes() {
    let foreman = Foreman::start(ForemanConfig::new(Era::Head)).await.unwrap();
    let worker =
        Worker::ready(settings(&foreman.url()).native("double", double).python(None)).await;
    let huge = format!("\"{}\"", "x".repeat(50_000_000));
    let handle = foreman.submit(job("def double(x): pass", &[&huge]));
    let task_id = handle.task_id(0);
    let told = || worker.control.snapshot().sessions[0].last_error.clone().unwrap_or_default();
    eventually("it is told", || told().contains("max_message_size")).await;
    show("50 MB message", &told());
    foreman.withdraw(&task_id);
    eventually("it is back", || worker.control.snapshot().sessions[0].ready).await;
    assert_eq!(results(foreman.submit(job("def double(x): pass", &["4"]))).await, ["8"]);
    worker.stop().await;
    foreman.stop().await;
}

#[tokio::test]
async fn tasks_that_cannot_be_done_fail_with_a_reason() {
    if !has_python("bad tasks").await {
        return;
    }
    let foreman = Foreman::start(ForemanConfig::new(Era::Seed)).await.unwrap();
    let mut settings = settings(&foreman.url());
    settings.crowd = settings.crowd.era(EraSetting::Seed);
    let worker = Worker::ready(settings).await;
    for (number, (what, code, expected)) in [
        (
            "code without a function",
            "x = 1\n",
            "Task execution failed: No function could be deserialized from code string",
        ),
        ("syntax error", "def f(x:\n    return x\n", "Task execution failed: "),
        (
            "result that JSON cannot carry",
            "def f(x):\n    return {1}\n",
            "Object of type set is not JSON serializable",
        ),
        (
            "self-referencing result",
            "def f(x):\n    a = []\n    a.append(a)\n    return a\n",
            "Circular reference detected",
        ),
        ("packed code", "800495a6000000", "func_code is no Python source but something packed"),
        ("empty error", "def f(x):\n    raise KeyError\n", "Task execution failed: KeyError"),
        (
            "result too large",
            "def f(x):\n    return 'z' * 2_000_000\n",
            "bytes in a message; at most 1048576 can be sent",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let (job_id, task_id) = (format!("bad-{number}"), format!("bad-{number}_task_0"));
        // Else it comes again, for ever.
        foreman.faults().set_give_up_after(&task_id, 1);
        let handle = foreman.submit_as(&job_id, job(code, &["1"]));
        until(&foreman, what, |state| {
            state.task(&task_id).is_some_and(|task| task.error_count > 0)
        })
        .await;
        let error = foreman.task(&task_id).unwrap().errors[0].clone();
        drop(handle);
        show(what, &error);
        assert!(error.contains(expected), "{what}: {error}");
    }
    let square = foreman.submit(job("def f(x):\n    return x * x\n", &["4"]));
    assert_eq!(results(square).await, ["16"]);
    worker.stop().await;
    foreman.stop().await;
}

#[tokio::test]
async fn a_port_in_use() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut settings = settings("ws://127.0.0.1:9").native("double", double).python(None);
    settings.crowd = settings.crowd.api_port(port);
    let wanted = format!("the monitor cannot listen on 127.0.0.1:{port}: Address already in use");
    refused("port in use", settings, &wanted).await;
    let settings = || support::settings("ws://127.0.0.1:9").native("double", double).python(None);
    let at = |host: &str| {
        let mut settings = settings();
        settings.crowd = settings.crowd.api_host(host);
        settings
    };
    refused("an address of another machine", at("192.0.2.1").token(Some(token())), "--api-host")
        .await;
    refused("a name that is none", at("no such host"), "give an address of this machine").await;
    refused("an unknown name", at("nowhere.invalid").token(Some(token())), "--api-host").await;
}

fn token() -> Secret {
    Secret::new("0123456789abcdef")
}

#[tokio::test]
async fn a_token_that_is_missing() {
    let at = |host: &str| {
        let mut settings = settings("ws://127.0.0.1:9").native("double", double).python(None);
        settings.crowd = settings.crowd.api_host(host);
        settings
    };
    let wanted = "others can reach that address";
    refused("no token", at("0.0.0.0"), wanted).await;
    refused("no token", at("::"), wanted).await;
    refused("no token", at("my-machine"), wanted).await;
    let short = at("127.0.0.1").token(Some(Secret::new("short")));
    refused("short token", short, "`token`: is shorter than 16 bytes").await;
    for settings in [at("0.0.0.0").token(Some(token())), at("0.0.0.0").insecure_open(true)] {
        drop(PcWorker::new(settings).start().await.unwrap());
    }
    // Without a monitor there is nothing to reach.
    drop(PcWorker::new(at("0.0.0.0").monitor(None)).start().await.unwrap());
}

#[tokio::test]
async fn settings_that_cannot_be() {
    let new = || settings("ws://127.0.0.1:9").native("double", double);
    let mut wrong = new();
    wrong.crowd = WorkerConfig::new("http://127.0.0.1:9000");
    refused("no WebSocket", wrong, "give ws://HOST:9000").await;
    let mut wrong = new();
    wrong.crowd = wrong.crowd.max_concurrent_tasks(0);
    refused("no task at a time", wrong, "must be from 1 to 1024").await;
    let python = journeyman_executor::Config::default();
    let wrong = new().python(Some(python.clone().sandbox(false))).require_sandbox(true);
    refused("a sandbox that is off", wrong, "cannot be had with sandbox = false").await;
    let wrong = settings("ws://127.0.0.1:9").python(None);
    refused("nothing to run tasks with", wrong, "there is nothing to run tasks with").await;
}

#[tokio::test]
async fn a_foreman_that_is_not_there_ends_a_worker_that_is_to_give_up() {
    let mut settings = settings("ws://127.0.0.1:9").native("double", double).python(None);
    settings.crowd = settings.crowd.auto_restart(false);
    let running = PcWorker::new(settings).start().await.unwrap();
    let monitor = running.monitor_addr().unwrap();
    let ended = timeout(LONG, running.run_until(std::future::pending())).await.unwrap();
    let error = ended.unwrap_err().to_string();
    show("no foreman", &error);
    assert!(error.contains("ws://127.0.0.1:9/worker/ws"), "{error}");
    assert!(tokio::net::TcpStream::connect(monitor).await.is_err(), "the monitor is closed");
}

/// A program that says that it is an old Python.
fn old_python() -> PathBuf {
    let path = std::env::temp_dir().join(format!("pc-worker-old-python-{}", std::process::id()));
    let text = format!(
        "#!/bin/sh\ncat > /dev/null\necho '{{\"executable\": \"{}\", \"version\": [3, 6, 1]}}'\n",
        path.display()
    );
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test]
async fn a_python_that_is_too_old_or_not_there() {
    let path = old_python();
    let with = |path: PathBuf| {
        let python = journeyman_executor::Config::default().python(Some(path));
        settings("ws://127.0.0.1:9").native("double", double).python(Some(python))
    };
    refused("Python too old", with(path.clone()), "Python 3.6.1").await;
    std::fs::remove_file(&path).unwrap();
    refused("Python not there", with(path), "cannot be used").await;
}

/// Set where this program runs itself without a Python in its path.
const INNER: &str = "PC_WORKER_TEST_WITHOUT_PYTHON";

#[test]
fn no_python_at_all() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "without_a_python_in_the_path", "--nocapture"])
        .env("PATH", "")
        .env(INNER, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    let line = text.lines().find(|line| line.contains("no Python was found")).unwrap();
    show("Python missing", line.trim());
    assert!(text.contains("1 passed"), "{text}");
}

#[tokio::test]
async fn without_a_python_in_the_path() {
    if std::env::var_os(INNER).is_none() {
        // It is run by the test above; with a Python, all of this is another matter.
        return;
    }
    let new = |url: &str| settings(url).python(Some(journeyman_executor::Config::default()));
    refused("Python missing", new("ws://127.0.0.1:9"), "no Python was found").await;
    // With a native handler, the worker works.
    let foreman = Foreman::start(ForemanConfig::new(Era::Head)).await.unwrap();
    let worker = Worker::ready(new(&foreman.url()).native("double", double)).await;
    assert_eq!(results(foreman.submit(job("def double(x): pass", &["4"]))).await, ["8"]);
    let other = foreman.submit(job("def f(x): pass", &["4"]));
    let task_id = other.task_id(0);
    until(&foreman, "it is refused", |state| {
        state.task(&task_id).is_some_and(|task| task.error_count > 0)
    })
    .await;
    let error = &foreman.task(&task_id).unwrap().errors[0];
    assert!(error.contains("this worker runs no Python: no Python was found"), "{error}");
    drop(other);
    timeout(LONG, worker.stop()).await.unwrap();
    foreman.stop().await;
}
