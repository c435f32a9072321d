//! Each way a connect fails says what was wrong and what to do; and the way through a proxy.
#![allow(clippy::unwrap_used, reason = "helpers of tests panic, too")]

mod support;

use std::time::Duration;

use journeyman_core::{Error, ErrorKind, transport::Transport};
use journeyman_ws::{Proxy, WsMessage, WsTarget, WsTransport};
use support::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Reads an HTTP head.
async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// What a client says when the server answers its upgrade with these pieces and closes.
async fn answered(pieces: &'static [&'static str]) -> Error {
    let (addr, mut accepted) = tcp_server().await;
    let mut client = WsTransport::new(quiet());
    let serving = async {
        let mut stream = accepted.recv().await.unwrap();
        head(&mut stream).await;
        for piece in pieces {
            // The client may have hung up after the first.
            let _ = stream.write_all(piece.as_bytes()).await;
            tokio::task::yield_now().await;
        }
    };
    let target = WsTarget::new(format!("ws://{addr}/path?token=s3cret"));
    let (result, ()) = soon(async { tokio::join!(client.connect(target), serving) }).await;
    let error = result.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(!text.contains("s3cret"), "{text}");
    assert!(error.to_string().contains(&format!("url: ws://{addr}/path")), "{error}");
    assert!(!error.to_string().contains('\n'), "{error}");
    assert!(error.remedy().is_some(), "{error}");
    assert!(!client.is_connected());
    error
}

#[tokio::test]
async fn refused_upgrades_show_status_and_text() {
    let error = answered(&[
        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 12\r\n\r\n",
        "token\r\n",
        "wrong",
    ])
    .await;
    assert_eq!(error.kind(), ErrorKind::Refused);
    let text = error.to_string();
    assert!(text.contains("HTTP 401") && text.contains("token\\r\\nwrong"), "{text}");
    assert!(text.contains("credentials"), "{text}");
    let status = error.context().find(|(key, _)| *key == "status").unwrap().1.to_owned();
    assert_eq!(status, "401");

    let error = answered(&["HTTP/1.1 404 Not Found\r\n\r\n404 page not found"]).await;
    let text = error.to_string();
    assert!(text.contains("HTTP 404") && text.contains("404 page not found"), "{text}");
    assert!(text.contains("path of the URL"), "{text}");

    let error = answered(&["HTTP/1.1 302 Found\r\nLocation: http://x/y?z\r\n\r\n"]).await;
    assert!(error.to_string().contains("location: http://x/y,"), "{error}");

    let error = answered(&["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]).await;
    assert_eq!(error.kind(), ErrorKind::Refused);
}

#[tokio::test]
async fn a_long_refusal_is_cut() {
    let (addr, mut accepted) = tcp_server().await;
    let mut client = WsTransport::new(quiet());
    let serving = tokio::spawn(async move {
        let mut stream = accepted.recv().await.unwrap();
        head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 500 Oops\r\n\r\n").await.unwrap();
        // Without end.
        while stream.write_all(&[b'x'; 10_000]).await.is_ok() {}
    });
    let error = soon(client.connect(WsTarget::new(format!("ws://{addr}/")))).await.unwrap_err();
    assert!(error.to_string().len() < 700, "{}", error.to_string().len());
    soon(serving).await.unwrap();
}

#[tokio::test]
async fn what_is_not_websocket_is_told_apart() {
    let cases: [(&'static [&'static str], ErrorKind, &str); 7] = [
        (&["SSH-2.0-OpenSSH_9.2\r\n"], ErrorKind::PeerMisbehaved, "not HTTP"),
        (&["\x15\x03\x03\x00\x02\x02\x46"], ErrorKind::PeerMisbehaved, "use `wss://`"),
        (&[], ErrorKind::Unreachable, "handshake failed"),
        (&["HTTP/1.1 101 Swi"], ErrorKind::Unreachable, "hung up"),
        (&["HTTP/1.1 101 S\r\n\r\n"], ErrorKind::PeerMisbehaved, "Upgrade: websocket"),
        (
            &["HTTP/1.1 101 S\r\nUpgrade: websocket\r\n\r\n"],
            ErrorKind::PeerMisbehaved,
            "Connection: Upgrade",
        ),
        (
            &[
                "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\n",
                "Sec-WebSocket-Accept: AAAA\r\n\r\n",
            ],
            ErrorKind::PeerMisbehaved,
            "wrong `Sec-WebSocket-Accept`",
        ),
    ];
    for (pieces, kind, expected) in cases {
        let error = answered(pieces).await;
        assert_eq!(error.kind(), kind, "{pieces:?}: {error}");
        assert!(error.to_string().contains(expected), "{pieces:?}: {error}");
        assert!(error.is_temporary());
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let (addr, mut accepted) = tcp_server().await;
    let mut config = quiet();
    config.connect_timeout = Duration::from_millis(50);
    let mut client = WsTransport::new(config);
    let error = soon(client.connect(WsTarget::new(format!("ws://{addr}/")))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("the WebSocket handshake took too long"), "{error}");
    drop(accepted.recv().await);
    let error = soon(client.connect(WsTarget::new(format!("wss://{addr}/")).tls({
        let mut tls = journeyman_ws::TlsConfig::default();
        tls.danger_accept_any_certificate = true;
        tls
    })))
    .await
    .unwrap_err();
    assert!(error.to_string().contains("the TLS handshake took too long"), "{error}");
}

#[tokio::test]
async fn unreachable_and_impossible_targets() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let free = listener.local_addr().unwrap();
    drop(listener);
    let mut client = WsTransport::new(quiet());
    let cases = [
        (format!("ws://{free}/"), ErrorKind::Unreachable, "nothing listens there"),
        ("ws://no-such-host.invalid/".to_owned(), ErrorKind::Unreachable, "cannot be resolved"),
        (
            "http://h/".to_owned(),
            ErrorKind::Config,
            "`http` is not supported; `ws://` and `wss://`",
        ),
    ];
    for (url, kind, expected) in cases {
        let error = soon(client.connect(WsTarget::new(url))).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(error.is_temporary(), kind != ErrorKind::Config);
        assert!(error.remedy().is_some());
    }
    let mut config = quiet();
    config.read_buffer_size = 0;
    let error = soon(WsTransport::new(config).connect(WsTarget::new("ws://h/"))).await.unwrap_err();
    assert!(error.to_string().contains("read_buffer_size"), "{error}");
}

#[tokio::test]
async fn extra_headers_arrive() {
    let (addr, mut accepted) = tcp_server().await;
    let mut client = WsTransport::new(quiet());
    let target = WsTarget::new(format!("ws://{addr}/a/b?c=d")).header("X-Key", "value 1");
    let serving = async {
        let mut stream = accepted.recv().await.unwrap();
        head(&mut stream).await
    };
    let (_, request) = soon(async { tokio::join!(client.connect(target), serving) }).await;
    assert!(request.starts_with("GET /a/b?c=d HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("\r\nHost: {addr}\r\n")), "{request}");
    assert!(request.contains("\r\nX-Key: value 1\r\n"), "{request}");
}

/// An HTTP proxy that answers one `CONNECT`, and passes bytes on where it says yes.
async fn proxy(answer: &'static str) -> (u16, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = head(&mut stream).await;
        stream.write_all(answer.as_bytes()).await.unwrap();
        if answer.contains(" 200 ") {
            let to = request.split(' ').nth(1).unwrap();
            let mut server = TcpStream::connect(to).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut stream, &mut server).await;
        }
        request
    });
    (port, task)
}

