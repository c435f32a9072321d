//! Results and errors of tasks (CrowdCompute sheet, sections 8.2 to 8.6, 14.3 and 14.4).

use super::clock;
use super::core::Core;
use super::events::Event;
use super::json::Value;
use super::message::Message;
use super::pytext;
use super::results;
use super::tables::{ERRORS, FAILURES, Failure, MAX_ERROR, Reaction};
use super::view::{TaskState, WorkerState};
use std::sync::Arc;

impl Core {
    /// The task that a message is about, if it is one that this worker was given.
    fn own_task(&mut self, worker: &Arc<str>, message: &Message) -> Result<Arc<str>, String> {
        let id = message.data.get("task_id").and_then(Value::as_str).unwrap_or_default();
        let Some((id, _)) = self.tasks.get_key_value(id) else {
            return Err("there is no such task".to_owned());
        };
        let id = Arc::clone(id);
        let task = &self.tasks[&id];
        if task.state == TaskState::Assigned && task.assigned.contains(worker) {
            return Ok(id);
        }
        let why = match task.state {
            TaskState::Assigned => "it is assigned to another worker".to_owned(),
            state => format!("it is {}", state.name()),
        };
        if let Some(task) = self.tasks.get_mut(&id) {
            task.late += 1;
        }
        Err(why)
    }

    /// A result or error that does not count leaves the worker available, but it gets nothing on
    /// that occasion (CrowdCompute sheet, section 8.6).
    fn late(&mut self, worker: &Arc<str>, message: &Message, reason: String) {
        let sent = message.data.get("task_id").and_then(Value::as_str).unwrap_or_default();
        self.log.push(Event::Late {
            worker_id: Arc::clone(worker),
            task_id: sent.chars().take(200).collect(),
            reason,
        });
        if self.era.kills() {
            let id = Arc::<str>::from(sent);
            self.release(&id, worker);
            self.free(worker);
        } else {
            self.available.insert(Arc::clone(worker));
        }
    }

    pub(crate) fn result(
        &mut self,
        connection: u64,
        worker: &Arc<str>,
        message: &Message,
    ) -> Reaction {
        let (Some(result), Some(_)) = (message.data.get("result"), message.data.get("task_id"))
        else {
            self.ignored(connection, "`task_result` without `result` or `task_id`");
            return Reaction::Stay;
        };
        let id = match self.own_task(worker, message) {
            Ok(id) => id,
            Err(reason) => {
                self.late(worker, message, reason);
                return Reaction::Stay;
            }
        };
        let stored = results::stored(self.era, result, worker, &id);
        let raw: Arc<str> = message.raw_result.as_deref().unwrap_or_default().into();
        let bytes = stored.len() + raw.len();
        if self.kept_bytes + bytes > self.config.limits.kept_bytes {
            return Reaction::Abort("the stand-in can not keep more results");
        }
        self.kept_bytes += bytes;
        let now = clock::now();
        self.set_state(&id, TaskState::Completed);
        self.release(&id, worker);
        let Some(task) = self.tasks.get_mut(&id) else { return Reaction::Stay };
        task.raw = Some(raw);
        task.stored = Some(stored);
        task.worker = Some(Arc::clone(worker));
        task.completed_at = Some(now);
        task.progress = 100.0;
        let (job_id, stage) = (Arc::clone(&task.job), task.stage);
        let others = task.assigned.clone();
        if let Some(row) = self.workers.get_mut(worker) {
            row.completed += 1;
            row.status = WorkerState::Online;
            row.last_seen = now;
        }
        self.save_result(&id);
        self.save_worker(worker);
        self.log
            .push(Event::TaskCompleted { worker_id: Arc::clone(worker), task_id: Arc::clone(&id) });
        for other in others {
            self.send_kill(&other, &id);
        }
        if let Some(job) = self.jobs.get_mut(&job_id) {
            job.completed_tasks += 1;
            job.remaining -= 1;
            if let Some(stage) = job.stages.get_mut(stage) {
                stage.remaining -= 1;
            }
        }
        self.unblock(&job_id, &id, stage);
        self.free(worker);
        // The job is found by what the message says, right or wrong.
        if let Some(job_id) = message.job_id.as_str() {
            self.complete(job_id);
        }
        Reaction::Stay
    }

    pub(crate) fn error(&mut self, connection: u64, worker: &Arc<str>, message: &Message) {
        let (Some(error), Some(_)) = (message.data.get("error"), message.data.get("task_id"))
        else {
            return self.ignored(connection, "`task_error` without `error` or `task_id`");
        };
        let id = match self.own_task(worker, message) {
            Ok(id) => id,
            Err(reason) => return self.late(worker, message, reason),
        };
        let mut text = pytext::str_of(error).lossy();
        let cut = (0..=text.len().min(MAX_ERROR)).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(cut.unwrap_or_default());
        let text: Arc<str> = text.into();
        let now = clock::now();
        let Some(task) = self.tasks.get_mut(&id) else { return };
        let job = Arc::clone(&task.job);
        task.error_count += 1;
        if task.errors.len() == ERRORS
            && let Some(oldest) = task.errors.pop_front()
        {
            self.kept_bytes = self.kept_bytes.saturating_sub(oldest.len());
        }
        if self.kept_bytes + text.len() <= self.config.limits.kept_bytes {
            self.kept_bytes += text.len();
            task.errors.push_back(Arc::clone(&text));
        }
        // Each failure is written down twice.
        for _ in 0..2 {
            self.fail(Failure {
                id: self.next_failure,
                worker: Arc::clone(worker),
                task: Arc::clone(&id),
                job: Arc::clone(&job),
                error: Arc::clone(&text),
                at: now,
            });
        }
        self.release(&id, worker);
        if let Some(task) = self.tasks.get(&id).filter(|task| task.assigned.is_empty()) {
            let state = match self.faults.gives_up(&id, task.error_count) {
                true => TaskState::Blocked,
                false => TaskState::Pending,
            };
            self.set_state(&id, state);
        }
        if let Some(row) = self.workers.get_mut(worker) {
            row.failed += 1;
            row.status = WorkerState::Online;
            row.last_seen = now;
        }
        self.save_task(&id);
        self.save_worker(worker);
        self.log.push(Event::TaskFailed {
            worker_id: Arc::clone(worker),
            task_id: Arc::clone(&id),
            error: text,
        });
        self.free(worker);
    }

    fn fail(&mut self, failure: Failure) {
        self.next_failure += 1;
        self.save_failure(&failure);
        if self.failures.len() == FAILURES {
            self.failures.pop_front();
        }
        self.failures.push_back(failure);
    }
}
