//! Every line of the golden vectors, recorded from upstream's host, its workers and its firmware.
//!
//! The state machines are driven without a network and have to say what was recorded: topic,
//! payload to the byte, QoS, retained flag. Where we differ on purpose, `DIFFERENT` has the lines
//! and the reason, and the page of the book has the same table.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use journeyman_core::{Value, transport::Closed};
use journeyman_halloween::{
    Config, Profile, PropCommand, PropConfig, PublishOptions, QoS, Retained, command, discovery,
    protocol::Prop, pytext,
};
use journeyman_testkit::vectors::Vector;
use serde_json::Value as Json;
use support::{
    broker::{self, Spec},
    different::{DIFFERENT, is_different, payload, said, short},
    house::{House, Said},
    replay::{Replay, TRANSPORT, load},
};

/// The settings of the recordings.
fn config(profile: Profile) -> Config {
    Config::new("127.0.0.1")
        .profile(profile)
        .credentials("worker", "test-worker-pw")
        .client_id(profile.upstream_client_id())
        // Upstream reads no `params`.
        .params(false)
        .telemetry_rate(0)
}

/// Commands and what was said within half a second.
fn commands(file: &str, house: &mut House, expected: usize) {
    let mut vectors = load(file);
    let mut checked = 0;
    let mut answered = BTreeMap::<String, Vec<Vector>>::new();
    let replies = vectors.take_where("answer", |line| line.value.get("in_reply_to").is_some());
    for line in replies {
        answered.entry(line.text("in_reply_to").to_owned()).or_default().push(line);
    }
    while let Some(line) = vectors.take_next("command") {
        let mut spec = Spec::new(line.text("topic"), payload(&line));
        spec.qos = said(&line).qos;
        house.publish(spec);
        // Commands that others hear are heard there, too: those were recorded as well.
        let mut ours = house.take();
        let lines = answered.remove(&line.id).unwrap_or_default();
        checked += 1 + lines.len();
        let nothing = lines.iter().any(|line| line.value.get("nothing_published").is_some());
        let (other, same): (Vec<_>, Vec<_>) =
            lines.iter().partition(|line| is_different(file, line));
        if nothing {
            assert_eq!(ours.is_empty(), same.len() == 1, "{}: {ours:?}", line.id);
            continue;
        }
        for line in other {
            // Should we ever say the same, the list is wrong.
            assert!(!ours.contains(&said(line)), "{}", line.id);
            if let Some(at) = ours.iter().position(|o| same.iter().all(|s| said(s) != *o)) {
                ours.remove(at);
            }
        }
        // What took the place of a line that we do otherwise.
        let others: Vec<_> = same.iter().map(|line| said(line)).collect();
        let replaced = lines.len() - same.len();
        if replaced == 0 {
            assert_eq!(ours, others, "{}", line.id);
        } else {
            assert!(others.iter().all(|said| ours.contains(said)), "{}: {ours:?}", line.id);
        }
    }
    assert!(answered.is_empty(), "{answered:?}");
    assert_eq!(checked, expected);
    vectors.finish();
}

fn house(profile: Profile, ids: &[&str]) -> House {
    let mut house = House::new(config(profile));
    house.connect_host();
    ids.iter().for_each(|id| house.connect(id));
    house.take();
    house
}

#[test]
fn commands_of_the_newer_revision() {
    let mut house = house(Profile::Head, &["worker_host_heartbeat", "worker", "probe"]);
    commands("commands_head", &mut house, 259);
}

#[test]
fn commands_of_the_seed() {
    let ids = ["heartbeat", "example_prop", "probe"];
    commands("commands_seed_py310", &mut house(Profile::Seed, &ids), 55);
    // On a newer Python, that revision fails at every known action.
    commands("commands_seed_py312", &mut house(Profile::Seed, &ids), 28);
}

#[test]
fn fallback_handlers() {
    commands("fallback_head", &mut house(Profile::Head, &["fb", "fbsync"]), 18);
}

#[test]
fn a_slow_handler_delays_nobody_else() {
    let mut house = house(Profile::Head, &["worker_host_heartbeat", "probe"]);
    let mut vectors = load("serial_dispatch_head");
    let mut recorded = BTreeMap::<String, Vec<Said>>::new();
    let mut ours = BTreeMap::<String, Vec<Said>>::new();
    let id = |topic: &str| topic.split('/').nth(1).unwrap().to_owned();
    for line in vectors.take_where("sent and answered", |_| true) {
        let topic = line.text("topic");
        if line.from_worker() {
            recorded.entry(id(topic)).or_default().push(said(&line));
            continue;
        }
        house.publish(Spec::new(topic, payload(&line)));
        let said = house.take();
        assert!(said.iter().all(|said| id(&said.topic) == id(topic)), "{said:?}");
        ours.entry(id(topic)).or_default().extend(said);
    }
    // Each says the same in the same order. That the one's answer comes after the end of the
    // other's work, as it was recorded, is what we do otherwise.
    assert_eq!(ours, recorded);
    assert_eq!(vectors.finish(), 10);
}

