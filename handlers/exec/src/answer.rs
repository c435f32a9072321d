//! The lines that come from a program.

use std::time::Duration;

use journeyman_core::{JobError, Value};
use serde::{Deserialize, Deserializer};

use crate::OUTPUT;

/// How much of a wrong line is shown, in characters.
const SHOWN: usize = 200;

/// What a line of a program says about its job.
#[derive(Debug)]
#[non_exhaustive]
pub enum Answer {
    /// How far it is.
    Progress {
        /// From 0.0 to 1.0; not checked.
        fraction: f64,
        /// A text for people; empty without one.
        message: String,
        /// What else it says.
        data: Option<Value>,
    },
    /// It is done.
    Result(Value),
    /// It has failed.
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

impl Answer {
    /// Reads one line of output. Keys that it does not know are passed over.
    ///
    /// # Errors
    /// It is no answer: what is wrong with it, how it begins, and what to do.
    pub fn read(line: &[u8]) -> Result<Self, JobError> {
        let wrong = |problem: &str| {
            JobError::failed(format!(
                "the program printed a line that is no answer ({problem}): {}; print JSON lines \
                 with `progress`, `result` or `error`, and anything else to standard error",
                shown(line)
            ))
            .with_code(OUTPUT)
        };
        let line: Line = serde_json::from_slice(line).map_err(|error| wrong(&error.to_string()))?;
        match line {
            Line { result: Some(_), error: Some(_), .. } => Err(wrong("both `result` and `error`")),
            Line { result: Some(value), .. } => Ok(Self::Result(value)),
            Line { error: Some(error), .. } => Ok(Self::Error(failure(error))),
            Line { progress: Some(fraction), message, data, .. } => {
                Ok(Self::Progress { fraction, message, data })
            }
            _ => Err(wrong("none of the three keys")),
        }
    }
}

/// The beginning of a line, for error messages.
pub fn shown(line: &[u8]) -> String {
    // Four bytes are the most that a character takes.
    let start = &line[..line.len().min(4 * SHOWN)];
    String::from_utf8_lossy(start).trim().chars().take(SHOWN).collect()
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
        let Ok(Answer::Result(value)) = Answer::read(br#"{"result":null}"#) else {
            panic!("no result")
        };
        assert_eq!(value, Value::Null);
        let Ok(Answer::Progress { fraction, message, .. }) =
            Answer::read(br#"{"progress":0.5,"message":"half"}"#)
        else {
            panic!("no progress")
        };
        assert_eq!((fraction, message.as_str()), (0.5, "half"));
        let line = br#"{"error":{"message":"m","code":"C","retry_after_ms":5,"details":{"a":1}}}"#;
        let Ok(Answer::Error(error)) = Answer::read(line) else { panic!("no error") };
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
            let error = Answer::read(line).unwrap_err();
            assert!(error.message().contains(problem), "{}", error.message());
            assert!(error.message().contains("standard error"), "{}", error.message());
            assert_eq!(error.code(), Some("EXEC_OUTPUT"));
        }
        let long = Answer::read(&b"x".repeat(100_000)).unwrap_err();
        assert!(long.message().len() < 1000);
    }
}
