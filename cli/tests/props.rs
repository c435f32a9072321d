//! The host of props as a program: what it finds, how it starts and stops, and what it says when
//! something is wrong.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

#[path = "support/house.rs"]
mod house;
mod support;

use std::{os::unix::fs::PermissionsExt as _, path::Path};

use house::House;
use journeyman_testkit::halloween::{BrokerConfig, Event};
use rustix::process::Signal;
use support::{Folder, Running, journeyman, run};

/// A prop that answers every command with its argument.
const ECHO: &str = "#!/bin/sh\nwhile read -r line; do\n  echo '{\"result\": \"done\"}'\ndone\n";
const HEARTBEAT: &str = "worker_host_heartbeat";

/// A folder with props.
struct Props(Folder);

impl Props {
    fn new(name: &str) -> Self {
        Self(Folder::new(name))
    }

    fn root(&self) -> String {
        self.0.path("")
    }

    /// A file in the backend folder of a prop.
    fn file(&self, prop: &str, name: &str, content: &str) -> String {
        let path = self.0.path(&format!("{prop}/backend/{name}"));
        std::fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        if content.starts_with("#!") {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        path
    }

    fn check(&self, args: &[&str]) -> (i32, String) {
        let root = self.root();
        let mut all = vec!["props", "--root", root.as_str(), "--check"];
        all.extend(args);
        let (code, stdout, stderr) = run(&mut journeyman(&all));
        (code, stdout + &stderr)
    }

    /// The host on this broker.
    fn host(&self, house: &House, args: &[&str]) -> Running {
        let (root, options) = (self.root(), house.options());
        let mut all = vec!["props", "--root", root.as_str()];
        all.extend(options.iter().map(String::as_str));
        all.extend(args);
        Running::start(journeyman(&all))
    }
}

/// The row or line that begins with this word.
fn line<'a>(text: &'a str, word: &str) -> &'a str {
    let starts = |line: &&str| line.split_whitespace().next() == Some(word);
    text.lines().find(starts).unwrap_or_else(|| panic!("no line of {word}: {text}"))
}

#[test]
fn check_tells_what_would_run_and_what_not() {
    let props = Props::new("props-check");
    props.file("lamp", "worker", ECHO);
    props.file("bell", "config.json", r#"{"prop_id": "big-bell", "exec": ["cat", "-u"]}"#);
    props.file("organ", "worker.py", "class Worker: pass\n");
    props.file("coffin", "readme.txt", "firmware\n");
    let (code, text) = props.check(&[]);
    assert_eq!(code, 0, "{text}");
    assert!(line(&text, "heartbeat").contains(HEARTBEAT), "{text}");
    assert!(line(&text, "lamp").contains("lamp/backend/worker"), "{text}");
    let bell = line(&text, "bell");
    assert!(bell.contains("big-bell") && bell.contains("cat -u"), "{text}");
    assert!(bell.contains("bell/backend/config.json"), "{text}");
    assert!(line(&text, "organ:").contains("Python class"), "{text}");
    assert!(line(&text, "coffin:").contains("no worker"), "{text}");
    assert!(text.ends_with("3 would run, 2 left out; nothing wrong\n"), "{text}");
    // Paths are shown from the root on.
    assert_eq!(text.matches(props.root().trim_end_matches('/')).count(), 1, "{text}");
}

#[test]
fn check_has_the_toggles_and_the_profile() {
    let props = Props::new("props-toggles");
    props.file("lamp", "worker", ECHO);
    props.file("bell", "worker", ECHO);
    let (code, text) = props.check(&["--only", "bell", "--control"]);
    assert_eq!(code, 0, "{text}");
    assert!(line(&text, "lamp:").contains("switched off"), "{text}");
    line(&text, "host_control");
    assert!(!text.contains("but not there"), "{text}");
    let (_, text) = props.check(&["--without", "bell,belle", "--profile", "seed"]);
    assert!(text.contains("not there: belle;"), "{text}");
    assert!(line(&text, "bell:").contains("switched off"), "{text}");
    assert!(!line(&text, "heartbeat").contains(HEARTBEAT), "{text}");
    let root = props.root();
    let mut command = journeyman(&["props", "--root", &root, "--check"]);
    command.env("WORKER_PROPS_ALLOW", "lamp").env("WORKER_DISABLE_ALL_BUILTINS", "1");
    let (code, text, _) = run(command.env("MQTT_HOST", "house").env("MQTT_WORKER_USER", "ghost"));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("mqtt://house:1883 as `ghost`, profile head"), "{text}");
    assert!(line(&text, "heartbeat:").contains("switched off"), "{text}");
    assert!(line(&text, "bell:").contains("switched off"), "{text}");
}

