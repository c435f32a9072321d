//! Settings from environment variables.

use journeyman_core::settings::variables;

use super::{Config, ConfigError, TOKEN_VARIABLE};

/// Settings that have an environment variable: the key of the setting, the variable, and what it
/// means. The first four are the ones that the command provisioner of the controller sets
/// (DistWorker sheet, section 10). Other variables that begin with `DISTWORKER_` belong to the
/// controller, and a worker that it starts inherits them.
pub const KEYS: &[(&str, &str, &str)] = &[
    ("controller_url", "DISTWORKER_CONTROLLER_URL", "URL of the controller's worker port"),
    ("provisioner", "DISTWORKER_PROVISIONER", "name of the provisioner"),
    ("worker_id", "DISTWORKER_WORKER_ID", "id that the controller gave; empty = static worker"),
    ("worker_token", TOKEN_VARIABLE, "token of the provisioner or of the id"),
    ("worker_token_file", "DISTWORKER_WORKER_TOKEN_FILE", "file that holds the token"),
    ("reconnect_interval", "DISTWORKER_RECONNECT_INTERVAL", "base of the backoff, in seconds"),
    ("heartbeat_interval", "DISTWORKER_HEARTBEAT_INTERVAL", "heartbeat interval, in seconds"),
    (
        "max_reconnect_attempts",
        "DISTWORKER_MAX_RECONNECT_ATTEMPTS",
        "give up when more attempts in a row have failed; -1 = never",
    ),
    ("connections", "DISTWORKER_CONNECTIONS", "connections to register"),
    ("idle", "DISTWORKER_IDLE", "`ignore` or `exit` when the controller's idle time passes"),
    ("max_message_size", "DISTWORKER_MAX_MESSAGE_SIZE", "largest message, in bytes"),
    ("proxy", "DISTWORKER_PROXY", "HTTP proxy to go through, HOST:PORT"),
    (
        "ca_file",
        "DISTWORKER_CA_FILE",
        "PEM file of root certificates to trust besides the system's",
    ),
    ("cert_file", "DISTWORKER_CERT_FILE", "PEM file of the client certificate"),
    ("key_file", "DISTWORKER_KEY_FILE", "PEM file of the client certificate's key"),
];

impl Config {
    /// Settings from the variables in [`KEYS`]; what is not set, or empty, keeps its default. The
    /// token is read, if a file is named for it.
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
        config.load_secrets()?;
        Ok(config)
    }
}
