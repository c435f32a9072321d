//! The lane that subscribes: when it is effective, what ends it, and heartbeats.

#![allow(clippy::unwrap_used)]

mod support;

use std::{
    future::poll_fn,
    task::{Context, Waker},
    time::Duration,
};

use bytes::Bytes;
use journeyman_core::{
    ErrorKind,
    transport::{Event, Tag, Transport},
};
use journeyman_zmq::{
    CurveClient, CurveKeys, Endpoint, Frames, LaneTarget, ZmqConfig, ZmqTransport,
    server::{CurveServer, PeerEvent, PubServer, RouterServer, ServerConfig},
};
use support::{
    raw::{COMMAND, Listener, MORE, Peer},
    *,
};

async fn publisher(endpoint: &Endpoint) -> PubServer {
    PubServer::bind(endpoint, &ServerConfig::default()).await.unwrap()
}

/// A subscriber, and a publisher that speaks by hand.
async fn by_hand(config: ZmqConfig) -> (ZmqTransport, Peer) {
    let listener = Listener::bind().await;
    let lane = requests(&listener.endpoint());
    let (transport, peer) = tokio::join!(connect(config, [lane]), listener.publisher());
    (transport.unwrap(), peer)
}

#[tokio::test]
async fn what_is_published_after_connect_arrives() {
    let folder = Folder::new();
    let folder = &folder;
    for endpoint in folder.both("effective") {
        let publisher = publisher(&endpoint).await;
        for round in 0..100 {
            // No time for the grace of one that is not proved: the proof has to do.
            let config = config(|c| c.subscription_settle = Duration::ZERO);
            let lane = requests(publisher.endpoint());
            let mut transport = connect(config, [lane]).await.unwrap();
            let message = frames(&["workers", &round.to_string()]);
            publisher.publish(message.clone()).await.unwrap();
            assert_eq!(received(&mut transport).await, message);
        }
    }
}

#[tokio::test]
async fn connect_waits_until_the_subscription_was_read() {
    let listener = Listener::bind().await;
    let mut transport = ZmqTransport::default();
    let target = journeyman_zmq::ZmqTarget::new([requests(&listener.endpoint())]);
    let mut connecting = Box::pin(transport.connect(target));
    let mut peer = tokio::select! {
        result = &mut connecting => panic!("too early: {result:?}"),
        peer = listener.greet("PUB", 1) => peer,
    };
    let read = tokio::select! {
        result = &mut connecting => panic!("too early: {result:?}"),
        frame = peer.read_frame() => frame,
    };
    assert_eq!(read, (COMMAND, b"\x09SUBSCRIBEworkers".to_vec()));
    // A PING of the peer is no proof, though it is answered.
    let read = tokio::select! {
        result = &mut connecting => panic!("too early: {result:?}"),
        frame = async {
            let ours = peer.read_frame().await;
            peer.frame(COMMAND, b"\x04PING\0\0theirs").await;
            (ours, peer.read_frame().await)
        } => frame,
    };
    assert_eq!(
        read,
        ((COMMAND, b"\x04PING\0\0journeyman".to_vec()), (COMMAND, b"\x04PONGtheirs".to_vec()),)
    );
    peer.frame(COMMAND, b"\x04PONGjourneyman").await;
    // Once more: the first answer may overtake the subscription within the peer.
    tokio::select! {
        result = &mut connecting => panic!("too early: {result:?}"),
        () = peer.pong() => {}
    }
    soon(connecting).await.unwrap();
}

#[tokio::test]
async fn a_peer_that_does_not_answer_the_ping_is_an_error() {
    let listener = Listener::bind().await;
    let quick = config(|c| c.handshake_timeout = Duration::from_millis(300));
    let (error, mut peer) =
        tokio::join!(refused(quick, requests(&listener.endpoint())), listener.greet("PUB", 1),);
    expect(&error, ErrorKind::Timeout, &["did not answer the PING", "ZMTP 3.1"]);
    peer.ended().await;
}

#[tokio::test]
async fn zmtp_3_0_has_no_ping_and_is_given_time() {
    let listener = Listener::bind().await;
    let lane = requests(&listener.endpoint());
    let config = config(|c| {
        c.subscription_grace = Duration::from_millis(20);
        (c.heartbeat_interval, c.heartbeat_timeout) =
            (Some(Duration::from_millis(5)), Duration::from_millis(10));
    });
    let (transport, peer) = tokio::join!(connect(config, [lane]), listener.greet("PUB", 0));
    let (mut transport, mut peer) = (transport.unwrap(), peer);
    // A subscription of 3.0 is a message, and nothing follows it: no PING, no heartbeat.
    assert_eq!(peer.read_frame().await, (0, b"\x01workers".to_vec()));
    peer.frame(MORE, b"workers").await;
    peer.frame(0, b"x").await;
    assert_eq!(received(&mut transport).await, frames(&["workers", "x"]));
    transport.abort();
    let mut rest = Vec::new();
    soon(tokio::io::AsyncReadExt::read_to_end(&mut peer.0, &mut rest)).await.unwrap();
    assert_eq!(rest, b"");
}

