//! Writing.

use super::{Text, Value};
use std::fmt::Write as _;

/// The text that Python's `json.dumps` makes of a value.
pub(crate) fn write(value: &Value) -> String {
    let mut out = String::new();
    put(value, &mut out);
    out
}

fn put(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(digits) => out.push_str(digits),
        Value::Float(number) if number.is_nan() => out.push_str("NaN"),
        Value::Float(number) if number.is_infinite() => {
            out.push_str(if *number > 0.0 { "Infinity" } else { "-Infinity" });
        }
        Value::Float(number) => float(*number, out),
        Value::Str(text) => put_text(text, out),
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                put(item, out);
            }
            out.push(']');
        }
        Value::Dict(members) => {
            out.push('{');
            for (at, (key, value)) in members.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                put_text(key, out);
                out.push_str(": ");
                put(value, out);
            }
            out.push('}');
        }
    }
}

/// A string in quotes, ASCII only.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    put_points(text.chars().map(u32::from), &mut out);
    out
}

fn put_text(text: &Text, out: &mut String) {
    out.reserve(text.len() + 2);
    put_points(text.points(), out);
}

fn put_points(points: impl Iterator<Item = u32>, out: &mut String) {
    out.push('"');
    for point in points {
        match point {
            0x22 => out.push_str("\\\""),
            0x5c => out.push_str("\\\\"),
            0x0a => out.push_str("\\n"),
            0x0d => out.push_str("\\r"),
            0x09 => out.push_str("\\t"),
            0x08 => out.push_str("\\b"),
            0x0c => out.push_str("\\f"),
            0x20..0x7f => out.push(point as u8 as char),
            // `write!` to a string does not fail.
            0..0x10000 => _ = write!(out, "\\u{point:04x}"),
            _ => {
                let rest = point - 0x10000;
                _ = write!(out, "\\u{:04x}\\u{:04x}", 0xd800 | rest >> 10, 0xdc00 | rest & 0x3ff);
            }
        }
    }
    out.push('"');
}

/// `repr()` of a finite float: the shortest digits that give it back, with an exponent outside of
/// 1e-4 to 1e16.
pub(crate) fn float(number: f64, out: &mut String) {
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..16).contains(&exponent) {
        // `Display` of a float never uses an exponent; `Debug` keeps the point.
        let plain = format!("{number}");
        out.push_str(&plain);
        if !plain.contains('.') {
            out.push_str(".0");
        }
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        _ = write!(out, "{mantissa}e{sign}{:02}", exponent.unsigned_abs());
    }
}
