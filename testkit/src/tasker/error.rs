//! What is refused, and why.

use std::fmt;

/// What is wrong with a template: in which line, under which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    line: usize,
    key: String,
    problem: String,
}

impl TemplateError {
    pub(crate) fn new(line: usize, key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { line, key: key.into(), problem: problem.into() }
    }

    /// The line, from 1; 0 where it is about the whole template.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The key, such as `steps[1].handler.callable`; empty where there is none.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        if !self.key.is_empty() {
            write!(f, "`{}`: ", self.key)?;
        }
        f.write_str(&self.problem)
    }
}

impl std::error::Error for TemplateError {}

/// Why a task was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartError {
    /// The request lacks members, or has them in a wrong form: 422.
    Invalid(String),
    /// No worker registered this template: 404.
    UnknownTemplate {
        /// As asked for.
        namespace: String,
        /// As asked for.
        name: String,
        /// As asked for.
        version: String,
    },
    /// A task with this identity exists already: 409.
    Conflict,
    /// The stand-in holds as many tasks as it may, and none is final.
    Full,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(problem) => f.write_str(problem),
            Self::UnknownTemplate { namespace, name, version } => write!(
                f,
                "there is no template {name:?} in version {version:?} in namespace {namespace:?}"
            ),
            Self::Conflict => f.write_str(
                "a task with this identity already exists; vary the context or give an \
                 idempotency key",
            ),
            Self::Full => f.write_str("there are too many unfinished tasks"),
        }
    }
}

impl std::error::Error for StartError {}

/// Why an operator's action had no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ActionError {
    /// There is no such task or step.
    NotFound,
    /// The state does not allow it.
    WrongState(&'static str),
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("there is no such task or step"),
            Self::WrongState(state) => write!(f, "not possible in state {state}"),
        }
    }
}

impl std::error::Error for ActionError {}
