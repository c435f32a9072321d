//! Settings of the adapter.
//!
//! There are four ways in, and all end in the same [`Config`]: its setters, a URI
//! ([`Config::from_uri`]), environment variables ([`Config::from_env`]), and any serde format such
//! as a TOML file. None of them checks the whole; [`Config::validate`] does.

mod env;
mod resources;
mod uri;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use journeyman_core::{Secret, settings::units};
use journeyman_ws::{ClientIdentity, Proxy, TlsConfig};
use serde::Deserialize;

pub use self::env::KEYS;
pub use self::resources::{ResourceInfo, ResourceValue};
use crate::auth;
use crate::endpoint::{Endpoint, redacted};
use crate::wire::{Limits, WorkerRegister};
pub use journeyman_core::settings::ConfigError;

/// The variable that holds the worker token; the command provisioner of the controller sets it.
pub const TOKEN_VARIABLE: &str = "DISTWORKER_WORKER_TOKEN";

const MAX_CONNECTIONS: usize = 1024;
const MAX_INTERVAL: Duration = Duration::from_secs(3600);
const MIN_MESSAGE_SIZE: usize = 4096;
const MAX_MESSAGE_SIZE: usize = 1 << 30;

/// What to do when the controller's idle time passes without a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum IdlePolicy {
    /// Stay. The default: a static worker would otherwise end after an idle hour, since the
    /// controller's default is 3600 s.
    #[default]
    Ignore,
    /// Drain and end, as the Python SDK does; right for workers that the controller starts.
    Exit,
}