#[test]
fn what_is_wrong_is_named_by_file_line_and_key() {
    let props = Props::new("props-wrong");
    props.file("lamp", "worker", ECHO);
    props.file("broken", "config.yaml", "exec: cat\npins: [1, 2\nlevel: 3\n");
    props.file("wrong", "config.yml", "# what runs it\nlevel: 3\nexec: {program: cat}\n");
    props.file(
        "secret",
        "config.json",
        "{\n  \"exec\": \"cat\",\n  \"key\": \"${NO_SUCH_KEY}\"\n}",
    );
    props.file("twin", "config.yaml", "prop_id: lamp\nexec: cat\n");
    let (code, text) = props.check(&[]);
    assert_eq!(code, 2, "{text}");
    assert!(line(&text, "broken:").contains("broken/backend/config.yaml:3"), "{text}");
    assert!(line(&text, "wrong:").contains("wrong/backend/config.yml:3: `exec`: give"), "{text}");
    let secret = line(&text, "secret:");
    assert!(secret.contains("secret/backend/config.json:3: `key`"), "{text}");
    assert!(secret.contains("NO_SUCH_KEY"), "{text}");
    assert!(line(&text, "twin:").contains("prop_id"), "{text}");
    assert!(text.ends_with("2 would run, 4 wrong\n"), "{text}");
}

#[test]
fn mistakes_are_told_with_the_way_out() {
    let refused = |args: &[&str]| {
        let mut all = vec!["props"];
        all.extend(args);
        let (code, stdout, stderr) = run(&mut journeyman(&all));
        assert_eq!(code, 2, "{args:?}: {stdout}{stderr}");
        stderr
    };
    assert!(refused(&[]).contains("--root"));
    let root = refused(&["--root", "/no/such/folder"]);
    assert!(root.contains("/no/such/folder") && root.contains("props' folders"), "{root}");
    assert!(refused(&["--root", "/dev/null"]).contains("is no folder"));
    assert!(refused(&["--root", "/", "--host", "h", "--url", "mqtt://h"]).contains("--url"));
    assert!(refused(&["--root", "/", "--check", "--url", "http://h"]).contains("mqtts://"));
    let ack = refused(&["--root", "/", "--check", "--ack", "settled"]);
    assert!(ack.contains("`client_id`"), "{ack}");
    let file = refused(&["--root", "/", "--check", "--password-file", "/nowhere"]);
    assert!(file.contains("/nowhere"), "{file}");
    let mut command = journeyman(&["props", "--root", "/", "--check"]);
    let (code, _, stderr) = run(command.env("MQTT_PORT", "s3cret"));
    assert_eq!(code, 2);
    assert!(stderr.contains("`MQTT_PORT`"), "{stderr}");
}

#[test]
fn an_empty_folder_says_what_a_prop_is() {
    let props = Props::new("props-empty");
    std::fs::create_dir_all(props.root()).unwrap();
    let root = props.root();
    let mut command = journeyman(&["props", "--root", &root, "--check"]);
    let (code, text, _) = run(command.env("WORKER_DISABLE_ALL_BUILTINS", "1"));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("0 would run") && text.contains("NAME/backend"), "{text}");
}

