//! The recorded sessions: their frames go in, and what comes out means what the recorded worker
//! meant.

use std::collections::BTreeMap;

use serde_json::json as object;

use super::{json as read, *};
use crate::{files::FileInfo, outcome::ResultFiles};

pub(super) const SESSIONS: [(&str, &str); 4] = [
    ("session_sdk", include_str!("../../../testdata/session_sdk.jsonl")),
    (
        "session_sdk_controller_restart",
        include_str!("../../../testdata/session_sdk_controller_restart.jsonl"),
    ),
    ("session_sdk_provisioned", include_str!("../../../testdata/session_sdk_provisioned.jsonl")),
    ("session_handmade_worker", include_str!("../../../testdata/session_handmade_worker.jsonl")),
];

pub(super) struct Line {
    pub(super) id: String,
    pub(super) channel: String,
    pub(super) from_worker: bool,
    pub(super) frame: Vec<u8>,
}

impl Line {
    /// The message of a binary frame, if it is one.
    fn message(&self) -> Option<Message> {
        let frame = Bytes::from(self.frame.clone());
        let binary = self.channel == "websocket binary";
        binary.then(|| wire::decode(frame, &Limits::default()).ok()).flatten()
    }
}

pub(super) fn lines(text: &str) -> Vec<Line> {
    let parse = |line: &str| {
        let json: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
        let hex = json["frames_hex"][0].as_str().unwrap_or_default();
        let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex");
        Line {
            id: text("id"),
            channel: text("channel"),
            from_worker: text("dir") == "worker->server",
            frame: (0..hex.len()).step_by(2).map(byte).collect(),
        }
    };
    text.lines().map(parse).collect()
}

/// What a message says, whatever the order of the fields in its objects.
fn meaning(message: &Message) -> serde_json::Value {
    match message {
        Message::TaskProgress(m) => object!({
            "progress": m.progress, "task": m.task_id, "message": m.message,
            "data": read(m.data.as_ref()),
        }),
        Message::TaskComplete(m) => object!({
            "complete": m.task_id, "result": read(m.result.as_ref()),
            "files": m.result_files.iter().map(|f| FileInfo::from(f.clone())).collect::<Vec<_>>(),
        }),
        Message::TaskFailed(m) => object!({
            "failed": m.task_id, "code": m.error_code, "message": m.error_message,
            "details": read(m.error_details.as_ref()),
        }),
        other => panic!("not about a task: {other:?}"),
    }
}

/// Runs the job that came last as the recorded worker ran its task: with the progress and the end
/// that it reported.
fn act_as_recorded(peer: &mut Peer, recorded: &[Message]) {
    let (token, job) = peer.jobs.pop().expect("a job");
    let encode = |role, object: Option<&Bytes>| {
        let value = read(object);
        job.codec.encode(role, &value).expect("what came over the wire can go over it")
    };
    for message in recorded {
        let Message::TaskProgress(m) = message else { continue };
        let update = ProgressUpdate {
            fraction: Some(f64::from(m.progress)),
            message: Some(m.message.clone()),
            data: m.data.as_ref().map(|data| encode(Role::Progress, Some(data))),
        };
        peer.input(Input::Progress { token, update });
    }
    let end = recorded.iter().find(|message| !matches!(message, Message::TaskProgress(_)));
    match end.expect("the recorded worker answered") {
        Message::TaskComplete(m) => {
            let body = encode(Role::Result, m.result.as_ref());
            let mut completion = Completion { body, ..Completion::default() };
            if !m.result_files.is_empty() {
                let files = m.result_files.iter().cloned().map(FileInfo::from).collect();
                completion.extensions.insert(ResultFiles(files));
            }
            peer.outcome(token, Ok(completion));
        }
        Message::TaskFailed(m) => {
            let mut error = JobError::failed(m.error_message.clone());
            if m.error_code != "HANDLER_ERROR" {
                error = error.with_code(m.error_code.clone());
            }
            if m.error_details.is_some() {
                error = error.with_details(Value::from(read(m.error_details.as_ref())));
            }
            peer.outcome(token, Err(error));
        }
        other => panic!("not an end: {other:?}"),
    }
}

/// Plays one connection of a recording. Returns how many tasks were answered as recorded.
fn replay(name: &str, recorded: &[Line]) -> (Peer, usize) {
    let mut peer = Peer::new(config());
    peer.input(Input::Connected);
    peer.sent.clear();
    let mut answered = 0;
    for (at, line) in recorded.iter().enumerate().filter(|(_, line)| !line.from_worker) {
        let Some(message) = line.message() else { continue };
        peer.frame(line.frame.clone());
        let Message::TaskAssign(task) = message else { continue };
        let about = |message: &Message| match message {
            Message::TaskProgress(m) => m.task_id == task.task_id,
            Message::TaskComplete(m) => m.task_id == task.task_id,
            Message::TaskFailed(m) => m.task_id == task.task_id,
            _ => false,
        };
        // What the recorded worker said until the next task came; the first end counts.
        let mut said: Vec<Message> = recorded[at + 1..]
            .iter()
            .take_while(|line| {
                line.from_worker || !matches!(line.message(), Some(Message::TaskAssign(_)))
            })
            .filter(|line| line.from_worker)
            .filter_map(Line::message)
            .filter(about)
            .collect();
        let is_end = |message: &Message| !matches!(message, Message::TaskProgress(_));
        // The recorded SDK may report progress behind the end of a failed task; we never do.
        said.sort_by_key(is_end);
        let ends = said.iter().filter(|message| is_end(message)).count();
        said.truncate(said.len() - ends.saturating_sub(1));
        if ends == 0 {
            // It returned a list, which the SDK cannot send: it hung for ever. We wrap it.
            assert_eq!((name, line.id.as_str()), ("session_sdk", "c1-052"));
            peer.succeed(&Value::from(vec![Value::from(1), Value::from(2)]));
            let complete = peer.only_complete();
            assert_eq!(read(complete.result.as_ref()), object!({"result": [1, 2]}));
            continue;
        }
        act_as_recorded(&mut peer, &said);
        peer.written();
        let ours: Vec<_> = peer.sent.drain(..).map(|(_, message)| meaning(&message)).collect();
        let theirs: Vec<_> = said.iter().map(meaning).collect();
        assert_eq!(ours, theirs, "{name} {}", line.id);
        assert_eq!(peer.settled.pop().map(|(_, s)| s), Some(Settlement::Written));
        answered += 1;
    }
    assert_eq!((peer.ready, peer.ignored.len()), (1, 0));
    (peer, answered)
}

