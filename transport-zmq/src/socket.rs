//! One ZMTP connection: a byte stream, the engine's protocol machine, and what is queued.
//!
//! This file and its neighbours `output.rs`, `establish.rs` and `curve.rs` are all that knows the
//! engine (`omq-proto`); another one would be put in here.

use std::{
    collections::VecDeque,
    future::Future,
    io,
    pin::pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use omq_proto::{
    Error as EngineError, Message, Payload,
    proto::{Command, Connection, ConnectionConfig},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::Instant,
};

use crate::{Frames, ZmqConfig, output::Output, stream::Stream};

/// How much is read at once.
const READ: usize = 64 << 10;
/// With less room than this left in the buffer, a new one is taken.
const MIN_ROOM: usize = 16 << 10;
/// While this many bytes of answers to the peer's PINGs wait, nothing more is read from it.
const MAX_PONGS: usize = 64 << 10;

#[derive(Debug)]
pub(crate) struct Socket {
    stream: Stream,
    pub(crate) codec: Connection,
    output: Output,
    input: BytesMut,
    messages: VecDeque<Message>,
    /// What the engine found wrong after the messages that wait in `messages`.
    failed: Option<SocketError>,
    /// Bytes of answers to PINGs that were queued since `output` was last empty.
    pongs: usize,
    encrypted: bool,
    max_message_size: usize,
    max_frames: usize,
    last_in: Instant,
    /// When the peer last took a part of something that is too large to be written at once. It
    /// cannot answer a PING before it has read that.
    last_taken: Instant,
    /// Whether something was left by the last write.
    blocked: bool,
    heartbeat: Option<Heartbeat>,
}

#[derive(Debug)]
struct Heartbeat {
    interval: Duration,
    timeout: Duration,
    last_ping: Instant,
}

/// Why a socket is of no use any more.
#[derive(Debug)]
pub(crate) enum SocketError {
    /// The peer closed the connection.
    Ended,
    /// The operating system reports that it broke.
    Io(io::Error),
    /// The peer sent something that the engine does not take.
    Engine(EngineError),
    /// A message is larger than the limit, by its bytes.
    TooLarge { size: usize, max: usize },
    /// A message has more frames than the limit.
    TooManyFrames { frames: usize, max: usize },
    /// Nothing came for this long, in spite of a PING.
    Silent(Duration),
    /// A reply without the empty frame before it.
    NoDelimiter,
    /// A reply while no request was open.
    Unasked,
    /// No reply to the oldest request for this long.
    NoReply(Duration),
}

impl From<io::Error> for SocketError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<EngineError> for SocketError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::MessageTooLarge { size, max } => Self::TooLarge { size, max },
            error => Self::Engine(error),
        }
    }
}

impl Socket {
    pub(crate) fn new(stream: Stream, codec: ConnectionConfig, config: &ZmqConfig) -> Self {
        // The engine counts 64 bytes per frame besides the payload. With this much room for them
        // a message within both of our limits always passes; what is beyond them by a little is
        // caught when the message is complete.
        let slots = config.max_frames.saturating_add(1).saturating_mul(size_of::<Payload>());
        let limit = config.max_message_size.saturating_add(slots);
        let now = Instant::now();
        let heartbeat = match (&stream, config.heartbeat_interval) {
            (Stream::Tcp(_), Some(interval)) => {
                Some(Heartbeat { interval, timeout: config.heartbeat_timeout, last_ping: now })
            }
            _ => None,
        };
        Self {
            stream,
            codec: Connection::new(codec.max_message_size(limit)),
            output: Output::default(),
            input: BytesMut::new(),
            messages: VecDeque::new(),
            failed: None,
            pongs: 0,
            encrypted: false,
            max_message_size: config.max_message_size,
            max_frames: config.max_frames,
            last_in: now,
            last_taken: now,
            blocked: false,
            heartbeat,
        }
    }

    /// To be called once after the handshake.
    pub(crate) fn ready(&mut self) {
        self.encrypted = self.codec.has_frame_transform();
        if self.codec.peer_minor() == 0 {
            // ZMTP 3.0 has no PING.
            self.heartbeat = None;
        }
    }

    /// The bytes that wait to be written.
    pub(crate) fn queued(&self) -> usize {
        self.output.len()
    }

    /// Queues a message, with an empty frame before it where it is a request.
    pub(crate) fn send(&mut self, frames: &Frames, delimiter: bool) -> Result<(), SocketError> {
        if self.encrypted {
            let delimiter = delimiter.then(Bytes::new);
            let message = Message::multipart(delimiter.into_iter().chain(frames.0.iter().cloned()));
            self.codec.send_message(&message)?;
            self.take_output();
            return Ok(());
        }
        if delimiter {
            self.output.frame(&Bytes::new(), true);
        }
        for (i, frame) in frames.0.iter().enumerate() {
            self.output.frame(frame, i + 1 < frames.0.len());
        }
        Ok(())
    }