#[test]
fn from_the_start_to_sigterm() {
    let house = House::start(BrokerConfig::default());
    let props = Props::new("props-life");
    props.file("lamp", "worker", ECHO);
    let mut host = props.host(&house, &[]);
    let first = host.line("props of");
    assert!(first.contains("mqtt://127.0.0.1"), "{first}");
    host.line("all props have had their first start");
    house.sees("halloween/worker_host/uptime", "0");
    house.command(HEARTBEAT, "ping hello");
    house.sees("halloween/worker_host_heartbeat/telemetry/pong", "hello");
    house.command("lamp", "on");
    house.sees("halloween/lamp/telemetry/on", "done");
    assert_eq!(house.retained("halloween/lamp/availability").as_deref(), Some("online"));

    host.signal(Signal::TERM);
    host.line("stopping 2 props in good order");
    assert_eq!(host.ended().code(), Some(0), "{}", host.rest());
    for id in ["lamp", HEARTBEAT] {
        let at = |what: &str| house.retained(&format!("halloween/{id}/{what}"));
        assert_eq!(at("availability").as_deref(), Some("offline"), "{id}");
        assert_eq!(at("state").as_deref(), Some("stopped"), "{id}");
    }
    let host_is = house.retained("halloween/worker_host/availability");
    assert_eq!(host_is.as_deref(), Some("offline"));
    let wills = |event: &Event| matches!(event, Event::Published { will: true, .. });
    let mut events = house.broker.events();
    while let Some(event) = events.try_next() {
        assert!(!wills(&event), "{event}");
    }
    let log = host.rest();
    // One line each: started, stopped.
    for word in ["started", "stopped"] {
        let lines = log.lines().filter(|line| line.contains(word) && line.contains("prop=lamp"));
        assert_eq!(lines.count(), 1, "{word}: {log}");
    }
}

#[test]
fn changes_are_picked_up() {
    let house = House::start(BrokerConfig::default());
    let props = Props::new("props-reload");
    props.file("lamp", "worker", ECHO);
    let mut host = props.host(&house, &["--no-reload"]);
    host.line("all props have had their first start");
    host.signal(Signal::HUP);
    host.line("SIGHUP: nothing has changed");
    props.file("bell", "worker", ECHO);
    props.file("lamp", "config.yaml", "level: [1,\n");
    host.signal(Signal::HUP);
    let problem = host.line("WARN");
    assert!(problem.contains("lamp/backend/config.yaml"), "{problem}");
    let done = host.line("SIGHUP: 1 started");
    assert!(done.contains("0 stopped") && done.contains("1 wrong"), "{done}");
    house.command("bell", "ring");
    house.sees("halloween/bell/telemetry/ring", "done");
    // The one whose file is broken now goes on.
    house.command("lamp", "on");
    house.sees("halloween/lamp/telemetry/on", "done");

    let mut watching = props.host(&house, &["--only", "organ", "--client-id", "second"]);
    watching.line("all props have had their first start");
    props.file("organ", "worker.sh", ECHO);
    let started = watching.line("prop=organ");
    assert!(started.contains("started"), "{started}");
}

#[test]
fn the_host_takes_commands_if_that_is_wanted() {
    let house = House::start(BrokerConfig::default());
    let props = Props::new("props-control");
    props.file("lamp", "worker", ECHO);
    let mut host = props.host(&house, &["--control"]);
    host.line("all props have had their first start");
    house.command("host_control", "stop lamp");
    host.line("stopped prop=lamp");
    house.command("host_control", "start lamp");
    house.sees("halloween/lamp/availability", "offline");
    house.sees("halloween/lamp/availability", "online");
    house.command("host_control", "stop nobody");
    let error = house.hears("halloween/host_control/status/error").text();
    assert!(error.contains("there is no prop `nobody`"), "{error}");
}

