//! A job on its way through layers to its handler.

use std::{
    any::Any,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, AtomicU32, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::{Notify, mpsc};

use crate::{
    Error, JobError, Payload, Value,
    budget::Permit,
    capability::RetryOwner,
    extensions::Extensions,
    extract::FromJob,
    ledger::Token,
    router::RouteEntry,
    session::{Running, SessionStats},
    shown::Shown,
    snapshot::OutputText,
};

/// What is known about a job, as far as its wire tells.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JobInfo {
    /// The server's id of the job (or task, step, request).
    pub id: Arc<str>,
    /// The name of the backend that it came from.
    pub backend: Arc<str>,
    /// The name by which it was routed.
    pub route: Arc<str>,
    /// Which attempt this is, from 1. Where the wire does not tell, the session counts the
    /// failures that it saw of the same id. A handler that takes `JobInfo` gets the attempts of
    /// the retry layer counted in ([`Job::attempt`]).
    pub attempt: u32,
    /// Whether it was delivered before; `None` where the wire does not tell.
    pub redelivered: Option<bool>,
    /// When it must be finished.
    pub deadline: Option<Instant>,
    /// When it was put into the server's queue.
    pub enqueued_at: Option<SystemTime>,
    /// When this worker got it.
    pub received_at: Instant,
    /// The W3C `traceparent` that came along.
    pub traceparent: Option<Arc<str>>,
    /// Who tries it again when it fails.
    pub retry_owner: RetryOwner,
}

/// Why a job is asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CancelReason {
    /// The server cancelled it.
    Server,
    /// Its deadline passed.
    Deadline,
    /// The worker stops and its drain time is over.
    Shutdown,
    /// Its connection is gone, so its result could not be delivered.
    ConnectionLost,
    /// The server does not know the job any more.
    Forgotten,
}

impl CancelReason {
    const ALL: [Self; 5] =
        [Self::Server, Self::Deadline, Self::Shutdown, Self::ConnectionLost, Self::Forgotten];

    /// A short word for logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Server => "cancelled by the server",
            Self::Deadline => "deadline passed",
            Self::Shutdown => "worker stops",
            Self::ConnectionLost => "connection lost",
            Self::Forgotten => "forgotten by the server",
        }
    }
}

/// What an encoded value is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// The result of a job.
    Result,
    /// The data of a progress report.
    Progress,
    /// The payload of an event.
    Event,
}

/// What a job carries besides its arguments, for handlers that are no Rust code and cannot take an
/// adapter's extractors: programs, scripts.
pub trait Besides: fmt::Debug + Send + Sync + 'static {
    /// The name under which such a handler finds it.
    fn name(&self) -> &'static str;

    /// One JSON value. It is asked for by those handlers only, since it may be much.
    ///
    /// # Errors
    /// It cannot be written; the job then fails with this.
    fn to_json(&self) -> Result<String, JobError>;
}

/// Turns a handler's value into the form of the wire. It runs in the job's own task, so that a
/// large result does not hold up the session.
pub trait Codec: fmt::Debug + Send + Sync + 'static {
    /// Encodes a value.
    ///
    /// # Errors
    /// The wire cannot carry it; the job then fails with a message that says so.
    fn encode(&self, role: Role, value: &dyn erased_serde::Serialize) -> Result<Body, Error>;
}

/// A value in the form of a wire.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Body {
    /// No value.
    #[default]
    Empty,
    /// Bytes of the wire.
    Bytes(Bytes),
    /// A value, for wires whose messages are values.
    Value(Value),
}

/// A codec for wires whose messages are values.
#[derive(Clone, Copy, Debug)]
pub struct ValueCodec;

impl Codec for ValueCodec {
    fn encode(&self, _role: Role, value: &dyn erased_serde::Serialize) -> Result<Body, Error> {
        Value::from_serialize(value)
            .map(Body::Value)
            .map_err(|error| Error::new(crate::ErrorKind::Codec, "encode", error.to_string()))
    }
}

/// How a job ended well.
#[derive(Debug, Default)]
pub struct Completion {
    /// The result in the form of the wire.
    pub body: Body,
    /// What the adapter understands besides, such as result files.
    pub extensions: Extensions,
}

/// How a job ended.
pub type JobResult = Result<Completion, JobError>;

/// What a running job tells its session.
#[derive(Debug)]
pub(crate) enum Report {
    Progress(Token, ProgressUpdate),
    Event(Token, OutEvent),
    Command(Option<Token>, Box<dyn Any + Send>),
    Finished(Token, JobResult),
}

/// One progress report.
#[derive(Clone, Debug, Default)]
pub struct ProgressUpdate {
    /// How much is done, 0.0 to 1.0.
    pub fraction: Option<f64>,
    /// A text for people.
    pub message: Option<String>,
    /// Data in the form of the wire.
    pub data: Option<Body>,
}

