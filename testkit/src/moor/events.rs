//! What happened, in order: the log that tests wait on and a local server prints.

use super::failure::MooFailure;
use super::messages::Reply;
use crate::log::{self, Entry, Log};
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A worker is registered.
    Attached {
        /// The worker.
        worker_id: Uuid,
        /// Its type.
        worker_type: Arc<str>,
        /// By a pong, after the daemon had forgotten it or never knew it.
        by_pong: bool,
        /// Outstanding requests that the daemon forgot because it was registered already.
        forgotten: usize,
    },
    /// A worker has gone by itself.
    Detached {
        /// The worker.
        worker_id: Uuid,
        /// Its type.
        worker_type: Arc<str>,
        /// Outstanding requests that failed with it.
        failed: usize,
    },
    /// A worker was not heard of for too long.
    Expired {
        /// The worker.
        worker_id: Uuid,
        /// Its type.
        worker_type: Arc<str>,
        /// Outstanding requests that failed with it.
        failed: usize,
    },
    /// A request was published.
    Requested {
        /// The request.
        request: Uuid,
        /// Who is to take it.
        worker_id: Uuid,
    },
    /// A request ended with a value.
    Completed {
        /// The request.
        request: Uuid,
        /// Who did it.
        worker_id: Uuid,
    },
    /// A request ended with a worker's error.
    Failed {
        /// The request.
        request: Uuid,
        /// Who said so.
        worker_id: Uuid,
        /// What MOO code gets.
        failure: MooFailure,
    },
    /// A request can not be sent: its task hangs.
    Unsendable {
        /// The request.
        request: Uuid,
    },
    /// A message of a worker was refused.
    Refused {
        /// The number of the message.
        message: u64,
        /// The answer.
        reply: Reply,
    },
    /// The answer to a message was dropped on purpose.
    ReplyDropped {
        /// The number of the message.
        message: u64,
    },
    /// A worker's key was enrolled.
    Enrolled {
        /// What the worker calls itself.
        service_type: String,
        /// What the daemon calls it.
        service_uuid: Uuid,
    },
    /// An enrollment was refused.
    NotEnrolled {
        /// The answer.
        reason: String,
    },
    /// Somebody subscribed; only where the engine tells.
    Subscribed {
        /// The prefix.
        topic: Vec<u8>,
    },
    /// Somebody unsubscribed, or went; only where the engine tells.
    Unsubscribed {
        /// The prefix.
        topic: Vec<u8>,
    },
    /// A token that is too short killed the thread that serves workers: nobody is answered any
    /// more.
    Died,
    /// The daemon stopped.
    Stopped,
    /// The daemon is there again, knowing nothing.
    Restarted,
    /// The reader of the log fell so far behind that events were forgotten.
    Missed(u64),
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let topic = |topic: &[u8]| String::from_utf8_lossy(topic).into_owned();
        match self {
            Self::Attached { worker_id, worker_type, by_pong, forgotten } => {
                let how = if *by_pong { "registered by a pong" } else { "attached" };
                write!(f, "{worker_type} worker {worker_id} {how}")?;
                if *forgotten > 0 { write!(f, ", {forgotten} requests forgotten") } else { Ok(()) }
            }
            Self::Detached { worker_id, worker_type, failed } => {
                write!(f, "{worker_type} worker {worker_id} detached, {failed} requests failed")
            }
            Self::Expired { worker_id, worker_type, failed } => {
                write!(f, "{worker_type} worker {worker_id} expired, {failed} requests failed")
            }
            Self::Requested { request, worker_id } => {
                write!(f, "request {request}: sent to {worker_id}")
            }
            Self::Completed { request, worker_id } => {
                write!(f, "request {request}: completed by {worker_id}")
            }
            Self::Failed { request, worker_id, failure } => {
                write!(f, "request {request}: failed by {worker_id}: {failure}")
            }
            Self::Unsendable { request } => {
                write!(f, "request {request}: its arguments can not be sent; its task hangs")
            }
            Self::Refused { message, reply } => {
                write!(f, "message {message} refused: {}", reply.name())?;
                match reply {
                    Reply::Rejected(Some(reason))
                    | Reply::AuthFailed(reason)
                    | Reply::InvalidPayload(reason) => write!(f, ": {reason}"),
                    Reply::UnknownRequest(id) | Reply::NotRegistered(id) => write!(f, ": {id}"),
                    _ => Ok(()),
                }
            }
            Self::ReplyDropped { message } => write!(f, "message {message} is not answered"),
            Self::Enrolled { service_type, service_uuid } => {
                write!(f, "{service_type} enrolled as {service_uuid}")
            }
            Self::NotEnrolled { reason } => write!(f, "enrollment refused: {reason}"),
            Self::Subscribed { topic: name } => write!(f, "subscribed to {:?}", topic(name)),
            Self::Unsubscribed { topic: name } => write!(f, "unsubscribed from {:?}", topic(name)),
            Self::Died => f.write_str("the worker thread died of a short token"),
            Self::Stopped => f.write_str("daemon stopped"),
            Self::Restarted => f.write_str("daemon restarted"),
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
