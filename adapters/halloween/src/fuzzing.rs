//! What fuzz targets and tests run: any bytes go in, and a broken promise is a panic. Not part of
//! the interface of this crate.
//!
//! - [`command`]: the payload of a command.
//! - [`config`]: the text of a config file.

use journeyman_core::{Value, protocol::IncomingJob};

use crate::{
    CommandMeta, argument,
    command::{Form, parse},
    discovery::Document,
    extract::Extra,
};

/// What a job that a prop accepted has beside its argument.
pub fn meta(job: &IncomingJob) -> Option<&CommandMeta> {
    job.extensions.get::<Extra>().map(|extra| &extra.meta)
}

/// Reads a payload in all forms, and its argument as several types.
///
/// # Panics
/// A promise is broken: an empty action, or an argument that cannot be read as what it is.
pub fn command(bytes: &[u8]) {
    for form in [Form::Python, Form::Json] {
        for params in [false, true] {
            let Some(command) = parse(bytes, form, params) else { continue };
            assert!(!command.action.is_empty());
            let payload = argument::payload(command.arg.as_ref(), form);
            assert!(payload.exact::<Value>().is_ok(), "an argument that cannot be read");
            let _ = payload.args::<String>();
            let _ = payload.args::<Vec<f64>>();
            let _ = payload.args::<(i64, Option<bool>)>();
        }
    }
}

/// Reads a text as a config file of both kinds.
pub fn config(text: &str) {
    for json in [false, true] {
        if let Ok(document) = Document::parse(text, json) {
            let _ = document.value();
            let _ = document.read_with::<Value>(&|_| None);
        }
    }
}

/// A config file in YAML, for tests.
///
/// # Panics
/// It is none.
pub fn document(yaml: &str) -> Document {
    match Document::parse(yaml, false) {
        Ok(document) => document,
        Err(error) => panic!("{error}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_a_command_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            super::command(&bytes);
        }

        #[test]
        fn any_text_is_a_command_or_none(
            text in "(\\{\"action\":)?[\\[\\]{}\":,0-9a-e\\\\.-]{0,40}\\}?",
        ) {
            super::command(text.as_bytes());
        }

        #[test]
        fn any_text_is_a_config_file_or_an_error(
            text in "([\\[\\]{}\"':,0-9a-e\\\\.&*!<>|?~#\n -]|\\$\\{[A-Z]\\}){0,60}",
        ) {
            super::config(&text);
        }
    }
}
