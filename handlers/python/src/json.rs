//! Values as JSON that Python reads.

use journeyman_core::Value;
use journeyman_executor::literal;

/// The value as JSON in Python's form: `NaN` and infinities bare, integers of any size. What JSON
/// does not know is written as it is shown to people: bytes as numbers, other keys as their text.
pub(crate) fn text(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

/// The number that this is, if it is a finite one.
pub(crate) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number).filter(|number| number.is_finite()),
        _ => None,
    }
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => out.push_str(&literal(text)),
        Value::Float(number) if number.is_nan() => out.push_str("NaN"),
        Value::Float(number) if number.is_infinite() => {
            out.push_str(if *number > 0.0 { "Infinity" } else { "-Infinity" });
        }
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                comma(out, at);
                write(out, item);
            }
            out.push(']');
        }
        Value::Map(pairs) => {
            out.push('{');
            for (at, (key, value)) in pairs.iter().enumerate() {
                comma(out, at);
                match key {
                    Value::String(key) => out.push_str(&literal(key)),
                    key => out.push_str(&literal(&key.to_string())),
                }
                out.push_str(": ");
                write(out, value);
            }
            out.push('}');
        }
        Value::Tagged(tagged) => {
            out.push('{');
            out.push_str(&literal(&format!("${}", tagged.tag)));
            out.push_str(": ");
            write(out, &tagged.value);
            out.push('}');
        }
        // Null, truth, integers, finite numbers and bytes: shown as JSON has them.
        other => out.push_str(&other.to_string()),
    }
}

fn comma(out: &mut String, at: usize) {
    if at > 0 {
        out.push_str(", ");
    }
}

#[cfg(test)]
mod tests {
    use journeyman_crowdcompute::Raw;

    use super::*;

    #[test]
    fn what_python_wrote_comes_back() {
        for json in [
            "null",
            "[true, false, -5, 0.5, 1267650600228229401496703205376]",
            "[NaN, Infinity, -Infinity]",
            r#"{"a": {"\u00e9\ud83d\ude00": []}, "b\"": "\n"}"#,
        ] {
            assert_eq!(text(&Raw::new(json).unwrap().to_value().unwrap()), json);
        }
        assert_eq!(text(&Value::Bytes(vec![1, 255])), "[1, 255]");
        assert_eq!(text(&Value::Map(vec![(Value::Int(1), Value::Null)])), r#"{"1": null}"#);
    }
}
