//! What is known about upstream's worker, for whoever shows it.

use std::{
    fmt::{self, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use journeyman_monitor::{Section, Status};
use journeyman_tasker::channel::ChannelMetrics;
use serde::Serialize;
use tasker_worker::{WorkerCore, worker::FfiDispatchChannel};
use tokio::sync::watch;

use crate::{convert, drain::Counts, settings::Settings};

/// The state of upstream's worker and of the way from it to us. What upstream says about itself is
/// some seconds old at most; the rest is of now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LiveStats {
    /// `waiting`, `starting`, `running`, `stopping` or `stopped`.
    pub state: &'static str,
    /// Why it did not start the last time, or ended.
    pub problem: Option<String>,
    /// How often it was started.
    pub starts: u64,
    /// Tasker's name for where it runs.
    pub environment: String,
    /// The namespaces whose steps it claims.
    pub namespaces: Vec<String>,
    /// Steps that upstream holds at most before they are taken out.
    pub dispatch_buffer_size: usize,
    /// Results that wait for the database at most.
    pub completion_buffer_size: usize,
    /// Whether it hears of new steps at once. Else it looks for them by a timer.
    pub listener_connected: bool,
    /// What it says of its health.
    pub health: String,
    /// Messages that it has handled.
    pub messages: u64,
    /// Connections to the database.
    pub database_connections: u32,
    /// Those of them that are idle.
    pub database_idle: usize,
    /// Domain events that went out as messages.
    pub events_durable: u64,
    /// Domain events that went out inside of this process.
    pub events_fast: u64,
    /// Domain events that could not be sent.
    pub event_errors: u64,
    /// Steps that came out of upstream's buffer.
    pub moved: usize,
    /// Those of them that wait for the session to take them.
    pub waiting: usize,
    /// The most that ever waited.
    pub highest_waiting: usize,
    /// Those for which there was no place; they were answered, to be tried again.
    pub refused: usize,
    /// Steps that were taken out and not answered.
    pub pending: ChannelMetrics,
}

/// Shows the numbers. Clones show the same.
#[derive(Clone, Default)]
pub struct LiveMonitor(Arc<Mutex<Board>>);

#[derive(Default)]
struct Board {
    stats: LiveStats,
    counts: Arc<Counts>,
    channel: Weak<FfiDispatchChannel>,
    changed: watch::Sender<&'static str>,
}

impl fmt::Debug for LiveMonitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LiveMonitor").field(&self.snapshot()).finish()
    }
}

