//! Walks over JSON text without building anything from it. It needs no stack of its own, and no
//! memory beyond one bit of bookkeeping per level of nesting.

use super::{MAX_DEPTH, MAX_DIGITS, NotJson};

/// What a value is, by its first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    String,
    List,
    Object,
}

impl Kind {
    /// The name of its type in Python.
    pub(crate) fn python(self, text: &str) -> &'static str {
        match self {
            Self::Null => "NoneType",
            Self::Bool => "bool",
            Self::Number if text.contains(['.', 'e', 'E', 'N', 'I']) => "float",
            Self::Number => "int",
            Self::String => "str",
            Self::List => "list",
            Self::Object => "dict",
        }
    }
}

/// The kind of a value that was checked.
pub(crate) fn kind(text: &str) -> Kind {
    match text.as_bytes().first() {
        Some(b'{') => Kind::Object,
        Some(b'[') => Kind::List,
        Some(b'"') => Kind::String,
        Some(b't' | b'f') => Kind::Bool,
        Some(b'n') | None => Kind::Null,
        Some(_) => Kind::Number,
    }
}

/// Checks a whole text.
pub(crate) fn check(text: &str) -> Result<(), NotJson> {
    let mut scanner = Scanner::new(text);
    scanner.blanks();
    scanner.value()?;
    scanner.end()
}

/// Checks a whole text that has to be an object, and finds the members of these names: each its
/// text, or nothing. Of twins, the last counts.
pub(crate) fn object<'a, const N: usize>(
    text: &'a str,
    names: [&str; N],
) -> Result<[Option<&'a str>; N], NotJson> {
    let mut found = [None; N];
    let mut scanner = Scanner::new(text);
    scanner.blanks();
    if !scanner.eat(b'{') {
        return Err(scanner.wrong("an object was expected"));
    }
    scanner.blanks();
    if !scanner.eat(b'}') {
        loop {
            let key = scanner.key()?;
            scanner.blanks();
            let start = scanner.at;
            scanner.value()?;
            let slot = names.iter().position(|name| key.is(name));
            if let Some(slot) = slot {
                found[slot] = Some(&text[start..scanner.at]);
            }
            scanner.blanks();
            if scanner.eat(b'}') {
                break;
            }
            if !scanner.eat(b',') {
                return Err(scanner.wrong("`,` or `}` was expected"));
            }
            scanner.blanks();
        }
    }
    scanner.end()?;
    Ok(found)
}

/// The first items of a list that was checked, at most `limit`.
pub(crate) fn list_start(text: &str, limit: usize) -> Result<Vec<&str>, NotJson> {
    let mut items = Vec::new();
    let mut scanner = Scanner::new(text);
    scanner.at += 1;
    scanner.blanks();
    if scanner.eat(b']') {
        return Ok(items);
    }
    while items.len() < limit {
        let start = scanner.at;
        scanner.value()?;
        items.push(&text[start..scanner.at]);
        scanner.blanks();
        if !scanner.eat(b',') {
            break;
        }
        scanner.blanks();
    }
    Ok(items)
}

/// A key as it is written.
pub(super) struct Key<'a>(&'a str);

impl Key<'_> {
    fn is(&self, name: &str) -> bool {
        let inner = &self.0[1..self.0.len() - 1];
        match inner.contains('\\') {
            false => inner == name,
            true => super::text(self.0).is_ok_and(|key| key == name),
        }
    }
}

