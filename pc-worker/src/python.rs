//! The Python of a worker, or why it has none.

use journeyman_core::{Error, Handler, Job, JobError, JobResult, Route, Router};
use journeyman_crowdcompute::PYTHON_ROUTE;

use crate::Settings;

/// What runs the code of tasks.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Python {
    /// These interpreters.
    #[cfg(unix)]
    Ready(journeyman_executor::Executor),
    /// Nothing: there is no Python here. The text says what was looked for.
    Absent(String),
    /// Nothing: it is switched off.
    Off,
}

impl Python {
    /// Finds and starts it.
    ///
    /// # Errors
    /// There is one, and it cannot be used as the settings want it.
    #[cfg(unix)]
    pub(crate) async fn start(settings: &Settings) -> Result<Self, Error> {
        use journeyman_core::ErrorKind;
        use journeyman_executor::{Executor, StartError};

        let Some(config) = settings.executor() else { return Ok(Self::Off) };
        match Executor::start(config).await {
            Ok(executor) => Ok(Self::Ready(executor)),
            Err(error @ StartError::NoPython { .. }) => Ok(Self::Absent(error.to_string())),
            Err(error @ StartError::Config(_)) => Err(Error::config(error.to_string())),
            Err(error) => {
                let kind = match &error {
                    StartError::Sandbox(_) => ErrorKind::Unsupported,
                    _ => ErrorKind::Config,
                };
                let new = Error::new(kind, "start Python", error.to_string());
                Err(match error {
                    StartError::Sandbox(_) => new.with_remedy(
                        "start without --require-sandbox to run tasks without these parts; \
                         `journeyman doctor` tells more",
                    ),
                    _ => new,
                })
            }
        }
    }

    /// There is none elsewhere.
    #[cfg(not(unix))]
    pub(crate) async fn start(_settings: &Settings) -> Result<Self, Error> {
        Ok(Self::Absent("Python tasks are run on Unix systems only".to_owned()))
    }

    /// The executor, if there is one.
    #[cfg(unix)]
    pub fn executor(&self) -> Option<&journeyman_executor::Executor> {
        match self {
            Self::Ready(executor) => Some(executor),
            _ => None,
        }
    }

    /// The version of the interpreter, if there is one.
    pub fn version(&self) -> Option<String> {
        match self {
            #[cfg(unix)]
            Self::Ready(executor) => {
                let (major, minor, patch) = executor.interpreter().version;
                Some(format!("{major}.{minor}.{patch}"))
            }
            _ => None,
        }
    }

    /// Why there is none, if so.
    pub fn missing(&self) -> Option<&str> {
        match self {
            #[cfg(unix)]
            Self::Ready(_) => None,
            Self::Absent(why) => Some(why),
            Self::Off => Some("Python is switched off"),
        }
    }

    /// Adds the route of all code that no native handler takes.
    pub(crate) fn serve(&self, router: Router) -> Router {
        let route = match self {
            #[cfg(unix)]
            Self::Ready(executor) => Route::new(journeyman_python::Python::new(executor.clone())),
            Self::Absent(_) | Self::Off => {
                let why = self.missing().unwrap_or_default();
                Route::new(NoPython(format!("this worker runs no Python: {why}")))
            }
        };
        router.route(format!("{PYTHON_ROUTE}#"), route)
    }

    pub(crate) async fn shutdown(&self) {
        #[cfg(unix)]
        if let Self::Ready(executor) = self {
            executor.shutdown().await;
        }
    }
}

/// Tells whoever sends code that nobody runs it.
#[derive(Debug)]
struct NoPython(String);

impl Handler for NoPython {
    async fn call(&self, _job: Job) -> JobResult {
        Err(JobError::rejected(self.0.as_str()))
    }
}
