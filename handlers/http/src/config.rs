//! Settings of the handler.

use std::{path::PathBuf, time::Duration};

use journeyman_core::settings::{ConfigError, units, variables};
use reqwest::Url;
use serde::Deserialize;

use crate::host::{AllowPrivate, Host, HostRule, host_of};

const MAX_TIMEOUT: Duration = Duration::from_secs(3600);
const MAX_SIZE: usize = 256 << 20;
const MAX_REDIRECTS: usize = 50;

/// Settings that have an environment variable: the key of the setting, the variable, and what it
/// means. Lists are separated by commas.
pub const KEYS: &[(&str, &str, &str)] = &[
    ("timeout", "JOURNEYMAN_HTTP_TIMEOUT", "longest time of one request, in seconds"),
    ("connect_timeout", "JOURNEYMAN_HTTP_CONNECT_TIMEOUT", "longest time to connect, in seconds"),
    ("max_response_size", "JOURNEYMAN_HTTP_MAX_RESPONSE_SIZE", "largest body of an answer"),
    ("max_redirects", "JOURNEYMAN_HTTP_MAX_REDIRECTS", "most redirects that are followed"),
    ("user_agent", "JOURNEYMAN_HTTP_USER_AGENT", "the User-Agent header"),
    ("allow", "JOURNEYMAN_HTTP_ALLOW", "the only hosts and networks that may be reached"),
    ("deny", "JOURNEYMAN_HTTP_DENY", "hosts and networks that may not be reached"),
    (
        "allow_private",
        "JOURNEYMAN_HTTP_ALLOW_PRIVATE",
        "`true`, or the hosts and networks whose private addresses may be reached",
    ),
    ("allow_downgrade", "JOURNEYMAN_HTTP_ALLOW_DOWNGRADE", "follow redirects from https to http"),
    ("proxy", "JOURNEYMAN_HTTP_PROXY", "proxy to go through, http://HOST:PORT"),
    ("ca_file", "JOURNEYMAN_HTTP_CA_FILE", "PEM file of roots to trust besides the system's"),
];

/// What requests may reach, and how long and large they may be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HttpConfig {
    /// The longest time of one request, redirects and body included. The job's own deadline counts
    /// when it is earlier. Default 30 s, at most an hour.
    #[serde(deserialize_with = "units::duration")]
    pub timeout: Duration,
    /// The longest time for name, connection and TLS. Default 10 s, at most an hour.
    #[serde(deserialize_with = "units::duration")]
    pub connect_timeout: Duration,
    /// The largest body of an answer, in bytes. Default 8 MiB, at most 256 MiB. Each request under
    /// way may hold as much.
    #[serde(deserialize_with = "units::size")]
    pub max_response_size: usize,
    /// The most redirects that are followed. Default 5, at most 50; with 0 the redirect itself is
    /// the result.
    pub max_redirects: usize,
    /// What the `User-Agent` header says where a job gives none.
    pub user_agent: String,
    /// When it is not empty, nothing else may be reached. A network or address opens what is
    /// private in it, too; a name does not, as its addresses are those of whoever owns the name:
    /// put it into `allow_private` as well.
    pub allow: Vec<HostRule>,
    /// What may not be reached, whatever the other lists say.
    pub deny: Vec<HostRule>,
    /// Which addresses may be reached that are not of the public internet: loopback, private,
    /// link-local, multicast, carriers', reserved and so on. Default none. The metadata services
    /// of clouds (169.254.169.254 and its like) are reached only if exactly their address is
    /// listed.
    pub allow_private: AllowPrivate,
    /// Whether a redirect may lead from `https` to `http`. Default false.
    pub allow_downgrade: bool,
    /// The proxy to go through: `http://HOST:PORT`. Proxies of the environment are never used.
    ///
    /// The proxy resolves the names, so that **only names and literal addresses are checked
    /// here**: the proxy itself must refuse what is private.
    pub proxy: Option<String>,
    /// PEM file of root certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            max_response_size: 8 << 20,
            max_redirects: 5,
            user_agent: concat!("journeyman-http/", env!("CARGO_PKG_VERSION")).to_owned(),
            allow: Vec::new(),
            deny: Vec::new(),
            allow_private: AllowPrivate::None,
            allow_downgrade: false,
            proxy: None,
            ca_file: None,
        }
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

