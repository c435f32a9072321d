//! Settings from one URI.

use journeyman_core::settings::{self, redacted};

use super::{Config, ConfigError, KEYS};

/// What may not stand in a URI.
const SECRETS: [&str; 1] = ["database_url"];

impl Config {
    /// Settings from a URI such as `tasker:?template_path=/srv/tasks&max_wait=5s`. There is no host
    /// in it: the channel is in this process. The options are the keys of [`KEYS`] but for
    /// `database_url`, with values percent-encoded.
    ///
    /// # Errors
    /// [`ConfigError`] for another scheme, an unknown option, or a value that its setting can not
    /// be.
    pub fn from_uri(uri: &str) -> Result<Self, ConfigError> {
        let (scheme, rest) = uri.split_once(':').unwrap_or((uri, ""));
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let (host, options) = rest.split_once('?').unwrap_or((rest, ""));
        if !scheme.eq_ignore_ascii_case("tasker") || !matches!(host, "" | "/" | "local") {
            return Err(ConfigError::new(
                "uri",
                redacted(uri),
                "is not a Tasker URI; write tasker: or tasker:?OPTION=VALUE",
            ));
        }
        let mut config = Self::default();
        let names = || KEYS.iter().map(|(key, ..)| *key).filter(|key| !SECRETS.contains(key));
        for option in settings::options(options) {
            let (name, value) = option?;
            settings::no_secret(name, &SECRETS, "DATABASE_URL or the setting `database_url`")?;
            if !names().any(|known| known == name) {
                let known: Vec<_> = names().collect();
                let problem =
                    format!("is not an option of this URI; known are {}", known.join(", "));
                return Err(ConfigError::bare(name, problem));
            }
            config.set(name, name, &value)?;
        }
        Ok(config)
    }
}
