//! What the stand-in is to be.

use std::{fmt, net::SocketAddr, path::PathBuf, time::Duration};

use super::acl::Acl;

/// A user who may connect.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The name.
    pub name: String,
    /// The password.
    pub password: String,
}

impl User {
    /// One.
    #[must_use]
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { name: name.into(), password: password.into() }
    }

    /// The users of the props' broker, with the passwords of the golden vectors:
    /// `test-<user>-pw`.
    #[must_use]
    pub fn halloween() -> Vec<Self> {
        ["admin", "dashboard", "worker", "device"]
            .map(|name| Self::new(name, format!("test-{name}-pw")))
            .into()
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What a client gets of a live message that several of its subscriptions match (Halloween sheet,
/// section 3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlap {
    /// What mosquitto 2.0 does: to a client of 3.1.1 one copy, at the QoS of the most exact
    /// filter (a name before `+` before `#`); to a client of MQTT 5 one copy for each.
    #[default]
    Mosquitto,
    /// One copy, with the highest QoS among them, as the standard would have it.
    OneCopy,
    /// One copy for each. The standard allows it.
    OnePerSubscription,
}

/// Where sessions and retained messages outlive the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Persistence {
    /// The file. It is read at the start, if it is there, and written by
    /// [`stop`](super::Broker::stop) and [`save`](super::Broker::save).
    pub file: PathBuf,
    /// How often it is written meanwhile; `None`: not at all.
    pub autosave: Option<Duration>,
}

/// What the stand-in is to be. The default takes everybody, on a port of the system's choice.
#[derive(Clone, Debug)]
pub struct BrokerConfig {
    /// Where it listens. Port 0: the system chooses.
    pub listen: SocketAddr,
    /// Who may connect.
    pub users: Vec<User>,
    /// Whether clients without a user name may connect.
    pub anonymous: bool,
    /// Who may do what; `None`: everybody everything.
    pub acl: Option<Acl>,
    /// Copies of a message for subscriptions that overlap.
    pub overlap: Overlap,
    /// Deliver at the QoS of the subscription even if that is higher than the message's, as
    /// mosquitto's `upgrade_outgoing_qos` and `rumqttd` do.
    pub upgrade_qos: bool,
    /// The largest packet, in bytes without its fixed header. MQTT 5 clients are told.
    pub max_packet: usize,
    /// QoS 2 messages (and unacknowledged QoS 1 ones) that an MQTT 5 client may have under way;
    /// it is told.
    pub receive_maximum: u16,
    /// QoS 1 and 2 messages under way to a client; a lower receive maximum of the client counts.
    pub max_inflight: u16,
    /// QoS 1 and 2 messages that wait for one client beyond those; further ones are dropped. As
    /// in mosquitto, that holds for retained messages that a SUBSCRIBE asks for, too.
    pub max_queued: usize,
    /// Bytes that wait for one client, in its queue and in its connection; QoS 0 messages beyond
    /// are dropped.
    pub max_queued_bytes: usize,
    /// Connections at a time.
    pub max_connections: usize,
    /// Sessions, connected or not.
    pub max_sessions: usize,
    /// Subscriptions of one session.
    pub max_subscriptions: usize,
    /// Retained messages.
    pub max_retained: usize,
    /// Bytes of all retained messages.
    pub max_retained_bytes: usize,
    /// How long a connection may take for its CONNECT.
    pub connect_timeout: Duration,
    /// The time without a packet after which a connection is closed, as a multiple of its keep
    /// alive. The standard says 1.5. 0: never.
    pub keep_alive_factor: f32,
    /// Whether MQTT 5 will delays are honoured; else the will comes at once.
    pub will_delay: bool,
    /// What outlives the broker; `None`: nothing.
    pub persistence: Option<Persistence>,
}

impl Default for BrokerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            users: Vec::new(),
            anonymous: true,
            acl: None,
            overlap: Overlap::Mosquitto,
            upgrade_qos: false,
            // As the props' broker is set up (Halloween sheet, section 7).
            max_packet: 10 << 20,
            receive_maximum: 20,
            max_inflight: 20,
            max_queued: 1000,
            max_queued_bytes: 64 << 20,
            max_connections: 10_000,
            max_sessions: 10_000,
            max_subscriptions: 10_000,
            max_retained: 100_000,
            max_retained_bytes: 256 << 20,
            connect_timeout: Duration::from_secs(10),
            keep_alive_factor: 1.5,
            will_delay: true,
            persistence: None,
        }
    }
}

impl BrokerConfig {
    /// As the props' broker is set up: users with passwords, nobody else, and rules (Halloween
    /// sheet, section 7).
    #[must_use]
    pub fn halloween() -> Self {
        Self {
            users: User::halloween(),
            anonymous: false,
            acl: Some(Acl::halloween()),
            ..Self::default()
        }
    }
}
