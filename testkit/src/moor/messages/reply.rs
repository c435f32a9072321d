//! What the daemon answers a worker.

use super::super::flat::{Reader, Result, limits, required};
use super::super::read::{union, uuid};
use super::super::write;
use super::{DecodeError, Era, build};
use bytes::Bytes;
use std::sync::OnceLock;
use uuid::Uuid;

/// The answer to one message of a worker (mooR sheet, section 8.6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// Done.
    Ack,
    /// The message could not be read at all.
    Rejected(Option<String>),
    /// The worker is registered.
    Attached {
        /// The token that the worker put into the body; in the PASETO era only.
        token: Option<String>,
        /// The worker.
        worker_id: Uuid,
    },
    /// The token is not accepted.
    AuthFailed(String),
    /// A part of the message is wrong.
    InvalidPayload(String),
    /// No such request is outstanding for this worker.
    UnknownRequest(Uuid),
    /// The worker is not registered.
    NotRegistered(Uuid),
}

impl Reply {
    /// Its name in the schema, such as `WorkerAck`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ack => "WorkerAck",
            Self::Rejected(_) => "WorkerRejected",
            Self::Attached { .. } => "WorkerAttached",
            Self::AuthFailed(_) => "WorkerAuthFailed",
            Self::InvalidPayload(_) => "WorkerInvalidPayload",
            Self::UnknownRequest(_) => "WorkerUnknownRequest",
            Self::NotRegistered(_) => "WorkerNotRegistered",
        }
    }

    /// The frame that carries it. The PASETO era wants a token in [`Reply::Attached`]; an absent
    /// one is written as an empty text there, and left out in the CURVE era.
    #[must_use]
    pub fn encode(&self, era: Era) -> Bytes {
        // Most answers are this one, and it is always the same.
        static ACK: OnceLock<Bytes> = OnceLock::new();
        match self {
            Self::Ack => ACK.get_or_init(|| self.build(era)).clone(),
            _ => self.build(era),
        }
    }

    fn build(&self, era: Era) -> Bytes {
        build(|out| {
            let (member, table) = match self {
                Self::Ack => (1, write::empty(out)),
                Self::Rejected(None) => (2, write::empty(out)),
                Self::Rejected(Some(reason)) => (2, write::text_table(out, reason)),
                Self::Attached { token, worker_id } => {
                    let token = (era == Era::Paseto).then(|| {
                        write::text_table(out, token.as_deref().unwrap_or_default())
                            .as_union_value()
                    });
                    let id = write::uuid(out, *worker_id).as_union_value();
                    let table = match token {
                        Some(token) => write::fields(out, &[Some(token), Some(id)]),
                        None => write::fields(out, &[Some(id)]),
                    };
                    (3, table)
                }
                Self::AuthFailed(reason) => (4, write::text_table(out, reason)),
                Self::InvalidPayload(reason) => (5, write::text_table(out, reason)),
                Self::UnknownRequest(id) => {
                    let id = write::uuid(out, *id);
                    (6, write::holding(out, id))
                }
                Self::NotRegistered(id) => {
                    let id = write::uuid(out, *id);
                    (7, write::holding(out, id))
                }
            };
            write::union(out, member, table)
        })
    }

    /// Reads one.
    ///
    /// # Errors
    ///
    /// If the frame is no reply.
    pub fn decode(era: Era, frame: &[u8]) -> std::result::Result<Self, DecodeError> {
        Ok(decode(era, frame)?)
    }
}

fn decode(era: Era, frame: &[u8]) -> Result<Reply> {
    let limits = limits(frame.len());
    let mut reader = Reader::new(frame, &limits);
    let root = reader.root()?;
    let (member, table) = union(&mut reader, root, "DaemonToWorkerReply::reply()")?;
    let [first, second] = reader.slots(table)?;
    let mut reason = |name| reader.text(required(first, name)?).map(str::to_owned);
    Ok(match member {
        1 => Reply::Ack,
        2 => Reply::Rejected(first.map(|at| reader.text(at).map(str::to_owned)).transpose()?),
        3 => {
            let (token, id) = match era {
                Era::Paseto => {
                    let token = required(first, "WorkerAttached::token()")?;
                    let token = reader.follow(token)?;
                    let [token] = reader.slots(token)?;
                    let token = reader.text(required(token, "WorkerToken::token()")?)?;
                    (Some(token.to_owned()), second)
                }
                Era::Curve => (None, first),
            };
            let id = required(id, "WorkerAttached::worker_id()")?;
            Reply::Attached { token, worker_id: uuid(&mut reader, id)? }
        }
        4 => Reply::AuthFailed(reason("WorkerAuthFailed::reason()")?),
        5 => Reply::InvalidPayload(reason("WorkerInvalidPayload::reason()")?),
        6 => {
            let id = required(first, "WorkerUnknownRequest::request_id()")?;
            Reply::UnknownRequest(uuid(&mut reader, id)?)
        }
        7 => {
            let id = required(first, "WorkerNotRegistered::worker_id()")?;
            Reply::NotRegistered(uuid(&mut reader, id)?)
        }
        tag => {
            let text = format!("In DaemonToWorkerReply::reply(): Unknown union (tag = {tag})");
            return Err(text.into());
        }
    })
}
