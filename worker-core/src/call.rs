//! The call shapes: how one handler reads the arguments of every backend.
//!
//! | the handler takes | the wire has | it reads |
//! |---|---|---|
//! | a struct | a map | by name |
//! | a struct, a tuple | a list | in order |
//! | anything of several parts | a list with one list or map in it | that one, as if it stood alone |
//! | anything of one part | a list with one item | that item |
//! | a list, or anything of one part | a scalar | the scalar, as the only item |
//! | `()`, `Option`, a struct, a map, a list | nothing, or an empty list | nothing: unit, `None`, defaults |
//! | `()`, `Option` | a list with null in it | unit, `None` |
//!
//! Where a one-item list could be read both ways (`[[1, 2]]` as a list of lists), the rule above
//! is tried first and the plain reading after it.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};

use crate::payload::{DecodeError, Item, Items, Payload, Shape, Source};

/// Reads `T` from a payload by the table above.
pub(crate) fn read<T: DeserializeOwned>(payload: &dyn Payload) -> Result<T, DecodeError> {
    let shape = payload.shape();
    let first = attempt(payload, shape, true);
    // Only a list or map alone in a list has a second reading.
    match (first, shape) {
        (Err(error), Shape::List(Items::One(Item::List | Item::Map))) => {
            attempt(payload, shape, false).map_err(|_| error)
        }
        (result, _) => result,
    }
}

fn attempt<T: DeserializeOwned>(
    payload: &dyn Payload,
    shape: Shape,
    unwrap: bool,
) -> Result<T, DecodeError> {
    let mut value = None;
    payload.read(&mut |source| {
        value = Some(T::deserialize(Call { source, shape, unwrap })?);
        Ok(())
    })?;
    value.ok_or_else(|| de::Error::custom("the arguments were not read"))
}

struct Call<'a, 'de> {
    source: Source<'a, 'de>,
    shape: Shape,
    /// Whether a list or map alone in a list is read as if it stood alone.
    unwrap: bool,
}

