//! Settings of the adapter.
//!
//! There are four ways in, and all end in the same [`Config`]: its setters, a URI
//! ([`Config::from_uri`]), environment variables ([`Config::from_env`]), and any serde format such
//! as a TOML file. None of them checks the whole; [`Config::validate`] does.

mod env;
mod target;
mod uri;

use std::{fmt, path::PathBuf, time::Duration};

use journeyman_core::{Secret, settings::units};
use serde::Deserialize;

pub use self::env::KEYS;
pub use journeyman_core::settings::ConfigError;

use crate::{
    Profile,
    command::Form,
    profile::{self, check_id},
};

const MAX_WAIT: Duration = Duration::from_secs(3600);
const MESSAGE_SIZES: std::ops::RangeInclusive<usize> = 1024..=256 << 20;

/// Which version of MQTT is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[non_exhaustive]
pub enum MqttVersion {
    /// 3.1.1, as upstream.
    #[default]
    #[serde(rename = "3.1.1")]
    V311,
    /// 5: commands can ask for an answer, and the broker says why it refuses something.
    #[serde(rename = "5")]
    V5,
}

/// When a command with QoS 1 or 2 is acknowledged to the broker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Ack {
    /// When it comes in, as upstream: a crash loses it, nothing runs twice.
    #[default]
    Receipt,
    /// When it has run and its result is on its way: a crash brings it again, so that it may run
    /// twice. The broker keeps commands while the worker is away, under the client id, which
    /// therefore must be set.
    Settled,
}

/// What is done with a retained command: one that the broker kept from before the subscription.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Retained {
    /// It is not run, and said so on `status/warn`: it is old, and would run at every start.
    #[default]
    Ignore,
    /// It is run once per process.
    Run,
    /// It is not run, and taken off the broker.
    Clear,
}

/// How to reach the broker of one house, and the rules for its props.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// Upstream's revision. Default [`Profile::Head`].
    pub profile: Profile,
    /// The broker's host. Default `broker`.
    pub host: String,
    /// The broker's port. Default 1883.
    pub port: u16,
    /// The broker as a URL, instead of host and port: `mqtt://`, `mqtts://`, `ws://` or `wss://`.
    pub url: Option<String>,
    /// User name; an empty one connects without. Default: `worker` in the profile head, none in
    /// the profile seed.
    pub username: Option<String>,
    password: Secret,
    /// Name of an environment variable that holds the password.
    pub password_env: Option<String>,
    /// File that holds the password.
    pub password_file: Option<PathBuf>,
    /// The client id of the host; those of the props are `CLIENT_ID-PROP`. Nobody else may use them.
    /// Default: made anew for every process.
    pub client_id: Option<String>,
    /// Whether all props of a host share one connection, for brokers that limit connections; what
    /// that costs is in the book. The host program makes a
    /// [`SharedConnection`](crate::SharedConnection) then. Default false.
    pub shared_connection: bool,
    /// The id of the prop, where these settings serve one prop by themselves. Default empty.
    pub prop: String,
    /// The version of MQTT. Default 3.1.1.
    pub mqtt: MqttVersion,
    /// Texts of commands and values. Default [`Form::Python`], as upstream.
    pub form: Form,
    /// Whether `params` is taken where a command has no `args`, as dashboards send it to firmware.
    /// Default true.
    pub params: bool,
    /// When commands are acknowledged. Default at receipt.
    pub ack: Ack,
    /// QoS of the subscription to commands: 0, 1 or 2. Default 1.
    pub command_qos: u8,
    /// What is done with retained commands. Default: ignored, with a warning on the bus.
    pub retained: Retained,
    /// How many telemetry messages per second a prop may publish on average; 0 for any number. What
    /// a handler returns does not count. Default 500.
    pub telemetry_rate: u32,
    /// How many it may publish at once. Default 1000, from 1.
    pub telemetry_burst: u32,
    /// How many messages with QoS 1 or 2, or retained ones, are kept while the broker is away; the
    /// oldest give way. Default 1000.
    pub offline_queue: usize,
    /// After how many refusals in a row (credentials, subscriptions) a prop gives up. Default 5,
    /// from 1.
    pub refused_attempts: u32,
    /// After this long without a word of ours the broker may ask whether we live. Whole seconds.
    /// Default 30 s.
    #[serde(deserialize_with = "units::duration")]
    pub keep_alive: Duration,
    /// Base of the backoff between attempts to connect. Default 500 ms, at most an hour.
    #[serde(deserialize_with = "units::duration")]
    pub reconnect_interval: Duration,
    /// Largest message in bytes, both ways. Default 10 MiB, as upstream's broker, from 1 KiB to
    /// 256 MiB.
    #[serde(deserialize_with = "units::size")]
    pub max_message_size: usize,
    /// MQTT 5: how many commands the broker may send ahead of our acknowledgements. Default 64,
    /// from 1.
    pub receive_maximum: u16,
    /// PEM file of the certificate that the broker's was issued with. Default: the system's.
    pub tls_ca: Option<PathBuf>,
    /// PEM file of a client certificate.
    pub tls_cert: Option<PathBuf>,
    /// PEM file of its key.
    pub tls_key: Option<PathBuf>,
    /// The name that the broker's certificate is for, where that is not its host.
    pub tls_server_name: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            profile: Profile::Head,
            host: "broker".to_owned(),
            port: 1883,
            url: None,
            username: None,
            password: Secret::default(),
            password_env: None,
            password_file: None,
            client_id: None,
            shared_connection: false,
            prop: String::new(),
            mqtt: MqttVersion::V311,
            form: Form::Python,
            params: true,
            ack: Ack::Receipt,
            command_qos: 1,
            retained: Retained::Ignore,
            telemetry_rate: 500,
            telemetry_burst: 1000,
            offline_queue: 1000,
            refused_attempts: 5,
            keep_alive: Duration::from_secs(30),
            reconnect_interval: Duration::from_millis(500),
            max_message_size: 10 << 20,
            receive_maximum: 64,
            tls_ca: None,
            tls_cert: None,
            tls_key: None,
            tls_server_name: None,
        }
    }
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $kind:ty,)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, $name: $kind) -> Self {
            self.$name = $name;
            self
        }
    )*};
}

