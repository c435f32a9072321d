//! Steps as the API shows them.

use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::ApiError;
use super::tasks::optional;
use crate::tasker::orchestrator::Orchestrator;
use crate::tasker::state::{Cause, StepState, StepTransition};
use crate::tasker::task::{Step, Task};
use crate::tasker::time::{Micros, zulu};

fn show(task: &Task, step: &Step, now: Micros) -> Value {
    let done = step.parents.iter().filter(|&&parent| task.steps[parent].state.is_done());
    json!({
        "step_uuid": step.uuid.to_string(),
        "task_uuid": task.uuid.to_string(),
        "name": &*step.name,
        "created_at": zulu(step.created_at),
        "updated_at": zulu(step.updated_at),
        "completed_at": optional(step.processed_at, zulu),
        "results": step.results.as_ref().map(|result| result.to_json()),
        "current_state": step.state.word(),
        "dependencies_satisfied": task.dependencies_done(step),
        "retry_eligible": step.retry_eligible(),
        "ready_for_execution": task.is_ready(step, now),
        "total_parents": step.parents.len(),
        "completed_parents": done.count(),
        "attempts": step.attempts,
        "max_attempts": step.definition.retry.max_attempts,
        "last_failure_at": optional(step.last_failure_at, zulu),
        "next_retry_at": optional(step.next_retry_at(), zulu),
        "last_attempted_at": optional(step.last_attempted_at, zulu),
    })
}

/// The id of a row that the stand-in does not keep: always the same for the same row.
fn row_id(table: &str, step: Uuid, number: usize, at: Micros) -> String {
    let hash = digest(&SHA256, format!("{table} {step} {number}").as_bytes());
    let mut bytes = [0; 10];
    bytes.copy_from_slice(&hash.as_ref()[..10]);
    let millis = u64::try_from(at / 1000).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid().to_string()
}

/// A row of `workflow_step_result_audit`; only results of workers have one.
fn audit(task: &Task, step: &Step, number: usize, row: &StepTransition) -> Option<Value> {
    let Cause::Result(result, worker, correlation) = &row.cause else { return None };
    Some(json!({
        "audit_uuid": row_id("audit", step.uuid, number, row.at),
        "workflow_step_uuid": step.uuid.to_string(),
        "transition_uuid": row_id("transition", step.uuid, number, row.at),
        "task_uuid": task.uuid.to_string(),
        "recorded_at": zulu(row.at),
        "worker_uuid": worker.to_string(),
        "correlation_id": correlation.to_string(),
        "success": result.success,
        "result": { "type": row.event(), "data": result.to_json() },
        "step_name": &*step.name,
        "from_state": row.from.map(StepState::word),
        "to_state": row.to.word(),
    }))
}

impl Orchestrator {
    /// `GET /v1/tasks/{uuid}/workflow_steps`, in the order in which the steps were made.
    pub(super) fn rest_steps(&self, task: Uuid) -> Option<Value> {
        let task = self.of(task)?;
        Some(task.steps.iter().map(|step| show(task, step, self.now)).collect())
    }

    fn one(&self, task: Uuid, step: Uuid) -> Result<(&Task, &Step), ApiError> {
        let &(number, at) = self.steps.get(&step).ok_or_else(ApiError::resource)?;
        let found = self.tasks.get(&number).ok_or_else(ApiError::resource)?;
        if found.uuid != task {
            return Err(ApiError::not_found("Step does not belong to the specified task"));
        }
        Ok((found, &found.steps[at]))
    }

    /// `GET /v1/tasks/{uuid}/workflow_steps/{step_uuid}`.
    pub(super) fn rest_step(&self, task: Uuid, step: Uuid) -> Result<Value, ApiError> {
        let (task, step) = self.one(task, step)?;
        Ok(show(task, step, self.now))
    }

    /// `GET /v1/tasks/{uuid}/workflow_steps/{step_uuid}/audit`: the last result first.
    pub(super) fn rest_audit(&self, task: Uuid, step: Uuid) -> Result<Value, ApiError> {
        let (task, step) = self.one(task, step)?;
        let rows = step.transitions.iter().enumerate().rev();
        Ok(rows.filter_map(|(number, row)| audit(task, step, number, row)).collect())
    }
}
