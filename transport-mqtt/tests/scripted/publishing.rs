//! What we publish, and what is reported for it.

use journeyman_core::{
    ErrorKind,
    transport::{Event, Lane, Tag, Transport},
};
use journeyman_mqtt::{MqttConfig, MqttMessage, Protocol, Publish, QoS, ReasonCode, Subscribe};

use crate::support::{peer::*, *};

fn tags(events: &[Event<MqttMessage>]) -> Vec<u64> {
    events
        .iter()
        .map(|event| match event {
            Event::Sent { tag } => tag.0,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[tokio::test]
async fn qos_0_is_sent_when_it_is_written() {
    let listener = Listener::new().await;
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), listener.target()).await;
    send_tagged(&mut transport, 1, publish("a", "x", QoS::AtMostOnce));
    send(&mut transport, publish("a", "y", QoS::AtMostOnce));
    send_tagged(&mut transport, 2, publish("a", vec![9; 100_000], QoS::AtMostOnce));
    let (packets, events) = while_polling(&mut transport, async {
        [peer.packet().await, peer.packet().await, peer.packet().await]
    })
    .await;
    let mut events = events;
    while events.len() < 2 {
        events.push(event(&mut transport).await);
    }
    assert_eq!(tags(&events), [1, 2]);
    assert_eq!(packets[0], [0x30, 4, 0, 1, b'a', b'x']);
    assert_eq!(packets[1], [0x30, 4, 0, 1, b'a', b'y']);
    assert!(packets[2].len() > 100_000 && packets[2].ends_with(&[9; 100_000]));
    assert_eq!(transport.queued_bytes(), 0);
}

#[tokio::test]
async fn the_window_and_late_acknowledgements() {
    let listener = Listener::new().await;
    let mut config = MqttConfig::default();
    config.max_in_flight = 2;
    let (mut transport, mut peer) = listener.pair(config, listener.target()).await;
    for tag in 1..=4 {
        send_tagged(&mut transport, tag, publish("a", [tag as u8], QoS::AtLeastOnce));
    }
    // What comes behind them stays behind them.
    send(&mut transport, publish("a", [5], QoS::AtMostOnce));
    let (first, events) =
        while_polling(&mut transport, async { [peer.packet().await, peer.packet().await] }).await;
    assert!(events.is_empty());
    assert_eq!((first[0].last(), first[1].last()), (Some(&1), Some(&2)));
    assert_eq!(transport.in_flight(), 2);
    // The second first: its tag, not that of the oldest.
    let (a, b) = (id_of(&first[0]), id_of(&first[1]));
    let ack = |id: u16| [0x40, 2, id.to_be_bytes()[0], id.to_be_bytes()[1]];
    peer.write(&ack(b)).await;
    let (third, events) = while_polling(&mut transport, peer.packet()).await;
    assert_eq!((third.last(), tags(&events)), (Some(&3), vec![2]));
    // The same again is nothing, and does not open the window.
    peer.write(&ack(b)).await;
    peer.write(&ack(a)).await;
    let (fourth, events) = while_polling(&mut transport, peer.packet()).await;
    assert_eq!((fourth.last(), tags(&events)), (Some(&4), vec![1]));
    assert_eq!(transport.stats().unexpected, 1);
    let (fifth, _) = while_polling(&mut transport, peer.packet()).await;
    assert_eq!(fifth, [0x30, 4, 0, 1, b'a', 5]);
    peer.write(&ack(id_of(&third))).await;
    peer.write(&ack(id_of(&fourth))).await;
    assert!(matches!(event(&mut transport).await, Event::Sent { tag: Tag(3) }));
    assert!(matches!(event(&mut transport).await, Event::Sent { tag: Tag(4) }));
    assert_eq!((transport.in_flight(), transport.queued_bytes()), (0, 0));
}

#[tokio::test]
async fn qos_2_to_its_end() {
    let listener = Listener::new().await;
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), listener.target()).await;
    send_tagged(&mut transport, 1, publish("a", "x", QoS::ExactlyOnce));
    let (packet, _) = while_polling(&mut transport, peer.packet()).await;
    assert_eq!(packet[0], 0x34);
    let [high, low] = id_of(&packet).to_be_bytes();
    // PUBREC, twice: a PUBREL each.
    for _ in 0..2 {
        peer.write(&[0x50, 2, high, low]).await;
        let (pubrel, events) = while_polling(&mut transport, peer.packet()).await;
        assert_eq!(pubrel, [0x62, 2, high, low]);
        assert!(events.is_empty());
    }
    peer.write(&[0x70, 2, high, low]).await;
    assert!(matches!(event(&mut transport).await, Event::Sent { tag: Tag(1) }));
    assert_eq!(transport.in_flight(), 0);
    // A PUBREC for nothing that we know: the broker may forget it.
    peer.write(&[0x50, 2, high, low]).await;
    let (pubrel, _) = while_polling(&mut transport, peer.packet()).await;
    assert_eq!(pubrel, [0x62, 2, high, low]);
}

