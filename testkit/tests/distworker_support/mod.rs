//! A hand-made worker for the stand-in's tests: raw sockets, frames and messages of its own, so
//! that the stand-in is not judged by its own code.

#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used)]

use journeyman_testkit::distworker::{
    Clock, Config, Controller, Event, Events, Provisioner, Timers, registration_signature,
};
use prost::Message as _;
use prost_types::value::Kind;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub const STATIC_TOKEN: &str = "static-token-for-tests";
pub const OTHER_TOKEN: &str = "other-token-for-tests";

pub fn vector_path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/distworker").join(name)
}

/// The provisioners of the recorded runs.
pub fn config() -> Config {
    let queues = ["math.add", "text/upper", "llm/chat", "llm/text", "llm/embed", "q.manual"];
    Config::default()
        .provisioner("static", Provisioner::shared_token(STATIC_TOKEN, queues))
        .provisioner(
            "other",
            Provisioner::shared_token(OTHER_TOKEN, ["math.*", "#", "solo"])
                .idle_timeout(Duration::from_secs(120)),
        )
        .provisioner(
            "cmdprov",
            Provisioner::command(["cmdq"]).idle_timeout(Duration::from_secs(10)),
        )
}

/// Timers that keep out of the way of tests that are not about them.
pub fn quiet() -> Timers {
    Timers { ping_interval: Duration::from_secs(3600), ..Timers::default() }
}

