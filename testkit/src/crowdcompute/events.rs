//! What happened, in order: the log that tests wait on and a local server prints.

use crate::log::{self, Entry, Log};
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

/// One thing that happened. Connections are numbered from 1 in the order of their arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A connection was accepted.
    Connected {
        /// Number of the connection.
        connection: u64,
        /// Its other end.
        peer: SocketAddr,
    },
    /// The HTTP request was answered without becoming a WebSocket.
    NotUpgraded {
        /// Number of the connection.
        connection: u64,
        /// What was wrong with the request.
        reason: String,
    },
    /// A worker said that it is ready.
    Ready {
        /// Number of the connection.
        connection: u64,
        /// Its id.
        worker_id: Arc<str>,
        /// A task that it is expected to be still at; today's foreman gives it nothing else.
        busy_with: Option<Arc<str>>,
    },
    /// A connection is gone.
    Disconnected {
        /// Number of the connection.
        connection: u64,
        /// The worker that was registered under it.
        worker_id: Option<Arc<str>>,
        /// Who ended it and why.
        reason: String,
    },
    /// A worker gave a sign of life.
    Heartbeat {
        /// Its id.
        worker_id: Arc<str>,
        /// `pong` or `worker_heartbeat`.
        kind: &'static str,
    },
    /// A message had no effect.
    Ignored {
        /// Number of the connection.
        connection: u64,
        /// Why.
        reason: String,
    },
    /// A job was accepted.
    JobSubmitted {
        /// Its id.
        job_id: Arc<str>,
        /// Its tasks.
        tasks: usize,
    },
    /// A job was refused.
    JobRefused {
        /// Its id, if it had one.
        job_id: Option<Arc<str>>,
        /// What the client is told.
        error: String,
    },
    /// All tasks of a job are done.
    JobCompleted {
        /// Its id.
        job_id: Arc<str>,
        /// Whether there was a client to tell. Without one the job stays `running` for ever.
        delivered: bool,
    },
    /// A task was sent to a worker.
    TaskAssigned {
        /// Number of the connection.
        connection: u64,
        /// Id of the worker.
        worker_id: Arc<str>,
        /// Id of the task.
        task_id: Arc<str>,
        /// How often it was sent, this time included.
        delivery: u64,
    },
    /// A result was accepted.
    TaskCompleted {
        /// Id of the worker.
        worker_id: Arc<str>,
        /// Id of the task.
        task_id: Arc<str>,
    },
    /// An error was accepted; the task is pending again.
    TaskFailed {
        /// Id of the worker.
        worker_id: Arc<str>,
        /// Id of the task.
        task_id: Arc<str>,
        /// As sent; its first 16 KiB.
        error: Arc<str>,
    },
    /// A result or an error did not count: late, twice, or of an unknown task.
    Late {
        /// Id of the worker.
        worker_id: Arc<str>,
        /// Id of the task, as sent.
        task_id: String,
        /// Why it did not count.
        reason: String,
    },
    /// The task of a worker that is gone was set to pending.
    TaskTakenBack {
        /// Id of the worker.
        worker_id: Arc<str>,
        /// Id of the task.
        task_id: Arc<str>,
    },
    /// A checkpoint was stored.
    Checkpoint {
        /// Id of the worker.
        worker_id: Arc<str>,
        /// Id of the task.
        task_id: Arc<str>,
        /// Its number, as sent.
        checkpoint_id: i64,
    },
    /// A worker was told to kill a task.
    KillSent {
        /// Id of the worker.
        worker_id: Arc<str>,
        /// Id of the task.
        task_id: Arc<str>,
    },
    /// A worker said that it killed a task.
    KillAcknowledged {
        /// Id of the worker.
        worker_id: Arc<str>,
        /// Id of the task, as sent.
        task_id: String,
    },
    /// The foreman played a restart.
    Restarted,
    /// The reader of the log fell so far behind that events were forgotten.
    Missed(u64),
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected { connection, peer } => {
                write!(f, "connection {connection}: opened from {peer}")
            }
            Self::NotUpgraded { connection, reason } => {
                write!(f, "connection {connection}: no WebSocket: {reason}")
            }
            Self::Ready { connection, worker_id, busy_with: None } => {
                write!(f, "connection {connection}: worker {worker_id} is ready")
            }
            Self::Ready { connection, worker_id, busy_with: Some(task) } => write!(
                f,
                "connection {connection}: worker {worker_id} is back and should be at task {task}"
            ),
            Self::Disconnected { connection, worker_id: Some(worker_id), reason } => {
                write!(f, "connection {connection}: worker {worker_id} disconnected: {reason}")
            }
            Self::Disconnected { connection, worker_id: None, reason } => {
                write!(f, "connection {connection}: closed: {reason}")
            }
            Self::Heartbeat { worker_id, kind } => write!(f, "worker {worker_id}: {kind}"),
            Self::Ignored { connection, reason } => {
                write!(f, "connection {connection}: message ignored: {reason}")
            }
            Self::JobSubmitted { job_id, tasks } => {
                write!(f, "job {job_id}: submitted with {tasks} tasks")
            }
            Self::JobRefused { job_id: Some(job_id), error } => {
                write!(f, "job {job_id}: refused: {error}")
            }
            Self::JobRefused { job_id: None, error } => {
                write!(f, "job without an id: refused: {error}")
            }
            Self::JobCompleted { job_id, delivered: true } => {
                write!(f, "job {job_id}: completed, results sent")
            }
            Self::JobCompleted { job_id, delivered: false } => {
                write!(f, "job {job_id}: all tasks done, but its client is gone")
            }
            Self::TaskAssigned { connection, worker_id, task_id, delivery } => write!(
                f,
                "task {task_id}: assigned to {worker_id} on connection {connection}, delivery \
                 {delivery}"
            ),
            Self::TaskCompleted { worker_id, task_id } => {
                write!(f, "task {task_id}: completed by {worker_id}")
            }
            Self::TaskFailed { worker_id, task_id, error } => {
                write!(f, "task {task_id}: failed by {worker_id}, pending again: {error}")
            }
            Self::Late { worker_id, task_id, reason } => {
                write!(f, "task {task_id}: message of {worker_id} does not count: {reason}")
            }
            Self::TaskTakenBack { worker_id, task_id } => {
                write!(f, "task {task_id}: taken back, {worker_id} is gone")
            }
            Self::Checkpoint { worker_id, task_id, checkpoint_id } => {
                write!(f, "task {task_id}: checkpoint {checkpoint_id} of {worker_id} stored")
            }
            Self::KillSent { worker_id, task_id } => {
                write!(f, "task {task_id}: {worker_id} was told to kill it")
            }
            Self::KillAcknowledged { worker_id, task_id } => {
                write!(f, "task {task_id}: {worker_id} killed it")
            }
            Self::Restarted => f.write_str("foreman restarted"),
            Self::Missed(count) => write!(f, "{count} events were forgotten before they were read"),
        }
    }
}

impl Entry for Event {
    fn missed(count: u64) -> Self {
        Self::Missed(count)
    }
}

pub(crate) type EventLog = Log<Event>;

/// A reader of the event log with a place of its own.
///
/// The log is bounded: a reader that falls behind gets one [`Event::Missed`] and goes on with the
/// oldest event still there.
pub type Events = log::Events<Event>;
