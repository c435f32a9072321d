//! Programs as props, with a host and a bus.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::{os::unix::fs::PermissionsExt as _, time::Duration};

use journeyman_halloween::MqttVersion;
use journeyman_props::PropState;
use journeyman_testkit::halloween::{QoS, Seen};
use support::{House, PATIENCE, running, started, stop, until, within};

/// Adds a prop that is a shell script.
fn script(house: &House, name: &str, text: &str) {
    let text = format!("#!/bin/sh\n{text}");
    let file = house.root.write(&format!("{name}/backend/worker.sh"), &text);
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// The next message of a topic.
async fn next(house: &House, topic: &str) -> Seen {
    let topic = format!("halloween/{topic}");
    house.bus.wait_where(&topic, |seen| *seen.topic == *topic).await.unwrap()
}

#[tokio::test]
async fn what_a_program_says_is_on_the_bus() {
    let house = House::new().await;
    script(
        &house,
        "cannon",
        r#"
        echo '{"telemetry":{"key":"barrel/heat","value":{"a":[1,null]}}}'
        echo '{"telemetry":{"key":"kept","value":1.0,"qos":1,"retain":true}}'
        echo '{"status":{"key":"warn","value":"hot"}}'
        echo '{"state":"armed"}'
        echo '{"command":{"target":"fogger","action":"start","args":{"ms":750}}}'
        echo '{"command":{"target":"esp32","action":"set_volume","args":{"volume":5},"device":true}}'
        echo '{"broadcast":{"targets":["a","b"],"action":"stop"}}'
        echo '{"telemetry":{"key":"x/+","value":1}}'
        echo 'hello'
        cat > /dev/null
        "#,
    );
    let host = started(house.rooted()).await;
    house.says("cannon/state", "started").await;
    house.says("cannon/telemetry/barrel/heat", "{'a': [1, None]}").await;
    assert_eq!(house.says("cannon/telemetry/kept", "1.0").await.qos, QoS::AtLeastOnce);
    assert_eq!(house.retained("cannon/telemetry/kept").as_deref(), Some("1.0"));
    house.says("cannon/status/warn", "hot").await;
    assert_eq!(house.says("cannon/state", "armed").await.qos, QoS::AtMostOnce);
    assert_eq!(house.retained("cannon/state").as_deref(), Some("started"));
    let command = r#"{"action": "start", "args": {"ms": 750}}"#;
    assert_eq!(house.says("fogger/cmd", command).await.qos, QoS::AtLeastOnce);
    let command = r#"{"action": "set_volume", "args": {"volume": 5}, "params": {"volume": 5}}"#;
    house.says("esp32/cmd", command).await;
    for target in ["a", "b"] {
        let command = r#"{"action": "stop", "args": null}"#;
        house.says(&format!("{target}/cmd"), command).await;
    }
    let wildcard = "ValueError: Publish topic cannot contain wildcards.";
    house.says("cannon/status/error", wildcard).await;
    let garbage = next(&house, "cannon/status/error").await.text();
    assert!(garbage.starts_with("EXEC_OUTPUT: the program printed a line"), "{garbage}");
    assert!(garbage.contains("hello"), "{garbage}");
    stop(host).await;
}

#[tokio::test]
async fn a_program_gets_commands_as_they_were_sent() {
    let house = House::new().await;
    // What comes in goes out as the result.
    script(&house, "echo", r#"exec sed -u 's/^\(.*\)$/{"result":\1}/'"#);
    house.root.prop("echo", "exec_subscribe: [halloween/other/state]\nexec_timeout: 20\n");
    // Only MQTT 5 has answers.
    let host = support::host(house.config().mqtt(MqttVersion::V5)).root(house.root.path());
    let host = started(host).await;
    for (payload, route, args, action, arg) in [
        ("fire 750", "fire", "750", "'fire'", "'750'"),
        (
            r#"{"action":"set/mode","args":{"a":true}}"#,
            "set_mode",
            "{'a': True}",
            "'set/mode'",
            r#"'{"a": true}'"#,
        ),
        ("ping", "ping", "[]", "'ping'", "None"),
        ("say \"it's\"", "say", "\"it's\"", "'say'", r#"'"it\'s"'"#),
    ] {
        house.command("echo", payload).await;
        let seen = next(&house, &format!("echo/telemetry/{route}")).await.text();
        let wanted = format!(
            "'route': '{route}', 'attempt': 1, 'args': {args}, 'action': {action}, 'arg': {arg}, \
             'topic': 'halloween/echo/cmd', 'deadline_ms': "
        );
        assert!(seen.contains(&wanted), "{seen}\n{wanted}");
        assert!(seen.starts_with("{'id': 'echo-"), "{seen}");
        let left: u64 = seen.rsplit(": ").next().unwrap().trim_end_matches('}').parse().unwrap();
        assert!((1..=20_000).contains(&left), "{seen}");
    }
    let message = journeyman_testkit::halloween::Message::new("halloween/other/state", "armed");
    house.bus.publish(message).await.unwrap();
    let seen = next(&house, "echo/telemetry/message").await.text();
    let wanted = "'args': 'armed', 'action': None, 'arg': None, 'topic': 'halloween/other/state'";
    assert!(seen.contains(wanted), "{seen}");
    let answer = house.bus.request("halloween/echo/cmd", "ping").await.unwrap();
    assert!(answer.text().starts_with("{\"id\": \"echo-"), "{}", answer.text());
    stop(host).await;
}

#[tokio::test]
async fn errors_have_the_texts_of_other_props() {
    let house = House::new().await;
    script(
        &house,
        "lid",
        r#"while read -r line; do case $line in
            *'"route":"open"'*) echo '{"error":{"code":"JAMMED","message":"it is stuck"}}' ;;
            *'"route":"wait"'*) ;;
            *) echo '{"error":{"code":"UNKNOWN_ACTION"}}' ;;
        esac; done"#,
    );
    house.root.prop("lid", "exec_timeout: 300ms");
    let host = started(house.rooted()).await;
    house.command("lid", "open").await;
    house.says("lid/status/error", "JAMMED: it is stuck").await;
    house.command("lid", "set/mode x").await;
    house.says("lid/status/warn", "Unknown action: set/mode").await;
    house.command("lid", "wait").await;
    let late = "TimeoutError: the program did not answer `wait` within 300ms";
    house.says("lid/status/error", late).await;
    let unknown = format!("{late}, and what it is doing is unknown");
    house.says("lid/status/error", &unknown).await;
    house.says("lid/availability", "offline").await;
    house.says("lid/availability", "online").await;
    running(host.control(), "lid").await;
    house.command("lid", "open").await;
    house.says("lid/status/error", "JAMMED: it is stuck").await;
    stop(host).await;
}

