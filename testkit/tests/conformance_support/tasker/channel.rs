//! A channel of steps that misbehaves: what the fault proxy is to backends with a network.
//!
//! It stands between the adapter and the stand-in's own [`Bridge`], and is told by [`Switches`] what to
//! do: events late, in another order, twice, spoilt; answers late, twice, refused, for another event or
//! another step, taken without a word; and a channel that closes.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use journeyman_core::Error;
use journeyman_tasker::{
    channel::{ChannelInfo, ChannelMetrics, StepChannel, Taken},
    wire::{
        CheckpointYieldData, DeliveryMode, DomainEvent, StepEvent, StepExecutionResult,
        UnreadableEvent,
    },
};
use journeyman_testkit::tasker::Bridge;
use tokio::time::{Instant, Sleep, sleep_until};
use uuid::Uuid;

use super::{
    rough::Rough,
    switches::{Switches, gone},
};

/// The worker's end.
#[derive(Debug)]
pub(crate) struct FaultChannel {
    switches: Switches,
    bridge: Option<Bridge>,
    /// Events that are late.
    held: Vec<(Instant, StepEvent)>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl FaultChannel {
    pub(crate) fn new(switches: Switches) -> Self {
        Self { switches, bridge: None, held: Vec::new(), timer: None }
    }

    /// What comes out instead of an event.
    fn next(&mut self, cx: &mut Context<'_>) -> Poll<Taken> {
        let now = Instant::now();
        if let Some(at) = self.held.iter().position(|(due, _)| *due <= now) {
            return Poll::Ready(Taken::Step(Box::new(self.held.swap_remove(at).1)));
        }
        while let Some(bridge) = &mut self.bridge {
            let taken = match bridge.poll_step(cx) {
                Poll::Ready(taken) => taken,
                Poll::Pending => break,
            };
            let mut state = self.switches.state();
            let (Taken::Step(event), Some(rough)) = (&taken, &mut state.rough) else {
                return Poll::Ready(taken);
            };
            let fate = rough.event();
            drop(state);
            if fate.twice {
                self.held.push((now + fate.second, (**event).clone()));
            }
            if fate.spoilt {
                return Poll::Ready(Taken::Unreadable(spoilt(event)));
            }
            if fate.delay.is_zero() {
                return Poll::Ready(taken);
            }
            self.held.push((now + fate.delay, (**event).clone()));
        }
        let Some(due) = self.held.iter().map(|(due, _)| *due).min() else { return Poll::Pending };
        let mut timer = Box::pin(sleep_until(due));
        let elapsed = timer.as_mut().poll(cx);
        self.timer = Some(timer);
        match elapsed {
            Poll::Ready(()) => self.next(cx),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// What is left of an event whose middle is missing.
fn spoilt(event: &StepEvent) -> UnreadableEvent {
    let mut json = serde_json::to_value(event).expect("an event is JSON");
    json["task_sequence_step"].as_object_mut().expect("it has one").remove("step_definition");
    StepEvent::parse(&json.to_string()).expect_err("it lacks its definition")
}

impl StepChannel for FaultChannel {
    fn info(&self) -> ChannelInfo {
        let kind = self.switches.state().kind;
        let info = ChannelInfo::default().wakes(kind.wakes).publishes(kind.publishes);
        info.completion_timeout(kind.timeout)
    }

    async fn connect(&mut self) -> Result<(), Error> {
        let channel = {
            let mut state = self.switches.state();
            if state.rough.as_mut().is_some_and(Rough::connect) {
                return Err(gone("connect", "the fault channel refuses, now and then"));
            }
            state.channel.clone()
        };
        let channel = channel.ok_or_else(|| gone("connect", "nobody is there"))?;
        let mut bridge = Bridge::new(channel);
        bridge.connect().await?;
        self.bridge = Some(bridge);
        let mut state = self.switches.state();
        (state.cut, state.seen.connected) = (false, true);
        state.seen.connections += 1;
        Ok(())
    }

    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Taken> {
        let mut state = self.switches.state();
        state.waker = Some(cx.waker().clone());
        let wakes = state.kind.wakes;
        if let Some(text) = state.stray.pop_front() {
            return Poll::Ready(match StepEvent::parse(&text) {
                Ok(event) => Taken::Step(Box::new(event)),
                Err(unreadable) => Taken::Unreadable(unreadable),
            });
        }
        if state.cut || state.rough.as_mut().is_some_and(Rough::cut) {
            (state.cut, state.seen.connected) = (false, false);
            drop(state);
            self.bridge = None;
            return Poll::Ready(Taken::Closed(gone("take", "the fault channel closed")));
        }
        drop(state);
        let mut deaf = Context::from_waker(Waker::noop());
        let taken = self.next(if wakes { cx } else { &mut deaf });
        self.switches.remember(&taken);
        if let Poll::Ready(Taken::Closed(_)) = taken {
            self.switches.state().seen.connected = false;
            self.bridge = None;
        }
        taken
    }

    fn complete(
        &mut self,
        event_id: Uuid,
        result: StepExecutionResult,
    ) -> impl Future<Output = bool> + Send + 'static {
        let switches = self.switches.clone();
        async move {
            let (delay, deed) = switches.plan();
            switches.way(delay).await;
            switches.answer(deed, event_id, result).await
        }
    }

    fn checkpoint(
        &mut self,
        event_id: Uuid,
        data: CheckpointYieldData,
    ) -> impl Future<Output = bool> + Send + 'static {
        let switches = self.switches.clone();
        async move {
            let (delay, _) = switches.plan();
            switches.way(delay).await;
            match switches.channel() {
                Some(channel) => Bridge::new(channel).checkpoint(event_id, data).await,
                None => false,
            }
        }
    }

    fn publish(
        &mut self,
        event: DomainEvent,
        mode: DeliveryMode,
    ) -> impl Future<Output = Result<(), Error>> + Send + 'static {
        let bridge = self.bridge.as_mut().map(|bridge| bridge.publish(event, mode));
        async move {
            match bridge {
                Some(published) => published.await,
                None => Err(gone("publish", "the channel is closed")),
            }
        }
    }

    fn cleanup(&mut self) -> impl Future<Output = usize> + Send + 'static {
        let cleaned = self.bridge.as_mut().map(StepChannel::cleanup);
        async move {
            match cleaned {
                Some(cleaned) => cleaned.await,
                None => 0,
            }
        }
    }

    fn metrics(&self) -> ChannelMetrics {
        self.bridge.as_ref().map_or_else(ChannelMetrics::default, StepChannel::metrics)
    }

    fn stop_taking(&mut self) {
        let now = Instant::now();
        // What is late comes now, or it would never come.
        self.held.iter_mut().for_each(|(due, _)| *due = now);
        let stops = self.switches.state().kind.stops;
        if let Some(bridge) = self.bridge.as_mut().filter(|_| stops) {
            bridge.stop_taking();
        }
    }

    async fn close(&mut self) {
        if let Some(bridge) = &mut self.bridge {
            bridge.close().await;
        }
        self.bridge = None;
        let mut state = self.switches.state();
        state.seen.connected = false;
        state.seen.farewells += 1;
        drop(state);
        self.switches.said_farewell();
    }
}
