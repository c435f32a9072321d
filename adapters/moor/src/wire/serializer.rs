//! What serde tells of a value, written with the [`Encoder`].

use journeyman_core::value::TAGGED;
use serde::{
    Serialize,
    ser::{
        SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant, Serializer,
    },
};

use super::{
    encode::{Encoder, Var},
    kinds::Tagged,
    parts,
};
use crate::var::Error;

/// The error of an integer that mooR cannot hold.
fn integer<T>(value: impl std::fmt::Display) -> Result<T, Error> {
    Err(crate::var::too_large(value))
}

impl<'a, 'e> Serializer for &'a mut Encoder<'e> {
    type Ok = Var;
    type Error = Error;
    type SerializeSeq = ListWriter<'a, 'e>;
    type SerializeTuple = ListWriter<'a, 'e>;
    type SerializeTupleStruct = ListWriter<'a, 'e>;
    type SerializeTupleVariant = VariantWriter<ListWriter<'a, 'e>>;
    type SerializeMap = MapWriter<'a, 'e>;
    type SerializeStruct = MapWriter<'a, 'e>;
    type SerializeStructVariant = VariantWriter<MapWriter<'a, 'e>>;

    fn serialize_bool(self, value: bool) -> Result<Var, Error> {
        self.boolean(value)
    }

    fn serialize_i8(self, value: i8) -> Result<Var, Error> {
        self.int(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<Var, Error> {
        self.int(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<Var, Error> {
        self.int(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<Var, Error> {
        self.int(value)
    }

    fn serialize_i128(self, value: i128) -> Result<Var, Error> {
        self.int(i64::try_from(value).or_else(|_| integer(value))?)
    }

    fn serialize_u8(self, value: u8) -> Result<Var, Error> {
        self.int(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<Var, Error> {
        self.int(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<Var, Error> {
        self.int(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<Var, Error> {
        self.int(i64::try_from(value).or_else(|_| integer(value))?)
    }

    fn serialize_u128(self, value: u128) -> Result<Var, Error> {
        self.int(i64::try_from(value).or_else(|_| integer(value))?)
    }

    fn serialize_f32(self, value: f32) -> Result<Var, Error> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<Var, Error> {
        self.float(value)
    }

    fn serialize_char(self, value: char) -> Result<Var, Error> {
        self.text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<Var, Error> {
        self.text(text)
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Var, Error> {
        self.binary(bytes)
    }

    fn serialize_none(self) -> Result<Var, Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Var, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Var, Error> {
        self.none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Var, Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Var, Error> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Var, Error> {
        if name == TAGGED {
            return parts::write(Tagged::new(self), value);
        }
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Var, Error> {
        let mut map = self.serialize_map(Some(1))?;
        map.serialize_entry(variant, value)?;
        SerializeMap::end(map)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<ListWriter<'a, 'e>, Error> {
        self.enter()?;
        let start = self.scratch.items.len();
        Ok(ListWriter { encoder: self, start })
    }

    fn serialize_tuple(self, _: usize) -> Result<ListWriter<'a, 'e>, Error> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<ListWriter<'a, 'e>, Error> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<VariantWriter<ListWriter<'a, 'e>>, Error> {
        self.enter()?;
        Ok(VariantWriter { variant, content: self.serialize_seq(None)? })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<MapWriter<'a, 'e>, Error> {
        self.enter()?;
        let start = self.scratch.pairs.len();
        Ok(MapWriter { encoder: self, start, key: None })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<MapWriter<'a, 'e>, Error> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<VariantWriter<MapWriter<'a, 'e>>, Error> {
        self.enter()?;
        Ok(VariantWriter { variant, content: self.serialize_map(None)? })
    }
}

pub(super) struct ListWriter<'a, 'e> {
    encoder: &'a mut Encoder<'e>,
    start: usize,
}

impl<'a, 'e> ListWriter<'a, 'e> {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let item = self.encoder.value(value)?;
        self.encoder.scratch.items.push(item);
        Ok(())
    }

    fn finish(self) -> Result<(Var, &'a mut Encoder<'e>), Error> {
        let var = self.encoder.list_var(self.start)?;
        self.encoder.leave();
        Ok((var, self.encoder))
    }
}

pub(super) struct MapWriter<'a, 'e> {
    encoder: &'a mut Encoder<'e>,
    start: usize,
    key: Option<Var>,
}

impl<'a, 'e> MapWriter<'a, 'e> {
    fn finish(self) -> Result<(Var, &'a mut Encoder<'e>), Error> {
        let var = self.encoder.map_var(self.start)?;
        self.encoder.leave();
        Ok((var, self.encoder))
    }
}

impl SerializeMap for MapWriter<'_, '_> {
    type Ok = Var;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = Some(self.encoder.value(key)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = self.key.take().ok_or_else(|| Error::new("value before key"))?;
        let value = self.encoder.value(value)?;
        self.encoder.pair(key, value)
    }

    fn end(self) -> Result<Var, Error> {
        self.finish().map(|(var, _)| var)
    }
}

impl SerializeStruct for MapWriter<'_, '_> {
    type Ok = Var;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.serialize_entry(name, value)
    }

    fn end(self) -> Result<Var, Error> {
        SerializeMap::end(self)
    }
}

macro_rules! list {
    ($($trait:ident::$method:ident)+) => {$(
        impl $trait for ListWriter<'_, '_> {
            type Ok = Var;
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.push(value)
            }

            fn end(self) -> Result<Var, Error> {
                self.finish().map(|(var, _)| var)
            }
        }
    )+};
}

list! {
    SerializeSeq::serialize_element
    SerializeTuple::serialize_element
    SerializeTupleStruct::serialize_field
}

/// An enum variant with content: a map with one entry.
pub(super) struct VariantWriter<C> {
    variant: &'static str,
    content: C,
}

fn variant(variant: &'static str, (value, encoder): (Var, &mut Encoder<'_>)) -> Result<Var, Error> {
    let start = encoder.scratch.pairs.len();
    let key = encoder.text(variant)?;
    encoder.pair(key, value)?;
    let var = encoder.map_var(start)?;
    encoder.leave();
    Ok(var)
}

impl SerializeTupleVariant for VariantWriter<ListWriter<'_, '_>> {
    type Ok = Var;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.content.push(value)
    }

    fn end(self) -> Result<Var, Error> {
        variant(self.variant, self.content.finish()?)
    }
}

impl SerializeStructVariant for VariantWriter<MapWriter<'_, '_>> {
    type Ok = Var;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.content.serialize_entry(name, value)
    }

    fn end(self) -> Result<Var, Error> {
        variant(self.variant, self.content.finish()?)
    }
}
