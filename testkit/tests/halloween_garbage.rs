//! Bytes that are wrong, huge, cut off or endless: they end the connection that they came on, and
//! nothing else.

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod halloween_support;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use halloween_support::{
    client, event,
    raw::{Connect, DISCONNECT, PINGREQ, Raw, ack, packet, publish, subscribe},
    within,
};
use journeyman_testkit::halloween::{
    Broker, BrokerConfig, Cause, Client, ClientOptions, Event, Message, QoS,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A panic of a connection's task is caught by the runtime and would not be seen.
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn watch_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map_or("", |location| location.file());
        if place.contains("src/halloween") || place.contains("rumqttc") {
            PANICS.fetch_add(1, Ordering::Relaxed);
        }
        before(info);
    }));
}

struct Bench {
    broker: Broker,
    witness: Client,
    echoes: u32,
}

impl Bench {
    async fn new(config: BrokerConfig) -> Self {
        watch_panics();
        let broker = Broker::start(config).await.unwrap();
        let witness = client(broker.addr(), ClientOptions::v5().client_id("witness")).await;
        witness.subscribe("witness", QoS::AtLeastOnce).await.unwrap();
        Self { broker, witness, echoes: 0 }
    }

    /// The broker lives, and the one connection that sent nothing wrong does.
    async fn check(&mut self, what: &str) {
        self.echoes += 1;
        let payload = self.echoes.to_string();
        self.witness.command("witness", payload.clone(), QoS::AtLeastOnce).await.unwrap();
        self.witness.wait_for("witness", payload).await.unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!(self.witness.connections(), 1, "{what}");
        assert_eq!(PANICS.load(Ordering::Relaxed), 0, "{what}");
    }

    /// Sends bytes on a connection of their own, closes, and waits for its end.
    async fn throw(&self, bytes: &[u8]) {
        let mut raw = Raw::open(self.broker.addr()).await;
        // The broker may close in the middle.
        let _ = raw.stream.write_all(bytes).await;
        let _ = raw.stream.shutdown().await;
        let mut rest = Vec::new();
        let _ = within("the end", raw.stream.read_to_end(&mut rest)).await;
    }
}

fn packets(level: u8) -> Vec<Vec<u8>> {
    let with = |given: &[u8]| if level == 5 { given.to_vec() } else { Vec::new() };
    let properties = with(
        &[
            &[1, 1, 2, 0, 0, 0, 9, 3, 0, 1, b't', 8, 0, 1, b'r', 9, 0, 2, 0, 255][..],
            &[0x26, 0, 1, b'k', 0, 1, b'v', 0x23, 0, 1],
        ]
        .concat(),
    );
    let unsubscribe: &[u8] = if level == 5 { b"\0\x05\0\0\x01a" } else { b"\0\x05\0\x01a" };
    vec![
        Connect {
            will: Some(("w", "x")),
            login: Some(("u", "p")),
            properties: with(&[0x11, 0, 0, 0, 9, 0x21, 0, 9]),
            ..Connect::new(level, "fuzz")
        }
        .bytes(),
        publish(level, 0x30, 0, "a/b", &properties, b"payload"),
        publish(level, 0x3d, 7, "a/b", &properties, b"payload"),
        publish(level, 0x33, 7, "a/b", &[], b""),
        ack(0x40, 1),
        ack(0x50, 2),
        ack(0x62, 3),
        ack(0x70, 4),
        subscribe(level, 3, &with(&[0x0b, 5]), &[("a/+", 1), ("$share/g/a/#", 0)]),
        packet(0xa2, unsubscribe),
        PINGREQ.to_vec(),
        DISCONNECT.to_vec(),
    ]
}

#[tokio::test]
async fn random_bytes() {
    let mut bench = Bench::new(BrokerConfig::default()).await;
    let mut random = fastrand::Rng::with_seed(4);
    for round in 0..600 {
        let mut bytes = Vec::new();
        if round % 2 == 0 {
            let level = if round % 4 == 0 { 4 } else { 5 };
            bytes = Connect::new(level, "random").bytes();
        }
        let length = random.usize(0..300);
        bytes.extend(std::iter::repeat_with(|| random.u8(..)).take(length));
        bench.throw(&bytes).await;
    }
    bench.check("random bytes").await;
}

#[tokio::test]
async fn packets_that_are_cut_off() {
    let mut bench = Bench::new(BrokerConfig::default()).await;
    for level in [4, 5] {
        let connect = Connect::new(level, "cut").bytes();
        for whole in packets(level) {
            for length in 1..whole.len() {
                bench.throw(&[&connect[..], &whole[..length]].concat()).await;
                // And as a packet that says it is so short.
                if let Some(body) = whole[..length].get(2..) {
                    let short = packet(whole[0], body);
                    bench.throw(&[&connect[..], &short].concat()).await;
                }
            }
        }
        bench.check("cut off").await;
    }
}

#[tokio::test]
async fn packets_with_wrong_bytes() {
    let mut bench = Bench::new(BrokerConfig::default()).await;
    let mut random = fastrand::Rng::with_seed(5);
    for level in [4, 5] {
        let connect = Connect::new(level, "wrong").bytes();
        for whole in packets(level) {
            for _ in 0..40 {
                let mut bytes = whole.clone();
                for _ in 0..random.usize(1..4) {
                    let at = random.usize(..bytes.len());
                    bytes[at] = random.u8(..);
                }
                bench.throw(&[&connect[..], &bytes].concat()).await;
            }
        }
        bench.check("wrong bytes").await;
    }
}

