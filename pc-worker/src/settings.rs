//! What the worker is told.

use std::{
    fmt,
    marker::PhantomData,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use journeyman_core::{
    Router, Secret,
    router::IntoRoute,
    settings::{ConfigError, units, variables},
};
use journeyman_crowdcompute::{Config, Native};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

/// The variable that holds the monitor's token.
pub const TOKEN: &str = "JOURNEYMAN_MONITOR_TOKEN";
/// The variable that opens the monitor to everybody: `true` or `false`.
pub const INSECURE_OPEN: &str = "JOURNEYMAN_MONITOR_INSECURE_OPEN";

/// The shortest token that is taken, in bytes.
const SHORTEST_TOKEN: usize = 16;

/// How to be a worker. In a file, the parts are tables: `[crowdcompute]`, `[python]`, `[monitor]`;
/// the latter two may be `false` instead.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Settings {
    /// The foreman, and upstream's `WorkerConfig`. Where the HTTP server listens is in `api_host`
    /// and `api_port`.
    #[serde(rename = "crowdcompute")]
    pub crowd: Config,
    /// The Python that runs tasks as they were sent; `None` runs none. Its `size`, where it is left
    /// at its default, becomes the number of tasks at a time.
    #[cfg(unix)]
    #[serde(deserialize_with = "switched")]
    pub python: Option<journeyman_executor::Config>,
    /// The HTTP server; `None` opens none.
    #[serde(deserialize_with = "switched")]
    pub monitor: Option<MonitorSettings>,
    /// Whether to refuse to start without all parts of the sandbox. Default false.
    pub require_sandbox: bool,
    /// Whether everybody may steer the worker who reaches an address that is not loopback. Default
    /// false.
    pub insecure_open: bool,
    /// The token that the HTTP server wants for everything but health; at least 16 bytes. It must
    /// be there when `api_host` is not loopback, unless `insecure_open`.
    pub token: Option<Secret>,
    /// How long tasks in work may go on after the stop was asked for. Default 30 s.
    #[serde(deserialize_with = "units::duration")]
    pub drain_timeout: Duration,
    /// Native handlers, by the names of functions. Which of them take the place of code that was
    /// sent is for [`Config::native`] to say.
    #[serde(skip)]
    pub router: Router,
    /// Where the text of `/metrics` comes from when the process has a Prometheus recorder.
    #[serde(skip)]
    pub metrics: Option<MetricsText>,
}

/// What gives the text of a Prometheus recorder.
#[derive(Clone)]
pub struct MetricsText(pub(crate) Arc<dyn Fn() -> String + Send + Sync>);

impl MetricsText {
    /// The text comes from here: such as `move || handle.render()`.
    pub fn new(text: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(text))
    }
}

impl fmt::Debug for MetricsText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MetricsText")
    }
}

/// The HTTP server beside what upstream's `WorkerConfig` says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MonitorSettings {
    /// What the dashboard calls the worker. Default: `CrowdCompute worker`.
    pub name: Option<String>,
    /// Whether it shows and steers nothing. Default false.
    pub read_only: bool,
    /// Host names by which it may be asked, besides `localhost` and IP addresses.
    pub allow_hosts: Vec<String>,
    /// Web origins whose pages may steer the worker, besides its own.
    pub allow_origins: Vec<String>,
    /// Whether pages of every site may read upstream's paths and restart the worker, as with
    /// upstream. Default false.
    pub wildcard_cors: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            crowd: Config::default(),
            #[cfg(unix)]
            python: Some(journeyman_executor::Config::default()),
            monitor: Some(MonitorSettings::default()),
            require_sandbox: false,
            insecure_open: false,
            token: None,
            drain_timeout: Duration::from_secs(30),
            router: Router::new(),
            metrics: None,
        }
    }
}

