//! A system that does as the test says: a transport and a protocol whose messages are values, and
//! the server's side in the hands of the test.

use std::{
    collections::VecDeque,
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll, Waker},
    time::{Duration, Instant, SystemTime},
};

use journeyman_core::{
    Error, ErrorKind, JobError, JobErrorKind, Router, StartedWorker, Value, Worker,
    backend::{Backend, SessionConfig, Sessions},
    capability::{Capabilities, Intake},
    job::{Body, CancelReason, Completion, ValueCodec},
    protocol::{
        Cx, DropReason, IncomingJob, Input, Outcome, Protocol, Settlement, Token, TokenMap,
    },
    session::SessionState,
    transport::{Closed, Event, Goodbye, Lane, Tag, Transport},
};
use tokio::sync::mpsc;

/// What passes between the worker and the scripted server.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Msg {
    // --- from the server ---
    Welcome,
    Evict,
    Job {
        id: String,
        route: String,
        args: Value,
        timeout: Option<Duration>,
    },
    Cancel(String),
    /// Nonsense, which is ignored and counted.
    Noise,
    /// A sign of life that carries nothing.
    Alive,
    /// Makes the protocol fail for good, ask for a new connection, finish, or panic.
    Fatal,
    Redial,
    Finish,
    Panic,
    /// The end of the connection.
    Close,
    // --- from the worker ---
    Hello {
        connection: usize,
    },
    Want,
    Result {
        id: String,
        value: Value,
    },
    Failure {
        id: String,
        kind: JobErrorKind,
        message: String,
    },
    Progress {
        id: String,
    },
    Draining,
    Bye,
}

impl Msg {
    pub(crate) fn job(id: &str, route: &str) -> Self {
        Self::Job { id: id.to_owned(), route: route.to_owned(), args: Value::Null, timeout: None }
    }

    /// The id and how the job ended, if it is the end of one.
    pub(crate) fn end(&self) -> Option<(&str, Result<&Value, JobErrorKind>)> {
        match self {
            Self::Result { id, value } => Some((id, Ok(value))),
            Self::Failure { id, kind, .. } => Some((id, Err(*kind))),
            _ => None,
        }
    }
}

/// What the server does with a new connection.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Door {
    #[default]
    Open,
    Refuse,
    /// Refuses in a way that trying again cannot cure.
    RefuseForGood,
    /// Never answers.
    Hang,
    /// Accepts and closes at once.
    Slam,
}

#[derive(Debug, Default)]
struct Shared {
    door: Mutex<Door>,
    attempts: AtomicUsize,
    /// When attempts were made.
    times: Mutex<Vec<tokio::time::Instant>>,
    /// The transport has no room for outcomes.
    full: AtomicBool,
    /// Being polled next, it makes room.
    draining: AtomicBool,
    /// Sending fails.
    broken: AtomicBool,
    /// Sent messages are not reported as written, as if they were still in a buffer.
    stuck: AtomicBool,
    /// Closing never ends.
    clingy: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

/// The server's side.
#[derive(Debug)]
pub(crate) struct Server {
    shared: Arc<Shared>,
    connections: mpsc::UnboundedReceiver<Connection>,
}

/// One connection, from the server's side.
#[derive(Debug)]
pub(crate) struct Connection {
    to_worker: mpsc::UnboundedSender<Msg>,
    from_worker: mpsc::UnboundedReceiver<Msg>,
}

impl Server {
    pub(crate) fn door(&self, door: Door) {
        *self.shared.door.lock().unwrap() = door;
    }

    pub(crate) fn attempts(&self) -> usize {
        self.shared.attempts.load(SeqCst)
    }

    /// The waits between attempts.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        let times = self.shared.times.lock().unwrap();
        times.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    pub(crate) fn full(&self, full: bool) {
        self.shared.full.store(full, SeqCst);
        self.wake();
    }

    /// The transport makes room when it is polled next, without any event.
    pub(crate) fn drains_when_polled(&self) {
        self.shared.draining.store(true, SeqCst);
        self.wake();
    }

    pub(crate) fn broken(&self, broken: bool) {
        self.shared.broken.store(broken, SeqCst);
    }

    pub(crate) fn stuck(&self, stuck: bool) {
        self.shared.stuck.store(stuck, SeqCst);
        self.wake();
    }

    pub(crate) fn clingy(&self) {
        self.shared.clingy.store(true, SeqCst);
    }

