//! What the daemon publishes to all workers.

use super::super::flat::{Reader, Result, limits, required};
use super::super::read::{MAX_DEPTH, Vars, obj, union, uuid};
use super::super::value::{Obj, Value};
use super::super::write;
use super::{DecodeError, Era, build};
use bytes::Bytes;
use uuid::Uuid;

/// A message to all workers (mooR sheet, section 3.3), without its topic frame.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Broadcast {
    /// Every worker shall answer with a pong.
    Ping,
    /// Work for one worker.
    Request {
        /// The addressee.
        worker_id: Uuid,
        /// The addressee's own token; in the PASETO era only.
        token: Option<String>,
        /// Id of the request.
        id: Uuid,
        /// Whose permissions the task has.
        perms: Obj,
        /// The argument list.
        arguments: Vec<Value>,
        /// Milliseconds; 0 is no timeout.
        timeout_ms: u64,
    },
    /// A worker shall end.
    PleaseDie {
        /// The addressee.
        worker_id: Uuid,
        /// The addressee's token; in the PASETO era only.
        token: Option<String>,
    },
}

/// The arguments of a request to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arguments<'a> {
    /// These.
    Values(&'a [Value]),
    /// One argument: lists inside of each other, this many.
    Nested(usize),
}

/// A request to be written.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) worker_id: Uuid,
    pub(crate) token: Option<&'a str>,
    pub(crate) id: Uuid,
    pub(crate) perms: Obj,
    pub(crate) arguments: Arguments<'a>,
    pub(crate) timeout_ms: u64,
}

impl Request<'_> {
    pub(crate) fn encode(&self, era: Era) -> Bytes {
        build(|out| {
            let token = token_of(out, era, self.token);
            let worker_id = write::uuid(out, self.worker_id).as_union_value();
            let id = write::uuid(out, self.id).as_union_value();
            let perms = write::obj(out, self.perms).as_union_value();
            let arguments = match self.arguments {
                Arguments::Values(values) => write::vector(out, values, era.anonymous()),
                Arguments::Nested(depth) => {
                    let value = write::nested(out, depth);
                    out.create_vector(&[value])
                }
            };
            let arguments = arguments.as_union_value();
            let timeout = self.timeout_ms;
            let table = match token {
                Some(_) => {
                    let fields = [Some(worker_id), token, Some(id), Some(perms), Some(arguments)];
                    write::fields_and_u64(out, &fields, 5, timeout)
                }
                None => {
                    let fields = [Some(worker_id), Some(id), Some(perms), Some(arguments)];
                    write::fields_and_u64(out, &fields, 4, timeout)
                }
            };
            write::union(out, 2, table)
        })
    }
}

fn token_of(
    out: &mut write::Builder,
    era: Era,
    token: Option<&str>,
) -> Option<flatbuffers::WIPOffset<flatbuffers::UnionWIPOffset>> {
    let wanted = era == Era::Paseto;
    wanted.then(|| write::text_table(out, token.unwrap_or_default()).as_union_value())
}

impl Broadcast {
    /// The frame that carries it. The PASETO era wants tokens; an absent one is written as an
    /// empty text there.
    #[must_use]
    pub fn encode(&self, era: Era) -> Bytes {
        match self {
            Self::Ping => build(|out| {
                let table = write::empty(out);
                write::union(out, 1, table)
            }),
            Self::Request { worker_id, token, id, perms, arguments, timeout_ms } => Request {
                worker_id: *worker_id,
                token: token.as_deref(),
                id: *id,
                perms: *perms,
                arguments: Arguments::Values(arguments),
                timeout_ms: *timeout_ms,
            }
            .encode(era),
            Self::PleaseDie { worker_id, token } => build(|out| {
                let token = token_of(out, era, token.as_deref());
                let id = write::uuid(out, *worker_id).as_union_value();
                let table = match token {
                    Some(_) => write::fields(out, &[token, Some(id)]),
                    None => write::fields(out, &[Some(id)]),
                };
                write::union(out, 3, table)
            }),
        }
    }

    /// Reads one.
    ///
    /// # Errors
    ///
    /// If the frame is no message to workers.
    pub fn decode(era: Era, frame: &[u8]) -> std::result::Result<Self, DecodeError> {
        Ok(decode(era, frame)?)
    }
}

fn decode(era: Era, frame: &[u8]) -> Result<Broadcast> {
    let limits = limits(frame.len());
    let mut reader = Reader::new(frame, &limits);
    let reader = &mut reader;
    let root = reader.root()?;
    let (member, table) = union(reader, root, "DaemonToWorkerMessage::message()")?;
    let token = |reader: &mut Reader<'_, '_>, at| -> Result<Option<String>> {
        let table = reader.follow(required(at, "token()")?)?;
        let [text] = reader.slots(table)?;
        let text = reader.text(required(text, "WorkerToken::token()")?)?;
        Ok(Some(text.to_owned()))
    };
    Ok(match member {
        1 => Broadcast::Ping,
        2 => {
            let [worker_id, token_at, id, perms, arguments, timeout] = match era {
                Era::Paseto => reader.slots(table)?,
                Era::Curve => {
                    let [worker_id, id, perms, arguments, timeout] = reader.slots(table)?;
                    [worker_id, None, id, perms, arguments, timeout]
                }
            };
            let token = match era {
                Era::Paseto => token(reader, token_at)?,
                Era::Curve => None,
            };
            let vars = Vars { anonymous: era.anonymous() };
            let arguments = required(arguments, "WorkerRequest::request()")?;
            Broadcast::Request {
                worker_id: uuid(reader, required(worker_id, "WorkerRequest::worker_id()")?)?,
                token,
                id: uuid(reader, required(id, "WorkerRequest::id()")?)?,
                perms: obj(reader, required(perms, "WorkerRequest::perms()")?)?,
                arguments: vars.vector(reader, arguments, MAX_DEPTH)?,
                timeout_ms: reader.ulong(timeout)?,
            }
        }
        3 => {
            let [first, second] = reader.slots(table)?;
            let (token, id) = match era {
                Era::Paseto => (token(reader, first)?, second),
                Era::Curve => (None, first),
            };
            let worker_id = uuid(reader, required(id, "PleaseDie::worker_id()")?)?;
            Broadcast::PleaseDie { worker_id, token }
        }
        tag => {
            let text = format!("In DaemonToWorkerMessage::message(): Unknown union (tag = {tag})");
            return Err(text.into());
        }
    })
}