/// How to be a worker of one DistWorker controller.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// The worker port of the controller: `http://HOST:8081`; see
    /// [`Endpoint`] for what else is accepted.
    pub controller_url: String,
    /// The name of a provisioner in the controller's configuration.
    pub provisioner: String,
    /// Empty for a static worker. Only a worker that the controller starts has an id, and finds it
    /// in `DISTWORKER_WORKER_ID`; made-up ids are refused.
    pub worker_id: String,
    worker_token: Secret,
    /// Name of an environment variable that holds the token.
    pub worker_token_env: Option<String>,
    /// File that holds the token; one line end at its end does not count.
    pub worker_token_file: Option<PathBuf>,
    /// What to tell about the machine.
    pub resource_info: ResourceInfo,
    /// Base of the backoff between attempts to connect. Default 5 s, at most an hour.
    #[serde(deserialize_with = "units::duration")]
    pub reconnect_interval: Duration,
    /// How often health and usage are reported. Default 30 s, at most an hour; beyond 180 s the
    /// controller stops listing the worker, though tasks still come.
    #[serde(deserialize_with = "units::duration")]
    pub heartbeat_interval: Duration,
    /// With `N`, the worker gives up when more than `N` attempts to connect in a row have failed,
    /// so 0 is one attempt; -1, the default, is for ever.
    pub max_reconnect_attempts: i64,
    /// How many connections this worker registers. The controller gives each one task at a time,
    /// and lists each as a worker of its own. Default 1, at most 1024.
    pub connections: usize,
    /// What the controller's idle time means.
    pub idle: IdlePolicy,
    /// Largest message in bytes, both ways. Default 16 MiB, from 4 KiB to 1 GiB.
    #[serde(deserialize_with = "units::size")]
    pub max_message_size: usize,
    /// The HTTP proxy to go through with `CONNECT`: `HOST:PORT`.
    pub proxy: Option<String>,
    /// For `https` and `wss`: PEM file of root certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// For `https` and `wss`: PEM file of the client certificate; goes with `key_file`.
    pub cert_file: Option<PathBuf>,
    /// For `https` and `wss`: PEM file of the client certificate's key.
    pub key_file: Option<PathBuf>,
    /// **Dangerous**: accept any certificate. For tests on a closed network only.
    pub danger_accept_any_certificate: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            controller_url: String::new(),
            provisioner: String::new(),
            worker_id: String::new(),
            worker_token: Secret::default(),
            worker_token_env: None,
            worker_token_file: None,
            resource_info: ResourceInfo::default(),
            reconnect_interval: Duration::from_secs(5),
            heartbeat_interval: Duration::from_secs(30),
            max_reconnect_attempts: -1,
            connections: 1,
            idle: IdlePolicy::Ignore,
            max_message_size: 16 << 20,
            proxy: None,
            ca_file: None,
            cert_file: None,
            key_file: None,
            danger_accept_any_certificate: false,
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
    /// A static worker of `provisioner`, with defaults for everything else. The token is still to
    /// be given.
    pub fn new(controller_url: impl Into<String>, provisioner: impl Into<String>) -> Self {
        Self {
            controller_url: controller_url.into(),
            provisioner: provisioner.into(),
            ..Self::default()
        }
    }

    /// Sets the id that the controller gave to this worker.
    #[must_use]
    pub fn worker_id(mut self, worker_id: impl Into<String>) -> Self {
        self.worker_id = worker_id.into();
        self
    }

    /// Sets the token. It is not trimmed: the controller does not trim its own either.
    #[must_use]
    pub fn worker_token(mut self, worker_token: impl Into<String>) -> Self {
        self.worker_token = Secret::new(worker_token.into());
        self
    }

    setters! {
        /// Sets what to tell about the machine.
        resource_info: ResourceInfo,
        /// Sets the base of the backoff.
        reconnect_interval: Duration,
        /// Sets how often health and usage are reported.
        heartbeat_interval: Duration,
        /// Sets after how many failures in a row one more is the last; -1 = never.
        max_reconnect_attempts: i64,
        /// Sets how many connections are registered.
        connections: usize,
        /// Sets what the controller's idle time means.
        idle: IdlePolicy,
        /// Sets the largest message in bytes.
        max_message_size: usize,
        /// Sets the HTTP proxy to go through: `HOST:PORT`.
        proxy: Option<String>,
        /// Sets the PEM file of root certificates to trust besides the system's.
        ca_file: Option<PathBuf>,
        /// Sets the PEM file of the client certificate.
        cert_file: Option<PathBuf>,
        /// Sets the PEM file of the client certificate's key.
        key_file: Option<PathBuf>,
        /// **Dangerous**: accept any certificate.
        danger_accept_any_certificate: bool,
    }

    /// A registration, signed with the token. `measured` gives what `resource_info` leaves open.
    ///
    /// # Errors
    /// [`ConfigError`] when `resource_info` holds something that the wire can not carry, which
    /// [`validate`](Self::validate) would have found.
    pub fn registration(
        &self,
        measured: &ResourceInfo,
        now: SystemTime,
    ) -> Result<WorkerRegister, ConfigError> {
        let machine = self.resource_info.to_wire(measured)?;
        let token = self.worker_token.expose();
        Ok(auth::registration(token, &self.provisioner, &self.worker_id, Some(machine), now))
    }

    /// Where to connect to.
    ///
    /// # Errors
    /// [`ConfigError`] when `controller_url` is not the URL of a controller.
    pub fn endpoint(&self) -> Result<Endpoint, ConfigError> {
        if self.controller_url.is_empty() {
            return Err(ConfigError::bare(
                "controller_url",
                "is not set; give the worker port of the controller, such as http://HOST:8081",
            ));
        }
        Endpoint::parse(&self.controller_url)
            .map_err(|error| ConfigError::bare("controller_url", error.to_string()))
    }

    /// How a controller behind TLS is verified. Reads the files that are named for it.
    ///
    /// # Errors
    /// [`ConfigError`] when a file can not be read, or one of certificate and key is missing.
    pub fn tls(&self) -> Result<TlsConfig, ConfigError> {
        let mut tls = TlsConfig::default();
        if let Some(path) = &self.ca_file {
            tls.roots_pem = pem("ca_file", path)?;
        }
        tls.identity = match (&self.cert_file, &self.key_file) {
            (Some(cert), Some(key)) => {
                Some(ClientIdentity::new(pem("cert_file", cert)?, pem("key_file", key)?))
            }
            (None, None) => None,
            (Some(_), None) => {
                return Err(ConfigError::bare("key_file", "is not set, but `cert_file` is"));
            }
            (None, Some(_)) => {
                return Err(ConfigError::bare("cert_file", "is not set, but `key_file` is"));
            }
        };
        tls.danger_accept_any_certificate = self.danger_accept_any_certificate;
        Ok(tls)
    }

    /// The proxy to go through, if one is set.
    ///
    /// # Errors
    /// [`ConfigError`] when it is not `HOST:PORT`.
    pub fn http_proxy(&self) -> Result<Option<Proxy>, ConfigError> {
        let Some(text) = &self.proxy else { return Ok(None) };
        let address = text.strip_prefix("http://").unwrap_or(text).trim_end_matches('/');
        let parts = address.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        match parts.and_then(|(host, port)| Some((host, port.parse().ok()?))) {
            // What stands before an `@` would be a secret.
            Some((host, port)) if !host.contains(['@', '/']) => Ok(Some(Proxy::new(host, port))),
            _ => Err(ConfigError::bare("proxy", "is not HOST:PORT of an HTTP proxy")),
        }
    }

    /// The limits for received messages.
    pub fn limits(&self) -> Limits {
        Limits { max_message_bytes: self.max_message_size, ..Limits::default() }
    }

    /// Reads the token from the variable or file that is named for it, if one is.
    ///
    /// # Errors
    /// [`ConfigError`] when several sources are given, or the one given can not be read.
    pub fn load_secrets(&mut self) -> Result<(), ConfigError> {
        self.load_secrets_with(|name| std::env::var(name).ok())
    }

    fn load_secrets_with(
        &mut self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<(), ConfigError> {
        let sources = [
            !self.worker_token.is_empty(),
            self.worker_token_env.is_some(),
            self.worker_token_file.is_some(),
        ];
        if sources.into_iter().filter(|given| *given).count() > 1 {
            return Err(ConfigError::bare(
                "worker_token",
                "is given more than once; keep one of `worker_token`, `worker_token_env` and \
                 `worker_token_file`",
            ));
        }
        if let Some(name) = self.worker_token_env.take() {
            let Some(text) = variable(&name).filter(|text| !text.is_empty()) else {
                return Err(ConfigError::new(
                    "worker_token_env",
                    name,
                    "this environment variable is not set; set it to the token of the provisioner",
                ));
            };
            self.worker_token = Secret::new(text);
        }
        if let Some(path) = self.worker_token_file.take() {
            let text = std::fs::read_to_string(&path).map_err(|error| {
                ConfigError::new(
                    "worker_token_file",
                    path.display(),
                    format!(
                        "can not be read ({error}); write the token of the provisioner into it"
                    ),
                )
            })?;
            // Editors end the last line; nothing else is trimmed.
            let text = text
                .strip_suffix('\n')
                .map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
            self.worker_token = Secret::new(text.to_owned());
        }
        Ok(())
    }

    /// Checks everything that can be checked without a network.
    ///
    /// # Errors
    /// The first [`ConfigError`] found.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.endpoint()?;
        self.http_proxy()?;
        if self.provisioner.is_empty() {
            return Err(ConfigError::bare(
                "provisioner",
                "is not set; give the name of a provisioner in the controller's configuration",
            ));
        }
        if self.worker_token_env.is_some() || self.worker_token_file.is_some() {
            return Err(ConfigError::bare(
                "worker_token",
                "is named and was not read yet; call `load_secrets` first",
            ));
        }
        if self.worker_token.is_empty() {
            return Err(ConfigError::bare(
                "worker_token",
                format!(
                    "is not set; set {TOKEN_VARIABLE} or a token file to the token of the \
                     provisioner"
                ),
            ));
        }
        interval("reconnect_interval", self.reconnect_interval)?;
        interval("heartbeat_interval", self.heartbeat_interval)?;
        if self.max_reconnect_attempts < -1 {
            return Err(ConfigError::new(
                "max_reconnect_attempts",
                self.max_reconnect_attempts,
                "must be -1 (for ever) or more",
            ));
        }
        if !(1..=MAX_CONNECTIONS).contains(&self.connections) {
            return Err(ConfigError::new(
                "connections",
                self.connections,
                format!("must be from 1 to {MAX_CONNECTIONS}"),
            ));
        }
        if self.connections > 1 && !self.worker_id.is_empty() {
            return Err(ConfigError::new(
                "connections",
                self.connections,
                "a worker with a `worker_id` has one connection: the controller gives tasks only \
                 to the newest of that id; set it to 1",
            ));
        }
        if !(MIN_MESSAGE_SIZE..=MAX_MESSAGE_SIZE).contains(&self.max_message_size) {
            return Err(ConfigError::new(
                "max_message_size",
                self.max_message_size,
                format!("must be from {MIN_MESSAGE_SIZE} to {MAX_MESSAGE_SIZE} bytes"),
            ));
        }
        self.resource_info.validate()
    }

    /// Sets one setting from text. `key` is its name here, `shown` as the user wrote it.
    fn set(&mut self, key: &str, shown: &str, text: &str) -> Result<(), ConfigError> {
        let wrong = |problem: &str| ConfigError::new(shown, text, problem);
        match key {
            "controller_url" => self.controller_url = text.to_owned(),
            "provisioner" => self.provisioner = text.to_owned(),
            "worker_id" => self.worker_id = text.to_owned(),
            "worker_token" => self.worker_token = Secret::new(text.to_owned()),
            "worker_token_env" => self.worker_token_env = Some(text.to_owned()),
            "worker_token_file" => self.worker_token_file = Some(PathBuf::from(text)),
            "reconnect_interval" => {
                self.reconnect_interval =
                    units::parse_duration(text).ok_or_else(|| wrong(units::DURATION_FORM))?;
            }
            "heartbeat_interval" => {
                self.heartbeat_interval =
                    units::parse_duration(text).ok_or_else(|| wrong(units::DURATION_FORM))?;
            }
            "max_reconnect_attempts" => {
                self.max_reconnect_attempts =
                    text.parse().map_err(|_| wrong("give a whole number; -1 is for ever"))?;
            }
            "connections" => {
                self.connections =
                    text.parse().map_err(|_| wrong("give a whole number from 1 to 1024"))?;
            }
            "idle" => {
                self.idle = match text {
                    "ignore" => IdlePolicy::Ignore,
                    "exit" => IdlePolicy::Exit,
                    _ => return Err(wrong("give \"ignore\" or \"exit\"")),
                };
            }
            "max_message_size" => {
                self.max_message_size =
                    units::parse_size(text).ok_or_else(|| wrong(units::SIZE_FORM))?;
            }
            "proxy" => self.proxy = Some(text.to_owned()),
            "ca_file" => self.ca_file = Some(PathBuf::from(text)),
            "cert_file" => self.cert_file = Some(PathBuf::from(text)),
            "key_file" => self.key_file = Some(PathBuf::from(text)),
            "danger_accept_any_certificate" => {
                self.danger_accept_any_certificate =
                    text.parse().map_err(|_| wrong("give \"true\" or \"false\""))?;
            }
            _ => return Err(ConfigError::bare(shown, "is not a setting")),
        }
        Ok(())
    }
}

