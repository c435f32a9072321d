//! The life cycle of a session.

use std::time::Duration;

/// Where a session is in its life. The diagram is in the book, chapter "Life cycle".
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionState {
    /// It connects.
    Connecting {
        /// The attempt in this row, from 1.
        attempt: u32,
    },
    /// It is connected and registers.
    Registering,
    /// It is registered and provably receiving.
    Ready,
    /// It waits before the next attempt.
    Waiting {
        /// The attempt that comes next, from 1.
        attempt: u32,
        /// How long it waits.
        delay: Duration,
        /// Why the last connection or attempt ended.
        error: String,
    },
    /// It was told to disconnect, and stays away until it is told to connect.
    Disconnected,
    /// It takes no more jobs and finishes those in flight.
    Draining,
    /// Everything is settled; it says goodbye.
    Closing,
    /// It ended in good order.
    Stopped,
    /// It ended for good with an error.
    Failed {
        /// The error.
        error: String,
    },
}

impl SessionState {
    /// The state as one word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Connecting { .. } => "connecting",
            Self::Registering => "registering",
            Self::Ready => "ready",
            Self::Waiting { .. } => "waiting",
            Self::Disconnected => "disconnected",
            Self::Draining => "draining",
            Self::Closing => "closing",
            Self::Stopped => "stopped",
            Self::Failed { .. } => "failed",
        }
    }

    /// Whether it is provably receiving.
    pub fn is_ready(&self) -> bool {
        matches!(self, Self::Ready)
    }

    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Stopped | Self::Failed { .. })
    }
}
