//! `google.protobuf.Struct` as encoded bytes: checking, and conversion from and to JSON.
//!
//! The stand-in keeps `input`, `result` and the like as the bytes that travelled. They are
//! checked once on arrival (a message with a broken Struct is ignored as a whole, as the real
//! controller does) and turned into JSON only when somebody asks.

use bytes::Bytes;
use serde_json::{Map, Number, Value};

/// Nested protobuf messages; an object inside an object costs three, a list inside a list two.
/// The real controller allows 10,000, which would need a far larger stack than tasks have here.
const MAX_DEPTH: usize = 600;

/// Above this a double is not written as a JSON integer.
const WHOLE_LIMIT: f64 = 9_223_372_036_854_775_808.0;

/// Bytes that are no encoded Struct, or JSON that fits none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StructError {
    what: &'static str,
    remaining: Option<usize>,
}

impl StructError {
    const fn new(what: &'static str) -> Self {
        Self { what, remaining: None }
    }

    pub(crate) const fn not_an_object() -> Self {
        Self::new("only an object or null can be sent")
    }
}

impl std::fmt::Display for StructError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.remaining {
            Some(left) => {
                write!(f, "not an encoded Struct: {} ({left} bytes before its end)", self.what)
            }
            None => write!(f, "not a Struct: {}", self.what),
        }
    }
}

impl std::error::Error for StructError {}

type Result<T> = std::result::Result<T, StructError>;

enum Payload<'a> {
    Varint(u64),
    Fixed64([u8; 8]),
    Fixed32,
    Bytes(&'a [u8]),
}

/// Reads one message field by field.
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    fn fail<T>(&self, what: &'static str) -> Result<T> {
        Err(StructError { what, remaining: Some(self.rest.len()) })
    }

    fn varint(&mut self) -> Result<u64> {
        let mut value = 0_u64;
        for index in 0..10 {
            let Some((&byte, rest)) = self.rest.split_first() else {
                return self.fail("a varint is cut off");
            };
            self.rest = rest;
            if index == 9 && byte > 1 {
                return self.fail("a varint is longer than 64 bits");
            }
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        self.fail("a varint is longer than ten bytes")
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8]> {
        let split = usize::try_from(length).ok().and_then(|at| self.rest.split_at_checked(at));
        let Some((head, tail)) = split else {
            return self.fail("a field is longer than the message");
        };
        self.rest = tail;
        Ok(head)
    }

    fn next(&mut self) -> Result<Option<(u32, Payload<'a>)>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let Ok(number) = u32::try_from(key >> 3) else {
            return self.fail("a field number is too large");
        };
        if number == 0 || number > 0x1fff_ffff {
            return self.fail("a field number is out of range");
        }
        let payload = match key & 7 {
            0 => Payload::Varint(self.varint()?),
            1 => {
                let mut bytes = [0; 8];
                bytes.copy_from_slice(self.take(8)?);
                Payload::Fixed64(bytes)
            }
            2 => {
                let length = self.varint()?;
                Payload::Bytes(self.take(length)?)
            }
            5 => {
                self.take(4)?;
                Payload::Fixed32
            }
            _ => return self.fail("a group or an unknown wire type"),
        };
        Ok(Some((number, payload)))
    }
}

fn text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| StructError::new("a string is not UTF-8"))
}

fn deeper(depth: usize) -> Result<usize> {
    if depth >= MAX_DEPTH {
        return Err(StructError::new("nested too deeply"));
    }
    Ok(depth + 1)
}

/// Reads one `fields` map entry: its key and the encoded Value (empty if absent).
fn entry(bytes: &[u8]) -> Result<(&str, &[u8])> {
    let mut fields = Fields { rest: bytes };
    let (mut key, mut value): (&str, &[u8]) = ("", &[]);
    while let Some((number, payload)) = fields.next()? {
        match (number, payload) {
            (1, Payload::Bytes(bytes)) => key = text(bytes)?,
            (2, Payload::Bytes(bytes)) => value = bytes,
            _ => {}
        }
    }
    Ok((key, value))
}

/// Checks that `bytes` are one well-formed encoded Struct.
///
/// # Errors
///
/// Truncated or overlong fields, strings that are not UTF-8, groups, and nesting beyond
/// 600 protobuf messages.
pub fn validate(bytes: &[u8]) -> Result<()> {
    check_struct(bytes, 0)
}

fn check_struct(bytes: &[u8], depth: usize) -> Result<()> {
    let depth = deeper(depth)?;
    let mut fields = Fields { rest: bytes };
    while let Some((number, payload)) = fields.next()? {
        if let (1, Payload::Bytes(bytes)) = (number, payload) {
            let (_, value) = entry(bytes)?;
            check_value(value, deeper(depth)?)?;
        }
    }
    Ok(())
}

