//! How a host treats its props.

use std::time::Duration;

use journeyman_core::backoff::Backoff;
use journeyman_halloween::Config;

/// What all supervisors go by.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) config: Config,
    /// How long a running command may go on at a stop.
    pub(crate) drain: Duration,
    /// How long a constructor and a start may take.
    pub(crate) start_limit: Duration,
    /// How long the clean-up may take.
    pub(crate) stop_limit: Duration,
    pub(crate) backoff: Backoff,
}

impl Settings {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            config,
            drain: Duration::from_secs(10),
            start_limit: Duration::from_secs(60),
            stop_limit: Duration::from_secs(10),
            backoff: Backoff::new(Duration::from_secs(1), Duration::from_secs(60)),
        }
    }
}
