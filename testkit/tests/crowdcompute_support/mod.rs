//! Peers for the tests of the stand-in foreman. Their WebSocket is that of a library, so that the
//! stand-in's is not judged by itself.

#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used)]

#[path = "../http_support/mod.rs"]
mod http_support;

use futures_util::{SinkExt as _, StreamExt as _};
use journeyman_testkit::crowdcompute::{Event, Events, Foreman, ForemanConfig};
use serde_json::Value;
use std::collections::VecDeque;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};

pub const CODE: &str = "def f(x):\n    return x\n";

pub fn vector_path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/crowdcompute").join(name)
}

pub async fn start(config: ForemanConfig) -> Foreman {
    Foreman::start(config).await.unwrap()
}

/// Nothing in these tests takes long; what does has gone wrong.
pub async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(Duration::from_secs(20), work).await {
        Ok(value) => value,
        Err(_) => panic!("waited too long for: {what}"),
    }
}

pub async fn event(events: &mut Events, what: &str, wanted: impl FnMut(&Event) -> bool) -> Event {
    within(what, events.wait_for(wanted)).await
}

/// How a connection ended: code and reason, or without a close frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    Closed(u16, String),
    Cut,
}

/// A worker or a client.
#[derive(Debug)]
pub struct Peer {
    pub name: String,
    ws: WebSocketStream<TcpStream>,
    inbox: VecDeque<String>,
    pings: u64,
    pub end: Option<End>,
}

impl Peer {
    pub async fn connect(addr: SocketAddr, path: &str) -> Self {
        let stream = TcpStream::connect(addr).await.unwrap();
        let mut config = WebSocketConfig::default();
        config.max_message_size = None;
        config.max_frame_size = None;
        let url = format!("ws://{addr}{path}");
        let connect =
            tokio_tungstenite::client_async_with_config(url.as_str(), stream, Some(config));
        let (ws, _) = within("the upgrade", connect).await.unwrap();
        Self { name: path.to_owned(), ws, inbox: VecDeque::new(), pings: 0, end: None }
    }

    /// A worker that has said that it is ready, and been heard.
    pub async fn worker(foreman: &Foreman, id: &str) -> Self {
        let mut peer = Self::connect(foreman.addr(), "/worker/ws").await;
        id.clone_into(&mut peer.name);
        peer.ready(id).await;
        peer.barrier().await;
        peer
    }

    pub async fn ready(&mut self, id: &str) {
        let text = serde_json::json!({
            "type": "worker_ready", "data": {"worker_id": id}, "job_id": null,
        });
        self.send(&text.to_string()).await;
    }

    pub async fn send(&mut self, text: &str) {
        // What can not be sent has its reason in `end`, which is looked at afterwards.
        let _ = within("a write", self.ws.send(Message::text(text))).await;
    }

    pub async fn send_binary(&mut self, bytes: &[u8]) {
        let _ = within("a write", self.ws.send(Message::binary(bytes.to_vec()))).await;
    }

    pub async fn result(&mut self, task: &str, result: &str) {
        let job = task.split("_task_").next().unwrap();
        self.send(&format!(
            "{{\"type\": \"task_result\", \"data\": {{\"result\": {result}, \"task_id\": \
             \"{task}\"}}, \"job_id\": \"{job}\"}}"
        ))
        .await;
    }

    pub async fn error(&mut self, task: &str, error: &str) {
        let job = task.split("_task_").next().unwrap();
        let text = serde_json::json!({
            "type": "task_error", "data": {"error": error, "task_id": task}, "job_id": job,
        });
        self.send(&text.to_string()).await;
    }

    /// Reads one frame; false when there will be no more.
    async fn read(&mut self) -> bool {
        if self.end.is_some() {
            return false;
        }
        match within(&format!("a frame for {}", self.name), self.ws.next()).await {
            Some(Ok(Message::Text(text))) => self.inbox.push_back(text.to_string()),
            Some(Ok(Message::Binary(bytes))) => {
                self.inbox.push_back(String::from_utf8_lossy(&bytes).into_owned());
            }
            Some(Ok(Message::Pong(payload))) => {
                if payload[..] == self.pings.to_be_bytes() {
                    self.pings += 1;
                }
            }
            Some(Ok(Message::Close(frame))) => {
                let end = frame.map_or(End::Closed(1005, String::new()), |frame| {
                    End::Closed(frame.code.into(), frame.reason.to_string())
                });
                // Reading on sends the answer, and sees the socket's end.
                let _ = within("the end", self.ws.next()).await;
                self.end = Some(end);
            }
            Some(Ok(_)) => {}
            Some(Err(_)) | None => self.end = Some(End::Cut),
        }
        self.end.is_none()
    }

    /// Waits until the foreman has handled all that was sent before.
    pub async fn barrier(&mut self) {
        if self.end.is_some() {
            return;
        }
        let wanted = self.pings + 1;
        let payload = self.pings.to_be_bytes().to_vec();
        let _ = within("a ping", self.ws.send(Message::Ping(payload.into()))).await;
        while self.pings < wanted && self.read().await {}
    }

    /// The next message.
    pub async fn next(&mut self) -> Option<String> {
        while self.inbox.is_empty() && self.read().await {}
        self.inbox.pop_front()
    }

    pub async fn message(&mut self) -> Value {
        let text = self.next().await;
        let text = text.unwrap_or_else(|| panic!("{}: {:?}", self.name, self.end));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    /// The next message, an `assign_task`: the id of its task.
    pub async fn task(&mut self) -> String {
        let message = self.message().await;
        assert_eq!(message["type"], "assign_task", "{message}");
        message["data"]["task_id"].as_str().unwrap().to_owned()
    }

    /// What has come already.
    pub fn inbox(&self) -> &VecDeque<String> {
        &self.inbox
    }

    pub fn take_inbox(&mut self) -> Option<String> {
        self.inbox.pop_front()
    }

    /// Nothing was sent to this peer, and nothing is on its way.
    pub async fn nothing(&mut self) {
        self.barrier().await;
        assert_eq!(self.inbox, VecDeque::<String>::new(), "{}", self.name);
    }

    /// Waits for the end that the foreman makes.
    pub async fn ended(&mut self) -> End {
        while self.read().await {}
        self.end.clone().unwrap()
    }

    /// Closes in good order.
    pub async fn close(&mut self) {
        let frame = CloseFrame { code: 1000.into(), reason: "".into() };
        let _ = self.ws.send(Message::Close(Some(frame))).await;
        while self.read().await {}
    }

    /// Drops the socket without a word.
    pub fn cut(self) {
        drop(self);
    }
}

/// An HTTP request; returns the head, in lower case, and the body.
pub async fn http(addr: SocketAddr, method: &str, path: &str) -> (u16, String, String) {
    let request = format!("{method} {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    raw_http(addr, request.as_bytes()).await
}

pub async fn raw_http(addr: SocketAddr, request: &[u8]) -> (u16, String, String) {
    let answer = within("an HTTP answer", http_support::raw(addr, request)).await;
    (answer.status, answer.head.to_lowercase(), answer.body)
}
