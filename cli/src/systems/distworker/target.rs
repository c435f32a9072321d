//! A controller to work for.

use journeyman_core::{
    Serve,
    backend::Backend,
    capability::{Capabilities, Need},
    extract::FromJob,
};
use journeyman_distworker::{
    Config, Files, Metadata, Task,
    config::{ConfigError, TOKEN_VARIABLE},
    endpoint::redacted,
};

use super::{Boxed, Target, check};
use crate::{
    doctor::{Check, DoctorArgs},
    exit::Failure,
};

/// A controller, as it was configured.
pub(super) struct Controller {
    config: Config,
    secret_variables: Vec<String>,
}

fn usage(error: &ConfigError) -> Failure {
    let hint = match error.key() {
        "worker_token" | "worker_token_env" | "token_env" => {
            "; the token never stands in a URI: token_env=NAME or token_file=PATH say where it is"
        }
        _ => "",
    };
    Failure::usage(format!("distworker: {error}{hint}"))
}

impl Controller {
    pub(super) fn from_uri(uri: &str) -> Result<Self, Failure> {
        let variable = uri
            .split_once('?')
            .into_iter()
            .flat_map(|(_, options)| options.split('&'))
            .find_map(|option| option.strip_prefix("token_env="));
        let config = Config::from_uri(uri).map_err(|error| usage(&error))?;
        Self::new(config, variable.map(str::to_owned))
    }

    pub(super) fn from_section(section: toml::Table) -> Result<Self, Failure> {
        let has_token = ["worker_token", "worker_token_env", "worker_token_file"]
            .iter()
            .any(|key| section.contains_key(*key));
        // The message of serde, which names the key; the text around it could be a secret.
        let mut config: Config = section
            .try_into()
            .map_err(|error: toml::de::Error| Failure::usage(error.message().to_owned()))?;
        if !has_token && std::env::var_os(TOKEN_VARIABLE).is_some_and(|token| !token.is_empty()) {
            config.worker_token_env = Some(TOKEN_VARIABLE.to_owned());
        }
        let variable = config.worker_token_env.clone();
        config.load_secrets().map_err(|error| usage(&error))?;
        Self::new(config, variable)
    }

    fn new(config: Config, variable: Option<String>) -> Result<Self, Failure> {
        config.validate().map_err(|error| usage(&error))?;
        // Certificates, too, must be there before the start.
        config.tls().map_err(|error| usage(&error))?;
        let mut secret_variables = vec![TOKEN_VARIABLE.to_owned()];
        secret_variables.extend(variable);
        Ok(Self { config, secret_variables })
    }
}

impl Target for Controller {
    fn describe(&self) -> String {
        let url = redacted(&self.config.controller_url);
        format!("DistWorker controller {url}, provisioner {}", self.config.provisioner)
    }

    fn capabilities(&self) -> Capabilities {
        Backend::capabilities(&self.config)
    }

    fn extractors(&self) -> Vec<(&'static str, &'static [Need])> {
        vec![
            ("distworker::Metadata", Metadata::<()>::NEEDS),
            ("distworker::Files", Files::NEEDS),
            ("distworker::Task", Task::NEEDS),
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
