//! One connection as seen from the rest of the broker: where its bytes are put.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use bytes::BytesMut;
use tokio::sync::{Notify, watch};

use super::events::Cause;

/// Whether a connection is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Open,
    /// As soon as what waits is written.
    Flush,
    Now,
}

#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) number: u64,
    out: Mutex<BytesMut>,
    /// Something was put and its writer not told yet.
    pushed: AtomicBool,
    wake: Notify,
    end: watch::Sender<End>,
    cause: Mutex<Option<Cause>>,
    frozen: watch::Sender<bool>,
}

impl Link {
    pub(crate) fn new(number: u64, frozen: bool) -> Self {
        Self {
            number,
            out: Mutex::default(),
            pushed: AtomicBool::new(false),
            wake: Notify::new(),
            end: watch::Sender::new(End::Open),
            cause: Mutex::default(),
            frozen: watch::Sender::new(frozen),
        }
    }

    fn out(&self) -> MutexGuard<'_, BytesMut> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that wait to be written.
    pub(crate) fn backlog(&self) -> usize {
        self.out().len()
    }

    /// Lets `write` add to what waits.
    pub(crate) fn put<R>(&self, write: impl FnOnce(&mut BytesMut) -> R) -> R {
        write(&mut self.out())
    }

    /// Takes what waits.
    pub(crate) fn take(&self) -> BytesMut {
        self.out().split()
    }

    /// Notes that something was put. True if that was not noted before.
    pub(crate) fn mark(&self) -> bool {
        !self.pushed.swap(true, Ordering::Relaxed)
    }

    /// Tells the writer.
    pub(crate) fn wake(&self) {
        self.pushed.store(false, Ordering::Relaxed);
        self.wake.notify_one();
    }

    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Ends the connection. The first cause counts, and the sooner end.
    pub(crate) fn finish(&self, end: End, cause: Cause) {
        self.cause.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(cause);
        self.end.send_if_modified(|now| {
            let sooner = *now == End::Open || (*now == End::Flush && end == End::Now);
            if sooner {
                *now = end;
            }
            sooner
        });
        self.wake.notify_one();
    }

    pub(crate) fn end(&self) -> End {
        *self.end.borrow()
    }

    pub(crate) fn watch_end(&self) -> watch::Receiver<End> {
        self.end.subscribe()
    }

    /// Why it ended, if somebody said so.
    pub(crate) fn cause(&self) -> Option<Cause> {
        self.cause.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A frozen connection neither reads nor writes.
    pub(crate) fn freeze(&self, frozen: bool) {
        self.frozen.send_replace(frozen);
    }

    pub(crate) fn is_frozen(&self) -> bool {
        *self.frozen.borrow()
    }

    pub(crate) async fn thawed(&self) {
        if self.is_frozen() {
            // The sender is ours, so this ends only when it thaws.
            let _ = self.frozen.subscribe().wait_for(|frozen| !frozen).await;
        }
    }
}

/// Links to wake once, after the lock is given back.
#[derive(Debug, Default)]
pub(crate) struct Woken(Vec<Arc<Link>>);

impl Woken {
    pub(crate) fn add(&mut self, link: &Arc<Link>) {
        if link.mark() {
            self.0.push(Arc::clone(link));
        }
    }

    pub(crate) fn wake(self) {
        for link in self.0 {
            link.wake();
        }
    }
}
