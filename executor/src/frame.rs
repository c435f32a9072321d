//! What goes over the pipes: frames of a length (u32, big endian, of what follows), a kind (one
//! byte) and a body. See `runner/` for the other side.

use serde::Deserialize;

use crate::{
    hooks::{Checkpoint, Event},
    json::is_value,
    sandbox::STATE_LIMIT,
    task::Task,
};

const SOURCE_FOLLOWS: u8 = 1;
const FORGET: u8 = 2;
const EXACT: u8 = 4;
/// Room for names and brackets around the values of a checkpoint.
const AROUND_STATE: usize = 256 << 10;
/// Characters of what a task says about its progress.
const MESSAGE_LIMIT: usize = 4096;
/// What a pipe holds, twice: as much is kept for reading.
const SMALL: usize = 512 << 10;

/// How the interpreter is told of a task's source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// It has it.
    Yes,
    /// It gets it.
    No,
    /// It gets it, and forgets all others.
    Full,
}

pub(crate) fn frame(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 5);
    put_head(&mut out, kind, body.len());
    out.extend_from_slice(body);
    out
}

fn put_head(out: &mut Vec<u8>, kind: u8, body: usize) {
    // All that is sent is checked against limits below 4 GiB before.
    let length = u32::try_from(body + 1).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.push(kind);
}

pub(crate) fn task(task: &Task, number: u64, known: Known) -> Vec<u8> {
    let name = task.function.as_deref().unwrap_or_default();
    let watch = if task.watch.is_empty() {
        String::new()
    } else {
        let names: Vec<String> = task.watch.iter().map(|name| crate::json::literal(name)).collect();
        format!("[{}]", names.join(", "))
    };
    let resume = task.resume.as_deref().unwrap_or_default();
    let (source, mut flags) = match known {
        Known::Yes => ("", 0),
        Known::No => (task.source.text(), SOURCE_FOLLOWS),
        Known::Full => (task.source.text(), SOURCE_FOLLOWS | FORGET),
    };
    if task.exact {
        flags |= EXACT;
    }
    let fields = [name, &watch, resume, source];
    let length = 58 + fields.iter().map(|field| field.len()).sum::<usize>() + task.arguments.len();
    let mut out = Vec::with_capacity(length + 5);
    put_head(&mut out, b'T', length);
    out.extend_from_slice(&number.to_be_bytes());
    out.extend_from_slice(&[task.rules.number(), flags]);
    out.extend_from_slice(task.source.digest());
    for field in fields {
        out.extend_from_slice(&u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
    }
    for field in fields {
        out.extend_from_slice(field.as_bytes());
    }
    out.extend_from_slice(task.arguments.as_bytes());
    out
}

pub(crate) fn wish(number: u64, wish: &str) -> Vec<u8> {
    let mut body = number.to_be_bytes().to_vec();
    body.extend_from_slice(wish.as_bytes());
    frame(b'X', &body)
}

/// Bytes that came, until they are whole frames.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    bytes: Vec<u8>,
    /// What is before was taken already: one move of the rest for each read, however many frames.
    from: usize,
}

impl Inbox {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.from);
        self.from = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next frame, its kind and its body.
    pub(crate) fn next(&mut self, limit: usize) -> Result<Option<(u8, &[u8])>, String> {
        let rest = &self.bytes[self.from..];
        let Some(head) = rest.first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_be_bytes(*head) as usize;
        if length == 0 || length > limit {
            return Err(format!("it sent a frame of {length} bytes; the most is {limit}"));
        }
        let whole = length + 4;
        let Some(frame) = rest.get(4..whole) else { return Ok(None) };
        self.from += whole;
        Ok(frame.split_first().map(|(kind, body)| (*kind, body)))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.len() == self.from
    }

    /// Gives the memory of a large frame back.
    pub(crate) fn shrink(&mut self) {
        if self.is_empty() && self.bytes.capacity() > SMALL {
            *self = Self::default();
        }
    }
}

/// What an interpreter sends while it has a task.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    Done { head: Head, text: String },
    Failed { head: Head, report: Report },
    Event(u64, Event),
}

