//! Settings from environment variables.

use journeyman_core::settings::variables;

use super::{Config, ConfigError};

/// Settings that have an environment variable: the key of the setting, the variable, and what it
/// means. Upstream's worker reads none.
pub const KEYS: &[(&str, &str, &str)] = &[
    ("worker_id", "CROWDCOMPUTE_WORKER_ID", "id to register under; empty = random"),
    ("foreman_url", "CROWDCOMPUTE_FOREMAN_URL", "foreman's WebSocket, ws://HOST:9000"),
    ("max_concurrent_tasks", "CROWDCOMPUTE_MAX_CONCURRENT_TASKS", "tasks and registrations"),
    ("auto_restart", "CROWDCOMPUTE_AUTO_RESTART", "whether connections are made anew for ever"),
    ("heartbeat_interval", "CROWDCOMPUTE_HEARTBEAT_INTERVAL", "heartbeat interval, in seconds"),
    ("api_host", "CROWDCOMPUTE_API_HOST", "address of the worker's HTTP server"),
    ("api_port", "CROWDCOMPUTE_API_PORT", "port of the worker's HTTP server"),
    ("era", "CROWDCOMPUTE_ERA", "the foreman's era: `auto`, `seed` or `head`"),
    ("compat", "CROWDCOMPUTE_COMPAT", "whether messages have upstream's exact form"),
    ("fresh_id", "CROWDCOMPUTE_FRESH_ID", "whether random digits are added to the id"),
    ("native", "CROWDCOMPUTE_NATIVE", "functions that handlers of Rust's serve, comma-separated"),
    ("reconnect_interval", "CROWDCOMPUTE_RECONNECT_INTERVAL", "base of the backoff, in seconds"),
    ("max_message_size", "CROWDCOMPUTE_MAX_MESSAGE_SIZE", "largest message, in bytes"),
    ("proxy", "CROWDCOMPUTE_PROXY", "HTTP proxy to go through, HOST:PORT"),
    (
        "ca_file",
        "CROWDCOMPUTE_CA_FILE",
        "PEM file of root certificates to trust besides the system's",
    ),
    ("cert_file", "CROWDCOMPUTE_CERT_FILE", "PEM file of the client certificate"),
    ("key_file", "CROWDCOMPUTE_KEY_FILE", "PEM file of the client certificate's key"),
    (
        "danger_accept_any_certificate",
        "CROWDCOMPUTE_DANGER_ACCEPT_ANY_CERTIFICATE",
        "for tests only: accept any certificate",
    ),
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
