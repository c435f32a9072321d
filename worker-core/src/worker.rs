//! The worker: one router, one budget, any number of backends.

use std::{
    fmt,
    future::Future,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, SystemTime},
};

use futures_util::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

use crate::{
    Error, ErrorKind,
    backend::{Backend, Sessions},
    budget::Budget,
    capability::Capabilities,
    handler::panic_text,
    job::now,
    router::{Router, Scope, Table},
    session::{Control, Running, Runtime, SessionState, SessionStats},
    snapshot::{ActiveJob, Recent, Snapshot},
    telemetry,
};

/// A backend and what it may take of the worker.
pub struct Serve {
    backend: Box<dyn Backend>,
    scope: Scope,
    minimum: usize,
    cap: Option<usize>,
}

impl fmt::Debug for Serve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serve")
            .field("backend", &self.backend.name())
            .field("scope", &self.scope)
            .field("minimum", &self.minimum)
            .field("cap", &self.cap)
            .finish()
    }
}

impl Serve {
    /// A backend with the default scope and no limits of its own.
    pub fn new(backend: impl Backend) -> Self {
        Self { backend: Box::new(backend), scope: Scope::new(), minimum: 0, cap: None }
    }

    /// Which routes it may reach.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Handlers that it may run at any time, whatever the others do. Taken out of the worker's
    /// total.
    #[must_use]
    pub fn minimum(mut self, permits: usize) -> Self {
        self.minimum = permits;
        self
    }

    /// Handlers that it may run at most.
    #[must_use]
    pub fn cap(mut self, permits: usize) -> Self {
        self.cap = Some(permits);
        self
    }
}

impl<B: Backend> From<B> for Serve {
    fn from(backend: B) -> Self {
        Self::new(backend)
    }
}

/// A worker before it starts.
///
/// ```no_run
/// # use journeyman_core::{Error, Router, Worker, memory::Memory, shutdown_signal};
/// # async fn run(router: Router) -> Result<(), Error> {
/// let (backend, client) = Memory::new();
/// let worker = Worker::new(router).serve(backend).concurrency(64);
/// worker.run_until(shutdown_signal()).await?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use]
pub struct Worker {
    router: Router,
    serves: Vec<Serve>,
    concurrency: usize,
    drain: Duration,
    grace: Duration,
    time_limit: Option<Duration>,
    fail_fast: bool,
}

impl Worker {
    /// A worker with these routes: up to 64 handlers at a time, 30 s to drain.
    pub fn new(router: Router) -> Self {
        Self {
            router,
            serves: Vec::new(),
            concurrency: 64,
            drain: Duration::from_secs(30),
            grace: Duration::from_secs(5),
            time_limit: None,
            fail_fast: false,
        }
    }

    /// Serves a backend, too.
    pub fn serve(mut self, backend: impl Into<Serve>) -> Self {
        self.serves.push(backend.into());
        self
    }

    /// How many handlers run at a time, over all backends. Default 64.
    pub fn concurrency(mut self, permits: usize) -> Self {
        self.concurrency = permits.max(1);
        self
    }

    /// How long jobs in flight may go on after the stop was asked for. Default 30 s.
    pub fn drain_timeout(mut self, timeout: Duration) -> Self {
        self.drain = timeout;
        self
    }

    /// How long a handler may go on after it was told to stop, before it is dropped. Default 5 s.
    pub fn cancel_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// The time limit of jobs whose server gives none. Default: none.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Stops the whole worker when one session ends with an error. Default: the others go on.
    pub fn fail_fast(mut self) -> Self {
        self.fail_fast = true;
        self
    }

