//! What a daemon tells all workers.

use std::{fmt, time::Duration};

use bytes::Bytes;
use journeyman_core::Secret;
use journeyman_moor_schema::{curve, paseto};
use planus::ReadAsRoot;
use uuid::Uuid;

use super::{
    Arguments, Era, Limits, TOPIC, WireError,
    args::items,
    check,
    node::{Vars, WireItems, obj, uuid},
};
use crate::var::Obj;

/// A message of the daemon to all workers. Every worker gets those for all others, too.
#[derive(Clone, Debug)]
pub enum Broadcast {
    /// Say that you are there.
    Ping,
    /// Work, for the worker that it names.
    Request(Request),
    /// Stop. No known daemon sends it (mooR sheet, section 8.7).
    PleaseDie {
        /// Who should.
        worker_id: Uuid,
        /// The token of that worker; in the PASETO era.
        token: Option<Secret>,
    },
}

/// A request. Its arguments are not looked at yet.
#[derive(Clone)]
pub struct Request {
    /// The worker that it is for.
    pub worker_id: Uuid,
    /// Its id, for the answer.
    pub id: Uuid,
    /// The object with whose permissions the MOO task runs.
    pub perms: Obj,
    /// How long the MOO task wants to wait; `None` for ever. The daemon does not enforce it.
    pub timeout: Option<Duration>,
    token: Option<Bytes>,
    era: Era,
    frame: Bytes,
}

impl Request {
    /// The token of the worker that it is for, as that worker gave it; in the PASETO era.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref().and_then(|token| std::str::from_utf8(token).ok())
    }

    /// The length of the whole message, in bytes.
    pub fn length(&self) -> usize {
        self.frame.len()
    }

    #[cfg(test)]
    pub(super) fn frame_for_tests(&self) -> Bytes {
        self.frame.clone()
    }

    /// Checks the arguments.
    ///
    /// # Errors
    /// What is wrong with which argument: a lambda, an unknown kind, nesting beyond the limit.
    pub fn arguments(&self, limits: &Limits) -> Result<Arguments, WireError> {
        let vector = request_vector(self.era, &self.frame)?;
        check::arguments(WireItems::new(vector, self.era), self.frame.len(), limits)?;
        let items = items(WireItems::new(vector, self.era))?;
        Ok(Arguments { frame: self.frame.clone(), era: self.era, items })
    }
}

impl fmt::Debug for Request {
    /// Without token and arguments.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("worker_id", &self.worker_id)
            .field("id", &self.id)
            .field("perms", &self.perms)
            .field("timeout", &self.timeout)
            .field("bytes", &self.frame.len())
            .finish_non_exhaustive()
    }
}

/// Reads a broadcast: the topic and one message.
///
/// # Errors
/// Another number of frames, another topic, or no message of this era.
pub fn broadcast(era: Era, frames: &[Bytes]) -> Result<Broadcast, WireError> {
    broadcast_for(era, frames, |_| true)?
        .ok_or_else(|| WireError::new("a broadcast for another worker"))
}

/// As [`broadcast`], but looks no further than at the worker id of what is not `mine`: that gives
/// `None`. What is for another worker is no fault, and not ours to judge.
///
/// # Errors
/// As [`broadcast`].
pub fn broadcast_for(
    era: Era,
    frames: &[Bytes],
    mine: impl Fn(&Uuid) -> bool,
) -> Result<Option<Broadcast>, WireError> {
    let [topic, frame] = frames else {
        return Err(WireError::new(format!("a broadcast of {} frames instead of 2", frames.len())));
    };
    if topic != TOPIC {
        return Err(WireError::new("a broadcast of another topic than \"workers\""));
    }
    match era {
        Era::Paseto => of_paseto(frame, mine),
        Era::Curve => of_curve(frame, mine),
    }
    .map_err(|error| error.within("broadcast"))
}

fn of_paseto(frame: &Bytes, mine: impl Fn(&Uuid) -> bool) -> Result<Option<Broadcast>, WireError> {
    use paseto::DaemonToWorkerMessageUnionRef as Message;
    Ok(match paseto::DaemonToWorkerMessageRef::read_as_root(frame)?.message()? {
        Message::PingWorkers(_) => Some(Broadcast::Ping),
        Message::WorkerRequest(request) => {
            let worker_id = uuid(request.worker_id()?)?;
            if !mine(&worker_id) {
                return Ok(None);
            }
            // The vector has to be there; what is in it comes later.
            request.request()?;
            Some(Broadcast::Request(Request {
                worker_id,
                id: uuid(request.id()?)?,
                perms: obj(request.perms()?)?,
                timeout: timeout(request.timeout_ms()?),
                token: Some(frame.slice_ref(request.token()?.token()?.as_bytes())),
                era: Era::Paseto,
                frame: frame.clone(),
            }))
        }
        Message::PleaseDie(message) => {
            let worker_id = uuid(message.worker_id()?)?;
            if !mine(&worker_id) {
                return Ok(None);
            }
            let token = Some(Secret::new(message.token()?.token()?));
            Some(Broadcast::PleaseDie { worker_id, token })
        }
    })
}

fn of_curve(frame: &Bytes, mine: impl Fn(&Uuid) -> bool) -> Result<Option<Broadcast>, WireError> {
    use curve::DaemonToWorkerMessageUnionRef as Message;
    Ok(match curve::DaemonToWorkerMessageRef::read_as_root(frame)?.message()? {
        Message::PingWorkers(_) => Some(Broadcast::Ping),
        Message::WorkerRequest(request) => {
            let worker_id = uuid(request.worker_id()?)?;
            if !mine(&worker_id) {
                return Ok(None);
            }
            request.request()?;
            Some(Broadcast::Request(Request {
                worker_id,
                id: uuid(request.id()?)?,
                perms: obj(request.perms()?)?,
                timeout: timeout(request.timeout_ms()?),
                token: None,
                era: Era::Curve,
                frame: frame.clone(),
            }))
        }
        Message::PleaseDie(message) => {
            let worker_id = uuid(message.worker_id()?)?;
            mine(&worker_id).then_some(Broadcast::PleaseDie { worker_id, token: None })
        }
    })
}

/// Milliseconds, where 0 is for ever (mooR sheet, section 5.5).
fn timeout(millis: u64) -> Option<Duration> {
    (millis > 0).then(|| Duration::from_millis(millis))
}

/// The vector of arguments in a message that is a request.
pub(super) fn request_vector(era: Era, frame: &[u8]) -> planus::Result<Vars<'_>> {
    let missing = || planus::Error {
        source_location: planus::errors::ErrorLocation {
            type_: "DaemonToWorkerMessage",
            method: "message",
            byte_offset: 0,
        },
        error_kind: planus::errors::ErrorKind::MissingRequired,
    };
    match era {
        Era::Paseto => match paseto::DaemonToWorkerMessageRef::read_as_root(frame)?.message()? {
            paseto::DaemonToWorkerMessageUnionRef::WorkerRequest(request) => request.request(),
            _ => Err(missing()),
        },
        Era::Curve => match curve::DaemonToWorkerMessageRef::read_as_root(frame)?.message()? {
            curve::DaemonToWorkerMessageUnionRef::WorkerRequest(request) => request.request(),
            _ => Err(missing()),
        },
    }
}