#[tokio::test]
async fn through_a_proxy() {
    let (addr, mut accepted) = tcp_server().await;
    let (port, task) = proxy("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n").await;
    let mut client = WsTransport::new(quiet());
    let target = WsTarget::new(format!("ws://{addr}/"))
        .proxy(Proxy::new("127.0.0.1", port).authorization("Basic dTpw"));
    let server = async { accept(accepted.recv().await.unwrap()).await };
    let (connected, mut server) =
        soon(async { tokio::join!(client.connect(target), server) }).await;
    connected.unwrap();
    futures_util::SinkExt::send(&mut server, "hello".into()).await.unwrap();
    assert_eq!(message(&mut client).await, WsMessage::from("hello"));
    client.abort();
    drop(server);
    let request = soon(task).await.unwrap();
    assert!(request.starts_with(&format!("CONNECT {addr} HTTP/1.1\r\nHost: {addr}\r\n")));
    assert!(request.contains("\r\nProxy-Authorization: Basic dTpw\r\n"), "{request}");
}

#[tokio::test]
async fn proxies_that_refuse() {
    let cases = [
        ("HTTP/1.1 407 Auth\r\n\r\nlog in", ErrorKind::Refused, "HTTP 407"),
        ("HTTP/1.1 502 Bad\r\n\r\n", ErrorKind::Unreachable, "HTTP 502"),
        ("garbage\r\n\r\n", ErrorKind::PeerMisbehaved, "not HTTP"),
        ("HTTP/1.1 200 OK\r\n\r\nearly", ErrorKind::PeerMisbehaved, "before the tunnel"),
    ];
    for (answer, kind, expected) in cases {
        // The proxy must not look for a server where it says yes too early.
        let (port, task) = proxy(answer).await;
        let mut client = WsTransport::new(quiet());
        let target = WsTarget::new("ws://127.0.0.1:1/")
            .proxy(Proxy::new("127.0.0.1", port).authorization("Basic s3cret"));
        let error = soon(client.connect(target)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        let text = error.to_string();
        assert!(text.contains(expected) && text.contains(&format!("127.0.0.1:{port}")), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
        task.abort();
    }
}
