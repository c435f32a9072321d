//! From JSON text to values.

use std::collections::HashMap;

use journeyman_core::Value;

use super::{MAX_TREE, NotJson, scan::Scanner};

/// From how many keys on an object looks for twins with a map.
const MANY_KEYS: usize = 16;

/// Reads a whole text.
pub(crate) fn parse(text: &str) -> Result<Value, NotJson> {
    let mut reader = Reader { scanner: Scanner::new(text), depth: 0 };
    reader.scanner.blanks();
    let value = reader.value()?;
    reader.scanner.end()?;
    Ok(value)
}

/// Reads a text in quotes, with nothing around it.
pub(crate) fn text(quoted: &str) -> Result<String, NotJson> {
    let mut scanner = Scanner::new(quoted);
    if scanner.peek() != Some(b'"') {
        return Err(scanner.wrong("a text was expected"));
    }
    scanner.scalar()?;
    let end = scanner.at;
    scanner.end()?;
    Ok(unescape(&quoted[1..end - 1]))
}

struct Reader<'a> {
    scanner: Scanner<'a>,
    depth: usize,
}

impl Reader<'_> {
    fn value(&mut self) -> Result<Value, NotJson> {
        match self.scanner.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::list),
            _ => self.scalar(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, NotJson>) -> Result<Value, NotJson> {
        if self.depth == MAX_TREE {
            return Err(self.scanner.wrong("more than 128 levels of nesting"));
        }
        self.depth += 1;
        self.scanner.at += 1;
        self.scanner.blanks();
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn list(&mut self) -> Result<Value, NotJson> {
        let mut items = Vec::new();
        if self.scanner.eat(b']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value()?);
            self.scanner.blanks();
            if self.scanner.eat(b']') {
                return Ok(Value::List(items));
            }
            if !self.scanner.eat(b',') {
                return Err(self.scanner.wrong("`,` or `]` was expected"));
            }
            self.scanner.blanks();
        }
    }

    fn object(&mut self) -> Result<Value, NotJson> {
        let mut pairs: Vec<(String, Value)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        while !self.scanner.eat(b'}') {
            if !pairs.is_empty() || !places.is_empty() {
                if !self.scanner.eat(b',') {
                    return Err(self.scanner.wrong("`,` or `}` was expected"));
                }
                self.scanner.blanks();
            }
            let start = self.scanner.at;
            self.scanner.key()?;
            let key = key(&self.scanner.text[start..self.scanner.at]);
            self.scanner.blanks();
            let value = self.value()?;
            self.scanner.blanks();
            if pairs.len() == MANY_KEYS && places.is_empty() {
                places = pairs.iter().enumerate().map(|(i, (key, _))| (key.clone(), i)).collect();
            }
            let twin = match pairs.len() < MANY_KEYS {
                true => pairs.iter().position(|(other, _)| *other == key),
                false => places.get(&key).copied(),
            };
            match twin {
                Some(twin) => pairs[twin].1 = value,
                None => {
                    if pairs.len() >= MANY_KEYS {
                        places.insert(key.clone(), pairs.len());
                    }
                    pairs.push((key, value));
                }
            }
        }
        Ok(Value::object(pairs))
    }

    fn scalar(&mut self) -> Result<Value, NotJson> {
        let start = self.scanner.at;
        self.scanner.scalar()?;
        let text = &self.scanner.text[start..self.scanner.at];
        Ok(match text {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "NaN" => Value::Float(f64::NAN),
            "Infinity" => Value::Float(f64::INFINITY),
            "-Infinity" => Value::Float(f64::NEG_INFINITY),
            _ if text.starts_with('"') => Value::String(unescape(&text[1..text.len() - 1])),
            _ if text.contains(['.', 'e', 'E']) => Value::Float(text.parse().unwrap_or(f64::NAN)),
            _ => Value::integer(text).unwrap_or_default(),
        })
    }
}

/// The key of a text such as `"key" :`.
fn key(text: &str) -> String {
    let quoted = text.trim_end_matches([':', ' ', '\t', '\n', '\r']);
    unescape(&quoted[1..quoted.len() - 1])
}

/// The content of a text that was checked.
fn unescape(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (c, length) = escape(&rest[at..]);
        out.push(c);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    out
}

/// One escape: its character, and how long it is.
fn escape(text: &str) -> (char, usize) {
    let c = match text.as_bytes()[1] {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(text),
        other => char::from(other),
    };
    (c, 2)
}

fn unicode(text: &str) -> (char, usize) {
    let unit = |at: usize| text.get(at..at + 4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let high = unit(2).unwrap_or(0xfffd);
    if let 0xd800..=0xdbff = high
        && text.get(6..8) == Some("\\u")
        && let Some(low @ 0xdc00..=0xdfff) = unit(8)
    {
        let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        return (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12);
    }
    // Half of a pair: Python keeps it, but no text of Rust's can hold it.
    (char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), 6)
}
