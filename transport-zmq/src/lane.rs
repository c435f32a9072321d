//! One lane: its socket, its open requests, and how a request lane gets a fresh socket.

use std::{
    collections::VecDeque,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use journeyman_core::{
    Error, ErrorKind,
    transport::{Closed, Event, Tag},
};
use tokio::time::Instant;

use crate::{
    Frames, LaneTarget, Role, ZmqConfig,
    error::{Loss, lane_stayed_down},
    establish::establish,
    exchanges::Exchanges,
    socket::{Socket, SocketError},
};

type Events = VecDeque<Event<Frames>>;

#[derive(Debug)]
pub(crate) struct LaneState {
    target: LaneTarget,
    config: Arc<ZmqConfig>,
    link: Link,
    exchanges: Exchanges,
    /// Sockets lost one after another without a reply on any.
    losses: u32,
}

enum Link {
    Up(Box<Socket>),
    Down(Down),
}

struct Down {
    since: Instant,
    step: Step,
    last_error: Option<Error>,
}

enum Step {
    Pause { until: Instant },
    Connect(Pin<Box<dyn Future<Output = Result<Socket, Error>> + Send>>),
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Up(_) => "Up",
            Self::Down(_) => "Down",
        })
    }
}

impl LaneState {
    pub(crate) fn new(target: LaneTarget, config: Arc<ZmqConfig>, socket: Socket) -> Self {
        let link = Link::Up(Box::new(socket));
        Self { target, config, link, exchanges: Exchanges::default(), losses: 0 }
    }

    pub(crate) fn target(&self) -> &LaneTarget {
        &self.target
    }

    fn takes_requests(&self) -> bool {
        self.target.role == Role::Request
    }

    fn queued(&self) -> usize {
        self.exchanges.waiting_bytes()
            + match &self.link {
                Link::Up(socket) => socket.queued(),
                Link::Down(_) => 0,
            }
    }

    pub(crate) fn has_room(&self) -> bool {
        self.takes_requests()
            && self.exchanges.len() < self.config.max_open_requests
            && self.queued() < self.config.send_queue_soft_limit
    }

    pub(crate) fn send(&mut self, tag: Option<Tag>, frames: Frames) -> Result<(), Error> {
        self.check(&frames)?;
        match &mut self.link {
            Link::Up(socket) => {
                // Fails only if the engine's encryption does, which ends the socket: the next
                // poll reports that, with this request among the open ones.
                if let Err(error) = socket.send(&frames, true) {
                    socket.fail(error);
                }
                self.exchanges.open(tag, Instant::now());
            }
            Link::Down(_) => self.exchanges.wait(tag, frames),
        }
        Ok(())
    }

    fn check(&self, frames: &Frames) -> Result<(), Error> {
        let config = &self.config;
        let refuse = |kind, message: String| {
            Err(Error::new(kind, "send", message).with_context("lane", self.target.lane.0))
        };
        if !self.takes_requests() {
            return refuse(ErrorKind::Internal, "a lane that subscribes cannot send".to_owned());
        }
        if frames.0.is_empty() {
            return refuse(ErrorKind::Internal, "a message needs at least one frame".to_owned());
        }
        if frames.0.len() > config.max_frames {
            let (found, limit) = (frames.0.len(), config.max_frames);
            return refuse(
                ErrorKind::TooLarge,
                format!("the message has {found} frames; the limit is {limit}"),
            );
        }
        let size = frames.byte_len();
        if size > config.max_message_size {
            let limit = config.max_message_size;
            return refuse(
                ErrorKind::TooLarge,
                format!("the message has {size} bytes; `max_message_size` is {limit}"),
            );
        }
        let full = |message: String| {
            let error = Error::new(ErrorKind::Io, "send", message).temporary();
            Err(error
                .with_context("lane", self.target.lane.0)
                .with_remedy("wait while `has_room` says no"))
        };
        if self.exchanges.len() >= config.hard_open_requests {
            let limit = config.hard_open_requests;
            return full(format!("{limit} requests are without a reply, which is the limit"));
        }
        let queued = self.queued();
        if queued > 0 && queued.saturating_add(size) > config.send_queue_hard_limit {
            let limit = config.send_queue_hard_limit;
            return full(format!("{queued} bytes are queued already; the limit is {limit}"));
        }
        Ok(())
    }

