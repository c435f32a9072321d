//! Upstream's worker API, against what upstream's worker said (golden vectors `seed_http.json` and
//! `head_http.json`).

use std::{
    path::{Path, PathBuf},
    sync::atomic::Ordering::SeqCst,
    time::{Duration, SystemTime},
};

use futures_util::StreamExt;
use journeyman_monitor::compat::{Compat, Era};
use journeyman_testkit::vectors::{Vector, Vectors};
use serde_json::Value;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Message, http::StatusCode};

use crate::recorded::{Recorded, local};
use crate::support::{Answer, LIMIT, Rig, TOKEN, ask, config, rig, socket};

async fn serve(era: Era, open: bool) -> (Rig, Recorded) {
    let facts = Recorded::new(era);
    let compat =
        Compat::new(facts.clone()).wildcard_cors(open).push_interval(Duration::from_millis(20));
    (rig(config().name("CrowdCompute Worker").compat(compat)).await, facts)
}

/// The recorded file, one line for each entry, so that account can be kept of them.
fn vectors(name: &str) -> (Vectors, PathBuf) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters/crowdcompute/testdata");
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
    let lines = entries.into_iter().enumerate().map(|(i, mut entry)| {
        let what = ["request", "ws_push", "note"].iter().find_map(|key| entry[*key].as_str());
        entry["id"] = format!("{i:02} {}", what.unwrap()).into();
        format!("{entry}\n")
    });
    let path =
        std::env::temp_dir().join(format!("journeyman-monitor-{}-{name}l", std::process::id()));
    std::fs::write(&path, lines.collect::<String>()).unwrap();
    (Vectors::load(&path), path)
}

/// What the foreman said, and what people wrote down: not the worker's.
fn is_foreign(entry: &Vector) -> bool {
    let request = entry.text("request");
    entry.value["note"].is_string()
        || request.starts_with("GET /api/")
        || request.starts_with("foreman ")
        || request == "ws-stats"
        || entry.text("ws_push").starts_with("foreman")
}

/// Numbers that differ from moment to moment: the same digit for all.
fn without_time(text: &str) -> String {
    let mut text = text.to_owned();
    for key in ["\"uptime\":", "\"timestamp\":"] {
        let Some(at) = text.find(key) else { continue };
        let from = at + key.len();
        let end = text[from..].find([',', '}']).unwrap();
        text.replace_range(from..from + end, "0");
    }
    text
}

async fn repeat(rig: &Rig, request: &str) -> Answer {
    let cors = [("Origin", "http://example.org"), ("Access-Control-Request-Method", "POST")];
    let (method, path, headers): (_, _, &[_]) = match request {
        "CORS GET /" => ("GET", "/", &cors[..1]),
        "CORS preflight POST /restart" => ("OPTIONS", "/restart", &cors),
        other => {
            let words: Vec<&str> = other.split(' ').collect();
            let at = words.iter().position(|word| word.starts_with('/')).unwrap();
            match (words.get(at.wrapping_sub(1)), words[at]) {
                // "during/after GET /stats", "GET / after restart", "main GET /"
                (Some(method), path) => (*method, path, &[]),
                _ => panic!("{request}"),
            }
        }
    };
    ask(rig.address, method, path, headers, "").await
}

fn check(rig: &Rig, entry: &Vector, answer: &Answer) {
    let id = &entry.id;
    let status = match entry.value["status"].as_u64() {
        Some(status) => status,
        None => {
            entry.text("status_line").split(' ').nth(1).map_or(200, |code| code.parse().unwrap())
        }
    };
    assert_eq!(u64::from(answer.status), status, "{id}: {}", answer.text());
    let said = entry.value["body"].as_str();
    match said {
        // The recorder lost the end of one body; its length tells.
        Some(body) if is_cut(entry) => assert!(answer.text().starts_with(body), "{id}"),
        Some(body) => assert_eq!(without_time(&answer.text()), without_time(body), "{id}"),
        None => {}
    }
    let Some(headers) = entry.value["headers"].as_object() else { return };
    for (name, value) in headers {
        let value = value.as_str().unwrap();
        match name.as_str() {
            "date" | "server" | "Connection" => {}
            // The pages are our own; the uptime has its own digits.
            "content-length" => match said {
                Some(body) if !body.contains("\"uptime\"") => {
                    assert_eq!(answer.header(name), value, "{id}");
                }
                _ => {}
            },
            "location" => {
                let ours = value.replace("127.0.0.1:8011", &rig.address.to_string());
                assert_eq!(answer.header(name), ours, "{id}");
            }
            _ => assert_eq!(answer.header(name), value, "{id}: {name}"),
        }
    }
    // And no CORS header where upstream has none.
    for name in answer.headers.keys().filter(|name| name.starts_with("access-control-")) {
        assert!(headers.contains_key(name), "{id}: {name}");
    }
}

