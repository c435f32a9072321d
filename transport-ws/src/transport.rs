//! One connection, driven by polling: no task and no thread of its own.

use std::{
    collections::VecDeque,
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use futures_util::{Sink, Stream as _};
use journeyman_core::{
    Error, ErrorKind,
    transport::{Closed, Event, Goodbye, Lane, Tag, Transport},
};
use journeyman_tls::TlsCache;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error as WsError, Message,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};

use crate::{
    Text, WsConfig, WsMessage, WsTarget, close_code,
    connect::connect,
    error::{closed_by_peer, ended},
    stream::Stream,
};

/// What a queued message costs beyond its payload, so that many empty ones count, too.
const OVERHEAD: usize = 64;
/// While the peer keeps us busy reading, what is written is flushed after this many events.
const EVENTS_PER_FLUSH: u32 = 32;
/// A queue that grew beyond this many entries gives its memory back when it is empty.
const KEEP_ENTRIES: usize = 4096;
/// The longest payload of a ping, in bytes (RFC 6455, section 5.5).
const MAX_PING: usize = 125;
/// The longest reason that fits a close frame, in bytes.
const MAX_REASON: usize = 123;

/// A WebSocket client connection.
///
/// It has one lane, [`Lane::MAIN`], and reports `Received`, `Sent`, `Alive` and `Closed`; a
/// WebSocket has no replies, and no message fails alone. Everything happens inside
/// [`poll_event`](Transport::poll_event): while nobody polls, pings are not answered.
///
/// # Cancel safety
/// - `connect`: dropping the future leaves the transport disconnected.
/// - `send`, `has_room` and `abort` do not wait.
/// - `poll_event`: polling may stop at any time; nothing is lost, and the next poll goes on where
///   this one stopped.
/// - `close`: dropping the future drops the connection at once, with what was not yet written.
pub struct WsTransport {
    config: WsConfig,
    tls: TlsCache,
    connection: Option<Box<Connection>>,
}

impl WsTransport {
    /// A transport that is not connected. The configuration is checked by `connect`.
    pub fn new(config: WsConfig) -> Self {
        Self { config, tls: TlsCache::default(), connection: None }
    }

    /// The configuration.
    pub fn config(&self) -> &WsConfig {
        &self.config
    }

    /// Whether there is a connection. It may be one whose end was not yet noticed or reported.
    pub fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// How many bytes wait to be written, each message counted with 64 bytes on top.
    pub fn queued_bytes(&self) -> usize {
        self.connection.as_ref().map_or(0, |connection| connection.queued_bytes)
    }
}

impl Default for WsTransport {
    fn default() -> Self {
        Self::new(WsConfig::default())
    }
}

impl fmt::Debug for WsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WsTransport")
            .field("config", &self.config)
            .field("connected", &self.is_connected())
            .field("queued_bytes", &self.queued_bytes())
            .finish_non_exhaustive()
    }
}

impl Transport for WsTransport {
    type Target = WsTarget;
    type Message = WsMessage;

    /// Resolves the name, connects, and upgrades to WebSocket.
    ///
    /// # Errors
    /// `Config` for what the target or the configuration can never do, `Unreachable` for name
    /// resolution, TCP and proxy, `Tls`, `Refused` when the server answers HTTP instead of
    /// upgrading (with status and the start of its text), `PeerMisbehaved` when it speaks
    /// something else, and `Timeout`.
    async fn connect(&mut self, target: WsTarget) -> Result<(), Error> {
        self.connection = None;
        let socket = connect(&target, &self.config, &mut self.tls).await?;
        self.connection = Some(Box::new(Connection::new(socket, &self.config)));
        Ok(())
    }

    fn has_room(&self, _lane: Lane) -> bool {
        self.queued_bytes() < self.config.send_queue_soft_limit
    }

