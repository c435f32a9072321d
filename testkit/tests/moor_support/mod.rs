//! Peers and helpers for the tests of the mooR stand-in.

#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used)]

pub mod json;

use bytes::Bytes;
use journeyman_testkit::moor::{
    Broadcast, Clock, Config, Daemon, Event, Events, Identity, Reply, WorkerMessage,
};
use journeyman_testkit::vectors::Vectors;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;
use uuid::Uuid;
use zeromq::{ReqSocket, Socket as _, SocketRecv as _, SocketSend as _, SubSocket, ZmqMessage};

pub fn vectors(name: &str) -> Vectors {
    Vectors::load(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/moor").join(name))
}

/// Nothing in these tests takes long; what does has gone wrong.
pub async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(Duration::from_secs(30), work).await {
        Ok(value) => value,
        Err(_) => panic!("waited too long for: {what}"),
    }
}

pub async fn event(events: &mut Events, what: &str, wanted: impl FnMut(&Event) -> bool) -> Event {
    within(what, events.wait_for(wanted)).await
}

/// A folder that is gone when this is dropped.
#[derive(Debug)]
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        // Short: the path of a Unix socket has room for some hundred bytes.
        let path = std::env::temp_dir().join(format!("moor-{}", Uuid::new_v4().simple()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A daemon whose clock stands still.
pub async fn start(config: Config) -> (Daemon, Clock) {
    let clock = Clock::held();
    (Daemon::start(config.clock(clock.clone())).await.expect("it starts"), clock)
}

/// The two sockets of a worker, hand-driven.
pub struct Peer {
    req: ReqSocket,
    sub: SubSocket,
}

impl Peer {
    /// Connected and subscribed: what is published from now on comes.
    pub async fn connect(daemon: &Daemon) -> Self {
        let mut sub = SubSocket::new();
        sub.connect(daemon.requests()).await.unwrap();
        sub.subscribe("workers").await.unwrap();
        let mut peer = Self { req: request_socket(daemon).await, sub };
        // Nothing tells when the subscription is effective, so pings are sent until one comes;
        // the ones behind it are taken out again by a mark.
        within("the first ping", async {
            loop {
                daemon.ping();
                let wait = Duration::from_millis(20);
                if tokio::time::timeout(wait, peer.sub.recv()).await.is_ok() {
                    break;
                }
            }
        })
        .await;
        daemon.publish_raw([Bytes::from_static(b"workers"), Bytes::from_static(b"mark")]);
        while peer.next_frames().await[1] != b"mark"[..] {}
        peer
    }

    pub async fn next_frames(&mut self) -> Vec<Bytes> {
        within("a broadcast", self.sub.recv()).await.unwrap().into_vec()
    }

    /// The next message to workers.
    pub async fn next(&mut self, daemon: &Daemon) -> Broadcast {
        let frames = self.next_frames().await;
        assert_eq!((frames.len(), &frames[0][..]), (2, &b"workers"[..]));
        Broadcast::decode(daemon.era(), &frames[1]).unwrap()
    }

    /// One exchange of frames.
    pub async fn exchange(&mut self, frames: Vec<Bytes>) -> Vec<Bytes> {
        self.req.send(ZmqMessage::try_from(frames).unwrap()).await.unwrap();
        within("a reply", self.req.recv()).await.unwrap().into_vec()
    }

    pub async fn ask(&mut self, daemon: &Daemon, frames: Vec<Bytes>) -> Reply {
        let frames = self.exchange(frames).await;
        assert_eq!(frames.len(), 1);
        Reply::decode(daemon.era(), &frames[0]).unwrap()
    }
}

pub async fn request_socket(daemon: &Daemon) -> ReqSocket {
    let mut req = ReqSocket::new();
    req.connect(daemon.responses()).await.unwrap();
    req
}

/// Frames of a worker's message.
pub fn frames(daemon: &Daemon, worker_id: Uuid, message: &WorkerMessage) -> Vec<Bytes> {
    let era = daemon.era();
    let id = Bytes::copy_from_slice(worker_id.as_bytes());
    let body = message.encode(era);
    match era {
        journeyman_testkit::moor::Era::Curve => vec![id, body],
        journeyman_testkit::moor::Era::Paseto => {
            vec![daemon.signing_key().worker_token(worker_id).into(), id, body]
        }
    }
}

/// Who a worker of this daemon is.
pub fn identity(daemon: &Daemon, worker_id: Uuid) -> Identity {
    match daemon.era() {
        journeyman_testkit::moor::Era::Curve => Identity::Id(worker_id),
        journeyman_testkit::moor::Era::Paseto => {
            Identity::Token(daemon.signing_key().worker_token(worker_id))
        }
    }
}
