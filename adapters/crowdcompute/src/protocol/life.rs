//! Registration, heartbeats and the end.

use std::time::Duration;

use journeyman_core::{
    Error, ErrorKind,
    protocol::Cx,
    transport::{Closed, Goodbye},
};
use journeyman_ws::WsMessage;

use super::{CLOSE_NORMAL, CLOSE_TOO_LARGE, CrowdCompute, MAIN, REGISTER, Stage};
use crate::{
    Era,
    metrics::Metrics,
    wire::{Message, Pong, Presence, TaskError, TaskRef, WorkerReady},
};

/// What a task is given back with.
const HANDED_BACK: &str = "the worker stops and gives the task back";

/// How long those that were cut off together wait for each other.
const TOGETHER: Duration = Duration::from_secs(2);
/// How often they look whether the others are back.
const LOOK: Duration = Duration::from_millis(5);

impl CrowdCompute {
    pub(super) fn connected(&mut self, cx: &mut Cx<'_, WsMessage>) {
        let random = cx.random();
        let needed = self.in_hand() || std::mem::take(&mut self.unheard);
        self.identity.connect(needed, random);
        self.stage = Stage::Gathering;
        self.patience = Some(cx.now() + TOGETHER);
        self.gather(cx);
    }

    /// Goes on when those that were cut off together are back together. Today's foreman takes back the
    /// tasks of all ids that are not connected as soon as a worker is free, which one is that registers
    /// with nothing in hand, or answers (CrowdCompute sheet, section 16): those tasks would run twice.
    fn gather(&mut self, cx: &mut Cx<'_, WsMessage>) {
        let now = cx.now();
        let patient = self.patience.is_some_and(|end| now < end);
        let wait = patient && self.era() != Some(Era::Seed) && self.shown.others_owe();
        self.gather_at = None;
        match self.stage {
            // With something in hand it is not free.
            Stage::Gathering if !wait || self.in_hand() => self.register(cx),
            Stage::Registered if !wait => self.ready(cx),
            Stage::Gathering | Stage::Registered => self.gather_at = Some(now + LOOK),
            _ => {}
        }
    }

    fn register(&mut self, cx: &mut Cx<'_, WsMessage>) {
        self.stage = Stage::Registering;
        self.shown.update(|shown| self.identity.current().clone_into(&mut shown.worker_id));
        let seed = self.config.compat && self.era() == Some(Era::Seed);
        let specs = self.machine.specs.to_wire().filter(|_| !seed);
        let ready = WorkerReady {
            worker_id: self.identity.current().to_owned(),
            device_specs: specs,
            ..WorkerReady::default()
        };
        self.say(cx, Some(REGISTER), &Message::WorkerReady(ready), None);
        // Right behind it, as upstream does.
        self.heartbeat(cx);
    }

    /// Whether something needs the id under which it came.
    pub(super) fn in_hand(&self) -> bool {
        !(self.tasks.is_empty() && self.held.is_empty() && self.refusals.is_empty())
    }

    /// The registration was written. Nobody answers it; that the peer still lives behind it is the
    /// best proof there is.
    pub(super) fn greeted(&mut self, cx: &mut Cx<'_, WsMessage>) {
        if self.stage == Stage::Registering {
            self.stage = Stage::Greeted;
            cx.send(MAIN, None, WsMessage::Ping(Vec::new().into()));
        }
    }

    /// The peer lives: the registration stands.
    pub(super) fn registered(&mut self, cx: &mut Cx<'_, WsMessage>) {
        self.stage = Stage::Registered;
        self.shown.update(|shown| shown.registered = true);
        self.gather(cx);
    }

    pub(super) fn ready(&mut self, cx: &mut Cx<'_, WsMessage>) {
        if self.stage < Stage::Ready {
            self.stage = Stage::Ready;
            self.shown.update(|shown| shown.registered = true);
            cx.ready();
        }
    }

    /// What is measured, if anything is.
    fn metrics(&self, cx: &Cx<'_, WsMessage>) -> Option<Metrics> {
        let metrics = self.machine.metrics.as_ref()?.metrics();
        (!metrics.is_empty()).then(|| metrics.at(cx.wall()))
    }

    pub(super) fn heartbeat(&mut self, cx: &mut Cx<'_, WsMessage>) {
        let running = self.tasks.values().filter(|task| task.is_running());
        let oldest = running.min_by_key(|task| task.serial);
        let presence = Presence {
            status: "online".to_owned(),
            current_task: oldest.map(|task| task.current.task_id.to_string()),
        };
        let worker_id = self.identity.current().to_owned();
        let compat = self.config.compat;
        let message = match self.era() {
            // The foreman of the seed ignores it, but it is what upstream's worker sends.
            Some(Era::Seed) if compat => Message::WorkerHeartbeat(worker_id, presence),
            era => {
                let metrics = self.metrics(cx);
                // Only what is nested is stored (sheet, section 14.2).
                let (flat, nested) = match compat && era == Some(Era::Head) {
                    true => (Some(metrics.unwrap_or_default().at(cx.wall())), None),
                    false => (None, metrics),
                };
                Message::Pong(Pong {
                    worker_id: Some(worker_id),
                    presence: Some(presence),
                    flat,
                    performance_metrics: nested,
                })
            }
        };
        self.say(cx, None, &message, None);
        self.next_heartbeat = Some(cx.now() + self.config.heartbeat_interval);
    }

