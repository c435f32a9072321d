//! The numbers of a session, shared with whoever watches.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{Relaxed, SeqCst},
        },
    },
    time::SystemTime,
};

use tokio::sync::watch;

use super::SessionState;
use crate::{
    JobErrorKind,
    protocol::DropReason,
    snapshot::{Counts, SessionSnapshot},
    telemetry::Meters,
};

pub(crate) struct SessionStats {
    pub(crate) backend: Arc<str>,
    pub(crate) index: usize,
    pub(crate) meters: Meters,
    state: watch::Sender<SessionState>,
    since: Mutex<SystemTime>,
    /// Whether no more jobs are started for now: looked at for every job, and to wait for.
    paused: AtomicBool,
    pauses: watch::Sender<bool>,
    last_error: Mutex<Option<String>>,
    connections: AtomicU64,
    accepted: AtomicU64,
    ok: AtomicU64,
    failed: AtomicU64,
    dropped: AtomicU64,
    merged: AtomicU64,
    ignored: AtomicU64,
    dropped_reports: AtomicU64,
    in_flight: AtomicU64,
    outbox: AtomicU64,
}

impl SessionStats {
    pub(crate) fn new(backend: Arc<str>, index: usize) -> Self {
        Self {
            meters: Meters::new(&backend, index),
            backend,
            index,
            state: watch::Sender::new(SessionState::Connecting { attempt: 1 }),
            since: Mutex::new(SystemTime::now()),
            paused: AtomicBool::new(false),
            pauses: watch::Sender::new(false),
            last_error: Mutex::default(),
            connections: AtomicU64::new(0),
            accepted: AtomicU64::new(0),
            ok: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            merged: AtomicU64::new(0),
            ignored: AtomicU64::new(0),
            dropped_reports: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            outbox: AtomicU64::new(0),
        }
    }

    pub(crate) fn watch(&self) -> watch::Receiver<SessionState> {
        self.state.subscribe()
    }

    pub(crate) fn set_state(&self, state: SessionState) {
        self.meters.ready.set(f64::from(u8::from(state.is_ready())));
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = SystemTime::now();
        self.state.send_replace(state);
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.paused.load(SeqCst)
    }

    /// Returns what it was before.
    pub(crate) fn set_paused(&self, paused: bool) -> bool {
        let before = self.paused.swap(paused, SeqCst);
        // Afterwards, so that whoever hears of it finds it so.
        self.pauses.send_replace(paused);
        before
    }

    /// Waits while it is paused.
    pub(crate) async fn resumed(&self) {
        // The sender is ours: it does not close.
        let _ = self.pauses.subscribe().wait_for(|paused| !paused).await;
    }

    pub(crate) fn set_error(&self, error: &crate::Error) {
        let text = Some(error.to_string());
        *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }

    pub(crate) fn connected(&self) {
        bump(&self.connections);
        self.meters.connections.increment(1);
    }

    pub(crate) fn accepted(&self) {
        bump(&self.accepted);
        self.meters.accepted.increment(1);
    }

    pub(crate) fn merged(&self) {
        bump(&self.merged);
        self.meters.merged.increment(1);
    }

    pub(crate) fn ignored(&self) {
        bump(&self.ignored);
        self.meters.ignored.increment(1);
    }

    pub(crate) fn report_dropped(&self) {
        self.dropped_reports.fetch_add(1, Relaxed);
        self.meters.reports_dropped.increment(1);
    }

    pub(crate) fn settled(&self, error: Option<JobErrorKind>, confirmed: bool) {
        let count = if error.is_none() { &self.ok } else { &self.failed };
        bump(count);
        self.meters.settled(error, confirmed).increment(1);
    }

    pub(crate) fn dropped(&self, reason: DropReason) {
        bump(&self.dropped);
        self.meters.dropped(reason).increment(1);
    }

    pub(crate) fn set_depths(&self, in_flight: usize, outbox: usize) {
        self.in_flight.store(in_flight as u64, Relaxed);
        self.outbox.store(outbox as u64, Relaxed);
        self.meters.in_flight.set(in_flight as f64);
    }

    pub(crate) fn snapshot(&self) -> SessionSnapshot {
        let state = self.state.borrow().clone();
        SessionSnapshot {
            backend: self.backend.to_string(),
            index: self.index,
            state: state.as_str(),
            since: *self.since.lock().unwrap_or_else(PoisonError::into_inner),
            ready: state.is_ready(),
            paused: self.is_paused(),
            last_error: self.last_error.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            counts: Counts {
                connections: self.connections.load(Relaxed),
                accepted: self.accepted.load(Relaxed),
                ok: self.ok.load(Relaxed),
                failed: self.failed.load(Relaxed),
                dropped: self.dropped.load(Relaxed),
                merged: self.merged.load(Relaxed),
                ignored: self.ignored.load(Relaxed),
                dropped_reports: self.dropped_reports.load(Relaxed),
                in_flight: self.in_flight.load(Relaxed),
                outbox: self.outbox.load(Relaxed),
            },
        }
    }
}

/// Adds one to a number that only the session writes: without the locked instruction that several
/// writers would need.
fn bump(number: &AtomicU64) {
    number.store(number.load(Relaxed) + 1, Relaxed);
}
