//! How a request ends that does not end with a value.

use super::messages::{Era, WorkerError};
use super::value::Value;
use std::fmt;

/// What a MOO task gets instead of a value (mooR sheet, section 9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MooFailure {
    /// The error that is raised, such as `E_EXEC`.
    pub code: &'static str,
    /// Its message.
    pub message: String,
}

impl MooFailure {
    /// What a worker's error becomes. The PASETO era throws the worker's text away.
    #[must_use]
    pub fn of(error: &WorkerError, era: Era) -> Self {
        use WorkerError as Worker;
        let (code, paseto, curve) = match error {
            Worker::PermissionDenied(_) => ("E_PERM", "Permission denied", "Permission denied"),
            Worker::InvalidRequest(_) => ("E_INVARG", "Invalid request", "Invalid request"),
            Worker::InternalError(_) => ("E_EXEC", "Invalid response", "Internal error"),
            Worker::RequestTimedOut(_) => ("E_QUOTA", "Request timed out", "Request timed out"),
            Worker::RequestError(_) => ("E_INVARG", "Request cancelled", "Request error"),
            Worker::Detached(_) => ("E_EXEC", "Worker detached", "Worker detached"),
            Worker::NoWorkerAvailable(worker_type) => {
                let message = format!("No worker available for {worker_type}");
                return Self { code: "E_TYPE", message };
            }
        };
        let message = match era {
            Era::Paseto => paseto.to_owned(),
            Era::Curve => format!("{curve}: {}", error.text()),
        };
        Self { code, message }
    }
}

impl fmt::Display for MooFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.code, self.message)
    }
}

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// An error was raised.
    Moo(MooFailure),
    /// The daemon stopped, and the task with it.
    Lost,
    /// More requests are outstanding than the stand-in keeps
    /// ([`Limits::outstanding`](super::Limits::outstanding)).
    Full,
}

impl Failure {
    /// The error that was raised, if one was.
    #[must_use]
    pub fn moo(&self) -> Option<&MooFailure> {
        match self {
            Self::Moo(failure) => Some(failure),
            _ => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moo(failure) => write!(f, "{failure}"),
            Self::Lost => f.write_str("the daemon stopped before the request was answered"),
            Self::Full => f.write_str("too many requests are outstanding"),
        }
    }
}

impl std::error::Error for Failure {}

/// How a request ended.
pub type Outcome = Result<Value, Failure>;
