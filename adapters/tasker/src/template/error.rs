//! What is wrong with a template.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use journeyman_core::Error;
use serde::de;

/// One thing that is wrong with a template: in which file and line, under which key, and what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TemplateError {
    file: PathBuf,
    line: usize,
    key: String,
    problem: String,
}

impl TemplateError {
    pub(super) fn new(file: &Path, problem: impl Into<String>) -> Self {
        Self::at(file, Fault::new(0, problem))
    }

    pub(super) fn at(file: &Path, Fault { line, key, problem }: Fault) -> Self {
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

    /// The key, such as `steps[2].handler.callable`; empty where there is none.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What is wrong.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for TemplateError {
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

impl std::error::Error for TemplateError {}

/// Everything that is wrong with some templates; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateErrors(pub(super) Vec<TemplateError>);

impl TemplateErrors {
    /// One by one, in the order of files and lines.
    pub fn iter(&self) -> impl Iterator<Item = &TemplateError> {
        self.0.iter()
    }

    pub(super) fn check(mut errors: Vec<TemplateError>) -> Result<(), Self> {
        errors.sort();
        errors.dedup();
        if errors.is_empty() { Ok(()) } else { Err(Self(errors)) }
    }
}

impl fmt::Display for TemplateErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for TemplateErrors {}

impl From<TemplateErrors> for Error {
    fn from(errors: TemplateErrors) -> Self {
        Self::config(errors.to_string())
    }
}

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
        self.key = join(key, &self.key);
        self
    }
}

/// A key behind another one: `a` and `b` are `a.b`, `a` and `[1]` are `a[1]`.
pub(super) fn join(outer: &str, inner: &str) -> String {
    let dot = match inner.as_bytes().first() {
        None | Some(b'[') => "",
        Some(_) if outer.is_empty() => "",
        Some(_) => ".",
    };
    format!("{outer}{dot}{inner}")
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
