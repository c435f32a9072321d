//! The adapter with what the suite sets and no user needs to.

use std::time::Duration;

use journeyman_core::{
    Error,
    backend::{Backend, Sessions},
    backoff::Backoff,
    capability::Capabilities,
};
use journeyman_halloween::{Config, PropConfig, capabilities};
use journeyman_mqtt::MqttTransport;

/// So many props, as their configuration makes them, but for the session's rules.
pub(super) struct Quick {
    pub(super) config: Config,
    pub(super) props: usize,
    pub(super) backoff: Backoff,
    pub(super) max_waiting: usize,
    /// How long a connection attempt may take, if that is less than usual.
    pub(super) silence: Duration,
}

impl Backend for Quick {
    fn name(&self) -> String {
        "halloween".to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        capabilities(&self.config)
    }

    fn sessions(self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        for number in 0..self.props {
            let prop = PropConfig::new(self.config.clone(), super::master::prop(number));
            let protocol = prop.protocol(sessions.routes())?;
            let mut session = self.config.session_config();
            session.ordered = true;
            session.backoff = self.backoff;
            session.max_waiting = self.max_waiting;
            session.connect_timeout = session.connect_timeout.min(self.silence * 2);
            sessions.add(MqttTransport::new(self.config.mqtt_config()), protocol, session);
        }
        Ok(())
    }
}
