//! Object ids.

use std::{fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, SeqAccess},
};

use super::{
    Error,
    tag::{self, Tag, Tagged},
};

/// Bits of a packed id below the first group of its text form.
const EPOCH_BITS: u32 = 40;

/// The id of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Obj {
    /// A classic object number: `#12`. -1 is nothing, -2 an ambiguous match, -3 a failed match, 0
    /// the system object.
    Id(i32),
    /// A UUID object: `#048D05-1234567890`.
    Uuid(UuObjId),
    /// An anonymous object, where mooR takes one as an object: the delegate of a flyweight. As a
    /// value it is [`Var::Anonymous`](super::Var::Anonymous).
    Anonymous(AnonymousObj),
}

impl Obj {
    /// `#-1`, which stands for no object.
    pub const NOTHING: Self = Self::Id(-1);
    /// `#0`, the system object.
    pub const SYSTEM: Self = Self::Id(0);
}

impl From<i32> for Obj {
    fn from(id: i32) -> Self {
        Self::Id(id)
    }
}

impl From<UuObjId> for Obj {
    fn from(id: UuObjId) -> Self {
        Self::Uuid(id)
    }
}

impl From<AnonymousObj> for Obj {
    fn from(id: AnonymousObj) -> Self {
        Self::Anonymous(id)
    }
}

/// As MOO code writes it.
impl fmt::Display for Obj {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "#{id}"),
            Self::Uuid(id) => id.fmt(f),
            Self::Anonymous(id) => id.fmt(f),
        }
    }
}

/// Reads `#12` and `#048D05-1234567890`.
impl FromStr for Obj {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::new(format!("{text:?} is no object id, such as #12"));
        let rest = text.strip_prefix('#').ok_or_else(wrong)?;
        // `+5` would be read as a number.
        if rest.starts_with('+') {
            return Err(wrong());
        }
        match rest.parse() {
            Ok(id) => Ok(Self::Id(id)),
            Err(_) => packed(rest).map(|packed| Self::Uuid(UuObjId(packed))).ok_or_else(wrong),
        }
    }
}

/// The id of a UUID object, packed in 62 bits: a counter (16 bits), randomness (6 bits), and the
/// lower 40 bits of Unix milliseconds (mooR sheet, section 5.1). The two upper bits, which are
/// zero in practice, are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UuObjId(pub u64);

impl fmt::Display for UuObjId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:06X}-{:010X}", self.0 >> EPOCH_BITS, self.0 & ((1 << EPOCH_BITS) - 1))
    }
}

/// The id of an anonymous object, packed as a [`UuObjId`]. Only the daemon that gave it knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AnonymousObj(pub u64);

/// As the server prints every one of them: `*anonymous*`.
impl fmt::Display for AnonymousObj {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("*anonymous*")
    }
}

impl AnonymousObj {
    /// The text that stands for it in serde formats.
    pub(crate) fn text(self) -> String {
        UuObjId(self.0).to_string()
    }

    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        text.strip_prefix('#')
            .and_then(packed)
            .map(Self)
            .ok_or_else(|| Error::new(format!("{text:?} is no id of an anonymous object")))
    }
}

/// Reads `048D05-1234567890`.
fn packed(text: &str) -> Option<u64> {
    let (first, second) = text.split_once('-')?;
    let hex = |group: &str, digits: usize| {
        let all = group.len() == digits && group.bytes().all(|byte| byte.is_ascii_hexdigit());
        all.then(|| u64::from_str_radix(group, 16).ok()).flatten()
    };
    Some(hex(first, 6)? << EPOCH_BITS | hex(second, 10)?)
}

impl Serialize for Obj {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Id(id) => Tag::Object.serialize_pair(serializer, id),
            Self::Uuid(id) => Tag::Object.serialize_pair(serializer, &id.to_string()),
            Self::Anonymous(id) => Tag::Anonymous.serialize_pair(serializer, &id.text()),
        }
    }
}

/// From an object of either kind, or its text.
impl<'de> Deserialize<'de> for Obj {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tag::deserialize(deserializer)
    }
}

impl<'de> Tagged<'de> for Obj {
    const EXPECTING: &'static str = "an object";

    fn read<A: SeqAccess<'de>>(tag: &Tag, seq: &mut A) -> Result<Self, A::Error> {
        match tag {
            Tag::Object => tag::content::<A, ObjText>(seq).map(|text| text.0),
            Tag::Anonymous => AnonymousObj::read(tag, seq).map(Self::Anonymous),
            _ => Err(tag.unexpected(Self::EXPECTING)),
        }
    }

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        text.parse().map_err(E::custom)
    }
}

impl Serialize for AnonymousObj {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Tag::Anonymous.serialize_pair(serializer, &self.text())
    }
}

impl<'de> Deserialize<'de> for AnonymousObj {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tag::deserialize(deserializer)
    }
}

impl<'de> Tagged<'de> for AnonymousObj {
    const EXPECTING: &'static str = "an anonymous object";

    fn read<A: SeqAccess<'de>>(tag: &Tag, seq: &mut A) -> Result<Self, A::Error> {
        match tag {
            Tag::Anonymous => {
                let text: String = tag::content(seq)?;
                Self::parse(&text).map_err(de::Error::custom)
            }
            _ => Err(tag.unexpected(Self::EXPECTING)),
        }
    }
}

/// What stands behind the tag `object`: a number or a text.
struct ObjText(Obj);

impl<'de> Deserialize<'de> for ObjText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = ObjText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the number of an object, or its text")
            }

            fn visit_i64<E: de::Error>(self, id: i64) -> Result<ObjText, E> {
                let id = i32::try_from(id)
                    .map_err(|_| E::custom(format_args!("#{id} is no object: too large")))?;
                Ok(ObjText(Obj::Id(id)))
            }

            fn visit_u64<E: de::Error>(self, id: u64) -> Result<ObjText, E> {
                self.visit_i64(i64::try_from(id).unwrap_or(i64::MAX))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ObjText, E> {
                text.parse().map(ObjText).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}
