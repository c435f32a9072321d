//! The state machine of one registration at a foreman (CrowdCompute sheet, sections 2 to 8 and 12 to
//! 18).
//!
//! The foreman answers nothing, so that what is known must be read from what happens: a
//! registration stands when the socket still lives after it, and a result has arrived when the next
//! task comes. A foreman of the seed drops a worker for a type of message that it does not know;
//! [`Kind::may_be_sent`](wire::Kind::may_be_sent) guards everything that is sent.

mod identity;
mod life;
mod refusals;
mod saves;
mod tasks;
mod work;

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use journeyman_core::{
    Error, ErrorKind,
    protocol::{Cx, Input, Protocol, TokenMap},
    transport::{Closed, Lane, Tag},
};
use journeyman_ws::{WsMessage, WsTarget};

pub(crate) use self::identity::Identity;
pub use self::tasks::{PYTHON_ROUTE, UNNAMED};
use self::{refusals::Refusals, work::Task};
use crate::{
    Era,
    config::Config,
    metrics::{DeviceSpecs, MetricsSource},
    outcome::PyJsonCodec,
    status::Shared,
    wire::{self, Envelope, Message, Since, TaskRef},
};

/// The one road.
const MAIN: Lane = Lane::MAIN;

/// The tag of the registration. Tokens as numbers are larger.
const REGISTER: Tag = Tag(0);

/// The largest message that a foreman of the seed takes, in bytes (sheet, section 1).
const SEED_LIMIT: usize = 1 << 20;

/// How long a result is kept after it was written, in case the connection was dead already.
const CONFIRM: Duration = Duration::from_secs(2);

/// Tasks in flight on one registration. A foreman gives one; a peer that gives without end is told
/// so in the log.
const MAX_TASKS: usize = 128;

/// WebSocket close code of an orderly end (RFC 6455, section 7.4.1).
const CLOSE_NORMAL: u16 = 1000;
/// Of a message that is too large.
const CLOSE_TOO_LARGE: u16 = 1009;

/// What is told about the machine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Machine {
    pub(crate) specs: DeviceSpecs,
    pub(crate) metrics: Option<Arc<dyn MetricsSource>>,
}

/// One registration.
#[derive(Debug)]
pub struct CrowdCompute {
    config: Arc<Config>,
    target: WsTarget,
    identity: Identity,
    machine: Machine,
    codec: Arc<PyJsonCodec>,
    shown: Shared,
    stage: Stage,
    /// A message proved that the foreman is of today.
    proven: bool,
    /// The foreman refused a message as too large.
    is_small: bool,
    tasks: TokenMap<Task>,
    /// Counts tasks, for their order.
    count: u64,
    /// When results that were written count as arrived.
    confirm_at: Option<Instant>,
    /// Tasks that came during the drain, to be given back at the end of it.
    held: VecDeque<TaskRef>,
    refusals: Refusals,
    draining: bool,
    /// The last connection was given up because nothing came: for the foreman it may still be open.
    unheard: bool,
    next_heartbeat: Option<Instant>,
    /// Until when it waits for other registrations.
    patience: Option<Instant>,
    /// When it looks for them again.
    gather_at: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Down,
    /// It is connected, and lets others register first.
    Gathering,
    /// The registration is on its way.
    Registering,
    /// It was written, and a sign of life was asked for.
    Greeted,
    /// It stands. Answers wait until others are back.
    Registered,
    Ready,
}

impl CrowdCompute {
    pub(crate) fn new(
        config: Arc<Config>,
        target: WsTarget,
        identity: Identity,
        machine: Machine,
        shown: Shared,
    ) -> Self {
        let limit = Arc::new(AtomicUsize::new(config.max_message_size));
        let mut new = Self {
            config,
            target,
            identity,
            machine,
            codec: Arc::new(PyJsonCodec { limit }),
            shown,
            stage: Stage::Down,
            proven: false,
            is_small: false,
            tasks: TokenMap::default(),
            count: 0,
            confirm_at: None,
            held: VecDeque::new(),
            refusals: Refusals::default(),
            draining: false,
            unheard: false,
            next_heartbeat: None,
            patience: None,
            gather_at: None,
        };
        new.learned();
        new
    }

    /// The id that it registers under, or did last.
    pub fn worker_id(&self) -> &str {
        self.identity.current()
    }

    /// The era of the foreman, where it is known. What was configured wins.
    pub fn era(&self) -> Option<Era> {
        self.config.era.fixed().or(self.proven.then_some(Era::Head))
    }

    /// Tasks that are not settled.
    pub fn in_flight(&self) -> usize {
        self.tasks.len()
    }

    /// Something about the foreman has become known.
    fn learned(&mut self) {
        let era = self.era();
        let small = self.is_small || era == Some(Era::Seed);
        let limit = match small {
            true => self.config.max_message_size.min(SEED_LIMIT),
            false => self.config.max_message_size,
        };
        self.codec.limit.store(limit, Ordering::Relaxed);
        self.shown.update(|shown| shown.era = era);
    }

