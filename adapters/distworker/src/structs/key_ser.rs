//! Keys of objects on their way out: text, and what has an obvious text.

use std::fmt::Write as _;

use serde::ser::{self, Serialize, Serializer};

use super::error::EncodeError;
use super::marks::Writer;
use super::ser::put_key;

/// Writes the key of an entry.
pub(super) struct KeySer<'w, 'b> {
    w: &'w mut Writer<'b>,
}

impl<'w, 'b> KeySer<'w, 'b> {
    pub(super) fn new(w: &'w mut Writer<'b>) -> Self {
        Self { w }
    }

    fn refused(kind: &str) -> EncodeError {
        EncodeError::new(format_args!(
            "{kind} can not be the key of an object; use text, an integer or a boolean"
        ))
    }
}

macro_rules! number_keys {
    ($($serialize:ident $source:ty,)*) => {$(
        fn $serialize(self, value: $source) -> Result<(), EncodeError> {
            self.collect_str(&value)
        }
    )*};
}

impl Serializer for KeySer<'_, '_> {
    type Ok = ();
    type Error = EncodeError;
    type SerializeSeq = ser::Impossible<(), EncodeError>;
    type SerializeTuple = ser::Impossible<(), EncodeError>;
    type SerializeTupleStruct = ser::Impossible<(), EncodeError>;
    type SerializeTupleVariant = ser::Impossible<(), EncodeError>;
    type SerializeMap = ser::Impossible<(), EncodeError>;
    type SerializeStruct = ser::Impossible<(), EncodeError>;
    type SerializeStructVariant = ser::Impossible<(), EncodeError>;

    number_keys! {
        serialize_bool bool,
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
        serialize_i128 i128,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64,
        serialize_u128 u128,
    }

    fn collect_str<T: std::fmt::Display + ?Sized>(self, value: &T) -> Result<(), EncodeError> {
        let mut text = String::new();
        write!(text, "{value}").map_err(|_| Self::refused("a value whose text fails"))?;
        put_key(self.w, &text)
    }

    fn serialize_f32(self, _value: f32) -> Result<(), EncodeError> {
        Err(Self::refused("a floating point number"))
    }

    fn serialize_f64(self, _value: f64) -> Result<(), EncodeError> {
        Err(Self::refused("a floating point number"))
    }

    fn serialize_char(self, value: char) -> Result<(), EncodeError> {
        put_key(self.w, value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), EncodeError> {
        put_key(self.w, value)
    }

    fn serialize_bytes(self, _value: &[u8]) -> Result<(), EncodeError> {
        Err(Self::refused("a byte string"))
    }

    fn serialize_none(self) -> Result<(), EncodeError> {
        Err(Self::refused("nothing"))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), EncodeError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), EncodeError> {
        Err(Self::refused("nothing"))
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), EncodeError> {
        Err(Self::refused("nothing"))
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), EncodeError> {
        put_key(self.w, variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<(), EncodeError> {
        Err(Self::refused("an enum variant with content"))
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Self::SerializeSeq, EncodeError> {
        Err(Self::refused("a list"))
    }

    fn serialize_tuple(self, _len: usize) -> Result<Self::SerializeTuple, EncodeError> {
        Err(Self::refused("a list"))
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleStruct, EncodeError> {
        Err(Self::refused("a list"))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleVariant, EncodeError> {
        Err(Self::refused("an enum variant with content"))
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Self::SerializeMap, EncodeError> {
        Err(Self::refused("an object"))
    }

    fn serialize_struct(
        self,
        _name: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeStruct, EncodeError> {
        Err(Self::refused("an object"))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeStructVariant, EncodeError> {
        Err(Self::refused("an enum variant with content"))
    }
}
