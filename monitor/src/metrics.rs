//! `/metrics`: Prometheus text.

use std::{collections::BTreeMap, fmt::Write};

use axum::{extract::State, http::header, response::IntoResponse};
use journeyman_core::{
    snapshot::{Counts, Snapshot},
    telemetry,
};

use crate::{
    clock,
    server::App,
    shared::{Shared, is_ready, lock},
    usage::Usage,
};

/// Prometheus text: what the process's recorder has, if it has one, and what the monitor measures.
#[utoipa::path(
    get, path = "/metrics", tag = "status",
    responses((status = 200, description = "Prometheus text", body = String, content_type = "text/plain")),
)]
pub(crate) async fn metrics(State(shared): App) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text(&shared))
}

fn text(shared: &Shared) -> String {
    let snapshot = shared.control.snapshot();
    let mut page = Page::default();
    if shared.config.metrics.is_none() {
        recorded(&mut page, &snapshot);
    }
    own(&mut page, &snapshot, &lock(&shared.usage));
    match &shared.config.metrics {
        Some(recorder) => {
            let mut text = recorder();
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text + &page.0
        }
        None => page.0,
    }
}

/// What a recorder would have, as far as the snapshot tells, under the same names.
fn recorded(page: &mut Page, snapshot: &Snapshot) {
    let help = |name| telemetry::ALL.iter().find(|(other, _)| *other == name).map_or("", |m| m.1);
    // Two backends can have one name; a series is one of them all the same.
    let mut backends = BTreeMap::<&str, Counts>::new();
    let mut sessions = BTreeMap::<(&str, usize), (bool, u64)>::new();
    for session in &snapshot.sessions {
        let sum = backends.entry(&session.backend).or_default();
        let counts = &session.counts;
        sum.connections += counts.connections;
        sum.accepted += counts.accepted;
        sum.merged += counts.merged;
        sum.ignored += counts.ignored;
        sum.dropped_reports += counts.dropped_reports;
        let now = sessions.entry((&session.backend, session.index)).or_insert((true, 0));
        *now = (now.0 && session.ready, now.1 + counts.in_flight);
    }
    type Of = fn(&Counts) -> u64;
    let counters: [(&str, Of); 5] = [
        (telemetry::CONNECTIONS, |counts| counts.connections),
        (telemetry::ACCEPTED, |counts| counts.accepted),
        (telemetry::MERGED, |counts| counts.merged),
        (telemetry::IGNORED, |counts| counts.ignored),
        (telemetry::REPORTS_DROPPED, |counts| counts.dropped_reports),
    ];
    for (name, of) in counters {
        page.metric(name, "counter", help(name));
        for (backend, counts) in &backends {
            page.line(name, &[("backend", backend)], of(counts) as f64);
        }
    }
    page.metric(telemetry::READY, "gauge", help(telemetry::READY));
    for ((backend, index), (ready, _)) in &sessions {
        let labels = [("backend", *backend), ("session", &index.to_string())];
        page.line(telemetry::READY, &labels, f64::from(u8::from(*ready)));
    }
    page.metric(telemetry::IN_FLIGHT, "gauge", help(telemetry::IN_FLIGHT));
    for ((backend, index), (_, in_flight)) in &sessions {
        let labels = [("backend", *backend), ("session", &index.to_string())];
        page.line(telemetry::IN_FLIGHT, &labels, *in_flight as f64);
    }
}

/// What only the monitor has.
fn own(page: &mut Page, snapshot: &Snapshot, usage: &Usage) {
    page.one("journeyman_ready", "Whether the worker takes jobs.", is_ready(snapshot));
    let started = clock::millis(snapshot.started_at) as f64 / 1000.0;
    page.one("journeyman_start_time_seconds", "When the worker started, since 1970.", started);
    page.one("journeyman_handlers_running", "Handlers that are running.", snapshot.running as f64);
    let limit = "Handlers that may run at a time.";
    page.one("journeyman_concurrency_limit", limit, snapshot.concurrency as f64);
    page.one("journeyman_permits_free", "Permits that are free.", snapshot.free_permits as f64);
    sessions(page, snapshot);
    routes(page, snapshot);
    if let Some(cpu) = usage.cpu_percent {
        let help = "The processor time of the process, in processors.";
        page.one("journeyman_process_cpu_ratio", help, cpu / 100.0);
    }
    if let Some(bytes) = usage.memory_bytes {
        let help = "The resident memory of the process.";
        page.one("journeyman_process_resident_memory_bytes", help, bytes as f64);
    }
}

