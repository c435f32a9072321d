//! The stand-in's switches for misbehaviour, its ends, and what it keeps.

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod halloween_support;

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use halloween_support::{
    BOTH, Folder, client, event,
    raw::{Connect, Raw, ack, id_of, publish, subscribe},
    refused, within,
};
use journeyman_testkit::halloween::{
    Broker, BrokerConfig, Cause, Client, ClientError, ClientOptions, Event, Message, Overlap,
    Persistence, QoS, ReservedPort, Version,
};
use serde_json::Value;

async fn start() -> Broker {
    Broker::start(BrokerConfig::default()).await.unwrap()
}

#[tokio::test]
async fn refused_connects() {
    let broker = start().await;
    for (version, code, told) in
        [(Version::V311, 0x88, 3), (Version::V311, 4, 4), (Version::V5, 0x88, 0x88)]
    {
        broker.faults().refuse_connects(1, code);
        let options = ClientOptions::of(version);
        let error = Client::connect(broker.addr(), options.clone()).await.unwrap_err();
        assert_eq!(error, ClientError::Refused { code: told });
        client(broker.addr(), options).await;
    }
    broker.faults().set_close_new(true);
    let error = Client::connect(broker.addr(), ClientOptions::v5()).await.unwrap_err();
    assert!(matches!(error, ClientError::NotConnected(_)), "{error}");
}

#[tokio::test]
async fn acknowledgements_that_do_not_come() {
    let broker = start().await;
    let (mut raw, _) = Raw::connect(broker.addr(), &Connect::new(4, "a").bytes()).await;
    let mut events = broker.events_from_now();
    broker.faults().drop_acks(2);
    for first in [0x32, 0x34] {
        raw.send(&publish(4, first, 1, "t", &[], b"x")).await;
        event(&mut events, "the message", |event| matches!(event, Event::Published { .. })).await;
        raw.quiet().await;
    }
    raw.send(&publish(4, 0x32, 1, "t", &[], b"x")).await;
    assert_eq!(raw.packet().await, ack(0x40, 1));
    broker.faults().set_no_pingresp(true);
    raw.send(&[0xc0, 0]).await;
    raw.send(&publish(4, 0x32, 2, "t", &[], b"x")).await;
    assert_eq!(raw.packet().await, ack(0x40, 2));
}

#[tokio::test]
async fn subscriptions_that_fail_or_are_late() {
    let broker = start().await;
    for version in BOTH {
        let one = client(broker.addr(), ClientOptions::of(version)).await;
        broker.faults().refuse_subscriptions(1, 0x87);
        let told = if version == Version::V5 { 0x87 } else { 0x80 };
        assert_eq!(one.subscribe("a", QoS::AtLeastOnce).await.unwrap(), told);
        assert_eq!(broker.publish(Message::new("a", "x")), 0);
        assert_eq!(one.subscribe("a", QoS::AtLeastOnce).await.unwrap(), 1);
        assert_eq!(broker.publish(Message::new("a", "x")), 1);
        one.disconnect().await;
    }
    broker.faults().set_suback_delay(Duration::from_millis(300));
    let (mut raw, _) = Raw::connect(broker.addr(), &Connect::new(5, "late").bytes()).await;
    let mut events = broker.events_from_now();
    raw.send(&subscribe(5, 7, &[], &[("b", 1)])).await;
    event(&mut events, "the subscription", |event| matches!(event, Event::Subscribed { .. })).await;
    broker.publish(Message::new("b", "before"));
    assert!(raw.packet().await.ends_with(b"before"));
    assert_eq!(raw.packet().await, [0x90, 4, 0, 7, 0, 1]);
}

#[tokio::test]
async fn everything_twice() {
    let broker = start().await;
    let (mut raw, _) = Raw::connect(broker.addr(), &Connect::new(4, "a").bytes()).await;
    raw.send(&subscribe(4, 1, &[], &[("t", 1)])).await;
    raw.packet().await;
    broker.faults().set_deliver_twice(true);
    broker.publish(Message::new("t", "x").qos(QoS::AtLeastOnce));
    let (one, two) = (raw.packet().await, raw.packet().await);
    assert_eq!((one[0], two[0]), (0x32, 0x32));
    assert_ne!(id_of(&one), id_of(&two));
}

