//! What tests look at.

use super::clock;
use super::core::Core;
use super::json;
use super::results;
use std::sync::Arc;
use std::time::SystemTime;

/// The state of a worker in the foreman's database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WorkerState {
    /// Registered and without a task, or so the foreman thinks: every `pong` says so, too.
    Online,
    /// Registered and at a task.
    Busy,
    /// Not registered.
    Offline,
}

impl WorkerState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Busy => "busy",
            Self::Offline => "offline",
        }
    }
}

/// A worker that has ever registered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WorkerInfo {
    /// Its id.
    pub id: String,
    /// As in the database.
    pub state: WorkerState,
    /// The connection that it is registered under.
    pub connection: Option<u64>,
    /// Whether it would be given a task.
    pub available: bool,
    /// The last task that it was given, which may be done (CrowdCompute sheet, section 8.8).
    pub current_task: Option<String>,
    /// The tasks that it is expected to send a result for.
    pub assigned: Vec<String>,
    /// The last sign of life that the foreman counts as one.
    pub last_seen: SystemTime,
    /// Results that counted.
    pub completed: u64,
    /// Errors that counted.
    pub failed: u64,
    /// `worker_ready` messages.
    pub registrations: u64,
    /// `pong` and `worker_heartbeat` messages.
    pub heartbeats: u64,
    /// `device_specs` of the last registration, as JSON text.
    pub device_specs: Option<String>,
    /// `performance_metrics` of the last `pong` that had them, as JSON text.
    pub metrics: Option<String>,
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TaskState {
    /// Waits for tasks of an earlier stage.
    Blocked,
    /// Waits for a worker.
    Pending,
    /// Sent to a worker.
    Assigned,
    /// Has a result.
    Completed,
}

impl TaskState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Pending => "pending",
            Self::Assigned => "assigned",
            Self::Completed => "completed",
        }
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        [Self::Blocked, Self::Pending, Self::Assigned, Self::Completed]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// A task.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskInfo {
    /// Its id.
    pub id: String,
    /// The job that it is part of.
    pub job_id: String,
    /// Where it stands.
    pub state: TaskState,
    /// Its argument, as JSON text.
    pub args: String,
    /// Who is at it; more than one only where tasks are copied.
    pub assigned_to: Vec<String>,
    /// Who completed it.
    pub completed_by: Option<String>,
    /// Its result as the worker wrote it.
    pub result: Option<String>,
    /// Its result as the client receives it, as JSON text.
    pub delivered: Option<String>,
    /// How often it was sent to a worker.
    pub deliveries: u64,
    /// The last errors that counted, at most 32, oldest first.
    pub errors: Vec<String>,
    /// How many errors counted.
    pub error_count: u64,
    /// Results and errors that did not count because they were late, or came twice.
    pub late: u64,
    /// Checkpoints that were stored.
    pub checkpoints: u64,
    /// The last of them.
    pub last_checkpoint: Option<Checkpoint>,
}

/// A checkpoint (CrowdCompute sheet, section 14.6).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Checkpoint {
    /// Its number, as sent.
    pub id: i64,
    /// Whether it is complete in itself.
    pub is_base: bool,
    /// Its content, compressed; not looked at.
    pub data: Vec<u8>,
    /// As sent.
    pub progress_percent: f64,
}

/// Where a job stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobInfo {
    /// Its id.
    pub id: String,
    /// Its tasks.
    pub tasks: usize,
    /// Those that are done.
    pub completed: usize,
    /// Whether its client has the results.
    pub delivered: bool,
}

/// The state of the foreman, as [`Foreman::wait_for`](super::Foreman::wait_for) shows it. Methods
/// that build lists take time in proportion to what is in them.
#[derive(Debug)]
pub struct State<'a>(pub(crate) &'a Core);

impl State<'_> {
    /// All workers that have ever registered, in that order.
    #[must_use]
    pub fn workers(&self) -> Vec<WorkerInfo> {
        self.0.order.iter().filter_map(|id| self.0.worker_info(id)).collect()
    }

    /// One worker.
    #[must_use]
    pub fn worker(&self, id: &str) -> Option<WorkerInfo> {
        self.0.worker_info(id)
    }

    /// How many workers are registered.
    #[must_use]
    pub fn connected(&self) -> usize {
        self.0.table.len()
    }

    /// How many workers would be given a task.
    #[must_use]
    pub fn available(&self) -> usize {
        self.0.available.len()
    }

    /// Open connections, registered or not.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.0.connections.len()
    }

    /// All tasks that are kept, in the order of their making.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskInfo> {
        let jobs = self.0.jobs_by_seq.values().filter_map(|id| self.0.jobs.get(id));
        jobs.flat_map(|job| &job.tasks).filter_map(|id| self.0.task_info(id)).collect()
    }

    /// One task.
    #[must_use]
    pub fn task(&self, id: &str) -> Option<TaskInfo> {
        self.0.task_info(id)
    }

    /// How many tasks are in this state.
    #[must_use]
    pub fn count(&self, state: TaskState) -> usize {
        self.0.counts[state as usize]
    }

    /// All jobs that are kept, oldest first.
    #[must_use]
    pub fn jobs(&self) -> Vec<JobInfo> {
        self.0.jobs_by_seq.values().filter_map(|id| self.job(id)).collect()
    }

    /// One job.
    #[must_use]
    pub fn job(&self, id: &str) -> Option<JobInfo> {
        let job = self.0.jobs.get(id)?;
        Some(JobInfo {
            id: id.to_owned(),
            tasks: job.tasks.len(),
            completed: job.tasks.len() - job.remaining,
            delivered: job.completed_at.is_some(),
        })
    }
}

impl Core {
    pub(crate) fn worker_info(&self, id: &str) -> Option<WorkerInfo> {
        let row = self.workers.get(id)?;
        let assigned = self.assigned.get(id).into_iter().flatten();
        Some(WorkerInfo {
            id: id.to_owned(),
            state: row.status,
            connection: self.table.get(id).copied(),
            available: self.available.contains(id),
            current_task: row.current_task.as_deref().map(str::to_owned),
            assigned: assigned.map(|id| id.to_string()).collect(),
            last_seen: clock::system(row.last_seen),
            completed: row.completed,
            failed: row.failed,
            registrations: row.registrations,
            heartbeats: row.heartbeats,
            device_specs: row.specs.as_ref().map(json::write),
            metrics: row.metrics.as_ref().map(json::write),
        })
    }

    pub(crate) fn task_info(&self, id: &str) -> Option<TaskInfo> {
        let task = self.tasks.get(id)?;
        let done = task.state == TaskState::Completed;
        let text = |text: &Arc<str>| text.to_string();
        Some(TaskInfo {
            id: id.to_owned(),
            job_id: task.job.to_string(),
            state: task.state,
            args: self.arguments(id).unwrap_or_else(|| task.args.to_string()),
            assigned_to: task.assigned.iter().map(text).collect(),
            completed_by: task.worker.as_ref().filter(|_| done).map(text),
            result: task.raw.as_ref().map(text),
            delivered: task.stored.as_ref().map(results::delivered),
            deliveries: task.deliveries,
            errors: task.errors.iter().map(text).collect(),
            error_count: task.error_count,
            late: task.late,
            checkpoints: task.checkpoint_count,
            last_checkpoint: task.checkpoints.back().map(|(last, _)| last.clone()),
        })
    }
}
