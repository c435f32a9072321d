//! What others hand to the task that owns a connection.

use crate::ws::frames;
use bytes::BytesMut;
use futures_util::task::AtomicWaker;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use uuid::Uuid;

/// Something a test wants a connection to do.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    /// Say goodbye with this code, then close.
    Close { code: u16, reason: String },
    /// Drop the socket.
    Abort,
    /// Reset the socket.
    Reset,
    /// Neither read nor write any more, but keep the socket open.
    Freeze,
    /// Go on after a freeze.
    Thaw,
}

#[derive(Debug, Default)]
pub(crate) struct Mail {
    /// Frames to be written, in order.
    pub(crate) out: BytesMut,
    /// The assignment among them, for the hand-over timer.
    pub(crate) assignment: Option<Uuid>,
    pub(crate) commands: Vec<Command>,
}

/// The mailbox of a connection. One task reads it, anybody writes.
#[derive(Debug, Default)]
pub(crate) struct Link {
    mail: Mutex<Mail>,
    dirty: AtomicBool,
    waker: AtomicWaker,
}

impl Link {
    fn mail(&self) -> MutexGuard<'_, Mail> {
        self.mail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the mail and wakes the owner.
    pub(crate) fn post(&self, change: impl FnOnce(&mut Mail)) {
        change(&mut self.mail());
        self.dirty.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// Queues a frame.
    pub(crate) fn send(&self, opcode: u8, payload: &[u8]) {
        self.post(|mail| frames::put_frame(opcode, payload, &mut mail.out));
    }

    pub(crate) fn command(&self, command: Command) {
        self.post(|mail| mail.commands.push(command));
    }

    /// The owner's side: asks to be woken by the next [`post`](Self::post).
    pub(crate) fn register(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    /// The owner's side: it is awake and will look at the mail before it sleeps, so posts need
    /// not wake it.
    pub(crate) fn busy(&self) {
        self.waker.take();
    }

    pub(crate) fn is_dirty(&self) -> bool {
        self.dirty.load(Ordering::Acquire)
    }

    /// The owner's side: takes frames onto the end of `out`, and the rest of the mail.
    pub(crate) fn take(&self, out: &mut BytesMut) -> Option<(Vec<Command>, Option<Uuid>)> {
        if !self.dirty.swap(false, Ordering::AcqRel) {
            return None;
        }
        let mut mail = self.mail();
        if out.is_empty() {
            std::mem::swap(out, &mut mail.out);
        } else {
            out.extend_from_slice(&mail.out);
        }
        mail.out.clear();
        Some((std::mem::take(&mut mail.commands), mail.assignment.take()))
    }
}
