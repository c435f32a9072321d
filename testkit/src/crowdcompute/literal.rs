//! Python literals, which today's foreman tries where a result is no JSON (CrowdCompute sheet,
//! section 14.3). Only dictionaries change anything there, so only what can be inside of one
//! that JSON can carry is understood; everything else counts as no literal, which for the foreman
//! comes to the same: the text stays as it is.

use super::json::{self, Text, Value};

/// Python's parser gives up at about this depth as well.
const MAX_DEPTH: usize = 90;

/// The value of a literal that is a dictionary and can be written as JSON, keys turned into
/// strings as `json.dumps` does it.
pub(crate) fn dictionary(text: &Text) -> Option<Value> {
    let text = text.as_str()?.trim_start_matches([' ', '\t']);
    if !text.starts_with(['{', '(']) {
        return None;
    }
    let chars: Vec<char> = text.chars().collect();
    let mut reader = Reader { chars: &chars, at: 0, depth: 0, inside: 0 };
    let value = reader.value()?;
    reader.space();
    // The newlines at the end of a text are no part of its expression.
    while reader.peek().is_some_and(|char| matches!(char, '\n' | '\r')) {
        reader.at += 1;
        reader.space();
    }
    (reader.at == chars.len() && matches!(value, Value::Dict(_))).then_some(value)
}

