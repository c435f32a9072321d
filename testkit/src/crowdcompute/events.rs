//! What happened, in order: the log that tests wait on and a local server prints.

use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

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
    }
}
