//! The address of one attempt, and who we are there.

use std::{fmt, time::Duration};

use journeyman_core::{Error, Secret};

use crate::{
    Publish, TlsConfig,
    codec::{check_properties, check_user},
    endpoint::redact,
    error::Snippet,
    topic::{MAX_STRING, check_topic},
};

/// The version of MQTT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// MQTT 3.1.1.
    #[default]
    V311,
    /// MQTT 5.
    V5,
}

/// When deliveries with QoS 1 and 2 are acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Acknowledge {
    /// At once, by the transport. What is lost between here and the end of the work on it stays
    /// lost: at most once.
    #[default]
    AtReceipt,
    /// When [`MqttMessage::Ack`](crate::MqttMessage::Ack) is sent with the [`AckId`](crate::AckId)
    /// of the delivery. What is not acknowledged when the connection ends is delivered again if
    /// the broker keeps the session ([`MqttTarget::clean_session`] off): at least once. The
    /// broker's window of unacknowledged messages then is the credit of the worker.
    AfterSettled,
}

/// A message that the broker publishes for us when the connection ends without a DISCONNECT.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Will {
    /// The message. Its payload has at most 65,535 bytes.
    pub message: Publish,
    /// MQTT 5: how long the broker waits for us to come back to the session before it publishes;
    /// whole seconds on the wire. Default: it does not wait.
    pub delay: Duration,
}

impl Will {
    /// A will that is published at once.
    pub fn new(message: Publish) -> Self {
        Self { message, delay: Duration::ZERO }
    }

    /// MQTT 5: lets the broker wait.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

/// Where to connect to, and as whom; made for one attempt.
///
/// `Debug` shows no password and no query of the URL.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MqttTarget {
    /// `mqtt://HOST[:PORT]` (port 1883), `mqtts://HOST[:PORT]` (8883), or MQTT over WebSocket:
    /// `ws://HOST[:PORT][/PATH]` (80) and `wss://…` (443), with the path `/mqtt` unless one is
    /// given.
    pub url: String,
    /// The version of MQTT. Default: 3.1.1.
    pub protocol: Protocol,
    /// Our name at the broker, which must be nobody else's: two clients with one name throw each
    /// other out for ever. `None`, the default: one that is made at random once per
    /// [`MqttTransport`](crate::MqttTransport), so that a reconnect replaces what the broker may
    /// still take for alive.
    pub client_id: Option<String>,
    /// The user name. Default: none.
    pub username: Option<String>,
    /// The password: at most 65,535 bytes. In MQTT 3.1.1 only with a user name. Default: none.
    pub password: Option<Secret>,
    /// What the broker publishes when we vanish. Default: nothing.
    pub will: Option<Will>,
    /// After this long without a packet of ours the broker may give us up, after half as much on
    /// top. Whole seconds, from 1 to 65,535; zero: no keep-alive, and a dead connection is only
    /// noticed when something is written. Default: 30 s.
    pub keep_alive: Duration,
    /// Whether the broker forgets what it knew of us, and will know of this connection, at its
    /// end. When off: it keeps subscriptions and messages while we are away, and publishes with
    /// QoS 1 and 2 that were not acknowledged are sent again by the transport on the next
    /// connection to the same broker, so that who sends them again, too, makes duplicates; needs
    /// a `client_id`. Default: on.
    pub clean_session: bool,
    /// MQTT 5, with `clean_session` off: how long the broker keeps the session while we are away;
    /// whole seconds. `None`, the default: for ever, as 3.1.1 has it.
    pub session_expiry: Option<Duration>,
    /// MQTT 5: how many deliveries with QoS 1 and 2 the broker may send ahead of our
    /// acknowledgements; at least 1. In 3.1.1 that is a setting of the broker. A broker that sends
    /// more (mosquitto 2.0.11 does, when several acknowledgements come at once) is not cut off for
    /// it. Default: 64.
    pub receive_maximum: u16,
    /// When deliveries are acknowledged. Default: at receipt.
    pub acknowledge: Acknowledge,
    /// MQTT 5: names and values for the broker.
    pub user: Vec<(String, String)>,
    /// How the broker is verified where the URL says TLS, and what we show it.
    pub tls: TlsConfig,
}

