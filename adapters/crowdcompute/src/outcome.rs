//! Our outcomes and the wire's (CrowdCompute sheet, sections 6.3, 8.2, 14.3 and 14.4).
//!
//! A result, where `v` is its JSON:
//!
//! | | seed | today |
//! |---|---|---|
//! | truthful | a text that holds `v` | a text that holds `v` |
//! | `compat` | `v` itself | a text that holds `v` |
//!
//! Of a text that holds JSON, both foremen give their clients the value; of anything else, Python's
//! text of it, or worse. The foreman of today adds `worker_id` to an object, whatever its form.
//!
//! An error, where `t` is its text:
//!
//! | outcome | text |
//! |---|---|
//! | failed, retry after, rejected, bad input, timed out, panicked | `Task execution failed: t` |
//! | the same, of a task that goes on from a checkpoint | `Resumed task execution failed: t` |
//! | the same, `compat`, today | `Resumed task execution failed: t`, as upstream slipped |
//! | any of these with the code [`PLAIN_ERROR`] | `t` |
//! | cancelled, no route, overloaded, handed back | `t`: the task was not run, or not to its end |
//! | whatever its kind, after a `kill_task` | none: `kill_ack` |

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use journeyman_core::{
    Error, ErrorKind, JobError, JobErrorKind, Value,
    job::{Body, Codec, Completion, Role},
};

use crate::{
    Era,
    pyjson::{self, Raw},
    task::{AsText, PLAIN_ERROR},
};

/// Room that the envelope and the ids take beside a result.
pub(crate) const ENVELOPE: usize = 4096;

/// The longest text of an error in bytes, before it is escaped.
const MAX_TEXT: usize = 32 << 10;

/// What stands before the text of an error.
pub const FAILED: &str = "Task execution failed: ";
/// The same for a task that goes on from a checkpoint.
pub const RESUMED: &str = "Resumed task execution failed: ";

/// Encodes what a native handler returns.
#[derive(Clone, Debug)]
pub(crate) struct PyJsonCodec {
    /// The largest message in bytes; the protocol may learn of a smaller one.
    pub(crate) limit: Arc<AtomicUsize>,
}

impl Codec for PyJsonCodec {
    fn encode(&self, _role: Role, value: &dyn erased_serde::Serialize) -> Result<Body, Error> {
        let refused = |text: String| Error::new(ErrorKind::Codec, "encode", text);
        let value = Value::from_serialize(value).map_err(|error| refused(error.to_string()))?;
        let mut json = String::new();
        pyjson::value(&mut json, &value).map_err(refused)?;
        match too_large(&json, self.limit.load(Ordering::Relaxed)) {
            Some(error) => Err(Error::new(ErrorKind::TooLarge, "encode", error.message())),
            None => Ok(Body::Bytes(json.into())),
        }
    }
}

/// The error for a result whose message would be larger than `limit` bytes.
pub(crate) fn too_large(json: &str, limit: usize) -> Option<JobError> {
    // As a text, which is the longer form: quotes and backslashes are escaped.
    let escaped = json.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
    let length = json.len() + escaped + ENVELOPE;
    (length > limit).then(|| JobError::rejected(too_large_text(length, limit)))
}

pub(crate) fn too_large_text(length: usize, limit: usize) -> String {
    format!("the result takes {length} bytes in a message; at most {limit} can be sent")
}

/// The result as the foreman gets it.
///
/// # Errors
/// A handler gave something that is no JSON.
pub(crate) fn result(
    completion: &Completion,
    era: Option<Era>,
    compat: bool,
) -> Result<Raw, String> {
    let body = match &completion.body {
        Body::Bytes(bytes) => {
            std::str::from_utf8(bytes).map_err(|_| "the result is not UTF-8".to_owned())?
        }
        _ => "null",
    };
    let native = compat && era == Some(Era::Seed);
    let is_text = completion.extensions.get::<AsText>().is_some();
    if !is_text {
        pyjson::check(body).map_err(|error| format!("the result is no JSON: {error}"))?;
    }
    let mut quoted = String::new();
    Ok(match (native, is_text) {
        (true, false) => Raw::checked(body),
        _ => {
            pyjson::string(&mut quoted, body);
            Raw::checked(&quoted)
        }
    })
}

/// What stands before the text of an error of this kind, of a task that was not resumed. Nothing where
/// the task was not run, or not to its end.
pub fn error_prefix(kind: JobErrorKind) -> &'static str {
    match kind {
        JobErrorKind::Cancelled
        | JobErrorKind::NoRoute
        | JobErrorKind::Overloaded
        | JobErrorKind::HandedBack => "",
        _ => FAILED,
    }
}

