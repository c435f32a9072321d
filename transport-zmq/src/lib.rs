//! The ZeroMQ transport of Journeyman: lanes that subscribe (SUB) and lanes that send requests
//! (DEALER, which the peer takes for a REQ), over `tcp://` and `ipc://`, with or without CURVE.
//!
//! [`ZmqTransport`] implements [`Transport`](journeyman_core::transport::Transport) over one
//! connection of each lane. It has no task and no thread of its own; everything happens while it
//! is polled. What a session can rely on:
//!
//! - `connect` resolves when the handshakes of all lanes are done and their subscriptions are
//!   effective. An error says what stood in the way: nobody listens, the key is not enrolled, the
//!   server key is another one, the peer wants CURVE or does not, it is no ZeroMQ socket.
//! - A lane that subscribes reports the end of its connection as `Closed` at once: broadcasts may
//!   have been missed from here on. Nothing reconnects beneath the session.
//! - On a request lane each tag ends in exactly one `Reply` or `Failed`, unless `Closed` comes
//!   first. `Sent` is not reported. A message without a tag has its reply swallowed.
//! - Every queue, message and wait has a limit, see [`ZmqConfig`].
//!
//! # Requests
//!
//! A REQ that waits for each reply manages some 20,000 exchanges per second; here requests do not
//! wait for one another. Replies carry no id and are matched in the order of sending, which is
//! safe as long as the peer answers each request once and in order. A REP cannot do otherwise.
//! Whatever could disturb the order costs the socket, so that a late reply can never be taken for
//! that of another request:
//!
//! | what | then |
//! |---|---|
//! | no reply to the oldest open request within `request_timeout` | all open requests fail, the lane gets a fresh socket |
//! | the connection is lost, or a PING is not answered in time | the same |
//! | a reply without delimiter, without a request, or beyond the limits | the same |
//! | no fresh socket within `lane_timeout` | `Closed` |
//!
//! While a lane has no socket, requests wait for the next one. Other lanes do not notice.
//!
//! A peer that leaves out one reply and answers later requests over the same connection cannot be
//! told from one that does not: the replies then answer the wrong requests until the last one
//! times out. libzmq drops replies beyond its high-water mark; `hard_open_requests` keeps below it.
//!
//! # When a subscription is effective
//!
//! ZMTP acknowledges no subscription, and a PUB drops what nobody has subscribed to. But a peer
//! works through what it receives in order, so an answer to a PING that follows the subscription
//! proves that it has read both. `connect` waits for two such answers, one after another (libzmq
//! may write the first one before it hands on the subscription that came in the same packet), and
//! then for [`subscription_settle`](ZmqConfig::subscription_settle): a PUB of libzmq looks at new
//! subscriptions at most every three million clock ticks, when something is published. Measured
//! with libzmq 4.3.5 publishing in answer to the first request: after one answer and without a
//! pause 836 of 2000 such messages were lost; after one answer and 10 ms none of 2000, after two
//! answers and 10 ms none of 2000.
//!
//! ZMTP 3.0 has no PING: such a peer is given
//! [`subscription_grace`](ZmqConfig::subscription_grace).
//!
//! # The engine
//!
//! ZMTP and CURVE are done by `omq-proto`, the part of the `omq` project that does no I/O. No type
//! of it is part of this crate's interface; the module `socket` and its neighbours are all that
//! would change with another one.

mod config;
mod curve;
mod endpoint;
mod error;
mod establish;
mod exchanges;
mod frames;
mod lane;
mod output;
mod scan;
#[cfg(feature = "server")]
pub mod server;
mod socket;
mod stream;
mod target;
mod transport;

pub use config::ZmqConfig;
pub use curve::{CurveKeys, CurvePublicKey, KeyError, Z85_KEY_LEN};
pub use endpoint::{Endpoint, EndpointError, MAX_IPC_PATH};
pub use frames::Frames;
pub use target::{CurveClient, LaneTarget, Role, ZmqTarget};
pub use transport::ZmqTransport;
