//! What an adapter gives so that the suite can run against it.

use std::{fmt, future::Future, pin::Pin, time::Duration};

use journeyman_core::{JobError, Serve, Value, backoff::Backoff, capability::Capabilities};
use tokio::sync::{mpsc, oneshot};

use crate::proxy;

/// A future that the suite waits for.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One system under test: its stand-in (or real) server, and the adapter that works for it.
///
/// [`MemoryHarness`](super::MemoryHarness) is the smallest example.
pub trait Harness: Send + Sync {
    /// Its name in reports.
    fn name(&self) -> &str;

    /// What the adapter says that it offers. Cases are chosen by it, and it is compared with the
    /// checked-in table.
    fn capabilities(&self) -> Capabilities;

    /// The code by which the server's clients see this error. The harness writes its table out
    /// by itself: to ask the adapter would prove nothing.
    fn code(&self, error: &JobError) -> String;

    /// Whether the server's clients see the text of this error, and not only its code. Default: of
    /// every error.
    fn shows_text(&self, error: &JobError) -> bool {
        let _ = error;
        true
    }

    /// Whether this error means that the job was lost with a connection, where late results count
    /// and jobs can be lost all the same: on their way to the worker. Default: never.
    fn is_lost(&self, code: &str, message: &str) -> bool {
        let _ = (code, message);
        false
    }

    /// Whether the server can hand a job out again under its id. Default: it can.
    fn redelivers(&self) -> bool {
        true
    }

    /// Whether an answer whose confirmation was lost with the connection is sent again, so that
    /// the server sees it twice. Default: no.
    fn repeats_answers(&self) -> bool {
        false
    }

    /// Whether the server's clients are told at once of a job that a draining worker does not take.
    /// Default: they are. Where it stays with the server, or goes nowhere, they are not.
    fn tells_late_jobs(&self) -> bool {
        true
    }

    /// Whether the server keeps from the worker what is larger than the worker takes. Default: no.
    fn spares_worker(&self) -> bool {
        false
    }

    /// Whether a server that comes back with an empty memory has no use for results of jobs from
    /// before. Default: it has none. Where results are news for everybody, they are as good as ever.
    fn forgets(&self) -> bool {
        true
    }

    /// Whether the worker offers such results all the same, since only the server can tell. Default: it
    /// knows better.
    fn offers_forgotten(&self) -> bool {
        false
    }

    /// Whether the server's clients can tell which of several errors at a time belongs to which of
    /// their jobs. Default: they can.
    fn tells_jobs_apart(&self) -> bool {
        true
    }

    /// Whether a job whose connection is lost is handed out again although it is still in work, so
    /// that it may run twice. Default: it is not.
    fn takes_back(&self) -> bool {
        false
    }

    /// Connections that a new worker makes before that of its registration, to enroll for example.
    /// Default: none.
    fn early_connections(&self) -> u64 {
        0
    }

    /// How a value inside of arguments and results comes back from an echo; `None` when the wire
    /// cannot carry it. Default: everything is carried unchanged.
    fn carried(&self, value: &Value) -> Option<Value> {
        Some(value.clone())
    }

    /// Whether the wire can carry this value as the whole of a job's arguments.
    fn takes(&self, arguments: &Value) -> bool {
        self.carried(arguments).is_some()
    }

    /// What a handler sees that takes these arguments exactly as the wire has them. Default: what
    /// was sent. Where arguments are always a list, it is that list.
    fn arguments(&self, arguments: &Value) -> Value {
        arguments.clone()
    }

    /// What the server's clients see when a handler returns this value.
    fn result(&self, value: &Value) -> Option<Value> {
        self.carried(value)
    }

    /// Whether its [`Master`] can do this. Default: nothing.
    fn can(&self, fault: Fault) -> bool {
        let _ = fault;
        false
    }

    /// Whether worker and server talk over TCP, so that a proxy can stand between them.
    fn has_network(&self) -> bool {
        false
    }

    /// Whether the way between worker and server can be made bad from a seed, as
    /// [`Setup::network`] says: by a proxy where there is a network, by something else where
    /// there is none. Default: where there is a network.
    fn is_seeded(&self) -> bool {
        self.has_network()
    }

