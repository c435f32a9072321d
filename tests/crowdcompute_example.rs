//! The CrowdCompute example as a program of its own, on the stand-in foreman.
//!
//! It is found beside this test, where `cargo test` puts it; when only this test is asked for,
//! `cargo build --example crowdcompute --features crowdcompute,executor,monitor,python` has to come
//! first.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use journeyman_testkit::crowdcompute::{Era, Foreman, ForemanConfig, Job, TaskState};
use tokio::time::timeout;

const LONG: Duration = Duration::from_secs(60);

/// The running example. Killed when it is dropped.
struct Example {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Example {
    fn start(foreman: &Foreman) -> Self {
        let test = std::env::current_exe().unwrap();
        let path: PathBuf =
            test.parent().and_then(|deps| deps.parent()).unwrap().join("examples/crowdcompute");
        assert!(path.exists(), "{} is not built; see the head of this test", path.display());
        let mut command = Command::new(path);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CROWDCOMPUTE_")) {
            command.env_remove(name);
        }
        let mut child = command
            .env("CROWDCOMPUTE_FOREMAN_URL", foreman.url())
            .env("CROWDCOMPUTE_WORKER_ID", "example")
            .env("CROWDCOMPUTE_API_PORT", "0")
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// What it prints up to the line that begins so.
    fn read_to(&mut self, start: &str) -> String {
        let mut text = String::new();
        loop {
            let at = text.len();
            assert!(self.out.read_line(&mut text).unwrap() > 0, "it ended: {text}");
            if text[at..].starts_with(start) {
                return text;
            }
        }
    }

    /// Asks it to stop as a service manager does; its exit code, and what it printed last.
    fn stop(mut self) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let mut text = String::new();
        self.out.read_to_string(&mut text).unwrap();
        (self.child.wait().unwrap().code(), text)
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_python_and_the_monitor() {
    let foreman = Foreman::start(ForemanConfig::new(Era::Head)).await.unwrap();
    let mut example = Example::start(&foreman);
    let text = example.read_to("dashboard: http://127.0.0.1:");
    let has_python = text.contains("Python tasks run in this sandbox:");
    assert!(has_python || text.contains("only `double` is served: "), "{text}");

    let double = "def double(x):\n    return 'not this one'\n";
    let handle = foreman.submit(Job::new(double, ["1", "21"]));
    assert_eq!(timeout(LONG, handle.results()).await.unwrap().unwrap(), ["2", "42"]);
    let mut done = 2;
    let square = foreman.submit(Job::new("def square(x):\n    return x * x\n", ["12"]));
    let task_id = square.task_id(0);
    if has_python {
        assert_eq!(timeout(LONG, square.results()).await.unwrap().unwrap(), ["144"]);
        done += 1;
    } else {
        let failed =
            foreman.wait_for(|state| state.task(&task_id).is_some_and(|task| task.error_count > 0));
        timeout(LONG, failed).await.unwrap();
    }
    assert_eq!(foreman.look(|state| state.count(TaskState::Completed)), done);
    let (code, text) = example.stop();
    assert_eq!((code, text), (Some(0), format!("done: {done} tasks\n")));
    foreman.stop().await;
}
