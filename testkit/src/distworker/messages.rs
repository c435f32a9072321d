//! What registered workers say. Nothing is ever answered (DistWorker sheet, section 6.2).

use super::events::Event;
use super::proto::{self, Envelope, Heartbeat, Payload, TaskComplete, TaskFailed};
use super::state::{Shared, State};
use super::store::{Record, parse_id};
use super::structs::{self, StructError};
use super::task::{Progress, Status, TaskError};
use bytes::Bytes;
use prost::Message as _;
use std::sync::Arc;
use tokio::sync::mpsc;
use uuid::Uuid;

impl Shared {
    pub(crate) fn message(&self, connection: u64, payload: Bytes) {
        let envelope = match Envelope::decode(payload) {
            Ok(envelope) => envelope,
            Err(error) => {
                return self.ignored(connection, format!("failed to unmarshal message: {error}"));
            }
        };
        if let Err(error) = check_structs(envelope.payload.as_ref()) {
            return self.ignored(connection, format!("failed to unmarshal message: {error}"));
        }
        let kind = envelope.kind;
        let mut state = self.state();
        let outcome = match (kind, envelope.payload) {
            (proto::HEARTBEAT, Some(Payload::Heartbeat(message))) => {
                state.heartbeat(self, connection, &message)
            }
            (proto::TASK_PROGRESS, Some(Payload::TaskProgress(message))) => {
                state.progress(self, connection, message)
            }
            (proto::TASK_COMPLETE, Some(Payload::TaskComplete(message))) => {
                state.complete(self, connection, message)
            }
            (proto::TASK_FAILED, Some(Payload::TaskFailed(message))) => {
                state.fail(self, connection, message)
            }
            (
                proto::HEARTBEAT | proto::TASK_PROGRESS | proto::TASK_COMPLETE | proto::TASK_FAILED,
                _,
            ) => Err(format!("payload is nil for {}", proto::type_name(kind))),
            _ => Err(format!("unknown message type: {}", proto::type_name(kind))),
        };
        if let Err(reason) = outcome {
            state.ignored(self, connection, reason);
        }
    }
}

impl State {
    pub(super) fn ignored(&mut self, shared: &Shared, connection: u64, reason: String) {
        self.stats.ignored += 1;
        shared.events.push(Event::Ignored { connection, reason });
    }

    fn heartbeat(
        &mut self,
        shared: &Shared,
        connection: u64,
        message: &Heartbeat,
    ) -> Result<(), String> {
        let worker = self.worker(connection).ok_or("worker is not registered")?;
        let id = Arc::clone(&worker.id);
        let session = self.sessions.get_mut(&id).ok_or("worker session not found")?;
        session.health = message.health;
        session.last_heartbeat = Some(shared.config.clock.now_ms());
        self.stats.heartbeats += 1;
        shared.events.push(Event::Heartbeat { worker_id: id, health: message.health });
        Ok(())
    }

    /// Finds the task that a worker speaks of, and checks that it is the worker's own.
    fn owned(&self, connection: u64, task_id: &str) -> Result<(Uuid, Arc<str>), String> {
        let worker = self.worker(connection).ok_or("worker is not registered")?;
        let known = parse_id(task_id).and_then(|id| self.store.get(id));
        let task = known.ok_or_else(|| format!("task not found: {task_id:?}"))?;
        if task.worker_id.as_ref() != Some(&worker.id) {
            return Err(format!("worker does not own this task: {task_id}"));
        }
        Ok((task.id, Arc::clone(&worker.id)))
    }

    fn progress(
        &mut self,
        shared: &Shared,
        connection: u64,
        message: proto::TaskProgress,
    ) -> Result<(), String> {
        let (id, worker_id) = self.owned(connection, &message.task_id)?;
        self.stats.progress += 1;
        shared.task_event(|| Event::TaskProgress {
            worker_id,
            task_id: id,
            progress: message.progress,
            message: message.message.clone(),
            has_data: message.data.is_some(),
        });
        let sent = self.store.update(id, |record| {
            // A quirk of the real controller's database write.
            record.task.metadata.get_or_insert_default();
            let Some(sender) =
                record.waiters.as_ref().and_then(|waiters| waiters.progress.as_ref())
            else {
                return Ok(());
            };
            let progress = Progress {
                progress: message.progress,
                message: message.message,
                data: detached(message.data),
            };
            sender.try_send(progress)
        });
        if let Some(Err(mpsc::error::TrySendError::Full(_))) = sent {
            return Err(format!("progress of task {id} dropped: its reader is too slow"));
        }
        Ok(())
    }

