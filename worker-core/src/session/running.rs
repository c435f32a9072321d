//! Which handlers are running.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use tokio::sync::Notify;

use crate::{router::Table, snapshot::RouteStats};

/// Counts the handlers of a worker that are running (each route has its own count), and tells
/// when none is left.
pub(crate) struct Running {
    table: Arc<Table>,
    /// Somebody waits until none is left.
    awaited: AtomicBool,
    none_left: Notify,
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Running({})", self.count())
    }
}

impl Running {
    pub(crate) fn new(table: Arc<Table>) -> Self {
        Self { table, awaited: AtomicBool::new(false), none_left: Notify::new() }
    }

    pub(crate) fn count(&self) -> u64 {
        self.table.entries().map(|entry| entry.stats.running.load(SeqCst)).sum()
    }

    /// Waits until no handler runs.
    pub(crate) async fn none_left(&self) {
        self.awaited.store(true, SeqCst);
        loop {
            // Made before the look at the count: it then hears of every end after it.
            let notified = self.none_left.notified();
            if self.count() == 0 {
                return;
            }
            notified.await;
        }
    }

    pub(crate) fn enter(&self, route: &RouteStats) {
        route.running.fetch_add(1, SeqCst);
    }

    pub(crate) fn leave(&self, route: &RouteStats) {
        if route.running.fetch_sub(1, SeqCst) == 1 && self.awaited.load(SeqCst) {
            self.none_left.notify_waiters();
        }
    }
}
