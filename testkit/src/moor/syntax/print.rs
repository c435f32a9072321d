//! Values in MOO syntax.

use super::super::value::{ErrorCode, ErrorValue, Flyweight, Map, Value};
use super::parse::is_name;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use std::fmt::{self, Display, Formatter, Write as _};

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            // Always with a point or an exponent, and with all the digits it takes.
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Str(text) => string(f, text),
            Self::Obj(id) => write!(f, "{id}"),
            Self::Err(error) => write!(f, "{error}"),
            Self::List(items) => list(f, items),
            Self::Map(map) => write!(f, "{map}"),
            Self::Sym(text) => {
                f.write_str("'")?;
                name(f, text)
            }
            Self::Binary(bytes) => write!(f, "b\"{}\"", URL_SAFE.encode(bytes)),
            Self::Flyweight(fly) => write!(f, "{fly}"),
            Self::Lambda => f.write_str("<lambda>"),
        }
    }
}

impl Display for Map {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (number, (key, value)) in self.pairs().iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{key} -> {value}")?;
        }
        f.write_str("]")
    }
}

impl Display for Flyweight {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "<{}", self.delegate)?;
        for (slot, value) in &self.slots {
            f.write_str(", .")?;
            name(f, slot)?;
            write!(f, " = {value}")?;
        }
        if !self.contents.is_empty() {
            f.write_str(", ")?;
            list(f, &self.contents)?;
        }
        f.write_str(">")
    }
}

impl Display for ErrorValue {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let named = match &self.code {
            ErrorCode::Known(_) => true,
            // What would read back as another code is written out.
            ErrorCode::Custom(code) => {
                let parsed: Result<ErrorCode, _> = code.parse();
                is_error_name(code) && parsed.as_ref() == Ok(&self.code)
            }
        };
        if named {
            f.write_str(self.code.name())?;
            if self.message.is_none() && self.value.is_none() {
                return Ok(());
            }
            f.write_str("(")?;
        } else {
            f.write_str("error(")?;
            string(f, self.code.name())?;
            if self.message.is_none() && self.value.is_none() {
                return f.write_str(")");
            }
            f.write_str(", ")?;
        }
        match &self.message {
            Some(message) => string(f, message)?,
            None => f.write_str("None")?,
        }
        if let Some(value) = &self.value {
            write!(f, ", {value}")?;
        }
        f.write_str(")")
    }
}

/// Whether a name reads as an error.
pub(super) fn is_error_name(text: &str) -> bool {
    is_name(text) && text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("E_"))
}

fn list(f: &mut Formatter<'_>, items: &[Value]) -> fmt::Result {
    f.write_str("{")?;
    for (number, item) in items.iter().enumerate() {
        let comma = if number == 0 { "" } else { ", " };
        write!(f, "{comma}{item}")?;
    }
    f.write_str("}")
}

/// A name as it is, or in quotes if it is none.
fn name(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    if is_name(text) { f.write_str(text) } else { string(f, text) }
}

fn string(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for letter in text.chars() {
        match letter {
            '"' | '\\' => write!(f, "\\{letter}")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            // All control characters are below U+00A0.
            _ if letter.is_control() => write!(f, "\\u{:04X}", u32::from(letter))?,
            _ => f.write_char(letter)?,
        }
    }
    f.write_str("\"")
}
