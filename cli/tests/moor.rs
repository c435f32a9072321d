//! The local mooR daemon, its prompt, and a worker beside it.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    io::Write,
    process::{Command, Stdio},
};

use support::{Folder, MoorDev, journeyman};

/// A `--listen` in a folder.
fn sockets(folder: &Folder) -> String {
    format!("ipc://{}", folder.path("request.sock"))
}

/// Runs the prompt with this input; the exit code, standard output and standard error.
fn piped(args: &[&str], input: &str) -> (i32, String, String) {
    let mut all = vec!["dev", "--as", "moor"];
    all.extend(args);
    let mut command: Command = journeyman(&all);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn only_answers_go_to_standard_output() {
    let folder = Folder::new("moor-piped");
    let input = ";worker_request(\"nobody\", {1});\n\n  workers()\n";
    let (code, stdout, stderr) = piped(&["--listen", &sockets(&folder)], input);
    assert_eq!(stdout, "E_TYPE (No worker available for nobody)\n=> {}\n", "{stderr}");
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("journeyman run --connect 'moor+ipc://"), "{stderr}");
    assert!(stderr.ends_with("stopped; nothing was kept\n"), "{stderr}");
    assert!(!stdout.contains("moo>") && !stderr.contains("moo>"), "{stderr}");
}

#[test]
fn mistakes_name_the_column_and_are_told_at_the_end() {
    let folder = Folder::new("moor-syntax");
    let input = "worker_request(\"echo\", {1,})\nnonsense\nworkers()\nquit\nworkers()\n";
    let (code, stdout, stderr) = piped(&["--listen", &sockets(&folder)], input);
    let lines: Vec<_> = stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{stdout}");
    assert!(lines[0].starts_with("column 27: expected a value, found `}`"), "{stdout}");
    assert!(lines[1].starts_with("column 1: ") && lines[1].contains("`help`"), "{stdout}");
    assert_eq!(lines[2], "=> {}");
    assert_eq!(code, 2, "{stderr}");
}

#[test]
fn calls_reach_a_worker_and_come_back() {
    let folder = Folder::new("moor-calls");
    let mut dev = MoorDev::start(&["--listen", &sockets(&folder)]);
    let mut worker = dev.worker(&[]);
    let mut exact = |call: &str, answer: &str| {
        assert_eq!(dev.ask(call, answer), answer, "{call}");
    };
    exact(
        "wait(\"echo\")\nworkers(",
        "column 1: expected `worker_request(`, found `w`; `help` tells what can be typed",
    );
    for value in [
        "{}",
        "{\"a\", 1, #2, [1 -> 2]}",
        "{-9223372036854775808, 2.5, NaN, \"\\\"\\n\", 'sym, E_PERM, true, b\"AAH_\"}",
        "{#048D05-1234567890, <#1, .slot = 1, {2}>, {{{}}}, [\"k\" -> {}]}",
    ] {
        exact(&format!(";worker_request(\"ECHO\", {value});"), &format!("=> {value}"));
    }
    exact("worker_request(\"math.add\", {2, 3})", "=> 5");
    exact("worker_request(\"math.add\", {[\"a\" -> 2, \"b\" -> 3]})", "=> 5");
    exact("worker_request(\"math.mean\", {{1, 2}})", "=> 1.5");
    exact("worker_request(\"sleep\", {0.01})", "=> [\"slept\" -> 0.01]");
    let limit = "worker_request(\"sleep\", {60}, [\"timeout_seconds\" -> 0.1])";
    assert!(dev.ask(limit, "E_QUOTA").starts_with("E_QUOTA (Request timed out: "));
    let failed = "worker_request(\"fail\", {[\"code\" -> \"E_PERM\", \"message\" -> \"not you\"]})";
    assert_eq!(dev.ask(failed, "E_PERM"), "E_PERM (Permission denied: not you)");
    let args = "worker_request(\"math.add\", {1})";
    assert!(dev.ask(args, "E_INVARG").starts_with("E_INVARG (Invalid request: "));
    let unheard = "worker_request(\"echo\", {}, [\"timeout_seconds\" -> 5])";
    dev.ask(unheard, "only as a float");
    let listed = dev.ask("workers()", "=> {{'");
    assert!(listed.contains("{'echo, 1, 0, 0.0, "), "{listed}");
    worker.interrupt();
    assert_eq!(worker.ended().code(), Some(0), "{}", worker.rest());
    dev.server.line("-- echo worker");
    dev.hang_up();
    // A line was not understood.
    assert_eq!(dev.server.ended().code(), Some(2), "{}", dev.server.rest());
    assert!(!std::path::Path::new(&folder.path("request.sock")).exists());
}

