//! The adapter with what the suite sets and no user needs to.

use std::{sync::Arc, time::Duration};

use journeyman_core::{
    Error,
    backend::{Backend, SessionConfig, Sessions},
    backoff::Backoff,
    capability::Capabilities,
};
use journeyman_moor::{
    Config, Moor,
    auth::DataDir,
    protocol::{Credentials, Ids},
};
use journeyman_zmq::ZmqTransport;

/// The adapter as its configuration makes it, but for the session's rules and a time limit of the
/// transport.
pub(crate) struct Quick {
    pub(crate) config: Config,
    pub(crate) backoff: Backoff,
    /// How long a handshake may take, if that is less than usual.
    pub(crate) silence: Duration,
    pub(crate) max_waiting: usize,
}

impl Backend for Quick {
    fn name(&self) -> String {
        self.config.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.config.capabilities()
    }

    fn sessions(self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        let Self { mut config, backoff, silence, max_waiting } = *self;
        config.load_secrets()?;
        config.validate()?;
        let types = config.types(sessions.routes())?;
        let credentials = config.credentials(&types)?;
        let mut session = SessionConfig::default();
        session.backoff = backoff;
        session.max_waiting = max_waiting;
        if let Credentials::Curve(_) = credentials {
            session.store = Arc::new(DataDir::new(&config.data_dir, config.service(&types)));
        }
        let mut zmq = config.zmq();
        zmq.handshake_timeout = zmq.handshake_timeout.min(silence * 2);
        let transport = ZmqTransport::new(zmq);
        let mut seed = [0; 32];
        fastrand::fill(&mut seed);
        let protocol = Moor::new(Arc::new(config), &types, credentials, Ids::new(seed))?;
        sessions.add(transport, protocol, session);
        Ok(())
    }
}