/// One event that a handler publishes.
#[derive(Debug)]
pub struct OutEvent {
    /// Its name.
    pub name: String,
    /// Its payload in the form of the wire.
    pub body: Body,
    /// What the adapter understands besides, such as a retained flag.
    pub extensions: Extensions,
}

/// A job. Clones share everything.
#[derive(Clone)]
pub struct Job(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) info: JobInfo,
    pub(crate) payload: Box<dyn Payload>,
    pub(crate) codec: Arc<dyn Codec>,
    pub(crate) extensions: Extensions,
    pub(crate) besides: Option<Arc<dyn Besides>>,
    pub(crate) route: Arc<RouteEntry>,
    pub(crate) token: Token,
    pub(crate) home: Arc<Home>,
    pub(crate) cancel: CancelState,
    /// Attempts that the retry layer made beyond the first.
    pub(crate) retries: AtomicU32,
    pub(crate) seat: Mutex<Seat>,
    pub(crate) shown: Shown,
}

/// Where the permit of a job is.
#[derive(Debug, Default)]
pub(crate) enum Seat {
    /// It waits for one, or has ended.
    #[default]
    None,
    /// Here.
    Held(Permit),
    /// The thread of a blocking handler has it.
    Lent,
    /// The thread had it when the job ended, and gives it back when it ends itself.
    Left,
}

/// The permit of a job in the hands of a thread; goes back when dropped.
pub(crate) struct Lent {
    job: Job,
    permit: Option<Permit>,
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(permit) = self.permit.take() else { return };
        let mut seat = self.job.seat();
        match &*seat {
            Seat::Lent => *seat = Seat::Held(permit),
            _ => {
                drop(seat);
                drop(permit);
                self.job.home().running.leave(&self.job.route().stats);
            }
        }
    }
}

/// What all jobs of a session have in common.
pub(crate) struct Home {
    pub(crate) states: Arc<Extensions>,
    pub(crate) reports: mpsc::Sender<Report>,
    pub(crate) stats: Arc<SessionStats>,
    pub(crate) running: Arc<Running>,
    /// How long a handler may go on after it was told to stop.
    pub(crate) grace: Duration,
}

#[derive(Default)]
pub(crate) struct CancelState {
    /// 0, or 1 + the index of the reason.
    reason: AtomicU8,
    notify: Notify,
}

impl CancelState {
    fn reason(&self) -> Option<CancelReason> {
        let index = self.reason.load(Ordering::Acquire).checked_sub(1)?;
        CancelReason::ALL.get(usize::from(index)).copied()
    }

    async fn cancelled(&self) -> CancelReason {
        loop {
            // Made before the check: it then hears of every cancel after it.
            let notified = self.notify.notified();
            if let Some(reason) = self.reason() {
                return reason;
            }
            notified.await;
        }
    }
}

impl Job {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// What is known about it.
    pub fn info(&self) -> &JobInfo {
        &self.0.info
    }

    /// The pattern of the route that took it, such as `math.*`: for metric labels, since the names
    /// of jobs are the server's to invent.
    pub fn pattern(&self) -> &str {
        &self.0.route.name
    }

    /// Which attempt runs: that of [`JobInfo`], plus those that the retry layer made.
    pub fn attempt(&self) -> u32 {
        self.0.info.attempt.saturating_add(self.0.retries.load(Ordering::Relaxed))
    }

