//! Which upstream a foreman is.

use std::fmt;

use serde::Deserialize;

/// The upstream that a foreman and its workers are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Era {
    /// The first prototype (CrowdCompute sheet, part A).
    Seed,
    /// What is run today (part B).
    Head,
}

impl Era {
    /// A short word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seed => "seed",
            Self::Head => "head",
        }
    }
}

impl fmt::Display for Era {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is known about the foreman's era before it has said a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum EraSetting {
    /// Nothing: only what both understand is sent, until a message proves that it is of today. No
    /// message proves the seed.
    #[default]
    Auto,
    /// It is of the seed.
    Seed,
    /// It is of today.
    Head,
}

impl EraSetting {
    /// The era that was set, if one was.
    pub fn fixed(self) -> Option<Era> {
        match self {
            Self::Auto => None,
            Self::Seed => Some(Era::Seed),
            Self::Head => Some(Era::Head),
        }
    }

    /// Reads `auto`, `seed` or `head`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "auto" => Self::Auto,
            "seed" => Self::Seed,
            "head" => Self::Head,
            _ => return None,
        })
    }
}
