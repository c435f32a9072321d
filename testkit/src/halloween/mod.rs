//! A stand-in MQTT broker for Halloween props, an independent client, and the real mosquitto.
//!
//! [`Broker`] speaks MQTT 3.1.1 and 5 on one port and behaves as mosquitto does where the two
//! versions of the protocol leave a choice (Halloween sheet, sections 3.5, 6, 7 and 11). It shares
//! no code with the transport that it tests: packets are read and written by another library, and
//! by hand where that library is too lax. [`Client`] is that library's client. [`Mosquitto`] starts
//! the real broker as a child process, where it is installed.
//!
//! What a client may do to the broker is bounded ([`BrokerConfig`]); what it sends that is wrong
//! closes its own connection and nothing else.
//!
//! Where the stand-in differs from mosquitto 2.0.11:
//!
//! - a QoS 2 message is passed on when it arrives, not when it is released;
//! - where the standard wants an MQTT 5 client to be told why it is closed (taken over, keep alive,
//!   receive maximum), it is told; mosquitto closes in silence or answers otherwise;
//! - a keep alive ends in time, not up to 5 s late, and a delayed will comes at the latest with the
//!   end of its session;
//! - shared subscriptions prefer members that are connected;
//! - a property that occurs twice, where it may occur once, is refused in PUBLISH and SUBSCRIBE,
//!   but not in CONNECT;
//! - MQTT 3.1 (the protocol before 3.1.1), enhanced authentication, bridges, TLS and WebSocket are
//!   not there.

mod acl;
mod broker;
pub mod client;
mod config;
mod conn;
mod connect;
mod core;
mod decode;
mod encode;
mod events;
mod faults;
mod frame;
mod handle;
mod link;
mod message;
mod mischief;
mod mosquitto;
mod packet;
mod persist;
mod reserved;
mod retained;
mod session;
mod timers;
mod topic;
mod tree;

pub use acl::{Access, Acl, AclRule, Who};
pub use broker::{Broker, ClientInfo, StartError};
pub use client::{Client, ClientError, ClientOptions, Seen};
pub use config::{BrokerConfig, Overlap, Persistence, User};
pub use events::{Cause, Event, Events};
pub use faults::Faults;
pub use message::{Message, Properties, QoS, Version};
pub use mosquitto::{Mosquitto, MosquittoConfig};
pub use reserved::ReservedPort;
pub use topic::{matches, valid_filter, valid_topic};
