//! How much is taken of one client, and of the worker's own texts.

use std::time::Duration;
#[cfg(feature = "docs")]
use std::time::Instant;

use journeyman_core::memory::Submission;
use journeyman_monitor::{Section, Status};
#[cfg(feature = "docs")]
use tokio::time::sleep;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use crate::support::{LIMIT, TOKEN, ask, config, raw, rig};

#[tokio::test]
async fn requests_are_limited_in_size() {
    let rig = rig(config().token(TOKEN)).await;
    let (host, bearer) = (rig.address, format!("Authorization: Bearer {TOKEN}"));
    let large = "x".repeat(70_000);
    let announced = ask(rig.address, "POST", "/login", &[], &large).await;
    assert_eq!(announced.status, 413);
    let form =
        ask(rig.address, "POST", "/login", &[], &format!("token={}", "x".repeat(9000))).await;
    assert_eq!(form.status, 413);
    let mut chunked = format!(
        "POST /login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    chunked.push_str(&format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len()));
    assert_eq!(raw(rig.address, chunked.as_bytes()).await.status, 411);
    let head = format!("GET / HTTP/1.1\r\nHost: {host}\r\n{bearer}\r\nX: {large}\r\n\r\n");
    assert_eq!(raw(rig.address, head.as_bytes()).await.status, 431);
    let lines: String = (0..100).map(|i| format!("X-{i}: 1\r\n")).collect();
    let head = format!("GET / HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n");
    assert_eq!(raw(rig.address, head.as_bytes()).await.status, 431);
    for nonsense in ["\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"]
    {
        let mut stream = TcpStream::connect(rig.address).await.unwrap();
        stream.write_all(nonsense.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let _ = timeout(LIMIT, stream.read_to_end(&mut answer)).await.expect("an end in time");
        assert!(!answer.starts_with(b"HTTP/1.1 2"), "{nonsense:?}");
    }
    assert_eq!(rig.get("/health/live").await.status, 200);
    rig.stop().await;
}

#[tokio::test]
async fn requests_are_limited_in_number() {
    let rig = rig(config().rate_limit(0.01, 20)).await;
    let mut answers = Vec::new();
    for _ in 0..25 {
        answers.push(rig.get("/api/v1/routes").await);
    }
    let (served, refused) = answers.split_at(20);
    assert!(served.iter().all(|answer| answer.status == 200));
    assert!(
        refused
            .iter()
            .all(|answer| answer.status == 429 && !answer.header("retry-after").is_empty())
    );
    rig.stop().await;
}

#[tokio::test]
async fn commands_are_limited_more() {
    let rig = rig(config()).await;
    let mut refused = 0;
    for _ in 0..60 {
        match rig.post("/api/v1/resume").await.status {
            202 => {}
            429 => refused += 1,
            other => panic!("{other}"),
        }
    }
    assert!(refused > 0);
    assert_eq!(rig.get("/api/v1/snapshot").await.status, 200, "reading goes on");
    rig.stop().await;
}

#[tokio::test]
async fn long_texts_are_cut_and_passwords_left_out() {
    let url = "ws://user:hush-hush@server:1/path";
    let rig = rig(config()
        .worker_id("w")
        .section(move || Section::new("S").fact("Server", url, Status::Good)))
    .await;
    let long = "é".repeat(500_000);
    rig.first.submit(Submission::new("fail").id(&*long)).await.await.unwrap_err();
    rig.first.submit(Submission::new(&*long)).await.await.unwrap_err();
    let error = format!("{url} does not answer {long}");
    rig.first.submit(Submission::new("fail.with").args(&*error)).await.await.unwrap_err();
    rig.until("/api/v1/snapshot", |all| all["totals"]["failed"] == 3).await;
    for (path, most) in [
        ("/api/v1/snapshot", 20_000),
        ("/api/v1/jobs", 10_000),
        ("/api/v1/jobs/3", 70_000),
        ("/api/v1/events", 5_000),
    ] {
        let text = rig.get(path).await.text();
        assert!(text.len() < most, "{path}: {}", text.len());
        assert!(!text.contains("hush"), "{path}");
    }
    let whole = rig.json("/api/v1/jobs/3").await["error"].as_str().unwrap().to_owned();
    assert!(whole.starts_with("ws://server:1/path does not answer é") && whole.ends_with('…'));
    assert!(whole.len() > 60_000, "by itself it is longer than in the list: {}", whole.len());
    rig.stop().await;
}

#[tokio::test]
async fn a_bug_of_the_program_is_one_answer() {
    let rig = rig(config().metrics(|| panic!("a bug"))).await;
    for _ in 0..3 {
        let answer = rig.get("/metrics").await;
        assert_eq!(answer.status, 500);
        assert!(answer.text().contains("a bug; see the worker's log"), "{}", answer.text());
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(rig.get("/api/v1/snapshot").await.status, 200);
    }
    rig.stop().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn connections_that_say_nothing_do_not_shut_others_out_for_ever() {
    let rig = rig(config()).await;
    let mut idle = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(rig.address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
        idle.push(stream);
    }
    // As a client of another address; here, all of 127.0.0.0/8 is.
    let client = TcpSocket::new_v4().unwrap();
    client.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut stream = client.connect(rig.address).await.unwrap();
    let request =
        format!("GET /health/live HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", rig.address);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    timeout(Duration::from_secs(8), read).await.expect("an answer while they hang").unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    // Those that never end their head are put out.
    for mut stream in idle {
        let mut rest = Vec::new();
        let _ = timeout(LIMIT, stream.read_to_end(&mut rest)).await.expect("an end in time");
    }
    assert_eq!(rig.get("/health/live").await.status, 200);
    rig.stop().await;
}

/// A client that reads nothing of its answers keeps its place for 20 s, not for ever.
#[cfg(feature = "docs")]
#[tokio::test]
async fn clients_that_ask_and_do_not_read_are_put_out() {
    let rig = rig(config()).await;
    let request =
        format!("GET /assets/docs/redoc.standalone.js HTTP/1.1\r\nHost: {}\r\n\r\n", rig.address);
    let mut silent = Vec::new();
    for _ in 0..64 {
        let socket = TcpSocket::new_v4().unwrap();
        // As little as can be had, so that the answers soon do not fit the buffers any more.
        socket.set_recv_buffer_size(4096).unwrap();
        let mut stream = socket.connect(rig.address).await.unwrap();
        stream.write_all(request.repeat(10).as_bytes()).await.unwrap();
        silent.push(stream);
    }
    let health =
        format!("GET /health/live HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", rig.address);
    let is_served = async || {
        let mut stream = TcpStream::connect(rig.address).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.write_all(health.as_bytes()).await;
        let _ = timeout(LIMIT, stream.read_to_end(&mut answer)).await.expect("an end in time");
        answer.starts_with(b"HTTP/1.1 200")
    };
    assert!(!is_served().await, "they have all the places of this address");
    let start = Instant::now();
    while !is_served().await {
        assert!(start.elapsed() < LIMIT, "they keep their places");
        sleep(Duration::from_millis(100)).await;
    }
    drop(silent);
    rig.stop().await;
}