#[tokio::test]
async fn a_broker_of_5_can_refuse() {
    let listener = Listener::new().await;
    let target = listener.target().protocol(Protocol::V5);
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), target).await;
    for (tag, qos) in [QoS::AtLeastOnce, QoS::ExactlyOnce, QoS::AtLeastOnce].into_iter().enumerate()
    {
        send_tagged(&mut transport, tag as u64, publish("a/b", "x", qos));
    }
    let (packets, _) = while_polling(&mut transport, async {
        [peer.packet().await, peer.packet().await, peer.packet().await]
    })
    .await;
    let id = |i: usize| id_of(&packets[i]).to_be_bytes();
    // Not authorized, with a text; quota exceeded; nobody has subscribed.
    let ([a, b], [c, d], [e, f]) = (id(0), id(1), id(2));
    peer.write(&[0x40, 9, a, b, 0x87, 5, 0x1F, 0, 2, b'n', b'o']).await;
    peer.write(&[0x50, 3, c, d, 0x97]).await;
    peer.write(&[0x40, 4, e, f, 0x10, 0]).await;
    let Event::Failed { tag: Tag(0), error } = event(&mut transport).await else { panic!() };
    assert_eq!((error.kind(), error.is_temporary()), (ErrorKind::Refused, false));
    assert_eq!(ReasonCode::of(&error), Some(ReasonCode::NOT_AUTHORIZED));
    assert!(error.to_string().contains("topic: a/b, broker says: no"), "{error}");
    let Event::Failed { tag: Tag(1), error } = event(&mut transport).await else { panic!() };
    assert!(error.is_temporary());
    assert_eq!(ReasonCode::of(&error), Some(ReasonCode::QUOTA_EXCEEDED));
    assert!(matches!(event(&mut transport).await, Event::Sent { tag: Tag(2) }));
    assert_eq!(transport.in_flight(), 0);
}

#[tokio::test]
async fn subscriptions_and_their_answers() {
    let listener = Listener::new().await;
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), listener.target()).await;
    let filters = ["a/#", "b"].map(|f| journeyman_mqtt::Filter::new(f, QoS::AtLeastOnce));
    send_tagged(&mut transport, 1, MqttMessage::Subscribe(Subscribe::new(filters)));
    send(&mut transport, MqttMessage::Subscribe(Subscribe::one("c", QoS::AtMostOnce)));
    send_tagged(&mut transport, 2, MqttMessage::Unsubscribe(vec!["a/#".to_owned()]));
    let (packets, _) = while_polling(&mut transport, async {
        [peer.packet().await, peer.packet().await, peer.packet().await]
    })
    .await;
    let [first, second, third] = packets;
    assert_eq!((first[0], second[0], third[0]), (0x82, 0x82, 0xA2));
    assert_eq!(first[4..], [0, 3, b'a', b'/', b'#', 1, 0, 1, b'b', 1]);
    peer.write(&[0xB0, 2, third[2], third[3]]).await;
    peer.write(&[0x90, 3, second[2], second[3], 0]).await;
    peer.write(&[0x90, 4, first[2], first[3], 0, 0x80]).await;
    let Event::Reply { tag: Tag(2), message: MqttMessage::Unsuback(unsuback) } =
        event(&mut transport).await
    else {
        panic!()
    };
    assert_eq!(unsuback.results, [("a/#".to_owned(), ReasonCode::SUCCESS)]);
    // Without a tag the answer is a message of its own, so that a refusal cannot be missed.
    let Event::Received { message: MqttMessage::Suback(suback), .. } = event(&mut transport).await
    else {
        panic!()
    };
    assert_eq!((&*suback.results[0].filter, suback.refused()), ("c", None));
    let Event::Reply { tag: Tag(1), message: MqttMessage::Suback(suback) } =
        event(&mut transport).await
    else {
        panic!()
    };
    assert_eq!(suback.results[0].granted, Ok(QoS::AtMostOnce));
    assert_eq!(suback.refused(), Some(("b", ReasonCode::UNSPECIFIED)));
    assert_eq!(transport.queued_bytes(), 0);
}

#[tokio::test]
async fn what_cannot_be_sent_disturbs_nothing() {
    let listener = Listener::new().await;
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), listener.target()).await;
    let properties = journeyman_mqtt::Properties::new().content_type("x");
    let cases = [
        (publish("", "x", QoS::AtMostOnce), ErrorKind::Codec),
        (publish("a/+", "x", QoS::AtMostOnce), ErrorKind::Codec),
        (
            MqttMessage::Publish(Publish::new("a", "x").properties(properties)),
            ErrorKind::Unsupported,
        ),
        (MqttMessage::Subscribe(Subscribe::new([])), ErrorKind::Codec),
        (MqttMessage::Subscribe(Subscribe::one("a/#/b", QoS::AtMostOnce)), ErrorKind::Codec),
        (
            MqttMessage::Subscribe(Subscribe::one("a", QoS::AtMostOnce).id(1)),
            ErrorKind::Unsupported,
        ),
        (
            MqttMessage::Subscribe(Subscribe::new([journeyman_mqtt::Filter::new(
                "a",
                QoS::AtMostOnce,
            )
            .no_local(true)])),
            ErrorKind::Unsupported,
        ),
        (MqttMessage::Unsubscribe(Vec::new()), ErrorKind::Codec),
        (publish("a", vec![0; 11 << 20], QoS::AtMostOnce), ErrorKind::TooLarge),
    ];
    for (message, kind) in cases {
        let error = transport.send(Lane::MAIN, Some(Tag(1)), message).unwrap_err();
        assert_eq!((error.kind(), error.is_temporary()), (kind, false), "{error}");
    }
    let other = Lane("other");
    let error = transport.send(other, None, publish("a", "x", QoS::AtMostOnce)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert_eq!(transport.queued_bytes(), 0);
    send_tagged(&mut transport, 2, publish("a", "x", QoS::AtMostOnce));
    assert!(matches!(event(&mut transport).await, Event::Sent { tag: Tag(2) }));
    assert_eq!(peer.packet().await, [0x30, 4, 0, 1, b'a', b'x']);
}
