//! What a system's worker protocol is: a state machine without sockets, clocks or tasks.
//!
//! A [`Protocol`] is told what happened ([`Input`]) together with the time and a source of
//! randomness, and says what to do ([`Cx`]). A session drives it; a test or a fuzzer can, too
//! (see [`crate::sans_io`]).

use std::{
    any::Any,
    fmt::{self, Debug},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use crate::{
    Error, JobError, Payload, Secret,
    extensions::Extensions,
    job::{Besides, CancelReason, Codec, Completion, OutEvent, ProgressUpdate},
    ledger::{Accepted, Ledger},
    transport::{Closed, Goodbye, Lane, Tag},
};

pub use crate::{
    hash::QuickHasher,
    ledger::{Token, TokenMap},
};

/// How a job ended.
pub type Outcome = Result<Completion, JobError>;

/// One system's worker protocol.
///
/// All handshake, registration, ping, codec, outcome mapping and late-result rules of a system
/// live in its implementation and nowhere else.
pub trait Protocol: Send + 'static {
    /// Where its transport connects to.
    type Target: Debug + Send + 'static;
    /// What its transport carries.
    type Message: Debug + Send + 'static;

    /// Where to connect to now. Called before every attempt, so that new keys are used.
    ///
    /// # Errors
    /// A permanent error ends the session; a temporary one is a failed attempt.
    fn target(&mut self, now: SystemTime) -> Result<Self::Target, Error>;

    /// Takes in what happened and says what to do.
    fn handle(&mut self, cx: &mut Cx<'_, Self::Message>, input: Input<Self::Message>);

    /// When it wants [`Input::Deadline`] next, if at all. Asked after every input.
    fn next_deadline(&self) -> Option<Instant>;

    /// Says what the end of a connection means in this system, which often only its protocol
    /// knows: a server that closes without a word may have refused a token, and a key that was
    /// refused while connecting may have to be enrolled anew. Called for failed attempts, too, and
    /// before [`Input::Disconnected`]; a permanent error ends the session.
    fn explain(&mut self, closed: Closed) -> Closed {
        closed
    }

    /// The lane that outcomes are sent on: while it has no room, outcomes stay with their jobs.
    fn outcome_lane(&self) -> Lane {
        Lane::MAIN
    }
}

/// What happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Input<M> {
    /// The transport is connected: register.
    Connected,
    /// A message came that answers nothing.
    Received {
        /// The lane that it came on.
        lane: Lane,
        /// The message.
        message: M,
    },
    /// The message sent under this tag was written (or acknowledged by the wire itself).
    Sent {
        /// The tag.
        tag: Tag,
    },
    /// The answer to the message sent under this tag.
    Reply {
        /// The tag.
        tag: Tag,
        /// The answer.
        message: M,
    },
    /// The exchange failed; the connection goes on.
    Failed {
        /// The tag.
        tag: Tag,
        /// Why.
        error: Error,
    },
    /// The peer showed that it is alive.
    Alive,
    /// The connection is gone. Whatever was sent and not reported as `Sent` or `Reply` may be
    /// lost: settle it as dropped, or give it back with [`Cx::requeue`].
    Disconnected {
        /// How it ended.
        closed: Closed,
    },
    /// The instant of [`Protocol::next_deadline`] has come.
    Deadline,
    /// A job ended. Comes once per token, unless it was requeued. The protocol sends what the wire wants and calls
    /// [`Cx::settled`] when that is written or confirmed.
    Outcome {
        /// The job.
        token: Token,
        /// How it ended.
        outcome: Outcome,
    },
    /// The outcome of a job was dropped before this protocol saw it (no late result counts, or
    /// the outbox was full): forget the job. It is settled already.
    Dropped {
        /// The job.
        token: Token,
    },
    /// A running job reports progress.
    Progress {
        /// The job.
        token: Token,
        /// The report.
        update: ProgressUpdate,
    },
    /// A running job publishes an event.
    Event {
        /// The job.
        token: Token,
        /// The event.
        event: OutEvent,
    },
    /// Something that the adapter's own extractors or handles ask for (a checkpoint, telemetry
    /// outside of a job); see [`Commands`](crate::backend::Commands).
    Command {
        /// The job that it belongs to, if any.
        token: Option<Token>,
        /// A type of the adapter's.
        command: Box<dyn Any + Send>,
    },
    /// For intake by pull: there are permits for this many jobs; ask for them.
    Credit {
        /// How many.
        jobs: u32,
    },
    /// Stop taking jobs, in the way that the system allows. Those in flight go on.
    Drain,
    /// Everything is settled: say goodbye and call [`Cx::close`].
    Goodbye,
}

