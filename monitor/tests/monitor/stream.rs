//! The live stream, both ways.

use futures_util::StreamExt;
use journeyman_core::memory::Submission;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::tungstenite::{
    Message, http::StatusCode, protocol::frame::coding::CloseCode,
};

use crate::support::{LIMIT, Rig, Socket, config, raw, rig, socket};

async fn next(socket: &mut Socket) -> Value {
    match timeout(LIMIT, socket.next()).await.expect("a message in time") {
        Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// Waits for a tick that is as wanted.
async fn until(socket: &mut Socket, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let message = next(socket).await;
        assert_eq!(message["type"], "tick");
        if wanted(&message) {
            return message;
        }
    }
}

fn ids(message: &Value) -> Vec<&str> {
    message["recent"].as_array().unwrap().iter().map(|job| job["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_websocket_says_everything_and_then_what_is_new() {
    let rig = rig(config()).await;
    rig.first.submit(Submission::new("echo").id("before")).await.await.unwrap();
    rig.until("/api/v1/snapshot", |all| all["totals"]["ok"] == 1).await;
    let mut socket = socket(rig.address, "/api/v1/ws", &[]).await.unwrap();
    let hello = next(&mut socket).await;
    assert_eq!((&hello["type"], ids(&hello)), (&"hello".into(), vec!["before"]));
    for key in ["history", "events", "capabilities", "sessions", "routes", "usage", "sections"] {
        assert!(!hello[key].is_null(), "{key}");
    }
    let held = rig.at_the_gate("held").await;
    let tick = until(&mut socket, |tick| tick["active"][0]["id"] == "held").await;
    assert_eq!(
        (&tick["active"][0]["progress"], &tick["active"][0]["printed"]),
        (&0.25.into(), &16.into())
    );
    assert_eq!(tick["active"][0]["output"], Value::Null, "only its size");
    rig.gate.add_permits(1);
    held.await.unwrap();
    let tick = until(&mut socket, |tick| ids(tick).contains(&"held")).await;
    assert_eq!(tick["totals"]["ok"], 2);
    let tick = until(&mut socket, |tick| !tick["sample"].is_null()).await;
    assert!(tick["sample"]["at"].as_u64() > Some(1_600_000_000_000));
    rig.post("/api/v1/sessions/0/disconnect").await;
    let tick = until(&mut socket, |tick| tick["sessions"][0]["state"] == "disconnected").await;
    assert_eq!(tick["ready"], false);
    rig.stop().await;
}

#[tokio::test]
async fn server_sent_events_say_the_same() {
    let rig = rig(config()).await;
    let mut stream = BufReader::new(TcpStream::connect(rig.address).await.unwrap());
    let request = format!("GET /api/v1/stream HTTP/1.1\r\nHost: {}\r\n\r\n", rig.address);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut lines = stream.lines();
    let mut kind = String::new();
    let mut messages = Vec::new();
    while messages.len() < 3 {
        let line =
            timeout(LIMIT, lines.next_line()).await.expect("a line in time").unwrap().unwrap();
        if let Some(value) = line.strip_prefix("content-type: ") {
            kind = value.to_owned();
        }
        if let Some(text) = line.strip_prefix("data: ") {
            messages.push(serde_json::from_str::<Value>(text).unwrap());
        }
    }
    assert_eq!(kind, "text/event-stream");
    let types: Vec<_> = messages.iter().map(|message| message["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["hello", "tick", "tick"]);
    rig.stop().await;
}

#[tokio::test]
async fn the_end_of_the_monitor_is_said() {
    let rig = rig(config()).await;
    let mut socket = socket(rig.address, "/api/v1/ws", &[]).await.unwrap();
    next(&mut socket).await;
    rig.monitor.abort();
    let frame = loop {
        match timeout(LIMIT, socket.next()).await.expect("the end in time") {
            Some(Ok(Message::Close(frame))) => break frame.unwrap(),
            Some(Ok(_)) => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(frame.code, CloseCode::Away);
    rig.stop().await;
}

#[tokio::test]
async fn streams_are_limited_and_a_place_comes_back() {
    let rig = rig(config()).await;
    let mut sockets = Vec::new();
    for _ in 0..32 {
        sockets.push(socket(rig.address, "/api/v1/ws", &[]).await.unwrap());
    }
    let refused = socket(rig.address, "/api/v1/ws", &[]).await.unwrap_err();
    assert_eq!(refused, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(rig.get("/api/v1/stream").await.status, 503);
    assert_eq!(rig.get("/api/v1/snapshot").await.status, 200, "the rest goes on");
    sockets.pop();
    let start = std::time::Instant::now();
    while socket(rig.address, "/api/v1/ws", &[]).await.is_err() {
        assert!(start.elapsed() < LIMIT, "no place came back");
    }
    rig.stop().await;
}

async fn handshake(rig: &Rig, lines: &[&str]) -> u16 {
    let head = format!(
        "GET /api/v1/ws HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{}\r\n\r\n",
        rig.address,
        lines.join("\r\n")
    );
    raw(rig.address, head.as_bytes()).await.status
}

#[tokio::test]
async fn what_is_no_handshake_is_refused() {
    let rig = rig(config()).await;
    let (upgrade, key) = ("Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    assert_eq!(rig.get("/api/v1/ws").await.status, 400);
    assert_eq!(handshake(&rig, &[upgrade]).await, 400);
    assert_eq!(handshake(&rig, &[upgrade, "Connection: upgrade"]).await, 400);
    let old = [upgrade, "Connection: upgrade", key, "Sec-WebSocket-Version: 8"];
    assert_eq!(handshake(&rig, &old).await, 426);
    rig.stop().await;
}

#[tokio::test]
async fn a_client_that_sends_too_much_is_put_out() {
    use futures_util::SinkExt;
    let rig = rig(config()).await;
    let mut socket = socket(rig.address, "/api/v1/ws", &[]).await.unwrap();
    next(&mut socket).await;
    socket.send(Message::text("hello?")).await.unwrap();
    until(&mut socket, |_| true).await;
    let _ = socket.send(Message::text("x".repeat(100_000))).await;
    loop {
        match timeout(LIMIT, socket.next()).await.expect("the end in time") {
            Some(Ok(Message::Text(_))) => {}
            None | Some(Err(_)) | Some(Ok(Message::Close(_))) => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(rig.get("/health/live").await.status, 200);
    rig.stop().await;
}
