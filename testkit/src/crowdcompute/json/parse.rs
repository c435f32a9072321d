//! Reading.

use super::{Text, Value};
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

/// Python's own limit is its recursion limit of 1000 frames, some of which are taken.
const MAX_DEPTH: usize = 900;
/// Python refuses to turn longer digits into an integer.
const MAX_DIGITS: usize = 4300;
/// Values of one text, so that a text of brackets does not become a hundred times its size.
const MAX_VALUES: usize = 4_000_000;
/// Members from which on an object is searched by hash for repeated keys.
const HASHED: usize = 16;

/// What is wrong and at which byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) what: &'static str,
    pub(crate) at: usize,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.at)
    }
}

/// A message, and where in its text the value of `data.result` is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parsed {
    pub(crate) value: Value,
    pub(crate) result: Option<Range<usize>>,
}

pub(crate) fn parse(text: &str) -> Result<Value, Wrong> {
    parse_message(text).map(|parsed| parsed.value)
}

/// As Python reads a string, which may have lone surrogates also without escapes.
pub(crate) fn parse_text(text: &Text) -> Result<Value, Wrong> {
    parse_bytes(text.bytes()).map(|parsed| parsed.value)
}

pub(crate) fn parse_message(text: &str) -> Result<Parsed, Wrong> {
    parse_bytes(text.as_bytes())
}

fn parse_bytes(bytes: &[u8]) -> Result<Parsed, Wrong> {
    let mut parser = Parser { bytes, at: 0, depth: 0, values: 0, in_data: false, result: None };
    parser.space();
    let value = parser.value()?;
    parser.space();
    if parser.at < parser.bytes.len() {
        return Err(parser.wrong("extra data"));
    }
    Ok(Parsed { value, result: parser.result })
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    values: usize,
    /// Inside the value of the outermost member `data`.
    in_data: bool,
    result: Option<Range<usize>>,
}

