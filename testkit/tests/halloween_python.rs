//! paho-mqtt, the library of the real host, as a client of the stand-in broker, both versions.
//!
//! Runs when `JOURNEYMAN_TEST_PYTHON` names a Python interpreter that has
//! `testkit/python/requirements.txt` installed; otherwise each test says aloud that it was
//! skipped.

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod halloween_support;

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use halloween_support::{BOTH, within};
use journeyman_testkit::halloween::{
    Broker, BrokerConfig, Client, ClientOptions, Message, Properties, QoS, Version,
};
use serde_json::{Value, json};

/// The interpreter, or `None` after saying that the test is skipped.
fn python(test: &str) -> Option<String> {
    if let Ok(python) = std::env::var("JOURNEYMAN_TEST_PYTHON") {
        return Some(python);
    }
    let line = format!(
        "SKIPPED: halloween_python::{test}: JOURNEYMAN_TEST_PYTHON is not set; make a virtual \
         environment, `pip install -r testkit/python/requirements.txt` in it, and set the \
         variable to its interpreter"
    );
    println!("{line}");
    if let Some(path) = std::env::var_os("JOURNEYMAN_SKIP_LOG") {
        let mut log = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        // In one write: tests run side by side and append to the same file.
        log.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
    None
}

struct Paho {
    child: Child,
    input: ChildStdin,
    lines: mpsc::Receiver<Value>,
}

impl Paho {
    fn new(python: &str, addr: SocketAddr, version: Version, id: &str, clean: bool) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/paho_client.py");
        let mut child = Command::new(python)
            .arg(script)
            .args([addr.ip().to_string(), addr.port().to_string()])
            .arg(if version == Version::V5 { "5" } else { "4" })
            .args([id, if clean { "clean" } else { "keep" }])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("JOURNEYMAN_TEST_PYTHON names a program that can be started");
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take().unwrap();
        Self { child, input, lines }
    }

    fn order(&mut self, order: &Value) {
        writeln!(self.input, "{order}").unwrap();
    }

    fn event(&mut self, name: &str) -> Value {
        let line = self.lines.recv_timeout(Duration::from_secs(20)).unwrap();
        assert_eq!(line["event"], name, "{line}");
        line
    }
}

impl Drop for Paho {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages() {
    let Some(python) = python("messages") else { return };
    let broker = Broker::start(BrokerConfig::halloween()).await.unwrap();
    let admin = ClientOptions::v5().login("admin", "test-admin-pw");
    let other = Client::connect(broker.addr(), admin).await.unwrap();
    other.subscribe("halloween/#", QoS::ExactlyOnce).await.unwrap();
    for version in BOTH {
        let mut paho = Paho::new(&python, broker.addr(), version, "paho", true);
        let will = "halloween/paho/availability";
        paho.order(&json!({
            "do": "connect", "user": "worker", "password": "test-worker-pw", "will": will,
        }));
        let connected = paho.event("connected");
        assert_eq!((&connected["code"], &connected["session"]), (&json!(0), &json!(false)));
        paho.order(&json!({"do": "subscribe", "filter": "halloween/+/cmd", "qos": 2}));
        assert_eq!(paho.event("subscribed")["codes"], json!([2]));
        for qos in [0, 1, 2] {
            let topic = "halloween/a/telemetry/x";
            let payload = format!("ü{qos}");
            paho.order(&json!({"do": "publish", "topic": topic, "payload": payload, "qos": qos}));
            paho.event("published");
            let seen = other.wait_for(topic, &payload).await.unwrap();
            assert_eq!(seen.qos.number(), qos);
            let message = Message::new("halloween/a/cmd", payload.clone()).qos(seen.qos);
            other.publish(message).await.unwrap();
            let got = paho.event("message");
            assert_eq!((&got["payload"], &got["qos"]), (&json!(payload), &json!(qos)));
            assert_eq!((&got["retain"], &got["dup"]), (&json!(false), &json!(false)));
        }
        if version == Version::V5 {
            paho.order(&json!({
                "do": "publish", "topic": "halloween/b/cmd", "payload": "ask", "qos": 1,
                "response": "halloween/paho/response", "correlation": "00ff",
            }));
            let own = [paho.lines.recv().unwrap(), paho.lines.recv().unwrap()];
            let message = own.iter().find(|line| line["event"] == "message").unwrap();
            assert_eq!(message["response"], "halloween/paho/response");
            assert_eq!(
                (&message["correlation"], &message["user"]),
                (&json!("00ff"), &json!([["a", "1"]]))
            );
            let seen = other.wait_for("halloween/b/cmd", "ask").await.unwrap();
            let given = seen.properties.unwrap();
            assert_eq!(given.correlation_data.as_deref(), Some(&b"\0\xff"[..]));
            let properties =
                Properties { user: vec![("k".into(), "v".into())], ..Properties::default() };
            let message = Message::new("halloween/c/cmd", "x").properties(properties);
            other.publish(message).await.unwrap();
            assert_eq!(paho.event("message")["user"], json!([["k", "v"]]));
            // Not authorized.
            paho.order(&json!({"do": "publish", "topic": "elsewhere", "payload": "", "qos": 1}));
            assert_eq!(paho.event("published")["code"], 0x87);
        }
        paho.order(&json!({"do": "unsubscribe", "filter": "halloween/+/cmd"}));
        paho.event("unsubscribed");
        paho.order(&json!({"do": "die"}));
        other.wait_for(will, "offline").await.unwrap();
        assert_eq!(&broker.retained(will).unwrap().payload[..], b"offline");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_and_refusals() {
    let Some(python) = python("sessions_and_refusals") else { return };
    let config = BrokerConfig { anonymous: true, acl: None, ..BrokerConfig::halloween() };
    let broker = Broker::start(config).await.unwrap();
    for version in BOTH {
        let id = format!("kept-{version:?}");
        for (round, present) in [(1, false), (2, true)] {
            let mut paho = Paho::new(&python, broker.addr(), version, &id, false);
            paho.order(&json!({"do": "connect"}));
            assert_eq!(paho.event("connected")["session"], present);
            if round == 1 {
                paho.order(&json!({"do": "subscribe", "filter": "cmd", "qos": 1}));
                paho.event("subscribed");
                paho.order(&json!({"do": "disconnect"}));
                assert_eq!(paho.event("disconnected")["code"], 0);
                let away = |broker: &Broker| broker.client(&id)?.connection.is_none().then_some(());
                within("the end", broker.wait_until(away)).await;
                broker.publish(Message::new("cmd", "while away").qos(QoS::AtLeastOnce));
            } else {
                assert_eq!(paho.event("message")["payload"], "while away");
            }
        }
        let mut paho = Paho::new(&python, broker.addr(), version, "other", true);
        paho.order(&json!({"do": "connect", "user": "worker", "password": "wrong"}));
        // paho translates the codes of 3.1.1.
        assert_eq!(paho.event("connected")["code"], 0x87);
    }
}
