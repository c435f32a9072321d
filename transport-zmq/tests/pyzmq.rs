//! libzmq, through `pyzmq`, on the other side: as the server of our client, and as the client of
//! our server; with and without CURVE; killed and restarted.
//!
//! Runs when `JOURNEYMAN_TEST_PYTHON` names a Python interpreter that has
//! `testkit/python/requirements.txt` installed; otherwise each test says aloud that it was
//! skipped.

#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use bytes::Bytes;
use journeyman_core::{
    ErrorKind,
    transport::{Event, Goodbye, Tag, Transport},
};
use journeyman_zmq::{
    CurveKeys, Endpoint, Frames, LaneTarget, ZmqConfig, ZmqTarget, ZmqTransport,
    server::{CurveServer, PeerEvent, PubServer, RouterServer, ServerConfig},
};
use serde_json::json;
use support::{
    python::{Peer, interpreter, to_json},
    *,
};

/// Sizes and shapes that go over each kind of wire.
fn shapes(large: usize) -> Vec<Frames> {
    vec![
        frames(&["workers"]),
        frames(&["workers", "", "", "4", ""]),
        Frames(vec![Bytes::from("workers"), Bytes::from(vec![1; 255]), vec![2; 256].into()]),
        Frames(vec![Bytes::from("workers"), Bytes::from(vec![3; large])]),
    ]
}

/// A libzmq with PUB and REP, which is what a mooR daemon is.
async fn daemon(
    python: &str,
    requests: &Endpoint,
    responses: &Endpoint,
    curve: Option<&CurveKeys>,
) -> (Peer, Endpoint, Endpoint) {
    let mut peer = Peer::start(python);
    let requests = peer.bind("pub", "PUB", requests, curve).await;
    let responses = peer.bind("rep", "REP", responses, curve).await;
    (peer, requests, responses)
}

#[tokio::test]
async fn our_client_and_their_pub_and_rep() {
    let Some(python) = interpreter("our_client_and_their_pub_and_rep") else { return };
    let folder = Folder::new();
    exchange_with_daemon(&python, &any_port(), &any_port()).await;
    exchange_with_daemon(&python, &folder.ipc("pub"), &folder.ipc("rep")).await;
}

async fn exchange_with_daemon(python: &str, requests_at: &Endpoint, responses_at: &Endpoint) {
    let (mut peer, requests_at, responses_at) =
        daemon(python, requests_at, responses_at, None).await;
    let lanes = [requests(&requests_at), responses(&responses_at)];
    let mut transport = connect(ZmqConfig::default(), lanes).await.unwrap();
    for message in shapes(32 << 20) {
        peer.send("pub", &message).await;
        assert!(received(&mut transport).await == message);
    }
    // Many at once: a REP takes one after another.
    for n in 0..50 {
        transport.send(RESPONSES, Some(Tag(n)), number(n)).unwrap();
    }
    let mut aside = Vec::new();
    for n in 0..50 {
        let found = drive(&mut transport, &mut aside, peer.receive("rep")).await;
        assert_eq!(found, number(n));
        peer.send("rep", &found).await;
    }
    replies(&mut transport, aside, (0..50).map(|n| (n, number(n)))).await;
    for (tag, message) in (100..).zip(shapes(32 << 20)) {
        transport.send(RESPONSES, Some(Tag(tag)), message.clone()).unwrap();
        assert!(meanwhile(&mut transport, peer.receive("rep")).await == message);
        peer.send("rep", &message).await;
        assert!(reply(&mut transport).await == (tag, message));
    }
    transport.close(Goodbye::default()).await;
}

#[tokio::test]
async fn our_client_and_their_router() {
    let Some(python) = interpreter("our_client_and_their_router") else { return };
    let mut peer = Peer::start(&python);
    let at = peer.bind("router", "ROUTER", &any_port(), None).await;
    let quick = config(|c| c.request_timeout = Duration::from_millis(300));
    let mut transport = connect(quick, [responses(&at)]).await.unwrap();
    transport.send(RESPONSES, Some(Tag(1)), number(1)).unwrap();
    transport.send(RESPONSES, Some(Tag(2)), number(2)).unwrap();
    let first = meanwhile(&mut transport, peer.receive("router")).await;
    let (old, delimiter) = (first.0[0].clone(), first.0[1].clone());
    assert!(delimiter.is_empty() && first.0[2..] == number(1).0);
    // Never answered: both fail; the answer that comes too late reaches nobody.
    for n in 1..3 {
        let (tag, error) = failed(&mut transport).await;
        assert_eq!(tag, n);
        expect(&error, ErrorKind::Timeout, &["no reply within 300ms"]);
    }
    let late = Frames(vec![old.clone(), Bytes::new(), Bytes::from("late")]);
    peer.send("router", &late).await;
    transport.send(RESPONSES, Some(Tag(3)), number(3)).unwrap();
    let second = meanwhile(&mut transport, peer.receive("router")).await;
    let mut third = meanwhile(&mut transport, peer.receive("router")).await;
    if third.0[0] == old {
        third = meanwhile(&mut transport, peer.receive("router")).await;
    }
    assert!(second.0[0] == old && third.0[0] != old);
    peer.send("router", &third).await;
    assert_eq!(reply(&mut transport).await, (3, number(3)));
}

