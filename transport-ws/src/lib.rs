//! The WebSocket transport of Journeyman: a client for `ws://` and `wss://`.
//!
//! [`WsTransport`] implements [`Transport`](journeyman_core::transport::Transport) over one
//! connection. It answers pings, notices peers that are silent or do not read, keeps every queue
//! within limits, and turns each way a connection can fail into an error that says what was wrong
//! and what to do.
//!
//! What a session can rely on:
//!
//! - Messages are written in the order of `send`; several `send`s before a `poll_event` cost one
//!   write to the socket. `Sent` is reported after the flush that covers the message.
//! - Payloads come out as [`Bytes`](bytes::Bytes) that share the read buffer. A message that is
//!   kept for long keeps up to [`WsConfig::read_buffer_size`] bytes around it alive.
//! - Close codes are data ([`Closed::code`](journeyman_core::transport::Closed)), see
//!   [`close_code`].
//! - Compression (`permessage-deflate`) is never offered.
//!
//! No type of the underlying WebSocket or TLS library is part of this crate's interface.

pub mod close_code;
mod config;
mod connect;
mod endpoint;
mod error;
mod message;
mod stream;
mod transport;
mod upgrade;

pub use config::{Proxy, WsConfig, WsTarget};
pub use journeyman_tls::{ClientIdentity, TlsConfig};
pub use message::{Text, WsMessage};
pub use transport::WsTransport;
