//! A JSON reader with the habits of Python's: it takes `NaN`, `Infinity`, `-Infinity` and integers
//! of any size, and of a key that is there twice the last value (Halloween sheet, section 3.1).
//!
//! What it builds is the caller's to choose ([`Tree`]): values, values with their places in the
//! text, or nothing but the knowledge that the text is JSON.

use std::{collections::HashMap, fmt};

use journeyman_core::Value;

/// Deeper texts are not JSON to us: they would need more stack than a task is sure to have. Less
/// than `serde_json` takes, so that it can read whatever passes here.
const MAX_DEPTH: usize = 100;

/// Longer integers are not JSON to Python either, since 3.11.
const MAX_DIGITS: usize = 4300;

/// From how many keys on an object looks for twins with a map.
const MANY_KEYS: usize = 16;

/// What is built from a text. `at` is where it begins, in bytes.
pub(crate) trait Tree: Sized {
    fn leaf(at: usize, value: Value) -> Self;
    fn list(at: usize, items: Vec<Self>) -> Self;
    /// Keys are unique, in the order of their first occurrence; `twins` if some were there twice.
    fn map(at: usize, pairs: Vec<Pair<Self>>, twins: bool) -> Self;
}

/// One member of an object.
pub(crate) struct Pair<T> {
    pub(crate) key: String,
    /// Where the key begins, in bytes.
    pub(crate) at: usize,
    pub(crate) value: T,
}

impl Tree for Value {
    fn leaf(_at: usize, value: Value) -> Self {
        value
    }

    fn list(_at: usize, items: Vec<Self>) -> Self {
        Self::List(items)
    }

    fn map(_at: usize, pairs: Vec<Pair<Self>>, _twins: bool) -> Self {
        Self::object(pairs.into_iter().map(|pair| (pair.key, pair.value)))
    }
}

/// What a text is not JSON for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotJson {
    /// Where, in bytes.
    pub(crate) at: usize,
    pub(crate) problem: &'static str,
}

impl fmt::Display for NotJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {})", self.problem, self.at)
    }
}

/// Reads a whole text.
pub(crate) fn parse<T: Tree>(text: &str) -> Result<T, NotJson> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    reader.blanks();
    let tree = reader.value()?;
    reader.blanks();
    match reader.peek() {
        None => Ok(tree),
        Some(_) => Err(reader.wrong("something follows the end of the value")),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn wrong(&self, problem: &'static str) -> NotJson {
        NotJson { at: self.at, problem }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.text.as_bytes()[self.at..].starts_with(word.as_bytes());
        if found {
            self.at += word.len();
        }
        found
    }

    fn value<T: Tree>(&mut self) -> Result<T, NotJson> {
        let at = self.at;
        match self.peek() {
            Some(b'{') => self.nested(|reader| reader.object(at)),
            Some(b'[') => self.nested(|reader| reader.array(at)),
            Some(b'"') => self.string().map(|text| T::leaf(at, Value::String(text))),
            Some(b'-' | b'0'..=b'9') if !self.text[at..].starts_with("-I") => {
                self.number().map(|number| T::leaf(at, number))
            }
            Some(_) => {
                const WORDS: [(&str, Value); 6] = [
                    ("null", Value::Null),
                    ("true", Value::Bool(true)),
                    ("false", Value::Bool(false)),
                    ("NaN", Value::Float(f64::NAN)),
                    ("Infinity", Value::Float(f64::INFINITY)),
                    ("-Infinity", Value::Float(f64::NEG_INFINITY)),
                ];
                let found = WORDS.into_iter().find(|(word, _)| self.eat(word));
                match found {
                    Some((_, value)) => Ok(T::leaf(at, value)),
                    None => Err(self.wrong("a value was expected")),
                }
            }
            None => Err(self.wrong("the text ends where a value was expected")),
        }
    }

    fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, NotJson>,
    ) -> Result<T, NotJson> {
        if self.depth == MAX_DEPTH {
            return Err(self.wrong("more than 100 levels of nesting"));
        }
        self.depth += 1;
        self.at += 1;
        self.blanks();
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn array<T: Tree>(&mut self, at: usize) -> Result<T, NotJson> {
        let mut items = Vec::new();
        if self.eat("]") {
            return Ok(T::list(at, items));
        }
        loop {
            items.push(self.value()?);
            self.blanks();
            if self.eat("]") {
                return Ok(T::list(at, items));
            }
            if !self.eat(",") {
                return Err(self.wrong("`,` or `]` was expected"));
            }
            self.blanks();
        }
    }

    fn object<T: Tree>(&mut self, at: usize) -> Result<T, NotJson> {
        let mut pairs: Vec<Pair<T>> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut twins = false;
        if self.eat("}") {
            return Ok(T::map(at, pairs, twins));
        }
        loop {
            let key_at = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a key in double quotes was expected"));
            }
            let key = self.string()?;
            self.blanks();
            if !self.eat(":") {
                return Err(self.wrong("`:` was expected"));
            }
            self.blanks();
            let value = self.value()?;
            if pairs.len() == MANY_KEYS {
                places = pairs.iter().enumerate().map(|(i, pair)| (pair.key.clone(), i)).collect();
            }
            let twin = match pairs.len() < MANY_KEYS {
                true => pairs.iter().position(|pair| pair.key == key),
                false => places.get(&key).copied(),
            };
            match twin {
                Some(twin) => {
                    twins = true;
                    pairs[twin].value = value;
                }
                None => {
                    if pairs.len() >= MANY_KEYS {
                        places.insert(key.clone(), pairs.len());
                    }
                    pairs.push(Pair { key, at: key_at, value });
                }
            }
            self.blanks();
            if self.eat("}") {
                return Ok(T::map(at, pairs, twins));
            }
            if !self.eat(",") {
                return Err(self.wrong("`,` or `}` was expected"));
            }
            self.blanks();
        }
    }

    fn string(&mut self) -> Result<String, NotJson> {
        let open = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..=0x1f));
            let Some(plain) = plain else {
                self.at = open;
                return Err(self.wrong("a text that never ends"));
            };
            // All three are ASCII, so that the cut is between characters.
            out.push_str(&self.text[self.at..self.at + plain]);
            self.at += plain;
            match rest[plain] {
                b'"' => {
                    self.at += 1;
                    return Ok(out);
                }
                b'\\' => out.push(self.escape()?),
                _ => return Err(self.wrong("a control character in a text")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, NotJson> {
        self.at += 1;
        let c = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err(self.wrong("an unknown escape in a text")),
        };
        self.at += 1;
        Ok(c)
    }

    fn unicode(&mut self) -> Result<char, NotJson> {
        let high = self.hex()?;
        if let 0xd800..=0xdbff = high
            && self.text.as_bytes()[self.at..].starts_with(b"\\u")
        {
            let back = self.at;
            self.at += 2;
            let low = self.hex()?;
            if let 0xdc00..=0xdfff = low {
                let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = back;
        }
        // Half of a pair: Python keeps it, but it is no character that any text could be made of.
        Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Result<u32, NotJson> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let value = digits.and_then(|digits| {
            let digit = |byte: &u8| char::from(*byte).to_digit(16);
            digits.iter().try_fold(0, |value, byte| Some(value << 4 | digit(byte)?))
        });
        let value = value.ok_or_else(|| self.wrong("four hexadecimal digits were expected"))?;
        self.at += 4;
        Ok(value)
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<Value, NotJson> {
        let start = self.at;
        self.eat("-");
        if !self.eat("0") && self.digits() == 0 {
            return Err(self.wrong("a digit was expected"));
        }
        let whole = self.at;
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                self.at = whole;
            }
        }
        let fraction = self.at;
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            if self.digits() == 0 {
                self.at = fraction;
            }
        }
        let text = &self.text[start..self.at];
        if self.at > whole {
            return Ok(Value::Float(text.parse().unwrap_or(f64::NAN)));
        }
        if text.len() > MAX_DIGITS {
            return Err(self.wrong("an integer of more than 4300 digits"));
        }
        Value::integer(text).ok_or_else(|| self.wrong("a number was expected"))
    }
}

