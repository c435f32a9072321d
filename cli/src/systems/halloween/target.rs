//! A broker to work at, as one prop.

use journeyman_core::{
    Serve,
    backend::Backend,
    capability::{Capabilities, Need},
    extract::FromJob,
    settings::redacted,
};
use journeyman_halloween::{ArgText, CommandMeta, Config, ConfigError, Prop};

use super::{Boxed, Target, check};
use crate::{
    doctor::{Check, DoctorArgs},
    exit::Failure,
};

/// A broker, as it was configured.
pub(super) struct House {
    config: Config,
    secret_variables: Vec<String>,
}

fn usage(error: &ConfigError) -> Failure {
    Failure::usage(format!("halloween: {error}"))
}

impl House {
    pub(super) fn from_uri(uri: &str) -> Result<Self, Failure> {
        let variable = uri
            .split_once('?')
            .into_iter()
            .flat_map(|(_, options)| options.split('&'))
            .find_map(|option| option.strip_prefix("password_env="));
        // The adapter takes the scheme in small letters only.
        let small = uri.split_once("://").map(|(scheme, rest)| {
            let scheme = scheme.to_ascii_lowercase();
            format!("{scheme}://{rest}")
        });
        let config = Config::from_uri(small.as_deref().unwrap_or(uri));
        Self::new(config.map_err(|error| usage(&error))?, variable.map(str::to_owned))
    }

    pub(super) fn from_section(section: toml::Table) -> Result<Self, Failure> {
        let has_password = ["password", "password_env", "password_file"]
            .iter()
            .any(|key| section.contains_key(*key));
        // The message of serde, which names the key; the text around it could be a secret.
        let mut config: Config = section
            .try_into()
            .map_err(|error: toml::de::Error| Failure::usage(error.message().to_owned()))?;
        let (_, variable) = config.profile.credential_variables();
        if !has_password && std::env::var_os(variable).is_some_and(|value| !value.is_empty()) {
            config.password_env = Some(variable.to_owned());
        }
        let variable = config.password_env.clone();
        config.load_secrets().map_err(|error| usage(&error))?;
        Self::new(config, variable)
    }

    fn new(config: Config, variable: Option<String>) -> Result<Self, Failure> {
        config.validate().map_err(|error| usage(&error))?;
        let mut secret_variables = secret_variables();
        secret_variables.extend(variable);
        Ok(Self { config, secret_variables })
    }
}

/// Variables that hold a password, or name the file with it: who reads that file can connect.
fn secret_variables() -> Vec<String> {
    let known = journeyman_halloween::config::KEYS.iter();
    let secret = known.filter(|(key, ..)| key.contains("password") || *key == "tls_key");
    secret.map(|(_, variable, _)| (*variable).to_owned()).collect()
}

impl Target for House {
    fn describe(&self) -> String {
        let broker = redacted(&self.config.broker_url());
        let user = match self.config.effective_username() {
            Some(user) => format!("as `{user}`"),
            None => "without a user name".to_owned(),
        };
        let prop = match self.config.prop.as_str() {
            "" => String::new(),
            prop => format!(", prop {prop}"),
        };
        format!(
            "Halloween house at {broker}, {user}{prop}, profile {}",
            self.config.profile.as_str()
        )
    }

    fn capabilities(&self) -> Capabilities {
        Backend::capabilities(&self.config)
    }

    fn extractors(&self) -> Vec<(&'static str, &'static [Need])> {
        vec![
            ("halloween::Prop", Prop::NEEDS),
            ("halloween::CommandMeta", CommandMeta::NEEDS),
            ("halloween::ArgText", ArgText::NEEDS),
        ]
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
