//! Values as this wire and its HTTP API have them.

use journeyman_core::Value;

/// Whether a double carries this integer exactly.
fn exact(number: i64) -> bool {
    number as f64 as i128 == i128::from(number)
}

/// Whether the wire carries this value: JSON's kinds, and numbers as doubles.
pub(super) fn carries(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Float(_) | Value::String(_) => true,
        Value::Int(number) => exact(*number),
        Value::List(items) => items.iter().all(carries),
        Value::Map(pairs) => {
            pairs.iter().all(|(key, value)| key.as_str().is_some() && carries(value))
        }
        _ => false,
    }
}

/// Whether two values are the same where all numbers are doubles and objects have no order.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Int(int), Value::Float(float)) | (Value::Float(float), Value::Int(int)) => {
            // Bits, so that -0.0 is not 0.
            exact(*int) && (*int as f64).to_bits() == float.to_bits()
        }
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(_)) => {
            let Value::Map(pairs) = b else { return false };
            let found = |key: &Value| key.as_str().and_then(|key| b.get(key));
            a.len() == pairs.len()
                && a.iter().all(|(key, value)| found(key).is_some_and(|other| same(value, other)))
        }
        (a, b) => a == b,
    }
}

/// The value as JSON, if JSON has it.
pub(super) fn json(value: &Value) -> Option<serde_json::Value> {
    Some(match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => serde_json::Number::from_f64(*number)?.into(),
        Value::String(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(json).collect::<Option<Vec<_>>>()?.into(),
        Value::Map(pairs) => {
            let pair =
                |(key, value): &(Value, Value)| Some((key.as_str()?.to_owned(), json(value)?));
            serde_json::Value::Object(pairs.iter().map(pair).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_doubles() {
        assert!(carries(&Value::Int(1 << 53)) && carries(&Value::Int(i64::MIN)));
        assert!(!carries(&Value::Int((1 << 53) + 1)) && !carries(&Value::Int(i64::MAX)));
        assert!(same(&Value::Int(3), &Value::Float(3.0)));
        assert!(!same(&Value::Int(0), &Value::Float(-0.0)));
        assert!(!same(&Value::Int(3), &Value::Float(3.5)));
        assert!(same(&Value::Float(f64::NAN), &Value::Float(f64::NAN)));
    }

    #[test]
    fn objects_have_no_order() {
        let a = Value::object([("a", 1), ("b", 2)]);
        assert!(same(&a, &Value::object([("b", 2), ("a", 1)])));
        assert!(!same(&a, &Value::object([("a", 1), ("c", 2)])));
        assert!(!same(&a, &Value::object([("a", 1)])));
        assert!(!carries(&Value::Map(vec![(Value::Int(1), Value::Null)])));
    }

    #[test]
    fn json_lacks_some() {
        assert_eq!(json(&Value::Float(f64::NAN)), None);
        assert_eq!(json(&Value::from(vec![Value::Int(1)])).unwrap(), serde_json::json!([1]));
    }
}
