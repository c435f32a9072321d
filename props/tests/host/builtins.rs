//! The heartbeat (Halloween sheet, section 5.1).

use std::time::Duration;

use journeyman_halloween::{MqttVersion, Profile, discovery::Toggles};
use journeyman_props::PropHost;

use crate::support::{Folder, House, host, started, stop};

fn with_heartbeat(host: PropHost) -> PropHost {
    host.toggles(Toggles::default())
}

#[tokio::test]
async fn the_heartbeat_does_what_upstreams_does() {
    let house = House::new().await;
    let folder = Folder::new();
    folder.write("config.json", "{\"tick_interval\": \"1\", \"other\": true}");
    let host = with_heartbeat(house.host()).builtins_folder(folder.path());
    let host = started(host).await;
    let id = "worker_host_heartbeat";
    house.says(&format!("{id}/telemetry/tick"), "0").await;
    for (command, key, payload) in [
        ("ping", "telemetry/pong", "ok"),
        ("ping hello you", "telemetry/pong", "hello you"),
        ("set_mode armed", "telemetry/mode", "armed"),
        ("set_mode", "telemetry/mode", "idle"),
        ("{\"action\": \"set_mode\", \"args\": \"  firing \"}", "telemetry/mode", "firing"),
        ("set_mode purple", "status/error", "invalid mode 'purple'"),
        ("dance", "status/warn", "Unknown action: dance"),
        ("fire 1", "telemetry/event", "fire start 1ms"),
        ("ping", "telemetry/pong", "ok"),
    ] {
        house.command(id, command).await;
        let seen = house.says(&format!("{id}/{key}"), payload).await;
        let mode = key == "telemetry/mode";
        assert_eq!(seen.qos.number(), u8::from(mode), "{command}");
    }
    assert!(house.said(id).contains(&("telemetry/event".to_owned(), "fire end".to_owned())));
    house.says(&format!("{id}/telemetry/tick"), "1").await;
    stop(host).await;
}

#[tokio::test]
async fn a_fire_holds_nobody_else_up() {
    let house = House::new().await;
    let lamp = |_: &journeyman_props::PropContext| {
        let router = journeyman_core::Router::new().route("ping", async || "pong");
        Ok(journeyman_props::Instance::new(router, ()))
    };
    let host = with_heartbeat(house.host()).register("lamp", lamp);
    let host = started(host.drain_timeout(Duration::ZERO)).await;
    house.command("worker_host_heartbeat", "fire 3600000").await;
    house.says("worker_host_heartbeat/telemetry/event", "fire start 3600000ms").await;
    house.command("lamp", "ping").await;
    house.says("lamp/telemetry/ping", "pong").await;
    stop(host).await;
    house.says("worker_host_heartbeat/state", "stopped").await;
}

#[tokio::test]
async fn the_seed_profile_has_its_id_and_topics() {
    let house = House::new().await;
    let config = house.config().profile(Profile::Seed).mqtt(MqttVersion::V5);
    let host = started(with_heartbeat(host(config))).await;
    house.says("heartbeat/status/availability", "online").await;
    // An answer that was asked for says what there is.
    let answer = house.bus.request("halloween/heartbeat/cmd", "set_mode purple").await.unwrap();
    let text =
        "{\"error\": \"ValueError: invalid mode 'purple': give one of idle, armed, firing\"}";
    assert_eq!(answer.text(), text);
    stop(host).await;
}

#[tokio::test]
async fn a_wrong_interval_is_an_error_with_its_place() {
    let house = House::new().await;
    let folder = Folder::new();
    let file = folder.write("config.yaml", "tick_interval: 0\n");
    let host = started(with_heartbeat(house.host()).builtins_folder(folder.path())).await;
    let text = format!(
        "ConfigFileError: {}:1: `tick_interval`: give whole seconds, from 1",
        file.display()
    );
    house.says("worker_host_heartbeat/status/error", &text).await;
    stop(host).await;
}