/// Whether the record holds less of the body than its own header says.
fn is_cut(entry: &Vector) -> bool {
    let length = entry.value["headers"]["content-length"].as_str();
    let length = length.map(|length| length.parse::<usize>().unwrap());
    let body = entry.value["body"].as_str().filter(|body| !body.is_empty());
    matches!((length, body), (Some(length), Some(body)) if body.len() < length)
}

async fn every_entry(name: &str, era: Era, worker_side: usize) {
    let (mut vectors, path) = vectors(name);
    let (rig, facts) = serve(era, true).await;
    let foreign = vectors.take_where("the foreman's side, and notes", is_foreign).len();
    let mut checked = 0;
    while let Some(entry) = vectors.take_next("the worker's answers") {
        if entry.value["ws_push"].is_string() {
            check_push(&rig, &facts, &entry).await;
        } else {
            let body = entry.value["body"].as_str().filter(|body| body.contains("\"stats\":"));
            // One that is cut is of the worker before it.
            if let Some(body) = body.filter(|_| !is_cut(&entry)) {
                facts.become_like(body);
            }
            let before = facts.1.load(SeqCst);
            let answer = repeat(&rig, entry.text("request")).await;
            check(&rig, &entry, &answer);
            let restarts = usize::from(entry.text("request").starts_with("POST /restart"));
            assert_eq!(facts.1.load(SeqCst) - before, restarts, "{}", entry.id);
        }
        checked += 1;
    }
    assert_eq!((checked, checked + foreign), (worker_side, vectors.finish()), "fewer than before");
    std::fs::remove_file(path).unwrap();
    rig.stop().await;
}

async fn check_push(rig: &Rig, facts: &Recorded, entry: &Vector) {
    let said = entry.text("text");
    let said = &said[said.find('{').unwrap()..];
    facts.become_like(said);
    let mut socket = socket(rig.address, "/ws", &[]).await.unwrap();
    for _ in 0..2 {
        let Some(Ok(Message::Text(text))) = timeout(LIMIT, socket.next()).await.unwrap() else {
            panic!("{}: no push", entry.id)
        };
        assert_eq!(without_time(&text), without_time(said), "{}", entry.id);
        let pushed: Value = serde_json::from_str(&text).unwrap();
        let timestamp = local(pushed["timestamp"].as_str().unwrap());
        let age = SystemTime::now().duration_since(timestamp).unwrap();
        assert!(age < LIMIT, "{}: {age:?}", entry.id);
        assert!(text.ends_with("\"}"), "the timestamp is last: {text}");
    }
}

#[tokio::test]
async fn the_seed_eras_answers() {
    every_entry("seed_http.json", Era::Seed, 41).await;
}

#[tokio::test]
async fn todays_answers() {
    every_entry("head_http.json", Era::Head, 41).await;
}

#[tokio::test]
async fn without_wildcard_cors_a_page_of_a_stranger_neither_reads_nor_restarts() {
    let (rig, facts) = serve(Era::Head, false).await;
    let origin = ("Origin", "http://example.org");
    for path in ["/", "/stats", "/dashboard", "/openapi.json"] {
        let answer = ask(rig.address, "GET", path, &[origin], "").await;
        assert!(!answer.headers.keys().any(|name| name.starts_with("access-control-")), "{path}");
    }
    let answer = ask(rig.address, "POST", "/restart", &[origin], "").await;
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.json()["detail"].as_str().unwrap().split(';').next(),
        Some("a page of another site may not do this")
    );
    let preflight = [origin, ("Access-Control-Request-Method", "POST")];
    let answer = ask(rig.address, "OPTIONS", "/restart", &preflight, "").await;
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
    let foreign = socket(rig.address, "/ws", &[("origin", "http://example.org")]).await;
    assert_eq!(foreign.unwrap_err(), StatusCode::FORBIDDEN);
    assert_eq!(facts.1.load(SeqCst), 0);
    rig.stop().await;
}

