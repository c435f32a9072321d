//! A channel as a transport.

use std::{
    collections::VecDeque,
    fmt,
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use futures_util::stream::{FuturesUnordered, Stream, StreamExt};
use journeyman_core::{
    Error, ErrorKind,
    transport::{Closed, Event, Goodbye, Lane, Tag, Transport},
};

use super::{ChannelMessage, StepChannel, Taken};

/// Answers on their way, from which on outcomes stay with their jobs.
const ROOM: usize = 1024;

/// Answers on their way, from which on no step is taken: whoever should receive them has stopped,
/// and memory has an end. Far more than `ROOM`, since a channel that is not emptied loses steps.
const FULL: usize = 16 * ROOM;

type Answer = Pin<Box<dyn Future<Output = (Option<Tag>, Done)> + Send>>;

/// How something ended.
enum Done {
    Answered(bool),
    Swept(usize),
    Published(Result<(), Error>),
}

/// Carries steps and answers between a session and a [`StepChannel`].
pub struct ChannelTransport<C: StepChannel> {
    channel: C,
    connected: bool,
    /// Answers that the channel has not taken yet. They outlive a connection: an answer is to an
    /// event, and one that was begun cannot be taken back.
    answers: FuturesUnordered<Answer>,
    /// Answers that were taken and not reported.
    done: VecDeque<(Tag, Done)>,
    /// Who wants to know that there is no further step.
    looks: VecDeque<Tag>,
    /// It was said that no step is taken.
    full: bool,
}

impl<C: StepChannel> fmt::Debug for ChannelTransport<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelTransport")
            .field("channel", &self.channel)
            .field("connected", &self.connected)
            .field("answers", &self.answers.len())
            .finish_non_exhaustive()
    }
}

impl<C: StepChannel> ChannelTransport<C> {
    /// A transport over this channel.
    pub fn new(channel: C) -> Self {
        Self {
            channel,
            connected: false,
            answers: FuturesUnordered::new(),
            done: VecDeque::new(),
            looks: VecDeque::new(),
            full: false,
        }
    }

    fn run(&mut self, tag: Option<Tag>, answer: impl Future<Output = Done> + Send + 'static) {
        let mut answer: Answer = Box::pin(async move { (tag, answer.await) });
        // Most answers are taken at once, and need no place in the list.
        match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready((tag, done)) => self.ended(tag, done),
            Poll::Pending => self.answers.push(answer),
        }
    }

    fn ended(&mut self, tag: Option<Tag>, done: Done) {
        if let Done::Published(Err(error)) = &done {
            tracing::warn!(%error, "a domain event was not published");
        }
        if let Some(tag) = tag {
            self.done.push_back((tag, done));
        }
    }

    fn poll_answers(&mut self, cx: &mut Context<'_>) -> Option<Event<ChannelMessage>> {
        while let Poll::Ready(Some((tag, done))) = Pin::new(&mut self.answers).poll_next(cx) {
            self.ended(tag, done);
        }
        let (tag, done) = self.done.pop_front()?;
        let message = match done {
            Done::Answered(taken) => ChannelMessage::Answered(taken),
            Done::Swept(timed_out) => {
                ChannelMessage::Swept { timed_out, metrics: self.channel.metrics() }
            }
            Done::Published(_) => return Some(Event::Sent { tag }),
        };
        Some(Event::Reply { tag, message })
    }
}

impl<C: StepChannel> Transport for ChannelTransport<C> {
    type Target = ();
    type Message = ChannelMessage;

    async fn connect(&mut self, (): ()) -> Result<(), Error> {
        self.abort();
        self.channel.connect().await?;
        self.connected = true;
        Ok(())
    }

    fn has_room(&self, _lane: Lane) -> bool {
        self.answers.len() < ROOM
    }

    fn send(
        &mut self,
        _lane: Lane,
        tag: Option<Tag>,
        message: ChannelMessage,
    ) -> Result<(), Error> {
        if !self.connected {
            return Err(Error::new(ErrorKind::Disconnected, "send", "the channel is closed"));
        }
        match message {
            ChannelMessage::Complete(event_id, result) => {
                let answer = self.channel.complete(event_id, *result);
                self.run(tag, async move { Done::Answered(answer.await) });
            }
            ChannelMessage::Checkpoint(event_id, data) => {
                let answer = self.channel.checkpoint(event_id, *data);
                self.run(tag, async move { Done::Answered(answer.await) });
            }
            ChannelMessage::Publish(event, mode) => {
                let answer = self.channel.publish(*event, mode);
                self.run(tag, async move { Done::Published(answer.await) });
            }
            ChannelMessage::Sweep => {
                let answer = self.channel.cleanup();
                self.run(tag, async move { Done::Swept(answer.await) });
            }
            ChannelMessage::StopTaking => self.channel.stop_taking(),
            // Whoever sends it is about to poll.
            ChannelMessage::Look => self.looks.extend(tag),
            ChannelMessage::Step(_)
            | ChannelMessage::Unreadable(_)
            | ChannelMessage::Answered(_)
            | ChannelMessage::Swept { .. } => {
                let problem = "a message that only the channel sends";
                return Err(Error::new(ErrorKind::Internal, "send", problem));
            }
        }
        Ok(())
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Event<ChannelMessage>> {
        if !self.connected {
            return Poll::Pending;
        }
        // Answers first: they make room.
        if let Some(event) = self.poll_answers(cx) {
            return Poll::Ready(event);
        }
        if self.answers.len() >= FULL {
            if !mem::replace(&mut self.full, true) {
                tracing::error!(
                    answers = self.answers.len(),
                    "the channel takes no answers: no step is taken before it does"
                );
            }
            return Poll::Pending;
        }
        self.full = false;
        let message = match self.channel.poll_step(cx) {
            Poll::Ready(Taken::Step(event)) => ChannelMessage::Step(event),
            Poll::Ready(Taken::Unreadable(event)) => ChannelMessage::Unreadable(event),
            Poll::Ready(Taken::Closed(error)) => {
                self.abort();
                return Poll::Ready(Event::Closed(Closed { code: None, error, clean: false }));
            }
            Poll::Pending => {
                if let Some(tag) = self.looks.pop_front() {
                    return Poll::Ready(Event::Sent { tag });
                }
                return Poll::Pending;
            }
        };
        Poll::Ready(Event::Received { lane: Lane::MAIN, message })
    }

    async fn close(&mut self, _goodbye: Goodbye) {
        while self.answers.next().await.is_some() {}
        self.done.clear();
        if self.connected {
            self.channel.close().await;
        }
        self.connected = false;
    }

    fn abort(&mut self) {
        self.connected = false;
        self.looks.clear();
    }
}
