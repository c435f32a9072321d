//! What a worker tells the daemon.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use journeyman_core::erased_serde;
use journeyman_moor_schema::{common, curve, paseto};
use planus::{Builder, Offset};
use uuid::Uuid;

use super::{
    Era, Limits, WireError, WorkerError,
    builder::{build, build_always},
    encode::Encoder,
};

/// Who speaks to the daemon. Clones are cheap.
#[derive(Clone)]
pub struct Speaker {
    worker_id: Uuid,
    /// The id as a frame; every message begins with it.
    id: Bytes,
    /// In the PASETO era, and only there. It is not optional in that era because an empty one makes
    /// the worker thread of the daemon panic (mooR sheet, section 6.3).
    token: Option<Arc<str>>,
}

impl fmt::Debug for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Speaker")
            .field("era", &self.era())
            .field("worker_id", &self.worker_id)
            .finish_non_exhaustive()
    }
}

/// Builds a message of one era that names the worker, and perhaps its type.
macro_rules! message {
    ($era:ident, $who:expr, $table:ident, $create:ident $(, $worker_type:expr)?) => {
        build_always(|b| {
            let who = $who(b);
            let message = $era::$table::create(
                b,
                who
                $(, common::Symbol { value: $worker_type.to_owned() })?
            );
            let message = $era::WorkerToDaemonMessageUnion::$create(b, message);
            $era::WorkerToDaemonMessage::create(b, message)
        })
    };
}

impl Speaker {
    /// A worker of the PASETO era, with its token.
    pub fn paseto(worker_id: Uuid, token: impl Into<Arc<str>>) -> Self {
        Self { worker_id, id: frame(worker_id), token: Some(token.into()) }
    }

    /// A worker of the CURVE era.
    pub fn curve(worker_id: Uuid) -> Self {
        Self { worker_id, id: frame(worker_id), token: None }
    }

    /// The wire.
    pub fn era(&self) -> Era {
        if self.token.is_some() { Era::Paseto } else { Era::Curve }
    }

    /// The id of the worker.
    pub fn worker_id(&self) -> Uuid {
        self.worker_id
    }

    /// The frames of a message with this body: token and worker id, or the worker id alone, come
    /// before it (mooR sheet, section 3.1).
    pub fn frames(&self, body: Bytes) -> Vec<Bytes> {
        let id = self.id.clone();
        match &self.token {
            Some(token) => vec![Bytes::copy_from_slice(token.as_bytes()), id, body],
            None => vec![id, body],
        }
    }

    /// Registers the worker. Never send it while requests are in flight: the daemon would forget
    /// them (mooR sheet, section 8.1).
    pub fn attach(&self, worker_type: &str) -> Vec<Bytes> {
        self.frames(match &self.token {
            Some(token) => {
                message!(
                    paseto,
                    |b| body_token(b, token),
                    AttachWorker,
                    create_attach_worker,
                    worker_type
                )
            }
            None => {
                message!(
                    curve,
                    |b| uuid(b, self.worker_id),
                    AttachWorker,
                    create_attach_worker,
                    worker_type
                )
            }
        })
    }

    /// Answers a ping.
    pub fn pong(&self, worker_type: &str) -> Vec<Bytes> {
        self.frames(match &self.token {
            Some(token) => {
                message!(
                    paseto,
                    |b| body_token(b, token),
                    WorkerPong,
                    create_worker_pong,
                    worker_type
                )
            }
            None => {
                message!(
                    curve,
                    |b| uuid(b, self.worker_id),
                    WorkerPong,
                    create_worker_pong,
                    worker_type
                )
            }
        })
    }

    /// Says goodbye. The daemon fails what this worker still has in flight.
    pub fn detach(&self) -> Vec<Bytes> {
        self.frames(match &self.token {
            Some(token) => {
                message!(paseto, |b| body_token(b, token), DetachWorker, create_detach_worker)
            }
            None => {
                message!(curve, |b| uuid(b, self.worker_id), DetachWorker, create_detach_worker)
            }
        })
    }

    /// The body of the message that ends a request with a value; see [`frames`](Self::frames).
    ///
    /// # Errors
    /// mooR has no such value, or it is nested too deep or too large.
    pub fn result(
        &self,
        request: Uuid,
        value: &dyn erased_serde::Serialize,
        limits: &Limits,
    ) -> Result<Bytes, WireError> {
        let message = build(|scratch| {
            let result = Encoder::new(scratch, self.era(), limits).value(value)?;
            let b = &mut scratch.builder;
            let id = uuid(b, request);
            Ok::<_, WireError>(match &self.token {
                Some(token) => {
                    let token = body_token(b, token);
                    let message = paseto::RequestResult::create(b, token, id, result);
                    let message =
                        paseto::WorkerToDaemonMessageUnion::create_request_result(b, message);
                    paseto::WorkerToDaemonMessage::create(b, message).downcast()
                }
                None => {
                    let who = uuid(b, self.worker_id);
                    let message = curve::RequestResult::create(b, who, id, result);
                    let message =
                        curve::WorkerToDaemonMessageUnion::create_request_result(b, message);
                    curve::WorkerToDaemonMessage::create(b, message).downcast()
                }
            })
        })?;
        if message.len() > limits.max_bytes {
            return Err(super::encode::too_large(limits));
        }
        Ok(message)
    }

    /// The body of the message that ends a request with an error; see [`frames`](Self::frames).
    pub fn error(&self, request: Uuid, error: &WorkerError) -> Bytes {
        build_always(|b| {
            let error = error.write(b);
            let id = uuid(b, request);
            match &self.token {
                Some(token) => {
                    let token = body_token(b, token);
                    let message = paseto::RequestError::create(b, token, id, error);
                    let message =
                        paseto::WorkerToDaemonMessageUnion::create_request_error(b, message);
                    paseto::WorkerToDaemonMessage::create(b, message).downcast()
                }
                None => {
                    let who = uuid(b, self.worker_id);
                    let message = curve::RequestError::create(b, who, id, error);
                    let message =
                        curve::WorkerToDaemonMessageUnion::create_request_error(b, message);
                    curve::WorkerToDaemonMessage::create(b, message).downcast()
                }
            }
        })
    }
}

fn frame(worker_id: Uuid) -> Bytes {
    Bytes::copy_from_slice(worker_id.as_bytes())
}

fn uuid(b: &mut Builder, uuid: Uuid) -> Offset<common::Uuid> {
    common::Uuid::create(b, &uuid.as_bytes()[..])
}

/// The token once more: the daemon takes the worker of a result from there (mooR sheet, section 6.4).
fn body_token(b: &mut Builder, token: &str) -> Offset<paseto::WorkerToken> {
    paseto::WorkerToken::create(b, token)
}
