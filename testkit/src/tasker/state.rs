//! States, and the record of their changes.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::result::StepResult;
use super::time::{Micros, with_offset};

macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// Its word in the database.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

states! {
    /// State of a step (Tasker sheet, section 7).
    StepState {
        /// It is not ready, or not put into a queue yet.
        Pending = "pending",
        /// Its message is in the queue of the workers.
        Enqueued = "enqueued",
        /// A worker claimed it.
        InProgress = "in_progress",
        /// A success waits for the server.
        EnqueuedForOrchestration = "enqueued_for_orchestration",
        /// A failure waits for the server.
        EnqueuedAsErrorForOrchestration = "enqueued_as_error_for_orchestration",
        /// It failed and is tried again.
        WaitingForRetry = "waiting_for_retry",
        /// It succeeded.
        Complete = "complete",
        /// It failed for good.
        Error = "error",
        /// Its task was cancelled.
        Cancelled = "cancelled",
        /// An operator closed it.
        ResolvedManually = "resolved_manually",
    }
}

states! {
    /// State of a task (Tasker sheet, section 7).
    TaskState {
        /// It was submitted.
        Pending = "pending",
        /// The server looks for its first steps.
        Initializing = "initializing",
        /// Messages for steps are being sent.
        EnqueuingSteps = "enqueuing_steps",
        /// Workers have steps of it.
        StepsInProcess = "steps_in_process",
        /// A result came; others may be awaited.
        EvaluatingResults = "evaluating_results",
        /// Nothing runs and nothing is ready. Also while a step waits for its retry.
        WaitingForDependencies = "waiting_for_dependencies",
        /// Not used by the server's present version.
        WaitingForRetry = "waiting_for_retry",
        /// A step failed for good.
        BlockedByFailures = "blocked_by_failures",
        /// All steps succeeded.
        Complete = "complete",
        /// It was given up: stale.
        Error = "error",
        /// It was cancelled.
        Cancelled = "cancelled",
        /// An operator closed it.
        ResolvedManually = "resolved_manually",
    }
}

impl StepState {
    /// Whether steps behind it may run.
    #[must_use]
    pub fn is_done(self) -> bool {
        matches!(self, Self::Complete | Self::ResolvedManually)
    }

    /// Whether a worker or a queue has it.
    #[must_use]
    pub fn is_under_way(self) -> bool {
        matches!(
            self,
            Self::Enqueued
                | Self::InProgress
                | Self::EnqueuedForOrchestration
                | Self::EnqueuedAsErrorForOrchestration
        )
    }
}

impl TaskState {
    /// Whether nothing can happen to it any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Complete | Self::Error | Self::Cancelled | Self::ResolvedManually)
    }

    /// Whether the server does nothing about it by itself any more: final, or blocked.
    #[must_use]
    pub fn is_settled(self) -> bool {
        self.is_final() || self == Self::BlockedByFailures
    }
}

fn since_epoch(at: Micros) -> Duration {
    Duration::from_micros(u64::try_from(at).unwrap_or_default())
}

/// A change of a step's state, as a row of `workflow_step_transitions`.
#[derive(Clone, Debug)]
pub struct StepTransition {
    /// Before; `None` in the first row.
    pub from: Option<StepState>,
    /// After.
    pub to: StepState,
    pub(crate) at: Micros,
    pub(crate) cause: Cause,
}

#[derive(Clone, Debug)]
pub(crate) enum Cause {
    Initial,
    Enqueue,
    Start,
    /// A worker's result, with the worker's id and the task's correlation id.
    Result(Arc<StepResult>, Uuid, Uuid),
    Complete(Arc<StepResult>),
    WaitForRetry(String),
    Fail(String),
    Retry,
    Cancel,
    ResetForRetry,
    CompleteManually(Arc<StepResult>),
    ResolveManually,
}

impl StepTransition {
    /// When, by the orchestrator's clock, since the Unix epoch.
    #[must_use]
    pub fn at(&self) -> Duration {
        since_epoch(self.at)
    }

