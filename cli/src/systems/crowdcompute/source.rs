//! A look at Python source before it is sent. Nothing of it is run.

use crate::{
    exit::Failure,
    python::{self, Look},
};

/// The largest file, in bytes.
const MAX_FILE: u64 = 16 << 20;

const NO_FUNCTION: &str =
    "no function is defined in it, and a worker would find nothing to call; define one with `def`";

/// What can be seen of some source.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) text: String,
    /// The functions that it defines, in their order; `None` when nobody could look.
    pub(super) functions: Option<Vec<String>>,
}

impl Source {
    /// Reads a file and looks at what is in it, with a Python if there is one. `check` is false for
    /// a file that is to be sent whatever is in it.
    ///
    /// # Errors
    /// It cannot be read, it is no Python, or there is no function in it.
    pub(super) async fn read(path: &str, check: bool) -> Result<Self, Failure> {
        let wrong = |problem: String| Failure::usage(format!("{path}: {problem}"));
        let size = std::fs::metadata(path).map_err(|error| wrong(error.to_string()))?.len();
        if size > MAX_FILE {
            return Err(wrong(format!("it has {size} bytes, and at most {MAX_FILE} are sent")));
        }
        let bytes = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| {
            wrong("it is no text in UTF-8; give a file with Python source".to_owned())
        })?;
        let text = text.trim_start_matches('\u{feff}').to_owned();
        if !check {
            return Ok(Self { text, functions: None });
        }
        if !["def", "lambda", "import"].iter().any(|word| text.contains(word)) {
            return Err(wrong(NO_FUNCTION.to_owned()));
        }
        match python::look(&text, path).await {
            None => Ok(Self { text, functions: None }),
            Some(Look::Wrong { problem, version }) => Err(wrong(format!(
                "{problem} (says Python {version}); if the workers have a newer Python that takes \
                 it, send it with --no-check"
            ))),
            Some(Look::Right { functions, imports: false }) if functions.is_empty() => {
                Err(wrong(NO_FUNCTION.to_owned()))
            }
            Some(Look::Right { functions, .. }) => Ok(Self { text, functions: Some(functions) }),
        }
    }

    /// Makes this function the one that every worker calls, also those that take the first one
    /// which is defined: its name is defined first, and replaced where the function stands.
    ///
    /// # Errors
    /// It is no name, or there is no such function.
    pub(super) fn call(&mut self, name: &str) -> Result<(), Failure> {
        let is_name = !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if name.is_empty() || !is_name {
            return Err(Failure::usage(format!("--function `{name}` is no name of a function")));
        }
        match self.functions.as_deref() {
            Some([first, ..]) if first == name => return Ok(()),
            Some(functions) if !functions.iter().any(|known| known == name) => {
                let known = match functions {
                    [] => "there is none".to_owned(),
                    functions => format!("there are {}", functions.join(", ")),
                };
                return Err(Failure::usage(format!(
                    "--function {name}: no function of that name is defined in the file; {known}"
                )));
            }
            _ => {}
        }
        // Such an import has to be the first statement.
        let text = self.text.as_str();
        let imports = text
            .match_indices("from __future__ import ")
            .filter(|(at, _)| *at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n'));
        let line_end = |at: usize| text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
        let at = imports.last().map_or(0, |(at, _)| line_end(at));
        self.text.insert_str(at, &format!("{name} = lambda *_: None\n"));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str, functions: &[&str]) -> Source {
        let functions = functions.iter().map(|name| (*name).to_owned()).collect();
        Source { text: text.to_owned(), functions: Some(functions) }
    }

    #[test]
    fn a_function_is_made_the_first() {
        let text = "def a(x): pass\ndef b(x): pass\n";
        let mut first = source(text, &["a", "b"]);
        first.call("a").unwrap();
        assert_eq!(first.text, text);
        let mut second = source(text, &["a", "b"]);
        second.call("b").unwrap();
        assert_eq!(second.text, format!("b = lambda *_: None\n{text}"));
        let future = "'''text'''\nfrom __future__ import annotations\n";
        let mut late = source(&format!("{future}{text}"), &["a", "b"]);
        late.call("b").unwrap();
        assert_eq!(late.text, format!("{future}b = lambda *_: None\n{text}"));
        // Where nobody could look, it may be there.
        Source { text: text.to_owned(), functions: None }.call("c").unwrap();
    }

    #[test]
    fn a_function_has_to_be_there() {
        let mut two = source("", &["a", "b"]);
        assert!(two.call("c").unwrap_err().message().contains("there are a, b"));
        for bad in ["", "1a", "a.b", "a b", "f(); import os; g"] {
            assert!(two.call(bad).unwrap_err().message().contains("no name"), "{bad}");
        }
    }
}