#[tokio::test]
async fn ends_on_purpose() {
    let broker = start().await;
    let mut events = broker.events();
    let watcher = client(broker.addr(), ClientOptions::v5()).await;
    watcher.subscribe("gone/#", QoS::AtLeastOnce).await.unwrap();
    type End = fn(&Broker) -> bool;
    let ends: [(&str, End, &[u8], Cause); 6] = [
        ("told", |broker| broker.disconnect("p", 0x89), &[0xe0, 2, 0x89, 0], Cause::OnPurpose),
        ("taken over", |broker| broker.take_over("p"), &[0xe0, 2, 0x8e, 0], Cause::TakenOver),
        ("cut", |broker| broker.cut("p"), &[], Cause::OnPurpose),
        ("mid packet", |broker| broker.close_mid_packet("p"), &[0x30], Cause::OnPurpose),
        (
            "garbage",
            |broker| broker.send_raw("p", &[0xff, 0xff, 0xff, 0xff]) && broker.cut("p"),
            &[],
            Cause::OnPurpose,
        ),
        ("nobody", |broker| !broker.cut("somebody else") && broker.cut("p"), &[], Cause::OnPurpose),
    ];
    for (what, end, expected, cause) in ends {
        let connect = Connect { will: Some(("gone/p", what)), ..Connect::new(5, "p") };
        let (mut raw, _) = Raw::connect(broker.addr(), &connect.bytes()).await;
        raw.quiet().await;
        assert!(end(&broker), "{what}");
        let mut got = Vec::new();
        use tokio::io::AsyncReadExt as _;
        let _ = within(what, raw.stream.read_to_end(&mut got)).await;
        if expected.len() > 1 {
            assert_eq!(got, expected, "{what}");
        } else {
            assert!(got.starts_with(expected), "{what}");
        }
        let ended = event(
            &mut events,
            what,
            |event| matches!(event, Event::Disconnected { client_id, .. } if &**client_id == "p"),
        )
        .await;
        let Event::Disconnected { cause: told, will: true, .. } = ended else {
            panic!("{what}: {ended:?}")
        };
        assert_eq!(told, cause, "{what}");
        watcher.wait_for("gone/p", what).await.unwrap();
    }
}

#[tokio::test]
async fn standing_still() {
    let broker = start().await;
    let (mut one, _) = Raw::connect(broker.addr(), &Connect::new(4, "one").bytes()).await;
    let (mut two, _) = Raw::connect(broker.addr(), &Connect::new(4, "two").bytes()).await;
    assert!(broker.freeze("one") && !broker.freeze("nobody"));
    one.send(&[0xc0, 0]).await;
    two.quiet().await;
    one.quiet_for(Duration::from_millis(100)).await;
    assert!(broker.thaw("one"));
    assert_eq!(one.packet().await, [0xd0, 0]);
    // The whole broker: connections are taken, and that is all.
    broker.set_frozen(true);
    let mut new = Raw::open(broker.addr()).await;
    new.send(&Connect::new(4, "new").bytes()).await;
    two.send(&[0xc0, 0]).await;
    new.quiet_for(Duration::from_millis(100)).await;
    two.quiet_for(Duration::from_millis(10)).await;
    broker.set_frozen(false);
    assert_eq!(new.packet().await, [0x20, 2, 0, 0]);
    assert_eq!(two.packet().await, [0xd0, 0]);
}

#[tokio::test]
async fn one_copy_for_each_subscription() {
    let config = BrokerConfig { overlap: Overlap::OnePerSubscription, ..BrokerConfig::default() };
    let broker = Broker::start(config).await.unwrap();
    let host = client(broker.addr(), ClientOptions::v5()).await;
    host.subscribe("a/b", QoS::AtMostOnce).await.unwrap();
    host.subscribe("a/+", QoS::AtLeastOnce).await.unwrap();
    broker.publish(Message::new("a/b", "x").qos(QoS::ExactlyOnce));
    let mut got = [host.next().await.unwrap().qos, host.next().await.unwrap().qos];
    got.sort();
    assert_eq!(got, [QoS::AtMostOnce, QoS::AtLeastOnce]);
}

