//! rumqttd in this process: runs everywhere, with its own quirks.

use std::{
    collections::HashMap,
    net::{SocketAddr, TcpListener, TcpStream},
    time::{Duration, Instant},
};

use journeyman_core::{ErrorKind, transport::Transport};
use journeyman_mqtt::{MqttTarget, MqttTransport, Protocol, Publish, QoS, Subscribe, Will};
use rumqttd::{Broker, Config, ConnectionSettings, RouterConfig, ServerSettings};

use crate::support::*;

/// Starts a broker for 3.1.1 and one for 5, which it wants on separate ports. It cannot be
/// stopped: its threads end with the test program.
fn start(login: Option<(&str, &str)>) -> impl Fn(Protocol) -> MqttTarget {
    let port = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let addresses = [port(), port()];
    let server = |name: &str, listen: SocketAddr| {
        let auth =
            login.map(|(user, password)| HashMap::from([(user.to_owned(), password.to_owned())]));
        let settings = ServerSettings {
            name: name.to_owned(),
            listen,
            tls: None,
            next_connection_delay_ms: 0,
            connections: ConnectionSettings {
                connection_timeout_ms: 30_000,
                max_payload_size: 4 << 20,
                max_inflight_count: 100,
                auth,
                external_auth: None,
                dynamic_filters: true,
            },
        };
        Some(HashMap::from([(name.to_owned(), settings)]))
    };
    let config = Config {
        router: RouterConfig {
            max_connections: 100,
            max_outgoing_packet_count: 200,
            max_segment_size: 8 << 20,
            max_segment_count: 10,
            ..RouterConfig::default()
        },
        v4: server("v4", addresses[0]),
        v5: server("v5", addresses[1]),
        ..Config::default()
    };
    std::thread::spawn(move || Broker::new(config).start().unwrap());
    let start = Instant::now();
    for address in addresses {
        while TcpStream::connect(address).is_err() {
            assert!(start.elapsed() < LONG, "rumqttd does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    move |protocol| {
        let address = if protocol == Protocol::V5 { addresses[1] } else { addresses[0] };
        MqttTarget::new(format!("mqtt://{address}")).protocol(protocol)
    }
}

#[tokio::test]
async fn messages_retained_and_wills() {
    let target = start(None);
    for protocol in [Protocol::V311, Protocol::V5] {
        let mut watcher = open(target(protocol)).await;
        subscribed(&mut watcher, Subscribe::one("a/#", QoS::AtLeastOnce)).await;
        let will = Publish::new("a/availability", "offline").qos(QoS::AtLeastOnce);
        let mut prop = open(target(protocol).will(Will::new(will))).await;
        for qos in [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce] {
            for size in [0, 10, 1 << 20] {
                let payload = pattern(size, size);
                published(&mut prop, Publish::new("a/b", payload.clone()).qos(qos)).await;
                assert!(delivery(&mut watcher).await.payload == payload);
            }
        }
        prop.abort();
        let offline = delivery(&mut watcher).await;
        assert_eq!((&*offline.topic, &offline.payload[..]), ("a/availability", &b"offline"[..]));
        let kept = Publish::new("kept", "x").qos(QoS::AtLeastOnce).retain(true);
        let mut prop = open(target(protocol)).await;
        published(&mut prop, kept).await;
        subscribed(&mut prop, Subscribe::one("kept", QoS::AtLeastOnce)).await;
        assert!(delivery(&mut prop).await.retain);
    }
}

#[tokio::test]
async fn a_group_shares_a_topic() {
    let target = start(None);
    let mut members = Vec::new();
    for _ in 0..2 {
        let mut member = open(target(Protocol::V5)).await;
        subscribed(&mut member, Subscribe::one("$share/g/jobs", QoS::AtLeastOnce)).await;
        members.push(member);
    }
    let mut publisher = open(target(Protocol::V5)).await;
    for i in 0..20 {
        published(&mut publisher, Publish::new("jobs", i.to_string()).qos(QoS::AtLeastOnce)).await;
    }
    let [mut a, mut b] = <[_; 2]>::try_from(members).unwrap();
    let mut got = Vec::new();
    while got.len() < 20 {
        let message = tokio::select! {
            message = delivery(&mut a) => message,
            message = delivery(&mut b) => message,
        };
        got.push(str::from_utf8(&message.payload).unwrap().parse::<u32>().unwrap());
    }
    got.sort_unstable();
    assert_eq!(got, (0..20).collect::<Vec<_>>());
}

/// It closes without a CONNACK.
#[tokio::test]
async fn a_refused_login() {
    let target = start(Some(("worker", "right")));
    let mut transport = MqttTransport::default();
    for protocol in [Protocol::V311, Protocol::V5] {
        let wrong = target(protocol).credentials("worker", "s3cret");
        let error = soon(transport.connect(wrong)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
        assert!(error.remedy().unwrap().contains("password"), "{error}");
        assert!(!error.to_string().contains("s3cret"), "{error}");
        let right = target(protocol).credentials("worker", "right");
        connected(&mut transport, right).await.unwrap();
    }
}
