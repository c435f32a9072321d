//! A step that is dispatched (Tasker sheet, section 5).

use std::{fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeMap};
use uuid::Uuid;

use super::TaskSequenceStep;
use crate::Json;

/// What is kept of the text of an error, in characters.
const MAX_PROBLEM: usize = 500;

/// A step that is dispatched to a worker. Its JSON is what upstream's Python package is handed.
/// Clones share the step.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StepEvent {
    /// New for each dispatch of the same step.
    pub event_id: Uuid,
    /// The task.
    pub task_uuid: Uuid,
    /// The step.
    pub step_uuid: Uuid,
    /// New for each dispatch, too: **not the task's**.
    pub correlation_id: Uuid,
    /// The text of that same id; no id of OpenTelemetry.
    pub trace_id: Option<String>,
    /// `span-` and the step's id.
    pub span_id: Option<String>,
    /// Everything else.
    pub step: Arc<TaskSequenceStep>,
}

/// The public members of upstream's `FfiStepEvent`, which has no JSON of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FfiStepEvent {
    /// As in [`StepEvent`].
    pub event_id: Uuid,
    /// As in [`StepEvent`].
    pub task_uuid: Uuid,
    /// As in [`StepEvent`].
    pub step_uuid: Uuid,
    /// As in [`StepEvent`].
    pub correlation_id: Uuid,
    /// The event proper.
    pub execution_event: StepExecutionEvent,
    /// As in [`StepEvent`].
    #[serde(default)]
    pub trace_id: Option<String>,
    /// As in [`StepEvent`].
    #[serde(default)]
    pub span_id: Option<String>,
}

/// Upstream's `StepExecutionEvent`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StepExecutionEvent {
    /// As in [`StepEvent`].
    pub event_id: Uuid,
    /// The step.
    pub payload: StepEventPayload,
    /// As in [`StepEvent`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// As in [`StepEvent`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span_id: Option<String>,
}

/// The step of a `StepExecutionEvent`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StepEventPayload {
    /// The task.
    pub task_uuid: Uuid,
    /// The step.
    pub step_uuid: Uuid,
    /// Everything else.
    pub task_sequence_step: Arc<TaskSequenceStep>,
}

impl From<FfiStepEvent> for StepEvent {
    fn from(event: FfiStepEvent) -> Self {
        Self {
            event_id: event.event_id,
            task_uuid: event.task_uuid,
            step_uuid: event.step_uuid,
            correlation_id: event.correlation_id,
            trace_id: event.trace_id,
            span_id: event.span_id,
            step: event.execution_event.payload.task_sequence_step,
        }
    }
}

impl From<StepEvent> for FfiStepEvent {
    fn from(event: StepEvent) -> Self {
        let payload = StepEventPayload {
            task_uuid: event.task_uuid,
            step_uuid: event.step_uuid,
            task_sequence_step: event.step,
        };
        let execution_event = StepExecutionEvent {
            event_id: event.event_id,
            payload,
            trace_id: event.trace_id.clone(),
            span_id: event.span_id.clone(),
        };
        Self {
            event_id: event.event_id,
            task_uuid: event.task_uuid,
            step_uuid: event.step_uuid,
            correlation_id: event.correlation_id,
            execution_event,
            trace_id: event.trace_id,
            span_id: event.span_id,
        }
    }
}

impl StepEvent {
    /// An event with upstream's rules for ids: `correlation_id` is that of the dispatch, the trace
    /// id its text, the span id `span-` and the step's.
    pub fn new(event_id: Uuid, correlation_id: Uuid, step: Arc<TaskSequenceStep>) -> Self {
        let step_uuid = step.workflow_step.workflow_step_uuid;
        Self {
            event_id,
            task_uuid: step.workflow_step.task_uuid,
            step_uuid,
            correlation_id,
            trace_id: Some(correlation_id.to_string()),
            span_id: Some(format!("span-{step_uuid}")),
            step,
        }
    }

