//! Settings of the adapter.
//!
//! There are four ways in, and all end in the same [`Config`]: its setters, a URI
//! ([`Config::from_uri`]), environment variables ([`Config::from_env`]), and any serde format such
//! as a TOML file. None of them checks the whole; [`Config::validate`] does.

mod env;
mod secrets;
mod uri;

use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

use journeyman_core::{Secret, settings::units};
use journeyman_zmq::{CurvePublicKey, Endpoint};
use serde::Deserialize;

pub use self::env::KEYS;
pub use journeyman_core::settings::ConfigError;

use crate::wire::{Era, Limits};

/// The variable that holds the enrollment token.
pub const TOKEN_VARIABLE: &str = "MOOR_ENROLLMENT_TOKEN";

/// Where a daemon publishes requests by default (mooR sheet, section 2).
pub const REQUEST_ADDRESS: &str = "ipc:///tmp/moor_workers_request.sock";

/// Where a daemon takes answers by default (mooR sheet, section 2).
pub const RESPONSE_ADDRESS: &str = "ipc:///tmp/moor_workers_response.sock";

/// The conventional TCP port of the enrollment service (mooR sheet, section 2).
const ENROLLMENT_PORT: u16 = 7900;

/// A worker type is remembered, shown and sent with every pong.
const MAX_NAME: usize = 256;

const MAX_WAIT: Duration = Duration::from_secs(3600);
const MESSAGE_SIZES: std::ops::RangeInclusive<usize> = 4096..=1 << 30;

/// A result of 200 levels took a real daemon down (mooR sheet, section 12).
const MAX_RESULT_DEPTH: usize = 100;

/// The deepest arguments that a task's stack is sure to hold.
const MAX_ARGUMENT_DEPTH: usize = 512;

/// When a socket is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Curve {
    /// Where its address is `tcp://`, as a daemon does it. Decided for each address.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never: for a daemon behind a tunnel of one's own.
    Off,
}

/// How to be a worker of one mooR daemon.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// Which of the two wires the daemon speaks. Default [`Era::Curve`], today's.
    pub era: Era,
    /// Where the daemon publishes requests (`--workers-request-listen`).
    pub request_address: String,
    /// Where the daemon takes answers (`--workers-response-listen`).
    pub response_address: String,
    /// The names under which MOO code asks for this worker: `worker_request("NAME", …)`. Each is a
    /// registration of its own. Empty, the default: the exact names among the routes.
    pub worker_types: Vec<String>,
    /// PASETO era: PEM file of the daemon's private key. Default `moor-signing-key.pem` in the
    /// working folder.
    pub private_key: PathBuf,
    /// PASETO era: PEM file of the public key; it is only compared with the private one.
    pub public_key: Option<PathBuf>,
    /// Which sockets are encrypted.
    pub curve: Curve,
    /// The daemon's CURVE key (Z85, 40 characters), for a daemon without an enrollment service.
    /// With it, the worker does not enroll.
    pub daemon_public_key: Option<String>,
    /// Where key pair and identity are kept. Default `.moor-worker-data`.
    pub data_dir: PathBuf,
    /// What the worker calls itself when it enrolls; part of its file names. Default: the first
    /// worker type and `-worker`.
    pub service_type: Option<String>,
    /// The name of this host for the enrollment. Default: what the system says.
    pub hostname: Option<String>,
    /// Where the daemon enrolls workers (`--enrollment-listen`). Default: port 7900 of the host of
    /// `response_address`.
    pub enrollment_address: Option<String>,
    enrollment_token: Secret,
    /// Name of an environment variable that holds the enrollment token.
    pub enrollment_token_env: Option<String>,
    /// File that holds the enrollment token. Default: `moor/enrollment-token` in the user's
    /// configuration folder, where a daemon of the same user writes it.
    pub enrollment_token_file: Option<PathBuf>,
    /// After how many failed attempts to enroll the worker gives up. A refused token ends it at
    /// once. Default 30, from 1.
    pub enrollment_attempts: u32,
    /// Enroll anew when the daemon refuses a key that was enrolled before. Default false: the
    /// operator may have revoked it.
    pub reenroll: bool,
    /// How long a subscription is given to arrive at a daemon whose ZeroMQ is too old to prove that
    /// it has read it (before libzmq 4.2). Default 250 ms, at most an hour.
    #[serde(deserialize_with = "units::duration")]
    pub subscription_grace: Duration,
    /// After this long without a ping (the daemon sends one every 5 s) the connection is made
    /// anew. Default 30 s, at most an hour.
    #[serde(deserialize_with = "units::duration")]
    pub ping_timeout: Duration,
    /// How long the daemon may take to acknowledge a message. Default 5 s, at most an hour.
    #[serde(deserialize_with = "units::duration")]
    pub reply_timeout: Duration,
    /// Base of the backoff between attempts to connect. Default 100 ms, at most an hour.
    #[serde(deserialize_with = "units::duration")]
    pub reconnect_interval: Duration,
    /// Largest message in bytes, both ways. Default 64 MiB and 64 KiB, from 4 KiB to 1 GiB.
    #[serde(deserialize_with = "units::size")]
    pub max_message_size: usize,
    /// How deep lists and maps of arguments may be nested. Default 256, from 1 to 512.
    pub max_argument_depth: usize,
    /// How deep lists and maps of a result may be nested. Default 64, from 1 to 100: much deeper
    /// ones take a daemon down.
    pub max_result_depth: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            era: Era::Curve,
            request_address: REQUEST_ADDRESS.to_owned(),
            response_address: RESPONSE_ADDRESS.to_owned(),
            worker_types: Vec::new(),
            private_key: PathBuf::from("moor-signing-key.pem"),
            public_key: None,
            curve: Curve::Auto,
            daemon_public_key: None,
            data_dir: PathBuf::from(".moor-worker-data"),
            service_type: None,
            hostname: None,
            enrollment_address: None,
            enrollment_token: Secret::default(),
            enrollment_token_env: None,
            enrollment_token_file: None,
            enrollment_attempts: 30,
            reenroll: false,
            subscription_grace: Duration::from_millis(250),
            ping_timeout: Duration::from_secs(30),
            reply_timeout: Duration::from_secs(5),
            reconnect_interval: Duration::from_millis(100),
            // A 64 MiB string must fit with what stands around it.
            max_message_size: (64 << 20) + (64 << 10),
            max_argument_depth: 256,
            max_result_depth: 64,
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

