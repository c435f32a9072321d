//! Errors as those on the bus see them: the name before the colon, and the text behind it
//! (docs, "Results and errors").

use journeyman_core::{JobError, JobErrorKind};

/// The whole of what an unknown action is answered with, but for the action.
pub(super) const UNKNOWN: &str = "Unknown action";

pub(super) fn code(error: &JobError) -> &str {
    match (error.code(), error.kind()) {
        (Some(code), _) => code,
        (_, JobErrorKind::Failed | JobErrorKind::RetryAfter | JobErrorKind::Rejected) => {
            "RuntimeError"
        }
        (_, JobErrorKind::TimedOut) => "TimeoutError",
        (_, JobErrorKind::Cancelled | JobErrorKind::HandedBack) => "CancelledError",
        (_, JobErrorKind::BadInput) => "ValueError",
        (_, JobErrorKind::Panicked) => "Panic",
        (_, JobErrorKind::Overloaded) => "Overloaded",
        (_, JobErrorKind::NoRoute) => UNKNOWN,
        (_, kind) => panic!("a new kind of error, {kind:?}, needs a name"),
    }
}

/// A text of `status/error` as name and text.
pub(super) fn seen(text: &str) -> (String, String) {
    let (name, rest) = text.split_once(": ").unwrap_or((text, ""));
    (name.to_owned(), rest.to_owned())
}
