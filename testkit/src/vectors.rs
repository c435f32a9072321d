//! Golden vectors: recorded messages, one JSON object per line.
//!
//! A line that no check has looked at must not pass for tested. [`Vectors`] therefore keeps
//! account: every line is taken exactly once, and what is left over fails the test.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// The lines of one vector file that no check has taken yet.
///
/// Dropping it with lines left panics, naming them (unless the thread panics already). All
/// methods panic on misuse: they are made for tests.
#[derive(Debug)]
pub struct Vectors {
    path: PathBuf,
    lines: Vec<Vector>,
    taken: Vec<(String, String)>,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Vector {
    /// Its `id`, unique inside the file.
    pub id: String,
    /// The whole object.
    pub value: Value,
}

impl Vectors {
    /// Reads a file.
    ///
    /// # Panics
    ///
    /// If the file can not be read, is empty, or has a line that is no JSON object with a unique
    /// `id`. The bare words of Python for numbers that JSON does not have are read as null.
    #[must_use]
    pub fn load(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("vectors {}: {error}", path.display()));
        let vectors = Self::parse(path, &text);
        assert!(!vectors.lines.is_empty(), "vectors {}: no lines", path.display());
        vectors
    }

    fn parse(path: &Path, text: &str) -> Self {
        let mut lines: Vec<Vector> = Vec::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let place = format!("{}:{}", path.display(), at + 1);
            let value: Value = serde_json::from_str(&without_nan(line))
                .unwrap_or_else(|error| panic!("{place}: {error}"));
            let Some(id) = value["id"].as_str().map(str::to_owned) else {
                panic!("{place}: no `id`");
            };
            assert!(lines.iter().all(|other| other.id != id), "{place}: id {id:?} occurs twice");
            lines.push(Vector { id, value });
        }
        Self { path: path.to_owned(), lines, taken: Vec::new() }
    }

    /// Takes one line for the check of this name.
    ///
    /// # Panics
    ///
    /// If there is no such line, or a check has taken it already.
    pub fn take(&mut self, id: &str, check: &str) -> Vector {
        let Some(at) = self.lines.iter().position(|line| line.id == id) else {
            let before = self.taken.iter().find(|(taken, _)| taken == id);
            match before {
                Some((_, by)) => panic!("{}: {id:?} was taken by {by:?}", self.path.display()),
                None => panic!("{}: no line {id:?} for {check:?}", self.path.display()),
            }
        };
        self.taken.push((id.to_owned(), check.to_owned()));
        self.lines.remove(at)
    }

    /// Takes all lines that `wanted` accepts, in their order, for the check of this name.
    ///
    /// # Panics
    ///
    /// If there is none: a check that matches nothing tests nothing.
    pub fn take_where(
        &mut self,
        check: &str,
        mut wanted: impl FnMut(&Vector) -> bool,
    ) -> Vec<Vector> {
        let (taken, left) =
            std::mem::take(&mut self.lines).into_iter().partition(|line| wanted(line));
        self.lines = left;
        let taken: Vec<Vector> = taken;
        assert!(!taken.is_empty(), "{}: no line left for {check:?}", self.path.display());
        self.taken.extend(taken.iter().map(|line| (line.id.clone(), check.to_owned())));
        taken
    }

    /// Takes the first line that is left, in file order.
    pub fn take_next(&mut self, check: &str) -> Option<Vector> {
        let id = self.lines.first()?.id.clone();
        Some(self.take(&id, check))
    }

    /// Looks at the lines that are left.
    #[must_use]
    pub fn left(&self) -> &[Vector] {
        &self.lines
    }

    /// Ends the account; returns how many lines were checked.
    ///
    /// # Panics
    ///
    /// If lines are left.
    pub fn finish(mut self) -> usize {
        self.settle();
        self.taken.len()
    }

    fn settle(&mut self) {
        let left: Vec<String> =
            std::mem::take(&mut self.lines).into_iter().map(|line| line.id).collect();
        assert!(left.is_empty(), "{}: no check consumed {left:?}", self.path.display());
    }
}

impl Drop for Vectors {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.settle();
        }
    }
}

