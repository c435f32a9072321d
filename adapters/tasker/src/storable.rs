//! Whether the server can read a value, and the database store it.
//!
//! JSON is passed on as its text, so it may hold what upstream's own types refuse: then the channel
//! takes the result and nobody ever sees it, and the step hangs (Tasker sheet, section 19: failures
//! of a completion are logged, and the result is dropped).

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::Json;

/// Levels of lists and objects. Upstream reads 128, a few of them around a handler's value.
pub(crate) const MAX_DEPTH: usize = 100;

/// The character that PostgreSQL has in no text.
const NUL: char = '\0';

/// # Errors
/// Why not, as the end of a sentence about the value.
pub(crate) fn check(json: &Json) -> Result<(), String> {
    let mut source = serde_json::Deserializer::from_str(json.as_str());
    Part { depth: 0 }.deserialize(&mut source).map_err(|error| error.to_string())
}

/// A text without what the database cannot store.
pub(crate) fn text(text: &str) -> String {
    text.replace(NUL, "\u{fffd}")
}

/// A value that is looked at and forgotten.
#[derive(Clone, Copy)]
struct Part {
    depth: usize,
}

impl Part {
    fn inside<E: Error>(self) -> Result<Self, E> {
        match self.depth {
            MAX_DEPTH => {
                Err(E::custom(format_args!("it has more than {MAX_DEPTH} levels of nesting")))
            }
            depth => Ok(Self { depth: depth + 1 }),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Part {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        match text.as_bytes().contains(&0) {
            true => Err(E::custom("a text has the character NUL, which PostgreSQL cannot store")),
            false => Ok(()),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        while items.next_element_seed(inside)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        while members.next_key_seed(inside)?.is_some() {
            members.next_value_seed(inside)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Option<String> {
        check(&Json::parse(text).unwrap()).err()
    }

    #[test]
    fn what_upstream_can_read_is_good() {
        for text in [
            "null",
            "true",
            "-5",
            "18446744073709551615",
            "123456789012345678901234567890",
            "1e308",
            r#"{"a": [1, {"b": "\u00e9\n\ud83d\ude00"}, []], "": {}}"#,
        ] {
            assert_eq!(problem(text), None, "{text}");
        }
        assert_eq!(problem(&format!("{}{}", "[".repeat(100), "]".repeat(100))), None);
    }

    #[test]
    fn what_it_cannot_is_told() {
        for (json, expected) in [
            ("[1e999]", "number out of range"),
            (r#"{"a": "x\u0000"}"#, "NUL"),
            (r#"{"a\u0000": 1}"#, "NUL"),
            (r#"["\ud800"]"#, "unexpected end of hex escape"),
        ] {
            let problem = problem(json).unwrap_or_default();
            assert!(problem.contains(expected), "{json}: {problem}");
        }
        for depth in [101, 127, 128, 100_000] {
            let json = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let problem = problem(&json).unwrap();
            assert!(problem.contains("more than 100 levels"), "{depth}: {problem}");
        }
        assert_eq!(text("a\0b"), "a\u{fffd}b");
    }
}
