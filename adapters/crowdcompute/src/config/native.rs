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
    /// The name of the job, where it is not that of the function.
    route: Option<String>,
}

impl Native {
    /// Every function of this name.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), sha256: None, route: None }
    }

    /// The function of this name in the source with this SHA-256.
    pub fn exactly(name: impl Into<String>, sha256: [u8; 32]) -> Self {
        Self { name: Some(name.into()), sha256: Some(sha256), route: None }
    }

    /// Every function: where no Python runs at all.
    pub fn all() -> Self {
        Self { name: None, sha256: None, route: None }
    }

    /// Serves it by the handler of this name: for handlers that other systems know by names that no
    /// function of Python's can have, such as `math.add`.
    #[must_use]
    pub fn route(mut self, route: impl Into<String>) -> Self {
        self.route = Some(route.into());
        self
    }

    /// Reads `NAME`, `NAME@SHA256` or `*`; behind the first two, `=ROUTE` names the handler.
    ///
    /// # Errors
    /// It is none of them; the text says what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::all());
        }
        if let Some((native, route)) = text.split_once('=') {
            let native = Self::parse(native)?;
            return match native.name.is_some() && !route.is_empty() {
                true => Ok(native.route(route)),
                false => {
                    Err("give the names of a function and of a handler: NAME=ROUTE".to_owned())
                }
            };
        }
        let (name, hash) = match text.split_once('@') {
            Some((name, hash)) => (name, Some(hash)),
            None => (text, None),
        };
        if !is_name(name) {
            return Err(
                "give the name of a function, NAME@SHA256, NAME=ROUTE, or * for all".to_owned()
            );
        }
        let Some(hash) = hash else { return Ok(Self::named(name)) };
        match unhex(hash).and_then(|bytes| bytes.try_into().ok()) {
            Some(sha256) => Ok(Self::exactly(name, sha256)),
            None => Err("what follows @ must be a SHA-256 in 64 hexadecimal digits".to_owned()),
        }
    }

    /// The name of the handler, if this is about the function.
    pub(crate) fn handler<'a>(&'a self, name: &'a str, sha256: &[u8; 32]) -> Option<&'a str> {
        let covers = self.name.as_deref().is_none_or(|known| known == name)
            && self.sha256.as_ref().is_none_or(|known| known == sha256);
        covers.then(|| self.route.as_deref().unwrap_or(name))
    }
}

impl fmt::Display for Native {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name.as_deref().unwrap_or("*"))?;
        if let Some(hash) = &self.sha256 {
            write!(f, "@{}", hex(hash))?;
        }
        match &self.route {
            Some(route) => write!(f, "={route}"),
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