#[tokio::test]
async fn with_wildcard_cors_only_upstreams_paths_are_open() {
    let (rig, facts) = serve(Era::Seed, true).await;
    let origin = ("Origin", "http://example.org");
    assert_eq!(ask(rig.address, "POST", "/restart", &[origin], "").await.status, 200);
    assert_eq!(facts.1.load(SeqCst), 1);
    socket(rig.address, "/ws", &[("origin", "http://example.org")]).await.unwrap();
    let answer = ask(rig.address, "POST", "/api/v1/pause", &[origin], "").await;
    assert_eq!(answer.status, 403);
    let answer = ask(rig.address, "GET", "/api/v1/snapshot", &[origin], "").await;
    assert!(!answer.headers.keys().any(|name| name.starts_with("access-control-")), "{answer:?}");
    // A name that is not ours is not answered all the same.
    let headers = [("Host", "evil.example"), origin];
    assert_eq!(ask(rig.address, "POST", "/restart", &headers, "").await.status, 421);
    rig.stop().await;
}

#[tokio::test]
async fn the_token_guards_upstreams_paths_too() {
    let facts = Recorded::new(Era::Head);
    let rig = rig(config().token(TOKEN).compat(Compat::new(facts.clone()))).await;
    for (method, path) in [("GET", "/"), ("GET", "/stats"), ("POST", "/restart"), ("GET", "/docs")]
    {
        let answer = ask(rig.address, method, path, &[], "").await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.text().starts_with("{\"detail\":\"a token is wanted"), "{}", answer.text());
    }
    let bearer = format!("Bearer {TOKEN}");
    let answer = ask(rig.address, "POST", "/restart", &[("Authorization", &bearer)], "").await;
    assert_eq!((answer.status, facts.1.load(SeqCst)), (200, 1));
    assert_eq!(socket(rig.address, "/ws", &[]).await.unwrap_err(), StatusCode::UNAUTHORIZED);
    rig.stop().await;
}

#[tokio::test]
async fn our_own_paths_are_there_besides_and_the_worker_has_its_name() {
    let (rig, facts) = serve(Era::Head, false).await;
    facts.0.lock().unwrap().id = "<img src=x onerror=alert(1)>".to_owned();
    let all = rig.json("/api/v1/snapshot").await;
    assert_eq!(
        (&all["name"], &all["restart"]),
        (&"CrowdCompute Worker".into(), &"/restart".into())
    );
    assert_eq!(all["worker_id"], "<img src=x onerror=alert(1)>");
    for path in ["/docs", "/redoc", "/dashboard"] {
        let page = rig.get(path).await;
        assert!(!page.text().contains("<img src=x"), "{path}: {}", page.text());
    }
    let docs = rig.get("/docs").await.text();
    if cfg!(feature = "docs") {
        let title =
            "<title>CrowdCompute Worker - &lt;img src=x onerror=alert(1)&gt; - Swagger UI</title>";
        assert!(docs.contains(title), "{docs}");
    }
    assert_eq!(
        rig.json("/openapi.json").await["info"]["title"],
        "CrowdCompute Worker - <img src=x onerror=alert(1)>"
    );
    assert_eq!(rig.get("/health/live").await.status, 200);
    assert_eq!(rig.get("/nowhere").await.text(), "{\"detail\":\"Not Found\"}");
    let page = rig.get("/dashboard").await.text();
    // The elements that tools of upstream's page look for.
    for id in [
        "connection-status",
        "tasks-completed",
        "tasks-failed",
        "uptime",
        "current-task",
        "avg-execution-time",
        "total-execution-time",
        "activity-log",
    ] {
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
    rig.stop().await;
}

#[tokio::test]
async fn a_monitor_that_only_shows_does_not_restart() {
    let facts = Recorded::new(Era::Seed);
    let rig = rig(config().read_only(true).compat(Compat::new(facts.clone()))).await;
    assert_eq!(rig.post("/restart").await.status, 403);
    assert_eq!(facts.1.load(SeqCst), 0);
    assert_eq!(rig.json("/api/v1/snapshot").await["restart"], Value::Null);
    rig.stop().await;
}