    /// Writes, reads and does what is due; what happened is put into `events`. Without an event
    /// the caller is woken when there is something to do, except for [`deadline`](Self::deadline).
    ///
    /// # Errors
    /// The connection has ended.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        events: &mut Events,
    ) -> Result<(), Closed> {
        loop {
            match &mut self.link {
                Link::Up(_) => match self.poll_socket(cx, now, events) {
                    Ok(()) => return Ok(()),
                    Err(error) => self.lose(&error.into(), now, events)?,
                },
                Link::Down(_) => {
                    if self.poll_replacement(cx, now)?.is_pending() {
                        return Ok(());
                    }
                }
            }
        }
    }

    fn poll_socket(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        events: &mut Events,
    ) -> Result<(), SocketError> {
        let Link::Up(socket) = &mut self.link else { return Ok(()) };
        let before = events.len();
        loop {
            if let Poll::Ready(result) = socket.poll_flush(cx) {
                result?;
            }
            if socket.has_messages() {
                let request = self.target.role == Role::Request;
                while let Some(message) = socket.pop(request) {
                    let message = message?;
                    if !request {
                        events.push_back(Event::Received { lane: self.target.lane, message });
                        continue;
                    }
                    let tag = self.exchanges.reply().map_err(|_| SocketError::Unasked)?;
                    self.losses = 0;
                    if let Some(tag) = tag {
                        events.push_back(Event::Reply { tag, message });
                    }
                }
            }
            if events.len() > before {
                break;
            }
            match socket.poll_read(cx, now) {
                Poll::Ready(result) => result?,
                Poll::Pending => break,
            }
            if !socket.has_messages() && !socket.within_frame() {
                events.push_back(Event::Alive);
            }
        }
        socket.beat(now)?;
        if let Some(oldest) = self.exchanges.oldest()
            && now >= oldest + self.config.request_timeout
        {
            return Err(SocketError::NoReply(self.config.request_timeout));
        }
        Ok(())
    }

    /// The socket is of no use any more. A request lane starts over with a fresh one, so that a
    /// late reply of the old one can never be taken for that of another request.
    fn lose(&mut self, loss: &Loss, now: Instant, events: &mut Events) -> Result<(), Closed> {
        let lane = self.target.lane.0;
        tracing::debug!(lane, address = %self.target.endpoint, reason = loss.what(), "socket lost");
        if !self.takes_requests() {
            let error = loss.of_connection(&self.target);
            return Err(Closed { code: None, error, clean: false });
        }
        let target = &self.target;
        events.extend(
            self.exchanges.lost().map(|tag| Event::Failed { tag, error: loss.of_request(target) }),
        );
        let step = self.next_step(now);
        self.link = Link::Down(Down { since: now, step, last_error: None });
        Ok(())
    }

    fn next_step(&mut self, now: Instant) -> Step {
        self.losses = self.losses.saturating_add(1);
        if self.losses == 1 {
            return self.connect();
        }
        let ZmqConfig { lane_backoff_min: min, lane_backoff_max: max, .. } = *self.config;
        let pause = min.saturating_mul(1 << (self.losses - 2).min(16)).min(max);
        Step::Pause { until: now + pause + jitter(pause / 4) }
    }

    fn connect(&self) -> Step {
        Step::Connect(Box::pin(establish(self.target.clone(), Arc::clone(&self.config))))
    }

    /// Ready when the lane has a socket again.
    fn poll_replacement(&mut self, cx: &mut Context<'_>, now: Instant) -> Result<Poll<()>, Closed> {
        loop {
            let Link::Down(down) = &mut self.link else { return Ok(Poll::Ready(())) };
            if now >= down.since + self.config.lane_timeout {
                let cause = down.last_error.take();
                let error = lane_stayed_down(&self.target, self.config.lane_timeout, cause);
                return Err(Closed { code: None, error, clean: false });
            }
            match &mut down.step {
                Step::Pause { until } if now < *until => return Ok(Poll::Pending),
                Step::Pause { .. } => {
                    let step = self.connect();
                    if let Link::Down(down) = &mut self.link {
                        down.step = step;
                    }
                }
                Step::Connect(future) => match future.as_mut().poll(cx) {
                    Poll::Pending => return Ok(Poll::Pending),
                    Poll::Ready(Ok(socket)) => {
                        tracing::debug!(lane = self.target.lane.0, "fresh socket");
                        self.replace(socket, now);
                    }
                    Poll::Ready(Err(error)) => {
                        let step = self.next_step(now);
                        if let Link::Down(down) = &mut self.link {
                            (down.step, down.last_error) = (step, Some(error));
                        }
                    }
                },
            }
        }
    }

    fn replace(&mut self, mut socket: Socket, now: Instant) {
        while let Some(frames) = self.exchanges.open_next(now) {
            if let Err(error) = socket.send(&frames, true) {
                socket.fail(error);
                break;
            }
        }
        self.link = Link::Up(Box::new(socket));
    }

    /// When `poll` has something to do, if nothing happens before.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match &self.link {
            Link::Up(socket) => {
                let request = self.exchanges.oldest().map(|t| t + self.config.request_timeout);
                request.into_iter().chain(socket.deadline()).min()
            }
            Link::Down(down) => {
                let end = down.since + self.config.lane_timeout;
                Some(match down.step {
                    Step::Pause { until } => until.min(end),
                    Step::Connect(_) => end,
                })
            }
        }
    }

    /// Whether something waits to be written.
    pub(crate) fn unwritten(&self) -> bool {
        self.queued() > 0
    }

    /// Writes without reading; errors are left to the next `poll`.
    pub(crate) fn flush(&mut self, cx: &mut Context<'_>) {
        if let Link::Up(socket) = &mut self.link
            && let Poll::Ready(Err(error)) = socket.poll_flush(cx)
        {
            socket.fail(error);
        }
    }

    /// The end in good order. Requests that wait for a fresh socket are given up.
    pub(crate) async fn finish(self) {
        if let Link::Up(socket) = self.link
            && let Err(error) = socket.finish().await
        {
            let reason = Loss::from(error);
            tracing::debug!(lane = self.target.lane.0, reason = reason.what(), "closing failed");
        }
    }
}

/// Up to this much, so that workers of one server do not come back all at once.
fn jitter(max: Duration) -> Duration {
    max.mul_f64(fastrand::f64())
}
