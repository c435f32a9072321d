//! What carries bytes (or values) to a server and back.
//!
//! A transport owns sockets, TLS and keep-alive, and knows nothing of jobs. What it carries are
//! *exchanges*, not only frames: a message that is sent under a tag is later reported as written
//! ([`Event::Sent`]), answered ([`Event::Reply`]) or failed ([`Event::Failed`]). So a REQ/REP
//! reply that carries no id, a PUBACK and a plain WebSocket message fit the same loop.

use std::{
    fmt::Debug,
    future::Future,
    task::{Context, Poll},
};

use crate::Error;

/// A named road inside one connection, for transports that have several (ZeroMQ: requests,
/// responses, enrollment). Transports with one road use [`Lane::MAIN`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lane(pub &'static str);

impl Lane {
    /// The only lane of a transport that has one.
    pub const MAIN: Self = Self("main");
}

/// The name of an exchange, chosen by the protocol and unique among those that are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(pub u64);

/// What a transport reports.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<M> {
    /// A message that answers nothing.
    Received {
        /// Where it came in.
        lane: Lane,
        /// The message.
        message: M,
    },
    /// The message sent under this tag was handed to the operating system, or acknowledged where
    /// the wire has acknowledgements of its own.
    Sent {
        /// The tag it was sent under.
        tag: Tag,
    },
    /// The answer to the message sent under this tag.
    Reply {
        /// The tag it was sent under.
        tag: Tag,
        /// The answer.
        message: M,
    },
    /// The exchange failed; the connection goes on.
    Failed {
        /// The tag it was sent under.
        tag: Tag,
        /// Why.
        error: Error,
    },
    /// The peer gave a sign of life that carries nothing (ping, pong).
    Alive,
    /// The connection is gone. Nothing more comes until the next `connect`.
    Closed(Closed),
}

/// How a connection ended.
#[derive(Debug)]
pub struct Closed {
    /// The wire's close code, where it has one (WebSocket: RFC 6455 section 7.4; 1006 when the
    /// stream ended without a close frame).
    pub code: Option<u16>,
    /// What happened, as an error that can be logged and shown.
    pub error: Error,
    /// Whether the peer ended it in good order.
    pub clean: bool,
}

/// How we end a connection in good order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Goodbye {
    /// The wire's close code, where it has one; `None` means its "normal" code.
    pub code: Option<u16>,
    /// A short reason for the peer's log.
    pub reason: String,
}

/// A connection to one server, driven by a session.
///
/// The session calls [`connect`](Self::connect), then alternates [`send`](Self::send) and
/// [`poll_event`](Self::poll_event), and at the end [`close`](Self::close) or
/// [`abort`](Self::abort). A closed transport can be connected again.
pub trait Transport: Send + 'static {
    /// Where to connect to, with keys and addresses; made by the protocol for each attempt.
    type Target: Debug + Send + 'static;
    /// One message.
    type Message: Debug + Send + 'static;

    /// Connects. An earlier connection, if any, is dropped.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the transport disconnected.
    fn connect(
        &mut self,
        target: Self::Target,
    ) -> impl Future<Output = Result<(), Error>> + Send + '_;

    /// Whether [`send`](Self::send) on this lane would stay below the soft limit of the queue.
    /// The session stops taking outcomes from handlers while there is no room.
    fn has_room(&self, lane: Lane) -> bool;

    /// Queues a message; it is written by [`poll_event`](Self::poll_event). With a tag, exactly
    /// one of `Sent`, `Reply` or `Failed` is reported for it, unless `Closed` comes first.
    ///
    /// # Errors
    /// The message is too large, the hard limit of the queue is reached, or there is no
    /// connection. Nothing is reported later for a message that was refused here.
    fn send(&mut self, lane: Lane, tag: Option<Tag>, message: Self::Message) -> Result<(), Error>;

    /// Writes what is queued, keeps the connection alive and returns the next event. After
    /// `Closed` it stays pending.
    ///
    /// # Cancel safety
    /// Polling may stop at any time without losing anything.
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Event<Self::Message>>;

    /// Writes what is queued, then ends the connection in good order. The session bounds it by a
    /// timeout.
    ///
    /// # Cancel safety
    /// Dropping the future drops the connection.
    fn close(&mut self, goodbye: Goodbye) -> impl Future<Output = ()> + Send + '_;

    /// Drops the connection at once. Nothing is reported.
    fn abort(&mut self);
}
