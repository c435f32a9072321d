//! The messages of the worker channels, both eras (mooR sheet, sections 3 and 5).

mod broadcast;
mod enroll;
mod reply;
mod worker;

pub use broadcast::Broadcast;
pub(crate) use broadcast::{Arguments, Request};
pub use enroll::{EnrollmentRequest, EnrollmentResponse};
pub use reply::Reply;
pub use worker::{Identity, MessageKind, WorkerError, WorkerMessage};
pub(crate) use worker::{Refusal, decode as decode_worker_message};

use super::flat::Malformed;
use super::write::{Builder, Table};
use bytes::Bytes;
use std::fmt;

/// Which generation of the protocol is spoken (mooR sheet, section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Era {
    /// Three frames, the first a token that the worker has signed with the daemon's key.
    Paseto,
    /// Two frames; on TCP the connection itself is encrypted and authenticated.
    Curve,
}

impl Era {
    /// Whether anonymous objects have a variant of their own.
    pub(crate) const fn anonymous(self) -> bool {
        matches!(self, Self::Curve)
    }

    /// Frames of a worker's message.
    pub(crate) const fn frames(self) -> usize {
        match self {
            Self::Paseto => 3,
            Self::Curve => 2,
        }
    }
}

impl fmt::Display for Era {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Paseto => "paseto",
            Self::Curve => "curve",
        })
    }
}

/// A frame that is no message of the kind that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError(String);

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DecodeError {}

impl From<Malformed> for DecodeError {
    fn from(error: Malformed) -> Self {
        Self(error.to_string())
    }
}

/// Room for a small message without growing.
const SMALL: usize = 512;

/// Builds one buffer. No size prefix and no file identifier (mooR sheet, section 3).
fn build(write: impl FnOnce(&mut Builder) -> Table) -> Bytes {
    let mut out = Builder::with_capacity(SMALL);
    let root = write(&mut out);
    out.finish_minimal(root);
    let (buffer, start) = out.collapse();
    Bytes::from(buffer).slice(start..)
}
