//! The recorded conversations with the real foremen, held again with the stand-in: what the peers
//! sent is sent, and what the foreman sent has to come, byte for byte unless [`EXCEPTIONS`] says why
//! not. Every line of the files is consumed.

#![allow(clippy::unwrap_used)]

mod crowdcompute_support;

use crowdcompute_support::*;
use journeyman_testkit::crowdcompute::{Era, Foreman, ForemanConfig};
use journeyman_testkit::vectors::{Vector, Vectors};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How a line is compared that can not be compared as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Except {
    /// The text of a database error has the statement and the library's help behind its first
    /// line; the stand-in has no SQL.
    FirstLine,
    /// The recorder asked between the foreman's sending of `job_results` and its writing of the
    /// job's row: `running`, with all tasks completed. The stand-in does both in one step.
    JobLag,
    /// The recorder asked between the foreman's sending of `assign_task` and its writing of the
    /// worker's row. The stand-in does both in one step.
    WorkerLag,
    /// Which of several idle workers gets the task is decided by the order of a Python set.
    AnyIdle,
    /// As a consequence it is unknown here which worker is busy.
    AnyBusy,
    /// The code in the recording is left out; the stand-in's changes of it are not the real ones.
    ChangedCode,
}

/// The lines that are not compared as they are: file, id, how.
const EXCEPTIONS: &[(&str, &str, Except)] = &[
    ("seed_foreman_behaviour", "flow/018", Except::JobLag),
    ("seed_foreman_behaviour", "flow/056", Except::FirstLine),
    ("seed_foreman_behaviour", "flow/059", Except::FirstLine),
    ("seed_foreman_behaviour", "dup/046", Except::WorkerLag),
    ("seed_foreman_behaviour", "stuck/012", Except::WorkerLag),
    ("head_foreman_behaviour", "results/092", Except::JobLag),
    ("head_foreman_behaviour", "flow/018", Except::JobLag),
    ("head_foreman_behaviour", "flow/056", Except::FirstLine),
    ("head_foreman_behaviour", "flow/059", Except::FirstLine),
    ("head_foreman_behaviour", "errors/021", Except::JobLag),
    ("head_foreman_behaviour", "conn/071", Except::AnyIdle),
    ("head_foreman_behaviour", "conn/074", Except::AnyBusy),
    ("head_foreman_behaviour", "drop/026", Except::JobLag),
    ("head_checkpoint_broadcast_mobile", "ckpt/041", Except::JobLag),
    ("head_checkpoint_broadcast_mobile", "ckpt/063", Except::ChangedCode),
    ("head_checkpoint_broadcast_mobile", "ckpt/068", Except::JobLag),
];

/// Closings with 1000 that were the peer's.
const PEER_CLOSES: &[(&str, &str)] = &[
    ("seed_foreman_behaviour", "dup/028"),
    ("seed_foreman_behaviour", "drop/061"),
    ("seed_foreman_behaviour", "conn/051"),
    ("seed_foreman_behaviour", "conn/056"),
    ("head_foreman_behaviour", "dup/028"),
    ("head_foreman_behaviour", "drop/062"),
    ("head_foreman_behaviour", "conn/050"),
    ("head_foreman_behaviour", "conn/055"),
    ("head_checkpoint_broadcast_mobile", "ckpt/060"),
    ("seed_flow", "039-close"),
    ("head_flow", "085-close"),
];

/// The submission whose results overtook its `job_accepted`.
const OVERTAKEN: (&str, &str) = ("head_foreman_behaviour", "stuck/153");

/// What differs from run to run, in all HTTP bodies.
const TIMES: [&str; 7] = [
    "created_at",
    "completed_at",
    "last_seen",
    "failed_at",
    "timestamp",
    "last_checkpoint_at",
    // A formula over specs, load and failures, which the sheet does not have.
    "device_score",
];

struct Replay {
    file: &'static str,
    foreman: Foreman,
    config: ForemanConfig,
    peers: BTreeMap<String, Peer>,
    used: BTreeSet<String>,
}

impl Replay {
    async fn start(file: &'static str, config: ForemanConfig) -> Self {
        let foreman = start(config.clone()).await;
        let config = config.listen(foreman.addr()).http(foreman.http_addr());
        Self { file, foreman, config, peers: BTreeMap::new(), used: BTreeSet::new() }
    }

