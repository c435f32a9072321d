//! Python's text forms of values: `str`, `repr` and `json.dumps`, to the byte.
//!
//! Upstream's host publishes `str(value)` and sends commands as `json.dumps(…)` (Halloween sheet,
//! section 4.2), so whoever reads the bus today reads these forms. Any type that serde can
//! serialise has them:
//!
//! | Rust | Python |
//! |---|---|
//! | `()`, `None`, unit structs | `None` |
//! | integers of any size, `bool`, floats | `int`, `bool`, `float` |
//! | text, `char`, enum variants without content | `str` |
//! | `Vec` and other sequences | `list` |
//! | tuples, tuple structs, arrays (serde calls them tuples) | `tuple` |
//! | maps, structs, enum variants with content | `dict` |
//! | bytes (`serde_bytes`, [`Value::Bytes`](journeyman_core::Value::Bytes)) | `bytes` |
//!
//! An `f32` has the shortest digits that name it among `f32`s: `0.1`, not `0.10000000149011612`.
//! Characters that Unicode got after the version of a certain Python are printed where that Python
//! would escape them.

mod float;
mod ser;
mod text;

use std::fmt;

use serde::Serialize;

pub(crate) use self::text::{bytes_repr, json_str, str_repr};

/// What `str(value)` gives: a text is itself, everything else is as in [`to_repr`].
///
/// # Errors
/// What the type's own `Serialize` refuses, or more than 500 levels of nesting.
pub fn to_str<T: Serialize + ?Sized>(value: &T) -> Result<String, TypeError> {
    ser::write(value, ser::Style::Str).map(|written| written.text)
}

/// What `repr(value)` gives: texts in quotes, nested values likewise.
///
/// # Errors
/// As [`to_str`].
pub fn to_repr<T: Serialize + ?Sized>(value: &T) -> Result<String, TypeError> {
    ser::write(value, ser::Style::Repr).map(|written| written.text)
}

/// What `json.dumps(value)` gives with its defaults: `, ` and `: ` between, everything beyond ASCII
/// escaped, `NaN` and `Infinity` as they are, keys in their order.
///
/// # Errors
/// [`TypeError`] with Python's own words for what has no such form: bytes, and keys that are
/// neither text, number, truth value nor `None`. Otherwise as [`to_str`].
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String, TypeError> {
    ser::write(value, ser::Style::Json).map(|written| written.text)
}

/// As [`to_str`] or [`to_json`]; `None` for a value that is Python's `None`.
pub(crate) fn something<T: Serialize + ?Sized>(
    value: &T,
    json: bool,
) -> Result<Option<String>, TypeError> {
    let style = if json { ser::Style::Json } else { ser::Style::Str };
    ser::write(value, style).map(|written| (!written.is_none).then_some(written.text))
}

/// A value that has no such text form. Its name is Python's, since it is what the bus sees when a
/// handler fails because of it (`status/error` = `TypeError: …`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeError(pub(crate) String);

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TypeError {}

impl serde::ser::Error for TypeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

#[cfg(test)]
mod tests;
