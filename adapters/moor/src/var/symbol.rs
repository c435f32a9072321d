//! Symbols.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, SeqAccess},
};

use super::tag::{self, Tag, Tagged};

/// A symbol: `'name`. Its text is kept as it was written, and is compared without case, as the
/// daemon does (mooR sheet, section 5.1).
#[derive(Clone, Debug)]
pub struct Symbol(Box<str>);

impl Symbol {
    /// A symbol of this text.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Symbol {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Symbol {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        same(&self.0, &other.0)
    }
}

impl PartialEq<str> for Symbol {
    fn eq(&self, other: &str) -> bool {
        same(&self.0, other)
    }
}

impl Eq for Symbol {}

impl Hash for Symbol {
    fn hash<H: Hasher>(&self, state: &mut H) {
        lower(&self.0).for_each(|c| c.hash(state));
    }
}

/// Whether two names are the same, without case.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a == b || lower(a).eq(lower(b))
}

fn lower(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase)
}

/// As MOO code writes it: `'name`.
impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}", self.0)
    }
}

impl Serialize for Symbol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Tag::Symbol.serialize_pair(serializer, &*self.0)
    }
}

/// From a symbol or a string.
impl<'de> Deserialize<'de> for Symbol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tag::deserialize(deserializer)
    }
}

impl<'de> Tagged<'de> for Symbol {
    const EXPECTING: &'static str = "a symbol";

    fn read<A: SeqAccess<'de>>(tag: &Tag, seq: &mut A) -> Result<Self, A::Error> {
        match tag {
            Tag::Symbol => tag::content::<A, String>(seq).map(Self::from),
            _ => Err(tag.unexpected(Self::EXPECTING)),
        }
    }

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        Ok(Self::from(text))
    }
}