impl Config {
    /// A worker of a daemon at these two addresses, with defaults for everything else.
    pub fn new(request_address: impl Into<String>, response_address: impl Into<String>) -> Self {
        Self {
            request_address: request_address.into(),
            response_address: response_address.into(),
            ..Self::default()
        }
    }

    /// Sets the worker types.
    #[must_use]
    pub fn worker_types<T: Into<String>>(mut self, types: impl IntoIterator<Item = T>) -> Self {
        self.worker_types = types.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the PEM file of the private key (PASETO era).
    #[must_use]
    pub fn private_key(mut self, path: impl Into<PathBuf>) -> Self {
        self.private_key = path.into();
        self
    }

    /// Sets where key pair and identity are kept.
    #[must_use]
    pub fn data_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.data_dir = path.into();
        self
    }

    /// Sets what the worker calls itself when it enrolls.
    #[must_use]
    pub fn service_type(mut self, name: impl Into<String>) -> Self {
        self.service_type = Some(name.into());
        self
    }

    /// Sets where the daemon enrolls workers.
    #[must_use]
    pub fn enrollment_address(mut self, address: impl Into<String>) -> Self {
        self.enrollment_address = Some(address.into());
        self
    }

    /// Sets the enrollment token.
    #[must_use]
    pub fn enrollment_token(mut self, token: impl Into<String>) -> Self {
        self.enrollment_token = Secret::new(token.into());
        self
    }

    /// Sets the daemon's CURVE key, as Z85 text.
    #[must_use]
    pub fn daemon_public_key(mut self, key: impl Into<String>) -> Self {
        self.daemon_public_key = Some(key.into());
        self
    }

    setters! {
        /// Sets which of the two wires the daemon speaks.
        era: Era,
        /// Sets which sockets are encrypted.
        curve: Curve,
        /// Sets whether a refused key is enrolled anew.
        reenroll: bool,
        /// Sets after how many failed attempts to enroll the worker gives up.
        enrollment_attempts: u32,
        /// Sets how long a subscription is given to arrive where nothing can prove it.
        subscription_grace: Duration,
        /// Sets after how long without a ping the connection is made anew.
        ping_timeout: Duration,
        /// Sets how long the daemon may take to acknowledge a message.
        reply_timeout: Duration,
        /// Sets the base of the backoff.
        reconnect_interval: Duration,
        /// Sets the largest message in bytes.
        max_message_size: usize,
        /// Sets how deep arguments may be nested.
        max_argument_depth: usize,
        /// Sets how deep a result may be nested.
        max_result_depth: usize,
    }