/// A job as its wire describes it.
#[derive(Debug)]
pub struct IncomingJob {
    /// The server's id. Deliveries with the id of a job in flight are merged with it.
    pub id: Arc<str>,
    /// The name to route it by.
    pub route: Arc<str>,
    /// Its arguments.
    pub payload: Box<dyn Payload>,
    /// How its result is encoded.
    pub codec: Arc<dyn Codec>,
    /// The attempt, from 1, where the wire tells.
    pub attempt: Option<u32>,
    /// Whether it was delivered before, where the wire tells.
    pub redelivered: Option<bool>,
    /// How long it may take, counted from now.
    pub timeout: Option<Duration>,
    /// When it was queued at the server, where the wire tells.
    pub enqueued_at: Option<SystemTime>,
    /// The W3C `traceparent` that came along.
    pub traceparent: Option<Arc<str>>,
    /// The server's id of what the job is a part of, for the job's span.
    pub correlation_id: Option<Arc<str>>,
    /// What else the adapter knows, for its own extractors.
    pub extensions: Extensions,
    /// The same as text, for handlers that are no Rust code.
    pub besides: Option<Arc<dyn Besides>>,
}

impl IncomingJob {
    /// A job with only what every wire has.
    pub fn new(
        id: impl Into<Arc<str>>,
        route: impl Into<Arc<str>>,
        payload: impl Payload,
        codec: Arc<dyn Codec>,
    ) -> Self {
        Self::boxed(id, route, Box::new(payload), codec)
    }

    /// As [`new`](Self::new), for a payload that is in a box already.
    pub fn boxed(
        id: impl Into<Arc<str>>,
        route: impl Into<Arc<str>>,
        payload: Box<dyn Payload>,
        codec: Arc<dyn Codec>,
    ) -> Self {
        Self {
            id: id.into(),
            route: route.into(),
            payload,
            codec,
            attempt: None,
            redelivered: None,
            timeout: None,
            enqueued_at: None,
            traceparent: None,
            correlation_id: None,
            extensions: Extensions::new(),
            besides: None,
        }
    }
}

/// How the outcome of a job reached its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settlement {
    /// It was written; the server never answers.
    Written,
    /// The server acknowledged it.
    Confirmed,
    /// It could not be delivered.
    Dropped(DropReason),
}

/// Why an outcome could not be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DropReason {
    /// Its connection is gone, and the protocol lets no late result count.
    ConnectionLost,
    /// The server does not know the job (any more).
    Unknown,
    /// Too many outcomes waited for the connection.
    OutboxFull,
    /// The worker stopped before the connection came back.
    Stopped,
}

impl DropReason {
    /// All reasons.
    pub const ALL: [Self; 4] =
        [Self::ConnectionLost, Self::Unknown, Self::OutboxFull, Self::Stopped];

    /// A short word for logs and metric labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConnectionLost => "connection_lost",
            Self::Unknown => "unknown_to_server",
            Self::OutboxFull => "outbox_full",
            Self::Stopped => "stopped",
        }
    }
}

/// What a protocol wants done. A session carries it out; a test looks at it
/// (see [`crate::sans_io`]).
#[derive(Debug)]
#[non_exhaustive]
pub enum Action<M> {
    /// Send a message.
    Send {
        /// On this lane.
        lane: Lane,
        /// Under this tag.
        tag: Option<Tag>,
        /// The message.
        message: M,
    },
    /// Run an accepted job.
    Job(Token, IncomingJob),
    /// An accepted job was in flight already.
    Merged(Token),
    /// Ask a running job to stop.
    Cancel(Token, CancelReason),
    /// The registration is confirmed.
    Ready,
    /// The registration is lost.
    NotReady(Error),
    /// A job has ended.
    Settled(Token, Settlement),
    /// Offer an outcome again later.
    Requeue(Token, Outcome),
    /// Connect anew after a backoff.
    Reconnect(Error),
    /// Connect anew at once.
    Redial,
    /// End the session with an error.
    Fail(Error),
    /// End the session in good order.
    Finish(String),
    /// End the connection in good order.
    Close(Goodbye),
    /// Store something for the next start.
    Store(String, Secret),
    /// A wrong message was ignored.
    Ignored(Error),
}