impl From<Config> for Settings {
    fn from(crowd: Config) -> Self {
        Self { crowd, ..Self::default() }
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

impl Settings {
    /// A worker of this foreman that runs Python and has a monitor on loopback.
    pub fn new(crowd: Config) -> Self {
        crowd.into()
    }

    setters! {
        /// Sets the HTTP server; `None` opens none.
        monitor: Option<MonitorSettings>,
        /// Sets whether to refuse to start without all parts of the sandbox.
        require_sandbox: bool,
        /// Sets whether an address that others reach may be open without a token.
        insecure_open: bool,
        /// Sets the token of the HTTP server.
        token: Option<Secret>,
        /// Sets how long tasks in work may go on after the stop was asked for.
        drain_timeout: Duration,
        /// Sets where the text of `/metrics` comes from.
        metrics: Option<MetricsText>,
    }

    /// Sets the Python that runs tasks; `None` runs none.
    #[cfg(unix)]
    #[must_use]
    pub fn python(mut self, python: Option<journeyman_executor::Config>) -> Self {
        self.python = python;
        self
    }

    /// Serves every task whose function has this name with a handler, whatever its source says.
    #[must_use]
    pub fn native<M>(mut self, name: &str, handler: impl IntoRoute<M>) -> Self {
        self.crowd = self.crowd.native(Native::named(name));
        self.router = self.router.route(name, handler);
        self
    }

    /// Adds native handlers. Which of them take the place of code that was sent is for
    /// [`Config::native`] to say.
    #[must_use]
    pub fn routes(mut self, router: Router) -> Self {
        self.router = self.router.merge(router);
        self
    }

    /// Settings from the variables of the adapter, of the executor, and [`TOKEN`] and
    /// [`INSECURE_OPEN`]; what is not set keeps its default.
    ///
    /// # Errors
    /// [`ConfigError`] when a variable holds something that its setting cannot be.
    pub fn from_env() -> Result<Self, ConfigError> {
        let mut settings = Self::new(Config::from_env()?);
        #[cfg(unix)]
        {
            settings.python = Some(journeyman_executor::Config::from_env()?);
        }
        for (name, value) in variables([TOKEN, INSECURE_OPEN])? {
            match name.as_str() {
                TOKEN => settings.token = Some(Secret::new(value)),
                _ => {
                    let wrong = || ConfigError::new(&name, &value, "give \"true\" or \"false\"");
                    settings.insecure_open = value.parse().map_err(|_| wrong())?;
                }
            }
        }
        Ok(settings)
    }

    /// Checks everything that can be checked without starting anything.
    ///
    /// # Errors
    /// The first [`ConfigError`] found.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.crowd.validate()?;
        #[cfg(unix)]
        if let Some(python) = &self.python {
            python.validate()?;
            if self.require_sandbox && !python.sandbox {
                return Err(ConfigError::bare(
                    "require_sandbox",
                    "cannot be had with sandbox = false: remove one of the two",
                ));
            }
        }
        match &self.monitor {
            Some(_) => self.check_monitor(),
            None => Ok(()),
        }
    }

    fn check_monitor(&self) -> Result<(), ConfigError> {
        let host = self.crowd.api_host.as_str();
        if host.is_empty() || host.contains(['/', ' ']) {
            let problem = "give an address of this machine, such as 127.0.0.1 or 0.0.0.0";
            return Err(ConfigError::new("api_host", host, problem));
        }
        match &self.token {
            Some(token) if token.expose().len() < SHORTEST_TOKEN => Err(ConfigError::bare(
                "token",
                format!(
                    "is shorter than {SHORTEST_TOKEN} bytes; take a long random one, such as of \
                     `openssl rand -hex 24`"
                ),
            )),
            None if !is_loopback(host) && !self.insecure_open => Err(ConfigError::new(
                "api_host",
                host,
                format!(
                    "others can reach that address, and whoever does could stop this worker and \
                     read what its tasks print: set a token (--token-file, {TOKEN}), listen on \
                     127.0.0.1, or give --insecure-open if everybody may"
                ),
            )),
            _ => Ok(()),
        }
    }

    /// The executor's settings, with what is decided here.
    #[cfg(unix)]
    pub(crate) fn executor(&self) -> Option<journeyman_executor::Config> {
        let python = self.python.clone()?;
        let size = match python.size == journeyman_executor::Config::default().size {
            true => self.crowd.max_concurrent_tasks,
            false => python.size,
        };
        let required = self.require_sandbox || python.require_sandbox;
        Some(python.size(size).require_sandbox(required))
    }
}

/// Whether only this machine reaches it. A name other than `localhost` may be anything.
fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The address of `api_host`, where it is no name that has to be looked up.
pub(crate) fn address(host: &str) -> Option<IpAddr> {
    match host {
        "localhost" => Some(Ipv4Addr::LOCALHOST.into()),
        other => other.parse().ok(),
    }
}

/// Reads a table; `false` is none, and `true` its defaults.
fn switched<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    struct Switched<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for Switched<T> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a table, or `false` for none")
        }

        fn visit_bool<E>(self, on: bool) -> Result<Option<T>, E> {
            Ok(on.then(T::default))
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map)).map(Some)
        }
    }

    deserializer.deserialize_any(Switched(PhantomData))
}
