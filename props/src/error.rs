//! What a request to the host can fail with.

use std::fmt;

/// Why something that the host was asked for did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ControlError {
    /// There is no such prop.
    Unknown {
        /// What was asked for.
        id: String,
        /// Why it does not run, where that is known; else which props there are.
        hint: String,
    },
    /// The prop did not start.
    NotStarted {
        /// The prop.
        id: String,
        /// Why.
        error: String,
    },
    /// Something else was asked of the prop before this was done: the last request counts.
    Superseded {
        /// The prop.
        id: String,
    },
    /// A prop cannot do that to itself.
    Itself {
        /// The prop.
        id: String,
    },
    /// The host stops, or has stopped.
    HostStopped,
}

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { id, hint } => {
                let shown: String = id.chars().take(60).collect();
                write!(f, "there is no prop `{shown}`; {hint}")
            }
            Self::NotStarted { id, error } => write!(f, "`{id}` did not start: {error}"),
            Self::Superseded { id } => {
                write!(f, "`{id}` was told something else before this was done")
            }
            Self::Itself { id } => {
                write!(f, "`{id}` cannot stop or restart itself by a command; use the program")
            }
            Self::HostStopped => f.write_str("the host stops"),
        }
    }
}

impl std::error::Error for ControlError {}
