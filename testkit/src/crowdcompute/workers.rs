//! Workers: who they are and that they live (CrowdCompute sheet, sections 8.1, 8.5, 14.1, 14.2 and
//! 16).

use super::clock;
use super::core::Core;
use super::events::Event;
use super::json::{self, Value};
use super::message::{Kind, Message};
use super::tables::{IDS, MAX_ID, MAX_SPECS, Reaction, WorkerRow};
use super::view::WorkerState;
use std::sync::Arc;

impl Core {
    /// A message on a connection whose first message was `worker_ready`.
    pub(crate) fn worker_message(&mut self, connection: u64, message: &Message) -> Reaction {
        match message.kind {
            Kind::WorkerReady => {
                let id = message.data.get("worker_id").and_then(Value::as_str).map(Arc::from);
                match id {
                    Some(id) => self.ready(connection, &id, &message.data),
                    None => self.ignored(connection, "`worker_ready` without a `worker_id`"),
                }
                return Reaction::Stay;
            }
            Kind::TaskResult
            | Kind::TaskError
            | Kind::Pong
            | Kind::TaskCheckpoint
            | Kind::KillAck => {}
            Kind::WorkerHeartbeat if !self.era.is_seed() => {}
            other => {
                self.ignored(connection, format!("{other:?} is not handled"));
                return Reaction::Stay;
            }
        }
        let Some(worker) = self.worker_of(connection) else {
            self.ignored(connection, format!("{:?}: could not find the worker", message.kind));
            return Reaction::Stay;
        };
        match message.kind {
            Kind::TaskResult => return self.result(connection, &worker, message),
            Kind::TaskError => self.error(connection, &worker, message),
            Kind::Pong => self.alive(&worker, "pong", &message.data),
            Kind::WorkerHeartbeat => self.alive(&worker, "worker_heartbeat", &message.data),
            Kind::TaskCheckpoint => self.checkpoint(connection, &worker, message),
            _ => self.kill_ack(connection, &worker, message),
        }
        Reaction::Stay
    }

    /// `worker_ready`.
    fn ready(&mut self, connection: u64, id: &Arc<str>, data: &Value) {
        if !self.room_for(id) {
            return self.ignored(connection, "no room for another worker, or its id is too long");
        }
        let Some(row) = self.connections.get_mut(&connection) else { return };
        if !row.workers.contains(id) {
            if row.workers.len() == IDS {
                return self.ignored(connection, "too many workers on one connection");
            }
            row.workers.push(Arc::clone(id));
        }
        self.table.insert(Arc::clone(id), connection);
        if !self.workers.contains_key(id) {
            self.order.push(Arc::clone(id));
        }
        let worker = self.workers.entry(Arc::clone(id)).or_insert_with(WorkerRow::new);
        worker.registrations += 1;
        worker.last_seen = clock::now();
        worker.status = WorkerState::Online;
        if !self.era.is_seed() {
            worker.specs = data.get("device_specs").filter(|specs| small(specs)).cloned();
            worker.instrumented = needs_instruments(data);
        }
        // Today's foreman expects a worker to be still at what it was at.
        let busy_with = match self.era.is_seed() {
            true => None,
            false => self.assigned.get(id).and_then(|tasks| tasks.first()).cloned(),
        };
        if let Some(task) = &busy_with {
            worker.status = WorkerState::Busy;
            worker.current_task = Some(Arc::clone(task));
        }
        self.save_worker(id);
        let event =
            Event::Ready { connection, worker_id: Arc::clone(id), busy_with: busy_with.clone() };
        self.log.push(event);
        if busy_with.is_some() {
            self.available.remove(id);
        } else {
            self.free(id);
        }
    }

    /// Forgets a worker that is gone, if there is no room for a new one.
    fn room_for(&mut self, id: &Arc<str>) -> bool {
        if id.len() > MAX_ID {
            return false;
        }
        if self.workers.contains_key(id) || self.workers.len() < self.config.limits.workers {
            return true;
        }
        let idle = |id: &Arc<str>| !self.table.contains_key(id) && !self.assigned.contains_key(id);
        let Some(at) = self.order.iter().position(idle) else { return false };
        let gone = self.order.remove(at);
        self.workers.remove(&gone);
        true
    }

    /// A sign of life. Whatever the worker does, the database then says `online`.
    fn alive(&mut self, worker: &Arc<str>, kind: &'static str, data: &Value) {
        if let Some(row) = self.workers.get_mut(worker) {
            row.heartbeats += 1;
            row.last_seen = clock::now();
            row.status = WorkerState::Online;
            if !self.era.is_seed()
                && let Some(metrics @ Value::Dict(_)) = data.get("performance_metrics")
                && small(metrics)
            {
                row.metrics = Some(metrics.clone());
            }
        }
        self.save_worker(worker);
        self.log.push(Event::Heartbeat { worker_id: Arc::clone(worker), kind });
    }
}

impl WorkerRow {
    pub(crate) fn new() -> Self {
        Self {
            status: WorkerState::Online,
            last_seen: 0,
            current_task: None,
            completed: 0,
            failed: 0,
            registrations: 0,
            heartbeats: 0,
            specs: None,
            metrics: None,
            instrumented: false,
        }
    }
}

/// Whether specs or metrics are something, and not too much of it.
fn small(value: &Value) -> bool {
    !value.is_falsy() && json::write(value).len() <= MAX_SPECS
}

/// Whether a worker says that its functions can not be looked into from outside.
fn needs_instruments(data: &Value) -> bool {
    let is = |key: &str, wanted: &str| {
        data.get(key).and_then(Value::as_str).is_some_and(|text| text.contains(wanted))
    };
    let denies = |key: &str| {
        let capability = data.get("capabilities").and_then(|all| all.get(key));
        capability.and_then(Value::as_bool) == Some(false)
    };
    let android =
        is("platform", "android") && (is("runtime", "chaquopy") || is("runtime", "kotlin"));
    android || denies("supports_settrace") || denies("supports_frame_introspection")
}
