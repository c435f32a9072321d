//! How a client connects.

use std::time::Duration;

use uuid::Uuid;

use crate::halloween::message::{Message, Version};

/// How a [`Client`](super::Client) connects.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientOptions {
    /// Its protocol.
    pub version: Version,
    /// Its id; unique unless one is given.
    pub client_id: String,
    /// User name and password.
    pub login: Option<(String, String)>,
    /// Whether it begins with a new session.
    pub clean: bool,
    /// MQTT 5: seconds that its session outlives a connection. (In 3.1.1 a session that is not
    /// clean lives for ever.)
    pub session_expiry: Option<u32>,
    /// At least 5 seconds.
    pub keep_alive: Duration,
    /// What the broker publishes when it ends without DISCONNECT.
    pub will: Option<Message>,
    /// MQTT 5: QoS 1 and 2 messages that the broker may have under way to it.
    pub receive_maximum: Option<u16>,
    /// The largest packet, in bytes, both ways.
    pub max_packet: u32,
    /// How long anything is waited for.
    pub patience: Duration,
}

impl ClientOptions {
    fn new(version: Version) -> Self {
        Self {
            version,
            client_id: format!("test-{}", Uuid::new_v4().simple()),
            login: None,
            clean: true,
            session_expiry: None,
            keep_alive: Duration::from_secs(30),
            will: None,
            receive_maximum: None,
            max_packet: 16 << 20,
            patience: Duration::from_secs(10),
        }
    }

    /// MQTT 3.1.1, with a clean session.
    #[must_use]
    pub fn v311() -> Self {
        Self::new(Version::V311)
    }

    /// MQTT 5, with a clean session.
    #[must_use]
    pub fn v5() -> Self {
        Self::new(Version::V5)
    }

    /// With this protocol, and a clean session.
    #[must_use]
    pub fn of(version: Version) -> Self {
        Self::new(version)
    }

    /// Under this id.
    #[must_use]
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = client_id.into();
        self
    }

    /// As this user.
    #[must_use]
    pub fn login(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.login = Some((user.into(), password.into()));
        self
    }

    /// With a session that outlives the connection, for an hour in MQTT 5.
    #[must_use]
    pub fn persistent(mut self) -> Self {
        self.clean = false;
        self.session_expiry = Some(3600);
        self
    }

    /// With a last will.
    #[must_use]
    pub fn will(mut self, will: Message) -> Self {
        self.will = Some(will);
        self
    }

    /// With another limit for all waiting.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}
