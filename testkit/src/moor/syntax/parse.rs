//! Reading MOO syntax.

use super::super::value::{ErrorCode, ErrorValue, Flyweight, Obj, Value, packed_from_text};
use super::print::is_error_name;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::time::Duration;

/// How deep a value may nest in a text.
const MAX_DEPTH: usize = 200;

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    column: usize,
    expected: String,
    found: Option<char>,
}

impl SyntaxError {
    /// Number of the character that is wrong, from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: expected {}, found ", self.column, self.expected)?;
        match self.found {
            Some(found) => write!(f, "`{found}`"),
            None => f.write_str("the end"),
        }
    }
}

impl std::error::Error for SyntaxError {}

/// A call of `worker_request`.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Which workers can take it; compared without case.
    pub worker_type: String,
    /// The argument list.
    pub arguments: Vec<Value>,
    /// The option `timeout_seconds`, in whole milliseconds; the fraction is cut off. As on the
    /// real daemon, only a float counts and zero is none (mooR sheet, section 9.1).
    pub timeout: Option<Duration>,
}

/// Reads `worker_request("type", {arguments…}, ["timeout_seconds" -> 5.0])`, the options being
/// optional. A `;` before or after it is passed over.
///
/// # Errors
///
/// If the text is something else.
pub fn parse_call(text: &str) -> Result<Call, SyntaxError> {
    let mut parser = Parser::new(text);
    parser.skip();
    parser.eat(';');
    parser.skip();
    let start = parser.at;
    if parser.name() != "worker_request" {
        return Err(parser.error_at(start, "`worker_request(`"));
    }
    parser.expect('(', "`(`")?;
    parser.skip();
    let start = parser.at;
    let worker_type = match parser.value(0)? {
        Value::Str(text) | Value::Sym(text) => text,
        _ => return Err(parser.error_at(start, "a worker type: a string or a symbol")),
    };
    parser.expect(',', "`,` and the list of arguments")?;
    parser.skip();
    let start = parser.at;
    let Value::List(arguments) = parser.value(0)? else {
        return Err(parser.error_at(start, "a list of arguments, such as `{1, \"a\"}`"));
    };
    let mut timeout = None;
    parser.skip();
    if parser.eat(',') {
        parser.skip();
        let start = parser.at;
        let options = parser.value(0)?;
        timeout = option(&options).map_err(|expected| parser.error_at(start, expected))?;
    }
    parser.expect(')', "`,` or `)`")?;
    parser.skip();
    parser.eat(';');
    parser.end()?;
    Ok(Call { worker_type, arguments, timeout })
}

/// Reads one value.
///
/// # Errors
///
/// If the text is something else.
pub fn parse_value(text: &str) -> Result<Value, SyntaxError> {
    let mut parser = Parser::new(text);
    let value = parser.value(0)?;
    parser.end()?;
    Ok(value)
}

/// The timeout among the options: a map, or a list of pairs.
fn option(options: &Value) -> Result<Option<Duration>, &'static str> {
    const EXPECTED: &str = "options: a map, or a list of `{key, value}` pairs";
    let pairs: Vec<(&Value, &Value)> = match options {
        Value::Map(map) => map.pairs().iter().map(|(key, value)| (key, value)).collect(),
        Value::List(items) => {
            let pair = |item: &'_ Value| matches!(item, Value::List(pair) if pair.len() == 2);
            if !items.iter().all(pair) {
                return Err(EXPECTED);
            }
            let pairs = items.iter().filter_map(|item| match item {
                Value::List(pair) => Some((pair.first()?, pair.last()?)),
                _ => None,
            });
            pairs.collect()
        }
        _ => return Err(EXPECTED),
    };
    let mut timeout = None;
    for (key, value) in pairs {
        let (Value::Str(name) | Value::Sym(name)) = key else { continue };
        if let (true, Value::Float(seconds)) = (name.eq_ignore_ascii_case("timeout_seconds"), value)
        {
            let milliseconds = seconds * 1000.0;
            if !(0.0..1e15).contains(&milliseconds) {
                return Err("a timeout of zero or more seconds");
            }
            // In range: it was just looked at.
            timeout = Some(milliseconds as u64).filter(|milliseconds| *milliseconds > 0);
        }
    }
    Ok(timeout.map(Duration::from_millis))
}

