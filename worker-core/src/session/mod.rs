//! The session: drives one transport and one protocol through the life of a registration.
//!
//! It is written once, for every backend. It owns the life cycle, the ledger, reconnecting with
//! backoff, the watchdog, the outbox, credit and drain.

mod running;
mod state;
mod stats;
mod work;

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant, SystemTime},
};

use tokio::{sync::mpsc, time::Sleep};
use tracing::Instrument;

use crate::{
    Error, ErrorKind, JobError,
    backend::SessionConfig,
    budget::{Permit, Share},
    capability::{Capabilities, Intake, Overload, RetryOwner},
    job::{self, CancelReason, Home, Job, JobInfo, Report, now},
    ledger::{Ledger, Token},
    protocol::{Action, Cx, DropReason, IncomingJob, Input, Outcome, Protocol, Settlement},
    router::{CompiledScope, Lookup, Table},
    snapshot::{Recent, RecentJob},
    transport::{Closed, Event, Goodbye, Transport},
};

pub(crate) use running::Running;
pub use state::SessionState;
pub(crate) use stats::SessionStats;
use work::{Admission, Run, Wait, Waiting};

/// How often in a row a protocol may ask for a new connection at once.
const REDIALS: u32 = 8;

/// Steps of one kind that are taken in a row before the other kinds have their turn.
const BURST: usize = 64;

/// Turns before other tasks have theirs.
const TURNS: usize = 4;

/// What a worker gives each of its sessions.
pub(crate) struct Runtime {
    pub(crate) stats: Arc<SessionStats>,
    pub(crate) table: Arc<Table>,
    pub(crate) scope: CompiledScope,
    pub(crate) share: Share,
    pub(crate) capabilities: Capabilities,
    pub(crate) recent: Arc<Recent>,
    pub(crate) running: Arc<Running>,
    pub(crate) control: mpsc::UnboundedReceiver<Control>,
    /// The time limit of jobs whose wire gives none.
    pub(crate) time_limit: Option<Duration>,
    /// How long a handler may go on after it was told to stop.
    pub(crate) grace: Duration,
}

/// What a worker tells its sessions.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Control {
    /// Stop taking jobs, finish those in flight until this instant, then cancel them.
    Drain { until: Instant },
    /// Drop the connection and connect again.
    Reconnect,
}

type Connecting<T> = Pin<Box<dyn Future<Output = (T, Result<(), Error>)> + Send>>;

/// The state of the connection.
enum Link<T> {
    Waiting {
        until: Instant,
    },
    Connecting {
        future: Connecting<T>,
        until: Instant,
    },
    Up(Up),
    /// The session ends.
    Gone,
}

struct Up {
    /// When the registration must be confirmed; `None` once it is.
    ready_by: Option<Instant>,
    ready_since: Option<Instant>,
    last_inbound: Instant,
}

/// How far the end has come.
enum Phase {
    Serving,
    /// Jobs in flight may finish until then.
    Draining {
        until: Instant,
    },
    /// All jobs were told to stop; what is written may still be confirmed until then.
    Forced {
        until: Instant,
    },
    /// The protocol says goodbye, until then at the latest.
    Farewell {
        until: Instant,
    },
}

pub(crate) struct Session<T: Transport, P> {
    /// `None` while a connection attempt owns it.
    transport: Option<T>,
    protocol: P,
    config: SessionConfig,
    rt: Runtime,
    link: Link<T>,
    phase: Phase,
    /// Counts connections; a job belongs to one.
    epoch: u64,
    /// Attempts since the last connection that held.
    attempt: u32,
    ledger: Ledger,
    outbox: VecDeque<(Token, Outcome)>,
    /// How many of the outbox, from its front, this connection has not been offered yet.
    offers: usize,
    /// Where jobs run one after the other: the one that runs, and those behind it.
    front: Option<Token>,
    line: VecDeque<(Run, tracing::Span)>,
    redials: u32,
    /// Jobs that wait for a permit, and answers that are held back.
    waiting: Arc<AtomicUsize>,
    held: Arc<AtomicUsize>,
    reports: mpsc::Receiver<Report>,
    /// Reports that were taken out of the channel in one go, for it is cheaper; at most a burst.
    taken: VecDeque<Report>,
    home: Arc<Home>,
    /// For intake by pull: the permit that is being waited for, and the one that was asked with.
    pull: Option<Pin<Box<dyn Future<Output = Permit> + Send>>>,
    credit: Option<Permit>,
    actions: Vec<Action<T::Message>>,
    /// Inputs that came up while another was worked on.
    inputs: VecDeque<Input<T::Message>>,
    driving: bool,
    rng: fastrand::Rng,
    sleep: Pin<Box<Sleep>>,
    /// When `sleep` fires.
    armed: Instant,
    /// The time of the present turn: looking at the clock for every step would cost more than
    /// the step.
    now: Instant,
    goodbye: Option<Goodbye>,
    end: Option<Result<(), Error>>,
}

