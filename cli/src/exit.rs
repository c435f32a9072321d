//! Exit codes, and the errors that lead to them.

use std::process::ExitCode;

use journeyman_core::{Error, ErrorKind};

/// What the exit codes mean, for people.
pub(crate) const TABLE: &str = "\
Exit codes of journeyman:
  0    all went well; for `run`, `props` and `pc-worker`: drained in good order
  1    it failed: a wrong result, a failed task, a step of `doctor`
  2    usage or configuration: an unknown option, a bad URI, a missing token; for `props --check`:
       something that cannot run; for `pc-worker`: no Python, no sandbox, a port in use
  3    the server could not be reached, or does not answer
  4    the server refused: the credentials, the registration, or the task
  5    a submitted task was not finished within the time given
  130  interrupted: by Ctrl-C, for `run`, `props` and `pc-worker` by the second one";

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Ok = 0,
    Failed = 1,
    Usage = 2,
    Unreachable = 3,
    Refused = 4,
    Unfinished = 5,
    Interrupted = 130,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

/// Why the program ends early.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    message: String,
}

impl Failure {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// Something did not work.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Code::Failed, message)
    }

    /// The user has to change what was given.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Code::Usage, message)
    }

    /// Nobody reads our output any more: nothing to complain about.
    pub(crate) fn silent() -> Self {
        Self::failed("")
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn print(&self) {
        if !self.message.is_empty() {
            use std::io::Write;
            // There is nobody to tell that even this failed.
            let _ = writeln!(std::io::stderr(), "error: {}", self.message.trim_end());
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(code_of(error.kind()), error.to_string())
    }
}

/// The exit code for an error of the framework.
pub(crate) fn code_of(kind: ErrorKind) -> Code {
    match kind {
        ErrorKind::Config | ErrorKind::Unsupported => Code::Usage,
        ErrorKind::Unreachable
        | ErrorKind::Tls
        | ErrorKind::Disconnected
        | ErrorKind::PeerMisbehaved
        | ErrorKind::Timeout => Code::Unreachable,
        ErrorKind::Refused => Code::Refused,
        _ => Code::Failed,
    }
}
