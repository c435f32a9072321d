//! Tasks as their submitter sees them.

use super::proto::FileInfo;
use super::structs::{self, StructError};
use bytes::Bytes;
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Where a task stands. Success and failure are both [`Finished`](Status::Finished); the error
/// tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Waits for a worker.
    Pending,
    /// Was given to a worker.
    Processing,
    /// Ended.
    Finished,
}

impl Status {
    /// The word in the HTTP API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Finished => "finished",
        }
    }
}

/// Why a task failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskError {
    /// Free text, such as `HANDLER_ERROR` or `CANCELLED`.
    pub code: String,
    /// Free text.
    pub message: String,
    /// An encoded Struct, if the worker sent one.
    pub details: Option<Bytes>,
}

/// A task as it is recorded. Cheap to clone: payloads are shared.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Task {
    /// A UUIDv7; later tasks have larger ids.
    pub id: Uuid,
    /// Where it stands.
    pub status: Status,
    /// The queue, compared for equality with the queues of workers.
    pub queue: Arc<str>,
    /// An encoded Struct; absent if the submitter gave none.
    pub metadata: Option<Bytes>,
    /// An encoded Struct; absent if the submitter gave none.
    pub input: Option<Bytes>,
    /// An encoded Struct; absent if the worker sent none.
    pub result: Option<Bytes>,
    /// The last error; a completion clears it.
    pub error: Option<TaskError>,
    /// Files of the task.
    pub files: Vec<FileInfo>,
    /// Files of the result.
    pub result_files: Vec<FileInfo>,
    /// The worker it was given to last.
    pub worker_id: Option<Arc<str>>,
    /// Milliseconds, 0 for none. Nobody enforces it on the controller's side.
    pub timeout_ms: i64,
    /// Unix milliseconds (the API shows seconds).
    pub created_at: i64,
    /// Unix milliseconds of the last assignment.
    pub started_at: Option<i64>,
    /// Unix milliseconds of the last terminal message or of the cancellation.
    pub completed_at: Option<i64>,
    /// How often a failure queues it again.
    pub max_retry: u32,
    /// How often that has happened.
    pub retried: u32,
}

fn optional(bytes: Option<&Bytes>) -> Value {
    // Stored Structs were checked when they arrived; null is what is left for the impossible.
    bytes.and_then(|bytes| structs::to_json(bytes).ok()).map_or(Value::Null, Value::Object)
}

impl Task {
    /// `input` as JSON, null if there is none.
    #[must_use]
    pub fn input_json(&self) -> Value {
        optional(self.input.as_ref())
    }

    /// `result` as JSON, null if there is none.
    #[must_use]
    pub fn result_json(&self) -> Value {
        optional(self.result.as_ref())
    }

    /// Whether it ended without an error.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.status == Status::Finished && self.error.is_none()
    }

    /// The task as the HTTP API shows it (DistWorker sheet, section 8.1).
    #[must_use]
    pub fn to_json(&self) -> Value {
        let seconds = |ms: Option<i64>| ms.map(|ms| ms.div_euclid(1000));
        let mut task = json!({
            "task_id": self.id.to_string(),
            "status": self.status.as_str(),
            "queue": &*self.queue,
            "metadata": optional(self.metadata.as_ref()),
            "input": self.input_json(),
            "worker_id": self.worker_id.as_deref().unwrap_or_default(),
            "timeout": self.timeout_ms,
            "created_at": seconds(Some(self.created_at)),
            "started_at": seconds(self.started_at),
            "completed_at": seconds(self.completed_at),
            "max_retry": self.max_retry,
            "retried": self.retried,
            "webhook_url": "",
        });
        if self.result.is_some() {
            task["result"] = self.result_json();
        }
        if let Some(error) = &self.error {
            task["error"] = json!({"code": error.code, "message": error.message});
            if error.details.is_some() {
                task["error"]["details"] = optional(error.details.as_ref());
            }
        }
        if !self.files.is_empty() {
            task["files"] = json!(self.files);
        }
        if !self.result_files.is_empty() {
            task["result_files"] = json!(self.result_files);
        }
        task
    }

    /// Bytes it holds on the heap, roughly.
    pub(crate) fn weight(&self) -> usize {
        let payload = |bytes: &Option<Bytes>| bytes.as_ref().map_or(0, Bytes::len);
        let files: usize = self
            .files
            .iter()
            .chain(&self.result_files)
            .map(|file| {
                let texts = file.file_id.len() + file.filename.len() + file.content_type.len();
                texts + file.storage_url.len() + size_of::<FileInfo>()
            })
            .sum();
        let error = self
            .error
            .as_ref()
            .map_or(0, |error| error.code.len() + error.message.len() + payload(&error.details));
        payload(&self.metadata) + payload(&self.input) + payload(&self.result) + files + error
    }
}

