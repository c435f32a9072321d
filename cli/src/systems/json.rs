//! Values as plain JSON has them.

use journeyman_core::Value;

/// Whether a value can go there and back: JSON's kinds, integers of 64 bits, and finite numbers.
pub(super) fn carries(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::String(_) => true,
        Value::Float(number) => number.is_finite(),
        Value::List(items) => items.iter().all(carries),
        Value::Map(pairs) => {
            pairs.iter().all(|(key, value)| key.as_str().is_some() && carries(value))
        }
        _ => false,
    }
}

/// Whether two values are the same where objects have no order.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(pairs)) => {
            let found = |key: &Value| key.as_str().and_then(|key| b.get(key));
            a.len() == pairs.len()
                && a.iter().all(|(key, value)| found(key).is_some_and(|other| same(value, other)))
        }
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_lacks_does_not_go_there() {
        for value in [
            Value::Float(f64::NAN),
            Value::Bytes(vec![1]),
            Value::Map(vec![(1.into(), 2.into())]),
            Value::tagged("object", 1),
            Value::integer("9223372036854775808").unwrap(),
        ] {
            assert!(!carries(&value), "{value}");
            assert!(!carries(&Value::List(vec![value])));
        }
        assert!(carries(&Value::object([("a", Value::List(vec![Value::Null, 0.5.into()]))])));
    }

    #[test]
    fn objects_have_no_order_and_numbers_keep_their_kind() {
        let a = Value::object([("a", 1), ("b", 2)]);
        assert!(same(&a, &Value::object([("b", 2), ("a", 1)])));
        assert!(!same(&a, &Value::object([("a", 1)])));
        assert!(!same(&Value::Int(1), &Value::Float(1.0)));
        assert!(same(&Value::Float(f64::NAN), &Value::Float(f64::NAN)));
    }
}
