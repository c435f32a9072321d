//! Peers that send nonsense: the stand-in answers or closes, never panics, and serves the others.

#![allow(clippy::unwrap_used)]

mod crowdcompute_support;

use crowdcompute_support::*;
use journeyman_testkit::crowdcompute::{Era, ForemanConfig, Job};
use journeyman_testkit::vectors::Vectors;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Counts panics, those of the stand-in's tasks too.
fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PANICS.fetch_add(1, SeqCst);
            before(info);
        }));
    });
}

/// Messages that were really sent, to begin with.
fn seeds() -> Vec<String> {
    let mut texts = Vec::new();
    for file in [
        "seed_foreman_behaviour",
        "head_flow",
        "head_checkpoint_broadcast_mobile",
        "killbranch_foreman",
    ] {
        let mut vectors = Vectors::load(vector_path(&format!("{file}.jsonl")));
        while let Some(line) = vectors.take_next("seeds") {
            let text = line.text("text").to_owned();
            if !text.is_empty() && !texts.contains(&text) {
                texts.push(text);
            }
        }
    }
    assert!(texts.len() > 100);
    texts
}

/// Scraps that are put into messages.
const SCRAPS: [&str; 26] = [
    "null",
    "true",
    "-1",
    "1e999",
    "NaN",
    "\"\"",
    "\"\\ud800\"",
    "[]",
    "{}",
    "{\"a\": ",
    "[[[[",
    "\"",
    "\\",
    "}",
    ",",
    "\u{0}",
    "\u{e9}",
    "\"job_id\": 5",
    "\"type\": \"pong\"",
    "\"data\": null",
    "99999999999999999999999999",
    "\"total_tasks\": -3",
    "\"task_id\": []",
    "\"worker_id\": 7",
    "\"stages\": [{}]",
    "\"dependency_map\": {\"a\": [\"a\"]}",
];

fn mutate(text: &str, rng: &mut fastrand::Rng) -> String {
    let mut text = text.to_owned();
    for _ in 0..rng.usize(0..4) {
        let cut = |rng: &mut fastrand::Rng, text: &str| {
            let at = rng.usize(0..=text.len());
            (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap()
        };
        let (a, b) = (cut(rng, &text), cut(rng, &text));
        let (a, b) = (a.min(b), a.max(b));
        match rng.u8(0..4) {
            0 => text.replace_range(a..b.min(a + 20).max(a), ""),
            1 => text.insert_str(a, SCRAPS[rng.usize(0..SCRAPS.len())]),
            2 => text.truncate(b),
            _ => {
                // A value instead of another.
                if let Some(colon) = text[a..].find(": ") {
                    let start = a + colon + 2;
                    let end = text[start..].find([',', '}']).map_or(text.len(), |at| start + at);
                    text.replace_range(start..end, SCRAPS[rng.usize(0..SCRAPS.len())]);
                }
            }
        }
        while !text.is_char_boundary(text.len()) {
            text.pop();
        }
    }
    text
}

#[tokio::test]
async fn mutated_messages() {
    watch_panics();
    let seeds = seeds();
    for era in [Era::Seed, Era::Head, Era::HeadWithKill] {
        let config = ForemanConfig::new(era).limits(|limits| limits.tasks = 500);
        let state = std::env::temp_dir()
            .join(format!("journeyman-garbage-{}-{era:?}.jsonl", std::process::id()));
        let foreman = start(config.clone().state(&state).keep_code(true)).await;
        for seed in 0..60 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let mut peer = Peer::connect(foreman.addr(), "/").await;
            // So that what follows is looked at.
            if rng.bool() {
                peer.ready(&format!("w{}", seed % 4)).await;
            }
            for _ in 0..rng.usize(1..30) {
                let text = &seeds[rng.usize(0..seeds.len())];
                let text = mutate(text, &mut rng);
                if rng.u8(0..10) == 0 {
                    peer.send_binary(text.as_bytes()).await;
                } else {
                    peer.send(&text).await;
                }
            }
            peer.barrier().await;
            if rng.bool() {
                peer.cut();
            }
            assert_eq!(PANICS.load(SeqCst), 0, "seed {seed}, {era:?}");
        }
        for path in ["/api/workers", "/api/jobs", "/api/stats", "/api/workers/w1/failures"] {
            let (status, _, body) = http(foreman.http_addr(), "GET", path).await;
            assert_eq!(status, 200);
            let parsed: Result<serde_json::Value, _> = serde_json::from_str(&body);
            assert!(parsed.is_ok() || body.contains("NaN") || body.contains("Infinity"), "{body}");
        }
        assert!(foreman.tasks().len() <= 500);
        assert_eq!(foreman.state_error(), None);
        let (tasks, workers) = (foreman.tasks().len(), foreman.workers().len());
        foreman.stop().await;
        // What such peers leave behind can be read again.
        let foreman = start(config.state(&state).keep_code(true)).await;
        assert_eq!((foreman.tasks().len(), foreman.workers().len()), (tasks, workers));
        foreman.stop().await;
        std::fs::remove_file(&state).unwrap();
    }
    assert_eq!(PANICS.load(SeqCst), 0);
}