pub async fn start(config: Config) -> Controller {
    Controller::start(config).await.expect("two loopback ports")
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

// Messages.

#[derive(Clone, PartialEq, prost::Message)]
pub struct Envelope {
    #[prost(int32, tag = "1")]
    pub kind: i32,
    #[prost(message, optional, tag = "2")]
    pub register: Option<Register>,
    #[prost(message, optional, tag = "3")]
    pub response: Option<Response>,
    #[prost(message, optional, tag = "9")]
    pub heartbeat: Option<Heartbeat>,
    #[prost(message, optional, tag = "10")]
    pub assign: Option<Assign>,
    #[prost(message, optional, tag = "11")]
    pub progress: Option<Progress>,
    #[prost(message, optional, tag = "12")]
    pub complete: Option<Complete>,
    #[prost(message, optional, tag = "13")]
    pub failed: Option<Failed>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Register {
    #[prost(bytes = "vec", tag = "1")]
    pub data: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub signature: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Signed {
    #[prost(string, tag = "1")]
    pub provisioner: String,
    #[prost(string, tag = "2")]
    pub worker_id: String,
    #[prost(string, tag = "3")]
    pub date: String,
    #[prost(message, optional, tag = "4")]
    pub info: Option<Info>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Info {
    #[prost(string, tag = "1")]
    pub hostname: String,
    #[prost(int32, tag = "2")]
    pub cpu_cores: i32,
    #[prost(int64, tag = "3")]
    pub memory_mb: i64,
    #[prost(message, optional, tag = "4")]
    pub additional: Option<prost_types::Struct>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Response {
    #[prost(int32, tag = "10")]
    pub idle_time: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Heartbeat {
    #[prost(int32, tag = "2")]
    pub health: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Assign {
    #[prost(string, tag = "1")]
    pub task_id: String,
    #[prost(string, tag = "2")]
    pub queue: String,
    #[prost(message, optional, tag = "3")]
    pub metadata: Option<prost_types::Struct>,
    #[prost(message, optional, tag = "4")]
    pub input: Option<prost_types::Struct>,
    #[prost(int64, tag = "5")]
    pub timeout_ms: i64,
    #[prost(message, repeated, tag = "6")]
    pub files: Vec<File>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct File {
    #[prost(string, tag = "1")]
    pub file_id: String,
    #[prost(string, tag = "2")]
    pub filename: String,
    #[prost(string, tag = "3")]
    pub content_type: String,
    #[prost(int64, tag = "4")]
    pub size: i64,
    #[prost(string, tag = "5")]
    pub storage_url: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Progress {
    #[prost(string, tag = "1")]
    pub task_id: String,
    #[prost(float, tag = "2")]
    pub progress: f32,
    #[prost(string, tag = "3")]
    pub message: String,
    #[prost(message, optional, tag = "4")]
    pub data: Option<prost_types::Struct>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Complete {
    #[prost(string, tag = "1")]
    pub task_id: String,
    #[prost(message, optional, tag = "2")]
    pub result: Option<prost_types::Struct>,
    #[prost(message, repeated, tag = "3")]
    pub result_files: Vec<File>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Failed {
    #[prost(string, tag = "1")]
    pub task_id: String,
    #[prost(string, tag = "2")]
    pub code: String,
    #[prost(string, tag = "3")]
    pub message: String,
    #[prost(message, optional, tag = "4")]
    pub details: Option<prost_types::Struct>,
}

/// JSON as a Struct; `None` for null.
pub fn to_struct(value: &Value) -> Option<prost_types::Struct> {
    fn value_of(value: &Value) -> prost_types::Value {
        let kind = match value {
            Value::Null => Kind::NullValue(0),
            Value::Bool(bit) => Kind::BoolValue(*bit),
            Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap()),
            Value::String(text) => Kind::StringValue(text.clone()),
            Value::Array(items) => Kind::ListValue(prost_types::ListValue {
                values: items.iter().map(value_of).collect(),
            }),
            Value::Object(map) => Kind::StructValue(fields(map)),
        };
        prost_types::Value { kind: Some(kind) }
    }
    fn fields(map: &Map<String, Value>) -> prost_types::Struct {
        let fields: BTreeMap<_, _> =
            map.iter().map(|(key, value)| (key.clone(), value_of(value))).collect();
        prost_types::Struct { fields }
    }
    value.as_object().map(fields)
}

pub fn heartbeat(health: i32) -> Vec<u8> {
    let heartbeat = Some(Heartbeat { health });
    Envelope { kind: 9, heartbeat, ..Envelope::default() }.encode_to_vec()
}

pub fn progress(task_id: &str, progress: f32, message: &str, data: &Value) -> Vec<u8> {
    let data = to_struct(data);
    let (task_id, message) = (task_id.to_owned(), message.to_owned());
    let progress = Some(Progress { task_id, progress, message, data });
    Envelope { kind: 11, progress, ..Envelope::default() }.encode_to_vec()
}

pub fn complete(task_id: &str, result: &Value) -> Vec<u8> {
    let complete = Some(Complete {
        task_id: task_id.to_owned(),
        result: to_struct(result),
        ..Complete::default()
    });
    Envelope { kind: 12, complete, ..Envelope::default() }.encode_to_vec()
}

pub fn failed(task_id: &str, code: &str, message: &str) -> Vec<u8> {
    let (task_id, code, message) = (task_id.to_owned(), code.to_owned(), message.to_owned());
    let failed = Some(Failed { task_id, code, message, details: None });
    Envelope { kind: 13, failed, ..Envelope::default() }.encode_to_vec()
}

/// A registration that is right at `date` (`YYYYMMDDTHHMMSSZ`).
pub fn register(provisioner: &str, worker_id: &str, token: &str, date: &str) -> Vec<u8> {
    let signed = Signed {
        provisioner: provisioner.to_owned(),
        worker_id: worker_id.to_owned(),
        date: date.to_owned(),
        info: Some(Info { hostname: "raw".to_owned(), cpu_cores: 2, ..Info::default() }),
    };
    let data = signed.encode_to_vec();
    let signature = registration_signature(token, &date[..8], &data).to_vec();
    let register = Some(Register { data, signature });
    Envelope { kind: 2, register, ..Envelope::default() }.encode_to_vec()
}

/// The date text of the registrations that tests sign themselves, and its Unix time.
pub const DATE: &str = "20261121T133451Z";
pub const DATE_UNIX: i64 = 1_795_268_091;

/// A controller whose clock stands at [`DATE`] and that does not ping in between.
pub async fn start_quiet() -> Controller {
    start(config().clock(Clock::fixed(DATE_UNIX)).timers(quiet())).await
}

/// Seconds since the Unix epoch of a date text, counted year by year.
pub fn unix_time(date: &str) -> i64 {
    let number = |range: std::ops::Range<usize>| date[range].parse::<i64>().unwrap();
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let (year, month, day) = (number(0..4), number(4..6), number(6..8));
    let mut days: i64 = (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
    let lengths = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30];
    days += lengths[..usize::try_from(month - 1).unwrap()].iter().sum::<i64>() + day - 1;
    ((days * 24 + number(9..11)) * 60 + number(11..13)) * 60 + number(13..15)
}

// The wire.

pub const UPGRADE: &str = "GET /worker/v1/ws HTTP/1.1\r\nHost: localhost\r\n\
    Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: cDpHAw3Nu01WApNPq+tdhQ==\r\n\
    Sec-WebSocket-Version: 13\r\n\r\n";

pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

/// A frame from the server. `first` is its first byte: FIN, RSV and opcode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub first: u8,
    pub payload: Vec<u8>,
}

/// A client socket that writes and reads bare frames. Pings are kept apart, since they come when
/// they come, and are only answered on request.
#[derive(Debug)]
pub struct Peer {
    pub stream: TcpStream,
    pub head: String,
    buffer: Vec<u8>,
    pub pings: VecDeque<Frame>,
}

impl Peer {
    /// Connects and upgrades; the first ping has arrived.
    pub async fn connect(addr: SocketAddr) -> Self {
        let mut peer = Self::request(addr, UPGRADE).await;
        assert!(peer.head.starts_with("HTTP/1.1 101 "), "{}", peer.head);
        assert_eq!(peer.ping().await, Frame { first: 0x89, payload: vec![] });
        peer
    }

    /// Sends a request and reads the head of the answer.
    pub async fn request(addr: SocketAddr, request: &str) -> Self {
        let mut stream = TcpStream::connect(addr).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut peer =
            Self { stream, head: String::new(), buffer: Vec::new(), pings: VecDeque::new() };
        let end = loop {
            if let Some(at) = peer.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            assert!(peer.fill().await, "the answer ended early: {:?}", peer.buffer);
        };
        let rest = peer.buffer.split_off(end);
        peer.head = String::from_utf8(std::mem::replace(&mut peer.buffer, rest)).unwrap();
        peer
    }

    /// Connects, registers and takes the response.
    pub async fn register(controller: &Controller, provisioner: &str, token: &str) -> Self {
        let mut peer = Self::connect(controller.worker_addr()).await;
        peer.send(&register(provisioner, "", token, DATE)).await;
        assert!(peer.message().await.response.is_some());
        peer
    }

    /// Reads some bytes; false at the end of the stream, however it came.
    async fn fill(&mut self) -> bool {
        let mut chunk = [0; 4096];
        match within("bytes from the controller", self.stream.read(&mut chunk)).await {
            Ok(0) | Err(_) => false,
            Ok(count) => {
                self.buffer.extend_from_slice(&chunk[..count]);
                true
            }
        }
    }

    /// Everything up to the end of the stream.
    pub async fn rest(&mut self) -> Vec<u8> {
        while self.fill().await {}
        std::mem::take(&mut self.buffer)
    }

    fn cut(&mut self) -> Option<Frame> {
        let [first, second, ..] = self.buffer[..] else { return None };
        assert_eq!(second & 0x80, 0, "a server does not mask");
        let extended = match second {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let size = self.buffer.get(2..2 + extended)?;
        let length = if extended == 0 {
            usize::from(second)
        } else {
            size.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
        };
        let payload = self.buffer.get(2 + extended..2 + extended + length)?.to_vec();
        self.buffer.drain(..2 + extended + length);
        Some(Frame { first, payload })
    }

    /// The next frame that is no ping, or `None` at the end of the stream.
    pub async fn frame(&mut self) -> Option<Frame> {
        loop {
            match self.cut() {
                Some(frame) if frame.first & 0x0f == PING => self.pings.push_back(frame),
                Some(frame) => return Some(frame),
                None if self.fill().await => {}
                None => {
                    assert!(self.buffer.is_empty(), "cut off frame: {:?}", self.buffer);
                    return None;
                }
            }
        }
    }

    /// The next ping.
    pub async fn ping(&mut self) -> Frame {
        loop {
            if let Some(ping) = self.pings.pop_front() {
                return ping;
            }
            match self.cut() {
                Some(frame) if frame.first & 0x0f == PING => self.pings.push_back(frame),
                Some(frame) => panic!("{frame:?} instead of a ping"),
                None => assert!(self.fill().await, "the stream ended instead of a ping"),
            }
        }
    }

    /// The next message: binary, whole, and no extension bit set.
    pub async fn binary(&mut self) -> Vec<u8> {
        let frame = self.frame().await.expect("a message, but the stream ended");
        assert_eq!(frame.first, 0x82, "{frame:?}");
        frame.payload
    }

    pub async fn message(&mut self) -> Envelope {
        Envelope::decode(&self.binary().await[..]).unwrap()
    }

    pub async fn assign(&mut self) -> Assign {
        let message = self.message().await;
        assert_eq!(message.kind, 10, "{message:?}");
        message.assign.expect("an assignment")
    }

    /// Sends a frame, masked. `first` is its first byte.
    pub async fn send_frame(&mut self, first: u8, payload: &[u8]) {
        self.stream.write_all(&masked(first, payload)).await.unwrap();
    }

    /// Sends a binary message.
    pub async fn send(&mut self, message: &[u8]) {
        self.send_frame(0x80 | BINARY, message).await;
    }
}

pub fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0x11, 0x7f, 0xc3, 0x05];
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..=125 => bytes.push(0x80 | u8::try_from(length).unwrap()),
        length @ 126..=0xffff => {
            bytes.push(0x80 | 126);
            bytes.extend_from_slice(&u16::try_from(length).unwrap().to_be_bytes());
        }
        length => {
            bytes.push(0x80 | 127);
            bytes.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(&mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
    bytes
}

/// The same JSON with every number as a double, so that `1` and `1.0` compare equal.
pub fn doubles(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().unwrap().into(),
        Value::Array(items) => items.iter().map(doubles).collect(),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.clone(), doubles(value))).collect())
        }
        other => other.clone(),
    }
}

// A client of the HTTP API, as small as it can be.

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

pub async fn http(addr: SocketAddr, method: &str, target: &str, body: &str) -> Answer {
    http_as(addr, method, target, "application/json", body).await
}

pub async fn http_as(
    addr: SocketAddr,
    method: &str,
    target: &str,
    content_type: &str,
    body: &str,
) -> Answer {
    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut peer = Peer::request(addr, &request).await;
    let rest = peer.rest().await;
    let body = if peer.head.to_lowercase().contains("transfer-encoding: chunked") {
        unchunk(&rest)
    } else {
        rest
    };
    let status = peer.head[9..12].parse().unwrap();
    Answer { status, head: peer.head, body: String::from_utf8(body).unwrap() }
}

fn unchunk(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = bytes.windows(2).position(|window| window == b"\r\n").expect("a chunk size");
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&bytes[end + 2..end + 2 + size]);
        bytes = &bytes[end + 2 + size + 2..];
    }
}
