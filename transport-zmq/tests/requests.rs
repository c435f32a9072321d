//! The request lane: order, limits, replies that are late, wrong or missing, and fresh sockets.

#![allow(clippy::unwrap_used)]

mod support;

use std::{
    future::poll_fn,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use journeyman_core::{
    ErrorKind,
    transport::{Event, Goodbye, Lane, Tag, Transport},
};
use journeyman_zmq::{
    Endpoint, Frames, ZmqConfig, ZmqTransport,
    server::{PeerEvent, PeerId, PubServer, RouterServer, ServerConfig},
};
use support::{raw::Listener, *};

async fn serve(endpoint: &Endpoint) -> RouterServer {
    RouterServer::bind(endpoint, &ServerConfig::default()).await.unwrap()
}

async fn pair(config: ZmqConfig, endpoint: &Endpoint) -> (ZmqTransport, RouterServer) {
    let server = serve(endpoint).await;
    let transport = connect(config, [responses(server.endpoint())]).await.unwrap();
    (transport, server)
}

/// The next request; the transport is driven meanwhile.
async fn request(transport: &mut ZmqTransport, server: &RouterServer) -> (PeerId, Frames) {
    meanwhile(transport, server.receive()).await.unwrap()
}

/// One exchange with a server that answers with what it got.
async fn echo(transport: &mut ZmqTransport, server: &RouterServer, tag: u64) {
    let answer = async {
        let (peer, message) = server.receive().await.unwrap();
        server.reply(&peer, message).await.unwrap();
    };
    let (reply, ()) = tokio::join!(ask(transport, tag, number(tag)), answer);
    assert_eq!(reply, number(tag));
}

#[tokio::test]
async fn requests_do_not_wait_and_replies_come_in_order() {
    let folder = Folder::new();
    for endpoint in folder.both("order") {
        let (mut transport, server) = pair(ZmqConfig::default(), &endpoint).await;
        for n in 0..200 {
            transport.send(RESPONSES, Some(Tag(n)), number(n)).unwrap();
        }
        let mut open = Vec::new();
        for n in 0..200 {
            let (peer, message) = request(&mut transport, &server).await;
            assert_eq!(message, number(n));
            open.push((peer, message));
        }
        for (peer, message) in open {
            server.reply(&peer, message).await.unwrap();
        }
        for n in 0..200 {
            assert_eq!(reply(&mut transport).await, (n, number(n)));
        }
    }
}

#[tokio::test]
async fn a_request_without_a_tag_ends_silently_and_keeps_its_place() {
    let (mut transport, server) = pair(ZmqConfig::default(), &any_port()).await;
    for (n, tag) in [(0, None), (1, Some(Tag(1))), (2, None), (3, Some(Tag(3)))] {
        transport.send(RESPONSES, tag, number(n)).unwrap();
    }
    let mut aside = Vec::new();
    for _ in 0..4 {
        let (peer, message) = drive(&mut transport, &mut aside, server.receive()).await.unwrap();
        server.reply(&peer, message).await.unwrap();
    }
    replies(&mut transport, aside, [(1, number(1)), (3, number(3))]).await;
}

#[tokio::test]
async fn frames_of_all_sizes_pass_both_ways() {
    let folder = Folder::new();
    for endpoint in folder.both("sizes") {
        let (mut transport, server) = pair(ZmqConfig::default(), &endpoint).await;
        let large = Bytes::from(vec![7; 32 << 20]);
        let messages = [
            frames(&["one"]),
            frames(&[""]),
            frames(&["a", "", "ccc", "", ""]),
            Frames((0..64).map(|n| Bytes::from(vec![n; usize::from(n) * 9])).collect()),
            Frames(vec![Bytes::from(vec![1; 255]), Bytes::from(vec![2; 256])]),
            Frames(vec![large.clone(), Bytes::new(), Bytes::from(vec![9; 70_000])]),
        ];
        for (tag, message) in (0..).zip(messages) {
            let answer = async {
                let (peer, found) = server.receive().await.unwrap();
                server.reply(&peer, found.clone()).await.unwrap();
                found
            };
            let (reply, found) = tokio::join!(ask(&mut transport, tag, message.clone()), answer);
            assert!(found == message && reply == message, "message {tag}");
        }
    }
}

#[tokio::test]
async fn what_is_beyond_our_limits_is_refused() {
    let limits = config(|c| {
        (c.max_message_size, c.max_frames) = (1000, 3);
        (c.max_open_requests, c.hard_open_requests) = (2, 4);
    });
    let server = serve(&any_port()).await;
    let publisher = PubServer::bind(&any_port(), &ServerConfig::default()).await.unwrap();
    let lanes = [responses(server.endpoint()), requests(publisher.endpoint())];
    let mut transport = connect(limits, lanes).await.unwrap();
    let mut refused = |lane, message: Frames, kind, part| {
        let error = transport.send(lane, Some(Tag(9)), message).unwrap_err();
        expect(&error, kind, &[part]);
    };
    let large = Frames(vec![Bytes::from(vec![0; 501]), Bytes::from(vec![0; 500])]);
    refused(RESPONSES, large, ErrorKind::TooLarge, "1001 bytes");
    refused(RESPONSES, frames(&["", "", "", ""]), ErrorKind::TooLarge, "4 frames");
    refused(RESPONSES, Frames::default(), ErrorKind::Internal, "at least one frame");
    refused(REQUESTS, frames(&["x"]), ErrorKind::Internal, "cannot send");
    refused(Lane("other"), frames(&["x"]), ErrorKind::Disconnected, "lane: other");
    assert!(!transport.has_room(REQUESTS));
    for n in 0..4 {
        assert_eq!(transport.has_room(RESPONSES), n < 2);
        transport.send(RESPONSES, Some(Tag(n)), number(n)).unwrap();
    }
    let error = transport.send(RESPONSES, Some(Tag(4)), number(4)).unwrap_err();
    expect(&error, ErrorKind::Io, &["4 requests are without a reply", "has_room"]);
    assert!(error.is_temporary());
    // Nothing of what was refused is reported, and there is room again after the replies.
    let mut aside = Vec::new();
    for _ in 0..4 {
        let (peer, message) = drive(&mut transport, &mut aside, server.receive()).await.unwrap();
        server.reply(&peer, message).await.unwrap();
    }
    replies(&mut transport, aside, (0..4).map(|n| (n, number(n)))).await;
    assert!(transport.has_room(RESPONSES));
}

#[tokio::test]
async fn queued_bytes_have_limits() {
    let limits = config(|c| {
        (c.send_queue_soft_limit, c.send_queue_hard_limit) = (1000, 3000);
    });
    let (mut transport, _server) = pair(limits, &any_port()).await;
    let message = || Frames(vec![Bytes::from(vec![0; 1400])]);
    // Larger than the limit, and yet taken: the queue is empty.
    transport.send(RESPONSES, Some(Tag(0)), Frames(vec![Bytes::from(vec![0; 2900])])).unwrap();
    assert!(!transport.has_room(RESPONSES));
    let error = transport.send(RESPONSES, Some(Tag(1)), message()).unwrap_err();
    expect(&error, ErrorKind::Io, &["bytes are queued already; the limit is 3000"]);
    meanwhile(&mut transport, tokio::task::yield_now()).await;
    assert!(transport.has_room(RESPONSES), "what was queued is written");
    transport.send(RESPONSES, Some(Tag(2)), message()).unwrap();
}

#[tokio::test]
async fn a_request_without_a_reply_fails_all_and_the_lane_starts_over() {
    let folder = Folder::new();
    for endpoint in folder.both("late") {
        let server = serve(&endpoint).await;
        let publisher = PubServer::bind(&any_port(), &ServerConfig::default()).await.unwrap();
        let mut peers = publisher.events();
        let quick = config(|c| c.request_timeout = Duration::from_millis(150));
        let lanes = [responses(server.endpoint()), requests(publisher.endpoint())];
        let mut transport = connect(quick, lanes).await.unwrap();

        // The first is answered, the second never, the third after everything is over.
        for n in 0..3 {
            transport.send(RESPONSES, Some(Tag(n)), number(n)).unwrap();
        }
        let (old, first) = request(&mut transport, &server).await;
        for _ in 1..3 {
            request(&mut transport, &server).await;
        }
        server.reply(&old, first).await.unwrap();
        assert_eq!(reply(&mut transport).await, (0, number(0)));
        for n in 1..3 {
            let (tag, error) = failed(&mut transport).await;
            assert_eq!(tag, n);
            expect(&error, ErrorKind::Timeout, &["no reply within 150ms", "lane: responses"]);
            assert!(error.is_temporary());
        }
        // The next request goes over a fresh socket, and is not answered by the late reply.
        transport.send(RESPONSES, Some(Tag(3)), number(3)).unwrap();
        let (new, message) = request(&mut transport, &server).await;
        assert_ne!(old, new);
        // Refused by now, or sent into the void.
        let _ = server.reply(&old, number(2)).await;
        server.reply(&new, message).await.unwrap();
        assert_eq!(reply(&mut transport).await, (3, number(3)));
        // The other lane did not notice anything.
        publisher.publish(frames(&["workers", "ping"])).await.unwrap();
        assert_eq!(received(&mut transport).await, frames(&["workers", "ping"]));
        assert!(matches!(peer_event(&mut peers).await, PeerEvent::Connected { .. }));
        assert!(matches!(peer_event(&mut peers).await, PeerEvent::Subscribed { .. }));
        publisher.close().await;
        assert!(matches!(soon(peers.next()).await, None | Some(PeerEvent::Disconnected { .. })));
    }
}

#[tokio::test]
async fn a_server_that_breaks_the_rules_costs_the_socket_and_not_the_connection() {
    let (mut transport, server) = pair(ZmqConfig::default(), &any_port()).await;
    let mut peers = server.events();
    // A reply without the delimiter.
    for n in 0..2 {
        transport.send(RESPONSES, Some(Tag(n)), number(n)).unwrap();
    }
    let (peer, message) = request(&mut transport, &server).await;
    request(&mut transport, &server).await;
    server.send_raw(&peer, message).await.unwrap();
    for n in 0..2 {
        let (tag, error) = failed(&mut transport).await;
        assert_eq!(tag, n);
        expect(&error, ErrorKind::PeerMisbehaved, &["without the empty delimiter"]);
    }
    echo(&mut transport, &server, 2).await;
    // More replies than requests: the second costs the socket, and nobody else anything.
    transport.send(RESPONSES, Some(Tag(3)), number(3)).unwrap();
    let (peer, message) = request(&mut transport, &server).await;
    server.reply(&peer, message.clone()).await.unwrap();
    server.reply(&peer, message).await.unwrap();
    assert_eq!(reply(&mut transport).await, (3, number(3)));
    let mut connected = 0;
    meanwhile(&mut transport, async {
        while connected < 2 {
            if let PeerEvent::Connected { .. } = peer_event(&mut peers).await {
                connected += 1;
            }
        }
    })
    .await;
    echo(&mut transport, &server, 4).await;
}

#[tokio::test]
async fn a_reply_beyond_the_limits_fails_its_request() {
    let small = config(|c| (c.max_message_size, c.max_frames) = (1000, 3));
    let (mut transport, server) = pair(small, &any_port()).await;
    let too_much = [
        (Frames(vec![Bytes::from(vec![0; 100_000])]), "the limit is"),
        (Frames(vec![Bytes::from(vec![0; 1001])]), "at least 1001 bytes; the limit is 1000"),
        (frames(&["", "", "", ""]), "4 frames; the limit is 3"),
    ];
    for (tag, (message, part)) in (0..).zip(too_much) {
        transport.send(RESPONSES, Some(Tag(tag)), number(tag)).unwrap();
        let (peer, _) = request(&mut transport, &server).await;
        server.reply(&peer, message).await.unwrap();
        let (found, error) = failed(&mut transport).await;
        assert_eq!(found, tag);
        expect(&error, ErrorKind::TooLarge, &["connection lost before the reply", part]);
        assert!(error.is_temporary());
    }
    echo(&mut transport, &server, 9).await;
}

#[tokio::test]
async fn a_restarted_server_gets_what_was_sent_meanwhile() {
    let folder = Folder::new();
    for endpoint in folder.both("restart") {
        let (mut transport, server) = pair(ZmqConfig::default(), &endpoint).await;
        let endpoint = server.endpoint().clone();
        transport.send(RESPONSES, Some(Tag(0)), number(0)).unwrap();
        request(&mut transport, &server).await;
        server.close().await;
        let (tag, error) = failed(&mut transport).await;
        assert_eq!(tag, 0);
        expect(&error, ErrorKind::Disconnected, &["connection lost before the reply"]);
        for n in 1..4 {
            transport.send(RESPONSES, Some(Tag(n)), number(n)).unwrap();
        }
        let server = serve(&endpoint).await;
        let mut aside = Vec::new();
        for n in 1..4 {
            let next = drive(&mut transport, &mut aside, server.receive());
            let (peer, message) = next.await.unwrap();
            assert_eq!(message, number(n));
            server.reply(&peer, message).await.unwrap();
        }
        replies(&mut transport, aside, (1..4).map(|n| (n, number(n)))).await;
    }
}

#[tokio::test]
async fn a_server_that_stays_away_closes_the_connection() {
    let patient = config(|c| c.lane_timeout = Duration::from_millis(300));
    let (mut transport, server) = pair(patient, &any_port()).await;
    server.close().await;
    transport.send(RESPONSES, Some(Tag(1)), number(1)).unwrap();
    // Depending on which is noticed first, the request was given to the old socket or waits.
    let closed = match event(&mut transport).await {
        Event::Failed { tag: Tag(1), .. } => closed(&mut transport).await,
        Event::Closed(closed) => closed,
        other => panic!("{other:?}"),
    };
    let parts = ["could not be replaced within 300ms", "nothing listens there"];
    expect(&closed.error, ErrorKind::Disconnected, &parts);
    assert!(transport.send(RESPONSES, Some(Tag(2)), number(2)).is_err());
    let mut cx = Context::from_waker(Waker::noop());
    assert!(transport.poll_event(&mut cx).is_pending(), "nothing comes after the end");
}

#[tokio::test]
async fn a_server_that_hangs_up_again_and_again_is_not_stormed() {
    let listener = Listener::bind().await;
    let lane = responses(&listener.endpoint());
    let slow = config(|c| {
        (c.lane_backoff_min, c.lane_backoff_max) =
            (Duration::from_millis(20), Duration::from_millis(80));
    });
    let (transport, first) = tokio::join!(connect(slow, [lane]), listener.greet("ROUTER", 1));
    let mut transport = transport.unwrap();
    drop(first);
    let start = tokio::time::Instant::now();
    meanwhile(&mut transport, async {
        for _ in 0..6 {
            drop(listener.greet("ROUTER", 1).await);
        }
    })
    .await;
    // At once, then after 20, 40, 80, 80 and 80 ms; never faster.
    assert!(start.elapsed() >= Duration::from_millis(300), "{:?}", start.elapsed());
}

#[tokio::test]
async fn polling_may_stop_at_any_time() {
    let (mut transport, server) = pair(ZmqConfig::default(), &any_port()).await;
    let echoes = tokio::spawn(async move {
        while let Ok((peer, message)) = server.receive().await {
            if server.reply(&peer, message).await.is_err() {
                return;
            }
        }
    });
    let (mut sent, mut next) = (0u64, 0u64);
    soon(async {
        while next < 20_000 {
            while sent < 20_000 && sent - next < 50 {
                let body = vec![sent.to_le_bytes()[0]; usize::try_from(sent % 700).unwrap()];
                let message = Frames(vec![number(sent).0.remove(0), body.into()]);
                transport.send(RESPONSES, Some(Tag(sent)), message).unwrap();
                sent += 1;
            }
            // Each future is polled once and dropped.
            let event = poll_fn(|cx| {
                Poll::Ready(match transport.poll_event(cx) {
                    Poll::Ready(event) => Some(event),
                    Poll::Pending => None,
                })
            })
            .await;
            match event {
                Some(Event::Reply { tag, message }) => {
                    assert_eq!(tag.0, next);
                    assert_eq!(message.0[0], number(next).0[0]);
                    assert_eq!(message.0[1].len(), usize::try_from(next % 700).unwrap());
                    next += 1;
                }
                Some(Event::Alive) => {}
                Some(other) => panic!("{other:?}"),
                None => tokio::task::yield_now().await,
            }
        }
    })
    .await;
    echoes.abort();
}

#[tokio::test]
async fn an_idle_connection_wakes_nobody() {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };
    #[derive(Default)]
    struct Count(AtomicU32);
    impl std::task::Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let publisher = PubServer::bind(&any_port(), &ServerConfig::default()).await.unwrap();
    let (mut busy, server) = pair(ZmqConfig::default(), &any_port()).await;
    let lanes = [responses(server.endpoint()), requests(publisher.endpoint())];
    let mut idle = connect(ZmqConfig::default(), lanes).await.unwrap();
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    let mut cx = Context::from_waker(&waker);
    assert!(idle.poll_event(&mut cx).is_pending());
    let start = tokio::time::Instant::now();
    for n in 0..500 {
        echo(&mut busy, &server, n).await;
    }
    // Not before the first PING is due, in 5 s.
    if start.elapsed() < Duration::from_secs(4) {
        assert_eq!(count.0.load(Ordering::Relaxed), 0);
    }
    publisher.publish(frames(&["workers"])).await.unwrap();
    assert_eq!(received(&mut idle).await, frames(&["workers"]));
}

