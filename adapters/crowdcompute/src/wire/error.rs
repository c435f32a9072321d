//! What is wrong with a message.

use std::fmt;

use super::{Kind, TaskRef};
use crate::pyjson::NotJson;

/// A message that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireError {
    /// What is wrong with it.
    pub problem: Problem,
    /// The task that it is about, if that much could be read: its sender waits for an answer.
    pub task: Option<TaskRef>,
}

/// What is wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// It is not UTF-8.
    NotUtf8,
    /// It is not a JSON object as Python reads it.
    NotJson(NotJson),
    /// It has no `type`, or one that is no text.
    NoType,
    /// Its type is unknown. Holds the name, cut at 64 bytes.
    UnknownType(String),
    /// It has no `data`, or one that is no object.
    NoData(Kind),
    /// Its `job_id` is neither a text nor null.
    BadJobId(Kind),
    /// A field is missing from its `data`.
    Missing(Kind, &'static str),
    /// A field of its `data` is something else.
    Bad {
        /// The type of the message.
        kind: Kind,
        /// The field.
        field: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
}

impl WireError {
    pub(super) fn new(problem: Problem) -> Self {
        Self { problem, task: None }
    }

    /// What the foreman is told about a task that cannot be taken: of a missing field, only its
    /// name in quotes, as upstream does (sheet, section 6.3).
    pub fn for_foreman(&self) -> String {
        match &self.problem {
            Problem::Missing(_, field) => format!("'{field}'"),
            other => other.to_string(),
        }
    }
}

impl From<NotJson> for WireError {
    fn from(error: NotJson) -> Self {
        Self::new(Problem::NotJson(error))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 => f.write_str("a message that is not UTF-8"),
            Self::NotJson(error) => write!(f, "a message that is no JSON object: {error}"),
            Self::NoType => f.write_str("a message without a `type`"),
            Self::UnknownType(name) => {
                write!(f, "a message of the unknown type \"{}\"", name.escape_debug())
            }
            Self::NoData(kind) => write!(f, "a `{kind}` without an object `data`"),
            Self::BadJobId(kind) => {
                write!(f, "a `{kind}` whose `job_id` is neither a text nor null")
            }
            Self::Missing(kind, field) => write!(f, "a `{kind}` without `{field}`"),
            Self::Bad { kind, field, expected } => {
                write!(f, "a `{kind}` whose `{field}` is not {expected}")
            }
        }
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for WireError {}
