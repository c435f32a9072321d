//! Programs as handlers.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Dev, Folder};

/// Whether a process is no more, or only its entry.
fn is_gone(pid: i32) -> bool {
    let alive = rustix::process::Pid::from_raw(pid)
        .is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok());
    let entry = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !alive || entry.contains(") Z ")
}

fn wait_until_gone(pid: i32) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_gone(pid) {
        assert!(Instant::now() < deadline, "process {pid} still runs");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs one job through a shell script.
fn job(script: &str, input: &str, args: &[&str]) -> (i32, Value) {
    let folder = Folder::new(&format!("exec-{:?}", std::thread::current().id()));
    let path = folder.file("program.sh", script);
    let dev = Dev::start(&["x"]);
    let handler = format!("x=exec:/bin/sh {path} one 'two words'");
    let _worker = dev.worker(&["--grant", "exec", "--handler", &handler]);
    let mut all = vec!["--wait"];
    all.extend(args);
    dev.submit("x", input, &all)
}

fn error(script: &str) -> (String, String) {
    let (code, task) = job(script, "{}", &[]);
    assert_eq!(code, 1, "{task}");
    let text = |key: &str| task["error"][key].as_str().unwrap().to_owned();
    (text("code"), text("message"))
}

#[test]
fn a_program_gets_the_job_and_gives_the_result() {
    let script = r#"
        read -r line
        echo '{"progress":0.5,"message":"half"}'
        echo '{"result":{"job":'"$line"',"args":["'"$1"'","'"$2"'"]}}'
    "#;
    let (code, task) = job(script, r#"{"a":[1,"x",null]}"#, &["--timeout", "30s"]);
    assert_eq!(code, 0, "{task}");
    let got = &task["result"]["job"];
    assert_eq!(got["id"], task["task_id"]);
    assert_eq!(got["route"], "x");
    assert_eq!(got["attempt"], 1);
    assert_eq!(got["args"], json!({"a": [1, "x", null]}));
    let left = got["deadline_ms"].as_u64().unwrap();
    assert!((1..=30_000).contains(&left), "{left}");
    assert_eq!(task["result"]["args"], json!(["one", "two words"]));
}

#[test]
fn errors_of_a_program() {
    let line = r#"echo '{"error":{"message":"m","code":"C"}}'"#;
    assert_eq!(error(line), ("C".to_owned(), "m".to_owned()));
    let (code, message) = error("echo something odd >&2; exit 3");
    assert_eq!(code, "EXEC_FAILED");
    assert!(message.contains("exit status: 3") && message.contains("something odd"), "{message}");
    let (code, message) = error("echo hello world; sleep 1000");
    assert_eq!(code, "EXEC_OUTPUT");
    assert!(message.contains("hello world"), "{message}");
    let (code, message) = error("kill -9 $$");
    assert_eq!(code, "EXEC_FAILED");
    assert!(message.contains("signal: 9"), "{message}");
}

#[test]
fn success_without_a_result_is_nothing() {
    let (code, task) = job("exit 0", "{}", &[]);
    assert_eq!(code, 0, "{task}");
    assert_eq!(task.get("result"), None, "{task}");
}

#[test]
fn a_result_counts_whatever_comes_after_it() {
    let (code, task) = job("echo '{\"result\":{\"a\":1}}'; exit 3", "{}", &[]);
    assert_eq!((code, &task["result"]), (0, &json!({"a": 1})), "{task}");
}

#[test]
fn an_endless_line_ends_the_program() {
    let (code, message) = error("head -c 20000000 /dev/zero | tr '\\0' x; sleep 1000");
    assert_eq!(code, "EXEC_OUTPUT");
    assert!(message.contains("16777216"), "{message}");
}

#[test]
fn a_program_that_does_not_exist_is_told() {
    let dev = Dev::start(&["x"]);
    let _worker = dev.worker(&["--grant", "exec", "--handler", "x=exec:/no/such/program"]);
    let (code, task) = dev.submit("x", "{}", &["--wait"]);
    assert_eq!((code, &task["error"]["code"]), (1, &json!("EXEC_NOT_STARTED")), "{task}");
}

#[test]
fn the_token_is_not_in_the_environment_of_a_program() {
    let script = r#"echo '{"result":{"token":"'"$DISTWORKER_WORKER_TOKEN"'","path":"'"$PATH"'"}}'"#;
    let (code, task) = job(script, "{}", &[]);
    assert_eq!((code, &task["result"]["token"]), (0, &json!("")), "{task}");
    assert_ne!(task["result"]["path"], "");
}

/// A program with a child, both of which would run for an hour; neither listens to SIGTERM.
const STUBBORN: &str = r#"
    trap '' TERM
    sh -c 'trap "" TERM; while :; do sleep 1; done' &
    echo '{"progress":0.5,"message":"pids '"$$ $!"'"}'
    while :; do sleep 1; done
"#;

fn stubborn(dev: &mut Dev) -> Vec<i32> {
    let line = dev.server.line("pids ");
    let numbers = line.split("pids ").nth(1).unwrap();
    let numbers = numbers.split('"').next().unwrap();
    let pids: Vec<i32> = numbers.split(' ').map(|pid| pid.parse().unwrap()).collect();
    assert_eq!(pids.len(), 2);
    assert!(pids.iter().all(|pid| !is_gone(*pid)), "{line}");
    pids
}

#[test]
fn a_time_limit_kills_the_program_and_its_children() {
    let folder = Folder::new("exec-timeout");
    let path = folder.file("program.sh", STUBBORN);
    let mut dev = Dev::start(&["x"]);
    let handler = format!("x=exec:/bin/sh {path}");
    let _worker = dev.worker(&["--grant", "exec", "--handler", &handler]);
    dev.submit("x", "{}", &["--timeout", "3s"]);
    let pids = stubborn(&mut dev);
    let end = dev.server.line("failed by");
    assert!(end.contains("TIMEOUT"), "{end}");
    pids.into_iter().for_each(wait_until_gone);
}

#[test]
fn an_abort_kills_the_program_and_its_children() {
    let folder = Folder::new("exec-abort");
    let path = folder.file("program.sh", STUBBORN);
    let mut dev = Dev::start(&["x"]);
    let handler = format!("x=exec:/bin/sh {path}");
    let mut worker = dev.worker(&["--grant", "exec", "--handler", &handler]);
    dev.submit("x", "{}", &[]);
    let pids = stubborn(&mut dev);
    worker.interrupt();
    worker.line("stopping: 1 jobs");
    worker.interrupt();
    assert_eq!(worker.ended().code(), Some(130), "{}", worker.rest());
    pids.into_iter().for_each(wait_until_gone);
}

#[test]
fn children_that_are_left_behind_are_killed() {
    let script = "sleep 1000 & echo '{\"result\":{\"pid\":'$!'}}'";
    let (code, task) = job(script, "{}", &[]);
    assert_eq!(code, 0, "{task}");
    wait_until_gone(i32::try_from(task["result"]["pid"].as_i64().unwrap()).unwrap());
}
