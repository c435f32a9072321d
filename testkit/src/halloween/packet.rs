//! Packets of both versions in one form.

use std::sync::Arc;

use super::message::{Message, QoS, Version};

/// Reason codes of MQTT 5. Where 3.1.1 has a number for the same it is made from these.
pub(crate) mod reason {
    pub(crate) const NO_SUBSCRIBERS: u8 = 0x10;
    pub(crate) const NO_SUBSCRIPTION: u8 = 0x11;
    pub(crate) const MALFORMED: u8 = 0x81;
    pub(crate) const PROTOCOL_ERROR: u8 = 0x82;
    pub(crate) const CLIENT_ID: u8 = 0x85;
    pub(crate) const NOT_AUTHORIZED: u8 = 0x87;
    pub(crate) const SHUTTING_DOWN: u8 = 0x8B;
    pub(crate) const AUTHENTICATION_METHOD: u8 = 0x8C;
    pub(crate) const KEEP_ALIVE: u8 = 0x8D;
    pub(crate) const TAKEN_OVER: u8 = 0x8E;
    pub(crate) const TOPIC_INVALID: u8 = 0x90;
    pub(crate) const ID_NOT_FOUND: u8 = 0x92;
    pub(crate) const RECEIVE_MAXIMUM: u8 = 0x93;
    pub(crate) const ALIAS_INVALID: u8 = 0x94;
    pub(crate) const TOO_LARGE: u8 = 0x95;
    pub(crate) const QUOTA: u8 = 0x97;
}

/// What is wrong with what a client sent: it costs the client its connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The reason code that an MQTT 5 client is told.
    pub(crate) code: u8,
    pub(crate) text: String,
}

impl Fault {
    pub(crate) fn new(code: u8, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    pub(crate) fn malformed(text: impl Into<String>) -> Self {
        Self::new(reason::MALFORMED, text)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Connect {
    pub(crate) version: Version,
    pub(crate) client_id: String,
    pub(crate) clean: bool,
    /// Seconds.
    pub(crate) keep_alive: u16,
    pub(crate) login: Option<(String, String)>,
    pub(crate) will: Option<Will>,
    /// Seconds that the session outlives the connection; `u32::MAX`: for ever.
    pub(crate) session_expiry: u32,
    pub(crate) receive_maximum: Option<u16>,
    pub(crate) max_packet: Option<u32>,
    pub(crate) authentication: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Will {
    pub(crate) message: Message,
    /// Seconds.
    pub(crate) delay: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Publish {
    pub(crate) message: Message,
    pub(crate) dup: bool,
    /// 0 with QoS 0.
    pub(crate) id: u16,
    pub(crate) alias: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetainHandling {
    EverySubscribe,
    NewSubscribe,
    Never,
}

/// How a session is subscribed to a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) qos: QoS,
    pub(crate) no_local: bool,
    pub(crate) retain_as_published: bool,
    pub(crate) retain_handling: RetainHandling,
    pub(crate) id: Option<u32>,
}

#[derive(Clone, Debug)]
pub(crate) enum Packet {
    Publish(Publish),
    PubAck { id: u16 },
    PubRec { id: u16, failed: bool },
    PubRel { id: u16 },
    PubComp { id: u16 },
    Subscribe { id: u16, filters: Vec<(Arc<str>, Options)> },
    Unsubscribe { id: u16, filters: Vec<String> },
    PingReq,
    Disconnect { with_will: bool, session_expiry: Option<u32> },
}