    fn exception(&mut self, id: &str) -> Option<Except> {
        let found = EXCEPTIONS.iter().find(|(file, line, _)| (*file, *line) == (self.file, id))?;
        self.used.insert(id.to_owned());
        Some(found.2)
    }

    /// The peer of a line, by its connection's number or its name.
    fn name(line: &Vector) -> String {
        match line.value["conn"].as_u64() {
            Some(number) => format!("connection {number}"),
            None => line.channel().trim_start_matches("ws peer=").to_owned(),
        }
    }

    async fn barrier(&mut self) {
        // Twice: what one peer's message makes the foreman send to another has come after that
        // one's second.
        for _ in 0..2 {
            for peer in self.peers.values_mut() {
                peer.barrier().await;
            }
        }
    }

    async fn line(&mut self, line: &Vector) {
        let name = Self::name(line);
        let (notes, text) = (line.text("notes"), line.text("text"));
        let dir = line.text("dir");
        match dir {
            "note" if notes == "foreman restarted" => {
                self.foreman = start(self.config.clone()).await;
            }
            "note" => {}
            "worker->server" | "client->server" => self.send_line(line, name, notes, text).await,
            "server->worker" | "server->client" => self.receive_line(line, &name).await,
            "close" => self.closing(line, &name).await,
            "none" => {
                self.barrier().await;
                let peer = self.peers.get(&name).unwrap();
                assert!(peer.inbox().is_empty(), "{}: {:?}", line.id, peer.inbox());
            }
            "http" => self.http(line).await,
            other => panic!("{}: {other}", line.id),
        }
    }

    async fn send_line(&mut self, line: &Vector, name: String, notes: &str, text: &str) {
        let path = notes.strip_prefix("connect, path ").or_else(|| {
            (notes == "WebSocket handshake").then(|| line.value["handshake"]["path"].as_str())?
        });
        if let Some(path) = path {
            let mut peer = Peer::connect(self.foreman.addr(), path).await;
            peer.name = format!("{} of {}", name, line.id);
            self.peers.insert(name, peer);
            return;
        }
        if notes.starts_with("peer closed") {
            return self.closing(line, &name).await;
        }
        let overtaken = (self.file, line.id.as_str()) == OVERTAKEN;
        self.foreman.faults().set_accept_last(overtaken);
        let large = notes.starts_with("large message").then(|| large(notes));
        let peer = self.peers.get_mut(&name).unwrap();
        match (&large, notes) {
            (Some(text), _) => peer.send(text).await,
            (None, "binary frame") => peer.send_binary(text.as_bytes()).await,
            (None, "") => peer.send(text).await,
            (None, other) => panic!("{}: {other}", line.id),
        }
        // The foreman has to see messages of different peers in the recorded order.
        peer.barrier().await;
    }

    async fn receive_line(&mut self, line: &Vector, name: &str) {
        let exception = self.exception(&line.id);
        let came = match exception {
            Some(Except::AnyIdle) => {
                self.barrier().await;
                let workers = self.peers.iter_mut().filter(|(name, _)| *name != "client");
                let got = workers.filter_map(|(_, peer)| peer.take_inbox());
                let got: Vec<String> = got.collect();
                assert_eq!(got.len(), 1, "{}: {got:?}", line.id);
                Some(got[0].clone())
            }
            _ => self.peers.get_mut(name).unwrap().next().await,
        };
        let came = came.unwrap_or_else(|| panic!("{}: nothing came", line.id));
        let notes = line.text("notes");
        if notes.starts_with("large message") {
            assert_eq!(came, large(notes), "{}", line.id);
            return;
        }
        let wanted = line.text("text");
        match exception {
            None | Some(Except::AnyIdle) => assert_eq!(came, wanted, "{}", line.id),
            Some(Except::FirstLine) => {
                let first = |text: &str| {
                    let mut value: Value = serde_json::from_str(text).unwrap();
                    let error = value["data"]["error"].as_str().unwrap();
                    value["data"]["error"] = error.lines().next().unwrap().into();
                    value
                };
                assert_eq!(first(&came), first(wanted), "{}", line.id);
            }
            Some(Except::ChangedCode) => {
                let code = |text: &str| {
                    let mut value: Value = serde_json::from_str(text).unwrap();
                    (value["data"]["func_code"].take(), value)
                };
                let ((came, rest), (_, wanted)) = (code(&came), code(wanted));
                assert_eq!(rest, wanted, "{}", line.id);
                let came = came.as_str().unwrap();
                assert!(came.contains("def _ckpt_update(") && came.contains("def f(n):"), "{came}");
            }
            Some(other) => panic!("{}: {other:?}", line.id),
        }
    }

