//! Several sessions on one connection, against a peer that follows a script.

use std::{future::poll_fn, task::Poll, time::Duration};

use journeyman_core::{
    ErrorKind,
    transport::{Event, Goodbye, Lane, Tag, Transport},
};
use journeyman_mqtt::{
    AckId, Acknowledge, Connack, Delivery, Filter, Hub, MqttConfig, MqttMessage, MqttTarget,
    Publish, QoS, SharedTransport, Subscribe, Will,
};

use crate::support::{
    peer::{Listener, Peer, id_of, wire_publish},
    publish, soon,
};

const QOS1: u8 = 2;
const DUP: u8 = 8;
/// A CONNACK.
const ACCEPTED: [u8; 4] = [0x20, 2, 0, 0];

/// A hub, and how its sessions name the broker.
fn hub(listener: &Listener, change: impl Fn(MqttTarget) -> MqttTarget) -> Hub {
    let target = change(listener.target().client_id("house"));
    Hub::new(MqttConfig::default(), move || Ok(target.clone())).pause(Duration::from_millis(1))
}

fn settled(target: MqttTarget) -> MqttTarget {
    target.acknowledge(Acknowledge::AfterSettled).clean_session(false)
}

async fn event(session: &mut SharedTransport) -> Event<MqttMessage> {
    soon(poll_fn(|cx| session.poll_event(cx))).await
}

async fn delivery(session: &mut SharedTransport) -> Delivery {
    match event(session).await {
        Event::Received { message: MqttMessage::Delivery(delivery), .. } => delivery,
        other => panic!("{other:?}"),
    }
}

async fn connack(session: &mut SharedTransport) -> Connack {
    match event(session).await {
        Event::Received { message: MqttMessage::Connack(connack), .. } => *connack,
        other => panic!("{other:?}"),
    }
}

/// Nothing waits for a session.
async fn nothing(session: &mut SharedTransport) {
    let polled =
        poll_fn(|cx| Poll::Ready(session.poll_event(cx).map(|event| format!("{event:?}"))));
    assert_eq!(polled.await, Poll::Pending);
}

/// A session that has joined.
async fn join(hub: &Hub, target: MqttTarget) -> SharedTransport {
    let mut session = hub.transport();
    soon(session.connect(target)).await.unwrap();
    connack(&mut session).await;
    session
}

fn send(session: &mut SharedTransport, tag: u64, message: MqttMessage) {
    session.send(Lane::MAIN, Some(Tag(tag)), message).unwrap();
}

/// Subscribes; the peer grants it. What the peer was sent comes back.
async fn subscribed(session: &mut SharedTransport, peer: &mut Peer, filter: &str) -> Vec<u8> {
    let subscribe = Subscribe::one(filter, QoS::AtLeastOnce);
    send(session, 1, MqttMessage::Subscribe(subscribe));
    let packet = peer.packet().await;
    assert_eq!(packet[0], 0x82);
    peer.write(&[0x90, 3, packet[2], packet[3], 1]).await;
    packet
}

async fn granted(session: &mut SharedTransport) {
    let Event::Reply { tag: Tag(1), message: MqttMessage::Suback(suback) } = event(session).await
    else {
        panic!()
    };
    assert_eq!(suback.refused(), None);
}

/// Two sessions on a new connection, with a filter each.
async fn pair(hub: &Hub, listener: &Listener) -> (SharedTransport, SharedTransport, Peer) {
    let target = |id: &str| listener.target().client_id(id);
    let accept = listener.welcome(&ACCEPTED);
    let (mut a, (mut peer, connect)) = tokio::join!(join(hub, target("a")), accept);
    assert!(String::from_utf8_lossy(&connect).contains("house"));
    let mut b = join(hub, target("b")).await;
    subscribed(&mut a, &mut peer, "a/cmd").await;
    granted(&mut a).await;
    subscribed(&mut b, &mut peer, "b/cmd").await;
    granted(&mut b).await;
    (a, b, peer)
}