macro_rules! text_setters {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, $name: impl Into<String>) -> Self {
            self.$name = Some($name.into());
            self
        }
    )*};
}

impl Config {
    /// A broker on this host, on the usual port, with defaults for everything else.
    pub fn new(host: impl Into<String>) -> Self {
        Self { host: host.into(), ..Self::default() }
    }

    /// Sets user name and password.
    #[must_use]
    pub fn credentials(mut self, username: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.username = Some(username.into());
        self.password = password.into();
        self
    }

    /// Sets the id of the prop that these settings serve by themselves.
    #[must_use]
    pub fn prop(mut self, id: impl Into<String>) -> Self {
        self.prop = id.into();
        self
    }

    text_setters! {
        /// Sets the broker as a URL, instead of host and port.
        url,
        /// Sets the client id of the host; those of the props follow from it.
        client_id,
    }

    setters! {
        /// Sets whether all props of a host share one connection.
        shared_connection: bool,
        /// Sets upstream's revision.
        profile: Profile,
        /// Sets the broker's port.
        port: u16,
        /// Sets the version of MQTT.
        mqtt: MqttVersion,
        /// Sets the texts of commands and values.
        form: Form,
        /// Sets whether `params` stands in for `args`.
        params: bool,
        /// Sets when commands are acknowledged.
        ack: Ack,
        /// Sets the QoS of the subscription to commands.
        command_qos: u8,
        /// Sets what is done with retained commands.
        retained: Retained,
        /// Sets how many telemetry messages a prop may publish per second; 0 for any number.
        telemetry_rate: u32,
        /// Sets how many telemetry messages a prop may publish at once.
        telemetry_burst: u32,
        /// Sets how many messages are kept while the broker is away.
        offline_queue: usize,
        /// Sets after how many refusals a prop gives up.
        refused_attempts: u32,
        /// Sets the keep-alive.
        keep_alive: Duration,
        /// Sets the base of the backoff.
        reconnect_interval: Duration,
        /// Sets the largest message in bytes.
        max_message_size: usize,
        /// Sets how many commands the broker may send ahead (MQTT 5).
        receive_maximum: u16,
    }

