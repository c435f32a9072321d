//! Errors as MOO code sees them (mooR sheet, section 9): the error that is raised, and the words
//! that its message begins with, since several kinds raise the same.

use journeyman_core::{JobError, JobErrorKind};
use journeyman_testkit::moor::MooFailure;

use super::Wire;

/// A request that was given up because its worker detached.
pub(crate) const DETACHED: &str = "E_EXEC: Worker detached";

const NO_WORKER: &str = "No worker available";

/// What begins the messages of today's daemon, and what is all of them in the PASETO era.
const WORDS: [&str; 8] = [
    "Permission denied",
    "Invalid request",
    "Internal error",
    "Invalid response",
    "Request timed out",
    "Request error",
    "Request cancelled",
    "Worker detached",
];

pub(crate) fn code(wire: Wire, error: &JobError) -> String {
    let today = wire != Wire::Paseto;
    let internal = if today { "E_EXEC: Internal error" } else { "E_EXEC: Invalid response" };
    let failed = if today { "E_INVARG: Request error" } else { "E_INVARG: Request cancelled" };
    let code = match (error.code(), error.kind()) {
        (Some("RESULT_NOT_SENDABLE" | "RESULT_TOO_LARGE"), _) => internal,
        (_, JobErrorKind::Failed | JobErrorKind::RetryAfter) => failed,
        (_, JobErrorKind::Rejected | JobErrorKind::BadInput) => "E_INVARG: Invalid request",
        (_, JobErrorKind::TimedOut) => "E_QUOTA: Request timed out",
        (_, JobErrorKind::Cancelled | JobErrorKind::Panicked | JobErrorKind::Overloaded) => {
            internal
        }
        (_, JobErrorKind::NoRoute) => "E_TYPE: No worker available",
        (_, JobErrorKind::HandedBack) => DETACHED,
        (_, kind) => panic!("a new kind of error, {kind:?}, needs a code"),
    };
    code.to_owned()
}

/// What was raised as code and text.
pub(crate) fn seen(failure: &MooFailure) -> (String, String) {
    let MooFailure { code, message } = failure;
    if message.starts_with(NO_WORKER) {
        return (format!("{code}: {NO_WORKER}"), message.clone());
    }
    let words = WORDS.iter().find(|words| message.starts_with(**words));
    let words = words.unwrap_or_else(|| panic!("an unknown message: {failure}"));
    let text = message.strip_prefix(words).and_then(|rest| rest.strip_prefix(": "));
    (format!("{code}: {words}"), text.unwrap_or(message).to_owned())
}