#[tokio::test]
async fn one_connection_for_all_and_each_hears_of_its_own() {
    let listener = Listener::new().await;
    let hub = hub(&listener, |target| target);
    let (mut a, mut b, mut peer) = pair(&hub, &listener).await;
    assert_eq!(hub.sessions(), 2);

    // The same tags on both sides mean different things.
    send(&mut a, 7, publish("x", "from a", QoS::AtLeastOnce));
    let from_a = peer.packet().await;
    send(&mut b, 7, publish("x", "from b", QoS::AtLeastOnce));
    let from_b = peer.packet().await;
    let [first, second] = id_of(&from_b).to_be_bytes();
    peer.write(&[0x40, 2, first, second]).await;
    assert!(matches!(event(&mut b).await, Event::Sent { tag: Tag(7) }));
    nothing(&mut a).await;
    let [first, second] = id_of(&from_a).to_be_bytes();
    peer.write(&[0x40, 2, first, second]).await;
    assert!(matches!(event(&mut a).await, Event::Sent { tag: Tag(7) }));

    // What comes in goes to who wants it.
    peer.write(&wire_publish(0, "b/cmd", None, b"1")).await;
    assert_eq!(&delivery(&mut b).await.payload[..], b"1");
    nothing(&mut a).await;
    // A filter that another session has, too: the broker is asked with the higher QoS, and both
    // get it.
    let weak = Filter::new("b/cmd", QoS::AtMostOnce);
    send(&mut a, 1, MqttMessage::Subscribe(Subscribe::new([weak])));
    let packet = peer.packet().await;
    assert_eq!((packet[0], packet.last()), (0x82, Some(&1)));
    peer.write(&[0x90, 3, packet[2], packet[3], 1]).await;
    granted(&mut a).await;
    peer.write(&wire_publish(QOS1, "b/cmd", Some(9), b"2")).await;
    assert_eq!(delivery(&mut a).await, delivery(&mut b).await);
    assert_eq!(peer.packet().await, [0x40, 2, 0, 9]);

    // The broker does not hear that one of the two wants no more of it.
    send(&mut a, 3, MqttMessage::Unsubscribe(vec!["b/cmd".to_owned()]));
    let Event::Reply { tag: Tag(3), message: MqttMessage::Unsuback(unsuback) } =
        event(&mut a).await
    else {
        panic!()
    };
    assert_eq!(unsuback.results.len(), 1);
    peer.write(&wire_publish(0, "b/cmd", None, b"3")).await;
    assert_eq!(&delivery(&mut b).await.payload[..], b"3");
    nothing(&mut a).await;

    // A session leaves: its subscription ends. With the last one, the connection does.
    soon(a.close(Goodbye::default())).await;
    let packet = peer.packet().await;
    assert_eq!((packet[0], &packet[6..]), (0xA2, &b"a/cmd"[..]));
    peer.write(&[0xB0, 2, packet[2], packet[3]]).await;
    let (packet, ()) = tokio::join!(
        async {
            let packet = peer.packet().await;
            drop(peer);
            packet
        },
        async { soon(b.close(Goodbye::default())).await }
    );
    assert_eq!(packet, [0xE0, 0]);
    assert_eq!(hub.sessions(), 0);
}

