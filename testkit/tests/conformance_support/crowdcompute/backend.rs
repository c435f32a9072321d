//! The adapter with what the suite sets and no user needs to.

use std::time::Duration;

use journeyman_core::{
    Error,
    backend::{Backend, Sessions},
    backoff::Backoff,
    capability::Capabilities,
};
use journeyman_crowdcompute::{Connection, CrowdWorker};
use journeyman_ws::WsTransport;

/// A worker as its configuration makes it, but for the timers, which no user needs this short.
pub(super) struct Quick {
    pub(super) worker: CrowdWorker,
    pub(super) backoff: Backoff,
    pub(super) silence: Duration,
    pub(super) max_waiting: usize,
}

impl Backend for Quick {
    fn name(&self) -> String {
        self.worker.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.worker.capabilities()
    }

    fn sessions(self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        for protocol in self.worker.protocols(0x1a2b_3c4d)? {
            let Connection { mut ws, mut session, .. } = self.worker.config().connection()?;
            ws.ping_interval = Some(self.silence / 2);
            ws.liveness = Some(self.silence);
            ws.write_stall = Some(self.silence);
            session.backoff = self.backoff;
            session.max_waiting = self.max_waiting;
            sessions.add(WsTransport::new(ws), protocol, session);
        }
        Ok(())
    }
}