    /// Starts all sessions.
    ///
    /// # Errors
    /// Two routes tie, a handler needs what a backend cannot give, or a configuration cannot
    /// work. Nothing was started then.
    pub fn start(self) -> Result<StartedWorker, Error> {
        if self.serves.is_empty() {
            return Err(Error::config("the worker has no backend")
                .with_remedy("add one with `Worker::serve`"));
        }
        let reserved = self.serves.iter().map(|serve| serve.minimum).sum::<usize>();
        if reserved >= self.concurrency && reserved > 0 {
            return Err(Error::config(format!(
                "the minimum shares ({reserved}) leave nothing of the total ({})",
                self.concurrency
            ))
            .with_remedy("raise `concurrency` or lower the minimum shares"));
        }
        let table = self.router.build()?;
        let budget = Budget::new(self.concurrency, reserved);
        let recent = Arc::<Recent>::default();
        let running = Arc::new(Running::new(Arc::clone(&table)));
        let mut planned = Vec::new();
        let mut capabilities = Vec::new();
        for serve in self.serves {
            let name: Arc<str> = serve.backend.name().into();
            let offered = serve.backend.capabilities();
            let scope = serve.scope.compile()?;
            table.check(&name, &offered, &scope)?;
            let share = budget.share(serve.minimum, serve.cap);
            let routes = table.reachable(&scope);
            let mut sessions = Sessions { new: Vec::new(), routes };
            serve.backend.sessions(&mut sessions)?;
            for (index, session) in sessions.new.into_iter().enumerate() {
                let stats = Arc::new(SessionStats::new(Arc::clone(&name), index));
                let (sender, control) = mpsc::unbounded_channel();
                let runtime = Runtime {
                    stats: Arc::clone(&stats),
                    table: Arc::clone(&table),
                    scope: scope.clone(),
                    share: share.clone(),
                    capabilities: offered.clone(),
                    recent: Arc::clone(&recent),
                    running: Arc::clone(&running),
                    control,
                    time_limit: self.time_limit,
                    grace: self.grace,
                };
                planned.push((session, runtime, stats, sender));
            }
            capabilities.push((name, offered));
        }
        telemetry::describe();
        let mut tasks = JoinSet::new();
        let mut sessions = Vec::new();
        for (session, runtime, stats, sender) in planned {
            let backend = Arc::clone(&stats.backend);
            let watched = Arc::clone(&stats);
            tasks.spawn(async move {
                let ended = AssertUnwindSafe(session(runtime)).catch_unwind().await;
                let result = ended.unwrap_or_else(|panic| {
                    let error = panic_text("the session", &*panic);
                    // Whoever waits for the end must hear of it.
                    watched.set_state(SessionState::Failed { error: error.clone() });
                    Err(Error::new(ErrorKind::Internal, "session", error))
                });
                result.map_err(|error| error.with_context("backend", backend))
            });
            sessions.push(Handle { stats, sender });
        }
        let shared = Arc::new(Shared {
            started_at: SystemTime::now(),
            table,
            budget,
            concurrency: self.concurrency,
            recent,
            running,
            capabilities,
        });
        let control = WorkerControl { shared, sessions: sessions.into(), drain: self.drain };
        let Self { grace, fail_fast, .. } = self;
        Ok(StartedWorker { control, tasks, grace, fail_fast })
    }

    /// Runs until `shutdown` completes, then drains.
    ///
    /// # Errors
    /// As [`start`](Self::start), or a session ended with an error.
    ///
    /// # Cancel safety
    /// Dropping the future stops the sessions without a drain.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) -> Result<Summary, Error> {
        let worker = self.start()?;
        tokio::select! {
            biased;
            () = shutdown => worker.control().drain(),
            () = worker.ended() => {}
        }
        worker.wait().await
    }

    /// Runs until SIGTERM or Ctrl-C, then drains; a second signal cuts the drain short.
    ///
    /// # Errors
    /// As [`run_until`](Self::run_until).
    pub async fn run(self) -> Result<Summary, Error> {
        let worker = self.start()?;
        let control = worker.control().clone();
        let signals = async {
            shutdown_signal().await;
            control.drain();
            shutdown_signal().await;
            control.abort();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = signals => {}
            () = worker.ended() => {}
        }
        worker.wait().await
    }
}