#[tokio::test]
async fn lengths_that_are_announced_only() {
    let mut bench = Bench::new(BrokerConfig::default()).await;
    let mut events = bench.broker.events_from_now();
    // More than is allowed ends at once,
    for length in [[0xff_u8, 0xff, 0xff, 0x7f], [0xff, 0xff, 0xff, 0xff]] {
        for first in [0x10, 0x30, 0x82] {
            let mut raw = Raw::open(bench.broker.addr()).await;
            raw.send(&[&[first][..], &length].concat()).await;
            assert!(raw.end().await.is_empty());
            event(&mut events, "the end", |event| {
                matches!(event, Event::Unknown { cause: Cause::Protocol { .. }, .. })
            })
            .await;
        }
    }
    // and as much as is allowed takes no memory before it comes.
    let mut waiting = Vec::new();
    for _ in 0..200 {
        let mut raw = Raw::open(bench.broker.addr()).await;
        raw.send(&Connect::new(4, &format!("long-{}", waiting.len())).bytes()).await;
        assert_eq!(raw.packet().await, [0x20, 2, 0, 0]);
        raw.send(&[0x30, 0xff, 0xff, 0xff, 0x04, 0, 1]).await;
        waiting.push(raw);
    }
    bench.check("announced").await;
    let resident = resident_kib();
    assert!(resident < 500 << 10, "{resident} KiB for 200 times 10 MiB announced");
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

/// A client that asks for everything and reads nothing costs what is configured, and the others
/// wait for nothing.
#[tokio::test]
async fn a_client_that_does_not_read() {
    let config =
        BrokerConfig { max_queued_bytes: 2 << 20, max_queued: 50, ..BrokerConfig::default() };
    let mut bench = Bench::new(config).await;
    let mut events = bench.broker.events_from_now();
    let mut deaf = Raw::open(bench.broker.addr()).await;
    deaf.send(&Connect::new(4, "deaf").bytes()).await;
    deaf.send(&subscribe(4, 1, &[], &[("flood", 1)])).await;
    event(&mut events, "the subscription", |event| matches!(event, Event::Subscribed { .. })).await;
    for qos in [QoS::AtMostOnce, QoS::AtLeastOnce] {
        for _ in 0..300 {
            bench.broker.publish(Message::new("flood", vec![0; 64 << 10]).qos(qos));
            tokio::task::yield_now().await;
        }
        event(
            &mut events,
            "a dropped message",
            |event| matches!(event, Event::Dropped { client_id, .. } if &**client_id == "deaf"),
        )
        .await;
        bench.check("a flood").await;
    }
    let known = bench.broker.client("deaf").unwrap();
    assert!(known.queued <= 50 && known.in_flight <= 20, "{known:?}");
    // One that goes on asking without reading is cut.
    let pings = PINGREQ.repeat(1 << 15);
    let asking = async {
        loop {
            if deaf.stream.write_all(&pings).await.is_err() {
                return;
            }
        }
    };
    within("the cut", asking).await;
    event(&mut events, "the cut", |event| {
        matches!(event, Event::Disconnected { cause: Cause::Overflow, .. })
    })
    .await;
    bench.check("an overflow").await;
}

#[tokio::test]
async fn bounds_on_what_is_kept() {
    let config = BrokerConfig {
        max_sessions: 4,
        max_subscriptions: 3,
        max_retained: 2,
        max_retained_bytes: 1000,
        max_connections: 8,
        connect_timeout: Duration::from_millis(200),
        ..BrokerConfig::default()
    };
    let mut bench = Bench::new(config).await;
    let addr = bench.broker.addr();
    let one = client(addr, ClientOptions::v5()).await;
    for (filter, code) in [("a", 0), ("b", 0), ("c", 0), ("d", 0x97), ("a", 0)] {
        assert_eq!(one.subscribe(filter, QoS::AtMostOnce).await.unwrap(), code);
    }
    let kept = |topic: &str, size| {
        Message::new(topic, vec![b'x'; size]).retain(true).qos(QoS::AtLeastOnce)
    };
    for (topic, size, there) in
        [("r/1", 10, true), ("r/2", 2000, false), ("r/2", 10, true), ("r/3", 10, false)]
    {
        one.publish(kept(topic, size)).await.unwrap();
        assert_eq!(bench.broker.retained(topic).is_some(), there, "{topic}");
    }
    one.publish(kept("r/1", 0)).await.unwrap();
    one.publish(kept("r/3", 10)).await.unwrap();
    assert!(bench.broker.retained("r/1").is_none() && bench.broker.retained("r/3").is_some());
    let _two = client(addr, ClientOptions::v5()).await;
    let _three = client(addr, ClientOptions::v5()).await;
    let (_, connack) = Raw::connect(addr, &Connect::new(5, "four").bytes()).await;
    assert_eq!(connack[3], 0x97);
    // Connections that say nothing do not keep others out for ever.
    let mut silent = Vec::new();
    for _ in 0..10 {
        silent.push(Raw::open(addr).await);
    }
    let mut late = Raw::open(addr).await;
    late.send(&Connect::new(5, "witness-2").bytes()).await;
    assert_eq!(late.packet().await[3], 0x97);
    bench.check("bounds").await;
}
