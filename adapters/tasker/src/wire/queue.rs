//! Messages of queues, and what tells that one has come (Tasker sheet, section 12).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Json, TimeText, json};

/// What a queue between server and workers carries: only where to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepPointer {
    /// The task.
    pub task_uuid: Uuid,
    /// The step.
    pub step_uuid: Uuid,
    /// The task's.
    pub correlation_id: Uuid,
}

/// What PostgreSQL's `NOTIFY` says about a new message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Notification {
    /// `message_with_payload`, or `message_ready` where the message was too long.
    pub event_type: String,
    /// Its number in the queue.
    pub msg_id: i64,
    /// The queue.
    pub queue_name: String,
    /// The namespace, as guessed from the queue's name.
    pub namespace: String,
    /// The message.
    #[serde(default, deserialize_with = "json::some", skip_serializing_if = "Option::is_none")]
    pub message: Option<Json>,
    /// When it can be read.
    pub ready_at: TimeText,
    /// How long it is held back, in seconds.
    pub delay_seconds: i64,
    /// The message was too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_omitted: Option<bool>,
    /// Even this was too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncated: Option<bool>,
}
