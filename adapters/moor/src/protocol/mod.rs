//! The state machine of one worker process at a mooR daemon (mooR sheet, sections 7 and 8).
//!
//! A daemon broadcasts all requests to all workers, on one socket; each message of a worker goes
//! over the other one and is answered once. Nothing is queued for a worker: a request that is
//! published while the subscription is down is lost, and its MOO task waits for ever unless the
//! worker detaches. So:
//!
//! - the subscription is made first: the transport says that it is connected when the daemon has
//!   provably read it, and a worker attaches only then;
//! - after every lost connection the worker goes on under a **new id**. The old one is detached, at
//!   once or when its jobs in flight are answered, which fails whatever was lost on the way. Only an
//!   id that has jobs in flight and that the daemon has forgotten, since it was restarted, stays.

mod credentials;
mod enroll;
mod exchange;
mod ids;
mod life;
mod registration;
mod requests;

use std::{
    sync::Arc,
    time::{Instant, SystemTime},
};

use journeyman_core::{
    Error, ErrorKind,
    protocol::{Cx, Input, Protocol, Token, TokenMap},
    transport::{Closed, Lane, Tag},
};
use journeyman_zmq::{Endpoint, Frames, LaneTarget, ZmqTarget};

pub use self::credentials::{Credentials, CurveCredentials, Enrollment};
pub use self::ids::Ids;
use self::{
    exchange::{Again, Exchange, Exchanges},
    registration::{Gone, Registration},
    requests::Request,
};
use crate::{
    config::{Config, ConfigError},
    wire,
};

/// The road on which requests and pings come.
pub const REQUESTS: Lane = Lane("requests");

/// The road on which everything goes that is answered.
pub const RESPONSES: Lane = Lane("responses");

/// The road to the enrollment service.
pub const ENROLLMENT: Lane = Lane("enrollment");

/// One worker process.
#[derive(Debug)]
pub struct Moor {
    config: Arc<Config>,
    requests: Endpoint,
    responses: Endpoint,
    credentials: Credentials,
    ids: Ids,
    stage: Stage,
    /// One for each worker type, under the ids of this connection.
    registrations: Vec<Registration>,
    /// Those of earlier connections that have jobs in flight.
    leaving: Vec<Registration>,
    /// Those that are detached, or should be.
    gone: Vec<Gone>,
    jobs: TokenMap<Request>,
    /// Counts jobs, to tell those from before a message from those behind it.
    sequence: u64,
    exchanges: Exchanges,
    again: Vec<(Instant, Again)>,
    last_broadcast: Option<Instant>,
    /// Whether a registration was ever confirmed, so that a refusal is news.
    proved: bool,
    enrollment_failures: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Down,
    Enrolling,
    Registering,
    Registered,
    /// Saying goodbye.
    Leaving,
}

impl Moor {
    /// A worker of these types.
    ///
    /// # Errors
    /// An address of the configuration is no endpoint.
    pub fn new(
        config: Arc<Config>,
        types: &[String],
        credentials: Credentials,
        ids: Ids,
    ) -> Result<Self, ConfigError> {
        let (requests, responses) = config.endpoints()?;
        let mut moor = Self {
            config,
            requests,
            responses,
            credentials,
            ids,
            stage: Stage::Down,
            registrations: Vec::new(),
            leaving: Vec::new(),
            gone: Vec::new(),
            jobs: TokenMap::default(),
            sequence: 0,
            exchanges: Exchanges::default(),
            again: Vec::new(),
            last_broadcast: None,
            proved: false,
            enrollment_failures: 0,
        };
        moor.registrations =
            types.iter().map(|name| moor.registration(name.as_str().into())).collect();
        Ok(moor)
    }

    /// The ids that it is or wants to be registered under now, in the order of the types.
    pub fn worker_ids(&self) -> impl Iterator<Item = uuid::Uuid> {
        self.registrations.iter().map(|registration| registration.speaker.worker_id())
    }

    fn lane(&self, target: LaneTarget, endpoint: &Endpoint) -> Result<LaneTarget, Error> {
        if !self.config.encrypts(endpoint) {
            return Ok(target);
        }
        match self.credentials.client() {
            Some(curve) => Ok(target.curve(curve)),
            None => Err(Error::new(ErrorKind::Internal, "connect", "there are no CURVE keys")),
        }
    }

