//! Serializers for what stands behind the tags of mooR's own kinds: lists of known parts.

use serde::{
    Serialize,
    ser::{
        Impossible, SerializeSeq, SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
        Serializer,
    },
};

use super::scalar::{Scalar, scalar};
use crate::var::{Error, tag::Tag};

/// Something that is written part by part.
pub(super) trait Parts: Sized {
    type Ok;
    /// What it is, for messages.
    const NAME: &'static str;

    /// Takes the part at this index.
    fn part<T: Serialize + ?Sized>(&mut self, index: usize, value: &T) -> Result<(), Error>;

    /// All parts were given.
    fn end(self) -> Result<Self::Ok, Error>;

    fn wrong<T>() -> Result<T, Error> {
        Err(Error::new(format!("{} must be a list of its parts", Self::NAME)))
    }
}

/// Writes a list of parts.
pub(super) fn write<P: Parts, T: Serialize + ?Sized>(parts: P, value: &T) -> Result<P::Ok, Error> {
    value.serialize(PartsSerializer(parts))
}

/// Reads a tagged value that is one of the small ones.
pub(super) fn pair<T: Serialize + ?Sized>(value: &T) -> Result<(Tag, Scalar), Error> {
    write(SmallPair { tag: None, content: None }, value)
}

struct SmallPair {
    tag: Option<Tag>,
    content: Option<Scalar>,
}

impl Parts for SmallPair {
    type Ok = (Tag, Scalar);
    const NAME: &'static str = "a tagged value";

    fn part<T: Serialize + ?Sized>(&mut self, index: usize, value: &T) -> Result<(), Error> {
        match index {
            0 => self.tag = Some(tag(value)?),
            1 => self.content = Some(scalar(value)?),
            _ => return Self::wrong(),
        }
        Ok(())
    }

    fn end(self) -> Result<Self::Ok, Error> {
        match (self.tag, self.content) {
            (Some(tag), Some(content)) => Ok((tag, content)),
            _ => Self::wrong(),
        }
    }
}

/// Reads the tag of a tagged value.
pub(super) fn tag<T: Serialize + ?Sized>(value: &T) -> Result<Tag, Error> {
    Ok(Tag::parse(&scalar(value)?.into_text("a tag")?))
}

struct PartsSerializer<P>(P);

pub(super) struct List<P> {
    parts: P,
    next: usize,
}

impl<P: Parts> List<P> {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let index = self.next;
        self.next += 1;
        self.parts.part(index, value)
    }
}

macro_rules! list {
    ($($trait:ident::$method:ident)+) => {$(
        impl<P: Parts> $trait for List<P> {
            type Ok = P::Ok;
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.push(value)
            }

            fn end(self) -> Result<P::Ok, Error> {
                self.parts.end()
            }
        }
    )+};
}

list! {
    SerializeSeq::serialize_element
    SerializeTuple::serialize_element
    SerializeTupleStruct::serialize_field
    SerializeTupleVariant::serialize_field
}

macro_rules! refuse {
    ($($method:ident($($arg:ty),*) -> $ok:ty;)+) => {$(
        fn $method(self $(, _: $arg)*) -> Result<$ok, Error> {
            P::wrong()
        }
    )+};
}

type Never<P> = Impossible<<P as Parts>::Ok, Error>;

impl<P: Parts> Serializer for PartsSerializer<P> {
    type Ok = P::Ok;
    type Error = Error;
    type SerializeSeq = List<P>;
    type SerializeTuple = List<P>;
    type SerializeTupleStruct = List<P>;
    type SerializeTupleVariant = List<P>;
    type SerializeMap = Never<P>;
    type SerializeStruct = Never<P>;
    type SerializeStructVariant = Never<P>;

    fn serialize_seq(self, _: Option<usize>) -> Result<List<P>, Error> {
        Ok(List { parts: self.0, next: 0 })
    }

    fn serialize_tuple(self, _: usize) -> Result<List<P>, Error> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List<P>, Error> {
        self.serialize_seq(None)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<P::Ok, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<P::Ok, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<P::Ok, Error> {
        P::wrong()
    }

    refuse! {
        serialize_bool(bool) -> P::Ok;
        serialize_i8(i8) -> P::Ok;
        serialize_i16(i16) -> P::Ok;
        serialize_i32(i32) -> P::Ok;
        serialize_i64(i64) -> P::Ok;
        serialize_u8(u8) -> P::Ok;
        serialize_u16(u16) -> P::Ok;
        serialize_u32(u32) -> P::Ok;
        serialize_u64(u64) -> P::Ok;
        serialize_f32(f32) -> P::Ok;
        serialize_f64(f64) -> P::Ok;
        serialize_char(char) -> P::Ok;
        serialize_str(&str) -> P::Ok;
        serialize_bytes(&[u8]) -> P::Ok;
        serialize_none() -> P::Ok;
        serialize_unit() -> P::Ok;
        serialize_unit_struct(&'static str) -> P::Ok;
        serialize_unit_variant(&'static str, u32, &'static str) -> P::Ok;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> List<P>;
        serialize_map(Option<usize>) -> Never<P>;
        serialize_struct(&'static str, usize) -> Never<P>;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never<P>;
    }
}