    /// The word of what happened; empty in the first row.
    #[must_use]
    pub fn event(&self) -> &'static str {
        match &self.cause {
            Cause::Initial => "",
            Cause::Enqueue => "Enqueue",
            Cause::Start => "Start",
            Cause::Result(result, ..) if result.success => "EnqueueForOrchestration",
            Cause::Result(..) => "EnqueueAsErrorForOrchestration",
            Cause::Complete(_) => "Complete",
            Cause::WaitForRetry(_) => "WaitForRetry",
            Cause::Fail(_) => "Fail",
            Cause::Retry => "Retry",
            Cause::Cancel => "Cancel",
            Cause::ResetForRetry => "ResetForRetry",
            Cause::CompleteManually(_) => "CompleteManually",
            Cause::ResolveManually => "ResolveManually",
        }
    }

    /// Column `metadata`. Its member `event` is JSON text again.
    #[must_use]
    pub fn metadata(&self) -> Value {
        if let Cause::Initial = self.cause {
            return json!({ "from_service": "task_initializer", "initial_state": "pending" });
        }
        let mut event = Map::from_iter([("type".to_owned(), Value::from(self.event()))]);
        let data = match &self.cause {
            Cause::Result(result, ..)
            | Cause::Complete(result)
            | Cause::CompleteManually(result) => Some(result.to_json()),
            Cause::WaitForRetry(text) | Cause::Fail(text) => Some(Value::from(text.as_str())),
            _ => None,
        };
        event.extend(data.map(|data| ("data".to_owned(), data)));
        let mut metadata = Map::new();
        metadata.insert("event".to_owned(), Value::from(Value::Object(event).to_string()));
        metadata.insert("timestamp".to_owned(), Value::from(with_offset(self.at)));
        if let Cause::Result(_, worker, correlation) = &self.cause {
            metadata.insert("worker_uuid".to_owned(), Value::from(worker.to_string()));
            metadata.insert("correlation_id".to_owned(), Value::from(correlation.to_string()));
        }
        Value::Object(metadata)
    }
}

/// A change of a task's state, as a row of `task_transitions`.
#[derive(Clone, Debug)]
pub struct TaskTransition {
    /// Before; `None` in the first row.
    pub from: Option<TaskState>,
    /// After.
    pub to: TaskState,
    pub(crate) at: Micros,
    pub(crate) event: TaskEvent,
}

#[derive(Clone, Debug)]
pub(crate) enum TaskEvent {
    Initial,
    Start,
    NoStepsFound,
    ReadyStepsFound(usize),
    StepsEnqueued(Vec<Uuid>),
    StepCompleted(Uuid),
    NoDependenciesReady,
    DependenciesReady,
    AllStepsSuccessful,
    PermanentFailure,
    Cancel,
    Stale,
}

impl TaskTransition {
    /// When, by the orchestrator's clock, since the Unix epoch.
    #[must_use]
    pub fn at(&self) -> Duration {
        since_epoch(self.at)
    }

    /// What happened, with its values; empty in the first row.
    #[must_use]
    pub fn event(&self) -> String {
        match &self.event {
            TaskEvent::Initial => String::new(),
            TaskEvent::ReadyStepsFound(count) => format!("ReadyStepsFound({count})"),
            TaskEvent::StepsEnqueued(steps) => {
                let steps: Vec<String> = steps.iter().map(Uuid::to_string).collect();
                format!("StepsEnqueued([{}])", steps.join(", "))
            }
            TaskEvent::StepCompleted(step) => format!("StepCompleted({step})"),
            TaskEvent::PermanentFailure => "PermanentFailure(\"Steps in error state\")".to_owned(),
            plain => format!("{plain:?}"),
        }
    }

    /// Column `metadata`.
    #[must_use]
    pub fn metadata(&self) -> Value {
        match &self.event {
            TaskEvent::Initial => {
                json!({ "from_service": "task_initializer", "initial_state": "pending" })
            }
            TaskEvent::AllStepsSuccessful | TaskEvent::PermanentFailure => json!({
                "event": self.event(),
                "timestamp": with_offset(self.at),
                "atomic_finalization": true,
            }),
            _ => json!({ "event": self.event() }),
        }
    }
}
