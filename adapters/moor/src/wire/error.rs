//! What is wrong with a message.

use std::fmt;

use crate::var;

/// What was wrong with a message, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireError(Box<str>);

impl WireError {
    pub(crate) fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// Says in what it was.
    pub(crate) fn within(self, place: impl fmt::Display) -> Self {
        Self::new(format!("{place}: {}", self.0))
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WireError {}

impl From<var::Error> for WireError {
    fn from(error: var::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// What the checked reads of FlatBuffers found.
impl From<planus::Error> for WireError {
    fn from(error: planus::Error) -> Self {
        Self::new(flatbuffer(&error))
    }
}

impl From<planus::Error> for var::Error {
    fn from(error: planus::Error) -> Self {
        Self::new(flatbuffer(&error))
    }
}

fn flatbuffer(error: &planus::Error) -> String {
    use planus::errors::ErrorKind;
    let place = &error.source_location;
    let (table, field, at) = (place.type_, place.method, place.byte_offset);
    match &error.error_kind {
        ErrorKind::UnknownUnionTag { tag } => {
            format!("unknown kind {tag} in the field `{field}` of {table} (byte {at})")
        }
        ErrorKind::UnknownEnumTag { source } => {
            format!("unknown number {} in the field `{field}` of {table} (byte {at})", source.tag)
        }
        ErrorKind::MissingRequired => {
            format!("the field `{field}` of {table} is missing (byte {at})")
        }
        ErrorKind::InvalidUtf8 { .. } => {
            format!("the field `{field}` of {table} is not UTF-8 (byte {at})")
        }
        _ => format!("no FlatBuffer of this kind: {error}"),
    }
}

impl From<WireError> for journeyman_core::Error {
    /// A peer that breaks its protocol.
    fn from(error: WireError) -> Self {
        Self::new(journeyman_core::ErrorKind::PeerMisbehaved, "decode", error.0)
    }
}
