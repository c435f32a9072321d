//! The adapter with what the suite sets and no user needs to.

use std::time::Duration;

use journeyman_core::{
    Brake, Error,
    backend::{Backend, SessionConfig, Sessions},
    backoff::Backoff,
    capability::Capabilities,
};
use journeyman_tasker::{Config, Monitor, Routes, TaskerWorker, channel::ChannelTransport};

use super::{channel::FaultChannel, switches::Switches};

/// A worker as its configuration makes it, but for the wait between connections, which no user needs
/// this short.
#[derive(Debug)]
pub(super) struct Quick {
    worker: TaskerWorker<FaultChannel>,
    switches: Switches,
    backoff: Backoff,
}

impl Quick {
    pub(super) fn new(config: Config, switches: Switches, backoff: Backoff) -> Self {
        let worker = TaskerWorker::new(config, FaultChannel::new(switches.clone()));
        Self { worker, switches, backoff }
    }

    /// What is known about the steps in hand.
    pub(super) fn monitor(&self) -> Monitor {
        self.worker.monitor()
    }
}

impl Backend for Quick {
    fn name(&self) -> String {
        self.worker.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.worker.capabilities()
    }

    fn sessions(self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        let routes = Routes::new(sessions.routes().iter().cloned());
        let protocol = self.worker.protocol(routes)?;
        let config = self.worker.config();
        let mut session = SessionConfig::default();
        session.connect_timeout = config.connect_timeout;
        session.max_waiting = config.max_waiting;
        session.max_wait = Some(config.max_wait);
        session.brake = Brake::new(Duration::ZERO, Duration::ZERO);
        session.backoff = self.backoff;
        let transport = ChannelTransport::new(FaultChannel::new(self.switches));
        sessions.add(transport, protocol, session);
        Ok(())
    }
}