    async fn closing(&mut self, line: &Vector, name: &str) {
        let notes = line.text("notes");
        let code = ["1000", "1006", "1009"].into_iter().find(|code| notes.contains(code));
        let peers = PEER_CLOSES.contains(&(self.file, line.id.as_str()));
        let before = self.foreman.look(|state| state.connections());
        match (code, peers) {
            (Some("1000"), true) => {
                let mut peer = self.peers.remove(name).unwrap();
                peer.close().await;
                self.gone(before).await;
            }
            (Some("1006"), false) if line.id.starts_with("restart_foreman/") => {
                // The foreman is killed: no close frames.
                self.foreman.stop().await;
                let mut peer = self.peers.remove(name).unwrap();
                assert_eq!(peer.ended().await, End::Cut, "{}", line.id);
            }
            (Some("1006"), false) => {
                self.peers.remove(name).unwrap().cut();
                self.gone(before).await;
            }
            (Some(code), false) => {
                let end = self.peers.get_mut(name).unwrap().ended().await;
                let wanted = End::Closed(code.parse().unwrap(), String::new());
                assert_eq!(end, wanted, "{}", line.id);
                self.gone(before).await;
            }
            _ => panic!("{}: {notes}", line.id),
        }
    }

    /// Waits until the foreman has noticed.
    async fn gone(&self, before: usize) {
        let open = self.peers.values().filter(|peer| peer.end.is_none()).count();
        assert!(open < before || before == open);
        within("a closing", self.foreman.wait_for(|state| state.connections() == open)).await;
    }

    async fn http(&mut self, line: &Vector) {
        self.barrier().await;
        let (method, path) = match line.channel() {
            "GET recovery-events" => ("GET", "/api/checkpoints/recovery-events"),
            "POST kill" | "POST kill done task" => ("POST", "/api/tasks/job-k_task_0/kill"),
            "POST kill unknown" => ("POST", "/api/tasks/nope/kill"),
            other => other.split_once(' ').unwrap(),
        };
        let (status, _, body) = http(self.foreman.http_addr(), method, path).await;
        let (wanted_status, wanted) = recorded(line.text("body"));
        assert_eq!(status, wanted_status, "{}: {body}", line.id);
        let came: Value = serde_json::from_str(&body).unwrap();
        let wanted: Value = serde_json::from_str(&wanted).unwrap();
        let exception = self.exception(&line.id);
        compare_http(&line.id, came, wanted, exception);
    }
}

/// A recorded body, in one of the recorder's three forms.
fn recorded(body: &str) -> (u16, String) {
    if let Some(rest) = body.strip_prefix("(404, '") {
        return (404, rest.trim_end_matches("')").to_owned());
    }
    match serde_json::from_str(body).unwrap() {
        Value::Array(items) if items.len() == 2 && items[0].is_u64() => {
            (items[0].as_u64().unwrap() as u16, items[1].as_str().unwrap().to_owned())
        }
        _ => (200, body.to_owned()),
    }
}

fn compare_http(id: &str, mut came: Value, mut wanted: Value, exception: Option<Except>) {
    for value in [&mut came, &mut wanted] {
        timeless(value);
    }
    match exception {
        None => {}
        Some(Except::JobLag) => {
            assert_ne!(came, wanted, "{id} needs no exception");
            for value in [&mut came, &mut wanted] {
                each_object(value, &mut |object| {
                    let done = object.get("total_tasks") == object.get("completed_tasks");
                    for key in ["status", "job_status", "completed_at"] {
                        if done && object.contains_key("total_tasks") && object.contains_key(key) {
                            object.insert(key.to_owned(), "whichever".into());
                        }
                    }
                });
            }
        }
        Some(Except::WorkerLag) => {
            assert_ne!(came, wanted, "{id} needs no exception");
            for value in [&mut came, &mut wanted] {
                each_object(value, &mut |object| {
                    object.remove("status");
                    object.remove("current_task_id");
                });
            }
        }
        Some(Except::AnyBusy) => {
            for value in [&mut came, &mut wanted] {
                each_object(value, &mut |object| {
                    object.remove("id");
                });
                let items = value.as_array_mut().unwrap();
                items.sort_by_key(Value::to_string);
            }
        }
        Some(other) => panic!("{id}: {other:?}"),
    }
    assert_eq!(came, wanted, "{id}");
}

