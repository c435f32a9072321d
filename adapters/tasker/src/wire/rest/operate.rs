//! What operators see and do.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::StepStateEvent;
use crate::{Json, TimeText};

/// The body of `PATCH /v1/tasks/{uuid}/workflow_steps/{uuid}`. It changes the step; a task that is
/// blocked stays so (Tasker sheet, section 15).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ManualAction {
    /// `reset_for_retry`, `resolve_manually` or `complete_manually`.
    pub action_type: String,
    /// Why.
    pub reason: String,
    /// By whom, for a reset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_by: Option<String>,
    /// By whom, for resolving.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<String>,
    /// By whom, for completing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_by: Option<String>,
    /// For completing: `result`, and `metadata` if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion_data: Option<Json>,
}

impl ManualAction {
    fn new(action_type: &str, reason: impl Into<String>) -> Self {
        Self {
            action_type: action_type.to_owned(),
            reason: reason.into(),
            reset_by: None,
            resolved_by: None,
            completed_by: None,
            completion_data: None,
        }
    }

    /// The step may be tried again.
    pub fn reset(by: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { reset_by: Some(by.into()), ..Self::new("reset_for_retry", reason) }
    }

    /// The step is settled without a result.
    pub fn resolve(by: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { resolved_by: Some(by.into()), ..Self::new("resolve_manually", reason) }
    }

    /// The step is done, with `{"result": …}`.
    pub fn complete(by: impl Into<String>, reason: impl Into<String>, data: Json) -> Self {
        Self {
            completed_by: Some(by.into()),
            completion_data: Some(data),
            ..Self::new("complete_manually", reason)
        }
    }
}

/// One result of a step, as the audit keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuditRow {
    /// Its id.
    pub audit_uuid: Uuid,
    /// The step.
    pub workflow_step_uuid: Uuid,
    /// The change of state.
    pub transition_uuid: Uuid,
    /// The task.
    pub task_uuid: Uuid,
    /// When.
    pub recorded_at: TimeText,
    /// By which worker.
    pub worker_uuid: Option<Uuid>,
    /// The task's.
    pub correlation_id: Option<Uuid>,
    /// Success or error.
    pub success: bool,
    /// What changed the state.
    pub result: StepStateEvent,
    /// The name of the step's instance.
    pub step_name: String,
    /// The state before.
    pub from_state: String,
    /// The state after.
    pub to_state: String,
}

/// What is answered to a request that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApiError {
    /// What went wrong.
    pub error: ApiErrorBody,
}

/// What went wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApiErrorBody {
    /// Such as `CONFLICT`.
    pub code: String,
    /// For people.
    pub message: String,
}

/// `GET /v1/dlq/stats`: tasks that were set aside, by reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DlqStats {
    /// The reason.
    pub dlq_reason: String,
    /// All of them.
    pub total_entries: i64,
    /// Those that nobody has looked at.
    pub pending: i64,
    /// Those that an operator settled.
    pub manually_resolved: i64,
    /// Those that failed for good.
    pub permanent_failures: i64,
    /// Those that were cancelled.
    pub cancelled: i64,
    /// The oldest.
    pub oldest_entry: Option<TimeText>,
    /// The newest.
    pub newest_entry: Option<TimeText>,
    /// Minutes. Upstream gives what may be no number of anything.
    pub avg_resolution_time_minutes: Option<f64>,
}

/// `GET /v1/dlq`: a task that was set aside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DlqEntry {
    /// Its id.
    pub dlq_entry_uuid: Uuid,
    /// The task.
    pub task_uuid: Uuid,
    /// The state it was in.
    pub original_state: String,
    /// Why.
    pub dlq_reason: String,
    /// When.
    pub dlq_timestamp: TimeText,
    /// What came of it.
    pub resolution_status: String,
    /// When that was.
    pub resolution_timestamp: Option<TimeText>,
    /// For people.
    pub resolution_notes: Option<String>,
    /// By whom.
    pub resolved_by: Option<String>,
    /// The task as it was.
    pub task_snapshot: Json,
    /// How it was found.
    pub metadata: Option<Json>,
    /// When it was created.
    pub created_at: TimeText,
    /// When it last changed.
    pub updated_at: TimeText,
}
