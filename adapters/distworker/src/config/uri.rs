//! Settings from one URI.

use journeyman_core::settings;

use super::{Config, ConfigError, TOKEN_VARIABLE};
use crate::endpoint::redacted;

/// The options of a URI and the settings that they are.
const OPTIONS: &[(&str, &str)] = &[
    ("provisioner", "provisioner"),
    ("worker_id", "worker_id"),
    ("token_env", "worker_token_env"),
    ("token_file", "worker_token_file"),
    ("reconnect_interval", "reconnect_interval"),
    ("heartbeat_interval", "heartbeat_interval"),
    ("max_reconnect_attempts", "max_reconnect_attempts"),
    ("connections", "connections"),
    ("idle", "idle"),
    ("max_message_size", "max_message_size"),
    ("proxy", "proxy"),
    ("ca_file", "ca_file"),
    ("cert_file", "cert_file"),
    ("key_file", "key_file"),
    ("danger_accept_any_certificate", "danger_accept_any_certificate"),
];

impl Config {
    /// Settings from a URI such as
    /// `distworker+http://host:8081/base?provisioner=p&connections=4&token_env=NAME`.
    ///
    /// What stands before `?` is the controller URL behind `distworker+`; the schemes are
    /// `distworker+http`, `distworker+https`, `distworker+ws` and `distworker+wss`. The options
    /// are the keys of [`Config`], with values percent-encoded, except that the token is never
    /// part of it: `token_env=NAME` and `token_file=PATH` name where it is. Without either,
    /// `DISTWORKER_WORKER_TOKEN` is taken if it is set. A controller URL that needs a query of its
    /// own can not be given this way.
    ///
    /// # Errors
    /// [`ConfigError`] for another scheme, an unknown option, a value that its setting can not be,
    /// a token in the URI, or a token source that can not be read.
    pub fn from_uri(uri: &str) -> Result<Self, ConfigError> {
        Self::from_uri_with(uri, |name| std::env::var(name).ok())
    }

    pub(super) fn from_uri_with(
        uri: &str,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let scheme = uri.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        let known = ["http", "https", "ws", "wss"];
        let wanted = scheme.as_deref().and_then(|scheme| scheme.strip_prefix("distworker+"));
        if !wanted.is_some_and(|scheme| known.contains(&scheme)) {
            return Err(ConfigError::new(
                "uri",
                redacted(uri),
                "is not a DistWorker URI; write distworker+http://HOST:8081?provisioner=NAME, \
                 or distworker+https, distworker+ws, distworker+wss",
            ));
        }
        let controller = &uri["distworker+".len()..];
        let (controller, options) = controller.split_once('?').unwrap_or((controller, ""));
        let mut config = Self { controller_url: controller.to_owned(), ..Self::default() };
        // At once, so that what is wrong with the URL is told before a token is looked for.
        config.endpoint()?;
        for option in settings::options(options) {
            let (name, value) = option?;
            settings::no_secret(
                name,
                &["token", "worker_token", "password"],
                "token_env=NAME or token_file=PATH",
            )?;
            match OPTIONS.iter().find(|(known, _)| *known == name) {
                Some((name, key)) => config.set(key, name, &value)?,
                None => {
                    let known: Vec<_> = OPTIONS.iter().map(|(name, _)| *name).collect();
                    return Err(ConfigError::bare(
                        name,
                        format!("is not an option of this URI; known are {}", known.join(", ")),
                    ));
                }
            }
        }
        let named = config.worker_token_env.is_some() || config.worker_token_file.is_some();
        if !named && variable(TOKEN_VARIABLE).is_some_and(|token| !token.is_empty()) {
            config.worker_token_env = Some(TOKEN_VARIABLE.to_owned());
        }
        config.load_secrets_with(variable)?;
        Ok(config)
    }
}