#[tokio::test]
async fn close_writes_what_is_queued() {
    let folder = Folder::new();
    for endpoint in folder.both("close") {
        let (mut transport, server) = pair(ZmqConfig::default(), &endpoint).await;
        for n in 0..100 {
            let body = Bytes::from(vec![1; 20_000]);
            let message = Frames(vec![number(n).0.remove(0), body]);
            transport.send(RESPONSES, None, message).unwrap();
        }
        // Replies that nobody reads must not cost what was written.
        let received = async {
            for n in 0..100 {
                let (peer, message) = server.receive().await.unwrap();
                assert_eq!(message.0[0], number(n).0[0]);
                let _ = server.reply(&peer, message).await;
            }
        };
        soon(async { tokio::join!(transport.close(Goodbye::default()), received) }).await;
        assert!(transport.send(RESPONSES, None, frames(&["x"])).is_err());
    }
}

#[tokio::test]
async fn close_is_bounded_when_the_peer_does_not_read() {
    let listener = Listener::bind().await;
    let lane = responses(&listener.endpoint());
    let short = config(|c| c.linger = Duration::from_millis(100));
    let (transport, mut peer) = tokio::join!(connect(short, [lane]), listener.greet("REP", 1));
    let mut transport = transport.unwrap();
    let large = Frames(vec![Bytes::from(vec![0; 32 << 20])]);
    transport.send(RESPONSES, Some(Tag(1)), large).unwrap();
    soon(transport.close(Goodbye::default())).await;
    peer.ended().await;
}