impl Parser<'_> {
    fn wrong(&self, what: &'static str) -> Wrong {
        Wrong { what, at: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.bytes[self.at..].starts_with(word.as_bytes());
        if found {
            self.at += word.len();
        }
        found
    }

    fn value(&mut self) -> Result<Value, Wrong> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(self.wrong("too many values"));
        }
        match self.peek() {
            None => Err(self.wrong("a value is missing")),
            Some(b'"') => self.string().map(Value::Str),
            Some(b'[') => self.nested(Self::list),
            Some(b'{') => self.nested(Self::dict),
            Some(b'n') if self.word("null") => Ok(Value::Null),
            Some(b't') if self.word("true") => Ok(Value::Bool(true)),
            Some(b'f') if self.word("false") => Ok(Value::Bool(false)),
            Some(b'N') if self.word("NaN") => Ok(Value::Float(f64::NAN)),
            Some(b'I') if self.word("Infinity") => Ok(Value::Float(f64::INFINITY)),
            Some(b'-') if self.word("-Infinity") => Ok(Value::Float(f64::NEG_INFINITY)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err(self.wrong("not a value")),
        }
    }

    fn nested(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<Value, Wrong>,
    ) -> Result<Value, Wrong> {
        if self.depth == MAX_DEPTH {
            return Err(self.wrong("nested too deeply"));
        }
        self.depth += 1;
        self.at += 1;
        let value = inner(self);
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Result<Value, Wrong> {
        let mut items = Vec::new();
        self.space();
        if self.word("]") {
            return Ok(Value::List(items));
        }
        loop {
            self.space();
            items.push(self.value()?);
            self.space();
            if self.word("]") {
                return Ok(Value::List(items));
            }
            if !self.word(",") {
                return Err(self.wrong("`,` or `]` is missing"));
            }
        }
    }

    fn dict(&mut self) -> Result<Value, Wrong> {
        let mut members: Vec<(Text, Value)> = Vec::new();
        let mut index: HashMap<Text, usize> = HashMap::new();
        self.space();
        if self.word("}") {
            return Ok(Value::Dict(members));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a key is missing"));
            }
            let key = self.string()?;
            self.space();
            if !self.word(":") {
                return Err(self.wrong("`:` is missing"));
            }
            self.space();
            let start = self.at;
            let in_data = self.in_data;
            self.in_data = in_data || self.depth == 1 && key == *"data";
            let value = self.value()?;
            self.in_data = in_data;
            if in_data && self.depth == 2 && key == *"result" {
                self.result = Some(start..self.at);
            }
            let before = if members.len() < HASHED {
                members.iter().position(|(name, _)| *name == key)
            } else {
                if index.is_empty() {
                    let keys = members.iter().map(|(name, _)| name.clone());
                    index = keys.zip(0..).collect();
                }
                index.get(&key).copied()
            };
            match before {
                Some(at) => members[at].1 = value,
                None => {
                    if !index.is_empty() {
                        index.insert(key.clone(), members.len());
                    }
                    members.push((key, value));
                }
            }
            self.space();
            if self.word("}") {
                return Ok(Value::Dict(members));
            }
            if !self.word(",") {
                return Err(self.wrong("`,` or `}` is missing"));
            }
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<Value, Wrong> {
        let start = self.at;
        self.word("-");
        // Behind a leading zero the number is over; what follows is then extra.
        if !self.word("0") && self.digits() == 0 {
            return Err(self.wrong("a digit is missing"));
        }
        let whole = self.at;
        if self.word(".") && self.digits() == 0 {
            self.at = whole;
        }
        let mantissa = self.at;
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            if self.digits() == 0 {
                self.at = mantissa;
            }
        }
        // Digits, signs, a point and an `e`.
        let text = std::str::from_utf8(&self.bytes[start..self.at]).unwrap_or_default();
        if self.at > whole {
            let number = text.parse().map_err(|_| Wrong { what: "not a number", at: start })?;
            return Ok(Value::Float(number));
        }
        if text.trim_start_matches('-').len() > MAX_DIGITS {
            return Err(Wrong { what: "an integer of more than 4300 digits", at: start });
        }
        Ok(Value::Int(if text == "-0" { "0".to_owned() } else { text.to_owned() }))
    }

    fn string(&mut self) -> Result<Text, Wrong> {
        self.at += 1;
        let mut text = Text::default();
        loop {
            let start = self.at;
            while self.peek().is_some_and(|byte| byte != b'"' && byte != b'\\' && byte >= 0x20) {
                self.at += 1;
            }
            // Both ends are at ASCII bytes or at the edge of the text.
            text.push_bytes(&self.bytes[start..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    let point = self.escape()?;
                    text.push(point);
                }
                Some(_) => return Err(self.wrong("a control character in a string")),
                None => return Err(self.wrong("a string without end")),
            }
        }
    }

    fn escape(&mut self) -> Result<u32, Wrong> {
        self.at += 1;
        let byte = self.peek().ok_or_else(|| self.wrong("a string without end"))?;
        self.at += 1;
        Ok(u32::from(match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let first = self.hex()?;
                // A pair of surrogates is one character; a lone one stays what it is.
                if (0xd800..0xdc00).contains(&first) && self.bytes[self.at..].starts_with(b"\\u") {
                    let back = self.at;
                    self.at += 2;
                    let second = self.hex()?;
                    if (0xdc00..0xe000).contains(&second) {
                        return Ok(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
                    }
                    self.at = back;
                }
                return Ok(first);
            }
            _ => {
                self.at -= 1;
                return Err(self.wrong("an unknown escape"));
            }
        }))
    }

    fn hex(&mut self) -> Result<u32, Wrong> {
        let digits = self.bytes.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let Some(digits) = digits else { return Err(self.wrong("four hexadecimal digits wanted")) };
        self.at += 4;
        Ok(digits
            .iter()
            .fold(0, |sum, digit| sum << 4 | char::from(*digit).to_digit(16).unwrap_or_default()))
    }
}
