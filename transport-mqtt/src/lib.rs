//! The MQTT transport of Journeyman: a client of MQTT 3.1.1 and 5 over TCP, TLS and WebSocket.
//!
//! [`MqttTransport`] implements [`Transport`](journeyman_core::transport::Transport) over one
//! connection. It keeps the connection alive, notices brokers that are silent, do not read or do
//! not acknowledge, keeps every queue within limits, and turns each way a connection can fail into
//! an error that says what was wrong and what to do.
//!
//! What a session can rely on:
//!
//! - Publishes leave in the order of `send`, whatever their QoS; several `send`s before a
//!   `poll_event` cost one write to the socket.
//! - `Sent` comes at the PUBACK or PUBCOMP, and for QoS 0 when the message was handed to the
//!   operating system. A subscribe is answered with what was granted for each filter.
//! - The broker's limits (packet size, receive maximum, QoS, retained messages, wildcards) are
//!   kept: what is beyond them is an error of `send`, and the connection goes on.
//! - Deliveries are acknowledged at receipt or when the work on them has ended, see
//!   [`Acknowledge`]; in the order of their arrival, and never on another connection.
//! - Queues are bounded: see [`MqttConfig::send_queue_soft_limit`] and [`Overflow`].
//! - Several sessions can share one connection, see [`Hub`] and what that costs.
//! - `close` says goodbye; `abort` does not, so that the broker publishes the [`Will`].
//!
//! The packets are read and written by code of this crate; no type of the underlying WebSocket or
//! TLS library is part of its interface.

mod check;
mod client;
mod codec;
mod config;
mod connect;
mod connection;
mod endpoint;
mod error;
mod flights;
mod link;
mod message;
mod output;
mod reason;
mod receipts;
mod shared;
mod stats;
mod stream;
mod target;
#[doc(hidden)]
pub mod testing;
mod topic;
mod transport;

pub use config::{MqttConfig, Overflow};
pub use journeyman_tls::{ClientIdentity, TlsConfig};
pub use message::{
    AckId, Connack, Delivery, Filter, MqttMessage, Properties, Publish, QoS, RetainHandling,
    Suback, Subscribe, SubscribeResult, Unsuback,
};
pub use reason::ReasonCode;
pub use shared::{Hub, SharedTransport};
pub use stats::MqttStats;
pub use target::{Acknowledge, MqttTarget, Protocol, Will};
pub use topic::filter_matches;
pub use transport::MqttTransport;
