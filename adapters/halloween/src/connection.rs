//! One connection for all props of a host.

use journeyman_core::{
    Error,
    backend::{Commands, SessionConfig, Sessions},
    protocol::Protocol,
};
use journeyman_mqtt::{Hub, MqttMessage, MqttTarget, MqttTransport, Will};

use crate::{
    backend::client_id,
    config::{Config, ConfigError},
    profile::{HOST, OFFLINE},
    protocol::Host,
};

/// One MQTT connection that the props of a host share, and the host itself: for brokers that limit
/// connections. Clones are the same connection.
///
/// It is made when the first session needs it, under the client id of the host, with the host's
/// availability as its last will, and it ends after the last session. What that costs, compared
/// with a connection for each prop:
///
/// - After a crash of the process, only the host's availability is true: those of the props stay
///   `online` until the host is back. (A prop that ends alone is `offline` all the same.)
/// - With `ack = "settled"` a prop that does not settle its commands holds back the acknowledgements
///   of all, and so, in the end, their commands. What comes for a prop that is away is kept for 30 s,
///   and lost after that, unless the whole host has stopped.
/// - A prop whose session is stuck delays all others for up to 5 s, and is then cut off.
/// - The queue to the broker, its window of 20 unconfirmed messages and MQTT 5's `receive_maximum`
///   are there once, for all together.
/// - What two props watch comes once more to both, if it is retained, when one of them starts.
#[derive(Clone, Debug)]
pub struct SharedConnection(Hub);

impl SharedConnection {
    /// A connection to the broker of these settings, which must be those of all its props. It is
    /// not made yet.
    ///
    /// # Errors
    /// A setting cannot work, or the source of the password cannot be read.
    pub fn new(config: &Config) -> Result<Self, Error> {
        let mut config = config.clone();
        config.load_secrets()?;
        config.validate()?;
        let client_id = client_id(&config, HOST);
        let (rules, pause) = (config.mqtt_config(), config.reconnect_interval);
        let target = move || -> Result<MqttTarget, Error> {
            let will = Will::new(Host::availability(OFFLINE));
            Ok(config.prop_target(&client_id, will)?)
        };
        Ok(Self(Hub::new(rules, target).pause(pause)))
    }

    /// One, if the settings ask for it ([`Config::shared_connection`]): to be given to the host and
    /// all its props.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn of(config: &Config) -> Result<Option<Self>, Error> {
        config.shared_connection.then(|| Self::new(config)).transpose()
    }

    /// How many sessions are connected over it.
    pub fn sessions(&self) -> usize {
        self.0.sessions()
    }
}

/// Adds a session with the connection that it was given, or with one of its own.
pub(crate) fn add<P>(
    config: &Config,
    connection: Option<&SharedConnection>,
    sessions: &mut Sessions,
    protocol: P,
    mut session: SessionConfig,
) -> Result<Commands, ConfigError>
where
    P: Protocol<Target = MqttTarget, Message = MqttMessage>,
{
    match connection {
        Some(SharedConnection(hub)) => {
            // It may have to wait for an attempt of somebody else, and for a pause after it.
            session.connect_timeout *= 2;
            Ok(sessions.add(hub.transport(), protocol, session))
        }
        None if config.shared_connection => Err(ConfigError::bare(
            "shared_connection",
            "is set, and this session was given no connection to share; the host program makes \
             one for all its props, a program of one's own gives each the same `SharedConnection`",
        )),
        None => Ok(sessions.add(MqttTransport::new(config.mqtt_config()), protocol, session)),
    }
}
