//! What the fuzz targets, the soak program and the property tests run: any bytes go in, and a
//! broken promise is a panic. Not part of the interface of this crate.
//!
//! - [`wire`]: one binary message.
//! - [`structs`]: one encoded `Struct`.
//! - [`protocol`]: a program of events for the state machine, one byte per decision.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use journeyman_core::{
    Error, ErrorKind, Extensions, JobError, JobErrorKind, Payload, Value,
    job::{Body, Completion, OutEvent, ProgressUpdate, Role},
    protocol::{Action, IncomingJob, Input, Outcome, Protocol as _, Token},
    sans_io::Driver,
    transport::{Closed, Lane, Tag},
};
use journeyman_ws::{WsMessage, WsTarget};
use serde::Deserialize;

use crate::{
    codec,
    config::{Config, IdlePolicy, ResourceInfo},
    files::FileInfo,
    meter::Meter,
    outcome::ResultFiles,
    protocol::{DistWorker, MAX_TASKS},
    structs::{encode_object, from_bytes},
    wire::{self, Limits, Message, ResourceUsage, TaskAssign, WorkerRegisterResponse},
};

/// The longest text of an error that bytes of a peer may cause.
const MAX_ERROR: usize = 8192;

/// Reads a binary message. What can be read must come out the same when written and read again.
///
/// # Panics
/// A promise of the decoder is broken.
pub fn wire(data: &[u8]) {
    let frame = Bytes::copy_from_slice(data);
    let limits = Limits::default();
    match wire::decode(frame.clone(), &limits) {
        Ok(message) => {
            let once = wire::encode(&message);
            let again = wire::decode(once.clone(), &limits).expect("what was written can be read");
            // As bytes: a NaN is not equal to itself.
            assert_eq!(wire::encode(&again), once);
            for object in objects(&message) {
                structs(&object);
            }
        }
        Err(error) => assert!(error.to_string().len() <= MAX_ERROR),
    }
    if let Err(error) = wire::decode_signed(frame) {
        assert!(error.to_string().len() <= MAX_ERROR);
    }
}

/// The encoded objects inside a message.
fn objects(message: &Message) -> Vec<Bytes> {
    let fields = match message {
        Message::TaskAssign(m) => [m.metadata.clone(), m.input.clone()],
        Message::TaskProgress(m) => [m.data.clone(), None],
        Message::TaskComplete(m) => [m.result.clone(), None],
        Message::TaskFailed(m) => [m.error_details.clone(), None],
        Message::WorkerRegister(m) => [Some(m.data.clone()), None],
        _ => [None, None],
    };
    fields.into_iter().flatten().collect()
}

/// What handlers might ask for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[allow(dead_code)]
struct Shape {
    a: Option<i64>,
    b: Option<f64>,
    s: Option<String>,
    l: Option<Vec<i32>>,
    o: Option<BTreeMap<String, Value>>,
    t: Option<(u8, bool)>,
    k: Option<Choice>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
enum Choice {
    Nothing,
    One(i8),
    Two(String, u64),
    Named { x: f32 },
}

/// Reads an encoded `Struct` as the generic value and as types. The generic value must come out
/// the same when written and read again.
///
/// # Panics
/// A promise of the decoder is broken.
pub fn structs(data: &[u8]) {
    let bounded = |error: String| assert!(error.len() <= MAX_ERROR, "{} bytes", error.len());
    match from_bytes::<Value>(data) {
        Ok(value) => {
            let once = encode_object(&value, "result", usize::MAX)
                .expect("what was read can be written")
                .expect("an object stays one");
            let again: Value = from_bytes(&once).expect("what was written can be read");
            let twice = encode_object(&again, "result", usize::MAX);
            assert_eq!(twice.expect("it was written before"), Some(once));
        }
        Err(error) => bounded(error.to_string()),
    }
    let _ = from_bytes::<serde::de::IgnoredAny>(data).map_err(|error| bounded(error.to_string()));
    let input = codec::Input(Some(Bytes::copy_from_slice(data)));
    read(&input);
}

/// Reads arguments by several call shapes.
fn read(payload: &dyn Payload) {
    let bounded = |error: String| assert!(error.len() <= MAX_ERROR, "{} bytes", error.len());
    let _ = payload.args::<Shape>().map_err(|error| bounded(error.to_string()));
    let _ = payload.args::<(i64, Option<String>)>().map_err(|error| bounded(error.to_string()));
    let _ = payload.args::<String>().map_err(|error| bounded(error.to_string()));
    let _ = payload.args::<Vec<Value>>().map_err(|error| bounded(error.to_string()));
}

/// Always tells the same.
#[derive(Clone, Copy, Debug)]
struct Still;

impl Meter for Still {
    fn usage(&mut self) -> ResourceUsage {
        ResourceUsage { cpu_percent: 12.5, memory_used_mb: 64, ..ResourceUsage::default() }
    }
}

/// Drives the state machine through the program that `data` is, in any order that a session could
/// bring, and some that it could not.
///
/// # Panics
/// The state machine broke a promise.
pub fn protocol(data: &[u8]) {
    let mut program = Program(data);
    let mut run = Run::new(program.byte());
    while !program.0.is_empty() {
        run.step(&mut program);
        run.check();
    }
    run.end();
}

/// The decisions that are left; zeros behind the end.
struct Program<'a>(&'a [u8]);

