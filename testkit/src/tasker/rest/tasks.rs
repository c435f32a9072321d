//! Tasks as the API shows them.

use serde_json::{Value, json};
use uuid::Uuid;

use super::query::TaskQuery;
use crate::tasker::orchestrator::Orchestrator;
use crate::tasker::state::TaskState;
use crate::tasker::task::{Counts, Execution, Step, Task};
use crate::tasker::time::{Micros, naive, zulu};

/// How a task is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    /// By its state.
    State,
    /// In lists: complete, or not.
    Completed,
    /// After a cancellation: by its steps, as upstream.
    Execution,
}

pub(super) fn optional(at: Option<Micros>, show: fn(Micros) -> String) -> Value {
    at.map_or(Value::Null, |at| Value::from(show(at)))
}

fn recommended(execution: Execution) -> &'static str {
    match execution {
        Execution::BlockedByFailures => "handle_failures",
        Execution::HasReadySteps => "execute_ready_steps",
        Execution::Processing => "wait_for_completion",
        Execution::AllComplete => "finalize_task",
        Execution::WaitingForDependencies => "wait_for_dependencies",
    }
}

/// In percent, with two digits behind the point.
fn percentage(counts: &Counts) -> f64 {
    if counts.total == 0 {
        return 0.0;
    }
    // Numbers of steps are small.
    let share = counts.completed as f64 / counts.total as f64;
    (share * 10_000.0).round() / 100.0
}

/// The row of a task changes when it is created and when it completes, not in between.
fn updated(task: &Task) -> Micros {
    match task.state {
        TaskState::Complete => task.since,
        _ => task.part.task.created_at.0,
    }
}

fn show(task: &Task, now: Micros, naming: Naming) -> Value {
    let row = &task.part.task;
    let counts = task.counts(now);
    let execution = counts.execution();
    let status = match (naming, task.state) {
        (Naming::State, state) => state.word(),
        (Naming::Completed, TaskState::Complete) => "completed",
        (Naming::Completed, _) => "pending",
        (Naming::Execution, _) => execution.word(),
    };
    let blocked = execution == Execution::BlockedByFailures;
    let steps: Vec<Value> = match naming {
        Naming::Completed => Vec::new(),
        _ => task.steps.iter().map(|step| readiness(task, step, now)).collect(),
    };
    json!({
        "task_uuid": task.uuid.to_string(),
        "name": task.part.task_name,
        "namespace": task.part.namespace_name,
        "version": task.part.task_version,
        "status": status,
        "created_at": zulu(row.created_at.0),
        "updated_at": zulu(updated(task)),
        "completed_at": null,
        "context": *row.context,
        "initiator": row.initiator,
        "source_system": row.source_system,
        "reason": row.reason,
        "priority": row.priority,
        "tags": row.tags,
        "correlation_id": row.correlation_id.to_string(),
        "parent_correlation_id": row.parent_correlation_id.map(|id| id.to_string()),
        "total_steps": counts.total,
        "pending_steps": counts.pending,
        "in_progress_steps": counts.in_progress,
        "completed_steps": counts.completed,
        "failed_steps": counts.failed,
        "ready_steps": counts.ready,
        "execution_status": execution.word(),
        "recommended_action": recommended(execution),
        "completion_percentage": percentage(&counts),
        "health_status": if blocked { "blocked" } else { "healthy" },
        "steps": steps,
    })
}

/// A step below a task: its times have no zone here.
fn readiness(task: &Task, step: &Step, now: Micros) -> Value {
    let done = step.parents.iter().filter(|&&parent| task.steps[parent].state.is_done());
    json!({
        "workflow_step_uuid": step.uuid.to_string(),
        "task_uuid": task.uuid.to_string(),
        "named_step_uuid": step.named.to_string(),
        "name": &*step.name,
        "current_state": step.state.word(),
        "dependencies_satisfied": task.dependencies_done(step),
        "retry_eligible": step.retry_eligible(),
        "ready_for_execution": task.is_ready(step, now),
        "last_failure_at": optional(step.last_failure_at, naive),
        "next_retry_at": optional(step.next_retry_at(), naive),
        "total_parents": step.parents.len(),
        "completed_parents": done.count(),
        "attempts": step.attempts,
        "max_attempts": step.definition.retry.max_attempts,
        "backoff_request_seconds": step.backoff_seconds,
        "last_attempted_at": optional(step.last_attempted_at, naive),
    })
}