    /// The answer to a ping.
    pub(super) fn pong(&mut self, cx: &mut Cx<'_, WsMessage>) {
        let seed = self.config.compat && self.era() == Some(Era::Seed);
        let pong = Pong {
            worker_id: Some(self.identity.current().to_owned()),
            performance_metrics: self.metrics(cx).filter(|_| !seed),
            ..Pong::default()
        };
        self.say(cx, None, &Message::Pong(pong), None);
    }

    pub(super) fn deadline(&mut self, cx: &mut Cx<'_, WsMessage>) {
        let now = cx.now();
        if self.gather_at.is_some_and(|due| due <= now) {
            self.gather(cx);
        }
        if self.confirm_at.is_some_and(|due| due <= now) {
            self.confirm(cx);
        }
        self.tasks.values_mut().for_each(|task| task.expire_saves(now));
        if !self.draining && self.stage == Stage::Ready {
            for refusal in self.refusals.take(Some(now)) {
                self.give_back(cx, &refusal.task, refusal.text);
            }
        }
        if self.next_heartbeat.is_some_and(|due| due <= now) {
            self.heartbeat(cx);
        }
        self.leave_doubtful_id(cx);
    }

    /// Nothing in hand needs the id any more, and the foreman may believe it busy: register anew
    /// under another one.
    fn leave_doubtful_id(&mut self, cx: &mut Cx<'_, WsMessage>) {
        if self.identity.is_doubtful()
            && self.stage == Stage::Ready
            && !self.draining
            && !self.in_hand()
        {
            let random = cx.random();
            tracing::info!(worker = self.identity.current(), "registers anew under another id");
            self.identity.renew(random);
            self.down();
            cx.redial();
        }
    }

    fn down(&mut self) {
        self.stage = Stage::Down;
        self.next_heartbeat = None;
        self.confirm_at = None;
        self.gather_at = None;
        let owes = self.in_hand();
        self.shown.update(|shown| (shown.registered, shown.owes) = (false, owes));
    }

    /// Tells the foreman that a task will not be done here; it goes back to the others.
    pub(super) fn give_back(&self, cx: &mut Cx<'_, WsMessage>, task: &TaskRef, error: String) {
        let message = Message::TaskError(TaskError { error, task_id: task.task_id.clone() });
        self.say(cx, None, &message, task.job_id.as_deref());
    }

    pub(super) fn disconnected(&mut self, cx: &mut Cx<'_, WsMessage>, closed: &Closed) {
        self.down();
        self.unheard = !closed.clean && closed.error.kind() == ErrorKind::Timeout;
        if closed.clean && closed.code == Some(CLOSE_NORMAL) && self.proven {
            // What a foreman of the seed does when it does not know a type. Perhaps another one
            // has taken the place of the one that was known.
            self.proven = false;
            self.learned();
        }
        self.requeue_all(cx);
    }

    pub(super) fn drain(&mut self, cx: &mut Cx<'_, WsMessage>) {
        self.draining = true;
        self.confirm(cx);
    }

    /// A task that is given back comes again at once. So it is done in one go with the end.
    pub(super) fn goodbye(&mut self, cx: &mut Cx<'_, WsMessage>) {
        for refusal in self.refusals.take(None) {
            self.give_back(cx, &refusal.task, refusal.text);
        }
        while let Some(task) = self.held.pop_front() {
            self.give_back(cx, &task, HANDED_BACK.to_owned());
        }
        cx.close(Goodbye { code: Some(CLOSE_NORMAL), reason: "worker stops".to_owned() });
    }

    pub(super) fn explained(&mut self, mut closed: Closed) -> Closed {
        // What the transport found out by itself is said already.
        if !closed.clean {
            if closed.code == Some(CLOSE_TOO_LARGE) {
                closed.error = Error::new(
                    ErrorKind::TooLarge,
                    "receive",
                    "the foreman sent a task that is larger than a message may be",
                )
                .temporary()
                .with_context("max_message_size", self.config.max_message_size)
                .with_remedy("raise `max_message_size`; until then, the task comes again and again")
                .with_source(closed.error);
            }
            return closed;
        }
        let (kind, text, remedy) = match (closed.code, self.stage) {
            (Some(CLOSE_TOO_LARGE), _) => {
                self.is_small = true;
                self.learned();
                (
                    ErrorKind::TooLarge,
                    "the foreman takes no message as large as the last one; it is of the seed, \
                     then, whose limit is 1 MiB",
                    "make the result smaller, or set `era` = \"seed\" so that it is refused here",
                )
            }
            (Some(1011), _) => (
                ErrorKind::Disconnected,
                "the foreman missed the answer to its WebSocket ping",
                "see whether this machine was asleep or out of processor time",
            ),
            (_, Stage::Gathering | Stage::Registering | Stage::Greeted) => (
                ErrorKind::Refused,
                "the foreman closed the connection at the registration, and never says why",
                "check that the URL is that of a foreman's port for workers (9000), and look at \
                 the foreman's output",
            ),
            _ => return closed,
        };
        let error = Error::new(kind, "receive", text).temporary();
        closed.error = error.with_remedy(remedy).with_source(closed.error);
        closed
    }
}
