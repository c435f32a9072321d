//! The value of an environment variable as a serde source.

use serde::{
    Deserializer,
    de::{IntoDeserializer, Visitor, value::StringDeserializer},
};

use super::error::Fault;

/// The value of an environment variable, read as what is asked for. It is in no error.
pub(super) struct Variable<'a> {
    pub(super) name: &'a str,
    pub(super) text: String,
}

impl Variable<'_> {
    fn wrong(&self, what: &str) -> Fault {
        Fault::new(0, format!("the value of the environment variable {} is not {what}", self.name))
    }
}

macro_rules! parsed {
    ($($method:ident: $ty:ty, $visit:ident, $what:literal;)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match self.text.trim().parse::<$ty>() {
                Ok(value) => visitor.$visit(value).map_err(|_: Fault| self.wrong("in range")),
                Err(_) => Err(self.wrong($what)),
            }
        }
    )+};
}

impl<'de> Deserializer<'de> for Variable<'_> {
    type Error = Fault;

    parsed! {
        deserialize_bool: bool, visit_bool, "`true` or `false`";
        deserialize_i8: i64, visit_i64, "a whole number";
        deserialize_i16: i64, visit_i64, "a whole number";
        deserialize_i32: i64, visit_i64, "a whole number";
        deserialize_i64: i64, visit_i64, "a whole number";
        deserialize_i128: i128, visit_i128, "a whole number";
        deserialize_u8: u64, visit_u64, "a whole number from 0";
        deserialize_u16: u64, visit_u64, "a whole number from 0";
        deserialize_u32: u64, visit_u64, "a whole number from 0";
        deserialize_u64: u64, visit_u64, "a whole number from 0";
        deserialize_u128: u128, visit_u128, "a whole number from 0";
        deserialize_f32: f64, visit_f64, "a number";
        deserialize_f64: f64, visit_f64, "a number";
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let wrong = self.wrong("what is expected here");
        let text: StringDeserializer<Fault> = self.text.into_deserializer();
        text.deserialize_any(visitor).map_err(|_| wrong)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let wrong = self.wrong("one of the words that are expected here");
        let text: StringDeserializer<Fault> = self.text.into_deserializer();
        text.deserialize_enum(name, variants, visitor).map_err(|_| wrong)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
