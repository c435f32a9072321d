//! What submitters ask for.

use super::events::Event;
use super::state::{Draft, Shared};
use super::store::Record;
use super::structs::{self, StructError};
use super::task::{
    CancelError, NewTask, Status, SubmitError, Task, TaskError, TaskHandle, Waiters,
};
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

impl Shared {
    pub(crate) fn submit(&self, task: NewTask) -> Result<TaskHandle, SubmitError> {
        let encode = |value: Value| match value {
            Value::Null => Ok(None),
            Value::Object(map) => structs::from_json(&map).map(Some).map_err(SubmitError::BadInput),
            _ => Err(SubmitError::BadInput(StructError::not_an_object())),
        };
        let metadata = encode(task.metadata)?;
        let input = encode(task.input)?;
        let (end, receiver) = oneshot::channel();
        let mut waiters = Waiters { end: Some(end), ..Waiters::default() };
        let progress = task.progress.then(|| {
            let (sender, receiver) = mpsc::channel(self.config.limits.progress.max(1));
            waiters.progress = Some(sender);
            receiver
        });
        let draft = Draft {
            metadata,
            input,
            timeout_ms: task.timeout_ms,
            max_retry: task.max_retry,
            files: task.files,
        };
        let id = self.enter(&task.queue, draft, Some(Box::new(waiters)))?;
        Ok(TaskHandle { id, end: receiver, progress })
    }

    /// Accepts a task whose payloads are encoded and checked.
    pub(crate) fn enter(
        &self,
        queue: &str,
        draft: Draft,
        waiters: Option<Box<Waiters>>,
    ) -> Result<Uuid, SubmitError> {
        if queue.is_empty() {
            return Err(SubmitError::NoQueue);
        }
        let now = self.config.clock.now_ms();
        let mut state = self.state();
        if state.stopped {
            return Err(SubmitError::Stopped);
        }
        let queue = state.queue_name(queue);
        let id = state.ids.next(now);
        let task = Task {
            id,
            status: Status::Pending,
            queue: Arc::clone(&queue),
            metadata: draft.metadata,
            input: draft.input,
            result: None,
            error: None,
            files: draft.files,
            result_files: Vec::new(),
            worker_id: None,
            timeout_ms: draft.timeout_ms,
            created_at: now,
            started_at: None,
            completed_at: None,
            max_retry: draft.max_retry,
            retried: 0,
        };
        if !state.store.has_room(task.weight()) {
            return Err(SubmitError::Full);
        }
        state.store.insert(task, waiters);
        state.stats.submitted += 1;
        self.task_event(|| Event::TaskSubmitted { task_id: id, queue: Arc::clone(&queue) });
        match state.pick(&queue) {
            Some(connection) => state.assign(self, connection, id),
            None => state.enqueue(&queue, id),
        }
        Ok(id)
    }

    pub(crate) fn cancel(&self, id: Uuid) -> Result<(), CancelError> {
        let now = self.config.clock.now_ms();
        let mut state = self.state();
        let done = state.store.update(id, |record| {
            if record.task.status == Status::Finished {
                return Err(CancelError::Finished);
            }
            end(record, now, cancelled("cancelled by user"));
            Ok(())
        });
        done.ok_or(CancelError::NotFound)??;
        state.stats.cancelled += 1;
        self.task_event(|| Event::TaskCancelled { task_id: id });
        Ok(())
    }

    pub(crate) fn task(&self, id: Uuid) -> Option<Task> {
        self.state().store.get(id).cloned()
    }

    /// One page of tasks, newest first, and how many there are on all pages.
    pub(crate) fn tasks(
        &self,
        queue: Option<&str>,
        skip: usize,
        take: usize,
    ) -> (Vec<Task>, usize) {
        let state = self.state();
        let matching = || {
            let newest = state.store.newest_first();
            newest.filter(|task| queue.is_none_or(|queue| *task.queue == *queue))
        };
        let page = matching().skip(skip).take(take).cloned().collect();
        let total = match queue {
            None => state.store.live() + state.store.finished(),
            Some(_) => matching().count(),
        };
        (page, total)
    }
}

pub(super) fn cancelled(message: &str) -> TaskError {
    TaskError { code: "CANCELLED".to_owned(), message: message.to_owned(), details: None }
}

/// Ends a task without a word from its worker: whoever waits for the end is told, whoever waits
/// for the worker's answer is not.
pub(super) fn end(record: &mut Record, now: i64, error: TaskError) {
    record.task.status = Status::Finished;
    record.task.error = Some(error);
    record.task.completed_at = Some(now);
    let sender = record.waiters.as_mut().and_then(|waiters| waiters.end.take());
    if let Some(sender) = sender {
        // Nobody may be waiting any more.
        let _ = sender.send(record.task.clone());
    }
}
