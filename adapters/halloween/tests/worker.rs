//! A prop and its host as a worker runs them, against a broker of a few packets over loopback: what
//! the whole puts on the wire. What can be compared with the recordings is, byte for byte.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod support;

use std::{collections::BTreeMap, time::Duration};

use journeyman_core::{Job, JobError, Router, Worker, extract::Args};
use journeyman_halloween::{ArgText, CommandMeta, Config, HostConfig, Prop, PropConfig};
use support::{broker::read_packet, replay::load};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    time::timeout,
};

/// Nothing below takes longer on any machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// One connection, seen from the broker.
struct Link {
    stream: TcpStream,
    connect: Vec<u8>,
}

impl Link {
    async fn accept(listener: &TcpListener) -> Self {
        let (mut stream, _) = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
        let (first, connect) = read_packet(&mut stream).await;
        assert_eq!(first, 0x10);
        stream.write_all(&[0x20, 2, 0, 0]).await.unwrap();
        Self { stream, connect }
    }

    /// The client id, which stands behind the fixed part.
    fn client_id(&self) -> &str {
        let length = usize::from(self.connect[11]);
        std::str::from_utf8(&self.connect[12..12 + length]).unwrap()
    }

    /// The next packet; what wants an acknowledgement gets it.
    async fn next(&mut self) -> (u8, Vec<u8>) {
        loop {
            let (first, body) = timeout(PATIENCE, read_packet(&mut self.stream)).await.unwrap();
            match first {
                0xc0 => self.stream.write_all(&[0xd0, 0]).await.unwrap(),
                0x82 => {
                    self.stream.write_all(&[0x90, 3, body[0], body[1], 1]).await.unwrap();
                    return (first, body);
                }
                first if first & 0xf6 == 0x32 => {
                    let at = 2 + usize::from(body[1]);
                    self.stream.write_all(&[0x40, 2, body[at], body[at + 1]]).await.unwrap();
                    return (first, body);
                }
                _ => return (first, body),
            }
        }
    }

    /// The next publish: topic, payload, first byte.
    async fn publish(&mut self) -> (String, String, u8) {
        let (first, body) = self.next().await;
        assert_eq!(first >> 4, 3, "{body:?}");
        let length = usize::from(body[1]);
        let topic = String::from_utf8(body[2..2 + length].to_vec()).unwrap();
        let rest = &body[2 + length + if first & 0x06 > 0 { 2 } else { 0 }..];
        (topic, String::from_utf8(rest.to_vec()).unwrap(), first)
    }

    async fn says(&mut self, topic: &str, payload: &str, first: u8) {
        let wanted = (format!("halloween/{topic}"), payload.to_owned(), first);
        assert_eq!(self.publish().await, wanted);
    }

    async fn command(&mut self, id: &str, payload: &str) {
        let topic = format!("halloween/{id}/cmd");
        let mut packet = vec![0x30, u8::try_from(2 + topic.len() + payload.len()).unwrap(), 0];
        packet.push(u8::try_from(topic.len()).unwrap());
        packet.extend(topic.as_bytes());
        packet.extend(payload.as_bytes());
        self.stream.write_all(&packet).await.unwrap();
    }
}

const ONLINE: u8 = 0x33;

async fn add(Args((a, b)): Args<(i64, i64)>) -> i64 {
    a + b
}

async fn echo(arg: ArgText, meta: CommandMeta) -> String {
    format!("{}:{:?}", meta.action().unwrap(), arg.0)
}

async fn speak(prop: Prop) -> Result<(), JobError> {
    prop.telemetry("tick", &1.5).await?;
    prop.publish_state("armed").await?;
    prop.command("other", "start", &()).await?;
    prop.command("a/#", "start", &()).await
}

