//! What happened, in order: the log that tests wait on and a local broker prints.

use std::{fmt, sync::Arc};

use bytes::Bytes;

use crate::log::{self, Entry, Log};

use super::message::{QoS, Version};

/// Events that the log keeps.
const KEPT: usize = 1 << 16;
/// Bytes of payloads that the log keeps alive.
const KEPT_BYTES: usize = 16 << 20;

/// Why a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The client said DISCONNECT.
    Disconnect {
        /// And asked for its will (MQTT 5).
        with_will: bool,
    },
    /// The connection was closed or broke without DISCONNECT.
    Closed,
    /// Nothing came for one and a half times the keep alive.
    KeepAlive,
    /// Somebody else connected with the same client id.
    TakenOver,
    /// It sent what is not allowed.
    Protocol {
        /// What.
        text: String,
    },
    /// It did not read, and too much waited for it.
    Overflow,
    /// [`Broker::disconnect`](super::Broker::disconnect) and other faults on purpose.
    OnPurpose,
    /// The broker stopped.
    Stopped,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disconnect { with_will: false } => f.write_str("it said DISCONNECT"),
            Self::Disconnect { with_will: true } => {
                f.write_str("it said DISCONNECT and asked for its will")
            }
            Self::Closed => f.write_str("the connection closed without DISCONNECT"),
            Self::KeepAlive => f.write_str("nothing came for 1.5 times its keep alive"),
            Self::TakenOver => f.write_str("another client connected under its id"),
            Self::Protocol { text } => write!(f, "it sent what is not allowed: {text}"),
            Self::Overflow => f.write_str("it does not read what it asked for"),
            Self::OnPurpose => f.write_str("on purpose"),
            Self::Stopped => f.write_str("the broker stopped"),
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A client is connected.
    Connected {
        /// Its id, given or assigned.
        client_id: Arc<str>,
        /// Its protocol.
        version: Version,
        /// The number of the connection, from 1.
        connection: u64,
        /// Whether a session was waiting for it.
        session_present: bool,
    },
    /// A CONNECT was refused.
    Refused {
        /// The id that it gave.
        client_id: Arc<str>,
        /// The number of the connection.
        connection: u64,
        /// The reason code, as MQTT 5 has it.
        code: u8,
        /// Why.
        reason: &'static str,
    },
    /// A connection ended before its CONNECT was understood.
    Unknown {
        /// The number of the connection.
        connection: u64,
        /// Why.
        cause: Cause,
    },
    /// A connected client is gone.
    Disconnected {
        /// Its id.
        client_id: Arc<str>,
        /// The number of the connection.
        connection: u64,
        /// Why.
        cause: Cause,
        /// Whether its will is published, now or after its delay.
        will: bool,
    },
    /// A session has ended some time after its connection.
    Expired {
        /// Whose.
        client_id: Arc<str>,
    },
    /// A client asked for a subscription.
    Subscribed {
        /// Who.
        client_id: Arc<str>,
        /// To what.
        filter: Arc<str>,
        /// The answer: the QoS, or from 0x80 on why not.
        code: u8,
    },
    /// A client ended a subscription.
    Unsubscribed {
        /// Who.
        client_id: Arc<str>,
        /// From what.
        filter: Arc<str>,
    },
    /// A message was published.
    Published {
        /// By which client; a will by its client; empty: from inside.
        from: Arc<str>,
        /// Where.
        topic: Arc<str>,
        /// Its bytes.
        payload: Bytes,
        /// Quality of service.
        qos: QoS,
        /// Whether it is retained.
        retain: bool,
        /// Whether the sender said that it may have come before.
        dup: bool,
        /// Whether it is a will.
        will: bool,
        /// To how many clients it goes; those of a persistent session count when they are away.
        receivers: usize,
    },
    /// A publish was dropped, because the rules forbid it.
    Denied {
        /// By which client.
        client_id: Arc<str>,
        /// Where.
        topic: Arc<str>,
    },
    /// A message was written for a client.
    Delivered {
        /// For whom.
        to: Arc<str>,
        /// Where it was published.
        topic: Arc<str>,
        /// Its bytes.
        payload: Bytes,
        /// Quality of service of the delivery.
        qos: QoS,
        /// The retain flag of the delivery.
        retain: bool,
        /// Whether it was written before.
        dup: bool,
        /// The packet id; 0 with QoS 0.
        id: u16,
    },
    /// A client acknowledged a message: PUBACK, or PUBCOMP.
    Acknowledged {
        /// Who.
        client_id: Arc<str>,
        /// The packet id.
        id: u16,
    },
    /// A message for a client was dropped.
    Dropped {
        /// For whom; empty: a retained message that there was no room for.
        client_id: Arc<str>,
        /// Where it was published.
        topic: Arc<str>,
        /// Why.
        reason: &'static str,
    },
    /// The reader of the log fell so far behind that events were forgotten.
    Missed(u64),
}

