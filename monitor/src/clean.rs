//! What is shown of texts that come from elsewhere: no passwords, and not more than can be read.

use std::borrow::Cow;

/// The longest id or name, in bytes.
pub(crate) const NAME: usize = 256;

/// The longest text in a list, in bytes: an error, a message, a fact.
pub(crate) const LINE: usize = 2 * 1024;

/// The longest text that is shown when it is asked for by itself, in bytes.
pub(crate) const WHOLE: usize = 64 * 1024;

/// A text with at most this many bytes, and without the passwords of the URLs in it. One that was cut
/// ends with `…`.
pub(crate) fn shown(text: &str, most: usize) -> String {
    // What is long need not be searched to its end, but further than it is shown: a password that
    // is cut has no `@` behind it any more.
    let clean = without_users(&text[..text.floor_char_boundary(4 * most)]);
    match clean.len() > most {
        true => format!("{}…", &clean[..clean.floor_char_boundary(most)]),
        false => clean.into_owned(),
    }
}

/// A text whose URLs have nothing before their `@`.
pub(crate) fn without_users(text: &str) -> Cow<'_, str> {
    let Some((before, mut rest)) = text.split_once("://") else { return text.into() };
    let mut clean = String::with_capacity(text.len());
    clean.push_str(before);
    loop {
        clean.push_str("://");
        let end = rest.find(|c: char| c.is_whitespace() || "/?#\"'<>".contains(c));
        let authority = &rest[..end.unwrap_or(rest.len())];
        if let Some(at) = authority.rfind('@') {
            rest = &rest[at + 1..];
        }
        let Some((before, after)) = rest.split_once("://") else {
            clean.push_str(rest);
            return clean.into();
        };
        clean.push_str(before);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_urls_are_not_shown() {
        for (text, clean) in [
            ("ws://user:secret@host:9000/a@b", "ws://host:9000/a@b"),
            ("ws://user:se@cret@host", "ws://host"),
            ("ws://host:9000", "ws://host:9000"),
            ("ws://host/a@b", "ws://host/a@b"),
            ("host:9000", "host:9000"),
            ("a@b.c", "a@b.c"),
            ("", ""),
            ("://@", "://"),
            (
                "no way to ws://u:p@a:1 (by \"http://u:p@b/\"): refused, ask me@example.org",
                "no way to ws://a:1 (by \"http://b/\"): refused, ask me@example.org",
            ),
        ] {
            assert_eq!(without_users(text), clean);
        }
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(shown("short", NAME), "short");
        let text = shown(&"é".repeat(1_000_000), 99);
        assert_eq!(text, format!("{}…", "é".repeat(49)));
        assert_eq!(shown(&format!("ws://user:{}@host", "x".repeat(99)), 50), "ws://host");
    }
}
