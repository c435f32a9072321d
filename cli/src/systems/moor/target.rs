//! A daemon to work for.

use journeyman_core::{
    Serve,
    backend::Backend,
    capability::{Capabilities, Need},
    extract::FromJob,
    settings::redacted,
};
use journeyman_moor::{
    Config, ConfigError, Perms, RequestId,
    config::{KEYS, TOKEN_VARIABLE},
};

use super::{Boxed, Target, check};
use crate::{
    doctor::{Check, DoctorArgs},
    exit::Failure,
};

/// A daemon, as it was configured.
pub(super) struct Daemon {
    config: Config,
    secret_variables: Vec<String>,
}

fn usage(error: &ConfigError) -> Failure {
    Failure::usage(format!("moor: {error}"))
}

impl Daemon {
    pub(super) fn from_uri(uri: &str) -> Result<Self, Failure> {
        let variable = uri
            .split_once('?')
            .into_iter()
            .flat_map(|(_, options)| options.split('&'))
            .find_map(|option| option.strip_prefix("token_env="));
        // The adapter takes the scheme in small letters only.
        let small = uri.get(..5).map(|start| start.to_ascii_lowercase() + &uri[5..]);
        let config = Config::from_uri(&small.unwrap_or_default()).map_err(|error| usage(&error))?;
        Self::new(config, variable.map(str::to_owned))
    }

    pub(super) fn from_section(section: toml::Table) -> Result<Self, Failure> {
        let has_token = ["enrollment_token", "enrollment_token_env", "enrollment_token_file"]
            .iter()
            .any(|key| section.contains_key(*key));
        // The message of serde, which names the key; the text around it could be a secret.
        let mut config: Config = section
            .try_into()
            .map_err(|error: toml::de::Error| Failure::usage(error.message().to_owned()))?;
        if !has_token && std::env::var_os(TOKEN_VARIABLE).is_some_and(|token| !token.is_empty()) {
            config.enrollment_token_env = Some(TOKEN_VARIABLE.to_owned());
        }
        let variable = config.enrollment_token_env.clone();
        config.load_secrets().map_err(|error| usage(&error))?;
        Self::new(config, variable)
    }

    fn new(config: Config, variable: Option<String>) -> Result<Self, Failure> {
        config.validate().map_err(|error| usage(&error))?;
        // Also where a variable names a file: who reads that file can enroll.
        let known = KEYS.iter().filter(|(key, ..)| key.contains("token") || *key == "private_key");
        let mut secret_variables: Vec<_> =
            known.map(|(_, variable, _)| (*variable).to_owned()).collect();
        secret_variables.extend(variable);
        Ok(Self { config, secret_variables })
    }
}

impl Target for Daemon {
    fn describe(&self) -> String {
        let (requests, era) = (redacted(&self.config.request_address), self.config.era);
        let types = match self.config.worker_types.as_slice() {
            [] => String::new(),
            types => format!(", as {}", types.join(", ")),
        };
        format!("mooR daemon at {requests}, {era} era{types}")
    }

    fn capabilities(&self) -> Capabilities {
        Backend::capabilities(&self.config)
    }

    fn extractors(&self) -> Vec<(&'static str, &'static [Need])> {
        vec![("moor::Perms", Perms::NEEDS), ("moor::RequestId", RequestId::NEEDS)]
    }

    fn secret_variables(&self) -> Vec<String> {
        self.secret_variables.clone()
    }

    fn serve(&self) -> Result<Serve, Failure> {
        Ok(Serve::new(self.config.clone()))
    }

    fn check<'a>(&'a self, check: &'a mut Check, args: &'a DoctorArgs) -> Boxed<'a, ()> {
        Box::pin(check::check(&self.config, check, args))
    }
}