    fn wake(&self) {
        if let Some(waker) = self.shared.waker.lock().unwrap().take() {
            waker.wake();
        }
    }

    /// The next connection, before anything was said.
    pub(crate) async fn connection(&mut self) -> Connection {
        within(self.connections.recv()).await.unwrap()
    }

    /// The next connection, registered.
    pub(crate) async fn registered(&mut self) -> Connection {
        let mut connection = self.connection().await;
        assert!(matches!(connection.recv().await, Some(Msg::Hello { .. })));
        connection.send(Msg::Welcome);
        connection
    }
}

impl Connection {
    pub(crate) fn send(&self, message: Msg) {
        // The worker may have gone; then nobody hears it.
        let _ = self.to_worker.send(message);
    }

    /// The next message of the worker; `None` when it has ended the connection.
    pub(crate) async fn recv(&mut self) -> Option<Msg> {
        within(self.from_worker.recv()).await
    }

    /// The end of the next job that ends.
    pub(crate) async fn end(&mut self) -> (String, Result<Value, JobErrorKind>) {
        let message = self.next_end().await.expect("the connection ended");
        let (id, end) = message.end().unwrap();
        (id.to_owned(), end.cloned())
    }

    /// The message that ends the next job that ends.
    pub(crate) async fn next_end(&mut self) -> Option<Msg> {
        loop {
            let message = self.recv().await?;
            if message.end().is_some() {
                return Some(message);
            }
        }
    }

    /// What the worker has said so far and nobody has read.
    pub(crate) fn rest(&mut self) -> Vec<Msg> {
        std::iter::from_fn(|| self.from_worker.try_recv().ok()).collect()
    }
}

// --- the worker's side ---

#[derive(Debug)]
pub(crate) struct FakeTransport {
    shared: Arc<Shared>,
    accept: mpsc::UnboundedSender<Connection>,
    link: Option<(mpsc::UnboundedReceiver<Msg>, mpsc::UnboundedSender<Msg>)>,
    written: VecDeque<Tag>,
}

impl Transport for FakeTransport {
    type Target = usize;
    type Message = Msg;

    async fn connect(&mut self, _target: usize) -> Result<(), Error> {
        self.abort();
        self.shared.attempts.fetch_add(1, SeqCst);
        self.shared.times.lock().unwrap().push(tokio::time::Instant::now());
        let door = *self.shared.door.lock().unwrap();
        let refused = || Error::new(ErrorKind::Unreachable, "connect", "the door is shut");
        match door {
            Door::Refuse => return Err(refused()),
            Door::RefuseForGood => return Err(refused().permanent()),
            Door::Hang => pending().await,
            Door::Open | Door::Slam => {}
        }
        let (to_worker, inbound) = mpsc::unbounded_channel();
        let (outbound, from_worker) = mpsc::unbounded_channel();
        self.link = Some((inbound, outbound));
        if door == Door::Open {
            let _ = self.accept.send(Connection { to_worker, from_worker });
        }
        Ok(())
    }

    fn has_room(&self, _lane: Lane) -> bool {
        !self.shared.full.load(SeqCst)
    }