fn pem(key: &str, path: &Path) -> Result<Vec<u8>, ConfigError> {
    std::fs::read(path).map_err(|error| {
        ConfigError::new(key, path.display(), format!("can not be read ({error})"))
    })
}

fn interval(key: &str, value: Duration) -> Result<(), ConfigError> {
    if value.is_zero() || value > MAX_INTERVAL {
        return Err(ConfigError::new(
            key,
            format!("{value:?}"),
            "must be longer than nothing and at most an hour",
        ));
    }
    Ok(())
}

/// Shows no secret: not the token, and of the URL neither user, password nor query.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("controller_url", &redacted(&self.controller_url))
            .field("provisioner", &self.provisioner)
            .field("worker_id", &self.worker_id)
            .field("worker_token", &self.worker_token)
            .field("worker_token_env", &self.worker_token_env)
            .field("worker_token_file", &self.worker_token_file)
            .field("resource_info", &self.resource_info)
            .field("reconnect_interval", &self.reconnect_interval)
            .field("heartbeat_interval", &self.heartbeat_interval)
            .field("max_reconnect_attempts", &self.max_reconnect_attempts)
            .field("connections", &self.connections)
            .field("idle", &self.idle)
            .field("max_message_size", &self.max_message_size)
            .field("proxy", &self.proxy)
            .field("ca_file", &self.ca_file)
            .field("cert_file", &self.cert_file)
            .field("key_file", &self.key_file)
            .field("danger_accept_any_certificate", &self.danger_accept_any_certificate)
            .finish()
    }
}

#[cfg(test)]
mod tests;
