//! The stand-in's channel as the adapter's.

use std::future::{Future, ready};
use std::task::{Context, Poll};
use std::time::Duration;

use journeyman_core::{Error, ErrorKind};
use journeyman_tasker::channel::{ChannelInfo, ChannelMetrics, StepChannel, Taken};
use journeyman_tasker::wire::{
    CheckpointYieldData, DeliveryMode, DomainEvent, StepEvent, StepExecutionResult,
};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::channel::Channel;
use super::definition::Delivery;

/// The worker's end of a [`Channel`]: a worker on the stand-in is
/// `TaskerWorker::new(config, Bridge::new(channel.clone()))`.
///
/// All that goes across is JSON text, which each side reads and writes by itself: an error of one
/// is not hidden by the other.
///
/// It may be made as often as there are workers. All of them take from the one channel, and a new
/// connection lets it claim steps again after another one asked it to stop.
#[derive(Debug)]
pub struct Bridge {
    channel: Channel,
}

impl Bridge {
    /// The worker's end of this channel.
    #[must_use]
    pub fn new(channel: Channel) -> Self {
        Self { channel }
    }
}

/// As the other side reads it; `None` when the worker's types do not become JSON.
fn json(value: &impl Serialize) -> Option<Value> {
    serde_json::from_str(&serde_json::to_string(value).ok()?).ok()
}

fn gone(operation: &'static str) -> Error {
    Error::new(ErrorKind::Disconnected, operation, "the dispatch channel is closed").temporary()
}

impl StepChannel for Bridge {
    fn info(&self) -> ChannelInfo {
        let timeout = self.channel.with(|core| core.config().completion_timeout);
        ChannelInfo::default().publishes(true).completion_timeout(Some(timeout))
    }

    fn connect(&mut self) -> impl Future<Output = Result<(), Error>> + Send + '_ {
        ready(self.channel.with(|core| {
            if core.is_closed() {
                return Err(gone("connect"));
            }
            core.pause_claims(false);
            Ok(())
        }))
    }

    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Taken> {
        let Some(event) = std::task::ready!(self.channel.poll_event(cx)) else {
            return Poll::Ready(Taken::Closed(gone("take")));
        };
        let text = serde_json::to_string(&event).unwrap_or_default();
        Poll::Ready(match StepEvent::parse(&text) {
            Ok(event) => Taken::Step(Box::new(event)),
            Err(unreadable) => Taken::Unreadable(unreadable),
        })
    }

    fn complete(
        &mut self,
        event_id: Uuid,
        result: StepExecutionResult,
    ) -> impl Future<Output = bool> + Send + 'static {
        ready(json(&result).is_some_and(|result| self.channel.complete(event_id, &result)))
    }

    fn checkpoint(
        &mut self,
        event_id: Uuid,
        data: CheckpointYieldData,
    ) -> impl Future<Output = bool> + Send + 'static {
        ready(json(&data).is_some_and(|data| self.channel.checkpoint(event_id, &data)))
    }

    fn publish(
        &mut self,
        event: DomainEvent,
        mode: DeliveryMode,
    ) -> impl Future<Output = Result<(), Error>> + Send + 'static {
        let mode = match mode {
            DeliveryMode::Durable => Delivery::Durable,
            DeliveryMode::Fast => Delivery::Fast,
            DeliveryMode::Broadcast => Delivery::Broadcast,
        };
        let published = match json(&event) {
            Some(event) => self.channel.with(|core| core.publish(event, mode)),
            None => Err("the event does not become JSON".to_owned()),
        };
        ready(published.map_err(|problem| Error::new(ErrorKind::Refused, "publish", problem)))
    }

    fn cleanup(&mut self) -> impl Future<Output = usize> + Send + 'static {
        ready(self.channel.cleanup_timeouts())
    }

    fn metrics(&self) -> ChannelMetrics {
        let threshold = self.channel.with(|core| core.config().starvation_threshold);
        let metrics = self.channel.metrics();
        let age = |millis: Option<u64>| Duration::from_millis(millis.unwrap_or_default());
        let oldest = metrics.oldest_event_id.map(|id| (id, age(metrics.oldest_pending_age_ms)));
        let mut told = ChannelMetrics::of(oldest, threshold);
        told.pending_count = metrics.pending_count;
        told.newest_pending_age_ms = metrics.newest_pending_age_ms;
        told.starving_event_count = metrics.starving_event_count;
        told
    }

    fn stop_taking(&mut self) {
        self.channel.with(|core| core.pause_claims(true));
    }
}