    /// Queues a message.
    ///
    /// # Errors
    /// `Disconnected` without a connection. `TooLarge`, permanent, for a message above
    /// `max_message_size`; `TooLarge`, temporary, when the queue is full. `Internal` for a lane
    /// other than [`Lane::MAIN`].
    fn send(&mut self, lane: Lane, tag: Option<Tag>, message: WsMessage) -> Result<(), Error> {
        let length = message.len();
        if lane != Lane::MAIN {
            return Err(Error::new(
                ErrorKind::Internal,
                "send",
                format!("a WebSocket has no lane `{}`", lane.0),
            ));
        }
        if length > self.config.max_message_size {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "send",
                format!(
                    "the message has {length} bytes; the limit is {}",
                    self.config.max_message_size
                ),
            )
            .with_remedy("send less, or raise `max_message_size` here and at the peer"));
        }
        if matches!(message, WsMessage::Ping(_)) && length > MAX_PING {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "send",
                format!("a ping carries at most {MAX_PING} bytes, not {length}"),
            ));
        }
        let Some(connection) = self.connection.as_mut().filter(|c| c.ending.is_none()) else {
            return Err(Error::new(ErrorKind::Disconnected, "send", "there is no connection"));
        };
        let cost = length + OVERHEAD;
        let queued = connection.queued_bytes;
        if queued > 0 && queued.saturating_add(cost) > self.config.send_queue_hard_limit {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "send",
                format!("the send queue is full: {queued} bytes wait, {length} more do not fit"),
            )
            .temporary()
            .with_context("send_queue_hard_limit", self.config.send_queue_hard_limit)
            .with_remedy("wait until `has_room` is true before sending"));
        }
        connection.queued_bytes += cost;
        connection.waiting.push_back((message, tag));
        Ok(())
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Event<WsMessage>> {
        let Some(connection) = &mut self.connection else {
            return Poll::Pending;
        };
        let Poll::Ready(event) = connection.poll_event(cx, &self.config) else {
            connection.read_dry = false;
            return Poll::Pending;
        };
        if matches!(event, Event::Closed(_)) {
            self.connection = None;
        }
        Poll::Ready(event)
    }

    /// Writes what is queued, sends a close frame and waits at most `close_timeout` for the
    /// peer's answer. Messages that arrive meanwhile are discarded. How long writing the queue may
    /// take is for the caller to bound.
    async fn close(&mut self, goodbye: Goodbye) {
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        if connection.ending.is_none() {
            connection.finish(goodbye, &self.config).await;
        }
    }

    fn abort(&mut self) {
        self.connection = None;
    }
}

/// The state of one open connection.
struct Connection {
    socket: WebSocketStream<Stream>,
    /// What the library has not seen yet.
    waiting: VecDeque<(WsMessage, Option<Tag>)>,
    /// The tags of what the library has, oldest first. The first `written` of them are flushed.
    tags: VecDeque<Tag>,
    written: usize,
    /// The cost of all that is not flushed, and of the part of it that the library has.
    queued_bytes: usize,
    unflushed_bytes: usize,
    /// Who is woken when there is something to read; set from when a read found nothing until
    /// we report so. Until then another read would find nothing, either.
    reader: Option<Waker>,
    read_dry: bool,
    /// Whether the library may hold something that is not flushed (messages, pongs).
    unflushed: bool,
    events_since_flush: u32,
    /// Since when the socket takes nothing.
    blocked_since: Option<Instant>,
    /// Writing failed. What the peer sent before is still read.
    write_error: Option<WsError>,
    /// `None` when there is nothing to watch for.
    timer: Option<Pin<Box<Sleep>>>,
    last_ping: Instant,
    /// When the first ping after the last inbound byte was sent.
    asked: Option<Instant>,
    ending: Option<Ending>,
}

/// We end the connection because of something that the peer did: it should get our close frame
/// before the socket goes. Dropping a socket with unread data resets it, and a reset overtakes
/// the close frame; so what the peer sends is read and thrown away until it closes, too.
struct Ending {
    closed: Option<Closed>,
    deadline: Pin<Box<Sleep>>,
}

/// What the timer found.
enum Alarm {
    Pinged,
    Dead(Closed),
}

impl Connection {
    fn new(socket: WebSocketStream<Stream>, config: &WsConfig) -> Self {
        let now = Instant::now();
        let first = [config.ping_interval, config.liveness, config.write_stall];
        let timer =
            first.into_iter().flatten().min().map(|limit| Box::pin(sleep_until(after(now, limit))));
        Self {
            socket,
            waiting: VecDeque::new(),
            tags: VecDeque::new(),
            written: 0,
            queued_bytes: 0,
            unflushed_bytes: 0,
            reader: None,
            read_dry: false,
            unflushed: false,
            events_since_flush: 0,
            blocked_since: None,
            write_error: None,
            timer,
            last_ping: now,
            asked: None,
            ending: None,
        }
    }

