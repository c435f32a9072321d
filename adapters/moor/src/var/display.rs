//! MOO literal text.

use std::fmt;

use super::{Flyweight, MooError, Var};

impl fmt::Display for Var {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Str(text) => quoted(f, text),
            Self::Obj(obj) => write!(f, "{obj}"),
            Self::Err(error) => write!(f, "{error}"),
            Self::List(items) => list(f, items),
            Self::Map(pairs) => {
                f.write_str("[")?;
                for (i, (key, value)) in pairs.iter().enumerate() {
                    let comma = if i > 0 { ", " } else { "" };
                    write!(f, "{comma}{key} -> {value}")?;
                }
                f.write_str("]")
            }
            Self::Sym(symbol) => write!(f, "{symbol}"),
            Self::Binary(bytes) => binary(f, bytes),
            Self::Flyweight(flyweight) => write!(f, "{flyweight}"),
            Self::Anonymous(id) => write!(f, "{id}"),
        }
    }
}

/// `E_PERM`, or `E_PERM("message")`, or `E_PERM("message", value)`.
impl fmt::Display for MooError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if self.message.is_none() && self.value.is_none() {
            return Ok(());
        }
        f.write_str("(")?;
        quoted(f, self.message.as_deref().unwrap_or_default())?;
        if let Some(value) = &self.value {
            write!(f, ", {value}")?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for Flyweight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}", self.delegate)?;
        if !self.slots.is_empty() {
            f.write_str(", [")?;
            for (i, (name, value)) in self.slots.iter().enumerate() {
                let comma = if i > 0 { ", " } else { "" };
                write!(f, "{comma}{} -> {value}", name.as_str())?;
            }
            f.write_str("]")?;
        }
        if !self.contents.is_empty() {
            f.write_str(", ")?;
            list(f, &self.contents)?;
        }
        f.write_str(">")
    }
}

fn list(f: &mut fmt::Formatter<'_>, items: &[Var]) -> fmt::Result {
    f.write_str("{")?;
    for (i, item) in items.iter().enumerate() {
        let comma = if i > 0 { ", " } else { "" };
        write!(f, "{comma}{item}")?;
    }
    f.write_str("}")
}

/// Text in quotes, on one line.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if c.is_control() => write!(f, "\\x{:02x}", u32::from(c))?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

/// `b"…"` with URL-safe base64.
fn binary(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    use base64::{display::Base64Display, engine::general_purpose::URL_SAFE};
    write!(f, "b\"{}\"", Base64Display::new(bytes, &URL_SAFE))
}
