//! Settings of the adapter.
//!
//! There are four ways in, and all end in the same [`Config`]: its setters, a URI
//! ([`Config::from_uri`]), environment variables ([`Config::from_env`]), and any serde format such
//! as a TOML file. None of them checks the whole; [`Config::validate`] does, and tells everything
//! that is wrong at once. So does [`upstream`] with the configuration file of Tasker itself.

mod env;
mod problems;
pub mod upstream;
mod uri;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use journeyman_core::{Secret, settings::units};
use serde::{Deserialize, Deserializer};

pub use self::{env::KEYS, problems::ConfigErrors};
pub use journeyman_core::settings::ConfigError;

const MAX_LIMIT: Duration = Duration::from_secs(7 * 24 * 3600);
const INTERVALS: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(1)..=Duration::from_secs(3600);
const RESULT_SIZES: std::ops::RangeInclusive<usize> = 1 << 10..=1 << 28;
const MAX_WAITING: usize = 1 << 20;
const MAX_ID: usize = 255;

/// How to work for Tasker. What belongs to Tasker's own crates (`config_path`, `environment`,
/// `database_url`) is for the program that brings them.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// Who did a step, in its result. Empty, the default, for `journeyman-` and random digits.
    pub worker_id: String,
    /// On which machine, in the result of a step. Default: nothing is said.
    pub hostname: Option<String>,
    /// The version of the handlers, in the result of a step, where a handler says none. Default:
    /// nothing is said.
    pub handler_version: Option<String>,
    /// Callables (with a method: `callable.method`) that stand for routes of another name.
    pub handlers: BTreeMap<String, String>,
    /// The folder of the templates. Default: `config/tasks` in `workspace_path`, else here.
    pub template_path: Option<PathBuf>,
    /// The folder that upstream calls the workspace.
    pub workspace_path: Option<PathBuf>,
    /// How long a step may take whose template says nothing, counted from the moment when it is
    /// taken from the channel. `None` for no limit. Default 30 s, as upstream's.
    #[serde(deserialize_with = "maybe")]
    pub step_timeout: Option<Duration>,
    /// How long a step may stay unanswered before the channel fails it. `None`, the default, for
    /// what the templates make necessary; see [`Config::channel_timeout`].
    #[serde(deserialize_with = "maybe")]
    pub completion_timeout: Option<Duration>,
    /// How many steps may wait for their turn; those beyond are failed at once, to be tried again.
    /// Default 1024.
    pub max_waiting: usize,
    /// How long a step may wait for its turn before it is failed, to be tried again. Default 20 s.
    #[serde(deserialize_with = "units::duration")]
    pub max_wait: Duration,
    /// The age from which on a step in hand counts as starving. Default 10 s.
    #[serde(deserialize_with = "units::duration")]
    pub starvation_threshold: Duration,
    /// The longest wait between two looks into a channel that does not wake us; they begin at 1 ms.
    /// Default 50 ms.
    #[serde(deserialize_with = "units::duration")]
    pub max_poll_interval: Duration,
    /// How often a channel that wakes us is looked at all the same; zero for never. Default 1 s.
    #[serde(deserialize_with = "units::duration")]
    pub fallback_poll: Duration,
    /// How often steps that stayed unanswered are cleaned up and ages are looked at. Default 1 s.
    #[serde(deserialize_with = "units::duration")]
    pub sweep_interval: Duration,
    /// How long it may take until the channel is there: upstream's worker starts for it. Default
    /// 60 s.
    #[serde(deserialize_with = "units::duration")]
    pub connect_timeout: Duration,
    /// The largest result, checkpoint or event of a handler, in bytes of JSON. Default 16 MiB, from
    /// 1 KiB to 256 MiB, which is what the database takes.
    #[serde(deserialize_with = "units::size")]
    pub max_result_size: usize,
    /// Whether a result that is no object becomes one: `{"value": …}`, and `{}` for nothing.
    /// Upstream's helpers assume one. Default true.
    pub wrap_results: bool,
    /// Tasker's own configuration file.
    pub config_path: Option<PathBuf>,
    /// Tasker's name for where it runs: `test`, `development` or `production`. Default
    /// `development`.
    pub environment: String,
    /// The database, with its password.
    pub database_url: Secret,
}

fn maybe<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    units::duration(deserializer).map(Some)
}

