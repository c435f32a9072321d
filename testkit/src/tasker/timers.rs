//! The clock and what waits for it.

use std::cmp::Ordering;
use std::time::Duration;

use super::log::Event;
use super::orchestrator::{DeadLetter, Orchestrator};
use super::state::{TaskEvent, TaskState};
use super::time::Micros;

/// Where the clock stops, some ten thousand years from now. Timers behind it never go off.
const END: Micros = Micros::MAX / 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timer {
    at: Micros,
    /// Timers of the same time go off in the order in which they were set.
    order: u64,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Look at a task whose step has waited for its retry.
    Readiness(u64),
    /// Look whether a task has been stuck for too long.
    Staleness(u64),
    /// A message shows in its queue again.
    Message(u64),
    /// The next claim may be made.
    Claim,
}

impl Ord for Timer {
    /// The earliest is the greatest: that is what a heap gives first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

pub(crate) fn micros(duration: Duration) -> Micros {
    Micros::try_from(duration.as_micros()).unwrap_or(Micros::MAX)
}

impl Orchestrator {
    pub(crate) fn set_timer(&mut self, at: Micros, what: What) {
        self.timers.push(Timer { at, order: self.next_timer, what });
        self.next_timer += 1;
    }

    /// The first pass at or after `at` of something that is done every `every`.
    pub(crate) fn pass(&self, at: Micros, every: Duration) -> Micros {
        let every = micros(every);
        if every == 0 {
            return at;
        }
        let since = at.saturating_sub(self.start);
        let over = since.rem_euclid(every);
        if over == 0 { at } else { at.saturating_add(every - over) }
    }

    /// Moves the clock. Retries that become due, messages that show again and stale tasks are
    /// handled in their order, each at its time. Unanswered events are not: that takes
    /// [`cleanup_timeouts`](Self::cleanup_timeouts).
    pub fn advance(&mut self, by: Duration) {
        let target = self.now.saturating_add(micros(by)).min(END);
        while let Some(timer) = self.timers.peek().copied()
            && timer.at <= target
        {
            self.timers.pop();
            self.now = self.now.max(timer.at);
            match timer.what {
                What::Readiness(task) => self.readiness(task),
                What::Staleness(task) => self.staleness(task),
                What::Message(message) => self.message_shows(message, target),
                What::Claim => self.dispatch.claim_timer = false,
            }
            self.claim();
        }
        self.now = target;
        self.claim();
    }

    /// Time until something happens by itself; `None` when nothing will.
    #[must_use]
    pub fn next_timer(&self) -> Option<Duration> {
        let at = self.timers.peek()?.at;
        Some(Duration::from_micros(u64::try_from(at - self.now).unwrap_or_default()))
    }

    /// A task waits: look at it again when its next retry is due.
    pub(crate) fn wait_for_retry(&mut self, number: u64) {
        let due = self.tasks.get(&number).and_then(|task| task.next_retry());
        if let Some(due) = due {
            let at = self.pass(due.max(self.now), self.config.readiness_every);
            self.set_timer(at, What::Readiness(number));
        }
    }

    fn readiness(&mut self, number: u64) {
        let Some(task) = self.tasks.get(&number) else { return };
        // Tasks in other states are not looked for: those are being worked on, or blocked.
        if task.state != TaskState::WaitingForDependencies {
            return;
        }
        if task.ready(self.now).is_empty() {
            return self.wait_for_retry(number);
        }
        self.move_task(number, TaskState::EvaluatingResults, TaskEvent::DependenciesReady);
        self.evaluate(number);
    }

    fn threshold(&self, state: TaskState) -> Option<Micros> {
        let staleness = self.config.staleness.as_ref()?;
        match state {
            TaskState::WaitingForDependencies => Some(micros(staleness.waiting_for_dependencies)),
            TaskState::StepsInProcess | TaskState::EvaluatingResults => {
                Some(micros(staleness.steps_in_process))
            }
            _ => None,
        }
    }

    /// Sees to it that a task that can become stale is looked at in time.
    pub(crate) fn watch(&mut self, number: u64) {
        let Some(staleness) = self.config.staleness else { return };
        let Some(task) = self.tasks.get(&number) else { return };
        let Some(threshold) = self.threshold(task.state) else { return };
        let at = self.pass(task.since.saturating_add(threshold), staleness.detection_every);
        // A look that comes earlier finds that it is too early, and sets the next one.
        if task.watched.is_some_and(|earlier| earlier <= at) {
            return;
        }
        self.set_timer(at, What::Staleness(number));
        if let Some(task) = self.tasks.get_mut(&number) {
            task.watched = Some(at);
        }
    }

    fn staleness(&mut self, number: u64) {
        let Some(task) = self.tasks.get_mut(&number) else { return };
        if task.watched != Some(self.now) {
            return;
        }
        task.watched = None;
        let (state, since, uuid) = (task.state, task.since, task.uuid);
        let Some(threshold) = self.threshold(state) else { return };
        if self.now < since.saturating_add(threshold) {
            return self.watch(number);
        }
        // Its steps stay as they are, those in progress too.
        self.move_task(number, TaskState::Error, TaskEvent::Stale);
        if self.dead_letters.len() >= self.config.limits.domain_events {
            self.dead_letters.pop_front();
        }
        let (id, at) = (self.ids.ordered(self.now), self.now);
        self.dead_letters.push_back(DeadLetter { id, task: uuid, state, since, threshold, at });
        self.log.push(Event::DeadLetter { task: uuid });
    }
}
