//! A configuration as a backend that a worker serves.

use std::{sync::Arc, time::Duration};

use journeyman_core::{
    Error,
    backend::{Backend, SessionConfig, Sessions},
    backoff::Backoff,
    capability::{Capabilities, Confirmation, Intake, RetryOwner},
};
use journeyman_ws::{WsConfig, WsTarget, WsTransport};

use crate::{
    config::{Config, ConfigError},
    extract::{FILES, METADATA, TASK},
    meter::{self, ProcessMeter},
    protocol::DistWorker,
};

/// The longest wait between attempts to connect.
const BACKOFF_CAP: Duration = Duration::from_secs(60);

/// The controller pings every 3 s (sheet, section 4.1): five missed pings are proof enough.
const SILENCE: Duration = Duration::from_secs(15);

/// What a DistWorker controller offers to a worker.
pub fn capabilities(max_message: usize) -> Capabilities {
    let mut offered = Capabilities::new(Intake::OnePerRegistration);
    offered.confirmation = Confirmation::Written;
    offered.retry = RetryOwner::Server;
    offered.progress = true;
    offered.deadline = true;
    offered.concurrency = Some(1);
    offered.max_message = Some(max_message);
    offered.extensions = &[METADATA, FILES, TASK];
    offered
}

/// How the settings become transport and session rules.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Where to connect to.
    pub target: WsTarget,
    /// The rules of the WebSocket.
    pub ws: WsConfig,
    /// The rules of the session.
    pub session: SessionConfig,
}

impl Config {
    /// What the settings mean for the connection. The settings must be valid.
    ///
    /// # Errors
    /// The URL is not that of a controller.
    pub fn connection(&self) -> Result<Connection, ConfigError> {
        let mut ws = WsConfig::default();
        ws.max_message_size = self.max_message_size;
        ws.max_frame_size = self.max_message_size;
        ws.send_queue_hard_limit = ws.send_queue_hard_limit.max(self.max_message_size);
        // The controller's own pings are the sign of life; ours only ask when they fail to come.
        ws.ping_interval = Some(SILENCE / 2);
        ws.liveness = Some(SILENCE);
        ws.write_stall = Some(SILENCE);
        let mut session = SessionConfig::default();
        session.backoff = Backoff::new(self.reconnect_interval, BACKOFF_CAP);
        session.max_attempts = u32::try_from(self.max_reconnect_attempts).ok();
        let mut target = WsTarget::new(self.endpoint()?.url()).tls(self.tls()?);
        target.proxy = self.http_proxy()?;
        Ok(Connection { target, ws, session })
    }
}

impl Backend for Config {
    fn name(&self) -> String {
        "distworker".to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        capabilities(self.max_message_size)
    }

    fn sessions(mut self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        self.load_secrets()?;
        self.validate()?;
        let config: Arc<Self> = self.into();
        let machine = Arc::new(meter::machine());
        for _ in 0..config.connections {
            let Connection { target, ws, session } = config.connection()?;
            let protocol = DistWorker::new(
                Arc::clone(&config),
                target,
                Arc::clone(&machine),
                ProcessMeter::new(),
            );
            sessions.add(WsTransport::new(ws), protocol, session);
        }
        Ok(())
    }
}
