//! Settings from one URI.

use journeyman_core::settings::{self, redacted};

use super::{Config, ConfigError, TOKEN_VARIABLE};

/// The conventional TCP port of the requests (mooR sheet, section 2).
const REQUEST_PORT: u16 = 7896;

/// The options of a URI and the settings that they are.
const OPTIONS: &[(&str, &str)] = &[
    ("era", "era"),
    ("response", "response_address"),
    ("types", "worker_types"),
    ("private_key", "private_key"),
    ("public_key", "public_key"),
    ("curve", "curve"),
    ("daemon_public_key", "daemon_public_key"),
    ("data_dir", "data_dir"),
    ("service_type", "service_type"),
    ("hostname", "hostname"),
    ("enrollment", "enrollment_address"),
    ("token_env", "enrollment_token_env"),
    ("token_file", "enrollment_token_file"),
    ("enrollment_attempts", "enrollment_attempts"),
    ("reenroll", "reenroll"),
    ("subscription_grace", "subscription_grace"),
    ("ping_timeout", "ping_timeout"),
    ("reply_timeout", "reply_timeout"),
    ("reconnect_interval", "reconnect_interval"),
    ("max_message_size", "max_message_size"),
    ("max_argument_depth", "max_argument_depth"),
    ("max_result_depth", "max_result_depth"),
];

impl Config {
    /// Settings from a URI such as `moor+ipc:///tmp/moor_workers_request.sock?types=echo` or
    /// `moor+tcp://host:7896?response=tcp://host:7897&token_env=NAME`.
    ///
    /// What stands before `?` is the request address behind `moor+`. The response address follows
    /// from it where it can: the next port, or the same path with `response` for `request`;
    /// otherwise the option `response` gives it. `moor+tcp://host` has the conventional ports. The
    /// other options are the keys of [`Config`], with values percent-encoded; the enrollment token
    /// is never part of it: `token_env=NAME` and `token_file=PATH` name where it is. Without
    /// either, `MOOR_ENROLLMENT_TOKEN` is taken if it is set.
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
        let request = uri
            .strip_prefix("moor+")
            .filter(|rest| rest.starts_with("tcp://") || rest.starts_with("ipc://"))
            .ok_or_else(|| {
                ConfigError::new(
                    "uri",
                    redacted(uri),
                    "is not a mooR URI; write moor+ipc:///tmp/moor_workers_request.sock or \
                     moor+tcp://HOST:7896",
                )
            })?;
        let (request, query) = request.split_once('?').unwrap_or((request, ""));
        let request = request.trim_end_matches('/');
        let mut config = Self { request_address: with_port(request), ..Self::default() };
        config.response_address = String::new();
        for option in settings::options(query) {
            let (name, value) = option?;
            settings::no_secret(
                name,
                &["token", "enrollment_token", "password"],
                "token_env=NAME or token_file=PATH",
            )?;
            let Some((name, key)) = OPTIONS.iter().find(|(known, _)| *known == name) else {
                let known: Vec<_> = OPTIONS.iter().map(|(name, _)| *name).collect();
                return Err(ConfigError::bare(
                    name,
                    format!("is not an option of this URI; known are {}", known.join(", ")),
                ));
            };
            config.set(key, name, &value)?;
        }
        if config.response_address.is_empty() {
            config.response_address = partner(&config.request_address).ok_or_else(|| {
                ConfigError::bare(
                    "response",
                    "does not follow from the address of the requests; give it, such as \
                     response=ipc:///tmp/moor_workers_response.sock",
                )
            })?;
        }
        config.endpoints()?;
        let named = config.enrollment_token_env.is_some() || config.enrollment_token_file.is_some();
        if !named && variable(TOKEN_VARIABLE).is_some_and(|token| !token.is_empty()) {
            config.enrollment_token_env = Some(TOKEN_VARIABLE.to_owned());
        }
        config.load_secrets_with(variable)?;
        Ok(config)
    }
}

/// A TCP address with the conventional port, if it has none.
fn with_port(address: &str) -> String {
    let bare = address.strip_prefix("tcp://").is_some_and(|host| {
        // The colons of an IPv6 address stand inside of brackets.
        !host.is_empty() && !host[host.rfind(']').unwrap_or(0)..].contains(':')
    });
    if bare { format!("{address}:{REQUEST_PORT}") } else { address.to_owned() }
}

/// The response address that goes with a request address by convention.
fn partner(request: &str) -> Option<String> {
    if request.starts_with("tcp://") {
        let (host, port) = request.rsplit_once(':')?;
        let port = port.parse::<u16>().ok()?.checked_add(1)?;
        return Some(format!("{host}:{port}"));
    }
    let (folder, file) = request.rsplit_once('/')?;
    file.contains("request").then(|| format!("{folder}/{}", file.replace("request", "response")))
}
