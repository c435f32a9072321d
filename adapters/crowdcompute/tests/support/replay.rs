//! Replaying a recording: what came in is handed over, what went out has to be what we say.

use std::collections::HashMap;

use journeyman_crowdcompute::{
    Era, Raw,
    wire::{self, Kind},
};
use journeyman_testkit::vectors::{Vector, Vectors};
use serde_json::Value as Json;

use super::{
    different::{BROKEN, LOSSY, is_different, is_never},
    load::load,
    peer::{Peer, Setup, is_heartbeat},
};

/// How many lines went which way.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Said by us to the byte.
    pub said: usize,
    /// Taken in by us.
    pub heard: usize,
    /// Neither side said anything, and so did we not.
    pub silent: usize,
    /// Connections made and lost.
    pub connections: usize,
    /// What the recording's own test peer did and we never do.
    pub never: usize,
    /// What we say otherwise, on purpose.
    pub different: usize,
    /// Between client and foreman: read and written.
    pub client: usize,
}

pub struct Replay {
    file: &'static str,
    setup: Setup,
    peers: HashMap<String, Peer>,
    /// Whether the last word of a peer that misbehaves is one that a foreman of the seed may close
    /// at.
    fatal: HashMap<String, bool>,
    pub counts: Counts,
}

/// Lines that no message of the worker's is in.
pub fn is_foreign(line: &Vector) -> bool {
    ["note", "http"].contains(&line.text("dir"))
}

impl Replay {
    /// Replays a whole file. `foreign` lines are for the stand-in.
    pub fn run(file: &'static str, setup: Setup) -> Counts {
        let mut vectors = load(&format!("{file}.jsonl"));
        if vectors.left().iter().any(is_foreign) {
            vectors.take_where("not the adapter's: foreman's HTTP, and notes", is_foreign);
        }
        let mut replay = Self {
            file,
            setup,
            peers: HashMap::new(),
            fatal: HashMap::new(),
            counts: Counts::default(),
        };
        while let Some(line) = vectors.take_next("replayed") {
            replay.line(&line, &vectors);
        }
        vectors.finish();
        replay.counts
    }

    fn line(&mut self, line: &Vector, rest: &Vectors) {
        let text = line.value["text"].as_str();
        if let Some(text) = text {
            reads_and_writes(line, text);
        }
        let dir = line.text("dir");
        if dir.contains("client") || line.channel().contains("peer=client") {
            self.counts.client += 1;
            return;
        }
        let key = self.key(line);
        match (dir, text) {
            ("server->worker", Some(text)) => self.heard(&key, line, text),
            ("worker->server", Some(text)) => {
                // The first line of recordings that do not show connections.
                if !self.peers.contains_key(&key) && text.contains("worker_ready") {
                    self.arrive(&key, line, rest);
                }
                self.said(&key, line, text);
            }
            ("close", _) => self.lost(&key, line),
            ("worker->server", None) if line.id.contains("close") => self.lost(&key, line),
            ("worker->server", None) if is_connect(line) => self.connect(&key, line, rest),
            ("none", _) => self.silence(&key, line),
            ("worker->server", None) if line.text("notes") == "worker sent nothing" => {
                self.silence(&key, line);
            }
            // A message of 1.2 MB whose text was left out; and raw frames, which are the
            // transport's.
            (_, None) if line.id.starts_with("big/") || line.id.starts_with("pings/") => {
                self.counts.never += 1;
            }
            other => panic!("{}: {other:?}", line.id),
        }
    }

    /// The process that a peer of the recording is: its later sockets are the same worker, which
    /// has lost its connection.
    fn key(&self, line: &Vector) -> String {
        let scenario = line.id.split_once('/').map_or("", |(scenario, _)| scenario);
        let scenario = match line.channel().contains("peer=") {
            true => scenario,
            false => "",
        };
        let name = line.channel().trim_start_matches("ws peer=");
        let name = name.trim_end_matches("-again").trim_end_matches("-third");
        // The flows name the socket only where it is open.
        let name = if name.starts_with("ws") { "ws" } else { name };
        format!("{scenario}:{name}")
    }