    pub(crate) fn next_attempt(&self) {
        self.0.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// Its arguments, in the form of the wire.
    pub fn payload(&self) -> &dyn Payload {
        &*self.0.payload
    }

    /// What the job carries besides its arguments, as text.
    pub fn besides(&self) -> Option<&dyn Besides> {
        self.0.besides.as_deref()
    }

    /// What the adapter put beside the arguments.
    pub fn extensions(&self) -> &Extensions {
        &self.0.extensions
    }

    /// The states of the router.
    pub fn states(&self) -> &Extensions {
        &self.0.home.states
    }

    /// Runs an extractor.
    ///
    /// # Errors
    /// The extractor's own.
    pub fn extract<T: FromJob>(&self) -> Result<T, JobError> {
        T::from_job(self)
    }

    /// Ends the job with this value.
    ///
    /// # Errors
    /// The wire cannot carry the value.
    pub fn reply<T: Serialize + ?Sized>(&self, value: &T) -> JobResult {
        let body = self.encode(Role::Result, &value)?;
        Ok(Completion { body, extensions: Extensions::new() })
    }

    pub(crate) fn encode(
        &self,
        role: Role,
        value: &dyn erased_serde::Serialize,
    ) -> Result<Body, JobError> {
        self.0.codec.encode(role, value).map_err(|error| {
            JobError::rejected(format!("the result cannot be sent: {error}"))
                .with_code("RESULT_NOT_SENDABLE")
        })
    }

    /// Adds to what the job has printed; see [`Output`].
    pub fn print(&self, text: &str) {
        self.0.shown.print(text);
    }

    /// What it has printed, if anything.
    pub fn printed(&self) -> Option<OutputText> {
        self.0.shown.output()
    }

    pub(crate) fn shown(&self) -> &Shown {
        &self.0.shown
    }

    /// Hands the protocol something of the adapter's own that belongs to this job; waits until
    /// the session has room. For an adapter's extractors.
    ///
    /// # Errors
    /// The session is gone.
    ///
    /// # Cancel safety
    /// When it is dropped, the command was either queued or not sent at all.
    pub async fn command(&self, command: Box<dyn Any + Send>) -> Result<(), JobError> {
        let report = Report::Command(Some(self.0.token), command);
        self.reports().send(report).await.map_err(|_| gone())
    }

    /// Why the job is asked to stop, if it is.
    pub fn cancel_reason(&self) -> Option<CancelReason> {
        self.0.cancel.reason()
    }

    /// Waits until the job is asked to stop.
    ///
    /// # Cancel safety
    /// It may be dropped and called again at any time.
    pub async fn cancelled(&self) -> CancelReason {
        self.0.cancel.cancelled().await
    }

    /// Asks the job to stop. The first reason stays.
    pub(crate) fn cancel(&self, reason: CancelReason) {
        let index = CancelReason::ALL.iter().position(|r| *r == reason).unwrap_or(0) as u8 + 1;
        let first =
            self.0.cancel.reason.compare_exchange(0, index, Ordering::AcqRel, Ordering::Acquire);
        if first.is_ok() {
            self.0.cancel.notify.notify_waiters();
        }
    }

    pub(crate) fn token(&self) -> Token {
        self.0.token
    }

    fn seat(&self) -> MutexGuard<'_, Seat> {
        self.0.seat.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the job a permit to run with.
    pub(crate) fn admit(&self, permit: Permit) {
        self.0.home.running.enter(&self.0.route.stats);
        *self.seat() = Seat::Held(permit);
    }

    /// Whether it waits for a permit (or has ended).
    pub(crate) fn is_waiting(&self) -> bool {
        matches!(*self.seat(), Seat::None)
    }

    /// Whether the job itself holds its permit; if not, a thread of a blocking handler does.
    pub(crate) fn holds_permit(&self) -> bool {
        matches!(*self.seat(), Seat::Held(_))
    }

    /// Lends the permit to a thread, which cannot be stopped from outside: until it ends, the
    /// permit is taken and the handler runs, whatever becomes of the job.
    pub(crate) fn lend_permit(&self) -> Lent {
        let mut seat = self.seat();
        let permit = match std::mem::replace(&mut *seat, Seat::Lent) {
            Seat::Held(permit) => Some(permit),
            other => {
                *seat = other;
                None
            }
        };
        Lent { job: self.clone(), permit }
    }

    /// The job has ended: its permit is free, unless a thread has it.
    pub(crate) fn vacate(&self) {
        let mut seat = self.seat();
        match std::mem::take(&mut *seat) {
            Seat::Held(permit) => {
                drop(seat);
                drop(permit);
                self.0.home.running.leave(&self.0.route.stats);
            }
            Seat::Lent | Seat::Left => *seat = Seat::Left,
            Seat::None => {}
        }
    }

    pub(crate) fn route(&self) -> &Arc<RouteEntry> {
        &self.0.route
    }

    pub(crate) fn home(&self) -> &Home {
        &self.0.home
    }

    pub(crate) fn reports(&self) -> &mpsc::Sender<Report> {
        &self.0.home.reports
    }

    /// Queues a report if there is room, else counts it as dropped.
    fn try_report(&self, report: Report) -> bool {
        let sent = self.reports().try_send(report).is_ok();
        if !sent {
            self.home().stats.report_dropped();
        }
        sent
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No payload: it may hold what must not be in a log.
        f.debug_struct("Job").field("info", &self.0.info).finish_non_exhaustive()
    }
}

/// Tells a handler when to stop. Extract it, and end early when it says so.
#[derive(Clone, Debug)]
pub struct Cancel(pub(crate) Job);

impl Cancel {
    /// Whether the job should stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancel_reason().is_some()
    }

    /// Why it should stop.
    pub fn reason(&self) -> Option<CancelReason> {
        self.0.cancel_reason()
    }

    /// Waits until the job should stop.
    ///
    /// # Cancel safety
    /// It may be dropped and called again at any time.
    pub async fn cancelled(&self) -> CancelReason {
        self.0.cancelled().await
    }

