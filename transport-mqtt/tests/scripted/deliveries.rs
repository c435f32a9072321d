//! What comes in, and how it is acknowledged.

use std::{future::poll_fn, task::Poll, time::Duration};

use journeyman_core::transport::{Event, Lane, Tag, Transport};
use journeyman_mqtt::{Acknowledge, MqttConfig, MqttMessage, Protocol, QoS};

use crate::support::{peer::*, *};

/// DUP and QoS, as the low bits of a PUBLISH.
const DUP: u8 = 8;
const QOS1: u8 = 2;
const QOS2: u8 = 4;

#[tokio::test]
async fn at_receipt() {
    let listener = Listener::new().await;
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), listener.target()).await;
    peer.write(&wire_publish(QOS1 | 1, "a", Some(300), b"x")).await;
    peer.write(&wire_publish(QOS2, "b", Some(7), b"y")).await;
    peer.write(&wire_publish(0, "c", None, b"")).await;
    let first = delivery(&mut transport).await;
    assert_eq!((&*first.topic, first.qos, first.retain), ("a", QoS::AtLeastOnce, true));
    assert_eq!((first.dup, first.ack), (false, None));
    let second = delivery(&mut transport).await;
    assert_eq!((&second.payload[..], second.qos), (&b"y"[..], QoS::ExactlyOnce));
    assert_eq!(delivery(&mut transport).await.qos, QoS::AtMostOnce);
    let (packets, _) =
        while_polling(&mut transport, async { [peer.packet().await, peer.packet().await] }).await;
    assert_eq!(packets, [[0x40, 2, 1, 44], [0x50, 2, 0, 7]]);
    // Until it is released, a repeated one is not delivered again.
    peer.write(&wire_publish(QOS2 | DUP, "b", Some(7), b"y")).await;
    let (pubrec, events) = while_polling(&mut transport, peer.packet()).await;
    assert_eq!(pubrec, [0x50, 2, 0, 7]);
    assert!(events.is_empty());
    assert_eq!(transport.stats().duplicates, 1);
    peer.write(&[0x62, 2, 0, 7]).await;
    let (pubcomp, _) = while_polling(&mut transport, peer.packet()).await;
    assert_eq!(pubcomp, [0x70, 2, 0, 7]);
    // Then the identifier is a new message's.
    peer.write(&wire_publish(QOS2, "b", Some(7), b"z")).await;
    assert_eq!(&delivery(&mut transport).await.payload[..], b"z");
    // A release of nothing is answered, so that the broker can forget it.
    peer.write(&[0x62, 2, 0, 99]).await;
    let (answers, _) =
        while_polling(&mut transport, async { [peer.packet().await, peer.packet().await] }).await;
    assert_eq!(answers, [[0x50, 2, 0, 7], [0x70, 2, 0, 99]]);
}

#[tokio::test]
async fn after_settled_in_the_order_of_arrival() {
    let listener = Listener::new().await;
    let target = listener.target().acknowledge(Acknowledge::AfterSettled);
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), target).await;
    for (flags, id) in [(QOS1, 9), (QOS2, 3), (QOS1, 5)] {
        peer.write(&wire_publish(flags, "a", Some(id), b"x")).await;
    }
    let mut acks = Vec::new();
    for _ in 0..3 {
        acks.push(delivery(&mut transport).await.ack.unwrap());
    }
    // A duplicate of one that is being worked on is the same message.
    peer.write(&wire_publish(QOS1 | DUP, "a", Some(9), b"x")).await;
    peer.write(&wire_publish(0, "end", None, b"")).await;
    let end = delivery(&mut transport).await;
    assert_eq!((&*end.topic, end.ack), ("end", None));
    assert_eq!(transport.stats().duplicates, 1);

    // The last, the first, the second.
    send_tagged(&mut transport, 5, MqttMessage::Ack(acks[2]));
    peer.write(&[0xD0, 0]).await;
    assert!(matches!(event(&mut transport).await, Event::Alive), "held back");
    assert_eq!(transport.queued_bytes(), 0);
    send_tagged(&mut transport, 9, MqttMessage::Ack(acks[0]));
    assert!(matches!(event(&mut transport).await, Event::Sent { tag: Tag(9) }));
    send(&mut transport, MqttMessage::Ack(acks[1]));
    assert!(matches!(event(&mut transport).await, Event::Sent { tag: Tag(5) }));
    let packets = [peer.packet().await, peer.packet().await, peer.packet().await];
    assert_eq!(packets, [[0x40, 2, 0, 9], [0x50, 2, 0, 3], [0x40, 2, 0, 5]]);

    // Twice is once.
    send_tagged(&mut transport, 6, MqttMessage::Ack(acks[2]));
    let Event::Failed { tag: Tag(6), error } = event(&mut transport).await else { panic!() };
    assert!(error.message().contains("before"), "{error}");
    send(&mut transport, MqttMessage::Ack(acks[0]));
    assert_eq!(transport.stats().stale_acks, 2);
    assert_eq!(transport.queued_bytes(), 0);
}