fn each_object(value: &mut Value, work: &mut impl FnMut(&mut serde_json::Map<String, Value>)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each_object(item, work)),
        Value::Object(object) => {
            work(object);
            object.values_mut().for_each(|value| each_object(value, work));
        }
        _ => {}
    }
}

/// Takes out what differs from run to run, but not whether it is there.
fn timeless(value: &mut Value) {
    each_object(value, &mut |object| {
        for key in TIMES {
            if let Some(time) = object.get_mut(key).filter(|time| !time.is_null()) {
                let text = time.as_str().unwrap_or("2026-01-01T00:00:00.000000");
                assert!(text.len() == 26 || text.len() == 19, "{key}: {text}");
                *time = "then".into();
            }
        }
    });
}

/// A message of which only the beginning was recorded.
fn large(notes: &str) -> String {
    let (z, y) = ("z".repeat(1_200_000), "y".repeat(1_200_000));
    let digits: String = notes
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    let code = json!(CODE);
    let text = if notes.contains("\"task_result\"") {
        format!(
            "{{\"type\": \"task_result\", \"data\": {{\"result\": \"{z}\", \"task_id\": \"job-big_task_0\"}}, \"job_id\": \"job-big\"}}"
        )
    } else if notes.contains("\"job_results\"") {
        format!(
            "{{\"type\": \"job_results\", \"data\": {{\"results\": [\"{z}\"]}}, \"job_id\": \"job-big\"}}"
        )
    } else if notes.contains("\"submit_job\"") {
        format!(
            "{{\"type\": \"submit_job\", \"data\": {{\"func_code\": {code}, \"args_list\": [\"{y}\"], \"total_tasks\": 1}}, \"job_id\": \"job-big2\"}}"
        )
    } else {
        format!(
            "{{\"type\": \"assign_task\", \"data\": {{\"func_code\": {code}, \"task_args\": [\"{y}\"], \"task_id\": \"job-big2_task_0\"}}, \"job_id\": \"job-big2\"}}"
        )
    };
    let beginning = notes.split("beginning: ").nth(1).unwrap();
    let beginning = beginning.split_once("chars> ").map_or(beginning, |(_, rest)| rest);
    assert!(text.starts_with(beginning), "{beginning}");
    assert_eq!(text.len().to_string(), digits);
    text
}

/// Holds the conversations of a file, one foreman for each scenario.
async fn replay(file: &'static str, era: Era, scenarios: &[&str]) {
    let mut vectors = Vectors::load(vector_path(&format!("{file}.jsonl")));
    let mut used = BTreeSet::new();
    for scenario in scenarios {
        let lines = vectors.take_where(scenario, |line| {
            scenario.is_empty() || line.id.split('/').next() == Some(*scenario)
        });
        let state = std::env::temp_dir()
            .join(format!("journeyman-foreman-{}-{file}-{scenario}.jsonl", std::process::id()));
        let _ = std::fs::remove_file(&state);
        let config = ForemanConfig::new(era).state(&state);
        // A test of its own holds the pings to the recording.
        let config = config.timers(|timers| timers.ping_interval = None);
        let mut replay = Replay::start(file, config).await;
        for line in &lines {
            replay.line(line).await;
        }
        used.append(&mut replay.used);
        replay.foreman.stop().await;
        std::fs::remove_file(&state).unwrap();
    }
    let left = vectors.left().iter().filter(|line| !line.id.starts_with("pings/")).count();
    assert_eq!(left, 0, "{:?}", vectors.left());
    let listed = EXCEPTIONS.iter().filter(|(name, ..)| *name == file);
    let listed: BTreeSet<String> = listed.map(|(_, id, _)| (*id).to_owned()).collect();
    assert_eq!(used, listed, "exceptions that were not needed");
    if file == "seed_foreman_behaviour" {
        let lines = vectors.take_where("pings", |line| line.id.starts_with("pings/"));
        pings(&lines).await;
    }
    assert!(vectors.finish() > 30);
}

