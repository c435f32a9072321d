//! Which functions handlers of Rust's serve.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

use crate::{
    source::is_name,
    task::{hex, unhex},
};

/// One entry of the list of functions that handlers of Rust's serve.
///
/// What a task runs is the code that comes with it. A handler that takes its place has to be
/// meant: by the function's name, or by its name and the SHA-256 of the whole source, so that a
/// client's other function of the same name still runs as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Native {
    /// `None` for any name.
    name: Option<String>,
    sha256: Option<[u8; 32]>,
}

impl Native {
    /// Every function of this name.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), sha256: None }
    }

    /// The function of this name in the source with this SHA-256.
    pub fn exactly(name: impl Into<String>, sha256: [u8; 32]) -> Self {
        Self { name: Some(name.into()), sha256: Some(sha256) }
    }

    /// Every function: where no Python runs at all.
    pub fn all() -> Self {
        Self { name: None, sha256: None }
    }

    /// Reads `NAME`, `NAME@SHA256` or `*`.
    ///
    /// # Errors
    /// It is none of them; the text says what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, hash) = match text.split_once('@') {
            Some((name, hash)) => (name, Some(hash)),
            None => (text, None),
        };
        if text == "*" {
            return Ok(Self::all());
        }
        if !is_name(name) {
            return Err("give the name of a function, NAME@SHA256, or * for all".to_owned());
        }
        let Some(hash) = hash else { return Ok(Self::named(name)) };
        match unhex(hash).and_then(|bytes| bytes.try_into().ok()) {
            Some(sha256) => Ok(Self::exactly(name, sha256)),
            None => Err("what follows @ must be a SHA-256 in 64 hexadecimal digits".to_owned()),
        }
    }

    /// Whether it is about this function.
    pub(crate) fn covers(&self, name: &str, sha256: &[u8; 32]) -> bool {
        self.name.as_deref().is_none_or(|known| known == name)
            && self.sha256.as_ref().is_none_or(|known| known == sha256)
    }
}

impl fmt::Display for Native {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name.as_deref().unwrap_or("*"))?;
        match &self.sha256 {
            Some(hash) => write!(f, "@{}", hex(hash)),
            None => Ok(()),
        }
    }
}

/// For serde: a list of texts.
pub(super) fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Native>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let parse = |text: &String| {
        Native::parse(text).map_err(|problem| de::Error::custom(format!("{text:?}: {problem}")))
    };
    texts.iter().map(parse).collect()
}
