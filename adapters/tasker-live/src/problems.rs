//! Everything that is wrong, at once.

use std::fmt;

use journeyman_core::Error;

/// Everything that is wrong with what a worker is started with; never empty. No line has a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<String>);

impl Problems {
    pub(crate) fn check(found: Vec<String>) -> Result<(), Self> {
        if found.is_empty() { Ok(()) } else { Err(Self(found)) }
    }

    pub(crate) fn one(problem: impl Into<String>) -> Self {
        Self(vec![problem.into()])
    }

    /// Those that an error tells, one in a line.
    pub(crate) fn of(error: &Error) -> Self {
        let lines = error.message().lines().chain(error.remedy());
        Self(lines.map(ToOwned::to_owned).collect())
    }

    /// One by one, each a line or some lines.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Problems {}

impl From<Problems> for Error {
    fn from(problems: Problems) -> Self {
        Self::config(problems.to_string())
    }
}
