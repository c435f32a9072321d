//! What a payload asks for: action and argument.
//!
//! The rules are those of the Halloween sheet, section 3.1, to the letter, or, where it is
//! configured ([`Form::Json`]), JSON objects only.

use std::{borrow::Cow, fmt};

use journeyman_core::Value;
use serde::Deserialize;

use crate::{pyjson, pytext};

/// Which texts commands and values are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Form {
    /// As upstream: commands are plain text or JSON, values are Python's `str(value)`.
    #[default]
    Python,
    /// Commands are JSON objects, values are JSON. For a house without old listeners: nothing is
    /// lost between a number and a text that looks like one.
    Json,
}

/// What a command asks for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Command {
    /// The action, not empty.
    pub action: String,
    /// Its argument.
    pub arg: Option<Arg>,
}

/// The argument of a command.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// A text.
    Text(String),
    /// What stood in a JSON command and is no text.
    Value(Value),
}

impl Arg {
    /// The argument as upstream's handlers get it: always a text. An object or list is JSON in
    /// Python's style, everything else as `str` has it.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Value(value @ (Value::Map(_) | Value::List(_))) => {
                // What came out of JSON goes back into it.
                Cow::Owned(pytext::to_json(value).unwrap_or_default())
            }
            Self::Value(value) => Cow::Owned(pytext::to_str(value).unwrap_or_default()),
        }
    }
}

impl fmt::Display for Arg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// Reads a payload; `None` when it names no action. With `params`, a command that has no `args` is
/// looked through for `params`, as the firmware has it (Halloween sheet, section 8).
pub fn parse(payload: &[u8], form: Form, params: bool) -> Option<Command> {
    let text = decode(payload);
    let text = strip(&text);
    if text.is_empty() {
        return None;
    }
    let from_json = text.starts_with('{').then(|| object(text, params)).flatten();
    match (from_json, form) {
        (Some((action, arg)), _) => command(action, arg),
        (None, Form::Json) => None,
        (None, Form::Python) => {
            let (action, arg) = match text.split_once(' ') {
                Some((action, arg)) => (action, Some(Arg::Text(strip(arg).to_owned()))),
                None => (text, None),
            };
            command(action.to_owned(), arg)
        }
    }
}

fn command(action: String, arg: Option<Arg>) -> Option<Command> {
    (!action.is_empty()).then_some(Command { action, arg })
}

/// Action and argument of a JSON object that has the key `action`.
fn object(text: &str, params: bool) -> Option<(String, Option<Arg>)> {
    let Ok(Value::Map(pairs)) = pyjson::parse(text) else { return None };
    let (mut action, mut args, mut other) = (None, None, None);
    for (key, value) in pairs {
        match key.as_str() {
            Some("action") => action = Some(value),
            Some("args") => args = Some(value),
            Some("params") if params => other = Some(value),
            _ => {}
        }
    }
    let action = match action? {
        Value::String(text) => strip(&text).to_owned(),
        // It came out of JSON, so that nothing in it lacks a text.
        value => strip(&pytext::to_str(&value).unwrap_or_default()).to_owned(),
    };
    let given = |value: &Value| !matches!(value, Value::Null);
    let arg = match args.filter(given).or(other.filter(given)) {
        None => None,
        Some(Value::String(text)) => Some(Arg::Text(text)),
        Some(value) => Some(Arg::Value(value)),
    };
    Some((action, arg))
}

/// Decodes UTF-8 and drops what is none.
fn decode(payload: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(payload) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(payload.utf8_chunks().map(|chunk| chunk.valid()).collect()),
    }
}

/// Python's `str.strip`: its white space is that of Unicode and four control characters more.
fn strip(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(payload: impl AsRef<[u8]>) -> Option<(String, Option<String>)> {
        let command = parse(payload.as_ref(), Form::Python, false)?;
        Some((command.action, command.arg.map(|arg| arg.text().into_owned())))
    }

    fn is(action: &str, arg: Option<&str>) -> Option<(String, Option<String>)> {
        Some((action.to_owned(), arg.map(str::to_owned)))
    }

    #[test]
    fn plain_text() {
        for (payload, wanted) in [
            ("ping", is("ping", None)),
            ("  ping  ", is("ping", None)),
            ("fire  750 ", is("fire", Some("750"))),
            ("say  a  b ", is("say", Some("a  b"))),
            ("a\tb", is("a\tb", None)),
            ("a\u{a0}b c", is("a\u{a0}b", Some("c"))),
            ("\u{1f}\u{3000}x\u{85}", is("x", None)),
            ("5", is("5", None)),
            ("{\"args\": \"x\"}", is("{\"args\":", Some("\"x\"}"))),
            ("{\"action\":\"a\"} b", is("{\"action\":\"a\"}", Some("b"))),
            ("", None),
            (" \r\n\u{2028}", None),
        ] {
            assert_eq!(read(payload), wanted, "{payload:?}");
        }
        assert_eq!(read(b"echo \xffh\xe2\x82i\xf0"), is("echo", Some("hi")));
        assert_eq!(read(b"\xff\xfe"), None);
    }

    #[test]
    fn json_texts() {
        for (payload, wanted) in [
            (r#"{"action":"a","args":null}"#, is("a", None)),
            (r#"{"action":" a ","args":" b "}"#, is("a", Some(" b "))),
            (r#"{"action":"a","args":""}"#, is("a", Some(""))),
            (r#"{"action":"a","args":true}"#, is("a", Some("True"))),
            (r#"{"action":"a","args":1e2}"#, is("a", Some("100.0"))),
            (r#"{"action":"a","args":-Infinity}"#, is("a", Some("-inf"))),
            (
                r#"{"action":"a","args":[NaN,"æ",{"k":null}]}"#,
                is("a", Some(r#"[NaN, "\u00e6", {"k": null}]"#)),
            ),
            (r#"{"action":null,"args":1}"#, is("None", Some("1"))),
            (r#"{"action":{"a":[1.0,"'"]}}"#, is(r#"{'a': [1.0, "'"]}"#, None)),
            (r#"{"action":"x","action":"y"}"#, is("y", None)),
            (r#"{"action":"  ","args":"x"}"#, None),
            (r#"{"action":"a","params":{"v":3}}"#, is("a", None)),
        ] {
            assert_eq!(read(payload), wanted, "{payload}");
        }
    }

    #[test]
    fn params_stand_in_for_args() {
        let arg = |payload: &str| {
            let command = parse(payload.as_bytes(), Form::Python, true).unwrap();
            command.arg.map(|arg| arg.text().into_owned())
        };
        assert_eq!(arg(r#"{"action":"a","params":{"v":3}}"#).as_deref(), Some("{\"v\": 3}"));
        assert_eq!(arg(r#"{"action":"a","args":null,"params":1}"#).as_deref(), Some("1"));
        assert_eq!(arg(r#"{"params":1,"args":2,"action":"a"}"#).as_deref(), Some("2"));
    }

    #[test]
    fn the_json_form_takes_objects_only() {
        let read = |payload: &str| parse(payload.as_bytes(), Form::Json, true);
        assert_eq!(read("ping x"), None);
        assert_eq!(read("[1]"), None);
        let command = read(r#"{"action":"a","args":"5"}"#).unwrap();
        assert_eq!(command.arg, Some(Arg::Text("5".to_owned())));
        let command = read(r#"{"action":"a","args":5}"#).unwrap();
        assert_eq!(command.arg, Some(Arg::Value(Value::Int(5))));
    }
}
