//! The state machine of one registration at a DistWorker controller (DistWorker sheet, sections
//! 3 to 6).
//!
//! The controller answers nothing but the registration, and says nothing when it refuses that: it
//! closes the socket. So what is known must be read from what happens.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use journeyman_core::{
    Error, ErrorKind, JobError,
    job::ProgressUpdate,
    protocol::{Cx, DropReason, IncomingJob, Input, Outcome, Protocol, Settlement, Token},
    transport::{Closed, Goodbye, Lane, Tag},
};
use journeyman_ws::{WsMessage, WsTarget};

use crate::{
    codec::{self, StructCodec},
    config::{Config, IdlePolicy, ResourceInfo},
    extract::Extra,
    meter::Meter,
    outcome,
    wire::{self, Heartbeat, Message, TaskAssign, TaskProgress, WorkerHealth},
};

/// WebSocket close code of an orderly end (RFC 6455, section 7.4.1).
const CLOSE_NORMAL: u16 = 1000;

/// Room that the envelope and the task id take beside a result.
pub(crate) const ENVELOPE: usize = 1024;

/// Tasks in flight on one connection. The controller gives one, and one more when a late answer
/// freed the slot too early (sheet, section 6.2); a peer that gives without end is told so.
pub(crate) const MAX_TASKS: usize = 128;

/// The longest task id in bytes; the controller's have 36. Ids are remembered after the end of
/// their task, so that they must be small.
const MAX_TASK_ID: usize = 256;

/// The longest name of a queue in bytes. It is remembered with the latest jobs.
const MAX_QUEUE: usize = 4096;

/// One registration.
#[derive(Debug)]
pub struct DistWorker {
    config: Arc<Config>,
    target: WsTarget,
    machine: Arc<ResourceInfo>,
    meter: Box<dyn Meter>,
    codec: Arc<StructCodec>,
    stage: Stage,
    /// Tasks in flight on this connection.
    tasks: HashMap<Token, Task>,
    next_heartbeat: Option<Instant>,
    /// How long the controller lets the worker idle, and since when it does.
    idle_time: Option<Duration>,
    idle_since: Option<Instant>,
    /// Connections in a row that ended before the registration was confirmed.
    refused: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Down,
    Registering,
    Registered,
}

#[derive(Debug)]
struct Task {
    id: String,
    /// Its terminal message is on its way.
    answered: bool,
}

impl DistWorker {
    /// A registration that connects to `target`. `machine` is told for what the configuration
    /// leaves open; `meter` is asked at every heartbeat.
    pub fn new(
        config: Arc<Config>,
        target: WsTarget,
        machine: Arc<ResourceInfo>,
        meter: impl Meter + 'static,
    ) -> Self {
        let max_bytes = config.max_message_size.saturating_sub(ENVELOPE);
        Self {
            config,
            target,
            machine,
            meter: Box::new(meter),
            codec: Arc::new(StructCodec { max_bytes }),
            stage: Stage::Down,
            tasks: HashMap::new(),
            next_heartbeat: None,
            idle_time: None,
            idle_since: None,
            refused: 0,
        }
    }

    fn register(&mut self, cx: &mut Cx<'_, WsMessage>) {
        self.stage = Stage::Registering;
        self.idle_since = Some(cx.now());
        match self.config.registration(&self.machine, cx.wall()) {
            Ok(registration) => send(cx, None, &Message::WorkerRegister(registration)),
            Err(error) => return cx.fail(Error::config(error.to_string())),
        }
        // The first heartbeat goes right behind, as the SDK does it (sheet, section 4).
        self.heartbeat(cx);
    }