/// What comes with the end of a task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Head {
    pub(crate) number: u64,
    /// Seconds of processor time.
    pub(crate) cpu: f64,
    /// Whether the text is Python's text of a value.
    pub(crate) python_text: bool,
    /// Whether another task may run in the interpreter.
    pub(crate) fit: bool,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Report {
    pub(crate) class: u8,
    #[serde(default, rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) traceback: String,
    #[serde(default)]
    pub(crate) size: u64,
}

impl Report {
    pub(crate) const RAISED: u8 = 0;
    pub(crate) const NOT_SERIALIZABLE: u8 = 1;
    pub(crate) const TOO_LARGE: u8 = 2;
}

pub(crate) fn answer(kind: u8, body: &[u8]) -> Result<Answer, String> {
    let cut = || format!("it sent a frame of kind {:?} that is too short", char::from(kind));
    match kind {
        b'R' | b'E' => {
            let (number, rest) = body.split_first_chunk::<8>().ok_or_else(cut)?;
            let (cpu, rest) = rest.split_first_chunk::<8>().ok_or_else(cut)?;
            let ([form, fit], rest) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
            let head = Head {
                number: u64::from_be_bytes(*number),
                cpu: f64::from_be_bytes(*cpu),
                python_text: *form == 1,
                fit: *fit == 1,
            };
            if kind == b'E' {
                return Ok(Answer::Failed { head, report: parse(rest)? });
            }
            // It goes into messages as it is. So it has to be what the runner sends, whatever the
            // task made of that.
            match std::str::from_utf8(rest) {
                Ok(text) if is_value(text) && (!head.python_text || text.starts_with('"')) => {
                    Ok(Answer::Done { head, text: text.to_owned() })
                }
                _ => Err("it sent a result that is no JSON text".to_owned()),
            }
        }
        b'C' | b'P' => {
            let (number, rest) = body.split_first_chunk::<8>().ok_or_else(cut)?;
            let event = if kind == b'C' { checkpoint(rest)? } else { progress(rest)? };
            Ok(Answer::Event(u64::from_be_bytes(*number), event))
        }
        _ => Err(format!("it sent a frame of unknown kind {:?}", char::from(kind))),
    }
}

fn parse<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| format!("it sent a report that is none: {error}"))
}

fn checkpoint(body: &[u8]) -> Result<Event, String> {
    #[derive(Deserialize)]
    struct Wire {
        progress: String,
        state: Vec<(String, String)>,
        skipped: Vec<String>,
    }
    if body.len() > STATE_LIMIT + AROUND_STATE {
        return Err(format!("it sent a checkpoint of {} bytes", body.len()));
    }
    let Wire { progress, state, skipped } = parse(body)?;
    if !is_value(&progress) || !state.iter().all(|(_, value)| is_value(value)) {
        return Err("it sent a checkpoint whose values are no JSON text".to_owned());
    }
    Ok(Event::Checkpoint(Checkpoint { progress, state, skipped }))
}

