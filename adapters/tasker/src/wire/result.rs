//! The result of a step (Tasker sheet, section 6).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Json, TimeText};

/// How a step ended: what is stored, and what the steps below it see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct StepExecutionResult {
    /// Which step. This, not the event, decides what is finished.
    pub step_uuid: Uuid,
    /// Success or error.
    pub success: bool,
    /// The handler's value; `{}` on failures.
    pub result: Json,
    /// Among others whether it may be tried again.
    pub metadata: ResultMetadata,
    /// `completed`, `failed` or `error`; for people.
    pub status: String,
    /// What went wrong.
    pub error: Option<StepError>,
    /// What the server is asked to do.
    pub orchestration_metadata: Option<OrchestrationMetadata>,
}

impl Default for StepExecutionResult {
    fn default() -> Self {
        Self {
            step_uuid: Uuid::nil(),
            success: false,
            result: Json::null(),
            metadata: ResultMetadata::default(),
            status: String::new(),
            error: None,
            orchestration_metadata: None,
        }
    }
}

/// What is known about a result besides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct ResultMetadata {
    /// How long it took, in milliseconds.
    pub execution_time_ms: i64,
    /// The handler's version.
    pub handler_version: Option<String>,
    /// Whether the step may be tried again. The only member that decides it.
    pub retryable: bool,
    /// When it ended. Upstream takes a missing one for now, and refuses `null`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<TimeText>,
    /// Who did it.
    pub worker_id: Option<String>,
    /// On which machine.
    pub worker_hostname: Option<String>,
    /// When it began.
    pub started_at: Option<TimeText>,
    /// Free for any use.
    pub custom: BTreeMap<String, Json>,
    /// The code of a failure.
    pub error_code: Option<String>,
    /// The kind of a failure.
    pub error_type: Option<String>,
    /// Free for any use, for failures.
    pub context: BTreeMap<String, Json>,
}

/// What went wrong.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StepError {
    /// For people.
    pub message: String,
    /// Says the same as the metadata, which decides.
    pub retryable: bool,
    /// The kind.
    #[serde(default)]
    pub error_type: Option<String>,
    /// Frames of the stack.
    #[serde(default)]
    pub backtrace: Option<Vec<String>>,
    /// A status of HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_code: Option<u16>,
    /// Free for any use.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub context: BTreeMap<String, Json>,
}

/// What the server is asked to do. All members are required where it is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrchestrationMetadata {
    /// `Retry-After` is the one that counts (Tasker sheet, section 7).
    pub headers: BTreeMap<String, String>,
    /// For people.
    pub error_context: Option<String>,
    /// Logged, and without effect.
    pub backoff_hint: Option<BackoffHint>,
    /// Free for any use.
    pub custom: BTreeMap<String, Json>,
}

/// A wish for a delay that upstream's server only logs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackoffHint {
    /// Who wishes it.
    pub backoff_type: BackoffType,
    /// Seconds.
    pub delay_seconds: u32,
    /// For people.
    pub context: Option<String>,
}

/// Who wishes a delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BackoffType {
    /// A server that was asked.
    ServerRequested,
    /// A rate limit.
    RateLimit,
    /// A service that is down.
    ServiceUnavailable,
    /// Anything else.
    Custom,
}
