//! The queue of the workers, its claims, and the dispatch channel (Tasker sheet, sections 1, 3, 12
//! and 19).

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use uuid::Uuid;

use super::config::Overflow;
use super::event::StepEvent;
use super::faults::take;
use super::log::Event;
use super::orchestrator::Orchestrator;
use super::state::{Cause, StepState};
use super::time::Micros;
use super::timers::{What, micros};

/// Everything between a step that is enqueued and its answer.
#[derive(Debug, Default)]
pub(crate) struct Dispatch {
    /// Messages that show in the queue.
    queue: VecDeque<Message>,
    /// Messages that were read and not archived: they show again.
    unseen: HashMap<u64, Message>,
    next_message: u64,
    last_claim: Option<Micros>,
    pub(crate) claim_timer: bool,
    /// The dispatch channel.
    buffer: VecDeque<StepEvent>,
    pub(crate) pending: BTreeMap<u64, Pending>,
    pub(crate) by_event: HashMap<Uuid, u64>,
    next_pending: u64,
    /// An event that is handed out once more.
    again: Option<StepEvent>,
    pub(crate) closed: bool,
    paused: bool,
    pub(crate) completions_closed: bool,
    lost: u64,
}

/// A pointer to a step.
#[derive(Clone, Copy, Debug)]
struct Message {
    id: u64,
    task: u64,
    at: usize,
}

/// An event that was polled and not answered.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) event: StepEvent,
    pub(crate) since: Micros,
}

impl Orchestrator {
    /// Puts a step into the queue.
    pub(crate) fn enqueue(&mut self, number: u64, at: usize) {
        self.move_step(number, at, StepState::Enqueued, Cause::Enqueue);
        let id = self.dispatch.next_message;
        self.dispatch.next_message += 1;
        self.dispatch.queue.push_back(Message { id, task: number, at });
    }

    /// Claims what may be claimed now.
    pub(crate) fn claim(&mut self) {
        let every = micros(self.config.claim_every);
        while !self.dispatch.queue.is_empty() && !self.dispatch.closed && !self.dispatch.paused {
            let full = self.dispatch.buffer.len() >= self.config.dispatch_buffer;
            if full && self.config.overflow == Overflow::Hold {
                return;
            }
            let next = self.dispatch.last_claim.map(|last| last.saturating_add(every));
            if let Some(next) = next
                && every > 0
                && next > self.now
            {
                if !self.dispatch.claim_timer {
                    self.dispatch.claim_timer = true;
                    self.set_timer(next, What::Claim);
                }
                return;
            }
            self.dispatch.last_claim = Some(self.now);
            if let Some(message) = self.dispatch.queue.pop_front() {
                self.claim_one(message, full);
            }
        }
    }

    fn claim_one(&mut self, message: Message, full: bool) {
        let Message { task: number, at, .. } = message;
        let Some(task) = self.tasks.get(&number) else { return };
        let step = &task.steps[at];
        let (task_uuid, step_uuid, name) = (task.uuid, step.uuid, Arc::clone(&step.name));
        if !matches!(step.state, StepState::Enqueued | StepState::Pending) {
            self.log.push(Event::NotClaimed { step: step_uuid, times: 1 });
            return self.leave(message);
        }
        // The row is read before the claim changes it.
        let sequence = Arc::new(task.sequence(at));
        let event = StepEvent {
            event_id: self.ids.random(),
            task_uuid,
            step_uuid,
            correlation_id: self.ids.random(),
            sequence,
            spoilt: take(&mut self.faults.spoilt_events),
        };
        self.move_step(number, at, StepState::InProgress, Cause::Start);
        let now = self.now;
        if let Some(step) = self.tasks.get_mut(&number).map(|task| &mut task.steps[at]) {
            step.in_process = true;
            step.attempts += 1;
            step.last_attempted_at = Some(now);
            step.updated_at = now;
        }
        if full {
            self.dispatch.lost += 1;
            self.log.push(Event::Lost { step: step_uuid, name });
            return self.leave(message);
        }
        self.dispatch.buffer.push_back(event);
    }

    /// A message is not archived: it shows again after the visibility timeout.
    fn leave(&mut self, message: Message) {
        let timeout = micros(self.config.visibility_timeout).max(1);
        self.set_timer(self.now.saturating_add(timeout), What::Message(message.id));
        self.dispatch.unseen.insert(message.id, message);
    }

    /// A message shows again. Where nothing can come of it, this is done at once for all times
    /// until `target`.
    pub(crate) fn message_shows(&mut self, id: u64, target: Micros) {
        let Some(message) = self.dispatch.unseen.get(&id).copied() else { return };
        let Some(task) = self.tasks.get(&message.task) else {
            self.dispatch.unseen.remove(&id);
            return;
        };
        let step = &task.steps[message.at];
        if matches!(step.state, StepState::Enqueued | StepState::Pending) {
            self.dispatch.unseen.remove(&id);
            self.dispatch.queue.push_back(message);
            return;
        }
        let timeout = micros(self.config.visibility_timeout).max(1);
        // Only a worker or an operator could change that; neither does while the clock moves.
        let more = if step.state == StepState::WaitingForRetry {
            0
        } else {
            target.saturating_sub(self.now) / timeout
        };
        let times = u64::try_from(more).unwrap_or_default() + 1;
        self.log.push(Event::NotClaimed { step: step.uuid, times });
        let next = self.now.saturating_add(timeout.saturating_mul(more + 1));
        self.set_timer(next, What::Message(id));
    }

