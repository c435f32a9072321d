//! The CrowdCompute worker as a program.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

#[path = "support/crowd.rs"]
mod crowd;
mod support;

use crowd::{Foreman, get, has_python, old_python};
use rustix::process::Signal;
use support::{Folder, Running, journeyman, run};

const TOKEN: &str = "0123456789abcdef0123";

/// What was said by a start that has to fail, with this exit code.
fn refused(code: i32, env: &[(&str, &str)], args: &[&str]) -> String {
    let mut all = vec!["pc-worker", "--foreman-url", "ws://127.0.0.1:1", "--api-port", "0"];
    all.extend(args);
    let mut command = journeyman(&all);
    command.envs(env.iter().copied());
    let (got, stdout, stderr) = run(&mut command);
    assert_eq!(got, code, "{args:?}: {stdout}{stderr}");
    assert!(stdout.is_empty(), "{stdout}");
    assert!(!stderr.contains(TOKEN), "{stderr}");
    // For whoever wants to see how it is told.
    println!("pc-worker {}\n{stderr}", args.join(" "));
    stderr
}

/// The address of its monitor, out of what it prints.
fn dashboard(worker: &mut Running) -> String {
    let line = worker.line("dashboard");
    let url = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
    url.split("/dashboard").next().unwrap().to_owned()
}

/// No Python, and no time lost with looking for one.
const NATIVE: [&str; 3] = ["--no-python", "--native", "echo"];

