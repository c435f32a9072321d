//! Jobs from inside of the process.

use std::fmt;
use std::sync::Arc;
use tokio::sync::oneshot;

/// A job: a function and the arguments that it is called with, one task each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Job {
    /// Python source text.
    pub code: String,
    /// One JSON text per task; what Python adds to JSON, such as `NaN`, is allowed.
    pub args_list: Vec<String>,
    /// A JSON object for `task_metadata`, sent along with each task. The seed era ignores it.
    pub metadata: Option<String>,
}

impl Job {
    /// A job without metadata.
    #[must_use]
    pub fn new<A: Into<String>>(
        code: impl Into<String>,
        args_list: impl IntoIterator<Item = A>,
    ) -> Self {
        let args_list = args_list.into_iter().map(Into::into).collect();
        Self { code: code.into(), args_list, metadata: None }
    }

    /// Sets the metadata, a JSON object.
    #[must_use]
    pub fn metadata(mut self, json: impl Into<String>) -> Self {
        self.metadata = Some(json.into());
        self
    }
}

/// One stage of a pipeline. Its tasks wait for all tasks of the stage before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stage {
    /// Function, arguments and metadata.
    pub job: Job,
    /// Whether its functions get the results of the stage before along with their arguments
    /// (CrowdCompute sheet, section 17).
    pub pass_upstream_results: bool,
}

/// Why there are no results.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobError {
    /// The job was not accepted, with the foreman's words.
    Refused(String),
    /// The foreman ended, restarted, or forgot the job.
    Gone,
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => write!(f, "the foreman refused the job: {why}"),
            Self::Gone => f.write_str("the foreman is gone, and the job's results with it"),
        }
    }
}

impl std::error::Error for JobError {}

/// A job that was submitted from inside of the process. Dropping it is what a client does that
/// goes away: the job is worked on, its results are lost.
#[derive(Debug)]
pub struct JobHandle {
    pub(crate) id: Arc<str>,
    pub(crate) end: oneshot::Receiver<Result<Vec<String>, JobError>>,
}

impl JobHandle {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The id of its task with this index, from 0 on.
    #[must_use]
    pub fn task_id(&self, index: usize) -> String {
        format!("{}_task_{index}", self.id)
    }

    /// Waits for the results: one JSON text per task, as a client of the real foreman receives
    /// them, distortions included (CrowdCompute sheet, sections 8.2 and 14.3).
    ///
    /// # Errors
    ///
    /// The job was refused, or the foreman is gone.
    pub async fn results(self) -> Result<Vec<String>, JobError> {
        self.end.await.unwrap_or(Err(JobError::Gone))
    }
}
