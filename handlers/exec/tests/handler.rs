//! The handler against the in-memory backend, with shell scripts. What a server and a whole worker
//! see is in the tests of the program.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use journeyman_core::{
    JobError, JobErrorKind, Route, Router, Scope, Serve, StartedWorker, Value, Worker,
    memory::{Memory, MemoryClient, Submission, Update},
};
use journeyman_exec::{ExecHandler, GRANT, Program};

const LONG: Duration = Duration::from_secs(30);

fn shell(script: &str) -> Program {
    Program::new("/bin/sh").args(["-c", script])
}

fn start(program: Program) -> (StartedWorker, MemoryClient) {
    let (backend, client) = Memory::new();
    let route = Route::new(ExecHandler::new(program)).requires(GRANT);
    let serve = Serve::new(backend).scope(Scope::new().grant(GRANT));
    (Worker::new(Router::new().route("x", route)).serve(serve).start().unwrap(), client)
}

async fn run(program: Program) -> Result<Value, JobError> {
    let (_worker, client) = start(program);
    client.submit(Submission::new("x").args(Value::from("in"))).await.await
}

fn is_gone(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.is_empty() || stat.contains(") Z ")
}

fn wait_until_gone(pid: i32) {
    let deadline = Instant::now() + LONG;
    while !is_gone(pid) {
        assert!(Instant::now() < deadline, "process {pid} still runs");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[tokio::test]
async fn a_job_goes_in_and_its_result_comes_out() {
    let script = r#"read -r line; echo "{\"result\":$line}""#;
    let result = run(shell(script)).await.unwrap();
    assert_eq!(result.get("route"), Some(&Value::from("x")));
    assert_eq!(result.get("args"), Some(&Value::from("in")));
    assert_eq!(result.get("deadline_ms"), Some(&Value::Null));
}

#[tokio::test]
async fn environment_and_folder_are_those_of_the_builder() {
    let folder = std::fs::canonicalize(std::env::temp_dir()).unwrap();
    let script = r#"echo "{\"result\":[\"$HOME\",\"$EXTRA\",\"$(pwd -P)\"]}""#;
    let program = shell(script).hide(["HOME"]).env("EXTRA", "more").folder(&folder);
    assert!(!format!("{program:?}").contains("more"));
    let result = run(program).await.unwrap();
    let wanted = ["", "more", folder.to_str().unwrap()].map(Value::from);
    assert_eq!(result, Value::List(wanted.into()));
}

#[tokio::test]
async fn failures_are_explained() {
    for (script, kind, code, part) in [
        ("exit 3", JobErrorKind::Failed, "EXEC_FAILED", "exit status: 3"),
        ("echo why >&2; exit 3", JobErrorKind::Failed, "EXEC_FAILED", "ends with: why"),
        ("echo hello", JobErrorKind::Failed, "EXEC_OUTPUT", "hello"),
        (
            r#"echo '{"error":{"code":"C","message":"m","retry_after_ms":7}}'"#,
            JobErrorKind::RetryAfter,
            "C",
            "m",
        ),
    ] {
        let error = run(shell(script)).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, Some(code)), "{script}: {error:?}");
        assert!(error.message().contains(part), "{error:?}");
    }
    let error = run(Program::new("/no/such/program")).await.unwrap_err();
    assert_eq!(error.code(), Some("EXEC_NOT_STARTED"));
}

#[tokio::test]
async fn a_cancelled_job_leaves_nobody_behind() {
    let script = r#"
        trap '' TERM
        sh -c 'trap "" TERM; while :; do sleep 1; done' &
        echo "{\"progress\":0.5,\"message\":\"$$ $!\"}"
        while :; do sleep 1; done
    "#;
    let (_worker, client) = start(shell(script));
    let mut job = client.submit(Submission::new("x").watched()).await;
    let Some(Update::Progress { message: Some(pids), .. }) = job.update().await else {
        panic!("no progress")
    };
    client.cancel(job.id()).await;
    assert_eq!(job.await.unwrap_err().kind(), JobErrorKind::Cancelled);
    for pid in pids.split(' ') {
        wait_until_gone(pid.parse().unwrap());
    }
}
