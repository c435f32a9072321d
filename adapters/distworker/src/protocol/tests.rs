mod golden;
mod life;
mod random;
mod tasks;

use std::{sync::Arc, time::SystemTime};

use bytes::Bytes;
use journeyman_core::{
    ErrorKind, Value,
    job::{Completion, Role},
    protocol::{Action, IncomingJob},
    sans_io::Driver,
};
use prost::Message as _;

use super::*;
use crate::{
    structs::from_bytes,
    wire::{Limits, ResourceUsage, TaskComplete, TaskFailed, WorkerRegisterResponse},
};

/// 2026-11-21 13:38:30 UTC.
const NOW: u64 = 1_795_268_310;

/// Always tells the same.
#[derive(Debug)]
struct Still;

impl Meter for Still {
    fn usage(&mut self) -> ResourceUsage {
        ResourceUsage { cpu_percent: 12.5, memory_used_mb: 64, ..ResourceUsage::default() }
    }
}

fn config() -> Config {
    Config::new("http://controller:8081", "static").worker_token("static-token-for-tests")
}

/// A registration, what it sent, and what it asked for.
struct Peer {
    driver: Driver<DistWorker>,
    token: Vec<u8>,
    sent: Vec<(Option<Tag>, Message)>,
    jobs: Vec<(Token, IncomingJob)>,
    settled: Vec<(Token, Settlement)>,
    merged: Vec<Token>,
    ignored: Vec<String>,
    ready: usize,
    failed: Option<String>,
    finished: Option<String>,
    closed: Option<Goodbye>,
}

impl Peer {
    fn new(config: Config) -> Self {
        Self::at(config, ResourceInfo::default(), UNIX_EPOCH + Duration::from_secs(NOW))
    }

    fn at(config: Config, machine: ResourceInfo, wall: SystemTime) -> Self {
        let target = WsTarget::new("ws://controller:8081/worker/v1/ws");
        let protocol = DistWorker::new(Arc::new(config), target, Arc::new(machine), Still);
        Self {
            driver: Driver::new(protocol, wall, 7),
            token: b"static-token-for-tests".to_vec(),
            sent: Vec::new(),
            jobs: Vec::new(),
            settled: Vec::new(),
            merged: Vec::new(),
            ignored: Vec::new(),
            ready: 0,
            failed: None,
            finished: None,
            closed: None,
        }
    }

    /// Connected, registered, and with what was sent on the way forgotten.
    fn registered(config: Config) -> Self {
        let mut peer = Self::new(config);
        peer.input(Input::Connected);
        peer.respond(0);
        assert_eq!(peer.ready, 1);
        peer.sent.clear();
        peer
    }

    fn input(&mut self, input: Input<WsMessage>) {
        let actions = self.driver.handle(input);
        self.take(actions);
    }

    fn take(&mut self, actions: Vec<Action<WsMessage>>) {
        for action in actions {
            match action {
                Action::Send { lane, tag, message: WsMessage::Binary(frame) } => {
                    assert_eq!(lane, Lane::MAIN);
                    self.sent.push((tag, wire::decode(frame, &Limits::default()).unwrap()));
                }
                Action::Job(token, job) => self.jobs.push((token, job)),
                Action::Merged(token) => self.merged.push(token),
                Action::Settled(token, settlement) => self.settled.push((token, settlement)),
                Action::Ready => self.ready += 1,
                Action::Ignored(error) => {
                    assert_eq!(error.kind(), ErrorKind::PeerMisbehaved);
                    self.ignored.push(error.to_string());
                }
                Action::Fail(error) => self.failed = Some(error.to_string()),
                Action::Finish(reason) => self.finished = Some(reason),
                Action::Close(goodbye) => self.closed = Some(goodbye),
                other => panic!("unexpected: {other:?}"),
            }
        }
    }

    fn receive(&mut self, message: &Message) {
        self.frame(wire::encode(message));
    }

    fn frame(&mut self, frame: impl Into<Bytes>) {
        let message = WsMessage::Binary(frame.into());
        self.input(Input::Received { lane: Lane::MAIN, message });
    }

    fn respond(&mut self, idle_time: i32) {
        self.receive(&Message::RegisterResponse(WorkerRegisterResponse { idle_time }));
    }

    /// A task that only has an id.
    fn assign(&mut self, task_id: &str) {
        let task = TaskAssign {
            task_id: task_id.to_owned(),
            queue: "math.add".to_owned(),
            ..TaskAssign::default()
        };
        self.receive(&Message::TaskAssign(task));
    }

    fn outcome(&mut self, token: Token, outcome: Outcome) {
        let actions = self.driver.outcome(token, outcome);
        self.take(actions);
    }

    /// The job that came last, and that it succeeds with this result.
    fn succeed(&mut self, result: &Value) -> Token {
        let (token, job) = self.jobs.pop().expect("a job");
        let body = job.codec.encode(Role::Result, result).unwrap();
        self.outcome(token, Ok(Completion { body, ..Completion::default() }));
        token
    }

    fn fail_with(&mut self, error: JobError) -> Token {
        let (token, _) = self.jobs.pop().expect("a job");
        self.outcome(token, Err(error));
        token
    }

    /// Reports every tagged message as written.
    fn written(&mut self) {
        let tags: Vec<Tag> = self.sent.iter().filter_map(|(tag, _)| *tag).collect();
        for tag in tags {
            self.input(Input::Sent { tag });
        }
    }

    fn advance(&mut self, seconds: u64) {
        let actions = self.driver.advance(Duration::from_secs(seconds));
        self.take(actions);
    }

    /// The connection ends as it does when the controller closes it without a word.
    fn cut(&mut self) -> Error {
        let closed = self.driver.protocol.explain(eof());
        let text = Error::new(closed.error.kind(), "", closed.error.to_string());
        let error = if closed.error.is_temporary() { text } else { text.permanent() };
        self.input(Input::Disconnected { closed });
        error
    }

    /// The only message that was sent since the last look.
    fn only(&mut self) -> Message {
        assert_eq!(self.sent.len(), 1, "{:?}", self.sent);
        self.sent.remove(0).1
    }

    fn only_failed(&mut self) -> TaskFailed {
        match self.only() {
            Message::TaskFailed(failed) => failed,
            other => panic!("not a failure: {other:?}"),
        }
    }

    fn only_complete(&mut self) -> TaskComplete {
        match self.only() {
            Message::TaskComplete(complete) => complete,
            other => panic!("not a completion: {other:?}"),
        }
    }

    fn in_flight(&self) -> (usize, usize) {
        (self.driver.protocol.in_flight(), self.driver.jobs().len())
    }
}

/// The end of the stream without a close frame.
fn eof() -> Closed {
    let error = Error::new(ErrorKind::Disconnected, "receive", "the stream ended");
    Closed { code: Some(1006), error, clean: false }
}

fn json(object: Option<&Bytes>) -> serde_json::Value {
    object.map_or(serde_json::Value::Null, |bytes| {
        let object = prost_types::Struct::decode(bytes.clone()).expect("an encoded Struct");
        assert_eq!(object.fields.is_empty(), bytes.is_empty());
        from_bytes(bytes).expect("an encoded Struct")
    })
}