#[tokio::test]
async fn the_end_is_everybodys_and_they_come_back_to_one_connection() {
    let listener = Listener::new().await;
    let hub = hub(&listener, |target| target);
    let (mut a, mut b, peer) = pair(&hub, &listener).await;
    send(&mut a, 5, publish("x", "lost", QoS::AtLeastOnce));
    drop(peer);
    for session in [&mut a, &mut b] {
        let Event::Closed(closed) = event(session).await else { panic!() };
        assert_eq!(closed.error.kind(), ErrorKind::Disconnected, "{}", closed.error);
        assert!(!session.is_connected());
        assert!(session.send(Lane::MAIN, None, publish("x", "", QoS::AtMostOnce)).is_err());
    }
    let target = |id: &str| listener.target().client_id(id);
    let accept = listener.welcome(&ACCEPTED);
    let (first, second, _peer) =
        tokio::join!(a.connect(target("a")), b.connect(target("b")), accept);
    first.and(second).unwrap();
    assert_eq!((connack(&mut a).await.carried, connack(&mut b).await.carried), (0, 0));
    nothing(&mut a).await;
    assert_eq!(hub.sessions(), 2);
}

#[tokio::test]
async fn a_failed_attempt_fails_for_all_who_waited() {
    let listener = Listener::new().await;
    let hub = hub(&listener, |target| target);
    let (mut a, mut b) = (hub.transport(), hub.transport());
    let target = |id: &str| listener.target().client_id(id);
    let refuse = listener.welcome(&[0x20, 2, 0, 5]);
    let (first, second, _peer) =
        tokio::join!(a.connect(target("a")), b.connect(target("b")), refuse);
    for error in [first.unwrap_err(), second.unwrap_err()] {
        assert!(error.message().contains("not authorized"), "{error}");
        assert!(!error.is_temporary() && error.remedy().is_some());
        assert!(journeyman_mqtt::ReasonCode::of(&error).is_some());
    }
    // Another broker than the hub's is no session of it.
    let mut odd = hub.transport();
    let elsewhere = MqttTarget::new("mqtt://elsewhere").client_id("c");
    let accept = listener.welcome(&ACCEPTED);
    let (result, (mut peer, _)) = tokio::join!(odd.connect(elsewhere), accept);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Config);
    // Nobody is left on that connection.
    assert_eq!(peer.packet().await, [0xE0, 0]);
}

#[tokio::test]
async fn the_will_of_a_session_that_is_given_up() {
    let listener = Listener::new().await;
    let hub = hub(&listener, |target| target);
    let (mut a, mut b, mut peer) = pair(&hub, &listener).await;
    a.abort();
    let packet = peer.packet().await;
    assert_eq!(packet[0], 0xA2, "no will was asked for");
    peer.write(&[0xB0, 2, packet[2], packet[3]]).await;
    let will = Will::new(Publish::new("a/availability", "offline").retain(true));
    let target = listener.target().client_id("a");
    let a = join(&hub, target.will(will)).await;
    drop(a);
    let packet = peer.packet().await;
    assert_eq!(packet[0], 0x31);
    assert!(packet.ends_with(b"offline"));
    // The last one takes the connection with it, and the broker publishes the hub's will.
    b.abort();
    peer.ended().await;
}

#[tokio::test]
async fn acknowledgements_of_all_have_one_order() {
    let listener = Listener::new().await;
    let hub = hub(&listener, settled);
    let (mut a, mut b, mut peer) = pair(&hub, &listener).await;
    peer.write(&wire_publish(QOS1, "a/cmd", Some(1), b"1")).await;
    peer.write(&wire_publish(QOS1, "b/cmd", Some(2), b"2")).await;
    let first: AckId = delivery(&mut a).await.ack.unwrap();
    let second = delivery(&mut b).await.ack.unwrap();
    // Nobody acknowledges for somebody else.
    send(&mut a, 3, MqttMessage::Ack(second));
    assert!(matches!(event(&mut a).await, Event::Failed { tag: Tag(3), .. }));
    send(&mut b, 4, MqttMessage::Ack(second));
    nothing(&mut b).await;
    send(&mut a, 4, MqttMessage::Ack(first));
    assert_eq!(peer.packet().await, [0x40, 2, 0, 1]);
    assert_eq!(peer.packet().await, [0x40, 2, 0, 2]);
    for session in [&mut a, &mut b] {
        assert!(matches!(event(session).await, Event::Sent { tag: Tag(4) }));
    }

    // One that both have is done when both are.
    subscribed(&mut a, &mut peer, "+/all").await;
    granted(&mut a).await;
    subscribed(&mut b, &mut peer, "x/all").await;
    granted(&mut b).await;
    peer.write(&wire_publish(QOS1, "x/all", Some(3), b"3")).await;
    let (mine, yours) = (delivery(&mut a).await.ack.unwrap(), delivery(&mut b).await.ack.unwrap());
    assert_eq!(mine, yours);
    send(&mut a, 5, MqttMessage::Ack(mine));
    assert!(matches!(event(&mut a).await, Event::Sent { tag: Tag(5) }));
    send(&mut a, 6, MqttMessage::Ack(mine));
    assert!(matches!(event(&mut a).await, Event::Failed { tag: Tag(6), .. }));
    peer.write(&[0xD0, 0]).await;
    send(&mut b, 5, MqttMessage::Ack(yours));
    assert_eq!(peer.packet().await, [0x40, 2, 0, 3]);
    assert!(matches!(event(&mut b).await, Event::Sent { tag: Tag(5) }));
}

