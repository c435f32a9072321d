//! The session: drives one transport and one protocol through the life of a registration.
//!
//! It is written once, for every backend. It owns the life cycle, the ledger, reconnecting with
//! backoff, the watchdog, the outbox, credit and drain.

mod drive;
mod end;
mod jobs;
mod link;
mod running;
mod state;
mod stats;
mod timers;
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
    snapshot::{self, ActiveJob, Ended, Recent},
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
#[derive(Clone, Debug)]
pub(crate) enum Control {
    /// Stop taking jobs, finish those in flight until this instant, then cancel them.
    Drain { until: Instant },
    /// Drop the connection and connect again; at once, where it waits or was told to stay away.
    Reconnect,
    /// Drop the connection and stay away.
    Disconnect,
    /// Start no more jobs, or start them again.
    Pause(bool),
    /// Tell which jobs have not ended, at most so many.
    List { limit: usize, to: mpsc::UnboundedSender<Vec<ActiveJob>> },
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
    /// It stays away until it is told to connect.
    Away,
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
    /// It was told to stay away until it is told to connect.
    away: bool,
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
            away: false,
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
            Link::Waiting { .. } | Link::Away | Link::Gone => Poll::Pending,
        }
    }

    fn poll_credit(&mut self, cx: &mut Context<'_>) -> Poll<Step<T>> {
        if self.rt.capabilities.intake != Intake::Pull
            || self.credit.is_some()
            || !self.is_ready()
            || !matches!(self.phase, Phase::Serving)
            || self.rt.stats.is_paused()
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
                    Ok(()) if self.away => self.disconnected(lost(asked_to_disconnect())),
                    Ok(()) => self.connected(),
                    Err(error) => self.disconnected(lost(error)),
                }
            }
            Step::Event(event) => self.event(event),
        }
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
        self.recent.push(Ended {
            id: Arc::clone(&info.id),
            backend: Arc::clone(&info.backend),
            session: self.stats.index,
            route: Arc::clone(&info.route),
            attempt: job.attempt(),
            at: now,
            took,
            outcome: error.map_or("ok", |error| error.kind().as_str()),
            error: error.map(|error| snapshot::kept(error.message())),
            output: job.printed(),
        });
    }

    /// Records a job that no handler saw.
    fn remember_refused(&self, incoming: &IncomingJob, error: &JobError, now: Instant) {
        self.recent.push(Ended {
            id: Arc::clone(&incoming.id),
            backend: Arc::clone(&self.stats.backend),
            session: self.stats.index,
            route: Arc::clone(&incoming.route),
            attempt: incoming.attempt.unwrap_or(1),
            at: now,
            took: Duration::ZERO,
            outcome: error.kind().as_str(),
            error: Some(snapshot::kept(error.message())),
            output: None,
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

fn asked_to_disconnect() -> Error {
    Error::new(ErrorKind::Disconnected, "disconnect", "asked to disconnect")
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
