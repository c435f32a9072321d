//! A tolerant look at Python source: which functions it defines, without running anything.
//!
//! Only what stands at the left edge is seen: `def`, `async def` and `NAME = lambda`. What an
//! import brings is not, so that for `from os.path import join` before the function this finds the
//! function, where upstream takes `join` (CrowdCompute sheet, section 6.1). What the code really
//! does is for the interpreter to say.

/// A function that some source defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// The names of its positional parameters, in their order.
    pub(crate) params: Vec<String>,
}

/// Functions beyond these are not looked at.
const MAX_FUNCTIONS: usize = 256;

/// The longest name in bytes that is taken: it becomes a route, and routes are remembered.
const MAX_NAME: usize = 256;

/// The functions at the left edge, in the order of their first definition.
pub(crate) fn functions(source: &str) -> Vec<Function> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut found: Vec<Function> = Vec::new();
    let mut at = 0;
    while at < source.len() && found.len() < MAX_FUNCTIONS {
        let line = &source[at..];
        if let Some(function) = definition(line)
            && function.name.len() <= MAX_NAME
            && found.iter().all(|other| other.name != function.name)
        {
            found.push(function);
        }
        at += logical_line(line);
    }
    found
}

/// Whether a text is no source but something packed: one long word of hexadecimal digits or of
/// base64. As source it would be one number or one name, which defines nothing.
pub(crate) fn is_packed(code: &str) -> bool {
    let code = code.trim_ascii();
    let hex = code.len() >= 8 && code.bytes().all(|byte| byte.is_ascii_hexdigit());
    let base64 = code.len() >= 64
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte));
    hex || base64
}

/// Whether a text is a name that a function of Python's can have.
pub(crate) fn is_name(text: &str) -> bool {
    text.len() <= MAX_NAME && identifier(text).is_some_and(|name| name.len() == text.len())
}

/// The function that a line defines, if it does.
fn definition(line: &str) -> Option<Function> {
    let line = word(line, "async").unwrap_or(line);
    if let Some(rest) = word(line, "def") {
        let name = identifier(rest)?;
        let rest = &rest[name.len()..];
        let open = rest.find('(')?;
        return Some(Function { name: name.to_owned(), params: params(&rest[open + 1..], b')') });
    }
    let name = identifier(line)?;
    let rest = line[name.len()..].trim_start_matches([' ', '\t']);
    let rest = rest.strip_prefix('=')?;
    let rest = rest.trim_start_matches([' ', '\t', '(']);
    let head = rest.strip_prefix("lambda")?;
    match head.chars().next() {
        Some(c) if c.is_alphanumeric() || c == '_' => None,
        _ => Some(Function { name: name.to_owned(), params: params(head, b':') }),
    }
}

/// What follows this word and blanks.
fn word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(word)?;
    let trimmed = rest.trim_start_matches([' ', '\t']);
    (trimmed.len() < rest.len()).then_some(trimmed)
}

/// The name that a text begins with.
fn identifier(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    if !(first.is_alphabetic() || first == '_') {
        return None;
    }
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    Some(&text[..end])
}

/// The names of positional parameters up to this closing character.
fn params(text: &str, end: u8) -> Vec<String> {
    let mut names = Vec::new();
    // One parameter, without comments.
    let mut param = String::new();
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() && names.len() < MAX_FUNCTIONS {
        let byte = text.as_bytes()[at];
        let length = token(&text[at..]);
        let closes = depth == 0 && byte == end;
        if closes || (depth == 0 && byte == b',') {
            // Behind a star there are only arguments by name.
            if param.trim_ascii().starts_with('*') {
                return names;
            }
            names.extend(identifier(param.trim_ascii()).map(str::to_owned));
            if closes {
                return names;
            }
            param.clear();
        } else if byte != b'#' {
            param.push_str(&text[at..at + length]);
        }
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
        at += length;
    }
    names
}

/// The length of a logical line, with its line end.
fn logical_line(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut depth = 0_usize;
    while at < bytes.len() {
        match bytes[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'\n' if depth == 0 => return at + 1,
            _ => {}
        }
        at += token(&text[at..]);
    }
    text.len()
}