impl Entry for Event {
    fn missed(count: u64) -> Self {
        Self::Missed(count)
    }

    fn weight(&self) -> usize {
        match self {
            Self::Published { payload, .. } | Self::Delivered { payload, .. } => payload.len(),
            _ => 0,
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected { client_id, version, session_present, .. } => {
                let version = if *version == Version::V5 { "5" } else { "3.1.1" };
                write!(f, "{client_id} connected (MQTT {version})")?;
                if *session_present { write!(f, " to its session") } else { Ok(()) }
            }
            Self::Refused { client_id, code, reason, .. } => {
                write!(f, "{client_id} refused ({code:#04x}): {reason}")
            }
            Self::Unknown { connection, cause } => {
                write!(f, "connection {connection} ended before its CONNECT: {cause}")
            }
            Self::Disconnected { client_id, cause, will, .. } => {
                let will = if *will { "; its will is published" } else { "" };
                write!(f, "{client_id} is gone: {cause}{will}")
            }
            Self::Expired { client_id } => write!(f, "the session of {client_id} has ended"),
            Self::Subscribed { client_id, filter, code } if *code < 0x80 => {
                write!(f, "{client_id} subscribed to {filter} (QoS {code})")
            }
            Self::Subscribed { client_id, filter, code } => {
                write!(f, "{client_id} may not subscribe to {filter} ({code:#04x})")
            }
            Self::Unsubscribed { client_id, filter } => {
                write!(f, "{client_id} unsubscribed from {filter}")
            }
            Self::Published { from, topic, payload, qos, retain, dup, will, .. } => {
                let from = if from.is_empty() { "broker" } else { from };
                write!(f, "{from} -> {topic}: {}", Shown(payload))?;
                write!(f, " (QoS {}", qos.number())?;
                for (set, word) in [(retain, "retained"), (dup, "again"), (will, "will")] {
                    if *set {
                        write!(f, ", {word}")?;
                    }
                }
                f.write_str(")")
            }
            Self::Denied { client_id, topic } => {
                write!(f, "{client_id} may not publish to {topic}")
            }
            Self::Delivered { to, topic, payload, qos, dup, .. } => {
                let again = if *dup { ", again" } else { "" };
                write!(f, "{to} <- {topic}: {} (QoS {}{again})", Shown(payload), qos.number())
            }
            Self::Acknowledged { client_id, id } => write!(f, "{client_id} acknowledged {id}"),
            Self::Dropped { client_id, topic, reason } => {
                write!(f, "a message of {topic} for {client_id} was dropped: {reason}")
            }
            Self::Missed(count) => write!(f, "{count} events were not looked at in time"),
        }
    }
}

/// A payload as text, not too long.
struct Shown<'a>(&'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 200;
        let shown = &self.0[..self.0.len().min(LONGEST)];
        write!(f, "{}", shown.escape_ascii())?;
        match self.0.len().checked_sub(LONGEST) {
            Some(rest @ 1..) => write!(f, "… and {rest} bytes"),
            _ => Ok(()),
        }
    }
}

pub(crate) type EventLog = Log<Event>;

pub(crate) fn new_log() -> EventLog {
    EventLog::bounded(KEPT, KEPT_BYTES)
}

/// A reader of the event log with a place of its own.
///
/// The log is bounded: a reader that falls behind gets one [`Event::Missed`] and goes on with the
/// oldest event still there.
pub type Events = log::Events<Event>;
