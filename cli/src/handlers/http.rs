//! `http`: makes HTTP requests for those who send jobs, with the contract of mooR's `curl` worker.
//!
//! Its settings are those of a table in the configuration file, `NAME = { http = { … } }`; without
//! one, the environment variables `JOURNEYMAN_HTTP_…`.

use journeyman_core::Route;
use journeyman_http::{HttpConfig, HttpHandler};

pub(crate) use journeyman_http::GRANT;

use crate::exit::Failure;

/// Its name among the handlers.
pub(super) const NAME: &str = "http";

/// The handler and what it was made with.
#[derive(Clone, Debug)]
pub(super) struct Http {
    config: HttpConfig,
    handler: HttpHandler,
}

impl PartialEq for Http {
    fn eq(&self, other: &Self) -> bool {
        self.config == other.config
    }
}

impl Http {
    /// With these settings. `shown` is what the user calls it.
    pub(super) fn new(config: HttpConfig, shown: &str) -> Result<Self, Failure> {
        let handler = HttpHandler::new(&config)
            .map_err(|error| Failure::usage(format!("handler `{shown}`: {}", error.message())))?;
        Ok(Self { config, handler })
    }

    /// With the settings of the environment.
    pub(super) fn from_env(shown: &str) -> Result<Self, Failure> {
        let config = HttpConfig::from_env()
            .map_err(|error| Failure::usage(format!("handler `{shown}`: {error}")))?;
        Self::new(config, shown)
    }

    /// Without the grant that it needs.
    pub(super) fn route(self) -> Route {
        Route::new(self.handler)
    }
}