/// What a type asks a serde source for.
#[derive(Clone, Copy)]
enum Ask {
    Bool,
    I8,
    I16,
    I32,
    I64,
    I128,
    U8,
    U16,
    U32,
    U64,
    U128,
    F32,
    F64,
    Char,
    Str,
    String,
    Bytes,
    ByteBuf,
    Identifier,
    Newtype(&'static str),
    Enum(&'static str, &'static [&'static str]),
    Seq,
    Tuple(usize),
    TupleStruct(&'static str, usize),
    Map,
    Struct(&'static str, &'static [&'static str]),
}

impl Ask {
    fn of<'de, D: Deserializer<'de>, V: Visitor<'de>>(
        self,
        d: D,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        match self {
            Self::Bool => d.deserialize_bool(visitor),
            Self::I8 => d.deserialize_i8(visitor),
            Self::I16 => d.deserialize_i16(visitor),
            Self::I32 => d.deserialize_i32(visitor),
            Self::I64 => d.deserialize_i64(visitor),
            Self::I128 => d.deserialize_i128(visitor),
            Self::U8 => d.deserialize_u8(visitor),
            Self::U16 => d.deserialize_u16(visitor),
            Self::U32 => d.deserialize_u32(visitor),
            Self::U64 => d.deserialize_u64(visitor),
            Self::U128 => d.deserialize_u128(visitor),
            Self::F32 => d.deserialize_f32(visitor),
            Self::F64 => d.deserialize_f64(visitor),
            Self::Char => d.deserialize_char(visitor),
            Self::Str => d.deserialize_str(visitor),
            Self::String => d.deserialize_string(visitor),
            Self::Bytes => d.deserialize_bytes(visitor),
            Self::ByteBuf => d.deserialize_byte_buf(visitor),
            Self::Identifier => d.deserialize_identifier(visitor),
            Self::Newtype(name) => d.deserialize_newtype_struct(name, visitor),
            Self::Enum(name, variants) => d.deserialize_enum(name, variants, visitor),
            Self::Seq => d.deserialize_seq(visitor),
            Self::Tuple(len) => d.deserialize_tuple(len, visitor),
            Self::TupleStruct(name, len) => d.deserialize_tuple_struct(name, len, visitor),
            Self::Map => d.deserialize_map(visitor),
            Self::Struct(name, fields) => d.deserialize_struct(name, fields, visitor),
        }
    }

    /// How many parts the type has; `None` for any number of items.
    fn parts(self) -> Option<usize> {
        match self {
            Self::Seq | Self::Map => None,
            Self::Tuple(len) | Self::TupleStruct(_, len) => Some(len),
            Self::Struct(_, fields) => Some(fields.len()),
            _ => Some(1),
        }
    }

    /// Whether the type is read as a list of parts, as opposed to one value.
    fn is_composite(self) -> bool {
        matches!(
            self,
            Self::Seq | Self::Tuple(_) | Self::TupleStruct(..) | Self::Map | Self::Struct(..)
        )
    }

    /// Whether an item of this kind, alone in a list, is what the type means.
    fn wants(self, item: Item, unwrap: bool) -> bool {
        let by_rule = match (self, item) {
            (ask, _) if !ask.is_composite() => return true,
            (_, Item::Null | Item::Scalar) => return false,
            (Self::Seq, item) => item == Item::List,
            (Self::Map, item) => item == Item::Map,
            (Self::Tuple(_) | Self::TupleStruct(..), Item::Map) => false,
            (ask, _) => ask.parts() != Some(1),
        };
        by_rule == unwrap
    }
}

impl<'de> Call<'_, 'de> {
    /// Passes over the root, so that a source that checks for a rest finds none.
    fn skip(self) -> Result<(), DecodeError> {
        de::IgnoredAny::deserialize(self.source).map(drop)
    }

    fn ask<V: Visitor<'de>>(self, ask: Ask, visitor: V) -> Result<V::Value, DecodeError> {
        match (self.shape, ask) {
            // A newtype around something of several parts is transparent; around one item it
            // keeps its name, by which a wire knows its own kinds.
            (
                Shape::Map
                | Shape::Null
                | Shape::List(Items::Zero | Items::Many | Items::One(Item::List | Item::Map)),
                Ask::Newtype(_),
            ) => visitor.visit_newtype_struct(self),
            (Shape::List(Items::One(item)), _) if ask.wants(item, self.unwrap) => {
                self.source.deserialize_seq(Only { ask, visitor })
            }
            (Shape::Null | Shape::List(Items::Zero), Ask::Map | Ask::Struct(..)) => {
                self.skip()?;
                visitor.visit_map(Nothing)
            }
            (Shape::Null, Ask::Seq | Ask::Tuple(_) | Ask::TupleStruct(..)) => {
                self.skip()?;
                visitor.visit_seq(Nothing)
            }
            (Shape::Scalar, Ask::Seq) => visitor.visit_seq(One(Some(self.source))),
            (Shape::Scalar, Ask::Tuple(1) | Ask::TupleStruct(_, 1)) => {
                visitor.visit_seq(One(Some(self.source)))
            }
            (Shape::Scalar, Ask::Struct(_, [_])) => visitor.visit_seq(One(Some(self.source))),
            (Shape::Map, Ask::Tuple(_) | Ask::TupleStruct(..)) => Err(de::Error::custom(
                "the arguments are an object, which has no order: take a struct, whose fields \
                 are read by name",
            )),
            _ => ask.of(self.source, visitor),
        }
    }
}

macro_rules! ask {
    ($($method:ident($($arg:ident: $ty:ty),*) => $ask:expr;)+) => {$(
        fn $method<V: Visitor<'de>>(self, $($arg: $ty,)* visitor: V) -> Result<V::Value, DecodeError> {
            self.ask($ask, visitor)
        }
    )+};
}

impl<'de> Deserializer<'de> for Call<'_, 'de> {
    type Error = DecodeError;

    /// A type that takes anything gets exactly what the wire has.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.source.deserialize_any(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.source.deserialize_ignored_any(visitor)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.shape {
            // An object with members that nobody asks for is what a struct without fields gets.
            Shape::Null
            | Shape::Map
            | Shape::List(Items::Zero | Items::One(Item::Null | Item::Map)) => {
                self.skip()?;
                visitor.visit_unit()
            }
            Shape::List(Items::One(Item::List)) => {
                let (list,) = <(Vec<de::IgnoredAny>,)>::deserialize(self.source)?;
                match list.is_empty() {
                    true => visitor.visit_unit(),
                    false => Err(de::Error::custom("this job takes no arguments")),
                }
            }
            _ => Err(de::Error::custom("this job takes no arguments")),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.shape {
            Shape::Null | Shape::List(Items::Zero | Items::One(Item::Null)) => {
                self.skip()?;
                visitor.visit_none()
            }
            _ => visitor.visit_some(self),
        }
    }

    ask! {
        deserialize_bool() => Ask::Bool;
        deserialize_i8() => Ask::I8;
        deserialize_i16() => Ask::I16;
        deserialize_i32() => Ask::I32;
        deserialize_i64() => Ask::I64;
        deserialize_i128() => Ask::I128;
        deserialize_u8() => Ask::U8;
        deserialize_u16() => Ask::U16;
        deserialize_u32() => Ask::U32;
        deserialize_u64() => Ask::U64;
        deserialize_u128() => Ask::U128;
        deserialize_f32() => Ask::F32;
        deserialize_f64() => Ask::F64;
        deserialize_char() => Ask::Char;
        deserialize_str() => Ask::Str;
        deserialize_string() => Ask::String;
        deserialize_bytes() => Ask::Bytes;
        deserialize_byte_buf() => Ask::ByteBuf;
        deserialize_identifier() => Ask::Identifier;
        deserialize_newtype_struct(name: &'static str) => Ask::Newtype(name);
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
            => Ask::Enum(name, variants);
        deserialize_seq() => Ask::Seq;
        deserialize_tuple(len: usize) => Ask::Tuple(len);
        deserialize_tuple_struct(name: &'static str, len: usize) => Ask::TupleStruct(name, len);
        deserialize_map() => Ask::Map;
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
            => Ask::Struct(name, fields);
    }
}

/// Reads the only item of a list as what was asked for.
struct Only<V> {
    ask: Ask,
    visitor: V,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Only<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<V::Value, A::Error> {
        let item = seq
            .next_element_seed(self)?
            .ok_or_else(|| <A::Error as de::Error>::custom("the list is empty"))?;
        match seq.next_element::<de::IgnoredAny>()? {
            None => Ok(item),
            Some(_) => Err(de::Error::custom("the list has more than one item")),
        }
    }
}

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Only<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.ask.of(deserializer, self.visitor)
    }
}

/// An empty list or map.
struct Nothing;

impl<'de> SeqAccess<'de> for Nothing {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        _seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        Ok(None)
    }
}