impl Orchestrator {
    /// `GET /v1/tasks/{uuid}`.
    pub(super) fn rest_task(&self, task: Uuid) -> Option<Value> {
        Some(show(self.of(task)?, self.now, Naming::State))
    }

    /// The answer to `DELETE /v1/tasks/{uuid}`.
    pub(super) fn rest_cancelled(&self, task: Uuid) -> Option<Value> {
        Some(show(self.of(task)?, self.now, Naming::Execution))
    }

    /// `GET /v1/tasks`: the newest first.
    pub(super) fn rest_tasks(&self, query: &TaskQuery, page: usize, per_page: usize) -> Value {
        let is = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|text| text == is);
        let wanted = |task: &&Task| {
            let (part, complete) = (&task.part, task.state == TaskState::Complete);
            is(&query.namespace, &part.namespace_name)
                && is(&query.initiator, &part.task.initiator)
                && is(&query.source_system, &part.task.source_system)
                && match query.status.as_deref() {
                    Some("completed") => complete,
                    Some("pending") => !complete,
                    _ => true,
                }
        };
        let total = self.tasks.values().filter(wanted).count();
        let tasks = self.tasks.values().rev().filter(wanted);
        let tasks = tasks.skip((page - 1).saturating_mul(per_page)).take(per_page);
        let tasks: Vec<Value> = tasks.map(|task| show(task, self.now, Naming::Completed)).collect();
        let pages = total.div_ceil(per_page);
        json!({
            "tasks": tasks,
            "pagination": {
                "page": page,
                "per_page": per_page,
                "total_count": total,
                "total_pages": pages,
                "has_next": page < pages,
                "has_previous": page > 1,
            },
        })
    }

    /// `GET /v1/tasks/{uuid}/summary`.
    pub(super) fn rest_summary(&self, task: Uuid) -> Option<Value> {
        let task = self.of(task)?;
        let mut shown = show(task, self.now, Naming::State);
        if let Some(members) = shown.as_object_mut() {
            let left_out =
                ["context", "priority", "tags", "parent_correlation_id", "ready_steps", "steps"];
            members.retain(|key, _| !left_out.contains(&key.as_str()));
        }
        let template = task.template.steps.iter().map(|step| {
            json!({
                "name": step.name,
                "step_type": step.kind,
                "handler": step.handler.callable,
                "dependencies": step.dependencies,
                "retryable": step.retry.retryable,
                "max_attempts": step.retry.max_attempts,
            })
        });
        let steps = task.steps.iter().map(|step| summary(task, step));
        let uuid = task.uuid;
        let dead = self.dead_letters.iter().find(|letter| letter.task == uuid);
        Some(json!({
            "task": shown,
            "template": { "steps": template.collect::<Vec<_>>() },
            "steps": steps.collect::<Vec<_>>(),
            "dlq": {
                "in_dlq": dead.is_some(),
                "dlq_reason": dead.map(|_| "staleness_timeout"),
                "resolution_status": dead.map(|_| "pending"),
            },
            "links": {
                "task": format!("/v1/tasks/{uuid}"),
                "steps": format!("/v1/tasks/{uuid}/workflow_steps"),
                "dlq": "/v1/dlq",
            },
        }))
    }
}

fn summary(task: &Task, step: &Step) -> Value {
    let error = step.results.as_ref().and_then(|result| result.error.as_ref());
    let error = error.filter(|error| error.error_type.is_some());
    let error = error.map(|error| {
        json!({
            "error_type": error.error_type,
            "retryable": error.retryable,
            "status_code": error.status_code,
        })
    });
    json!({
        "step_uuid": step.uuid.to_string(),
        "name": &*step.name,
        "current_state": step.state.word(),
        "created_at": naive(step.created_at),
        "completed_at": optional(step.processed_at, naive),
        "last_attempted_at": optional(step.last_attempted_at, naive),
        "attempts": step.attempts,
        "max_attempts": step.definition.retry.max_attempts,
        "dependencies_satisfied": task.dependencies_done(step),
        "retry_eligible": step.retry_eligible(),
        "error": error,
    })
}