impl Vector {
    /// A text field; empty if it is absent.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        self.value[key].as_str().unwrap_or_default()
    }

    /// `channel`, such as `websocket binary`.
    #[must_use]
    pub fn channel(&self) -> &str {
        self.text("channel")
    }

    /// Whether the message went to the server.
    #[must_use]
    pub fn from_worker(&self) -> bool {
        self.text("dir") == "worker->server"
    }

    /// The bytes of `frames_hex`, which has one element per frame.
    ///
    /// # Panics
    ///
    /// If an element is no hexadecimal text.
    #[must_use]
    pub fn frames(&self) -> Vec<Vec<u8>> {
        let frames = self.value["frames_hex"].as_array().map_or(&[][..], Vec::as_slice);
        let decode = |frame: &Value| {
            let bytes = frame.as_str().and_then(unhex);
            bytes.unwrap_or_else(|| panic!("{}: bad hexadecimal text {frame}", self.id))
        };
        frames.iter().map(decode).collect()
    }

    /// The bytes of the only frame.
    ///
    /// # Panics
    ///
    /// If there is none or more than one.
    #[must_use]
    pub fn frame(&self) -> Vec<u8> {
        let mut frames = self.frames();
        assert!(frames.len() == 1, "{}: {} frames instead of one", self.id, frames.len());
        frames.remove(0)
    }
}

/// The line with null for `NaN`, `Infinity` and `-Infinity` outside of texts.
fn without_nan(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    let mut in_text = false;
    while let Some(first) = rest.chars().next() {
        let word = ["NaN", "Infinity", "-Infinity"].into_iter().find(|word| rest.starts_with(word));
        let length = match (in_text, word, first) {
            (false, Some(word), _) => {
                out.push_str("null");
                rest = &rest[word.len()..];
                continue;
            }
            // The character behind a backslash ends no text.
            (true, _, '\\') => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            (_, _, '"') => {
                in_text = !in_text;
                1
            }
            _ => first.len_utf8(),
        };
        let (part, behind) = rest.split_at(length);
        out.push_str(part);
        rest = behind;
    }
    out
}

/// Reads hexadecimal text; `None` if it is none.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\"id\":\"a\",\"frames_hex\":[\"00ff\"],\"dir\":\"worker->server\"}\n\
        {\"id\":\"b\",\"frames_hex\":[],\"channel\":\"tcp\"}\n";

    fn vectors() -> Vectors {
        Vectors::parse(Path::new("test"), TEXT)
    }

    fn panics(work: impl FnOnce() + std::panic::UnwindSafe) -> String {
        let panic = std::panic::catch_unwind(work).unwrap_err();
        panic.downcast_ref::<String>().cloned().unwrap_or_default()
    }

    #[test]
    fn all_taken_is_fine() {
        let mut vectors = vectors();
        let a = vectors.take("a", "first");
        assert_eq!(a.frame(), [0, 255]);
        assert!(a.from_worker());
        let rest = vectors.take_where("second", |line| line.channel() == "tcp");
        assert_eq!(rest[0].id, "b");
        assert!(vectors.left().is_empty());
        assert_eq!(vectors.finish(), 2);
    }

    #[test]
    fn lines_left_over_fail() {
        let message = panics(|| {
            let mut vectors = vectors();
            vectors.take("b", "only");
            vectors.finish();
        });
        assert_eq!(message, "test: no check consumed [\"a\"]");
        let message = panics(|| drop(vectors()));
        assert_eq!(message, "test: no check consumed [\"a\", \"b\"]");
    }

    #[test]
    fn misuse_fails() {
        let message = panics(|| {
            let mut vectors = vectors();
            vectors.take("a", "one");
            vectors.take("a", "two");
        });
        assert_eq!(message, "test: \"a\" was taken by \"one\"");
        let message = panics(|| {
            vectors().take("c", "none");
        });
        assert_eq!(message, "test: no line \"c\" for \"none\"");
        let message = panics(|| {
            vectors().take_where("nothing", |_| false);
        });
        assert_eq!(message, "test: no line left for \"nothing\"");
        let twice = "{\"id\":\"a\"}\n{\"id\":\"a\"}";
        let message = panics(|| drop(Vectors::parse(Path::new("test"), twice)));
        assert_eq!(message, "test:2: id \"a\" occurs twice");
    }

    #[test]
    fn numbers_that_json_does_not_have() {
        let line = r#"{"a": [NaN, -Infinity,Infinity], "NaN \\\"NaN": "x\\", "b": NaN}"#;
        let read = r#"{"a": [null, null,null], "NaN \\\"NaN": "x\\", "b": null}"#;
        assert_eq!(without_nan(line), read);
    }

    #[test]
    fn hexadecimal_text() {
        assert_eq!(unhex("00fFa0"), Some(vec![0, 255, 160]));
        assert_eq!(unhex(""), Some(vec![]));
        assert_eq!(unhex("0"), None);
        assert_eq!(unhex("0g"), None);
    }
}
