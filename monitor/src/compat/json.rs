//! JSON as Python writes it: upstream's answers are compact, what it pushes is not.

use std::fmt::Write;

use journeyman_core::Value;

/// Which of Python's ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `separators=(",", ":"), ensure_ascii=False`: HTTP answers.
    Compact,
    /// `json.dumps(value)`: what is pushed.
    Spaced,
}

/// The text of a value. What JSON has no words for is written as Python's text of it would be seen:
/// bytes as text, a tagged value as what it holds.
pub(crate) fn text(value: &Value, style: Style) -> String {
    let mut out = String::new();
    write(&mut out, value, style);
    out
}

fn write(out: &mut String, value: &Value, style: Style) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Int(number) => push(out, number),
        Value::BigInt(number) => push(out, number),
        Value::Float(number) => float(out, *number, style),
        Value::String(text) => string(out, text, style),
        Value::Bytes(bytes) => string(out, &String::from_utf8_lossy(bytes), style),
        Value::List(list) => {
            out.push('[');
            for (i, value) in list.iter().enumerate() {
                comma(out, i, style);
                write(out, value, style);
            }
            out.push(']');
        }
        Value::Map(pairs) => {
            out.push('{');
            for (i, (key, value)) in pairs.iter().enumerate() {
                comma(out, i, style);
                match key {
                    Value::String(text) => string(out, text, style),
                    // Python writes the text of other keys.
                    other => string(out, &text(other, style), style),
                }
                out.push_str(if style == Style::Compact { ":" } else { ": " });
                write(out, value, style);
            }
            out.push('}');
        }
        Value::Tagged(tagged) => write(out, &tagged.value, style),
        _ => out.push_str("null"),
    }
}

fn comma(out: &mut String, i: usize, style: Style) {
    if i > 0 {
        out.push_str(if style == Style::Compact { "," } else { ", " });
    }
}

fn push(out: &mut String, number: impl std::fmt::Display) {
    // Writing to a string does not fail.
    let _ = write!(out, "{number}");
}

/// Python's shortest form. Rust's is the same, but for the exponent: `1e-5` is `1e-05` there.
fn float(out: &mut String, number: f64, style: Style) {
    if !number.is_finite() {
        let name = match (number.is_nan(), number > 0.0) {
            (true, _) => "NaN",
            (_, true) => "Infinity",
            (_, false) => "-Infinity",
        };
        // Its HTTP answers refuse them; an answer without a number is better than none.
        return out.push_str(if style == Style::Compact { "null" } else { name });
    }
    let text = format!("{number:?}");
    let Some((digits, exponent)) = text.split_once('e') else { return out.push_str(&text) };
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    let _ = write!(out, "{digits}e{sign}{exponent:0>2}");
}

fn string(out: &mut String, text: &str, style: Style) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => escape(out, c),
            c if style == Style::Spaced && c > '~' => escape(out, c),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn escape(out: &mut String, c: char) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        let _ = write!(out, "\\u{unit:04x}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_pythons() {
        for (number, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (3.0, "3.0"),
            (3.101_051_999_999_999_7, "3.1010519999999997"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.25e300, "1.25e+300"),
            (5e-324, "5e-324"),
        ] {
            assert_eq!(text(&Value::Float(number), Style::Compact), expected);
        }
        let special = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(Value::Float);
        let list = Value::List(special.into());
        assert_eq!(text(&list, Style::Compact), "[null,null,null]");
        assert_eq!(text(&list, Style::Spaced), "[NaN, Infinity, -Infinity]");
        let big = Value::integer("123456789012345678901234567890").unwrap();
        assert_eq!(text(&big, Style::Compact), "123456789012345678901234567890");
    }

    #[test]
    fn text_and_structure() {
        let value = Value::Map(vec![
            ("é😀".into(), Value::List(vec![Value::Null, true.into(), false.into()])),
            (Value::Int(1), Value::String("\"\\\n\r\t\u{8}\u{c}\u{1}\u{7f}".to_owned())),
            ("e".into(), Value::Map(vec![])),
        ]);
        assert_eq!(
            text(&value, Style::Compact),
            "{\"é😀\":[null,true,false],\"1\":\"\\\"\\\\\\n\\r\\t\\b\\f\\u0001\u{7f}\",\"e\":{}}"
        );
        assert_eq!(
            text(&value, Style::Spaced),
            "{\"\\u00e9\\ud83d\\ude00\": [null, true, false], \
             \"1\": \"\\\"\\\\\\n\\r\\t\\b\\f\\u0001\\u007f\", \"e\": {}}"
        );
    }
}
