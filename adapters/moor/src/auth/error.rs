//! What is wrong with a key.

use std::{fmt, path::Path};

/// A key or identity that cannot be used: where it is from, what is wrong with it, and what to do.
/// It never holds any part of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyError {
    place: Option<String>,
    problem: String,
}

impl KeyError {
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Self { place: None, problem: problem.into() }
    }

    /// Says which file it is about.
    #[must_use]
    pub(crate) fn at(mut self, path: &Path) -> Self {
        self.place = Some(path.display().to_string());
        self
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}: {}", self.problem),
            None => f.write_str(&self.problem),
        }
    }
}

impl std::error::Error for KeyError {}
