//! Our outcomes and the wire's (mooR sheet, sections 5.5 and 9).
//!
//! | outcome | `WorkerError` | what MOO code catches |
//! |---|---|---|
//! | failed, retry after | `WorkerRequestError` | `E_INVARG` |
//! | rejected, bad input | `WorkerInvalidRequest` | `E_INVARG` |
//! | timed out | `WorkerRequestTimedOut` | `E_QUOTA` |
//! | cancelled, panicked, overloaded | `WorkerInternalError` | `E_EXEC` |
//! | a result that the wire cannot carry, or that is too large | `WorkerInternalError` | `E_EXEC` |
//! | no route | `NoWorkerAvailable` | `E_TYPE` |
//! | handed back | `WorkerDetached` | `E_EXEC` |
//!
//! A handler chooses another row with [`JobError::with_code`]: the name of a variant, or `E_PERM`
//! for `WorkerPermissionDenied`, `E_INVARG`, `E_EXEC` and `E_QUOTA` for the first of each. The text
//! reaches MOO code in the CURVE era; daemons of the PASETO era throw it away.

use journeyman_core::{JobError, JobErrorKind};

use crate::wire::WorkerError;

/// The longest text of an error, in bytes: a message must never be too large to be sent.
const MAX_TEXT: usize = 64 << 10;

/// The variant that stands for a kind of error, by name.
pub fn error_variant(kind: JobErrorKind) -> &'static str {
    match kind {
        JobErrorKind::Rejected | JobErrorKind::BadInput => "WorkerInvalidRequest",
        JobErrorKind::TimedOut => "WorkerRequestTimedOut",
        JobErrorKind::Cancelled | JobErrorKind::Panicked | JobErrorKind::Overloaded => {
            "WorkerInternalError"
        }
        JobErrorKind::NoRoute => "NoWorkerAvailable",
        JobErrorKind::HandedBack => "WorkerDetached",
        _ => "WorkerRequestError",
    }
}

/// The variant that a code of the handler's stands for.
fn chosen(code: &str) -> Option<&'static str> {
    Some(match code {
        "E_PERM" | "WorkerPermissionDenied" => "WorkerPermissionDenied",
        "E_INVARG" | "WorkerInvalidRequest" => "WorkerInvalidRequest",
        // The framework's own codes: it is the worker's fault, not that of the arguments.
        "RESULT_NOT_SENDABLE" | "RESULT_TOO_LARGE" | "E_EXEC" | "WorkerInternalError" => {
            "WorkerInternalError"
        }
        "E_QUOTA" | "WorkerRequestTimedOut" => "WorkerRequestTimedOut",
        "WorkerRequestError" => "WorkerRequestError",
        "WorkerDetached" => "WorkerDetached",
        _ => return None,
    })
}

/// The error as the wire has it.
pub(crate) fn worker_error(worker_type: &str, error: &JobError) -> WorkerError {
    let variant = error.code().and_then(chosen).unwrap_or_else(|| error_variant(error.kind()));
    let message = || {
        let text = error.message();
        text[..text.floor_char_boundary(MAX_TEXT)].to_owned()
    };
    match variant {
        "WorkerPermissionDenied" => WorkerError::PermissionDenied(message()),
        "WorkerInvalidRequest" => WorkerError::InvalidRequest(message()),
        "WorkerInternalError" => WorkerError::InternalError(message()),
        "WorkerRequestTimedOut" => WorkerError::RequestTimedOut(message()),
        "WorkerDetached" => WorkerError::Detached(message()),
        "NoWorkerAvailable" => WorkerError::NoWorkerAvailable(worker_type.to_owned()),
        _ => WorkerError::RequestError(message()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_variant() {
        let text = || "text".to_owned();
        for (kind, wanted) in [
            (JobErrorKind::Failed, WorkerError::RequestError(text())),
            (JobErrorKind::RetryAfter, WorkerError::RequestError(text())),
            (JobErrorKind::Rejected, WorkerError::InvalidRequest(text())),
            (JobErrorKind::TimedOut, WorkerError::RequestTimedOut(text())),
            (JobErrorKind::Cancelled, WorkerError::InternalError(text())),
            (JobErrorKind::BadInput, WorkerError::InvalidRequest(text())),
            (JobErrorKind::Panicked, WorkerError::InternalError(text())),
            (JobErrorKind::NoRoute, WorkerError::NoWorkerAvailable("echo".to_owned())),
            (JobErrorKind::Overloaded, WorkerError::InternalError(text())),
            (JobErrorKind::HandedBack, WorkerError::Detached(text())),
        ] {
            assert_eq!(worker_error("echo", &JobError::new(kind, "text")), wanted, "{kind:?}");
        }
        assert_eq!(JobErrorKind::ALL.len(), 10, "a new kind needs a row");
    }

    #[test]
    fn a_handler_can_choose() {
        for (code, wanted) in [
            ("E_PERM", WorkerError::PermissionDenied("no".to_owned())),
            ("E_QUOTA", WorkerError::RequestTimedOut("no".to_owned())),
            ("WorkerDetached", WorkerError::Detached("no".to_owned())),
            ("RESULT_NOT_SENDABLE", WorkerError::InternalError("no".to_owned())),
            ("MY_CODE", WorkerError::RequestError("no".to_owned())),
        ] {
            let error = JobError::failed("no").with_code(code);
            assert_eq!(worker_error("echo", &error), wanted, "{code}");
        }
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let error = JobError::failed("é".repeat(MAX_TEXT));
        let WorkerError::RequestError(text) = worker_error("echo", &error) else {
            panic!("another variant");
        };
        assert_eq!(text.len(), MAX_TEXT);
    }
}
