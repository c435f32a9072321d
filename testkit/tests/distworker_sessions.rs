//! Recorded sessions, replayed frame by frame: what the worker sent is sent again, what the real
//! controller sent must come, and the tasks must end the same. Ids and times differ, of course:
//! a recorded task id stands for the id that the stand-in gives.

#![allow(clippy::unwrap_used)]

mod distworker_support;

use distworker_support::*;
use journeyman_testkit::distworker::{
    Clock, Controller, Event, Events, FileInfo, NewTask, Status, Target, Timers,
};
use journeyman_testkit::vectors::{Vector, Vectors};
use prost::Message as _;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

struct Replay {
    controller: Controller,
    events: Events,
    clock: Clock,
    peer: Option<Peer>,
    /// Recorded task id to the one here.
    tasks: HashMap<String, Uuid>,
    /// How often each recorded task is assigned in the file.
    assignments: HashMap<String, u32>,
}

impl Replay {
    async fn new(vectors: &Vectors, ping_interval: Duration) -> Self {
        let clock = Clock::fixed(0);
        // Pings come faster than recorded, so that replaying half a minute takes none.
        let timers = Timers { ping_interval, ..Timers::default() };
        let controller = start(config().clock(clock.clone()).timers(timers)).await;
        let mut assignments = HashMap::new();
        for line in vectors.left() {
            if let Some(id) = line.value["decoded"]["task_assign"]["task_id"].as_str() {
                *assignments.entry(id.to_owned()).or_insert(0) += 1;
            }
        }
        let events = controller.events();
        Self { controller, events, clock, peer: None, tasks: HashMap::new(), assignments }
    }

    fn peer(&mut self) -> &mut Peer {
        self.peer.as_mut().expect("an open connection")
    }

    async fn expect(&mut self, what: &str, wanted: impl FnMut(&Event) -> bool) -> Event {
        event(&mut self.events, what, wanted).await
    }

    /// The recorded frame with the ids of this run in it; both have 36 characters.
    fn mapped(&self, line: &Vector) -> Vec<u8> {
        let mut frame = line.frame();
        for (recorded, here) in &self.tasks {
            let here = here.to_string();
            while let Some(at) = frame.windows(36).position(|window| window == recorded.as_bytes())
            {
                frame[at..at + 36].copy_from_slice(here.as_bytes());
            }
        }
        frame
    }

    async fn assignment(&mut self, line: &Vector) {
        let decoded = &line.value["decoded"]["task_assign"];
        let recorded = decoded["task_id"].as_str().unwrap();
        if !self.tasks.contains_key(recorded) {
            let files = decoded["files"].as_array().map_or(&[][..], Vec::as_slice);
            let file = |file: &Value| FileInfo {
                file_id: file["file_id"].as_str().unwrap().to_owned(),
                filename: file["filename"].as_str().unwrap().to_owned(),
                content_type: file["content_type"].as_str().unwrap().to_owned(),
                size: file["size"].as_str().unwrap().parse().unwrap(),
                storage_url: file["storage_url"].as_str().unwrap().to_owned(),
            };
            let task = NewTask::new(decoded["queue"].as_str().unwrap())
                .input(decoded["input"].clone())
                .metadata(decoded["metadata"].clone())
                .timeout_ms(decoded["timeout_ms"].as_str().map_or(0, |ms| ms.parse().unwrap()))
                .retry(self.assignments[recorded] - 1)
                .files(files.iter().map(file).collect());
            let handle = self.controller.submit(task).unwrap();
            self.tasks.insert(recorded.to_owned(), handle.id());
        }
        let expected = self.mapped(line);
        let frame = self.peer().binary().await;
        // The order of map entries is arbitrary, so bytes are compared decoded. What can be
        // compared as bytes is the length.
        assert_eq!(frame.len(), expected.len(), "{}", line.id);
        assert_eq!(
            Envelope::decode(&frame[..]).unwrap(),
            Envelope::decode(&expected[..]).unwrap(),
            "{}",
            line.id
        );
    }

