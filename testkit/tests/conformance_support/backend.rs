//! The adapter with short timers.

use std::{sync::Arc, time::Duration};

use journeyman_core::{
    Error,
    backend::{Backend, Sessions},
    backoff::Backoff,
    capability::Capabilities,
};
use journeyman_distworker::{Config, Connection, DistWorker, ProcessMeter, machine};
use journeyman_ws::WsTransport;

/// The adapter as [`Config`] makes it, but for the timers, which no user needs this short.
pub(crate) struct Quick {
    pub(crate) config: Config,
    pub(crate) backoff: Backoff,
    pub(crate) silence: Duration,
}

impl Backend for Quick {
    fn name(&self) -> String {
        self.config.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.config.capabilities()
    }

    fn sessions(self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        let Self { config, backoff, silence } = *self;
        config.validate()?;
        let config = Arc::new(config);
        let machine = Arc::new(machine());
        for _ in 0..config.connections {
            let Connection { target, mut ws, mut session } = config.connection()?;
            ws.ping_interval = Some(silence / 2);
            ws.liveness = Some(silence);
            ws.write_stall = Some(silence);
            session.backoff = backoff;
            let meter = ProcessMeter::new();
            let protocol =
                DistWorker::new(Arc::clone(&config), target, Arc::clone(&machine), meter);
            sessions.add(WsTransport::new(ws), protocol, session);
        }
        Ok(())
    }
}
