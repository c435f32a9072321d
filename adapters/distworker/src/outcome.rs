//! Our outcomes and the wire's (DistWorker sheet, section 6.3).
//!
//! | outcome | message | `error_code` |
//! |---|---|---|
//! | a result | `TASK_COMPLETE` | |
//! | failed, retry after | `TASK_FAILED` | `HANDLER_ERROR` |
//! | panicked | `TASK_FAILED` | `HANDLER_ERROR` |
//! | rejected | `TASK_FAILED` | `REJECTED` |
//! | timed out | `TASK_FAILED` | `TIMEOUT` |
//! | cancelled | `TASK_FAILED` | `CANCELLED` |
//! | bad input | `TASK_FAILED` | `INVALID_INPUT` |
//! | no route | `TASK_FAILED` | `NO_HANDLER` |
//! | overloaded, handed back | `TASK_FAILED` | `WORKER_ERROR` |
//!
//! A code that the handler sets with [`JobError::with_code`] goes out as it is. The controller
//! retries every failed task as often as its submitter said, whatever the code.

use journeyman_core::{JobError, JobErrorKind, job::Completion};

use crate::{
    codec::into_bytes,
    files::FileInfo,
    structs::encode_object,
    wire::{Message, TaskComplete, TaskFailed},
};

/// Files that a handler made: `Reply::new(result).with(ResultFiles(vec![...]))`. The controller
/// stores their description as given; getting the content to it is the handler's business.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResultFiles(pub Vec<FileInfo>);

/// The code that stands for a kind of error.
pub fn error_code(kind: JobErrorKind) -> &'static str {
    match kind {
        JobErrorKind::Rejected => "REJECTED",
        JobErrorKind::TimedOut => "TIMEOUT",
        JobErrorKind::Cancelled => "CANCELLED",
        JobErrorKind::BadInput => "INVALID_INPUT",
        JobErrorKind::NoRoute => "NO_HANDLER",
        JobErrorKind::Overloaded | JobErrorKind::HandedBack => "WORKER_ERROR",
        _ => "HANDLER_ERROR",
    }
}

pub(crate) fn complete(task_id: String, mut completion: Completion) -> Message {
    let files = completion.extensions.remove::<ResultFiles>().unwrap_or_default();
    Message::TaskComplete(TaskComplete {
        task_id,
        result: into_bytes(completion.body),
        result_files: files.0.into_iter().map(Into::into).collect(),
    })
}

/// The longest text of an error, in bytes: a message must never be too large to be sent.
const MAX_TEXT: usize = 64 << 10;

pub(crate) fn failed(task_id: String, error: &JobError) -> Message {
    let details = error.details().and_then(|details| {
        // Details that the wire cannot carry must not cost the task its answer.
        encode_object(details, "details", MAX_TEXT).unwrap_or_else(|problem| {
            tracing::warn!(%problem, "the details of an error cannot be sent");
            None
        })
    });
    Message::TaskFailed(TaskFailed {
        task_id,
        error_code: cut(error.code().unwrap_or_else(|| error_code(error.kind()))),
        error_message: cut(error.message()),
        error_details: details,
    })
}

fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(MAX_TEXT)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_code() {
        for (kind, code) in [
            (JobErrorKind::Failed, "HANDLER_ERROR"),
            (JobErrorKind::RetryAfter, "HANDLER_ERROR"),
            (JobErrorKind::Rejected, "REJECTED"),
            (JobErrorKind::TimedOut, "TIMEOUT"),
            (JobErrorKind::Cancelled, "CANCELLED"),
            (JobErrorKind::BadInput, "INVALID_INPUT"),
            (JobErrorKind::Panicked, "HANDLER_ERROR"),
            (JobErrorKind::NoRoute, "NO_HANDLER"),
            (JobErrorKind::Overloaded, "WORKER_ERROR"),
            (JobErrorKind::HandedBack, "WORKER_ERROR"),
        ] {
            assert_eq!(error_code(kind), code);
            let Message::TaskFailed(failed) = failed("t".into(), &JobError::new(kind, "text"))
            else {
                panic!("not a failure");
            };
            assert_eq!((failed.error_code.as_str(), failed.error_message.as_str()), (code, "text"));
        }
        assert_eq!(JobErrorKind::ALL.len(), 10, "a new kind needs a row");
    }

    #[test]
    fn the_handlers_code_and_details_go_out() {
        let error = JobError::failed("bad thing")
            .with_code("MY_CODE")
            .with_details(journeyman_core::Value::object([("a", 1)]));
        let Message::TaskFailed(failed) = failed("t".into(), &error) else { panic!("no failure") };
        assert_eq!(failed.error_code, "MY_CODE");
        let details: std::collections::BTreeMap<String, i64> =
            crate::structs::from_bytes(&failed.error_details.unwrap()).unwrap();
        assert_eq!(details["a"], 1);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let error = JobError::failed("é".repeat(MAX_TEXT));
        let Message::TaskFailed(failed) = failed("t".into(), &error) else { panic!("no failure") };
        assert_eq!(failed.error_message.len(), MAX_TEXT);
    }
}
