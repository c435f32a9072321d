//! What upstream's API tells, as the adapter knows it.

use std::time::SystemTime;

use journeyman_core::Value;

/// Which of upstream's APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Era {
    /// That of the seed document (Prototype-Backend `5d515f3`).
    Seed,
    /// Today's (Prod-Backend `21aae63`): its statistics have a success rate and an average.
    Head,
}

/// What the worker is and does. All methods are called on a request, and should be quick.
pub trait Facts: Send + Sync + 'static {
    /// Whose answers to give.
    fn era(&self) -> Era;

    /// The worker's id.
    fn worker_id(&self) -> String;

    /// Whether it is connected to its foreman.
    fn is_connected(&self) -> bool;

    /// The task that it runs; of several, the oldest.
    fn current_task(&self) -> Option<Task>;

    /// What it did so far.
    fn stats(&self) -> Stats;

    /// Its settings.
    fn config(&self) -> Config;

    /// Connects anew. It must not wait; a task that runs goes on.
    fn restart(&self);
}

/// A task that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its id.
    pub task_id: String,
    /// The id of its job.
    pub job_id: String,
    /// What the client said of it, as it came. Shown in [`Era::Head`], an empty object for `None`.
    pub metadata: Option<Value>,
    /// Whether it goes on from a checkpoint. Shown in [`Era::Head`].
    pub is_resume: bool,
}

/// What a worker did so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Stats {
    /// Tasks that ended well.
    pub tasks_completed: u64,
    /// Tasks that failed.
    pub tasks_failed: u64,
    /// Seconds over both.
    pub total_execution_time: f64,
    /// Seconds over those that ended well.
    pub completed_execution_time: f64,
    /// When the process started.
    pub started_at: SystemTime,
}

/// The settings that `GET /` shows (sheet, section 10.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// `worker_id`.
    pub worker_id: String,
    /// `foreman_url`. A user and password in it are not shown.
    pub foreman_url: String,
    /// `max_concurrent_tasks`.
    pub max_concurrent_tasks: u32,
    /// `auto_restart`.
    pub auto_restart: bool,
    /// `heartbeat_interval`, in seconds.
    pub heartbeat_interval: u64,
    /// `api_host`.
    pub api_host: String,
    /// `api_port`.
    pub api_port: u16,
}

impl Config {
    /// The settings of a worker with this id and upstream's defaults.
    pub fn new(worker_id: impl Into<String>) -> Self {
        Self {
            worker_id: worker_id.into(),
            foreman_url: "ws://localhost:9000".to_owned(),
            max_concurrent_tasks: 1,
            auto_restart: true,
            heartbeat_interval: 30,
            api_host: "127.0.0.1".to_owned(),
            api_port: 8001,
        }
    }
}
