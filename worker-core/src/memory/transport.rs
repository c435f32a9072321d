//! A transport whose messages are values.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, PoisonError},
    task::{Context, Poll, Waker},
};

use tokio::sync::mpsc;

use super::{
    Queue, Shared, Submission,
    client::{ReplyTo, Update},
};
use crate::{
    Error, ErrorKind, JobError, Value,
    session::poll_many,
    transport::{Closed, Event, Goodbye, Lane, Tag, Transport},
};

/// What passes between client and worker.
pub enum MemoryMessage {
    #[doc(hidden)]
    #[allow(private_interfaces)]
    Job(Submission, ReplyTo),
    #[doc(hidden)]
    Cancel(Arc<str>),
    #[doc(hidden)]
    Break,
    #[doc(hidden)]
    #[allow(private_interfaces)]
    Outcome(ReplyTo, Result<Value, JobError>),
    #[doc(hidden)]
    Update(mpsc::Sender<Update>, Update),
}

impl fmt::Debug for MemoryMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Job(..) => "Job",
            Self::Cancel(_) => "Cancel",
            Self::Break => "Break",
            Self::Outcome(..) => "Outcome",
            Self::Update(..) => "Update",
        })
    }
}

/// Messages that are taken out of the channel in one go.
const BATCH: usize = 64;

/// Carries messages through channels.
#[derive(Debug)]
pub struct MemoryTransport {
    shared: Shared,
    queue: Option<Queue>,
    /// Tags of messages that were delivered and not yet reported.
    sent: VecDeque<Tag>,
    waker: Option<Waker>,
}

impl MemoryTransport {
    pub(super) fn new(shared: Shared) -> Self {
        Self { shared, queue: None, sent: VecDeque::new(), waker: None }
    }
}

impl Transport for MemoryTransport {
    type Target = ();
    type Message = MemoryMessage;

    async fn connect(&mut self, (): ()) -> Result<(), Error> {
        self.abort();
        self.queue = self.shared.lock().unwrap_or_else(PoisonError::into_inner).take();
        match self.queue {
            Some(_) => Ok(()),
            None => {
                Err(Error::new(ErrorKind::Refused, "connect", "the queue has a worker already"))
            }
        }
    }

    fn has_room(&self, _lane: Lane) -> bool {
        true
    }

    fn send(&mut self, _lane: Lane, tag: Option<Tag>, message: MemoryMessage) -> Result<(), Error> {
        match message {
            MemoryMessage::Outcome(reply, outcome) => {
                // An error means that nobody waits for it any more.
                let _ = reply.outcome.send(outcome);
            }
            MemoryMessage::Update(updates, update) => {
                // Full means that nobody reads.
                let _ = updates.try_send(update);
            }
            _ => {}
        }
        if let Some(tag) = tag {
            self.sent.push_back(tag);
            if let Some(waker) = self.waker.take() {
                waker.wake();
            }
        }
        Ok(())
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Event<MemoryMessage>> {
        if let Some(tag) = self.sent.pop_front() {
            return Poll::Ready(Event::Sent { tag });
        }
        let Some(Queue { channel, taken }) = &mut self.queue else { return Poll::Pending };
        if taken.is_empty() && poll_many(channel, cx, taken, BATCH).is_pending() {
            self.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        match taken.pop_front() {
            Some(MemoryMessage::Break) => {
                self.abort();
                let error = Error::new(ErrorKind::Disconnected, "receive", "the connection broke");
                Poll::Ready(Event::Closed(Closed { code: None, error, clean: false }))
            }
            Some(message) => Poll::Ready(Event::Received { lane: Lane::MAIN, message }),
            // Without a client, no job can come any more; those in flight go on.
            None => {
                self.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    async fn close(&mut self, _goodbye: Goodbye) {
        self.queue = None;
    }

    fn abort(&mut self) {
        if let Some(queue) = self.queue.take() {
            *self.shared.lock().unwrap_or_else(PoisonError::into_inner) = Some(queue);
        }
        self.sent.clear();
    }
}
