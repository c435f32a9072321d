//! What others hand to the task that owns a connection.

use crate::ws::frames;
use bytes::{Bytes, BytesMut};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Something a connection is to do.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    /// Say goodbye with this code, then close.
    Close { code: u16, reason: String },
    /// Drop the socket.
    Abort(&'static str),
    /// Reset the socket.
    Reset,
    /// Neither read nor write any more, but keep the socket open.
    Freeze,
    /// Go on after a freeze.
    Thaw,
}

#[derive(Debug, Default)]
struct Mail {
    /// Frames to be written, in order.
    out: BytesMut,
    /// Frames for later.
    delayed: VecDeque<(Instant, Bytes)>,
    delayed_bytes: usize,
    commands: Vec<Command>,
}

/// The mailbox of a connection. One task reads it, anybody writes.
#[derive(Debug)]
pub(crate) struct Link {
    mail: Mutex<Mail>,
    changed: Notify,
    max: usize,
}

impl Link {
    /// `max` bytes may wait; with more the connection is told to end.
    pub(crate) fn new(max: usize) -> Self {
        Self { mail: Mutex::default(), changed: Notify::new(), max }
    }

    fn mail(&self) -> MutexGuard<'_, Mail> {
        self.mail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn post(&self, change: impl FnOnce(&mut Mail)) {
        let mut mail = self.mail();
        change(&mut mail);
        if mail.out.len() + mail.delayed_bytes > self.max {
            *mail = Mail::default();
            mail.commands.push(Command::Abort("the peer does not read what it is sent"));
        }
        drop(mail);
        self.changed.notify_one();
    }

    /// Queues a frame.
    pub(crate) fn send(&self, opcode: u8, payload: &[u8]) {
        self.post(|mail| frames::put_frame(opcode, payload, &mut mail.out));
    }

    /// Queues a text message for later, or for now.
    pub(crate) fn send_after(&self, delay: Duration, text: &str) {
        if delay.is_zero() {
            return self.send(frames::TEXT, text.as_bytes());
        }
        let mut frame = BytesMut::new();
        frames::put_frame(frames::TEXT, text.as_bytes(), &mut frame);
        self.post(|mail| {
            mail.delayed_bytes += frame.len();
            mail.delayed.push_back((Instant::now() + delay, frame.freeze()));
        });
    }

    /// Queues bytes without a frame around them.
    pub(crate) fn send_raw(&self, bytes: &[u8]) {
        self.post(|mail| mail.out.extend_from_slice(bytes));
    }

    pub(crate) fn command(&self, command: Command) {
        self.post(|mail| mail.commands.push(command));
    }

    /// The owner's side: waits for mail. Cancel safe.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// The owner's side: takes the commands, and leaves the frames where they are.
    pub(crate) fn take_commands(&self) -> Vec<Command> {
        std::mem::take(&mut self.mail().commands)
    }

    /// The owner's side: takes the frames that are due onto the end of `out`, and the commands.
    /// Also says when the next frame will be due.
    pub(crate) fn take(&self, out: &mut BytesMut) -> (Vec<Command>, Option<Instant>) {
        let mut mail = self.mail();
        if out.is_empty() {
            std::mem::swap(out, &mut mail.out);
        } else {
            out.extend_from_slice(&mail.out);
        }
        mail.out.clear();
        let now = Instant::now();
        while mail.delayed.front().is_some_and(|(due, _)| *due <= now) {
            if let Some((_, frame)) = mail.delayed.pop_front() {
                mail.delayed_bytes -= frame.len();
                out.extend_from_slice(&frame);
            }
        }
        let next = mail.delayed.front().map(|(due, _)| *due);
        (std::mem::take(&mut mail.commands), next)
    }
}
