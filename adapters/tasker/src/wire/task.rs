//! A step with everything that its handler may want to know (Tasker sheet, section 5.1).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{StepDefinition, StepExecutionResult};
use crate::{Json, TimeText};

/// A step with its task, the results of its ancestors and its definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskSequenceStep {
    /// The task with its names.
    pub task: TaskForOrchestration,
    /// The step's row.
    pub workflow_step: WorkflowStep,
    /// The results of **all** ancestors, not only the direct parents, by step name. Steps of
    /// branches that were not created are absent.
    #[serde(default)]
    pub dependency_results: BTreeMap<String, StepExecutionResult>,
    /// The step as the template defines it. Overrides of `environments` are not applied.
    pub step_definition: StepDefinition,
}

/// A task with the names of its template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskForOrchestration {
    /// The task's row.
    pub task: Task,
    /// The name of its template.
    pub task_name: String,
    /// The template's version.
    pub task_version: String,
    /// The template's namespace.
    pub namespace_name: String,
}

/// The row of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Task {
    /// Its id.
    pub task_uuid: Uuid,
    /// The id of its template.
    pub named_task_uuid: Uuid,
    /// False while steps run.
    pub complete: bool,
    /// When it was asked for.
    pub requested_at: TimeText,
    /// Who asked for it.
    #[serde(default)]
    pub initiator: Option<String>,
    /// From where.
    #[serde(default)]
    pub source_system: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
    /// A list, usually of texts.
    #[serde(default)]
    pub tags: Option<Json>,
    /// Its input.
    #[serde(default)]
    pub context: Option<Json>,
    /// 16 hexadecimal digits.
    pub identity_hash: String,
    /// Higher goes first.
    pub priority: i32,
    /// When it was created.
    pub created_at: TimeText,
    /// When it last changed.
    pub updated_at: TimeText,
    /// What to log and to propagate.
    pub correlation_id: Uuid,
    /// That of the task that caused it.
    #[serde(default)]
    pub parent_correlation_id: Option<Uuid>,
}

/// The row of a step, as read before the claim changed it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WorkflowStep {
    /// The step's id.
    pub workflow_step_uuid: Uuid,
    /// The task's id.
    pub task_uuid: Uuid,
    /// The id of the name.
    pub named_step_uuid: Uuid,
    /// The name of this instance; `work_001` for a batch worker.
    pub name: String,
    /// The name in the template; `work` for it.
    pub template_step_name: String,
    /// From the template.
    pub retryable: bool,
    /// Tries in all.
    #[serde(default)]
    pub max_attempts: Option<i32>,
    /// Tries **before** this one; `None` before the first.
    #[serde(default)]
    pub attempts: Option<i32>,
    /// False: it was read before the claim.
    pub in_process: bool,
    /// Whether it is done.
    pub processed: bool,
    /// When it was done.
    #[serde(default)]
    pub processed_at: Option<TimeText>,
    /// When it was last tried.
    #[serde(default)]
    pub last_attempted_at: Option<TimeText>,
    /// The delay that the server set, in seconds.
    #[serde(default)]
    pub backoff_request_seconds: Option<i32>,
    /// `None`, the handler's initialization, or what a batch worker works on.
    #[serde(default)]
    pub inputs: Option<Json>,
    /// On a retry: the result of the last try.
    #[serde(default)]
    pub results: Option<Json>,
    /// Where it goes on; see [`CheckpointRow`](super::CheckpointRow).
    #[serde(default)]
    pub checkpoint: Option<Json>,
    /// When it was created.
    pub created_at: TimeText,
    /// When it last changed.
    pub updated_at: TimeText,
}

impl TaskSequenceStep {
    /// Which try this is, from 1.
    pub fn attempt(&self) -> u32 {
        let before = self.workflow_step.attempts.unwrap_or(0);
        u32::try_from(before).unwrap_or(0).saturating_add(1)
    }

    /// Tries in all: the row's, else 3.
    pub fn max_attempts(&self) -> u32 {
        let max = self.workflow_step.max_attempts.and_then(|max| u32::try_from(max).ok());
        max.unwrap_or(3)
    }

    /// Whether a failure may be tried again, as far as the template says.
    pub fn is_retryable(&self) -> bool {
        self.workflow_step.retryable && self.step_definition.retry.retryable
    }

    /// The task's row.
    pub fn task(&self) -> &Task {
        &self.task.task
    }
}