#[test]
fn a_restarted_daemon_gets_its_worker_back() {
    let folder = Folder::new("moor-restart");
    let mut dev = MoorDev::start(&["--listen", &sockets(&folder)]);
    let _worker = dev.worker(&["--handler", "echo"]);
    assert_eq!(dev.ask("worker_request(\"echo\", {1})", "=> "), "=> {1}");
    dev.ask("restart()", "restarted");
    assert_eq!(dev.ask("wait(\"echo\")\nworker_request(\"echo\", {2})", "=> "), "=> {2}");
}

#[test]
fn every_era_and_road_as_it_is_printed() {
    let folder = Folder::new("moor-roads");
    let (ipc, keys) = (sockets(&folder), folder.path("keys"));
    let any = "tcp://127.0.0.1:0";
    for args in [
        &["--era", "paseto", "--listen", ipc.as_str()][..],
        &["--era", "paseto", "--listen", any, "--folder", &keys],
        &["--listen", any],
        &["--listen", any, "--token", "a token", "--folder", &keys],
        &["--listen", any, "--curve", "off"],
        &["--listen", ipc.as_str(), "--curve", "on"],
    ] {
        let mut dev = MoorDev::start(args);
        let worker = dev.worker(&["--handler", "echo"]);
        let answer =
            dev.ask("worker_request(\"echo\", {args()})\nworker_request(\"echo\", {1})", "=> ");
        assert_eq!(answer, "=> {1}", "{args:?}");
        drop(worker);
        dev.server.interrupt();
        assert_eq!(dev.server.ended().code(), Some(130), "{args:?}");
        let kept = dev.server.rest();
        assert!(!kept.contains("a token"), "{kept}");
    }
    assert!(std::path::Path::new(&keys).join("moor-signing-key.pem").exists());
}

#[test]
fn the_usual_sockets_may_be_taken() {
    // Whether they are or not, one of the two daemons finds them so.
    let mut first = MoorDev::start(&[]);
    let mut second = MoorDev::start(&[]);
    assert_ne!(first.uri, second.uri);
    assert_eq!(second.ask("workers()", "=> "), "=> {}");
    for dev in [&mut first, &mut second] {
        // In good order, so that no socket stays where a real daemon has its own.
        dev.hang_up();
        assert_eq!(dev.server.ended().code(), Some(0), "{}", dev.server.rest());
    }
}

#[test]
fn http_is_for_those_who_are_granted_it() {
    let folder = Folder::new("moor-http");
    let mut dev = MoorDev::start(&["--listen", &sockets(&folder)]);
    let mut worker = dev.worker(&["--grant", "http", "--handler", "curl=http"]);
    // Private addresses are closed by default.
    let call = "worker_request(\"curl\", {\"GET\", \"http://127.0.0.1:1/\"})";
    let answer = dev.ask(call, "E_PERM");
    assert!(answer.starts_with("E_PERM (Permission denied: "), "{answer}");
    let call = "worker_request(\"curl\", {\"GET\"})";
    assert!(dev.ask(call, "E_INVARG").contains("At least two arguments are required"));
    worker.interrupt();
    worker.line("stopped: 0 jobs done, 2 failed");
}

#[test]
fn a_configuration_file_names_its_types() {
    let folder = Folder::new("moor-config");
    let mut dev = MoorDev::start(&["--listen", &sockets(&folder)]);
    let config = folder.file(
        "worker.toml",
        &format!(
            "[[backend]]\ntype = \"moor\"\nrequest_address = \"{}\"\nresponse_address = \"ipc://{}\"\n\
             worker_types = [\"math.add\", \"math.sub\"]\n\n[handlers]\n\"math.*\" = \"math.*\"\n",
            sockets(&folder),
            folder.path("response.sock")
        ),
    );
    let mut worker = support::Running::start(journeyman(&["run", "--config", &config]));
    worker.line("as math.add, math.sub");
    worker.line("ready: 1 sessions");
    assert_eq!(dev.ask("worker_request(\"math.sub\", {2, 3})", "=> "), "=> -1");
    dev.ask("worker_request(\"math.mul\", {2, 3})", "E_TYPE (No worker available for math.mul)");
}

#[test]
fn without_a_prompt_it_runs_until_it_is_stopped() {
    let folder = Folder::new("moor-log");
    let mut dev = MoorDev::start(&["--listen", &sockets(&folder), "--no-prompt"]);
    dev.hang_up();
    let worker = dev.worker(&["--handler", "echo"]);
    dev.server.line("-- echo worker");
    drop(worker);
    dev.server.interrupt();
    assert_eq!(dev.server.ended().code(), Some(0), "{}", dev.server.rest());
}
