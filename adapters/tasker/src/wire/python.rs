//! What passes between upstream's Python package and its Rust part (Tasker sheet, section 17).
//!
//! Little of a Python result survives (section 17.4); this adapter builds the Rust form itself.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{DomainEventMetadata, DomainEventPayload, StepExecutionResult};
use crate::{Json, TimeText, json};

/// A result as the Python package hands it over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PythonStepResult {
    /// The step.
    pub step_uuid: Uuid,
    /// The task; lost on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_uuid: Option<Uuid>,
    /// Success or error.
    pub success: bool,
    /// `completed`, `retryable_error`, `permanent_error` or `error`.
    pub status: String,
    /// Milliseconds; lost on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_time_ms: Option<i64>,
    /// The handler's value; `null` on failures.
    pub result: Json,
    /// What went wrong.
    pub error: Option<PythonStepError>,
    /// The worker; lost on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker_id: Option<String>,
    /// That of the delivery; lost on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<Uuid>,
    /// Only members that Rust knows survive.
    pub metadata: Json,
}

/// What went wrong in Python.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PythonStepError {
    /// The kind, often the name of the exception's class.
    pub error_type: String,
    /// For people.
    pub message: String,
    /// A text, or `null`; lost on the way.
    #[serde(default, deserialize_with = "json::some", skip_serializing_if = "Option::is_none")]
    pub stack_trace: Option<Json>,
    /// Whether it may be tried again.
    pub retryable: bool,
    /// Lost on the way.
    #[serde(default, deserialize_with = "json::some", skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Json>,
}

impl PythonStepResult {
    /// What the server gets to see of it.
    ///
    /// # Errors
    /// The metadata has a member of another type than Rust's.
    pub fn survives(&self) -> Result<StepExecutionResult, serde_json::Error> {
        serde_json::from_str(&serde_json::to_string(self)?)
    }
}

/// An event of the process as the Python package gets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PythonDomainEvent {
    /// A UUID of version 7.
    pub event_id: Uuid,
    /// Its name.
    pub event_name: String,
    /// Always `1.0`.
    pub event_version: String,
    /// Where it comes from.
    pub metadata: DomainEventMetadata,
    /// What it tells.
    pub payload: DomainEventPayload,
    /// Always `null`; it is in the payload.
    #[serde(default)]
    pub execution_result: Option<Json>,
}

impl PythonDomainEvent {
    /// When it was fired.
    pub fn fired_at(&self) -> &TimeText {
        &self.metadata.fired_at
    }
}
