//! A configuration as a backend that a worker serves.

use std::{sync::Arc, time::Duration};

use journeyman_core::{
    Error,
    backend::{Backend, SessionConfig, Sessions},
    backoff::Backoff,
    capability::{Capabilities, Confirmation, Intake, Registration, RetryOwner},
};
use journeyman_ws::{WsConfig, WsTarget, WsTransport};

use crate::{
    DeviceSpecs, Era, MetricsSource, Registrations,
    checkpoint::CHECKPOINTS,
    config::{Config, ConfigError},
    protocol::{CrowdCompute, Identity, Machine},
    task::PYTHON,
};

/// The longest wait between attempts to connect.
const BACKOFF_CAP: Duration = Duration::from_secs(30);

/// The largest message of the seed, in bytes (CrowdCompute sheet, section 1).
const SEED_LIMIT: usize = 1 << 20;

/// What a foreman offers to a worker with these settings.
pub fn capabilities(config: &Config) -> Capabilities {
    let mut offered = Capabilities::new(Intake::OnePerRegistration);
    offered.registration = Registration::Assumed;
    offered.confirmation = Confirmation::Written;
    offered.retry = RetryOwner::Server;
    // Every error puts the task back, ours as well.
    offered.hand_back = true;
    offered.late_results = true;
    offered.concurrency = Some(1);
    offered.max_message = Some(match config.era.fixed() {
        Some(Era::Seed) => config.max_message_size.min(SEED_LIMIT),
        _ => config.max_message_size,
    });
    offered.extensions = &[PYTHON, CHECKPOINTS];
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
    /// The URL is not one, or a file for TLS cannot be read.
    pub fn connection(&self) -> Result<Connection, ConfigError> {
        let mut ws = WsConfig::default();
        ws.max_message_size = self.max_message_size;
        ws.max_frame_size = self.max_message_size;
        ws.send_queue_hard_limit = ws.send_queue_hard_limit.max(self.max_message_size * 2);
        let mut session = SessionConfig::default();
        session.backoff = Backoff::new(self.reconnect_interval, BACKOFF_CAP);
        session.max_attempts = (!self.auto_restart).then_some(0);
        Ok(Connection { target: self.target()?, ws, session })
    }
}

/// A worker of one foreman: settings, and what the program around it knows of the machine.
#[derive(Clone, Debug)]
#[must_use]
pub struct CrowdWorker {
    config: Config,
    machine: Machine,
    registrations: Registrations,
}

impl CrowdWorker {
    /// A worker that tells nothing about its machine but what the settings say.
    pub fn new(config: Config) -> Self {
        Self { config, machine: Machine::default(), registrations: Registrations::default() }
    }

    /// Sets what was measured of the machine; what the settings say wins.
    pub fn device_specs(mut self, measured: DeviceSpecs) -> Self {
        self.machine.specs = measured;
        self
    }

    /// Sets where heartbeats get their measurements from.
    pub fn metrics(mut self, source: impl MetricsSource) -> Self {
        self.machine.metrics = Some(Arc::new(source));
        self
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What the registrations are doing, for whoever shows it.
    pub fn registrations(&self) -> Registrations {
        self.registrations.clone()
    }

    /// The state machines of the registrations, for tests without a network. `digits` are the
    /// random ones of the ids.
    ///
    /// # Errors
    /// The settings cannot work.
    pub fn protocols(&self, digits: u32) -> Result<Vec<CrowdCompute>, ConfigError> {
        self.config.validate()?;
        let config = Arc::new(self.config.clone());
        let mut machine = self.machine.clone();
        machine.specs = config.device_specs.clone().or(machine.specs);
        let target = config.target()?;
        let count = config.max_concurrent_tasks;
        let protocol = |number: usize| {
            let number = (count > 1).then_some(number);
            let identity = Identity::new(&config.worker_id, number, config.has_fresh_id(), digits);
            let shown = self.registrations.add();
            shown.update(|shown| identity.current().clone_into(&mut shown.worker_id));
            CrowdCompute::new(Arc::clone(&config), target.clone(), identity, machine.clone(), shown)
        };
        Ok((1..=count).map(protocol).collect())
    }
}

impl Backend for CrowdWorker {
    fn name(&self) -> String {
        "crowdcompute".to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        capabilities(&self.config)
    }

    fn sessions(self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        let (digits, ..) = uuid::Uuid::new_v4().as_fields();
        for protocol in self.protocols(digits)? {
            let Connection { ws, session, .. } = self.config.connection()?;
            sessions.add(WsTransport::new(ws), protocol, session);
        }
        Ok(())
    }
}

impl Backend for Config {
    fn name(&self) -> String {
        "crowdcompute".to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        capabilities(self)
    }

    fn sessions(self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        Box::new(CrowdWorker::new(*self)).sessions(sessions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EraSetting;

    #[test]
    fn several_tasks_are_several_registrations() {
        let config = Config::default().worker_id("w").max_concurrent_tasks(3);
        let worker = CrowdWorker::new(config);
        let ids: Vec<_> = worker
            .protocols(0x1a2b_3c4d)
            .unwrap()
            .iter()
            .map(|p| p.worker_id().to_owned())
            .collect();
        assert_eq!(ids, ["w-1a2b3c4d-1", "w-1a2b3c4d-2", "w-1a2b3c4d-3"]);
        let shown = worker.registrations().snapshot();
        assert_eq!(
            shown.iter().map(|one| &one.worker_id).collect::<Vec<_>>(),
            ids.iter().collect::<Vec<_>>()
        );
        let mut sessions = Sessions::default();
        Box::new(worker).sessions(&mut sessions).unwrap();
        assert_eq!(format!("{sessions:?}"), "Sessions(3)");
    }

    #[test]
    fn settings_become_rules() {
        let connection = Config::new("ws://h:9000").auto_restart(false).connection().unwrap();
        assert_eq!(connection.target.url, "ws://h:9000/worker/ws");
        assert_eq!(connection.session.max_attempts, Some(0));
        connection.ws.validate().unwrap();
        Config::default().max_message_size(1 << 30).connection().unwrap().ws.validate().unwrap();
        let seed = capabilities(&Config::default().era(EraSetting::Seed));
        assert_eq!(seed.max_message, Some(SEED_LIMIT));
        assert_eq!(capabilities(&Config::default()).max_message, Some(16 << 20));
        let wrong = Config::new("http://h");
        assert!(Box::new(wrong).sessions(&mut Sessions::default()).is_err());
    }
}
