//! Connections, registrations and sessions.

use super::dispatch::send_response;
use super::events::Event;
use super::faults::Target;
use super::link::{Command, Link};
use super::register;
use super::state::{
    Connection, HEALTH_DOWN, HEALTH_UP, Session, Shared, State, Worker, WorkerInfo,
};
use super::task::Status;
use super::tasks::{cancelled, end};
use bytes::Bytes;
use serde_json::Map;
use std::net::SocketAddr;
use std::sync::Arc;
use uuid::Uuid;

impl Shared {
    /// Enters a connection; `None` if there are too many.
    pub(crate) fn open(&self, peer: SocketAddr, link: Arc<Link>) -> Option<u64> {
        let mut state = self.state();
        if state.connections.len() >= self.config.limits.connections {
            return None;
        }
        let connection = state.next_connection;
        state.next_connection += 1;
        state.connections.insert(connection, Connection { link, worker: None });
        self.events.push(Event::Connected { connection, peer });
        Some(connection)
    }

    /// Takes a connection out. Table entry and session go by worker id, so an older connection
    /// of the same id takes the newer one's with it (DistWorker sheet, section 5).
    pub(crate) fn close(&self, connection: u64, reason: String) {
        let mut state = self.state();
        let Some(gone) = state.connections.remove(&connection) else { return };
        let worker_id = gone.worker.map(|worker| {
            if worker.idle {
                state.idle.retain(|other| *other != connection);
            }
            state.table.remove(&worker.id);
            state.sessions.remove(&worker.id);
            state.unlist(&worker.id);
            worker.id
        });
        self.events.push(Event::Disconnected { connection, worker_id, reason });
    }

    pub(crate) fn not_upgraded(&self, connection: u64, reason: String) {
        self.events.push(Event::NotUpgraded { connection, reason });
    }

    pub(crate) fn refused(&self, connection: u64, reason: String) {
        self.state().stats.refused += 1;
        self.events.push(Event::Refused { connection, reason });
    }

    pub(crate) fn ignored(&self, connection: u64, reason: String) {
        self.state().ignored(self, connection, reason);
    }

    /// Judges a first message and creates what follows from it, short of giving tasks.
    pub(crate) fn register(
        &self,
        connection: u64,
        binary: bool,
        payload: Bytes,
    ) -> Result<Arc<str>, String> {
        let (message, signed) = register::read(binary, payload)?;
        let mut state = self.state();
        let accepted = register::check(&self.config, &state.sessions, &message, &signed)?;
        let now = self.config.clock.now_ms();
        let id = if let Some(id) = accepted.worker_id {
            if let Some(session) = state.sessions.get_mut(&id) {
                session.health = HEALTH_UP;
                session.connected_at = Some(now);
                session.last_heartbeat = Some(now);
            }
            id
        } else {
            let id: Arc<str> = format!("{}-{}", accepted.provisioner, Uuid::new_v4()).into();
            let session = Session {
                token: None,
                provisioner: Arc::clone(&accepted.provisioner),
                queues: state.queues_of(&accepted.provisioner),
                resource_info: accepted.resource_info,
                health: HEALTH_UP,
                connected_at: Some(now),
                last_heartbeat: Some(now),
            };
            state.sessions.insert(Arc::clone(&id), session);
            id
        };
        let queues = state.sessions.get(&id).map(|session| Arc::clone(&session.queues));
        if let Some(entry) = state.connections.get_mut(&connection) {
            entry.worker = Some(Worker {
                id: Arc::clone(&id),
                provisioner: accepted.provisioner,
                queues: queues.unwrap_or_default(),
                in_flight: 0,
                listed: false,
                stalled: false,
                idle: false,
                idle_seconds: accepted.idle_seconds,
                response_held: false,
            });
        }
        Ok(id)
    }

    /// Puts a registered connection into the table and answers it.
    pub(crate) fn activate(&self, connection: u64) {
        let mut state = self.state();
        let Some(entry) = state.connections.get_mut(&connection) else { return };
        let Some(worker) = &mut entry.worker else { return };
        worker.response_held = self.faults.assign_before_response();
        if !worker.response_held {
            send_response(&entry.link, worker.idle_seconds);
        }
        let (id, provisioner) = (Arc::clone(&worker.id), Arc::clone(&worker.provisioner));
        state.unlist(&id);
        if let Some(worker) = state.worker_mut(connection) {
            worker.listed = true;
        }
        state.table.insert(Arc::clone(&id), connection);
        state.stats.registered += 1;
        self.events.push(Event::Registered { connection, worker_id: id, provisioner });
        state.feed(self, connection);
    }

