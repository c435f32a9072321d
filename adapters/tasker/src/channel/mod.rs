//! The channel that steps come through, and how it becomes a transport.
//!
//! Tasker has no wire between server and worker: its own worker crate claims steps from the
//! database and puts them on a channel inside of the process (Tasker sheet, sections 1 and 3).
//! [`StepChannel`] is what this adapter wants of it; [`memory`] has one without Tasker.

pub mod memory;
mod message;
mod transport;

use std::{
    fmt,
    future::{Future, ready},
    task::{Context, Poll},
    time::Duration,
};

use journeyman_core::{Error, ErrorKind};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::wire::{
    CheckpointYieldData, DeliveryMode, DomainEvent, StepEvent, StepExecutionResult, UnreadableEvent,
};

pub use message::ChannelMessage;
pub use transport::ChannelTransport;

/// What a channel gives next.
#[derive(Debug)]
#[non_exhaustive]
pub enum Taken {
    /// A step. From now on its age counts.
    Step(Box<StepEvent>),
    /// Something that cannot be read.
    Unreadable(UnreadableEvent),
    /// The channel is closed. Nothing comes until the next `connect`.
    Closed(Error),
}

/// What is always so with a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelInfo {
    /// Whether [`StepChannel::poll_step`] wakes its task when there is a step. Where it does not,
    /// the channel is looked at by a timer.
    pub wakes: bool,
    /// Whether [`StepChannel::publish`] works.
    pub publishes: bool,
    /// How long a step may stay unanswered before [`StepChannel::cleanup`] fails it; `None` for
    /// ever.
    pub completion_timeout: Option<Duration>,
}

impl Default for ChannelInfo {
    fn default() -> Self {
        Self { wakes: true, publishes: false, completion_timeout: None }
    }
}

impl ChannelInfo {
    /// Sets whether the channel wakes its task.
    #[must_use]
    pub fn wakes(mut self, wakes: bool) -> Self {
        self.wakes = wakes;
        self
    }

    /// Sets whether the channel publishes events.
    #[must_use]
    pub fn publishes(mut self, publishes: bool) -> Self {
        self.publishes = publishes;
        self
    }

    /// Sets how long a step may stay unanswered.
    #[must_use]
    pub fn completion_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.completion_timeout = timeout;
        self
    }
}

/// What a channel says about the steps that were taken and not answered: upstream's
/// `FfiDispatchMetrics` (Tasker sheet, section 3.2). Steps that are still in the channel do not
/// count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChannelMetrics {
    /// How many there are.
    pub pending_count: usize,
    /// The age of the oldest, in milliseconds.
    pub oldest_pending_age_ms: Option<u64>,
    /// The age of the newest, in milliseconds.
    pub newest_pending_age_ms: Option<u64>,
    /// The oldest one's event.
    pub oldest_event_id: Option<Uuid>,
    /// Whether one is older than the threshold.
    pub starvation_detected: bool,
    /// How many are.
    pub starving_event_count: usize,
}

impl ChannelMetrics {
    /// From the ages of all steps, in any order.
    pub fn of(ages: impl IntoIterator<Item = (Uuid, Duration)>, threshold: Duration) -> Self {
        let mut metrics = Self::default();
        let mut oldest: Option<(Duration, Uuid)> = None;
        let mut newest: Option<Duration> = None;
        for (id, age) in ages {
            metrics.pending_count += 1;
            metrics.starving_event_count += usize::from(age > threshold);
            if oldest.is_none_or(|(other, _)| age > other) {
                oldest = Some((age, id));
            }
            newest = Some(newest.map_or(age, |other| other.min(age)));
        }
        let millis = |age: Duration| u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        metrics.oldest_pending_age_ms = oldest.map(|(age, _)| millis(age));
        metrics.oldest_event_id = oldest.map(|(_, id)| id);
        metrics.newest_pending_age_ms = newest.map(millis);
        metrics.starvation_detected = metrics.starving_event_count > 0;
        metrics
    }
}

/// A channel of steps. The session owns it and calls it from one task, which must not be blocked:
/// what blocks upstream (`checkpoint_yield` waits for the database, `complete` for room) belongs on
/// a thread of its own, behind the future that is returned here.
pub trait StepChannel: fmt::Debug + Send + 'static {
    /// What is always so with it.
    fn info(&self) -> ChannelInfo {
        ChannelInfo::default()
    }

    /// Starts what feeds it. Called before anything else, and again after
    /// [`Taken::Closed`].
    ///
    /// # Errors
    /// It cannot be started; a temporary error is tried again.
    ///
    /// # Cancel safety
    /// The session drops the future when it takes too long; a later call starts anew.
    fn connect(&mut self) -> impl Future<Output = Result<(), Error>> + Send + '_ {
        ready(Ok(()))
    }

    /// Takes the next step out. When there is none, the task is woken by the next one, if
    /// [`ChannelInfo::wakes`] says so.
    ///
    /// It is called until it is pending, whatever the worker has to do: upstream claims a step
    /// before it is here, and loses it when its buffer is full (Tasker sheet, section 19).
    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Taken>;

    /// Answers an event. False when the event is not known, was answered before, or the channel is
    /// closed or full.
    ///
    /// # Cancel safety
    /// The future outlives a connection: after [`Taken::Closed`] it is polled again once
    /// [`connect`](Self::connect) has succeeded. It is dropped only when the session ends.
    fn complete(
        &mut self,
        event_id: Uuid,
        result: StepExecutionResult,
    ) -> impl Future<Output = bool> + Send + 'static;

    /// Stores a checkpoint; the step comes again with it. False when that failed, in which case the
    /// channel itself answers with a failure.
    ///
    /// # Cancel safety
    /// As [`complete`](Self::complete).
    fn checkpoint(
        &mut self,
        event_id: Uuid,
        data: CheckpointYieldData,
    ) -> impl Future<Output = bool> + Send + 'static;

    /// Publishes an event that no template declares, or at another time than after the result.
    fn publish(
        &mut self,
        event: DomainEvent,
        mode: DeliveryMode,
    ) -> impl Future<Output = Result<(), Error>> + Send + 'static {
        drop((event, mode));
        ready(Err(Error::new(ErrorKind::Unsupported, "publish", "the channel publishes no events")))
    }

    /// Fails the steps that stayed unanswered for too long; how many there were. Called by a timer.
    fn cleanup(&mut self) -> impl Future<Output = usize> + Send + 'static {
        ready(0)
    }

    /// Steps that were taken and not answered.
    fn metrics(&self) -> ChannelMetrics;

    /// The worker stops: claim no more steps. What was claimed before is still taken and answered.
    fn stop_taking(&mut self) {}

    /// Ends what feeds it. All answers are through.
    ///
    /// # Cancel safety
    /// The session drops the future when it takes too long.
    fn close(&mut self) -> impl Future<Output = ()> + Send + '_ {
        ready(())
    }
}

#[cfg(test)]
mod tests;