    /// The two sockets of the daemon: that of the requests, that of the responses.
    ///
    /// # Errors
    /// One of the addresses is not an endpoint.
    pub fn endpoints(&self) -> Result<(Endpoint, Endpoint), ConfigError> {
        Ok((
            endpoint("request_address", &self.request_address)?,
            endpoint("response_address", &self.response_address)?,
        ))
    }

    /// Whether a socket is encrypted.
    pub fn encrypts(&self, endpoint: &Endpoint) -> bool {
        match (self.era, self.curve) {
            (Era::Paseto, _) | (_, Curve::Off) => false,
            (_, Curve::On) => true,
            (_, Curve::Auto) => endpoint.is_tcp(),
        }
    }

    /// Whether any of the two sockets is encrypted, so that keys are needed.
    ///
    /// # Errors
    /// One of the addresses is not an endpoint.
    pub fn needs_keys(&self) -> Result<bool, ConfigError> {
        let (requests, responses) = self.endpoints()?;
        Ok(self.encrypts(&requests) || self.encrypts(&responses))
    }

    /// Where to enroll.
    ///
    /// # Errors
    /// It is not set and does not follow from `response_address`, or is no endpoint.
    pub fn enrollment(&self) -> Result<Endpoint, ConfigError> {
        if let Some(address) = &self.enrollment_address {
            return endpoint("enrollment_address", address);
        }
        let host = self
            .response_address
            .strip_prefix("tcp://")
            .and_then(|rest| rest.rsplit_once(':'))
            .map(|(host, _)| host);
        match host {
            Some(host) => {
                endpoint("enrollment_address", &format!("tcp://{host}:{ENROLLMENT_PORT}"))
            }
            None => Err(ConfigError::bare(
                "enrollment_address",
                "is not set; give the daemon's enrollment endpoint, such as tcp://HOST:7900",
            )),
        }
    }

    /// The daemon's CURVE key, if it is set.
    ///
    /// # Errors
    /// It is no key.
    pub fn daemon_key(&self) -> Result<Option<CurvePublicKey>, ConfigError> {
        self.daemon_public_key
            .as_deref()
            .map(CurvePublicKey::from_z85)
            .transpose()
            .map_err(|error| ConfigError::bare("daemon_public_key", error.to_string()))
    }

    /// What the worker calls itself when it enrolls.
    pub fn service(&self, types: &[String]) -> String {
        self.service_type.clone().unwrap_or_else(|| match types.first() {
            Some(first) => format!("{}-worker", first.to_lowercase()),
            None => "journeyman-worker".to_owned(),
        })
    }

    /// The limits for values.
    pub fn limits(&self) -> Limits {
        Limits {
            max_depth_in: self.max_argument_depth,
            max_depth_out: self.max_result_depth,
            max_bytes: self.max_message_size,
        }
    }

