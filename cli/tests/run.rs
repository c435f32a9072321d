//! A worker and a server as two processes.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use support::{Dev, Folder, TOKEN, journeyman, run};

#[test]
fn jobs_go_through() {
    let dev = Dev::start(&[]);
    let mut worker = dev.worker(&[]);
    let (code, task) = dev.submit("math.add", r#"{"a":2,"b":3}"#, &["--wait"]);
    assert_eq!((code, &task["result"]), (0, &json!({"result": 5})));
    let (code, task) = dev.submit("echo", r#"{"text":"Grüße"}"#, &["--wait"]);
    assert_eq!((code, &task["result"]), (0, &json!({"text": "Grüße"})));
    let (code, task) = dev.submit("fail", r#"{"code":"X","message":"m"}"#, &["--wait"]);
    assert_eq!((code, &task["error"]), (1, &json!({"code": "X", "message": "m"})));
    let (code, task) = dev.submit("math.div", r#"{"a":2,"b":0}"#, &["--wait", "--retry", "2"]);
    assert_eq!((code, &task["error"]["code"]), (1, &json!("DIVISION_BY_ZERO")));
    assert_eq!(task["retried"], 2);
    let (code, task) = dev.submit("sleep", r#"{"seconds":60}"#, &["--timeout", "50ms", "--wait"]);
    assert_eq!((code, &task["error"]["code"]), (1, &json!("TIMEOUT")));
    let (code, task) = dev.submit("nobody", "{}", &["--wait=50ms"]);
    assert_eq!((code, &task["status"]), (5, &json!("pending")));
    let (code, _, stderr) = run(&mut journeyman(&["submit", "--to", &dev.api, ""]));
    assert_eq!(code, 4, "{stderr}");
    worker.interrupt();
    assert_eq!(worker.ended().code(), Some(0), "{}", worker.rest());
    let log = worker.rest();
    assert!(log.contains("stopped: 2 jobs done, 5 failed"), "{log}");
    assert!(!log.contains(TOKEN), "{log}");
}

#[test]
fn the_first_interrupt_drains() {
    let mut dev = Dev::start(&[]);
    let mut worker = dev.worker(&["--drain", "30s"]);
    dev.submit("sleep", r#"{"seconds":1,"steps":10}"#, &[]);
    dev.server.line("progress 0.1");
    worker.interrupt();
    worker.line("stopping: 1 jobs under way");
    dev.server.line("completed");
    assert_eq!(worker.ended().code(), Some(0), "{}", worker.rest());
}

#[test]
fn the_second_interrupt_aborts() {
    let mut dev = Dev::start(&[]);
    let mut worker = dev.worker(&[]);
    dev.submit("sleep", r#"{"seconds":300,"steps":1000}"#, &[]);
    dev.server.line("progress");
    worker.interrupt();
    worker.line("stopping: 1 jobs");
    worker.interrupt();
    assert_eq!(worker.ended().code(), Some(130), "{}", worker.rest());
    let end = dev.server.line("failed by");
    assert!(end.contains("CANCELLED"), "{end}");
}

#[test]
fn an_unreachable_server_that_may_not_be_retried_is_code_3() {
    let uri = "distworker+http://127.0.0.1:1?provisioner=p&max_reconnect_attempts=0";
    let mut command = journeyman(&["run", "--connect", uri]);
    command.env("DISTWORKER_WORKER_TOKEN", "s3cret");
    let (code, _, stderr) = run(&mut command);
    assert_eq!(code, 3, "{stderr}");
    assert!(stderr.contains("nothing listens there") && !stderr.contains("s3cret"), "{stderr}");
}

#[test]
fn the_log_can_be_json() {
    let uri = "distworker+http://127.0.0.1:1?provisioner=p&max_reconnect_attempts=0";
    let mut command = journeyman(&["run", "--connect", uri, "--log-format", "json"]);
    command.env("DISTWORKER_WORKER_TOKEN", "s3cret");
    let (_, _, stderr) = run(&mut command);
    let logged: Vec<serde_json::Value> =
        stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert!(logged.iter().any(|line| line["level"] == "INFO"), "{stderr}");
}

#[test]
fn a_configuration_file_does_the_same() {
    let dev = Dev::start(&["echo", "sum"]);
    let folder = Folder::new("config");
    let text = format!(
        "[worker]\nconcurrency = 2\ndrain_timeout = \"5s\"\n\n[[backend]]\ntype = \"distworker\"\n\
         controller_url = \"{}\"\nprovisioner = \"dev\"\nworker_token_env = \"MY_TOKEN\"\n\
         connections = 2\nroutes = [\"sum\"]\n\n[handlers]\nsum = \"math.sum\"\necho = \"echo\"\n",
        dev.worker
    );
    let path = folder.file("worker.toml", &text);
    let mut command = journeyman(&["run", "--config", &path]);
    command.env("MY_TOKEN", TOKEN);
    let mut worker = support::Running::start(command);
    worker.line("ready: 2 sessions");
    let (code, task) = dev.submit("sum", r#"{"values":[1,2,3.5]}"#, &["--wait"]);
    assert_eq!((code, &task["result"]["result"]), (0, &json!(6.5)), "{task}");
    // It is served, but not to this backend.
    let (code, task) = dev.submit("echo", "{}", &["--wait"]);
    assert_eq!((code, &task["error"]["code"]), (1, &json!("NO_HANDLER")), "{task}");
    worker.interrupt();
    assert_eq!(worker.ended().code(), Some(0), "{}", worker.rest());
}

#[test]
fn errors_in_the_file_never_show_the_token() {
    let folder = Folder::new("leak");
    let lines = |token: &str| {
        format!(
            "[[backend]]\ntype = \"distworker\"\ncontroller_url = \"http://127.0.0.1:1\"\n\
             provisioner = \"p\"\n{token}\n"
        )
    };
    for (name, token, said) in [
        ("open.toml", "worker_token = \"s3cret", "line 5"),
        ("bare.toml", "worker_token = s3cret", "line 5"),
        ("typo.toml", "worker_tokn = \"s3cret\"", "worker_tokn"),
        ("twice.toml", "worker_token = \"s3cret\"\nworker_token = \"s3cret\"", "line 6"),
        ("more.toml", "worker_token = \"s3cret\"\nconnections = 0", "`connections` = \"0\""),
        ("both.toml", "worker_token = \"s3cret\"\nworker_token_env = \"X\"", "more than once"),
    ] {
        let path = folder.file(name, &lines(token));
        for command in ["run", "doctor"] {
            let (code, stdout, stderr) = run(&mut journeyman(&[command, "--config", &path]));
            let text = stdout + &stderr;
            assert_eq!(code, 2, "{name}: {text}");
            assert!(text.contains(said), "{name}: {text}");
            assert!(!text.contains("s3cret"), "{name}: {text}");
        }
    }
    let (code, _, stderr) = run(&mut journeyman(&["run", "--config", "/no/such/file"]));
    assert_eq!(code, 2);
    assert!(stderr.contains("/no/such/file"), "{stderr}");
}

#[test]
fn a_port_in_use_is_told() {
    let dev = Dev::start(&[]);
    let taken = dev.worker.trim_start_matches("http://");
    let args = ["dev", "--as", "distworker", "--listen", taken, "--api-listen", "127.0.0.1:0"];
    let (code, _, stderr) = run(&mut journeyman(&args));
    assert_eq!(code, 1);
    assert!(stderr.contains("--listen"), "{stderr}");
}