#[tokio::test]
async fn one_copy_of_the_standard() {
    let config = BrokerConfig { overlap: Overlap::OneCopy, ..BrokerConfig::default() };
    let broker = Broker::start(config).await.unwrap();
    let (mut raw, _) = Raw::connect(broker.addr(), &Connect::new(5, "a").bytes()).await;
    for (id, filter, qos) in [(1, "a/b", 0), (2, "a/+", 2), (3, "a/#", 1)] {
        raw.send(&subscribe(5, 1, &[0x0b, id], &[(filter, qos)])).await;
        raw.packet().await;
    }
    broker.publish(Message::new("a/b", "x").qos(QoS::ExactlyOnce));
    let got = raw.packet().await;
    assert_eq!(got[0], 0x34);
    assert!(got.ends_with(&[6, 0x0b, 1, 0x0b, 2, 0x0b, 3, b'x']), "{got:02x?}");
    raw.quiet().await;
}

#[tokio::test]
async fn a_session_that_ends() {
    let broker = start().await;
    let mut events = broker.events();
    // Two seconds.
    let properties = vec![0x11, 0, 0, 0, 2];
    let connect = Connect { clean: false, properties, ..Connect::new(5, "short") }.bytes();
    let (mut raw, _) = Raw::connect(broker.addr(), &connect).await;
    raw.send(&subscribe(5, 1, &[], &[("a", 1)])).await;
    raw.packet().await;
    raw.close().await;
    // Back in time, it is there.
    let (raw, connack) = Raw::connect(broker.addr(), &connect).await;
    assert_eq!(connack[2], 1);
    raw.close().await;
    event(&mut events, "the end", |event| matches!(event, Event::Expired { .. })).await;
    assert!(broker.clients().is_empty());
    assert_eq!(broker.publish(Message::new("a", "x").qos(QoS::AtLeastOnce)), 0);
    let (_, connack) = Raw::connect(broker.addr(), &connect).await;
    assert_eq!(connack[2], 0);
}

#[tokio::test]
async fn what_it_tells() {
    let broker = start().await;
    let mut events = broker.events();
    let options = ClientOptions::v311().client_id("p").login("somebody", "x");
    let one = client(broker.addr(), options).await;
    one.subscribe("a/#", QoS::AtLeastOnce).await.unwrap();
    one.publish(Message::new("a/b", "x").qos(QoS::AtLeastOnce).retain(true)).await.unwrap();
    one.wait_for("a/b", "x").await.unwrap();
    event(&mut events, "the PUBACK", |event| matches!(event, Event::Acknowledged { .. })).await;
    let told: Vec<String> = {
        let mut all = broker.events();
        std::iter::from_fn(|| all.try_next()).map(|event| event.to_string()).collect()
    };
    assert_eq!(
        told,
        [
            "p connected (MQTT 3.1.1)",
            "p subscribed to a/# (QoS 1)",
            "p -> a/b: x (QoS 1, retained)",
            "p <- a/b: x (QoS 1)",
            "p acknowledged 1",
        ]
    );
    let known = broker.client("p").unwrap();
    assert_eq!(known.user.as_deref(), Some("somebody"));
    assert_eq!(known.subscriptions, [("a/#".into(), QoS::AtLeastOnce)]);
    assert_eq!((known.in_flight, known.queued), (0, 0));
    assert_eq!(&broker.retained("a/b").unwrap().payload[..], b"x");
    one.disconnect().await;
    within("the end", broker.wait_until(|broker| broker.clients().is_empty().then_some(()))).await;
}