impl Default for Config {
    fn default() -> Self {
        Self {
            worker_id: String::new(),
            hostname: None,
            handler_version: None,
            handlers: BTreeMap::new(),
            template_path: None,
            workspace_path: None,
            step_timeout: Some(Duration::from_secs(30)),
            completion_timeout: None,
            max_waiting: 1024,
            max_wait: Duration::from_secs(20),
            starvation_threshold: Duration::from_secs(10),
            max_poll_interval: Duration::from_millis(50),
            fallback_poll: Duration::from_secs(1),
            sweep_interval: Duration::from_secs(1),
            connect_timeout: Duration::from_secs(60),
            max_result_size: 16 << 20,
            wrap_results: true,
            config_path: None,
            environment: "development".to_owned(),
            database_url: Secret::default(),
        }
    }
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $kind:ty,)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, $name: impl Into<$kind>) -> Self {
            self.$name = $name.into();
            self
        }
    )*};
}

impl Config {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets a callable stand for a route of another name.
    #[must_use]
    pub fn handler(mut self, callable: impl Into<String>, route: impl Into<String>) -> Self {
        self.handlers.insert(callable.into(), route.into());
        self
    }

    setters! {
        /// Sets who did a step.
        worker_id: String,
        /// Sets on which machine.
        hostname: Option<String>,
        /// Sets the version of the handlers.
        handler_version: Option<String>,
        /// Sets the folder of the templates.
        template_path: Option<PathBuf>,
        /// Sets the folder that upstream calls the workspace.
        workspace_path: Option<PathBuf>,
        /// Sets how long a step may take whose template says nothing.
        step_timeout: Option<Duration>,
        /// Sets how long a step may stay unanswered.
        completion_timeout: Option<Duration>,
        /// Sets how many steps may wait.
        max_waiting: usize,
        /// Sets how long a step may wait.
        max_wait: Duration,
        /// Sets the age of a starving step.
        starvation_threshold: Duration,
        /// Sets the longest wait between two looks into a channel that does not wake us.
        max_poll_interval: Duration,
        /// Sets how often a channel that wakes us is looked at.
        fallback_poll: Duration,
        /// Sets how often is cleaned up.
        sweep_interval: Duration,
        /// Sets how long it may take until the channel is there.
        connect_timeout: Duration,
        /// Sets the largest result in bytes.
        max_result_size: usize,
        /// Sets whether results become objects.
        wrap_results: bool,
        /// Sets Tasker's own configuration file.
        config_path: Option<PathBuf>,
        /// Sets Tasker's name for where it runs.
        environment: String,
        /// Sets the database.
        database_url: Secret,
    }

    /// The folder of the templates, by upstream's rules (Tasker sheet, section 11).
    pub fn templates_folder(&self) -> PathBuf {
        let in_workspace = |folder: &PathBuf| folder.join("config").join("tasks");
        let workspace = self.workspace_path.as_ref().map(in_workspace);
        let template = self.template_path.clone().or(workspace);
        template.unwrap_or_else(|| PathBuf::from("config").join("tasks"))
    }

    /// How long a channel should leave a step unanswered: what is set, else the longest that a step
    /// of these templates may wait and take, and some time for the answer. What a channel fails is
    /// lost for its handler, so it must not be shorter than any step's limit.
    pub fn channel_timeout(&self, longest: Option<Duration>) -> Duration {
        let longest = self.step_timeout.max(longest).unwrap_or(MAX_LIMIT);
        let enough = longest.saturating_add(self.max_wait).saturating_add(Duration::from_secs(10));
        self.completion_timeout.unwrap_or(enough)
    }

