//! JSON text as Python writes it: only ASCII, everything else as `\u` escapes.

/// Text as a JSON string literal in the form of Python's `json.dumps`, quotes included.
///
/// ```
/// assert_eq!(journeyman_executor::literal("é \"x\"\n😀"), r#""\u00e9 \"x\"\n\ud83d\ude00""#);
/// ```
#[must_use]
pub fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    push_escaped(&mut out, text);
    out.push('"');
    out
}

/// Appends text as it stands inside a literal.
pub(crate) fn push_escaped(out: &mut String, text: &str) {
    use std::fmt::Write as _;
    let mut plain_from = 0;
    for (at, c) in text.char_indices() {
        if matches!(c, ' '..='~') && c != '"' && c != '\\' {
            continue;
        }
        out.push_str(&text[plain_from..at]);
        plain_from = at + c.len_utf8();
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            // Python leaves DEL as it is.
            '\u{7f}' => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing into a String can not fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push_str(&text[plain_from..]);
}

/// The text of a JSON string literal. Half of a surrogate pair, which Python can hold and Rust can
/// not, becomes U+FFFD. What is no literal is returned as it is.
#[must_use]
pub fn text(literal: &str) -> String {
    let Some(inner) = literal.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return literal.to_owned();
    };
    let mut units: Vec<u16> = Vec::new();
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            flush(&mut units, &mut out);
            out.push(c);
            continue;
        }
        let escape = chars.next();
        if escape == Some('u') {
            let digits: String = chars.by_ref().take(4).collect();
            units.push(u16::from_str_radix(&digits, 16).unwrap_or(0xFFFD));
            continue;
        }
        flush(&mut units, &mut out);
        out.push(match escape {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some(other) => other,
            None => '\\',
        });
    }
    flush(&mut units, &mut out);
    out
}

fn flush(units: &mut Vec<u16>, out: &mut String) {
    if !units.is_empty() {
        out.push_str(&String::from_utf16_lossy(units));
        units.clear();
    }
}

/// Whether this is one value as Python's `json.dumps` writes it, and nothing besides: what goes into
/// a message as it is must not be able to end there and begin something else. Of any depth.
pub(crate) fn is_value(text: &str) -> bool {
    text.is_ascii() && value(text.as_bytes()).is_some()
}

fn value(text: &[u8]) -> Option<()> {
    // The brackets that are still to come.
    let mut open: Vec<u8> = Vec::new();
    let mut at = 0;
    loop {
        // Where a value begins.
        at = space(text, at);
        let first = *text.get(at)?;
        if let (b'[', close) | (b'{', close) = (first, first + 2) {
            at = space(text, at + 1);
            if text.get(at) != Some(&close) {
                open.push(close);
                at = if first == b'{' { key(text, at)? } else { at };
                continue;
            }
            at += 1;
        } else {
            at = if first == b'"' { string(text, at)? } else { word(text, at)? };
        }
        // Where it has ended.
        loop {
            at = space(text, at);
            let Some(close) = open.last() else { return (at == text.len()).then_some(()) };
            let next = *text.get(at)?;
            at += 1;
            if next == b',' {
                at = if *close == b'}' { key(text, space(text, at))? } else { at };
                break;
            }
            if open.pop() != Some(next) {
                return None;
            }
        }
    }
}

fn space(text: &[u8], at: usize) -> usize {
    at + text[at..].iter().take_while(|byte| b" \t\n\r".contains(byte)).count()
}

/// Where a string that begins here has ended.
fn string(text: &[u8], at: usize) -> Option<usize> {
    let mut at = (text.get(at) == Some(&b'"')).then_some(at + 1)?;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' if text.get(at + 1) == Some(&b'u') => {
                let digits = text.get(at + 2..at + 6)?;
                at = digits.iter().all(u8::is_ascii_hexdigit).then_some(at + 6)?;
            }
            b'\\' => at = b"\"\\/bfnrt".contains(text.get(at + 1)?).then_some(at + 2)?,
            byte => at = (*byte >= b' ').then_some(at + 1)?,
        }
    }
}

