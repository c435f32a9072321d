//! What is wrong, what is said about it, and that the worker goes on. Each text is printed whole, and
//! asserted in its essential words.

use std::{
    fs, io,
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::{Arc, Mutex, OnceLock},
    time::Instant,
};

use journeyman_core::Secret;
use journeyman_crowdcompute::EraSetting;
use journeyman_pc_worker::{PcWorker, Settings, WorkerConfig};
use journeyman_testkit::crowdcompute::{Era, Foreman, ForemanConfig, Job, Target, TaskState};

use crate::{
    folder::Folder,
    process::{Process, resident, working_in},
    support::{self, Worker, double, eventually, results, until},
    worker::{Outcome, Plan, own_role, role, tell},
};

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().push_str(&String::from_utf8_lossy(bytes));
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
                .without_time()
                .with_env_filter("warn")
                .with_writer(move || writer.clone())
                .init();
            log
        })
    }

    fn line(&self, part: &str) -> Option<String> {
        let text = self.0.lock().unwrap();
        text.lines().rev().find(|line| line.contains(part)).map(|line| line.trim().to_owned())
    }
}

fn show(what: &str, said: &str) {
    println!("  {what}\n      {}", said.replace('\n', "\n      "));
}

fn said(what: &str, text: &str, essential: &[&str]) {
    show(what, text);
    for part in essential {
        assert!(text.contains(part), "{what}: {part:?} is not said");
    }
}

const SQUARE: &str = "def square(x):\n    return x * x\n";

/// The worker goes on.
async fn works(foreman: &Foreman) {
    let square = foreman.submit(Job::new(SQUARE, ["4"]));
    assert_eq!(results(square).await, ["16"]);
}

fn settings(foreman: &Foreman, era: Era) -> Settings {
    let mut settings = support::settings(&foreman.url());
    if era == Era::Seed {
        settings.crowd = settings.crowd.era(EraSetting::Seed);
    }
    settings
}