    /// An error if the job should stop, for loops: `cancel.check()?`.
    ///
    /// # Errors
    /// [`JobErrorKind::Cancelled`](crate::JobErrorKind::Cancelled) with the reason.
    pub fn check(&self) -> Result<(), JobError> {
        match self.reason() {
            Some(reason) => Err(JobError::cancelled(reason.as_str())),
            None => Ok(()),
        }
    }
}

/// Reports how far a job is.
#[derive(Clone, Debug)]
pub struct Progress(pub(crate) Job);

impl Progress {
    /// Reports a fraction from 0.0 to 1.0 (clamped). It never waits: when the session is behind,
    /// the report is dropped and counted. Returns whether it was queued.
    pub fn report(&self, fraction: f64) -> bool {
        self.update(ProgressUpdate { fraction: Some(clamp(fraction)), ..Default::default() })
    }

    /// Reports a fraction with a text; else as [`report`](Self::report).
    pub fn message(&self, fraction: f64, message: impl Into<String>) -> bool {
        let (fraction, message) = (Some(clamp(fraction)), Some(message.into()));
        self.update(ProgressUpdate { fraction, message, data: None })
    }

    /// Queues an update as it is; else as [`report`](Self::report).
    pub fn update(&self, update: ProgressUpdate) -> bool {
        self.0.shown().progress(&update);
        self.0.try_report(Report::Progress(self.0.token(), update))
    }

    /// Sends a report with data and waits until the session has room, so that none is lost: for
    /// streams whose every part counts.
    ///
    /// # Errors
    /// The wire cannot carry the data, or the session is gone.
    ///
    /// # Cancel safety
    /// When it is dropped, the report was either queued or not sent at all.
    pub async fn send<T: Serialize + ?Sized>(
        &self,
        fraction: f64,
        message: impl Into<String>,
        data: &T,
    ) -> Result<(), JobError> {
        let data = Some(self.0.encode(Role::Progress, &data)?);
        let message = Some(message.into()).filter(|text| !text.is_empty());
        let update = ProgressUpdate { fraction: Some(clamp(fraction)), message, data };
        self.0.shown().progress(&update);
        let report = Report::Progress(self.0.token(), update);
        self.0.reports().send(report).await.map_err(|_| gone())
    }
}

fn clamp(fraction: f64) -> f64 {
    if fraction.is_nan() { 0.0 } else { fraction.clamp(0.0, 1.0) }
}

fn gone() -> JobError {
    JobError::cancelled("the session is gone")
}

/// Takes what a handler prints, for people who watch the worker: it is in
/// [`ActiveJob`](crate::snapshot::ActiveJob) while the job runs and in
/// [`RecentJob`](crate::snapshot::RecentJob) after it, and goes to no server. The last 16 KiB are
/// kept.
#[derive(Clone, Debug)]
pub struct Output(pub(crate) Job);

impl Output {
    /// Adds text as it is: a line needs its own end.
    pub fn write(&self, text: &str) {
        self.0.print(text);
    }
}

/// Publishes events beside the result, where the wire has them.
#[derive(Clone, Debug)]
pub struct Events(pub(crate) Job);

impl Events {
    /// Publishes an event; waits until the session has room.
    ///
    /// # Errors
    /// The wire cannot carry the payload, or the session is gone.
    ///
    /// # Cancel safety
    /// When it is dropped, the event was either queued or not sent at all.
    pub async fn publish<T: Serialize + ?Sized>(
        &self,
        name: impl Into<String>,
        payload: &T,
    ) -> Result<(), JobError> {
        self.publish_with(name, payload, Extensions::new()).await
    }

    /// As [`publish`](Self::publish), with extensions that the adapter understands.
    ///
    /// # Errors
    /// As [`publish`](Self::publish).
    pub async fn publish_with<T: Serialize + ?Sized>(
        &self,
        name: impl Into<String>,
        payload: &T,
        extensions: Extensions,
    ) -> Result<(), JobError> {
        let body = self.0.encode(Role::Event, &payload)?;
        let event = OutEvent { name: name.into(), body, extensions };
        self.0.reports().send(Report::Event(self.0.token(), event)).await.map_err(|_| gone())
    }
}

/// When a job must be finished.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(pub(crate) Option<Instant>);

impl Deadline {
    /// The instant, if there is one.
    pub fn instant(self) -> Option<Instant> {
        self.0
    }

    /// The time that is left; `None` when there is no deadline.
    pub fn remaining(self) -> Option<Duration> {
        self.0.map(|deadline| deadline.saturating_duration_since(now()))
    }
}

/// The runtime's clock, which tests can pause.
pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
