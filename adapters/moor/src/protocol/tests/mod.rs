//! The protocol without any I/O, today's wire. That the bytes are those of the real daemon is
//! tested with the golden vectors; here it is about who says what when.

mod enrollment;
mod life;
mod lost;
mod random;
mod requests;

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use journeyman_core::{
    Error, ErrorKind, JobError,
    job::{Completion, Role},
    protocol::{Action, IncomingJob, Input, Settlement, Token},
    sans_io::Driver,
    transport::{Closed, Tag},
};
use journeyman_moor_schema::{common, curve, var};
use planus::{ReadAsRoot as _, WriteAsOffset};
use uuid::Uuid;

use super::*;
use crate::wire;

type Actions = Vec<Action<Frames>>;

/// What a worker said, as its daemon understands it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Said {
    Attach(Uuid, String),
    Pong(Uuid, String),
    Detach(Uuid),
    Result(Uuid, Uuid, var::Var),
    Error(Uuid, Uuid, String),
}

/// A protocol, and the daemon's half of the wire.
pub(super) struct Bench {
    pub(super) driver: Driver<Moor>,
}

pub(super) fn bench(types: &[&str]) -> Bench {
    bench_with(Config::default(), types, Credentials::Open)
}

pub(super) fn bench_with(config: Config, types: &[&str], credentials: Credentials) -> Bench {
    let types: Vec<_> = types.iter().map(|name| (*name).to_owned()).collect();
    let moor = Moor::new(Arc::new(config), &types, credentials, Ids::new([1; 32])).unwrap();
    Bench { driver: Driver::new(moor, UNIX_EPOCH + Duration::from_secs(1_800_000_000), 7) }
}

impl Bench {
    /// A worker of one type that is registered, and its id.
    pub(super) fn ready(types: &[&str]) -> (Self, Vec<Uuid>) {
        let mut bench = bench(types);
        let ids = bench.register();
        (bench, ids)
    }

    /// Connects and confirms every registration.
    pub(super) fn register(&mut self) -> Vec<Uuid> {
        let actions = self.connect();
        let mut said = sent(&actions);
        let mut ids = Vec::new();
        while let Some((tag, message)) = said.pop() {
            let reply = match message {
                Said::Attach(id, _) => {
                    ids.push(id);
                    attached(id)
                }
                _ => ack(),
            };
            said.extend(sent(&self.reply(tag, reply)));
        }
        // In the order of the types.
        let order: Vec<_> = self.driver.protocol.worker_ids().collect();
        ids.sort_by_key(|id| order.iter().position(|other| other == id));
        ids
    }

    /// The id of the first worker type now.
    pub(super) fn id(&self) -> Uuid {
        self.driver.protocol.worker_ids().next().unwrap()
    }

    pub(super) fn connect(&mut self) -> Actions {
        self.driver.protocol.target(UNIX_EPOCH).unwrap();
        self.driver.handle(Input::Connected)
    }

    pub(super) fn disconnect(&mut self) -> Actions {
        let error = Error::new(ErrorKind::Disconnected, "receive", "gone");
        let closed = Closed { code: None, error, clean: false };
        let closed = self.driver.protocol.explain(closed);
        self.driver.handle(Input::Disconnected { closed })
    }

    pub(super) fn broadcast(&mut self, message: curve::DaemonToWorkerMessageUnion) -> Actions {
        let body = encode(curve::DaemonToWorkerMessage { message });
        self.raw(vec![Bytes::from_static(wire::TOPIC), body])
    }

    pub(super) fn raw(&mut self, frames: Vec<Bytes>) -> Actions {
        self.driver.handle(Input::Received { lane: REQUESTS, message: Frames(frames) })
    }

    pub(super) fn reply(&mut self, tag: Tag, reply: curve::DaemonToWorkerReplyUnion) -> Actions {
        let body = encode(curve::DaemonToWorkerReply { reply });
        self.driver.handle(Input::Reply { tag, message: Frames(vec![body]) })
    }

    pub(super) fn fail(&mut self, tag: Tag) -> Actions {
        let error = Error::new(ErrorKind::Timeout, "send", "no reply in time");
        self.driver.handle(Input::Failed { tag, error })
    }

    pub(super) fn advance(&mut self, duration: Duration) -> Actions {
        self.driver.advance(duration)
    }

    /// Ends a job as its session would: the value goes through the job's own codec.
    pub(super) fn finish(&mut self, token: Token, job: &IncomingJob, value: &str) -> Actions {
        let body = job.codec.encode(Role::Result, &value).unwrap();
        let completion = Completion { body, ..Completion::default() };
        self.driver.outcome(token, Ok(completion))
    }
}

/// What was sent, with its tags; everything that a worker sends is answered.
pub(super) fn sent(actions: &Actions) -> Vec<(Tag, Said)> {
    let sent = actions.iter().filter_map(|action| match action {
        Action::Send { lane, tag, message } => {
            assert_eq!(*lane, RESPONSES);
            Some((tag.expect("everything is answered"), understood(message)))
        }
        _ => None,
    });
    sent.collect()
}

