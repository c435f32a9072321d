//! Settings of the adapter.
//!
//! There are four ways in, and all end in the same [`Config`]: its setters, a URI
//! ([`Config::from_uri`]), environment variables ([`Config::from_env`]), and any serde format such
//! as a TOML file. None of them checks the whole; [`Config::validate`] does.

mod env;
mod native;
mod target;
mod uri;

use std::{path::PathBuf, time::Duration};

use journeyman_core::settings::units;
use serde::Deserialize;

pub use self::{env::KEYS, native::Native};
pub use journeyman_core::settings::ConfigError;

use crate::{DeviceSpecs, EraSetting};

const MAX_TASKS: usize = 1024;
const MAX_INTERVAL: Duration = Duration::from_secs(3600);
const MESSAGE_SIZES: std::ops::RangeInclusive<usize> = 64 << 10..=1 << 30;
/// Longest id of a worker in bytes, with room for what is added to it.
const MAX_WORKER_ID: usize = 200;
/// Names of native handlers that can be listed.
const MAX_NATIVE: usize = 4096;

/// How to be a worker of one foreman. The first seven are upstream's `WorkerConfig` (CrowdCompute
/// sheet, section 10.1).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// The id to register under. Empty, the default, for `worker-` and 8 random digits. See
    /// `fresh_id` for what may be added to it.
    pub worker_id: String,
    /// The foreman's WebSocket: `ws://HOST:9000`, or `wss://` through a proxy. `/worker/ws` is
    /// appended. Default `ws://localhost:9000`.
    pub foreman_url: String,
    /// How many tasks run at a time. The foreman gives one per registration, so this is how many
    /// registrations there are: with more than one, their ids end in `-1`, `-2` and so on. Default 1,
    /// at most 1024. (In upstream it does nothing.)
    pub max_concurrent_tasks: usize,
    /// Whether connections are made anew for ever. When false, the worker ends with the first
    /// attempt that fails or connection that is lost. Default true.
    pub auto_restart: bool,
    /// How often the foreman is told that the worker lives. Default 30 s, at most an hour.
    #[serde(deserialize_with = "units::duration")]
    pub heartbeat_interval: Duration,
    /// Where the worker's HTTP server listens. The adapter opens none; it is for the program
    /// around it. Default `127.0.0.1` (upstream: `0.0.0.0`, which lets anybody in).
    pub api_host: String,
    /// The port of that server. Default 8001.
    pub api_port: u16,
    /// What is known about the foreman's era. Default [`EraSetting::Auto`].
    pub era: EraSetting,
    /// Whether messages have upstream's exact form, where ours is another: results that a foreman
    /// of the seed turns into Python's text of them, heartbeats, texts of errors, and which function
    /// of some source is called. Default false.
    pub compat: bool,
    /// Whether random digits are added to `worker_id`, new ones for each process and for each
    /// registration that lost its connection while idle. A foreman of today that believes its
    /// worker busy with a task which that worker knows nothing of gives the id no task ever
    /// again (sheet, section 16). Where nothing is set: yes, unless `compat` is set or the era is
    /// set to seed.
    pub fresh_id: Option<bool>,
    /// The functions that handlers of Rust's serve, whatever their source says: `NAME`, or
    /// `NAME@SHA256` for just that source, or `*` for all; `=ROUTE` behind it names the handler, where
    /// that has another name than the function. Default none: all code goes to whatever runs Python.
    #[serde(deserialize_with = "native::list")]
    pub native: Vec<Native>,
    /// Base of the backoff between attempts to connect. Default 1 s, at most an hour.
    #[serde(deserialize_with = "units::duration")]
    pub reconnect_interval: Duration,
    /// Largest message in bytes, both ways. Default 16 MiB, from 64 KiB to 1 GiB. A foreman of the
    /// seed takes 1 MiB, which holds for what is sent to it.
    #[serde(deserialize_with = "units::size")]
    pub max_message_size: usize,
    /// What to tell about the machine; what is not set is taken from what the program measured.
    pub device_specs: DeviceSpecs,
    /// The HTTP proxy to go through with `CONNECT`: `HOST:PORT`.
    pub proxy: Option<String>,
    /// For `wss`: PEM file of root certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// For `wss`: PEM file of the client certificate; goes with `key_file`.
    pub cert_file: Option<PathBuf>,
    /// For `wss`: PEM file of the client certificate's key.
    pub key_file: Option<PathBuf>,
    /// **Dangerous**: accept any certificate. For tests on a closed network only.
    pub danger_accept_any_certificate: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            worker_id: String::new(),
            foreman_url: "ws://localhost:9000".to_owned(),
            max_concurrent_tasks: 1,
            auto_restart: true,
            heartbeat_interval: Duration::from_secs(30),
            api_host: "127.0.0.1".to_owned(),
            api_port: 8001,
            era: EraSetting::Auto,
            compat: false,
            fresh_id: None,
            native: Vec::new(),
            reconnect_interval: Duration::from_secs(1),
            max_message_size: 16 << 20,
            device_specs: DeviceSpecs::default(),
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
    /// A worker of this foreman, with defaults for everything else.
    pub fn new(foreman_url: impl Into<String>) -> Self {
        Self { foreman_url: foreman_url.into(), ..Self::default() }
    }

    /// Sets the id to register under.
    #[must_use]
    pub fn worker_id(mut self, worker_id: impl Into<String>) -> Self {
        self.worker_id = worker_id.into();
        self
    }

    /// Sets where the worker's HTTP server listens.
    #[must_use]
    pub fn api_host(mut self, api_host: impl Into<String>) -> Self {
        self.api_host = api_host.into();
        self
    }

    /// Adds a function that a handler of Rust's serves.
    #[must_use]
    pub fn native(mut self, native: Native) -> Self {
        self.native.push(native);
        self
    }

    setters! {
        /// Sets how many tasks run at a time, each under a registration of its own.
        max_concurrent_tasks: usize,
        /// Sets whether connections are made anew for ever.
        auto_restart: bool,
        /// Sets how often the foreman is told that the worker lives.
        heartbeat_interval: Duration,
        /// Sets the port of the worker's HTTP server.
        api_port: u16,
        /// Sets what is known about the foreman's era.
        era: EraSetting,
        /// Sets whether messages have upstream's exact form.
        compat: bool,
        /// Sets whether random digits are added to the id; `None` leaves it to the era.
        fresh_id: Option<bool>,
        /// Sets the base of the backoff.
        reconnect_interval: Duration,
        /// Sets the largest message in bytes.
        max_message_size: usize,
        /// Sets what to tell about the machine.
        device_specs: DeviceSpecs,
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

    /// Whether random digits are added to the id.
    pub fn has_fresh_id(&self) -> bool {
        self.fresh_id.unwrap_or(!self.compat && self.era != EraSetting::Seed)
    }

    /// Checks everything that can be checked without a network or files.
    ///
    /// # Errors
    /// The first [`ConfigError`] found.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.url()?;
        self.http_proxy()?;
        let id = &self.worker_id;
        if id.len() > MAX_WORKER_ID || id.chars().any(char::is_control) {
            let shown: String = id.chars().take(40).collect();
            let problem = "must have at most 200 bytes and no control characters";
            return Err(ConfigError::new("worker_id", shown, problem));
        }
        if !(1..=MAX_TASKS).contains(&self.max_concurrent_tasks) {
            let (value, problem) = (self.max_concurrent_tasks, "must be from 1 to 1024");
            return Err(ConfigError::new("max_concurrent_tasks", value, problem));
        }
        for (key, value) in [
            ("heartbeat_interval", self.heartbeat_interval),
            ("reconnect_interval", self.reconnect_interval),
        ] {
            if value.is_zero() || value > MAX_INTERVAL {
                let problem = "must be longer than nothing and at most an hour";
                return Err(ConfigError::new(key, format!("{value:?}"), problem));
            }
        }
        if !MESSAGE_SIZES.contains(&self.max_message_size) {
            let problem = "must be from 64 KiB to 1 GiB";
            return Err(ConfigError::new("max_message_size", self.max_message_size, problem));
        }
        if self.native.len() > MAX_NATIVE {
            let problem = "must have at most 4096 entries; `*` stands for all functions";
            return Err(ConfigError::new("native", self.native.len(), problem));
        }
        match (&self.cert_file, &self.key_file) {
            (Some(_), None) => Err(ConfigError::bare("key_file", "is missing beside `cert_file`")),
            (None, Some(_)) => Err(ConfigError::bare("cert_file", "is missing beside `key_file`")),
            _ => Ok(()),
        }
    }

    /// Sets one setting from text. `key` is its name here, `shown` as the user wrote it.
    fn set(&mut self, key: &str, shown: &str, text: &str) -> Result<(), ConfigError> {
        let wrong = |problem: &str| ConfigError::new(shown, text, problem);
        let duration = || units::parse_duration(text).ok_or_else(|| wrong(units::DURATION_FORM));
        let flag = || text.parse().map_err(|_| wrong("give \"true\" or \"false\""));
        match key {
            "worker_id" => self.worker_id = text.to_owned(),
            "foreman_url" => self.foreman_url = text.to_owned(),
            "max_concurrent_tasks" => {
                self.max_concurrent_tasks =
                    text.parse().map_err(|_| wrong("give a whole number from 1 to 1024"))?;
            }
            "auto_restart" => self.auto_restart = flag()?,
            "heartbeat_interval" => self.heartbeat_interval = duration()?,
            "api_host" => self.api_host = text.to_owned(),
            "api_port" => {
                self.api_port = text.parse().map_err(|_| wrong("give a port from 0 to 65535"))?;
            }
            "era" => {
                self.era = EraSetting::parse(text)
                    .ok_or_else(|| wrong("give \"auto\", \"seed\" or \"head\""))?;
            }
            "compat" => self.compat = flag()?,
            "fresh_id" => self.fresh_id = Some(flag()?),
            "native" => {
                let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
                self.native = entries
                    .map(|entry| Native::parse(entry).map_err(|problem| wrong(&problem)))
                    .collect::<Result<_, _>>()?;
            }
            "reconnect_interval" => self.reconnect_interval = duration()?,
            "max_message_size" => {
                self.max_message_size =
                    units::parse_size(text).ok_or_else(|| wrong(units::SIZE_FORM))?;
            }
            "proxy" => self.proxy = Some(text.to_owned()),
            "ca_file" => self.ca_file = Some(PathBuf::from(text)),
            "cert_file" => self.cert_file = Some(PathBuf::from(text)),
            "key_file" => self.key_file = Some(PathBuf::from(text)),
            "danger_accept_any_certificate" => self.danger_accept_any_certificate = flag()?,
            _ => return Err(ConfigError::bare(shown, "is not a setting")),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