/// A peer that registers and never answers a ping. The recording was made with 20 s and 20 s.
async fn pings(lines: &[Vector]) {
    let config = ForemanConfig::new(Era::Seed).timers(|timers| {
        timers.ping_interval = Some(Duration::from_millis(200));
        timers.ping_timeout = Duration::from_millis(400);
    });
    let foreman = start(config).await;
    let mut stream = TcpStream::connect(foreman.addr()).await.unwrap();
    let request = b"GET /worker/ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\
        Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
        Sec-WebSocket-Version: 13\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    // Without a mask's effect: a mask of zeros.
    let ready = b"{\"type\":\"worker_ready\",\"data\":{\"worker_id\":\"raw\"},\"job_id\":null}";
    let mut frame = vec![0x81, 0x80 | ready.len() as u8, 0, 0, 0, 0];
    frame.extend_from_slice(ready);
    stream.write_all(&frame).await.unwrap();
    let mut ping = [0; 6];
    within("a ping", stream.read_exact(&mut ping)).await.unwrap();
    // The recorder asked before the foreman had noticed the end.
    let mut bodies = Vec::new();
    for line in &lines[5..9] {
        let (method, path) = line.channel().split_once(' ').unwrap();
        bodies.push(http(foreman.http_addr(), method, path).await);
    }
    let mut rest = Vec::new();
    within("the end", stream.read_to_end(&mut rest)).await.unwrap();
    for (at, line) in lines.iter().enumerate() {
        match at {
            0 => assert_eq!(line.text("dir"), "note"),
            1 => {
                // Only date and key differ.
                let normal = |text: &str| {
                    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
                    for line in &mut lines {
                        for header in ["Date: ", "Sec-WebSocket-Accept: "] {
                            if line.starts_with(header) {
                                assert!(line.len() > header.len() + 20);
                                line.truncate(header.len());
                            }
                        }
                    }
                    lines
                };
                let head = String::from_utf8(head.clone()).unwrap();
                assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
                assert_eq!(normal(&head), normal(line.text("body")));
            }
            2 => {
                let recorded = line.frame();
                assert_eq!((recorded.len(), &recorded[..2]), (ping.len(), &ping[..2]));
            }
            3 => assert_eq!(line.frame(), rest),
            4 => assert_eq!(line.frame(), b""),
            _ => {
                let (status, _, body) = &bodies[at - 5];
                assert_eq!(*status, 200);
                let (_, wanted) = recorded(line.text("body"));
                let came = serde_json::from_str(body).unwrap();
                compare_http(&line.id, came, serde_json::from_str(&wanted).unwrap(), None);
            }
        }
    }
    foreman.stop().await;
}

const BEHAVIOUR: [&str; 8] =
    ["results", "flow", "errors", "conn", "dup", "drop", "stuck", "restart_foreman"];

#[tokio::test]
async fn the_seed_eras_foreman() {
    let scenarios = [&BEHAVIOUR[..], &["big"]].concat();
    replay("seed_foreman_behaviour", Era::Seed, &scenarios).await;
}

#[tokio::test]
async fn todays_foreman() {
    let scenarios = [&BEHAVIOUR[..], &["big"]].concat();
    replay("head_foreman_behaviour", Era::Head, &scenarios).await;
}

#[tokio::test]
async fn a_whole_run_of_the_seed_era() {
    replay("seed_flow", Era::Seed, &[""]).await;
}

#[tokio::test]
async fn a_whole_run_of_today() {
    replay("head_flow", Era::Head, &[""]).await;
}

#[tokio::test]
async fn checkpoints_broadcast_and_a_worker_on_a_phone() {
    replay("head_checkpoint_broadcast_mobile", Era::Head, &["ckpt"]).await;
}

#[tokio::test]
async fn the_branch_that_kills() {
    replay("killbranch_foreman", Era::HeadWithKill, &["kill"]).await;
}

