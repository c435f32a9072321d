//! What the host knows about its props.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde::Serialize;

/// A prop as the host sees it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PropStatus {
    /// Its id on the bus.
    pub id: Arc<str>,
    /// The name of its folder, or of the built-in or registered prop.
    pub name: Arc<str>,
    /// What runs it.
    pub kind: PropKind,
    /// How it is.
    #[serde(flatten)]
    pub state: PropState,
    /// Whether its session is there on the bus right now: a running prop is not while the broker is
    /// away.
    pub connected: bool,
    /// How often it was started.
    pub runs: u64,
    /// Since when the state is what it is.
    #[serde(serialize_with = "seconds")]
    pub since: SystemTime,
}

/// What runs a prop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum PropKind {
    /// A worker that comes with the host.
    Builtin,
    /// A worker of the host program.
    Registered,
    /// A program.
    Program,
    /// A Python class.
    Python,
}

/// Where a prop is in its life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "lowercase")]
#[non_exhaustive]
pub enum PropState {
    /// It is being made, connects, or starts.
    Starting,
    /// It runs.
    Running,
    /// It ends its run.
    Stopping,
    /// It failed, and is started again after a while.
    Waiting {
        /// Why it failed.
        error: String,
        /// How long it waits, in all.
        #[serde(rename = "retry_in_s", serialize_with = "whole")]
        delay: Duration,
    },
    /// It was stopped, or stopped by itself.
    Stopped,
    /// The broker refused it for good; it is not started again by itself.
    Failed {
        /// What the broker said.
        error: String,
    },
}

impl PropState {
    /// The state as one word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Waiting { .. } => "waiting",
            Self::Stopped => "stopped",
            Self::Failed { .. } => "failed",
        }
    }

    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running)
    }

    /// Why it does not run, where something went wrong.
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Waiting { error, .. } | Self::Failed { error } => Some(error),
            _ => None,
        }
    }
}

/// What a reload did. Everything is named by id, except problems, which tell all by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Reloaded {
    /// New ones that were started.
    pub started: Vec<String>,
    /// Those whose configuration or program changed: started anew. One that was stopped by hand
    /// stays so, with what is new.
    pub restarted: Vec<String>,
    /// Those that are gone.
    pub stopped: Vec<String>,
    /// How many were left alone.
    pub unchanged: usize,
    /// What cannot run, or not as its files say now.
    pub problems: Vec<String>,
    /// Those of `started` and `restarted` that failed: they are tried again.
    pub failed: Vec<String>,
}

impl Reloaded {
    /// Whether nothing was done.
    pub fn is_empty(&self) -> bool {
        self.started.is_empty() && self.restarted.is_empty() && self.stopped.is_empty()
    }
}

/// Seconds since 1970.
fn seconds<S: serde::Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    serializer.serialize_u64(since.as_secs())
}

fn whole<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(time.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX))
}
