//! CONNECT and what comes back.

use std::time::Duration;

use journeyman_core::{
    ErrorKind,
    transport::{Event, Goodbye, Transport},
};
use journeyman_mqtt::{MqttConfig, MqttMessage, MqttTarget, MqttTransport, Protocol, ReasonCode};

use crate::support::{peer::*, *};

async fn refused(connack: &[u8], protocol: Protocol) -> journeyman_core::Error {
    let listener = Listener::new().await;
    let target = listener.target().protocol(protocol).credentials("user", "s3cret");
    let mut transport = MqttTransport::default();
    let (result, (_peer, connect)) =
        tokio::join!(transport.connect(target), listener.welcome(connack));
    assert!(connect.windows(6).any(|w| w == b"s3cret"), "it was sent");
    assert!(!transport.is_connected());
    let error = result.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cret"));
    assert!(error.to_string().contains("client id: me"), "{error}");
    error
}

#[tokio::test]
async fn refusals_of_3_1_1() {
    let cases = [
        (1, ReasonCode::UNSUPPORTED_PROTOCOL_VERSION, "version", false),
        (2, ReasonCode::CLIENT_ID_NOT_VALID, "client id", false),
        (3, ReasonCode::SERVER_UNAVAILABLE, "unavailable", true),
        (4, ReasonCode::BAD_CREDENTIALS, "user name or password", false),
        (5, ReasonCode::NOT_AUTHORIZED, "not authorized", false),
    ];
    for (code, reason, text, temporary) in cases {
        let error = refused(&[0x20, 2, 0, code], Protocol::V311).await;
        assert_eq!((error.kind(), error.is_temporary()), (ErrorKind::Refused, temporary));
        assert_eq!(ReasonCode::of(&error), Some(reason));
        assert!(error.message().contains(text) && error.remedy().is_some(), "{error}");
    }
}

#[tokio::test]
async fn refusals_of_5() {
    // Bad user name or password, with a reason string of two lines.
    let connack = [0x20, 9, 0, 0x86, 6, 0x1F, 0, 3, b'n', b'\n', b'o'];
    let error = refused(&connack, Protocol::V5).await;
    assert_eq!(ReasonCode::of(&error), Some(ReasonCode::BAD_CREDENTIALS));
    assert!(!error.is_temporary() && error.to_string().contains("broker says: n\\no"), "{error}");

    // Use another server.
    let connack = [0x20, 9, 0, 0x9C, 6, 0x1C, 0, 3, b'a', b':', b'1'];
    let error = refused(&connack, Protocol::V5).await;
    assert!(error.is_temporary() && error.to_string().contains("another server: a:1"), "{error}");

    // A broker that knows 3.1.1 only.
    let error = refused(&[0x20, 2, 0, 1], Protocol::V5).await;
    assert_eq!(ReasonCode::of(&error), Some(ReasonCode::UNSUPPORTED_PROTOCOL_VERSION));
}

#[tokio::test]
async fn what_is_no_broker() {
    let cases: [(&[u8], ErrorKind, &str); 5] = [
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            ErrorKind::PeerMisbehaved,
            "\"HTTP/1.1 400 Bad Reque",
        ),
        (&[0x15, 3, 3, 0, 2, 2, 40], ErrorKind::PeerMisbehaved, "does not speak MQTT"),
        (&[0x20, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], ErrorKind::PeerMisbehaved, "does not speak MQTT"),
        (&[0x20, 2, 9, 9], ErrorKind::PeerMisbehaved, "does not speak MQTT"),
        (&[], ErrorKind::Refused, "closed the connection instead of answering"),
    ];
    for (bytes, kind, text) in cases {
        let listener = Listener::new().await;
        let mut transport = MqttTransport::default();
        let other = async {
            let (mut peer, _) = listener.welcome(bytes).await;
            if bytes.is_empty() {
                return;
            }
            peer.ended().await;
        };
        let (result, ()) = tokio::join!(transport.connect(listener.target()), other);
        let error = result.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.message().contains(text) && error.remedy().is_some(), "{error}");
        assert!(error.to_string().contains("url: mqtt://127.0.0.1"), "{error}");
    }
}

#[tokio::test]
async fn nobody_and_nothing() {
    // A port that nobody listens on.
    let listener = Listener::new().await;
    let target = listener.target();
    drop(listener);
    let mut transport = MqttTransport::default();
    let error = soon(transport.connect(target)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");

    // Somebody who takes the connection and says nothing.
    let listener = Listener::new().await;
    let mut config = MqttConfig::default();
    config.connect_timeout = Duration::from_millis(200);
    let mut transport = MqttTransport::new(config);
    let (result, mut peer) = tokio::join!(transport.connect(listener.target()), listener.accept());
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.message().contains("the CONNACK took too long"), "{error}");
    peer.packet().await;
    peer.ended().await;
}

