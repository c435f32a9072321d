//! MQTT inside of WebSocket messages, which need not begin or end where packets do.

use futures_util::{SinkExt, StreamExt};
use journeyman_core::{
    ErrorKind,
    transport::{Event, Goodbye, Transport},
};
use journeyman_mqtt::{MqttConfig, MqttTarget, MqttTransport, QoS};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
        http::HeaderValue,
    },
};

use crate::support::{peer::*, *};

type Server = WebSocketStream<TcpStream>;

/// A server that upgrades as a broker does, and answers the CONNECT in two messages.
async fn accept(listener: &TcpListener) -> (Server, String) {
    let (stream, _) = soon(listener.accept()).await.unwrap();
    let mut path = String::new();
    #[expect(clippy::result_large_err, reason = "the library's signature")]
    let upgrade = |request: &Request, mut response: Response| {
        path = request.uri().to_string();
        assert_eq!(request.headers()["sec-websocket-protocol"], "mqtt");
        let mqtt = HeaderValue::from_static("mqtt");
        response.headers_mut().insert("sec-websocket-protocol", mqtt);
        Ok(response)
    };
    let mut server = soon(accept_hdr_async(stream, upgrade)).await.unwrap();
    let connect = soon(server.next()).await.unwrap().unwrap();
    assert_eq!(connect.into_data()[0], 0x10);
    for piece in [&[0x20, 2, 0][..], &[0]] {
        server.send(Message::binary(piece.to_vec())).await.unwrap();
    }
    (server, path)
}

async fn pair() -> (MqttTransport, Server) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    let mut transport = MqttTransport::new(MqttConfig::default());
    let (result, (server, path)) =
        tokio::join!(connected(&mut transport, MqttTarget::new(url)), accept(&listener));
    result.unwrap();
    assert_eq!(path, "/mqtt");
    (transport, server)
}

#[tokio::test]
async fn packets_and_messages_do_not_coincide() {
    let (mut transport, mut server) = pair().await;
    let large = pattern(2 << 20, 1);
    let mut bytes = wire_publish(0, "a", None, b"x").repeat(3);
    bytes.extend(wire_publish(0, "a", None, &large));
    let writer = async {
        for piece in bytes.chunks(70_001) {
            server.send(Message::binary(piece.to_vec())).await.unwrap();
            server.send(Message::Ping(vec![1].into())).await.unwrap();
        }
    };
    let reader = async {
        for _ in 0..3 {
            assert_eq!(&delivery(&mut transport).await.payload[..], b"x");
        }
        assert!(delivery(&mut transport).await.payload == large);
    };
    tokio::join!(writer, reader);

    // The other way: everything comes through, in binary messages of a bounded size.
    for _ in 0..3 {
        send(&mut transport, publish("b", "y", QoS::AtMostOnce));
    }
    send_tagged(&mut transport, 1, publish("b", large.clone(), QoS::AtMostOnce));
    let mut expected = wire_publish(0, "b", None, b"y").repeat(3);
    expected.extend(wire_publish(0, "b", None, &large));
    let (got, mut events) = while_polling(&mut transport, async {
        let mut got = Vec::new();
        while got.len() < expected.len() {
            match server.next().await.unwrap().unwrap() {
                Message::Binary(bytes) => {
                    assert!(bytes.len() <= 64 << 10);
                    got.extend_from_slice(&bytes);
                }
                Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
        got
    })
    .await;
    assert!(got == expected);
    if events.is_empty() {
        events.push(event(&mut transport).await);
    }
    assert!(matches!(events[..], [Event::Sent { .. }]));

    // DISCONNECT, then the close of the WebSocket.
    let other = async {
        assert_eq!(server.next().await.unwrap().unwrap().into_data()[..], [0xE0, 0]);
        assert!(server.next().await.unwrap().unwrap().is_close());
        while server.next().await.is_some() {}
    };
    soon(async { tokio::join!(transport.close(Goodbye::default()), other) }).await;
}

#[tokio::test]
async fn what_is_not_mqtt() {
    let (mut transport, mut server) = pair().await;
    server.send(Message::text("hello")).await.unwrap();
    let end = closed(&mut transport).await;
    assert_eq!(end.error.kind(), ErrorKind::PeerMisbehaved, "{}", end.error);
    assert!(end.error.to_string().contains("a text message"), "{}", end.error);

    let (mut transport, mut server) = pair().await;
    server.close(None).await.unwrap();
    let end = closed(&mut transport).await;
    assert_eq!(end.error.kind(), ErrorKind::Disconnected, "{}", end.error);

    // An HTTP server without WebSocket.
    let listener = Listener::new().await;
    let target = MqttTarget::new(listener.target().url.replace("mqtt:", "ws:"));
    let other = async {
        let mut peer = listener.accept().await;
        peer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await;
        peer
    };
    let mut transport = MqttTransport::default();
    let (result, _peer) = tokio::join!(transport.connect(target), other);
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.message().contains("HTTP status 404"), "{error}");
}
