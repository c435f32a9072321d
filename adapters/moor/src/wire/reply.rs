//! What a daemon answers to one worker.

use bytes::Bytes;
use journeyman_moor_schema::{curve, paseto};
use planus::ReadAsRoot;
use uuid::Uuid;

use super::{Era, WireError, node::uuid};

/// The answer to a message of ours (mooR sheet, section 8.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Taken.
    Ack,
    /// Not even looked at: another number of frames, or no message.
    Rejected(Option<String>),
    /// Registered, by an attach or by the pong of a worker that was not known.
    Attached {
        /// The worker that was.
        worker_id: Uuid,
    },
    /// The token was refused; in the PASETO era.
    AuthFailed(String),
    /// The message could not be read; a request that it was to answer is still open.
    InvalidPayload(String),
    /// No such request is open for this worker.
    UnknownRequest(Uuid),
    /// The worker is not registered.
    NotRegistered(Uuid),
}

/// Reads an answer: one frame.
///
/// # Errors
/// Another number of frames, or no answer of this era.
pub fn reply(era: Era, frames: &[Bytes]) -> Result<Reply, WireError> {
    let [frame] = frames else {
        return Err(WireError::new(format!("an answer of {} frames instead of 1", frames.len())));
    };
    match era {
        Era::Paseto => of_paseto(frame),
        Era::Curve => of_curve(frame),
    }
    .map_err(|error| error.within("answer"))
}

macro_rules! reply {
    ($name:ident, $era:ident) => {
        fn $name(frame: &[u8]) -> Result<Reply, WireError> {
            use $era::DaemonToWorkerReplyUnionRef as Union;
            Ok(match $era::DaemonToWorkerReplyRef::read_as_root(frame)?.reply()? {
                Union::WorkerAck(_) => Reply::Ack,
                Union::WorkerRejected(reply) => {
                    Reply::Rejected(reply.reason()?.map(ToOwned::to_owned))
                }
                Union::WorkerAttached(reply) => {
                    Reply::Attached { worker_id: uuid(reply.worker_id()?)? }
                }
                Union::WorkerAuthFailed(reply) => Reply::AuthFailed(reply.reason()?.to_owned()),
                Union::WorkerInvalidPayload(reply) => {
                    Reply::InvalidPayload(reply.reason()?.to_owned())
                }
                Union::WorkerUnknownRequest(reply) => {
                    Reply::UnknownRequest(uuid(reply.request_id()?)?)
                }
                Union::WorkerNotRegistered(reply) => {
                    Reply::NotRegistered(uuid(reply.worker_id()?)?)
                }
            })
        }
    };
}

reply!(of_paseto, paseto);
reply!(of_curve, curve);
