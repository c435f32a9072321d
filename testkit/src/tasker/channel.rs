//! The dispatch channel in front of an orchestrator, for threads and tasks.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::Instant;
use uuid::Uuid;

use super::dispatch::Metrics;
use super::event::StepEvent;
use super::log::Events;
use super::orchestrator::Orchestrator;

/// An orchestrator that several may use, and wait for. Clones share it.
#[derive(Clone, Debug)]
pub struct Channel {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    core: Orchestrator,
    /// Who waits for an event.
    wakers: Vec<Waker>,
}

/// So many tasks may wait for events at once; beyond that the one that waits longest is woken for
/// nothing.
const MAX_WAKERS: usize = 1024;

impl Channel {
    /// Puts an orchestrator behind a channel.
    #[must_use]
    pub fn new(core: Orchestrator) -> Self {
        let state = Mutex::new(State { core, wakers: Vec::new() });
        Self { shared: Arc::new(Shared { state, changed: Notify::new() }) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Uses the orchestrator; who waits for it looks again afterwards.
    ///
    /// The closure must not use this channel: it is locked.
    pub fn with<T>(&self, work: impl FnOnce(&mut Orchestrator) -> T) -> T {
        let mut state = self.lock();
        let value = work(&mut state.core);
        let ready = state.core.has_events() || state.core.is_closed();
        let wakers = if ready { std::mem::take(&mut state.wakers) } else { Vec::new() };
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        self.shared.changed.notify_waiters();
        value
    }

    /// Looks at the orchestrator.
    ///
    /// The closure must not use this channel: it is locked.
    pub fn look<T>(&self, work: impl FnOnce(&Orchestrator) -> T) -> T {
        work(&self.lock().core)
    }

    /// Takes the next event; `None` when there is none. Never waits.
    #[must_use]
    pub fn poll(&self) -> Option<StepEvent> {
        self.with(Orchestrator::poll)
    }

    /// Takes the next event, or sees to it that the task is woken when there is one. `None` when
    /// the channel is closed.
    pub fn poll_event(&self, cx: &mut Context<'_>) -> Poll<Option<StepEvent>> {
        let mut state = self.lock();
        if let Some(event) = state.core.poll() {
            drop(state);
            self.shared.changed.notify_waiters();
            return Poll::Ready(Some(event));
        }
        if state.core.is_closed() {
            return Poll::Ready(None);
        }
        if state.core.has_events() {
            // It was busy, on purpose. It may be asked again at once.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if !state.wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
            if state.wakers.len() >= MAX_WAKERS {
                state.wakers.remove(0).wake();
            }
            state.wakers.push(cx.waker().clone());
        }
        Poll::Pending
    }

    /// The next event, waiting for it; `None` when the channel is closed. Cancel safe: a dropped
    /// call has taken nothing.
    pub async fn next(&self) -> Option<StepEvent> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    /// The next event, waiting no longer than `timeout`. Cancel safe.
    pub async fn poll_async(&self, timeout: Duration) -> Option<StepEvent> {
        tokio::time::timeout(timeout, self.next()).await.ok().flatten()
    }

    /// [`Orchestrator::complete`].
    pub fn complete(&self, event: Uuid, result: &Value) -> bool {
        self.with(|core| core.complete(event, result))
    }

    /// [`Orchestrator::checkpoint`].
    pub fn checkpoint(&self, event: Uuid, data: &Value) -> bool {
        self.with(|core| core.checkpoint(event, data))
    }

    /// [`Orchestrator::cleanup_timeouts`].
    #[must_use]
    pub fn cleanup_timeouts(&self) -> usize {
        self.with(Orchestrator::cleanup_timeouts)
    }

    /// [`Orchestrator::metrics`].
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.lock().core.metrics()
    }

    /// [`Orchestrator::advance`].
    pub fn advance(&self, by: Duration) {
        self.with(|core| core.advance(by));
    }

    /// [`Orchestrator::close`].
    pub fn close(&self) {
        self.with(Orchestrator::close);
    }

    /// [`Orchestrator::events`].
    #[must_use]
    pub fn events(&self) -> Events {
        self.lock().core.events()
    }

    /// Waits until `wanted` accepts the orchestrator's state. Cancel safe.
    ///
    /// The closure must not use this channel: it is locked.
    pub async fn wait_for(&self, mut wanted: impl FnMut(&Orchestrator) -> bool) {
        loop {
            let mut changed = std::pin::pin!(self.shared.changed.notified());
            // Registered before the look, so a change between look and wait is not slept over.
            changed.as_mut().enable();
            if wanted(&self.lock().core) {
                return;
            }
            changed.await;
        }
    }

    /// Moves the orchestrator's clock as time passes; never returns. For local servers; tests
    /// call [`advance`](Self::advance). Cancel safe.
    ///
    /// When it comes late, it makes up for it timer by timer and lets others run in between, so
    /// that a worker that polls in time can do so here as well.
    pub async fn follow_time(&self) {
        let mut last = Instant::now();
        loop {
            let mut changed = std::pin::pin!(self.shared.changed.notified());
            changed.as_mut().enable();
            let now = Instant::now();
            let mut due = now - last;
            last = now;
            let next = loop {
                let next = self.lock().core.next_timer();
                let step = next.map_or(due, |next| next.min(due));
                self.tick(step);
                due -= step;
                if due.is_zero() {
                    break self.lock().core.next_timer();
                }
                tokio::task::yield_now().await;
            };
            // The clock is read now and then even when no timer is set: ages depend on it.
            let wait = next.unwrap_or(TICK).clamp(Duration::from_millis(1), TICK);
            let _ = tokio::time::timeout(wait, changed).await;
        }
    }

    /// Moves the clock, and wakes only those who have a reason.
    fn tick(&self, by: Duration) {
        let mut state = self.lock();
        let before = state.core.log_length();
        state.core.advance(by);
        let changed = state.core.log_length() != before;
        let ready = state.core.has_events();
        let wakers = if ready { std::mem::take(&mut state.wakers) } else { Vec::new() };
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        if changed {
            self.shared.changed.notify_waiters();
        }
    }
}

const TICK: Duration = Duration::from_millis(100);