    /// Checks the record against a recorded one, but for ids and times.
    fn check_task(&self, line: &Vector) {
        let recorded = &line.value["task_after"];
        let id = self.tasks[recorded["task_id"].as_str().unwrap()];
        let mut here = self.controller.task(id).unwrap().to_json();
        let worker = here["worker_id"].as_str().unwrap();
        assert!(worker.starts_with("other-"), "{worker}");
        for volatile in ["task_id", "worker_id", "created_at", "started_at", "completed_at"] {
            assert_eq!(here[volatile].is_null(), recorded[volatile].is_null(), "{}", line.id);
            here[volatile] = recorded[volatile].clone();
        }
        assert_eq!(here, *recorded, "{}", line.id);
    }

    /// Waits for the effect of a terminal message, and checks the record against it.
    async fn ended(&mut self, line: &Vector) {
        let decoded = &line.value["decoded"];
        if let Some(recorded) = decoded["task_complete"]["task_id"].as_str() {
            let id = self.tasks[recorded];
            self.expect(
                "completion",
                |e| matches!(e, Event::TaskCompleted { task_id, .. } if *task_id == id),
            )
            .await;
            let task = self.controller.task(id).unwrap();
            assert!(task.succeeded(), "{}: {task:?}", line.id);
            let result = decoded["task_complete"]["result"].clone();
            assert_eq!(doubles(&task.result_json()), doubles(&result), "{}", line.id);
        } else {
            let failed = &decoded["task_failed"];
            let id = self.tasks[failed["task_id"].as_str().unwrap()];
            self.expect(
                "failure",
                |e| matches!(e, Event::TaskFailed { task_id, .. } if *task_id == id),
            )
            .await;
            let error = self.controller.task(id).unwrap().error.unwrap();
            assert_eq!(failed["error_code"], json!(error.code), "{}", line.id);
            assert_eq!(failed["error_message"], json!(error.message), "{}", line.id);
        }
    }

    async fn progressed(&mut self, line: &Vector) {
        let decoded = &line.value["decoded"]["task_progress"];
        let id = self.tasks[decoded["task_id"].as_str().unwrap()];
        let got = self
            .expect(
                "progress",
                |e| matches!(e, Event::TaskProgress { task_id, .. } if *task_id == id),
            )
            .await;
        let Event::TaskProgress { progress, message, has_data, .. } = got else { unreachable!() };
        let expected = decoded["progress"].as_f64().unwrap_or(0.0);
        assert!((f64::from(progress) - expected).abs() < 1e-6, "{}", line.id);
        assert_eq!(message, decoded["message"].as_str().unwrap_or_default(), "{}", line.id);
        assert_eq!(has_data, decoded["data"].is_object(), "{}", line.id);
    }

