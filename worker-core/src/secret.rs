//! A text that never prints.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};

/// A token, password or key. It has no `Display`, no `Serialize`, and its `Debug` says only that
/// it is there; its memory is overwritten when it is dropped, as far as safe code can.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// A secret from text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into_bytes())
    }

    /// A secret from bytes.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes, for the one place that signs or sends them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.fill(0);
        // Keeps the compiler from dropping the stores before the memory is given back.
        std::hint::black_box(&self.0);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "Secret(empty)" } else { "Secret(set)" })
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Secret;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a secret as text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
                Ok(Secret::new(text))
            }

            // serde's own errors repeat the value; a token of digits without quotes is one.
            fn visit_i64<E: de::Error>(self, _value: i64) -> Result<Secret, E> {
                Err(E::custom("a secret must be text; put it in quotes"))
            }

            fn visit_u64<E: de::Error>(self, _value: u64) -> Result<Secret, E> {
                self.visit_i64(0)
            }

            fn visit_f64<E: de::Error>(self, _value: f64) -> Result<Secret, E> {
                self.visit_i64(0)
            }
        }
        // Not `deserialize_str`: sources answer that with an error of their own, which repeats the
        // value, before the visitor is asked.
        deserializer.deserialize_any(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn does_not_print() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret:?}"), "Secret(set)");
        assert_eq!(format!("{:#?}", Some(&secret)).find("hunter2"), None);
        assert_eq!(secret.expose(), b"hunter2");
    }
}
