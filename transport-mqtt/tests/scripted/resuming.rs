//! Sessions that outlive a connection.

use journeyman_core::transport::{Event, Tag, Transport};
use journeyman_mqtt::{
    Acknowledge, MqttConfig, MqttMessage, MqttTarget, MqttTransport, Protocol, QoS,
};

use crate::support::{peer::*, *};

const PRESENT: [u8; 4] = [0x20, 2, 1, 0];
const FRESH: [u8; 4] = [0x20, 2, 0, 0];

/// A session with three publishes that were not acknowledged: QoS 1 (identifier 1), QoS 2 half way
/// (identifier 2), QoS 1 (identifier 3); and the connection lost.
async fn interrupted(listener: &Listener) -> (MqttTransport, MqttTarget) {
    let target = listener.target().clean_session(false);
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), target.clone()).await;
    for (tag, qos) in [(1, QoS::AtLeastOnce), (2, QoS::ExactlyOnce), (3, QoS::AtLeastOnce)] {
        send_tagged(&mut transport, tag, publish("a", [tag as u8], qos));
    }
    let (_, events) = while_polling(&mut transport, async {
        for _ in 0..3 {
            peer.packet().await;
        }
        peer.write(&[0x50, 2, 0, 2]).await;
        assert_eq!(peer.packet().await, [0x62, 2, 0, 2]);
    })
    .await;
    assert!(events.is_empty());
    assert!(transport.queued_bytes() > 0, "what may be sent again counts");
    drop(peer);
    closed(&mut transport).await;
    (transport, target)
}

async fn reconnect(
    listener: &Listener,
    transport: &mut MqttTransport,
    target: MqttTarget,
    connack: &[u8],
) -> (Peer, usize) {
    let (connack, (peer, _)) =
        tokio::join!(connected(transport, target), listener.welcome(connack));
    (peer, connack.unwrap().resent)
}

#[tokio::test]
async fn what_was_not_acknowledged_is_sent_again() {
    let listener = Listener::new().await;
    let (mut transport, target) = interrupted(&listener).await;
    let (mut peer, resent) = reconnect(&listener, &mut transport, target, &PRESENT).await;
    assert_eq!((resent, transport.in_flight()), (3, 3));
    send_tagged(&mut transport, 4, publish("a", [4], QoS::AtLeastOnce));
    let (packets, _) = while_polling(&mut transport, async {
        let mut packets = Vec::new();
        while packets.len() < 4 {
            packets.push(peer.packet().await);
        }
        packets
    })
    .await;
    // With DUP, the same identifiers, in their order; the half finished goes on where it was.
    assert_eq!(packets[0], [0x3A, 6, 0, 1, b'a', 0, 1, 1]);
    assert_eq!(packets[1], [0x62, 2, 0, 2]);
    assert_eq!(packets[2], [0x3A, 6, 0, 1, b'a', 0, 3, 3]);
    assert_eq!(packets[3], [0x32, 6, 0, 1, b'a', 0, 4, 4]);
    for ack in [[0x40, 2, 0, 1], [0x70, 2, 0, 2], [0x40, 2, 0, 3], [0x40, 2, 0, 4]] {
        peer.write(&ack).await;
    }
    // The old tags ended with their connection.
    assert!(matches!(event(&mut transport).await, Event::Sent { tag: Tag(4) }));
    assert_eq!((transport.in_flight(), transport.queued_bytes()), (0, 0));
}

#[tokio::test]
async fn a_broker_that_forgot_gets_nothing() {
    let listener = Listener::new().await;
    let (mut transport, target) = interrupted(&listener).await;
    let (mut peer, resent) = reconnect(&listener, &mut transport, target, &FRESH).await;
    assert_eq!((resent, transport.in_flight(), transport.queued_bytes()), (0, 0, 0));
    send(&mut transport, publish("a", "new", QoS::AtLeastOnce));
    let (packet, _) = while_polling(&mut transport, peer.packet()).await;
    assert_eq!((packet[0], &packet[7..]), (0x32, &b"new"[..]));
}

