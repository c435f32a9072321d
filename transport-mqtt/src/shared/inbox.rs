//! Events on their way to one session.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use journeyman_core::transport::Event;

use crate::MqttMessage;

/// With so many events waiting, nothing more is read for anybody.
pub(super) const LIMIT: usize = 1024;

/// The events that one session has not taken yet.
#[derive(Debug, Default)]
pub(super) struct Inbox(Mutex<Content>);

#[derive(Debug, Default)]
struct Content {
    events: VecDeque<Event<MqttMessage>>,
    waker: Option<Waker>,
    /// The driver waits for room.
    awaited: bool,
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an event. True when it is full.
    pub(super) fn push(&self, event: Event<MqttMessage>) -> bool {
        let mut content = self.lock();
        content.events.push_back(event);
        let full = content.events.len() >= LIMIT;
        content.awaited |= full;
        let waker = content.waker.take();
        drop(content);
        if let Some(waker) = waker {
            waker.wake();
        }
        full
    }

    /// Whether it is still full.
    pub(super) fn is_full(&self) -> bool {
        self.lock().awaited
    }

    /// Lets the session look again.
    pub(super) fn wake(&self) {
        let waker = self.lock().waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// What waits is of no use any more.
    pub(super) fn clear(&self) {
        let mut content = self.lock();
        content.events.clear();
        content.awaited = false;
    }

    /// The next event, and whether the driver waited for the room that it leaves.
    pub(super) fn poll(&self, cx: &mut Context<'_>) -> (Poll<Event<MqttMessage>>, bool) {
        let mut content = self.lock();
        let Some(event) = content.events.pop_front() else {
            if content.waker.as_ref().is_none_or(|waker| !waker.will_wake(cx.waker())) {
                content.waker = Some(cx.waker().clone());
            }
            return (Poll::Pending, false);
        };
        let freed = content.awaited && content.events.len() <= LIMIT / 2;
        content.awaited &= !freed;
        (Poll::Ready(event), freed)
    }
}