/// The length of what must not be looked into: a comment, a text, an escaped line end; else of one
/// character.
fn token(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes[0] {
        b'#' => text.find('\n').unwrap_or(text.len()),
        quote @ (b'"' | b'\'') => quoted(bytes, quote),
        b'\\' => match bytes {
            [_, b'\r', b'\n', ..] => 3,
            [_, b'\n', ..] => 2,
            _ => 1,
        },
        byte if byte.is_ascii() => 1,
        _ => text.chars().next().map_or(1, char::len_utf8),
    }
}

/// The length of a text in quotes. In raw texts, too, a backslash keeps a quote from ending it.
fn quoted(bytes: &[u8], quote: u8) -> usize {
    let triple = bytes.starts_with(&[quote; 3]);
    let mut at = if triple { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            // It was never closed; the next line is a line again.
            b'\n' if !triple => return at,
            byte if byte == quote && !triple => return at + 1,
            byte if byte == quote && bytes[at..].starts_with(&[quote; 3]) => return at + 3,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(source: &str) -> Vec<String> {
        functions(source).into_iter().map(|function| function.name).collect()
    }

    #[test]
    fn functions_at_the_left_edge_are_found() {
        for (source, expected) in [
            ("def f(x):\n    return x\n", &["f"][..]),
            ("async  def\tg (x): return x", &["g"]),
            ("f = lambda x: x * 3\n", &["f"]),
            ("f=(lambda: 1)\n", &["f"]),
            ("x = 1\ny == lambda: 1\nlambdas = lambda_\n", &[]),
            ("class A:\n    def f(self):\n        return 1\n", &[]),
            ("", &[]),
            ("646566206628", &[]),
            ("    def f(x):\n        return x\n", &[]),
            ("def b(): pass\ndef a(): pass\ndef b(): pass\n", &["b", "a"]),
            ("@task(\n  def_ = 1)\ndef f(x):\n    pass", &["f"]),
            ("'''\ndef no(): pass\n'''\ndef yes(): pass\n", &["yes"]),
            ("x = \"\"\"a\\\"\"\"\ndef no(): pass\n\"\"\"\ndef yes(): pass\n", &["yes"]),
            (
                "# def no():\nx = 'it\\'s # no'\ndef yes(): pass # \"\ndef too(): pass",
                &["yes", "too"],
            ),
            ("x = (\n\ndef no(): pass\n)\ndef yes(): pass\n", &["yes"]),
            ("x = 'open\ndef yes(): pass\n", &["yes"]),
            ("x = 1 + \\\n2\ndef yes(): pass\r\n", &["yes"]),
            ("def größe(x): pass\ndef f[T](x: T): pass\n", &["größe", "f"]),
            ("\u{feff}def f(): pass", &["f"]),
            ("define = 1\ndef\n", &[]),
        ] {
            assert_eq!(names(source), expected, "{source:?}");
        }
    }

    #[test]
    fn parameters_are_those_by_position() {
        for (source, expected) in [
            ("def f(a, b, c=0): pass", &["a", "b", "c"][..]),
            ("def f(): pass", &[]),
            (
                "def f(a: dict[str, int] = {'x,)': 1}, /, b=(1, 2), *args, c, **kw): pass",
                &["a", "b"],
            ),
            ("def f(\n  a, # one)\n  b,\n): pass", &["a", "b"]),
            ("f = lambda a, b={1: 2}: a", &["a", "b"]),
            ("def f(a", &[]),
        ] {
            assert_eq!(functions(source)[0].params, expected, "{source:?}");
        }
    }

    #[test]
    fn packed_code_is_seen() {
        assert!(is_packed("646566206628"));
        assert!(is_packed("80049512000000000000008C0A636C6F75647069636B6C65\n"));
        assert!(is_packed(&"gASVEgAAAAAAAACMC2Nsb3VkcGlja2xl".repeat(3)));
        assert!(!is_packed("def f(x):\n    return x\n"));
        assert!(!is_packed("f=1"));
        assert!(!is_packed(""));
        assert!(is_name("_f1") && !is_name("1f") && !is_name("a.b") && !is_name(""));
    }

    proptest! {
        #[test]
        fn any_text_is_looked_through(text in r#"[a-c(){}\[\]"'\\#\n =:,*ü]{0,60}"#) {
            for function in functions(&format!("{text}\ndef f({text}): pass")) {
                prop_assert!(is_name(&function.name));
            }
        }
    }
}