/// The entries of a file of HTTP answers that are those of a foreman. All others are those of the
/// real worker's own HTTP server, to which a foreman has nothing to say: the monitor and its tests
/// have them.
fn foreman_entries(file: &str) -> BTreeMap<usize, Value> {
    let text = std::fs::read_to_string(vector_path(file)).unwrap();
    let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut ours = BTreeMap::new();
    for (at, entry) in entries.into_iter().enumerate() {
        let request = entry["request"].as_str().unwrap_or_default();
        let push = entry["ws_push"].as_str().unwrap_or_default();
        let foreman = request.contains("/api/")
            || request.contains("ws-stats")
            || request.starts_with("foreman ")
            || push.starts_with("foreman:");
        if foreman {
            ours.insert(at, entry);
        } else {
            let body = entry["body"].as_str().or(entry["text"].as_str()).unwrap_or_default();
            let note = entry["note"].is_string();
            let workers = body.contains("worker_id")
                || body.contains("Worker")
                || ["", "OK"].contains(&body)
                || body.contains("\"detail\"");
            assert!(note || workers, "{file} {at}: {entry}");
        }
    }
    ours
}

struct HttpCheck {
    file: &'static str,
    entries: BTreeMap<usize, Value>,
}

impl HttpCheck {
    async fn check(&mut self, foreman: &Foreman, at: usize, path: &str) {
        let entry = self.entries.remove(&at).unwrap_or_else(|| panic!("{}: no {at}", self.file));
        let (status, head, body) = http(foreman.http_addr(), "GET", path).await;
        assert_eq!(u64::from(status), entry["status"].as_u64().unwrap_or(200), "{at}: {body}");
        assert!(head.contains("server: uvicorn") && head.contains("application/json"), "{head}");
        let wanted = entry["body"].as_str().unwrap();
        // Compact, as uvicorn writes it, in the same order of keys.
        let keys = |text: &str| -> Vec<String> {
            text.split('"')
                .filter(|part| part.contains('_') || part.contains(':'))
                .map(|part| part.chars().filter(|c| !c.is_ascii_digit()).collect())
                .collect()
        };
        if !wanted.contains("last_seen") {
            assert_eq!(keys(&body).len(), keys(wanted).len(), "{at}: {body}");
        }
        compare_http(
            &format!("{} {at}", self.file),
            serde_json::from_str(&body).unwrap(),
            serde_json::from_str(wanted).unwrap(),
            None,
        );
    }
}

fn specs(ram_available: f64) -> String {
    format!(
        "{{\"device_type\": \"PC\", \"os_type\": \"Linux\", \"os_version\": \"6.1.0\", \
         \"cpu_model\": \"Example CPU\", \"cpu_cores\": 2, \"cpu_threads\": 2, \
         \"cpu_frequency_mhz\": 2596.128, \"ram_total_mb\": 24105.55, \"ram_available_mb\": \
         {ram_available}, \"gpu_model\": null, \"battery_level\": null, \"is_charging\": null, \
         \"network_type\": \"Unknown\", \"python_version\": \"3.11.7\"}}"
    )
}

async fn worker(foreman: &Foreman, id: &str, ram_available: f64) -> Peer {
    let mut peer = Peer::connect(foreman.addr(), "/worker/ws").await;
    peer.send(&format!(
        "{{\"type\": \"worker_ready\", \"data\": {{\"worker_id\": \"{id}\", \"device_specs\": {}}}, \
         \"job_id\": null}}",
        specs(ram_available)
    ))
    .await;
    peer.barrier().await;
    peer
}

async fn submit(client: &mut Peer, id: &str, tasks: usize) {
    let args = vec!["1"; tasks].join(", ");
    client
        .send(&format!(
            "{{\"type\": \"submit_job\", \"data\": {{\"func_code\": \"\", \"args_list\": [{args}], \
             \"total_tasks\": {tasks}}}, \"job_id\": \"{id}\"}}"
        ))
        .await;
    client.barrier().await;
}