/// The text of an error as the foreman gets it.
pub(crate) fn error_text(
    error: &JobError,
    resumed: bool,
    era: Option<Era>,
    compat: bool,
) -> String {
    let text = &error.message()[..error.message().floor_char_boundary(MAX_TEXT)];
    let prefix = match error.code() {
        Some(PLAIN_ERROR) => "",
        _ => match error_prefix(error.kind()) {
            FAILED if resumed || (compat && era == Some(Era::Head)) => RESUMED,
            prefix => prefix,
        },
    };
    format!("{prefix}{text}")
}

#[cfg(test)]
mod tests {
    use journeyman_core::Extensions;

    use super::*;

    fn done(json: &'static str) -> Completion {
        Completion { body: Body::Bytes(json.into()), extensions: Extensions::new() }
    }

    #[test]
    fn results_in_every_form() {
        let text =
            |json, era, compat| result(&done(json), era, compat).unwrap().as_str().to_owned();
        for era in [None, Some(Era::Seed), Some(Era::Head)] {
            assert_eq!(text("{\"a\": 1}", era, false), r#""{\"a\": 1}""#);
            assert_eq!(text("\"t\"", era, false), r#""\"t\"""#);
            assert_eq!(text("[NaN]", era, false), r#""[NaN]""#);
        }
        assert_eq!(text("{\"a\": 1}", Some(Era::Seed), true), "{\"a\": 1}");
        assert_eq!(text("true", Some(Era::Seed), true), "true");
        assert_eq!(text("true", Some(Era::Head), true), "\"true\"");
        // Nothing shows which foreman it is: the form that both pass on.
        assert_eq!(text("true", None, true), "\"true\"");
        assert_eq!(result(&Completion::default(), None, false).unwrap().as_str(), "\"null\"");
        let mut set = done("{1}");
        set.extensions.insert(AsText);
        assert_eq!(result(&set, Some(Era::Head), true).unwrap().as_str(), "\"{1}\"");
        assert_eq!(result(&set, Some(Era::Seed), true).unwrap().as_str(), "\"{1}\"");
        assert!(result(&done("{1}"), None, false).unwrap_err().contains("no JSON"));
    }

    #[test]
    fn every_kind_of_error_has_its_text() {
        let not_run = ["cancelled", "no_route", "overloaded", "handed_back"];
        for kind in JobErrorKind::ALL {
            let prefix = match not_run.contains(&kind.as_str()) {
                true => "",
                false => FAILED,
            };
            let text = error_text(&JobError::new(kind, "boom"), false, Some(Era::Head), false);
            assert_eq!(text, format!("{prefix}boom"), "{kind:?}");
        }
        assert_eq!(JobErrorKind::ALL.len(), 10, "a new kind needs a row");
        let failed = JobError::failed("boom");
        for (resumed, era, compat, prefix) in [
            (false, Some(Era::Seed), true, FAILED),
            (false, Some(Era::Head), true, RESUMED),
            (false, None, true, FAILED),
            (true, None, false, RESUMED),
            (false, None, false, FAILED),
        ] {
            assert_eq!(error_text(&failed, resumed, era, compat), format!("{prefix}boom"));
        }
        let plain = JobError::rejected("Object of type set is not JSON serializable");
        let plain = plain.with_code(PLAIN_ERROR);
        assert!(error_text(&plain, true, Some(Era::Head), true).starts_with("Object of"));
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let text = error_text(&JobError::failed("é".repeat(MAX_TEXT)), false, None, false);
        assert_eq!(text.len(), FAILED.len() + MAX_TEXT);
    }

    #[test]
    fn results_that_no_message_holds_are_refused() {
        let codec = PyJsonCodec { limit: Arc::new(AtomicUsize::new(10_000)) };
        assert!(codec.encode(Role::Result, &"x".repeat(5000)).is_ok());
        let error = codec.encode(Role::Result, &"x".repeat(6000)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert!(error.message().contains("at most 10000 can be sent"), "{error}");
        // Quotes count twice.
        assert!(codec.encode(Role::Result, &"\"".repeat(2500)).is_err());
        let Ok(Body::Bytes(json)) = codec.encode(Role::Result, &(1, "é", f64::NAN)) else {
            panic!("not encoded")
        };
        assert_eq!(json, "[1, \"\\u00e9\", NaN]");
        assert!(codec.encode(Role::Result, &Value::Bytes(vec![1])).is_err());
    }
}
