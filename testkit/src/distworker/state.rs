//! What the controller knows: connections, sessions, tasks, counters.
//!
//! The rules that work on it are in `workers` (connections and registrations), `messages` (what
//! workers say), `tasks` (what submitters ask) and `dispatch` (who gets which task).

use super::config::Config;
use super::events::{Event, EventLog};
use super::faults::Faults;
use super::link::Link;
use super::proto;
use super::store::{Ids, Store};
use bytes::Bytes;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) faults: Faults,
    pub(crate) events: Arc<EventLog>,
    pub(super) state: Mutex<State>,
}

/// The record of a worker, as the real controller keeps it in its database.
#[derive(Debug)]
pub(crate) struct Session {
    /// Only provisioned workers have one.
    pub(crate) token: Option<String>,
    pub(super) provisioner: Arc<str>,
    pub(super) queues: Queues,
    pub(super) resource_info: Map<String, Value>,
    pub(super) health: i32,
    pub(super) connected_at: Option<i64>,
    pub(super) last_heartbeat: Option<i64>,
}

pub(super) type Queues = Arc<[Arc<str>]>;

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) link: Arc<Link>,
    pub(super) worker: Option<Worker>,
}

#[derive(Debug)]
pub(super) struct Worker {
    pub(super) id: Arc<str>,
    pub(super) provisioner: Arc<str>,
    pub(super) queues: Queues,
    /// Assignments without an accepted terminal message. The real controller has one slot; the
    /// number only matters with [`Faults::set_slots`].
    pub(super) in_flight: u32,
    /// Whether the table of connections leads here: tasks of an id go to its newest connection.
    pub(super) listed: bool,
    /// An assignment was taken back because the peer did not read.
    pub(super) stalled: bool,
    /// Stands in `State::idle`.
    pub(super) idle: bool,
    /// Sent at activation.
    pub(super) idle_seconds: i32,
    /// The response waits for the first assignment.
    pub(super) response_held: bool,
}

/// An informational queue record of the HTTP API.
#[derive(Clone, Debug)]
pub(crate) struct QueueRecord {
    pub(crate) description: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// Counters since the start, and sizes now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Tasks accepted.
    pub submitted: u64,
    /// Assignments sent, each delivery of a doubled one counted once.
    pub assigned: u64,
    /// Completions that counted.
    pub completed: u64,
    /// Failures that counted.
    pub failed: u64,
    /// Failures that queued the task again.
    pub retried: u64,
    /// Tasks cancelled.
    pub cancelled: u64,
    /// Progress messages that counted.
    pub progress: u64,
    /// Heartbeats that counted.
    pub heartbeats: u64,
    /// Messages without effect.
    pub ignored: u64,
    /// Registrations accepted.
    pub registered: u64,
    /// Registrations refused.
    pub refused: u64,
    /// Pending and processing tasks now.
    pub live_tasks: usize,
    /// Finished tasks remembered now.
    pub finished_tasks: usize,
    /// Open worker connections now.
    pub connections: usize,
}

/// A registered worker.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WorkerInfo {
    /// Its id.
    pub worker_id: Arc<str>,
    /// `idle`, `error` or `disconnected`, as the HTTP API shows it.
    pub status: &'static str,
    /// The queues it serves.
    pub queues: Vec<String>,
    /// Name of its provisioner.
    pub provisioner: Arc<str>,
    /// What it told about itself.
    pub resource_info: Map<String, Value>,
    /// Unix milliseconds, once connected.
    pub connected_at: Option<i64>,
    /// Unix milliseconds of the last heartbeat (or of the registration).
    pub last_heartbeat: Option<i64>,
    /// Its newest connection, if one is open.
    pub connection: Option<u64>,
    /// Assignments it has not answered.
    pub in_flight: u32,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) connections: HashMap<u64, Connection>,
    pub(super) next_connection: u64,
    pub(super) sessions: HashMap<Arc<str>, Session>,
    /// Worker id to its newest connection.
    pub(super) table: HashMap<Arc<str>, u64>,
    /// Connections that can be given a task, the one that waits longest first.
    pub(super) idle: Vec<u64>,
    pub(super) store: Store,
    pub(super) ids: Ids,
    /// Pending tasks by queue, each with a number that orders all of them.
    pub(super) pending: HashMap<Arc<str>, VecDeque<(u64, Uuid)>>,
    pub(super) next_pending: u64,
    /// The queues of each provisioner, made once.
    pub(super) lines: HashMap<String, Queues>,
    pub(super) queue_records: BTreeMap<String, QueueRecord>,
    pub(super) stats: Stats,
    /// Nothing is accepted any more.
    pub(super) stopped: bool,
}

impl Shared {
    pub(crate) fn new(config: Config) -> Self {
        let lines = config
            .provisioners
            .iter()
            .map(|(name, provisioner)| {
                let queues = provisioner.queues().iter().map(|queue| queue.as_str().into());
                (name.clone(), queues.collect())
            })
            .collect();
        let state = State {
            connections: HashMap::new(),
            next_connection: 1,
            sessions: HashMap::new(),
            table: HashMap::new(),
            idle: Vec::new(),
            store: Store::new(config.limits.clone()),
            ids: Ids::new(),
            pending: HashMap::new(),
            next_pending: 0,
            lines,
            queue_records: BTreeMap::new(),
            stats: Stats::default(),
            stopped: false,
        };
        Self {
            faults: Faults::default(),
            events: Arc::new(EventLog::new(config.limits.events)),
            state: Mutex::new(state),
            config,
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs an event about a single task, if those are wanted. Called with the state locked, so
    /// that the log tells the order in which things took effect.
    pub(super) fn task_event(&self, event: impl FnOnce() -> Event) {
        if self.config.task_events {
            self.events.push(event());
        }
    }

    /// Works on the informational queue records.
    pub(crate) fn queue_records<R>(
        &self,
        work: impl FnOnce(&mut BTreeMap<String, QueueRecord>) -> R,
    ) -> R {
        work(&mut self.state().queue_records)
    }

    pub(crate) fn stats(&self) -> Stats {
        let state = self.state();
        Stats {
            live_tasks: state.store.live(),
            finished_tasks: state.store.finished(),
            connections: state.connections.len(),
            ..state.stats
        }
    }

    /// Refuses tasks from now on and lets go of everybody who waits for one.
    pub(crate) fn stop(&self) {
        let mut state = self.state();
        state.stopped = true;
        state.store.drop_waiters();
    }
}

/// The payloads of a new task.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) metadata: Option<Bytes>,
    pub(crate) input: Option<Bytes>,
    pub(crate) timeout_ms: i64,
    pub(crate) max_retry: u32,
    pub(crate) files: Vec<proto::FileInfo>,
}

pub(super) const HEALTH_UP: i32 = 1;
pub(super) const HEALTH_DOWN: i32 = 2;
