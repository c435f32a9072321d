//! Settings from environment variables.

use journeyman_core::settings::variables;

use super::{Config, ConfigError};

/// Settings that have an environment variable: the key of the setting, the variable, and what it
/// means. Those that upstream reads have upstream's names.
pub const KEYS: &[(&str, &str, &str)] = &[
    ("worker_id", "TASKER_WORKER_ID", "who did a step, in its result; empty = random"),
    ("hostname", "HOSTNAME", "on which machine, in the result of a step"),
    (
        "handler_version",
        "JOURNEYMAN_TASKER_HANDLER_VERSION",
        "version of the handlers, in the result of a step",
    ),
    (
        "handlers",
        "JOURNEYMAN_TASKER_HANDLERS",
        "callables that stand for other routes, CALLABLE=ROUTE, comma-separated",
    ),
    ("template_path", "TASKER_TEMPLATE_PATH", "folder of the templates"),
    ("workspace_path", "WORKSPACE_PATH", "where the templates are in `config/tasks`"),
    (
        "step_timeout",
        "JOURNEYMAN_TASKER_STEP_TIMEOUT",
        "how long a step may take whose template says nothing, in seconds",
    ),
    (
        "completion_timeout",
        "JOURNEYMAN_TASKER_COMPLETION_TIMEOUT",
        "how long a step may stay unanswered before the channel fails it, in seconds",
    ),
    ("max_waiting", "JOURNEYMAN_TASKER_MAX_WAITING", "steps that may wait for their turn"),
    ("max_wait", "JOURNEYMAN_TASKER_MAX_WAIT", "how long a step may wait for its turn, in seconds"),
    (
        "starvation_threshold",
        "JOURNEYMAN_TASKER_STARVATION_THRESHOLD",
        "age of a starving step, in seconds",
    ),
    (
        "max_poll_interval",
        "JOURNEYMAN_TASKER_MAX_POLL_INTERVAL",
        "longest wait between looks into a channel that does not wake us",
    ),
    (
        "fallback_poll",
        "JOURNEYMAN_TASKER_FALLBACK_POLL",
        "how often a channel that wakes us is looked at; 0 = never",
    ),
    ("sweep_interval", "JOURNEYMAN_TASKER_SWEEP_INTERVAL", "how often is cleaned up, in seconds"),
    (
        "connect_timeout",
        "JOURNEYMAN_TASKER_CONNECT_TIMEOUT",
        "how long it may take until the channel is there, in seconds",
    ),
    ("max_result_size", "JOURNEYMAN_TASKER_MAX_RESULT_SIZE", "largest result, in bytes of JSON"),
    ("wrap_results", "JOURNEYMAN_TASKER_WRAP_RESULTS", "whether results become objects"),
    ("config_path", "TASKER_CONFIG_PATH", "Tasker's own configuration file"),
    ("environment", "TASKER_ENV", "`test`, `development` or `production`"),
    ("database_url", "DATABASE_URL", "the database, with its password"),
];

impl Config {
    /// Settings from the variables in [`KEYS`]; what is not set, or empty, keeps its default.
    ///
    /// # Errors
    /// [`ConfigError`] when a variable holds something that its setting can not be.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_vars(variables(KEYS.iter().map(|(_, variable, _)| *variable))?)
    }

    /// As [`from_env`](Self::from_env), from variables of one's own. Names that are not in
    /// [`KEYS`] are ignored.
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn from_vars(
        vars: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        for (name, value) in vars {
            let known = KEYS.iter().find(|(_, variable, _)| *variable == name);
            if let Some((key, variable, _)) = known
                && !value.is_empty()
            {
                config.set(key, variable, &value)?;
            }
        }
        Ok(config)
    }
}