    /// One line of a session that was captured with everything around the messages.
    async fn line(&mut self, line: &Vector) {
        let decoded = &line.value["decoded"];
        match (line.from_worker(), line.channel()) {
            (true, "http upgrade") => {
                let addr = self.controller.worker_addr();
                let peer = within("upgrade", Peer::request(addr, line.text("text"))).await;
                self.peer = Some(peer);
            }
            (false, "http upgrade") => assert_eq!(self.peer().head, line.text("text")),
            (false, "websocket ping") => {
                let ping = self.peer().ping().await;
                assert_eq!(ping, Frame { first: 0x89, payload: line.frame() }, "{}", line.id);
            }
            (true, "websocket pong") => self.peer().send_frame(0x8a, &line.frame()).await,
            (true, "websocket ping") => self.peer().send_frame(0x89, &line.frame()).await,
            (false, "websocket pong") => {
                let pong = self.peer().frame().await.unwrap();
                assert_eq!(pong, Frame { first: 0x8a, payload: line.frame() }, "{}", line.id);
            }
            (true, "websocket close") => self.peer().send_frame(0x88, &line.frame()).await,
            (false, "websocket close") => {
                let close = self.peer().frame().await.unwrap();
                assert_eq!(close, Frame { first: 0x88, payload: line.frame() }, "{}", line.id);
            }
            (false, "tcp") => assert_eq!(self.peer().frame().await, None, "{}", line.id),
            (true, "tcp") => {
                self.peer = None;
                self.expect("end", |e| matches!(e, Event::Disconnected { .. })).await;
            }
            (true, "websocket binary") => {
                let frame = self.mapped(line);
                let kind = decoded["type"].as_str().unwrap();
                if kind == "MESSAGE_TYPE_WORKER_REGISTER" {
                    let data = &decoded["worker_register"]["data_decoded"];
                    self.clock.hold(unix_time(data["date"].as_str().unwrap()));
                }
                self.peer().send(&frame).await;
                match kind {
                    "MESSAGE_TYPE_WORKER_REGISTER" => {
                        self.expect("registration", |e| matches!(e, Event::Registered { .. }))
                            .await;
                    }
                    "MESSAGE_TYPE_HEARTBEAT" => {
                        let up = |e: &Event| matches!(e, Event::Heartbeat { health: 1, .. });
                        self.expect("heartbeat", up).await;
                    }
                    "MESSAGE_TYPE_TASK_PROGRESS" => self.progressed(line).await,
                    "MESSAGE_TYPE_TASK_COMPLETE" | "MESSAGE_TYPE_TASK_FAILED" => {
                        self.ended(line).await;
                    }
                    other => panic!("{}: no check for {other}", line.id),
                }
            }
            (false, "websocket binary") => match decoded["type"].as_str().unwrap() {
                "MESSAGE_TYPE_WORKER_REGISTER_RESPONSE" => {
                    assert_eq!(self.peer().binary().await, line.frame(), "{}", line.id);
                }
                "MESSAGE_TYPE_TASK_ASSIGN" => self.assignment(line).await,
                other => panic!("{}: no check for {other}", line.id),
            },
            (_, other) => panic!("{}: no check for channel {other:?}", line.id),
        }
    }
}

const QUICK: Duration = Duration::from_millis(20);
const NEVER: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_whole_session_of_the_python_sdk() {
    let mut vectors = Vectors::load(vector_path("session_sdk.jsonl"));
    let mut replay = Replay::new(&vectors, QUICK).await;
    while let Some(line) = vectors.take_next("replay") {
        replay.line(&line).await;
    }
    assert_eq!(vectors.finish(), 78);
    // The handler that returned a list never answered.
    let stats = replay.controller.stats();
    assert_eq!((stats.live_tasks, stats.connections), (1, 0));
}

#[tokio::test]
async fn a_session_across_a_restart_of_the_controller() {
    let mut vectors = Vectors::load(vector_path("session_sdk_controller_restart.jsonl"));
    let mut replay = Replay::new(&vectors, QUICK).await;
    while let Some(line) = vectors.take_next("replay") {
        match line.id.as_str() {
            "c1-008" => {
                replay.controller.restart();
                replay.line(&line).await;
            }
            // The old task's completion: the worker has a new id and does not own it any more.
            "c4-017" => {
                let frame = replay.mapped(&line);
                replay.peer().send(&frame).await;
                let refused = |e: &Event| {
                    matches!(e, Event::Ignored { reason, .. }
                        if reason.starts_with("worker does not own this task"))
                };
                replay.expect("refused completion", refused).await;
            }
            _ => replay.line(&line).await,
        }
    }
    assert_eq!(vectors.finish(), 28);
    let (tasks, _) = replay.controller.tasks(None, 0, 10);
    assert_eq!(tasks.len(), 1);
    let error = tasks[0].error.clone().unwrap();
    assert_eq!(
        (error.code.as_str(), error.message.as_str()),
        ("CANCELLED", "controller restarted")
    );
    assert_eq!((tasks[0].status, &tasks[0].result), (Status::Finished, &None));
}