    fn poll_event(&mut self, cx: &mut Context<'_>, config: &WsConfig) -> Poll<Event<WsMessage>> {
        loop {
            if let Some(ending) = &mut self.ending {
                let closed = ready!(ending.poll(&mut self.socket, cx));
                return Poll::Ready(Event::Closed(closed));
            }
            if self.written > 0 {
                self.written -= 1;
                if let Some(tag) = self.tags.pop_front() {
                    return Poll::Ready(Event::Sent { tag });
                }
            }
            self.feed(config);
            if self.unflushed && self.events_since_flush >= EVENTS_PER_FLUSH {
                self.events_since_flush = 0;
                if self.poll_flush(cx, config).is_ready() {
                    continue;
                }
                // A peer that floods us without reading must not hide behind its flood: the timer
                // below is only reached when there is nothing to read.
                if let Some(closed) = self.stalled(config, Instant::now()) {
                    return Poll::Ready(Event::Closed(closed));
                }
            }
            match self.poll_read(cx) {
                Poll::Ready(Some(Ok(message))) => {
                    self.events_since_flush += u32::from(self.unflushed);
                    let event = match message {
                        Message::Binary(bytes) => received(WsMessage::Binary(bytes)),
                        Message::Text(text) => received(WsMessage::Text(Text(text))),
                        Message::Ping(_) => {
                            // The library has queued the pong. It goes out now: the caller may
                            // take its time before it polls again.
                            self.unflushed = true;
                            let _ = self.poll_flush(cx, config);
                            Event::Alive
                        }
                        Message::Pong(_) => Event::Alive,
                        Message::Close(frame) => {
                            // One try to write the answer; who closes does not wait for it long.
                            let _ = Pin::new(&mut self.socket).poll_flush(cx);
                            Event::Closed(closed_by_peer(frame))
                        }
                        // Reading never yields raw frames.
                        Message::Frame(_) => continue,
                    };
                    return Poll::Ready(event);
                }
                Poll::Ready(Some(Err(error))) => {
                    if let Some(closed) = self.end(ended(error), config) {
                        return Poll::Ready(Event::Closed(closed));
                    }
                    continue;
                }
                Poll::Ready(None) => {
                    return Poll::Ready(Event::Closed(ended(WsError::ConnectionClosed)));
                }
                Poll::Pending => {}
            }
            // Nothing to read for now: the moment to write what was gathered.
            if let Some(error) = self.write_error.take() {
                return Poll::Ready(Event::Closed(ended(error)));
            }
            if self.unflushed && self.poll_flush(cx, config).is_ready() {
                continue;
            }
            match ready!(self.poll_timer(cx, config)) {
                Alarm::Pinged => {}
                Alarm::Dead(closed) => return Poll::Ready(Event::Closed(closed)),
            }
        }
    }