#[tokio::test]
async fn nothing_goes_to_another_session() {
    // Another client id; a clean session. The broker claims to have one all the same.
    let listener = Listener::new().await;
    let changes: [fn(MqttTarget) -> MqttTarget; 2] =
        [|target| target.client_id("other"), |target| target.clean_session(true)];
    for change in changes {
        let (mut transport, target) = interrupted(&listener).await;
        let (_peer, resent) = reconnect(&listener, &mut transport, change(target), &PRESENT).await;
        assert_eq!((resent, transport.in_flight()), (0, 0));
    }
}

#[tokio::test]
async fn a_failed_attempt_loses_nothing() {
    let listener = Listener::new().await;
    let (mut transport, target) = interrupted(&listener).await;
    let (refused, _) =
        tokio::join!(transport.connect(target.clone()), listener.welcome(&[0x20, 2, 0, 3]));
    refused.unwrap_err();
    let (mut peer, resent) = reconnect(&listener, &mut transport, target.clone(), &PRESENT).await;
    assert_eq!(resent, 3);
    // Nor does a second loss, with a part acknowledged.
    let (_, _) = while_polling(&mut transport, async {
        for _ in 0..3 {
            peer.packet().await;
        }
    })
    .await;
    peer.write(&[0x40, 2, 0, 1]).await;
    drop(peer);
    closed(&mut transport).await;
    let (_peer, resent) = reconnect(&listener, &mut transport, target, &PRESENT).await;
    assert_eq!(resent, 2);
}

#[tokio::test]
async fn the_window_holds_for_what_is_sent_again() {
    let listener = Listener::new().await;
    let (mut transport, target) = interrupted(&listener).await;
    let target = target.protocol(Protocol::V311);
    drop(target);
    // A broker of 5 that now takes one at a time: the same session under MQTT 5.
    let target = listener.target().clean_session(false).protocol(Protocol::V5);
    let mut fresh = MqttTransport::default();
    let mut peer = listener.again(&mut fresh, target.clone(), &accepting(Protocol::V5)).await;
    for tag in 1..=2 {
        send_tagged(&mut fresh, tag, publish("a", [tag as u8], QoS::AtLeastOnce));
    }
    while_polling(&mut fresh, async {
        peer.packet().await;
        peer.packet().await;
    })
    .await;
    drop(peer);
    closed(&mut fresh).await;
    let connack = [0x20, 6, 1, 0, 3, 0x21, 0, 1];
    let (mut peer, resent) = reconnect(&listener, &mut fresh, target, &connack).await;
    assert_eq!(resent, 2);
    let (first, _) = while_polling(&mut fresh, peer.packet()).await;
    assert_eq!(first, [0x3A, 7, 0, 1, b'a', 0, 1, 0, 1]);
    peer.write(&[0x40, 2, 0, 1]).await;
    let (second, _) = while_polling(&mut fresh, peer.packet()).await;
    assert_eq!(second, [0x3A, 7, 0, 1, b'a', 0, 2, 0, 2]);
    transport.abort();
}

/// Exactly once, across a reconnect: what was acknowledged (PUBREC) is not delivered again.
#[tokio::test]
async fn qos_2_is_not_delivered_twice() {
    let listener = Listener::new().await;
    let target = listener.target().clean_session(false).acknowledge(Acknowledge::AfterSettled);
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), target.clone()).await;
    for id in [1, 2] {
        peer.write(&wire_publish(4, "a", Some(id), b"x")).await;
    }
    let ack = delivery(&mut transport).await.ack.unwrap();
    delivery(&mut transport).await;
    send_tagged(&mut transport, 1, MqttMessage::Ack(ack));
    assert!(matches!(event(&mut transport).await, Event::Sent { tag: Tag(1) }));
    drop(peer);
    closed(&mut transport).await;
    let (mut peer, _) = reconnect(&listener, &mut transport, target, &PRESENT).await;
    for id in [1, 2] {
        peer.write(&wire_publish(12, "a", Some(id), b"x")).await;
    }
    let again = delivery(&mut transport).await;
    assert!(again.dup && again.ack.is_some());
    let (pubrec, _) = while_polling(&mut transport, peer.packet()).await;
    assert_eq!(pubrec, [0x50, 2, 0, 1]);
    assert_eq!(transport.stats().duplicates, 1);
}
