//! The two wires, and the limits on both.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::WireError;

/// Which of the two wires a daemon speaks. They are not compatible, and nothing on the wire tells
/// them apart but the number of frames (mooR sheet, section 12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Era {
    /// Up to October 2025: workers sign a PASETO token.
    Paseto,
    /// Since then: workers have a CURVE key on TCP, and nothing on IPC.
    Curve,
}

impl Era {
    /// Its name in configurations: `paseto`, `curve`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Paseto => "paseto",
            Self::Curve => "curve",
        }
    }
}

impl fmt::Display for Era {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Era {
    type Err = WireError;

    fn from_str(text: &str) -> Result<Self, WireError> {
        match text {
            "paseto" => Ok(Self::Paseto),
            "curve" => Ok(Self::Curve),
            _ => Err(WireError::new(format!("unknown era {text:?}; there are paseto and curve"))),
        }
    }
}

/// Limits on values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How deep values may be inside each other in an argument. It bounds the stack that reading
    /// takes, so what takes more of it counts more: a list or a map 1, the value of an error 5, a
    /// flyweight 6. Default: 256, for which a build without optimisation needs half of the 2 MiB of a
    /// tokio worker thread, and an optimised one a fraction of that.
    pub max_depth_in: usize,
    /// How deep values may be inside each other in a result, each counted as 1. A daemon of the CURVE era overflows its stack at 200
    /// (mooR sheet, section 12). Default: 64.
    pub max_depth_out: usize,
    /// The most bytes of a message, either way, and of all texts and binaries in the arguments of a
    /// request together: a buffer can refer to one text many times. Default: 65 MiB, since 64 MiB
    /// of text are known to work (mooR sheet, section 11).
    pub max_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_depth_in: 256, max_depth_out: 64, max_bytes: 65 << 20 }
    }
}
