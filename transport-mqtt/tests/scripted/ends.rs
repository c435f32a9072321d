//! How a connection ends.

use journeyman_core::{
    ErrorKind,
    transport::{Event, Goodbye, Transport},
};
use journeyman_mqtt::{Acknowledge, MqttConfig, Protocol, QoS, ReasonCode};

use crate::support::{peer::*, *};

#[tokio::test]
async fn a_clean_end() {
    for (protocol, goodbye, expected) in [
        (Protocol::V311, Goodbye::default(), vec![0xE0, 0]),
        (Protocol::V5, Goodbye::default(), vec![0xE0, 0]),
        (
            Protocol::V5,
            Goodbye { code: Some(4), reason: "ok".to_owned() },
            vec![0xE0, 7, 4, 5, 0x1F, 0, 2, b'o', b'k'],
        ),
    ] {
        let listener = Listener::new().await;
        let target = listener.target().protocol(protocol);
        let (mut transport, peer) = listener.pair(MqttConfig::default(), target).await;
        send(&mut transport, publish("a", "last", QoS::AtMostOnce));
        let other = async move {
            let mut peer = peer;
            let last = peer.packet().await;
            assert!(last.ends_with(b"last"));
            let packet = peer.packet().await;
            peer.ended().await;
            drop(peer);
            packet
        };
        let ((), packet) = tokio::join!(transport.close(goodbye), other);
        assert_eq!(packet, expected);
        assert!(!transport.is_connected());
    }
}

#[tokio::test]
async fn an_abort_says_nothing() {
    let listener = Listener::new().await;
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), listener.target()).await;
    transport.abort();
    assert!(!transport.is_connected());
    peer.ended().await;
}

/// What waits for the window goes out before the goodbye; what comes in is not acknowledged, since
/// nobody works on it any more.
#[tokio::test]
async fn closing_with_a_full_window() {
    let listener = Listener::new().await;
    let mut config = MqttConfig::default();
    config.max_in_flight = 1;
    let (mut transport, mut peer) = listener.pair(config, listener.target()).await;
    for i in 0..3u8 {
        send(&mut transport, publish("a", [i], QoS::AtLeastOnce));
    }
    let other = async move {
        peer.write(&wire_publish(2, "b", Some(1), b"too late")).await;
        for i in 0..3u8 {
            let packet = peer.packet().await;
            assert_eq!((packet[0], packet.last()), (0x32, Some(&i)));
            let [high, low] = id_of(&packet).to_be_bytes();
            peer.write(&[0x40, 2, high, low]).await;
        }
        assert_eq!(peer.packet().await, [0xE0, 0]);
    };
    soon(async { tokio::join!(transport.close(Goodbye::default()), other) }).await;
}

#[tokio::test]
async fn a_dropped_close_drops_the_connection() {
    let listener = Listener::new().await;
    let mut config = MqttConfig::default();
    config.max_in_flight = 1;
    let (mut transport, mut peer) = listener.pair(config, listener.target()).await;
    send(&mut transport, publish("a", "1", QoS::AtLeastOnce));
    send(&mut transport, publish("a", "2", QoS::AtLeastOnce));
    tokio::select! {
        () = transport.close(Goodbye::default()) => panic!("the window is full"),
        _ = peer.packet() => {}
    }
    assert!(!transport.is_connected());
    peer.ended().await;
}

#[tokio::test]
async fn taken_over() {
    let listener = Listener::new().await;
    let target = listener.target().protocol(Protocol::V5);
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), target).await;
    peer.write(&[0xE0, 2, 0x8E, 0]).await;
    drop(peer);
    let end = closed(&mut transport).await;
    assert_eq!((end.code, end.clean), (Some(0x8E), true));
    assert_eq!(ReasonCode::of(&end.error), Some(ReasonCode::SESSION_TAKEN_OVER));
    assert!(end.error.is_temporary() && end.error.message().contains("another client"));
    assert!(end.error.to_string().contains("client id: me"), "{}", end.error);

    // In 3.1.1 there is nothing to see but the end; the possible reasons are named.
    let (mut transport, peer) = listener.pair(MqttConfig::default(), listener.target()).await;
    drop(peer);
    let end = closed(&mut transport).await;
    assert_eq!((end.code, end.clean, end.error.kind()), (None, false, ErrorKind::Disconnected));
    assert!(end.error.remedy().unwrap().contains("client id to another client"));
    assert!(end.error.to_string().contains("client id: me"), "{}", end.error);
}

/// What the broker says before it resets the connection is not lost behind the failed write.
#[tokio::test]
async fn the_reason_is_read_although_writing_fails() {
    let listener = Listener::new().await;
    let target = listener.target().protocol(Protocol::V5);
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), target).await;
    peer.write(&[0xE0, 2, 0x8B, 0]).await;
    drop(peer);
    for _ in 0..100 {
        send(&mut transport, publish("a", vec![0; 10_000], QoS::AtMostOnce));
    }
    let end = closed(&mut transport).await;
    assert_eq!(end.code, Some(0x8B), "{}", end.error);
}

#[tokio::test]
async fn what_was_acknowledged_before_the_end_is_reported() {
    let listener = Listener::new().await;
    let target = listener.target().acknowledge(Acknowledge::AfterSettled);
    let (mut transport, mut peer) = listener.pair(MqttConfig::default(), target).await;
    send_tagged(&mut transport, 1, publish("a", "x", QoS::AtLeastOnce));
    let (packet, _) = while_polling(&mut transport, peer.packet()).await;
    let [high, low] = id_of(&packet).to_be_bytes();
    peer.write(&[0x40, 2, high, low]).await;
    drop(peer);
    assert!(matches!(event(&mut transport).await, Event::Sent { .. }));
    assert!(matches!(event(&mut transport).await, Event::Closed(_)));
    // After that it stays pending.
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(transport.poll_event(&mut cx).is_pending());
}