pub(super) struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn wrong(&self, problem: &'static str) -> NotJson {
        NotJson { at: self.at, problem }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(super) fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Nothing may follow but blanks.
    pub(super) fn end(&mut self) -> Result<(), NotJson> {
        self.blanks();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.wrong("something follows the end of the value")),
        }
    }

    /// A key and its colon.
    pub(super) fn key(&mut self) -> Result<Key<'a>, NotJson> {
        if self.peek() != Some(b'"') {
            return Err(self.wrong("a key in double quotes was expected"));
        }
        let start = self.at;
        self.string()?;
        let key = Key(&self.text[start..self.at]);
        self.blanks();
        match self.eat(b':') {
            true => Ok(key),
            false => Err(self.wrong("`:` was expected")),
        }
    }

    /// One value, from its first character to behind its last.
    pub(super) fn value(&mut self) -> Result<(), NotJson> {
        // Whether each level is an object.
        let mut open: Vec<bool> = Vec::new();
        'value: loop {
            let object = match self.peek() {
                Some(b'{') => Some(true),
                Some(b'[') => Some(false),
                _ => None,
            };
            match object {
                Some(object) => {
                    if open.len() == MAX_DEPTH {
                        return Err(self.wrong("more than 1000 levels of nesting"));
                    }
                    self.at += 1;
                    self.blanks();
                    if !self.eat(close(object)) {
                        open.push(object);
                        if object {
                            self.key()?;
                            self.blanks();
                        }
                        continue 'value;
                    }
                }
                None => self.scalar()?,
            }
            loop {
                let Some(&object) = open.last() else { return Ok(()) };
                self.blanks();
                if self.eat(b',') {
                    self.blanks();
                    if object {
                        self.key()?;
                        self.blanks();
                    }
                    continue 'value;
                }
                if !self.eat(close(object)) {
                    return Err(self.wrong(match object {
                        true => "`,` or `}` was expected",
                        false => "`,` or `]` was expected",
                    }));
                }
                open.pop();
            }
        }
    }

    /// A value that holds no others.
    pub(super) fn scalar(&mut self) -> Result<(), NotJson> {
        const WORDS: [&str; 6] = ["null", "true", "false", "NaN", "Infinity", "-Infinity"];
        let rest = &self.text.as_bytes()[self.at..];
        match rest.first() {
            Some(b'"') => self.string(),
            Some(b'0'..=b'9') => self.number(),
            Some(b'-') if rest.get(1) != Some(&b'I') => self.number(),
            Some(_) => match WORDS.iter().find(|word| rest.starts_with(word.as_bytes())) {
                Some(word) => {
                    self.at += word.len();
                    Ok(())
                }
                None => Err(self.wrong("a value was expected")),
            },
            None => Err(self.wrong("the text ends where a value was expected")),
        }
    }

    /// A text in quotes.
    fn string(&mut self) -> Result<(), NotJson> {
        let open = self.at;
        self.at += 1;
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let special = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..=0x1f));
            let Some(special) = special else {
                self.at = open;
                return Err(self.wrong("a text that never ends"));
            };
            self.at += special;
            match rest[special] {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.escape()?,
                _ => return Err(self.wrong("a control character in a text")),
            }
        }
    }

    fn escape(&mut self) -> Result<(), NotJson> {
        let rest = &self.text.as_bytes()[self.at + 1..];
        match rest.first() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let digits = rest.get(1..5).unwrap_or_default();
                if digits.len() != 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(self.wrong("four hexadecimal digits were expected"));
                }
                self.at += 6;
            }
            _ => return Err(self.wrong("an unknown escape in a text")),
        }
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<(), NotJson> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') && self.digits() == 0 {
            return Err(self.wrong("a digit was expected"));
        }
        let whole = self.at;
        if self.eat(b'.') && self.digits() == 0 {
            self.at = whole;
        }
        let fraction = self.at;
        if self.eat(b'e') || self.eat(b'E') {
            let _ = self.eat(b'+') || self.eat(b'-');
            if self.digits() == 0 {
                self.at = fraction;
            }
        }
        match self.at == whole && whole - start > MAX_DIGITS {
            true => Err(self.wrong("an integer of more than 4300 digits")),
            false => Ok(()),
        }
    }
}

fn close(object: bool) -> u8 {
    if object { b'}' } else { b']' }
}