#[test]
fn from_the_start_to_sigterm() {
    if !has_python("pc_worker::from_the_start_to_sigterm") {
        return;
    }
    let mut foreman = Foreman::start("head");
    let url = foreman.url.clone();
    let args = ["--max-concurrent-tasks", "2", "--worker-id", "mine", "--native", "math.add"];
    let mut worker = foreman.worker(&args);
    worker.line(&format!("journeyman pc-worker {}", env!("CARGO_PKG_VERSION")));
    worker.line(&format!("foreman       {url}, era: to be found out"));
    let ids = worker.line("registers as");
    assert!(ids.contains("mine-") && ids.contains("-1, mine-") && ids.ends_with("-2"), "{ids}");
    worker.line("native        math_add");
    let python = worker.line("Python        3.");
    assert!(python.ends_with("2 tasks at a time"), "{python}");
    let sandbox = worker.line("sandbox");
    assert!(sandbox.contains("complete"), "{sandbox}");
    worker.line("    wall_clock    active");
    worker.line("    processes     ");
    let base = dashboard(&mut worker);

    let folder = Folder::new("pc-worker");
    let mixed = folder.file("mixed.py", "def math_add(args):\n    return 'never'\n");
    assert_eq!(foreman.results(&mixed, &[r#"{"a": 2, "b": 3}"#]), ["5"]);
    let python = folder.file("python.py", "def twice(x):\n    print('hello')\n    return 2 * x\n");
    assert_eq!(foreman.results(&python, &["21", "\"ab\""]), ["42", "\"abab\""]);

    let (status, stats) = get(&base, "/stats", "");
    assert_eq!(status, 200, "{stats}");
    let stats: serde_json::Value = serde_json::from_str(&stats).unwrap();
    assert_eq!(stats["stats"]["tasks_completed"], 3, "{stats}");
    assert_eq!(stats["is_connected"], true, "{stats}");
    let (_, about) = get(&base, "/", "");
    let about: serde_json::Value = serde_json::from_str(&about).unwrap();
    assert_eq!(about["config"]["foreman_url"], url.as_str(), "{about}");
    assert_eq!(about["config"]["max_concurrent_tasks"], 2, "{about}");
    assert_eq!(get(&base, "/dashboard", "").0, 200);
    assert_eq!(get(&base, "/health/ready", "").0, 200);

    worker.signal(Signal::TERM);
    worker.line("stopped: 3 tasks done, 0 failed");
    assert_eq!(worker.ended().code(), Some(0), "{}", worker.rest());
    foreman.server.line("gone");
}

#[test]
fn the_second_signal_cuts_it_short() {
    let mut foreman = Foreman::start("seed");
    let mut worker = foreman.worker(&["--no-python", "--native", "sleep", "--era", "seed"]);
    let folder = Folder::new("pc-worker-abort");
    let file = folder.file("sleep.py", "def sleep(seconds):\n    pass\n");
    let (code, _, stderr) = foreman.submit(&file, &["60", "--wait=300ms"]);
    assert_eq!(code, 5, "{stderr}");
    worker.interrupt();
    worker.line("stopping: 1 tasks are in work");
    worker.interrupt();
    worker.line("aborting");
    assert_eq!(worker.ended().code(), Some(130), "{}", worker.rest());
}

#[test]
fn without_python_there_are_native_handlers() {
    let mut foreman = Foreman::start("head");
    let url = foreman.url.clone();
    let args =
        ["pc-worker", "--foreman-url", &url, "--no-monitor", "--native", "twice=exec:/bin/cat"];
    let mut command = journeyman(&args);
    command.env("PATH", "/nowhere").env_remove("JOURNEYMAN_PYTHON");
    let mut worker = Running::start(command);
    let line = worker.line("Python        none, so that only native handlers run");
    assert!(line.contains("there is no python3 or python in PATH"), "{line}");
    worker.line("dashboard     none");
    foreman.server.line("is ready");
    let folder = Folder::new("pc-worker-native");
    let other = folder.file("other.py", "def other(x):\n    return x\n");
    assert_eq!(foreman.submit(&other, &["1", "--wait=300ms"]).0, 5);
    let failed = foreman.server.line("FAILED");
    assert!(failed.contains("no Python"), "{failed}");
    worker.interrupt();
    assert_eq!(worker.ended().code(), Some(0), "{}", worker.rest());
}

#[test]
fn python_missing_or_too_old() {
    let folder = Folder::new("pc-worker-python");
    let old = old_python(&folder);
    let text = refused(2, &[], &["--python", &old]);
    assert!(text.contains("it is Python 3.6.1, and 3.9 is the oldest"), "{text}");
    let text = refused(2, &[], &["--python", "/no/such/python"]);
    assert!(text.contains("/no/such/python cannot be used"), "{text}");
    assert!(text.contains("Set --python (or JOURNEYMAN_PYTHON) to an interpreter"), "{text}");
    let none = [("PATH", "/nowhere"), ("JOURNEYMAN_PYTHON", "")];
    let text = refused(2, &none, &[]);
    assert!(
        text.contains("nothing to run tasks with") && text.contains("Install Python 3.9"),
        "{text}"
    );
    let text = refused(2, &[], &["--no-python"]);
    assert!(text.contains("nothing to run tasks with"), "{text}");
}

#[test]
fn a_sandbox_that_is_required_and_cannot_be_had() {
    let off = [("JOURNEYMAN_PYTHON_SANDBOX", "false")];
    let text = refused(2, &off, &["--require-sandbox"]);
    assert!(text.contains("require_sandbox") && text.contains("sandbox = false"), "{text}");
    let text = refused(2, &[], &["--require-sandbox", "--no-sandbox"]);
    assert!(text.contains("cannot be used with"), "{text}");
}

#[test]
fn an_address_that_others_reach_wants_a_token() {
    let args = |more: &[&'static str]| [&NATIVE[..], &["--api-host", "0.0.0.0"], more].concat();
    let text = refused(2, &[], &args(&[]));
    assert!(
        text.contains("JOURNEYMAN_MONITOR_TOKEN") && text.contains("--insecure-open"),
        "{text}"
    );
    let text = refused(2, &[("JOURNEYMAN_MONITOR_TOKEN", "short")], &args(&[]));
    assert!(text.contains("shorter than 16"), "{text}");
    assert!(refused(2, &[], &args(&["--token", ""])).contains("shorter than 16"));
    let text = refused(2, &[], &args(&["--token-file", "/no/such/file"]));
    assert!(text.contains("--token-file /no/such/file: No such file"), "{text}");
    assert!(refused(2, &[], &args(&["--token-file", "/dev/null"])).contains("is empty"));

    let folder = Folder::new("pc-worker-token");
    let file = folder.file("token", &format!("{TOKEN}\n"));
    let foreman = Foreman::start("head");
    let start = |more: &[&str], env: &[(&str, &str)]| {
        let all = ["pc-worker", "--foreman-url", &foreman.url, "--api-port", "0"];
        let all = [&all[..], &NATIVE, &["--api-host", "0.0.0.0"], more].concat();
        let mut command = journeyman(&all);
        command.envs(env.iter().copied());
        Running::start(command)
    };
    let check = |more: &[&str], env: &[(&str, &str)]| {
        let mut worker = start(more, env);
        let line = worker.line("dashboard");
        assert!(line.ends_with("; it asks for the token"), "{line}");
        let base = line.split_whitespace().nth(1).unwrap().split("/dashboard").next().unwrap();
        assert_eq!(get(base, "/stats", "").0, 401);
        let bearer = format!("Authorization: Bearer {TOKEN}\r\n");
        assert_eq!(get(base, "/stats", &bearer).0, 200);
        worker.interrupt();
        assert_eq!(worker.ended().code(), Some(0));
        assert!(!worker.rest().contains(TOKEN), "{}", worker.rest());
    };
    check(&["--token", TOKEN], &[]);
    check(&["--token-file", &file], &[]);
    check(&[], &[("JOURNEYMAN_MONITOR_TOKEN", TOKEN)]);
    let mut open = start(&["--insecure-open"], &[]);
    let line = open.line("dashboard");
    assert!(line.ends_with("OPEN to everybody who reaches it"), "{line}");
    let base = line.split_whitespace().nth(1).unwrap().split("/dashboard").next().unwrap();
    assert_eq!(get(base, "/stats", "").0, 200);
}

#[test]
fn a_port_in_use() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let all = ["pc-worker", "--foreman-url", "ws://127.0.0.1:1", "-p", &port];
    let (code, _, stderr) = run(&mut journeyman(&[&all[..], &NATIVE].concat()));
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains(&format!("cannot listen on 127.0.0.1:{port}")), "{stderr}");
    assert!(stderr.contains("choose another port with --api-port"), "{stderr}");
}

#[test]
fn a_foreman_that_is_not_there() {
    // Tried for ever, unless that is not wanted.
    let text = refused_after_start(&["--no-auto-restart"]);
    assert!(text.contains("127.0.0.1:1"), "{text}");
    let all = ["pc-worker", "--foreman-url", "ws://127.0.0.1:1", "--no-monitor"];
    let mut worker = Running::start(journeyman(&[&all[..], &NATIVE].concat()));
    worker.line("registers as");
    worker.line("next attempt");
    worker.interrupt();
    assert_eq!(worker.ended().code(), Some(0), "{}", worker.rest());
}

fn refused_after_start(args: &[&str]) -> String {
    let all = ["pc-worker", "--foreman-url", "ws://127.0.0.1:1", "--no-monitor"];
    let (code, _, stderr) = run(&mut journeyman(&[&all[..], &NATIVE, args].concat()));
    assert_eq!(code, 3, "{stderr}");
    stderr
}

#[test]
fn mistakes_are_told_with_the_way_out() {
    assert!(refused(2, &[], &["--nonsense"]).contains("--nonsense"));
    assert!(refused(2, &[], &["--max-concurrent-tasks", "0"]).contains("max_concurrent_tasks"));
    assert!(refused(2, &[], &["--heartbeat-interval", "soon"]).contains("30s"));
    assert!(refused(2, &[], &["--era", "old"]).contains("seed"));
    assert!(refused(2, &[], &["--native", "nope"]).contains("no handler `nope`"));
    assert!(refused(2, &[], &["--task-memory", "much"]).contains("MiB"));
    assert!(refused(2, &[], &["--no-monitor", "--token", TOKEN]).contains("--no-monitor"));
    let listed = refused(2, &[("CROWDCOMPUTE_NATIVE", "double")], &[]);
    assert!(listed.contains("--native double=HANDLER"), "{listed}");
    let variable = refused(2, &[("CROWDCOMPUTE_ERA", "old")], &[]);
    assert!(variable.contains("CROWDCOMPUTE_ERA"), "{variable}");
    let python = refused(2, &[("JOURNEYMAN_PYTHON_SIZE", "many")], &[]);
    assert!(python.contains("JOURNEYMAN_PYTHON_SIZE"), "{python}");
    let (code, _, stderr) = run(&mut journeyman(&["pc-worker", "--api-port", "99999"]));
    assert!(code == 2 && stderr.contains("99999"), "{stderr}");
    let url = ["pc-worker", "--foreman-url", "http://127.0.0.1:9000"];
    let (code, _, stderr) = run(&mut journeyman(&url));
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("give ws://HOST:9000"), "{stderr}");
}

#[test]
fn a_configuration_file() {
    let mut foreman = Foreman::start("seed");
    let folder = Folder::new("pc-worker-file");
    let text = format!(
        "python = false\ntoken = \"{TOKEN}\"\n\n[crowdcompute]\nforeman_url = \"{}\"\n\
         worker_id = \"filed\"\nera = \"seed\"\napi_port = 0\n\n[native]\nadd = \"math.add\"\n",
        foreman.url
    );
    let path = folder.file("worker.toml", &text);
    let mut command = journeyman(&["pc-worker", "--config", &path]);
    // What is in the file counts.
    command.env("CROWDCOMPUTE_WORKER_ID", "variable");
    let mut worker = Running::start(command);
    worker.line("registers as  filed");
    let line = worker.line("dashboard");
    assert!(line.ends_with("it asks for the token"), "{line}");
    foreman.server.line("is ready");
    let file = folder.file("add.py", "def add(args):\n    return None\n");
    assert_eq!(foreman.results(&file, &[r#"{"a": 1, "b": 1}"#]), ["2"]);
    worker.interrupt();
    assert_eq!(worker.ended().code(), Some(0), "{}", worker.rest());
    let broken = folder.file("broken.toml", &text.replace("worker_id", "worker_name"));
    let (code, _, stderr) = run(&mut journeyman(&["pc-worker", "--config", &broken]));
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("broken.toml, line 4: `crowdcompute`"), "{stderr}");
    assert!(!stderr.contains(TOKEN), "{stderr}");
    let (code, _, stderr) = run(&mut journeyman(&["pc-worker", "--config", "/no/such.toml"]));
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("/no/such.toml"), "{stderr}");
}
