//! What all requests look at.

use std::{
    collections::VecDeque,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use journeyman_core::{
    WorkerControl,
    session::SessionState,
    snapshot::{SessionSnapshot, Snapshot},
};
use tokio::sync::{Notify, Semaphore, broadcast, watch};

use crate::{
    auth::Door,
    clock,
    compat::Compat,
    config::{MonitorConfig, SectionOf},
    journal::Journal,
    rate::Rates,
    sample::Sample,
    section::{Section, Status},
    usage::Usage,
    view::{ActiveView, CapabilityTable, Outputs, Overview, RecentView, SessionView, Totals},
};

/// Active jobs that are shown: of each session, and about how many in all.
const ACTIVE: (usize, usize) = (50, 200);

/// How long the sessions may take to tell their jobs.
const ANSWER: Duration = Duration::from_millis(500);

/// Streams (WebSocket and Server-Sent Events) at a time.
const STREAMS: usize = 32;

/// Ticks that a slow client may be behind before it gets a whole picture again.
const BEHIND: usize = 16;

/// The state of a monitor.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) control: WorkerControl,
    pub(crate) config: MonitorConfig,
    pub(crate) door: Door,
    /// Requests, commands, and wrong tokens.
    pub(crate) requests: Rates,
    pub(crate) commands: Rates,
    pub(crate) failures: Rates,
    pub(crate) journal: Journal,
    pub(crate) history: Mutex<VecDeque<Sample>>,
    pub(crate) usage: Mutex<Usage>,
    /// What streams carry, once a second and after a change.
    pub(crate) ticks: broadcast::Sender<Arc<str>>,
    /// Something changed that should be seen at once.
    pub(crate) nudge: Notify,
    pub(crate) streams: Arc<Semaphore>,
    /// Its sender is dropped when the monitor ends.
    pub(crate) open: watch::Receiver<()>,
}

impl Shared {
    pub(crate) fn new(
        control: WorkerControl,
        config: MonitorConfig,
        port: u16,
        open: watch::Receiver<()>,
    ) -> Self {
        Self {
            control,
            door: Door::new(config.token.as_ref(), port),
            requests: Rates::new(config.rate, config.burst),
            commands: Rates::new(2.0, 20),
            failures: Rates::new(0.2, 10),
            journal: Journal::default(),
            history: Mutex::default(),
            usage: Mutex::default(),
            ticks: broadcast::Sender::new(BEHIND),
            nudge: Notify::new(),
            streams: Arc::new(Semaphore::new(STREAMS)),
            open,
            config,
        }
    }

    /// Completes when the monitor ends.
    pub(crate) async fn closed(&self) {
        let mut open = self.open.clone();
        while open.changed().await.is_ok() {}
    }

    pub(crate) fn compat(&self) -> Option<&Compat> {
        self.config.compat.as_ref()
    }

    pub(crate) fn worker_id(&self) -> Option<String> {
        let given = self.config.worker_id.clone();
        given.or_else(|| Some(self.compat()?.facts().worker_id()))
    }

    pub(crate) fn sessions(&self, snapshot: &Snapshot) -> Vec<SessionView> {
        let states = self.control.states();
        let sessions = snapshot.sessions.iter().zip(session_names(snapshot)).zip(states);
        let sessions = sessions.enumerate().map(|(place, ((session, name), state))| {
            SessionView::new(place, name, session, &state.borrow())
        });
        sessions.collect()
    }

    pub(crate) async fn active(&self, outputs: Outputs) -> Option<Vec<ActiveView>> {
        let sessions = self.control.states().len().max(1);
        let jobs = self.control.active_jobs(ACTIVE.0.min(ACTIVE.1.div_ceil(sessions)));
        let jobs = tokio::time::timeout(ANSWER, jobs).await.ok()?;
        Some(jobs.iter().map(|job| ActiveView::new(job, outputs)).collect())
    }

    pub(crate) fn capabilities(&self) -> Vec<CapabilityTable> {
        let tables = self.control.capabilities().iter();
        tables.map(|(backend, offered)| CapabilityTable::new(backend, offered)).collect()
    }

    /// A picture of everything, with the jobs that ended after this number.
    pub(crate) async fn overview(&self, after: u64, outputs: Outputs) -> Overview {
        let active = self.active(outputs).await;
        let snapshot = self.control.snapshot();
        let sessions = self.sessions(&snapshot);
        let recent = snapshot.recent.iter().filter(|job| job.number > after);
        let now = SystemTime::now();
        let uptime = now.duration_since(snapshot.started_at).unwrap_or(Duration::ZERO);
        Overview {
            name: self.config.name.clone(),
            worker_id: self.worker_id(),
            version: env!("CARGO_PKG_VERSION"),
            now: clock::utc(now),
            started_at: clock::utc(snapshot.started_at),
            uptime: uptime.as_secs_f64(),
            ready: is_ready(&snapshot),
            can_steer: !self.config.read_only,
            wants_token: !self.door.is_open(),
            docs: cfg!(feature = "docs").then_some("/api/v1/docs"),
            restart: (self.compat().is_some() && !self.config.read_only).then_some("/restart"),
            running: snapshot.running,
            concurrency: snapshot.concurrency,
            free_permits: snapshot.free_permits,
            totals: totals(&snapshot),
            sessions,
            routes: snapshot.routes.iter().map(Into::into).collect(),
            active,
            recent: recent.map(|job| RecentView::new(job, outputs)).collect(),
            usage: lock(&self.usage).clone(),
            sections: self.config.sections.iter().map(section).collect(),
        }
    }
}

/// What a program shows. A bug in it is shown instead of taking the stream with it.
fn section(of: &SectionOf) -> Section {
    std::panic::catch_unwind(AssertUnwindSafe(|| of().shown())).unwrap_or_else(|_| {
        Section::new("Error").fact("A section of this page", "it could not be made", Status::Bad)
    })
}

/// What the sessions are called: by their backend, with a number where it has several.
pub(crate) fn session_names(snapshot: &Snapshot) -> Vec<String> {
    let alone = |backend: &str| {
        let same = snapshot.sessions.iter().filter(|session| session.backend == backend);
        same.take(2).count() == 1
    };
    let name = |session: &SessionSnapshot| match alone(&session.backend) {
        true => session.backend.clone(),
        false => format!("{} {}", session.backend, session.index),
    };
    snapshot.sessions.iter().map(name).collect()
}

/// Whether every session is provably receiving, and takes jobs.
pub(crate) fn is_ready(snapshot: &Snapshot) -> bool {
    let sessions = &snapshot.sessions;
    !sessions.is_empty() && sessions.iter().all(|session| session.ready && !session.paused)
}

/// Whether anything may still come of this worker.
pub(crate) fn is_live(states: &[watch::Receiver<SessionState>]) -> bool {
    states.iter().any(|state| !state.borrow().is_over())
}

pub(crate) fn totals(snapshot: &Snapshot) -> Totals {
    let mut totals = Totals::default();
    for session in &snapshot.sessions {
        let counts = &session.counts;
        totals.ok += counts.ok;
        totals.failed += counts.failed;
        totals.dropped += counts.dropped;
        totals.in_flight += counts.in_flight;
        totals.outbox += counts.outbox;
    }
    let spent: f64 = snapshot.routes.iter().map(|route| route.spent.as_secs_f64()).sum();
    let jobs: u64 = snapshot.routes.iter().map(|route| route.ok + route.failed).sum();
    totals.spent = spent;
    totals.average = (jobs > 0).then(|| spent / jobs as f64);
    totals
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