impl LiveMonitor {
    pub(crate) fn of(settings: &Settings) -> Self {
        let monitor = Self::default();
        {
            let stats = &mut monitor.board().stats;
            stats.state = "waiting";
            stats.environment.clone_from(&settings.config().environment);
            let namespaces = settings.templates().namespaces();
            stats.namespaces = namespaces.into_iter().map(ToOwned::to_owned).collect();
            stats.dispatch_buffer_size = settings.upstream().dispatch_buffer_size;
            stats.completion_buffer_size = settings.upstream().completion_buffer_size;
        }
        monitor
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.board().counts)
    }

    pub(crate) fn state(&self, state: &'static str, problem: Option<String>) {
        let mut board = self.board();
        board.stats.starts += u64::from(state == "running");
        board.stats.state = state;
        board.stats.problem = problem;
        board.changed.send_replace(state);
    }

    pub(crate) fn watch(&self, channel: &Arc<FfiDispatchChannel>) {
        self.board().channel = Arc::downgrade(channel);
    }

    /// Asks upstream how it is.
    pub(crate) async fn refresh(&self, core: &WorkerCore) {
        let health = core.get_health().await;
        let driven = core.get_event_driven_stats().await;
        let events = core.get_domain_event_stats().await.router;
        let pool = core.context.database_pool();
        let (size, idle) = (pool.size(), pool.num_idle());
        let stats = &mut self.board().stats;
        match health {
            Ok(health) => {
                stats.health = health.status;
                stats.namespaces = health.supported_namespaces;
            }
            Err(_) => "it does not answer".clone_into(&mut stats.health),
        }
        if let Some(driven) = driven {
            stats.listener_connected = driven.listener_connected;
            stats.messages = driven.messages_processed;
        }
        stats.events_durable = events.durable_routed + events.broadcast_routed;
        stats.events_fast = events.fast_routed + events.broadcast_routed;
        stats.event_errors = events.routing_errors;
        stats.database_connections = size;
        stats.database_idle = idle;
    }

    /// Waits until upstream's worker does not run: a session that ends need not wait for it.
    ///
    /// # Cancel safety
    /// It may be dropped and called again.
    pub async fn stopped(&self) {
        let mut changes = self.board().changed.subscribe();
        // The sender lives as long as the board.
        let _ = changes.wait_for(|state| matches!(*state, "" | "waiting" | "stopped")).await;
    }

    /// The numbers now.
    pub fn snapshot(&self) -> LiveStats {
        let board = self.board();
        let mut stats = board.stats.clone();
        [stats.waiting, stats.highest_waiting, stats.moved, stats.refused] = board.counts.now();
        let channel = board.channel.upgrade();
        drop(board);
        if let Some(channel) = channel {
            stats.pending = convert::metrics(&channel.metrics());
        }
        stats
    }

    /// The numbers for the page of a monitor.
    pub fn section(&self) -> Section {
        let stats = self.snapshot();
        let good = |is_good| if is_good { Status::Good } else { Status::Bad };
        let unless = |is_bad| if is_bad { Status::Warning } else { Status::Plain };
        let is_running = stats.state == "running";
        let mut section = Section::new("Tasker")
            .fact("Worker", stats.state, good(is_running))
            .fact("Environment", stats.environment, Status::Plain)
            .fact("Namespaces", stats.namespaces.join(", "), Status::Plain)
            .fact(
                "Hears of new steps",
                yes(stats.listener_connected),
                unless(is_running && !stats.listener_connected),
            )
            .fact("Health", stats.health, Status::Plain)
            .fact(
                "Database connections",
                format!("{} ({} idle)", stats.database_connections, stats.database_idle),
                Status::Plain,
            )
            .fact("Steps taken out", stats.moved.to_string(), Status::Plain)
            .fact(
                "Waiting",
                format!("{} (at most {})", stats.waiting, stats.highest_waiting),
                Status::Plain,
            )
            .fact("Refused", stats.refused.to_string(), unless(stats.refused > 0))
            .fact(
                "Not answered",
                stats.pending.pending_count.to_string(),
                unless(stats.pending.starvation_detected),
            )
            .fact(
                "Domain events",
                format!("{} durable, {} fast", stats.events_durable, stats.events_fast),
                unless(stats.event_errors > 0),
            );
        if let Some(problem) = stats.problem {
            section = section.fact("Problem", problem, Status::Bad);
        }
        section
    }

    /// The numbers in the text form of Prometheus.
    pub fn metrics(&self) -> String {
        let stats = self.snapshot();
        let mut text = String::new();
        let numbers = [
            ("running", "gauge", u64::from(stats.state == "running")),
            ("starts_total", "counter", stats.starts),
            ("listener_connected", "gauge", u64::from(stats.listener_connected)),
            ("messages_total", "counter", stats.messages),
            ("steps_moved_total", "counter", wide(stats.moved)),
            ("steps_waiting", "gauge", wide(stats.waiting)),
            ("steps_waiting_max", "gauge", wide(stats.highest_waiting)),
            ("steps_refused_total", "counter", wide(stats.refused)),
            ("steps_unanswered", "gauge", wide(stats.pending.pending_count)),
            ("steps_starving", "gauge", wide(stats.pending.starving_event_count)),
            ("database_connections", "gauge", u64::from(stats.database_connections)),
            ("database_connections_idle", "gauge", wide(stats.database_idle)),
            ("domain_events_durable_total", "counter", stats.events_durable),
            ("domain_events_fast_total", "counter", stats.events_fast),
            ("domain_event_errors_total", "counter", stats.event_errors),
        ];
        for (name, kind, value) in numbers {
            let name = format!("journeyman_tasker_live_{name}");
            // Writing to a string does not fail.
            let _ = write!(text, "# TYPE {name} {kind}\n{name} {value}\n");
        }
        text
    }
}

fn yes(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_in_all_forms() {
        let monitor = LiveMonitor::default();
        monitor.state("running", None);
        monitor.state("stopped", Some("why".to_owned()));
        let stats = monitor.snapshot();
        assert_eq!((stats.state, stats.starts), ("stopped", 1));
        let section = monitor.section();
        let has = |name: &str, value: &str| {
            section.facts.iter().any(|fact| fact.name == name && fact.value == value)
        };
        assert!(has("Worker", "stopped") && has("Problem", "why"), "{section:?}");
        let text = monitor.metrics();
        assert!(text.contains("\njourneyman_tasker_live_starts_total 1\n"), "{text}");
        assert!(text.lines().filter(|line| !line.starts_with('#')).count() >= 15);
    }
}