#[tokio::test]
async fn what_they_publish_in_answer_to_the_first_request_is_not_lost() {
    let name = "what_they_publish_in_answer_to_the_first_request_is_not_lost";
    let Some(python) = interpreter(name) else { return };
    let folder = Folder::new();
    for [requests_at, responses_at] in
        [[any_port(), any_port()], [folder.ipc("pub"), folder.ipc("rep")]]
    {
        let (mut peer, requests_at, responses_at) =
            daemon(&python, &requests_at, &responses_at, None).await;
        let message = frames(&["workers", "a request"]);
        peer.tell(json!({"op": "attach", "rep": "rep", "pub": "pub",
            "frames": to_json(&message)}))
            .await;
        for round in 0..500 {
            let lanes = [requests(&requests_at), responses(&responses_at)];
            let mut transport = connect(ZmqConfig::default(), lanes).await.unwrap();
            transport.send(RESPONSES, Some(Tag(round)), number(round)).unwrap();
            let (mut published, mut replied) = (false, false);
            while !(published && replied) {
                match event(&mut transport).await {
                    Event::Received { message: found, .. } => {
                        assert_eq!(found, message);
                        published = true;
                    }
                    Event::Reply { tag, .. } => {
                        assert_eq!(tag, Tag(round));
                        replied = true;
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn curve_with_their_zap_handler() {
    let Some(python) = interpreter("curve_with_their_zap_handler") else { return };
    let (server, client, told) = key_pairs();
    let folder = Folder::new();
    for [requests_at, responses_at] in
        [[any_port(), any_port()], [folder.ipc("pub"), folder.ipc("rep")]]
    {
        let mut peer = Peer::start(&python);
        peer.allow(&[&client]).await;
        let requests_at = peer.bind("pub", "PUB", &requests_at, Some(&server)).await;
        let responses_at = peer.bind("rep", "REP", &responses_at, Some(&server)).await;
        let lanes = [
            requests(&requests_at).curve(told.clone()),
            responses(&responses_at).curve(told.clone()),
        ];
        let mut transport = connect(ZmqConfig::default(), lanes).await.unwrap();
        for (tag, message) in (0..).zip(shapes(2 << 20)) {
            peer.send("pub", &message).await;
            assert!(received(&mut transport).await == message);
            transport.send(RESPONSES, Some(Tag(tag)), message.clone()).unwrap();
            assert!(meanwhile(&mut transport, peer.receive("rep")).await == message);
            peer.send("rep", &message).await;
            assert!(reply(&mut transport).await == (tag, message));
        }
        for lane in [requests(&requests_at), responses(&responses_at)] {
            let with = |change: &dyn Fn(&mut journeyman_zmq::CurveClient)| {
                let mut told = told.clone();
                change(&mut told);
                lane.clone().curve(told)
            };
            let stranger = with(&|told| told.keys = CurveKeys::generate());
            let error = refused(ZmqConfig::default(), stranger).await;
            expect(&error, ErrorKind::Refused, &["refused our CURVE key (status 400)", "enrolled"]);
            let wrong = with(&|told| told.server_key = CurveKeys::generate().public());
            let error = refused(ZmqConfig::default(), wrong).await;
            expect(&error, ErrorKind::Refused, &["CURVE HELLO", "present public key"]);
            let error = refused(ZmqConfig::default(), lane).await;
            expect(&error, ErrorKind::Refused, &["it wants CURVE", "enroll"]);
        }
        // Enrolled later: a new attempt does.
        let newcomer = CurveKeys::generate();
        let mut told = told.clone();
        told.keys = newcomer.clone();
        let lane = requests(&requests_at).curve(told);
        refused(ZmqConfig::default(), lane.clone()).await;
        peer.allow(&[&client, &newcomer]).await;
        connect(ZmqConfig::default(), [lane]).await.unwrap();
        // The old connection did not mind.
        peer.send("pub", &frames(&["workers"])).await;
        assert_eq!(received(&mut transport).await, frames(&["workers"]));
    }
    // Without a ZAP handler every key is let in.
    let mut peer = Peer::start(&python);
    let at = peer.bind("rep", "REP", &any_port(), Some(&server)).await;
    connect(ZmqConfig::default(), [responses(&at).curve(told.clone())]).await.unwrap();
    // And a server without CURVE.
    let at = peer.bind("plain", "REP", &any_port(), None).await;
    let error = refused(ZmqConfig::default(), responses(&at).curve(told)).await;
    expect(&error, ErrorKind::Refused, &["it does not encrypt"]);
}

#[tokio::test]
async fn killed_and_restarted() {
    let Some(python) = interpreter("killed_and_restarted") else { return };
    let folder = Folder::new();
    let (server, _, told) = key_pairs();
    for (curve, requests_at, responses_at) in [
        (None, any_port(), any_port()),
        (None, folder.ipc("pub"), folder.ipc("rep")),
        (Some(&server), any_port(), any_port()),
    ] {
        let (mut peer, requests_at, responses_at) =
            daemon(&python, &requests_at, &responses_at, curve).await;
        let lane = |lane: LaneTarget| match curve {
            Some(_) => lane.curve(told.clone()),
            None => lane,
        };
        let lanes = [lane(requests(&requests_at)), lane(responses(&responses_at))];
        let target = ZmqTarget::new(lanes);
        let mut transport = ZmqTransport::default();
        // A second one has the request lane only, and stays connected through it all.
        let mut asking =
            connect(ZmqConfig::default(), [lane(responses(&responses_at))]).await.unwrap();
        for round in 0..3 {
            soon(transport.connect(target.clone())).await.unwrap();
            peer.send("pub", &frames(&["workers", "x"])).await;
            assert_eq!(received(&mut transport).await, frames(&["workers", "x"]));
            asking.send(RESPONSES, Some(Tag(round)), number(round)).unwrap();
            let found = meanwhile(&mut asking, peer.receive("rep")).await;
            peer.kill().await;
            assert_eq!(found, number(round));
            // SUB: the end is reported at once.
            let closed = closed(&mut transport).await;
            expect(&closed.error, ErrorKind::Disconnected, &["lane: requests"]);
            // DEALER: the request fails, what is sent now waits for the new process.
            let (tag, error) = failed(&mut asking).await;
            assert_eq!(tag, round);
            expect(&error, ErrorKind::Disconnected, &["connection lost before the reply"]);
            asking.send(RESPONSES, Some(Tag(100 + round)), number(round)).unwrap();
            peer = daemon(&python, &requests_at, &responses_at, curve).await.0;
            let found = meanwhile(&mut asking, peer.receive("rep")).await;
            peer.send("rep", &found).await;
            assert_eq!(reply(&mut asking).await, (100 + round, number(round)));
        }
    }
}

#[tokio::test]
async fn absent_at_the_start() {
    let Some(python) = interpreter("absent_at_the_start") else { return };
    let folder = Folder::new();
    let at = folder.ipc("later");
    let error = refused(ZmqConfig::default(), responses(&at)).await;
    expect(&error, ErrorKind::Unreachable, &["does not exist"]);
    let mut peer = Peer::start(&python);
    peer.bind("rep", "REP", &at, None).await;
    connect(ZmqConfig::default(), [responses(&at)]).await.unwrap();
    peer.kill().await;
    let error = refused(ZmqConfig::default(), responses(&at)).await;
    expect(&error, ErrorKind::Unreachable, &["it is left over"]);
    // Swapped addresses, with libzmq on the other side.
    let (_peer, requests_at, responses_at) = daemon(&python, &any_port(), &any_port(), None).await;
    for lane in [requests(&responses_at), responses(&requests_at)] {
        let error = refused(ZmqConfig::default(), lane).await;
        expect(&error, ErrorKind::Refused, &["are two addresses swapped?"]);
    }
}

#[tokio::test]
async fn a_flood_of_broadcasts_is_received_in_order() {
    let Some(python) = interpreter("a_flood_of_broadcasts_is_received_in_order") else { return };
    let mut peer = Peer::start(&python);
    let command = json!({"op": "bind", "name": "pub", "type": "PUB", "endpoint":
        "tcp://127.0.0.1:0", "options": {"SNDHWM": 0}});
    let at: Endpoint = peer.tell(command).await["endpoint"].as_str().unwrap().parse().unwrap();
    let mut transport = connect(ZmqConfig::default(), [requests(&at)]).await.unwrap();
    let message = Frames(vec![Bytes::from("workers"), Bytes::from(vec![1; 300])]);
    let burst = json!({"op": "burst", "name": "pub", "frames": to_json(&message),
        "count": 50_000});
    let burst = async {
        peer.tell(burst).await;
        peer.send("pub", &frames(&["workers", "end"])).await;
    };
    let receive = async {
        for _ in 0..50_000 {
            assert_eq!(received(&mut transport).await, message);
        }
        assert_eq!(received(&mut transport).await, frames(&["workers", "end"]));
    };
    tokio::join!(burst, receive);
}

#[tokio::test]
async fn their_clients_and_our_server() {
    let Some(python) = interpreter("their_clients_and_our_server") else { return };
    let folder = Folder::new();
    let (server_keys, client_keys, told) = key_pairs();
    let allowed = client_keys.public();
    let encrypted = ServerConfig::default()
        .curve(CurveServer::allow_if(server_keys, move |key| *key == allowed));
    for (server_config, requests_at, responses_at) in [
        (ServerConfig::default(), any_port(), any_port()),
        (ServerConfig::default(), folder.ipc("pub"), folder.ipc("rep")),
        (encrypted.clone(), any_port(), any_port()),
        (encrypted, folder.ipc("pub2"), folder.ipc("rep2")),
    ] {
        let publisher = PubServer::bind(&requests_at, &server_config).await.unwrap();
        let router = RouterServer::bind(&responses_at, &server_config).await.unwrap();
        let curve = server_config.curve.is_some();
        let mut peer = Peer::start(&python);
        let keys = curve.then_some((&told.server_key, &client_keys));
        peer.connect("sub", "SUB", publisher.endpoint(), keys).await;
        peer.connect("req", "REQ", router.endpoint(), keys).await;
        peer.connect("dealer", "DEALER", router.endpoint(), keys).await;
        assert!(publisher.subscribed(1, LONG).await);
        let large = if curve { 2 << 20 } else { 32 << 20 };
        for message in shapes(large) {
            publisher.publish(message.clone()).await.unwrap();
            assert!(peer.receive("sub").await == message);
            peer.send("req", &message).await;
            let (from, found) = soon(router.receive()).await.unwrap();
            assert!(found == message);
            router.reply(&from, found).await.unwrap();
            assert!(peer.receive("req").await == message);
            let delimited = Frames([vec![Bytes::new()], message.0.clone()].concat());
            peer.send("dealer", &delimited).await;
            let (from, found) = soon(router.receive()).await.unwrap();
            assert!(found == message);
            router.reply(&from, found).await.unwrap();
            assert!(peer.receive("dealer").await == delimited);
        }
        if !curve {
            continue;
        }
        // Who is not on the list, knows another server or does not encrypt gets nothing.
        let mut events = router.events();
        let (stranger, other) = (CurveKeys::generate(), CurveKeys::generate().public());
        for keys in [(&told.server_key, &stranger), (&other, &client_keys)] {
            peer.connect("outsider", "REQ", router.endpoint(), Some(keys)).await;
            match peer_event(&mut events).await {
                PeerEvent::Refused { .. } => {}
                other => panic!("{other:?}"),
            }
            peer.tell(json!({"op": "close", "name": "outsider"})).await;
        }
        // One that does not encrypt hangs up at our greeting, which is no refusal of ours. It
        // tries ten times a second; somebody else gets through, and it does not.
        peer.connect("outsider", "REQ", router.endpoint(), None).await;
        peer.connect("insider", "REQ", router.endpoint(), keys).await;
        peer.send("insider", &frames(&["hello"])).await;
        assert_eq!(soon(router.receive()).await.unwrap().1, frames(&["hello"]));
        peer.tell(json!({"op": "close", "name": "insider"})).await;
        let mut connected = 0;
        loop {
            match peer_event(&mut events).await {
                PeerEvent::Connected { .. } => connected += 1,
                PeerEvent::Disconnected { .. } => break,
                _ => {}
            }
        }
        assert_eq!(connected, 1);
    }
}