    /// The next message, unless the last look found none and the same task has not waited since.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Message, WsError>>> {
        let same = self.reader.as_ref().is_some_and(|reader| reader.will_wake(cx.waker()));
        if self.read_dry && same {
            return Poll::Pending;
        }
        let read = Pin::new(&mut self.socket).poll_next(cx);
        self.read_dry = read.is_pending();
        if self.read_dry && !same {
            self.reader = Some(cx.waker().clone());
        }
        read
    }

    /// Hands waiting messages to the library, up to what one write should carry.
    fn feed(&mut self, config: &WsConfig) {
        while self.blocked_since.is_none()
            && self.write_error.is_none()
            && self.unflushed_bytes < config.write_buffer_size
            && let Some((message, tag)) = self.waiting.pop_front()
        {
            self.unflushed = true;
            self.unflushed_bytes += message.len() + OVERHEAD;
            self.tags.extend(tag);
            if let Err(error) = Pin::new(&mut self.socket).start_send(message.into_wire()) {
                self.write_error = Some(error);
            }
        }
    }

    /// Flushes. Ready also when that failed; the error is kept.
    fn poll_flush(&mut self, cx: &mut Context<'_>, config: &WsConfig) -> Poll<()> {
        if self.write_error.is_some() {
            self.unflushed = false;
            return Poll::Ready(());
        }
        match Pin::new(&mut self.socket).poll_flush(cx) {
            Poll::Ready(Ok(())) => {
                self.unflushed = false;
                self.blocked_since = None;
                self.queued_bytes -= self.unflushed_bytes;
                self.unflushed_bytes = 0;
                self.written = self.tags.len();
                if self.waiting.is_empty() && self.waiting.capacity() > KEEP_ENTRIES {
                    self.waiting.shrink_to(0);
                }
                if self.tags.is_empty() && self.tags.capacity() > KEEP_ENTRIES {
                    self.tags.shrink_to(0);
                }
                Poll::Ready(())
            }
            Poll::Ready(Err(error)) => {
                self.unflushed = false;
                self.write_error = Some(error);
                Poll::Ready(())
            }
            Poll::Pending => {
                if self.blocked_since.is_none() {
                    let now = Instant::now();
                    self.blocked_since = Some(now);
                    if let (Some(timer), Some(limit)) = (&mut self.timer, config.write_stall) {
                        let due = after(now, limit);
                        if timer.deadline() > due {
                            timer.as_mut().reset(due);
                        }
                    }
                }
                Poll::Pending
            }
        }
    }

    /// Looks at the clock only when the timer fires: what is due is computed from when bytes last
    /// went through, so traffic costs no timer operation.
    fn poll_timer(&mut self, cx: &mut Context<'_>, config: &WsConfig) -> Poll<Alarm> {
        loop {
            match &mut self.timer {
                Some(timer) => ready!(timer.as_mut().poll(cx)),
                None => return Poll::Pending,
            }
            let now = Instant::now();
            let last_read = self.socket.get_ref().meter().last_read;
            let mut next = after(now, Duration::from_secs(3600));
            if let Some(closed) = self.stalled(config, now) {
                return Poll::Ready(Alarm::Dead(closed));
            }
            if let Some(due) = self.stall_due(config) {
                next = next.min(due);
            }
            let mut pinged = false;
            // While the socket takes nothing, a ping would only queue behind the rest.
            if let (Some(interval), None) = (config.ping_interval, self.blocked_since) {
                let mut due = after(last_read.max(self.last_ping), interval);
                if due <= now {
                    pinged = true;
                    due = after(now, interval);
                    self.last_ping = now;
                    if self.asked.is_none_or(|asked| asked <= last_read) {
                        self.asked = Some(now);
                    }
                }
                next = next.min(due);
            }
            if let Some(limit) = config.liveness {
                let mut due = after(last_read, limit);
                // After a pause of this process (suspended, starved) the silence may be our own:
                // give up only when a ping had its time, too.
                if let (Some(interval), Some(asked)) = (config.ping_interval, self.asked)
                    && asked > last_read
                {
                    due = due.max(after(asked, limit.saturating_sub(interval)));
                }
                if due <= now {
                    return Poll::Ready(Alarm::Dead(silent(limit)));
                }
                next = next.min(due);
            }
            if let Some(timer) = &mut self.timer {
                timer.as_mut().reset(next.max(now + Duration::from_millis(1)));
            }
            if pinged {
                self.unflushed = true;
                let ping = Message::Ping(bytes::Bytes::new());
                if let Err(error) = Pin::new(&mut self.socket).start_send(ping) {
                    self.write_error = Some(error);
                }
                return Poll::Ready(Alarm::Pinged);
            }
        }
    }

    /// Ends the connection after a fault of the peer: at once (`Some`) where nothing can be said
    /// any more, else after a close frame that says why.
    fn end(&mut self, closed: Closed, config: &WsConfig) -> Option<Closed> {
        let code = closed.code.filter(|code| *code != close_code::ABNORMAL);
        let (Some(code), None) = (code, &self.write_error) else {
            return Some(closed);
        };
        let frame =
            CloseFrame { code: code.into(), reason: shorten(closed.error.message()).into() };
        if Pin::new(&mut self.socket).start_send(Message::Close(Some(frame))).is_err() {
            return Some(closed);
        }
        let deadline = after(Instant::now(), config.close_timeout);
        self.ending =
            Some(Ending { closed: Some(closed), deadline: Box::pin(sleep_until(deadline)) });
        None
    }

    /// When a socket that takes nothing is given up.
    fn stall_due(&self, config: &WsConfig) -> Option<Instant> {
        let last_write = self.socket.get_ref().meter().last_write;
        Some(after(self.blocked_since?.max(last_write), config.write_stall?))
    }

    fn stalled(&self, config: &WsConfig, now: Instant) -> Option<Closed> {
        if self.stall_due(config)? > now {
            return None;
        }
        let limit = config.write_stall?;
        let error = Error::new(
            ErrorKind::Timeout,
            "send",
            format!("the peer has read nothing for {limit:?} while data waits for it"),
        )
        .with_context("queued bytes", self.queued_bytes)
        .with_remedy("the peer hangs or the network is cut; `write_stall` sets the patience");
        Some(Closed { code: Some(close_code::ABNORMAL), error, clean: false })
    }

    async fn finish(&mut self, goodbye: Goodbye, config: &WsConfig) {
        // Reading goes on, since a peer that cannot write may not read either.
        let open = poll_fn(|cx| {
            loop {
                self.feed(config);
                let flushed = !self.unflushed || self.poll_flush(cx, config).is_ready();
                if self.write_error.is_some() || discard(&mut self.socket, cx).is_ready() {
                    return Poll::Ready(false);
                }
                if !flushed {
                    return Poll::Pending;
                }
                if self.waiting.is_empty() && !self.unflushed {
                    return Poll::Ready(true);
                }
            }
        })
        .await;
        if !open {
            return;
        }
        let code = goodbye
            .code
            .map(CloseCode::from)
            .filter(|code| code.is_allowed())
            .unwrap_or(CloseCode::Normal);
        let frame = CloseFrame { code, reason: shorten(&goodbye.reason).into() };
        if Pin::new(&mut self.socket).start_send(Message::Close(Some(frame))).is_err() {
            return;
        }
        let farewell = async {
            poll_fn(|cx| {
                if let Poll::Ready(Err(_)) = Pin::new(&mut self.socket).poll_flush(cx) {
                    return Poll::Ready(());
                }
                discard(&mut self.socket, cx)
            })
            .await;
            // Says goodbye on the TLS and TCP level, too. The peer may be gone already.
            let _ = poll_fn(|cx| Pin::new(self.socket.get_mut()).poll_shutdown(cx)).await;
        };
        // A peer that does not answer has had its time.
        let _ = timeout(config.close_timeout, farewell).await;
    }
}

