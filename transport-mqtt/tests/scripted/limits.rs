//! Full queues, and what a broker of MQTT 5 allows.

use journeyman_core::{
    ErrorKind,
    transport::{Event, Lane, Tag, Transport},
};
use journeyman_mqtt::{
    Acknowledge, MqttConfig, MqttMessage, Overflow, Protocol, Publish, QoS, Subscribe,
};

use crate::support::{peer::*, *};

fn small_queue(overflow: Overflow) -> MqttConfig {
    let mut config = MqttConfig::default();
    config.max_in_flight = 1;
    config.send_queue_soft_limit = 1000;
    config.send_queue_hard_limit = 2000;
    config.qos0_overflow = overflow;
    config
}

#[tokio::test]
async fn the_hard_limit() {
    let listener = Listener::new().await;
    let (mut transport, mut peer) =
        listener.pair(small_queue(Overflow::default()), listener.target()).await;
    // The first opens the window that keeps the others here.
    send(&mut transport, publish("a", "x", QoS::AtLeastOnce));
    let (first, _) = while_polling(&mut transport, peer.packet()).await;
    let mut taken = 0;
    let error = loop {
        assert_eq!(transport.has_room(Lane::MAIN), transport.queued_bytes() < 1000);
        match transport.send(Lane::MAIN, Some(Tag(taken)), publish("a", [0; 100], QoS::AtLeastOnce))
        {
            Ok(()) => taken += 1,
            Err(error) => break error,
        }
    };
    // Each is 107 bytes and 64 on top.
    assert_eq!((taken, transport.queued_bytes()), (11, 11 * 171));
    assert_eq!((error.kind(), error.is_temporary()), (ErrorKind::TooLarge, true));
    let text = error.to_string();
    assert!(
        text.contains("1881 bytes wait, 107 more") && text.contains("send_queue_hard_limit: 2000"),
        "{text}"
    );
    // Everything that was taken comes through.
    let mut answer = id_of(&first);
    for tag in 0..taken {
        let [high, low] = answer.to_be_bytes();
        peer.write(&[0x40, 2, high, low]).await;
        let (packet, _) = while_polling(&mut transport, peer.packet()).await;
        answer = id_of(&packet);
        assert_eq!(transport.queued_bytes() as u64, (taken - tag - 1) * 171);
    }
}

#[tokio::test]
async fn telemetry_gives_way() {
    for (overflow, kept, dropped) in [
        // Of 20 telegrams of 171 bytes: six bring the queue above 1000 bytes.
        (Overflow::DropNewest, [0, 1, 2, 3, 4, 5], 14),
        // The oldest gives way as soon as the new one would not stay below the limit.
        (Overflow::DropOldest, [0, 15, 16, 17, 18, 19], 14),
    ] {
        let listener = Listener::new().await;
        let (mut transport, mut peer) =
            listener.pair(small_queue(overflow), listener.target()).await;
        send(&mut transport, publish("a", "x", QoS::AtLeastOnce));
        let (first, _) = while_polling(&mut transport, peer.packet()).await;
        // One that somebody waits for blocks the way of all that follow.
        send_tagged(&mut transport, 1, publish("a", "y", QoS::AtLeastOnce));
        for i in 0..20u8 {
            let mut payload = vec![0; 101];
            payload[100] = i;
            send(&mut transport, publish("b", payload, QoS::AtMostOnce));
        }
        assert!(!transport.has_room(Lane::MAIN) || overflow == Overflow::DropOldest);
        // One with a tag is not telemetry: it is taken.
        send_tagged(&mut transport, 2, publish("b", "tagged", QoS::AtMostOnce));
        let [high, low] = id_of(&first).to_be_bytes();
        peer.write(&[0x40, 2, high, low]).await;
        let (second, _) = while_polling(&mut transport, peer.packet()).await;
        let [high, low] = id_of(&second).to_be_bytes();
        peer.write(&[0x40, 2, high, low]).await;
        let (got, _) = while_polling(&mut transport, async {
            let mut got = Vec::new();
            loop {
                let packet = peer.packet().await;
                if packet.ends_with(b"tagged") {
                    return got;
                }
                got.push(*packet.last().unwrap());
            }
        })
        .await;
        let stats = transport.stats();
        assert_eq!(got.len() as u64 + stats.dropped_qos0, 20, "{overflow:?}: {got:?}");
        if overflow == Overflow::DropNewest {
            assert_eq!((&got[..], stats.dropped_qos0), (&kept[..], dropped));
        } else {
            assert_eq!(got.last(), Some(&19));
            assert!(got.len() >= 5 && got.windows(2).all(|w| w[0] < w[1]), "{got:?}");
        }
    }
}

#[tokio::test]
async fn telemetry_can_be_refused() {
    let listener = Listener::new().await;
    let (mut transport, mut peer) =
        listener.pair(small_queue(Overflow::Refuse), listener.target()).await;
    send(&mut transport, publish("a", "x", QoS::AtLeastOnce));
    while_polling(&mut transport, peer.packet()).await;
    send(&mut transport, publish("a", "y", QoS::AtLeastOnce));
    let error = loop {
        let message = publish("b", [0; 100], QoS::AtMostOnce);
        if let Err(error) = transport.send(Lane::MAIN, None, message) {
            break error;
        }
    };
    assert!(error.to_string().contains("send_queue_soft_limit: 1000"), "{error}");
    assert_eq!(transport.stats().dropped_qos0, 0);
    // The room above is for those that somebody waits for.
    send_tagged(&mut transport, 1, publish("b", [0; 100], QoS::AtMostOnce));
}

