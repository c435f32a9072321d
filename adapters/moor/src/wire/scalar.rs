//! A serializer that takes a single plain value: what stands in the smaller places of mooR's own
//! kinds, such as the text of a symbol.

use serde::{
    Serialize,
    ser::{Impossible, Serializer},
};

use crate::var::{AnonymousObj, Error, Obj, tag::Tag};
use journeyman_core::value::TAGGED;

/// A plain value, or one of the small tagged ones.
pub(super) enum Scalar {
    Null,
    Int(i64),
    Text(String),
    Symbol(String),
    Obj(Obj),
}

impl Scalar {
    /// The object that the value behind the tag `object` or `anonymous` is.
    pub(super) fn into_obj(self, tag: &Tag) -> Result<Obj, Error> {
        match (self, tag) {
            (Self::Int(id), Tag::Object) => i32::try_from(id)
                .map(Obj::Id)
                .map_err(|_| Error::new(format!("#{id} is no object: too large"))),
            (Self::Text(text), Tag::Object) => text.parse(),
            (Self::Text(text), Tag::Anonymous) => AnonymousObj::parse(&text).map(Obj::Anonymous),
            _ => Err(Error::new("an object is a number or a text such as \"#048D05-1234567890\"")),
        }
    }

    /// The text, where nothing else will do.
    pub(super) fn into_text(self, what: &'static str) -> Result<String, Error> {
        match self {
            Self::Text(text) | Self::Symbol(text) => Ok(text),
            _ => Err(Error::new(format!("{what} must be text"))),
        }
    }
}

/// Reads a scalar out of a value.
pub(super) fn scalar<T: Serialize + ?Sized>(value: &T) -> Result<Scalar, Error> {
    value.serialize(ScalarSerializer)
}

struct ScalarSerializer;

fn refuse<T>() -> Result<T, Error> {
    Err(Error::new("a text or a number is expected here"))
}

macro_rules! refuse {
    ($($method:ident($($arg:ty),*) -> $ok:ty;)+) => {$(
        fn $method(self $(, _: $arg)*) -> Result<$ok, Error> {
            refuse()
        }
    )+};
}

macro_rules! int {
    ($($method:ident: $ty:ty;)+) => {$(
        fn $method(self, value: $ty) -> Result<Scalar, Error> {
            Ok(Scalar::Int(value.into()))
        }
    )+};
}

type Never = Impossible<Scalar, Error>;

impl Serializer for ScalarSerializer {
    type Ok = Scalar;
    type Error = Error;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Never;
    type SerializeStructVariant = Never;

    int! {
        serialize_i8: i8; serialize_i16: i16; serialize_i32: i32; serialize_i64: i64;
        serialize_u8: u8; serialize_u16: u16; serialize_u32: u32;
    }

    fn serialize_u64(self, value: u64) -> Result<Scalar, Error> {
        i64::try_from(value).map(Scalar::Int).or_else(|_| refuse())
    }

    fn serialize_str(self, text: &str) -> Result<Scalar, Error> {
        Ok(Scalar::Text(text.to_owned()))
    }

    fn serialize_unit(self) -> Result<Scalar, Error> {
        Ok(Scalar::Null)
    }

    fn serialize_none(self) -> Result<Scalar, Error> {
        Ok(Scalar::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Scalar, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Scalar, Error> {
        if name == TAGGED {
            return match super::parts::pair(value)? {
                (Tag::Symbol, content) => Ok(Scalar::Symbol(content.into_text("a symbol")?)),
                (tag, content) => content.into_obj(&tag).map(Scalar::Obj),
            };
        }
        value.serialize(self)
    }

    refuse! {
        serialize_bool(bool) -> Scalar;
        serialize_f32(f32) -> Scalar;
        serialize_f64(f64) -> Scalar;
        serialize_char(char) -> Scalar;
        serialize_bytes(&[u8]) -> Scalar;
        serialize_unit_struct(&'static str) -> Scalar;
        serialize_unit_variant(&'static str, u32, &'static str) -> Scalar;
        serialize_seq(Option<usize>) -> Never;
        serialize_tuple(usize) -> Never;
        serialize_tuple_struct(&'static str, usize) -> Never;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never;
        serialize_map(Option<usize>) -> Never;
        serialize_struct(&'static str, usize) -> Never;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never;
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Scalar, Error> {
        refuse()
    }
}