/// Where a key and its colon have ended.
fn key(text: &[u8], at: usize) -> Option<usize> {
    let at = space(text, string(text, at)?);
    (text.get(at) == Some(&b':')).then_some(at + 1)
}

/// Where a number, or a word that stands for a value, has ended.
fn word(text: &[u8], at: usize) -> Option<usize> {
    let of_word = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    let end = at + text[at..].iter().take_while(of_word).count();
    let word = &text[at..end];
    let known: [&[u8]; 6] = [b"true", b"false", b"null", b"NaN", b"Infinity", b"-Infinity"];
    (known.contains(&word) || is_number(word)).then_some(end)
}

fn is_number(word: &[u8]) -> bool {
    let digits = |rest: &[u8]| rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = word.strip_prefix(b"-").unwrap_or(word);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    let mut rest = &rest[whole..];
    if let [b'.', fraction @ ..] = rest {
        rest = &fraction[digits(fraction)..];
        if rest.len() == fraction.len() {
            return false;
        }
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent =
            exponent.strip_prefix(b"+").or(exponent.strip_prefix(b"-")).unwrap_or(exponent);
        return !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_and_nothing_besides() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        for good in [
            "1",
            "-0",
            "0.5",
            "-1.25e+300",
            "1E5",
            "10",
            "NaN",
            "-Infinity",
            "Infinity",
            "null",
            "\"\"",
            r#""\ud800 \"\\\/\b\f\n\r\t""#,
            "[]",
            "{}",
            "[1, [2, {}], \"a\"]",
            " [ ] ",
            "\"\u{7f}\"",
            r#"{"a": [true, null], "b": {"": -0.0}}"#,
            &"9".repeat(5000),
            &deep,
        ] {
            assert!(is_value(good), "{good}");
        }
        for bad in [
            "",
            " ",
            "1, 2",
            "1}",
            "1, \"task_id\": \"another\"",
            "[1",
            "[1,]",
            "[,1]",
            "[1}",
            "{\"a\"}",
            "{\"a\": 1,}",
            "{1: 2}",
            "{\"a\" 1}",
            "]",
            "\"",
            "\"a",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\\u12",
            "\"\n\"",
            "01",
            "-",
            "1.",
            ".5",
            "1e",
            "1e+",
            "+1",
            "1.e5",
            "nan",
            "True",
            "-NaN",
            "--1",
            "1 2",
            "é",
            "\"é\"",
            "[1] [2]",
            "{\"a\": 1} x",
            "{} {}",
            "\"a\" \"b\"",
            "//",
            "1e5.0",
            &deep[..150_000],
        ] {
            assert!(!is_value(bad), "{bad}");
        }
    }

    #[test]
    fn as_python_writes_it() {
        // Left: text. Right: what `json.dumps` of Python 3.11 makes of it.
        for (plain, dumped) in [
            ("", r#""""#),
            ("a/b <>&'", r#""a/b <>&'""#),
            ("\u{0}\u{1f}\u{7f}\u{80}", "\"\\u0000\\u001f\u{7f}\\u0080\""),
            ("\"\\\n\r\t\u{8}\u{c}", r#""\"\\\n\r\t\b\f""#),
            ("café 😀", r#""caf\u00e9 \ud83d\ude00""#),
        ] {
            assert_eq!(literal(plain), dumped);
            assert_eq!(text(dumped), plain);
        }
    }

    #[test]
    fn what_rust_cannot_hold() {
        assert_eq!(text(r#""a\ud800b""#), "a\u{fffd}b");
        assert_eq!(text(r#""\ude00\ud83d""#), "\u{fffd}\u{fffd}");
        assert_eq!(text(r#""\u12""#), "\u{12}");
        assert_eq!(text("no literal"), "no literal");
        assert_eq!(text("\"\\"), "\"\\");
    }
}