    /// Reads its JSON, or the rendering of an [`FfiStepEvent`].
    ///
    /// # Errors
    /// It is neither. The error has what is needed to answer it, as far as that could be read.
    pub fn parse(text: &str) -> Result<Self, UnreadableEvent> {
        #[derive(Deserialize)]
        struct Ids {
            #[serde(default)]
            event_id: Option<Json>,
            #[serde(default)]
            step_uuid: Option<Json>,
        }
        // Nearly every event is good: look closer at the others only.
        serde_json::from_str::<Self>(text).map_err(|error| {
            let ids = serde_json::from_str::<Ids>(text);
            let id = |json: Option<Json>| json.and_then(|json| json.read::<Uuid>().ok());
            let (event_id, step_uuid) =
                ids.map_or((None, None), |ids| (id(ids.event_id), id(ids.step_uuid)));
            // It may quote what came.
            let mut problem = error.to_string();
            if let Some((end, _)) = problem.char_indices().nth(MAX_PROBLEM) {
                problem.truncate(end);
                problem.push('…');
            }
            UnreadableEvent { event_id, step_uuid, problem }
        })
    }

    /// The route-independent check of its ids.
    ///
    /// # Errors
    /// What contradicts what.
    pub(crate) fn check(&self) -> Result<(), String> {
        let row = &self.step.workflow_step;
        let mismatch = |what: &str, event: Uuid, inner: Uuid| {
            Err(format!("the event names {what} {event}, its step row {inner}"))
        };
        if row.workflow_step_uuid != self.step_uuid {
            return mismatch("the step", self.step_uuid, row.workflow_step_uuid);
        }
        if row.task_uuid != self.task_uuid {
            return mismatch("the task", self.task_uuid, row.task_uuid);
        }
        Ok(())
    }
}

/// Both forms at once: which one it is shows in the members that it has.
#[derive(Deserialize)]
struct Form {
    event_id: Uuid,
    task_uuid: Uuid,
    step_uuid: Uuid,
    correlation_id: Uuid,
    #[serde(default)]
    trace_id: Option<String>,
    #[serde(default)]
    span_id: Option<String>,
    #[serde(default)]
    task_sequence_step: Option<Arc<TaskSequenceStep>>,
    #[serde(default)]
    execution_event: Option<StepExecutionEvent>,
}

impl<'de> Deserialize<'de> for StepEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = Form::deserialize(deserializer)?;
        let inner = form.execution_event.map(|event| event.payload.task_sequence_step);
        let step = form.task_sequence_step.or(inner);
        Ok(Self {
            event_id: form.event_id,
            task_uuid: form.task_uuid,
            step_uuid: form.step_uuid,
            correlation_id: form.correlation_id,
            trace_id: form.trace_id,
            span_id: form.span_id,
            step: step.ok_or_else(|| D::Error::missing_field("task_sequence_step"))?,
        })
    }
}

impl Serialize for StepEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let task = self.step.task();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("event_id", &self.event_id)?;
        map.serialize_entry("task_uuid", &self.task_uuid)?;
        map.serialize_entry("step_uuid", &self.step_uuid)?;
        map.serialize_entry("correlation_id", &self.correlation_id)?;
        if let Some(trace_id) = &self.trace_id {
            map.serialize_entry("trace_id", trace_id)?;
        }
        if let Some(span_id) = &self.span_id {
            map.serialize_entry("span_id", span_id)?;
        }
        map.serialize_entry("task_correlation_id", &task.correlation_id)?;
        if let Some(parent) = &task.parent_correlation_id {
            map.serialize_entry("parent_correlation_id", parent)?;
        }
        map.serialize_entry("task_sequence_step", &self.step)?;
        map.end()
    }
}

/// An event that could not be read, with what is needed to answer it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct UnreadableEvent {
    /// The event's id, if that could be read.
    pub event_id: Option<Uuid>,
    /// The step's id, if that could be read.
    pub step_uuid: Option<Uuid>,
    /// What is wrong.
    pub problem: String,
}

impl UnreadableEvent {
    /// An event of which nothing is known.
    pub fn new(problem: impl Into<String>) -> Self {
        Self { event_id: None, step_uuid: None, problem: problem.into() }
    }
}

impl fmt::Display for UnreadableEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a step event that cannot be read: {}", self.problem)?;
        match self.event_id {
            Some(id) => write!(f, " (event {id})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnreadableEvent {}