#[test]
fn the_real_worker() {
    commands("real_thriller_commands_head", &mut house(Profile::Head, &["thriller_hue_nest"]), 37);
}

#[test]
fn the_start_of_the_newer_revision() {
    let replay = Replay::run("startup_head", config(Profile::Head), 49);
    // CONNECT, three subscriptions, and all that was published once.
    assert_eq!((replay.transport, replay.checked, replay.different), (19, 22, 8));
}

#[test]
fn the_start_of_the_seed() {
    let replay = Replay::run("startup_seed_py310", config(Profile::Seed), 22);
    assert_eq!((replay.transport, replay.checked, replay.different), (9, 12, 1));
}

#[test]
fn nothing_to_run() {
    let config = config(Profile::Head).client_id("worker");
    Replay::run("no_workers_client_id_worker_head", config, 10);
}

#[test]
fn an_orderly_stop() {
    let mut house = house(Profile::Head, &["worker_host_heartbeat", "worker", "probe"]);
    let mut vectors = load("shutdown_sigterm_head");
    let goodbyes = vectors.take_where("goodbye", |line| line.text("packet") == "PUBLISH");
    for id in ["worker_host_heartbeat", "worker", "probe"] {
        house.leave(id);
    }
    assert_eq!(house.take(), goodbyes.iter().map(said).collect::<Vec<_>>());
    // The broker confirms, and upstream leaves without a DISCONNECT, so that its will is published.
    let transport =
        vectors.take_where("transport", |line| TRANSPORT.contains(&line.text("packet")));
    assert_eq!((goodbyes.len(), transport.len()), (6, 8));
    vectors.finish();
}

#[test]
fn sessions_seen_from_the_bus() {
    let head = || config(Profile::Head);
    let run = Replay::run;
    run("kill9_head", head(), 14);
    run("constructor_raises_head", head(), 13);
    run("start_raises_head", head(), 17);
    run("real_thriller_start_head", head(), 18);
    run("real_tesla_start_head", head(), 24);
    run("real_tesla_bad_config_head", head(), 15);
    // Upstream runs retained commands, and twice.
    run("retained_and_early_commands_head", head().retained(Retained::Run), 42);
    run("session_seed_py310", config(Profile::Seed), 79);
}

#[test]
fn what_a_later_subscriber_finds() {
    for (file, lines, first) in
        [("hang_will_head", 17, 7), ("sigterm_during_sync_handler_head", 26, 7)]
    {
        // The recorder's first lines are what the broker still had of an earlier run.
        let mut vectors = load(file);
        let mut earlier = house(Profile::Head, &["worker_host_heartbeat", "worker", "probe"]);
        let mut known = vec![earlier.host_will()];
        for id in ["worker_host_heartbeat", "worker", "probe"] {
            earlier.connect(id);
            earlier.leave(id);
        }
        known.extend(earlier.take());
        for at in 1..=first {
            let line = vectors.take(&format!("{file}-{at:03}"), "kept from an earlier run");
            assert!(known.contains(&said(&line)), "{}", line.id);
        }
        let mut replay = Replay::new(file, House::new(config(Profile::Head)), 0);
        while let Some(line) = vectors.take_next("replayed") {
            replay.line(&line);
        }
        assert_eq!(vectors.finish(), lines);
        assert_eq!(replay.checked + replay.different, lines - first);
        // A slow handler's last word: before the goodbye, not after it.
        let left = replay.house.take();
        assert!(left.iter().all(|said| said.payload == b"end"), "{left:?}");
    }
}

#[test]
fn after_every_lost_connection_all_is_said_again() {
    let head = || config(Profile::Head);
    let restarted = Replay::run("broker_restart_sigterm_head", head(), 45);
    assert_eq!(restarted.house.props.len(), 3);
    Replay::run("broker_restart_sigkill_qos1_queue_head", head(), 86);
    // Upstream's second connection after a freeze: nobody subscribes.
    let ids = ["worker_host_heartbeat", "worker", "probe"];
    let mut replay = Replay::new("reconnect_after_hang_head", house(Profile::Head, &ids), 1);
    let mut vectors = load("reconnect_after_hang_head");
    while let Some(line) = vectors.take_next("replayed") {
        replay.line(&line);
    }
    assert_eq!(vectors.finish(), 9);
    assert_eq!((replay.checked, replay.transport), (4, 5));
}

