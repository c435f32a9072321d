//! One server, one worker, and what cases do with the two.

use std::{
    fmt,
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::select_all;
use journeyman_core::{
    JobError, JobErrorKind, Router, Scope, Serve, StartedWorker, Summary, Value, Worker,
    WorkerControl,
    snapshot::{Counts, SessionSnapshot},
};

use super::{
    board::{self, Board},
    harness::{Ended, Fault, Harness, Master, Network, NewJob, Setup, Ticket},
    values::canonical,
};

/// How long a case waits for something that must happen.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at something that is waited for.
const LOOK: Duration = Duration::from_millis(4);
/// Over a bad network a job may be lost with its connection; then it is submitted again, at once
/// when a connection is seen to break, else after this long, and then after twice as long each time.
const RESUBMIT: Duration = Duration::from_secs(1);

/// Why a case failed.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure(String);

impl Failure {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

pub(super) type Result<T = (), E = Failure> = std::result::Result<T, E>;

/// Fails the case unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($text:tt)+) => {
        let holds: bool = $condition;
        if !holds {
            return Err($crate::conformance::rig::Failure::new(format!($($text)+)));
        }
    };
}

/// Fails the case unless both are equal.
macro_rules! ensure_eq {
    ($got:expr, $expected:expr, $($text:tt)+) => {
        match (&$got, &$expected) {
            (got, expected) => {
                if *got != *expected {
                    return Err($crate::conformance::rig::Failure::new(format!(
                        "{}: got {got:?}, expected {expected:?}",
                        format_args!($($text)+)
                    )));
                }
            }
        }
    };
}

pub(super) use {ensure, ensure_eq};

/// What a case runs on.
pub(super) struct Cx {
    pub(super) harness: Arc<dyn Harness>,
    pub(super) network: Option<Network>,
}

/// What kind of worker and server a case wants.
pub(super) struct Plan {
    pub(super) setup: Setup,
    pub(super) concurrency: usize,
    pub(super) cap: Option<usize>,
    pub(super) minimum: usize,
    pub(super) time_limit: Option<Duration>,
    pub(super) grace: Duration,
    pub(super) scope: Scope,
}

impl Cx {
    /// The default plan: one job at a time from the server, 16 at the worker.
    pub(super) fn plan(&self) -> Plan {
        let setup = Setup { network: self.network.clone(), ..Setup::default() };
        Plan {
            setup,
            concurrency: 16,
            cap: None,
            minimum: 0,
            time_limit: None,
            grace: Duration::from_millis(50),
            scope: Scope::new(),
        }
    }

    /// A worker of the default plan, ready.
    pub(super) async fn rig(&self) -> Result<Rig> {
        self.start(self.plan()).await
    }

    /// A worker, ready.
    pub(super) async fn start(&self, plan: Plan) -> Result<Rig> {
        let rig = self.begin(plan, &[]).await?;
        rig.ready().await?;
        Ok(rig)
    }

    /// A worker that was just started, at a server that has some faults already.
    pub(super) async fn begin(&self, plan: Plan, faults: &[Fault]) -> Result<Rig> {
        let (master, serve) = self.serve(&plan).await?;
        for fault in faults {
            master.fault(*fault).await;
        }
        let board = Arc::default();
        let worker = worker(&plan, board::router(&board), [serve])?;
        let control = worker.control().clone();
        Ok(Rig {
            harness: Arc::clone(&self.harness),
            master,
            worker: Some(worker),
            control,
            board,
            network: plan.setup.network.is_some(),
        })
    }

    /// A server, and the backend for it.
    pub(super) async fn serve(&self, plan: &Plan) -> Result<(Box<dyn Master>, Serve)> {
        let master = self.harness.start(plan.setup.clone()).await;
        let master = master.map_err(|error| Failure::new(format!("the server: {error}")))?;
        let serve = master.serve().scope(plan.scope.clone()).minimum(plan.minimum);
        let serve = match plan.cap {
            Some(cap) => serve.cap(cap),
            None => serve,
        };
        Ok((master, serve))
    }
}

