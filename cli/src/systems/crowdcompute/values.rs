//! Values as this wire has them: JSON as Python reads and writes it.

use std::fmt::Write as _;

use journeyman_core::Value;

/// Whether the wire carries this value: JSON, numbers that are not finite, and integers of any
/// size.
pub(super) fn carries(value: &Value) -> bool {
    match value {
        Value::Bytes(_) | Value::Tagged(_) => false,
        Value::List(items) => items.iter().all(carries),
        Value::Map(pairs) => {
            pairs.iter().all(|(key, value)| key.as_str().is_some() && carries(value))
        }
        _ => true,
    }
}

/// A value on one line, as Python's JSON. What that does not have becomes a text.
pub(super) fn json(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::Float(number) if number.is_nan() => out.push_str("NaN"),
        Value::Float(number) if number.is_infinite() => {
            out.push_str(if *number > 0.0 { "Infinity" } else { "-Infinity" });
        }
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write(out, item);
            }
            out.push(']');
        }
        Value::Map(pairs) => {
            out.push('{');
            for (at, (key, value)) in pairs.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                match key.as_str() {
                    Some(key) => out.push_str(&text(key)),
                    None => out.push_str(&text(&key.to_string())),
                }
                out.push_str(": ");
                write(out, value);
            }
            out.push('}');
        }
        Value::Bytes(_) | Value::Tagged(_) => out.push_str(&text(&value.to_string())),
        // Writing into a text does not fail.
        value => drop(write!(out, "{value}")),
    }
}

/// A text in quotes.
pub(super) fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_lacks_does_not_go_there() {
        for value in [
            Value::Bytes(vec![1]),
            Value::Map(vec![(1.into(), 2.into())]),
            Value::tagged("object", 1),
        ] {
            assert!(!carries(&value), "{value}");
            assert!(!carries(&Value::List(vec![value])));
        }
        for value in [Value::Float(f64::NAN), Value::integer("9223372036854775808").unwrap()] {
            assert!(carries(&Value::object([("a", Value::List(vec![value]))])));
        }
    }

    #[test]
    fn what_is_printed_is_what_python_reads() {
        let big = Value::integer("-170141183460469231731687303715884105728").unwrap();
        let value = Value::object([
            ("é\n", Value::List(vec![Value::Null, true.into(), 1.5.into(), big])),
            (
                "n",
                Value::List(vec![f64::NAN.into(), f64::INFINITY.into(), (-f64::INFINITY).into()]),
            ),
        ]);
        assert_eq!(
            json(&value),
            "{\"é\\n\": [null, true, 1.5, -170141183460469231731687303715884105728], \
             \"n\": [NaN, Infinity, -Infinity]}"
        );
        let same = crate::systems::json::same;
        let read = journeyman_crowdcompute::Raw::new(&json(&value)).unwrap().to_value().unwrap();
        assert!(same(&read, &value));
    }
}