#[test]
fn two_subscriptions_run_nothing_twice() {
    // What such a broker sends to us is one copy, since we have one subscription.
    let replay = Replay::run("overlap_two_copies_head", config(Profile::Head), 35);
    assert_eq!(replay.different, 5);
}

#[test]
fn wrong_credentials() {
    let mut house = House::new(config(Profile::Head).credentials("worker", "wrong"));
    let mut vectors = load("bad_password_head");
    let refused = vectors.take_where("refused", |line| line.text("packet") == "CONNACK");
    assert!(refused.iter().all(|line| line.value["decoded"]["return_code"] == 5));
    assert_eq!(refused.len(), 4);
    // Upstream goes on for ever. So many refusals in a row are enough.
    let mut explain = || {
        let error =
            journeyman_core::Error::new(journeyman_core::ErrorKind::Refused, "connect", "no")
                .permanent()
                .with_source(journeyman_mqtt::ReasonCode::NOT_AUTHORIZED);
        use journeyman_core::protocol::Protocol as _;
        house.host.protocol.explain(Closed { code: None, error, clean: false }).error
    };
    assert!(refused.iter().all(|_| explain().is_temporary()));
    let last = explain();
    assert!(!last.is_temporary() && last.to_string().contains("5 times in a row"), "{last}");
    let connects = vectors.take_where("connects", |line| line.text("packet") == "CONNECT");
    for line in &connects {
        assert_eq!(line.value["decoded"]["client_id"], "worker_host");
    }
    // A tick that upstream pushed into the fourth connection before it was refused.
    let tick = vectors.take_where("tick", |line| line.text("packet") == "PUBLISH");
    assert_eq!(tick.len(), 1);
    vectors.take_where("transport", |line| TRANSPORT.contains(&line.text("packet")));
    assert_eq!(vectors.finish(), 17);
}

#[test]
fn two_hosts_with_one_client_id() {
    let mut vectors = load("two_hosts_same_client_id_head");
    let connects = vectors.take_where("connects", |line| line.text("packet") == "CONNECT");
    // Eight connections within seven seconds: each throws the other one out.
    assert_eq!(connects.len(), 8);
    let ids: BTreeSet<_> =
        connects.iter().map(|line| line.value["decoded"]["client_id"].to_string()).collect();
    assert_eq!(ids.len(), 1);
    // Unless somebody sets them, ours are unique; and the props of one host differ anyway.
    let id = || PropConfig::new(Config::default(), "fogger").protocol(&[]).unwrap();
    let ids: BTreeSet<_> = (0..100).map(|_| Prop::client_id(&id()).to_owned()).collect();
    assert_eq!(ids.len(), 100);
    let set = |id: &str| {
        let prop = PropConfig::new(config(Profile::Head), id).protocol(&[]).unwrap();
        prop.client_id().to_owned()
    };
    assert_eq!((set("a"), set("b")), ("worker_host-a".to_owned(), "worker_host-b".to_owned()));
    vectors.take_where("transport", |line| TRANSPORT.contains(&line.text("packet")));
    assert_eq!(vectors.finish(), 32);
}

