//! Who gets which task (DistWorker sheet, section 6.1).

use super::events::Event;
use super::link::Link;
use super::proto::{self, Envelope, Payload, TaskAssign};
use super::state::{Queues, Shared, State, Worker};
use super::task::Status;
use crate::ws::frames;
use bytes::BytesMut;
use prost::Message as _;
use std::sync::Arc;
use uuid::Uuid;

impl State {
    pub(super) fn worker(&self, connection: u64) -> Option<&Worker> {
        self.connections.get(&connection)?.worker.as_ref()
    }

    pub(super) fn worker_mut(&mut self, connection: u64) -> Option<&mut Worker> {
        self.connections.get_mut(&connection)?.worker.as_mut()
    }

    pub(super) fn queues_of(&self, provisioner: &str) -> Queues {
        self.lines.get(provisioner).map_or_else(|| Arc::new([]), Arc::clone)
    }

    /// The shared text of a queue name that is in use, or a new one.
    pub(super) fn queue_name(&self, name: &str) -> Arc<str> {
        let used = self.pending.get_key_value(name).map(|(name, _)| name);
        let known =
            || self.lines.values().flat_map(|queues| queues.iter()).find(|queue| ***queue == *name);
        used.or_else(known).map_or_else(|| name.into(), Arc::clone)
    }

    /// The connection for this queue that has been idle longest.
    pub(super) fn pick(&self, queue: &str) -> Option<u64> {
        let serves = |number: &u64| {
            let worker = self.worker(*number);
            worker.is_some_and(|worker| worker.queues.iter().any(|served| **served == *queue))
        };
        self.idle.iter().copied().find(serves)
    }

    pub(super) fn enqueue(&mut self, queue: &Arc<str>, id: Uuid) {
        let place = self.next_pending;
        self.next_pending += 1;
        self.pending.entry(Arc::clone(queue)).or_default().push_back((place, id));
    }

    /// The oldest pending task of any of these queues.
    pub(super) fn dequeue(&mut self, queues: &[Arc<str>]) -> Option<Uuid> {
        let pending = &self.pending;
        let heads = queues.iter().filter_map(|queue| {
            let (place, _) = pending.get(queue)?.front()?;
            Some((*place, queue))
        });
        let (_, queue) = heads.min()?;
        let tasks = self.pending.get_mut(queue)?;
        let (_, id) = tasks.pop_front()?;
        if tasks.is_empty() {
            self.pending.remove(queue);
        }
        Some(id)
    }

    /// Gives a connection as many pending tasks as it has room for, and keeps the idle list.
    pub(super) fn feed(&mut self, shared: &Shared, connection: u64) {
        let slots = shared.faults.slots();
        loop {
            let Some(worker) = self.worker(connection) else { return };
            let room = worker.listed && !worker.stalled && worker.in_flight < slots;
            let next = if room && !self.pending.is_empty() {
                let queues = Arc::clone(&worker.queues);
                self.dequeue(&queues)
            } else {
                None
            };
            let Some(id) = next else {
                let Some(worker) = self.worker_mut(connection) else { return };
                if worker.idle != room {
                    worker.idle = room;
                    if room {
                        self.idle.push(connection);
                    } else {
                        self.idle.retain(|other| *other != connection);
                    }
                }
                return;
            };
            self.send(shared, connection, id);
        }
    }

    /// Gives pending tasks of a queue to idle connections.
    pub(super) fn serve(&mut self, shared: &Shared, queue: &Arc<str>) {
        while self.pending.contains_key(queue) {
            let Some(connection) = self.pick(queue) else { return };
            let Some(id) = self.dequeue(std::slice::from_ref(queue)) else { return };
            self.assign(shared, connection, id);
        }
    }

    /// Sends a task to an idle connection.
    pub(super) fn assign(&mut self, shared: &Shared, connection: u64, id: Uuid) {
        self.send(shared, connection, id);
        self.feed(shared, connection);
    }

    pub(super) fn send(&mut self, shared: &Shared, connection: u64, id: Uuid) {
        let Some(entry) = self.connections.get_mut(&connection) else { return };
        let Some(worker) = &mut entry.worker else { return };
        let now = shared.config.clock.now_ms();
        let message = self.store.update(id, |record| {
            let task = &mut record.task;
            task.status = Status::Processing;
            task.worker_id = Some(Arc::clone(&worker.id));
            task.started_at = Some(now);
            TaskAssign {
                task_id: task.id.to_string(),
                queue: task.queue.as_ref().to_owned(),
                metadata: task.metadata.clone(),
                input: task.input.clone(),
                timeout_ms: task.timeout_ms,
                files: task.files.clone(),
            }
        });
        // A cancelled task may have been forgotten while it still stood in its queue.
        let Some(message) = message else { return };
        worker.in_flight += 1;
        let respond = std::mem::take(&mut worker.response_held);
        let envelope =
            Envelope { kind: proto::TASK_ASSIGN, payload: Some(Payload::TaskAssign(message)) };
        let times = if shared.faults.deliver_twice() { 2 } else { 1 };
        // Logged before it is sent: a test must never see the effect ahead of the event.
        self.stats.assigned += 1;
        let worker_id = &worker.id;
        shared.task_event(|| Event::TaskAssigned {
            connection,
            worker_id: Arc::clone(worker_id),
            task_id: id,
        });
        entry.link.post(|mail| {
            for _ in 0..times {
                put_message(&envelope, &mut mail.out);
            }
            mail.assignment = Some(id);
        });
        if respond {
            send_response(&entry.link, worker.idle_seconds);
        }
    }
}

pub(super) fn send_response(link: &Link, idle_time: i32) {
    let response = proto::WorkerRegisterResponse { idle_time };
    let envelope = Envelope {
        kind: proto::WORKER_REGISTER_RESPONSE,
        payload: Some(Payload::WorkerRegisterResponse(response)),
    };
    link.send(frames::BINARY, &envelope.encode_to_vec());
}

pub(super) fn put_message(envelope: &Envelope, out: &mut BytesMut) {
    let length = envelope.encoded_len();
    frames::put_head(frames::BINARY, length, out);
    out.reserve(length);
    // Reserved above, so there is no error to have.
    let _ = envelope.encode(out);
}