/// How a row of steps went.
struct Burst {
    taken: usize,
    /// It ended although there may be more.
    cut: bool,
}

/// What came next.
enum Step<T: Transport> {
    /// An outcome that waited for this connection.
    Late(Token, Outcome),
    Report(Report),
    Credit(Permit),
    Connected(T, Result<(), Error>),
    Event(Event<T::Message>),
}

impl<T, P> Session<T, P>
where
    T: Transport,
    P: Protocol<Target = T::Target, Message = T::Message>,
{
    pub(crate) fn new(
        transport: T,
        protocol: P,
        config: SessionConfig,
        (reporter, reports): (mpsc::Sender<Report>, mpsc::Receiver<Report>),
        rt: Runtime,
    ) -> Self {
        let start = now();
        let home = Home {
            states: Arc::clone(&rt.table.states),
            reports: reporter,
            stats: Arc::clone(&rt.stats),
            running: Arc::clone(&rt.running),
            grace: rt.grace,
        };
        Self {
            transport: Some(transport),
            protocol,
            config,
            rt,
            link: Link::Waiting { until: start },
            phase: Phase::Serving,
            epoch: 0,
            attempt: 0,
            ledger: Ledger::default(),
            outbox: VecDeque::new(),
            offers: 0,
            front: None,
            line: VecDeque::new(),
            redials: 0,
            waiting: Arc::default(),
            held: Arc::default(),
            reports,
            taken: VecDeque::new(),
            home: Arc::new(home),
            pull: None,
            credit: None,
            actions: Vec::new(),
            inputs: VecDeque::new(),
            driving: false,
            rng: fastrand::Rng::new(),
            sleep: Box::pin(tokio::time::sleep_until(start.into())),
            armed: start,
            now: start,
            goodbye: None,
            end: None,
        }
    }

    /// Runs until the session has ended.
    pub(crate) async fn run(self) -> Result<(), Error> {
        let span = tracing::info_span!(
            "session", backend = %self.rt.stats.backend, index = self.rt.stats.index
        );
        self.serve().instrument(span).await
    }

    async fn serve(mut self) -> Result<(), Error> {
        let result = poll_fn(|cx| self.poll_run(cx)).await;
        self.finish().await;
        self.rt.stats.set_state(match &result {
            Ok(()) => SessionState::Stopped,
            Err(error) => SessionState::Failed { error: error.to_string() },
        });
        result
    }

    // --- waiting for what comes next ---

    /// Takes all steps that are possible now, in turns, until the end.
    fn poll_run(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        for _ in 0..TURNS {
            self.now = now();
            if self.due().is_some_and(|due| due <= self.now) {
                self.timers();
                self.advance();
            }
            while let Poll::Ready(Some(control)) = self.rt.control.poll_recv(cx) {
                self.control(control);
                self.advance();
            }
            // Reports first, so that one pass of the transport writes what they send. A source
            // that was left pending wakes us by itself; another turn is only for what a later
            // source did to an earlier one, or for what was cut short.
            let had_room = self.has_room();
            let reports = self.burst(cx, Self::poll_reports);
            let link = self.burst(cx, Self::poll_link);
            let credit = self.burst(cx, Self::poll_credit);
            if let Some(end) = self.end.take() {
                return Poll::Ready(end);
            }
            // The transport may have made room without an event; a registration may have brought
            // the outbox its turn.
            let for_reports = self.has_room() && (!had_room || self.offers > 0);
            if !(reports.cut || link.cut || credit.taken > 0 || for_reports) {
                self.rt.stats.set_depths(self.ledger.len(), self.outbox.len());
                self.arm();
                if self.sleep.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Takes a row of steps of one kind.
    fn burst(
        &mut self,
        cx: &mut Context<'_>,
        next: fn(&mut Self, &mut Context<'_>) -> Poll<Step<T>>,
    ) -> Burst {
        for taken in 0..BURST {
            if self.end.is_some() {
                return Burst { taken, cut: true };
            }
            let Poll::Ready(step) = next(self, cx) else { return Burst { taken, cut: false } };
            self.take(step);
            self.advance();
        }
        Burst { taken: BURST, cut: true }
    }

    /// Without room for what an outcome sends, outcomes stay with their jobs.
    fn has_room(&self) -> bool {
        match (&self.link, &self.transport) {
            (Link::Up(_), Some(transport)) => transport.has_room(self.protocol.outcome_lane()),
            _ => true,
        }
    }

    fn poll_reports(&mut self, cx: &mut Context<'_>) -> Poll<Step<T>> {
        if !self.has_room() {
            return Poll::Pending;
        }
        if self.offers > 0 {
            self.offers -= 1;
            if let Some((token, outcome)) = self.outbox.pop_front() {
                return Poll::Ready(Step::Late(token, outcome));
            }
        }
        if self.taken.is_empty() {
            // We hold a sender ourselves: it never closes.
            std::task::ready!(poll_many(&mut self.reports, cx, &mut self.taken, BURST));
        }
        match self.taken.pop_front() {
            Some(report) => Poll::Ready(Step::Report(report)),
            None => Poll::Pending,
        }
    }

    fn poll_link(&mut self, cx: &mut Context<'_>) -> Poll<Step<T>> {
        match &mut self.link {
            Link::Connecting { future, .. } => future
                .as_mut()
                .poll(cx)
                .map(|(transport, result)| Step::Connected(transport, result)),
            Link::Up(_) => match &mut self.transport {
                Some(transport) => transport.poll_event(cx).map(Step::Event),
                None => Poll::Pending,
            },
            Link::Waiting { .. } | Link::Gone => Poll::Pending,
        }
    }

    fn poll_credit(&mut self, cx: &mut Context<'_>) -> Poll<Step<T>> {
        if self.rt.capabilities.intake != Intake::Pull
            || self.credit.is_some()
            || !self.is_ready()
            || !matches!(self.phase, Phase::Serving)
        {
            self.pull = None;
            return Poll::Pending;
        }
        let pull = self.pull.get_or_insert_with(|| {
            let share = self.rt.share.clone();
            Box::pin(async move { share.acquire(None).await })
        });
        let permit = std::task::ready!(pull.as_mut().poll(cx));
        self.pull = None;
        Poll::Ready(Step::Credit(permit))
    }

    fn take(&mut self, step: Step<T>) {
        match step {
            Step::Late(token, outcome) => self.drive(Input::Outcome { token, outcome }),
            Step::Report(report) => self.report(report),
            Step::Credit(permit) => {
                self.credit = Some(permit);
                self.drive(Input::Credit { jobs: 1 });
            }
            Step::Connected(transport, result) => {
                self.transport = Some(transport);
                match result {
                    Ok(()) => self.connected(),
                    Err(error) => self.disconnected(lost(error)),
                }
            }
            Step::Event(event) => self.event(event),
        }
    }

    // --- time ---

    /// The next thing that is due.
    fn due(&mut self) -> Option<Instant> {
        let link = match &self.link {
            Link::Waiting { until } | Link::Connecting { until, .. } => Some(*until),
            Link::Up(up) => {
                let silence = self.config.max_silence.map(|silence| up.last_inbound + silence);
                earliest(up.ready_by, silence)
            }
            Link::Gone => None,
        };
        let phase = match self.phase {
            Phase::Serving => None,
            Phase::Draining { until } | Phase::Forced { until } | Phase::Farewell { until } => {
                Some(until)
            }
        };
        let up = matches!(self.link, Link::Up(_));
        let protocol = up.then(|| self.protocol.next_deadline()).flatten();
        [link, phase, protocol, self.ledger.next_deadline()].into_iter().flatten().min()
    }

    /// Sets the timer to the next thing that is due. A timer that fires too early does no harm,
    /// so it is moved only when it would fire too late.
    fn arm(&mut self) {
        // With nothing due, a timer that has fired must not stay elapsed.
        let due = self.due().unwrap_or(self.now + Duration::from_secs(24 * 3600));
        if due < self.armed || self.sleep.is_elapsed() {
            self.armed = due;
            self.sleep.as_mut().reset(due.into());
        }
    }

    fn timers(&mut self) {
        let now = self.now;
        while let Some(token) = self.ledger.expired(now) {
            if let Some(job) = self.ledger.get(token).and_then(|entry| entry.job.as_ref()) {
                job.cancel(CancelReason::Deadline);
            }
            self.deliver(token, Err(JobError::timed_out("the job ran past its deadline")));
        }
        match &self.link {
            Link::Waiting { until } if *until <= now => self.connect(now),
            Link::Connecting { until, .. } if *until <= now => {
                // Its transport went with it: dropping the future disconnects.
                self.fail(Error::new(
                    ErrorKind::Internal,
                    "connect",
                    "the connect limit of the transport did not hold",
                ));
            }
            Link::Up(up) => {
                let silent = self.config.max_silence.filter(|s| up.last_inbound + *s <= now);
                if up.ready_by.is_some_and(|by| by <= now) {
                    let error = Error::new(
                        ErrorKind::Timeout,
                        "register",
                        format!("no confirmation within {:?}", self.config.ready_timeout),
                    );
                    self.reconnect(error);
                } else if let Some(silence) = silent {
                    let message = format!("no sign of life for {silence:?}");
                    self.reconnect(Error::new(ErrorKind::Timeout, "watchdog", message));
                } else if self.protocol.next_deadline().is_some_and(|due| due <= now) {
                    self.drive(Input::Deadline);
                }
            }
            _ => {}
        }
        match self.phase {
            Phase::Draining { until } if until <= now => self.force(now),
            Phase::Forced { until } if until <= now => {
                for token in self.ledger.tokens() {
                    self.drop_outcome(token, DropReason::Stopped);
                }
            }
            Phase::Farewell { until } if until <= now => self.end = Some(Ok(())),
            _ => {}
        }
    }

    // --- connecting ---

    fn connect(&mut self, now: Instant) {
        let target = match self.protocol.target(SystemTime::now()) {
            Ok(target) => target,
            Err(error) if error.is_temporary() => return self.disconnected(lost(error)),
            Err(error) => return self.fail(error),
        };
        let Some(mut transport) = self.transport.take() else { return };
        let limit = self.config.connect_timeout;
        self.rt.stats.set_state(SessionState::Connecting { attempt: self.attempt + 1 });
        tracing::debug!(?target, attempt = self.attempt + 1, "connecting");
        let future = Box::pin(async move {
            let result = match tokio::time::timeout(limit, transport.connect(target)).await {
                Ok(result) => result,
                Err(_) => {
                    transport.abort();
                    let message = format!("no connection within {limit:?}");
                    Err(Error::new(ErrorKind::Timeout, "connect", message))
                }
            };
            (transport, result)
        });
        // The limit is kept by the future; this one only notices if it is not.
        self.link = Link::Connecting { future, until: now + limit * 2 + Duration::from_secs(1) };
    }

    fn connected(&mut self) {
        let now = self.now;
        self.epoch += 1;
        self.rt.stats.connected();
        self.rt.stats.set_state(match self.phase {
            Phase::Serving => SessionState::Registering,
            _ => SessionState::Draining,
        });
        self.link = Link::Up(Up {
            ready_by: Some(now + self.config.ready_timeout),
            ready_since: None,
            last_inbound: now,
        });
        self.drive(Input::Connected);
        if !matches!(self.phase, Phase::Serving) {
            self.drive(Input::Drain);
        }
    }

    /// The connection or the attempt failed: wait, then try again.
    fn disconnected(&mut self, closed: Closed) {
        let was_up = match std::mem::replace(&mut self.link, Link::Gone) {
            Link::Up(up) => {
                // A connection that held for a while starts the row anew; one that was closed
                // at once does not, so that a server which accepts and closes is not flooded.
                let held = |since| self.now.duration_since(since) >= self.config.backoff.base;
                if up.ready_since.is_some_and(held) {
                    self.attempt = 0;
                }
                true
            }
            _ => false,
        };
        if let Some(transport) = &mut self.transport {
            transport.abort();
        }
        let closed = self.protocol.explain(closed);
        self.credit = None;
        self.offers = 0;
        self.rt.stats.set_error(&closed.error);
        if matches!(self.phase, Phase::Farewell { .. }) {
            // Everything is settled, and the peer was quicker to go.
            self.end.get_or_insert(Ok(()));
        }
        if self.end.is_some() {
            return;
        }
        let lasting = !closed.error.is_temporary();
        let text = closed.error.to_string();
        let limit = self.config.max_attempts;
        let spent = limit.is_some_and(|limit| self.attempt >= limit);
        if lasting || spent {
            let error = match lasting {
                true => closed.error,
                false => {
                    let attempts = self.attempt + 1;
                    let message = format!("gave up after {attempts} failed attempts");
                    Error::new(closed.error.kind(), "connect", message)
                        .with_source(closed.error)
                        .permanent()
                }
            };
            return self.fail(error);
        }
        if self.has_reason_to_connect() {
            let delay = self.config.backoff.delay(self.attempt, &mut self.rng);
            self.attempt = self.attempt.saturating_add(1);
            tracing::warn!(error = %text, "disconnected; next attempt in {delay:?}");
            self.link = Link::Waiting { until: self.now + delay };
            if matches!(self.phase, Phase::Serving) {
                let attempt = self.attempt + 1;
                self.rt.stats.set_state(SessionState::Waiting { attempt, delay, error: text });
            }
        }
        if was_up {
            self.drive(Input::Disconnected { closed });
            self.orphan();
        }
    }

    /// A draining session needs a connection only for results that still count.
    fn has_reason_to_connect(&self) -> bool {
        matches!(self.phase, Phase::Serving) || self.rt.capabilities.late_results
    }

    /// Jobs of the lost connection whose results cannot count any more may be told to stop.
    fn orphan(&self) {
        if !self.config.cancel_orphans || self.rt.capabilities.late_results {
            return;
        }
        for token in self.ledger.tokens() {
            if let Some(job) = self.ledger.get(token).and_then(|entry| entry.job.as_ref()) {
                job.cancel(CancelReason::ConnectionLost);
            }
        }
    }

    fn reconnect(&mut self, error: Error) {
        if matches!(self.link, Link::Up(_)) {
            self.disconnected(lost(error));
        }
    }

    /// Connects again at once, since the target has changed.
    fn redial(&mut self) {
        if !matches!(self.link, Link::Up(_)) {
            return;
        }
        self.redials += 1;
        if self.redials > REDIALS {
            let message = format!("{REDIALS} new connections in a row led to no registration");
            return self.reconnect(Error::new(ErrorKind::Refused, "register", message));
        }
        if let Some(transport) = &mut self.transport {
            transport.abort();
        }
        self.link = Link::Waiting { until: self.now };
    }

    fn event(&mut self, event: Event<T::Message>) {
        if let Link::Up(up) = &mut self.link
            && !matches!(event, Event::Sent { .. } | Event::Failed { .. })
        {
            up.last_inbound = self.now;
        }
        match event {
            Event::Received { lane, message } => self.drive(Input::Received { lane, message }),
            Event::Sent { tag } => self.drive(Input::Sent { tag }),
            Event::Reply { tag, message } => self.drive(Input::Reply { tag, message }),
            Event::Failed { tag, error } => self.drive(Input::Failed { tag, error }),
            Event::Alive => self.drive(Input::Alive),
            Event::Closed(closed) => self.disconnected(closed),
        }
    }

    fn is_ready(&self) -> bool {
        matches!(&self.link, Link::Up(up) if up.ready_since.is_some())
    }

    // --- the protocol ---

    fn drive(&mut self, input: Input<T::Message>) {
        // Carrying out an action can make an input (a job refused at once): in turn, not nested.
        if self.driving {
            self.inputs.push_back(input);
            return;
        }
        self.driving = true;
        let mut next = Some(input);
        while let Some(input) = next {
            let mut actions = std::mem::take(&mut self.actions);
            let mut cx = Cx {
                now: self.now,
                wall: None,
                epoch: self.epoch,
                ledger: &mut self.ledger,
                rng: &mut self.rng,
                actions: &mut actions,
            };
            self.protocol.handle(&mut cx, input);
            for action in actions.drain(..) {
                self.act(action);
            }
            self.actions = actions;
            next = self.inputs.pop_front();
        }
        self.driving = false;
    }

    fn act(&mut self, action: Action<T::Message>) {
        match action {
            Action::Send { lane, tag, message } => {
                let sent = match (&self.link, &mut self.transport) {
                    (Link::Up(_), Some(transport)) => transport.send(lane, tag, message),
                    _ => Err(Error::new(ErrorKind::Disconnected, "send", "not connected")),
                };
                if let Err(error) = sent {
                    match tag {
                        Some(tag) => self.drive(Input::Failed { tag, error }),
                        None => tracing::warn!(%error, "a message could not be sent"),
                    }
                }
            }
            Action::Job(token, job) => self.start(token, job),
            Action::Merged(token) => {
                // It was asked for, perhaps, but needs no permit: ask for another one.
                self.credit = None;
                self.rt.stats.merged();
                if let Some(entry) = self.ledger.get(token) {
                    tracing::info!(job = %entry.id, "delivered again while in flight: merged");
                }
            }
            Action::Cancel(token, reason) => {
                if let Some(job) = self.ledger.get(token).and_then(|entry| entry.job.as_ref()) {
                    job.cancel(reason);
                }
            }
            Action::Ready => self.ready(),
            Action::NotReady(error) => {
                tracing::warn!(%error, "the registration is lost");
                self.rt.stats.set_error(&error);
                if let Link::Up(up) = &mut self.link {
                    up.ready_since = None;
                    up.ready_by = Some(self.now + self.config.ready_timeout);
                }
                if matches!(self.phase, Phase::Serving) {
                    self.rt.stats.set_state(SessionState::Registering);
                }
            }
            Action::Settled(token, settlement) => self.settled(token, settlement),
            Action::Requeue(token, outcome) => self.enqueue(token, outcome),
            Action::Reconnect(error) => self.reconnect(error),
            Action::Redial => self.redial(),
            Action::Fail(error) => self.fail(error),
            Action::Finish(reason) => {
                tracing::info!(reason, "the session ends");
                self.drain(self.now + self.config.close_timeout);
            }
            Action::Close(goodbye) => {
                self.goodbye = Some(goodbye);
                self.end.get_or_insert(Ok(()));
            }
            Action::Store(name, content) => {
                // Small and rare: not worth a thread.
                if let Err(error) = self.config.store.store(&name, &content) {
                    tracing::error!(%error, name, "could not be stored");
                }
            }
            Action::Ignored(error) => {
                self.rt.stats.ignored();
                tracing::warn!(%error, "a message of the peer was ignored");
            }
        }
    }

    fn ready(&mut self) {
        let Link::Up(up) = &mut self.link else { return };
        if up.ready_since.is_some() {
            return;
        }
        up.ready_by = None;
        up.ready_since = Some(self.now);
        self.redials = 0;
        tracing::info!(connection = self.epoch, "ready");
        if matches!(self.phase, Phase::Serving) {
            self.rt.stats.set_state(SessionState::Ready);
        }
        self.offers = self.outbox.len();
        // A new registration knows nothing of the drain that an older one was told of.
        if matches!(self.phase, Phase::Draining { .. }) {
            self.drive(Input::Drain);
        }
    }

    // --- jobs ---

    fn start(&mut self, token: Token, incoming: IncomingJob) {
        self.rt.stats.accepted();
        if !matches!(self.phase, Phase::Serving) {
            return self.refuse(token, &incoming, self.hand_back());
        }
        let route = match self.rt.table.find(&incoming.route, &self.rt.scope) {
            Lookup::Found(route) => Arc::clone(route),
            Lookup::Unknown => {
                return self.refuse(token, &incoming, JobError::no_route(&incoming.route));
            }
            Lookup::OutOfScope => {
                let error = format!("`{}` is not served to this backend", incoming.route);
                let error = JobError::new(crate::JobErrorKind::NoRoute, error);
                return self.refuse(token, &incoming, error);
            }
        };
        let failures = self.ledger.failures(&incoming.id);
        let delay = self.brake(&incoming.id);
        let limit = self.config.max_wait;
        let in_line = self.config.ordered && self.front.is_some();
        let (permit, admission) = match self.admit_now(&route, delay) {
            Some(permit) if !in_line => (Some(permit), Admission::Admitted),
            _ if self.is_overloaded() => return self.overloaded(token, &incoming),
            _ => {
                let (share, waiting) = (self.rt.share.clone(), Waiting::enter(&self.waiting));
                let wait = Wait { delay, share, limit, waiting };
                (None, Admission::Wait(Box::new(wait)))
            }
        };
        let received_at = self.now;
        let timeout = incoming.timeout.or(self.rt.time_limit);
        let deadline = timeout.and_then(|timeout| received_at.checked_add(timeout + delay));
        if let Some(deadline) = deadline {
            self.ledger.set_deadline(token, deadline);
        }
        let info = JobInfo {
            id: incoming.id,
            backend: Arc::clone(&self.rt.stats.backend),
            route: incoming.route,
            attempt: incoming.attempt.unwrap_or(failures + 1),
            redelivered: incoming.redelivered,
            deadline,
            enqueued_at: incoming.enqueued_at,
            received_at,
            traceparent: incoming.traceparent,
            retry_owner: self.rt.capabilities.retry,
        };
        let span = tracing::info_span!(
            "job", id = %info.id, route = %info.route, attempt = info.attempt,
            traceparent = info.traceparent.as_deref(),
        );
        let job = Job::new(job::Inner {
            info,
            payload: incoming.payload,
            codec: incoming.codec,
            extensions: incoming.extensions,
            route,
            token,
            home: Arc::clone(&self.home),
            cancel: job::CancelState::default(),
            retries: AtomicU32::new(0),
            seat: std::sync::Mutex::default(),
        });
        if let Some(permit) = permit {
            job.admit(permit);
        }
        if let Some(entry) = self.ledger.get_mut(token) {
            entry.job = Some(job.clone());
        }
        let run = Run::new(job, admission);
        if !self.config.ordered {
            run.spawn(span);
        } else if self.front.is_none() {
            self.front = Some(token);
            run.spawn(span);
        } else {
            self.line.push_back((run, span));
        }
    }

    /// Where jobs run one after the other: starts the next one once this one has ended.
    fn next_in_line(&mut self, ended: Token) {
        if self.front != Some(ended) {
            return;
        }
        self.front = None;
        while let Some((run, span)) = self.line.pop_front() {
            let Some(token) = run.token() else { continue };
            // One that waited past its deadline has ended already.
            if self.ledger.get(token).is_some_and(|entry| !entry.settling) {
                self.front = Some(token);
                run.spawn(span);
                return;
            }
        }
    }

    fn admit_now(&mut self, route: &crate::router::RouteEntry, delay: Duration) -> Option<Permit> {
        let credit = self.credit.take();
        if !delay.is_zero() {
            return None;
        }
        match (credit, &route.permits) {
            (Some(permit), None) => Some(permit),
            // The route has a limit of its own: queue up for both together.
            (_, permits) => self.rt.share.try_acquire(permits.as_ref()),
        }
    }

    fn is_overloaded(&self) -> bool {
        self.waiting.load(Ordering::Acquire) >= self.config.max_waiting
    }

    fn overloaded(&mut self, token: Token, incoming: &IncomingJob) {
        let error = format!("{} jobs wait already", self.config.max_waiting);
        match self.rt.capabilities.overload {
            Overload::Refuse => self.refuse(token, incoming, JobError::overloaded(error)),
            Overload::HandBack => self.refuse(token, incoming, JobError::handed_back(error)),
            Overload::Delay(delay) => self.deliver_later(token, JobError::overloaded(error), delay),
        }
    }

    fn hand_back(&self) -> JobError {
        match self.rt.capabilities.hand_back {
            true => JobError::handed_back("the worker stops"),
            false => JobError::cancelled("the worker stops").temporary(),
        }
    }

    /// Ends a job that no handler saw. The brake holds the answer back when the same job was
    /// refused before: some servers send it again at once, for ever.
    fn refuse(&mut self, token: Token, incoming: &IncomingJob, error: JobError) {
        // It was asked for, perhaps, but needs no permit: ask for another one.
        self.credit = None;
        let delay = self.brake(&incoming.id);
        tracing::warn!(job = %incoming.id, route = %incoming.route, %error, "job refused");
        if delay.is_zero() {
            return self.deliver(token, Err(error));
        }
        self.deliver_later(token, error, delay);
    }

    /// Holds an answer back; at once, if as many are held back already as jobs may wait.
    fn deliver_later(&mut self, token: Token, error: JobError, delay: Duration) {
        if self.held.load(Ordering::Acquire) >= self.config.max_waiting {
            return self.deliver(token, Err(error));
        }
        let held = Waiting::enter(&self.held);
        let reports = self.home.reports.clone();
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            drop(held);
            // An error means that the session is gone.
            let _ = reports.send(Report::Finished(token, Err(error))).await;
        });
    }

    /// How long a job of this id is held back because it failed before.
    fn brake(&self, id: &str) -> Duration {
        match self.rt.capabilities.retry {
            RetryOwner::Server => self.config.brake.delay(self.ledger.failures(id)),
            RetryOwner::Worker => Duration::ZERO,
        }
    }

    fn report(&mut self, report: Report) {
        match report {
            Report::Finished(token, outcome) => self.deliver(token, outcome),
            Report::Progress(token, update) => {
                if self.is_reachable(token) {
                    self.drive(Input::Progress { token, update });
                } else {
                    self.rt.stats.report_dropped();
                }
            }
            Report::Event(token, event) => {
                if self.is_reachable(token) {
                    self.drive(Input::Event { token, event });
                } else {
                    self.rt.stats.report_dropped();
                }
            }
            Report::Command(token, command) => {
                // One without a job is the protocol's to keep or drop while disconnected.
                if token.is_none_or(|token| self.is_reachable(token)) {
                    self.drive(Input::Command { token, command });
                }
            }
        }
    }

    /// Whether what a running job says now can reach its server.
    fn is_reachable(&self, token: Token) -> bool {
        self.ledger.get(token).is_some_and(|entry| {
            !entry.settling
                && matches!(self.link, Link::Up(_))
                && (entry.epoch == self.epoch
                    || (self.rt.capabilities.late_results && self.is_ready()))
        })
    }

    /// The one place where a job ends: its first outcome counts, later ones are not seen.
    fn deliver(&mut self, token: Token, outcome: Outcome) {
        let reachable = self.is_reachable(token);
        let error = outcome.as_ref().err().map(JobError::kind);
        let Some(entry) = self.ledger.settle(token, error) else { return };
        if let Some(job) = entry.job.take() {
            self.rt.remember(&job, &outcome, self.now);
        }
        if reachable {
            self.drive(Input::Outcome { token, outcome });
        } else if self.rt.capabilities.late_results {
            self.enqueue(token, outcome);
        } else {
            self.drop_outcome(token, DropReason::ConnectionLost);
            self.drive(Input::Dropped { token });
        }
        self.next_in_line(token);
    }

    fn enqueue(&mut self, token: Token, outcome: Outcome) {
        if self.outbox.len() >= self.config.outbox.max(1)
            && let Some((oldest, _)) = self.outbox.pop_front()
        {
            self.offers = self.offers.saturating_sub(1);
            self.drop_outcome(oldest, DropReason::OutboxFull);
            self.drive(Input::Dropped { token: oldest });
        }
        self.outbox.push_back((token, outcome));
    }

    fn settled(&mut self, token: Token, settlement: Settlement) {
        let confirmed = match settlement {
            Settlement::Written => false,
            Settlement::Confirmed => true,
            Settlement::Dropped(reason) => return self.drop_outcome(token, reason),
        };
        if let Some(entry) = self.ledger.remove(token) {
            self.rt.stats.settled(entry.error, confirmed);
        }
    }

    fn drop_outcome(&mut self, token: Token, reason: DropReason) {
        if let Some(entry) = self.ledger.remove(token) {
            self.rt.stats.dropped(reason);
            tracing::warn!(job = %entry.id, reason = reason.as_str(), "outcome dropped");
        }
    }

    // --- the end ---

    fn control(&mut self, control: Control) {
        match control {
            Control::Drain { until } => self.drain(until),
            Control::Reconnect => self.reconnect(Error::new(
                ErrorKind::Disconnected,
                "reconnect",
                "asked to reconnect",
            )),
        }
    }

    fn drain(&mut self, until: Instant) {
        match self.phase {
            Phase::Serving => {
                tracing::info!(in_flight = self.ledger.len(), "draining");
                self.phase = Phase::Draining { until };
                self.credit = None;
                self.rt.stats.set_state(SessionState::Draining);
                if matches!(self.link, Link::Up(_)) {
                    self.drive(Input::Drain);
                } else if !self.has_reason_to_connect() {
                    self.link = Link::Gone;
                }
            }
            // A second request may only shorten the first.
            Phase::Draining { until: before } => {
                self.phase = Phase::Draining { until: until.min(before) };
            }
            Phase::Forced { .. } | Phase::Farewell { .. } => {}
        }
    }

    /// The drain time is over: every job that still runs ends now.
    fn force(&mut self, now: Instant) {
        self.phase = Phase::Forced { until: now + self.config.close_timeout };
        for token in self.ledger.tokens() {
            if let Some(job) = self.ledger.get(token).and_then(|entry| entry.job.as_ref()) {
                job.cancel(CancelReason::Shutdown);
            }
            self.deliver(token, Err(self.hand_back()));
        }
    }

    /// Takes the step that the last one made possible, if any.
    fn advance(&mut self) {
        if self.end.is_some() || matches!(self.phase, Phase::Serving | Phase::Farewell { .. }) {
            return;
        }
        if self.ledger.len() > 0 {
            return;
        }
        if !matches!(self.link, Link::Up(_)) {
            self.end = Some(Ok(()));
            return;
        }
        self.rt.stats.set_state(SessionState::Closing);
        self.phase = Phase::Farewell { until: self.now + self.config.close_timeout };
        self.drive(Input::Goodbye);
    }

    /// Ends the session for good because of an error.
    fn fail(&mut self, error: Error) {
        tracing::error!(%error, "the session ends");
        self.rt.stats.set_error(&error);
        self.end = Some(Err(error));
    }

    async fn finish(&mut self) {
        for token in self.ledger.tokens() {
            if let Some(job) = self.ledger.get(token).and_then(|entry| entry.job.as_ref()) {
                job.cancel(CancelReason::Shutdown);
            }
            self.drop_outcome(token, DropReason::Stopped);
        }
        self.rt.stats.set_depths(0, 0);
        self.link = Link::Gone;
        let Some(transport) = &mut self.transport else { return };
        if let Some(goodbye) = self.goodbye.take() {
            let close = transport.close(goodbye);
            if tokio::time::timeout(self.config.close_timeout, close).await.is_err() {
                tracing::warn!("the peer did not end the connection in time");
            }
        }
        transport.abort();
    }
}

impl Runtime {
    /// Records how a job with a handler ended.
    fn remember(&self, job: &Job, outcome: &Outcome, now: Instant) {
        let info = job.info();
        let took = now.saturating_duration_since(info.received_at);
        job.route().stats.record(outcome.is_ok(), took);
        self.stats.meters.duration.record(took);
        let error = outcome.as_ref().err();
        if let Some(error) = error {
            tracing::info!(job = %info.id, route = %info.route, kind = error.kind().as_str(), %error, "job failed");
        }
        self.recent.push(RecentJob {
            id: Arc::clone(&info.id),
            backend: Arc::clone(&info.backend),
            route: Arc::clone(&info.route),
            took,
            outcome: error.map_or("ok", |error| error.kind().as_str()),
            error: error.map(|error| error.message().to_owned()),
        });
    }
}

/// Takes several messages out of a channel at once. Ready with how many; zero when it is closed.
pub(crate) fn poll_many<M>(
    channel: &mut mpsc::Receiver<M>,
    cx: &mut Context<'_>,
    taken: &mut VecDeque<M>,
    limit: usize,
) -> Poll<usize> {
    // Both conversions keep the allocation.
    let mut list = Vec::from(std::mem::take(taken));
    let result = channel.poll_recv_many(cx, &mut list, limit);
    *taken = list.into();
    result
}

fn lost(error: Error) -> Closed {
    Closed { code: None, error, clean: false }
}

fn earliest(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
