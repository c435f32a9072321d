//! How the end of a job becomes the result of a step (Tasker sheet, sections 4, 6 and 7).

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use journeyman_core::{JobError, JobErrorKind, Value};
use serde::Serialize;

use crate::{
    Json, TimeText, storable,
    wire::{
        BackoffHint, BackoffType, OrchestrationMetadata, ResultMetadata, StepError, StepEvent,
        StepExecutionResult,
    },
};

/// The header that the server listens to; it ignores every other wish for a delay.
const RETRY_AFTER: &str = "Retry-After";

/// The longest message of an error, in bytes.
const MAX_MESSAGE: usize = 16 << 10;

/// The error type of an event that makes no sense.
pub const INVALID_EVENT: &str = "invalid_event";
/// The error type of a step that nobody handles.
pub const HANDLER_NOT_FOUND: &str = "handler_not_found";
/// The error type of a handler that took too long.
pub const HANDLER_TIMEOUT: &str = "handler_timeout";
/// The error type of a handler that panicked.
pub const HANDLER_PANIC: &str = "handler_panic";
/// The error type of a handler that failed.
pub const HANDLER_ERROR: &str = "handler_error";
/// The error type of input that does not fit.
pub const VALIDATION_ERROR: &str = "validation_error";
/// The error type of what must not be tried again.
pub const PERMANENT_ERROR: &str = "permanent_error";
/// The error type of what the handler wants to be tried again.
pub const RETRYABLE_ERROR: &str = "retryable_error";
/// The error type of a step that waited too long for its turn.
pub const WORKER_OVERLOADED: &str = "worker_overloaded";
/// The error type of a step that was not finished when the worker stopped.
pub const WORKER_SHUTDOWN: &str = "worker_shutdown";
/// The error type of a step that was cancelled for another reason.
pub const CANCELLED: &str = "cancelled";

/// Who does the steps of a worker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) worker_id: Option<String>,
    pub(crate) hostname: Option<String>,
    pub(crate) handler_version: Option<String>,
}

/// When a step began and ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) started: SystemTime,
    pub(crate) ended: SystemTime,
    pub(crate) took: Duration,
}

/// The version of a handler, as the result has it: put it into a
/// [`Reply`](journeyman_core::Reply) beside the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlerVersion(pub String);

/// Free members of a result's metadata: put it into a [`Reply`](journeyman_core::Reply) beside the
/// value. They are stored with the result, and survive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Custom(pub BTreeMap<String, Json>);

impl Custom {
    /// With one member.
    ///
    /// # Errors
    /// JSON cannot carry the value, or the database not store it.
    pub fn set<T: Serialize + ?Sized>(
        mut self,
        key: impl Into<String>,
        value: &T,
    ) -> Result<Self, JobError> {
        let (key, json) = (key.into(), Json::new(value)?);
        storable::check(&json)
            .map_err(|problem| JobError::rejected(format!("`{key}` cannot be kept: {problem}")))?;
        self.0.insert(storable::text(&key), json);
        Ok(self)
    }
}

/// What every result has in common.
fn result(event: &StepEvent, identity: &Identity, times: Times) -> StepExecutionResult {
    let millis = i64::try_from(times.took.as_millis()).unwrap_or(i64::MAX);
    let custom = [
        ("attempt", plain(&event.step.attempt())),
        ("correlation_id", plain(&event.step.task().correlation_id)),
    ];
    StepExecutionResult {
        step_uuid: event.step_uuid,
        success: true,
        result: Json::empty(),
        metadata: ResultMetadata {
            execution_time_ms: millis,
            handler_version: identity.handler_version.clone(),
            retryable: false,
            completed_at: Some(TimeText::rfc3339(times.ended)),
            worker_id: identity.worker_id.clone(),
            worker_hostname: identity.hostname.clone(),
            started_at: Some(TimeText::rfc3339(times.started)),
            custom: custom.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
            ..ResultMetadata::default()
        },
        status: "completed".to_owned(),
        error: None,
        orchestration_metadata: Some(OrchestrationMetadata::default()),
    }
}

/// A number, a text or an id: JSON can carry each.
fn plain<T: Serialize + ?Sized>(value: &T) -> Json {
    Json::new(value).unwrap_or_default()
}

pub(crate) fn success(
    event: &StepEvent,
    identity: &Identity,
    times: Times,
    value: Json,
) -> StepExecutionResult {
    StepExecutionResult { result: value, ..result(event, identity, times) }
}

/// What a failure is called, and whether the server may try again unless something forbids it.
fn kind(error: &JobError) -> (&'static str, bool) {
    use JobErrorKind::{Failed, Rejected, RetryAfter};
    match error.kind() {
        // What the handler said about another try is the better word.
        Failed | RetryAfter if error.said_temporary() == Some(false) => (PERMANENT_ERROR, false),
        Rejected if error.said_temporary() == Some(true) => (RETRYABLE_ERROR, true),
        // As upstream: what failed may go well the next time.
        Failed => (HANDLER_ERROR, true),
        RetryAfter => (RETRYABLE_ERROR, true),
        Rejected => (PERMANENT_ERROR, false),
        JobErrorKind::BadInput => (VALIDATION_ERROR, false),
        JobErrorKind::TimedOut => (HANDLER_TIMEOUT, true),
        JobErrorKind::Panicked => (HANDLER_PANIC, false),
        JobErrorKind::NoRoute => (HANDLER_NOT_FOUND, false),
        JobErrorKind::Overloaded => (WORKER_OVERLOADED, true),
        JobErrorKind::HandedBack => (WORKER_SHUTDOWN, true),
        // Told to stop, most likely because the worker stops: no fault of the step's.
        JobErrorKind::Cancelled => match error.is_temporary() {
            true => (WORKER_SHUTDOWN, true),
            false => (CANCELLED, true),
        },
        _ => (HANDLER_ERROR, true),
    }
}