#[tokio::test]
async fn what_a_session_leaves_waits_for_it() {
    let listener = Listener::new().await;
    let hub = hub(&listener, settled);
    let (mut a, mut b, mut peer) = pair(&hub, &listener).await;
    peer.write(&wire_publish(QOS1, "a/cmd", Some(1), b"1")).await;
    assert!(!delivery(&mut a).await.dup);
    soon(a.close(Goodbye::default())).await;
    // It is still subscribed at the broker.
    peer.write(&wire_publish(QOS1, "a/cmd", Some(2), b"2")).await;
    peer.write(&wire_publish(QOS1, "b/cmd", Some(3), b"3")).await;
    let ack = delivery(&mut b).await.ack.unwrap();
    send(&mut b, 9, MqttMessage::Ack(ack));

    let mut a = join(&hub, listener.target().client_id("a")).await;
    subscribed(&mut a, &mut peer, "a/cmd").await;
    for (payload, dup) in [(b"1", true), (b"2", false)] {
        let again = delivery(&mut a).await;
        assert_eq!((&again.payload[..], again.dup), (&payload[..], dup));
        a.send(Lane::MAIN, None, MqttMessage::Ack(again.ack.unwrap())).unwrap();
    }
    granted(&mut a).await;
    for id in 1..=3 {
        assert_eq!(peer.packet().await, [0x40, 2, 0, id]);
    }
}

#[tokio::test]
async fn nobody_waits_for_ever_for_a_session_that_is_gone() {
    let listener = Listener::new().await;
    let hub = hub(&listener, settled).hold(Duration::from_millis(50));
    let (mut a, mut b, mut peer) = pair(&hub, &listener).await;
    peer.write(&wire_publish(QOS1, "a/cmd", Some(1), b"1")).await;
    delivery(&mut a).await;
    a.abort();
    peer.write(&wire_publish(QOS1, "b/cmd", Some(2), b"2")).await;
    let ack = delivery(&mut b).await.ack.unwrap();
    send(&mut b, 9, MqttMessage::Ack(ack));
    let mut packets = [peer.packet().await, peer.packet().await, peer.packet().await];
    packets.sort();
    assert_eq!(packets[..2], [[0x40, 2, 0, 1], [0x40, 2, 0, 2]]);
    assert_eq!((packets[2][0], &packets[2][6..]), (0xA2, &b"a/cmd"[..]));
    // From then on such messages hold nobody up.
    peer.write(&wire_publish(QOS1, "a/cmd", Some(4), b"4")).await;
    assert_eq!(peer.packet().await, [0x40, 2, 0, 4]);
}

