//! What happened, in order: the log that tests wait on and a local server prints.

use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
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

#[derive(Debug)]
pub(crate) struct EventLog {
    ring: Mutex<Ring>,
    changed: Notify,
    capacity: usize,
}

#[derive(Debug, Default)]
struct Ring {
    events: VecDeque<Event>,
    /// Number of the first event still in the ring.
    first: u64,
}

impl EventLog {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { ring: Mutex::default(), changed: Notify::new(), capacity: capacity.max(1) }
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn push(&self, event: Event) {
        let mut ring = self.ring();
        if ring.events.len() == self.capacity {
            ring.events.pop_front();
            ring.first += 1;
        }
        ring.events.push_back(event);
        drop(ring);
        self.changed.notify_waiters();
    }
}

/// A reader of the event log with a place of its own.
///
/// The log is bounded: a reader that falls behind gets one [`Event::Missed`] and goes on with the
/// oldest event still there.
#[derive(Clone, Debug)]
pub struct Events {
    log: Arc<EventLog>,
    next: u64,
}

impl Events {
    pub(crate) fn from_start(log: Arc<EventLog>) -> Self {
        let next = log.ring().first;
        Self { log, next }
    }

    pub(crate) fn from_now(log: Arc<EventLog>) -> Self {
        let ring = log.ring();
        let next = ring.first + ring.events.len() as u64;
        drop(ring);
        Self { log, next }
    }

    /// The next event if there is one already.
    pub fn try_next(&mut self) -> Option<Event> {
        let ring = self.log.ring();
        if self.next < ring.first {
            let missed = ring.first - self.next;
            self.next = ring.first;
            return Some(Event::Missed(missed));
        }
        let at = usize::try_from(self.next - ring.first).ok()?;
        let event = ring.events.get(at)?.clone();
        self.next += 1;
        Some(event)
    }

    /// The next event, waiting for it. Cancel safe: a dropped call has taken nothing.
    pub async fn next(&mut self) -> Event {
        let log = Arc::clone(&self.log);
        loop {
            let mut changed = std::pin::pin!(log.changed.notified());
            // Registered before the look, so an event between look and wait is not slept over.
            changed.as_mut().enable();
            if let Some(event) = self.try_next() {
                return event;
            }
            changed.await;
        }
    }

    /// Waits for the first event that `wanted` accepts and returns it; those before it are
    /// passed over. Cancel safe in the sense that what was passed over stays passed over.
    pub async fn wait_for(&mut self, mut wanted: impl FnMut(&Event) -> bool) -> Event {
        loop {
            let event = self.next().await;
            if wanted(&event) {
                return event;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignored(connection: u64) -> Event {
        Event::Ignored { connection, reason: String::new() }
    }

    #[tokio::test]
    async fn readers_have_places_of_their_own_and_learn_what_they_missed() {
        let log = Arc::new(EventLog::new(3));
        let mut early = Events::from_start(Arc::clone(&log));
        log.push(ignored(1));
        assert_eq!(early.next().await, ignored(1));
        assert_eq!(early.try_next(), None);
        for connection in 2..=6 {
            log.push(ignored(connection));
        }
        let mut late = Events::from_now(Arc::clone(&log));
        assert_eq!(early.next().await, Event::Missed(2));
        assert_eq!(early.wait_for(|event| *event == ignored(6)).await, ignored(6));
        assert_eq!(late.try_next(), None);
        let waiting = tokio::spawn(async move { late.next().await });
        tokio::task::yield_now().await;
        log.push(ignored(7));
        assert_eq!(waiting.await.unwrap(), ignored(7));
    }
}