    /// Checks everything that can be checked without files.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn validate(&self) -> Result<(), ConfigErrors> {
        let mut found = Vec::new();
        for (key, text) in [
            ("worker_id", Some(&self.worker_id)),
            ("hostname", self.hostname.as_ref()),
            ("handler_version", self.handler_version.as_ref()),
        ] {
            let Some(text) = text else { continue };
            if text.len() > MAX_ID || text.chars().any(char::is_control) {
                let shown: String = text.chars().take(40).filter(|c| !c.is_control()).collect();
                let problem = "must have at most 255 bytes and no control characters";
                found.push(ConfigError::new(key, shown, problem));
            }
        }
        for (callable, route) in &self.handlers {
            if callable.is_empty() || route.is_empty() {
                let problem = "must map a callable to the name of a route";
                found.push(ConfigError::new("handlers", format!("{callable}={route}"), problem));
            }
        }
        for (key, limit) in
            [("step_timeout", self.step_timeout), ("completion_timeout", self.completion_timeout)]
        {
            let wrong = |limit: &Duration| limit.is_zero() || *limit > MAX_LIMIT;
            if let Some(limit) = limit.filter(wrong) {
                let problem = "must be longer than nothing and at most 7 days";
                found.push(ConfigError::new(key, format!("{limit:?}"), problem));
            }
        }
        for (key, interval, zero) in [
            ("max_wait", self.max_wait, false),
            ("starvation_threshold", self.starvation_threshold, false),
            ("max_poll_interval", self.max_poll_interval, false),
            ("fallback_poll", self.fallback_poll, true),
            ("sweep_interval", self.sweep_interval, false),
            ("connect_timeout", self.connect_timeout, false),
        ] {
            if !(INTERVALS.contains(&interval) || zero && interval.is_zero()) {
                let problem = "must be from 1 ms to an hour";
                found.push(ConfigError::new(key, format!("{interval:?}"), problem));
            }
        }
        if !(1..=MAX_WAITING).contains(&self.max_waiting) {
            let problem = "must be from 1 to 1048576";
            found.push(ConfigError::new("max_waiting", self.max_waiting, problem));
        }
        if !RESULT_SIZES.contains(&self.max_result_size) {
            let problem = "must be from 1 KiB to 256 MiB";
            found.push(ConfigError::new("max_result_size", self.max_result_size, problem));
        }
        if !["test", "development", "production"].contains(&self.environment.as_str()) {
            let shown: String = self.environment.chars().take(40).collect();
            let problem = "give \"test\", \"development\" or \"production\"";
            found.push(ConfigError::new("environment", shown, problem));
        }
        if !self.database_url.is_empty()
            && let Err(error) = upstream::check_database_url("database_url", &self.database_url)
        {
            found.push(error);
        }
        ConfigErrors::check(found)
    }

    /// As [`validate`](Self::validate), for a program that runs Tasker's own worker: what that
    /// cannot do without has to be there.
    ///
    /// # Errors
    /// All that is missing or wrong.
    pub fn validate_live(&self) -> Result<(), ConfigErrors> {
        let mut found = match self.validate() {
            Ok(()) => Vec::new(),
            Err(errors) => errors.into_vec(),
        };
        let missing = [
            ("config_path", self.config_path.is_none(), "the path of Tasker's TOML file"),
            ("database_url", self.database_url.is_empty(), "postgresql://USER:PASSWORD@HOST/NAME"),
        ];
        for (key, is_missing, what) in missing {
            if is_missing {
                let variable = KEYS.iter().find(|(known, ..)| *known == key).map(|(_, v, _)| *v);
                let variable = variable.unwrap_or_default();
                let problem = format!("is missing; give {what} (environment: {variable})");
                found.push(ConfigError::bare(key, problem));
            }
        }
        ConfigErrors::check(found)
    }

    /// Sets one setting from text. `key` is its name here, `shown` as the user wrote it.
    fn set(&mut self, key: &str, shown: &str, text: &str) -> Result<(), ConfigError> {
        let wrong = |problem: &str| ConfigError::new(shown, text, problem);
        let duration = || units::parse_duration(text).ok_or_else(|| wrong(units::DURATION_FORM));
        match key {
            "worker_id" => self.worker_id = text.to_owned(),
            "hostname" => self.hostname = Some(text.to_owned()),
            "handler_version" => self.handler_version = Some(text.to_owned()),
            "handlers" => {
                let pair = |entry: &str| {
                    let (callable, route) = entry.split_once('=')?;
                    Some((callable.trim().to_owned(), route.trim().to_owned()))
                };
                let entries = text.split(',').filter(|entry| !entry.trim().is_empty());
                let map: Option<_> = entries.map(pair).collect();
                self.handlers = map.ok_or_else(|| wrong("give CALLABLE=ROUTE, comma-separated"))?;
            }
            "template_path" => self.template_path = Some(PathBuf::from(text)),
            "workspace_path" => self.workspace_path = Some(PathBuf::from(text)),
            "step_timeout" => self.step_timeout = Some(duration()?),
            "completion_timeout" => self.completion_timeout = Some(duration()?),
            "max_waiting" => {
                self.max_waiting = text.parse().map_err(|_| wrong("give a whole number"))?;
            }
            "max_wait" => self.max_wait = duration()?,
            "starvation_threshold" => self.starvation_threshold = duration()?,
            "max_poll_interval" => self.max_poll_interval = duration()?,
            "fallback_poll" => self.fallback_poll = duration()?,
            "sweep_interval" => self.sweep_interval = duration()?,
            "connect_timeout" => self.connect_timeout = duration()?,
            "max_result_size" => {
                self.max_result_size =
                    units::parse_size(text).ok_or_else(|| wrong(units::SIZE_FORM))?;
            }
            "wrap_results" => {
                self.wrap_results =
                    text.parse().map_err(|_| wrong("give \"true\" or \"false\""))?;
            }
            "config_path" => self.config_path = Some(PathBuf::from(text)),
            "environment" => self.environment = text.to_owned(),
            "database_url" => self.database_url = Secret::new(text),
            _ => return Err(ConfigError::bare(shown, "is not a setting")),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
