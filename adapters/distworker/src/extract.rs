//! What a DistWorker task has besides its input.

use bytes::Bytes;
use journeyman_core::{Job, JobError, capability::Need, extract::FromJob};
use serde::de::DeserializeOwned;

use crate::{codec::Input, files::Files, structs::from_bytes};

pub(crate) const METADATA: &str = "distworker.metadata";
pub(crate) const FILES: &str = "distworker.files";
pub(crate) const TASK: &str = "distworker.task";

/// What the protocol puts beside the input, when there is any of it.
#[derive(Debug, Default)]
pub(crate) struct Extra {
    pub(crate) metadata: Option<Bytes>,
    pub(crate) files: Files,
    pub(crate) timeout_ms: i64,
}

/// The `metadata` of a task as a type of yours, by name. A task without metadata reads like an
/// empty object.
#[derive(Clone, Copy, Debug, Default)]
pub struct Metadata<T>(pub T);

impl<T: DeserializeOwned + Send> FromJob for Metadata<T> {
    const NEEDS: &'static [Need] = &[Need::Extension(METADATA)];

    fn from_job(job: &Job) -> Result<Self, JobError> {
        let extra = job.extensions().get::<Extra>();
        let bytes = extra.and_then(|extra| extra.metadata.as_deref()).unwrap_or_default();
        from_bytes(bytes)
            .map(Self)
            .map_err(|error| JobError::bad_input(format!("the metadata does not fit: {error}")))
    }
}

impl FromJob for Files {
    const NEEDS: &'static [Need] = &[Need::Extension(FILES)];

    fn from_job(job: &Job) -> Result<Self, JobError> {
        Ok(job.extensions().get::<Extra>().map(|extra| extra.files.clone()).unwrap_or_default())
    }
}

/// A whole task, with look-ups by key: for handlers that come from the Python SDK.
#[derive(Clone, Debug)]
pub struct Task(Job);

impl FromJob for Task {
    const NEEDS: &'static [Need] = &[Need::Extension(TASK), Need::Progress];

    fn from_job(job: &Job) -> Result<Self, JobError> {
        Ok(Self(job.clone()))
    }
}

impl Task {
    /// The controller's id of the task.
    pub fn task_id(&self) -> &str {
        &self.0.info().id
    }

    /// The queue that it was submitted to.
    pub fn queue(&self) -> &str {
        &self.0.info().route
    }

    /// The submitter's time limit in milliseconds; 0 for none. The framework keeps it.
    pub fn timeout_ms(&self) -> i64 {
        self.0.extensions().get::<Extra>().map_or(0, |extra| extra.timeout_ms)
    }

    /// The value under a key of the input; `None` when there is none.
    ///
    /// # Errors
    /// The value does not fit `T`.
    pub fn get_input<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, JobError> {
        let input: Lookup<'_, T> = Lookup::new("input", key);
        let value = self.0.payload().exact::<journeyman_core::Value>();
        input.find(value.map_err(|error| error.to_string()))
    }

    /// The value under a key of the metadata; `None` when there is none.
    ///
    /// # Errors
    /// The value does not fit `T`.
    pub fn get_metadata<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, JobError> {
        let extra = self.0.extensions().get::<Extra>();
        let metadata = Input(extra.and_then(|extra| extra.metadata.clone()));
        let payload: &dyn journeyman_core::Payload = &metadata;
        Lookup::new("metadata", key)
            .find(payload.exact::<journeyman_core::Value>().map_err(|error| error.to_string()))
    }

    /// The files of the task, with look-ups by id and name.
    pub fn files(&self) -> Files {
        self.0.extract().unwrap_or_default()
    }

    /// Reports progress in percent (0 to 100, clamped), with a text. The wire gets a fraction.
    /// Returns whether it was queued; see [`Progress::report`](journeyman_core::job::Progress).
    pub fn send_task_progress(&self, percent: f64, message: impl Into<String>) -> bool {
        let progress = self.0.extract::<journeyman_core::job::Progress>();
        progress.is_ok_and(|progress| progress.message(percent / 100.0, message))
    }
}

/// One key of an object, as a type.
struct Lookup<'a, T> {
    what: &'static str,
    key: &'a str,
    marker: std::marker::PhantomData<T>,
}

impl<'a, T: DeserializeOwned> Lookup<'a, T> {
    fn new(what: &'static str, key: &'a str) -> Self {
        Self { what, key, marker: std::marker::PhantomData }
    }

    fn find(&self, object: Result<journeyman_core::Value, String>) -> Result<Option<T>, JobError> {
        let Self { what, key, .. } = self;
        let wrong = |error: String| JobError::bad_input(format!("{what} `{key}`: {error}"));
        let object = object.map_err(wrong)?;
        let Some(value) = object.get(key) else { return Ok(None) };
        T::deserialize(journeyman_core::value_de::ValueDeserializer(value))
            .map(Some)
            .map_err(|error| wrong(error.to_string()))
    }
}
