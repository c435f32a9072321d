//! What happened, in order: the log that tests wait on and a local server prints.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use super::definition::Delivery;
use super::state::{StepState, TaskState};
use crate::log::{self, Entry, Log};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A task changed its state; the first change of a task has no `from`.
    Task {
        /// Its id.
        task: Uuid,
        /// Name of its template.
        name: Arc<str>,
        /// Before.
        from: Option<TaskState>,
        /// After.
        to: TaskState,
    },
    /// A step changed its state; the first change of a step has no `from`.
    Step {
        /// Its task.
        task: Uuid,
        /// Its id.
        step: Uuid,
        /// Its name.
        name: Arc<str>,
        /// Before.
        from: Option<StepState>,
        /// After.
        to: StepState,
    },
    /// An event was taken from the dispatch channel.
    Polled {
        /// Its id.
        event: Uuid,
        /// Its step.
        step: Uuid,
        /// Name of the step.
        name: Arc<str>,
        /// Which try, from 1.
        attempt: u32,
    },
    /// An answer was accepted.
    Answered {
        /// The event.
        event: Uuid,
        /// Name of the event's step.
        name: Arc<str>,
        /// Whether it was a success.
        success: bool,
    },
    /// A checkpoint was stored, and the step dispatched again.
    Checkpointed {
        /// The event that was answered with it.
        event: Uuid,
        /// Name of the step.
        name: Arc<str>,
    },
    /// An answer was refused; the worker saw `false`.
    Refused {
        /// The event id that it came with.
        event: Uuid,
        /// Why.
        reason: String,
    },
    /// An accepted result had no effect.
    Dropped {
        /// The step that it named.
        step: Uuid,
        /// Why.
        reason: String,
    },
    /// Unanswered events were failed by a clean-up.
    TimedOut {
        /// How many.
        count: usize,
    },
    /// A step was claimed and then lost, because the dispatch channel was full.
    Lost {
        /// The step.
        step: Uuid,
        /// Its name.
        name: Arc<str>,
    },
    /// A message showed in its queue, and its step could not be claimed.
    NotClaimed {
        /// The step.
        step: Uuid,
        /// How often, since the last of these events about it.
        times: u64,
    },
    /// A domain event was published.
    Published {
        /// Its name.
        name: String,
        /// Where.
        mode: Delivery,
        /// The step, if it is about one.
        step: Option<Uuid>,
    },
    /// A domain event was not published.
    Unpublished {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
    /// A task was put among the dead letters.
    DeadLetter {
        /// The task.
        task: Uuid,
    },
    /// What the server would write to its log as an error.
    Problem {
        /// The task.
        task: Uuid,
        /// What it is.
        text: String,
    },
    /// This many events were forgotten before they were read.
    Missed(u64),
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task { task, name, from: None, to } => write!(f, "task {name} {task}: {to}"),
            Self::Task { task, name, from: Some(from), to } => {
                write!(f, "task {name} {task}: {from} -> {to}")
            }
            Self::Step { name, from: None, to, .. } => write!(f, "step {name}: {to}"),
            Self::Step { name, from: Some(from), to, .. } => {
                write!(f, "step {name}: {from} -> {to}")
            }
            Self::Polled { event, name, attempt, .. } => {
                write!(f, "step {name}: polled as event {event}, attempt {attempt}")
            }
            Self::Answered { event, name, success } => {
                let how = if *success { "success" } else { "failure" };
                write!(f, "step {name}: {how} for event {event}")
            }
            Self::Checkpointed { event, name } => {
                write!(f, "step {name}: checkpoint for event {event}")
            }
            Self::Refused { event, reason } => write!(f, "event {event}: refused: {reason}"),
            Self::Dropped { step, reason } => write!(f, "step {step}: result dropped: {reason}"),
            Self::TimedOut { count } => write!(f, "{count} unanswered events failed"),
            Self::Lost { step, name } => {
                write!(f, "step {name} {step}: lost, the dispatch channel is full")
            }
            Self::NotClaimed { step, times } => {
                write!(f, "step {step}: its message showed {times} times and could not be claimed")
            }
            Self::Published { name, mode, .. } => {
                write!(f, "domain event {name}: published, {mode:?}")
            }
            Self::Unpublished { name, reason } => {
                write!(f, "domain event {name}: not published: {reason}")
            }
            Self::DeadLetter { task } => write!(f, "task {task}: dead letter"),
            Self::Problem { task, text } => write!(f, "task {task}: {text}"),
            Self::Missed(count) => write!(f, "{count} events were forgotten before they were read"),
        }
    }
}

impl Entry for Event {
    fn missed(count: u64) -> Self {
        Self::Missed(count)
    }
}

pub(crate) type EventLog = Log<Event>;

/// A reader of the event log with a place of its own.
///
/// The log is bounded: a reader that falls behind gets one [`Event::Missed`] and goes on with the
/// oldest event still there.
pub type Events = log::Events<Event>;