#[cfg(test)]
mod tests {
    use journeyman_core::value::BigInt;

    use super::*;

    fn read(text: &str) -> Result<Value, NotJson> {
        parse(text)
    }

    #[test]
    fn what_python_takes() {
        let big = "123456789012345678901234567890";
        for (text, value) in [
            ("null", Value::Null),
            (" true\r\n", Value::Bool(true)),
            ("-0", Value::Int(0)),
            ("-12", Value::Int(-12)),
            ("1e2", Value::Float(100.0)),
            ("-0.0", Value::Float(-0.0)),
            ("1E+400", Value::Float(f64::INFINITY)),
            ("NaN", Value::Float(f64::NAN)),
            ("-Infinity", Value::Float(f64::NEG_INFINITY)),
            ("Infinity", Value::Float(f64::INFINITY)),
            (big, Value::BigInt(BigInt::parse(big).unwrap())),
            (r#""a\u00e6\ud83c\udf83\/\b\f\"""#, Value::from("aæ🎃/\u{8}\u{c}\"")),
            (r#""\ud83c""#, Value::from("\u{fffd}")),
            (r#""\ud83c\u0041""#, Value::from("\u{fffd}A")),
            ("\"\u{7f}æ\"", Value::from("\u{7f}æ")),
            ("[]", Value::List(vec![])),
            ("[1 , [ ] ]", Value::List(vec![1.into(), Value::List(vec![])])),
            (r#"{"b":1,"a":2,"b":3}"#, Value::object([("b", 3), ("a", 2)])),
        ] {
            assert_eq!(read(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_python_refuses() {
        for text in [
            "",
            " ",
            "nul",
            "tru",
            "01",
            "1.",
            ".5",
            "+1",
            "-",
            "--1",
            "1e",
            "1e+",
            "0x1",
            "-NaN",
            "[1,]",
            "[1",
            "[1 2]",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1,}",
            "{a:1}",
            "{'a':1}",
            "\"",
            "\"a",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u12g4\"",
            "\"a\nb\"",
            "1 2",
            "{} x",
            "\u{feff}1",
            "\u{a0}1",
            "\"\\u+123\"",
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
        assert_eq!(read("[1 2]").unwrap_err().at, 3);
    }

    #[test]
    fn many_keys_are_unique_too() {
        let members: Vec<_> = (0..100).map(|i| format!("\"k{}\":{i}", i % 40)).collect();
        let value = read(&format!("{{{}}}", members.join(","))).unwrap();
        let Value::Map(pairs) = &value else { panic!("{value}") };
        assert_eq!(pairs.len(), 40);
        assert_eq!(value.get("k0"), Some(&Value::Int(80)));
        assert_eq!(value.get("k39"), Some(&Value::Int(79)));
    }

    #[test]
    fn depth_and_size_have_limits() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(100)).is_ok());
        assert!(read(&nested(101)).is_err());
        assert!(read(&"[".repeat(1_000_000)).is_err());
        assert!(read(&"9".repeat(4300)).is_ok());
        assert!(read(&"9".repeat(4301)).is_err());
    }
}