/// What the server gets to see as the type of a failure.
pub fn error_type(error: &JobError) -> &'static str {
    kind(error).0
}

/// `timeout` is the limit that the step had.
pub(crate) fn failure(
    event: &StepEvent,
    identity: &Identity,
    times: Times,
    error: &JobError,
    timeout: Option<Duration>,
) -> StepExecutionResult {
    let (error_type, usually) = kind(error);
    // A template that forbids retries would hang the task if the result allowed them (Tasker sheet,
    // section 7).
    let retryable = error.said_temporary().unwrap_or(usually) && event.step.is_retryable();
    let mut context = details(error);
    let mut add = |key: &str, value: Json| {
        context.entry(key.to_owned()).or_insert(value);
    };
    add("handler_name", plain(&event.step.step_definition.handler.callable));
    add("task_uuid", plain(&event.task_uuid));
    let timeout = timeout.filter(|_| error.kind() == JobErrorKind::TimedOut);
    let millis = timeout.map(|limit| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX));
    if let Some(millis) = millis {
        add("timeout_ms", plain(&millis));
    }
    if let Some(name) = error.type_name() {
        add("error", plain(name));
    }
    let message = match (error.kind(), millis) {
        (JobErrorKind::TimedOut, Some(millis)) => format!("Handler timed out after {millis}ms"),
        (JobErrorKind::Panicked, _) => match error.message().split_once(" panicked: ") {
            Some((_, text)) => format!("Handler panicked: {text}"),
            None => format!("Handler panicked: {}", error.message()),
        },
        (JobErrorKind::NoRoute, _) => {
            let callable = &event.step.step_definition.handler.callable;
            format!("Handler not found: {callable}: {}", error.message())
        }
        _ => error.message().to_owned(),
    };
    let status_code = error.code().and_then(|code| code.strip_prefix("HTTP_")?.parse().ok());
    let mut failed = result(event, identity, times);
    failed.success = false;
    failed.status = "failed".to_owned();
    failed.metadata.retryable = retryable;
    failed.metadata.error_code = error.code().map(storable::text);
    failed.metadata.error_type = Some(error_type.to_owned());
    failed.metadata.context = context.clone();
    failed.error = Some(StepError {
        message: cut(message),
        retryable,
        error_type: Some(error_type.to_owned()),
        backtrace: None,
        status_code,
        context,
    });
    if let Some(delay) = error.delay().filter(|_| retryable) {
        failed.orchestration_metadata = Some(retry_after(delay));
    }
    failed
}

/// Asks the server to wait. It counts in whole seconds.
fn retry_after(delay: Duration) -> OrchestrationMetadata {
    let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
    let hint = BackoffHint {
        backoff_type: BackoffType::ServerRequested,
        delay_seconds: u32::try_from(seconds).unwrap_or(u32::MAX),
        context: None,
    };
    OrchestrationMetadata {
        headers: BTreeMap::from([(RETRY_AFTER.to_owned(), seconds.to_string())]),
        backoff_hint: Some(hint),
        ..OrchestrationMetadata::default()
    }
}

/// What the handler said besides, as members.
fn details(error: &JobError) -> BTreeMap<String, Json> {
    let mut members = BTreeMap::new();
    // The text of a value is JSON. Details that nobody could store are not worth the failure.
    let json = |value: &Value| {
        let json = Json::parse(value.to_string()).unwrap_or_default();
        match storable::check(&json) {
            Ok(()) => json,
            Err(problem) => plain(&format!("(left out: {problem})")),
        }
    };
    match error.details() {
        Some(Value::Map(pairs)) => {
            for (key, value) in pairs {
                let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
                members.insert(storable::text(&key), json(value));
            }
        }
        Some(value) => {
            members.insert("details".to_owned(), json(value));
        }
        None => {}
    }
    members
}

/// A message of a sane length that can be stored.
fn cut(message: String) -> String {
    let mut message = match message.contains('\0') {
        true => storable::text(&message),
        false => message,
    };
    if message.len() > MAX_MESSAGE {
        let end = (0..=MAX_MESSAGE).rev().find(|end| message.is_char_boundary(*end)).unwrap_or(0);
        message.truncate(end);
        message.push('…');
    }
    message
}

/// The answer to an event of which only ids are known.
pub(crate) fn unreadable(
    step_uuid: uuid::Uuid,
    identity: &Identity,
    now: SystemTime,
    problem: &str,
) -> StepExecutionResult {
    let mut metadata = ResultMetadata {
        completed_at: Some(TimeText::rfc3339(now)),
        started_at: Some(TimeText::rfc3339(now)),
        worker_id: identity.worker_id.clone(),
        worker_hostname: identity.hostname.clone(),
        error_type: Some(INVALID_EVENT.to_owned()),
        ..ResultMetadata::default()
    };
    metadata.error_code = Some(INVALID_EVENT.to_owned());
    StepExecutionResult {
        step_uuid,
        success: false,
        result: Json::empty(),
        metadata,
        status: "error".to_owned(),
        error: Some(StepError {
            message: cut(format!("the step event cannot be used: {problem}")),
            retryable: false,
            error_type: Some(INVALID_EVENT.to_owned()),
            ..StepError::default()
        }),
        orchestration_metadata: Some(OrchestrationMetadata::default()),
    }
}

#[cfg(test)]
mod tests;