#[tokio::test]
async fn what_a_broker_of_5_allows() {
    let listener = Listener::new().await;
    let mut connack = vec![0x20, 0, 0, 0, 0];
    connack.extend_from_slice(&[0x21, 0, 1]); // receive maximum 1
    connack.extend_from_slice(&[0x27, 0, 0, 0, 100]); // packets up to 100 bytes
    connack.extend_from_slice(&[0x24, 1]); // QoS up to 1
    connack.extend_from_slice(&[0x25, 0, 0x28, 0, 0x29, 0, 0x2A, 0]); // nothing else
    connack[1] = connack.len() as u8 - 2;
    connack[4] = connack.len() as u8 - 5;
    let mut transport = journeyman_mqtt::MqttTransport::default();
    let target = listener.target().protocol(Protocol::V5);
    let mut peer = listener.again(&mut transport, target, &connack).await;

    let subscribe = |filter: &str| MqttMessage::Subscribe(Subscribe::one(filter, QoS::AtMostOnce));
    let numbered = Subscribe::one("a", QoS::AtMostOnce).id(5);
    let cases = [
        (
            publish("a", [0; 95], QoS::AtMostOnce),
            ErrorKind::TooLarge,
            "101 bytes; the limit is 100",
        ),
        (publish("a", "x", QoS::ExactlyOnce), ErrorKind::Unsupported, "QoS 2"),
        (
            MqttMessage::Publish(Publish::new("a", "x").retain(true)),
            ErrorKind::Unsupported,
            "retained",
        ),
        (subscribe("a/#"), ErrorKind::Unsupported, "wildcards"),
        (subscribe("$share/g/a"), ErrorKind::Unsupported, "shared"),
        (MqttMessage::Subscribe(numbered), ErrorKind::Unsupported, "subscription ids"),
        (subscribe(&"x".repeat(100)), ErrorKind::TooLarge, "the limit is 100"),
    ];
    for (message, kind, text) in cases {
        let error = transport.send(Lane::MAIN, None, message).unwrap_err();
        assert_eq!((error.kind(), error.is_temporary()), (kind, false), "{error}");
        assert!(error.message().contains(text), "{error}");
    }
    // The connection goes on, and the largest that is allowed comes through.
    send_tagged(&mut transport, 1, publish("a", [0; 92], QoS::AtLeastOnce));
    send_tagged(&mut transport, 2, publish("a", "y", QoS::AtLeastOnce));
    send_tagged(&mut transport, 3, subscribe("a"));
    let (packets, _) =
        while_polling(&mut transport, async { [peer.packet().await, peer.packet().await] }).await;
    assert_eq!(packets[0].len(), 100);
    assert_eq!(packets[1][0], 0x82, "the second publish waits for the first");
    let [high, low] = id_of(&packets[0]).to_be_bytes();
    peer.write(&[0x40, 2, high, low]).await;
    let (second, events) = while_polling(&mut transport, peer.packet()).await;
    assert_eq!(second[0], 0x32);
    assert!(matches!(events[..], [Event::Sent { tag: Tag(1) }]));
}

#[tokio::test]
async fn a_message_that_is_too_large_is_skipped_and_can_be_acknowledged() {
    let listener = Listener::new().await;
    let mut config = MqttConfig::default();
    config.max_incoming_packet = 1000;
    let target = listener.target().protocol(Protocol::V311);
    let target = target.acknowledge(Acknowledge::AfterSettled);
    let (mut transport, mut peer) = listener.pair(config, target).await;
    // PUBLISH, QoS 1, 100,000 bytes on the topic "a/b" under the identifier 7; then a small one.
    let rest = 100_000_usize;
    let mut bytes = vec![0x32, 0x80 | (rest & 0x7F) as u8, 0x80 | (rest >> 7 & 0x7F) as u8];
    bytes.extend([(rest >> 14) as u8, 0, 3, b'a', b'/', b'b', 0, 7]);
    bytes.resize(4 + rest, b'x');
    bytes.extend([0x30, 6, 0, 3, b'a', b'/', b'c', b'!']);
    // Byte by byte at first, so that the head comes in pieces.
    let (first, others) = bytes.split_at(12);
    for byte in first {
        while_polling(&mut transport, peer.write(&[*byte])).await;
    }
    let (large, small) = {
        let (_, mut events) = while_polling(&mut transport, peer.write(others)).await;
        while events.iter().filter(|event| matches!(event, Event::Received { .. })).count() < 2 {
            events.push(event(&mut transport).await);
        }
        let mut came = events.into_iter().filter_map(|event| match event {
            Event::Received { message: MqttMessage::Delivery(delivery), .. } => Some(delivery),
            _ => None,
        });
        (came.next().unwrap(), came.next().unwrap())
    };
    assert_eq!((&*large.topic, large.oversize, large.payload.len()), ("a/b", Some(100_004), 0));
    assert_eq!((&*small.topic, small.oversize, &*small.payload), ("a/c", None, &b"!"[..]));
    send(&mut transport, MqttMessage::Ack(large.ack.unwrap()));
    let (ack, _) = while_polling(&mut transport, peer.packet()).await;
    assert_eq!(ack, [0x40, 2, 0, 7]);
}