impl<'a> Program<'a> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }

    fn choose<T: Clone>(&mut self, among: &[T]) -> T {
        among[usize::from(self.byte()) % among.len()].clone()
    }
}

struct Run {
    driver: Driver<DistWorker>,
    max_message: usize,
    provisioned: bool,
    up: bool,
    /// Jobs whose handlers run.
    running: Vec<(Token, IncomingJob)>,
    /// Terminal messages that are not reported as written.
    unsent: Vec<Tag>,
    /// Tokens whose terminal message was sent.
    answered: HashSet<Token>,
}

impl Run {
    fn new(flags: u8) -> Self {
        let mut config = Config::new("http://controller:8081", "static").worker_token("token");
        let provisioned = flags & 1 != 0;
        if provisioned {
            config = config.worker_id("static-1");
        }
        if flags & 2 != 0 {
            config = config.idle(IdlePolicy::Exit);
        }
        if flags & 4 != 0 {
            config = config.max_message_size(4096);
        }
        let max_message = config.max_message_size;
        let target = WsTarget::new("ws://controller:8081/worker/v1/ws");
        let machine = Arc::new(ResourceInfo::default());
        let protocol = DistWorker::new(Arc::new(config), target, machine, Still);
        let wall = UNIX_EPOCH + Duration::from_secs(1_795_267_110);
        Self {
            driver: Driver::new(protocol, wall, u64::from(flags)),
            max_message,
            provisioned,
            up: false,
            running: Vec::new(),
            unsent: Vec::new(),
            answered: HashSet::new(),
        }
    }

    fn step(&mut self, program: &mut Program<'_>) {
        match program.byte() % 20 {
            0 | 1 if !self.up => {
                let target = self.driver.protocol.target(SystemTime::UNIX_EPOCH);
                assert!(target.is_ok());
                self.up = true;
                self.input(Input::Connected);
            }
            0 if self.up => self.disconnect(program.byte()),
            1 | 2 => self.message(&Message::RegisterResponse(WorkerRegisterResponse {
                idle_time: program.choose(&[0, 1, 120, 3600, -1, i32::MAX, i32::MIN]),
            })),
            3..=6 => {
                let message = Message::TaskAssign(task(program));
                self.message(&message);
            }
            7 => {
                let length = usize::from(program.byte());
                self.frame(Bytes::copy_from_slice(program.bytes(length)));
            }
            8 => self.damaged(program),
            9 if self.up => self.received(WsMessage::from(program.choose(&["", "{}", "text"]))),
            10 => {
                let number = i32::from(program.byte()) - 100;
                self.message(&Message::Unknown { type_number: number });
            }
            11..=13 => {
                if let Some((token, job)) = self.take_running(program.byte()) {
                    let outcome = outcome(&job, program);
                    let actions = self.driver.outcome(token, outcome);
                    self.carry_out(actions);
                }
            }
            14 => self.report(program),
            15 | 16 if self.up && !self.unsent.is_empty() => {
                let at = usize::from(program.byte()) % self.unsent.len();
                let tag = self.unsent.swap_remove(at);
                self.input(Input::Sent { tag });
            }
            17 if self.up && !self.unsent.is_empty() => {
                let tag = self.unsent.remove(0);
                let error = Error::new(ErrorKind::TooLarge, "send", "refused");
                self.input(Input::Failed { tag, error });
            }
            18 => {
                let millis = program.choose(&[0, 1, 1000, 10_000, 30_000, 31_000, 120_000]);
                if self.up {
                    let actions = self.driver.advance(Duration::from_millis(millis));
                    self.carry_out(actions);
                }
            }
            19 => {
                let input = match program.byte() % 5 {
                    0 => Input::Drain,
                    1 => Input::Alive,
                    2 => Input::Credit { jobs: 3 },
                    // What no transport should report: nothing was sent under these tags.
                    3 => Input::Sent { tag: Tag(u64::MAX) },
                    _ => Input::Goodbye,
                };
                self.input(input);
            }
            _ => {}
        }
    }

