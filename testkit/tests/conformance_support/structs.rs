//! Values as `google.protobuf.Struct` and back, by a library that neither side uses.

use bytes::Bytes;
use journeyman_core::Value;
use prost::Message as _;
use prost_types::{ListValue, Struct, Value as Proto, value::Kind};

/// 2^53.
const EXACT: i64 = 1 << 53;

/// How a value comes back from the wire (DistWorker sheet, section 2.3): numbers are doubles,
/// keys are text, and there is nothing else.
pub(crate) fn carried(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Int(n) if (-EXACT..=EXACT).contains(n) => Value::Float(*n as f64),
        Value::Null | Value::Bool(_) | Value::Float(_) | Value::String(_) => value.clone(),
        Value::List(items) => Value::List(items.iter().map(carried).collect::<Option<_>>()?),
        Value::Map(pairs) => {
            let pair = |(key, value): &(Value, Value)| {
                key.as_str()?;
                Some((key.clone(), carried(value)?))
            };
            Value::Map(pairs.iter().map(pair).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// An object as an encoded Struct.
pub(crate) fn encode(value: &Value) -> Option<Bytes> {
    match proto(value)?.kind? {
        Kind::StructValue(object) => Some(object.encode_to_vec().into()),
        _ => None,
    }
}

fn proto(value: &Value) -> Option<Proto> {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(value) => Kind::BoolValue(*value),
        Value::Int(value) => Kind::NumberValue(*value as f64),
        Value::Float(value) => Kind::NumberValue(*value),
        Value::String(text) => Kind::StringValue(text.clone()),
        Value::List(items) => {
            let values = items.iter().map(proto).collect::<Option<_>>()?;
            Kind::ListValue(ListValue { values })
        }
        Value::Map(pairs) => {
            let pair =
                |(key, value): &(Value, Value)| Some((key.as_str()?.to_owned(), proto(value)?));
            Kind::StructValue(Struct { fields: pairs.iter().map(pair).collect::<Option<_>>()? })
        }
        _ => return None,
    };
    Some(Proto { kind: Some(kind) })
}

/// What an encoded Struct holds.
pub(crate) fn decode(bytes: &[u8]) -> Value {
    fn value(proto: Proto) -> Value {
        match proto.kind {
            None => panic!("a value without a kind"),
            Some(Kind::NullValue(_)) => Value::Null,
            Some(Kind::NumberValue(value)) => Value::Float(value),
            Some(Kind::StringValue(text)) => Value::String(text),
            Some(Kind::BoolValue(value)) => Value::Bool(value),
            Some(Kind::StructValue(object)) => map(object),
            Some(Kind::ListValue(list)) => {
                Value::List(list.values.into_iter().map(value).collect())
            }
        }
    }
    fn map(object: Struct) -> Value {
        Value::object(object.fields.into_iter().map(|(key, proto)| (key, value(proto))))
    }
    map(Struct::decode(bytes).expect("the stand-in has checked it"))
}