fn session(name: &str) -> Vec<Line> {
    let found = SESSIONS.iter().find(|(session, _)| *session == name).expect("a session");
    lines(found.1)
}

#[test]
fn the_session_of_the_sdk_is_answered_as_the_sdk_answered_it() {
    let (_, answered) = replay("session_sdk", &session("session_sdk"));
    assert_eq!(answered, 15);
}

#[test]
fn the_handmade_session_is_answered_as_it_was() {
    let (peer, answered) = replay("session_handmade_worker", &session("session_handmade_worker"));
    assert_eq!(answered, 5);
    assert_eq!(peer.in_flight(), (0, 0));
}

#[test]
fn a_task_of_before_the_restart_is_not_answered_after_it() {
    let recorded = session("session_sdk_controller_restart");
    let mut peer = Peer::new(config());
    peer.input(Input::Connected);
    for line in &recorded {
        match line.channel.as_str() {
            "tcp" if line.id == "c1-008" => {
                peer.cut();
                peer.input(Input::Connected);
                peer.sent.clear();
            }
            "websocket binary" if !line.from_worker => peer.frame(line.frame.clone()),
            _ => {}
        }
    }
    assert_eq!((peer.ready, peer.jobs.len()), (2, 1));
    assert_eq!(peer.jobs[0].1.timeout, Some(Duration::from_secs(1)));
    // The SDK sent it, and the controller refused it.
    let token = peer.succeed(&Value::object([("slept", 5.0)]));
    assert!(peer.sent.is_empty());
    assert_eq!(peer.settled, [(token, Settlement::Dropped(DropReason::ConnectionLost))]);
}

#[test]
fn the_provisioned_session_ends_for_good_when_the_controller_cuts_it() {
    let id = "cmdprov-ee8aa7ba-52e5-4366-834d-57c455785a4b";
    let mut peer = Peer::new(config().worker_id(id));
    peer.input(Input::Connected);
    for line in session("session_sdk_provisioned") {
        if line.channel == "websocket binary" && !line.from_worker {
            peer.frame(line.frame);
        }
    }
    assert_eq!((peer.ready, peer.jobs.len()), (1, 1));
    assert!(!peer.cut().is_temporary());
}

/// What the recorded controller's provisioners had for tokens.
fn token_of(provisioner: &str) -> &'static str {
    let tokens = BTreeMap::from([
        ("static", "static-token-for-tests"),
        ("other", "other-token-for-tests"),
        ("cmdprov", "fd5e4704-046c-4861-861a-1dcd25e0b46f"),
    ]);
    tokens[provisioner]
}

/// Unix time of `YYYYMMDDTHHMMSSZ` on the day of the recordings.
fn wall(date: &str) -> SystemTime {
    let rest = date.strip_prefix("20261121T").expect("the day of the recordings");
    let number = |at: usize| rest[at..at + 2].parse::<u64>().expect("digits");
    let midnight = UNIX_EPOCH + Duration::from_secs(1_795_219_200);
    midnight + Duration::from_secs(number(0) * 3600 + number(2) * 60 + number(4))
}

#[test]
fn the_same_data_gives_the_same_registration_to_the_byte() {
    let mut equal = 0;
    let mut reordered = 0;
    for (name, text) in SESSIONS {
        for line in lines(text).iter().filter(|line| line.from_worker) {
            let Some(Message::WorkerRegister(recorded)) = line.message() else { continue };
            let signed = wire::decode_signed(recorded.data.clone()).unwrap();
            let info = signed.resource_info.clone().unwrap();
            let additional = info.additional.unwrap_or_default();
            let machine = ResourceInfo {
                hostname: Some(info.hostname).filter(|text| !text.is_empty()),
                cpu_cores: Some(info.cpu_cores),
                memory_mb: Some(info.memory_mb),
                additional: from_bytes(&additional).unwrap(),
            };
            let config = Config::new("http://controller:8081", &*signed.provisioner_name)
                .worker_id(&*signed.worker_id)
                .worker_token(token_of(&signed.provisioner_name))
                .resource_info(machine);
            let mut peer = Peer::at(config, ResourceInfo::default(), wall(&signed.date));
            peer.input(Input::Connected);
            let Message::WorkerRegister(ours) = &peer.sent[0].1 else { panic!("{:?}", peer.sent) };
            if *ours == recorded {
                equal += 1;
                continue;
            }
            // The SDK has no order in `additional`; ours is sorted.
            assert!(!additional.is_empty(), "{name} {}", line.id);
            assert_eq!(ours.data.len(), recorded.data.len(), "{name} {}", line.id);
            reordered += 1;
        }
    }
    assert_eq!((equal, reordered), (4, 1));
}
