//! Checkpoints of a running task, with the foreman's acknowledgement (CrowdCompute sheet, section
//! 14.6).

use std::{any::Any, fmt, time::Duration};

use bytes::Bytes;
use journeyman_core::{Job, JobError, Value, capability::Need, extract::FromJob};
use serde::Serialize;
use tokio::sync::oneshot;

use crate::{gzip, pyjson, task::PythonTask};

pub(crate) const CHECKPOINTS: &str = "crowdcompute.checkpoints";

/// How often upstream's worker makes checkpoints when the job does not say.
const DEFAULT_INTERVAL: Duration = Duration::from_secs(5);

/// The state of a task at one moment.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Checkpoint {
    /// Whether it is the whole state, and not only what changed.
    pub is_base: bool,
    /// Gzip of a JSON object or of a Python pickle.
    pub data: Bytes,
    /// From 0 to 100.
    pub progress_percent: f64,
    /// The names of the variables; where nothing is given, those that the job asks for.
    pub state_vars: Option<Vec<String>>,
    /// The size before gzip, in bytes.
    pub state_size: u64,
}

impl Checkpoint {
    /// The whole state as a JSON object. `percent` is from 0 to 100.
    ///
    /// # Errors
    /// JSON cannot carry the state.
    pub fn state<T: Serialize + ?Sized>(state: &T, percent: f64) -> Result<Self, JobError> {
        let refused =
            |text: String| JobError::rejected(format!("the state cannot be a checkpoint: {text}"));
        let value = Value::from_serialize(state).map_err(|error| refused(error.to_string()))?;
        let mut json = String::new();
        pyjson::value(&mut json, &value).map_err(refused)?;
        let data = gzip::stored(json.as_bytes());
        Ok(Self::packed(data, percent, json.len() as u64))
    }

    /// The whole state, packed already: gzip of JSON or of a Python pickle, whose size was
    /// `state_size` bytes.
    pub fn packed(data: impl Into<Bytes>, percent: f64, state_size: u64) -> Self {
        Self {
            is_base: true,
            data: data.into(),
            progress_percent: percent,
            state_vars: None,
            state_size,
        }
    }

    /// Says that it holds only what changed since the last one.
    #[must_use]
    pub fn delta(mut self) -> Self {
        self.is_base = false;
        self
    }

    /// What [`CrowdCompute`](crate::CrowdCompute) takes as `Input::Command` of the task, and the
    /// answer to it: for tests without a session.
    pub fn command(self) -> (Box<dyn Any + Send>, Receipt) {
        let (answer, receipt) = oneshot::channel();
        (Box::new(Save { checkpoint: self, answer }), Receipt(receipt))
    }

    /// Sets the names of the variables.
    #[must_use]
    pub fn state_vars(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.state_vars = Some(names.into_iter().collect());
        self
    }
}

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint")
            .field("is_base", &self.is_base)
            .field("bytes", &self.data.len())
            .field("progress_percent", &self.progress_percent)
            .finish_non_exhaustive()
    }
}

/// Why a checkpoint was not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotStored {
    /// Nothing proves that this foreman knows checkpoints; one of the seed would drop the worker.
    NotKnown,
    /// There is no connection, or it was lost before the answer.
    Disconnected,
    /// It is larger than a message may be.
    TooLarge,
    /// The foreman said nothing in time: it answers only to what it stored.
    NotAcknowledged,
}

impl NotStored {
    /// What was wrong.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotKnown => "nothing shows that this foreman knows checkpoints",
            Self::Disconnected => "there is no connection to the foreman",
            Self::TooLarge => "the checkpoint is larger than a message may be",
            Self::NotAcknowledged => "the foreman did not say that it stored the checkpoint",
        }
    }
}

impl fmt::Display for NotStored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::error::Error for NotStored {}

/// The answer to a checkpoint.
pub(crate) type Answer = Result<u64, NotStored>;

/// What [`Checkpoints`] hands to the protocol.
#[derive(Debug)]
pub(crate) struct Save {
    pub(crate) checkpoint: Checkpoint,
    pub(crate) answer: oneshot::Sender<Answer>,
}

/// Sends checkpoints of the task in work. Extract it.
#[derive(Clone, Debug)]
pub struct Checkpoints(Job);

impl FromJob for Checkpoints {
    const NEEDS: &'static [Need] = &[Need::Extension(CHECKPOINTS)];

    fn from_job(job: &Job) -> Result<Self, JobError> {
        Ok(Self(job.clone()))
    }
}

impl Checkpoints {
    /// How often the job wants checkpoints; `None` when it wants none.
    pub fn wanted(&self) -> Option<Duration> {
        let task = self.0.extensions().get::<PythonTask>()?;
        let metadata = &task.metadata;
        let interval = metadata.checkpoint_interval.filter(|seconds| *seconds > 0.0);
        let interval = interval.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        (metadata.checkpoint_enabled == Some(true)).then(|| interval.unwrap_or(DEFAULT_INTERVAL))
    }

    /// Sends a checkpoint; waits until the session has room, not for the foreman. The receipt
    /// tells whether it was stored.
    ///
    /// # Errors
    /// The session is gone.
    ///
    /// # Cancel safety
    /// When it is dropped, the checkpoint was either queued or not sent at all.
    pub async fn send(&self, checkpoint: Checkpoint) -> Result<Receipt, JobError> {
        let (command, receipt) = checkpoint.command();
        self.0.command(command).await?;
        Ok(receipt)
    }

    /// Sends a checkpoint and waits until the foreman has stored it, at most 10 s after it was
    /// written. Gives its number, which counts from 1 for each execution of the task.
    ///
    /// # Errors
    /// The session is gone, or the foreman did not store it.
    pub async fn save(&self, checkpoint: Checkpoint) -> Result<u64, JobError> {
        let receipt = self.send(checkpoint).await?;
        Ok(receipt.stored().await?)
    }
}

/// Tells whether a checkpoint was stored. It may be dropped.
#[derive(Debug)]
pub struct Receipt(oneshot::Receiver<Answer>);

impl Receipt {
    /// Waits for the foreman's answer and gives the number of the checkpoint.
    ///
    /// # Errors
    /// It was not stored.
    pub async fn stored(self) -> Result<u64, NotStored> {
        // A sender that is gone was never asked: the job could not be reached.
        self.0.await.unwrap_or(Err(NotStored::Disconnected))
    }
}
