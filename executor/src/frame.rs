//! What goes over the pipes: frames of a length (u32, big endian, of what follows), a kind (one
//! byte) and a body. See `runner.py` for the other side.

use serde::Deserialize;

use crate::{
    hooks::{Checkpoint, Event},
    task::Task,
};

const SOURCE_FOLLOWS: u8 = 1;
const FORGET: u8 = 2;
const EXACT: u8 = 4;

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
pub(crate) struct Inbox(Vec<u8>);

impl Inbox {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// The next frame, its kind and its body.
    pub(crate) fn next(&mut self, limit: usize) -> Result<Option<(u8, Vec<u8>)>, String> {
        let Some(head) = self.0.first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_be_bytes(*head) as usize;
        if length == 0 || length > limit {
            return Err(format!("it sent a frame of {length} bytes; the most is {limit}"));
        }
        let whole = length + 4;
        if self.0.len() < whole {
            return Ok(None);
        }
        let rest = self.0.split_off(whole);
        let frame = std::mem::replace(&mut self.0, rest);
        Ok(Some((frame[4], frame[5..].to_vec())))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
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
            // JSON text of `json.dumps` is ASCII, whatever a task did: else it is not ours.
            match std::str::from_utf8(rest) {
                Ok(text) if text.is_ascii() => Ok(Answer::Done { head, text: text.to_owned() }),
                _ => Err("it sent a result that is no ASCII text".to_owned()),
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
    let Wire { progress, state, skipped } = parse(body)?;
    Ok(Event::Checkpoint(Checkpoint { progress, state, skipped }))
}

fn progress(body: &[u8]) -> Result<Event, String> {
    #[derive(Deserialize)]
    struct Wire {
        percent: String,
        message: Option<String>,
    }
    let Wire { percent, message } = parse(body)?;
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
        let mut inbox = Inbox::default();
        let mut seen = Vec::new();
        for byte in bytes {
            inbox.push(&[byte]);
            while let Some(frame) = inbox.next(6).unwrap() {
                seen.push(frame);
            }
        }
        assert_eq!(seen, [(b'A', b"first".to_vec()), (b'B', Vec::new())]);
        assert!(inbox.is_empty());
        inbox.push(&frame(b'A', b"second"));
        assert_eq!(inbox.next(6).unwrap_err(), "it sent a frame of 7 bytes; the most is 6");
        inbox.0 = vec![0; 4];
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
        assert!(answer(b'R', &done(&[&[0, 1], "é".as_bytes()])).is_err());
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
