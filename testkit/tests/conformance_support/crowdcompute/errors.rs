//! Errors as the foreman sees them: texts, of which the beginning tells whether the task was run (docs,
//! "What each system gets to see").

use journeyman_core::JobErrorKind;

const PREFIX: &str = "Task execution failed: ";
/// The task ran, and failed.
const FAILED: &str = "failed";
/// The task was not run, or not to its end.
const NOT_RUN: &str = "not run";
/// The task was on its way to the worker when the connection broke, and nobody will tell.
pub(super) const LOST: &str = "lost";

pub(super) fn code(kind: JobErrorKind) -> &'static str {
    match kind {
        JobErrorKind::Cancelled
        | JobErrorKind::NoRoute
        | JobErrorKind::Overloaded
        | JobErrorKind::HandedBack => NOT_RUN,
        JobErrorKind::Failed
        | JobErrorKind::RetryAfter
        | JobErrorKind::Rejected
        | JobErrorKind::BadInput
        | JobErrorKind::TimedOut
        | JobErrorKind::Panicked => FAILED,
        kind => panic!("a new kind of error, {kind:?}, needs a code"),
    }
}

/// The text of a `task_error` as code and text.
pub(super) fn seen(error: &str) -> (String, String) {
    match error.strip_prefix(PREFIX) {
        Some(text) => (FAILED.to_owned(), text.to_owned()),
        None => (NOT_RUN.to_owned(), error.to_owned()),
    }
}
