//! From values to JSON text as Python's `json.dumps` writes it.

use std::fmt::Write as _;

use journeyman_core::{Value, value::BIG_INTEGER};

/// Deeper values would need more stack than a task is sure to have.
const MAX_DEPTH: usize = 500;

/// Writes a text in quotes: everything beyond ASCII is escaped, DEL too.
pub(crate) fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{c}' => out.push_str("\\f"),
            '\u{8}' => out.push_str("\\b"),
            ' '..='~' => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

/// Writes a double: the shortest digits that read back as the same number.
fn float(out: &mut String, value: f64) {
    if value.is_nan() {
        return out.push_str("NaN");
    }
    if value.is_infinite() {
        return out.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // Python writes a number in full as long as its decimal exponent is from -4 to 15; so does
    // Rust's `{:?}`, with its own limits.
    if (-4..16).contains(&exponent) {
        let digits = format!("{value}");
        out.push_str(&digits);
        if !digits.contains('.') {
            out.push_str(".0");
        }
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(out, "{mantissa}e{sign}{:02}", exponent.unsigned_abs());
    }
}

/// Writes a value.
///
/// # Errors
/// In Python's own words: what JSON has no form for.
pub(crate) fn value(out: &mut String, value: &Value) -> Result<(), String> {
    nested(out, value, 0)
}

fn nested(out: &mut String, item: &Value, depth: usize) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err(format!("more than {MAX_DEPTH} levels of nesting"));
    }
    match item {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Int(value) => {
            let _ = write!(out, "{value}");
        }
        Value::BigInt(value) => out.push_str(value.as_str()),
        Value::Float(value) => float(out, *value),
        Value::String(text) => string(out, text),
        Value::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                nested(out, item, depth + 1)?;
            }
            out.push(']');
        }
        Value::Map(pairs) => {
            out.push('{');
            for (i, (name, item)) in pairs.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                key(out, name)?;
                out.push_str(": ");
                nested(out, item, depth + 1)?;
            }
            out.push('}');
        }
        Value::Tagged(tagged) if tagged.tag == BIG_INTEGER => match tagged.value.as_str() {
            Some(digits) if Value::integer(digits).is_some() => out.push_str(digits),
            _ => return Err("an integer that is no decimal text".to_owned()),
        },
        Value::Tagged(tagged) => {
            return Err(format!("Object of type {} is not JSON serializable", tagged.tag));
        }
        _ => return Err("Object of type bytes is not JSON serializable".to_owned()),
    }
    Ok(())
}

/// Python turns keys that are numbers, truth values or `None` into texts.
fn key(out: &mut String, name: &Value) -> Result<(), String> {
    match name {
        Value::String(text) => string(out, text),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::BigInt(_) | Value::Float(_) => {
            out.push('"');
            nested(out, name, 0)?;
            out.push('"');
        }
        other => {
            let kind = match other {
                Value::List(_) => "list",
                Value::Map(_) => "dict",
                _ => "bytes",
            };
            return Err(format!("keys must be str, int, float, bool or None, not {kind}"));
        }
    }
    Ok(())
}

/// An object that is being written, member by member.
#[derive(Debug)]
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Self {
        Self("{".to_owned())
    }

    fn key(&mut self, key: &str) {
        if self.0.len() > 1 {
            self.0.push_str(", ");
        }
        string(&mut self.0, key);
        self.0.push_str(": ");
    }

    /// A member whose text is JSON already.
    pub(crate) fn raw(mut self, key: &str, json: &str) -> Self {
        self.key(key);
        self.0.push_str(json);
        self
    }

    pub(crate) fn text(mut self, key: &str, text: &str) -> Self {
        self.key(key);
        string(&mut self.0, text);
        self
    }

    /// A text, or null.
    pub(crate) fn text_or_null(self, key: &str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(key, text),
            None => self.raw(key, "null"),
        }
    }

    pub(crate) fn float(mut self, key: &str, value: f64) -> Self {
        self.key(key);
        float(&mut self.0, value);
        self
    }

    pub(crate) fn float_or_null(self, key: &str, value: Option<f64>) -> Self {
        match value {
            Some(value) => self.float(key, value),
            None => self.raw(key, "null"),
        }
    }

    pub(crate) fn int(self, key: &str, value: u64) -> Self {
        self.raw(key, &value.to_string())
    }

    pub(crate) fn bool(self, key: &str, value: bool) -> Self {
        self.raw(key, if value { "true" } else { "false" })
    }

    /// A member that is left out when there is none.
    pub(crate) fn maybe<T>(self, value: Option<T>, write: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => write(self, value),
            None => self,
        }
    }

    pub(crate) fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}