    /// The peer did not read an assignment in time.
    pub(crate) fn take_back(&self, connection: u64, id: Uuid) {
        let mut state = self.state();
        let Some(worker) = state.worker_mut(connection) else { return };
        let worker_id = Arc::clone(&worker.id);
        let back = state.store.update(id, |record| {
            let task = &mut record.task;
            let held = task.status == Status::Processing && task.worker_id == Some(worker_id);
            if held {
                task.status = Status::Pending;
            }
            held.then(|| Arc::clone(&task.queue))
        });
        let Some(Some(queue)) = back else { return };
        if let Some(worker) = state.worker_mut(connection) {
            worker.stalled = true;
            worker.in_flight = worker.in_flight.saturating_sub(1);
        }
        self.events.push(Event::TaskTakenBack { connection, task_id: id });
        state.enqueue(&queue, id);
        state.feed(self, connection);
        state.serve(self, &queue);
    }

    /// The peer reads again.
    pub(crate) fn unstall(&self, connection: u64) {
        let mut state = self.state();
        if let Some(worker) = state.worker_mut(connection) {
            worker.stalled = false;
        }
        state.feed(self, connection);
    }

    pub(crate) fn workers(&self) -> Vec<WorkerInfo> {
        let now = self.config.clock.now_ms();
        let ttl = i64::try_from(self.config.timers.session_ttl.as_millis()).unwrap_or(i64::MAX);
        let state = self.state();
        let mut workers: Vec<WorkerInfo> = state
            .sessions
            .iter()
            .filter(|(_, session)| {
                session.last_heartbeat.is_none_or(|last| now.saturating_sub(last) <= ttl)
            })
            .map(|(id, session)| {
                let connection = state.table.get(id).copied();
                let worker = connection.and_then(|connection| state.worker(connection));
                WorkerInfo {
                    worker_id: Arc::clone(id),
                    status: match session.health {
                        HEALTH_UP => "idle",
                        HEALTH_DOWN => "disconnected",
                        _ => "error",
                    },
                    queues: session.queues.iter().map(|queue| queue.as_ref().to_owned()).collect(),
                    provisioner: Arc::clone(&session.provisioner),
                    resource_info: session.resource_info.clone(),
                    connected_at: session.connected_at,
                    last_heartbeat: session.last_heartbeat,
                    connection,
                    in_flight: worker.map_or(0, |worker| worker.in_flight),
                }
            })
            .collect();
        workers.sort_by(|a, b| a.worker_id.cmp(&b.worker_id));
        workers
    }

    /// Creates the session of a provisioned worker; false if the provisioner is unknown, the
    /// bound is reached or the id is taken.
    pub(crate) fn provision(&self, provisioner: &str, id: &str, token: &str) -> bool {
        let mut state = self.state();
        let taken = state.sessions.contains_key(id);
        let full = state.sessions.len()
            >= self.config.limits.records.saturating_add(self.config.limits.connections);
        if taken || full || !self.config.provisioners.contains_key(provisioner) {
            return false;
        }
        let session = Session {
            token: Some(token.to_owned()),
            provisioner: provisioner.into(),
            queues: state.queues_of(provisioner),
            resource_info: Map::new(),
            health: HEALTH_DOWN,
            connected_at: None,
            last_heartbeat: None,
        };
        state.sessions.insert(id.into(), session);
        true
    }

    /// Runs `work` on the links of all connections that are meant, and counts them.
    pub(crate) fn each_link(&self, target: Target<'_>, work: impl Fn(&Link)) -> usize {
        let state = self.state();
        let meant = state.connections.iter().filter(|(number, entry)| match target {
            Target::All => true,
            Target::Connection(wanted) => **number == wanted,
            Target::Worker(id) => entry.worker.as_ref().is_some_and(|worker| *worker.id == *id),
        });
        meant.map(|(_, entry)| work(&entry.link)).count()
    }

    /// What a restart of the real controller does to its records (DistWorker sheet, section
    /// 6.4), and the end of all connections.
    pub(crate) fn restart(&self) {
        let now = self.config.clock.now_ms();
        let mut state = self.state();
        state.idle.clear();
        for entry in state.connections.values_mut() {
            entry.worker = None;
            entry.link.command(Command::Abort);
        }
        state.sessions.clear();
        state.table.clear();
        for id in state.store.ids(Status::Processing) {
            state.store.update(id, |record| {
                if record.task.retried < record.task.max_retry {
                    record.task.retried += 1;
                }
                end(record, now, cancelled("controller restarted"));
            });
        }
        self.events.push(Event::Restarted);
    }
}

impl State {
    /// The connections of this worker id get no more tasks.
    pub(super) fn unlist(&mut self, id: &str) {
        for (number, entry) in &mut self.connections {
            if let Some(worker) = &mut entry.worker
                && worker.listed
                && *worker.id == *id
            {
                worker.listed = false;
                if std::mem::take(&mut worker.idle) {
                    self.idle.retain(|other| other != number);
                }
            }
        }
    }
}
