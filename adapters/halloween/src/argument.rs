//! The argument of a command as a payload that a handler reads.
//!
//! It is JSON if it parses, else a text; no argument is an empty list. So one handler serves
//! `add [2,3]` here and `{"a":2,"b":3}` elsewhere.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use journeyman_core::{
    Payload, Value,
    payload::{DecodeError, Json, Shape, Source},
    value_de::{self, ValueDeserializer},
};
use serde::{
    Deserializer,
    de::{Visitor, value::CowStrDeserializer},
};

use crate::{
    command::{Arg, Form},
    pyjson::{self, Pair, Tree},
};

/// The argument as a handler's arguments.
pub(crate) fn payload(arg: Option<&Arg>, form: Form) -> Box<dyn Payload> {
    match (arg, form) {
        (None, _) => Box::new(Value::List(Vec::new())),
        // In JSON a text is a text, whatever it looks like.
        (Some(Arg::Text(text)), Form::Json) => Box::new(Value::String(text.clone())),
        (Some(Arg::Text(text)), Form::Python) => from_text(text),
        (Some(Arg::Value(value @ (Value::Map(_) | Value::List(_)))), _) => Box::new(value.clone()),
        (Some(arg @ Arg::Value(value)), _) => {
            Box::new(Scalar { text: arg.text().into_owned(), value: value.clone() })
        }
    }
}

/// The payload of a topic that is no command.
pub(crate) fn from_bytes(payload: &Bytes) -> Box<dyn Payload> {
    match std::str::from_utf8(payload) {
        Ok("") => Box::new(Value::List(Vec::new())),
        Ok(text) => from_text(text),
        Err(_) => Box::new(Value::Bytes(payload.to_vec())),
    }
}

/// A text that may be JSON.
fn from_text(text: &str) -> Box<dyn Payload> {
    let start = text.trim_ascii_start().as_bytes().first();
    match start {
        Some(b'{' | b'[') => match pyjson::parse::<Check>(text) {
            // Read straight from the text.
            Ok(Check { plain: true }) => {
                Box::new(Json::new(Bytes::copy_from_slice(text.as_bytes())))
            }
            // What `serde_json` does not know: integers of any size, NaN, keys that are twice there.
            Ok(_) => Box::new(pyjson::parse::<Value>(text).unwrap_or_default()),
            Err(_) => Box::new(Value::from(text)),
        },
        Some(b'"' | b'-' | b'0'..=b'9' | b'n' | b't' | b'f' | b'N' | b'I') => {
            match pyjson::parse::<Value>(text) {
                Ok(value) => Box::new(Scalar { text: text.to_owned(), value }),
                Err(_) => Box::new(Value::from(text)),
            }
        }
        _ => Box::new(Value::from(text)),
    }
}

/// Whether a text is JSON that `serde_json` reads without loss.
struct Check {
    plain: bool,
}

impl Tree for Check {
    fn leaf(_at: usize, value: Value) -> Self {
        let plain = match value {
            Value::BigInt(_) => false,
            Value::Float(float) => float.is_finite(),
            // It may have been half of a surrogate pair, which `serde_json` refuses.
            Value::String(text) => !text.contains(char::REPLACEMENT_CHARACTER),
            _ => true,
        };
        Self { plain }
    }

    fn list(_at: usize, items: Vec<Self>) -> Self {
        Self { plain: items.iter().all(|item| item.plain) }
    }

    fn map(_at: usize, pairs: Vec<Pair<Self>>, twins: bool) -> Self {
        let plain =
            |pair: &Pair<Self>| pair.value.plain && !pair.key.contains(char::REPLACEMENT_CHARACTER);
        Self { plain: !twins && pairs.iter().all(plain) }
    }
}

/// A number, truth value or the like that came as a text: a handler that asks for a text gets what
/// was sent, so that `say 750` works.
struct Scalar {
    text: String,
    value: Value,
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scalar({})", self.value.kind())
    }
}

impl Payload for Scalar {
    fn shape(&self) -> Shape {
        Shape::Scalar
    }

    fn read(
        &self,
        reader: &mut dyn FnMut(Source<'_, '_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let source = ScalarDeserializer(self);
        reader(&mut <dyn erased_serde::Deserializer<'_>>::erase(source))
    }
}

struct ScalarDeserializer<'de>(&'de Scalar);

impl<'de> ScalarDeserializer<'de> {
    fn value(&self) -> ValueDeserializer<'de> {
        ValueDeserializer(&self.0.value)
    }

