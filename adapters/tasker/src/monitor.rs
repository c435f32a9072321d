//! What is known about the steps in hand, for whoever shows it.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Serialize;
use uuid::Uuid;

use crate::channel::ChannelMetrics;

/// The numbers of one worker. Ages are those of the last look, which is never older than the
/// interval of the clean-up while the worker is connected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StepStats {
    /// Steps that were taken from the channel.
    pub taken: u64,
    /// Steps whose result the channel took.
    pub completed: u64,
    /// Those of them that failed.
    pub failed: u64,
    /// Results that the channel did not take.
    pub refused: u64,
    /// Checkpoints that the channel took.
    pub checkpoints: u64,
    /// Events that handlers published.
    pub published: u64,
    /// Step events that could not be used.
    pub unusable: u64,
    /// Steps that nobody handles.
    pub unresolved: u64,
    /// Steps that came again while they were in hand.
    pub merged: u64,
    /// Steps that the channel failed because they stayed unanswered.
    pub timed_out: u64,
    /// Steps that became older than the threshold.
    pub starved: u64,
    /// Steps that are in hand: they wait for a permit, run, or their result is on its way.
    pub pending: usize,
    /// The age of the oldest.
    pub oldest_pending: Option<Duration>,
    /// The oldest one's event.
    pub oldest_event: Option<Uuid>,
    /// Steps in hand that are older than the threshold.
    pub starving: usize,
    /// What the channel says.
    pub channel: ChannelMetrics,
}

/// Shows the numbers. Clones show the same.
#[derive(Clone, Default)]
pub struct Monitor(Arc<Mutex<StepStats>>);

impl Monitor {
    /// The numbers now.
    pub fn snapshot(&self) -> StepStats {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut StepStats)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl fmt::Debug for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Monitor").field(&self.snapshot()).finish()
    }
}