/// Starts a worker on some backends.
pub(super) fn worker(
    plan: &Plan,
    router: Router,
    serves: impl IntoIterator<Item = Serve>,
) -> Result<StartedWorker> {
    let mut worker = Worker::new(router).concurrency(plan.concurrency).cancel_grace(plan.grace);
    if let Some(limit) = plan.time_limit {
        worker = worker.time_limit(limit);
    }
    let worker = serves.into_iter().fold(worker, Worker::serve);
    worker.start().map_err(|error| Failure::new(format!("the worker does not start: {error}")))
}

/// Looks again and again until it is so.
pub(super) async fn until(
    control: &WorkerControl,
    what: &str,
    condition: impl Fn() -> bool,
) -> Result {
    let start = Instant::now();
    while !condition() {
        ensure!(
            start.elapsed() < PATIENCE,
            "waited {PATIENCE:?} in vain until {what}; sessions: {:#?}",
            control.snapshot().sessions
        );
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// A server with a worker.
pub(super) struct Rig {
    pub(super) harness: Arc<dyn Harness>,
    pub(super) master: Box<dyn Master>,
    worker: Option<StartedWorker>,
    pub(super) control: WorkerControl,
    pub(super) board: Arc<Board>,
    network: bool,
}

impl Rig {
    /// Waits until all sessions are ready.
    pub(super) async fn ready(&self) -> Result {
        let ready = || self.control.states().iter().all(|state| state.borrow().is_ready());
        self.until("all sessions are ready", ready).await
    }

    /// Waits until every job is settled. The server's clients see an end before the worker sees
    /// that it was confirmed.
    pub(super) async fn idle(&self) -> Result {
        self.until("nothing is in flight", || self.counts().in_flight == 0).await
    }

    /// Waits until a session is not ready, or no more.
    async fn broken(&self) {
        let mut states = self.control.states();
        let each = states.iter_mut().map(|state| Box::pin(state.wait_for(|s| !s.is_ready())));
        let _ = select_all(each).await;
    }

    pub(super) async fn until(&self, what: &str, condition: impl Fn() -> bool) -> Result {
        let done = until(&self.control, what, condition).await;
        done.map_err(|failure| Failure::new(format!("{failure}; {}", self.master.describe())))
    }

    /// Waits for a future that must complete.
    pub(super) async fn within<T>(&self, what: &str, future: impl Future<Output = T>) -> Result<T> {
        let done = tokio::time::timeout(PATIENCE, future).await;
        done.map_err(|_| {
            let (sessions, server) = (self.sessions(), self.master.describe());
            Failure::new(format!(
                "waited {PATIENCE:?} in vain for {what}; sessions: {sessions:#?}; {server}"
            ))
        })
    }

    pub(super) fn sessions(&self) -> Vec<SessionSnapshot> {
        self.control.snapshot().sessions
    }

    /// The numbers of all sessions together.
    pub(super) fn counts(&self) -> Counts {
        let mut sum = Counts::default();
        for SessionSnapshot { counts, .. } in self.sessions() {
            sum.connections += counts.connections;
            sum.accepted += counts.accepted;
            sum.ok += counts.ok;
            sum.failed += counts.failed;
            sum.dropped += counts.dropped;
            sum.merged += counts.merged;
            sum.ignored += counts.ignored;
            sum.in_flight += counts.in_flight;
            sum.outbox += counts.outbox;
        }
        let early = self.harness.early_connections() * self.sessions().len() as u64;
        sum.connections = sum.connections.saturating_sub(early);
        sum
    }

    pub(super) async fn fault(&self, fault: Fault) {
        self.master.fault(fault).await;
    }

    pub(super) async fn submit(&self, job: NewJob) -> Result<Ticket> {
        let ticket = self.within("the server to take a job", self.master.submit(job)).await?;
        ticket.map_err(|error| Failure::new(format!("submit: {error}")))
    }

    /// Submits a watched job that runs until it is released or stopped, and waits until it runs.
    pub(super) async fn start_job(&self, route: &str) -> Result<Ticket> {
        let before = self.board.started();
        let ticket = self.submit(NewJob::new(route, Value::Null)).await?;
        self.until("the job runs", || self.board.started() > before).await?;
        Ok(ticket)
    }

    /// Waits for the end of a job.
    pub(super) async fn end(&self, ticket: &mut Ticket) -> Result<Ended> {
        self.within("the end of a job", ticket.ended()).await
    }

    /// Submits a job and waits for its end; over a bad network as often as it takes.
    pub(super) async fn call(&self, job: NewJob) -> Result<Ended> {
        if !self.network {
            let mut ticket = self.submit(job).await?;
            return self.end(&mut ticket).await;
        }
        let tries = async {
            let mut patience = RESUBMIT;
            // Where late results count, a job that was lost is told of; silence is none.
            let late = self.harness.capabilities().late_results;
            let lost = |code: &str, message: &str| self.harness.is_lost(code, message);
            loop {
                self.ready().await?;
                let mut ticket = self.submit(job.clone()).await?;
                tokio::select! {
                    biased;
                    ended = ticket.ended() => match ended {
                        Ended::Failed { code, message } if lost(&code, &message) => {}
                        ended => break Ok(ended),
                    },
                    () = self.broken(), if !late => {}
                    () = tokio::time::sleep(patience), if !late => patience *= 2,
                }
            }
        };
        self.within("the end of a job", tries).await?
    }

    /// Runs a job that must succeed with what `returned` becomes on the wire.
    pub(super) async fn expect(&self, job: NewJob, returned: &Value) -> Result {
        let about = format!("{} with {}", job.route, job.args);
        let ended = self.call(job).await?;
        let expected = self.harness.result(returned).ok_or_else(|| {
            Failure::new(format!("the harness says that {returned} cannot be a result"))
        })?;
        let got = match ended {
            Ended::Ok(value) => value,
            other => return Err(Failure::new(format!("{about}: {other:?}"))),
        };
        ensure_eq!(canonical(&got), canonical(&expected), "{about}");
        Ok(())
    }

    /// Runs a job that must give its arguments back.
    pub(super) async fn echo(&self, args: Value) -> Result {
        self.echo_job(NewJob::new("conf.echo", args)).await
    }

    /// As [`echo`](Self::echo), for a job that has more to it.
    pub(super) async fn echo_job(&self, job: NewJob) -> Result {
        let seen = self.harness.arguments(&job.args);
        self.expect(job, &seen).await
    }

    /// Runs a job that must fail with the code of this error.
    pub(super) async fn expect_error(&self, job: NewJob, error: &JobError) -> Result<String> {
        let about = format!("{} with {}", job.route, job.args);
        let ended = self.call(job).await?;
        self.check_error(&about, ended, error)
    }

    /// Checks that a job failed with the code of this error, and returns the text.
    pub(super) fn check_error(
        &self,
        about: &str,
        ended: Ended,
        error: &JobError,
    ) -> Result<String> {
        let expected = self.harness.code(error);
        match ended {
            Ended::Failed { code, message } if code == expected => Ok(message),
            other => Err(Failure::new(format!("{about}: got {other:?}, expected {expected}"))),
        }
    }

    /// The error that ends jobs when the worker stops.
    pub(super) fn stopped(&self) -> JobError {
        match self.harness.capabilities().hand_back {
            true => JobError::new(JobErrorKind::HandedBack, ""),
            // Through no fault of the job's.
            false => JobError::cancelled("").temporary(),
        }
    }

    /// The worker still does jobs, and does them right.
    pub(super) async fn works(&self) -> Result {
        self.ready().await?;
        self.echo(Value::object([("still", "here")])).await
    }

    /// Stops the worker in good order and checks what must hold after every case.
    pub(super) async fn finish(&mut self) -> Result<Summary> {
        self.control.drain_within(Duration::from_secs(10));
        self.stopped_well().await
    }

    /// Waits until the worker has stopped, and checks what must hold after every case.
    pub(super) async fn stopped_well(&mut self) -> Result<Summary> {
        let Some(worker) = self.worker.take() else {
            return Err(Failure::new("the worker was stopped before"));
        };
        let summary = self.within("the worker to stop", worker.wait()).await?;
        let summary = summary.map_err(|error| Failure::new(format!("the worker: {error}")))?;
        for session in &summary.snapshot.sessions {
            let Counts { accepted, ok, failed, dropped, in_flight, outbox, .. } = session.counts;
            ensure_eq!(ok + failed + dropped, accepted, "each accepted job ends once: {session:?}");
            ensure_eq!((in_flight, outbox), (0, 0), "nothing is left behind: {session:?}");
            ensure_eq!(session.state, "stopped", "the last state");
        }
        Ok(summary)
    }
}
