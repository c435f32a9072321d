//! What a worker of Tasker needs, as it was configured.

use std::path::Path;

use journeyman_core::{
    Serve,
    capability::{Capabilities, Need},
    extract::FromJob,
    settings::{options, variables},
};
use journeyman_tasker::{
    Batch, Checkpoint, Config, Dependencies, DomainEvents, Step, StepConfig, capabilities,
    channel::ChannelInfo, config::KEYS,
};

use super::{Boxed, Target, check, client::is_api};
use crate::{
    doctor::{Check, DoctorArgs},
    exit::Failure,
};

/// Variables that can hold secrets.
pub(super) const SECRETS: [&str; 5] =
    ["DATABASE_URL", "PGMQ_DATABASE_URL", "RABBITMQ_URL", "TASKER_API_KEY", "TASKER_AUTH_TOKEN"];

/// A worker's settings, and the server's API if it is known.
pub(super) struct Orchestrator {
    pub(super) config: Config,
    /// `http://HOST:PORT`.
    pub(super) api: Option<String>,
}

impl Orchestrator {
    /// `tasker:?OPTION=VALUE` or `tasker+http://HOST:PORT?OPTION=VALUE`. What the URI does not say is
    /// taken from the environment, as a worker does.
    pub(super) fn from_uri(uri: &str) -> Result<Self, Failure> {
        let usage = |error: &dyn std::fmt::Display| Failure::usage(format!("tasker: {error}"));
        let (place, query) = uri.split_once('?').unwrap_or((uri, ""));
        let api = is_api(uri).then(|| place[uri.find('+').map_or(0, |at| at + 1)..].to_owned());
        let own = match &api {
            Some(url) => {
                // Whether it is an address at all, before anything else is looked at.
                crate::http::Http::new(url)?;
                format!("tasker:?{query}")
            }
            None => uri.to_owned(),
        };
        Config::from_uri(&own).map_err(|error| usage(&error))?;
        // Known to be good now; each option takes the place of its variable.
        let mut vars = variables(KEYS.iter().map(|(_, variable, _)| *variable))
            .map_err(|error| usage(&error))?;
        for option in options(query) {
            let (name, value) = option.map_err(|error| usage(&error))?;
            let known = KEYS.iter().find(|(key, ..)| *key == name);
            vars.extend(known.map(|(_, variable, _)| ((*variable).to_owned(), value)));
        }
        let config = Config::from_vars(vars).map_err(|error| usage(&error))?;
        Self::new(config, api)
    }

    /// A `[[backend]]` of the configuration file: the worker's settings, and `api_url`.
    pub(super) fn from_section(mut section: toml::Table) -> Result<Self, Failure> {
        let api = match section.remove("api_url") {
            None => None,
            Some(toml::Value::String(url)) => Some(url),
            Some(_) => return Err(Failure::usage("`api_url` must be a text: http://HOST:8080")),
        };
        // The message of serde, which names the key; the text around it could be a secret.
        let has_database = section.contains_key("database_url");
        let mut config: Config = section
            .try_into()
            .map_err(|error: toml::de::Error| Failure::usage(error.message().to_owned()))?;
        if !has_database {
            let known = variables(["DATABASE_URL"]).and_then(Config::from_vars);
            let known = known.map_err(|error| Failure::usage(format!("tasker: {error}")))?;
            config.database_url = known.database_url;
        }
        Self::new(config, api)
    }

    fn new(config: Config, api: Option<String>) -> Result<Self, Failure> {
        config.validate().map_err(|errors| Failure::usage(format!("tasker: {errors}")))?;
        if let Some(url) = &api {
            crate::http::Http::new(url)?;
        }
        Ok(Self { config, api })
    }

    /// What to start in place of `journeyman run`.
    fn other_program(&self) -> String {
        let folder = self.config.templates_folder();
        format!(
            "`journeyman run` cannot work for Tasker: steps come over a channel inside of the \
             process of Tasker's own worker, which this program does not contain. The program \
             journeyman-tasker-worker does; from the repository, with the database that the server \
             uses:\n  \
             DATABASE_URL=postgresql://USER:PASSWORD@HOST/DATABASE TASKER_CONFIG_PATH={config} \
             TASKER_TEMPLATE_PATH={folder} \\\n    \
             cargo run --release --manifest-path adapters/tasker-live/Cargo.toml --bin \
             journeyman-tasker-worker -- --handler 'CALLABLE=exec:PROGRAM'\n\
             (with --check it looks at configuration, templates, handlers and database, and ends). \
             `journeyman dev --as tasker --templates {folder}` runs the same templates without a \
             server, and `journeyman doctor tasker:` looks at the settings",
            config = shown(self.config.config_path.as_deref(), "worker.toml"),
            folder = crate::dev::quoted(&folder.display().to_string()),
        )
    }
}

fn shown(path: Option<&Path>, otherwise: &str) -> String {
    let path = path.map_or_else(|| otherwise.to_owned(), |path| path.display().to_string());
    crate::dev::quoted(&path)
}

impl Target for Orchestrator {
    fn describe(&self) -> String {
        let folder = self.config.templates_folder();
        let api = match &self.api {
            Some(url) => format!(", server {url}"),
            None => String::new(),
        };
        format!("Tasker worker, templates in {}{api}", folder.display())
    }

    /// As on the channel of the real thing, which publishes.
    fn capabilities(&self) -> Capabilities {
        capabilities(&self.config, &ChannelInfo::default().publishes(true))
    }

    fn extractors(&self) -> Vec<(&'static str, &'static [Need])> {
        vec![
            ("tasker::Dependencies", Dependencies::NEEDS),
            ("tasker::StepConfig", StepConfig::<()>::NEEDS),
            ("tasker::Checkpoint", Checkpoint::NEEDS),
            ("tasker::Batch", Batch::NEEDS),
            ("tasker::DomainEvents", DomainEvents::NEEDS),
            ("tasker::Step", Step::NEEDS),
        ]
    }

    fn secret_variables(&self) -> Vec<String> {
        SECRETS.iter().map(|name| (*name).to_owned()).collect()
    }

    fn serve(&self) -> Result<Serve, Failure> {
        Err(Failure::usage(self.other_program()))
    }

    fn check<'a>(&'a self, check: &'a mut Check, args: &'a DoctorArgs) -> Boxed<'a, ()> {
        Box::pin(check::check(self, check, args))
    }
}
