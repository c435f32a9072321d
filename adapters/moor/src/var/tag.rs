//! The tags under which values of mooR's own kinds pass through serde.

use std::{fmt, marker::PhantomData};

use journeyman_core::value::TAGGED;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, SeqAccess},
};

/// The kinds, by tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Object,
    Anonymous,
    Symbol,
    Error,
    Flyweight,
    /// A kind of another wire.
    Other(Box<str>),
}

impl Tag {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Object => "object",
            Self::Anonymous => "anonymous",
            Self::Symbol => "symbol",
            Self::Error => "error",
            Self::Flyweight => "flyweight",
            Self::Other(text) => text,
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "object" => Self::Object,
            "anonymous" => Self::Anonymous,
            "symbol" => Self::Symbol,
            "error" => Self::Error,
            "flyweight" => Self::Flyweight,
            text => Self::Other(text.into()),
        }
    }

    /// Writes a tagged value.
    pub(crate) fn serialize_pair<S: Serializer, T: Serialize + ?Sized>(
        &self,
        serializer: S,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(TAGGED, &(self.as_str(), value))
    }

    /// The error of a kind where another one was expected.
    pub(crate) fn unexpected<E: de::Error>(&self, expecting: &'static str) -> E {
        E::invalid_type(
            de::Unexpected::Other(&format!("a tagged value ({})", self.as_str())),
            &expecting,
        )
    }
}

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Tag;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a tag")
            }

            fn visit_str<E>(self, text: &str) -> Result<Tag, E> {
                Ok(Tag::parse(text))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

/// A type that reads from a tagged value.
pub(crate) trait Tagged<'de>: Sized {
    const EXPECTING: &'static str;

    /// Reads what stands behind the tag.
    fn read<A: SeqAccess<'de>>(tag: &Tag, seq: &mut A) -> Result<Self, A::Error>;

    /// Reads from text without a tag, where the type takes that.
    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        Err(E::invalid_type(de::Unexpected::Str(text), &Self::EXPECTING))
    }
}

/// Asks for a tagged value.
pub(crate) fn deserialize<'de, D: Deserializer<'de>, T: Tagged<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_newtype_struct(TAGGED, Visitor(PhantomData))
}

/// The value behind the tag.
pub(crate) fn content<'de, A: SeqAccess<'de>, T: Deserialize<'de>>(
    seq: &mut A,
) -> Result<T, A::Error> {
    seq.next_element()?
        .ok_or_else(|| de::Error::custom("a tagged value is a pair of tag and value"))
}

struct Visitor<T>(PhantomData<T>);

impl<'de, T: Tagged<'de>> de::Visitor<'de> for Visitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTING)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<T, D::Error> {
        inner.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        let tag: Tag = content(&mut seq)?;
        T::read(&tag, &mut seq)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::from_text(text)
    }
}