    fn heartbeat(&mut self, cx: &mut Cx<'_, WsMessage>) {
        let since_epoch = cx.wall().duration_since(UNIX_EPOCH).unwrap_or_default();
        let heartbeat = Heartbeat {
            timestamp: i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX),
            health: WorkerHealth::Up.into(),
            resource_usage: Some(self.meter.usage()),
        };
        send(cx, None, &Message::Heartbeat(heartbeat));
        self.next_heartbeat = Some(cx.now() + self.config.heartbeat_interval);
    }

    fn received(&mut self, cx: &mut Cx<'_, WsMessage>, message: WsMessage) {
        let frame = match message {
            WsMessage::Binary(frame) => frame,
            WsMessage::Text(_) | WsMessage::Ping(_) => {
                return cx.ignored(odd("a text message, where all are binary"));
            }
        };
        match wire::decode(frame, &self.config.limits()) {
            Ok(Message::RegisterResponse(response)) => {
                let idle = u64::try_from(response.idle_time).ok().filter(|seconds| *seconds > 0);
                self.idle_time = idle.map(Duration::from_secs);
                self.stage = Stage::Registered;
                self.refused = 0;
                cx.ready();
            }
            // It may overtake the answer to the registration (sheet, section 4).
            Ok(Message::TaskAssign(task)) => self.assign(cx, task),
            Ok(Message::Unknown { type_number }) => {
                cx.ignored(odd(&format!("a message of unknown type {type_number}")));
            }
            Ok(other) => {
                let kind = other.message_type();
                cx.ignored(odd(&format!("a message that only workers send ({kind:?})")));
            }
            Err(error) => cx.ignored(odd(&error.to_string())),
        }
    }

    fn assign(&mut self, cx: &mut Cx<'_, WsMessage>, task: TaskAssign) {
        let TaskAssign { task_id, queue, metadata, input, timeout_ms, files } = task;
        if task_id.is_empty() {
            return cx.ignored(odd("a task without an id, which nobody could be told the end of"));
        }
        if task_id.len() > MAX_TASK_ID {
            let length = task_id.len();
            return cx.ignored(odd(&format!("a task with an id of {length} bytes")));
        }
        if let Some(error) = self.refusal(&task_id, &queue) {
            let problem = odd(&format!("a task that cannot be taken: {}", error.message()));
            send(cx, None, &outcome::failed(task_id, &error));
            return cx.ignored(problem);
        }
        let codec = Arc::clone(&self.codec);
        let mut job = IncomingJob::new(task_id.as_str(), queue, codec::Input(input), codec);
        job.enqueued_at = created_at(&task_id);
        // Advisory on the controller: nobody keeps it but us (sheet, section 6.4).
        job.timeout =
            u64::try_from(timeout_ms).ok().filter(|ms| *ms > 0).map(Duration::from_millis);
        if metadata.is_some() || !files.is_empty() || timeout_ms != 0 {
            job.extensions.insert(Extra { metadata, files: files.into(), timeout_ms });
        }
        let token = cx.accept(job);
        // A second delivery while the first runs gets the token of the first: one answer.
        self.tasks.insert(token, Task { id: task_id, answered: false });
        self.idle_since = None;
    }

    /// Why a task is answered at once instead of being accepted. The answer lets the controller
    /// retry it elsewhere (sheet, section 13).
    fn refusal(&self, task_id: &str, queue: &str) -> Option<JobError> {
        if queue.len() > MAX_QUEUE {
            let length = queue.len();
            let text = format!("the name of the queue takes {length} bytes; at most {MAX_QUEUE}");
            return Some(JobError::rejected(text));
        }
        let in_flight = |task: &Task| task.id == task_id && !task.answered;
        if self.tasks.len() < MAX_TASKS || self.tasks.values().any(in_flight) {
            return None;
        }
        let text = format!("{MAX_TASKS} tasks are in flight on this connection");
        Some(JobError::overloaded(text))
    }

    fn outcome(&mut self, cx: &mut Cx<'_, WsMessage>, token: Token, outcome: Outcome) {
        let Some(task) = self.tasks.get_mut(&token) else {
            return cx.settled(token, Settlement::Dropped(DropReason::ConnectionLost));
        };
        task.answered = true;
        let (what, message) = match outcome {
            Ok(completion) => ("result", outcome::complete(task.id.clone(), completion)),
            Err(error) => ("error", outcome::failed(task.id.clone(), &error)),
        };
        let mut frame = wire::encode(&message);
        if frame.len() > self.config.max_message_size {
            let text = format!(
                "the {what} takes {} bytes; at most {} can be sent",
                frame.len(),
                self.config.max_message_size
            );
            let error = JobError::rejected(text).with_code("RESULT_TOO_LARGE");
            frame = wire::encode(&outcome::failed(task.id.clone(), &error));
        }
        cx.send(Lane::MAIN, Some(Tag(token.as_u64())), WsMessage::Binary(frame));
    }

    /// The terminal message of a task left, or is lost for good.
    fn answered(&mut self, cx: &mut Cx<'_, WsMessage>, tag: Tag, settlement: Settlement) {
        let token = Token::from_u64(tag.0);
        if self.tasks.remove(&token).is_some() {
            cx.settled(token, settlement);
        }
        if self.tasks.is_empty() {
            self.idle_since = Some(cx.now());
        }
    }

    fn progress(&self, cx: &mut Cx<'_, WsMessage>, token: Token, update: ProgressUpdate) {
        // Behind the answer it would speak of a task that is not ours any more.
        let Some(task) = self.tasks.get(&token).filter(|task| !task.answered) else { return };
        let progress = TaskProgress {
            task_id: task.id.clone(),
            progress: update.fraction.unwrap_or_default() as f32,
            message: update.message.unwrap_or_default(),
            data: update.data.and_then(codec::into_bytes),
        };
        send(cx, None, &Message::TaskProgress(progress));
    }

    fn disconnected(&mut self, cx: &mut Cx<'_, WsMessage>) {
        self.stage = Stage::Down;
        self.next_heartbeat = None;
        // The id of the worker changes with the connection, so no answer can follow (sheet,
        // section 6.2). Those that are not answered yet are the session's to drop.
        for (token, task) in self.tasks.drain() {
            if task.answered {
                cx.settled(token, Settlement::Dropped(DropReason::ConnectionLost));
            }
        }
    }

    /// Tasks that are in flight on this connection.
    pub(crate) fn in_flight(&self) -> usize {
        self.tasks.len()
    }

    /// When the idle time is over, if it counts.
    fn idle_end(&self) -> Option<Instant> {
        let counts = self.config.idle == IdlePolicy::Exit && self.stage == Stage::Registered;
        counts.then(|| Some(self.idle_since? + self.idle_time?)).flatten()
    }

    fn likely_causes(&self) -> String {
        let mut text = format!(
            "the controller closed the connection instead of confirming the registration. It \
             never says why; likely causes: the worker token is wrong; the provisioner `{}` is \
             not in the controller's configuration",
            self.config.provisioner
        );
        if self.config.worker_id.is_empty() {
            text.push_str(", or not of type `none`");
        } else {
            text.push_str("; the worker id was not handed out by this controller, or was used up");
        }
        text.push_str(
            "; the clocks are more than 5 minutes apart; the URL is not that of a worker port",
        );
        text
    }
}

