//! A WebSocket server made by the library on the other side, and short ways to ask things.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "helpers of tests panic, too")]

use std::{
    future::{Future, poll_fn},
    net::SocketAddr,
    time::Duration,
};

use journeyman_core::transport::{Closed, Event, Lane, Tag, Transport};
use journeyman_ws::{WsConfig, WsMessage, WsTarget, WsTransport};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, accept_async_with_config, tungstenite::protocol::WebSocketConfig,
};

/// Far above what anything here takes; a test that gets there has failed.
pub(crate) const LONG: Duration = Duration::from_secs(30);

pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    timeout(LONG, future).await.expect("took too long")
}

/// A listener that hands out its connections.
pub(crate) async fn tcp_server() -> (SocketAddr, mpsc::Receiver<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let (send, receive) = mpsc::channel(16);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            if send.send(stream).await.is_err() {
                return;
            }
        }
    });
    (addr, receive)
}

pub(crate) async fn accept(stream: TcpStream) -> WebSocketStream<TcpStream> {
    let limits = WebSocketConfig::default().max_frame_size(None).max_message_size(None);
    accept_async_with_config(stream, Some(limits)).await.unwrap()
}

/// Timers that do not interfere.
pub(crate) fn quiet() -> WsConfig {
    let mut config = WsConfig::default();
    config.ping_interval = None;
    config.liveness = None;
    config.write_stall = None;
    config
}

/// A client and the server's end of its connection.
pub(crate) async fn pair(config: WsConfig) -> (WsTransport, WebSocketStream<TcpStream>) {
    let (addr, mut accepted) = tcp_server().await;
    pair_through(config, addr, &mut accepted).await
}

pub(crate) async fn pair_through(
    config: WsConfig,
    addr: SocketAddr,
    accepted: &mut mpsc::Receiver<TcpStream>,
) -> (WsTransport, WebSocketStream<TcpStream>) {
    let mut transport = WsTransport::new(config);
    let server = async { accept(accepted.recv().await.unwrap()).await };
    let target = WsTarget::new(format!("ws://{addr}/path"));
    let (connected, server) = soon(async { tokio::join!(transport.connect(target), server) }).await;
    connected.unwrap();
    (transport, server)
}

pub(crate) async fn event(transport: &mut WsTransport) -> Event<WsMessage> {
    soon(poll_fn(|cx| transport.poll_event(cx))).await
}

pub(crate) async fn message(transport: &mut WsTransport) -> WsMessage {
    loop {
        match event(transport).await {
            Event::Received { lane, message } => {
                assert_eq!(lane, Lane::MAIN);
                return message;
            }
            Event::Alive | Event::Sent { .. } => {}
            other => panic!("expected a message, got {other:?}"),
        }
    }
}

pub(crate) async fn closed(transport: &mut WsTransport) -> Closed {
    loop {
        if let Event::Closed(closed) = event(transport).await {
            return closed;
        }
    }
}

/// Polls for ever; for when the server's side is what matters.
pub(crate) async fn keep_polling(transport: &mut WsTransport) -> std::convert::Infallible {
    loop {
        poll_fn(|cx| transport.poll_event(cx)).await;
    }
}

/// Runs the server's side of a test while the client polls.
pub(crate) async fn while_polling<F: Future>(transport: &mut WsTransport, future: F) -> F::Output {
    soon(async {
        tokio::select! {
            output = future => output,
            never = keep_polling(transport) => match never {},
        }
    })
    .await
}

pub(crate) fn send(transport: &mut WsTransport, message: impl Into<WsMessage>) {
    transport.send(Lane::MAIN, None, message.into()).unwrap();
}

pub(crate) fn send_tagged(transport: &mut WsTransport, tag: u64, message: impl Into<WsMessage>) {
    transport.send(Lane::MAIN, Some(Tag(tag)), message.into()).unwrap();
}

/// Bytes that are different wherever one looks.
pub(crate) fn pattern(length: usize, seed: usize) -> Vec<u8> {
    let mut state = seed as u32 ^ 0x9e37_79b9;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}