    /// Takes the next event from the dispatch channel; it then counts as pending. `None` when
    /// there is none, and when the channel is closed. Never waits.
    pub fn poll(&mut self) -> Option<StepEvent> {
        if self.dispatch.closed || take(&mut self.faults.busy_polls) {
            return None;
        }
        if let Some(event) = self.dispatch.again.take() {
            return Some(event);
        }
        let event = self.dispatch.buffer.pop_front()?;
        let number = self.dispatch.next_pending;
        self.dispatch.next_pending += 1;
        let pending = Pending { event: event.clone(), since: self.now };
        self.dispatch.pending.insert(number, pending);
        self.dispatch.by_event.insert(event.event_id, number);
        if take(&mut self.faults.events_twice) {
            self.dispatch.again = Some(event.clone());
        }
        self.log.push(Event::Polled {
            event: event.event_id,
            step: event.step_uuid,
            name: Arc::clone(&event.sequence.workflow_step.name),
            attempt: event.attempts().unwrap_or(0) + 1,
        });
        // There is room again.
        self.claim();
        Some(event)
    }

    /// Whether a poll would find something.
    #[must_use]
    pub fn has_events(&self) -> bool {
        let waiting = !self.dispatch.buffer.is_empty() || self.dispatch.again.is_some();
        waiting && !self.dispatch.closed
    }

    /// Whether an event was polled and not answered.
    #[must_use]
    pub fn is_pending(&self, event: Uuid) -> bool {
        self.dispatch.by_event.contains_key(&event)
    }

    /// Removes an event from those that are pending.
    pub(crate) fn settle(&mut self, event: Uuid) -> Option<Pending> {
        let number = self.dispatch.by_event.remove(&event)?;
        self.dispatch.pending.remove(&number)
    }

    /// The same step again, with a new event id. It does not count against the buffer.
    pub(crate) fn redispatch(&mut self, event: StepEvent) {
        self.dispatch.buffer.push_back(event);
    }

    /// Stops claiming, or goes on with it. What was claimed can still be polled.
    pub fn pause_claims(&mut self, pause: bool) {
        self.dispatch.paused = pause;
        self.claim();
    }

    /// Closes the dispatch channel: polls find nothing any more, no step is claimed, and what
    /// waits in the channel is lost. Answers are still accepted.
    pub fn close(&mut self) {
        self.dispatch.closed = true;
        self.dispatch.lost += self.dispatch.buffer.len() as u64;
        self.dispatch.buffer.clear();
        self.dispatch.again = None;
    }

    /// Closes the completion channel: every answer is refused, and its event is gone.
    pub fn close_completions(&mut self) {
        self.dispatch.completions_closed = true;
    }

    /// A new worker process instead of the old one: channels are open and empty, what the old
    /// one had is lost, and its steps stay in progress until the tasks are stale.
    pub fn restart_worker(&mut self) {
        self.dispatch.lost += (self.dispatch.buffer.len() + self.dispatch.pending.len()) as u64;
        self.dispatch.buffer.clear();
        self.dispatch.pending.clear();
        self.dispatch.by_event.clear();
        self.dispatch.again = None;
        self.dispatch.closed = false;
        self.dispatch.paused = false;
        self.dispatch.completions_closed = false;
        self.worker = self.ids.ordered(self.now);
        self.claim();
    }

    /// Whether [`close`](Self::close) was called.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.dispatch.closed
    }

    /// Metrics of the channel. Pending is what was polled and not answered.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        let age = |pending: &Pending| self.now.saturating_sub(pending.since);
        let millis = |micros: Micros| u64::try_from(micros / 1000).unwrap_or_default();
        let threshold = micros(self.config.starvation_threshold);
        // They are in the order in which they were polled.
        let oldest = self.dispatch.pending.values().next();
        let newest = self.dispatch.pending.values().next_back();
        let starving = self.dispatch.pending.values().take_while(|one| age(one) > threshold);
        let starving_event_count = starving.count();
        Metrics {
            pending_count: self.dispatch.pending.len(),
            oldest_pending_age_ms: oldest.map(|pending| millis(age(pending))),
            newest_pending_age_ms: newest.map(|pending| millis(age(pending))),
            oldest_event_id: oldest.map(|pending| pending.event.event_id),
            starvation_detected: starving_event_count > 0,
            starving_event_count,
            buffered: self.dispatch.buffer.len(),
            queued: self.dispatch.queue.len(),
            lost: self.dispatch.lost,
        }
    }
}

/// `FfiDispatchMetrics`, and what upstream does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Events that were polled and not answered.
    pub pending_count: usize,
    /// Age of the oldest of them, milliseconds.
    pub oldest_pending_age_ms: Option<u64>,
    /// Age of the newest of them, milliseconds.
    pub newest_pending_age_ms: Option<u64>,
    /// Id of the oldest of them.
    pub oldest_event_id: Option<Uuid>,
    /// Whether one of them is older than the threshold.
    pub starvation_detected: bool,
    /// How many of them are.
    pub starving_event_count: usize,
    /// Events in the channel, not polled. Not known upstream.
    pub buffered: usize,
    /// Messages in the queue, not claimed. Not known upstream.
    pub queued: usize,
    /// Steps that were claimed and never answered for want of room, or of a worker. Not known
    /// upstream.
    pub lost: u64,
}