    fn text(&self) -> CowStrDeserializer<'de, value_de::Error> {
        let text = match &self.0.value {
            Value::String(text) => text,
            _ => &self.0.text,
        };
        CowStrDeserializer::new(Cow::Borrowed(text))
    }
}

macro_rules! forward {
    ($($from:ident: $($method:ident)+;)+) => {$($(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, value_de::Error> {
            self.$from().$method(visitor)
        }
    )+)+};
}

impl<'de> Deserializer<'de> for ScalarDeserializer<'de> {
    type Error = value_de::Error;

    forward! {
        value: deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32
            deserialize_i64 deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32
            deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64 deserialize_bytes
            deserialize_byte_buf deserialize_unit deserialize_seq deserialize_map
            deserialize_ignored_any;
        text: deserialize_char deserialize_str deserialize_string deserialize_identifier;
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.value().deserialize_unit_struct(name, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.value().deserialize_tuple(len, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.value().deserialize_tuple_struct(name, len, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.value().deserialize_struct(name, fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.value().deserialize_enum(name, variants, visitor)
    }
}

#[cfg(test)]
mod tests {
    use journeyman_core::value::BigInt;
    use serde::{Deserialize, de::DeserializeOwned};

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Add {
        a: i64,
        b: i64,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Mode {
        Armed,
    }

    fn args<T: DeserializeOwned>(text: &str) -> T {
        let payload = from_text(text);
        payload.args().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn one_handler_reads_what_every_backend_sends() {
        assert_eq!(args::<Add>("[2,3]"), Add { a: 2, b: 3 });
        assert_eq!(args::<Add>(r#"{"a":2,"b":3}"#), Add { a: 2, b: 3 });
        assert_eq!(args::<(i64, i64)>("[2, 3]"), (2, 3));
        assert_eq!(args::<u64>("750"), 750);
        assert_eq!(args::<f64>("750"), 750.0);
        assert_eq!(args::<String>("750"), "750");
        assert_eq!(args::<Option<String>>("1e3"), Some("1e3".to_owned()));
        assert_eq!(args::<String>("\"a b\""), "a b");
        assert_eq!(args::<String>("a b"), "a b");
        assert_eq!(args::<String>("{broken"), "{broken");
        assert!(args::<bool>("true"));
        assert_eq!(args::<Mode>("armed"), Mode::Armed);
        assert_eq!(args::<(String,)>("5"), ("5".to_owned(),));
        assert_eq!(args::<Vec<i64>>("5"), vec![5]);
        assert!(args::<f64>("NaN").is_nan());
    }

    #[test]
    fn nothing_is_lost() {
        let big = "[18446744073709551616, NaN]";
        let value: Value = from_text(big).exact().unwrap();
        let bigint = BigInt::parse("18446744073709551616").unwrap();
        assert_eq!(value, Value::List(vec![Value::BigInt(bigint), Value::Float(f64::NAN)]));
        let value: Value = from_text("{\"b\":1,\"a\":{\"a\":0}}").exact().unwrap();
        assert_eq!(value, Value::object([("b", Value::Int(1)), ("a", Value::object([("a", 0)]))]));
    }

    #[test]
    fn no_argument_and_json_arguments() {
        let none: Option<String> = payload(None, Form::Python).args().unwrap();
        assert_eq!(none, None);
        payload(None, Form::Python).args::<()>().unwrap();
        let truth = Arg::Value(Value::Bool(true));
        assert!(payload(Some(&truth), Form::Python).args::<bool>().unwrap());
        assert_eq!(payload(Some(&truth), Form::Python).args::<String>().unwrap(), "True");
        let text = Arg::Text("5".to_owned());
        assert_eq!(payload(Some(&text), Form::Json).exact::<Value>().unwrap(), "5".into());
        assert_eq!(payload(Some(&text), Form::Python).exact::<Value>().unwrap(), 5.into());
    }

    #[test]
    fn other_topics_carry_anything() {
        let read = |bytes: &'static [u8]| from_bytes(&Bytes::from_static(bytes));
        assert_eq!(read(b"").exact::<Value>().unwrap(), Value::List(vec![]));
        assert_eq!(read(b"\xff\x00").exact::<Value>().unwrap(), Value::Bytes(vec![255, 0]));
        assert_eq!(read(b"armed").args::<String>().unwrap(), "armed");
    }
}
