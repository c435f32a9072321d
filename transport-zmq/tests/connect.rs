//! What connecting does when all is well, and what it says when it is not.

#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use journeyman_core::{ErrorKind, transport::Transport};
use journeyman_zmq::{
    Endpoint, LaneTarget, ZmqConfig, ZmqTarget, ZmqTransport,
    server::{CurveServer, PeerEvent, PubServer, RouterServer, ServerConfig},
};
use support::{raw::Listener, *};

#[tokio::test]
async fn an_absent_server_is_unreachable() {
    let port = Listener::bind().await.endpoint();
    for lane in [requests(&port), responses(&port)] {
        let error = refused(ZmqConfig::default(), lane).await;
        let address = port.to_string();
        expect(&error, ErrorKind::Unreachable, &[&address, "nothing listens there", "lane: re"]);
        assert!(error.is_temporary());
    }
    let folder = Folder::new();
    let error = refused(ZmqConfig::default(), requests(&folder.ipc("none"))).await;
    expect(&error, ErrorKind::Unreachable, &["the socket file does not exist"]);
}

#[tokio::test]
async fn a_stale_socket_file_is_told_from_an_absent_one_and_replaced_by_servers() {
    let folder = Folder::new();
    let endpoint = folder.ipc("stale");
    drop(std::os::unix::net::UnixListener::bind(folder.path("stale")).unwrap());
    let error = refused(ZmqConfig::default(), responses(&endpoint)).await;
    expect(&error, ErrorKind::Unreachable, &["it is left over", "start the server"]);
    let _server = RouterServer::bind(&endpoint, &ServerConfig::default()).await.unwrap();
    connect(ZmqConfig::default(), [responses(&endpoint)]).await.unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn abstract_names_work() {
    let endpoint: Endpoint = format!("ipc://@jm-zmq-{}", std::process::id()).parse().unwrap();
    let server = RouterServer::bind(&endpoint, &ServerConfig::default()).await.unwrap();
    let mut transport = connect(ZmqConfig::default(), [responses(&endpoint)]).await.unwrap();
    let asked = async {
        let (peer, message) = server.receive().await.unwrap();
        server.reply(&peer, message).await.unwrap();
    };
    let (answer, ()) = tokio::join!(ask(&mut transport, 1, frames(&["a"])), asked);
    assert_eq!(answer, frames(&["a"]));
}

#[tokio::test]
async fn what_does_not_speak_zeromq_is_named() {
    let listener = Listener::bind().await;
    let lane = responses(&listener.endpoint());
    let says = |bytes: &'static [u8]| {
        let listener = &listener;
        async move {
            let mut peer = listener.accept().await;
            peer.write(bytes).await;
            peer.ended().await;
        }
    };
    let http = says(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let (error, ()) = tokio::join!(refused(ZmqConfig::default(), lane.clone()), http);
    expect(
        &error,
        ErrorKind::Refused,
        &["does not speak ZeroMQ", "HTTP/1.1 400 Bad Request…", "those of a ZeroMQ socket"],
    );
    // ZMTP 2.0 begins so.
    let old = says(b"\xff\0\0\0\0\0\0\0\x01\x7f\x01\x05\0\0");
    let (error, ()) = tokio::join!(refused(ZmqConfig::default(), lane.clone()), old);
    expect(&error, ErrorKind::Refused, &["speaks ZMTP 1", "use libzmq 4"]);
    // A peer that hangs up without a word.
    let rude = async { drop(listener.accept().await) };
    let (error, ()) = tokio::join!(refused(ZmqConfig::default(), lane.clone()), rude);
    expect(&error, ErrorKind::Refused, &["before its ZeroMQ greeting"]);
    // One that says nothing, and one that stops after the greeting.
    let quick = config(|c| c.handshake_timeout = Duration::from_millis(200));
    let (error, mut peer) = tokio::join!(refused(quick.clone(), lane.clone()), listener.accept());
    expect(&error, ErrorKind::Timeout, &["sent no ZeroMQ greeting within 200ms"]);
    peer.ended().await;
    let stops = async {
        let mut peer = listener.accept().await;
        peer.write(&raw::greeting(1, "NULL")).await;
        peer.ended().await;
    };
    let (error, ()) = tokio::join!(refused(quick, lane.clone()), stops);
    expect(&error, ErrorKind::Timeout, &["did not finish the ZeroMQ handshake"]);
    // PLAIN, and a mechanism that nobody knows.
    for (mechanism, part) in [("PLAIN", "wants PLAIN"), ("GSSAPI", "mechanism is not ours")] {
        let asks = async {
            let mut peer = listener.accept().await;
            peer.write(&raw::greeting(1, mechanism)).await;
            peer.ended().await;
        };
        let (error, ()) = tokio::join!(refused(ZmqConfig::default(), lane.clone()), asks);
        expect(&error, ErrorKind::Refused, &[part]);
    }
    // Something that is no frame of a handshake: far too large.
    let huge = async {
        let mut peer = listener.accept().await;
        peer.write(&raw::greeting(1, "NULL")).await;
        peer.write(&[0xff; 100]).await;
        peer.ended().await;
    };
    let (error, ()) = tokio::join!(refused(ZmqConfig::default(), lane), huge);
    expect(&error, ErrorKind::Refused, &["handshake"]);
}

#[tokio::test]
async fn swapped_addresses_are_named() {
    let publisher = PubServer::bind(&any_port(), &ServerConfig::default()).await.unwrap();
    let router = RouterServer::bind(&any_port(), &ServerConfig::default()).await.unwrap();
    for lane in [requests(router.endpoint()), responses(publisher.endpoint())] {
        let error = refused(ZmqConfig::default(), lane).await;
        expect(&error, ErrorKind::Refused, &["are two addresses swapped?"]);
    }
}

#[tokio::test]
async fn one_lane_that_fails_fails_all() {
    let router = RouterServer::bind(&any_port(), &ServerConfig::default()).await.unwrap();
    let mut events = router.events();
    let absent = Listener::bind().await.endpoint();
    let mut transport = ZmqTransport::default();
    let target = ZmqTarget::new([responses(router.endpoint()), requests(&absent)]);
    let error = soon(transport.connect(target)).await.unwrap_err();
    expect(&error, ErrorKind::Unreachable, &["lane: requests"]);
    let error = transport.send(RESPONSES, None, frames(&["x"])).unwrap_err();
    expect(&error, ErrorKind::Disconnected, &["no connection"]);
    assert!(!transport.has_room(RESPONSES));
    // The other lane is closed, however far it came.
    let target = ZmqTarget::new([responses(router.endpoint())]);
    soon(transport.connect(target)).await.unwrap();
    let mut open = 0;
    loop {
        match peer_event(&mut events).await {
            PeerEvent::Connected { .. } => open += 1,
            PeerEvent::Disconnected { .. } => open -= 1,
            _ => {}
        }
        if open == 1 {
            break;
        }
    }
}

#[tokio::test]
async fn targets_that_cannot_work_are_errors_of_the_configuration() {
    let endpoint = Endpoint::tcp("127.0.0.1", 1);
    let mut transport = ZmqTransport::default();
    let mut fails = async |lanes: Vec<LaneTarget>, part: &str| {
        let error = transport.connect(ZmqTarget::new(lanes)).await.unwrap_err();
        expect(&error, ErrorKind::Config, &[part]);
        assert!(!error.is_temporary());
    };
    fails(vec![], "at least one lane").await;
    fails(vec![requests(&endpoint), requests(&endpoint)], "two lanes").await;
    fails(vec![requests(&"tcp://*:7896".parse().unwrap())], "`*` can be bound").await;
    fails(vec![requests(&Endpoint::tcp("localhost", 0))], "port 0").await;
    let mut transport = ZmqTransport::new(config(|c| c.max_frames = 0));
    let error = transport.connect(ZmqTarget::new([requests(&endpoint)])).await.unwrap_err();
    expect(&error, ErrorKind::Config, &["max_frames"]);
}

#[tokio::test]
async fn a_dropped_connect_closes_the_connection() {
    let listener = Listener::bind().await;
    let mut transport = ZmqTransport::default();
    let target = ZmqTarget::new([responses(&listener.endpoint())]);
    let mut peer = tokio::select! {
        result = transport.connect(target) => panic!("{result:?}"),
        peer = listener.accept() => peer,
    };
    // Only the end of the stream ends this.
    peer.ended().await;
    assert!(transport.send(RESPONSES, None, frames(&["x"])).is_err());
    // It can be connected afterwards.
    let router = RouterServer::bind(&any_port(), &ServerConfig::default()).await.unwrap();
    soon(transport.connect(ZmqTarget::new([responses(router.endpoint())]))).await.unwrap();
    assert!(transport.has_room(RESPONSES));
}

#[tokio::test]
async fn curve_lets_in_who_is_enrolled_and_names_the_rest() {
    let (server, client, told) = key_pairs();
    let enrolled = client.public();
    let config =
        ServerConfig::default().curve(CurveServer::allow_if(server, move |key| *key == enrolled));
    let folder = Folder::new();
    for endpoint in folder.both("curve") {
        let router = RouterServer::bind(&endpoint, &config).await.unwrap();
        let endpoint = router.endpoint();
        let lane = responses(endpoint).curve(told.clone());
        connect(ZmqConfig::default(), [lane]).await.unwrap();

        let mut stranger = told.clone();
        stranger.keys = journeyman_zmq::CurveKeys::generate();
        let lane = responses(endpoint).curve(stranger);
        let error = refused(ZmqConfig::default(), lane).await;
        expect(&error, ErrorKind::Refused, &["refused our CURVE key", "not enrolled"]);

        let mut wrong = told.clone();
        wrong.server_key = journeyman_zmq::CurveKeys::generate().public();
        let lane = responses(endpoint).curve(wrong);
        let error = refused(ZmqConfig::default(), lane).await;
        expect(&error, ErrorKind::Refused, &["CURVE", "server key is not that of this server"]);

        let error = refused(ZmqConfig::default(), responses(endpoint)).await;
        expect(&error, ErrorKind::Refused, &["wants CURVE", "enroll"]);
    }
    let plain = RouterServer::bind(&any_port(), &ServerConfig::default()).await.unwrap();
    let lane = responses(plain.endpoint()).curve(told);
    let error = refused(ZmqConfig::default(), lane).await;
    expect(&error, ErrorKind::Refused, &["does not encrypt"]);
}

#[tokio::test]
async fn a_key_that_is_met_with_silence_is_named() {
    let (_, _, told) = key_pairs();
    let listener = Listener::bind().await;
    let lane = responses(&listener.endpoint()).curve(told);
    let quick = config(|c| c.handshake_timeout = Duration::from_millis(200));
    let silent = async {
        let mut peer = listener.accept().await;
        let mut greeting = raw::greeting(1, "CURVE");
        greeting[32] = 1;
        peer.write(&greeting).await;
        peer.ended().await;
    };
    let (error, ()) = tokio::join!(refused(quick, lane), silent);
    expect(&error, ErrorKind::Refused, &["did not answer our CURVE HELLO within 200ms"]);
}