#[tokio::test]
async fn what_the_broker_kept_waits_for_those_who_come_later() {
    let listener = Listener::new().await;
    let hub = hub(&listener, settled);
    let (mut a, mut b, mut peer) = pair(&hub, &listener).await;
    peer.write(&wire_publish(QOS1, "b/cmd", Some(1), b"1")).await;
    delivery(&mut b).await;
    // One is on its way when the connection breaks, one has not left.
    send(&mut b, 5, publish("x", "kept", QoS::AtLeastOnce));
    let kept = peer.packet().await;
    drop(peer);
    for session in [&mut a, &mut b] {
        while !matches!(event(session).await, Event::Closed(_)) {}
    }
    let target = |id: &str| listener.target().client_id(id);
    let accept = listener.welcome(&[0x20, 2, 1, 0]);
    let (first, (mut peer, _)) = tokio::join!(a.connect(target("a")), accept);
    first.unwrap();
    assert_eq!(connack(&mut a).await.carried, 0);
    // It is sent again for the one who is not back yet.
    let again = peer.packet().await;
    assert_eq!((again[0], &again[1..]), (0x3A, &kept[1..]));
    peer.write(&wire_publish(QOS1 | DUP, "b/cmd", Some(1), b"1")).await;
    soon(b.connect(target("b"))).await.unwrap();
    assert_eq!(connack(&mut b).await.carried, 1);
    subscribed(&mut b, &mut peer, "b/cmd").await;
    let redelivered = delivery(&mut b).await;
    assert!(redelivered.dup);
    nothing(&mut a).await;
}

#[tokio::test]
async fn a_session_that_takes_nothing_is_cut_off_and_the_others_go_on() {
    let listener = Listener::new().await;
    // Half of the keep-alive is its time.
    let hub = hub(&listener, |target| target.keep_alive(Duration::from_secs(1)));
    let (mut a, mut b, mut peer) = pair(&hub, &listener).await;
    for _ in 0..1100 {
        peer.write(&wire_publish(0, "a/cmd", None, b"x")).await;
    }
    peer.write(&wire_publish(0, "b/cmd", None, b"y")).await;
    let late = delivery(&mut b).await;
    assert_eq!(&late.payload[..], b"y");
    let Event::Closed(closed) = event(&mut a).await else { panic!() };
    assert_eq!(closed.error.kind(), ErrorKind::Timeout);
    assert!(closed.error.message().contains("took nothing"), "{}", closed.error);
    assert_eq!(hub.sessions(), 1);
}

#[tokio::test]
async fn a_slow_session_loses_nothing() {
    let listener = Listener::new().await;
    let hub = hub(&listener, |target| target);
    let (mut a, _b, mut peer) = pair(&hub, &listener).await;
    let writer = tokio::spawn(async move {
        for number in 0..5000_u32 {
            peer.write(&wire_publish(0, "a/cmd", None, &number.to_be_bytes())).await;
        }
        peer
    });
    for number in 0..5000_u32 {
        assert_eq!(delivery(&mut a).await.payload[..], number.to_be_bytes());
    }
    writer.await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_shared_is_refused() {
    let listener = Listener::new().await;
    let hub = hub(&listener, |target| target);
    let (mut a, _b, _peer) = pair(&hub, &listener).await;
    let subscribe = |subscribe| MqttMessage::Subscribe(subscribe);
    let local = Filter::new("a", QoS::AtMostOnce).no_local(true);
    for (message, what) in [
        (subscribe(Subscribe::one("$share/g/a", QoS::AtMostOnce)), "shared subscriptions"),
        (subscribe(Subscribe::one("a", QoS::AtMostOnce).id(1)), "subscription ids"),
        (subscribe(Subscribe::new([local])), "no_local"),
    ] {
        let error = a.send(Lane::MAIN, None, message).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.message().contains(what) && error.remedy().is_some(), "{error}");
    }
    let error = a.send(Lane::MAIN, None, publish("a/#", "", QoS::AtMostOnce)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Codec, "{error}");
}