    /// The user name in use.
    pub fn effective_username(&self) -> Option<&str> {
        let set = self.username.as_deref().or(self.profile.default_username());
        set.filter(|name| !name.is_empty())
    }

    /// Whether the broker keeps commands while the worker is away.
    pub(crate) fn keeps_session(&self) -> bool {
        self.ack == Ack::Settled
    }

    /// Checks everything that can be checked without a network or files.
    ///
    /// # Errors
    /// The first [`ConfigError`] found.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let wrong = |key: &str, value: &dyn fmt::Display, problem: &str| {
            Err(ConfigError::new(key, value, problem))
        };
        if let Some(url) = &self.url {
            let known = ["mqtt://", "mqtts://", "ws://", "wss://"];
            if !known.iter().any(|scheme| url.starts_with(scheme)) {
                let shown = journeyman_core::settings::redacted(url);
                return wrong("url", &shown, "give mqtt://, mqtts://, ws:// or wss://HOST[:PORT]");
            }
        } else if self.host.is_empty() || self.host.contains(['/', '@', '?', '#', ' ']) {
            return wrong("host", &self.host, "is no host name; a URL goes into `url`");
        } else if self.port == 0 {
            return wrong("port", &self.port, "must be from 1 to 65535");
        }
        if !self.prop.is_empty()
            && let Err(problem) = check_id(&self.prop)
        {
            return wrong("prop", &shorten(&self.prop), problem);
        }
        match &self.client_id {
            Some(id) if id.is_empty() || id.len() > profile::MAX_ID || id.contains('\0') => {
                return wrong("client_id", &shorten(id), "must have 1 to 128 bytes and no NUL");
            }
            None if self.keeps_session() => {
                return Err(ConfigError::bare(
                    "client_id",
                    "must be set with `ack` = \"settled\": under it the broker keeps the commands \
                     that are not done",
                ));
            }
            _ => {}
        }
        if self.command_qos > 2 {
            return wrong("command_qos", &self.command_qos, "must be 0, 1 or 2");
        }
        if self.keeps_session() && self.command_qos == 0 {
            let problem = "must be 1 or 2 with `ack` = \"settled\": QoS 0 is never acknowledged";
            return wrong("command_qos", &0, problem);
        }
        let least_one = [
            ("telemetry_burst", u64::from(self.telemetry_burst)),
            ("refused_attempts", self.refused_attempts.into()),
            ("receive_maximum", self.receive_maximum.into()),
        ];
        for (key, value) in least_one {
            if value == 0 {
                return wrong(key, &value, "must be 1 or more");
            }
        }
        let seconds = Duration::from_secs(1)..=Duration::from_secs(65_535);
        if !seconds.contains(&self.keep_alive) {
            let shown = format!("{:?}", self.keep_alive);
            return wrong("keep_alive", &shown, "must be from 1 s to 65535 s");
        }
        if self.reconnect_interval.is_zero() || self.reconnect_interval > MAX_WAIT {
            let shown = format!("{:?}", self.reconnect_interval);
            let problem = "must be longer than nothing and at most an hour";
            return wrong("reconnect_interval", &shown, problem);
        }
        if !MESSAGE_SIZES.contains(&self.max_message_size) {
            let problem = "must be from 1 KiB to 256 MiB";
            return wrong("max_message_size", &self.max_message_size, problem);
        }
        match (&self.tls_cert, &self.tls_key) {
            (Some(_), None) => Err(ConfigError::bare("tls_key", "is missing beside `tls_cert`")),
            (None, Some(_)) => Err(ConfigError::bare("tls_cert", "is missing beside `tls_key`")),
            _ => Ok(()),
        }
    }

    /// Sets one setting from text. `key` is its name here, `shown` as the user wrote it.
    fn set(&mut self, key: &str, shown: &str, text: &str) -> Result<(), ConfigError> {
        let wrong = |problem: &str| ConfigError::new(shown, text, problem);
        let duration = || units::parse_duration(text).ok_or_else(|| wrong(units::DURATION_FORM));
        fn number<T: std::str::FromStr>(
            text: &str,
            wrong: impl Fn(&str) -> ConfigError,
        ) -> Result<T, ConfigError> {
            text.parse().map_err(|_| wrong("give a whole number"))
        }
        match key {
            "profile" => {
                self.profile = match text {
                    "head" => Profile::Head,
                    "seed" => Profile::Seed,
                    _ => return Err(wrong("give \"head\" or \"seed\"")),
                };
            }
            "host" => self.host = text.to_owned(),
            "port" => {
                self.port = text.parse().map_err(|_| wrong("give a number from 1 to 65535"))?;
            }
            "url" => self.url = Some(text.to_owned()),
            "username" => self.username = Some(text.to_owned()),
            "password" => self.password = Secret::new(text),
            "password_env" => self.password_env = Some(text.to_owned()),
            "password_file" => self.password_file = Some(PathBuf::from(text)),
            "client_id" => self.client_id = Some(text.to_owned()),
            "shared_connection" => {
                self.shared_connection =
                    text.parse().map_err(|_| wrong("give \"true\" or \"false\""))?;
            }
            "prop" => self.prop = text.to_owned(),
            "mqtt" => {
                self.mqtt = match text {
                    "3.1.1" => MqttVersion::V311,
                    "5" => MqttVersion::V5,
                    _ => return Err(wrong("give \"3.1.1\" or \"5\"")),
                };
            }
            "form" => {
                self.form = match text {
                    "python" => Form::Python,
                    "json" => Form::Json,
                    _ => return Err(wrong("give \"python\" (upstream's) or \"json\"")),
                };
            }
            "params" => {
                self.params = text.parse().map_err(|_| wrong("give \"true\" or \"false\""))?;
            }
            "ack" => {
                self.ack = match text {
                    "receipt" => Ack::Receipt,
                    "settled" => Ack::Settled,
                    _ => return Err(wrong("give \"receipt\" or \"settled\"")),
                };
            }
            "command_qos" => self.command_qos = number(text, wrong)?,
            "retained" => {
                self.retained = match text {
                    "ignore" => Retained::Ignore,
                    "run" => Retained::Run,
                    "clear" => Retained::Clear,
                    _ => return Err(wrong("give \"ignore\", \"run\" or \"clear\"")),
                };
            }
            "telemetry_rate" => self.telemetry_rate = number(text, wrong)?,
            "telemetry_burst" => self.telemetry_burst = number(text, wrong)?,
            "offline_queue" => self.offline_queue = number(text, wrong)?,
            "refused_attempts" => self.refused_attempts = number(text, wrong)?,
            "keep_alive" => self.keep_alive = duration()?,
            "reconnect_interval" => self.reconnect_interval = duration()?,
            "max_message_size" => {
                self.max_message_size =
                    units::parse_size(text).ok_or_else(|| wrong(units::SIZE_FORM))?;
            }
            "receive_maximum" => self.receive_maximum = number(text, wrong)?,
            "tls_ca" => self.tls_ca = Some(PathBuf::from(text)),
            "tls_cert" => self.tls_cert = Some(PathBuf::from(text)),
            "tls_key" => self.tls_key = Some(PathBuf::from(text)),
            "tls_server_name" => self.tls_server_name = Some(text.to_owned()),
            _ => return Err(ConfigError::bare(shown, "is not a setting")),
        }
        Ok(())
    }
}

/// A text that is wrong may be long, too.
pub(crate) fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Shows no secret.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("profile", &self.profile)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("url", &self.url.as_deref().map(journeyman_core::settings::redacted))
            .field("username", &self.username)
            .field("password", &self.password)
            .field("password_env", &self.password_env)
            .field("password_file", &self.password_file)
            .field("client_id", &self.client_id)
            .field("shared_connection", &self.shared_connection)
            .field("prop", &self.prop)
            .field("mqtt", &self.mqtt)
            .field("form", &self.form)
            .field("ack", &self.ack)
            .field("retained", &self.retained)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
