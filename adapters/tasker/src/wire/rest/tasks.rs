//! Tasks and their steps.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::StepExecutionResult;
use crate::{Json, TimeText, json};

/// The body of `POST /v1/tasks`: starts a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskRequest {
    /// The template's name.
    pub name: String,
    /// The template's namespace.
    pub namespace: String,
    /// The template's version.
    pub version: String,
    /// The task's input. With the template it is the task's identity: the same again is refused
    /// with 409, unless there is an idempotency key.
    pub context: Json,
    /// Who asks for it.
    pub initiator: String,
    /// From where.
    pub source_system: String,
    /// Why.
    pub reason: String,
    /// Free texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// When, without a zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_at: Option<TimeText>,
    /// Free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Json>,
    /// -100 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// Else a random one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<Uuid>,
    /// That of the task that causes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_correlation_id: Option<Uuid>,
    /// Another identity than the context's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

impl TaskRequest {
    /// A task of this template; asked for by `journeyman`.
    pub fn new(
        namespace: impl Into<String>,
        name: impl Into<String>,
        version: impl Into<String>,
        context: Json,
    ) -> Self {
        Self {
            name: name.into(),
            namespace: namespace.into(),
            version: version.into(),
            context,
            initiator: "journeyman".to_owned(),
            source_system: "journeyman".to_owned(),
            reason: "submitted".to_owned(),
            tags: None,
            requested_at: None,
            options: None,
            priority: None,
            correlation_id: None,
            parent_correlation_id: None,
            idempotency_key: None,
        }
    }
}

/// What is the same in every picture of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskView {
    /// Its id.
    pub task_uuid: Uuid,
    /// The template's name.
    pub name: String,
    /// The template's namespace.
    pub namespace: String,
    /// The template's version.
    pub version: String,
    /// A [`TaskState`](super::super::TaskState) as a word; in lists only `pending` or `completed`.
    pub status: String,
    /// When it was created.
    pub created_at: TimeText,
    /// When it last changed.
    pub updated_at: TimeText,
    /// Always `None`.
    #[serde(default)]
    pub completed_at: Option<TimeText>,
    /// Its input.
    pub context: Json,
    /// Who asked for it.
    pub initiator: Option<String>,
    /// From where.
    pub source_system: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Higher goes first.
    pub priority: i32,
    /// Free texts.
    pub tags: Option<Vec<String>>,
    /// What to log.
    pub correlation_id: Uuid,
    /// That of the task that caused it.
    pub parent_correlation_id: Option<Uuid>,
    /// Steps that exist.
    pub total_steps: i64,
    /// Those that wait.
    pub pending_steps: i64,
    /// Those that are worked on.
    pub in_progress_steps: i64,
    /// Those that are done.
    pub completed_steps: i64,
    /// Those that failed for good.
    pub failed_steps: i64,
    /// Those that could be worked on.
    pub ready_steps: i64,
    /// Such as `processing`, `all_complete`, `blocked_by_failures`.
    pub execution_status: String,
    /// For people.
    pub recommended_action: Option<String>,
    /// 0 to 100.
    pub completion_percentage: f64,
    /// Such as `healthy`, `blocked`.
    pub health_status: String,
    /// Its steps; empty in lists.
    pub steps: Vec<StepReadiness>,
}

/// How ready a step is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StepReadiness {
    /// The step.
    pub workflow_step_uuid: Uuid,
    /// The task.
    pub task_uuid: Uuid,
    /// The name's id.
    pub named_step_uuid: Uuid,
    /// The name of the instance.
    pub name: String,
    /// A [`StepState`](super::super::StepState) as a word.
    pub current_state: String,
    /// Whether its parents are done.
    pub dependencies_satisfied: bool,
    /// Whether it may be tried again.
    pub retry_eligible: bool,
    /// Whether it could be worked on.
    pub ready_for_execution: bool,
    /// When it last failed.
    pub last_failure_at: Option<TimeText>,
    /// When it may be tried again; set for finished steps, too.
    pub next_retry_at: Option<TimeText>,
    /// Its parents.
    pub total_parents: i64,
    /// Those that are done.
    pub completed_parents: i64,
    /// Tries so far.
    pub attempts: i64,
    /// Tries in all.
    pub max_attempts: i64,
    /// The delay, in seconds.
    pub backoff_request_seconds: Option<i64>,
    /// When it was last tried.
    pub last_attempted_at: Option<TimeText>,
}