#[tokio::test]
async fn bytes_that_are_no_frames() {
    watch_panics();
    let foreman = start(ForemanConfig::new(Era::Head)).await;
    let upgrade = b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    for seed in 0..200 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let addr = if seed % 5 == 0 { foreman.http_addr() } else { foreman.addr() };
        let mut stream = TcpStream::connect(addr).await.unwrap();
        let mut bytes = Vec::new();
        if rng.u8(0..4) > 0 {
            bytes.extend_from_slice(upgrade);
        }
        bytes.extend((0..rng.usize(0..300)).map(|_| rng.u8(..)));
        // An error means that the stand-in has closed already.
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
        let mut sink = Vec::new();
        let _ = within("the end", stream.read_to_end(&mut sink)).await;
        assert_eq!(PANICS.load(SeqCst), 0, "seed {seed}");
    }
    // Text that is no UTF-8 ends the connection with the code for that.
    let mut stream = TcpStream::connect(foreman.addr()).await.unwrap();
    stream.write_all(upgrade).await.unwrap();
    stream.write_all(&[0x81, 0x81, 0, 0, 0, 0, 0xff]).await.unwrap();
    let mut answer = Vec::new();
    within("the end", stream.read_to_end(&mut answer)).await.unwrap();
    assert!(answer.ends_with(&[0x88, 2, 0x03, 0xef]), "{answer:?}");
    // And all others are served.
    let mut worker = Peer::worker(&foreman, "w").await;
    let handle = foreman.submit(Job::new(CODE, ["1"]));
    let task = worker.task().await;
    worker.result(&task, "\"1\"").await;
    assert_eq!(within("results", handle.results()).await.unwrap(), ["1"]);
    foreman.stop().await;
}

/// A message that is as deep as it is long, and one that would become much larger than it is.
#[tokio::test]
async fn messages_made_to_hurt() {
    watch_panics();
    let foreman = start(ForemanConfig::new(Era::Head)).await;
    let mut worker = Peer::worker(&foreman, "w").await;
    let handle = foreman.submit(Job::new(CODE, ["1"]));
    let task = worker.task().await;
    let hurt = [
        "[".repeat(5_000_000),
        format!("[{}1]", "[],".repeat(5_000_000)),
        format!("{}1{}", "{\"a\":".repeat(2_000_000), "}".repeat(2_000_000)),
        "9".repeat(1_000_000),
    ];
    for text in &hurt {
        worker.result(&task, text).await;
    }
    // As texts they are results like others; what looks like Python is no dictionary.
    for text in ["{'a':".repeat(200_000), "(".repeat(200_000), "{".repeat(200_000)] {
        let handle = foreman.submit(Job::new(CODE, ["1"]));
        let mut other = Peer::worker(&foreman, "other").await;
        let task = other.task().await;
        other.result(&task, &serde_json::json!(text).to_string()).await;
        let results = within("results", handle.results()).await.unwrap();
        assert_eq!(results[0].len(), text.len() + 2);
        other.close().await;
    }
    worker.barrier().await;
    assert_eq!(foreman.task(&task).unwrap().result, None);
    worker.result(&task, "\"1\"").await;
    assert_eq!(within("results", handle.results()).await.unwrap(), ["1"]);
    assert_eq!(PANICS.load(SeqCst), 0);
    foreman.stop().await;
}