/// The foreman's part of the recorded HTTP: what was done before each answer is done again.
async fn http_answers(file: &'static str, era: Era, ram: [f64; 4]) {
    let mut check = HttpCheck { file, entries: foreman_entries(file) };
    let foreman = start(ForemanConfig::new(era)).await;
    // A worker that completed three tasks after two errors, for two clients, and restarted.
    let mut one = worker(&foreman, "worker-http-1", 1.0).await;
    let mut clients = Vec::new();
    for (id, tasks) in [("job-d", 2), ("job-e", 1)] {
        let mut client = Peer::connect(foreman.addr(), "/").await;
        submit(&mut client, id, tasks).await;
        for _ in 0..tasks {
            let mut task = one.task().await;
            for _ in 0..if id == "job-e" { 2 } else { 0 } {
                one.error(&task, "no").await;
                task = one.task().await;
            }
            one.result(&task, "\"1\"").await;
        }
        client.next().await.unwrap();
        client.next().await.unwrap();
        clients.push(client);
    }
    one.close().await;
    let mut one = worker(&foreman, "worker-http-1", ram[0]).await;
    check.check(&foreman, 26, "/api/workers").await;
    check.check(&foreman, 27, "/api/websocket-stats").await;
    submit(&mut clients[0], "job-r", 1).await;
    assert_eq!(one.task().await, "job-r_task_0");
    check.check(&foreman, 30, "/api/workers").await;
    one.close().await;
    drop(worker(&foreman, "worker-http-1", ram[1]).await);
    within("the end", foreman.wait_for(|state| state.connected() == 0)).await;
    // The recorder has stopped and started the foreman here, with its database.
    foreman.restart();
    let two = worker(&foreman, "worker-retry", ram[2]).await;
    check.check(&foreman, 41, "/api/workers").await;
    check.check(&foreman, 44, "/api/workers").await;
    drop((two, clients));
    foreman.stop().await;

    let foreman = start(ForemanConfig::new(era)).await;
    let idle = worker(&foreman, "my-worker-01", 1.0).await;
    check.check(&foreman, 47, "/api/websocket-stats").await;
    drop(idle);
    foreman.stop().await;

    let config = ForemanConfig::new(era);
    let foreman =
        start(config.timers(|timers| timers.push_interval = Duration::from_millis(50))).await;
    let mut busy = worker(&foreman, "worker-busy-1", ram[3]).await;
    let mut client = Peer::connect(foreman.addr(), "/").await;
    submit(&mut client, "job-busy", 1).await;
    let task = busy.task().await;
    busy.result(&task, "\"1\"").await;
    busy.barrier().await;
    let mut push = Peer::connect(foreman.http_addr(), "/ws").await;
    for at in [52, 53] {
        let entry = check.entries.remove(&at).unwrap();
        let (_, text) = entry["text"].as_str().unwrap().split_once("s ").unwrap();
        assert_eq!(push.next().await.unwrap(), text);
    }
    for (at, path) in [
        (54, "/api/stats"),
        (55, "/api/jobs"),
        (56, "/api/jobs/job-busy"),
        (57, "/api/jobs/none"),
        (58, "/api/jobs/job-busy/tasks"),
        (59, "/api/workers"),
        (60, "/api/workers/worker-busy-1/failures"),
        (61, "/api/websocket-stats"),
        (62, "/health"),
    ] {
        check.check(&foreman, at, path).await;
    }
    // The routes: each exists with its methods and no other.
    let routes = check.entries.remove(&63).unwrap();
    let routes: BTreeMap<String, Vec<String>> =
        serde_json::from_str(routes["body"].as_str().unwrap()).unwrap();
    for (route, methods) in &routes {
        let path: String = route
            .split('/')
            .map(|part| if part.starts_with('{') { "none" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        for method in ["GET", "POST", "DELETE", "PUT"] {
            let (status, _, body) = http(foreman.http_addr(), method, &path).await;
            let here = methods.iter().any(|known| known.eq_ignore_ascii_case(method));
            assert_eq!(
                status != 405 && !body.contains("Method Not Allowed"),
                here,
                "{method} {path}: {status}"
            );
            assert!(body != "{\"detail\":\"Not Found\"}", "{method} {path}: {status}");
        }
    }
    for path in ["/api/tasks/job-busy_task_0/kill", "/api/nothing", "/api/worker-failures"] {
        for method in ["GET", "POST"] {
            let (status, ..) = http(foreman.http_addr(), method, path).await;
            assert_eq!(status, 404, "{method} {path}");
        }
    }
    assert!(check.entries.is_empty(), "{file}: not checked: {:?}", check.entries);
    foreman.stop().await;
}

#[tokio::test]
async fn http_of_the_seed_era() {
    http_answers("seed_http.json", Era::Seed, [1.0; 4]).await;
}

#[tokio::test]
async fn http_of_today() {
    http_answers("head_http.json", Era::Head, [21892.39, 21733.71, 21503.21, 21780.53]).await;
}