impl HttpConfig {
    setters! {
        /// Sets the longest time of one request.
        timeout: Duration,
        /// Sets the longest time for name, connection and TLS.
        connect_timeout: Duration,
        /// Sets the largest body of an answer, in bytes.
        max_response_size: usize,
        /// Sets the most redirects that are followed.
        max_redirects: usize,
        /// Sets which private addresses may be reached.
        allow_private: AllowPrivate,
        /// Sets whether a redirect may lead from `https` to `http`.
        allow_downgrade: bool,
        /// Sets the proxy to go through.
        proxy: Option<String>,
        /// Sets the PEM file of root certificates to trust besides the system's.
        ca_file: Option<PathBuf>,
    }

    /// Sets the `User-Agent` header.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Adds to what alone may be reached.
    #[must_use]
    pub fn allow(mut self, rules: impl IntoIterator<Item = HostRule>) -> Self {
        self.allow.extend(rules);
        self
    }

    /// Adds to what may not be reached.
    #[must_use]
    pub fn deny(mut self, rules: impl IntoIterator<Item = HostRule>) -> Self {
        self.deny.extend(rules);
        self
    }

    /// Adds to the hosts whose private addresses may be reached.
    #[must_use]
    pub fn allow_private_at(mut self, rules: impl IntoIterator<Item = HostRule>) -> Self {
        match &mut self.allow_private {
            AllowPrivate::All => {}
            AllowPrivate::Only(known) => known.extend(rules),
            AllowPrivate::None => {
                self.allow_private = AllowPrivate::Only(rules.into_iter().collect());
            }
        }
        self
    }

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

    /// Sets one setting from text. `key` is its name here, `shown` as the user wrote it.
    fn set(&mut self, key: &str, shown: &str, text: &str) -> Result<(), ConfigError> {
        let wrong = |problem: &str| ConfigError::new(shown, text, problem);
        let duration = || units::parse_duration(text).ok_or_else(|| wrong(units::DURATION_FORM));
        let switch = || text.parse().map_err(|_| wrong("give \"true\" or \"false\""));
        let rules = || -> Result<Vec<HostRule>, ConfigError> {
            let parts = text.split(',').filter(|part| !part.trim().is_empty());
            parts
                .map(|part| part.parse().map_err(|error: ConfigError| wrong(&error.to_string())))
                .collect()
        };
        match key {
            "timeout" => self.timeout = duration()?,
            "connect_timeout" => self.connect_timeout = duration()?,
            "max_response_size" => {
                self.max_response_size =
                    units::parse_size(text).ok_or_else(|| wrong(units::SIZE_FORM))?;
            }
            "max_redirects" => {
                self.max_redirects = text.parse().map_err(|_| wrong("give a whole number"))?;
            }
            "user_agent" => self.user_agent = text.to_owned(),
            "allow" => self.allow = rules()?,
            "deny" => self.deny = rules()?,
            "allow_private" => {
                self.allow_private = match text {
                    "true" => AllowPrivate::All,
                    "false" => AllowPrivate::None,
                    _ => AllowPrivate::Only(rules()?),
                };
            }
            "allow_downgrade" => self.allow_downgrade = switch()?,
            "proxy" => self.proxy = Some(text.to_owned()),
            "ca_file" => self.ca_file = Some(PathBuf::from(text)),
            _ => return Err(ConfigError::bare(shown, "is not a setting")),
        }
        Ok(())
    }

    /// Checks everything that can be checked without a network.
    ///
    /// # Errors
    /// The first [`ConfigError`] found.
    pub fn validate(&self) -> Result<(), ConfigError> {
        for (key, value) in [("timeout", self.timeout), ("connect_timeout", self.connect_timeout)] {
            if value.is_zero() || value > MAX_TIMEOUT {
                return Err(ConfigError::new(
                    key,
                    format_args!("{value:?}"),
                    format!("must be more than 0 and at most {MAX_TIMEOUT:?}"),
                ));
            }
        }
        if self.max_response_size > MAX_SIZE {
            return Err(ConfigError::new(
                "max_response_size",
                self.max_response_size,
                format!("must be at most {MAX_SIZE} bytes"),
            ));
        }
        if self.max_redirects > MAX_REDIRECTS {
            return Err(ConfigError::new(
                "max_redirects",
                self.max_redirects,
                format!("must be at most {MAX_REDIRECTS}"),
            ));
        }
        if reqwest::header::HeaderValue::from_str(&self.user_agent).is_err() {
            return Err(ConfigError::new(
                "user_agent",
                self.user_agent.escape_debug(),
                "must be plain ASCII text",
            ));
        }
        self.proxy_url().map(|_| ())
    }