/// The time, randomness and the list of things to do, for one call of [`Protocol::handle`].
pub struct Cx<'a, M> {
    pub(crate) now: Instant,
    /// `None` to look at the system's clock when somebody asks, which few inputs need.
    pub(crate) wall: Option<SystemTime>,
    pub(crate) epoch: u64,
    pub(crate) ledger: &'a mut Ledger,
    pub(crate) rng: &'a mut fastrand::Rng,
    pub(crate) actions: &'a mut Vec<Action<M>>,
}

impl<M> Debug for Cx<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cx").field("now", &self.now).field("epoch", &self.epoch).finish()
    }
}

impl<M> Cx<'_, M> {
    /// The monotonic time.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The wall-clock time.
    pub fn wall(&self) -> SystemTime {
        self.wall.unwrap_or_else(SystemTime::now)
    }

    /// Random bits. Not for keys.
    pub fn random(&mut self) -> u64 {
        self.rng.u64(..)
    }

    /// Sends a message. With a tag, exactly one of `Sent`, `Reply` or `Failed` comes for it,
    /// unless the connection ends first.
    pub fn send(&mut self, lane: Lane, tag: Option<Tag>, message: M) {
        self.actions.push(Action::Send { lane, tag, message });
    }

    /// Accepts a job. From now on it ends in exactly one [`Input::Outcome`]. A job whose id is in
    /// flight already is not run again: the token of the first delivery comes back, and its
    /// outcome goes to the present connection.
    pub fn accept(&mut self, job: IncomingJob) -> Token {
        match self.ledger.accept(&job.id, self.epoch) {
            Accepted::New(token) => {
                self.actions.push(Action::Job(token, job));
                token
            }
            Accepted::Merged(token) => {
                self.actions.push(Action::Merged(token));
                token
            }
        }
    }

    /// The job of this id that is in flight, if there is one: for servers that name jobs by id.
    pub fn find(&self, id: &str) -> Option<Token> {
        self.ledger.find(id)
    }

    /// Asks a running job to stop. Its outcome comes as usual.
    pub fn cancel(&mut self, token: Token, reason: CancelReason) {
        self.actions.push(Action::Cancel(token, reason));
    }

    /// Says that the registration is confirmed and jobs can come in: provably receiving.
    pub fn ready(&mut self) {
        self.actions.push(Action::Ready);
    }

    /// Says that the registration is lost although the connection stands.
    pub fn not_ready(&mut self, error: Error) {
        self.actions.push(Action::NotReady(error));
    }

    /// Ends a job whose outcome this protocol was given.
    pub fn settled(&mut self, token: Token, settlement: Settlement) {
        self.actions.push(Action::Settled(token, settlement));
    }

    /// Gives an outcome back, to be offered again when the session is ready next.
    pub fn requeue(&mut self, token: Token, outcome: Outcome) {
        self.actions.push(Action::Requeue(token, outcome));
    }

    /// Drops the connection and connects again after a backoff.
    pub fn reconnect(&mut self, error: Error) {
        self.actions.push(Action::Reconnect(error));
    }

    /// Drops the connection and connects again at once, because the target has changed: new keys
    /// after an enrollment, for example. It counts as no failure, and no [`Input::Disconnected`]
    /// comes; but more than eight in a row without [`ready`](Self::ready) are a failed attempt.
    pub fn redial(&mut self) {
        self.actions.push(Action::Redial);
    }

    /// Ends the session for good.
    pub fn fail(&mut self, error: Error) {
        self.actions.push(Action::Fail(error));
    }

    /// Drains and ends the session in good order, for example after the idle time.
    pub fn finish(&mut self, reason: impl Into<String>) {
        self.actions.push(Action::Finish(reason.into()));
    }

    /// Ends the connection in good order; the answer to [`Input::Goodbye`].
    pub fn close(&mut self, goodbye: Goodbye) {
        self.actions.push(Action::Close(goodbye));
    }

    /// Stores something for the next start, such as an identity.
    pub fn store(&mut self, name: impl Into<String>, content: Secret) {
        self.actions.push(Action::Store(name.into(), content));
    }

    /// Counts and logs a message of the peer that was wrong and is ignored.
    pub fn ignored(&mut self, error: Error) {
        self.actions.push(Action::Ignored(error));
    }
}