/// The one message that was sent.
pub(super) fn only(actions: &Actions) -> (Tag, Said) {
    let mut sent = sent(actions);
    assert_eq!(sent.len(), 1, "{actions:?}");
    sent.remove(0)
}

pub(super) fn taken(actions: Actions) -> (Token, IncomingJob) {
    let jobs = actions.into_iter().filter_map(|action| match action {
        Action::Job(token, job) => Some((token, job)),
        _ => None,
    });
    let mut jobs: Vec<_> = jobs.collect();
    assert_eq!(jobs.len(), 1);
    jobs.remove(0)
}

pub(super) fn settlements(actions: &Actions) -> Vec<Settlement> {
    let settled = actions.iter().filter_map(|action| match action {
        Action::Settled(_, settlement) => Some(*settlement),
        _ => None,
    });
    settled.collect()
}

pub(super) fn is_ready(actions: &Actions) -> bool {
    actions.iter().any(|action| matches!(action, Action::Ready))
}

fn understood(message: &Frames) -> Said {
    use curve::WorkerToDaemonMessageUnion as Union;
    let [id, body] = message.0.as_slice() else { panic!("{} frames", message.0.len()) };
    let id = Uuid::from_slice(id).unwrap();
    let message = curve::WorkerToDaemonMessageRef::read_as_root(body).unwrap();
    let message = curve::WorkerToDaemonMessage::try_from(message).unwrap();
    let said = match message.message {
        Union::AttachWorker(m) => Said::Attach(back(&m.worker_id), m.worker_type.value),
        Union::WorkerPong(m) => Said::Pong(back(&m.worker_id), m.worker_type.value),
        Union::DetachWorker(m) => Said::Detach(back(&m.worker_id)),
        Union::RequestResult(m) => Said::Result(back(&m.worker_id), back(&m.request_id), *m.result),
        Union::RequestError(m) => {
            let error = format!("{:?}", m.error.error);
            Said::Error(back(&m.worker_id), back(&m.request_id), error)
        }
    };
    let (Said::Attach(body, _)
    | Said::Pong(body, _)
    | Said::Detach(body)
    | Said::Result(body, ..)
    | Said::Error(body, ..)) = &said;
    assert_eq!(*body, id, "frame and body name the same worker");
    said
}

pub(super) fn encode<T>(table: impl WriteAsOffset<T>) -> Bytes {
    let mut builder = planus::Builder::new();
    Bytes::copy_from_slice(builder.finish(table, None))
}

pub(super) fn id(id: Uuid) -> Box<common::Uuid> {
    Box::new(common::Uuid { data: id.as_bytes().to_vec() })
}

fn back(id: &common::Uuid) -> Uuid {
    Uuid::from_slice(&id.data).unwrap()
}

pub(super) fn ping() -> curve::DaemonToWorkerMessageUnion {
    curve::DaemonToWorkerMessageUnion::PingWorkers(Box::default())
}

pub(super) fn text(text: &str) -> var::Var {
    let value = var::VarStr { value: text.to_owned() };
    var::Var { variant: var::VarUnion::VarStr(Box::new(value)) }
}

pub(super) fn request(
    worker: Uuid,
    request: Uuid,
    arguments: Vec<var::Var>,
    timeout_ms: u64,
) -> curve::DaemonToWorkerMessageUnion {
    let perms = common::Obj { obj: common::ObjUnion::ObjId(Box::new(common::ObjId { id: 3 })) };
    curve::DaemonToWorkerMessageUnion::WorkerRequest(Box::new(curve::WorkerRequest {
        worker_id: id(worker),
        id: id(request),
        perms: Box::new(perms),
        request: arguments,
        timeout_ms,
    }))
}

pub(super) fn ack() -> curve::DaemonToWorkerReplyUnion {
    curve::DaemonToWorkerReplyUnion::WorkerAck(Box::default())
}

pub(super) fn attached(worker: Uuid) -> curve::DaemonToWorkerReplyUnion {
    let reply = curve::WorkerAttached { worker_id: id(worker) };
    curve::DaemonToWorkerReplyUnion::WorkerAttached(Box::new(reply))
}

pub(super) fn invalid(reason: &str) -> curve::DaemonToWorkerReplyUnion {
    let reply = journeyman_moor_schema::worker::WorkerInvalidPayload { reason: reason.to_owned() };
    curve::DaemonToWorkerReplyUnion::WorkerInvalidPayload(Box::new(reply))
}

pub(super) fn unknown(request: Uuid) -> curve::DaemonToWorkerReplyUnion {
    let reply = journeyman_moor_schema::worker::WorkerUnknownRequest { request_id: id(request) };
    curve::DaemonToWorkerReplyUnion::WorkerUnknownRequest(Box::new(reply))
}

pub(super) fn not_registered(worker: Uuid) -> curve::DaemonToWorkerReplyUnion {
    let reply = journeyman_moor_schema::worker::WorkerNotRegistered { worker_id: id(worker) };
    curve::DaemonToWorkerReplyUnion::WorkerNotRegistered(Box::new(reply))
}

pub(super) fn failed_job(text: &str) -> JobError {
    JobError::failed(text)
}