    /// The proxy, if one is set.
    pub(crate) fn proxy_url(&self) -> Result<Option<Url>, ConfigError> {
        let Some(text) = &self.proxy else { return Ok(None) };
        let url = Url::parse(text).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                // Not shown either: it would be a secret.
                && url.username().is_empty()
                && url.password().is_none()
        });
        let form = "is not http://HOST:PORT of a proxy; names and passwords are not supported";
        url.map(Some).ok_or_else(|| ConfigError::bare("proxy", form))
    }

    /// The name of the proxy's host, if it has one.
    pub(crate) fn proxy_name(&self) -> Result<Option<String>, ConfigError> {
        Ok(self.proxy_url()?.and_then(|url| match host_of(&url) {
            Some(Host::Name(name)) => Some(name),
            _ => None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_vars(vars: &[(&str, &str)]) -> Result<HttpConfig, ConfigError> {
        let owned = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        HttpConfig::from_vars(owned)
    }

    #[test]
    fn each_key_is_a_setting_and_has_a_variable() {
        let file = "timeout = '1m'\nconnect_timeout = 2\nmax_response_size = '1MiB'\n\
                    max_redirects = 1\nuser_agent = 'u'\nallow = ['a', '*.b']\n\
                    deny = ['1.2.3.0/24']\nallow_private = ['10.0.0.0/8']\n\
                    allow_downgrade = true\nproxy = 'http://p:1'\nca_file = '/c'";
        let from_file: HttpConfig = toml::from_str(file).unwrap();
        let from_env = from_vars(&[
            ("JOURNEYMAN_HTTP_TIMEOUT", "60"),
            ("JOURNEYMAN_HTTP_CONNECT_TIMEOUT", "2s"),
            ("JOURNEYMAN_HTTP_MAX_RESPONSE_SIZE", "1048576"),
            ("JOURNEYMAN_HTTP_MAX_REDIRECTS", "1"),
            ("JOURNEYMAN_HTTP_USER_AGENT", "u"),
            ("JOURNEYMAN_HTTP_ALLOW", "a, *.b,"),
            ("JOURNEYMAN_HTTP_DENY", "1.2.3.0/24"),
            ("JOURNEYMAN_HTTP_ALLOW_PRIVATE", "10.0.0.0/8"),
            ("JOURNEYMAN_HTTP_ALLOW_DOWNGRADE", "true"),
            ("JOURNEYMAN_HTTP_PROXY", "http://p:1"),
            ("JOURNEYMAN_HTTP_CA_FILE", "/c"),
            ("OTHER", "x"),
        ])
        .unwrap();
        assert_eq!(from_file, from_env);
        from_file.validate().unwrap();
        assert_eq!(file.lines().count(), KEYS.len());
        for (key, _, _) in KEYS {
            assert!(file.lines().any(|line| line.starts_with(key)), "{key}");
        }
        let all = from_vars(&[("JOURNEYMAN_HTTP_ALLOW_PRIVATE", "true")]).unwrap();
        assert_eq!(all.allow_private, AllowPrivate::All);
        assert!(toml::from_str::<HttpConfig>("timeouts = 1").is_err());
    }

    #[test]
    fn wrong_settings_are_named() {
        for (variable, value) in [
            ("JOURNEYMAN_HTTP_TIMEOUT", "soon"),
            ("JOURNEYMAN_HTTP_MAX_RESPONSE_SIZE", "big"),
            ("JOURNEYMAN_HTTP_MAX_REDIRECTS", "-1"),
            ("JOURNEYMAN_HTTP_ALLOW", "a b"),
            ("JOURNEYMAN_HTTP_ALLOW_DOWNGRADE", "maybe"),
        ] {
            assert_eq!(from_vars(&[(variable, value)]).unwrap_err().key(), variable);
        }
        let default = HttpConfig::default;
        default().validate().unwrap();
        for (config, key) in [
            (default().timeout(Duration::ZERO), "timeout"),
            (default().timeout(Duration::from_secs(3601)), "timeout"),
            (default().connect_timeout(Duration::ZERO), "connect_timeout"),
            (default().max_response_size(1 << 30), "max_response_size"),
            (default().max_redirects(51), "max_redirects"),
            (default().user_agent("a\nb"), "user_agent"),
            (default().proxy(Some("socks5://p:1".to_owned())), "proxy"),
            (default().proxy(Some("p:1".to_owned())), "proxy"),
            (default().proxy(Some("http://u:s3cret@p:1".to_owned())), "proxy"),
        ] {
            let error = config.validate().unwrap_err();
            assert_eq!(error.key(), key);
            assert!(!error.to_string().contains("s3cret"));
        }
    }
}