    /// Checks everything that can be checked without a network or files.
    ///
    /// # Errors
    /// The first [`ConfigError`] found.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.endpoints()?;
        self.daemon_key()?;
        if let Some(address) = &self.enrollment_address {
            endpoint("enrollment_address", address)?;
        }
        for name in &self.worker_types {
            check_type(name)?;
        }
        if let Some(name) = &self.service_type
            && (name.is_empty() || name.len() > MAX_NAME || name.contains(['/', '\\', '\0']))
        {
            return Err(ConfigError::new(
                "service_type",
                name,
                "becomes part of file names: give 1 to 256 bytes without a slash",
            ));
        }
        if self.enrollment_attempts == 0 {
            return Err(ConfigError::new("enrollment_attempts", 0, "must be 1 or more"));
        }
        for (key, value) in [
            ("subscription_grace", self.subscription_grace),
            ("ping_timeout", self.ping_timeout),
            ("reply_timeout", self.reply_timeout),
            ("reconnect_interval", self.reconnect_interval),
        ] {
            if value.is_zero() || value > MAX_WAIT {
                let problem = "must be longer than nothing and at most an hour";
                return Err(ConfigError::new(key, format!("{value:?}"), problem));
            }
        }
        within("max_message_size", self.max_message_size, MESSAGE_SIZES)?;
        within("max_argument_depth", self.max_argument_depth, 1..=MAX_ARGUMENT_DEPTH)?;
        within("max_result_depth", self.max_result_depth, 1..=MAX_RESULT_DEPTH)
    }

    /// Sets one setting from text. `key` is its name here, `shown` as the user wrote it.
    fn set(&mut self, key: &str, shown: &str, text: &str) -> Result<(), ConfigError> {
        let wrong = |problem: &str| ConfigError::new(shown, text, problem);
        let duration = || units::parse_duration(text).ok_or_else(|| wrong(units::DURATION_FORM));
        let truth = || text.parse().map_err(|_| wrong("give \"true\" or \"false\""));
        let number = || text.parse().map_err(|_| wrong("give a whole number"));
        match key {
            "era" => {
                self.era = match text {
                    "curve" => Era::Curve,
                    "paseto" => Era::Paseto,
                    _ => return Err(wrong("give \"curve\" (today's) or \"paseto\"")),
                };
            }
            "request_address" => self.request_address = text.to_owned(),
            "response_address" => self.response_address = text.to_owned(),
            "worker_types" => {
                self.worker_types = text.split(',').map(|name| name.trim().to_owned()).collect();
            }
            "private_key" => self.private_key = PathBuf::from(text),
            "public_key" => self.public_key = Some(PathBuf::from(text)),
            "curve" => {
                self.curve = match text {
                    "auto" => Curve::Auto,
                    "on" => Curve::On,
                    "off" => Curve::Off,
                    _ => return Err(wrong("give \"auto\", \"on\" or \"off\"")),
                };
            }
            "daemon_public_key" => self.daemon_public_key = Some(text.to_owned()),
            "data_dir" => self.data_dir = PathBuf::from(text),
            "service_type" => self.service_type = Some(text.to_owned()),
            "hostname" => self.hostname = Some(text.to_owned()),
            "enrollment_address" => self.enrollment_address = Some(text.to_owned()),
            "enrollment_token" => self.enrollment_token = Secret::new(text),
            "enrollment_token_env" => self.enrollment_token_env = Some(text.to_owned()),
            "enrollment_token_file" => self.enrollment_token_file = Some(PathBuf::from(text)),
            "enrollment_attempts" => {
                self.enrollment_attempts =
                    text.parse().map_err(|_| wrong("give a whole number from 1"))?;
            }
            "reenroll" => self.reenroll = truth()?,
            "subscription_grace" => self.subscription_grace = duration()?,
            "ping_timeout" => self.ping_timeout = duration()?,
            "reply_timeout" => self.reply_timeout = duration()?,
            "reconnect_interval" => self.reconnect_interval = duration()?,
            "max_message_size" => {
                self.max_message_size =
                    units::parse_size(text).ok_or_else(|| wrong(units::SIZE_FORM))?;
            }
            "max_argument_depth" => self.max_argument_depth = number()?,
            "max_result_depth" => self.max_result_depth = number()?,
            _ => return Err(ConfigError::bare(shown, "is not a setting")),
        }
        Ok(())
    }
}

/// Checks the name of a worker type.
pub(crate) fn check_type(name: &str) -> Result<(), ConfigError> {
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(ConfigError::new(
            "worker_types",
            name.chars().take(40).collect::<String>(),
            format!("a worker type has 1 to {MAX_NAME} bytes"),
        ));
    }
    Ok(())
}

fn endpoint(key: &str, address: &str) -> Result<Endpoint, ConfigError> {
    Endpoint::from_str(address).map_err(|error| ConfigError::bare(key, error.to_string()))
}

fn within(
    key: &str,
    value: usize,
    range: std::ops::RangeInclusive<usize>,
) -> Result<(), ConfigError> {
    if range.contains(&value) {
        return Ok(());
    }
    let problem = format!("must be from {} to {}", range.start(), range.end());
    Err(ConfigError::new(key, value, problem))
}

/// Shows no secret.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("era", &self.era)
            .field("request_address", &self.request_address)
            .field("response_address", &self.response_address)
            .field("worker_types", &self.worker_types)
            .field("curve", &self.curve)
            .field("data_dir", &self.data_dir)
            .field("service_type", &self.service_type)
            .field("enrollment_address", &self.enrollment_address)
            .field("enrollment_token", &self.enrollment_token)
            .field("enrollment_token_env", &self.enrollment_token_env)
            .field("enrollment_token_file", &self.enrollment_token_file)
            .field("reenroll", &self.reenroll)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
