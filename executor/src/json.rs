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

#[cfg(test)]
mod tests {
    use super::*;

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
