//! Settings from one URI.

use journeyman_core::settings::{self, redacted};

use super::{Config, ConfigError, KEYS};

impl Config {
    /// Settings from a URI such as
    /// `crowdcompute+ws://host:9000?worker_id=w&max_concurrent_tasks=4`.
    ///
    /// What stands before `?` is the foreman's URL behind `crowdcompute+`; the schemes are
    /// `crowdcompute+ws` and `crowdcompute+wss`. The options are the keys of [`KEYS`], with values
    /// percent-encoded.
    ///
    /// # Errors
    /// [`ConfigError`] for another scheme, an unknown option, or a value that its setting can not
    /// be.
    pub fn from_uri(uri: &str) -> Result<Self, ConfigError> {
        let scheme = uri.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        if !matches!(scheme.as_deref(), Some("crowdcompute+ws" | "crowdcompute+wss")) {
            return Err(ConfigError::new(
                "uri",
                redacted(uri),
                "is not a CrowdCompute URI; write crowdcompute+ws://HOST:9000 or crowdcompute+wss",
            ));
        }
        let foreman = &uri["crowdcompute+".len()..];
        let (foreman, options) = foreman.split_once('?').unwrap_or((foreman, ""));
        let mut config = Self::new(foreman);
        config.url()?;
        let names = || KEYS.iter().map(|(key, ..)| *key).filter(|key| *key != "foreman_url");
        for option in settings::options(options) {
            let (name, value) = option?;
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
