//! The lines that go to a program and come from it.

use std::time::Duration;

use journeyman_core::{
    Job, JobError, Value,
    extract::FromJob,
    job::{Deadline, JobInfo},
};
use serde::{Deserialize, Deserializer};

/// How much of a wrong line is shown, in characters.
const SHOWN: usize = 200;

/// The job as a line.
///
/// # Errors
/// Its arguments cannot be read.
pub(super) fn input(job: &Job) -> Result<String, JobError> {
    let JobInfo { id, route, .. } = job.info();
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let deadline = Deadline::from_job(job).ok().and_then(Deadline::remaining);
    let deadline = deadline.map_or_else(|| "null".to_owned(), |left| left.as_millis().to_string());
    // Shown as JSON for people, which is JSON in every case: bytes as numbers, odd keys as text.
    let args = Value::from_job(job)?;
    Ok(format!(
        "{{\"id\":{},\"route\":{},\"attempt\":{},\"args\":{args},\"deadline_ms\":{deadline}}}\n",
        quoted(id),
        quoted(route),
        job.attempt(),
    ))
}

/// What a line of the program means.
#[derive(Debug)]
pub(super) enum Heard {
    Progress { fraction: f64, message: String, data: Option<Value> },
    Result(Value),
    Error(JobError),
}

#[derive(Deserialize)]
struct Line {
    progress: Option<f64>,
    #[serde(default)]
    message: String,
    data: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    result: Option<Value>,
    error: Option<ErrorLine>,
}

#[derive(Deserialize)]
struct ErrorLine {
    message: Option<String>,
    code: Option<String>,
    retry_after_ms: Option<u64>,
    details: Option<Value>,
}

/// A key that is there counts, even with null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Reads one line of output.
pub(super) fn hear(line: &[u8]) -> Result<Heard, JobError> {
    let wrong = |problem: &str| {
        let text = String::from_utf8_lossy(line);
        let text: String = text.trim().chars().take(SHOWN).collect();
        JobError::failed(format!(
            "the program printed a line that is no answer ({problem}): {text}; print JSON lines \
             with `progress`, `result` or `error`, and anything else to standard error"
        ))
        .with_code("EXEC_OUTPUT")
    };
    let line: Line = serde_json::from_slice(line).map_err(|error| wrong(&error.to_string()))?;
    match line {
        Line { result: Some(_), error: Some(_), .. } => Err(wrong("both `result` and `error`")),
        Line { result: Some(value), .. } => Ok(Heard::Result(value)),
        Line { error: Some(error), .. } => Ok(Heard::Error(failure(error))),
        Line { progress: Some(fraction), message, data, .. } => {
            Ok(Heard::Progress { fraction, message, data })
        }
        _ => Err(wrong("none of the three keys")),
    }
}

fn failure(line: ErrorLine) -> JobError {
    let message = line.message.unwrap_or_else(|| "the program reported an error".to_owned());
    let mut error = match line.retry_after_ms {
        Some(delay) => JobError::retry_after(Duration::from_millis(delay), message),
        None => JobError::failed(message),
    };
    if let Some(code) = line.code {
        error = error.with_code(code);
    }
    if let Some(details) = line.details {
        error = error.with_details(details);
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_program() {
        let Ok(Heard::Result(value)) = hear(br#"{"result":null}"#) else { panic!("no result") };
        assert_eq!(value, Value::Null);
        let Ok(Heard::Progress { fraction, message, .. }) =
            hear(br#"{"progress":0.5,"message":"half"}"#)
        else {
            panic!("no progress")
        };
        assert_eq!((fraction, message.as_str()), (0.5, "half"));
        let line = br#"{"error":{"message":"m","code":"C","retry_after_ms":5,"details":{"a":1}}}"#;
        let Ok(Heard::Error(error)) = hear(line) else { panic!("no error") };
        assert_eq!((error.message(), error.code()), ("m", Some("C")));
        assert_eq!(error.delay(), Some(Duration::from_millis(5)));
        assert!(error.is_temporary() && error.details().is_some());
    }

    #[test]
    fn garbage_is_shown_and_explained() {
        for (line, problem) in [
            (&b"hello"[..], "expected value"),
            (b"\xff\xfe", "no answer"),
            (b"{}", "none of the three"),
            (br#"{"result":1,"error":{}}"#, "both"),
            (b"[1]", "no answer"),
            (br#"{"result":1} x"#, "trailing"),
        ] {
            let error = hear(line).unwrap_err();
            assert!(error.message().contains(problem), "{}", error.message());
            assert!(error.message().contains("standard error"), "{}", error.message());
            assert_eq!(error.code(), Some("EXEC_OUTPUT"));
        }
        let long = hear(&b"x".repeat(100_000)).unwrap_err();
        assert!(long.message().len() < 1000);
    }
}