fn check_value(bytes: &[u8], depth: usize) -> Result<()> {
    let depth = deeper(depth)?;
    let mut fields = Fields { rest: bytes };
    while let Some((number, payload)) = fields.next()? {
        match (number, payload) {
            (3, Payload::Bytes(bytes)) => {
                text(bytes)?;
            }
            (5, Payload::Bytes(bytes)) => check_struct(bytes, depth)?,
            (6, Payload::Bytes(bytes)) => {
                let depth = deeper(depth)?;
                let mut items = Fields { rest: bytes };
                while let Some((number, payload)) = items.next()? {
                    if let (1, Payload::Bytes(bytes)) = (number, payload) {
                        check_value(bytes, depth)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Turns an encoded Struct into JSON as the real controller does: NaN and the infinities become
/// the texts `"NaN"`, `"Infinity"`, `"-Infinity"`, a Value without kind becomes null, whole
/// numbers are written without a fraction.
///
/// # Errors
///
/// As [`validate`].
pub fn to_json(bytes: &[u8]) -> Result<Map<String, Value>> {
    json_struct(bytes, 0)
}

fn json_struct(bytes: &[u8], depth: usize) -> Result<Map<String, Value>> {
    let depth = deeper(depth)?;
    let mut map = Map::new();
    let mut fields = Fields { rest: bytes };
    while let Some((number, payload)) = fields.next()? {
        if let (1, Payload::Bytes(bytes)) = (number, payload) {
            let (key, value) = entry(bytes)?;
            map.insert(key.to_owned(), json_value(value, deeper(depth)?)?);
        }
    }
    Ok(map)
}

fn json_value(bytes: &[u8], depth: usize) -> Result<Value> {
    let depth = deeper(depth)?;
    let mut value = Value::Null;
    let mut fields = Fields { rest: bytes };
    while let Some((number, payload)) = fields.next()? {
        match (number, payload) {
            (1, Payload::Varint(_)) => value = Value::Null,
            (2, Payload::Fixed64(bytes)) => value = json_number(f64::from_le_bytes(bytes)),
            (3, Payload::Bytes(bytes)) => value = Value::String(text(bytes)?.to_owned()),
            (4, Payload::Varint(bit)) => value = Value::Bool(bit != 0),
            (5, Payload::Bytes(bytes)) => value = Value::Object(json_struct(bytes, depth)?),
            (6, Payload::Bytes(bytes)) => {
                let depth = deeper(depth)?;
                let mut list = Vec::new();
                let mut items = Fields { rest: bytes };
                while let Some((number, payload)) = items.next()? {
                    if let (1, Payload::Bytes(bytes)) = (number, payload) {
                        list.push(json_value(bytes, depth)?);
                    }
                }
                value = Value::Array(list);
            }
            _ => {}
        }
    }
    Ok(value)
}

fn json_number(number: f64) -> Value {
    if number.is_nan() {
        return "NaN".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity".into() } else { "-Infinity".into() };
    }
    let negative_zero = number == 0.0 && number.is_sign_negative();
    if number.fract() == 0.0 && number.abs() < WHOLE_LIMIT && !negative_zero {
        // In range by the comparison above, so the conversion is exact.
        return Value::Number(Number::from(number as i64));
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// Encodes a JSON object as a Struct. Every number becomes a double, as on the real wire.
///
/// # Errors
///
/// Nesting beyond 600 protobuf messages.
pub fn from_json(map: &Map<String, Value>) -> Result<Bytes> {
    let mut out = Vec::new();
    put_struct(map, &mut out, 0)?;
    Ok(out.into())
}

fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_bytes(key: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(key);
    put_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

fn put_struct(map: &Map<String, Value>, out: &mut Vec<u8>, depth: usize) -> Result<()> {
    let depth = deeper(depth)?;
    for (key, value) in map {
        let mut encoded = Vec::new();
        put_value(value, &mut encoded, deeper(depth)?)?;
        let mut entry = Vec::with_capacity(key.len() + encoded.len() + 12);
        put_bytes(0x0a, key.as_bytes(), &mut entry);
        put_bytes(0x12, &encoded, &mut entry);
        put_bytes(0x0a, &entry, out);
    }
    Ok(())
}

fn put_value(value: &Value, out: &mut Vec<u8>, depth: usize) -> Result<()> {
    let depth = deeper(depth)?;
    match value {
        Value::Null => out.extend_from_slice(&[0x08, 0]),
        Value::Number(number) => {
            let double =
                number.as_f64().ok_or(StructError::new("a number does not fit a double"))?;
            out.push(0x11);
            out.extend_from_slice(&double.to_le_bytes());
        }
        Value::String(text) => put_bytes(0x1a, text.as_bytes(), out),
        Value::Bool(bit) => out.extend_from_slice(&[0x20, u8::from(*bit)]),
        Value::Object(map) => {
            let mut encoded = Vec::new();
            put_struct(map, &mut encoded, depth)?;
            put_bytes(0x2a, &encoded, out);
        }
        Value::Array(items) => {
            let depth = deeper(depth)?;
            let mut list = Vec::new();
            for item in items {
                let mut encoded = Vec::new();
                put_value(item, &mut encoded, depth)?;
                put_bytes(0x0a, &encoded, &mut list);
            }
            put_bytes(0x32, &list, out);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use prost::Message as _;
    use prost_types::value::Kind;
    use serde_json::json;

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            other => panic!("not an object: {other}"),
        }
    }

    /// The same conversion with the generated types, as the independent second opinion.
    fn through_prost(bytes: &[u8]) -> Map<String, Value> {
        fn value_of(value: &prost_types::Value) -> Value {
            match &value.kind {
                None | Some(Kind::NullValue(_)) => Value::Null,
                Some(Kind::NumberValue(number)) => json_number(*number),
                Some(Kind::StringValue(text)) => text.clone().into(),
                Some(Kind::BoolValue(bit)) => (*bit).into(),
                Some(Kind::StructValue(map)) => Value::Object(fields(map)),
                Some(Kind::ListValue(list)) => list.values.iter().map(value_of).collect(),
            }
        }
        fn fields(map: &prost_types::Struct) -> Map<String, Value> {
            map.fields.iter().map(|(key, item)| (key.clone(), value_of(item))).collect()
        }
        fields(&prost_types::Struct::decode(bytes).unwrap())
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<f64>().prop_map(json_number),
            (-(1_i64 << 53)..(1_i64 << 53)).prop_map(Value::from),
            ".{0,12}".prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::btree_map(".{0,6}", inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_survives_and_prost_agrees(
            map in prop::collection::btree_map(".{0,6}", any_json(), 0..6),
        ) {
            let map: Map<String, Value> = map.into_iter().collect();
            let bytes = from_json(&map).unwrap();
            prop_assert_eq!(validate(&bytes), Ok(()));
            prop_assert_eq!(&to_json(&bytes).unwrap(), &map);
            prop_assert_eq!(&through_prost(&bytes), &map);
        }

        #[test]
        fn junk_never_panics_and_both_readers_agree_on_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(validate(&bytes).is_ok(), to_json(&bytes).is_ok());
        }

        #[test]
        fn a_damaged_struct_never_panics(at in 0..100_usize, xor in 1..=255_u8) {
            let map = object(json!({"a": [1, {"b": "c"}, null], "d": {"e": [[], {}]}, "f": true}));
            let mut bytes = from_json(&map).unwrap().to_vec();
            let at = at % bytes.len();
            bytes[at] ^= xor;
            prop_assert_eq!(validate(&bytes).is_ok(), to_json(&bytes).is_ok());
        }
    }

    #[test]
    fn numbers_that_json_does_not_have_become_texts() {
        let mut bytes = Vec::new();
        for (key, number) in
            [("a", f64::NAN), ("b", f64::INFINITY), ("c", f64::NEG_INFINITY), ("d", 2.0)]
        {
            let mut value = vec![0x11];
            value.extend_from_slice(&number.to_le_bytes());
            let mut entry = Vec::new();
            put_bytes(0x0a, key.as_bytes(), &mut entry);
            put_bytes(0x12, &value, &mut entry);
            put_bytes(0x0a, &entry, &mut bytes);
        }
        // An entry whose Value has no kind, and one without any Value.
        bytes.extend_from_slice(&[0x0a, 5, 0x0a, 1, b'e', 0x12, 0]);
        bytes.extend_from_slice(&[0x0a, 3, 0x0a, 1, b'f']);
        assert_eq!(
            Value::Object(to_json(&bytes).unwrap()),
            json!({"a": "NaN", "b": "Infinity", "c": "-Infinity", "d": 2, "e": null, "f": null})
        );
    }

    #[test]
    fn deep_nesting_is_refused_instead_of_overflowing() {
        let mut value = vec![0x08, 0];
        for _ in 0..100_000 {
            let mut list = Vec::new();
            put_bytes(0x0a, &value, &mut list);
            value.clear();
            put_bytes(0x32, &list, &mut value);
            if value.len() > 60_000 {
                break;
            }
        }
        let mut entry = Vec::new();
        put_bytes(0x0a, b"deep", &mut entry);
        put_bytes(0x12, &value, &mut entry);
        let mut bytes = Vec::new();
        put_bytes(0x0a, &entry, &mut bytes);
        assert_eq!(validate(&bytes), Err(StructError::new("nested too deeply")));
        assert_eq!(to_json(&bytes), Err(StructError::new("nested too deeply")));
    }
}