/// A task to be submitted.
#[derive(Clone, Debug, Default)]
pub struct NewTask {
    pub(crate) queue: String,
    pub(crate) metadata: Value,
    pub(crate) input: Value,
    pub(crate) timeout_ms: i64,
    pub(crate) max_retry: u32,
    pub(crate) files: Vec<FileInfo>,
    pub(crate) progress: bool,
}

impl NewTask {
    /// A task without input, metadata, timeout, retries and files.
    pub fn new(queue: impl Into<String>) -> Self {
        Self { queue: queue.into(), ..Self::default() }
    }

    /// Sets the input. The wire has only objects: anything but an object or null is refused by
    /// [`Controller::submit`](super::Controller::submit); null means no input.
    #[must_use]
    pub fn input(mut self, input: impl Into<Value>) -> Self {
        self.input = input.into();
        self
    }

    /// Sets the metadata; the same rule.
    #[must_use]
    pub fn metadata(mut self, metadata: impl Into<Value>) -> Self {
        self.metadata = metadata.into();
        self
    }

    /// Sets the advisory timeout in milliseconds; 0 is none.
    #[must_use]
    pub fn timeout_ms(mut self, timeout: i64) -> Self {
        self.timeout_ms = timeout;
        self
    }

    /// Sets how often a failure queues the task again.
    #[must_use]
    pub fn retry(mut self, times: u32) -> Self {
        self.max_retry = times;
        self
    }

    /// Sets the files. (Over HTTP the real 0.0.6 can not create a task with files.)
    #[must_use]
    pub fn files(mut self, files: Vec<FileInfo>) -> Self {
        self.files = files;
        self
    }

    /// Keeps progress messages for [`TaskHandle::progress`].
    #[must_use]
    pub fn with_progress(mut self) -> Self {
        self.progress = true;
        self
    }
}

/// A progress message of a worker.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// As sent; should be 0.0 to 1.0.
    pub progress: f32,
    /// As sent.
    pub message: String,
    /// An encoded Struct, if present.
    pub data: Option<Bytes>,
}

impl Progress {
    /// `data` as JSON, null if there is none.
    #[must_use]
    pub fn data_json(&self) -> Value {
        optional(self.data.as_ref())
    }
}

/// Why a task was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubmitError {
    /// The queue name is empty.
    NoQueue,
    /// The input or metadata is no Struct.
    BadInput(StructError),
    /// Too many tasks are pending or processing, or their inputs are too large together.
    Full,
    /// The controller was shut down.
    Stopped,
}

impl fmt::Display for SubmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoQueue => f.write_str("the task names no queue; set `queue`"),
            Self::BadInput(error) => write!(f, "input or metadata can not be sent: {error}"),
            Self::Full => f.write_str(
                "too many unfinished tasks; let workers finish some, or raise the limits \
                 `live_tasks` and `live_bytes`",
            ),
            Self::Stopped => f.write_str("the controller was stopped"),
        }
    }
}

impl std::error::Error for SubmitError {}

/// Why a task could not be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelError {
    /// No task has this id, or it was forgotten.
    NotFound,
    /// The task has ended.
    Finished,
}

impl fmt::Display for CancelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "Task not found",
            Self::Finished => "Task cannot be cancelled",
        })
    }
}

impl std::error::Error for CancelError {}

/// The controller was shut down before the task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the controller was stopped before the task ended")
    }
}

impl std::error::Error for Stopped {}

/// Who waits for a task.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    pub(crate) end: Option<oneshot::Sender<Task>>,
    pub(crate) answer: Option<oneshot::Sender<Task>>,
    pub(crate) progress: Option<mpsc::Sender<Progress>>,
}

/// A submitted task. Dropping it leaves the task alone.
#[derive(Debug)]
pub struct TaskHandle {
    pub(crate) id: Uuid,
    pub(crate) end: oneshot::Receiver<Task>,
    pub(crate) progress: Option<mpsc::Receiver<Progress>>,
}

impl TaskHandle {
    /// Id of the task.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Waits until the task is finished for the first time: completed, failed without retries
    /// left, or cancelled. A task of a worker that died never ends, as on the real controller.
    /// Cancel safe: the call can be repeated, but only until it has returned once.
    ///
    /// # Errors
    ///
    /// [`Stopped`] if the controller was shut down before.
    pub async fn wait(&mut self) -> Result<Task, Stopped> {
        if self.end.is_terminated() {
            return Err(Stopped);
        }
        (&mut self.end).await.map_err(|_| Stopped)
    }

    /// The next progress message, or `None` after the task's first terminal message, when the
    /// controller stops, or if the task was submitted without [`NewTask::with_progress`].
    /// Cancel safe.
    pub async fn progress(&mut self) -> Option<Progress> {
        self.progress.as_mut()?.recv().await
    }
}