#[tokio::test]
async fn only_the_topics_asked_for_come() {
    let server = publisher(&any_port()).await;
    let mut peers = server.events();
    let lane = LaneTarget::subscribe(REQUESTS, server.endpoint().clone(), ["workers", "b"]);
    let mut transport = connect(ZmqConfig::default(), [lane]).await.unwrap();
    for topic in ["a", "bcd", "worker", "workers", "workersx", ""] {
        server.publish(frames(&[topic, "body"])).await.unwrap();
    }
    for topic in ["bcd", "workers", "workersx"] {
        assert_eq!(received(&mut transport).await, frames(&[topic, "body"]));
    }
    assert!(matches!(peer_event(&mut peers).await, PeerEvent::Connected { .. }));
    for expected in ["workers", "b"] {
        match peer_event(&mut peers).await {
            PeerEvent::Subscribed { topic, .. } => assert_eq!(topic, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn messages_of_all_shapes_arrive_in_order() {
    let folder = Folder::new();
    for endpoint in folder.both("shapes") {
        let server = publisher(&endpoint).await;
        let lane = LaneTarget::subscribe(REQUESTS, server.endpoint().clone(), [""]);
        let mut transport = connect(ZmqConfig::default(), [lane]).await.unwrap();
        let messages = [
            frames(&["workers"]),
            frames(&["workers", "2", "3", "4", "5"]),
            frames(&["", ""]),
            Frames(vec![Bytes::from("workers"), Bytes::from(vec![5; 32 << 20])]),
            frames(&["workers", ""]),
        ];
        for message in &messages {
            server.publish(message.clone()).await.unwrap();
        }
        for (n, message) in messages.iter().enumerate() {
            let found = received(&mut transport).await;
            let sizes: Vec<_> = found.0.iter().map(Bytes::len).collect();
            assert!(found == *message, "message {n} came as frames of {sizes:?} bytes");
        }
    }
}

#[tokio::test]
async fn a_lost_subscription_ends_the_connection_at_once_and_for_good() {
    let folder = Folder::new();
    for endpoint in folder.both("lost") {
        let server = publisher(&endpoint).await;
        let endpoint = server.endpoint().clone();
        let router = RouterServer::bind(&any_port(), &ServerConfig::default()).await.unwrap();
        let lanes = [requests(&endpoint), responses(router.endpoint())];
        let mut transport = connect(ZmqConfig::default(), lanes).await.unwrap();
        transport.send(RESPONSES, Some(Tag(1)), number(1)).unwrap();
        meanwhile(&mut transport, router.receive()).await.unwrap();
        let mut router_events = router.events();
        server.close().await;
        let closed = closed(&mut transport).await;
        let parts = ["the peer closed the connection", "lane: requests"];
        expect(&closed.error, ErrorKind::Disconnected, &parts);
        assert!(!closed.clean && closed.code.is_none());
        assert!(transport.send(RESPONSES, Some(Tag(2)), number(2)).is_err());
        // The other lane was dropped with it.
        assert!(matches!(peer_event(&mut router_events).await, PeerEvent::Disconnected { .. }));
        // Nobody reconnects beneath us: the first one that the restarted server sees is the one
        // that we connect now, though the closed transport goes on being polled.
        let server = publisher(&endpoint).await;
        let mut peers = server.events();
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..100 {
            assert!(transport.poll_event(&mut cx).is_pending());
            tokio::task::yield_now().await;
        }
        let mut other = connect(ZmqConfig::default(), [requests(&endpoint)]).await.unwrap();
        server.publish(frames(&["workers"])).await.unwrap();
        assert_eq!(received(&mut other).await, frames(&["workers"]));
        drop(other);
        let mut connected = 0;
        loop {
            match peer_event(&mut peers).await {
                PeerEvent::Connected { .. } => connected += 1,
                PeerEvent::Disconnected { .. } => break,
                _ => {}
            }
        }
        assert_eq!(connected, 1);
        // The session connects again.
        let target = journeyman_zmq::ZmqTarget::new([requests(&endpoint)]);
        soon(transport.connect(target)).await.unwrap();
        server.publish(frames(&["workers", "again"])).await.unwrap();
        assert_eq!(received(&mut transport).await, frames(&["workers", "again"]));
    }
}

#[tokio::test]
async fn what_came_before_the_end_is_delivered() {
    let (mut transport, mut peer) = by_hand(ZmqConfig::default()).await;
    // Two messages and rubbish in one packet.
    peer.write(b"\x01\x07workers\0\x01a\x01\x07workers\0\x01b\xf8\0").await;
    assert_eq!(received(&mut transport).await, frames(&["workers", "a"]));
    assert_eq!(received(&mut transport).await, frames(&["workers", "b"]));
    let closed = closed(&mut transport).await;
    expect(&closed.error, ErrorKind::PeerMisbehaved, &["broke the ZeroMQ protocol"]);
    peer.ended().await;
}

#[tokio::test]
async fn messages_beyond_the_limits_end_the_connection_before_they_are_read() {
    let small = config(|c| (c.max_message_size, c.max_frames) = (1 << 20, 4));
    // A frame that says it is large, and whose body never comes.
    let (mut transport, mut peer) = by_hand(small.clone()).await;
    peer.write(&[&[2][..], &(1u64 << 40).to_be_bytes()].concat()).await;
    let end = closed(&mut transport).await;
    let parts = ["of at least 1099511627776 bytes", "raise `max_message_size`"];
    expect(&end.error, ErrorKind::TooLarge, &parts);
    assert!(end.error.is_temporary());
    peer.ended().await;
    // Frames without end, all of them empty.
    let (mut transport, mut peer) = by_hand(small.clone()).await;
    let flood = async {
        let frames = [1, 0].repeat(10_000);
        while tokio::io::AsyncWriteExt::write_all(&mut peer.0, &frames).await.is_ok() {}
    };
    let (end, ()) = soon(async { tokio::join!(closed(&mut transport), flood) }).await;
    expect(&end.error, ErrorKind::TooLarge, &["a message of at least"]);
    // A few more frames than allowed.
    let (mut transport, mut peer) = by_hand(small).await;
    peer.write(b"\x01\x07workers\x01\0\x01\0\x01\0\0\0").await;
    let end = closed(&mut transport).await;
    expect(&end.error, ErrorKind::TooLarge, &["5 frames; the limit is 4"]);
}

#[tokio::test]
async fn a_silent_peer_gets_pings_and_is_then_given_up() {
    let impatient = config(|c| {
        (c.heartbeat_interval, c.heartbeat_timeout) =
            (Some(Duration::from_millis(50)), Duration::from_millis(400));
    });
    let (mut transport, mut peer) = by_hand(impatient).await;
    // As long as it answers, it lives.
    let mut alive = 0;
    soon(async {
        while alive < 3 {
            tokio::select! {
                event = poll_fn(|cx| transport.poll_event(cx)) => match event {
                    Event::Alive => alive += 1,
                    other => panic!("{other:?}"),
                },
                () = peer.pong() => {}
            }
        }
    })
    .await;
    let closed = closed(&mut transport).await;
    expect(&closed.error, ErrorKind::Timeout, &["silent for 400ms in spite of PINGs"]);
}

#[tokio::test]
async fn a_stopped_server_behind_the_request_lane_is_noticed_while_nothing_is_asked() {
    let listener = Listener::bind().await;
    let lane = responses(&listener.endpoint());
    let impatient = config(|c| {
        (c.heartbeat_interval, c.heartbeat_timeout) =
            (Some(Duration::from_millis(50)), Duration::from_millis(200));
    });
    let (transport, _silent) = tokio::join!(connect(impatient, [lane]), listener.greet("REP", 1));
    let mut transport = transport.unwrap();
    // It comes back by itself, without an event.
    meanwhile(&mut transport, listener.greet("REP", 1)).await;
}

#[tokio::test]
async fn pings_of_the_peer_are_answered_while_nothing_else_happens() {
    let (mut transport, mut peer) = by_hand(ZmqConfig::default()).await;
    for context in ["", "sixteen bytes of"] {
        let ping = [b"\x04PING\0\x64", context.as_bytes()].concat();
        let pong = meanwhile(&mut transport, async {
            peer.frame(COMMAND, &ping).await;
            peer.read_frame().await
        })
        .await;
        assert_eq!(pong, (COMMAND, [b"\x04PONG", context.as_bytes()].concat()));
    }
}

#[tokio::test]
async fn a_burst_that_fits_the_high_water_mark_arrives() {
    let (server, client) = (CurveKeys::generate(), CurveKeys::generate());
    for encrypted in [false, true] {
        let config = ServerConfig::default();
        let config = match encrypted {
            true => config.curve(CurveServer::open(server.clone())),
            false => config,
        };
        let publisher = PubServer::bind(&any_port(), &config).await.unwrap();
        let lane = requests(publisher.endpoint());
        let lane = match encrypted {
            true => lane.curve(CurveClient { server_key: server.public(), keys: client.clone() }),
            false => lane,
        };
        let mut transport = connect(ZmqConfig::default(), [lane]).await.unwrap();
        let message = |n: u32| frames(&["workers", &n.to_string()]);
        let publish = async {
            for n in 0..900 {
                publisher.publish(message(n)).await.unwrap();
            }
        };
        let receive = async {
            for n in 0..900 {
                assert_eq!(received(&mut transport).await, message(n), "encrypted: {encrypted}");
            }
        };
        tokio::join!(publish, receive);
    }
}
