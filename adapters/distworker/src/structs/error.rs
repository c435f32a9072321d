//! Errors of reading and writing values.

use std::fmt::{self, Display, Write as _};

use serde::{de, ser};

use crate::reader::ReadError;

/// Longest message from serde or from a user's type that is kept, in bytes. Such messages can
/// quote the value, and the value comes from a peer.
const MESSAGE_LIMIT: usize = 512;
/// Longest message with the path in front of it.
const PATH_LIMIT: usize = 2048;
/// Longest part of a key that a path shows.
const KEY_LIMIT: usize = 64;

/// Why a value could not be read.
///
/// The text leads to the place: ``field `items`: item 3: 2.5 is not a whole number``. Its length
/// is bounded whatever the value holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    message: String,
    malformed: bool,
}

/// Why a value could not be written. The text leads to the place, as in [`DecodeError`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeError {
    message: String,
}

impl DecodeError {
    pub(super) fn new(message: impl Display) -> Self {
        Self { message: bounded(message), malformed: false }
    }

    /// Whether the bytes are broken (`true`), or sound and not what the type wants (`false`).
    pub fn is_malformed(&self) -> bool {
        self.malformed
    }

    #[cold]
    pub(super) fn in_field(self, key: &str) -> Self {
        Self { message: with_field(key, self.message), ..self }
    }

    #[cold]
    pub(super) fn in_item(self, index: usize) -> Self {
        Self { message: with_item(index, self.message), ..self }
    }
}

impl EncodeError {
    pub(super) fn new(message: impl Display) -> Self {
        Self { message: bounded(message) }
    }

    #[cold]
    pub(super) fn in_field(self, key: &str) -> Self {
        Self { message: with_field(key, self.message) }
    }

    #[cold]
    pub(super) fn in_item(self, index: usize) -> Self {
        Self { message: with_item(index, self.message) }
    }
}

fn with_field(key: &str, message: String) -> String {
    if message.len() > PATH_LIMIT {
        return message;
    }
    let shown = &key[..key.floor_char_boundary(KEY_LIMIT)];
    let more = if shown.len() < key.len() { "…" } else { "" };
    format!("field `{}{more}`: {message}", shown.escape_debug())
}

fn with_item(index: usize, message: String) -> String {
    if message.len() > PATH_LIMIT { message } else { format!("item {index}: {message}") }
}

/// Formats into at most [`MESSAGE_LIMIT`] bytes, so that a message that quotes 16 MiB of input
/// costs no 16 MiB.
fn bounded(message: impl Display) -> String {
    struct Bounded(String);
    impl fmt::Write for Bounded {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let room = MESSAGE_LIMIT.saturating_sub(self.0.len());
            if text.len() <= room {
                self.0.push_str(text);
                return Ok(());
            }
            self.0.push_str(&text[..text.floor_char_boundary(room)]);
            self.0.push('…');
            // Stops the formatting; whatever comes after would be cut anyway.
            Err(fmt::Error)
        }
    }
    let mut out = Bounded(String::new());
    let _ = write!(out, "{message}");
    out.0
}

impl From<ReadError> for DecodeError {
    fn from(error: ReadError) -> Self {
        Self { message: format!("the bytes are not a protobuf Struct: {error}"), malformed: true }
    }
}

impl Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DecodeError {}
impl std::error::Error for EncodeError {}

impl de::Error for DecodeError {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message)
    }
}

impl ser::Error for EncodeError {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message)
    }
}
