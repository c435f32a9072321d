//! The contract: what is sent, and what comes back.
#![allow(clippy::unwrap_used)]

mod common;

use std::{net::SocketAddr, process::Command};

use axum::{
    Router,
    body::Bytes,
    extract::Query,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri},
    response::IntoResponse,
    routing::{any, get},
};
use common::{Answer, Rig, canned, local, raw, serve, within};
use journeyman_core::{JobErrorKind, Value, memory::Submission, payload::Json};
use journeyman_http::health::HealthPort;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Says what it was sent.
async fn mirror(method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> String {
    let mut lines = vec![format!("{method} {uri}")];
    for (name, value) in &headers {
        lines.push(format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
    }
    lines.sort();
    format!("{}\n\n{}", lines.join("\n"), String::from_utf8_lossy(&body))
}

fn has(answer: &Answer, line: &str) -> bool {
    answer.2.lines().any(|found| found == line)
}

#[tokio::test]
async fn every_method_with_headers_and_body() {
    let base = serve(Router::new().route("/{*path}", any(mirror))).await;
    let url = format!("{base}/a/b?c=d%20e#fragment");
    let rig = Rig::new(&local());
    for method in ["get", "POST", "Put", "patch", "DELETE", "OPTIONS"] {
        let headers = [("X-Name", "one"), ("x-name", "two"), ("User-Agent", "moo")];
        let answer = rig.ask((method, &url, ["bo", "", "dy"], headers)).await.unwrap();
        assert_eq!(answer.0, 200);
        assert!(has(&answer, &format!("{} /a/b?c=d%20e", method.to_uppercase())), "{}", answer.2);
        assert!(has(&answer, "x-name: one") && has(&answer, "x-name: two"), "{}", answer.2);
        assert!(has(&answer, "user-agent: moo"), "{}", answer.2);
        assert!(has(&answer, "content-length: 4"), "{}", answer.2);
        assert!(answer.2.ends_with("\n\nbody"), "{}", answer.2);
    }
    let answer = rig.ask(("HEAD", &url)).await.unwrap();
    assert_eq!((answer.0, answer.2.as_str()), (200, ""));
}

#[tokio::test]
async fn what_is_sent_when_nothing_is_said() {
    let base = serve(Router::new().route("/", any(mirror))).await;
    let rig = Rig::new(&local());
    let answer = rig.get(&base).await.unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert!(has(&answer, &format!("user-agent: journeyman-http/{version}")), "{}", answer.2);
    for absent in ["accept-encoding", "content-length", "referer", "cookie", "authorization"] {
        assert!(!answer.2.contains(absent), "{absent} in {}", answer.2);
    }
    for method in ["POST", "PUT", "PATCH"] {
        let answer = rig.ask((method, &base, "")).await.unwrap();
        assert!(has(&answer, "content-length: 0"), "{method}: {}", answer.2);
        assert_eq!(answer.2.matches("content-length").count(), 1, "{}", answer.2);
    }
    let answer = rig.get(&base.replace("http://", "http://me:pw@")).await.unwrap();
    assert!(has(&answer, "authorization: Basic bWU6cHc="), "{}", answer.2);
}

#[tokio::test]
async fn answers_come_whole() {
    async fn odd() -> impl IntoResponse {
        let mut headers = HeaderMap::new();
        headers.append("x-many", HeaderValue::from_static("1"));
        headers.append("x-many", HeaderValue::from_static("2"));
        headers.insert("x-raw", HeaderValue::from_bytes(b"\xff\xfe").unwrap());
        (StatusCode::IM_A_TEAPOT, headers, "short and stout")
    }
    async fn latin() -> impl IntoResponse {
        ([("content-type", "text/plain; charset=iso-8859-1")], &b"gr\xfcn"[..])
    }
    async fn zipped() -> impl IntoResponse {
        ([("content-encoding", "gzip")], &b"\x1f\x8bnot unpacked"[..])
    }
    let router =
        Router::new().route("/odd", get(odd)).route("/latin", get(latin)).route("/gz", get(zipped));
    let base = serve(router).await;
    let rig = Rig::new(&local());
    let (status, headers, body) = rig.get(&format!("{base}/odd")).await.unwrap();
    assert_eq!((status, body.as_str()), (418, "short and stout"));
    let pairs: Vec<_> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    for pair in [("x-many", "1"), ("x-many", "2"), ("x-raw", "")] {
        assert!(pairs.contains(&pair), "{pair:?} not in {pairs:?}");
    }
    let missing = rig.get(&format!("{base}/nothing")).await.unwrap();
    assert_eq!(missing.0, 404);
    assert_eq!(rig.get(&format!("{base}/latin")).await.unwrap().2, "gr\u{fc}n");
    let zipped = rig.get(&format!("{base}/gz")).await.unwrap();
    assert_eq!(zipped.2, "\u{1f}\u{fffd}not unpacked");
    assert!(zipped.1.contains(&("content-encoding".to_owned(), "gzip".to_owned())));
}

#[tokio::test]
async fn by_name_as_other_backends_do() {
    let base = serve(Router::new().route("/", any(mirror))).await;
    let rig = Rig::new(&local());
    let text = format!(r#"{{"method":"put","url":"{base}","body":"b","headers":{{"X-A":"1"}}}}"#);
    for text in [text.clone(), format!("[{text}]")] {
        let job = rig.client.submit(Submission::new("http").payload(Json::new(text))).await;
        let Value::List(parts) = within("an answer", job).await.unwrap() else {
            panic!("not a list")
        };
        assert_eq!(parts[0], Value::Int(200));
        let body = parts[2].as_str().unwrap();
        assert!(body.starts_with("PUT /") && body.contains("x-a: 1"), "{body}");
    }
    let bad = rig.client.submit(Submission::new("http")).await;
    let error = within("an answer", bad).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::BadInput);
    assert_eq!(error.message(), "At least two arguments are required");
}

#[tokio::test]
async fn broken_servers_are_told_apart() {
    let rig = Rig::new(&local());
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let silent = raw(|_, stream| async move { drop(stream) }).await;
    let garbage = canned(b"I am no HTTP server\r\n\r\n").await;
    let short = canned(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc").await;
    let chunk = canned(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n").await;
    for (url, start, part) in [
        (&closed, "Failed to send GET request: there is no connection to http://127.", "refused"),
        (&silent, "Failed to send GET request: http://127.", "gave no answer"),
        (&garbage, "Failed to send GET request: http://127.", "invalid HTTP version"),
        (&short, "Failed to read response body: ", "before"),
        (&chunk, "Failed to read response body: ", "chunk"),
    ] {
        let error = rig.fails(&format!("{url}/?token=s3cret")).await;
        assert_eq!(error.kind(), JobErrorKind::Failed);
        let message = error.message();
        assert!(message.starts_with(start) && message.contains(part), "{message}");
        assert!(!message.contains("s3cret"), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_at_a_time() {
    async fn number(Query(query): Query<Vec<(String, String)>>) -> String {
        query[0].1.clone()
    }
    let base = serve(Router::new().route("/", get(number))).await;
    let rig = std::sync::Arc::new(Rig::new(&local()));
    let tasks: Vec<_> = (0..100)
        .map(|i| {
            let (rig, url) = (rig.clone(), format!("{base}/?n={i}"));
            tokio::spawn(async move { (i, rig.get(&url).await.unwrap().2) })
        })
        .collect();
    for task in tasks {
        let (i, body) = task.await.unwrap();
        assert_eq!(body, i.to_string());
    }
}

#[test]
fn proxies_of_the_environment_are_not_used() {
    // A process of its own, since the environment belongs to the whole of it.
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "what_is_sent_when_nothing_is_said"]);
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        // Nobody listens there.
        child.env(name, "http://127.0.0.1:1");
    }
    child.env_remove("NO_PROXY").env_remove("no_proxy");
    let output = child.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

async fn health(address: SocketAddr, say: &[u8]) -> String {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(say).await.unwrap();
    let mut text = String::new();
    within("a line", stream.read_to_string(&mut text)).await.unwrap();
    text
}

#[tokio::test]
async fn the_health_port_tells_the_truth() {
    let rig = Rig::new(&local());
    let port = HealthPort::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = port.local_addr().unwrap();
    tokio::spawn(port.serve(rig.worker.control().clone()));
    rig.worker.control().ready().await.unwrap();
    assert_eq!(health(address, b"").await, "OK\n");
    assert_eq!(health(address, b"GET / HTTP/1.1\r\nhost: h\r\n\r\n").await, "OK\n");
    // Those who say nothing and listen to nothing are in nobody's way.
    let mut idle = Vec::new();
    for _ in 0..100 {
        idle.push(tokio::net::TcpStream::connect(address).await.unwrap());
    }
    assert_eq!(health(address, b"").await, "OK\n");
    rig.worker.control().drain();
    for mut state in rig.worker.control().states() {
        within("an end", state.wait_for(|state| state.is_over())).await.unwrap();
    }
    assert_eq!(health(address, b"").await, "UNHEALTHY\n");
}