fn progress(body: &[u8]) -> Result<Event, String> {
    #[derive(Deserialize)]
    struct Wire {
        percent: String,
        message: Option<String>,
    }
    let Wire { percent, mut message } = parse(body)?;
    if let Some(message) = &mut message
        && let Some((end, _)) = message.char_indices().nth(MESSAGE_LIMIT)
    {
        message.truncate(end);
    }
    let percent = percent.parse().ok().filter(|number: &f64| !number.is_nan()).unwrap_or_default();
    Ok(Event::Progress { percent, message })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(fields: &[&[u8]]) -> Vec<u8> {
        let mut body = [7_u64.to_be_bytes(), 0.5_f64.to_be_bytes()].concat();
        fields.iter().for_each(|field| body.extend_from_slice(field));
        body
    }

    #[test]
    fn frames_come_in_pieces() {
        let bytes = [frame(b'A', b"first"), frame(b'B', b"")].concat();
        for size in [1, 3, bytes.len()] {
            let mut inbox = Inbox::default();
            let mut seen = Vec::new();
            for part in bytes.chunks(size) {
                inbox.push(part);
                while let Some((kind, body)) = inbox.next(6).unwrap() {
                    seen.push((kind, body.to_vec()));
                }
            }
            assert_eq!(seen, [(b'A', b"first".to_vec()), (b'B', Vec::new())]);
            assert!(inbox.is_empty());
            inbox.push(&frame(b'A', b"second"));
            assert!(!inbox.is_empty());
            assert_eq!(inbox.next(6).unwrap_err(), "it sent a frame of 7 bytes; the most is 6");
        }
        let mut inbox = Inbox::default();
        inbox.push(&[0; 4]);
        assert!(inbox.next(6).is_err());
    }

    #[test]
    fn answers() {
        let head = Head { number: 7, cpu: 0.5, python_text: false, fit: true };
        let expected = Answer::Done { head, text: "[1]".to_owned() };
        assert_eq!(answer(b'R', &done(&[&[0, 1], b"[1]"])), Ok(expected));
        let report = b"{\"class\": 2, \"size\": 9}";
        let Ok(Answer::Failed { head, report }) = answer(b'E', &done(&[&[1, 0], report])) else {
            panic!("no failure");
        };
        assert!(head.python_text && !head.fit);
        assert_eq!((report.class, report.size), (Report::TOO_LARGE, 9));
        let event =
            |kind, text: &str| answer(kind, &[&7_u64.to_be_bytes()[..], text.as_bytes()].concat());
        let progress = Event::Progress { percent: 0.0, message: None };
        let expected = Ok(Answer::Event(7, progress));
        assert_eq!(event(b'P', r#"{"percent": "NaN", "message": null}"#), expected);
        let state = r#"{"progress": "NaN", "state": [["a", "1"]], "skipped": ["b"]}"#;
        assert!(matches!(event(b'C', state), Ok(Answer::Event(7, Event::Checkpoint(_)))));
    }

    #[test]
    fn what_a_task_might_send() {
        assert!(answer(b'R', b"").is_err());
        assert!(answer(b'R', &done(&[&[0]])).is_err());
        for text in ["é", "", "1, \"task_id\": \"another\"", "[1"] {
            assert!(answer(b'R', &done(&[&[0, 1], text.as_bytes()])).is_err(), "{text}");
        }
        // What stands for a value that JSON cannot carry is a string.
        assert!(answer(b'R', &done(&[&[1, 1], b"1"])).is_err());
        assert!(answer(b'R', &done(&[&[1, 1], b"\"1\""])).is_ok());
        let forged = |kind, text: &str| answer(kind, &[&[0; 8], text.as_bytes()].concat());
        let value = r#"{"progress": "0", "state": [["a", "1}, \"type\": \"x\""]], "skipped": []}"#;
        assert!(forged(b'C', value).unwrap_err().contains("no JSON text"));
        assert!(forged(b'C', r#"{"progress": "", "state": [], "skipped": []}"#).is_err());
        let much = " ".repeat(STATE_LIMIT + AROUND_STATE + 1);
        assert!(forged(b'C', &much).unwrap_err().contains("a checkpoint of"));
        let long = format!(r#"{{"percent": "1", "message": "{}"}}"#, "é".repeat(5000));
        let message = Some("é".repeat(4096));
        assert_eq!(
            forged(b'P', &long),
            Ok(Answer::Event(0, Event::Progress { percent: 1.0, message }))
        );
        assert!(answer(b'E', &done(&[&[0, 1], b"[]"])).is_err());
        assert!(answer(b'P', b"1234567").is_err());
        assert!(answer(b'C', &[0; 9]).is_err());
        assert!(answer(b'?', b"").is_err());
    }

    #[test]
    fn a_task_is_one_frame() {
        let wanted = Task::new("code", "[1]").function("f").exact(true).resume("{}", 400.0);
        let bytes = task(&wanted, 1, Known::Full);
        let length = u32::from_be_bytes(*bytes.first_chunk().unwrap()) as usize;
        assert_eq!(length + 4, bytes.len());
        assert_eq!(&bytes[4..15], b"T\0\0\0\0\0\0\0\x01\0\x07");
        assert!(bytes.ends_with(b"f{\"state\": {}, \"progress\": 100}code[1]"));
        let known = task(&wanted, 1, Known::Yes);
        assert_eq!(known.len() + 4, bytes.len());
        assert_eq!(wish(1, "kill"), frame(b'X', b"\0\0\0\0\0\0\0\x01kill"));
    }
}