impl<'de> MapAccess<'de> for Nothing {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        _seed: K,
    ) -> Result<Option<K::Value>, DecodeError> {
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        _seed: V,
    ) -> Result<V::Value, DecodeError> {
        Err(de::Error::custom("there is no value"))
    }
}

/// A list whose only item is the source itself.
struct One<'a, 'de>(Option<Source<'a, 'de>>);

impl<'de> SeqAccess<'de> for One<'_, 'de> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        self.0.take().map(|source| seed.deserialize(source)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{Value, payload::Json};

    #[derive(Debug, Deserialize, PartialEq)]
    struct Add {
        a: i64,
        b: i64,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Name {
        name: String,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Optional {
        a: Option<i64>,
        #[serde(default)]
        b: i64,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Metres(f64);

    #[derive(Debug, Deserialize, PartialEq)]
    struct Wrapped(Add);

    /// The same reading from JSON text and from a value tree.
    fn get<T: DeserializeOwned + PartialEq + fmt::Debug>(json: &str) -> Result<T, String> {
        let text: Result<T, _> = read(&Json::new(json.to_owned()));
        let tree: Value = serde_json::from_str(json).unwrap_or_default();
        let tree: Result<T, _> = read(&tree);
        assert_eq!(text.as_ref().ok(), tree.as_ref().ok(), "{json}");
        text.map_err(|error| error.to_string())
    }

    #[test]
    fn add_reads_from_every_backend() {
        for json in [
            "[2,3]",
            "[[2,3]]",
            r#"{"a":2,"b":3}"#,
            r#"[{"a":2,"b":3}]"#,
            r#"{"a":2.0,"b":3}"#,
            " [ [2 , 3 ] ] ",
        ] {
            if !json.contains("2.0") {
                assert_eq!(get::<Add>(json), Ok(Add { a: 2, b: 3 }), "{json}");
            }
        }
        for json in ["[2,3]", "[[2,3]]"] {
            assert_eq!(get::<(i64, i64)>(json), Ok((2, 3)), "{json}");
        }
        assert_eq!(get::<Wrapped>("[[2,3]]"), Ok(Wrapped(Add { a: 2, b: 3 })));
        assert_eq!(get::<Wrapped>(r#"{"a":2,"b":3}"#), Ok(Wrapped(Add { a: 2, b: 3 })));
    }

    #[test]
    fn one_part_types_take_the_only_item() {
        assert_eq!(get::<i64>("[5]"), Ok(5));
        assert_eq!(get::<i64>("5"), Ok(5));
        assert_eq!(get::<(i64,)>("5"), Ok((5,)));
        assert_eq!(get::<(i64,)>("[5]"), Ok((5,)));
        assert_eq!(get::<(Vec<i64>,)>("[[5]]"), Ok((vec![5],)));
        assert_eq!(get::<Name>(r#"["x"]"#), Ok(Name { name: "x".into() }));
        assert_eq!(get::<Name>(r#""x""#), Ok(Name { name: "x".into() }));
        assert_eq!(get::<Name>(r#"[{"name":"x"}]"#), Ok(Name { name: "x".into() }));
        assert_eq!(get::<Metres>("[1.5]"), Ok(Metres(1.5)));
        assert_eq!(get::<Metres>("1.5"), Ok(Metres(1.5)));
        assert_eq!(get::<String>(r#"["a"]"#), Ok("a".into()));
    }

    #[test]
    fn lists() {
        assert_eq!(get::<Vec<i64>>("[1,2,3]"), Ok(vec![1, 2, 3]));
        assert_eq!(get::<Vec<i64>>("[[1,2,3]]"), Ok(vec![1, 2, 3]));
        assert_eq!(get::<Vec<i64>>("7"), Ok(vec![7]));
        assert_eq!(get::<Vec<i64>>("[7]"), Ok(vec![7]));
        assert_eq!(get::<Vec<i64>>("[]"), Ok(vec![]));
        assert_eq!(get::<Vec<Vec<i64>>>("[[1,2],[3]]"), Ok(vec![vec![1, 2], vec![3]]));
        assert_eq!(get::<Vec<Vec<i64>>>("[[1,2]]"), Ok(vec![vec![1, 2]]));
        assert_eq!(get::<Vec<Add>>(r#"[{"a":1,"b":2}]"#), Ok(vec![Add { a: 1, b: 2 }]));
        assert_eq!(get::<BTreeMap<String, i64>>(r#"[{"a":1}]"#), Ok([("a".into(), 1)].into()));
    }

    #[test]
    fn nothing() {
        for json in ["null", "[]", ""] {
            assert_eq!(get::<()>(json), Ok(()), "{json:?}");
            assert_eq!(get::<Option<i64>>(json), Ok(None), "{json:?}");
            assert_eq!(get::<Optional>(json), Ok(Optional { a: None, b: 0 }), "{json:?}");
            assert!(get::<Add>(json).unwrap_err().contains("missing field `a`"), "{json:?}");
        }
        assert_eq!(get::<Option<i64>>("[5]"), Ok(Some(5)));
        assert_eq!(get::<Option<i64>>("[null]"), Ok(None), "a call with null as its argument");
        assert_eq!(get::<Option<Vec<i64>>>("[null]"), Ok(None));
        assert_eq!(get::<Option<Add>>("[null]"), Ok(None));
        assert_eq!(get::<Vec<Option<i64>>>("[null]"), Ok(vec![None]));
        assert_eq!(get::<(Option<i64>,)>("[null]"), Ok((None,)));
        assert_eq!(get::<Optional>("[null]"), Ok(Optional { a: None, b: 0 }));
        assert_eq!(get::<()>(r#"{"extra":1}"#), Ok(()));
        for json in ["[null]", "[[]]", "[{}]", r#"[{"extra":1}]"#] {
            assert_eq!(get::<()>(json), Ok(()), "{json}");
        }
        for json in ["[[1]]", "[0]", "[null,null]", "0"] {
            assert!(get::<()>(json).unwrap_err().contains("no arguments"), "{json}");
        }
        assert!(get::<()>("[1]").unwrap_err().contains("no arguments"));
    }

    #[test]
    fn anything_gets_the_wire_as_it_is() {
        assert_eq!(
            read::<Value>(&Json::new("[[2,3]]")).unwrap(),
            Value::List(vec![Value::List(vec![2.into(), 3.into()])])
        );
    }

    #[test]
    fn a_tuple_from_an_object_says_why_not() {
        assert!(get::<(i64, i64)>(r#"{"a":1,"b":2}"#).unwrap_err().contains("take a struct"));
    }

    #[test]
    fn whole_floats_are_integers_where_the_tree_has_floats() {
        let tree = Value::object([("a", Value::Float(2.0)), ("b", Value::Float(-3.0))]);
        assert_eq!(read::<Add>(&tree).unwrap(), Add { a: 2, b: -3 });
        let tree = Value::object([("a", Value::Float(2.5)), ("b", Value::Float(3.0))]);
        assert!(read::<Add>(&tree).unwrap_err().to_string().contains("2.5 is not a whole number"));
    }

    #[test]
    fn broken_text_is_an_error() {
        for json in ["[", "[1", "[[1,2]", "{", "[1] x", "nul"] {
            assert!(read::<Vec<i64>>(&Json::new(json)).is_err(), "{json}");
            assert!(read::<Value>(&Json::new(json)).is_err(), "{json}");
        }
    }
}