/// Whether a text is a name: letters, digits and `_`, no digit first.
pub(super) fn is_name(text: &str) -> bool {
    let inside = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.chars().all(inside) && text.chars().next().is_some_and(|first| !first.is_numeric())
}

struct Parser {
    text: Vec<char>,
    at: usize,
}

type Read<T> = Result<T, SyntaxError>;

impl Parser {
    fn new(text: &str) -> Self {
        Self { text: text.chars().collect(), at: 0 }
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn error_at(&self, at: usize, expected: impl Into<String>) -> SyntaxError {
        let found = self.text.get(at).copied();
        SyntaxError { column: at + 1, expected: expected.into(), found }
    }

    fn error(&self, expected: impl Into<String>) -> SyntaxError {
        self.error_at(self.at, expected)
    }

    fn skip(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn eat(&mut self, wanted: char) -> bool {
        let here = self.peek() == Some(wanted);
        self.at += usize::from(here);
        here
    }

    fn expect(&mut self, wanted: char, expected: &str) -> Read<()> {
        self.skip();
        if self.eat(wanted) { Ok(()) } else { Err(self.error(expected)) }
    }

    fn end(&mut self) -> Read<()> {
        self.skip();
        if self.peek().is_none() { Ok(()) } else { Err(self.error("the end")) }
    }

    /// Takes characters as long as they are accepted.
    fn while_some(&mut self, accept: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.peek().is_some_and(&accept) {
            self.at += 1;
        }
        self.text[start..self.at].iter().collect()
    }

    fn name(&mut self) -> String {
        self.while_some(|letter| letter.is_alphanumeric() || letter == '_')
    }

    /// A name, or any text in quotes.
    fn name_or_quoted(&mut self, expected: &str) -> Read<String> {
        if self.peek() == Some('"') {
            return self.string();
        }
        let start = self.at;
        let name = self.name();
        if is_name(&name) { Ok(name) } else { Err(self.error_at(start, expected)) }
    }

    fn value(&mut self, depth: usize) -> Read<Value> {
        const EXPECTED: &str = "a value";
        self.skip();
        if depth > MAX_DEPTH {
            return Err(self.error(format!("at most {MAX_DEPTH} levels")));
        }
        let start = self.at;
        match self.peek() {
            Some('"') => self.string().map(Value::Str),
            Some('\'') => {
                self.at += 1;
                self.name_or_quoted("the name of a symbol").map(Value::Sym)
            }
            Some('#') => self.object().map(Value::Obj),
            Some('*') => self.anonymous().map(Value::Obj),
            Some('{') => {
                self.at += 1;
                self.items('}', "`,` or `}`", |parser| parser.value(depth + 1)).map(Value::List)
            }
            Some('[') => {
                self.at += 1;
                let pairs = self.items(']', "`,` or `]`", |parser| {
                    let key = parser.value(depth + 1)?;
                    parser.arrow()?;
                    Ok((key, parser.value(depth + 1)?))
                })?;
                Ok(Value::map(pairs))
            }
            Some('<') => self.flyweight(depth).map(|fly| Value::Flyweight(Box::new(fly))),
            Some('-' | '0'..='9') => self.number(),
            Some('b') if self.text.get(self.at + 1) == Some(&'"') => self.binary(),
            Some(letter) if letter.is_alphabetic() || letter == '_' => {
                let name = self.name();
                match name.as_str() {
                    "true" => Ok(Value::Bool(true)),
                    "false" => Ok(Value::Bool(false)),
                    "None" => Ok(Value::None),
                    "NaN" => Ok(Value::Float(f64::NAN)),
                    "inf" => Ok(Value::Float(f64::INFINITY)),
                    "error" => self.odd_error(depth),
                    _ if is_error_name(&name) => self.named_error(&name, depth),
                    _ => Err(self.error_at(start, EXPECTED)),
                }
            }
            _ => Err(self.error(EXPECTED)),
        }
    }

    /// What is between an opening bracket, which is behind us, and a closing one.
    fn items<T>(
        &mut self,
        close: char,
        expected: &str,
        mut item: impl FnMut(&mut Self) -> Read<T>,
    ) -> Read<Vec<T>> {
        let mut items = Vec::new();
        self.skip();
        if self.eat(close) {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            self.skip();
            if self.eat(close) {
                return Ok(items);
            }
            self.expect(',', expected)?;
        }
    }

    fn arrow(&mut self) -> Read<()> {
        self.skip();
        let start = self.at;
        if self.eat('-') && self.eat('>') { Ok(()) } else { Err(self.error_at(start, "`->`")) }
    }

    fn string(&mut self) -> Read<String> {
        self.expect('"', "`\"`")?;
        let mut text = String::new();
        loop {
            let letter = self.peek().ok_or_else(|| self.error("`\"`"))?;
            self.at += 1;
            match letter {
                '"' => return Ok(text),
                '\\' => {
                    let escaped = self.peek().ok_or_else(|| self.error("an escaped character"))?;
                    self.at += 1;
                    text.push(match escaped {
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        'u' => self.code_point()?,
                        other => other,
                    });
                }
                letter => text.push(letter),
            }
        }
    }

    fn code_point(&mut self) -> Read<char> {
        let start = self.at;
        let digits: String = self.text.iter().skip(start).take(4).collect();
        let hexadecimal = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let letter = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
        self.at += 4;
        letter
            .filter(|_| hexadecimal)
            .ok_or_else(|| self.error_at(start, "four hexadecimal digits of a character"))
    }

    fn number(&mut self) -> Read<Value> {
        let start = self.at;
        let digit = |letter: char| letter.is_ascii_digit();
        let negative = self.eat('-');
        if negative && self.peek().is_some_and(char::is_alphabetic) {
            return match self.name().as_str() {
                "inf" => Ok(Value::Float(f64::NEG_INFINITY)),
                "NaN" => Ok(Value::Float(f64::NAN)),
                _ => Err(self.error_at(start + 1, "a number")),
            };
        }
        if self.while_some(digit).is_empty() {
            return Err(self.error("a digit"));
        }
        let mut float = false;
        if self.eat('.') {
            float = true;
            if self.while_some(digit).is_empty() {
                return Err(self.error("a digit"));
            }
        }
        if self.peek().is_some_and(|letter| letter.eq_ignore_ascii_case(&'e')) {
            float = true;
            self.at += 1;
            if !self.eat('-') {
                self.eat('+');
            }
            if self.while_some(digit).is_empty() {
                return Err(self.error("a digit"));
            }
        }
        let text: String = self.text[start..self.at].iter().collect();
        if float {
            let value = text.parse().map_err(|_| self.error_at(start, "a float"))?;
            return Ok(Value::Float(value));
        }
        let value = text.parse().map_err(|_| {
            self.error_at(start, format!("an integer from {} to {}", i64::MIN, i64::MAX))
        })?;
        Ok(Value::Int(value))
    }

    fn object(&mut self) -> Read<Obj> {
        const EXPECTED: &str = "an object: `#` and a number, or `#048D05-1234567890`";
        let start = self.at;
        self.at += 1;
        let text = self.while_some(|letter| letter.is_ascii_hexdigit() || letter == '-');
        if let Some(packed) = packed_from_text(&text) {
            return Ok(Obj::Uuid(packed));
        }
        text.parse().map(Obj::Id).map_err(|_| self.error_at(start, EXPECTED))
    }

    fn anonymous(&mut self) -> Read<Obj> {
        const EXPECTED: &str = "an anonymous object: `*anonymous 048D05-1234567890*`";
        let start = self.at;
        self.at += 1;
        let word = self.name();
        self.skip();
        let text = self.while_some(|letter| letter.is_ascii_hexdigit() || letter == '-');
        match packed_from_text(&text) {
            Some(packed) if word == "anonymous" && self.eat('*') => Ok(Obj::Anonymous(packed)),
            _ => Err(self.error_at(start, EXPECTED)),
        }
    }

    fn binary(&mut self) -> Read<Value> {
        self.at += 1;
        let start = self.at;
        let text = self.string()?;
        // Both alphabets, with or without padding.
        let text = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
        let padding = "=".repeat((4 - text.len() % 4) % 4);
        let bytes = STANDARD.decode(text + &padding);
        bytes.map(Value::Binary).map_err(|_| self.error_at(start, "bytes in base64"))
    }

    /// What follows the name of an error: nothing, or message and value in parentheses.
    fn named_error(&mut self, name: &str, depth: usize) -> Read<Value> {
        let Ok(code) = name.parse();
        let (message, value) = match self.eat('(') {
            true => self.error_details(depth)?,
            false => (None, None),
        };
        Ok(Value::Err(Box::new(ErrorValue { code, message, value })))
    }

    /// `("name")` or `("name", message, value)`.
    fn odd_error(&mut self, depth: usize) -> Read<Value> {
        self.expect('(', "`(`")?;
        self.skip();
        let code = ErrorCode::Custom(self.string()?);
        self.skip();
        let (message, value) = match self.eat(',') {
            true => self.error_details(depth)?,
            false => {
                self.expect(')', "`,` or `)`")?;
                (None, None)
            }
        };
        Ok(Value::Err(Box::new(ErrorValue { code, message, value })))
    }

    fn error_details(&mut self, depth: usize) -> Read<(Option<String>, Option<Value>)> {
        self.skip();
        let start = self.at;
        let message = match self.value(depth + 1)? {
            Value::Str(text) => Some(text),
            Value::None => None,
            _ => return Err(self.error_at(start, "a message: a string, or `None`")),
        };
        self.skip();
        let value = if self.eat(',') { Some(self.value(depth + 1)?) } else { None };
        self.expect(')', "`,` or `)`")?;
        Ok((message, value))
    }

    /// `<#1, .slot = 1, {contents}>`; the older form of the slots, `[slot -> 1]`, too.
    fn flyweight(&mut self, depth: usize) -> Read<Flyweight> {
        self.at += 1;
        self.skip();
        let delegate = match self.peek() {
            Some('#') => self.object()?,
            Some('*') => self.anonymous()?,
            _ => return Err(self.error("the delegate, an object")),
        };
        let mut fly = Flyweight { delegate, slots: Vec::new(), contents: Vec::new() };
        loop {
            self.skip();
            if self.eat('>') {
                return Ok(fly);
            }
            self.expect(',', "`,` or `>`")?;
            self.skip();
            match self.peek() {
                Some('.') => {
                    self.at += 1;
                    let name = self.name_or_quoted("the name of a slot")?;
                    self.expect('=', "`=`")?;
                    fly.slots.push((name, self.value(depth + 1)?));
                }
                Some('[') => {
                    self.at += 1;
                    let mut slots = self.items(']', "`,` or `]`", |parser| {
                        parser.skip();
                        let name = parser.name_or_quoted("the name of a slot")?;
                        parser.arrow()?;
                        Ok((name, parser.value(depth + 1)?))
                    })?;
                    // A map, where that was the syntax.
                    slots.sort_by(|(left, _), (right, _)| left.cmp(right));
                    fly.slots.extend(slots);
                }
                Some('{') => {
                    let Value::List(contents) = self.value(depth + 1)? else {
                        return Err(self.error("a list"));
                    };
                    fly.contents = contents;
                    self.expect('>', "`>`")?;
                    return Ok(fly);
                }
                _ => return Err(self.error("`.slot = value`, or a list of contents")),
            }
        }
    }
}
