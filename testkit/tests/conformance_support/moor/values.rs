//! The suite's values as those of MOO code and back.

use journeyman_core::Value;
use journeyman_testkit::moor::{self, ErrorCode, ErrorValue, Obj};

/// The list of arguments: what is no list is the only one in it, and nothing is none.
pub(crate) fn list(arguments: &Value) -> &[Value] {
    match arguments {
        Value::Null => &[],
        Value::Map(pairs) if pairs.is_empty() => &[],
        Value::List(items) => items,
        other => std::slice::from_ref(other),
    }
}

/// `None` if MOO code has no such value.
pub(crate) fn moo(value: &Value) -> Option<moor::Value> {
    Some(match value {
        Value::Null => moor::Value::None,
        Value::Bool(value) => moor::Value::Bool(*value),
        Value::Int(value) => moor::Value::Int(*value),
        Value::Float(value) => moor::Value::Float(*value),
        Value::String(text) => moor::Value::str(text.as_str()),
        Value::Bytes(bytes) => moor::Value::Binary(bytes.clone()),
        Value::List(items) => moor::Value::List(items.iter().map(moo).collect::<Option<_>>()?),
        Value::Map(pairs) => {
            let moo_pairs = pairs.iter().map(|(key, value)| Some((moo(key)?, moo(value)?)));
            let map: moor::Map = moo_pairs.collect::<Option<Vec<_>>>()?.into_iter().collect();
            // Keys that differ only in case are the same to it.
            if map.pairs().len() < pairs.len() {
                return None;
            }
            moor::Value::Map(map)
        }
        Value::Tagged(tagged) => match (&*tagged.tag, &tagged.value) {
            ("object", Value::Int(id)) => moor::Value::obj(i32::try_from(*id).ok()?),
            ("symbol", Value::String(text)) => moor::Value::sym(text.as_str()),
            ("error", Value::String(code)) => {
                moor::Value::Err(Box::new(ErrorValue::new(code.as_str())))
            }
            _ => return None,
        },
        // Numbers beyond 64 bits.
        _ => return None,
    })
}

pub(crate) fn value(moo: moor::Value) -> Value {
    match moo {
        moor::Value::None => Value::Null,
        moor::Value::Bool(value) => Value::Bool(value),
        moor::Value::Int(value) => Value::Int(value),
        moor::Value::Float(value) => Value::Float(value),
        moor::Value::Str(text) => Value::String(text),
        moor::Value::Binary(bytes) => Value::Bytes(bytes),
        moor::Value::List(items) => Value::List(items.into_iter().map(value).collect()),
        moor::Value::Map(map) => {
            let pair = |(k, v): &(moor::Value, moor::Value)| (value(k.clone()), value(v.clone()));
            Value::Map(map.pairs().iter().map(pair).collect())
        }
        moor::Value::Obj(Obj::Id(id)) => Value::tagged("object", id),
        moor::Value::Sym(text) => Value::tagged("symbol", text),
        moor::Value::Err(error) => match *error {
            ErrorValue { code: ErrorCode::Known(_), message: None, value: None } => {
                Value::tagged("error", vec![Value::from(error.code.name())])
            }
            other => panic!("the suite sends no {other:?}"),
        },
        other => panic!("the suite sends no {other:?}"),
    }
}
