//! What the tasks of the stand-in share.

use super::config::ForemanConfig;
use super::core::Core;
use super::events::{Event, EventLog};
use super::faults::Faults;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Arc<ForemanConfig>,
    pub(crate) log: Arc<EventLog>,
    pub(crate) faults: Arc<Faults>,
    core: Mutex<Core>,
    changed: Notify,
}

impl Shared {
    pub(crate) fn new(config: ForemanConfig) -> io::Result<Self> {
        let config = Arc::new(config);
        let log = Arc::new(EventLog::new(config.limits.events));
        let faults = Arc::<Faults>::default();
        let mut core = Core::new(Arc::clone(&config), Arc::clone(&log), Arc::clone(&faults));
        if let Some(path) = &config.state {
            core.open_store(path)?;
        }
        Ok(Self { config, log, faults, core: Mutex::new(core), changed: Notify::new() })
    }

    /// Looks at or changes the tables.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Core) -> T) -> T {
        let value = work(&mut self.core.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_waiters();
        value
    }

    /// Looks at the tables.
    pub(crate) fn look<T>(&self, work: impl FnOnce(&Core) -> T) -> T {
        work(&self.core.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until `wanted` gives something.
    pub(crate) async fn until<T>(&self, mut wanted: impl FnMut(&Core) -> Option<T>) -> T {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            // Registered before the look, so a change between look and wait is not slept over.
            changed.as_mut().enable();
            if let Some(value) = self.look(&mut wanted) {
                return value;
            }
            changed.await;
        }
    }

    pub(crate) fn ignored(&self, connection: u64, reason: String) {
        self.log.push(Event::Ignored { connection, reason });
    }

    pub(crate) fn not_upgraded(&self, connection: u64, reason: String) {
        self.log.push(Event::NotUpgraded { connection, reason });
    }
}