impl Protocol for DistWorker {
    type Target = WsTarget;
    type Message = WsMessage;

    fn target(&mut self, _now: SystemTime) -> Result<WsTarget, Error> {
        Ok(self.target.clone())
    }

    fn handle(&mut self, cx: &mut Cx<'_, WsMessage>, input: Input<WsMessage>) {
        match input {
            Input::Connected => self.register(cx),
            Input::Received { message, .. } => self.received(cx, message),
            Input::Outcome { token, outcome } => self.outcome(cx, token, outcome),
            Input::Progress { token, update } => self.progress(cx, token, update),
            Input::Sent { tag } => self.answered(cx, tag, Settlement::Written),
            Input::Failed { tag, error } => {
                tracing::warn!(%error, "the end of a task could not be sent");
                self.answered(cx, tag, Settlement::Dropped(DropReason::ConnectionLost));
            }
            Input::Deadline => {
                if self.next_heartbeat.is_some_and(|due| due <= cx.now()) {
                    self.heartbeat(cx);
                }
                if self.idle_end().is_some_and(|end| end <= cx.now()) {
                    // Once is enough: the session drains from here on.
                    self.idle_time = None;
                    cx.finish("no task within the controller's idle time");
                }
            }
            Input::Disconnected { .. } => self.disconnected(cx),
            Input::Goodbye => {
                let reason = "worker stops".to_owned();
                cx.close(Goodbye { code: Some(CLOSE_NORMAL), reason });
            }
            // There is no drain message: a task that still comes is refused by the session, so
            // that the controller can retry it elsewhere (sheet, section 13).
            _ => {}
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        match (self.next_heartbeat, self.idle_end()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    fn explain(&mut self, closed: Closed) -> Closed {
        // Our own watchdog and our own limits have said what they mean.
        let by_peer = matches!(
            closed.error.kind(),
            ErrorKind::Disconnected | ErrorKind::PeerMisbehaved | ErrorKind::Refused
        );
        let error = match self.stage {
            Stage::Registering if by_peer => {
                self.refused += 1;
                Error::new(ErrorKind::Refused, "register", self.likely_causes())
                    .with_context("in_a_row", self.refused)
                    .with_remedy(
                        "run `journeyman doctor` with the same settings, and look at the \
                         controller's log, which has the reason",
                    )
                    .with_source(closed.error)
            }
            // An attempt that never reached the controller has used up no id.
            Stage::Registering | Stage::Registered
                if !self.config.worker_id.is_empty() && closed.error.is_temporary() =>
            {
                // The controller forgets the id with the connection (sheet, section 5).
                Error::new(
                    ErrorKind::Disconnected,
                    "receive",
                    "the connection is gone, and with it the worker id that the controller gave",
                )
                .with_remedy("let the controller's provisioner start a new worker")
                .with_source(closed.error)
                .permanent()
            }
            _ => return closed,
        };
        // A registration under a given id that was refused will be refused again.
        let error = if self.config.worker_id.is_empty() { error } else { error.permanent() };
        Closed { error, ..closed }
    }
}

fn send(cx: &mut Cx<'_, WsMessage>, tag: Option<Tag>, message: &Message) {
    cx.send(Lane::MAIN, tag, WsMessage::Binary(wire::encode(message)));
}

fn odd(what: &str) -> Error {
    Error::new(ErrorKind::PeerMisbehaved, "receive", format!("the controller sent {what}"))
}

/// When a task was created: its id is a UUIDv7, whose first 48 bits are Unix milliseconds (RFC
/// 9562, section 5.7).
fn created_at(task_id: &str) -> Option<SystemTime> {
    let bytes = task_id.as_bytes();
    if bytes.len() != 36 || bytes[8] != b'-' || bytes[13] != b'-' || bytes[14] != b'7' {
        return None;
    }
    let (high, low) = (task_id.get(..8)?, task_id.get(9..13)?);
    let millis = u64::from_str_radix(high, 16).ok()? << 16 | u64::from_str_radix(low, 16).ok()?;
    UNIX_EPOCH.checked_add(Duration::from_millis(millis))
}

#[cfg(test)]
mod tests;