struct Shared {
    started_at: SystemTime,
    table: Arc<Table>,
    budget: Budget,
    concurrency: usize,
    recent: Arc<Recent>,
    running: Arc<Running>,
    capabilities: Vec<(Arc<str>, Capabilities)>,
}

#[derive(Clone)]
struct Handle {
    stats: Arc<SessionStats>,
    sender: mpsc::UnboundedSender<Control>,
}

/// Watches and steers a running worker. Clones are the same.
#[derive(Clone)]
pub struct WorkerControl {
    shared: Arc<Shared>,
    sessions: Arc<[Handle]>,
    drain: Duration,
}

impl fmt::Debug for WorkerControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerControl")
            .field("sessions", &self.sessions.len())
            .finish_non_exhaustive()
    }
}

impl WorkerControl {
    /// A picture of the worker now.
    pub fn snapshot(&self) -> Snapshot {
        let mut routes: Vec<_> =
            self.shared.table.entries().map(|entry| entry.stats.snapshot()).collect();
        routes.sort_by(|a, b| a.route.cmp(&b.route));
        Snapshot {
            started_at: self.shared.started_at,
            sessions: self.sessions.iter().map(|handle| handle.stats.snapshot()).collect(),
            routes,
            recent: self.shared.recent.list(),
            running: self.shared.running.count(),
            free_permits: self.shared.budget.free(),
            concurrency: self.shared.concurrency,
        }
    }

    /// What each backend offers.
    pub fn capabilities(&self) -> &[(Arc<str>, Capabilities)] {
        &self.shared.capabilities
    }

    /// The jobs that are accepted and have not ended, session by session, the oldest of each
    /// first; at most `limit` of each session. The sessions are asked: it costs nothing while
    /// nobody looks.
    ///
    /// # Cancel safety
    /// It may be dropped at any time.
    pub async fn active_jobs(&self, limit: usize) -> Vec<ActiveJob> {
        let answers: Vec<_> = self
            .sessions
            .iter()
            .map(|handle| {
                let (to, answer) = mpsc::unbounded_channel();
                let _ = handle.sender.send(Control::List { limit, to });
                answer
            })
            .collect();
        let mut jobs = Vec::new();
        for mut answer in answers {
            // One that has ended has no jobs, and does not answer.
            jobs.extend(answer.recv().await.unwrap_or_default());
        }
        jobs
    }

    /// A control of one session alone, by its place in [`Snapshot::sessions`]: its `drain`,
    /// `pause`, `states` and so on are about that session; the routes and recent jobs of its
    /// `snapshot` stay the worker's.
    pub fn session(&self, place: usize) -> Option<Self> {
        let handle = self.sessions.get(place)?.clone();
        Some(Self { sessions: [handle].into(), ..self.clone() })
    }

    /// The state of each session, to watch.
    pub fn states(&self) -> Vec<watch::Receiver<SessionState>> {
        self.sessions.iter().map(|handle| handle.stats.watch()).collect()
    }

    /// Waits until every session is ready.
    ///
    /// # Errors
    /// A session ended instead; holds its error text.
    ///
    /// # Cancel safety
    /// It may be dropped and called again.
    pub async fn ready(&self) -> Result<(), String> {
        for mut state in self.states() {
            let reached = state.wait_for(|state| state.is_ready() || state.is_over()).await;
            match reached.as_deref() {
                Ok(SessionState::Ready) => {}
                Ok(SessionState::Failed { error }) => return Err(error.clone()),
                Ok(_) | Err(_) => return Err("the session stopped".to_owned()),
            }
        }
        Ok(())
    }

    /// Stops in good order: no more jobs are taken, and those in flight may finish within the
    /// worker's drain time.
    pub fn drain(&self) {
        self.drain_within(self.drain);
    }

    /// As [`drain`](Self::drain), with another limit. A later call can only shorten the drain.
    pub fn drain_within(&self, limit: Duration) {
        self.tell(&Control::Drain { until: now() + limit });
    }

