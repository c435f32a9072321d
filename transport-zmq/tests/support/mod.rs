//! Short ways to ask things, peers that misbehave, and a folder for sockets.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "helpers of tests panic, too")]

pub mod python;
pub mod raw;

use std::{
    future::{Future, poll_fn},
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use bytes::Bytes;
use journeyman_core::{
    Error, ErrorKind,
    transport::{Closed, Event, Lane, Tag, Transport},
};
use journeyman_zmq::{
    CurveClient, CurveKeys, Endpoint, Frames, LaneTarget, ZmqConfig, ZmqTarget, ZmqTransport,
    server::{PeerEvent, PeerEvents},
};
use tokio::time::timeout;

/// Far above what anything here takes; a test that gets there has failed.
pub const LONG: Duration = Duration::from_secs(60);
pub const REQUESTS: Lane = Lane("requests");
pub const RESPONSES: Lane = Lane("responses");

pub async fn soon<F: Future>(future: F) -> F::Output {
    timeout(LONG, future).await.expect("took too long")
}

/// A folder for sockets that goes when it is dropped.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("jm-zmq-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn ipc(&self, name: &str) -> Endpoint {
        format!("ipc://{}", self.path(name).display()).parse().unwrap()
    }

    /// One endpoint to bind of each kind.
    pub fn both(&self, name: &str) -> [Endpoint; 2] {
        [any_port(), self.ipc(name)]
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Any free port of the loopback interface.
pub fn any_port() -> Endpoint {
    Endpoint::tcp("127.0.0.1", 0)
}

pub fn requests(endpoint: &Endpoint) -> LaneTarget {
    LaneTarget::subscribe(REQUESTS, endpoint.clone(), ["workers"])
}

pub fn responses(endpoint: &Endpoint) -> LaneTarget {
    LaneTarget::request(RESPONSES, endpoint.clone())
}

pub async fn connect(
    config: ZmqConfig,
    lanes: impl IntoIterator<Item = LaneTarget>,
) -> Result<ZmqTransport, Error> {
    let mut transport = ZmqTransport::new(config);
    soon(transport.connect(ZmqTarget::new(lanes))).await?;
    Ok(transport)
}

/// Connects one lane that has to fail.
pub async fn refused(config: ZmqConfig, lane: LaneTarget) -> Error {
    connect(config, [lane]).await.expect_err("connecting has to fail")
}

#[track_caller]
pub fn expect(error: &Error, kind: ErrorKind, parts: &[&str]) {
    let text = error.to_string();
    assert_eq!(error.kind(), kind, "{text}");
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

pub fn config(change: impl FnOnce(&mut ZmqConfig)) -> ZmqConfig {
    let mut config = ZmqConfig::default();
    change(&mut config);
    config
}

pub fn frames(parts: &[&str]) -> Frames {
    Frames(parts.iter().map(|part| Bytes::copy_from_slice(part.as_bytes())).collect())
}

pub fn number(n: u64) -> Frames {
    Frames(vec![Bytes::copy_from_slice(&n.to_be_bytes())])
}

/// The next event that is no sign of life.
pub async fn event(transport: &mut ZmqTransport) -> Event<Frames> {
    soon(async {
        loop {
            match poll_fn(|cx| transport.poll_event(cx)).await {
                Event::Alive => {}
                event => return event,
            }
        }
    })
    .await
}

pub async fn reply(transport: &mut ZmqTransport) -> (u64, Frames) {
    match event(transport).await {
        Event::Reply { tag, message } => (tag.0, message),
        other => panic!("not a reply: {other:?}"),
    }
}

pub async fn failed(transport: &mut ZmqTransport) -> (u64, Error) {
    match event(transport).await {
        Event::Failed { tag, error } => (tag.0, error),
        other => panic!("not a failure: {other:?}"),
    }
}

pub async fn received(transport: &mut ZmqTransport) -> Frames {
    match event(transport).await {
        Event::Received { lane, message } => {
            assert_eq!(lane, REQUESTS);
            message
        }
        other => panic!("not a message: {other:?}"),
    }
}

pub async fn closed(transport: &mut ZmqTransport) -> Closed {
    match event(transport).await {
        Event::Closed(closed) => closed,
        other => panic!("not the end: {other:?}"),
    }
}

/// One exchange.
pub async fn ask(transport: &mut ZmqTransport, tag: u64, message: Frames) -> Frames {
    transport.send(RESPONSES, Some(Tag(tag)), message).unwrap();
    let (found, reply) = reply(transport).await;
    assert_eq!(found, tag);
    reply
}

/// Drives the transport while something else happens; events are an error.
pub async fn meanwhile<F: Future>(transport: &mut ZmqTransport, other: F) -> F::Output {
    soon(async {
        let mut other = std::pin::pin!(other);
        loop {
            tokio::select! {
                biased;
                output = &mut other => return output,
                event = poll_fn(|cx| transport.poll_event(cx)) => match event {
                    Event::Alive => {}
                    event => panic!("unexpected: {event:?}"),
                },
            }
        }
    })
    .await
}

/// Drives the transport while something else happens; events are put aside.
pub async fn drive<F: Future>(
    transport: &mut ZmqTransport,
    aside: &mut Vec<Event<Frames>>,
    other: F,
) -> F::Output {
    soon(async {
        let mut other = std::pin::pin!(other);
        loop {
            tokio::select! {
                biased;
                output = &mut other => return output,
                event = poll_fn(|cx| transport.poll_event(cx)) => aside.push(event),
            }
        }
    })
    .await
}

/// The replies of these events and of those that follow have to be those, in order.
pub async fn replies(
    transport: &mut ZmqTransport,
    aside: Vec<Event<Frames>>,
    expected: impl IntoIterator<Item = (u64, Frames)>,
) {
    let mut aside = aside.into_iter().filter(|event| !matches!(event, Event::Alive));
    for (tag, message) in expected {
        let found = match aside.next() {
            Some(Event::Reply { tag, message }) => (tag.0, message),
            Some(other) => panic!("not a reply: {other:?}"),
            None => reply(transport).await,
        };
        assert_eq!(found, (tag, message));
    }
}

pub async fn peer_event(events: &mut PeerEvents) -> PeerEvent {
    soon(events.next()).await.expect("the server lives")
}

/// Keys of a server and a client, and what the client is told.
pub fn key_pairs() -> (CurveKeys, CurveKeys, CurveClient) {
    let (server, client) = (CurveKeys::generate(), CurveKeys::generate());
    let told = CurveClient { server_key: server.public(), keys: client.clone() };
    (server, client, told)
}
