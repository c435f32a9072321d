//! The Halloween example as a program of its own, with all props of its folder, on the stand-in
//! broker.
//!
//! It is found beside this test, where `cargo test` puts it; when only this test is asked for,
//! `cargo build --example halloween --features halloween` has to come first.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::{
    io::Read as _,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use journeyman_testkit::halloween::{Broker, BrokerConfig, Client, ClientOptions, QoS};

const HEARTBEAT: &str = "halloween/worker_host_heartbeat";

fn program(broker: &Broker) -> Command {
    let test = std::env::current_exe().expect("the path of this test");
    let target = test.parent().and_then(|deps| deps.parent()).expect("target/<profile>/deps");
    let path: PathBuf = target.join("examples/halloween");
    assert!(
        path.exists(),
        "{} is not built; run `cargo build --example halloween --features halloween` first",
        path.display()
    );
    let mut command = Command::new(path);
    for (name, _) in std::env::vars() {
        if ["MQTT_", "HALLOWEEN_", "WORKER_"].iter().any(|start| name.starts_with(start)) {
            command.env_remove(name);
        }
    }
    let at = broker.addr();
    command.env("MQTT_HOST", at.ip().to_string()).env("MQTT_PORT", at.port().to_string());
    command.env_remove("RUST_LOG").stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The running example. Killed when it is dropped.
struct Example(Child);

impl Example {
    /// Asks it to stop as a service manager does; its exit code, what it printed, and its log.
    fn stop(mut self) -> (Option<i32>, String, String) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
        let mut text = (String::new(), String::new());
        self.0.stdout.take().expect("a pipe").read_to_string(&mut text.0).expect("text");
        self.0.stderr.take().expect("a pipe").read_to_string(&mut text.1).expect("text");
        (self.0.wait().expect("an end").code(), text.0, text.1)
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Somebody with `mosquitto_sub` and `mosquitto_pub`.
struct Visitor(Client);

impl Visitor {
    async fn command(&self, id: &str, payload: &str) {
        let topic = format!("halloween/{id}/cmd");
        self.0.command(&topic, payload.to_owned(), QoS::AtMostOnce).await.unwrap();
    }

    async fn sees(&self, topic: &str, payload: &str) {
        self.0.wait_for(topic, payload).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_props_of_the_example() {
    let broker = Broker::start(BrokerConfig::default()).await.unwrap();
    let client = Client::connect(broker.addr(), ClientOptions::v311()).await.unwrap();
    client.subscribe("halloween/#", QoS::AtLeastOnce).await.unwrap();
    let visitor = Visitor(client);
    let example = Example(program(&broker).spawn().expect("the example starts"));

    // Said when every prop has started.
    visitor.sees("halloween/worker_host/uptime", "0").await;
    for id in ["worker_host", "worker_host_heartbeat", "example_prop", "fogger", "director"] {
        let online = broker.retained(&format!("halloween/{id}/availability"));
        assert_eq!(online.map(|message| message.payload), Some("online".into()), "{id}");
    }

    // The commands of upstream's own document, section "Testing the Example Worker".
    visitor.command("worker_host_heartbeat", "ping hello").await;
    visitor.sees(&format!("{HEARTBEAT}/telemetry/pong"), "hello").await;
    visitor.command("worker_host_heartbeat", "set_mode armed").await;
    visitor.sees(&format!("{HEARTBEAT}/telemetry/mode"), "armed").await;
    visitor.command("worker_host_heartbeat", "fire 75").await;
    visitor.sees(&format!("{HEARTBEAT}/telemetry/event"), "fire start 75ms").await;
    visitor.sees(&format!("{HEARTBEAT}/telemetry/event"), "fire end").await;
    let json = r#"{"action": "ping", "args": "hello"}"#;
    visitor.command("worker_host_heartbeat", json).await;
    visitor.sees(&format!("{HEARTBEAT}/telemetry/pong"), "hello").await;

    // Its example worker, which commands another prop.
    visitor.command("example_prop", "ping").await;
    visitor.sees("halloween/example_prop/telemetry/pong", "ok").await;
    visitor.command("example_prop", "fire 50").await;
    visitor.sees("halloween/fogger/cmd", r#"{"action": "start", "args": "50"}"#).await;
    visitor.sees("halloween/fogger/state", "fogging").await;
    visitor.sees("halloween/director/telemetry/fog_by", "fogger").await;
    visitor.sees("halloween/fogger/telemetry/start", "50").await;
    visitor.command("fogger", "start 4000").await;
    let text = "ValueError: 4000 ms of fog; 3000 are the most";
    visitor.sees("halloween/fogger/status/error", text).await;

    // The coordinator commands two others, by its configuration.
    visitor.command("director", "show").await;
    visitor.sees("halloween/director/state", "show").await;
    visitor.sees("halloween/example_prop/telemetry/pong", "curtain up").await;

    let (code, printed, said) = example.stop();
    assert_eq!(code, Some(0), "{said}");
    for id in ["worker_host_heartbeat", "example_prop", "fogger", "director"] {
        let offline = broker.retained(&format!("halloween/{id}/availability"));
        assert_eq!(offline.map(|message| message.payload), Some("offline".into()), "{id}\n{said}");
        let stopped = broker.retained(&format!("halloween/{id}/state"));
        assert_eq!(stopped.map(|message| message.payload), Some("stopped".into()), "{id}\n{said}");
    }
    let host = broker.retained("halloween/worker_host/availability").unwrap();
    assert_eq!(host.payload, "offline", "{said}");
    // Whether the fog of the show was over or not: the relay is off.
    assert!(printed.trim_end().ends_with("fogger: the relay is off"), "{printed}");
    broker.stop().await;
}
