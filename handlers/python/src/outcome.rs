//! Our errors for the executor's.

use std::time::Duration;

use journeyman_core::{Job, JobError, job::CancelReason};
use journeyman_crowdcompute::PLAIN_ERROR;
use journeyman_executor::{Failure, FailureKind, PythonError};

/// The code of an error that the task's own code raised.
pub const RAISED: &str = "PYTHON_RAISED";
/// The code of a result that JSON cannot carry, or that is too large.
pub const RESULT: &str = "PYTHON_RESULT";
/// The code of a task that went over a limit.
pub const LIMIT: &str = "PYTHON_LIMIT";
/// The code of a task whose interpreter ended in the middle of it.
pub const DIED: &str = "PYTHON_DIED";
/// The code of a task for which there was no interpreter. Trying again may help.
pub const UNAVAILABLE: &str = "PYTHON_UNAVAILABLE";

/// How long to wait, at least, before a task for which there was no interpreter is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// Whose words an error has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Words {
    /// Ours.
    Plain,
    /// CrowdCompute's: the text of an exception without its class (sheet, section 6.3). Where that
    /// is nothing at all, the class, unless it has to be `exact`.
    Crowd { exact: bool },
}

pub(crate) fn cancelled(reason: CancelReason) -> JobError {
    JobError::cancelled(reason.as_str())
}

/// The error of a job whose task failed.
pub(crate) fn error(
    job: &Job,
    failure: &Failure,
    reason: Option<CancelReason>,
    words: Words,
) -> JobError {
    let text = || failure.to_string();
    match failure.kind() {
        FailureKind::Python(error) => {
            show(job, error);
            JobError::failed(words.of(error)).with_code(RAISED)
        }
        FailureKind::NotSerializable(error) => {
            let code = match words {
                Words::Plain => RESULT,
                Words::Crowd { .. } => PLAIN_ERROR,
            };
            JobError::rejected(words.of(error)).with_code(code)
        }
        FailureKind::ResultTooLarge { .. } | FailureKind::TaskTooLarge { .. } => {
            JobError::rejected(text()).with_code(RESULT)
        }
        FailureKind::Timeout { .. } => JobError::timed_out(text()).with_code(LIMIT),
        FailureKind::Cancelled => match reason {
            Some(reason) => cancelled(reason),
            None => JobError::cancelled("the executor was shut down"),
        },
        FailureKind::Died { .. } | FailureKind::Misbehaved { .. } => {
            JobError::failed(text()).with_code(DIED)
        }
        FailureKind::NotStarted { problem } => {
            let text = format!("there is no Python to run the task: {problem}");
            JobError::retry_after(PAUSE, text).with_code(UNAVAILABLE)
        }
        _ => JobError::failed(text()).with_code(LIMIT),
    }
}

/// The traceback goes to whoever watches the worker, behind what the task printed.
fn show(job: &Job, error: &PythonError) {
    if error.traceback.is_empty() {
        return;
    }
    if job.printed().is_some_and(|output| !output.text.ends_with('\n')) {
        job.print("\n");
    }
    job.print(&error.traceback);
}

impl Words {
    fn of(self, error: &PythonError) -> String {
        match self {
            Self::Plain => error.to_string(),
            Self::Crowd { exact } => match error.text() {
                text if text.is_empty() && !exact => error.kind.clone(),
                text => text,
            },
        }
    }
}
