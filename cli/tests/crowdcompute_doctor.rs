//! The doctor at a foreman, and at the Python of this machine.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

#[path = "support/crowd.rs"]
mod crowd;
mod support;

use crowd::{Foreman, has_python, old_python};
use support::{Folder, journeyman, run};

/// The exit code and what was said.
fn doctor(env: &[(&str, &str)], args: &[&str]) -> (i32, String) {
    let mut all = vec!["doctor"];
    all.extend(args);
    let mut command = journeyman(&all);
    command.envs(env.iter().copied());
    let (code, stdout, stderr) = run(&mut command);
    let text = stdout + &stderr;
    assert!(text.lines().all(|line| line.chars().count() <= 110), "{text}");
    // Long texts are wrapped.
    (code, text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Without any Python.
const NO_PYTHON: [(&str, &str); 2] = [("PATH", "/nowhere"), ("JOURNEYMAN_PYTHON", "")];

#[test]
fn the_era_is_recognised_and_what_follows_from_it() {
    for (era, other, size) in [
        ("seed", "of the seed, and `era` is set to head", "at most 1 MiB each way"),
        ("head", "of today (head), and `era` is set to seed", "the foreman has no limit"),
    ] {
        let foreman = Foreman::start(era);
        let uri = foreman.uri();
        let (code, text) = doctor(&NO_PYTHON, &[&uri, "--no-register"]);
        assert_eq!(code, 0, "{text}");
        for step in ["configuration", "DNS", "TCP", "WebSocket", "era", "message size", "worker id"]
        {
            assert!(text.contains(&format!(" ok {step} ")), "{step}: {text}");
        }
        assert!(text.contains(&format!(" ok era {era}")), "{text}");
        assert!(text.contains(size), "{text}");
        assert!(text.contains("such as `worker-1a2b3c4d`; its digits are new"), "{text}");
        assert!(text.contains("- registration not wanted"), "{text}");
        assert!(text.contains("- Python no Python was found"), "{text}");
        assert!(text.contains("one at a time per registration"), "{text}");
        let wrong = if era == "seed" { "head" } else { "seed" };
        let set = format!("{uri}?era={wrong}&worker_id=w&max_concurrent_tasks=3");
        let (code, text) = doctor(&NO_PYTHON, &[&set, "--no-register"]);
        assert!(text.contains(other), "{text}");
        assert_eq!(code, if era == "seed" { 2 } else { 0 }, "{text}");
        let ids = match wrong {
            "head" => "such as `w-1a2b3c4d-1` to `w-1a2b3c4d-3`",
            _ => "`w-1` to `w-3`, one for each task at a time in every process",
        };
        assert!(text.contains(ids), "{text}");
    }
}

#[test]
fn a_registration_and_an_echo_job() {
    for era in ["seed", "head"] {
        let mut foreman = Foreman::start(era);
        let uri = foreman.uri();
        let (code, text) =
            doctor(&NO_PYTHON, &[&uri, "--submit-to", &uri, "--queue", "journeyman_echo"]);
        assert_eq!(code, 0, "{text}");
        assert!(text.contains("ok registration sent, and nothing against it"), "{text}");
        assert!(
            text.contains("a foreman never answers one; it keeps `journeyman-doctor-"),
            "{text}"
        );
        assert!(text.contains("ok echo job journeyman_echo was submitted, done"), "{text}");
        assert!(text.contains("All well."), "{text}");
        let line = foreman.server.line("is ready");
        assert!(line.contains("journeyman-doctor-"), "{line}");
        foreman.server.line("gone");
    }
}

#[test]
fn each_part_of_the_sandbox_is_told() {
    if !has_python("crowdcompute_doctor::each_part_of_the_sandbox_is_told") {
        return;
    }
    let foreman = Foreman::start("head");
    let uri = foreman.uri();
    let (code, text) = doctor(&[], &[&uri, "--no-register"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains(" ok Python 3."), "{text}");
    for part in ["wall_clock", "memory", "session", "environment"] {
        assert!(text.contains(&format!(" ok {part} active")), "{part}: {text}");
    }
    for part in ["files", "system_calls", "network", "processes", "privileges"] {
        let told = text.contains(&format!(" ok {part} active"))
            || text.contains(&format!(" warning {part} not available: "));
        assert!(told, "{part}: {text}");
    }
    let off = [("JOURNEYMAN_PYTHON_SANDBOX", "false")];
    let (code, text) = doctor(&off, &[&uri, "--no-register"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("warning files off: the sandbox is switched off"), "{text}");
    let (code, text) = doctor(&off, &[&uri, "--no-register", "--require-sandbox"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("FAILED files off") && text.contains("_SANDBOX=false"), "{text}");
}

#[test]
fn a_python_that_cannot_be_used() {
    let foreman = Foreman::start("head");
    let uri = foreman.uri();
    let folder = Folder::new("crowd-old-python");
    let old = old_python(&folder);
    let (code, text) = doctor(&[], &[&uri, "--no-register", "--python", &old]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("FAILED Python"), "{text}");
    assert!(text.contains("it is Python 3.6.1, and 3.9 is the oldest that can be used"), "{text}");
    assert!(text.contains("JOURNEYMAN_PYTHON"), "{text}");
    let (code, text) = doctor(&[], &[&uri, "--no-register", "--python", "/no/such/python"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("/no/such/python cannot be used"), "{text}");
    let (code, text) = doctor(&NO_PYTHON, &[&uri, "--no-register", "--require-sandbox"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("FAILED Python no Python was found"), "{text}");
}

#[test]
fn nobody_there_and_the_wrong_port() {
    let (code, text) = doctor(&NO_PYTHON, &["crowdcompute+ws://127.0.0.1:1"]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("FAILED TCP") && text.contains("what to do"), "{text}");
    let foreman = Foreman::start("head");
    let http = foreman.http.replace("http://", "crowdcompute+ws://");
    let (code, text) = doctor(&NO_PYTHON, &[&http]);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("FAILED WebSocket"), "{text}");
    assert!(text.contains("9000 by default; 8000 is that of its HTTP API"), "{text}");
    let (code, text) = doctor(&NO_PYTHON, &["crowdcompute+ws://h?nonsense=1"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("FAILED configuration") && text.contains("nonsense"), "{text}");
    let same = format!("{}?worker_id=w&fresh_id=false", foreman.uri());
    let (code, text) = doctor(&NO_PYTHON, &[&same, "--no-register"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("warning worker id `w` in every process"), "{text}");
}
