//! Options, exit codes and what is said about them.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use support::{journeyman, output, run};

fn refused(args: &[&str]) -> String {
    let (code, stdout, stderr) = run(&mut journeyman(args));
    assert_eq!(code, 2, "{args:?}: {stdout}{stderr}");
    assert!(stdout.is_empty(), "{stdout}");
    stderr
}

#[test]
fn help_has_examples_and_exit_codes() {
    let commands = ["run", "submit", "dev", "doctor", "bench", "props", "pc-worker", "demo"];
    let all = commands.iter().map(|command| vec!["help", command]).chain([vec!["--help"]]);
    for args in all {
        let done = output(&args);
        let text = String::from_utf8(done.stdout).unwrap();
        assert!(done.status.success() && text.contains("Examples:"), "{args:?}: {text}");
    }
    for args in [&["help", "exit-codes"][..], &["exit-codes"]] {
        let text = String::from_utf8(output(args).stdout).unwrap();
        assert!(text.contains("130  interrupted"), "{text}");
    }
    let version = String::from_utf8(output(&["--version"]).stdout).unwrap();
    assert_eq!(version, format!("journeyman {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let done = output(&["completions", shell]);
        let text = String::from_utf8(done.stdout).unwrap();
        assert!(done.status.success() && text.contains("doctor"), "{shell}");
        assert!(!text.ends_with("\n\n"), "{shell}");
    }
}

#[test]
fn mistakes_are_told_with_the_way_out() {
    assert!(refused(&["nonsense"]).contains("unrecognized subcommand"));
    assert!(refused(&["run"]).contains("--connect"));
    assert!(
        refused(&["dev", "--as", "nope"])
            .contains("known are memory, distworker, moor, halloween, crowdcompute, tasker")
    );
    assert!(refused(&["dev", "--as", "memory"]).contains("lives inside of one program"));
    assert!(refused(&["--log", "=[", "demo", "--once"]).contains("log filter"));
    let scheme = refused(&["run", "--connect", "mqtt://h"]);
    assert!(scheme.contains("mqtt://") && scheme.contains("distworker+http://"), "{scheme}");
    let secret = refused(&["run", "--connect", "distworker+http://h?provisioner=p&token=s3cret"]);
    assert!(secret.contains("token_env=NAME") && !secret.contains("s3cret"), "{secret}");
    let missing = refused(&["run", "--connect", "distworker+http://h?provisioner=p"]);
    assert!(missing.contains("DISTWORKER_WORKER_TOKEN"), "{missing}");
    assert!(refused(&["submit", "--to", "ftp://h", "q"]).contains("http://HOST:8080"));
    let bus = refused(&["submit", "--to", "halloween+mqtt://h", "q"]);
    assert!(bus.contains("mosquitto_pub -h HOST -t halloween/PROP/cmd"), "{bus}");
    let inside = refused(&["submit", "--to", "moor+ipc:///tmp/request.sock", "q"]);
    assert!(inside.contains("worker_request(") && inside.contains("dev --as moor"), "{inside}");
    assert!(refused(&["submit", "--to", "http://h", "q", "[1]"]).contains("objects only"));
    assert!(refused(&["submit", "--to", "http://h", "q", "{}", "{}"]).contains("has one input"));
    let function = refused(&["submit", "--to", "http://h", "q", "{}", "--function", "f"]);
    assert!(function.contains("for CrowdCompute"), "{function}");
    assert!(refused(&["submit", "--to", "http://h", "q", "{}", "--timeout", "x"]).contains("30s"));
}

#[test]
fn mistakes_with_moor() {
    let missing = refused(&["run", "--connect", "moor+ipc:///tmp/a.sock"]);
    assert!(missing.contains("response=ipc://"), "{missing}");
    let secret = refused(&["run", "--connect", "moor+tcp://h?token=s3cret"]);
    assert!(secret.contains("token_env=NAME") && !secret.contains("s3cret"), "{secret}");
    let era = refused(&["run", "--connect", "moor+ipc:///tmp/request.sock?era=x"]);
    assert!(era.contains("\"curve\""), "{era}");
    let key = "moor+ipc:///tmp/request.sock?era=paseto&private_key=/nowhere.pem";
    let key = refused_log(&["run", "--connect", key, "--handler", "echo"]);
    assert!(key.contains("/nowhere.pem") && key.contains("check the path"), "{key}");
    let token = "moor+tcp://127.0.0.1:1?token_env=JOURNEYMAN_NOT_SET";
    assert!(refused(&["run", "--connect", token]).contains("JOURNEYMAN_NOT_SET"));
}

#[test]
fn options_of_another_system_are_not_passed_over() {
    let dev = |args: &[&str]| {
        let mut all = vec!["dev", "--as"];
        all.extend(args);
        refused(&all)
    };
    assert!(dev(&["moor", "--queue", "q"]).contains("--queue is an option of `--as distworker`"));
    assert!(dev(&["distworker", "--era", "paseto"]).contains("--era is an option of `--as moor`"));
    assert!(dev(&["distworker", "--listen", "tcp://h:1"]).contains("write IP:PORT"));
    assert!(dev(&["distworker", "--era", "seed"]).contains("--era is an option of `--as moor`"));
    assert!(dev(&["moor", "--era", "seed"]).contains("of mooR there are curve and paseto"));
    assert!(dev(&["crowdcompute", "--era", "curve"]).contains("there are head and seed"));
    assert!(dev(&["crowdcompute", "--token", "x"]).contains("a foreman knows none"));
    assert!(dev(&["crowdcompute", "--queue", "q"]).contains("an option of `--as distworker`"));
    assert!(dev(&["crowdcompute", "--listen", "ws://h:1"]).contains("write IP:PORT"));
    assert!(dev(&["moor", "--rights"]).contains("--rights is an option of `--as halloween`"));
    assert!(dev(&["moor", "--listen", "127.0.0.1:1"]).contains("REQUESTS,RESPONSES"));
    assert!(dev(&["moor", "--era", "paseto", "--curve", "on"]).contains("never encrypts"));
    assert!(dev(&["moor", "--era", "paseto", "--token", "x"]).contains("nobody enrolls"));
}

#[test]
fn mistakes_with_halloween() {
    let secret = refused(&["run", "--connect", "halloween+mqtt://h?prop=a&password=s3cret"]);
    assert!(secret.contains("password_env=NAME") && !secret.contains("s3cret"), "{secret}");
    let inside = refused(&["run", "--connect", "halloween+mqtt://me:s3cret@h?prop=a"]);
    assert!(inside.contains("username=NAME") && !inside.contains("s3cret"), "{inside}");
    let prop = refused_log(&["run", "--connect", "halloween+mqtt://h", "--handler", "echo"]);
    assert!(prop.contains("`prop`: is not set"), "{prop}");
    let dev = |args: &[&str]| {
        let mut all = vec!["dev", "--as", "halloween"];
        all.extend(args);
        refused(&all)
    };
    assert!(dev(&["--listen", "tcp://h:1"]).contains("write IP:PORT"));
    assert!(dev(&["--token", "x"]).contains("--user NAME:PASSWORD"));
    let user = dev(&["--user", "s3cret"]);
    assert!(user.contains("write NAME:PASSWORD") && !user.contains("s3cret"), "{user}");
    assert!(dev(&["--rights", "--user", "me:pw"]).contains("admin, dashboard, worker and device"));
    assert!(dev(&["--queue", "q"]).contains("--queue is an option of `--as distworker`"));
}

/// As [`refused`]; `run` has a log beside.
fn refused_log(args: &[&str]) -> String {
    let (code, _, stderr) = run(&mut journeyman(args));
    assert_eq!(code, 2, "{stderr}");
    stderr
}

#[test]
fn programs_need_a_grant_at_the_right_place() {
    let uri = "distworker+http://127.0.0.1:1?provisioner=p";
    let refused = |args: &[&str]| {
        let mut command = journeyman(args);
        command.env("DISTWORKER_WORKER_TOKEN", "s3cret");
        let (code, _, stderr) = run(&mut command);
        assert_eq!(code, 2, "{stderr}");
        stderr
    };
    let text = refused(&["run", "--connect", uri, "--handler", "x=exec:/bin/true"]);
    assert!(text.contains("--grant exec"), "{text}");
    let text = refused(&["run", "--connect", uri, "--grant", "exec", "--handler", "http"]);
    assert!(text.contains("`http` makes HTTP requests") && text.contains("--grant http"), "{text}");
    let text = refused(&["run", "--grant", "exec", "--connect", uri]);
    assert!(text.contains("in front of every --connect"), "{text}");
    let text = refused(&["run", "--connect", uri, "--grant", "all"]);
    assert!(text.contains("no grant `all`"), "{text}");
    let text = refused(&["run", "--connect", uri, "--handler", "nope"]);
    assert!(text.contains("no handler `nope`"), "{text}");
}
