//! Settings from environment variables.

use journeyman_core::settings::variables;

use super::{Config, ConfigError, TOKEN_VARIABLE};

/// Settings that have an environment variable: the key of the setting, the variable, and what it
/// means. Those that begin with `WORKER_`, and the enrollment token, are the ones that upstream's
/// examples read (mooR sheet, sections 6.2 and 7.5).
pub const KEYS: &[(&str, &str, &str)] = &[
    ("era", "MOOR_ERA", "`curve` (today's wire) or `paseto`"),
    ("request_address", "WORKER_REQUEST_ADDR", "where the daemon publishes requests"),
    ("response_address", "WORKER_RESPONSE_ADDR", "where the daemon takes answers"),
    ("worker_types", "MOOR_WORKER_TYPES", "names of the worker, separated by commas"),
    ("private_key", "WORKER_PRIVATE_KEY", "PASETO era: PEM file of the private key"),
    ("public_key", "WORKER_PUBLIC_KEY", "PASETO era: PEM file of the public key"),
    ("curve", "MOOR_CURVE", "which sockets are encrypted: `auto`, `on` or `off`"),
    ("daemon_public_key", "MOOR_DAEMON_PUBLIC_KEY", "the daemon's CURVE key, instead of enrolling"),
    ("data_dir", "MOOR_DATA_DIR", "folder of key pair and identity"),
    ("service_type", "MOOR_SERVICE_TYPE", "name for the enrollment and the files"),
    ("hostname", "MOOR_HOSTNAME", "name of this host for the enrollment"),
    ("enrollment_address", "MOOR_ENROLLMENT_ADDRESS", "where the daemon enrolls workers"),
    ("enrollment_token", TOKEN_VARIABLE, "enrollment token"),
    ("enrollment_token_file", "MOOR_ENROLLMENT_TOKEN_FILE", "file that holds the enrollment token"),
    ("enrollment_attempts", "MOOR_ENROLLMENT_ATTEMPTS", "failed attempts before giving up"),
    ("reenroll", "MOOR_REENROLL", "enroll anew when an enrolled key is refused"),
    (
        "subscription_grace",
        "MOOR_SUBSCRIPTION_GRACE",
        "wait for a subscription that nothing proves, in seconds",
    ),
    ("ping_timeout", "MOOR_PING_TIMEOUT", "longest time without a ping, in seconds"),
    ("reply_timeout", "MOOR_REPLY_TIMEOUT", "longest wait for an acknowledgement, in seconds"),
    ("reconnect_interval", "MOOR_RECONNECT_INTERVAL", "base of the backoff, in seconds"),
    ("max_message_size", "MOOR_MAX_MESSAGE_SIZE", "largest message, in bytes"),
    ("max_argument_depth", "MOOR_MAX_ARGUMENT_DEPTH", "deepest nesting of arguments"),
    ("max_result_depth", "MOOR_MAX_RESULT_DEPTH", "deepest nesting of a result"),
];

impl Config {
    /// Settings from the variables in [`KEYS`]; what is not set, or empty, keeps its default. The
    /// enrollment token is read, if a file is named for it.
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
