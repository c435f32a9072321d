//! Brokers that hang, break the protocol, or flood.

use std::time::Duration;

use journeyman_core::{
    ErrorKind,
    transport::{Closed, Transport},
};
use journeyman_mqtt::{
    Acknowledge, MqttConfig, MqttMessage, MqttTransport, Protocol, QoS, Subscribe,
};

use crate::support::{peer::*, *};

/// What a connected client says to these bytes, and what it tells the peer.
async fn after(protocol: Protocol, bytes: &[u8]) -> (Closed, Option<Vec<u8>>) {
    let listener = Listener::new().await;
    let mut config = MqttConfig::default();
    config.max_incoming_packet = 1000;
    let target = listener.target().protocol(protocol).receive_maximum(2);
    let target = target.acknowledge(Acknowledge::AfterSettled);
    let (mut transport, mut peer) = listener.pair(config, target).await;
    peer.write(bytes).await;
    let closed = closed(&mut transport).await;
    assert!(closed.error.to_string().contains("client id: me"), "{}", closed.error);
    assert!(closed.error.is_temporary() && !closed.clean, "{}", closed.error);
    assert_eq!(closed.code, None);
    (closed, soon(peer.try_packet()).await)
}

#[tokio::test]
async fn broken_packets() {
    use Protocol::{V5, V311};
    type Case = (Protocol, &'static [u8], ErrorKind, &'static str, Option<u8>);
    let cases: [Case; 11] = [
        (V311, &[0x30, 0xFF, 0xFF, 0xFF, 0xFF, 1], ErrorKind::PeerMisbehaved, "four bytes", None),
        (
            V5,
            &[0x30, 0xFF, 0xFF, 0xFF, 0xFF, 1],
            ErrorKind::PeerMisbehaved,
            "four bytes",
            Some(0x81),
        ),
        (V5, &[0x30, 2, 0, 9], ErrorKind::PeerMisbehaved, "ends too early", Some(0x81)),
        (V311, &[0x20, 2, 0, 0], ErrorKind::PeerMisbehaved, "second one", None),
        (V5, &[0x20, 3, 0, 0, 0], ErrorKind::PeerMisbehaved, "second one", Some(0x82)),
        (V5, &[0xF0, 2, 0x18, 0], ErrorKind::PeerMisbehaved, "AUTH", Some(0x82)),
        (V311, &[0xE0, 0], ErrorKind::PeerMisbehaved, "DISCONNECT", None),
        (V311, &[0x90, 0x80, 0x80, 1], ErrorKind::TooLarge, "16388 bytes; the limit is 1000", None),
        (V5, &[0x30, 0xFF, 0xFF, 0xFF, 0x7F], ErrorKind::TooLarge, "268435460 bytes", Some(0x95)),
        // One identifier for two deliveries with different QoS.
        (
            V311,
            &[0x32, 5, 0, 1, b'a', 0, 1, 0x34, 5, 0, 1, b'a', 0, 1],
            ErrorKind::PeerMisbehaved,
            "identifier 1 belongs to another",
            None,
        ),
        (V311, b"HTTP/1.1 200 OK\r\n", ErrorKind::PeerMisbehaved, "PUBACK", None),
    ];
    for (protocol, bytes, kind, text, code) in cases {
        // The last looks like a packet of 86 bytes.
        let mut bytes = bytes.to_vec();
        if bytes.starts_with(b"HTTP") {
            bytes.resize(100, b'x');
        }
        let (closed, told) = after(protocol, &bytes).await;
        assert_eq!(closed.error.kind(), kind, "{}", closed.error);
        assert!(closed.error.message().contains(text), "{text}: {}", closed.error);
        assert!(closed.error.remedy().is_some());
        let expected = code.map(|code| vec![0xE0, 2, code, 0]);
        assert_eq!(told, expected, "{}", closed.error);
    }
}

#[tokio::test]
async fn answers_to_the_wrong_question() {
    // Each is written after a subscribe (identifier 1) and a publish with QoS 1 (identifier 2).
    let cases: [(&[u8], &str); 5] = [
        (&[0x40, 2, 0, 1], "waits for a SUBACK"),
        (&[0x90, 3, 0, 2, 0], "waits for a PUBACK"),
        (&[0x50, 2, 0, 2], "waits for a PUBACK"),
        (&[0xB0, 2, 0, 1], "waits for a SUBACK"),
        (&[0x90, 4, 0, 1, 0, 0], "2 codes for 1 filters"),
    ];
    for (bytes, text) in cases {
        let listener = Listener::new().await;
        let (mut transport, mut peer) =
            listener.pair(MqttConfig::default(), listener.target()).await;
        send(&mut transport, MqttMessage::Subscribe(Subscribe::one("a", QoS::AtMostOnce)));
        send(&mut transport, publish("a", "x", QoS::AtLeastOnce));
        let (packets, _) =
            while_polling(&mut transport, async { [peer.packet().await, peer.packet().await] })
                .await;
        assert_eq!((packets[0][3], id_of(&packets[1])), (1, 2));
        peer.write(bytes).await;
        let closed = closed(&mut transport).await;
        assert_eq!(closed.error.kind(), ErrorKind::PeerMisbehaved);
        assert!(closed.error.message().contains(text), "{}", closed.error);
    }
}