fn sessions(page: &mut Page, snapshot: &Snapshot) {
    let places: Vec<String> = (0..snapshot.sessions.len()).map(|place| place.to_string()).collect();
    let all = || snapshot.sessions.iter().zip(&places);
    let name = "journeyman_session_state";
    page.metric(
        name,
        "gauge",
        "1 for the state that a session is in. place: its place in the list.",
    );
    for (session, place) in all() {
        let labels = [("backend", &*session.backend), ("place", place), ("state", session.state)];
        page.line(name, &labels, 1.0);
    }
    let name = "journeyman_session_paused";
    page.metric(name, "gauge", "Whether a session starts no jobs until it is told to.");
    for (session, place) in all() {
        let labels = [("backend", &*session.backend), ("place", place)];
        page.line(name, &labels, f64::from(u8::from(session.paused)));
    }
    let name = "journeyman_session_outbox";
    page.metric(name, "gauge", "Outcomes that wait for the connection.");
    for (session, place) in all() {
        let labels = [("backend", &*session.backend), ("place", place)];
        page.line(name, &labels, session.counts.outbox as f64);
    }
    let name = "journeyman_session_jobs_total";
    page.metric(name, "counter", "Jobs that ended: sent results, sent errors, outcomes not sent.");
    for (session, place) in all() {
        let counts = &session.counts;
        for (outcome, count) in
            [("ok", counts.ok), ("failed", counts.failed), ("dropped", counts.dropped)]
        {
            let labels = [("backend", &*session.backend), ("place", place), ("outcome", outcome)];
            page.line(name, &labels, count as f64);
        }
    }
}

fn routes(page: &mut Page, snapshot: &Snapshot) {
    let name = "journeyman_route_running";
    page.metric(name, "gauge", "Handlers of a route that are running.");
    for route in &snapshot.routes {
        page.line(name, &[("route", &*route.route)], route.running as f64);
    }
    let name = "journeyman_route_jobs_total";
    page.metric(name, "counter", "Jobs of a route that ended.");
    for route in &snapshot.routes {
        for (outcome, count) in [("ok", route.ok), ("failed", route.failed)] {
            page.line(name, &[("route", &*route.route), ("outcome", outcome)], count as f64);
        }
    }
    let name = "journeyman_route_duration_seconds";
    page.metric(name, "summary", "The time from receipt to outcome, since the start.");
    for route in &snapshot.routes {
        for (quantile, took) in [("0.5", route.p50), ("0.99", route.p99)] {
            let labels = [("route", &*route.route), ("quantile", quantile)];
            page.line(name, &labels, took.as_secs_f64());
        }
        let labels = [("route", &*route.route)];
        page.line(&format!("{name}_sum"), &labels, route.spent.as_secs_f64());
        page.line(&format!("{name}_count"), &labels, (route.ok + route.failed) as f64);
    }
}

#[derive(Default)]
struct Page(String);

trait Number {
    fn number(self) -> f64;
}

impl Number for f64 {
    fn number(self) -> f64 {
        self
    }
}

impl Number for bool {
    fn number(self) -> f64 {
        f64::from(u8::from(self))
    }
}

impl Page {
    fn metric(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn one(&mut self, name: &str, help: &str, value: impl Number) {
        self.metric(name, "gauge", help);
        self.line(name, &[], value.number());
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        self.0.push_str(name);
        for (i, (label, value)) in labels.iter().enumerate() {
            let _ = write!(self.0, "{}{label}=\"", if i == 0 { '{' } else { ',' });
            for c in value.chars() {
                match c {
                    '\\' => self.0.push_str("\\\\"),
                    '"' => self.0.push_str("\\\""),
                    '\n' => self.0.push_str("\\n"),
                    c => self.0.push(c),
                }
            }
            self.0.push('"');
        }
        let _ = writeln!(self.0, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        let mut page = Page::default();
        page.line("a", &[("b", "\"\\\n}"), ("c", "é")], 1.5);
        page.line("d", &[], 2.0);
        assert_eq!(page.0, "a{b=\"\\\"\\\\\\n}\",c=\"é\"} 1.5\nd 2\n");
    }
}