#[tokio::test]
async fn bad_targets_do_not_get_to_the_network() {
    let mut transport = MqttTransport::default();
    let targets = [
        MqttTarget::new("http://h"),
        MqttTarget::new("mqtt://h").receive_maximum(0),
        MqttTarget::new("mqtt://h").clean_session(false),
    ];
    for target in targets {
        let error = soon(transport.connect(target)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    }
    let mut config = MqttConfig::default();
    config.max_in_flight = 0;
    let error = soon(MqttTransport::new(config).connect(MqttTarget::new("mqtt://h"))).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Config);
}

#[tokio::test]
async fn the_own_client_id_stays() {
    let listener = Listener::new().await;
    let url = listener.target().url;
    let mut transport = MqttTransport::default();
    let accepting = accepting(Protocol::V311);
    let own = transport.own_client_id().to_owned();
    for _ in 0..2 {
        let (connack, (_peer, connect)) = tokio::join!(
            connected(&mut transport, MqttTarget::new(&*url)),
            listener.welcome(&accepting)
        );
        let connack = connack.unwrap();
        assert_eq!(connack.client_id, own);
        assert!(!connack.session_present && connack.resent == 0);
        assert!(connect.ends_with(own.as_bytes()));
        transport.abort();
    }
}

#[tokio::test]
async fn what_a_broker_of_5_says_is_passed_on() {
    let listener = Listener::new().await;
    let mut connack = vec![0x20, 0, 1, 0, 0];
    connack.extend_from_slice(&[0x12, 0, 3, b'n', b'e', b'w']); // assigned client id
    connack.extend_from_slice(&[0x21, 0, 5]); // receive maximum
    connack.extend_from_slice(&[0x27, 0, 0, 0x10, 0]); // maximum packet size
    connack.extend_from_slice(&[0x13, 0, 7]); // keep alive
    connack.extend_from_slice(&[0x26, 0, 1, b'a', 0, 1, b'b']);
    connack[1] = connack.len() as u8 - 2;
    connack[4] = connack.len() as u8 - 5;
    let mut transport = MqttTransport::default();
    let target = listener.target().protocol(Protocol::V5);
    let (result, _) = tokio::join!(connected(&mut transport, target), listener.welcome(&connack));
    let connack = result.unwrap();
    assert!(connack.session_present);
    assert_eq!(connack.client_id, "new");
    assert_eq!((connack.receive_maximum, connack.maximum_packet_size), (5, 4096));
    assert_eq!(connack.keep_alive, Some(Duration::from_secs(7)));
    assert_eq!(connack.user, [("a".to_owned(), "b".to_owned())]);
}

#[tokio::test]
async fn a_dropped_connect_leaves_it_disconnected() {
    let listener = Listener::new().await;
    let mut transport = MqttTransport::default();
    let mut peer = tokio::select! {
        _ = transport.connect(listener.target()) => panic!("there was no answer"),
        peer = async {
            let mut peer = listener.accept().await;
            peer.packet().await;
            peer
        } => peer,
    };
    assert!(!transport.is_connected());
    peer.ended().await;
    // And it can be connected again, which drops nothing but the earlier connection.
    let target = listener.target();
    let mut first = listener.again(&mut transport, target.clone(), &[0x20, 2, 0, 0]).await;
    let mut second = listener.again(&mut transport, target, &[0x20, 2, 0, 0]).await;
    first.ended().await;
    second.write(&[0xD0, 0]).await;
    assert!(matches!(event(&mut transport).await, Event::Alive));
    drop(second);
    transport.close(Goodbye::default()).await;
    transport.close(Goodbye::default()).await;
}

#[tokio::test]
async fn a_connack_in_pieces_together_with_more() {
    let listener = Listener::new().await;
    let mut transport = MqttTransport::default();
    let other = async {
        let mut peer = listener.accept().await;
        peer.packet().await;
        for byte in [0x20, 2, 0] {
            peer.write(&[byte]).await;
            tokio::task::yield_now().await;
        }
        let mut rest = vec![0];
        rest.extend_from_slice(&wire_publish(0, "a/b", None, b"early"));
        peer.write(&rest).await;
        peer
    };
    let (result, _peer) = tokio::join!(connected(&mut transport, listener.target()), other);
    result.unwrap();
    let Event::Received { message: MqttMessage::Delivery(delivery), .. } =
        event(&mut transport).await
    else {
        panic!()
    };
    assert_eq!((&*delivery.topic, &delivery.payload[..]), ("a/b", &b"early"[..]));
}