    fn received(&mut self, cx: &mut Cx<'_, Frames>, lane: Lane, message: &Frames) {
        if lane != REQUESTS {
            return cx.ignored(odd("a message where only answers come"));
        }
        self.last_broadcast = Some(cx.now());
        // Everybody gets everybody's requests: those of others are no news.
        let known = self.registrations.iter().chain(&self.leaving);
        let gone = &self.gone;
        let mine = |id: &uuid::Uuid| {
            known.clone().any(|known| known.speaker.worker_id() == *id)
                || gone.iter().any(|gone| gone.worker_id() == *id)
        };
        match wire::broadcast_for(self.config.era, &message.0, mine) {
            Ok(None) => {}
            Ok(Some(wire::Broadcast::Ping)) => self.pong(cx),
            Ok(Some(wire::Broadcast::Request(request))) => self.request(cx, &request),
            Ok(Some(wire::Broadcast::PleaseDie { worker_id, token })) => {
                self.please_die(cx, worker_id, token.as_ref());
            }
            Err(error) => cx.ignored(odd(&error.to_string())),
        }
    }

    fn reply(&mut self, cx: &mut Cx<'_, Frames>, tag: Tag, message: &Frames) {
        if self.stage == Stage::Enrolling {
            return self.enrolled(cx, message);
        }
        let reply = wire::reply(self.config.era, &message.0);
        match self.exchanges.take(tag) {
            Some(exchange) => self.answered(cx, exchange, reply),
            None => self.acknowledged(cx, Token::from_u64(tag.0), reply),
        }
    }

    fn failed(&mut self, cx: &mut Cx<'_, Frames>, tag: Tag, error: Error) {
        if self.stage == Stage::Enrolling {
            return self.enrollment_failed(cx, error);
        }
        match self.exchanges.take(tag) {
            Some(exchange) => self.unanswered(cx, exchange, &error),
            None => self.not_acknowledged(cx, Token::from_u64(tag.0), &error),
        }
    }
}

impl Protocol for Moor {
    type Target = ZmqTarget;
    type Message = Frames;

    fn target(&mut self, _now: SystemTime) -> Result<ZmqTarget, Error> {
        if let Some(enrollment) = self.credentials.enrollment() {
            self.stage = Stage::Enrolling;
            let lane = LaneTarget::request(ENROLLMENT, enrollment.endpoint.clone());
            return Ok(ZmqTarget { lanes: vec![lane] });
        }
        self.stage = Stage::Down;
        let topics = vec![bytes::Bytes::from_static(wire::TOPIC)];
        let requests = LaneTarget::subscribe(REQUESTS, self.requests.clone(), topics);
        let responses = LaneTarget::request(RESPONSES, self.responses.clone());
        Ok(ZmqTarget {
            lanes: vec![
                self.lane(requests, &self.requests)?,
                self.lane(responses, &self.responses)?,
            ],
        })
    }

    fn handle(&mut self, cx: &mut Cx<'_, Frames>, input: Input<Frames>) {
        match input {
            Input::Connected if self.stage == Stage::Enrolling => self.enroll(cx),
            Input::Connected => {
                self.last_broadcast = Some(cx.now());
                self.introduce(cx);
            }
            Input::Received { lane, message } => self.received(cx, lane, &message),
            Input::Reply { tag, message } => self.reply(cx, tag, &message),
            Input::Failed { tag, error } => self.failed(cx, tag, error),
            Input::Outcome { token, outcome } => self.outcome(cx, token, outcome),
            Input::Dropped { token } => self.done(cx, token),
            Input::Deadline => self.deadline(cx),
            Input::Disconnected { .. } => self.disconnected(cx),
            Input::Goodbye => self.goodbye(cx),
            // There is no drain message: a request that still comes is refused by the session, so
            // that its MOO task does not wait (sheet, section 8.5).
            _ => {}
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let again = self.again.iter().map(|(due, _)| *due).min();
        let leave = self.leaving.iter().filter_map(|old| old.leave_by).min();
        [self.silent_at(), again, leave].into_iter().flatten().min()
    }

    fn explain(&mut self, closed: Closed) -> Closed {
        self.explained(closed)
    }

    fn outcome_lane(&self) -> Lane {
        RESPONSES
    }
}

/// Something that the daemon should not have sent.
fn odd(what: &str) -> Error {
    Error::new(ErrorKind::PeerMisbehaved, "receive", format!("the daemon sent {what}"))
}

/// An answer names somebody else. Answers carry no number, and are taken for those of the messages
/// in their order: one must have got lost. With new sockets, they are in step again.
fn out_of_step(cx: &mut Cx<'_, Frames>) {
    let text = "an answer to something else: answers of the daemon must have got lost";
    cx.reconnect(odd(text));
}

#[cfg(test)]
mod tests;
