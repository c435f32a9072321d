//! `str()` and `repr()` of JSON values: how a foreman stores what it does not understand
//! (CrowdCompute sheet, section 8.2).

use super::json::{self, Text, Value};
use std::fmt::Write as _;

/// `str(value)`: a string is itself, everything else is its `repr`.
pub(crate) fn str_of(value: &Value) -> Text {
    match value {
        Value::Str(text) => text.clone(),
        other => {
            let mut out = Text::default();
            repr(other, &mut out);
            out
        }
    }
}

fn repr(value: &Value, out: &mut Text) {
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(value) => out.push_str(if *value { "True" } else { "False" }),
        Value::Int(digits) => out.push_str(digits),
        Value::Float(number) if number.is_nan() => out.push_str("nan"),
        Value::Float(number) if number.is_infinite() => {
            out.push_str(if *number > 0.0 { "inf" } else { "-inf" });
        }
        Value::Float(number) => {
            let mut text = String::new();
            json::float(*number, &mut text);
            out.push_str(&text);
        }
        Value::Str(text) => quoted(text, out),
        Value::List(items) => {
            out.push_str("[");
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                repr(item, out);
            }
            out.push_str("]");
        }
        Value::Dict(members) => {
            out.push_str("{");
            for (at, (key, value)) in members.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                quoted(key, out);
                out.push_str(": ");
                repr(value, out);
            }
            out.push_str("}");
        }
    }
}

/// `repr` of a string: single quotes unless it has single quotes and no double ones.
fn quoted(text: &Text, out: &mut Text) {
    let has = |wanted: char| text.points().any(|point| point == u32::from(wanted));
    let quote = u32::from(if has('\'') && !has('"') { '"' } else { '\'' });
    out.push(quote);
    let mut escaped = String::new();
    for point in text.points() {
        escaped.clear();
        match point {
            0x5c => escaped.push_str("\\\\"),
            0x0a => escaped.push_str("\\n"),
            0x0d => escaped.push_str("\\r"),
            0x09 => escaped.push_str("\\t"),
            _ if point == quote => {
                escaped.push('\\');
                escaped.push(if quote == 0x22 { '"' } else { '\'' });
            }
            _ if printable(point) => {
                out.push(point);
                continue;
            }
            // `write!` to a string does not fail.
            0..0x100 => _ = write!(escaped, "\\x{point:02x}"),
            0x100..0x10000 => _ = write!(escaped, "\\u{point:04x}"),
            _ => _ = write!(escaped, "\\U{point:08x}"),
        }
        out.push_str(&escaped);
    }
    out.push(quote);
}

/// What Python prints as it is: no controls, no separators but the space, no surrogates, no
/// private or unassigned code points. Of the last, the larger blocks are known here; to know all
/// would take the tables of one version of Unicode, and another Python has another version.
fn printable(point: u32) -> bool {
    let Some(char) = char::from_u32(point) else { return false };
    let hidden = matches!(point,
        0xad | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x890..=0x891 | 0x8e2 | 0x180e
        | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff0..=0xfffb
        | 0x110bd | 0x110cd | 0x13430..=0x1343f | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a
        | 0xe000..=0xf8ff | 0xe0000..=0xe00ff | 0xe01f0..=0x10ffff | 0x323b0..=0xdffff);
    let noncharacter = point & 0xfffe == 0xfffe || (0xfdd0..0xfdf0).contains(&point);
    !(hidden || noncharacter || char.is_control() || char.is_whitespace() && char != ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_as_python_makes_it() {
        for (json, text) in [
            ("42", "42"),
            ("true", "True"),
            ("null", "None"),
            ("\"it's\"", "it's"),
            ("[\"it's\", \"\\\"\", \"'\\\"\"]", "[\"it's\", '\"', '\\'\"']"),
            (
                "{\"a\": null, \"b\": [true, 1.0, NaN, -Infinity]}",
                "{'a': None, 'b': [True, 1.0, nan, -inf]}",
            ),
            (
                "[\"\\\\ \\n\\t\\r\\u0000\\u007f\\u0085\\u00a0\\u00ad\"]",
                "['\\\\ \\n\\t\\r\\x00\\x7f\\x85\\xa0\\xad']",
            ),
            (
                "[\"caf\\u00e9 \\ud83d\\ude00 \\u2028 \\u3000 \\ue000\"]",
                "['caf\u{e9} \u{1f600} \\u2028 \\u3000 \\ue000']",
            ),
            ("[\"\\ud800 \\udbff\\udfff\"]", "['\\ud800 \\U0010ffff']"),
            ("[[], {}, 1e100]", "[[], {}, 1e+100]"),
        ] {
            let value = json::parse(json).unwrap();
            assert_eq!(str_of(&value).as_str(), Some(text), "{json}");
        }
    }
}
