//! What is wrong with a config file.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use serde::de;

/// A config file that cannot be used: which one, where in it, under which key, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFileError {
    file: PathBuf,
    line: usize,
    key: String,
    problem: String,
}

impl ConfigFileError {
    pub(super) fn new(file: &Path, problem: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: 0, key: String::new(), problem: problem.into() }
    }

    pub(super) fn at(file: &Path, fault: Fault) -> Self {
        let Fault { line, key, problem } = fault;
        Self { file: file.to_owned(), line, key, problem }
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The line, from 1; 0 where it is about the whole file.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The key, such as `lights.port` or `groups[1].url`; empty where there is none.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for ConfigFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if !self.key.is_empty() {
            write!(f, ": `{}`", self.key)?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for ConfigFileError {}

/// The same without the file. Where it happened is added on the way out, key by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) key: String,
    pub(super) problem: String,
}

impl Fault {
    pub(super) fn new(line: usize, problem: impl Into<String>) -> Self {
        Self { line, key: String::new(), problem: problem.into() }
    }

    /// It was in this line, unless that is known better.
    pub(super) fn in_line(mut self, line: usize) -> Self {
        if self.line == 0 {
            self.line = line;
        }
        self
    }

    /// It was under this key.
    pub(super) fn under(mut self, key: &str) -> Self {
        let dot = match self.key.as_bytes().first() {
            None | Some(b'[') => "",
            Some(_) => ".",
        };
        self.key = format!("{key}{dot}{}", self.key);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(0, message.to_string())
    }
}