#[tokio::test]
async fn acknowledgements_that_never_come() {
    let cases = [
        (publish("a", "x", QoS::AtLeastOnce), "PUBACK"),
        (publish("a", "x", QoS::ExactlyOnce), "PUBREC"),
        (MqttMessage::Subscribe(Subscribe::one("a", QoS::AtMostOnce)), "SUBACK"),
        (MqttMessage::Unsubscribe(vec!["a".to_owned()]), "UNSUBACK"),
    ];
    for (message, what) in cases {
        let listener = Listener::new().await;
        let mut config = MqttConfig::default();
        config.ack_timeout = Some(Duration::from_millis(100));
        let (mut transport, mut peer) = listener.pair(config, listener.target()).await;
        // One that is answered in time does not count.
        send_tagged(&mut transport, 1, publish("a", "x", QoS::AtLeastOnce));
        let (packet, _) = while_polling(&mut transport, peer.packet()).await;
        let [high, low] = id_of(&packet).to_be_bytes();
        peer.write(&[0x40, 2, high, low]).await;
        event(&mut transport).await;
        send(&mut transport, message);
        let closed = closed(&mut transport).await;
        assert_eq!(closed.error.kind(), ErrorKind::Timeout);
        assert!(
            closed.error.message().contains(&format!("no {what} for 100ms")),
            "{}",
            closed.error
        );
    }
}

#[tokio::test]
async fn a_broker_that_falls_silent() {
    let listener = Listener::new().await;
    let mut config = MqttConfig::default();
    config.ping_timeout = Duration::from_millis(100);
    let target = listener.target().keep_alive(Duration::from_secs(1));
    let (mut transport, mut peer) = listener.pair(config, target).await;
    let closed = closed(&mut transport).await;
    assert_eq!(closed.error.kind(), ErrorKind::Timeout);
    assert!(
        closed.error.message().contains("nothing for 100ms after a PINGREQ"),
        "{}",
        closed.error
    );
    assert_eq!(peer.packet().await, [0xC0, 0]);
    peer.ended().await;
}

fn stalling() -> MqttConfig {
    let mut config = MqttConfig::default();
    config.write_stall = Some(Duration::from_millis(200));
    config.ack_timeout = None;
    config
}

#[tokio::test]
async fn a_broker_that_does_not_read() {
    let listener = Listener::new().await;
    let (mut transport, _peer) = listener.pair(stalling(), listener.target()).await;
    while transport.queued_bytes() < 30 << 20 {
        send(&mut transport, publish_big());
    }
    let closed = closed(&mut transport).await;
    assert_eq!(closed.error.kind(), ErrorKind::Timeout);
    assert!(closed.error.message().contains("read nothing for 200ms"), "{}", closed.error);
}

fn publish_big() -> MqttMessage {
    publish("a", vec![0; 1 << 20], QoS::AtLeastOnce)
}

/// A broker that wants answers all the time and reads none: what waits for it stays bounded.
#[tokio::test]
async fn a_flood_that_wants_answers() {
    let listener = Listener::new().await;
    let (mut transport, peer) = listener.pair(stalling(), listener.target()).await;
    let (read, mut write) = peer.0.into_split();
    let flood = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        let pubrels = [0x62, 2, 0, 1].repeat(4096);
        while write.write_all(&pubrels).await.is_ok() {}
    });
    let most = queue_until_closed(&mut transport).await;
    assert!(most < 1 << 20, "{most} bytes waited");
    soon(flood).await.unwrap();
    drop(read);
}

async fn queue_until_closed(transport: &mut MqttTransport) -> usize {
    let mut most = 0;
    soon(std::future::poll_fn(|cx| {
        loop {
            let polled = transport.poll_event(cx);
            most = most.max(transport.queued_bytes());
            match polled {
                std::task::Poll::Ready(journeyman_core::transport::Event::Closed(closed)) => {
                    assert_eq!(closed.error.kind(), ErrorKind::Timeout, "{}", closed.error);
                    return std::task::Poll::Ready(());
                }
                std::task::Poll::Ready(_) => {}
                std::task::Poll::Pending => return std::task::Poll::Pending,
            }
        }
    }))
    .await;
    most
}

/// There is always something to read, and still the clock is looked at: for the keep-alive, and
/// for an acknowledgement that does not come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_does_not_hide_the_clock() {
    let listener = Listener::new().await;
    let mut config = MqttConfig::default();
    config.ack_timeout = Some(Duration::from_millis(1500));
    let target = listener.target().keep_alive(Duration::from_secs(1));
    let (mut transport, peer) = listener.pair(config, target).await;
    let (mut read, mut write) = peer.0.into_split();
    let flood = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        let messages = wire_publish(0, "a", None, &[7; 20]).repeat(10_000);
        while write.write_all(&messages).await.is_ok() {}
    });
    send(&mut transport, publish("a", "x", QoS::AtLeastOnce));
    let closed = closed(&mut transport).await;
    assert!(closed.error.message().contains("no PUBACK for 1.5s"), "{}", closed.error);
    // The publish, and a PINGREQ three quarters of the keep-alive later.
    let mut got = Vec::new();
    use tokio::io::AsyncReadExt;
    let _ = soon(read.read_to_end(&mut got)).await;
    assert_eq!(got[..2], [0x32, 6]);
    assert!(got[8..].starts_with(&[0xC0, 0]), "{got:?}");
    soon(flood).await.unwrap();
}