pub(crate) async fn messages() {
    let log = Log::start();
    let foreman = Foreman::start(ForemanConfig::new(Era::Head)).await.unwrap();
    let worker = Worker::ready(settings(&foreman, Era::Head)).await;
    let ignored = || worker.control.snapshot().sessions[0].counts.ignored;
    for (what, text, essential) in [
        ("no JSON", "{type: ping}", "a message that is no JSON object"),
        ("half a message", r#"{"type": "assign_task", "data""#, "a message that is no JSON object"),
        ("no object", "[1, 2]", "a message that is no JSON object"),
        ("unknown type", r#"{"type": "coffee", "data": {}}"#, "the unknown type \"coffee\""),
        ("no type", r#"{"data": {}}"#, "a message without a `type`"),
        ("no data", r#"{"type": "assign_task"}"#, "a `assign_task` without an object `data`"),
        (
            "a type for clients",
            r#"{"type": "job_accepted", "data": {"job_id": "j"}}"#,
            "a `job_accepted`, which is not for workers",
        ),
        (
            "no task id",
            r#"{"type": "assign_task", "data": {"func_code": "", "task_args": []}}"#,
            "a `assign_task` without `task_id`",
        ),
        (
            "no code",
            r#"{"type": "assign_task", "data": {"task_args": [], "task_id": "t1"}}"#,
            "a `assign_task` without `func_code`",
        ),
        (
            "no arguments",
            r#"{"type": "assign_task", "data": {"func_code": "", "task_id": "t2"}}"#,
            "a `assign_task` without `task_args`",
        ),
        (
            "code that is a number",
            r#"{"type": "assign_task", "data": {"func_code": 1, "task_args": [], "task_id": "t3"}}"#,
            "a `assign_task` whose `func_code` is not",
        ),
    ] {
        let before = ignored();
        foreman.send_text(Target::Workers, text);
        eventually(what, || ignored() > before).await;
        eventually("it is logged", || log.line(essential).is_some()).await;
        said(what, &log.line(essential).unwrap(), &[essential]);
        works(&foreman).await;
    }
    assert_eq!(worker.control.snapshot().sessions[0].counts.connections, 1);
    large(&foreman, &worker).await;
    worker.stop().await;
    foreman.stop().await;
}

/// 50 MB, as a task and as a result.
async fn large(foreman: &Foreman, worker: &Worker) {
    let before = resident(std::process::id());
    let connections = || worker.control.snapshot().sessions[0].counts.connections;
    let made = connections();
    let argument = format!("\"{}\"", "x".repeat(50_000_000));
    let handle = foreman.submit(Job::new(SQUARE, [argument]));
    let told = || worker.control.snapshot().sessions[0].last_error.clone().unwrap_or_default();
    eventually("it is told", || told().contains("max_message_size")).await;
    // It would come again, whenever the foreman has noticed that the connection is gone.
    eventually("it is back", || connections() > made).await;
    said("50 MB message", &told(), &["larger than a message may be", "raise `max_message_size`"]);
    foreman.withdraw(&handle.task_id(0));
    drop(handle);
    works(foreman).await;
    let text = fails(foreman, "50 MB result", "def f(x):\n    return 'z' * 50_000_000\n", 1).await;
    said("50 MB result", &text, &["50000002 bytes", "the limit is 16777216"]);
    works(foreman).await;
    println!(
        "  resident KiB of worker and foreman: {before}, then {}",
        resident(std::process::id())
    );
}

/// The error that the foreman is told of a task; it does not try again.
async fn fails(foreman: &Foreman, what: &str, code: &str, argument: i64) -> String {
    let job_id = what.replace(' ', "-");
    let task_id = format!("{job_id}_task_0");
    foreman.faults().set_give_up_after(&task_id, 1);
    drop(foreman.submit_as(&job_id, Job::new(code, [argument.to_string()])));
    until(foreman, what, |state| {
        state.task(&task_id).is_some_and(|task| task.state == TaskState::Blocked)
    })
    .await;
    foreman.task(&task_id).unwrap().errors.remove(0)
}

pub(crate) async fn tasks(era: Era) {
    let foreman = Foreman::start(ForemanConfig::new(era)).await.unwrap();
    let worker = Worker::ready(settings(&foreman, era)).await;
    for (what, code, essential) in [
        (
            "code without a function",
            "x = 1\n",
            "Task execution failed: No function could be deserialized from code string",
        ),
        ("no code at all", "", "Task execution failed: No function could be deserialized"),
        // The rest is the interpreter's, and differs between versions.
        ("syntax error", "def f(x:\n    return x\n", "Task execution failed: "),
        (
            "indented code",
            "    def f(x):\n        return x\n",
            "unexpected indent (<string>, line 1)",
        ),
        ("packed code", "80049510000000000000008c", "func_code is no Python source but something"),
        (
            "an exception",
            "def f(x):\n    raise KeyError('gone')\n",
            "Task execution failed: 'gone'",
        ),
        ("an empty exception", "def f(x):\n    raise OSError\n", "Task execution failed: OSError"),
        ("a wrong call", "def f():\n    return 1\n", "f() takes 0 positional arguments but 1 was"),
        ("an exit", "def f(x):\n    raise SystemExit(3)\n", "Task execution failed: SystemExit: 3"),
        ("a dead interpreter", "def f(x):\n    import os\n    os._exit(7)\n", "the interpreter "),
        (
            "a circular result",
            "def f(x):\n    a = []\n    a.append(a)\n    return a\n",
            // Today's worker sends Python's text of it.
            if era == Era::Seed { "Circular reference detected" } else { "" },
        ),
        (
            "a result that JSON cannot carry",
            "def f(x):\n    return {1}\n",
            if era == Era::Seed { "Object of type set is not JSON serializable" } else { "" },
        ),
    ] {
        if essential.is_empty() {
            let text = results(foreman.submit(Job::new(code, ["1"]))).await.remove(0);
            show(what, &format!("result: {text}"));
            assert!(text.contains("{1}") || text.contains("[[...]]"), "{text}");
        } else {
            let text = fails(&foreman, what, code, 1).await;
            said(what, &text, &[essential]);
            assert!(text.len() > "Task execution failed: ".len());
        }
        works(&foreman).await;
    }
    assert_eq!(worker.control.snapshot().sessions[0].counts.connections, 1);
    worker.stop().await;
    foreman.stop().await;
}

/// What a worker that starts is refused with.
async fn refused(what: &str, settings: Settings, essential: &[&str]) {
    let error = PcWorker::new(settings).start().await.unwrap_err();
    said(what, &error.to_string(), essential);
}

/// A program that says that it is an old Python.
fn old_python(folder: &Path) {
    let path = folder.join("python3");
    let about = format!("{{\"executable\": {path:?}, \"version\": [3, 6, 1]}}");
    fs::write(&path, format!("#!/bin/sh\n/bin/cat > /dev/null\necho '{about}'\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

pub(crate) async fn surroundings() {
    let new = || support::settings("ws://127.0.0.1:9").native("double", double);
    let with = |change: &dyn Fn(WorkerConfig) -> WorkerConfig| {
        let mut settings = new();
        settings.crowd = change(settings.crowd.clone());
        settings
    };
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let wanted = format!("the monitor cannot listen on 127.0.0.1:{port}: Address already in use");
    let essential = [wanted.as_str(), "--api-port"];
    refused("port in use", with(&|crowd| crowd.api_port(port)), &essential).await;
    let open = || with(&|crowd| crowd.api_host("0.0.0.0"));
    let essential = ["others can reach that address", "--token-file", "--insecure-open"];
    refused("token missing", open(), &essential).await;
    let short = open().token(Some(Secret::new("0123456789")));
    refused("token too short", short, &["is shorter than 16 bytes", "openssl rand"]).await;
    let url = with(&|mut crowd| {
        crowd.foreman_url = "http://localhost:9000".to_owned();
        crowd
    });
    refused("no WebSocket", url, &["ws://HOST:9000"]).await;

    let folder = Folder::new();
    let python = |path: &Path| {
        let python = journeyman_executor::Config::default().python(Some(path.to_owned()));
        new().python(Some(python))
    };
    let essential = ["cannot be used", "Set `python` to an interpreter of Python 3.9 or later"];
    refused("Python that is not there", python(&folder.path.join("nothing")), &essential).await;
    old_python(&folder.path);
    let essential = ["it is Python 3.6.1, and 3.9 is the oldest that can be used"];
    refused("Python too old", python(&folder.path.join("python3")), &essential).await;
    let essential = ["no usable Python was found", "it is Python 3.6.1", "Install Python 3.9"];
    without("only an old Python in the path, no native handler", &folder.path, &essential);
    let empty = folder.path.join("empty");
    fs::create_dir(&empty).unwrap();
    let essential = ["there is nothing to run tasks with", "no Python was found", "Install Python"];
    without("Python missing, no native handler", &empty, &essential);
    native_only(&empty, &folder).await;
}

/// What a worker without native handlers says, with this folder for its path.
fn without(what: &str, path: &Path, essential: &[&str]) {
    let mut command = role(&["without"]).unwrap();
    command.env("PATH", path);
    let said_it = Process::start(command).unwrap().end();
    let words = said_it.first().expect("it says something").words.join(" ");
    said(what, &words, essential);
}

/// Starts a worker that cannot start, if that is this process's role, and tells why.
pub(crate) fn played() -> Option<Outcome<()>> {
    (own_role()? == ["without"]).then(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let settings = Settings::new(WorkerConfig::new("ws://127.0.0.1:9").api_port(0));
        match runtime.block_on(PcWorker::new(settings).start()) {
            Ok(_) => tell("it has started"),
            Err(error) => tell(&error.to_string()),
        }
        Ok(())
    })
}

/// A worker without a Python, but with native handlers: they work, and other tasks are told why not.
async fn native_only(path: &Path, folder: &Folder) {
    let foreman = Foreman::start(ForemanConfig::new(Era::Head)).await.unwrap();
    let url = foreman.url();
    let plan = Plan { url: &url, era: "head", registrations: 1, folder: &folder.path };
    let mut command = plan.command().unwrap();
    command.env("PATH", path);
    let begin = Instant::now();
    let worker = Process::start(command).unwrap();
    until(&foreman, "it is there", |state| state.connected() == 1).await;
    let ready = begin.elapsed();
    let text = fails(&foreman, "Python missing", SQUARE, 1).await;
    let essential = ["this worker runs no Python: no Python was found", "Install Python 3.9"];
    said("Python missing, with native handlers", &text, &essential);
    let native = Job::new("def native_noop(x):\n    return x\n", ["5"]);
    assert_eq!(results(foreman.submit(native)).await, ["5"]);
    println!("  it was registered after {ready:.0?}, and its native handlers work");
    assert_eq!(worker.end().last().unwrap().words, ["ended", "0"]);
    assert_eq!(working_in(&folder.path), [0_u32; 0]);
    foreman.stop().await;
}
