//! Domain events (Tasker sheet, section 9).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{StepExecutionResult, TaskSequenceStep};
use crate::{Json, TimeText};

/// An event about a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DomainEvent {
    /// A UUID of version 7.
    pub event_id: Uuid,
    /// Its name.
    pub event_name: String,
    /// Always `1.0`.
    pub event_version: String,
    /// What it tells.
    pub payload: DomainEventPayload,
    /// Where it comes from.
    pub metadata: DomainEventMetadata,
}

/// What an event tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DomainEventPayload {
    /// The step.
    pub task_sequence_step: Arc<TaskSequenceStep>,
    /// How it ended.
    pub execution_result: StepExecutionResult,
    /// The business's own.
    pub payload: Json,
}

/// Where an event comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DomainEventMetadata {
    /// The task.
    pub task_uuid: Uuid,
    /// The step.
    pub step_uuid: Option<Uuid>,
    /// The step's name.
    pub step_name: Option<String>,
    /// The namespace of the template.
    pub namespace: String,
    /// The **task's**.
    pub correlation_id: Uuid,
    /// When.
    pub fired_at: TimeText,
    /// By which publisher.
    pub fired_by: String,
}

impl DomainEvent {
    /// Whether a name may be that of an event: lower-case letters, digits, `_` and `.`, with at
    /// least one dot.
    pub fn is_name(name: &str) -> bool {
        let sound =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.');
        name.contains('.') && name.len() <= 255 && name.chars().all(sound)
    }
}
