//! What is wrong with a configuration.

use std::fmt;

use crate::Error;

/// A setting that can not be used: which one, its value unless that is secret, what is wrong with
/// it and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    key: String,
    value: Option<String>,
    problem: String,
}

impl ConfigError {
    /// A setting with a value that can be shown.
    pub fn new(key: &str, value: impl fmt::Display, problem: impl Into<String>) -> Self {
        Self { key: key.to_owned(), value: Some(value.to_string()), problem: problem.into() }
    }

    /// For a value that is missing or must not be shown.
    pub fn bare(key: &str, problem: impl Into<String>) -> Self {
        Self { key: key.to_owned(), value: None, problem: problem.into() }
    }

    /// The setting as the user wrote it: a key, an option of a URI or an environment variable.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "`{}` = {value:?}: {}", self.key, self.problem),
            None => write!(f, "`{}`: {}", self.key, self.problem),
        }
    }
}

impl std::error::Error for ConfigError {}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::config(error.to_string())
    }
}