#[tokio::test]
async fn from_the_start_to_the_goodbye() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = Config::new("127.0.0.1")
        .port(listener.local_addr().unwrap().port())
        .credentials("worker", "test-worker-pw")
        .client_id("worker_host")
        .reconnect_interval(Duration::from_millis(20));
    let router = Router::new().route("add", add).route("echo", echo).route("speak", speak);
    let prop = PropConfig::new(config.clone(), "probe");
    let host = HostConfig::new(config);
    let (handle, host_handle) = (prop.handle(), host.handle());
    assert!(handle.telemetry("x", &1).await.is_err(), "not started yet");
    let worker = Worker::new(router).serve(prop).serve(host).start().unwrap();

    let mut links = BTreeMap::new();
    for _ in 0..2 {
        let link = Link::accept(&listener).await;
        links.insert(link.client_id().to_owned(), link);
    }
    let mut prop = links.remove("worker_host-probe").unwrap();
    let mut host = links.remove("worker_host").unwrap();

    // The host's first packets are those of upstream's, with the same settings.
    let mut lines = load("startup_head").take_where("compared", |_| true);
    let mut frame = |id: &str| {
        let at = lines.iter().position(|line| line.id == format!("startup_head-{id}")).unwrap();
        lines.remove(at).frame()
    };
    assert_eq!(host.connect, frame("001")[2..]);
    let (first, online) = host.next().await;
    assert_eq!([&[first, u8::try_from(online.len()).unwrap()], &*online].concat(), frame("003"));
    host_handle.started(1).await.unwrap();
    host.says("worker_host/uptime", "0", 0x30).await;

    // The prop's packets but for their ids, which count per connection.
    let (first, subscribe) = prop.next().await;
    assert_eq!((first, &subscribe[2..]), (0x82, &frame("012")[4..]));
    for (id, topic, payload) in [("013", "availability", "online"), ("014", "state", "started")] {
        let (topic, payload, first) = {
            prop.says(&format!("probe/{topic}"), payload, ONLINE).await;
            (topic, payload, ONLINE)
        };
        let recorded = frame(id);
        assert_eq!(recorded[0], first, "{topic} {payload}");
    }

    prop.command("probe", "add [2,3]").await;
    prop.says("probe/telemetry/add", "5", 0x30).await;
    prop.command("probe", "echo  a b ").await;
    prop.says("probe/telemetry/echo", "echo:Some(\"a b\")", 0x30).await;
    prop.command("probe", "{\"action\": \"add\", \"args\": [2]}").await;
    let (topic, text, _) = prop.publish().await;
    assert_eq!(topic, "halloween/probe/status/error");
    assert!(text.starts_with("ValueError: the arguments do not fit"), "{text}");
    prop.command("probe", "nosuch x").await;
    prop.says("probe/status/warn", "Unknown action: nosuch", 0x30).await;
    prop.command("probe", "speak").await;
    prop.says("probe/telemetry/tick", "1.5", 0x30).await;
    prop.says("probe/state", "armed", 0x30).await;
    prop.says("other/cmd", "{\"action\": \"start\", \"args\": null}", 0x32).await;
    let text = "ValueError: Publish topic cannot contain wildcards.";
    prop.says("probe/status/error", text, 0x30).await;

    // The connection goes; what is published meanwhile with QoS 1 is said after the announcement.
    drop(prop);
    let mut prop = Link::accept(&listener).await;
    assert_eq!(prop.client_id(), "worker_host-probe");
    handle.command("other", "late", &1).await.unwrap();
    assert_eq!(prop.next().await.0, 0x82);
    prop.says("probe/availability", "online", ONLINE).await;
    prop.says("probe/state", "started", ONLINE).await;
    prop.says("other/cmd", "{\"action\": \"late\", \"args\": 1}", 0x32).await;

    worker.control().drain();
    assert_eq!(prop.next().await.0, 0xa2, "no more commands");
    prop.says("probe/availability", "offline", ONLINE).await;
    prop.says("probe/state", "stopped", ONLINE).await;
    assert_eq!(prop.next().await, (0xe0, Vec::new()), "a DISCONNECT, so that no will is sent");
    host.says("worker_host/availability", "offline", ONLINE).await;
    assert_eq!(host.next().await.0, 0xe0);
    drop((prop, host));
    worker.wait().await.unwrap();
    assert!(handle.telemetry("x", &1).await.is_err(), "gone");
}

#[tokio::test]
async fn a_handler_of_this_adapter_needs_it() {
    async fn only_here(_prop: Prop, _job: Job) {}
    let (memory, _client) = journeyman_core::memory::Memory::new();
    let router = Router::new().route("x", only_here);
    let error = Worker::new(router).serve(memory).start().err().unwrap();
    assert!(error.to_string().contains("halloween.prop"), "{error}");
}
