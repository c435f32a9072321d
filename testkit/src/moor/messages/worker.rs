//! What workers tell the daemon.

use super::super::flat::{At, Malformed, Reader, Result, limits, required};
use super::super::read::{MAX_DEPTH, Vars, symbol, union, uuid};
use super::super::value::Value;
use super::super::write;
use super::{DecodeError, Era, build};
use bytes::Bytes;
use std::fmt;
use uuid::Uuid;

/// Who speaks, as the body has it. The daemon goes by the frames in front of the body instead,
/// with the exceptions of mooR sheet, section 6.4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// PASETO era.
    Token(String),
    /// CURVE era.
    Id(Uuid),
    /// Nothing was there.
    Absent,
}

/// A message of a worker (mooR sheet, sections 5.3 and 5.4), without the frames in front.
#[derive(Clone, Debug, PartialEq)]
pub enum WorkerMessage {
    /// Take me in.
    Attach {
        /// Who speaks.
        identity: Identity,
        /// What the worker does.
        worker_type: String,
    },
    /// I am alive.
    Pong {
        /// Who speaks.
        identity: Identity,
        /// What the worker does.
        worker_type: String,
    },
    /// I go.
    Detach {
        /// Who speaks.
        identity: Identity,
    },
    /// A request is done.
    Result {
        /// Who speaks.
        identity: Identity,
        /// The request.
        request: Uuid,
        /// What came out.
        value: Value,
    },
    /// A request has failed.
    Error {
        /// Who speaks.
        identity: Identity,
        /// The request.
        request: Uuid,
        /// How.
        error: WorkerError,
    },
}

/// The kinds of messages that workers send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// `AttachWorker`.
    Attach,
    /// `WorkerPong`.
    Pong,
    /// `DetachWorker`.
    Detach,
    /// `RequestResult`.
    Result,
    /// `RequestError`.
    Error,
}

impl WorkerMessage {
    /// What kind of message it is.
    #[must_use]
    pub fn kind(&self) -> MessageKind {
        match self {
            Self::Attach { .. } => MessageKind::Attach,
            Self::Pong { .. } => MessageKind::Pong,
            Self::Detach { .. } => MessageKind::Detach,
            Self::Result { .. } => MessageKind::Result,
            Self::Error { .. } => MessageKind::Error,
        }
    }

    /// The frame that carries it.
    #[must_use]
    pub fn encode(&self, era: Era) -> Bytes {
        build(|out| {
            let (Self::Attach { identity, .. }
            | Self::Pong { identity, .. }
            | Self::Detach { identity }
            | Self::Result { identity, .. }
            | Self::Error { identity, .. }) = self;
            let identity = match identity {
                Identity::Token(token) => Some(write::text_table(out, token)),
                Identity::Id(id) => Some(write::uuid(out, *id)),
                Identity::Absent => None,
            };
            let identity = identity.map(|table| table.as_union_value());
            let (member, table) = match self {
                Self::Attach { worker_type, .. } | Self::Pong { worker_type, .. } => {
                    let symbol = write::text_table(out, worker_type).as_union_value();
                    let member = if self.kind() == MessageKind::Attach { 1 } else { 2 };
                    (member, write::fields(out, &[identity, Some(symbol)]))
                }
                Self::Detach { .. } => (3, write::fields(out, &[identity])),
                Self::Result { request, value, .. } => {
                    let id = write::uuid(out, *request).as_union_value();
                    let value = write::var(out, value, era.anonymous()).as_union_value();
                    (4, write::fields(out, &[identity, Some(id), Some(value)]))
                }
                Self::Error { request, error, .. } => {
                    let id = write::uuid(out, *request).as_union_value();
                    let error = error.write(out).as_union_value();
                    (5, write::fields(out, &[identity, Some(id), Some(error)]))
                }
            };
            write::union(out, member, table)
        })
    }

    /// Reads one.
    ///
    /// # Errors
    ///
    /// If the frame is no message of a worker.
    pub fn decode(era: Era, frame: &[u8]) -> std::result::Result<Self, DecodeError> {
        decode(era, frame).map_err(|refusal| {
            DecodeError(match refusal {
                Refusal::Unreadable(error) => error.to_string(),
                Refusal::Invalid { reason, .. } => reason,
            })
        })
    }
}

/// Why a body is not acted upon.
#[derive(Debug, PartialEq)]
pub(crate) enum Refusal {
    /// No table at all.
    Unreadable(Malformed),
    /// A table, but not this one.
    Invalid {
        /// What was tried, if that could be seen.
        kind: Option<MessageKind>,
        /// For the worker.
        reason: String,
    },
}

/// Reads a body.
pub(crate) fn decode(era: Era, frame: &[u8]) -> std::result::Result<WorkerMessage, Refusal> {
    let limits = limits(frame.len());
    let mut reader = Reader::new(frame, &limits);
    let root = reader.root().and_then(|root| {
        let [member, _] = reader.slots(root)?;
        // planus reads the root's offset and vtable first; what follows is another error.
        reader.byte(member).map(|_| root)
    });
    let root = root.map_err(Refusal::Unreadable)?;
    let missing =
        || Refusal::Invalid { kind: None, reason: "Missing or invalid message union".to_owned() };
    let (member, table) = union(&mut reader, root, "message").map_err(|_| missing())?;
    let kind = match member {
        1 => MessageKind::Attach,
        2 => MessageKind::Pong,
        3 => MessageKind::Detach,
        4 => MessageKind::Result,
        5 => MessageKind::Error,
        _ => return Err(missing()),
    };
    body(&mut reader, era, kind, table)
        .map_err(|error| Refusal::Invalid { kind: Some(kind), reason: error.to_string() })
}

