//! Whether two JSON values are the same, apart from ids and times.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

/// Compares recorded answers with ours. Ids stand for each other: the same of theirs is always the
/// same of ours.
#[derive(Debug, Default)]
pub(crate) struct Alike {
    ids: HashMap<Uuid, Uuid>,
    differences: usize,
    /// Line, path, problem.
    problems: Vec<(String, String, String)>,
}

impl Alike {
    /// Our id for each of theirs.
    pub(crate) fn ids(&self) -> &HashMap<Uuid, Uuid> {
        &self.ids
    }

    /// How many of the known differences there were.
    pub(crate) fn differences(&self) -> usize {
        self.differences
    }

    /// A text with our ids instead of theirs.
    pub(crate) fn translate(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (theirs, ours) in &self.ids {
            text = text.replace(&theirs.to_string(), &ours.to_string());
        }
        text
    }

    /// Asserts that all that were compared are alike.
    pub(crate) fn finish(&mut self) {
        assert!(self.problems.is_empty(), "{:#?}", self.problems);
    }

    /// Looks whether they are alike, but for what is below a path of `known`, each of which must
    /// indeed differ.
    pub(crate) fn compare(&mut self, at: &str, theirs: &Value, ours: &Value, known: &[&str]) {
        let mut found = Vec::new();
        self.visit("", theirs, ours, &mut found);
        for path in known {
            let before = found.len();
            found.retain(|(place, _)| place != path && !place.starts_with(&format!("{path}/")));
            self.differences += usize::from(found.len() < before);
        }
        let problems = found.into_iter().map(|(path, problem)| (at.to_owned(), path, problem));
        self.problems.extend(problems);
    }

    /// Asserts that they have the same members with values of the same kinds.
    pub(crate) fn shape(&mut self, at: &str, theirs: &Value, ours: &Value) {
        let mut found = Vec::new();
        self.visit("", theirs, ours, &mut found);
        found.retain(|(_, problem)| problem.starts_with("members") || problem.starts_with("kind"));
        assert!(found.is_empty(), "{at}: {found:#?}");
    }

    fn visit(
        &mut self,
        path: &str,
        theirs: &Value,
        ours: &Value,
        found: &mut Vec<(String, String)>,
    ) {
        match (theirs, ours) {
            (Value::Object(a), Value::Object(b)) => {
                let names = |members: &serde_json::Map<String, Value>| {
                    let mut names: Vec<String> = members.keys().cloned().collect();
                    names.sort();
                    names
                };
                let (theirs, ours) = (names(a), names(b));
                if theirs != ours {
                    found.push((path.to_owned(), format!("members: {theirs:?} and {ours:?}")));
                }
                for (key, theirs) in a {
                    if let Some(ours) = b.get(key) {
                        self.visit(&format!("{path}/{key}"), theirs, ours, found);
                    }
                }
            }
            (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
                for (at, (theirs, ours)) in a.iter().zip(b).enumerate() {
                    self.visit(&format!("{path}/{at}"), theirs, ours, found);
                }
            }
            (Value::String(a), Value::String(b)) => {
                if let Some(problem) = self.texts(a, b) {
                    found.push((path.to_owned(), problem));
                }
            }
            (a, b) if a == b => {}
            (a, b) if std::mem::discriminant(a) == std::mem::discriminant(b) => {
                found.push((path.to_owned(), format!("{a} and {b}")));
            }
            (a, b) => found.push((path.to_owned(), format!("kind: {a} and {b}"))),
        }
    }

    fn texts(&mut self, theirs: &str, ours: &str) -> Option<String> {
        if theirs == ours {
            return None;
        }
        let differ = || Some(format!("{theirs:?} and {ours:?}"));
        if let (Ok(a), Ok(b)) = (theirs.parse::<Uuid>(), ours.parse::<Uuid>()) {
            let known = *self.ids.entry(a).or_insert(b);
            return if known == b { None } else { differ() };
        }
        match (zone(theirs), zone(ours)) {
            (Some(a), Some(b)) if a == b => None,
            // The parser counts columns of a text that was written differently.
            _ if cut(theirs) == cut(ours) && theirs.contains(" at line ") => None,
            _ if self.translate(theirs) == ours => None,
            _ => differ(),
        }
    }
}

fn cut(text: &str) -> &str {
    text.split(" at line ").next().unwrap_or_default()
}

/// How a text that is a time ends: which zone it names.
fn zone(text: &str) -> Option<&str> {
    let digits = |range: std::ops::Range<usize>| {
        text.get(range).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let time =
        digits(0..4) && digits(5..7) && digits(8..10) && text.as_bytes().get(10) == Some(&b'T');
    let zone = text.trim_start_matches(|letter: char| !matches!(letter, 'Z' | '+'));
    time.then_some(zone)
}
