//! The shapes of the API: the snapshot as JSON. Times are RFC 3339 in UTC, durations are seconds.

use std::time::{Duration, SystemTime};

use journeyman_core::{
    capability::Capabilities,
    session::SessionState,
    snapshot::{ActiveJob, OutputText, RecentJob, RouteSnapshot, SessionSnapshot},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    clean::{LINE, NAME, WHOLE, shown},
    clock,
    section::Section,
    usage::Usage,
};

/// The whole worker at one moment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Overview {
    /// What the worker is called.
    pub(crate) name: String,
    /// Its id, where it has one.
    pub(crate) worker_id: Option<String>,
    /// The version of this software.
    pub(crate) version: &'static str,
    /// When this picture was taken.
    pub(crate) now: String,
    /// When the worker started.
    pub(crate) started_at: String,
    /// The time since then.
    pub(crate) uptime: f64,
    /// Whether every session is provably receiving and none is paused.
    pub(crate) ready: bool,
    /// Whether the monitor may steer the worker.
    pub(crate) can_steer: bool,
    /// Whether a token is wanted.
    pub(crate) wants_token: bool,
    /// Where the description of the API can be read, if its viewers are built in.
    pub(crate) docs: Option<&'static str>,
    /// Where `POST` restarts the worker, if it can be restarted.
    pub(crate) restart: Option<&'static str>,
    /// Handlers that are running.
    pub(crate) running: u64,
    /// Handlers that may run at a time.
    pub(crate) concurrency: usize,
    /// Permits that are free.
    pub(crate) free_permits: usize,
    /// Sums over all sessions and routes.
    pub(crate) totals: Totals,
    /// The sessions.
    pub(crate) sessions: Vec<SessionView>,
    /// The routes.
    pub(crate) routes: Vec<RouteView>,
    /// Jobs that are accepted and have not ended, at most 50 of each session; null when a session did
    /// not answer in time.
    pub(crate) active: Option<Vec<ActiveView>>,
    /// Jobs that ended, oldest first, at most 100.
    pub(crate) recent: Vec<RecentView>,
    /// What the process takes of the machine.
    pub(crate) usage: Usage,
    /// What the program shows besides.
    pub(crate) sections: Vec<Section>,
}

/// Sums.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub(crate) struct Totals {
    /// Jobs that ended well and whose result was sent.
    pub(crate) ok: u64,
    /// Jobs whose error was sent.
    pub(crate) failed: u64,
    /// Outcomes that could not be sent.
    pub(crate) dropped: u64,
    /// Jobs that are accepted and not settled.
    pub(crate) in_flight: u64,
    /// Outcomes that wait for a connection.
    pub(crate) outbox: u64,
    /// The time from receipt to outcome, over all jobs that ended.
    pub(crate) spent: f64,
    /// That time for one job; null before the first.
    pub(crate) average: Option<f64>,
}

/// One session: a registration at a server.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// Its place in the list: its name in the paths that steer it.
    pub(crate) place: usize,
    /// What it is called: its backend, with a number where that has several.
    pub(crate) name: String,
    /// The name of its backend.
    pub(crate) backend: String,
    /// Which of the backend's sessions it is, from 0.
    pub(crate) index: usize,
    /// `connecting`, `registering`, `ready`, `waiting`, `disconnected`, `draining`, `closing`,
    /// `stopped` or `failed`.
    pub(crate) state: &'static str,
    /// When it came into that state.
    pub(crate) since: String,
    /// Whether it is provably receiving.
    pub(crate) ready: bool,
    /// Whether it starts no jobs until it is told to resume.
    pub(crate) paused: bool,
    /// The attempt to connect that is made or comes next, from 1.
    pub(crate) attempt: Option<u32>,
    /// How long until then, while it waits.
    pub(crate) next_attempt: Option<f64>,
    /// The error that ended the last connection or attempt.
    pub(crate) last_error: Option<String>,
    /// Connections that were made.
    pub(crate) connections: u64,
    /// Jobs that were accepted.
    pub(crate) accepted: u64,
    /// Jobs that ended well and whose result was sent.
    pub(crate) ok: u64,
    /// Jobs whose error was sent.
    pub(crate) failed: u64,
    /// Outcomes that could not be sent.
    pub(crate) dropped: u64,
    /// Deliveries of a job that was in flight already.
    pub(crate) merged: u64,
    /// Messages of the peer that were wrong and were ignored.
    pub(crate) ignored: u64,
    /// Progress reports that were dropped because the session was behind.
    pub(crate) dropped_reports: u64,
    /// Jobs that are accepted and not settled.
    pub(crate) in_flight: u64,
    /// Outcomes that wait for the connection.
    pub(crate) outbox: u64,
}

/// One route.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RouteView {
    /// Its pattern.
    pub(crate) route: String,
    /// Handlers of it that are running.
    pub(crate) running: u64,
    /// Jobs that ended well.
    pub(crate) ok: u64,
    /// Jobs that failed.
    pub(crate) failed: u64,
    /// The median time from receipt to outcome.
    pub(crate) p50: f64,
    /// The 99th percentile of it.
    pub(crate) p99: f64,
    /// The sum of it.
    pub(crate) spent: f64,
}

/// What a job printed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OutputView {
    /// The end of it, at most 16 KiB.
    pub(crate) text: String,
    /// Bytes before that, which were not kept.
    pub(crate) skipped: u64,
}