    fn connect(&mut self, key: &str, line: &Vector, rest: &Vectors) {
        self.counts.connections += 1;
        if let Some(handshake) = line.value.get("handshake") {
            let url = journeyman_crowdcompute::Config::default().url().unwrap();
            assert!(url.ends_with(handshake["path"].as_str().unwrap()));
        }
        self.arrive(key, line, rest);
    }

    /// A worker that is about to say these things connects.
    fn arrive(&mut self, key: &str, line: &Vector, rest: &Vectors) {
        let of_peer = |other: &&Vector| {
            other.from_worker()
                && (!line.channel().contains("peer=") || other.channel() == line.channel())
        };
        let texts = || std::iter::once(line).chain(rest.left()).filter(of_peer);
        let ready = texts().find(|line| line.text("text").contains("worker_ready"));
        // One that never registers is none of ours.
        let Some(ready) = ready.filter(|_| !self.is_misbehaving(key)) else { return };
        let data = &ready.value["decoded"]["data"];
        let setup = self.setup;
        let peer = self.peers.entry(key.to_owned()).or_insert_with(|| {
            Peer::new(data["worker_id"].as_str().unwrap(), &data["device_specs"], setup)
        });
        if let Some(heartbeat) = texts().find(|line| is_heartbeat(line.text("text"))) {
            peer.measure(heartbeat.text("text"));
        }
        peer.connect();
    }

    /// Whether this peer of the recording is there to do what no worker should.
    fn is_misbehaving(&self, key: &str) -> bool {
        key.starts_with("conn:")
    }

    fn heard(&mut self, key: &str, line: &Vector, text: &str) {
        self.counts.heard += 1;
        let Some(peer) = self.peers.get_mut(key).filter(|peer| peer.is_up()) else {
            assert!(self.is_misbehaving(key), "{}", line.id);
            return;
        };
        peer.receive(text);
        // The task is as the recording reads it.
        let data = &line.value["decoded"]["data"];
        let Some(task) = data["task_id"].as_str().and_then(|id| peer.python(id)) else { return };
        if !["assign_task", "resume_task"]
            .contains(&line.value["decoded"]["type"].as_str().unwrap())
        {
            return;
        }
        assert_eq!(*task.source, *data["func_code"].as_str().unwrap(), "{}", line.id);
        assert_eq!(task.job_id.as_deref(), line.value["decoded"]["job_id"].as_str(), "{}", line.id);
        assert!(
            text.contains(&format!("\"task_args\": {}", task.task_args_json.as_str()))
                || text.contains(&format!("\"task_args\":{}", task.task_args_json.as_str())),
            "{}",
            line.id
        );
        assert_eq!(
            task.metadata.json.is_some(),
            data.get("task_metadata").is_some(),
            "{}",
            line.id
        );
    }