struct Reader<'a> {
    chars: &'a [char],
    at: usize,
    depth: usize,
    /// Brackets around: inside of them newlines are space.
    inside: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next_is(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn space(&mut self) {
        while let Some(char) = self.peek() {
            match char {
                ' ' | '\t' | '\x0c' => self.at += 1,
                '\n' | '\r' if self.inside > 0 => self.at += 1,
                '#' => {
                    while self.peek().is_some_and(|char| char != '\n' && char != '\r') {
                        self.at += 1;
                    }
                }
                _ => return,
            }
        }
    }

    fn value(&mut self) -> Option<Value> {
        self.space();
        if self.depth == MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let value = match self.peek()? {
            '{' => self.dict(),
            '[' => self.sequence(']', false),
            '(' => self.sequence(')', true),
            '\'' | '"' => self.strings(),
            'r' | 'R' | 'u' | 'U' if matches!(self.chars.get(self.at + 1), Some('\'' | '"')) => {
                self.strings()
            }
            '0'..='9' | '.' => self.number(),
            '-' => {
                self.at += 1;
                self.space();
                if !matches!(self.peek()?, '0'..='9' | '.') {
                    return None;
                }
                Some(match self.number()? {
                    Value::Int(digits) if digits != "0" => Value::Int(format!("-{digits}")),
                    Value::Float(number) => Value::Float(-number),
                    other => other,
                })
            }
            '+' => {
                self.at += 1;
                self.space();
                if matches!(self.peek()?, '0'..='9' | '.') { self.number() } else { None }
            }
            _ => self.name(),
        };
        self.depth -= 1;
        value
    }

    fn name(&mut self) -> Option<Value> {
        let start = self.at;
        while self.peek().is_some_and(|char| char.is_alphanumeric() || char == '_') {
            self.at += 1;
        }
        let name: String = self.chars[start..self.at].iter().collect();
        match name.as_str() {
            "None" => Some(Value::Null),
            "True" => Some(Value::Bool(true)),
            "False" => Some(Value::Bool(false)),
            _ => None,
        }
    }

    /// A list, a tuple, or a value in parentheses.
    fn sequence(&mut self, end: char, tuple: bool) -> Option<Value> {
        self.at += 1;
        self.inside += 1;
        let mut items = Vec::new();
        let mut comma = false;
        loop {
            self.space();
            if self.next_is(end) {
                break;
            }
            if !items.is_empty() && !comma {
                return None;
            }
            items.push(self.value()?);
            self.space();
            comma = self.next_is(',');
        }
        self.inside -= 1;
        if tuple && items.len() == 1 && !comma {
            return items.pop();
        }
        Some(Value::List(items))
    }

    fn dict(&mut self) -> Option<Value> {
        self.at += 1;
        self.inside += 1;
        let mut members: Vec<(Text, Value)> = Vec::new();
        let mut comma = true;
        loop {
            self.space();
            if self.next_is('}') {
                break;
            }
            if !comma {
                return None;
            }
            let key = key(self.value()?)?;
            self.space();
            if !self.next_is(':') {
                return None;
            }
            let value = self.value()?;
            match members.iter_mut().find(|(name, _)| *name == key) {
                Some((_, before)) => *before = value,
                None => members.push((key, value)),
            }
            self.space();
            comma = self.next_is(',');
        }
        self.inside -= 1;
        Some(Value::Dict(members))
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        let radix = match (self.peek(), self.chars.get(self.at + 1)) {
            (Some('0'), Some('x' | 'X')) => Some(16),
            (Some('0'), Some('o' | 'O')) => Some(8),
            (Some('0'), Some('b' | 'B')) => Some(2),
            _ => None,
        };
        while self.peek().is_some_and(|char| {
            char.is_ascii_alphanumeric()
                || char == '_'
                || char == '.'
                || radix.is_none()
                    && matches!(char, '+' | '-')
                    && matches!(self.chars[self.at - 1], 'e' | 'E')
        }) {
            self.at += 1;
        }
        let text: String = self.chars[start..self.at].iter().collect();
        // An underscore stands between two digits, or behind the letter of the base.
        let bare = text.replace('_', "");
        if text.ends_with('_') || text.contains("__") {
            return None;
        }
        if let Some(radix) = radix {
            // Larger ones would need big arithmetic, and nobody writes results so.
            return i128::from_str_radix(&bare[2..], radix)
                .ok()
                .map(|int| Value::Int(int.to_string()));
        }
        if bare.bytes().all(|byte| byte.is_ascii_digit()) {
            let zero = bare.bytes().all(|byte| byte == b'0');
            return match (zero, bare.starts_with('0')) {
                (true, _) => Some(Value::Int("0".to_owned())),
                (false, true) => None,
                (false, false) => (bare.len() <= 4300).then_some(Value::Int(bare)),
            };
        }
        let float =
            bare.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
        if float { bare.parse().ok().map(Value::Float) } else { None }
    }

    /// One or more string literals, which Python joins.
    fn strings(&mut self) -> Option<Value> {
        let mut text = Text::default();
        let mut any = false;
        loop {
            let back = self.at;
            let raw = match self.peek() {
                Some('r' | 'R') => Some(true),
                Some('u' | 'U') => Some(false),
                _ => None,
            };
            self.at += usize::from(raw.is_some());
            if !matches!(self.peek(), Some('\'' | '"')) {
                self.at = back;
                return any.then_some(Value::Str(text));
            }
            self.string(raw == Some(true), &mut text)?;
            any = true;
            self.space();
        }
    }

    fn string(&mut self, raw: bool, out: &mut Text) -> Option<()> {
        let quote = self.peek()?;
        let triple = self.chars[self.at..].starts_with(&[quote; 3]);
        self.at += if triple { 3 } else { 1 };
        loop {
            let char = self.peek()?;
            if char == quote && (!triple || self.chars[self.at..].starts_with(&[quote; 3])) {
                self.at += if triple { 3 } else { 1 };
                return Some(());
            }
            self.at += 1;
            match char {
                '\n' | '\r' if !triple => return None,
                '\\' if raw => {
                    out.push_str("\\");
                    let next = self.peek()?;
                    self.at += 1;
                    out.push(u32::from(next));
                }
                '\\' => self.escape(out)?,
                _ => out.push(u32::from(char)),
            }
        }
    }

    fn escape(&mut self, out: &mut Text) -> Option<()> {
        let char = self.peek()?;
        self.at += 1;
        let point = match char {
            '\n' => return Some(()),
            '\\' | '\'' | '"' => u32::from(char),
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'v' => 11,
            'x' => self.hex(2)?,
            'u' => self.hex(4)?,
            'U' => self.hex(8)?,
            '0'..='7' => {
                let mut point = char.to_digit(8)?;
                for _ in 0..2 {
                    let Some(digit) = self.peek().and_then(|char| char.to_digit(8)) else { break };
                    point = point * 8 + digit;
                    self.at += 1;
                }
                point
            }
            // A name of a character would take the tables of Unicode.
            'N' => return None,
            other => {
                out.push_str("\\");
                u32::from(other)
            }
        };
        if point > 0x10ffff {
            return None;
        }
        out.push(point);
        Some(())
    }

    fn hex(&mut self, digits: usize) -> Option<u32> {
        let mut point: u32 = 0;
        for _ in 0..digits {
            point = point.checked_mul(16)?.checked_add(self.peek()?.to_digit(16)?)?;
            self.at += 1;
        }
        Some(point)
    }
}