    fn message(&mut self, message: &Message) {
        self.frame(wire::encode(message));
    }

    fn frame(&mut self, frame: Bytes) {
        if self.up {
            self.received(WsMessage::Binary(frame));
        }
    }

    fn received(&mut self, message: WsMessage) {
        self.input(Input::Received { lane: Lane::MAIN, message });
    }

    /// A sound message with some of its bytes changed, or cut off.
    fn damaged(&mut self, program: &mut Program<'_>) {
        let mut frame = wire::encode(&Message::TaskAssign(task(program))).to_vec();
        for _ in 0..program.byte() % 4 {
            let at = usize::from(program.byte()) % frame.len();
            frame[at] = program.byte();
        }
        if program.byte().is_multiple_of(4) {
            frame.truncate(usize::from(program.byte()));
        }
        self.frame(frame.into());
    }

    fn report(&mut self, program: &mut Program<'_>) {
        if self.running.is_empty() {
            return;
        }
        let at = usize::from(program.byte()) % self.running.len();
        let (token, job) = &self.running[at];
        let token = *token;
        let data = job.codec.encode(Role::Progress, &Value::object([("step", 1)])).ok();
        if program.byte().is_multiple_of(8) {
            let event = OutEvent {
                name: "event".to_owned(),
                body: data.unwrap_or_default(),
                extensions: Extensions::new(),
            };
            return self.input(Input::Event { token, event });
        }
        let update = ProgressUpdate {
            fraction: program.choose(&[None, Some(0.5), Some(f64::NAN), Some(-7.0)]),
            message: program.choose(&[None, Some("half".to_owned()), Some("é".repeat(3000))]),
            data,
        };
        self.input(Input::Progress { token, update });
    }

    fn take_running(&mut self, choice: u8) -> Option<(Token, IncomingJob)> {
        let count = self.running.len();
        (count > 0).then(|| self.running.swap_remove(usize::from(choice) % count))
    }

    fn disconnect(&mut self, choice: u8) {
        let kinds = [
            ErrorKind::Disconnected,
            ErrorKind::PeerMisbehaved,
            ErrorKind::Timeout,
            ErrorKind::TooLarge,
            ErrorKind::Refused,
        ];
        let kind = kinds[usize::from(choice) % kinds.len()];
        let error = Error::new(kind, "receive", "the end");
        let was_temporary = error.is_temporary();
        let closed = Closed { code: Some(u16::from(choice) + 900), error, clean: choice & 1 == 0 };
        let closed = self.driver.protocol.explain(closed);
        if self.provisioned && was_temporary {
            assert!(!closed.error.is_temporary(), "the worker id is gone: {:?}", closed.error);
        } else {
            assert_eq!(closed.error.is_temporary(), was_temporary);
        }
        self.up = false;
        // What a transport did not report before the end, it never does.
        self.unsent.clear();
        self.input(Input::Disconnected { closed });
    }

    fn input(&mut self, input: Input<WsMessage>) {
        let actions = self.driver.handle(input);
        self.carry_out(actions);
    }

    fn carry_out(&mut self, actions: Vec<Action<WsMessage>>) {
        for action in actions {
            match action {
                Action::Send { tag, message, .. } => self.sent(tag, message),
                Action::Job(token, job) => {
                    read(&*job.payload);
                    assert!(job.id.len() <= 256 && job.route.len() <= 4096);
                    assert!(self.running.iter().all(|(_, other)| other.id != job.id));
                    self.running.push((token, job));
                }
                Action::Merged(token) => {
                    assert!(self.running.iter().any(|(running, _)| *running == token));
                }
                Action::Ignored(error) => assert!(error.to_string().len() <= MAX_ERROR),
                Action::Close(goodbye) => assert_eq!(goodbye.code, Some(1000)),
                Action::Ready | Action::Settled(..) | Action::Finish(_) => {}
                other => panic!("not an action of this protocol: {other:?}"),
            }
        }
    }