    fn said(&mut self, key: &str, line: &Vector, text: &str) {
        let message = &line.value["decoded"];
        let kind = message["type"].as_str().and_then(Kind::parse);
        let data = &message["data"];
        let task_id = data["task_id"].as_str().unwrap_or_default();
        let file = self.file;
        let Some(peer) = self.peers.get_mut(key) else {
            assert!(self.is_misbehaving(key), "{}", line.id);
            self.counts.never += 1;
            let known = wire::decode(text.as_bytes()).ok().map(|envelope| envelope.message.kind());
            let fine = known.is_some_and(|kind| match self.fatal.contains_key(key) {
                true => kind.may_be_sent(Some(Era::Seed)),
                false => kind == Kind::WorkerReady,
            });
            self.fatal.insert(key.to_owned(), !fine);
            return;
        };
        let native =
            self.setup.compat && self.setup.era.fixed().is_some_and(|era| era.as_str() == "seed");
        let in_work = peer
            .python(task_id)
            .is_some_and(|task| task.job_id.as_deref() == message["job_id"].as_str());
        let ours = match kind {
            _ if is_never(file, line) => None,
            _ if is_heartbeat(text) => Some(peer.heartbeat(text)),
            Some(Kind::WorkerReady) => {
                let ours = peer.next();
                peer.registered();
                ours
            }
            Some(Kind::Pong) => {
                // The ping was not recorded.
                if peer.is_silent() {
                    peer.measure(text);
                    let ping = r#"{"type": "ping", "data": {}, "job_id": null}"#;
                    match line.id.starts_with("binary") {
                        true => peer.receive(ping.as_bytes().to_vec()),
                        false => peer.receive(ping),
                    }
                }
                // It was, but not what was measured for it.
                let _ = peer.next();
                peer.measure(text);
                peer.receive(r#"{"type":"ping","data":{}}"#);
                peer.next()
            }
            Some(Kind::TaskResult) if data.get("result").is_some() => {
                if file == "head_worker_resume" && !peer.has(task_id) {
                    peer.assume(task_id, message["job_id"].as_str().unwrap());
                }
                if in_work || peer.has(task_id) && file == "head_worker_resume" {
                    peer.succeed(task_id, text, native);
                }
                peer.next()
            }
            Some(Kind::TaskError) => {
                if in_work {
                    peer.fail(task_id, data["error"].as_str().unwrap());
                }
                peer.next()
            }
            Some(Kind::TaskCheckpoint) if data["state_size_bytes"].is_u64() => {
                if file == "head_worker_resume" && !peer.has(task_id) {
                    peer.assume(task_id, message["job_id"].as_str().unwrap());
                }
                peer.checkpoint(data);
                peer.next()
            }
            Some(Kind::KillAck) if peer.has(task_id) => {
                peer.stop(task_id);
                peer.next()
            }
            _ => None,
        };
        match ours {
            Some(ours) if is_different(file, line) => {
                // Should we ever say the same, the list is wrong.
                assert_ne!(ours, text, "{}", line.id);
                self.counts.different += 1;
            }
            Some(ours) => {
                assert_eq!(ours, text, "{file} {}", line.id);
                self.counts.said += 1;
            }
            None => {
                assert!(is_never(file, line), "{file} {}: {text}", line.id);
                self.counts.never += 1;
            }
        }
    }

    fn silence(&mut self, key: &str, line: &Vector) {
        let Some(peer) = self.peers.get_mut(key) else {
            self.counts.silent += 1;
            // The recording closes it by itself, then.
            self.fatal.insert(key.to_owned(), true);
            return;
        };
        if is_different(self.file, line) {
            assert!(peer.next().is_some(), "{}", line.id);
            self.counts.different += 1;
            return;
        }
        assert!(peer.is_silent(), "{}: {:?}", line.id, peer.next());
        self.counts.silent += 1;
    }

    fn lost(&mut self, key: &str, line: &Vector) {
        self.counts.connections += 1;
        // What makes a foreman of the seed close is what we never send, or never first.
        assert_ne!(self.fatal.get(key), Some(&false), "{}", line.id);
        let Some(peer) = self.peers.get_mut(key).filter(|peer| peer.is_up()) else { return };
        let notes = line.text("notes");
        let code =
            [1000, 1001, 1006, 1009].into_iter().find(|code| notes.contains(&code.to_string()));
        peer.lose(code.unwrap_or_else(|| panic!("{}: {notes}", line.id)));
    }
}

fn is_connect(line: &Vector) -> bool {
    line.text("notes").starts_with("connect, path") || line.value.get("handshake").is_some()
}

/// Every frame is read, and written again it is the same to the byte; a frame that cannot be read is
/// known to be wrong, and why.
fn reads_and_writes(line: &Vector, text: &str) {
    match wire::decode(text.as_bytes()) {
        Ok(envelope) => {
            let again = wire::encode(&envelope.message, envelope.job_id.as_deref());
            if again == text {
                return;
            }
            // Frames that the recordings wrote by hand have other blanks.
            let value = |text: &str| Raw::new(text).unwrap().to_value().unwrap();
            let (ours, theirs) = (value(&again), value(text));
            let is_lossy = LOSSY.iter().any(|(id, _)| *id == line.id);
            let same = ["type", "data"].iter().all(|key| ours.get(key) == theirs.get(key));
            assert_ne!(same, is_lossy, "{}: {again}", line.id);
            assert!(is_lossy || !text.starts_with("{\"type\": "), "{}: {again}", line.id);
        }
        Err(error) => {
            let known = BROKEN.iter().find(|(start, _)| text.starts_with(start));
            let (_, problem) = known.unwrap_or_else(|| panic!("{}: {error}", line.id));
            assert_eq!(error.to_string(), *problem, "{}", line.id);
        }
    }
}

/// The field of a decoded message.
pub fn field<'a>(line: &'a Vector, key: &str) -> &'a Json {
    &line.value["decoded"]["data"][key]
}