#[test]
fn config_files() {
    let good = [("config.yaml", "a: 1\n")];
    let broken = [("config.json", "{broken"), good[0]];
    let model = "n: 5\nmust: ${X}\n";
    #[derive(serde::Deserialize)]
    #[allow(dead_code)]
    struct Model {
        n: i64,
        must: String,
    }
    for (file, first, last) in
        [("config_broken_head", &broken[..], "n: five\n"), ("config_ok_head", &good[..], model)]
    {
        let mut vectors = load(file);
        let files: [&[(&str, &str)]; 6] = [
            first,
            &[("config.yml", "a: [1\n")],
            &[("config.json", "[1, 2, 3]")],
            &[("config.yaml", "")],
            &[("config.json", "{}")],
            &[("config.yaml", last)],
        ];
        for (at, files) in files.iter().enumerate() {
            let line = vectors.take(&format!("{file}-{:03}", at + 1), "config file");
            let folder =
                std::env::temp_dir().join(format!("jm-vectors-{file}-{at}-{}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            files.iter().for_each(|(name, text)| std::fs::write(folder.join(name), text).unwrap());
            let read = discovery::read_config(&folder);
            std::fs::remove_dir_all(&folder).unwrap();
            let different = is_different(file, &line);
            let document = match read {
                Ok(document) => document,
                Err(error) => {
                    assert!(different && error.line() > 0, "{error}");
                    continue;
                }
            };
            if at == 5 {
                // Upstream's configuration is an object of a class then; ours is a struct.
                let read = document.read_with::<Model>(&|_| None).map(drop).unwrap_err();
                assert!(different && !read.key().is_empty(), "{read}");
                continue;
            }
            assert!(!different, "{}", line.id);
            let value = document.value();
            let kind = if matches!(value, Value::List(_)) { "list" } else { "dict" };
            let text = format!("{kind}:{}", pytext::to_repr(&value).unwrap());
            let id = format!("c{}", at + 1);
            let telemetry = PropCommand::telemetry(
                &id,
                command::Form::Python,
                "cfg",
                &text,
                PublishOptions::new(),
            );
            let Ok(PropCommand::Telemetry(publish)) = telemetry else { panic!() };
            assert_eq!(Said::of(&publish), said(&line));
        }
        vectors.finish();
    }
}

/// The firmware is somebody else: a coordinator listens to it and commands it.
#[test]
fn firmware() {
    let prop = PropConfig::new(config(Profile::Head), "coordinator")
        .watch("halloween/esp32-coffin-jumper-01/availability", "watch")
        .watch("halloween/esp32-coffin-jumper-01/state", "watch")
        .watch("halloween/esp32-coffin-jumper-01/telemetry", "watch");
    let protocol = prop.protocol(&["watch".to_owned()]).unwrap();
    let wall = std::time::UNIX_EPOCH;
    let mut driver = journeyman_core::sans_io::Driver::new(protocol, wall, 1);
    driver.handle(journeyman_core::protocol::Input::Connected);
    let (mut heard, mut commanded) = (0, 0);
    let mut hears = |line: &Vector| {
        let recorded = said(line);
        let mut spec = Spec::new(&recorded.topic, &recorded.payload).qos(recorded.qos);
        spec.retain = recorded.retain;
        let input = journeyman_core::protocol::Input::Received {
            lane: journeyman_core::transport::Lane::MAIN,
            message: broker::delivery(spec),
        };
        let actions = driver.handle(input);
        let [journeyman_core::protocol::Action::Job(token, job)] = &actions[..] else {
            panic!("{}: {actions:?}", line.id)
        };
        let text = String::from_utf8(recorded.payload.clone()).unwrap();
        let value: Value = job.payload.exact().unwrap();
        match serde_json::from_str::<Value>(&text) {
            Ok(json) => assert_eq!(value, json),
            Err(_) => assert_eq!(value, Value::from(text)),
        }
        let meta = journeyman_halloween::fuzzing::meta(job).unwrap();
        assert_eq!((meta.topic(), meta.retain()), (recorded.topic.as_str(), recorded.retain));
        driver.outcome(*token, Ok(journeyman_core::job::Completion::default()));
        heard += 1;
    };
    for (file, lines) in [("firmware_start_head", 5), ("firmware_commands_head", 35)] {
        let mut vectors = load(file);
        while let Some(line) = vectors.take_next("firmware") {
            if line.value.get("nothing_published").is_some() {
                continue;
            }
            if line.from_worker() {
                hears(&line);
                continue;
            }
            commanded += 1;
            // A command with `params` is what `device_command` sends, with `args` on top, and what
            // our own props would understand.
            let body = payload(&line);
            let Ok(json) = serde_json::from_slice::<Json>(&body) else { continue };
            let parsed = command::parse(&body, command::Form::Python, true).unwrap();
            assert_eq!(json["action"], parsed.action);
            if let Some(params) = json.get("params").filter(|params| !params.is_null()) {
                let ours = PropCommand::device_command(
                    "esp32-coffin-jumper-01",
                    &parsed.action,
                    &Value::from(params.clone()),
                    QoS::AtMostOnce,
                );
                let Ok(PropCommand::Publish(publish)) = ours else { panic!() };
                assert_eq!(publish.topic, line.text("topic"));
                let ours: Json = serde_json::from_slice(&publish.payload).unwrap();
                assert_eq!((&ours["action"], &ours["params"]), (&json["action"], params));
                let arg = parsed.arg.unwrap();
                assert_eq!(serde_json::from_str::<Json>(&arg.text()).unwrap(), *params);
            }
        }
        assert_eq!(vectors.finish(), lines);
    }
    assert_eq!((heard, commanded), (22, 14));
}

#[test]
fn the_list_of_differences_is_true() {
    let book = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/halloween.md");
    let book = std::fs::read_to_string(book).unwrap();
    for (file, ids, reason) in DIFFERENT {
        assert!(book.contains(reason), "the book does not say {reason:?}");
        assert!(book.contains(&format!("`{file}`")), "the book does not name {file}");
        let lines = load(file).take_where("listed", |_| true);
        for id in *ids {
            assert!(lines.iter().any(|line| short(file, line) == *id), "{file} has no line {id}");
        }
    }
    // Every file is in some test above.
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let source = include_str!("vectors.rs");
    for name in names.filter(|name| name.ends_with(".jsonl")) {
        let name = name.trim_end_matches(".jsonl");
        assert!(source.contains(&format!("\"{name}\"")), "{name} is in no test");
    }
}
