//! MQTT packets of a client, 3.1.1 and 5: bytes to packets and back; no I/O.
//!
//! Packets are checked strictly where a lenient reading could mean something else, so that a fault
//! of the peer is found where it is and not three packets later.

mod decode;
mod encode;
mod properties;

pub(crate) use decode::{ConnackPacket, Packet, PublishPacket, decode};
pub(crate) use encode::{
    ConnectFields, ack, check_properties, check_user, connect, disconnect, pingreq, publish_head,
    publish_size, set_packet_id, subscribe, unsubscribe,
};

use crate::{Protocol, ReasonCode};

/// The largest number that the wire's variable-length integer holds.
pub(crate) const MAX_VARINT: usize = 268_435_455;
/// The most user properties of a packet that are kept.
pub(crate) const MAX_USER: usize = 256;

/// The identifier of each property of MQTT 5 (section 2.2.2.2).
mod id {
    pub(super) const PAYLOAD_FORMAT: u8 = 0x01;
    pub(super) const MESSAGE_EXPIRY: u8 = 0x02;
    pub(super) const CONTENT_TYPE: u8 = 0x03;
    pub(super) const RESPONSE_TOPIC: u8 = 0x08;
    pub(super) const CORRELATION_DATA: u8 = 0x09;
    pub(super) const SUBSCRIPTION_ID: u8 = 0x0B;
    pub(super) const SESSION_EXPIRY: u8 = 0x11;
    pub(super) const ASSIGNED_CLIENT_ID: u8 = 0x12;
    pub(super) const SERVER_KEEP_ALIVE: u8 = 0x13;
    pub(super) const AUTH_METHOD: u8 = 0x15;
    pub(super) const AUTH_DATA: u8 = 0x16;
    pub(super) const WILL_DELAY: u8 = 0x18;
    pub(super) const RESPONSE_INFORMATION: u8 = 0x1A;
    pub(super) const SERVER_REFERENCE: u8 = 0x1C;
    pub(super) const REASON_STRING: u8 = 0x1F;
    pub(super) const RECEIVE_MAXIMUM: u8 = 0x21;
    pub(super) const TOPIC_ALIAS_MAXIMUM: u8 = 0x22;
    pub(super) const TOPIC_ALIAS: u8 = 0x23;
    pub(super) const MAXIMUM_QOS: u8 = 0x24;
    pub(super) const RETAIN_AVAILABLE: u8 = 0x25;
    pub(super) const USER: u8 = 0x26;
    pub(super) const MAXIMUM_PACKET_SIZE: u8 = 0x27;
    pub(super) const WILDCARD_AVAILABLE: u8 = 0x28;
    pub(super) const SUBSCRIPTION_ID_AVAILABLE: u8 = 0x29;
    pub(super) const SHARED_AVAILABLE: u8 = 0x2A;
}

/// The four packets that acknowledge a PUBLISH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AckKind {
    Puback,
    Pubrec,
    Pubrel,
    Pubcomp,
}

impl AckKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Puback => "PUBACK",
            Self::Pubrec => "PUBREC",
            Self::Pubrel => "PUBREL",
            Self::Pubcomp => "PUBCOMP",
        }
    }

    fn first_byte(self) -> u8 {
        match self {
            Self::Puback => 0x40,
            Self::Pubrec => 0x50,
            // The one with a fixed flag (section 3.6.1).
            Self::Pubrel => 0x62,
            Self::Pubcomp => 0x70,
        }
    }
}

/// The start of a packet: its type, flags and length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) first: u8,
    /// Bytes of the header itself: 2 to 5.
    pub(crate) length: usize,
    /// Bytes that follow it.
    pub(crate) remaining: usize,
}

impl Header {
    /// Reads a header. `None` while it is not complete.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Self>, Fault> {
        let [first, rest @ ..] = bytes else { return Ok(None) };
        match varint(rest) {
            Ok(Some((remaining, used))) => {
                Ok(Some(Self { first: *first, length: 1 + used, remaining }))
            }
            Ok(None) => Ok(None),
            Err(()) => Err(Fault::malformed(name(*first), "its length has more than four bytes")),
        }
    }

    /// Header and what follows it, in bytes.
    pub(crate) fn total(self) -> usize {
        self.length + self.remaining
    }
}

/// Reads a variable-length integer: value and bytes used; `None` while it is not complete.
fn varint(bytes: &[u8]) -> Result<Option<(usize, usize)>, ()> {
    let mut value = 0;
    for (i, byte) in bytes.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7F) << (7 * i);
        if byte & 0x80 == 0 {
            return Ok(Some((value, i + 1)));
        }
    }
    if bytes.len() >= 4 { Err(()) } else { Ok(None) }
}

/// How many bytes a variable-length integer takes.
pub(crate) fn varint_size(value: usize) -> usize {
    match value {
        0..=0x7F => 1,
        0x80..=0x3FFF => 2,
        0x4000..=0x1F_FFFF => 3,
        _ => 4,
    }
}

/// The name of a packet by its first byte.
pub(crate) fn name(first: u8) -> &'static str {
    match first >> 4 {
        1 => "CONNECT",
        2 => "CONNACK",
        3 => "PUBLISH",
        4 => "PUBACK",
        5 => "PUBREC",
        6 => "PUBREL",
        7 => "PUBCOMP",
        8 => "SUBSCRIBE",
        9 => "SUBACK",
        10 => "UNSUBSCRIBE",
        11 => "UNSUBACK",
        12 => "PINGREQ",
        13 => "PINGRESP",
        14 => "DISCONNECT",
        15 => "AUTH",
        _ => "packet of the reserved type 0",
    }
}

/// How the peer broke the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The packet that it did it with.
    pub(crate) packet: &'static str,
    /// How it goes on after "the peer sent a … : ".
    pub(crate) what: String,
    /// What an MQTT 5 peer is told.
    pub(crate) code: ReasonCode,
}

impl Fault {
    pub(crate) fn malformed(packet: &'static str, what: impl Into<String>) -> Self {
        Self { packet, what: what.into(), code: ReasonCode::MALFORMED }
    }

    pub(crate) fn protocol(packet: &'static str, what: impl Into<String>) -> Self {
        Self { packet, what: what.into(), code: ReasonCode::PROTOCOL_ERROR }
    }
}

impl Protocol {
    fn level(self) -> u8 {
        match self {
            Self::V311 => 4,
            Self::V5 => 5,
        }
    }
}

#[cfg(test)]
mod tests;