    /// Texts that must be in no log: the tokens that its servers accept.
    fn secrets(&self) -> Vec<String> {
        Vec::new()
    }

    /// Starts a server of its own for one case.
    ///
    /// # Errors
    /// What was wrong; the case fails.
    fn start(&self, setup: Setup) -> BoxFuture<'_, Result<Box<dyn Master>, String>>;
}

/// A running server, seen from its operator and its clients. It stops when it is dropped.
pub trait Master: Send + Sync {
    /// The adapter's backend, configured for this server as its [`Setup`] says. Asked for once.
    fn serve(&self) -> Serve;

    /// Submits a job.
    ///
    /// # Errors
    /// The server did not take it.
    fn submit(&self, job: NewJob) -> BoxFuture<'_, Result<Ticket, String>>;

    /// Cancels a submitted job, in the way that the server's clients do it. Whether the worker
    /// is told is [`Capabilities::cancel`].
    fn cancel<'a>(&'a self, id: &'a str) -> BoxFuture<'a, ()> {
        let _ = id;
        Box::pin(std::future::ready(()))
    }

    /// Does something bad (or ends it). Only called with what [`Harness::can`] says.
    fn fault(&self, fault: Fault) -> BoxFuture<'_, ()> {
        let _ = fault;
        Box::pin(std::future::ready(()))
    }

    /// How many registrations the server holds for connected and ready to be given jobs.
    fn registered(&self) -> usize;

    /// How many terminal messages have reached the server since its start, those that it had no
    /// use for included.
    fn answers(&self) -> u64;

    /// How many connections the worker has ended in good order; `None` where the server cannot
    /// tell.
    fn farewells(&self) -> Option<u64> {
        None
    }

    /// What the server knows, for the text of a failure.
    fn describe(&self) -> String {
        String::new()
    }
}

/// What a case asks of its server and of the backend.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setup {
    /// Names of all jobs that the case may submit, for servers that must know them.
    pub routes: Vec<String>,
    /// How many jobs the server must be able to have in flight at the worker. Where it gives one
    /// per registration: so many registrations.
    pub parallel: usize,
    /// The waits between connection attempts.
    pub backoff: Backoff,
    /// After this long without a sign of life, either way, a connection must be given up.
    pub silence: Duration,
    /// The largest message that the worker takes and sends, in bytes, where that can be set.
    pub max_message: usize,
    /// Pushed jobs that may wait for a permit.
    pub max_waiting: usize,
    /// Put a fault proxy between worker and server, and tell both nothing of it. Where there is no
    /// network: what takes its place.
    pub network: Option<Network>,
}

/// The bad network between worker and server. Where there is none, the faults say how bad the way is,
/// as far as it can be.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// What the proxy's randomness starts from.
    pub seed: u64,
    /// What it does from the start.
    pub faults: proxy::Faults,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            routes: super::board::ROUTES.iter().map(|route| (*route).to_owned()).collect(),
            parallel: 1,
            backoff: Backoff::new(Duration::from_millis(40), Duration::from_millis(400)),
            silence: Duration::from_secs(20),
            max_message: 1 << 20,
            max_waiting: 1024,
            network: None,
        }
    }
}

/// A job to submit.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NewJob {
    /// Its name.
    pub route: String,
    /// Its arguments; [`Harness::takes`] has said that they can be sent.
    pub args: Value,
    /// Its time limit on the wire, where there is one.
    pub timeout: Option<Duration>,
    /// How often the server hands it out again, under the same id, after it failed.
    pub retries: u32,
    /// Whether its progress is wanted.
    pub watched: bool,
}

impl NewJob {
    /// A job without a limit, without retries, and with nobody looking at its progress.
    pub fn new(route: &str, args: impl Into<Value>) -> Self {
        Self {
            route: route.to_owned(),
            args: args.into(),
            timeout: None,
            retries: 0,
            watched: false,
        }
    }

    /// With a time limit.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// With so many further tries after failures.
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// With its progress kept for [`Ticket::step`].
    #[must_use]
    pub fn watched(mut self) -> Self {
        self.watched = true;
        self
    }
}

