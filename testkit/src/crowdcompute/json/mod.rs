//! JSON as Python's `json` reads and writes it (CrowdCompute sheet, section 2), independent of the
//! adapter's code.
//!
//! That is more than JSON: bare `NaN` and `Infinity`, integers without limit, escapes of lone
//! surrogates; and it is exact about what a program can see: the order of keys, `", "` and `": "`,
//! non-ASCII text as `\uXXXX`.

mod parse;
mod text;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use parse::{parse, parse_message, parse_text};
pub(crate) use text::Text;
pub(crate) use write::{float, quote, write};

/// A value that JSON can carry to Python and back.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// Decimal digits, with a minus sign where it is negative; never `-0`.
    Int(String),
    Float(f64),
    Str(Text),
    List(Vec<Self>),
    /// In the order of first occurrence; the last value of a repeated key counts.
    Dict(Vec<(Text, Self)>),
}

impl Value {
    /// A member of an object.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Dict(members) = self else { return None };
        members.iter().find(|(name, _)| *name == *key).map(|(_, value)| value)
    }

    /// A text without lone surrogates.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => text.as_str(),
            _ => None,
        }
    }

    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Whole numbers that fit, and booleans, which are numbers to Python.
    pub(crate) fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(digits) => digits.parse().ok(),
            Self::Bool(value) => Some(i64::from(*value)),
            _ => None,
        }
    }

    pub(crate) fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(digits) => digits.parse().ok(),
            Self::Float(number) => Some(*number),
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            _ => None,
        }
    }

    /// What Python calls false: `None`, `False`, zero, and what is empty.
    pub(crate) fn is_falsy(&self) -> bool {
        match self {
            Self::Null | Self::Bool(false) => true,
            Self::Bool(true) => false,
            Self::Int(digits) => digits == "0",
            Self::Float(number) => *number == 0.0,
            Self::Str(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Dict(members) => members.is_empty(),
        }
    }

    /// The name of its Python type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Str(_) => "str",
            Self::List(_) => "list",
            Self::Dict(_) => "dict",
        }
    }
}
