//! Settings from environment variables.

use journeyman_core::settings::variables;

use super::{Config, ConfigError};
use crate::Profile;

/// Settings that have an environment variable: the key of the setting, the variable, and what it
/// means. Those that begin with `MQTT_` are upstream's (Halloween sheet, sections 0 and 4.5); of
/// the two pairs for the credentials, the one of the profile counts.
pub const KEYS: &[(&str, &str, &str)] = &[
    ("profile", "HALLOWEEN_PROFILE", "upstream's revision: `head` or `seed`"),
    ("host", "MQTT_HOST", "the broker's host"),
    ("port", "MQTT_PORT", "the broker's port"),
    ("url", "HALLOWEEN_URL", "the broker as a URL, instead of host and port"),
    ("username", "MQTT_WORKER_USER", "user name (profile head)"),
    ("password", "MQTT_WORKER_PW", "password (profile head)"),
    ("username", "MQTT_USERNAME", "user name (profile seed)"),
    ("password", "MQTT_PASSWORD", "password (profile seed)"),
    ("password_file", "HALLOWEEN_PASSWORD_FILE", "file that holds the password"),
    ("client_id", "MQTT_CLIENT_ID", "client id of the host; those of the props follow from it"),
    ("shared_connection", "HALLOWEEN_SHARED_CONNECTION", "one connection for all props"),
    ("prop", "HALLOWEEN_PROP", "id of the prop, for a worker that is one prop"),
    ("mqtt", "HALLOWEEN_MQTT", "version of MQTT: `3.1.1` or `5`"),
    ("form", "HALLOWEEN_FORM", "texts of commands and values: `python` or `json`"),
    ("params", "HALLOWEEN_PARAMS", "take `params` of a command that has no `args`"),
    ("ack", "HALLOWEEN_ACK", "when commands are acknowledged: at `receipt` or when `settled`"),
    ("command_qos", "HALLOWEEN_COMMAND_QOS", "QoS of the subscription to commands"),
    ("retained", "HALLOWEEN_RETAINED", "retained commands: `ignore`, `run` or `clear`"),
    ("telemetry_rate", "HALLOWEEN_TELEMETRY_RATE", "telemetry messages of a prop per second"),
    ("telemetry_burst", "HALLOWEEN_TELEMETRY_BURST", "telemetry messages of a prop at once"),
    ("offline_queue", "HALLOWEEN_OFFLINE_QUEUE", "messages kept while the broker is away"),
    ("refused_attempts", "HALLOWEEN_REFUSED_ATTEMPTS", "refusals in a row before giving up"),
    ("keep_alive", "HALLOWEEN_KEEP_ALIVE", "keep-alive, in seconds"),
    ("reconnect_interval", "HALLOWEEN_RECONNECT_INTERVAL", "base of the backoff, in seconds"),
    ("max_message_size", "HALLOWEEN_MAX_MESSAGE_SIZE", "largest message, in bytes"),
    ("receive_maximum", "HALLOWEEN_RECEIVE_MAXIMUM", "MQTT 5: commands ahead of acknowledgements"),
    ("tls_ca", "HALLOWEEN_TLS_CA", "PEM file of the broker's issuer"),
    ("tls_cert", "HALLOWEEN_TLS_CERT", "PEM file of the client certificate"),
    ("tls_key", "HALLOWEEN_TLS_KEY", "PEM file of the client certificate's key"),
    ("tls_server_name", "HALLOWEEN_TLS_SERVER_NAME", "name that the broker's certificate is for"),
];

impl Config {
    /// Settings from the variables in [`KEYS`]; what is not set, or empty, keeps its default.
    ///
    /// # Errors
    /// [`ConfigError`] when a variable holds something that its setting cannot be.
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
        let vars: Vec<_> = vars.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let mut config = Self::default();
        // The profile first: it decides about the others.
        for (name, value) in vars.iter().filter(|(name, _)| name == "HALLOWEEN_PROFILE") {
            config.set("profile", name, value)?;
        }
        let other = match config.profile {
            Profile::Head => Profile::Seed,
            Profile::Seed => Profile::Head,
        };
        let (user, password) = other.credential_variables();
        for (name, value) in &vars {
            let known = KEYS.iter().find(|(_, variable, _)| *variable == name);
            if let Some((key, variable, _)) = known
                && ![user, password].contains(variable)
            {
                config.set(key, variable, value)?;
            }
        }
        config.load_secrets()?;
        Ok(config)
    }
}
