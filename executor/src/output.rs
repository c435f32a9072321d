//! What a task printed.

use std::collections::VecDeque;

/// How much of the end is kept beside the beginning, for what an interpreter says when it dies.
const TAIL: usize = 4096;

/// What a task printed to standard output and standard error, in the order in which it did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Output {
    /// The beginning, up to [`Limits::output`](crate::Limits::output); bytes that are no UTF-8
    /// are replaced.
    pub text: String,
    /// How many bytes it printed in all.
    pub bytes: u64,
    /// Whether it printed more than `text` holds.
    pub truncated: bool,
}

/// Collects output up to a limit.
#[derive(Debug)]
pub(crate) struct Collector {
    limit: usize,
    head: Vec<u8>,
    /// Up to here it was given out as text.
    told: usize,
    tail: VecDeque<u8>,
    bytes: u64,
}

impl Collector {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, head: Vec::new(), told: 0, tail: VecDeque::new(), bytes: 0 }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        let room = self.limit - self.head.len();
        let (kept, _) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(kept);
        let end = &bytes[bytes.len().saturating_sub(TAIL)..];
        let spare = TAIL - end.len();
        let surplus = self.tail.len().saturating_sub(spare);
        self.tail.drain(..surplus);
        self.tail.extend(end);
    }

    /// What is new and kept, up to the last whole character; the rest follows with the next.
    pub(crate) fn news(&mut self) -> Option<String> {
        let new = &self.head[self.told..];
        let whole = match std::str::from_utf8(new) {
            Ok(_) => new.len(),
            // An incomplete character at the end waits for its rest.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => new.len(),
        };
        if whole == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&new[..whole]).into_owned();
        self.told += whole;
        Some(text)
    }

    /// The last lines, for an error message.
    pub(crate) fn last_lines(&self) -> String {
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        let text = String::from_utf8_lossy(&tail);
        let lines: Vec<&str> = text.lines().rev().take(12).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn finish(self) -> Output {
        Output {
            truncated: self.bytes > self.head.len() as u64,
            text: match String::from_utf8(self.head) {
                Ok(text) => text,
                Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
            },
            bytes: self.bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_beginning_and_the_end() {
        let mut all = Collector::new(10);
        all.push(b"0123456");
        all.push(b"789abc");
        assert_eq!(all.last_lines(), "0123456789abc");
        let long = vec![b'x'; 3 * TAIL];
        all.push(&long);
        all.push(b"\nend");
        assert_eq!(all.tail.len(), TAIL);
        assert!(all.last_lines().ends_with("x\nend"));
        let output = all.finish();
        let bytes = 13 + 3 * TAIL as u64 + 4;
        let expected = Output { text: "0123456789".to_owned(), bytes, truncated: true };
        assert_eq!(output, expected);
    }

    #[test]
    fn news_end_between_characters() {
        let mut all = Collector::new(100);
        all.push("é".as_bytes().split_at(1).0);
        assert_eq!(all.news(), None);
        all.push("é".as_bytes().split_at(1).1);
        assert_eq!(all.news().as_deref(), Some("é"));
        all.push(b"\xff!");
        assert_eq!(all.news().as_deref(), Some("\u{fffd}!"));
        assert_eq!(all.news(), None);
        assert_eq!(all.finish().text, "é\u{fffd}!");
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(Collector::new(0).finish(), Output::default());
        let mut none = Collector::new(0);
        none.push(b"a");
        assert_eq!(none.news(), None);
        assert!(none.finish().truncated);
    }
}
