//! Values of the framework as MOO has them.

use journeyman_core::Value;
use journeyman_testkit::moor::{Obj, Value as Moo};

/// The tag of an object.
const OBJECT: &str = "object";

/// The value in MOO; `None` for what MOO has no value for.
pub(super) fn moo(value: &Value) -> Option<Moo> {
    Some(match value {
        Value::Null => Moo::None,
        Value::Bool(value) => Moo::Bool(*value),
        Value::Int(value) => Moo::Int(*value),
        Value::Float(value) => Moo::Float(*value),
        Value::String(text) => Moo::str(text),
        Value::Bytes(bytes) => Moo::Binary(bytes.clone()),
        Value::List(items) => Moo::List(items.iter().map(moo).collect::<Option<_>>()?),
        Value::Map(pairs) => {
            let pairs: Option<Vec<_>> =
                pairs.iter().map(|(key, value)| Some((moo(key)?, moo(value)?))).collect();
            Moo::map(pairs?)
        }
        Value::Tagged(tagged) if tagged.tag == OBJECT => match tagged.value {
            Value::Int(id) => Moo::obj(id.try_into().ok()?),
            _ => return None,
        },
        _ => return None,
    })
}

/// What came back; kinds of MOO that the demo does not send become their text.
pub(super) fn value(moo: &Moo) -> Value {
    match moo {
        Moo::None => Value::Null,
        Moo::Bool(value) => Value::Bool(*value),
        Moo::Int(value) => Value::Int(*value),
        Moo::Float(value) => Value::Float(*value),
        Moo::Str(text) => Value::String(text.clone()),
        Moo::Binary(bytes) => Value::Bytes(bytes.clone()),
        Moo::List(items) => Value::List(items.iter().map(value).collect()),
        Moo::Map(map) => {
            Value::Map(map.pairs().iter().map(|(key, of)| (value(key), value(of))).collect())
        }
        Moo::Obj(Obj::Id(id)) => Value::tagged(OBJECT, i64::from(*id)),
        other => Value::String(other.to_string()),
    }
}

/// Whether two values are the same where maps have no order.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            let found = |(key, value): &(Value, Value)| {
                b.iter().any(|(other, of)| same(key, other) && same(value, of))
            };
            a.len() == b.len() && a.iter().all(found)
        }
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let values = [
            Value::Null,
            true.into(),
            Value::Int(i64::MIN),
            Value::Float(f64::NAN),
            Value::Float(-0.0),
            "Grüße".into(),
            Value::Bytes(vec![0, 255]),
            Value::List(vec![1.into(), Value::List(Vec::new())]),
            Value::Map(vec![("b".into(), 1.into()), (Value::Null, "a".into())]),
            Value::tagged(OBJECT, -1),
        ];
        for sent in values {
            let back = value(&moo(&sent).unwrap());
            assert!(same(&sent, &back), "{sent} {back}");
        }
    }

    #[test]
    fn what_moo_lacks() {
        assert_eq!(moo(&Value::integer("9223372036854775808").unwrap()), None);
        assert_eq!(moo(&Value::tagged(OBJECT, i64::MAX)), None);
        assert_eq!(moo(&Value::tagged("other", 1)), None);
        assert_eq!(moo(&Value::List(vec![Value::tagged("other", 1)])), None);
    }

    #[test]
    fn numbers_keep_their_kind_and_maps_have_no_order() {
        assert!(!same(&Value::Int(1), &Value::Float(1.0)));
        assert!(!same(&Value::Float(0.0), &Value::Float(-0.0)));
        let map = |pairs: [(&str, i64); 2]| Value::object(pairs);
        assert!(same(&map([("a", 1), ("b", 2)]), &map([("b", 2), ("a", 1)])));
        assert!(!same(&map([("a", 1), ("b", 2)]), &map([("a", 1), ("c", 2)])));
    }
}
