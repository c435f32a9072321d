//! Settings from one URI.

use journeyman_core::settings::{self, redacted};

use super::{Config, ConfigError};

/// The options of a URI; each is a setting of the same name.
const OPTIONS: &[&str] = &[
    "profile",
    "prop",
    "username",
    "password_env",
    "password_file",
    "client_id",
    "shared_connection",
    "mqtt",
    "form",
    "params",
    "ack",
    "command_qos",
    "retained",
    "telemetry_rate",
    "telemetry_burst",
    "offline_queue",
    "refused_attempts",
    "keep_alive",
    "reconnect_interval",
    "max_message_size",
    "receive_maximum",
    "tls_ca",
    "tls_cert",
    "tls_key",
    "tls_server_name",
];

const SCHEMES: [&str; 4] = ["mqtt://", "mqtts://", "ws://", "wss://"];

impl Config {
    /// Settings from a URI such as `halloween+mqtt://broker:1883?prop=fogger&profile=seed`.
    ///
    /// What stands before `?` is the broker: `halloween+mqtt://`, `halloween+mqtts://` (TLS),
    /// `halloween+ws://` or `halloween+wss://` (MQTT over WebSocket). The options are keys of
    /// [`Config`], with values percent-encoded. The password is never part of it:
    /// `password_env=NAME` and `password_file=PATH` name where it is; without either, the variable
    /// of the profile is taken if it is set (`MQTT_WORKER_PW`, or `MQTT_PASSWORD` with
    /// `profile=seed`).
    ///
    /// # Errors
    /// [`ConfigError`] for another scheme, an unknown option, a value that its setting cannot be, a
    /// password in the URI, or a source of the password that cannot be read.
    pub fn from_uri(uri: &str) -> Result<Self, ConfigError> {
        Self::from_uri_with(uri, |name| std::env::var(name).ok())
    }

    pub(super) fn from_uri_with(
        uri: &str,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let broker = uri
            .strip_prefix("halloween+")
            .filter(|rest| SCHEMES.iter().any(|scheme| rest.starts_with(scheme)))
            .ok_or_else(|| {
                ConfigError::new(
                    "uri",
                    redacted(uri),
                    "is not a Halloween URI; write halloween+mqtt://HOST:1883?prop=ID",
                )
            })?;
        let (broker, query) = broker.split_once('?').unwrap_or((broker, ""));
        let authority = broker.split_once("://").map_or("", |(_, rest)| rest);
        if authority.contains('@') {
            return Err(ConfigError::new(
                "uri",
                redacted(uri),
                "credentials do not belong into URIs; use username=NAME and password_env=NAME",
            ));
        }
        let mut config = Self { url: Some(broker.to_owned()), ..Self::default() };
        for option in settings::options(query) {
            let (name, value) = option?;
            settings::no_secret(name, &["password"], "password_env=NAME or password_file=PATH")?;
            if !OPTIONS.contains(&name) {
                let known = OPTIONS.join(", ");
                return Err(ConfigError::bare(
                    name,
                    format!("is not an option of this URI; known are {known}"),
                ));
            }
            config.set(name, name, &value)?;
        }
        let (_, default) = config.profile.credential_variables();
        let named = config.password_env.is_some() || config.password_file.is_some();
        if !named && variable(default).is_some_and(|password| !password.is_empty()) {
            config.password_env = Some(default.to_owned());
        }
        config.load_secrets_with(variable)?;
        Ok(config)
    }
}
