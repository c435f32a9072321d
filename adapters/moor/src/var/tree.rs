//! Any MOO value, as a tree.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess},
    ser::{SerializeMap, SerializeSeq},
};

use super::{
    AnonymousObj, Binary, Error, ErrorCode, Flyweight, MooError, Obj, Symbol,
    de::NodeDeserializer,
    tag::{self, Tag, Tagged},
};

/// Any MOO value. Equality is exact (floats by their bits), except that a NaN equals any NaN, and
/// symbols are compared without case. `Display` is MOO literal text.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Var {
    /// The server's "no value". `()` is sent as this.
    #[default]
    None,
    /// A truth value, of servers that have them; others use 0 and 1.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A double.
    Float(f64),
    /// Text.
    Str(String),
    /// An object.
    Obj(Obj),
    /// An error value.
    Err(MooError),
    /// A list.
    List(Vec<Self>),
    /// A map with any keys, in the order of the wire. The server sorts it; of keys that are the
    /// same to it, the last one wins.
    Map(Vec<(Self, Self)>),
    /// A symbol.
    Sym(Symbol),
    /// Bytes.
    Binary(Vec<u8>),
    /// A flyweight.
    Flyweight(Box<Flyweight>),
    /// An anonymous object; only in the CURVE era.
    Anonymous(AnonymousObj),
}

impl Var {
    /// Any serialisable value as a `Var`.
    ///
    /// # Errors
    /// What mooR has no value for: integers beyond 64 bits, and what the type's own `Serialize`
    /// refuses.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Result<Self, Error> {
        journeyman_core::Value::from_serialize(value)
            .map_err(|error| Error::new(error.to_string()))?
            .try_into()
    }

    /// Reads a type from it, by the table of [this module](super).
    ///
    /// # Errors
    /// It does not fit the type.
    pub fn read<'de, T: Deserialize<'de>>(&'de self) -> Result<T, Error> {
        T::deserialize(NodeDeserializer(self))
    }

    /// A map with string keys.
    pub fn map<K: Into<String>, V: Into<Self>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Map(pairs.into_iter().map(|(k, v)| (Self::Str(k.into()), v.into())).collect())
    }

    /// The value under a key of a map; the key is a string or a symbol, case is ignored.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(pairs) => {
                let is_key = |k: &Self| k.as_str().is_some_and(|k| super::symbol::same(k, key));
                pairs.iter().rev().find(|(k, _)| is_key(k)).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The text of a string or symbol.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            Self::Sym(symbol) => Some(symbol.as_str()),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }
}

impl PartialEq for Var {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            // Bits, so that -0.0 and 0.0 differ; any NaN equals any NaN.
            (Self::Float(a), Self::Float(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::Obj(a), Self::Obj(b)) => a == b,
            (Self::Err(a), Self::Err(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            (Self::Sym(a), Self::Sym(b)) => a == b,
            (Self::Binary(a), Self::Binary(b)) => a == b,
            (Self::Flyweight(a), Self::Flyweight(b)) => a == b,
            (Self::Anonymous(a), Self::Anonymous(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Var {}

macro_rules! from {
    ($($variant:ident: $($ty:ty),+;)+) => {$($(
        impl From<$ty> for Var {
            fn from(value: $ty) -> Self {
                Self::$variant(value.into())
            }
        }
    )+)+};
}

from! {
    Bool: bool;
    Int: i64, i32, i16, i8, u32, u16, u8;
    Float: f64, f32;
    Str: String, &str;
    Obj: Obj;
    Err: MooError, ErrorCode;
    List: Vec<Self>;
    Sym: Symbol;
    Anonymous: AnonymousObj;
}

impl From<()> for Var {
    fn from((): ()) -> Self {
        Self::None
    }
}

impl From<Binary> for Var {
    fn from(bytes: Binary) -> Self {
        Self::Binary(bytes.0)
    }
}

impl From<Flyweight> for Var {
    fn from(flyweight: Flyweight) -> Self {
        Self::Flyweight(Box::new(flyweight))
    }
}

impl<T: Into<Self>> From<Option<T>> for Var {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

impl Serialize for Var {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Str(text) => serializer.serialize_str(text),
            Self::Obj(obj) => obj.serialize(serializer),
            Self::Err(error) => error.serialize(serializer),
            Self::List(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Self::Map(pairs) => {
                let mut map = serializer.serialize_map(Some(pairs.len()))?;
                for (key, value) in pairs {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
            Self::Sym(symbol) => symbol.serialize(serializer),
            Self::Binary(bytes) => serializer.serialize_bytes(bytes),
            Self::Flyweight(flyweight) => flyweight.serialize(serializer),
            Self::Anonymous(id) => id.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Var {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

/// The most items to reserve room for on a peer's word.
const RESERVE: usize = 1024;

struct Visitor;

impl<'de> de::Visitor<'de> for Visitor {
    type Value = Var;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a MOO value")
    }

    fn visit_unit<E>(self) -> Result<Var, E> {
        Ok(Var::None)
    }

    fn visit_none<E>(self) -> Result<Var, E> {
        Ok(Var::None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Var, D::Error> {
        Var::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Var, E> {
        Ok(Var::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Var, E> {
        Ok(Var::Int(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Var, E> {
        i64::try_from(value).map(Var::Int).map_err(|_| too_large(value))
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Var, E> {
        i64::try_from(value).map(Var::Int).map_err(|_| too_large(value))
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Var, E> {
        i64::try_from(value).map(Var::Int).map_err(|_| too_large(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Var, E> {
        Ok(Var::Float(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Var, E> {
        Ok(Var::Str(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Var, E> {
        Ok(Var::Str(text))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Var, E> {
        Ok(Var::Binary(bytes.to_vec()))
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Var, E> {
        Ok(Var::Binary(bytes))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Var, A::Error> {
        let mut items = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(RESERVE));
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Var::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Var, A::Error> {
        let mut pairs = Vec::with_capacity(map.size_hint().unwrap_or(0).min(RESERVE));
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Var::Map(pairs))
    }

    /// A value of a kind of its own: the pair (tag, value).
    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Var, D::Error> {
        struct Pair;

        impl<'de> de::Visitor<'de> for Pair {
            type Value = Var;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a pair of tag and value")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Var, A::Error> {
                let tag: Tag = tag::content(&mut seq)?;
                match &tag {
                    Tag::Object => Obj::read(&tag, &mut seq).map(Var::Obj),
                    Tag::Anonymous => AnonymousObj::read(&tag, &mut seq).map(Var::Anonymous),
                    Tag::Symbol => Symbol::read(&tag, &mut seq).map(Var::Sym),
                    Tag::Error => MooError::read(&tag, &mut seq).map(Var::Err),
                    Tag::Flyweight => {
                        Flyweight::read(&tag, &mut seq).map(|f| Var::Flyweight(Box::new(f)))
                    }
                    Tag::Other(text) => Err(unknown_tag(text)),
                }
            }
        }
        inner.deserialize_tuple(2, Pair)
    }
}

/// The error of an integer that mooR cannot hold.
pub(crate) fn too_large<E: de::Error>(value: impl fmt::Display) -> E {
    E::custom(format_args!("the integer {value} does not fit the 64 bits that a MOO integer has"))
}

/// The error of a value of another wire's kind.
pub(crate) fn unknown_tag<E: de::Error>(tag: &str) -> E {
    let shown: String = tag.chars().take(40).collect();
    E::custom(format_args!("mooR has no value of the kind {shown:?}"))
}