/// A step with its result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StepView {
    /// The step.
    pub step_uuid: Uuid,
    /// The task.
    pub task_uuid: Uuid,
    /// The name of the instance.
    pub name: String,
    /// When it was created.
    pub created_at: TimeText,
    /// When it last changed.
    pub updated_at: TimeText,
    /// When it was done.
    pub completed_at: Option<TimeText>,
    /// Its last result.
    pub results: Option<StepExecutionResult>,
    /// A [`StepState`](super::super::StepState) as a word.
    pub current_state: String,
    /// Whether its parents are done.
    pub dependencies_satisfied: bool,
    /// Whether it may be tried again.
    pub retry_eligible: bool,
    /// Whether it could be worked on.
    pub ready_for_execution: bool,
    /// Its parents.
    pub total_parents: i64,
    /// Those that are done.
    pub completed_parents: i64,
    /// Tries so far.
    pub attempts: i64,
    /// Tries in all.
    pub max_attempts: i64,
    /// When it last failed.
    pub last_failure_at: Option<TimeText>,
    /// When it may be tried again.
    pub next_retry_at: Option<TimeText>,
    /// When it was last tried.
    pub last_attempted_at: Option<TimeText>,
}

/// `GET /v1/tasks`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskList {
    /// The tasks of a page.
    pub tasks: Vec<TaskView>,
    /// Which page.
    pub pagination: Pagination,
}

/// Which page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Pagination {
    /// From 1.
    pub page: i64,
    /// Entries of a page.
    pub per_page: i64,
    /// Entries in all.
    pub total_count: i64,
    /// Pages in all.
    pub total_pages: i64,
    /// Whether there are more.
    pub has_next: bool,
    /// Whether there are some before.
    pub has_previous: bool,
}

/// `GET /v1/tasks/{uuid}/summary`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskSummary {
    /// The task.
    pub task: TaskHeader,
    /// Its template.
    pub template: TemplateSummary,
    /// Its steps.
    pub steps: Vec<StepSummary>,
    /// Whether it was set aside.
    pub dlq: DlqState,
    /// Where more is.
    pub links: TaskLinks,
}

/// A task without input and steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskHeader {
    /// Its id.
    pub task_uuid: Uuid,
    /// The template's name.
    pub name: String,
    /// The template's namespace.
    pub namespace: String,
    /// The template's version.
    pub version: String,
    /// A [`TaskState`](super::super::TaskState) as a word.
    pub status: String,
    /// When it was created.
    pub created_at: TimeText,
    /// When it last changed.
    pub updated_at: TimeText,
    /// Always `None`.
    pub completed_at: Option<TimeText>,
    /// Who asked for it.
    pub initiator: Option<String>,
    /// From where.
    pub source_system: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// What to log.
    pub correlation_id: Uuid,
    /// Steps that exist.
    pub total_steps: i64,
    /// Those that wait.
    pub pending_steps: i64,
    /// Those that are worked on.
    pub in_progress_steps: i64,
    /// Those that are done.
    pub completed_steps: i64,
    /// Those that failed for good.
    pub failed_steps: i64,
    /// 0 to 100.
    pub completion_percentage: f64,
    /// Such as `healthy`.
    pub health_status: String,
    /// Such as `all_complete`.
    pub execution_status: String,
    /// For people.
    pub recommended_action: Option<String>,
}

/// The steps of a template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TemplateSummary {
    /// In the order of the template.
    pub steps: Vec<TemplateStepSummary>,
}

/// A step of a template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TemplateStepSummary {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub step_type: String,
    /// Its callable.
    pub handler: String,
    /// Its direct parents.
    pub dependencies: Vec<String>,
    /// Whether it is tried again.
    pub retryable: bool,
    /// Tries in all.
    pub max_attempts: i64,
}

/// A step without its result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StepSummary {
    /// The step.
    pub step_uuid: Uuid,
    /// The name of the instance.
    pub name: String,
    /// A [`StepState`](super::super::StepState) as a word.
    pub current_state: String,
    /// When it was created.
    pub created_at: TimeText,
    /// When it was done.
    pub completed_at: Option<TimeText>,
    /// When it was last tried.
    pub last_attempted_at: Option<TimeText>,
    /// Tries so far.
    pub attempts: i64,
    /// Tries in all.
    pub max_attempts: i64,
    /// Whether its parents are done.
    pub dependencies_satisfied: bool,
    /// Whether it may be tried again.
    pub retry_eligible: bool,
    /// What went wrong.
    #[serde(default, deserialize_with = "json::some", skip_serializing_if = "Option::is_none")]
    pub error: Option<Json>,
}

/// Whether a task was set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DlqState {
    /// Whether it was.
    pub in_dlq: bool,
    /// Why.
    pub dlq_reason: Option<String>,
    /// What came of it.
    pub resolution_status: Option<String>,
}

/// Where more about a task is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskLinks {
    /// The task.
    pub task: String,
    /// Its steps.
    pub steps: String,
    /// The tasks that were set aside.
    pub dlq: String,
}