/// A job that is accepted and has not ended.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ActiveView {
    /// The server's id.
    pub(crate) id: String,
    /// The backend.
    pub(crate) backend: String,
    /// Which of the backend's sessions it came to, from 0.
    pub(crate) session: usize,
    /// Its name.
    pub(crate) route: String,
    /// Which attempt it is, from 1.
    pub(crate) attempt: u32,
    /// The time since its receipt.
    pub(crate) age: f64,
    /// The time until its deadline, if it has one.
    pub(crate) time_left: Option<f64>,
    /// Whether it waits for a permit.
    pub(crate) waiting: bool,
    /// Why it was told to stop, if it was.
    pub(crate) cancelled: Option<&'static str>,
    /// How much is done, 0.0 to 1.0, if it tells.
    pub(crate) progress: Option<f64>,
    /// The text of its last progress report.
    pub(crate) message: Option<String>,
    /// How many bytes it printed.
    pub(crate) printed: u64,
    /// What it printed; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<OutputView>,
}

/// A job that ended.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RecentView {
    /// Counts the jobs of this worker that ended, from 1.
    pub(crate) number: u64,
    /// The server's id.
    pub(crate) id: String,
    /// The backend.
    pub(crate) backend: String,
    /// Which of the backend's sessions it came to, from 0.
    pub(crate) session: usize,
    /// Its name.
    pub(crate) route: String,
    /// Which attempt it was, from 1.
    pub(crate) attempt: u32,
    /// When it ended.
    pub(crate) ended_at: String,
    /// The time from receipt to outcome.
    pub(crate) took: f64,
    /// `ok`, or the kind of the error.
    pub(crate) outcome: &'static str,
    /// The error's text; in lists its beginning.
    pub(crate) error: Option<String>,
    /// How many bytes it printed.
    pub(crate) printed: u64,
    /// What it printed; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<OutputView>,
}

/// What one backend offers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CapabilityTable {
    /// The backend.
    pub(crate) backend: String,
    /// One row for each capability.
    pub(crate) rows: Vec<Capability>,
}

/// One capability.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Capability {
    /// What it is.
    pub(crate) name: &'static str,
    /// What the backend offers of it.
    pub(crate) value: String,
}

/// Whether outputs are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outputs {
    Included,
    Counted,
}

impl OutputView {
    fn new(output: Option<&OutputText>, outputs: Outputs) -> (u64, Option<Self>) {
        let Some(output) = output else { return (0, None) };
        let printed = output.text.len() as u64 + output.skipped;
        let view = (outputs == Outputs::Included)
            .then(|| Self { text: output.text.to_string(), skipped: output.skipped });
        (printed, view)
    }
}

impl SessionView {
    pub(crate) fn new(
        place: usize,
        name: String,
        session: &SessionSnapshot,
        state: &SessionState,
    ) -> Self {
        let (attempt, next_attempt) = match state {
            SessionState::Connecting { attempt } => (Some(*attempt), None),
            SessionState::Waiting { attempt, delay, .. } => {
                let passed = SystemTime::now().duration_since(session.since);
                let left = delay.saturating_sub(passed.unwrap_or(Duration::ZERO));
                (Some(*attempt), Some(left.as_secs_f64()))
            }
            _ => (None, None),
        };
        let counts = session.counts;
        Self {
            place,
            name,
            backend: session.backend.clone(),
            index: session.index,
            state: session.state,
            since: clock::utc(session.since),
            ready: session.ready,
            paused: session.paused,
            attempt,
            next_attempt,
            last_error: session.last_error.as_deref().map(|error| shown(error, LINE)),
            connections: counts.connections,
            accepted: counts.accepted,
            ok: counts.ok,
            failed: counts.failed,
            dropped: counts.dropped,
            merged: counts.merged,
            ignored: counts.ignored,
            dropped_reports: counts.dropped_reports,
            in_flight: counts.in_flight,
            outbox: counts.outbox,
        }
    }
}

impl From<&RouteSnapshot> for RouteView {
    fn from(route: &RouteSnapshot) -> Self {
        Self {
            route: route.route.clone(),
            running: route.running,
            ok: route.ok,
            failed: route.failed,
            p50: route.p50.as_secs_f64(),
            p99: route.p99.as_secs_f64(),
            spent: route.spent.as_secs_f64(),
        }
    }
}

impl ActiveView {
    pub(crate) fn new(job: &ActiveJob, outputs: Outputs) -> Self {
        let (printed, output) = OutputView::new(job.output.as_ref(), outputs);
        Self {
            id: shown(&job.id, NAME),
            backend: job.backend.to_string(),
            session: job.session,
            route: shown(&job.route, NAME),
            attempt: job.attempt,
            age: job.age.as_secs_f64(),
            time_left: job.time_left.map(|left| left.as_secs_f64()),
            waiting: job.waiting,
            cancelled: job.cancelled,
            progress: job.progress,
            message: job.message.as_deref().map(|message| shown(message, LINE)),
            printed,
            output,
        }
    }
}

impl RecentView {
    pub(crate) fn new(job: &RecentJob, outputs: Outputs) -> Self {
        let longest = if outputs == Outputs::Included { WHOLE } else { LINE };
        let (printed, output) = OutputView::new(job.output.as_ref(), outputs);
        Self {
            number: job.number,
            id: shown(&job.id, NAME),
            backend: job.backend.to_string(),
            session: job.session,
            route: shown(&job.route, NAME),
            attempt: job.attempt,
            ended_at: clock::utc(job.ended_at),
            took: job.took.as_secs_f64(),
            outcome: job.outcome,
            error: job.error.as_deref().map(|error| shown(error, longest)),
            printed,
            output,
        }
    }
}

impl CapabilityTable {
    pub(crate) fn new(backend: &str, capabilities: &Capabilities) -> Self {
        let rows = capabilities.rows().into_iter();
        let rows = rows.map(|(name, value)| Capability { name, value }).collect();
        Self { backend: backend.to_owned(), rows }
    }
}
