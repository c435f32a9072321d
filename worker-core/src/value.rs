//! The lossless generic value: every value that any wire can carry.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
    ser::{SerializeMap, SerializeSeq},
};

/// The name under which a [`Value::Tagged`] passes through serde as a newtype struct around the
/// pair (tag, value). A wire that knows the tag writes its own form; others see the pair.
pub const TAGGED: &str = "$journeyman::Tagged";

/// The tag of an integer that does not fit 128 bits; its value is the decimal text.
pub const BIG_INTEGER: &str = "bigint";

/// Any value of any wire. Equality is exact, except that a NaN equals a NaN of any bits: this is
/// a transport value, not a number to calculate with.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// An integer beyond 64 bits.
    BigInt(BigInt),
    /// A double.
    Float(f64),
    /// Text.
    String(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list.
    List(Vec<Self>),
    /// A map with any keys, in the order of the wire.
    Map(Vec<(Self, Self)>),
    /// A value of a kind that one wire knows: an object id, an error value, a symbol.
    Tagged(Box<Tagged>),
}

/// A value of a kind that only some wires know.
#[derive(Clone, Debug, PartialEq)]
pub struct Tagged {
    /// The kind, for example `object`.
    pub tag: Cow<'static, str>,
    /// What it holds.
    pub value: Value,
}

/// A decimal integer of any size, in canonical form (no leading zeros, no `+`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BigInt(String);

impl BigInt {
    /// Reads a decimal integer: an optional sign and at least one digit.
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let digits = digits.trim_start_matches('0');
        Some(match digits {
            "" => Self("0".to_owned()),
            digits => Self(format!("{sign}{digits}")),
        })
    }

    /// The decimal text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BigInt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Value {
    /// A map with text keys.
    pub fn object<K: Into<String>, V: Into<Self>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Map(pairs.into_iter().map(|(k, v)| (Self::String(k.into()), v.into())).collect())
    }

    /// A tagged value.
    pub fn tagged(tag: impl Into<Cow<'static, str>>, value: impl Into<Self>) -> Self {
        Self::Tagged(Box::new(Tagged { tag: tag.into(), value: value.into() }))
    }

    /// The smallest variant for a decimal integer text; `None` when it is not one.
    pub fn integer(text: &str) -> Option<Self> {
        text.parse().map(Self::Int).ok().or_else(|| BigInt::parse(text).map(Self::BigInt))
    }

    /// The value under a text key of a map.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(pairs) => pairs.iter().find(|(k, _)| k.as_str() == Some(key)).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::BigInt(_) => "an integer",
            Self::Float(_) => "a float",
            Self::String(_) => "a string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Tagged(_) => "a tagged value",
        }
    }

    /// Any serialisable value as a `Value`.
    ///
    /// # Errors
    /// Only what the type's own `Serialize` refuses.
    pub fn from_serialize<T: Serialize + ?Sized>(
        value: &T,
    ) -> Result<Self, super::value_ser::Error> {
        value.serialize(super::value_ser::ValueSerializer)
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::BigInt(a), Self::BigInt(b)) => a == b,
            // Bits, so that -0.0 and 0.0 differ; any NaN equals any NaN.
            (Self::Float(a), Self::Float(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            (Self::Tagged(a), Self::Tagged(b)) => a == b,
            _ => false,
        }
    }
}

macro_rules! from {
    ($($variant:ident: $($ty:ty),+;)+) => {$($(
        impl From<$ty> for Value {
            fn from(value: $ty) -> Self {
                Self::$variant(value.into())
            }
        }
    )+)+};
}

from! {
    Bool: bool;
    Int: i64, i32, i16, i8, u32, u16, u8;
    BigInt: BigInt;
    Float: f64, f32;
    String: String, &str, Cow<'_, str>;
    List: Vec<Self>;
}

impl From<()> for Value {
    fn from((): ()) -> Self {
        Self::Null
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::from_u128(value.into())
    }
}

impl Value {
    fn from_u128(value: u128) -> Self {
        i64::try_from(value).map_or_else(|_| Self::BigInt(BigInt(value.to_string())), Self::Int)
    }

    fn from_i128(value: i128) -> Self {
        i64::try_from(value).map_or_else(|_| Self::BigInt(BigInt(value.to_string())), Self::Int)
    }
}

impl From<i128> for Value {
    fn from(value: i128) -> Self {
        Self::from_i128(value)
    }
}

impl From<u128> for Value {
    fn from(value: u128) -> Self {
        Self::from_u128(value)
    }
}

impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match value {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(number) => number
                .as_i64()
                .map(Self::Int)
                .or_else(|| number.as_u64().map(Self::from))
                .unwrap_or_else(|| Self::Float(number.as_f64().unwrap_or(f64::NAN))),
            Json::String(text) => Self::String(text),
            Json::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Json::Object(map) => Self::object(map),
        }
    }
}

/// The value as JSON for people: bytes become lists of numbers, keys that are no text become
/// their JSON text, numbers that JSON lacks become strings.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
            f.write_str(&serde_json::Value::from(text).to_string())
        }
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::BigInt(value) => write!(f, "{value}"),
            Self::Float(value) if value.is_finite() => write!(f, "{value:?}"),
            Self::Float(value) => write!(f, "\"{value}\""),
            Self::String(text) => quoted(f, text),
            Self::Bytes(bytes) => write!(f, "{bytes:?}"),
            Self::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_str(",")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str("]")
            }
            Self::Map(pairs) => {
                f.write_str("{")?;
                for (i, (key, value)) in pairs.iter().enumerate() {
                    if i > 0 {
                        f.write_str(",")?;
                    }
                    match key {
                        Self::String(text) => quoted(f, text)?,
                        key => quoted(f, &key.to_string())?,
                    }
                    write!(f, ":{value}")?;
                }
                f.write_str("}")
            }
            Self::Tagged(tagged) => {
                f.write_str("{")?;
                quoted(f, &format!("${}", tagged.tag))?;
                write!(f, ":{}}}", tagged.value)
            }
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::BigInt(value) => match value.0.parse() {
                Ok(value) => serializer.serialize_i128(value),
                Err(_) => serializer.serialize_newtype_struct(TAGGED, &(BIG_INTEGER, &value.0)),
            },
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::String(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => serializer.serialize_bytes(bytes),
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
            Self::Tagged(tagged) => {
                serializer.serialize_newtype_struct(TAGGED, &(&*tagged.tag, &tagged.value))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

/// The most items to reserve room for on a peer's word.
const RESERVE: usize = 1024;

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<Value, E> {
        Ok(Value::Bytes(value.to_vec()))
    }

    fn visit_byte_buf<E>(self, value: Vec<u8>) -> Result<Value, E> {
        Ok(Value::Bytes(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(RESERVE));
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut pairs = Vec::with_capacity(map.size_hint().unwrap_or(0).min(RESERVE));
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Value::Map(pairs))
    }

    /// A wire hands over a value of its own kind as the pair (tag, value).
    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Value, D::Error> {
        let (tag, value) = <(String, Value)>::deserialize(inner)?;
        if tag == BIG_INTEGER {
            return value
                .as_str()
                .and_then(Value::integer)
                .ok_or_else(|| de::Error::custom("a big integer must be decimal text"));
        }
        Ok(Value::tagged(tag, value))
    }
}
