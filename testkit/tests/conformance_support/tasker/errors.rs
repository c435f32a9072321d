//! Errors as the server keeps them (Tasker sheet, sections 4 and 6; docs, "Errors"): the word for the
//! kind, the code, and whether it may be tried again.

use journeyman_core::{JobError, JobErrorKind};
use journeyman_testkit::tasker::StepResult;

/// A step of which nobody will hear again, since the channel refused its answer.
pub(super) const LOST: &str = "lost";

/// The answer to an event that could not be read.
pub(super) const SPOILT: &str = "invalid_event (invalid_event), final";

const PREFIXES: [(&str, &str); 2] =
    [("handler_panic", "Handler panicked: "), ("handler_not_found", "Handler not found: ")];

fn shown(kind: &str, code: Option<&str>, again: bool) -> String {
    let again = if again { "again" } else { "final" };
    match code {
        Some(code) => format!("{kind} ({code}), {again}"),
        None => format!("{kind}, {again}"),
    }
}

pub(super) fn code(error: &JobError) -> String {
    let (kind, again) = match (error.kind(), error.said_temporary()) {
        (JobErrorKind::Failed, Some(false)) => ("permanent_error", false),
        (JobErrorKind::Failed, _) => ("handler_error", true),
        (JobErrorKind::RetryAfter, _) => ("retryable_error", true),
        (JobErrorKind::Rejected, _) => ("permanent_error", false),
        (JobErrorKind::BadInput, _) => ("validation_error", false),
        (JobErrorKind::TimedOut, _) => ("handler_timeout", true),
        (JobErrorKind::Panicked, _) => ("handler_panic", false),
        (JobErrorKind::NoRoute, _) => ("handler_not_found", false),
        (JobErrorKind::Overloaded, _) => ("worker_overloaded", true),
        (JobErrorKind::HandedBack, _) | (JobErrorKind::Cancelled, Some(true)) => {
            ("worker_shutdown", true)
        }
        (JobErrorKind::Cancelled, _) => ("cancelled", true),
        (kind, _) => panic!("a new kind of error, {kind:?}, needs a word"),
    };
    shown(kind, error.code(), again)
}

/// A failure as code and text. The word and the retry are in it twice, and must agree.
pub(super) fn seen(result: &StepResult) -> (String, String) {
    let error = result.error.as_ref().expect("a failure has an error");
    let metadata = &result.metadata;
    assert_eq!(metadata.error_type, error.error_type, "{result:?}");
    assert_eq!(metadata.retryable, error.retryable, "{result:?}");
    let kind = error.error_type.as_deref().unwrap_or("(none)");
    let text = error.message.as_str();
    let prefix = PREFIXES.iter().find(|(of, _)| *of == kind);
    let text = prefix.map_or(text, |(_, prefix)| {
        text.strip_prefix(prefix).unwrap_or_else(|| panic!("`{text}` has not the words of {kind}"))
    });
    // The callable, and what is to be said of it.
    let text = match (kind, text.split_once(": ")) {
        ("handler_not_found", Some((_, text))) => text,
        _ => text,
    };
    (shown(kind, metadata.error_code.as_deref(), metadata.retryable), text.to_owned())
}