    /// Queues a command of ZMTP.
    pub(crate) fn command(&mut self, command: &Command) -> Result<(), SocketError> {
        self.codec.send_command(command)?;
        self.take_output();
        Ok(())
    }

    /// Writes what is queued. Pending while something is left.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), SocketError>> {
        if self.codec.has_pending_transmit() {
            self.take_output();
        }
        if !self.output.is_empty() {
            let before = self.output.len();
            let result = self.output.poll_write(&mut self.stream, cx)?;
            if self.blocked && self.output.len() < before {
                self.last_taken = Instant::now();
            }
            self.blocked = result.is_pending();
            ready!(result);
        }
        self.pongs = 0;
        Poll::Ready(Ok(()))
    }

    /// Reads once and gives the bytes to the engine; messages are then in [`pop`](Self::pop).
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
    ) -> Poll<Result<(), SocketError>> {
        if let Some(error) = self.failed.take() {
            return Poll::Ready(Err(error));
        }
        if self.pongs > MAX_PONGS {
            // `poll_flush` wakes us when they are written.
            return Poll::Pending;
        }
        let chunk = ready!(self.poll_chunk(cx))?;
        self.last_in = now;
        if let Err(error) = self.feed(chunk) {
            self.failed = Some(error);
        }
        Poll::Ready(Ok(()))
    }

    /// Reads once.
    pub(crate) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Result<Bytes, SocketError>> {
        if self.input.capacity() < MIN_ROOM {
            self.input.reserve(READ);
        }
        match ready!(pin!(self.stream.read_buf(&mut self.input)).poll(cx))? {
            0 => Poll::Ready(Err(SocketError::Ended)),
            _ => Poll::Ready(Ok(self.input.split().freeze())),
        }
    }

    /// Gives bytes to the engine.
    pub(crate) fn feed(&mut self, chunk: Bytes) -> Result<(), SocketError> {
        let mut result = self.codec.handle_input(chunk);
        loop {
            if self.codec.has_pending_transmit() {
                self.take_output();
            }
            if result.is_err() || !self.codec.has_pending_input() {
                break;
            }
            result = self.codec.resume_input();
        }
        // What the peer says by commands (a subscription, an extension) is nothing to us.
        while self.codec.poll_event().is_some() {}
        if self.messages.is_empty() {
            self.codec.swap_messages(&mut self.messages);
        } else {
            while let Some(message) = self.codec.poll_message() {
                self.messages.push_back(message);
            }
        }
        Ok(result?)
    }

    /// Whether a message came in.
    pub(crate) fn has_messages(&self) -> bool {
        !self.messages.is_empty()
    }

    /// Whether the last bytes ended within a frame whose length is known.
    pub(crate) fn within_frame(&self) -> bool {
        !matches!(self.codec.peek_next_frame_payload_size(), Ok(None))
    }

    /// Something went wrong outside of reading; the next read reports it.
    pub(crate) fn fail(&mut self, error: SocketError) {
        self.failed.get_or_insert(error);
    }

    /// Bytes of answers to PINGs that wait.
    pub(crate) fn pongs(&self) -> usize {
        self.pongs
    }

    /// The next message, without its delimiter where it is a reply.
    pub(crate) fn pop(&mut self, delimiter: bool) -> Option<Result<Frames, SocketError>> {
        let message = self.messages.pop_front()?;
        Some(self.frames(&message, delimiter))
    }

    fn frames(&self, message: &Message, delimiter: bool) -> Result<Frames, SocketError> {
        let first = usize::from(delimiter);
        if delimiter && (message.len() < 2 || message.part_slice(0).is_none_or(|d| !d.is_empty())) {
            return Err(SocketError::NoDelimiter);
        }
        let (frames, max) = (message.len() - first, self.max_frames);
        if frames > max {
            return Err(SocketError::TooManyFrames { frames, max });
        }
        let (size, max) = (message.byte_len(), self.max_message_size);
        if size > max {
            return Err(SocketError::TooLarge { size, max });
        }
        Ok(Frames((first..message.len()).filter_map(|i| message.part_bytes(i)).collect()))
    }

    /// When [`beat`](Self::beat) has something to do.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let Heartbeat { interval, timeout, last_ping } = self.heartbeat.as_ref()?;
        let alive = self.last_in.max(self.last_taken);
        Some((alive + *timeout).min(alive.max(*last_ping) + *interval))
    }

    /// Sends a PING to a peer that is silent, and says when it was silent for too long.
    pub(crate) fn beat(&mut self, now: Instant) -> Result<(), SocketError> {
        let Some(heartbeat) = &mut self.heartbeat else { return Ok(()) };
        let alive = self.last_in.max(self.last_taken);
        if now >= alive + heartbeat.timeout {
            return Err(SocketError::Silent(heartbeat.timeout));
        }
        if now >= alive.max(heartbeat.last_ping) + heartbeat.interval {
            heartbeat.last_ping = now;
            return self.command(&ping());
        }
        Ok(())
    }

    /// Says that nothing more comes from us, then waits until the peer has seen it: a connection
    /// that is dropped while unread bytes are here is reset, and the peer may lose what we wrote
    /// last.
    pub(crate) async fn finish(mut self) -> Result<(), SocketError> {
        std::future::poll_fn(|cx| self.poll_flush(cx)).await?;
        self.stream.shutdown().await?;
        loop {
            match std::future::poll_fn(|cx| self.poll_chunk(cx)).await {
                Ok(chunk) => drop(chunk),
                Err(SocketError::Ended) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    fn take_output(&mut self) {
        self.pongs += self.codec.pending_pong_size();
        for chunk in self.codec.clone_transmit_chunks() {
            self.output.push(chunk);
        }
        self.codec.advance_transmit(self.codec.pending_transmit_size());
    }
}

/// A PING without a time to live: how long the peer waits for us is its own affair.
pub(crate) fn ping() -> Command {
    Command::Ping { ttl_deciseconds: 0, context: Bytes::from_static(b"journeyman") }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::task::Waker;

    use omq_proto::{SocketType, proto::Role};
    use proptest::prelude::*;
    use tokio::net::UnixStream;

    use super::*;

    const PING: &[u8] = b"\x04\x17\x04PING\0\0sixteen bytes of";

    /// A SUB whose handshake is done, and the other end of its stream.
    fn ready(config: &ZmqConfig) -> (Socket, UnixStream) {
        let (stream, peer) = UnixStream::pair().unwrap();
        let codec = ConnectionConfig::new(Role::Client, SocketType::Sub);
        let mut socket = Socket::new(Stream::Unix(stream), codec, config);
        let mut theirs = vec![0; 64];
        (theirs[0], theirs[9], theirs[10], theirs[11]) = (0xff, 0x7f, 3, 1);
        theirs[12..16].copy_from_slice(b"NULL");
        theirs.extend_from_slice(b"\x04\x19\x05READY\x0bSocket-Type\0\0\0\x03PUB");
        socket.feed(theirs.into()).unwrap();
        assert!(socket.codec.is_ready());
        socket.ready();
        (socket, peer)
    }

    #[tokio::test]
    async fn pings_that_are_not_read_back_do_not_pile_up() {
        let (mut socket, peer) = ready(&ZmqConfig::default());
        let mut cx = Context::from_waker(Waker::noop());
        let flood = PING.repeat(10_000);
        let (mut at, mut stuck) = (0, 0);
        // The peer writes as fast as it can and reads nothing, until nothing moves any more.
        while stuck < 1000 {
            stuck += 1;
            while let Ok(n) = peer.try_write(&flood[at..]) {
                at = (at + n) % flood.len();
                stuck = 0;
            }
            let _ = socket.poll_flush(&mut cx);
            if let Poll::Ready(result) = socket.poll_read(&mut cx, Instant::now()) {
                result.unwrap();
                stuck = 0;
            }
            assert!(socket.queued() <= MAX_PONGS + 2 * READ, "{} bytes", socket.queued());
            tokio::task::yield_now().await;
        }
        // It reads again, and everything goes on.
        let mut buffer = vec![0; 1 << 20];
        while socket.queued() > 0 {
            let _ = peer.try_read(&mut buffer);
            let _ = socket.poll_flush(&mut cx);
            tokio::task::yield_now().await;
        }
        assert!(socket.poll_read(&mut cx, Instant::now()).is_ready());
    }

    #[tokio::test]
    async fn many_pings_in_one_read_are_all_answered() {
        let (mut socket, _peer) = ready(&ZmqConfig::default());
        let before = socket.queued();
        socket.feed(PING.repeat(20_000).into()).unwrap();
        socket.feed(Bytes::from_static(b"\0\x01x")).unwrap();
        // A PONG is two bytes shorter: it has no time to live.
        assert_eq!(socket.queued() - before, 20_000 * (PING.len() - 2));
        assert_eq!(socket.pop(false).unwrap().unwrap().0, ["x"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn no_bytes_of_a_peer_are_a_panic(
            pieces in proptest::collection::vec(
                prop_oneof![
                    proptest::collection::vec(any::<u8>(), 0..40),
                    // What begins like a frame or command gets further.
                    (0u8..8, 0u8..30, proptest::collection::vec(any::<u8>(), 0..40))
                        .prop_map(|(flags, length, body)| {
                            [vec![flags, length], body].concat()
                        }),
                    Just(PING.to_vec()),
                    Just(b"\x04\x07\x04PONGab\x04\x03\x05ER".to_vec()),
                ],
                0..20,
            ),
            delimiter: bool,
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
            runtime.block_on(async {
                let config = ZmqConfig { max_message_size: 100, ..ZmqConfig::default() };
                let (mut socket, _peer) = ready(&config);
                for piece in pieces {
                    let result = socket.feed(piece.into());
                    while let Some(message) = socket.pop(delimiter) {
                        if let Ok(frames) = message {
                            assert!(frames.byte_len() <= 100 && frames.0.len() <= 64);
                        }
                    }
                    let _ = socket.within_frame();
                    if result.is_err() {
                        break;
                    }
                }
            });
        }
    }
}