#[tokio::test]
async fn a_program_that_crashes_is_started_again() {
    let house = House::new().await;
    script(
        &house,
        "rocket",
        r#"echo run >> runs
        echo "{\"telemetry\":{\"key\":\"run\",\"value\":$(wc -l < runs)}}"
        read -r line; echo "no fuel" >&2; exit 7"#,
    );
    script(&house, "calm", r#"while read -r line; do echo '{"result":"here"}'; done"#);
    let host = started(house.rooted()).await;
    for run in 1..=5 {
        house.says("rocket/telemetry/run", &run.to_string()).await;
        // A program that has just started may be in the gate still.
        running(host.control(), "rocket").await;
        house.command("rocket", "launch").await;
        let command =
            "EXEC_FAILED: the program ended with exit status: 7 before it had answered `launch`";
        house.says("rocket/status/error", command).await;
        let failure = "EXEC_FAILED: the program ended with exit status: 7; its standard error ends \
                       with: no fuel";
        house.says("rocket/status/error", failure).await;
        house.says("rocket/availability", "offline").await;
        house.says("rocket/availability", "online").await;
    }
    house.command("calm", "are you").await;
    house.says("calm/telemetry/are", "here").await;
    stop(host).await;
    assert_eq!(zombies(), Vec::<String>::new());
}

#[tokio::test]
async fn a_program_that_cannot_start_is_tried_again() {
    let house = House::new().await;
    house.root.prop("ghost", "exec: [./nobody, --home]");
    let host = started(house.rooted()).await;
    until(host.control(), "ghost", |state| matches!(state, PropState::Waiting { .. })).await;
    for _ in 0..2 {
        let error = next(&house, "ghost/status/error").await.text();
        let wanted = "EXEC_NOT_STARTED: the program ./nobody does not start: ";
        assert!(error.starts_with(wanted), "{error}");
    }
    script(&house, "ghost", "cat > /dev/null");
    let file = house.root.path().join("ghost/backend/worker.sh");
    std::fs::rename(file, house.root.path().join("ghost/backend/nobody")).unwrap();
    running(host.control(), "ghost").await;
    stop(host).await;
}

#[tokio::test]
async fn a_stop_switches_the_hardware_off_before_the_prop_is_offline() {
    let house = House::new().await;
    script(
        &house,
        "laser",
        r#"sleep 1000 & echo "{\"telemetry\":{\"key\":\"child\",\"value\":$!}}"
        while read -r line; do echo '{"result":null}'; done
        echo '{"state":"off"}'"#,
    );
    let host = started(house.rooted()).await;
    let child = next(&house, "laser/telemetry/child").await.text();
    within(host.control().stop("laser")).await.unwrap();
    house.says("laser/state", "off").await;
    house.says("laser/availability", "offline").await;
    house.says("laser/state", "stopped").await;
    let said = house.said("laser");
    assert!(said.iter().all(|(topic, _)| topic != "status/error"), "{said:?}");
    wait_until_ended(&child).await;
    stop(host).await;
}

#[tokio::test]
async fn a_program_can_stop_its_prop_for_good() {
    let house = House::new().await;
    script(
        &house,
        "once",
        r#"read -r line; echo '{"exit":true}'; echo '{"result":"bye"}'; cat > /dev/null"#,
    );
    let host = started(house.rooted()).await;
    house.command("once", "exit").await;
    house.says("once/telemetry/exit", "bye").await;
    house.says("once/availability", "offline").await;
    until(host.control(), "once", |state| matches!(state, PropState::Stopped)).await;
    within(host.control().start("once")).await.unwrap();
    running(host.control(), "once").await;
    stop(host).await;
}

/// Children of ours that have ended and that nobody has waited for. Other tests of this process
/// have programs that end just now: only what stays counts.
fn zombies() -> Vec<String> {
    let mut left = ended_children();
    let start = std::time::Instant::now();
    while !left.is_empty() && start.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(20));
        let now = ended_children();
        left.retain(|pid| now.contains(pid));
    }
    left
}

fn ended_children() -> Vec<String> {
    let own = format!(" Z {} ", std::process::id());
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let is_ended = |pid: &String| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.contains(&own)
    };
    pids.filter(is_ended).collect()
}

async fn wait_until_ended(pid: &str) {
    let start = std::time::Instant::now();
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        if stat.is_empty() || stat.contains(") Z ") {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "process {pid} still runs");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
