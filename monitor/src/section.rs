//! What a program shows on its monitor besides.

use serde::Serialize;
use utoipa::ToSchema;

use crate::clean;

/// Facts of a section that are shown.
const FACTS: usize = 100;

/// Something that a program shows on its monitor besides what the worker tells by itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[non_exhaustive]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// What it says.
    pub facts: Vec<Fact>,
}

/// One line of a [`Section`].
#[derive(Clone, Debug, Serialize, ToSchema)]
#[non_exhaustive]
pub struct Fact {
    /// What it is about.
    pub name: String,
    /// What is so.
    pub value: String,
    /// Whether that is good.
    pub status: Status,
}

/// Whether a [`Fact`] is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// Neither.
    Plain,
    /// It is.
    Good,
    /// Worth a look.
    Warning,
    /// It is not.
    Bad,
}

impl Section {
    /// An empty section.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), facts: Vec::new() }
    }

    /// Adds a line.
    #[must_use]
    pub fn fact(
        mut self,
        name: impl Into<String>,
        value: impl Into<String>,
        status: Status,
    ) -> Self {
        self.facts.push(Fact { name: name.into(), value: value.into(), status });
        self
    }

    /// What is shown of it: texts of a size that can be read, and no passwords.
    pub(crate) fn shown(mut self) -> Self {
        self.title = clean::shown(&self.title, clean::NAME);
        self.facts.truncate(FACTS);
        for fact in &mut self.facts {
            fact.name = clean::shown(&fact.name, clean::NAME);
            fact.value = clean::shown(&fact.value, clean::LINE);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_bounded_and_has_no_passwords() {
        let url = "ws://user:secret@foreman:9000";
        let mut section = Section::new("x".repeat(1_000_000)).fact("Server", url, Status::Good);
        for i in 0..1000 {
            section = section.fact(format!("{i}"), "y".repeat(10_000), Status::Plain);
        }
        let shown = section.shown();
        assert_eq!(shown.facts[0].value, "ws://foreman:9000");
        assert_eq!(shown.facts.len(), FACTS);
        let size: usize = shown.facts.iter().map(|fact| fact.value.len()).sum();
        assert!(shown.title.len() < 300 && size < 300_000);
    }
}
