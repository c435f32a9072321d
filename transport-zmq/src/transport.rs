//! Several lanes as one connection, driven by polling: no task and no thread of its own.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::future::{join_all, try_join_all};
use journeyman_core::{
    Error,
    transport::{Closed, Event, Goodbye, Lane, Tag, Transport},
};
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use crate::{
    Frames, ZmqConfig, ZmqTarget, error::not_connected, establish::establish, lane::LaneState,
};

/// While events wait to be taken, what is queued is written after this many of them.
const EVENTS_PER_FLUSH: u32 = 64;

/// ZeroMQ sockets that connect to one server.
///
/// Reports `Received` on lanes that subscribe; `Reply` and `Failed` for what was sent under a tag
/// on request lanes (never `Sent`); `Alive` for signs of life that carry nothing; `Closed`.
/// Everything happens inside [`poll_event`](Transport::poll_event): while nobody polls, PINGs
/// are not answered and requests do not time out.
///
/// # Cancel safety
/// - `connect`: dropping the future leaves the transport disconnected.
/// - `send`, `has_room` and `abort` do not wait.
/// - `poll_event`: polling may stop at any time; nothing is lost.
/// - `close`: dropping the future drops the connection at once, with what was not yet written.
#[derive(Debug)]
pub struct ZmqTransport {
    config: Arc<ZmqConfig>,
    /// Empty while there is no connection.
    lanes: Vec<LaneState>,
    /// What happened and was not yet reported.
    events: VecDeque<Event<Frames>>,
    events_since_flush: u32,
    timer: Option<Pin<Box<Sleep>>>,
}

impl ZmqTransport {
    /// A transport that is not connected.
    pub fn new(config: ZmqConfig) -> Self {
        Self {
            config: Arc::new(config),
            lanes: Vec::new(),
            events: VecDeque::new(),
            events_since_flush: 0,
            timer: None,
        }
    }

    fn check(&self, target: &ZmqTarget) -> Result<(), Error> {
        self.config.validate()?;
        if target.lanes.is_empty() {
            return Err(Error::config("a ZeroMQ target needs at least one lane"));
        }
        for (i, lane) in target.lanes.iter().enumerate() {
            if target.lanes[..i].iter().any(|other| other.lane == lane.lane) {
                let name = lane.lane.0;
                return Err(Error::config(format!("two lanes have the name `{name}`")));
            }
            lane.endpoint.check_connect().map_err(|error| {
                Error::config(error.to_string()).with_context("lane", lane.lane.0)
            })?;
        }
        Ok(())
    }

    /// Lets every lane do what it can.
    fn poll_lanes(&mut self, cx: &mut Context<'_>, now: Instant) {
        self.events_since_flush = 0;
        let mut ended = None;
        for lane in &mut self.lanes {
            if let Err(closed) = lane.poll(cx, now, &mut self.events) {
                ended = Some(closed);
                break;
            }
        }
        if let Some(closed) = ended {
            self.end(closed);
        }
    }

    fn end(&mut self, closed: Closed) {
        self.lanes.clear();
        self.timer = None;
        self.events.push_back(Event::Closed(closed));
    }

    /// Sees to it that we are woken at the next deadline. Ready when that is now.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = self.lanes.iter().filter_map(LaneState::deadline).min() else {
            return Poll::Pending;
        };
        let timer = match &mut self.timer {
            // One that fires too early costs one poll; setting it anew for each request would
            // cost more.
            Some(timer) if !timer.is_elapsed() && timer.deadline() <= deadline => timer,
            Some(timer) => {
                timer.as_mut().reset(deadline);
                timer
            }
            none => none.insert(Box::pin(sleep_until(deadline))),
        };
        timer.as_mut().poll(cx)
    }
}

impl Default for ZmqTransport {
    fn default() -> Self {
        Self::new(ZmqConfig::default())
    }
}

impl Transport for ZmqTransport {
    type Target = ZmqTarget;
    type Message = Frames;

    /// Connects all lanes. Resolves when all handshakes are done and all subscriptions are
    /// effective.
    ///
    /// # Errors
    /// `Unreachable` when nobody listens there; `Refused` when the peer does not want us (wrong
    /// or un-enrolled CURVE key, other security mechanism, not ZeroMQ); `Timeout` when it falls
    /// silent; `Config` for a target that cannot work.
    async fn connect(&mut self, target: ZmqTarget) -> Result<(), Error> {
        self.abort();
        self.check(&target)?;
        let connecting =
            target.lanes.iter().map(|lane| establish(lane.clone(), Arc::clone(&self.config)));
        let sockets = try_join_all(connecting).await?;
        self.lanes = target
            .lanes
            .into_iter()
            .zip(sockets)
            .map(|(lane, socket)| LaneState::new(lane, Arc::clone(&self.config), socket))
            .collect();
        Ok(())
    }

    fn has_room(&self, lane: Lane) -> bool {
        self.lanes.iter().any(|state| state.target().lane == lane && state.has_room())
    }

    fn send(&mut self, lane: Lane, tag: Option<Tag>, message: Frames) -> Result<(), Error> {
        match self.lanes.iter_mut().find(|state| state.target().lane == lane) {
            Some(state) => state.send(tag, message),
            None => Err(not_connected(lane)),
        }
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Event<Frames>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                self.events_since_flush += 1;
                if self.events_since_flush >= EVENTS_PER_FLUSH {
                    self.events_since_flush = 0;
                    for lane in &mut self.lanes {
                        if lane.unwritten() {
                            lane.flush(cx);
                        }
                    }
                }
                return Poll::Ready(event);
            }
            if self.lanes.is_empty() {
                return Poll::Pending;
            }
            self.poll_lanes(cx, Instant::now());
            if self.events.is_empty() && self.poll_timer(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// Writes what is queued, at most for [`ZmqConfig::linger`]. Replies that come meanwhile are
    /// dropped: wait for those that matter before.
    async fn close(&mut self, _: Goodbye) {
        let lanes = std::mem::take(&mut self.lanes);
        self.abort();
        // ZeroMQ has no goodbye of its own; the end of the stream is what the peer sees.
        let finished = join_all(lanes.into_iter().map(LaneState::finish));
        if timeout(self.config.linger, finished).await.is_err() {
            tracing::debug!("the peer did not take what was queued, or did not close, in time");
        }
    }

    fn abort(&mut self) {
        self.lanes.clear();
        self.events.clear();
        self.timer = None;
    }
}