    fn send(&mut self, _lane: Lane, tag: Option<Tag>, message: Msg) -> Result<(), Error> {
        if self.shared.broken.load(SeqCst) {
            return Err(Error::new(ErrorKind::TooLarge, "send", "it does not fit"));
        }
        let Some((_, outbound)) = &self.link else {
            return Err(Error::new(ErrorKind::Disconnected, "send", "not connected"));
        };
        let _ = outbound.send(message);
        self.written.extend(tag);
        Ok(())
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Event<Msg>> {
        *self.shared.waker.lock().unwrap() = Some(cx.waker().clone());
        if self.shared.draining.swap(false, SeqCst) {
            self.shared.full.store(false, SeqCst);
        }
        if !self.shared.stuck.load(SeqCst)
            && let Some(tag) = self.written.pop_front()
        {
            return Poll::Ready(Event::Sent { tag });
        }
        let Some((inbound, _)) = &mut self.link else { return Poll::Pending };
        Poll::Ready(match std::task::ready!(inbound.poll_recv(cx)) {
            Some(Msg::Alive) => Event::Alive,
            Some(Msg::Close) | None => {
                self.abort();
                let error = Error::new(ErrorKind::Disconnected, "receive", "the server closed");
                Event::Closed(Closed { code: None, error, clean: false })
            }
            Some(message) => Event::Received { lane: Lane::MAIN, message },
        })
    }

    async fn close(&mut self, _goodbye: Goodbye) {
        if self.shared.clingy.load(SeqCst) {
            pending::<()>().await;
        }
        self.link = None;
    }

    fn abort(&mut self) {
        self.link = None;
        self.written.clear();
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Habits {
    /// Never says that it is done when told to say goodbye.
    pub(crate) silent_goodbye: bool,
    pub(crate) late_results: bool,
    pub(crate) pull: bool,
    /// `target` fails: temporarily or for good.
    pub(crate) bad_target: Option<bool>,
}

#[derive(Debug)]
pub(crate) struct FakeProtocol {
    habits: Habits,
    connections: usize,
    /// Open jobs: their ids and, once known, what was sent as their end.
    jobs: TokenMap<(String, Option<Msg>)>,
}

impl FakeProtocol {
    fn settle(&mut self, cx: &mut Cx<'_, Msg>, token: Token, settlement: Settlement) {
        if self.jobs.remove(&token).is_some() {
            cx.settled(token, settlement);
        }
    }
}

impl Protocol for FakeProtocol {
    type Target = usize;
    type Message = Msg;

    fn target(&mut self, _now: SystemTime) -> Result<usize, Error> {
        let error = || Error::new(ErrorKind::Io, "sign", "no key");
        match self.habits.bad_target {
            Some(true) => Err(error().temporary()),
            Some(false) => Err(error().permanent()),
            None => Ok(self.connections),
        }
    }

    fn handle(&mut self, cx: &mut Cx<'_, Msg>, input: Input<Msg>) {
        match input {
            Input::Connected => {
                self.connections += 1;
                cx.send(Lane::MAIN, None, Msg::Hello { connection: self.connections });
            }
            Input::Received { message, .. } => match message {
                Msg::Welcome => cx.ready(),
                Msg::Evict => cx.not_ready(Error::new(ErrorKind::Refused, "register", "evicted")),
                Msg::Job { id, route, args, timeout } => {
                    let mut job = IncomingJob::new(id.clone(), route, args, Arc::new(ValueCodec));
                    job.timeout = timeout;
                    let token = cx.accept(job);
                    self.jobs.entry(token).or_insert((id, None));
                }
                Msg::Cancel(id) => {
                    if let Some(token) = cx.find(&id) {
                        cx.cancel(token, CancelReason::Server);
                    }
                }
                Msg::Fatal => {
                    let error = Error::new(ErrorKind::PeerMisbehaved, "read", "beyond repair");
                    cx.fail(error.permanent());
                }
                Msg::Redial => cx.redial(),
                Msg::Finish => cx.finish("the server asked for it"),
                Msg::Panic => panic!("a bug in the protocol"),
                _ => cx.ignored(Error::new(ErrorKind::PeerMisbehaved, "read", "nonsense")),
            },
            Input::Outcome { token, outcome } => {
                let Some((id, end)) = self.jobs.get_mut(&token) else { return };
                let message = message(id, outcome);
                *end = Some(message.clone());
                cx.send(Lane::MAIN, Some(Tag(token.as_u64())), message);
            }
            Input::Sent { tag } => {
                self.settle(cx, Token::from_u64(tag.0), Settlement::Written);
            }
            Input::Failed { tag, .. } => {
                let reason = Settlement::Dropped(DropReason::Unknown);
                self.settle(cx, Token::from_u64(tag.0), reason);
            }
            Input::Disconnected { .. } => {
                // What was on its way may be lost: again later, or never.
                let on_the_way = self.jobs.iter_mut();
                let on_the_way: Vec<_> = on_the_way
                    .filter_map(|(token, (_, end))| Some((*token, end.take()?)))
                    .collect();
                for (token, end) in on_the_way {
                    match self.habits.late_results {
                        true => cx.requeue(token, outcome(end)),
                        false => {
                            let reason = Settlement::Dropped(DropReason::ConnectionLost);
                            self.settle(cx, token, reason);
                        }
                    }
                }
            }
            Input::Dropped { token } => {
                self.jobs.remove(&token);
            }
            Input::Progress { token, .. } => {
                if let Some((id, _)) = self.jobs.get(&token) {
                    cx.send(Lane::MAIN, None, Msg::Progress { id: id.clone() });
                }
            }
            Input::Credit { .. } => cx.send(Lane::MAIN, None, Msg::Want),
            Input::Drain => cx.send(Lane::MAIN, None, Msg::Draining),
            Input::Goodbye => {
                cx.send(Lane::MAIN, None, Msg::Bye);
                if !self.habits.silent_goodbye {
                    cx.close(Goodbye::default());
                }
            }
            _ => {}
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        None
    }
}

fn message(id: &str, outcome: Outcome) -> Msg {
    let id = id.to_owned();
    match outcome {
        Ok(completion) => match completion.body {
            Body::Value(value) => Msg::Result { id, value },
            _ => Msg::Result { id, value: Value::Null },
        },
        Err(error) => Msg::Failure { id, kind: error.kind(), message: error.message().to_owned() },
    }
}

fn outcome(message: Msg) -> Outcome {
    match message {
        Msg::Result { value, .. } => {
            Ok(Completion { body: Body::Value(value), ..Completion::default() })
        }
        Msg::Failure { kind, message, .. } => Err(JobError::new(kind, message)),
        other => panic!("not an end: {other:?}"),
    }
}

/// The backend, before it is served.
#[derive(Debug)]
pub(crate) struct Fake {
    pub(crate) config: SessionConfig,
    pub(crate) capabilities: Capabilities,
    pub(crate) habits: Habits,
    shared: Arc<Shared>,
    accept: mpsc::UnboundedSender<Connection>,
}

impl Fake {
    /// A system without any capability that pushes jobs, and a wait of 1 s to 60 s between
    /// connections.
    pub(crate) fn new() -> (Self, Server) {
        let shared = Arc::<Shared>::default();
        let (accept, connections) = mpsc::unbounded_channel();
        let fake = Self {
            config: SessionConfig::default(),
            capabilities: Capabilities::new(Intake::Pushed),
            habits: Habits::default(),
            shared: Arc::clone(&shared),
            accept,
        };
        (fake, Server { shared, connections })
    }

    pub(crate) fn late_results(mut self) -> Self {
        self.capabilities.late_results = true;
        self.habits.late_results = true;
        self
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn start(self, router: Router) -> StartedWorker {
        Worker::new(router).serve(self).start().unwrap()
    }
}

impl Backend for Fake {
    fn name(&self) -> String {
        "fake".to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = self.capabilities.clone();
        if self.habits.pull {
            capabilities.intake = Intake::Pull;
        }
        capabilities
    }

    fn sessions(self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        let transport = FakeTransport {
            shared: self.shared,
            accept: self.accept,
            link: None,
            written: VecDeque::new(),
        };
        let protocol =
            FakeProtocol { habits: self.habits, connections: 0, jobs: TokenMap::default() };
        sessions.add(transport, protocol, self.config);
        Ok(())
    }
}

// --- what tests look at ---

/// Time goes by itself while everybody waits: an hour of it without what a test waits for means
/// that it never comes.
async fn within<T>(wait: impl Future<Output = T>) -> T {
    let limit = Duration::from_secs(3600);
    tokio::time::timeout(limit, wait).await.expect("it did not come within an hour")
}

/// A router with handlers of every habit.
pub(crate) fn router() -> Router {
    use journeyman_core::{Route, extract::Args, job::Cancel};
    Router::new()
        .route("echo", async |value: Value| value)
        .route("add", async |Args((a, b)): Args<(i64, i64)>| a + b)
        .route("fail", async || Err::<(), _>(JobError::rejected("no")))
        .route("panic", async || -> () { panic!("ouch") })
        .route("deaf", async || pending::<()>().await)
        .route("polite", async |cancel: Cancel| -> Result<(), JobError> {
            cancel.cancelled().await;
            cancel.check()
        })
        .route("slow", async || tokio::time::sleep(Duration::from_secs(5)).await)
        .route("secret", Route::new(async || ()).requires("exec"))
}

/// The counts of the only session.
pub(crate) fn counts(worker: &StartedWorker) -> journeyman_core::snapshot::Counts {
    worker.control().snapshot().sessions[0].counts
}

/// Waits until the session is in a state.
pub(crate) async fn state(worker: &StartedWorker, word: &str) -> SessionState {
    let mut states = worker.control().states();
    let found = within(states[0].wait_for(|state| state.as_str() == word)).await;
    found.unwrap().clone()
}

/// Waits until something holds; time may pass meanwhile.
pub(crate) async fn until(mut holds: impl FnMut() -> bool) {
    for _ in 0..100_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("it did not come to hold");
}

pub(crate) async fn stop(worker: StartedWorker) {
    worker.control().abort();
    worker.wait().await.unwrap();
}