#[tokio::test]
async fn an_acknowledgement_is_bound_to_its_connection() {
    let listener = Listener::new().await;
    let target = listener.target().acknowledge(Acknowledge::AfterSettled);
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), target.clone()).await;
    peer.write(&wire_publish(QOS1, "a", Some(1), b"old")).await;
    let old = delivery(&mut transport).await.ack.unwrap();
    drop(peer);
    closed(&mut transport).await;
    let mut peer = listener.again(&mut transport, target, &accepting(Protocol::V311)).await;
    peer.write(&wire_publish(QOS1, "a", Some(1), b"new")).await;
    let new = delivery(&mut transport).await.ack.unwrap();
    assert_ne!(old, new);
    send_tagged(&mut transport, 1, MqttMessage::Ack(old));
    assert!(matches!(event(&mut transport).await, Event::Failed { tag: Tag(1), .. }));
    assert_eq!(transport.queued_bytes(), 0, "nothing goes to the broker");
    send_tagged(&mut transport, 2, MqttMessage::Ack(new));
    assert!(matches!(event(&mut transport).await, Event::Sent { tag: Tag(2) }));
    assert_eq!(peer.packet().await, [0x40, 2, 0, 1]);
    assert_eq!(transport.stats().stale_acks, 1);
}

/// As mosquitto 2.0.11 does: more than may be unacknowledged. Nothing is lost or out of order.
#[tokio::test]
async fn more_than_the_receive_maximum() {
    let listener = Listener::new().await;
    let target = listener.target().protocol(Protocol::V5).receive_maximum(2);
    let target = target.acknowledge(Acknowledge::AfterSettled);
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), target).await;
    let mut acks = Vec::new();
    for id in 1..=4 {
        peer.write(&wire_publish(QOS1, "a", Some(id), &[0, 9])).await;
        acks.push(delivery(&mut transport).await.ack.unwrap());
    }
    assert_eq!(transport.stats().over_receive_maximum, 2);
    for ack in acks.into_iter().rev() {
        send(&mut transport, MqttMessage::Ack(ack));
    }
    let (packets, _) = while_polling(&mut transport, async {
        [peer.packet().await, peer.packet().await, peer.packet().await, peer.packet().await]
    })
    .await;
    for (id, packet) in (1..).zip(packets) {
        assert_eq!(packet, [0x40, 2, 0, id]);
    }
}

#[tokio::test]
async fn polling_may_stop_anywhere() {
    let listener = Listener::new().await;
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), listener.target()).await;
    const MESSAGES: usize = 200;
    let writer = tokio::spawn(async move {
        for i in 0..MESSAGES {
            let bytes = wire_publish(QOS1, "a", Some(i as u16 + 1), &pattern(300, i));
            for piece in bytes.chunks(97) {
                peer.write(piece).await;
                tokio::task::yield_now().await;
            }
        }
        let mut acks = Vec::new();
        while acks.len() < MESSAGES {
            acks.push(peer.packet().await);
        }
        acks
    });
    let mut got = 0;
    while got < MESSAGES {
        // One poll at a time, each with a waker of its own, thrown away in between.
        let polled = poll_fn(|cx| match transport.poll_event(cx) {
            Poll::Ready(event) => Poll::Ready(Some(event)),
            Poll::Pending => Poll::Ready(None),
        })
        .await;
        match polled {
            Some(Event::Received { message: MqttMessage::Delivery(delivery), .. }) => {
                assert_eq!(delivery.payload, pattern(300, got));
                got += 1;
            }
            Some(other) => panic!("{other:?}"),
            None => tokio::task::yield_now().await,
        }
    }
    let (acks, _) = while_polling(&mut transport, writer).await;
    for (i, ack) in acks.unwrap().into_iter().enumerate() {
        assert_eq!(ack[2..], (i as u16 + 1).to_be_bytes());
    }
}

#[tokio::test]
async fn large_payloads_arrive_whole() {
    let listener = Listener::new().await;
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), listener.target()).await;
    let payload = pattern(3 << 20, 1);
    let packet = wire_publish(0, "a", None, &payload);
    let writer = async { peer.write(&packet).await };
    let (delivery, ()) = tokio::join!(delivery(&mut transport), writer);
    assert!(delivery.payload == payload);
}

#[tokio::test]
async fn signs_of_life() {
    let listener = Listener::new().await;
    let target = listener.target().keep_alive(Duration::from_secs(1));
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), target).await;
    for _ in 0..3 {
        let start = std::time::Instant::now();
        let (ping, _) = while_polling(&mut transport, peer.packet()).await;
        assert_eq!(ping, [0xC0, 0]);
        // A broker would wait for 1.5 s; a busy machine may take longer.
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        peer.write(&[0xD0, 0]).await;
        assert!(matches!(event(&mut transport).await, Event::Alive));
    }
    // Without a keep-alive nobody asks: nothing to see for longer than it took above.
    let target = listener.target().keep_alive(Duration::ZERO);
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), target).await;
    let quiet = async { tokio::time::timeout(Duration::from_secs(2), peer.try_packet()).await };
    let (nothing, events) = while_polling(&mut transport, quiet).await;
    assert!(nothing.is_err() && events.is_empty());
    assert!(transport.has_room(Lane::MAIN));
}