/// How a job ended, as the server's clients see it.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    /// With this result.
    Ok(Value),
    /// With an error.
    Failed {
        /// See [`Harness::code`].
        code: String,
        /// The text.
        message: String,
    },
    /// Nobody will ever tell: the server is gone.
    Lost,
}

/// One progress report, as the server's clients see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// 0.0 to 1.0.
    pub fraction: f64,
    /// The text; empty for none.
    pub message: String,
}

/// A submitted job.
#[derive(Debug)]
pub struct Ticket {
    id: String,
    ended: oneshot::Receiver<Ended>,
    steps: mpsc::Receiver<Step>,
}

/// The other end of a [`Ticket`]. Dropping it without an end means [`Ended::Lost`].
#[derive(Debug)]
pub struct TicketWriter {
    ended: Option<oneshot::Sender<Ended>>,
    steps: Option<mpsc::Sender<Step>>,
}

/// Steps that may wait to be read.
const STEPS: usize = 1024;

impl Ticket {
    /// A ticket for a job of this id, and what to report its end to.
    pub fn new(id: impl Into<String>) -> (TicketWriter, Self) {
        let (ended, end) = oneshot::channel();
        let (sender, steps) = mpsc::channel(STEPS);
        let writer = TicketWriter { ended: Some(ended), steps: Some(sender) };
        (writer, Self { id: id.into(), ended: end, steps })
    }

    /// The server's id of the job.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Waits for the end. May be called until it has returned once.
    ///
    /// # Cancel safety
    /// It may be dropped and called again.
    pub async fn ended(&mut self) -> Ended {
        if self.ended.is_terminated() {
            return Ended::Lost;
        }
        (&mut self.ended).await.unwrap_or(Ended::Lost)
    }

    /// The end, if it is known already.
    pub fn try_ended(&mut self) -> Option<Ended> {
        match self.ended.try_recv() {
            Ok(ended) => Some(ended),
            Err(oneshot::error::TryRecvError::Empty) => None,
            Err(oneshot::error::TryRecvError::Closed) => Some(Ended::Lost),
        }
    }

    /// The next progress report; `None` when no more can come.
    ///
    /// # Cancel safety
    /// It may be dropped and called again.
    pub async fn step(&mut self) -> Option<Step> {
        self.steps.recv().await
    }
}

impl TicketWriter {
    /// Passes a progress report on; waits while 1024 are unread.
    pub async fn step(&self, step: Step) {
        if let Some(steps) = &self.steps {
            // An error means that nobody wants to know.
            let _ = steps.send(step).await;
        }
    }

    /// Ends the job. Later calls have no effect.
    pub fn end(&mut self, ended: Ended) {
        self.steps = None;
        if let Some(sender) = self.ended.take() {
            let _ = sender.send(ended);
        }
    }
}

/// Something bad that a server or the way to it can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// All connections end without a word. New ones work.
    Cut,
    /// The server ends all connections in good order. New ones work.
    Goodbye,
    /// The connections that there are stay open, and neither side hears of the other again. New
    /// ones work.
    Silence,
    /// From now on registrations are neither confirmed nor refused.
    HoldRegistrations,
    /// Registrations are confirmed again. Connections that wait for it may be cut.
    ReleaseRegistrations,
    /// From now on every job is delivered twice under its id.
    DeliverTwice,
    /// Messages that no worker should get, on all connections: unknown, truncated, empty. The
    /// connections stay.
    Garbage,
    /// Bytes that are no message at all, on all connections. These may end by it.
    BrokenFraming,
    /// The server goes away as if killed.
    Down,
    /// It is back at the same address, with an empty memory.
    Up,
    /// Every connection is half-open, new ones too: what is sent in either direction vanishes.
    /// Only with [`Setup::network`].
    Blackhole,
    /// At most this many bytes per second in each direction. Only with [`Setup::network`].
    Throttle(u64),
    /// The network is good again. Only with [`Setup::network`].
    GoodNetwork,
}

impl fmt::Debug for dyn Harness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Harness({})", self.name())
    }
}

impl fmt::Debug for dyn Master {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Master(registered: {})", self.registered())
    }
}