    fn complete(
        &mut self,
        shared: &Shared,
        connection: u64,
        message: TaskComplete,
    ) -> Result<(), String> {
        let (id, worker_id) = self.owned(connection, &message.task_id)?;
        let now = shared.config.clock.now_ms();
        self.stats.completed += 1;
        let Self { store, .. } = self;
        store.update(id, |record| {
            let task = &mut record.task;
            let again = task.status == Status::Finished;
            if let Some(result) = detached(message.result) {
                task.result = Some(result);
            }
            if !message.result_files.is_empty() {
                task.result_files = message.result_files;
            }
            task.error = None;
            task.status = Status::Finished;
            task.completed_at = Some(now);
            shared.task_event(|| Event::TaskCompleted { worker_id, task_id: id, again });
            answered(record);
        });
        self.free(shared, connection);
        Ok(())
    }

    fn fail(
        &mut self,
        shared: &Shared,
        connection: u64,
        message: TaskFailed,
    ) -> Result<(), String> {
        let (id, worker_id) = self.owned(connection, &message.task_id)?;
        let now = shared.config.clock.now_ms();
        self.stats.failed += 1;
        let again = self.store.update(id, |record| {
            let task = &mut record.task;
            let again = task.retried < task.max_retry;
            shared.task_event(|| Event::TaskFailed {
                worker_id,
                task_id: id,
                code: message.error_code.clone(),
                message: message.error_message.clone(),
                retried: again,
            });
            task.error = Some(TaskError {
                code: message.error_code,
                message: message.error_message,
                details: detached(message.error_details),
            });
            task.completed_at = Some(now);
            if again {
                task.status = Status::Pending;
                task.retried += 1;
            } else {
                task.status = Status::Finished;
            }
            let queue = again.then(|| Arc::clone(&task.queue));
            answered(record);
            queue
        });
        if let Some(Some(queue)) = again {
            self.stats.retried += 1;
            self.enqueue(&queue, id);
            self.free(shared, connection);
            self.serve(shared, &queue);
        } else {
            self.free(shared, connection);
        }
        Ok(())
    }

    /// Any accepted terminal message frees the sender's slot, whatever it was about.
    fn free(&mut self, shared: &Shared, connection: u64) {
        if let Some(worker) = self.worker_mut(connection) {
            worker.in_flight = worker.in_flight.saturating_sub(1);
        }
        self.feed(shared, connection);
    }
}

/// Tells those who wait about a terminal message.
fn answered(record: &mut Record) {
    let Some(waiters) = &mut record.waiters else { return };
    waiters.progress = None;
    if let Some(sender) = waiters.answer.take() {
        let _ = sender.send(record.task.clone());
    }
    if record.task.status == Status::Finished {
        if let Some(sender) = waiters.end.take() {
            let _ = sender.send(record.task.clone());
        }
        record.waiters = None;
    }
}

/// A stored slice must not pin the much larger read buffer that it arrived in.
fn detached(bytes: Option<Bytes>) -> Option<Bytes> {
    const PINNING: usize = 16 * 1024;
    bytes.map(|bytes| if bytes.len() < PINNING { Bytes::copy_from_slice(&bytes) } else { bytes })
}

fn check_structs(payload: Option<&Payload>) -> Result<(), StructError> {
    let bytes = match payload {
        Some(Payload::TaskComplete(message)) => message.result.as_ref(),
        Some(Payload::TaskProgress(message)) => message.data.as_ref(),
        Some(Payload::TaskFailed(message)) => message.error_details.as_ref(),
        Some(Payload::Heartbeat(message)) => {
            message.resource_usage.as_ref().and_then(|usage| usage.additional.as_ref())
        }
        _ => None,
    };
    bytes.map_or(Ok(()), |bytes| structs::validate(bytes))
}
