//! How a job ended, as the bus is told.
//!
//! | how it ended | topic | payload |
//! |---|---|---|
//! | a value, and the command asked for an answer (MQTT 5) | its response topic | JSON, user property `status` = `ok` |
//! | a value | `telemetry/<route>` | the value's text |
//! | nothing | none | |
//! | no route | `status/warn` | `Unknown action: <action>` |
//! | given back, with `ack` = `settled` | none | the command stays with the broker |
//! | any other error | `status/error` | `<name>: <text>` |
//! | an error, and the command asked for an answer | its response topic, too | JSON `{"error": "<name>: <text>"}`, user property `status` = `error` |
//!
//! The name is the error's code where the handler gave one, else the type of the Rust error that it
//! was made from, else the name of the Python exception that comes closest ([`error_name`]).

use bytes::Bytes;
use journeyman_core::{
    Error, ErrorKind, JobError, JobErrorKind,
    job::{Body, Codec, Role},
};

use crate::{
    command::Form,
    pytext::{self, TypeError},
};

/// The name of an error on `status/error`.
pub fn error_name(error: &JobError) -> &str {
    let by_kind = match error.kind() {
        JobErrorKind::BadInput => "ValueError",
        JobErrorKind::TimedOut => "TimeoutError",
        JobErrorKind::Cancelled | JobErrorKind::HandedBack => "CancelledError",
        JobErrorKind::Panicked => "Panic",
        JobErrorKind::Overloaded => "Overloaded",
        JobErrorKind::NoRoute => "LookupError",
        _ => "RuntimeError",
    };
    error.code().or(error.type_name()).unwrap_or(by_kind)
}

/// What `status/error` says. As upstream, a blank stays at the end when the error has no text.
pub fn error_text(error: &JobError) -> String {
    format!("{}: {}", error_name(error), error.message())
}

/// The text of a value where it is published.
pub(crate) fn value_text<T: serde::Serialize + ?Sized>(
    value: &T,
    form: Form,
) -> Result<Bytes, TypeError> {
    let text = match form {
        Form::Python => pytext::to_str(value)?,
        Form::Json => pytext::to_json(value)?,
    };
    Ok(text.into())
}

/// Encodes what a handler returns and publishes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextCodec {
    pub(crate) form: Form,
    /// The result is an answer: JSON, and nothing is something.
    pub(crate) answer: bool,
}

impl Codec for TextCodec {
    fn encode(&self, role: Role, value: &dyn erased_serde::Serialize) -> Result<Body, Error> {
        let encoded = match (role, self.answer) {
            (Role::Result, true) => pytext::to_json(value).map(|text| Some(text.into())),
            (Role::Result, false) => {
                pytext::something(value, self.form == Form::Json).map(|text| text.map(Bytes::from))
            }
            _ => value_text(value, self.form).map(Some),
        };
        match encoded {
            Ok(Some(bytes)) => Ok(Body::Bytes(bytes)),
            Ok(None) => Ok(Body::Empty),
            Err(error) => Err(Error::new(ErrorKind::Codec, "encode", error.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::ValueError;

    #[test]
    fn every_kind_of_error_has_a_name() {
        let named = |kind| error_text(&JobError::new(kind, "x"));
        for (kind, text) in [
            (JobErrorKind::Failed, "RuntimeError: x"),
            (JobErrorKind::RetryAfter, "RuntimeError: x"),
            (JobErrorKind::Rejected, "RuntimeError: x"),
            (JobErrorKind::TimedOut, "TimeoutError: x"),
            (JobErrorKind::Cancelled, "CancelledError: x"),
            (JobErrorKind::BadInput, "ValueError: x"),
            (JobErrorKind::Panicked, "Panic: x"),
            (JobErrorKind::NoRoute, "LookupError: x"),
            (JobErrorKind::Overloaded, "Overloaded: x"),
            (JobErrorKind::HandedBack, "CancelledError: x"),
        ] {
            assert_eq!(named(kind), text);
        }
        assert_eq!(JobErrorKind::ALL.len(), 10, "a new kind needs a row above");
        assert_eq!(error_text(&JobError::failed("")), "RuntimeError: ");
    }

    #[test]
    fn a_name_of_the_handlers_own_comes_first() {
        let error = JobError::failed("'missing'").with_code("KeyError");
        assert_eq!(error_text(&error), "KeyError: 'missing'");
        let error = JobError::from("x".parse::<u8>().unwrap_err());
        assert_eq!(error_text(&error), "ParseIntError: invalid digit found in string");
        assert_eq!(error_text(&JobError::from(ValueError::new("no"))), "ValueError: no");
        let error = JobError::retry_after(Duration::from_secs(1), "busy");
        assert_eq!(error_text(&error), "RuntimeError: busy");
    }

    #[test]
    fn results_are_texts_or_nothing() {
        let text = TextCodec { form: Form::Python, answer: false };
        let json = TextCodec { form: Form::Json, answer: false };
        let answer = TextCodec { form: Form::Python, answer: true };
        let bytes = |text: &'static str| Body::Bytes(Bytes::from_static(text.as_bytes()));
        let none: Option<u8> = None;
        assert_eq!(text.encode(Role::Result, &()).unwrap(), Body::Empty);
        assert_eq!(text.encode(Role::Result, &none).unwrap(), Body::Empty);
        assert_eq!(text.encode(Role::Result, &"None").unwrap(), bytes("None"));
        assert_eq!(text.encode(Role::Result, &vec![none]).unwrap(), bytes("[None]"));
        assert_eq!(text.encode(Role::Event, &()).unwrap(), bytes("None"));
        assert_eq!(json.encode(Role::Result, &"a").unwrap(), bytes("\"a\""));
        assert_eq!(json.encode(Role::Result, &()).unwrap(), Body::Empty);
        assert_eq!(answer.encode(Role::Result, &()).unwrap(), bytes("null"));
        assert_eq!(answer.encode(Role::Result, &(1, "a")).unwrap(), bytes("[1, \"a\"]"));
    }
}