impl Ending {
    fn poll(&mut self, socket: &mut WebSocketStream<Stream>, cx: &mut Context<'_>) -> Poll<Closed> {
        let over = self.deadline.as_mut().poll(cx).is_ready()
            || matches!(Pin::new(&mut *socket).poll_flush(cx), Poll::Ready(Err(_)))
            || drain(socket.get_mut(), cx).is_ready();
        match self.closed.take_if(|_| over) {
            Some(closed) => Poll::Ready(closed),
            None => Poll::Pending,
        }
    }
}

/// Reads messages and drops them. Ready when the peer closed or the connection broke.
fn discard(socket: &mut WebSocketStream<Stream>, cx: &mut Context<'_>) -> Poll<()> {
    loop {
        match ready!(Pin::new(&mut *socket).poll_next(cx)) {
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Poll::Ready(()),
            Some(Ok(_)) => {}
        }
    }
}

/// Reads bytes and drops them. Ready when the stream ended.
fn drain(stream: &mut Stream, cx: &mut Context<'_>) -> Poll<()> {
    let mut scratch = [0; 4096];
    loop {
        let mut buffer = ReadBuf::new(&mut scratch);
        match ready!(Pin::new(&mut *stream).poll_read(cx, &mut buffer)) {
            Ok(()) if !buffer.filled().is_empty() => {}
            _ => return Poll::Ready(()),
        }
    }
}

fn received(message: WsMessage) -> Event<WsMessage> {
    Event::Received { lane: Lane::MAIN, message }
}

fn silent(limit: Duration) -> Closed {
    let error = Error::new(
        ErrorKind::Timeout,
        "receive",
        format!("the peer has sent nothing for {limit:?}, not even an answer to a ping"),
    )
    .with_remedy("the peer hangs or the network is cut; `liveness` sets the patience");
    Closed { code: Some(close_code::ABNORMAL), error, clean: false }
}

/// The start of a reason that fits a close frame.
fn shorten(reason: &str) -> &str {
    &reason[..reason.floor_char_boundary(MAX_REASON)]
}

/// A moment later; "for ever" is a year.
fn after(instant: Instant, duration: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
    instant + duration.min(YEAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_fit_a_close_frame() {
        assert_eq!(shorten("short"), "short");
        assert_eq!(shorten(&"ü".repeat(100)).len(), 122);
    }

    #[test]
    fn the_future_of_connect_and_close_can_move() {
        fn check<T: Send>(_: T) {}
        let mut transport = WsTransport::default();
        check(Transport::connect(&mut transport, WsTarget::new("ws://h")));
        check(Transport::close(&mut transport, Goodbye::default()));
    }

    #[test]
    fn without_a_connection() {
        let mut transport = WsTransport::default();
        let error = transport.send(Lane::MAIN, None, "x".into()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Disconnected);
        let mut cx = Context::from_waker(Waker::noop());
        assert!(transport.poll_event(&mut cx).is_pending());
        assert!(format!("{transport:?}").contains("connected: false"));
    }
}
