//! States of tasks and steps, and what the database keeps of their changes (Tasker sheet, section
//! 7).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeMap};
use uuid::Uuid;

use super::StepExecutionResult;
use crate::{Json, TimeText};

macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident => $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Its word in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

states! {
    /// The state of a step.
    StepState {
        /// It waits for others.
        Pending => "pending",
        /// It is in a worker's queue.
        Enqueued => "enqueued",
        /// A worker has claimed it.
        InProgress => "in_progress",
        /// Its result waits for the server.
        EnqueuedForOrchestration => "enqueued_for_orchestration",
        /// Its failure waits for the server.
        EnqueuedAsErrorForOrchestration => "enqueued_as_error_for_orchestration",
        /// It is tried again after a while.
        WaitingForRetry => "waiting_for_retry",
        /// It is done.
        Complete => "complete",
        /// It failed for good.
        Error => "error",
        /// The task was cancelled.
        Cancelled => "cancelled",
        /// An operator settled it.
        ResolvedManually => "resolved_manually",
    }
}

states! {
    /// The state of a task.
    TaskState {
        /// It was asked for.
        Pending => "pending",
        /// Its steps are made.
        Initializing => "initializing",
        /// Steps are put into queues.
        EnqueuingSteps => "enqueuing_steps",
        /// Steps are worked on.
        StepsInProcess => "steps_in_process",
        /// A result is looked at.
        EvaluatingResults => "evaluating_results",
        /// No step is ready; also while one waits for its retry.
        WaitingForDependencies => "waiting_for_dependencies",
        /// A step waits for its retry.
        WaitingForRetry => "waiting_for_retry",
        /// A step failed for good.
        BlockedByFailures => "blocked_by_failures",
        /// It is done.
        Complete => "complete",
        /// It was given up.
        Error => "error",
        /// It was cancelled.
        Cancelled => "cancelled",
        /// An operator settled it.
        ResolvedManually => "resolved_manually",
    }
}

/// What changed the state of a step, with what belongs to it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StepStateEvent {
    /// It is ready.
    Enqueue,
    /// A worker claimed it.
    Start,
    /// It ended well.
    EnqueueForOrchestration(Box<StepExecutionResult>),
    /// It failed.
    EnqueueAsErrorForOrchestration(Box<StepExecutionResult>),
    /// The server took its result.
    Complete(Box<StepExecutionResult>),
    /// It is tried again; for people.
    WaitForRetry(String),
    /// The delay is over.
    Retry,
    /// It failed for good; for people.
    Fail(String),
    /// An operator gave its result.
    CompleteManually(Box<StepExecutionResult>),
    /// Anything else: its type and what belongs to it.
    Other(String, Option<Json>),
}

#[derive(Serialize, Deserialize)]
struct Form {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, deserialize_with = "crate::json::some")]
    data: Option<Json>,
}

impl StepStateEvent {
    fn parts(&self) -> (&str, Data<'_>) {
        match self {
            Self::Enqueue => ("Enqueue", Data::None),
            Self::Start => ("Start", Data::None),
            Self::EnqueueForOrchestration(result) => {
                ("EnqueueForOrchestration", Data::Result(result))
            }
            Self::EnqueueAsErrorForOrchestration(result) => {
                ("EnqueueAsErrorForOrchestration", Data::Result(result))
            }
            Self::Complete(result) => ("Complete", Data::Result(result)),
            Self::WaitForRetry(text) => ("WaitForRetry", Data::Text(text)),
            Self::Retry => ("Retry", Data::None),
            Self::Fail(text) => ("Fail", Data::Text(text)),
            Self::CompleteManually(result) => ("CompleteManually", Data::Result(result)),
            Self::Other(kind, None) => (kind, Data::None),
            Self::Other(kind, Some(data)) => (kind, Data::Json(data)),
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    None,
    Result(&'a StepExecutionResult),
    Text(&'a str),
    Json(&'a Json),
}

impl Serialize for StepStateEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, data) = self.parts();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", kind)?;
        if !matches!(data, Data::None) {
            map.serialize_entry("data", &data)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for StepStateEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Form { kind, data } = Form::deserialize(deserializer)?;
        let result = || {
            let data = data.as_ref().ok_or_else(|| D::Error::missing_field("data"))?;
            data.read().map(Box::new).map_err(D::Error::custom)
        };
        let text = || {
            let data = data.as_ref().ok_or_else(|| D::Error::missing_field("data"))?;
            data.read().map_err(D::Error::custom)
        };
        Ok(match kind.as_str() {
            "Enqueue" => Self::Enqueue,
            "Start" => Self::Start,
            "EnqueueForOrchestration" => Self::EnqueueForOrchestration(result()?),
            "EnqueueAsErrorForOrchestration" => Self::EnqueueAsErrorForOrchestration(result()?),
            "Complete" => Self::Complete(result()?),
            "WaitForRetry" => Self::WaitForRetry(text()?),
            "Retry" => Self::Retry,
            "Fail" => Self::Fail(text()?),
            "CompleteManually" => Self::CompleteManually(result()?),
            _ => Self::Other(kind, data),
        })
    }
}

/// What the database keeps of one change of state, of a step or a task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Transition {
    /// For the first: who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_service: Option<String>,
    /// For the first: the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_state: Option<String>,
    /// For a step the JSON of a [`StepStateEvent`], for a task a text such as `ReadyStepsFound(1)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<TimeText>,
    /// By which worker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker_uuid: Option<Uuid>,
    /// The task's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<Uuid>,
    /// The server closed the task in one go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub atomic_finalization: Option<bool>,
}

impl Transition {
    /// What changed the state of a step; `None` for the first one.
    ///
    /// # Errors
    /// The text is not the JSON of one.
    pub fn step_event(&self) -> Result<Option<StepStateEvent>, serde_json::Error> {
        self.event.as_deref().map(serde_json::from_str).transpose()
    }
}