/// The client that tests watch with comes back by itself, subscribed.
#[tokio::test]
async fn a_broker_that_comes_back() {
    let folder = Folder::new();
    let persistence = Persistence { file: folder.0.join("kept"), autosave: None };
    let config = BrokerConfig { persistence: Some(persistence), ..BrokerConfig::default() };
    let mut broker = Broker::start(config).await.unwrap();
    for version in BOTH {
        let watcher = client(broker.addr(), ClientOptions::of(version)).await;
        let options = ClientOptions::of(version).persistent();
        let keeper = client(broker.addr(), options).await;
        for one in [&watcher, &keeper] {
            one.subscribe("a/#", QoS::AtLeastOnce).await.unwrap();
        }
        for round in 2..5 {
            if round == 3 {
                broker.kill().await;
            } else {
                broker.stop().await;
            }
            refused(broker.addr()).await;
            broker.restart().await.unwrap();
            for one in [&watcher, &keeper] {
                one.connected(round).await.unwrap();
            }
            let payload = format!("{round}");
            broker.publish(Message::new("a/b", payload.clone()).qos(QoS::AtLeastOnce));
            for one in [&watcher, &keeper] {
                let seen = one.wait_for("a/b", &payload).await.unwrap();
                assert_eq!(seen.connection, round);
            }
        }
    }
}

#[tokio::test]
async fn a_file_that_is_broken() {
    let folder = Folder::new();
    let file = folder.0.join("kept");
    std::fs::write(&file, "{\"retained\":\"AAAA\"}\n").unwrap();
    let persistence = Some(Persistence { file, autosave: None });
    let config = BrokerConfig { persistence, ..BrokerConfig::default() };
    let error = Broker::start(config).await.unwrap_err().to_string();
    assert!(error.contains("kept: line 1: "), "{error}");
}

// The stand-in as a process of its own.

struct Standin {
    child: Child,
    input: ChildStdin,
    lines: mpsc::Receiver<Value>,
    addr: std::net::SocketAddr,
}

impl Standin {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_journeyman-standin"))
            .arg("halloween")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
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
        let addr = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
        let mut standin = Self { child, input, lines, addr };
        let listening = standin.event("listening");
        standin.addr = listening["address"].as_str().unwrap().parse().unwrap();
        standin
    }

    fn say(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
    }

    fn event(&mut self, name: &str) -> Value {
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(20)).unwrap();
            if line["event"] == name {
                return line;
            }
        }
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_killed() {
    let folder = Folder::new();
    let file = folder.0.join("kept");
    let file = file.to_str().unwrap();
    let reserved = ReservedPort::local().unwrap();
    let addr = reserved.addr();
    let listen = addr.to_string();
    let options = ["--listen", &listen, "--persistence", file, "--events", "all"];
    let mut standin = Standin::start(&options);
    assert_eq!(standin.addr, addr);
    let will = Message::new("a/availability", "offline").qos(QoS::AtLeastOnce).retain(true);
    let host = client(addr, ClientOptions::v5().client_id("host").will(will)).await;
    assert_eq!(standin.event("connected")["client_id"], "host");
    host.subscribe("a/cmd", QoS::AtLeastOnce).await.unwrap();
    standin.say("publish 1 0 a/cmd hello there");
    host.wait_for("a/cmd", "hello there").await.unwrap();
    assert_eq!(standin.event("sent")["receivers"], 1);
    standin.say("publish 1 1 a/availability online");
    standin.say("save");
    standin.event("saved");
    // Killed, it publishes no wills.
    standin.child.kill().unwrap();
    standin.child.wait().unwrap();
    drop(standin);
    let mut standin = Standin::start(&options);
    host.connected(2).await.unwrap();
    standin.say("retained a/availability");
    assert_eq!(standin.event("retained")["payload"], "online");
    standin.say("cut host");
    assert_eq!(standin.event("disconnected")["will"], true);
    standin.say("retained a/availability");
    assert_eq!(standin.event("retained")["payload"], "offline");
    standin.say("quit");
    assert!(standin.child.wait().unwrap().success());
}

#[test]
fn bad_options_of_the_process() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_journeyman-standin"));
    let output = command.args(["halloween", "--listne", "x"]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("--listen ADDRESS"));
}