fn body(
    reader: &mut Reader<'_, '_>,
    era: Era,
    kind: MessageKind,
    table: At,
) -> Result<WorkerMessage> {
    let [speaker, second, third] = reader.slots(table)?;
    let identity = identity(reader, era, kind, speaker);
    Ok(match kind {
        MessageKind::Attach => {
            let worker_type = symbol(reader, required(second, "AttachWorker::worker_type()")?)?;
            WorkerMessage::Attach { identity: identity?, worker_type }
        }
        MessageKind::Pong => {
            let worker_type = symbol(reader, required(second, "WorkerPong::worker_type()")?)?;
            WorkerMessage::Pong { identity: identity?, worker_type }
        }
        MessageKind::Detach => WorkerMessage::Detach { identity: identity? },
        MessageKind::Result => {
            let identity = identity?;
            let request = uuid(reader, required(second, "RequestResult::request_id()")?)?;
            let value = required(third, "RequestResult::result()")?;
            let vars = Vars { anonymous: era.anonymous() };
            let value = vars.var(reader, value, MAX_DEPTH).map_err(|error| {
                format!("Failed to decode var: Failed to decode FlatBuffer Var: {error}")
            })?;
            WorkerMessage::Result { identity, request, value }
        }
        MessageKind::Error => {
            let identity = identity?;
            let request = uuid(reader, required(second, "RequestError::request_id()")?)?;
            let error = required(third, "RequestError::error()")?;
            WorkerMessage::Error { identity, request, error: WorkerError::read(reader, error)? }
        }
    })
}

/// Who the body says is speaking. Only where the daemon uses it does it have to be there.
fn identity(
    reader: &mut Reader<'_, '_>,
    era: Era,
    kind: MessageKind,
    field: Option<At>,
) -> Result<Identity> {
    use MessageKind as Kind;
    let used = era == Era::Paseto && !matches!(kind, Kind::Detach | Kind::Error);
    let mut read = || {
        let field = required(field, "token()")?;
        Ok(match era {
            Era::Curve => Identity::Id(uuid(reader, field)?),
            Era::Paseto => {
                let table = reader.follow(field)?;
                let [text] = reader.slots(table)?;
                let text = reader.text(required(text, "WorkerToken::token()")?)?;
                Identity::Token(text.to_owned())
            }
        })
    };
    match read() {
        Err(_) if !used => Ok(Identity::Absent),
        read => read,
    }
}

/// How a worker says that a request has failed (mooR sheet, section 5.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkerError {
    /// `WorkerPermissionDenied`.
    PermissionDenied(String),
    /// `WorkerInvalidRequest`.
    InvalidRequest(String),
    /// `WorkerInternalError`.
    InternalError(String),
    /// `WorkerRequestTimedOut`.
    RequestTimedOut(String),
    /// `WorkerRequestError`.
    RequestError(String),
    /// `WorkerDetached`.
    Detached(String),
    /// `NoWorkerAvailable`, with the worker type.
    NoWorkerAvailable(String),
}

impl WorkerError {
    fn parts(&self) -> (u8, &str) {
        match self {
            Self::PermissionDenied(text) => (1, text),
            Self::InvalidRequest(text) => (2, text),
            Self::InternalError(text) => (3, text),
            Self::RequestTimedOut(text) => (4, text),
            Self::RequestError(text) => (5, text),
            Self::Detached(text) => (6, text),
            Self::NoWorkerAvailable(text) => (7, text),
        }
    }

    /// Its name in the schema, such as `WorkerRequestTimedOut`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::PermissionDenied(_) => "WorkerPermissionDenied",
            Self::InvalidRequest(_) => "WorkerInvalidRequest",
            Self::InternalError(_) => "WorkerInternalError",
            Self::RequestTimedOut(_) => "WorkerRequestTimedOut",
            Self::RequestError(_) => "WorkerRequestError",
            Self::Detached(_) => "WorkerDetached",
            Self::NoWorkerAvailable(_) => "NoWorkerAvailable",
        }
    }

    /// What the worker said.
    #[must_use]
    pub fn text(&self) -> &str {
        self.parts().1
    }

    fn write(&self, out: &mut write::Builder) -> write::Table {
        let (member, text) = self.parts();
        let table = match self {
            Self::NoWorkerAvailable(_) => {
                let symbol = write::text_table(out, text);
                write::holding(out, symbol)
            }
            _ => write::text_table(out, text),
        };
        write::union(out, member, table)
    }

    fn read(reader: &mut Reader<'_, '_>, field: At) -> Result<Self> {
        let table = reader.follow(field)?;
        let (member, table) = union(reader, table, "WorkerError::error()")?;
        let [text] = reader.slots(table)?;
        let make = match member {
            1 => Self::PermissionDenied,
            2 => Self::InvalidRequest,
            3 => Self::InternalError,
            4 => Self::RequestTimedOut,
            5 => Self::RequestError,
            6 => Self::Detached,
            7 => {
                let name = required(text, "NoWorkerAvailable::worker_type()")?;
                return Ok(Self::NoWorkerAvailable(symbol(reader, name)?));
            }
            tag => {
                let text = format!("In WorkerError::error(): Unknown union (tag = {tag})");
                return Err(text.into());
            }
        };
        Ok(make(reader.text(required(text, "message()")?)?.to_owned()))
    }
}

impl fmt::Display for WorkerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name(), self.text())
    }
}