    /// Stops now: jobs in flight are cancelled and settled as such.
    pub fn abort(&self) {
        self.drain_within(Duration::ZERO);
    }

    /// Drops all connections; the sessions connect again. One that waits before its next attempt, or
    /// was told to [`disconnect`](Self::disconnect), connects at once.
    pub fn reconnect(&self) {
        self.tell(&Control::Reconnect);
    }

    /// Drops all connections, without a goodbye; the sessions stay away until they are told to
    /// [`reconnect`](Self::reconnect) (or drained). Jobs that run go on, as when a connection is
    /// lost.
    pub fn disconnect(&self) {
        self.tell(&Control::Disconnect);
    }

    /// Starts no more jobs until [`resume`](Self::resume). Those that run go on. Where the worker asks
    /// for jobs, it asks for none; jobs that are pushed all the same wait as if no permit were free,
    /// and their time limits go on.
    pub fn pause(&self) {
        self.tell(&Control::Pause(true));
    }

    /// Ends a [`pause`](Self::pause).
    pub fn resume(&self) {
        self.tell(&Control::Pause(false));
    }

    fn tell(&self, control: &Control) {
        for handle in self.sessions.iter() {
            // A session that has ended needs to hear nothing.
            let _ = handle.sender.send(control.clone());
        }
    }
}

/// A worker that runs. Dropping it stops the sessions without a drain.
#[derive(Debug)]
pub struct StartedWorker {
    control: WorkerControl,
    tasks: JoinSet<Result<(), Error>>,
    grace: Duration,
    fail_fast: bool,
}

impl StartedWorker {
    /// Watches and steers it.
    pub fn control(&self) -> &WorkerControl {
        &self.control
    }

    /// What each backend offers.
    pub fn capabilities(&self) -> &[(Arc<str>, Capabilities)] {
        self.control.capabilities()
    }

    /// Waits until all sessions have ended; tells them to, where one error stops all.
    async fn ended(&self) {
        let ends = self.control.states().into_iter().map(async |mut state| {
            let end = state.wait_for(SessionState::is_over).await;
            // The sender lives as long as the control.
            end.is_ok_and(|state| matches!(&*state, SessionState::Failed { .. }))
        });
        let mut ends = ends.collect::<FuturesUnordered<_>>();
        while let Some(failed) = ends.next().await {
            if failed && self.fail_fast {
                self.control.drain();
            }
        }
    }

    /// Waits until the worker has stopped and says how it went.
    ///
    /// # Errors
    /// The error of the first session that ended with one.
    pub async fn wait(mut self) -> Result<Summary, Error> {
        self.ended().await;
        let mut first = None;
        while let Some(ended) = self.tasks.join_next().await {
            let error = match ended {
                Ok(Ok(())) => continue,
                Ok(Err(error)) => error,
                Err(error) => Error::new(ErrorKind::Internal, "session", "a session panicked")
                    .with_source(error),
            };
            first.get_or_insert(error);
        }
        // Handlers that were told to stop get their grace; what is left after it (and a moment
        // for dropping it) will not stop.
        let none_left = self.control.shared.running.none_left();
        let limit = self.grace + Duration::from_secs(1);
        let unfinished = match tokio::time::timeout(limit, none_left).await {
            Ok(()) => 0,
            Err(_) => self.control.shared.running.count(),
        };
        match first {
            Some(error) => Err(error),
            None => Ok(Summary { snapshot: self.control.snapshot(), unfinished }),
        }
    }
}

/// How a worker's run went.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Summary {
    /// The last picture.
    pub snapshot: Snapshot,
    /// Handlers that still run although they were told to stop: blocking ones that do not look at
    /// [`Cancel`](crate::job::Cancel).
    pub unfinished: u64,
}

/// Completes on SIGTERM (on Unix) or Ctrl-C.
///
/// # Cancel safety
/// It may be dropped and called again; a signal in between is not seen by the second call.
pub async fn shutdown_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
