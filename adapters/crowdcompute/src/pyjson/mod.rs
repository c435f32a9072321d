//! JSON with the habits of Python's (CrowdCompute sheet, section 2): `NaN`, `Infinity` and integers
//! of any size are numbers, of a key that is there twice the last value counts, and what is written
//! has `, ` and `: ` between and is ASCII.
//!
//! What somebody else is going to read stays text ([`Raw`]): a task's arguments pass through to
//! its handler, and a result to the foreman, as they were written.

mod read;
mod scan;
mod write;

use std::{fmt, sync::Arc};

pub(crate) use self::{
    read::{parse, text},
    scan::{Kind, check, kind, list_start, object},
    write::{Object, string, value},
};

/// The deepest nesting that is passed through. Python itself gives up at about this depth.
pub(crate) const MAX_DEPTH: usize = 1000;

/// The deepest nesting of what becomes a tree: deeper ones would need more stack than a task is
/// sure to have.
pub(crate) const MAX_TREE: usize = 128;

/// Longer integers are not JSON to Python either, since 3.11.
pub(crate) const MAX_DIGITS: usize = 4300;

/// JSON text that was checked and is passed on as it is. Clones share the text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Raw(Arc<str>);

impl Raw {
    /// Text that has to be JSON as Python reads it.
    ///
    /// # Errors
    /// It is not; the error says where and why.
    pub fn new(text: &str) -> Result<Self, NotJson> {
        check(text)?;
        Ok(Self(text.trim_matches([' ', '\t', '\n', '\r']).into()))
    }

    /// Of text that was checked already.
    pub(crate) fn checked(text: &str) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value.
    ///
    /// # Errors
    /// It is nested more than 128 levels deep.
    pub fn to_value(&self) -> Result<journeyman_core::Value, NotJson> {
        parse(&self.0)
    }
}

impl fmt::Debug for Raw {
    /// No content: it may hold what must not be in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw({} bytes)", self.0.len())
    }
}

/// Why a text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotJson {
    /// Where, in bytes.
    pub at: usize,
    /// What is wrong there.
    pub problem: &'static str,
}

impl fmt::Display for NotJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {})", self.problem, self.at)
    }
}

impl std::error::Error for NotJson {}

#[cfg(test)]
mod tests;