#[tokio::test]
async fn a_session_of_a_provisioned_worker() {
    let mut vectors = Vectors::load(vector_path("session_sdk_provisioned.jsonl"));
    let mut replay = Replay::new(&vectors, NEVER).await;
    let (id, token) =
        ("cmdprov-ee8aa7ba-52e5-4366-834d-57c455785a4b", "fd5e4704-046c-4861-861a-1dcd25e0b46f");
    assert!(replay.controller.provision_as("cmdprov", id, token));
    while let Some(line) = vectors.take_next("replay") {
        match line.id.as_str() {
            // The upstream controller kills its worker here, and the socket with it.
            "c1-008" => {
                replay.peer().stream.set_zero_linger().unwrap();
                replay.line(&line).await;
            }
            // The controller's own end came after it; ours has gone with the worker's.
            "c1-009" => assert_eq!(replay.controller.connections(), 0),
            _ => replay.line(&line).await,
        }
    }
    assert_eq!(vectors.finish(), 10);
    let (tasks, _) = replay.controller.tasks(None, 0, 10);
    assert_eq!(tasks[0].status, Status::Processing, "the task of a dead worker stays");
    assert_eq!(tasks[0].worker_id.as_deref(), Some(id));
}

#[tokio::test]
async fn the_session_of_a_handmade_worker() {
    let mut vectors = Vectors::load(vector_path("session_handmade_worker.jsonl"));
    let mut replay = Replay::new(&vectors, NEVER).await;
    replay.peer = Some(Peer::connect(replay.controller.worker_addr()).await);
    while let Some(line) = vectors.take_next("replay") {
        match line.id.as_str() {
            // Without effect, but the connection stays.
            "s02" | "s03" | "s04" | "s05" | "s06" => {
                let opcode = if line.channel() == "websocket text" { TEXT } else { BINARY };
                replay.peer().send_frame(0x80 | opcode, &line.frame()).await;
                let expected = match line.id.as_str() {
                    "s02" => "failed to unmarshal message: ",
                    "s03" => "unknown message type: 99",
                    "s04" => "payload is nil for MESSAGE_TYPE_HEARTBEAT",
                    "s05" => "not a binary message",
                    _ => "task not found: \"nope\"",
                };
                let ignored = replay.expect("junk", |e| matches!(e, Event::Ignored { .. })).await;
                let Event::Ignored { reason, .. } = ignored else { unreachable!() };
                assert!(reason.starts_with(expected), "{}: {reason}", line.id);
                assert_eq!(replay.controller.connections(), 1);
            }
            // A warning makes the API show an error.
            "s07" => {
                replay.peer().send(&line.frame()).await;
                replay
                    .expect("heartbeat", |e| matches!(e, Event::Heartbeat { health: 3, .. }))
                    .await;
                assert_eq!(replay.controller.workers()[0].status, "error");
            }
            "s08" => {
                replay.line(&line).await;
                assert_eq!(replay.controller.workers()[0].status, "idle");
            }
            // Cancelled while it runs: the record ends, no frame comes.
            "s20" => {
                replay.line(&line).await;
                let recorded = line.value["task_after"]["task_id"].as_str().unwrap();
                replay.controller.cancel(replay.tasks[recorded]).unwrap();
                replay.check_task(&line);
            }
            _ => {
                replay.line(&line).await;
                if line.value["task_after"].is_object() {
                    replay.check_task(&line);
                }
            }
        }
    }
    assert_eq!(vectors.finish(), 22);
    // Nothing but what was recorded has been sent: the next frame is the one we ask for now.
    replay.controller.send_binary(Target::All, b"marker");
    assert_eq!(replay.peer().binary().await, b"marker");
}

#[tokio::test]
async fn an_assignment_with_files_empty_metadata_and_timeout() {
    let mut vectors = Vectors::load(vector_path("assign_with_files.jsonl"));
    let mut replay = Replay::new(&vectors, NEVER).await;
    replay.clock.hold(DATE_UNIX);
    let mut peer = Peer::connect(replay.controller.worker_addr()).await;
    peer.send(&register("other", "", OTHER_TOKEN, DATE)).await;
    assert!(peer.message().await.response.is_some());
    replay.peer = Some(peer);
    let line = vectors.take("assign-files", "replay");
    replay.line(&line).await;
    assert_eq!(vectors.finish(), 1);
    let id = *replay.tasks.values().next().unwrap();
    let shown = replay.controller.task(id).unwrap().to_json();
    assert_eq!(shown["files"][0]["filename"], json!("in.txt"));
    assert_eq!(shown["files"][0]["size"], json!(11));
    replay.peer().stream.shutdown().await.unwrap();
    replay.expect("end", |e| matches!(e, Event::Disconnected { .. })).await;
}
