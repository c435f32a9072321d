//! The names of all metrics, in one place. The book's table is checked against this module.

use metrics::{Counter, Gauge, Histogram, Label, counter, gauge, histogram};

use crate::{JobErrorKind, protocol::DropReason};

/// Connections that were made. Labels: backend.
pub const CONNECTIONS: &str = "journeyman_connections_total";
/// 1 while a session is provably receiving, else 0. Labels: backend, session.
pub const READY: &str = "journeyman_session_ready";
/// Jobs that were accepted. Labels: backend.
pub const ACCEPTED: &str = "journeyman_jobs_accepted_total";
/// Jobs that were settled. Labels: backend, outcome (`ok` or the kind of the error), settlement
/// (`written` or `confirmed`).
pub const SETTLED: &str = "journeyman_jobs_settled_total";
/// Outcomes that could not be delivered. Labels: backend, reason.
pub const DROPPED: &str = "journeyman_outcomes_dropped_total";
/// Deliveries that were merged with a job in flight. Labels: backend.
pub const MERGED: &str = "journeyman_deliveries_merged_total";
/// Jobs that are accepted and not settled. Labels: backend, session.
pub const IN_FLIGHT: &str = "journeyman_jobs_in_flight";
/// The time from receipt to outcome in seconds. Labels: backend.
pub const DURATION: &str = "journeyman_job_duration_seconds";
/// Messages of a peer that were wrong and were ignored. Labels: backend.
pub const IGNORED: &str = "journeyman_peer_messages_ignored_total";
/// Progress reports that were dropped because the session was behind. Labels: backend.
pub const REPORTS_DROPPED: &str = "journeyman_progress_dropped_total";
/// Handlers that did not stop when told to. Labels: backend.
pub const ABANDONED: &str = "journeyman_handlers_abandoned_total";
/// The time of one attempt of a handler in seconds, by the metrics layer. Labels: route, outcome.
pub const ATTEMPT_DURATION: &str = "journeyman_attempt_duration_seconds";
/// Attempts that the retry layer made beyond the first. Labels: route.
pub const RETRIES: &str = "journeyman_retries_total";

/// Every metric: its name and what it tells.
pub const ALL: &[(&str, &str)] = &[
    (CONNECTIONS, "Connections that were made."),
    (READY, "1 while a session is provably receiving, else 0."),
    (ACCEPTED, "Jobs that were accepted."),
    (SETTLED, "Jobs that were settled."),
    (DROPPED, "Outcomes that could not be delivered."),
    (MERGED, "Deliveries that were merged with a job in flight."),
    (IN_FLIGHT, "Jobs that are accepted and not settled."),
    (DURATION, "The time from receipt to outcome in seconds."),
    (IGNORED, "Messages of a peer that were wrong and were ignored."),
    (REPORTS_DROPPED, "Progress reports that were dropped because the session was behind."),
    (ABANDONED, "Handlers that did not stop when told to."),
    (ATTEMPT_DURATION, "The time of one attempt of a handler in seconds, by the metrics layer."),
    (RETRIES, "Attempts that the retry layer made beyond the first."),
];

/// Tells the installed recorder what each metric means.
pub fn describe() {
    for (name, help) in ALL {
        if name.ends_with("_total") {
            metrics::describe_counter!(*name, *help);
        } else if name.ends_with("_seconds") {
            metrics::describe_histogram!(*name, metrics::Unit::Seconds, *help);
        } else {
            metrics::describe_gauge!(*name, *help);
        }
    }
}

/// The handles of one session, made once: recording is then an atomic addition, or nothing when
/// no recorder is installed.
pub(crate) struct Meters {
    pub(crate) connections: Counter,
    pub(crate) ready: Gauge,
    pub(crate) accepted: Counter,
    pub(crate) merged: Counter,
    pub(crate) in_flight: Gauge,
    pub(crate) duration: Histogram,
    pub(crate) ignored: Counter,
    pub(crate) abandoned: Counter,
    pub(crate) reports_dropped: Counter,
    settled: Vec<[Counter; 2]>,
    dropped: Vec<Counter>,
}

impl Meters {
    pub(crate) fn new(backend: &str, session: usize) -> Self {
        let backend = vec![Label::new("backend", backend.to_owned())];
        let with = |key: &'static str, value: &str| {
            [backend.clone(), vec![Label::new(key, value.to_owned())]].concat()
        };
        let session = with("session", &session.to_string());
        let outcomes = std::iter::once("ok").chain(JobErrorKind::ALL.map(JobErrorKind::as_str));
        Self {
            connections: counter!(CONNECTIONS, backend.clone()),
            ready: gauge!(READY, session.clone()),
            accepted: counter!(ACCEPTED, backend.clone()),
            merged: counter!(MERGED, backend.clone()),
            in_flight: gauge!(IN_FLIGHT, session),
            duration: histogram!(DURATION, backend.clone()),
            ignored: counter!(IGNORED, backend.clone()),
            abandoned: counter!(ABANDONED, backend.clone()),
            reports_dropped: counter!(REPORTS_DROPPED, backend.clone()),
            settled: outcomes
                .map(|outcome| {
                    ["written", "confirmed"].map(|settlement| {
                        let mut labels = with("outcome", outcome);
                        labels.push(Label::new("settlement", settlement));
                        counter!(SETTLED, labels)
                    })
                })
                .collect(),
            dropped: DropReason::ALL
                .iter()
                .map(|reason| counter!(DROPPED, with("reason", reason.as_str())))
                .collect(),
        }
    }

    /// The counter of an outcome: `None` is success.
    pub(crate) fn settled(&self, outcome: Option<JobErrorKind>, confirmed: bool) -> &Counter {
        let index = match outcome {
            None => 0,
            Some(kind) => 1 + JobErrorKind::ALL.iter().position(|k| *k == kind).unwrap_or(0),
        };
        &self.settled[index][usize::from(confirmed)]
    }

    pub(crate) fn dropped(&self, reason: DropReason) -> &Counter {
        &self.dropped[DropReason::ALL.iter().position(|r| *r == reason).unwrap_or(0)]
    }
}
