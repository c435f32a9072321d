//! Why there is no interpreter.

use std::{error::Error, fmt, io, path::PathBuf, sync::Arc, time::Duration};

use journeyman_core::settings::ConfigError;

use crate::report::Part;

/// The oldest Python that is used.
pub(crate) const OLDEST: (u32, u32) = (3, 9);

/// Why interpreters cannot be started.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StartError {
    /// A setting cannot be.
    Config(ConfigError),
    /// There is no Python.
    NoPython {
        /// What was tried, each with what was wrong with it.
        tried: Vec<String>,
    },
    /// The Python that is configured cannot be used.
    Unusable {
        /// The program.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The virtual environment cannot be made, or is broken.
    Venv {
        /// Its folder.
        path: PathBuf,
        /// What went wrong.
        problem: String,
    },
    /// The scratch folder cannot be made.
    Scratch {
        /// The folder.
        path: PathBuf,
        /// What went wrong.
        error: Arc<io::Error>,
    },
    /// The system would not start the process, or limit it.
    Process(Arc<io::Error>),
    /// The interpreter ended, or said something else than expected, before it was ready.
    Handshake {
        /// What happened.
        problem: String,
        /// Its last words.
        last_lines: String,
    },
    /// The interpreter was not ready in time.
    Slow(Duration),
    /// Parts of the sandbox are required and not available; each with the reason.
    Sandbox(Vec<(Part, String)>),
    /// An interpreter was started without parts of the sandbox that the first one had; each with
    /// the reason. It is not used.
    Weaker(Vec<(Part, String)>),
    /// The executor was shut down.
    Stopped,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor) = OLDEST;
        match self {
            Self::Config(error) => write!(f, "{error}"),
            Self::NoPython { tried } if tried.is_empty() => write!(
                f,
                "no Python was found: there is no python3 or python in PATH. Install Python \
                 {major}.{minor} or later, or set `python` to its path"
            ),
            Self::NoPython { tried } => write!(
                f,
                "no usable Python was found: {}. Install Python {major}.{minor} or later, or set \
                 `python` to its path",
                tried.join("; ")
            ),
            Self::Unusable { path, problem } => write!(
                f,
                "{} cannot be used: {problem}. Set `python` to an interpreter of Python \
                 {major}.{minor} or later",
                path.display()
            ),
            Self::Venv { path, problem } => {
                write!(f, "the virtual environment {} cannot be used: {problem}", path.display())
            }
            Self::Scratch { path, error } => write!(
                f,
                "the scratch folder {} cannot be made: {error}. Set `scratch` to a folder that can \
                 be written",
                path.display()
            ),
            Self::Process(error) => write!(f, "the interpreter cannot be started: {error}"),
            Self::Handshake { problem, last_lines } if last_lines.is_empty() => {
                write!(f, "the interpreter did not start: {problem}")
            }
            Self::Handshake { problem, last_lines } => {
                write!(f, "the interpreter did not start: {problem}; it said:\n{last_lines}")
            }
            Self::Slow(limit) => write!(
                f,
                "the interpreter was not ready within {limit:?} (setting `start_timeout`)"
            ),
            Self::Sandbox(parts) => {
                write!(f, "the sandbox is required, and not all of it is available")?;
                list(f, parts)?;
                write!(f, ". Run where all of it is, or set `require_sandbox` to false")
            }
            Self::Weaker(parts) => {
                write!(f, "a new interpreter is confined less than the first one and is not used")?;
                list(f, parts)
            }
            Self::Stopped => write!(f, "the executor was shut down"),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, parts: &[(Part, String)]) -> fmt::Result {
    parts.iter().try_for_each(|(part, reason)| write!(f, "; {part}: {reason}"))
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Config(error) => Some(error),
            Self::Scratch { error, .. } | Self::Process(error) => Some(error.as_ref()),
            _ => None,
        }
    }
}

impl From<ConfigError> for StartError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self::Process(Arc::new(error))
    }
}

impl From<rustix::io::Errno> for StartError {
    fn from(error: rustix::io::Errno) -> Self {
        io::Error::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_to_do() {
        let none = StartError::NoPython { tried: Vec::new() }.to_string();
        assert!(none.contains("there is no python3 or python in PATH"), "{none}");
        assert!(none.ends_with("Install Python 3.9 or later, or set `python` to its path"));
        let tried =
            vec!["/a/python3: it is Python 3.6.1".to_owned(), "/b/python3: broken".to_owned()];
        let old = StartError::NoPython { tried }.to_string();
        assert!(old.contains("/a/python3: it is Python 3.6.1; /b/python3: broken"), "{old}");
        let parts = vec![(Part::Files, "no Landlock".to_owned()), (Part::Network, "x".to_owned())];
        let text = StartError::Sandbox(parts.clone()).to_string();
        assert!(text.contains("available; files: no Landlock; network: x. Run where"), "{text}");
        let text = StartError::Weaker(parts).to_string();
        assert!(text.ends_with("not used; files: no Landlock; network: x"), "{text}");
        let last_lines = "ImportError".to_owned();
        let text = StartError::Handshake { problem: "it ended".to_owned(), last_lines }.to_string();
        assert_eq!(text, "the interpreter did not start: it ended; it said:\nImportError");
    }
}