#[test]
fn a_prop_that_fails_leaves_the_others_alone() {
    let house = House::start(BrokerConfig::default());
    let props = Props::new("props-fails");
    props.file("bad", "worker", "#!/bin/sh\necho 'no such pin' >&2\nexit 3\n");
    props.file("gone", "config.yaml", "exec: ./no-such-program\n");
    props.file("lamp", "worker", ECHO);
    let mut host = props.host(&house, &[]);
    let failed = host.line("prop=gone");
    assert!(failed.contains("no-such-program") && failed.contains("next attempt in"), "{failed}");
    let mut failed = host.line("prop=bad");
    while !failed.contains("failed") {
        failed = host.line("prop=bad");
    }
    assert!(failed.contains("no such pin"), "{failed}");
    house.command("lamp", "on");
    house.sees("halloween/lamp/telemetry/on", "done");
    host.signal(Signal::TERM);
    assert_eq!(host.ended().code(), Some(0), "{}", host.rest());
}

#[test]
fn a_wrong_password_ends_it_and_says_where_it_comes_from() {
    let house = House::start(BrokerConfig::halloween());
    let props = Props::new("props-password");
    props.file("lamp", "worker", ECHO);
    let (root, options) = (props.root(), house.options());
    let mut all = vec!["props", "--root", root.as_str()];
    all.extend(options.iter().map(String::as_str));
    let mut command = journeyman(&all);
    command.env("MQTT_WORKER_PW", "s3cret").env("HALLOWEEN_RECONNECT_INTERVAL", "10ms");
    let (code, stdout, stderr) = run(&mut command);
    assert_eq!(code, 4, "{stderr}");
    assert!(stdout.is_empty() && !stderr.contains("s3cret"), "{stdout}{stderr}");
    let last = stderr.lines().last().unwrap();
    assert!(last.starts_with("error: the broker does not let us connect"), "{last}");
    assert!(last.contains("it was tried as `worker`") && last.contains("MQTT_WORKER_PW"), "{last}");
    // No prop was bothered.
    assert!(house.broker.retained("halloween/lamp/availability").is_none());

    // The right one, from a file, in an orderly way.
    let file = props.0.file("password", "test-worker-pw\n");
    all.extend(["--password-file", file.as_str()]);
    let mut host = Running::start(journeyman(&all));
    host.line("all props have had their first start");
    host.interrupt();
    assert_eq!(host.ended().code(), Some(0), "{}", host.rest());
    assert!(!host.rest().contains("test-worker-pw"), "{}", host.rest());
}

#[test]
fn a_broker_that_comes_late_or_goes_is_waited_for() {
    let house = House::start(BrokerConfig::default());
    let config = house.broker.config().clone();
    house.runtime.block_on(house.broker.kill());
    let props = Props::new("props-late");
    props.file("lamp", "worker", ECHO);
    let mut host = props.host(&house, &[]);
    let waiting = host.line("next attempt in");
    assert!(waiting.contains("nothing listens there"), "{waiting}");
    drop(house);

    let house = House::start(config.clone());
    host.line("all props have had their first start");
    house.runtime.block_on(house.broker.kill());
    let away = host.line("the broker is away");
    assert!(away.contains("2 of 2 props"), "{away}");
    drop(house);
    let house = House::start(config);
    host.line("the broker is back: all 2 props are connected");
    house.command("lamp", "on");
    house.sees("halloween/lamp/telemetry/on", "done");
    assert_eq!(house.retained("halloween/lamp/availability").as_deref(), Some("online"));
}

#[test]
fn the_second_signal_cuts_it_short() {
    let house = House::start(BrokerConfig::default());
    let props = Props::new("props-short");
    // It takes its time, and ignores that its input ends.
    let stubborn = "#!/bin/sh\ntrap '' TERM\nread -r line\nwhile :; do sleep 1; done\n";
    props.file("slow", "worker", stubborn);
    let mut host = props.host(&house, &["--drain", "1h"]);
    host.line("all props have had their first start");
    house.command("slow", "work");
    house.event(|event| matches!(event, Event::Published { topic, .. } if topic.ends_with("/cmd")));
    host.interrupt();
    host.line("stopping 2 props");
    host.interrupt();
    host.line("cutting it short");
    assert_eq!(host.ended().code(), Some(130), "{}", host.rest());
}