/// The key of a JSON object that `json.dumps` makes of a key.
fn key(value: Value) -> Option<Text> {
    match value {
        Value::Str(text) => Some(text),
        Value::List(_) | Value::Dict(_) => None,
        other => Some(Text::from(json::write(&other).as_str())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dictionaries_as_python_writes_them() {
        for (text, json) in [
            ("{'a': 1}", "{\"a\": 1}"),
            (
                "  {'a': None, 'b': True, \"s\": \"it's\",}",
                "{\"a\": null, \"b\": true, \"s\": \"it's\"}",
            ),
            (
                "{1: 2, None: False, 1.5: (1, 2), True: ()}",
                "{\"1\": 2, \"null\": false, \"1.5\": [1, 2], \"true\": []}",
            ),
            (
                "{'a': -1, 'b': +2.5e3, 'c': 0x_ff, 'd': 1_000}",
                "{\"a\": -1, \"b\": 2500.0, \"c\": 255, \"d\": 1000}",
            ),
            ("{'a': [1,\n  2], # so\n 'b': ('x'\n 'y')}\n", "{\"a\": [1, 2], \"b\": \"xy\"}"),
            (
                "{'\\x41\\u00e9\\U0001f600\\101\\q': r'\\n', 'a': u'b'}",
                "{\"A\\u00e9\\ud83d\\ude00A\\\\q\": \"\\\\n\", \"a\": \"b\"}",
            ),
            ("{'''a'b''': \"\"\"c\n\"d\"\"\"}", "{\"a'b\": \"c\\n\\\"d\"}"),
            ("({})", "{}"),
            ("{'a': 1, 'a': 2}", "{\"a\": 2}"),
        ] {
            let value = dictionary(&Text::from(text));
            assert_eq!(value.as_ref().map(json::write).as_deref(), Some(json), "{text}");
        }
    }

    #[test]
    fn everything_else_is_left_alone() {
        for text in [
            "",
            "{",
            "{'a'}",
            "{'a': }",
            "{'a' 1}",
            "{'a': 1 'b': 2}",
            "{,}",
            "[1]",
            "'a'",
            "1",
            "{'a': nan}",
            "{'a': b'x'}",
            "{'a': {1}}",
            "{[1]: 2}",
            "{'a': f()}",
            "{'a': 012}",
            "{'a': 1__0}",
            "{'a': 'x\ny'}",
            "{'a': '\\N{BULLET}'}",
            "{'a': '\\uzzzz'}",
            "{'a': '",
            "{'a': --1}",
            "{'a': 1} x",
            "\n{'a': 1}",
            "({},)",
            "text",
            "{'a': 1..2}",
            "{'a': '\\U00110000'}",
        ] {
            assert_eq!(dictionary(&Text::from(text)), None, "{text:?}");
        }
        assert_eq!(dictionary(&Text::from("{'a':".repeat(100_000).as_str())), None);
    }
}
