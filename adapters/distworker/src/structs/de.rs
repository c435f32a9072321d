//! A serde deserializer that walks encoded `Struct`, `Value` and `ListValue` messages in place.

use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer as _, MapAccess,
    SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::error::DecodeError;
use super::key_de::KeyDeserializer;
use super::{EXACT, MAX_DEPTH, base64_text};
use crate::reader::{Reader, Wire};

/// Deserializes one value out of encoded bytes; see the [module](super) for the rules.
///
/// It holds only a borrow of the bytes, and allocates nothing while walking them.
#[derive(Clone, Copy, Debug)]
pub struct StructDeserializer<'de> {
    kind: Kind<'de>,
    /// How many more containers may be opened inside each other.
    depth_left: usize,
}

#[derive(Clone, Copy, Debug)]
enum Kind<'de> {
    Null,
    Number(f64),
    Text(Reader<'de>),
    Bool(bool),
    Struct(Reader<'de>),
    List(Reader<'de>),
}

impl<'de> StructDeserializer<'de> {
    /// The object encoded as `google.protobuf.Struct` in `data`. Nothing is read yet.
    pub fn new(data: &'de [u8]) -> Self {
        Self { kind: Kind::Struct(Reader::new(data)), depth_left: MAX_DEPTH }
    }

    /// The value encoded as `google.protobuf.Value`. A value without a kind is null; of several
    /// kinds the last one counts.
    #[inline]
    fn value(reader: Reader<'de>, depth_left: usize) -> Result<Self, DecodeError> {
        // The usual forms of small values; what is not one of them goes the long way.
        let kind = match reader.bytes() {
            [0x11, number @ ..] if number.len() == 8 => match number.try_into() {
                Ok(number) => Kind::Number(f64::from_le_bytes(number)),
                Err(_) => Self::any_value(reader)?,
            },
            [0x1a, length @ 0..0x80, text @ ..] if text.len() == usize::from(*length) => {
                Kind::Text(reader.after(2))
            }
            [0x20, value @ 0..=1] => Kind::Bool(*value == 1),
            _ => Self::any_value(reader)?,
        };
        Ok(Self { kind, depth_left })
    }

    fn any_value(mut reader: Reader<'de>) -> Result<Kind<'de>, DecodeError> {
        let mut kind = Kind::Null;
        while let Some(field) = reader.next()? {
            kind = match (field.number, field.value) {
                (1, Wire::Varint(_)) => Kind::Null,
                (2, Wire::Fixed64(bytes)) => Kind::Number(f64::from_le_bytes(bytes)),
                (3, Wire::Len(text)) => Kind::Text(text),
                (4, Wire::Varint(value)) => Kind::Bool(value != 0),
                (5, Wire::Len(fields)) => Kind::Struct(fields),
                (6, Wire::Len(items)) => Kind::List(items),
                (1..=6, _) => return Err(field.wrong_shape().into()),
                _ => kind,
            };
        }
        Ok(kind)
    }

    fn inner_depth(&self) -> Result<usize, DecodeError> {
        self.depth_left.checked_sub(1).ok_or_else(|| {
            DecodeError::new(format_args!("the value is nested deeper than {MAX_DEPTH} levels"))
        })
    }

    fn fields(&self, reader: Reader<'de>) -> Result<Fields<'de>, DecodeError> {
        Ok(Fields { reader, depth_left: self.inner_depth()?, entry: None })
    }

    fn items(&self, reader: Reader<'de>) -> Result<Items<'de>, DecodeError> {
        Ok(Items { reader, depth_left: self.inner_depth()?, index: 0 })
    }

    fn visit_fields<V: Visitor<'de>>(
        &self,
        reader: Reader<'de>,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let mut fields = self.fields(reader)?;
        let value = visitor.visit_map(&mut fields)?;
        if fields.next_entry()?.is_some() {
            return Err(DecodeError::new("the object has more entries than the type takes"));
        }
        Ok(value)
    }

    fn visit_items<V: Visitor<'de>>(
        &self,
        reader: Reader<'de>,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let mut items = self.items(reader)?;
        let value = visitor.visit_seq(&mut items)?;
        let taken = items.index;
        if items.next_item()?.is_some() {
            return Err(DecodeError::new(format_args!(
                "the list has more items than the {taken} that the type takes"
            )));
        }
        Ok(value)
    }

    /// The number, when there is one and it is whole; other kinds of value go to `visitor`.
    fn whole(&self, expected: &dyn Expected) -> Result<Option<f64>, DecodeError> {
        match self.kind {
            Kind::Number(number) if number.fract() == 0.0 => Ok(Some(number)),
            // Also NaN and the infinities: their fraction is NaN.
            Kind::Number(number) => Err(DecodeError::new(format_args!(
                "{number:?} is not a whole number (expected {expected})"
            ))),
            _ => Ok(None),
        }
    }
}

/// The bounds are powers of two and therefore exact doubles; the upper one is not included.
const I64_RANGE: std::ops::Range<f64> = -9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0;
const U64_RANGE: std::ops::Range<f64> = 0.0..18_446_744_073_709_551_616.0;
const I128_RANGE: std::ops::Range<f64> = -I128_END..I128_END;
const I128_END: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0;
const U128_RANGE: std::ops::Range<f64> = 0.0..340_282_366_920_938_463_463_374_607_431_768_211_456.0;

fn out_of_range(number: f64, expected: &dyn Expected) -> DecodeError {
    DecodeError::new(format_args!("{number:?} is out of range (expected {expected})"))
}

macro_rules! whole_numbers {
    ($($deserialize:ident => $visit:ident $range:ident $target:ty,)*) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            match self.whole(&visitor)? {
                Some(number) if $range.contains(&number) => visitor.$visit(number as $target),
                Some(number) => Err(out_of_range(number, &visitor)),
                None => self.deserialize_any(visitor),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for StructDeserializer<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::Number(number) => {
                let negative_zero = number == 0.0 && number.is_sign_negative();
                if number.fract() == 0.0 && number.abs() <= EXACT as f64 && !negative_zero {
                    visitor.visit_i64(number as i64)
                } else {
                    visitor.visit_f64(number)
                }
            }
            Kind::Text(text) => visitor.visit_borrowed_str(text.text()?),
            Kind::Bool(value) => visitor.visit_bool(value),
            Kind::Struct(reader) => self.visit_fields(reader, visitor),
            Kind::List(reader) => self.visit_items(reader, visitor),
        }
    }

    whole_numbers! {
        deserialize_i8 => visit_i64 I64_RANGE i64,
        deserialize_i16 => visit_i64 I64_RANGE i64,
        deserialize_i32 => visit_i64 I64_RANGE i64,
        deserialize_i64 => visit_i64 I64_RANGE i64,
        deserialize_i128 => visit_i128 I128_RANGE i128,
        deserialize_u8 => visit_u64 U64_RANGE u64,
        deserialize_u16 => visit_u64 U64_RANGE u64,
        deserialize_u32 => visit_u64 U64_RANGE u64,
        deserialize_u64 => visit_u64 U64_RANGE u64,
        deserialize_u128 => visit_u128 U128_RANGE u128,
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.kind {
            Kind::Number(number) => visitor.visit_f64(number),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.kind {
            Kind::Text(text) => {
                let bytes = base64_text::decode(text.text()?).map_err(|error| {
                    DecodeError::new(format_args!(
                        "bytes are expected as base64 text, which this is not: {error}"
                    ))
                })?;
                visitor.visit_byte_buf(bytes)
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.kind {
            Kind::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
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
        match self.kind {
            Kind::Text(text) => visitor.visit_enum(text.text()?.into_deserializer()),
            Kind::Struct(reader) => {
                let mut fields = self.fields(reader)?;
                let depth_left = fields.depth_left;
                let (Some((variant, value)), None) = (fields.next_entry()?, fields.next_entry()?)
                else {
                    return Err(DecodeError::new(
                        "an enum is expected as the name of its variant, or as an object with \
                         that name as its only key",
                    ));
                };
                let value = Self::value(value, depth_left)?;
                visitor
                    .visit_enum(Variant { variant, value })
                    .map_err(|error| error.in_field(variant))
            }
            _ => Err(de::Error::invalid_type(self.unexpected(), &visitor)),
        }
    }

    /// Skips without looking inside.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool char str string unit unit_struct seq tuple tuple_struct map struct identifier
    }
}

impl StructDeserializer<'_> {
    fn unexpected(&self) -> de::Unexpected<'_> {
        match self.kind {
            Kind::Null => de::Unexpected::Unit,
            Kind::Number(number) => de::Unexpected::Float(number),
            Kind::Text(text) => {
                text.text().map_or(de::Unexpected::Other("text"), de::Unexpected::Str)
            }
            Kind::Bool(value) => de::Unexpected::Bool(value),
            Kind::Struct(_) => de::Unexpected::Map,
            Kind::List(_) => de::Unexpected::Seq,
        }
    }
}

/// The entries of an object. A repeated key is handed on twice: a map keeps the last, as protobuf
/// has it, a struct refuses it.
struct Fields<'de> {
    reader: Reader<'de>,
    depth_left: usize,
    /// The entry whose key was handed out and whose value was not yet.
    entry: Option<(&'de str, Reader<'de>)>,
}

impl<'de> Fields<'de> {
    fn next_entry(&mut self) -> Result<Option<(&'de str, Reader<'de>)>, DecodeError> {
        while let Some(field) = self.reader.next()? {
            match (field.number, field.value) {
                (1, Wire::Len(entry)) => return Ok(Some(read_entry(entry)?)),
                (1, _) => return Err(field.wrong_shape().into()),
                _ => {}
            }
        }
        Ok(None)
    }
}

/// Key and value of a map entry. Either may be missing, which means the empty text and null.
#[inline]
fn read_entry(entry: Reader<'_>) -> Result<(&str, Reader<'_>), DecodeError> {
    match entry.usual_entry() {
        Some((key, value)) => Ok((key.text()?, value)),
        None => read_any_entry(entry),
    }
}

fn read_any_entry(mut entry: Reader<'_>) -> Result<(&str, Reader<'_>), DecodeError> {
    let mut key = "";
    let mut value = Reader::new(&[]);
    while let Some(field) = entry.next()? {
        match (field.number, field.value) {
            (1, Wire::Len(text)) => key = text.text()?,
            (2, Wire::Len(inner)) => value = inner,
            (1 | 2, _) => return Err(field.wrong_shape().into()),
            _ => {}
        }
    }
    Ok((key, value))
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DecodeError> {
        self.entry = self.next_entry()?;
        match self.entry {
            Some((key, _)) => seed
                .deserialize(KeyDeserializer::new(key))
                .map(Some)
                .map_err(|error| error.in_field(key)),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, DecodeError> {
        let Some((key, value)) = self.entry.take() else {
            return Err(DecodeError::new("a value was asked for before its key"));
        };
        StructDeserializer::value(value, self.depth_left)
            .and_then(|value| seed.deserialize(value))
            .map_err(|error| error.in_field(key))
    }
}

/// The items of a list.
struct Items<'de> {
    reader: Reader<'de>,
    depth_left: usize,
    index: usize,
}

impl<'de> Items<'de> {
    fn next_item(&mut self) -> Result<Option<Reader<'de>>, DecodeError> {
        while let Some(field) = self.reader.next()? {
            match (field.number, field.value) {
                (1, Wire::Len(item)) => return Ok(Some(item)),
                (1, _) => return Err(field.wrong_shape().into()),
                _ => {}
            }
        }
        Ok(None)
    }
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        let index = self.index;
        let Some(item) = self.next_item().map_err(|error| error.in_item(index))? else {
            return Ok(None);
        };
        self.index += 1;
        StructDeserializer::value(item, self.depth_left)
            .and_then(|value| seed.deserialize(value))
            .map(Some)
            .map_err(|error| error.in_item(index))
    }
}

/// An enum variant as `{"Variant": value}`.
struct Variant<'de> {
    variant: &'de str,
    value: StructDeserializer<'de>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = DecodeError;
    type Variant = StructDeserializer<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self::Variant), DecodeError> {
        Ok((seed.deserialize(KeyDeserializer::new(self.variant))?, self.value))
    }
}

impl<'de> VariantAccess<'de> for StructDeserializer<'de> {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        de::Deserialize::deserialize(self)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, DecodeError> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match self.kind {
            Kind::List(reader) => self.visit_items(reader, visitor),
            _ => Err(de::Error::invalid_type(self.unexpected(), &visitor)),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match self.kind {
            Kind::Struct(reader) => self.visit_fields(reader, visitor),
            Kind::List(reader) => self.visit_items(reader, visitor),
            _ => Err(de::Error::invalid_type(self.unexpected(), &visitor)),
        }
    }
}