#[tokio::test]
async fn abort_drops_the_connection_at_once() {
    let (mut transport, server) = pair(ZmqConfig::default(), &any_port()).await;
    let mut peers = server.events();
    transport.send(RESPONSES, Some(Tag(1)), number(1)).unwrap();
    transport.abort();
    while !matches!(peer_event(&mut peers).await, PeerEvent::Disconnected { .. }) {}
    let mut cx = Context::from_waker(Waker::noop());
    assert!(transport.poll_event(&mut cx).is_pending());
    assert!(!transport.has_room(RESPONSES));
}

#[tokio::test]
async fn curve_carries_the_same() {
    use journeyman_zmq::server::CurveServer;
    let (server_keys, client_keys, told) = key_pairs();
    let allowed = client_keys.public();
    let config =
        ServerConfig::default().curve(CurveServer::allow_if(server_keys, move |k| *k == allowed));
    let server = RouterServer::bind(&any_port(), &config).await.unwrap();
    let publisher = PubServer::bind(&any_port(), &config).await.unwrap();
    let lanes = [
        responses(server.endpoint()).curve(told.clone()),
        requests(publisher.endpoint()).curve(told),
    ];
    let mut transport = connect(ZmqConfig::default(), lanes).await.unwrap();
    publisher.publish(frames(&["workers", "ping"])).await.unwrap();
    assert_eq!(received(&mut transport).await, frames(&["workers", "ping"]));
    // No more than this: without optimisation, encryption is slow.
    let large = Frames(vec![Bytes::new(), Bytes::from(vec![7; 2 << 20]), Bytes::from("end")]);
    for (tag, message) in (0..).zip([frames(&["a", "", "c"]), large]) {
        let answer = async {
            let (peer, found) = server.receive().await.unwrap();
            server.reply(&peer, found).await.unwrap();
        };
        let (reply, ()) = tokio::join!(ask(&mut transport, tag, message.clone()), answer);
        assert!(reply == message, "message {tag}");
    }
    for n in 10..200 {
        transport.send(RESPONSES, Some(Tag(n)), number(n)).unwrap();
    }
    let mut aside = Vec::new();
    for _ in 10..200 {
        let (peer, message) = drive(&mut transport, &mut aside, server.receive()).await.unwrap();
        server.reply(&peer, message).await.unwrap();
    }
    replies(&mut transport, aside, (10..200).map(|n| (n, number(n)))).await;
}
