//! A channel that does with answers what was planned for them.

#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use journeyman_core::Error;
use journeyman_tasker::channel::{ChannelInfo, ChannelMetrics, StepChannel, Taken};
use journeyman_tasker::wire::{
    CheckpointYieldData, DeliveryMode, DomainEvent, StepEvent, StepExecutionResult,
};
use journeyman_testkit::tasker::{Bridge, Channel};
use uuid::Uuid;

use crate::plan::{DAG, Trouble, trouble};

/// Number of the task, place of the step, and which try it is.
pub(crate) fn place(event: &StepEvent) -> (u64, usize, u32) {
    #[derive(serde::Deserialize)]
    struct Number {
        number: u64,
    }
    let sequence = &event.step;
    let context = sequence.task.task.context.as_ref().unwrap();
    let number: Number = serde_json::from_str(&serde_json::to_string(context).unwrap()).unwrap();
    let name = &sequence.workflow_step.name;
    let step = DAG.iter().position(|(other, _)| other == name).unwrap();
    let before = sequence.workflow_step.attempts.unwrap_or(0);
    (number.number, step, u32::try_from(before).unwrap() + 1)
}

/// How often what was done.
pub(crate) type Done = Arc<Mutex<HashMap<Trouble, u64>>>;

#[derive(Debug)]
pub(crate) struct Mischief {
    channel: Channel,
    inner: Bridge,
    plans: HashMap<Uuid, Trouble>,
    /// An event that is given once more.
    again: Option<Box<StepEvent>>,
    done: Done,
}

impl Mischief {
    pub(crate) fn new(channel: Channel, done: Done) -> Self {
        let inner = Bridge::new(channel.clone());
        Self { channel, inner, plans: HashMap::new(), again: None, done }
    }
}

impl StepChannel for Mischief {
    fn info(&self) -> ChannelInfo {
        self.inner.info()
    }

    fn connect(&mut self) -> impl Future<Output = Result<(), Error>> + Send + '_ {
        self.inner.connect()
    }

    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Taken> {
        if let Some(event) = self.again.take() {
            return Poll::Ready(Taken::Step(event));
        }
        let taken = std::task::ready!(self.inner.poll_step(cx));
        if let Taken::Step(event) = &taken {
            let (task, step, attempt) = place(event);
            match trouble(task, step, attempt) {
                Trouble::None => {}
                plan => {
                    *self.done.lock().unwrap().entry(plan).or_default() += 1;
                    self.plans.insert(event.event_id, plan);
                    if plan == Trouble::EventTwice {
                        self.again = Some(event.clone());
                    }
                }
            }
        }
        Poll::Ready(taken)
    }

    fn complete(
        &mut self,
        event_id: Uuid,
        result: StepExecutionResult,
    ) -> impl Future<Output = bool> + Send + 'static {
        let channel = self.channel.clone();
        let plan = self.plans.remove(&event_id).unwrap_or(Trouble::None);
        if plan == Trouble::WrongId {
            let json = serde_json::to_value(&result).unwrap();
            assert!(!channel.complete(Uuid::from_u128(event_id.as_u128() ^ 1), &json));
        }
        let twice = (plan == Trouble::Twice).then(|| result.clone());
        let mut inner = Bridge::new(channel.clone());
        async move {
            match plan {
                Trouble::Late => {
                    let limit = channel.look(|core| core.config().completion_timeout);
                    tokio::time::sleep(limit + Duration::from_secs(2)).await;
                    let taken = inner.complete(event_id, result).await;
                    assert!(!taken, "the channel gave it up before");
                    taken
                }
                // Somebody said yes and forgot it.
                Trouble::Vanished => true,
                _ => {
                    let taken = inner.complete(event_id, result).await;
                    if let Some(result) = twice {
                        assert!(!inner.complete(event_id, result).await, "it was answered");
                    }
                    taken
                }
            }
        }
    }

    fn checkpoint(
        &mut self,
        event_id: Uuid,
        data: CheckpointYieldData,
    ) -> impl Future<Output = bool> + Send + 'static {
        self.inner.checkpoint(event_id, data)
    }

    fn publish(
        &mut self,
        event: DomainEvent,
        mode: DeliveryMode,
    ) -> impl Future<Output = Result<(), Error>> + Send + 'static {
        self.inner.publish(event, mode)
    }

    fn cleanup(&mut self) -> impl Future<Output = usize> + Send + 'static {
        self.inner.cleanup()
    }

    fn metrics(&self) -> ChannelMetrics {
        self.inner.metrics()
    }

    fn stop_taking(&mut self) {
        self.inner.stop_taking();
    }
}