impl MqttTarget {
    /// A target with the defaults that the fields name.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            protocol: Protocol::default(),
            client_id: None,
            username: None,
            password: None,
            will: None,
            keep_alive: Duration::from_secs(30),
            clean_session: true,
            session_expiry: None,
            receive_maximum: 64,
            acknowledge: Acknowledge::default(),
            user: Vec::new(),
            tls: TlsConfig::default(),
        }
    }

    /// Sets the version of MQTT.
    #[must_use]
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// Sets our name at the broker.
    #[must_use]
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.client_id = Some(id.into());
        self
    }

    /// Sets user name and password.
    #[must_use]
    pub fn credentials(mut self, username: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.username = Some(username.into());
        self.password = Some(password.into());
        self
    }

    /// Sets the last will.
    #[must_use]
    pub fn will(mut self, will: Will) -> Self {
        self.will = Some(will);
        self
    }

    /// Sets the keep-alive; zero switches it off.
    #[must_use]
    pub fn keep_alive(mut self, keep_alive: Duration) -> Self {
        self.keep_alive = keep_alive;
        self
    }

    /// Sets whether the broker forgets the session when the connection ends.
    #[must_use]
    pub fn clean_session(mut self, clean: bool) -> Self {
        self.clean_session = clean;
        self
    }

    /// Sets how long the broker keeps the session (MQTT 5).
    #[must_use]
    pub fn session_expiry(mut self, expiry: Duration) -> Self {
        self.session_expiry = Some(expiry);
        self
    }

    /// Sets how many deliveries may be unacknowledged (MQTT 5).
    #[must_use]
    pub fn receive_maximum(mut self, maximum: u16) -> Self {
        self.receive_maximum = maximum;
        self
    }

    /// Sets when deliveries are acknowledged.
    #[must_use]
    pub fn acknowledge(mut self, when: Acknowledge) -> Self {
        self.acknowledge = when;
        self
    }

    /// Sets the TLS configuration.
    #[must_use]
    pub fn tls(mut self, tls: TlsConfig) -> Self {
        self.tls = tls;
        self
    }

    /// Keep-alive in seconds, as the wire has it.
    pub(crate) fn keep_alive_seconds(&self) -> u16 {
        u16::try_from(self.keep_alive.as_secs()).unwrap_or(u16::MAX)
    }

    /// Checks everything but the URL and TLS.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let v5 = self.protocol == Protocol::V5;
        let text = |field: &str, text: &str| {
            if text.len() > MAX_STRING || text.contains('\0') {
                let message =
                    format!("`{field}` holds a NUL character or has more than {MAX_STRING} bytes");
                return Err(Error::config(message));
            }
            Ok(())
        };
        match &self.client_id {
            Some(id) if id.is_empty() => {
                return Err(Error::config("`client_id` is empty")
                    .with_remedy("leave it away to have one made, or give a name"));
            }
            Some(id) => text("client_id", id)?,
            None if !self.clean_session => {
                return Err(Error::config("`clean_session` is off and there is no `client_id`")
                    .with_remedy("set `client_id`: a session is kept under that name"));
            }
            None => {}
        }
        text("username", self.username.as_deref().unwrap_or_default())?;
        if let Some(password) = &self.password {
            if password.expose().len() > MAX_STRING {
                let message = format!("`password` has more than {MAX_STRING} bytes");
                return Err(Error::config(message));
            }
            if self.username.is_none() && !v5 {
                return Err(Error::config("there is a `password` and no `username`")
                    .with_remedy("set `username`, which MQTT 3.1.1 wants beside a password"));
            }
        }
        if let Some(will) = &self.will {
            self.check_will(will)?;
        }
        let keep_alive = self.keep_alive;
        if !keep_alive.is_zero()
            && !(Duration::from_secs(1)..=Duration::from_secs(65_535)).contains(&keep_alive)
        {
            return Err(Error::config(format!("`keep_alive` is {keep_alive:?}"))
                .with_remedy("set it from 1 s to 65,535 s, or to 0 for none"));
        }
        if self.receive_maximum == 0 {
            return Err(Error::config("`receive_maximum` is 0").with_remedy("set it to 1 at least"));
        }
        let v5_only = [
            ("session_expiry", self.session_expiry.is_some()),
            ("user", !self.user.is_empty()),
            ("will.delay", self.will.as_ref().is_some_and(|will| !will.delay.is_zero())),
            (
                "will.message.properties",
                self.will.as_ref().is_some_and(|will| has_properties(&will.message)),
            ),
        ];
        for (field, set) in v5_only {
            if set && !v5 {
                return Err(Error::config(format!(
                    "`{field}` is set, and MQTT 3.1.1 has no such thing"
                ))
                .with_remedy("choose MQTT 5, or leave it away"));
            }
        }
        check_user(&self.user)
    }

    fn check_will(&self, will: &Will) -> Result<(), Error> {
        let bad = |message: String| Err(Error::config(message));
        if let Err(error) = check_topic(&will.message.topic) {
            return bad(format!("the will cannot be used: {}", error.message()));
        }
        if will.message.payload.len() > MAX_STRING {
            let length = will.message.payload.len();
            return bad(format!(
                "the will's payload has {length} bytes; the limit is {MAX_STRING}"
            ));
        }
        if let Some(properties) = &will.message.properties
            && let Err(error) = check_properties(properties)
        {
            return bad(format!("the will cannot be used: {}", error.message()));
        }
        Ok(())
    }
}