    fn sent(&mut self, tag: Option<Tag>, message: WsMessage) {
        assert!(self.up, "sent without a connection");
        let WsMessage::Binary(frame) = message else { panic!("a text message") };
        let length = frame.len();
        let limits = Limits { max_message_bytes: usize::MAX, ..Limits::default() };
        let message = wire::decode(frame, &limits).expect("we send what can be read");
        match (tag, message) {
            (Some(tag), Message::TaskComplete(_) | Message::TaskFailed(_)) => {
                assert!(length <= self.max_message, "{length} bytes");
                let token = Token::from_u64(tag.0);
                assert!(self.answered.insert(token), "{token:?} answered twice");
                self.unsent.push(tag);
            }
            // A task that was refused without becoming a job.
            (None, Message::TaskFailed(_)) => {}
            (None, Message::WorkerRegister(_) | Message::Heartbeat(_)) => {}
            (None, Message::TaskProgress(progress)) => {
                let runs = |(_, job): &(Token, IncomingJob)| *job.id == *progress.task_id;
                assert!(self.running.iter().any(runs), "progress of a task that has ended");
            }
            (tag, message) => panic!("sent under {tag:?}: {message:?}"),
        }
    }

    /// Memory is bounded: the state machine holds nothing that the ledger does not.
    fn check(&self) {
        let in_flight = self.driver.protocol.in_flight();
        assert!(in_flight <= MAX_TASKS);
        assert!(in_flight <= self.running.len() + self.unsent.len());
    }

    /// Everything that was accepted settles.
    fn end(mut self) {
        if self.up {
            self.disconnect(0);
        }
        while let Some((token, _)) = self.take_running(0) {
            let actions = self.driver.outcome(token, Err(JobError::cancelled("the end")));
            self.carry_out(actions);
        }
        assert_eq!(self.driver.jobs(), []);
        assert_eq!(self.driver.protocol.in_flight(), 0);
    }
}

fn task(program: &mut Program<'_>) -> TaskAssign {
    let number = program.byte();
    let task_id = match number {
        0 => String::new(),
        1 => "x".repeat(300),
        _ => format!("01a1fe4d-45c3-7a81-a01e-531da26e1f{:02x}", number % 16),
    };
    let queue = program.choose(&["math.add", "text/upper", "", "q"]);
    let queue = if number == 2 { queue.repeat(2000) } else { queue.to_owned() };
    let input = match program.byte() % 6 {
        0 => None,
        1 => Some(Bytes::new()),
        2 | 3 => encode_object(&Value::object([("a", 2), ("b", 3)]), "", usize::MAX).ok().flatten(),
        4 => encode_object(&vec!["s"; 3], "l", usize::MAX).ok().flatten(),
        _ => {
            let length = usize::from(program.byte() % 64);
            Some(Bytes::copy_from_slice(program.bytes(length)))
        }
    };
    let extras = program.byte();
    TaskAssign {
        task_id,
        queue,
        metadata: (extras & 1 != 0).then(|| input.clone().unwrap_or_default()),
        input,
        timeout_ms: match extras >> 1 & 3 {
            0 => 0,
            1 => 1,
            2 => i64::MAX,
            _ => i64::MIN,
        },
        files: vec![wire::FileInfo::default(); usize::from(extras >> 3 & 3)],
    }
}

fn outcome(job: &IncomingJob, program: &mut Program<'_>) -> Outcome {
    let error = |kind| JobError::new(kind, "text");
    Ok(match program.byte() {
        0..=80 => {
            let result = Value::object([("result", 5.5)]);
            let body = job.codec.encode(Role::Result, &result).unwrap_or_default();
            Completion { body, ..Completion::default() }
        }
        81..=100 => Completion::default(),
        // Larger than the smaller of the two limits.
        101..=120 => {
            Completion { body: Body::Bytes(vec![0; 5000].into()), ..Completion::default() }
        }
        121..=140 => {
            let mut completion = Completion::default();
            completion.extensions.insert(ResultFiles(vec![FileInfo::default(); 3]));
            completion
        }
        141..=160 => {
            let text = "é".repeat(usize::from(program.byte()) * 300);
            let details = Value::object([("text", Value::from(text.as_str()))]);
            return Err(JobError::failed(text.clone()).with_code(text).with_details(details));
        }
        161..=180 => return Err(error(JobErrorKind::Failed).with_details(Value::from(i64::MAX))),
        choice => {
            let kinds = JobErrorKind::ALL;
            return Err(error(kinds[usize::from(choice) % kinds.len()]));
        }
    })
}
