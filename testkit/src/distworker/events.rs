//! What happened, in order: the log that tests wait on and a local server prints.

use crate::log::{self, Entry, Log};
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use uuid::Uuid;

/// One thing that happened. Connections are numbered from 1 in the order of their arrival.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A TCP connection was accepted on the worker port.
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
    /// A registration was refused; the worker sees only the closed socket.
    Refused {
        /// Number of the connection.
        connection: u64,
        /// The line that the real controller would write to its log.
        reason: String,
    },
    /// A worker is registered and can be given tasks.
    Registered {
        /// Number of the connection.
        connection: u64,
        /// Id of the worker, which the worker itself is never told.
        worker_id: Arc<str>,
        /// Name of its provisioner.
        provisioner: Arc<str>,
    },
    /// A connection is gone.
    Disconnected {
        /// Number of the connection.
        connection: u64,
        /// Id of the worker, if it was registered.
        worker_id: Option<Arc<str>>,
        /// Who ended it and why.
        reason: String,
    },
    /// A heartbeat counted.
    Heartbeat {
        /// Id of the worker.
        worker_id: Arc<str>,
        /// 0 unspecified, 1 up, 2 down, 3 warning.
        health: i32,
    },
    /// A message of a worker had no effect.
    Ignored {
        /// Number of the connection.
        connection: u64,
        /// The line that the real controller would write to its log.
        reason: String,
    },
    /// A task was accepted.
    TaskSubmitted {
        /// Id of the task.
        task_id: Uuid,
        /// Its queue.
        queue: Arc<str>,
    },
    /// A task was sent to a worker.
    TaskAssigned {
        /// Number of the connection.
        connection: u64,
        /// Id of the worker.
        worker_id: Arc<str>,
        /// Id of the task.
        task_id: Uuid,
    },
    /// An assignment was not read in time and the task is pending again.
    TaskTakenBack {
        /// Number of the connection that did not read.
        connection: u64,
        /// Id of the task.
        task_id: Uuid,
    },
    /// A worker reported progress of its task.
    TaskProgress {
        /// Id of the worker.
        worker_id: Arc<str>,
        /// Id of the task.
        task_id: Uuid,
        /// As sent; should be 0.0 to 1.0.
        progress: f32,
        /// As sent.
        message: String,
        /// Whether `data` was present.
        has_data: bool,
    },
    /// A task was completed.
    TaskCompleted {
        /// Id of the worker.
        worker_id: Arc<str>,
        /// Id of the task.
        task_id: Uuid,
        /// Whether the task had already ended: a duplicate, or late after a cancellation.
        again: bool,
    },
    /// A task was answered with an error.
    TaskFailed {
        /// Id of the worker.
        worker_id: Arc<str>,
        /// Id of the task.
        task_id: Uuid,
        /// As sent.
        code: String,
        /// As sent.
        message: String,
        /// Whether the task is queued once more.
        retried: bool,
    },
    /// A task was cancelled by its submitter; its worker is not told.
    TaskCancelled {
        /// Id of the task.
        task_id: Uuid,
    },
    /// The controller played a restart.
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
            Self::Refused { connection, reason } => {
                write!(f, "connection {connection}: registration refused: {reason}")
            }
            Self::Registered { connection, worker_id, provisioner } => write!(
                f,
                "connection {connection}: worker {worker_id} of provisioner {provisioner} registered"
            ),
            Self::Disconnected { connection, worker_id: Some(worker_id), reason } => {
                write!(f, "connection {connection}: worker {worker_id} disconnected: {reason}")
            }
            Self::Disconnected { connection, worker_id: None, reason } => {
                write!(f, "connection {connection}: closed: {reason}")
            }
            Self::Heartbeat { worker_id, health } => {
                write!(f, "worker {worker_id}: heartbeat, health {health}")
            }
            Self::Ignored { connection, reason } => {
                write!(f, "connection {connection}: message ignored: {reason}")
            }
            Self::TaskSubmitted { task_id, queue } => {
                write!(f, "task {task_id}: submitted to queue {queue:?}")
            }
            Self::TaskAssigned { connection, worker_id, task_id } => {
                write!(f, "task {task_id}: assigned to {worker_id} on connection {connection}")
            }
            Self::TaskTakenBack { connection, task_id } => write!(
                f,
                "task {task_id}: taken back, connection {connection} did not read it in time"
            ),
            Self::TaskProgress { worker_id, task_id, progress, message, has_data } => {
                let data = if *has_data { ", with data" } else { "" };
                write!(f, "task {task_id}: progress {progress} {message:?} by {worker_id}{data}")
            }
            Self::TaskCompleted { worker_id, task_id, again } => {
                let again = if *again { " once more" } else { "" };
                write!(f, "task {task_id}: completed{again} by {worker_id}")
            }
            Self::TaskFailed { worker_id, task_id, code, message, retried } => {
                let then = if *retried { ", queued again" } else { "" };
                write!(f, "task {task_id}: failed by {worker_id}: {code}: {message}{then}")
            }
            Self::TaskCancelled { task_id } => write!(f, "task {task_id}: cancelled"),
            Self::Restarted => f.write_str("controller restarted"),
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