/// Whether a message has properties that 3.1.1 would lose.
pub(crate) fn has_properties(publish: &Publish) -> bool {
    publish.properties.as_ref().is_some_and(|properties| !properties.is_empty())
}

impl fmt::Debug for MqttTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let client_id = self.client_id.as_ref().map(|id| Snippet(id.as_bytes(), 100).to_string());
        let will = self.will.as_ref().map(|will| will.message.topic.as_str());
        f.debug_struct("MqttTarget")
            .field("url", &redact(&self.url))
            .field("protocol", &self.protocol)
            .field("client_id", &client_id)
            .field("username", &self.username)
            .field("password", &self.password)
            .field("will", &will)
            .field("keep_alive", &self.keep_alive)
            .field("clean_session", &self.clean_session)
            .field("session_expiry", &self.session_expiry)
            .field("receive_maximum", &self.receive_maximum)
            .field("acknowledge", &self.acknowledge)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Properties;

    #[test]
    fn debug_shows_no_secret() {
        let target = MqttTarget::new("ws://u:s3cret@h/x?s3cret").credentials("me", "s3cret");
        let text = format!("{target:?}");
        assert!(!text.contains("s3cret"), "{text}");
        assert!(text.contains("me") && text.contains("ws://h/x"), "{text}");
    }

    #[test]
    fn what_cannot_work_is_named() {
        let target = || MqttTarget::new("mqtt://h");
        let will = |topic: &str| Will::new(Publish::new(topic, "x"));
        let with_properties = Publish::new("t", "x").properties(Properties::new().utf8());
        let big = Publish::new("t", vec![0; 70_000]);
        let cases = [
            (target().client_id(""), "`client_id` is empty"),
            (target().client_id("a\0"), "NUL"),
            (target().clean_session(false), "no `client_id`"),
            (target().will(will("a/#")), "wildcard"),
            (target().will(Will::new(big)), "70000 bytes"),
            (target().will(Will::new(with_properties)), "`will.message.properties`"),
            (target().will(will("t").delay(Duration::from_secs(1))), "`will.delay`"),
            (target().session_expiry(Duration::from_secs(9)), "`session_expiry`"),
            (target().keep_alive(Duration::from_millis(5)), "`keep_alive`"),
            (target().keep_alive(Duration::from_secs(70_000)), "`keep_alive`"),
            (target().receive_maximum(0), "`receive_maximum`"),
            (MqttTarget { password: Some("s3cret".into()), ..target() }, "no `username`"),
        ];
        for (target, expected) in cases {
            let error = target.validate().unwrap_err();
            assert!(error.message().contains(expected), "{error}");
            assert!(!error.is_temporary() && !error.to_string().contains("s3cret"));
        }
        target().validate().unwrap();
        let full = target().protocol(Protocol::V5).session_expiry(Duration::from_secs(9));
        full.clean_session(false).client_id("x").validate().unwrap();
    }
}
