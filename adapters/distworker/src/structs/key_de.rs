//! Keys of objects. On the wire they are text; a map with other keys parses them.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer as _, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::error::DecodeError;

#[derive(Clone, Copy)]
pub(super) struct KeyDeserializer<'de> {
    text: &'de str,
}

impl<'de> KeyDeserializer<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self { text }
    }
}

macro_rules! parsed_keys {
    ($($deserialize:ident => $visit:ident $target:ty,)*) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            match self.text.parse::<$target>() {
                Ok(value) => visitor.$visit(value),
                // The visitor knows best how to say what it wanted instead.
                Err(_) => visitor.visit_borrowed_str(self.text),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for KeyDeserializer<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_borrowed_str(self.text)
    }

    parsed_keys! {
        deserialize_bool => visit_bool bool,
        deserialize_i8 => visit_i8 i8,
        deserialize_i16 => visit_i16 i16,
        deserialize_i32 => visit_i32 i32,
        deserialize_i64 => visit_i64 i64,
        deserialize_i128 => visit_i128 i128,
        deserialize_u8 => visit_u8 u8,
        deserialize_u16 => visit_u16 u16,
        deserialize_u32 => visit_u32 u32,
        deserialize_u64 => visit_u64 u64,
        deserialize_u128 => visit_u128 u128,
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

/// A key can be an enum of which only the name is there.
impl<'de> EnumAccess<'de> for KeyDeserializer<'de> {
    type Error = DecodeError;
    type Variant = NameOnly;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, NameOnly), DecodeError> {
        let name: serde::de::value::BorrowedStrDeserializer<'de, DecodeError> =
            serde::de::value::BorrowedStrDeserializer::new(self.text);
        Ok((seed.deserialize(name)?, NameOnly))
    }
}

pub(super) struct NameOnly;

impl<'de> VariantAccess<'de> for NameOnly {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, DecodeError> {
        seed.deserialize(().into_deserializer())
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _len: usize,
        _visitor: V,
    ) -> Result<V::Value, DecodeError> {
        Err(no_content())
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, DecodeError> {
        Err(no_content())
    }
}

fn no_content() -> DecodeError {
    DecodeError::new("a variant with content was expected, a key has only its name")
}