    /// The largest message that can be sent, in bytes.
    fn limit(&self) -> usize {
        self.codec.limit.load(Ordering::Relaxed)
    }

    /// A message shows that the foreman is of today.
    fn prove(&mut self) {
        if !self.proven && self.config.era.fixed().is_none() {
            tracing::info!(worker = self.identity.current(), "this foreman is of today");
            self.proven = true;
            self.learned();
        }
    }

    /// Sends a message, unless the foreman may not know its type.
    fn say(
        &self,
        cx: &mut Cx<'_, WsMessage>,
        tag: Option<Tag>,
        message: &Message,
        job_id: Option<&str>,
    ) {
        if message.kind().may_be_sent(self.era()) {
            cx.send(MAIN, tag, wire::encode(message, job_id).into());
        } else {
            // A fault of this adapter; sending it could cost the connection.
            tracing::error!(kind = %message.kind(), "kept back: this foreman may not know it");
        }
    }

    fn received(&mut self, cx: &mut Cx<'_, WsMessage>, message: WsMessage) {
        let frame = message.into_bytes();
        match wire::decode(&frame) {
            Ok(envelope) => self.message(cx, envelope),
            Err(error) => {
                if let Some(task) = error.task.clone() {
                    self.refuse(cx, task, error.for_foreman());
                }
                cx.ignored(odd(&error.to_string()));
            }
        }
    }

    fn message(&mut self, cx: &mut Cx<'_, WsMessage>, envelope: Envelope) {
        let Envelope { message, job_id } = envelope;
        match message {
            Message::AssignTask(task) => {
                if task.task_metadata.is_some() {
                    self.prove();
                }
                self.assign(cx, task.into(), job_id);
            }
            Message::ResumeTask(task) => {
                // A form without these is in the prototype's later code, too.
                if task.checkpoint_state.is_some() || task.task_kwargs.is_some() {
                    self.prove();
                }
                self.assign(cx, task.into(), job_id);
            }
            Message::Ping => self.pong(cx),
            Message::CheckpointAck(ack) => self.acknowledged(cx, &ack),
            Message::KillTask(task_id) => self.kill(cx, TaskRef { task_id, job_id }),
            Message::Other(kind, _) if kind.since() == Since::Models => {
                self.prove();
                cx.ignored(odd(&format!("a `{kind}`; this worker holds no models")));
            }
            other => {
                let kind = other.kind();
                cx.ignored(odd(&format!("a `{kind}`, which is not for workers")));
            }
        }
    }

    /// Shows which tasks are in work.
    fn show(&self) {
        let mut running: Vec<_> = self.tasks.values().filter(|task| task.is_running()).collect();
        running.sort_unstable_by_key(|task| task.serial);
        let tasks = running.into_iter().map(|task| task.current.clone()).collect();
        let owes = self.in_hand();
        self.shown.update(|shown| (shown.tasks, shown.owes) = (tasks, owes));
    }
}

impl Protocol for CrowdCompute {
    type Target = WsTarget;
    type Message = WsMessage;

    fn target(&mut self, _now: SystemTime) -> Result<WsTarget, Error> {
        Ok(self.target.clone())
    }

    fn handle(&mut self, cx: &mut Cx<'_, WsMessage>, input: Input<WsMessage>) {
        match input {
            Input::Connected => self.connected(cx),
            Input::Received { message, .. } => self.received(cx, message),
            Input::Sent { tag: REGISTER } => self.greeted(cx),
            Input::Sent { tag } => self.written(cx, tag),
            Input::Failed { tag: REGISTER, error } => cx.reconnect(error),
            Input::Failed { tag, error } => self.not_written(cx, tag, error),
            Input::Alive if self.stage == Stage::Greeted => self.registered(cx),
            Input::Outcome { token, outcome } => self.outcome(cx, token, outcome),
            Input::Command { token, command } => self.command(cx, token, command),
            Input::Dropped { token } => {
                self.tasks.remove(&token);
                self.show();
            }
            Input::Deadline => self.deadline(cx),
            Input::Disconnected { closed } => self.disconnected(cx, &closed),
            Input::Drain => self.drain(cx),
            Input::Goodbye => self.goodbye(cx),
            // There is no message for progress that a foreman could take (sheet, section 13), and
            // none for events.
            _ => {}
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let saves = self.tasks.values().filter_map(Task::save_deadline).min();
        let refusal = self.refusals.due().filter(|_| !self.draining && self.stage == Stage::Ready);
        [self.next_heartbeat, self.confirm_at, self.gather_at, refusal, saves]
            .into_iter()
            .flatten()
            .min()
    }

    fn explain(&mut self, closed: Closed) -> Closed {
        self.explained(closed)
    }
}

/// Something that the foreman should not have sent.
fn odd(what: &str) -> Error {
    Error::new(ErrorKind::PeerMisbehaved, "receive", format!("the foreman sent {what}"))
}

#[cfg(test)]
mod tests;
