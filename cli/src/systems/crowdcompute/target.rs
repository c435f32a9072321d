//! A foreman to work for.

use journeyman_core::{
    Serve,
    backend::Backend,
    capability::{Capabilities, Need},
    extract::FromJob,
    settings::redacted,
};
use journeyman_crowdcompute::{Checkpoints, Config, ConfigError, EraSetting, Native, PythonTask};

use super::{Boxed, Target, check};
use crate::{
    doctor::{Check, DoctorArgs},
    exit::Failure,
};

/// A foreman, as it was configured.
pub(super) struct Foreman {
    config: Config,
}

pub(super) fn usage(error: &ConfigError) -> Failure {
    Failure::usage(format!("crowdcompute: {error}"))
}

impl Foreman {
    pub(super) fn from_uri(uri: &str) -> Result<Self, Failure> {
        Self::new(Config::from_uri(uri).map_err(|error| usage(&error))?)
    }

    pub(super) fn from_section(section: toml::Table) -> Result<Self, Failure> {
        let config: Config = section
            .try_into()
            .map_err(|error: toml::de::Error| Failure::usage(error.message().to_owned()))?;
        Self::new(config)
    }

    fn new(config: Config) -> Result<Self, Failure> {
        config.validate().map_err(|error| usage(&error))?;
        // Certificates, too, must be there before the start.
        config.target().map_err(|error| usage(&error))?;
        Ok(Self { config })
    }
}

impl Target for Foreman {
    fn describe(&self) -> String {
        let Config { foreman_url, worker_id, max_concurrent_tasks, era, .. } = &self.config;
        let id = match worker_id.as_str() {
            "" => String::new(),
            id => format!(", worker `{id}`"),
        };
        let tasks = match max_concurrent_tasks {
            1 => String::new(),
            tasks => format!(", {tasks} tasks at a time"),
        };
        let era = match era {
            EraSetting::Seed => ", era seed",
            EraSetting::Head => ", era head",
            _ => "",
        };
        format!("CrowdCompute foreman {}{id}{tasks}{era}", redacted(foreman_url))
    }

    fn capabilities(&self) -> Capabilities {
        Backend::capabilities(&self.config)
    }

    fn extractors(&self) -> Vec<(&'static str, &'static [Need])> {
        vec![
            ("crowdcompute::PythonTask", PythonTask::NEEDS),
            ("crowdcompute::Checkpoints", Checkpoints::NEEDS),
        ]
    }

    /// The protocol has none.
    fn secret_variables(&self) -> Vec<String> {
        Vec::new()
    }

    fn serve(&self) -> Result<Serve, Failure> {
        let config = self.config.clone();
        // `run` runs no Python, so that every function is meant for one of its handlers.
        Ok(match config.native.is_empty() {
            true => Serve::new(config.native(Native::all())),
            false => Serve::new(config),
        })
    }

    /// Jobs are named by functions of Python's.
    fn takes_dots(&self) -> bool {
        false
    }

    fn check<'a>(&'a self, check: &'a mut Check, args: &'a DoctorArgs) -> Boxed<'a, ()> {
        Box::pin(check::check(&self.config, check, args))
    }
}
