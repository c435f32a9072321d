//! Why the broker refused or ended something: the codes of MQTT 5, in which those of 3.1.1 are
//! expressed, too.

use std::fmt;

use journeyman_core::{Error, ErrorKind};

/// A reason code of MQTT 5 (section 2.4). Codes from 0x80 on are failures. The CONNACK codes 1 to
/// 5 of MQTT 3.1.1 appear as 0x84, 0x85, 0x88, 0x86 and 0x87.
///
/// Errors of this crate carry the code that they come from as their source:
/// [`ReasonCode::of`] finds it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReasonCode(pub u8);

impl ReasonCode {
    /// It went well.
    pub const SUCCESS: Self = Self(0x00);
    /// Accepted, and nobody has subscribed to it.
    pub const NO_MATCHING_SUBSCRIBERS: Self = Self(0x10);
    /// The broker does not say why; also the one failure code of a 3.1.1 SUBACK.
    pub const UNSPECIFIED: Self = Self(0x80);
    /// The protocol version is not supported.
    pub const UNSUPPORTED_PROTOCOL_VERSION: Self = Self(0x84);
    /// The client id is not accepted.
    pub const CLIENT_ID_NOT_VALID: Self = Self(0x85);
    /// User name or password are wrong.
    pub const BAD_CREDENTIALS: Self = Self(0x86);
    /// It is not allowed.
    pub const NOT_AUTHORIZED: Self = Self(0x87);
    /// The broker is there but cannot serve.
    pub const SERVER_UNAVAILABLE: Self = Self(0x88);
    /// The broker is busy.
    pub const SERVER_BUSY: Self = Self(0x89);
    /// The broker stops.
    pub const SERVER_SHUTTING_DOWN: Self = Self(0x8B);
    /// The broker heard nothing from us for too long.
    pub const KEEP_ALIVE_TIMEOUT: Self = Self(0x8D);
    /// Another client connected with our client id.
    pub const SESSION_TAKEN_OVER: Self = Self(0x8E);
    /// More messages without acknowledgement than was agreed.
    pub const RECEIVE_MAXIMUM_EXCEEDED: Self = Self(0x93);
    /// The packet is larger than the limit.
    pub const PACKET_TOO_LARGE: Self = Self(0x95);
    /// A quota is used up.
    pub const QUOTA_EXCEEDED: Self = Self(0x97);

    pub(crate) const MALFORMED: Self = Self(0x81);
    pub(crate) const PROTOCOL_ERROR: Self = Self(0x82);

    /// Whether it is a failure.
    pub fn is_failure(self) -> bool {
        self.0 >= 0x80
    }

    /// The code that an error of this crate comes from.
    pub fn of(error: &Error) -> Option<Self> {
        let source = std::error::Error::source(error)?;
        source.downcast_ref::<Self>().copied()
    }

    /// The code of a 3.1.1 CONNACK in terms of MQTT 5.
    pub(crate) fn from_v311(code: u8) -> Self {
        match code {
            0 => Self::SUCCESS,
            1 => Self::UNSUPPORTED_PROTOCOL_VERSION,
            2 => Self::CLIENT_ID_NOT_VALID,
            3 => Self::SERVER_UNAVAILABLE,
            4 => Self::BAD_CREDENTIALS,
            5 => Self::NOT_AUTHORIZED,
            // Reserved; at least it stays a failure.
            other => Self(other | 0x80),
        }
    }

    /// A few words.
    fn text(self) -> &'static str {
        match self.0 {
            0x00 => "success",
            0x04 => "disconnect with will message",
            0x10 => "no matching subscribers",
            0x11 => "no subscription existed",
            0x80 => "unspecified error",
            0x81 => "malformed packet",
            0x82 => "protocol error",
            0x83 => "implementation specific error",
            0x84 => "unsupported protocol version",
            0x85 => "client identifier not valid",
            0x86 => "bad user name or password",
            0x87 => "not authorized",
            0x88 => "server unavailable",
            0x89 => "server busy",
            0x8A => "banned",
            0x8B => "server shutting down",
            0x8C => "bad authentication method",
            0x8D => "keep alive timeout",
            0x8E => "session taken over",
            0x8F => "topic filter invalid",
            0x90 => "topic name invalid",
            0x91 => "packet identifier in use",
            0x92 => "packet identifier not found",
            0x93 => "receive maximum exceeded",
            0x94 => "topic alias invalid",
            0x95 => "packet too large",
            0x96 => "message rate too high",
            0x97 => "quota exceeded",
            0x98 => "administrative action",
            0x99 => "payload format invalid",
            0x9A => "retain not supported",
            0x9B => "QoS not supported",
            0x9C => "use another server",
            0x9D => "server moved",
            0x9E => "shared subscriptions not supported",
            0x9F => "connection rate exceeded",
            0xA0 => "maximum connect time",
            0xA1 => "subscription identifiers not supported",
            0xA2 => "wildcard subscriptions not supported",
            _ => "unknown code",
        }
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (0x{:02X})", self.text(), self.0)
    }
}

impl fmt::Debug for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReasonCode({self})")
    }
}

impl std::error::Error for ReasonCode {}

/// What the broker said with a code, for errors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// A text for humans.
    pub(crate) reason: Option<String>,
    /// Another server to go to.
    pub(crate) reference: Option<String>,
}

impl Said {
    /// Adds it to an error. The broker's text is a peer's text: one line, and not too long.
    pub(crate) fn add_to(&self, mut error: Error) -> Error {
        for (key, text) in
            [("broker says", &self.reason), ("broker names another server", &self.reference)]
        {
            if let Some(text) = text {
                error = error.with_context(key, crate::error::Snippet(text.as_bytes(), 200));
            }
        }
        error
    }
}

/// The CONNACK refused us.
pub(crate) fn connect_refused(code: ReasonCode, said: &Said) -> Error {
    let temporary = |message, remedy| (true, message, remedy);
    let permanent = |message, remedy| (false, message, remedy);
    let (lasting, message, remedy) = match code.0 {
        0x84 => permanent(
            "the broker does not speak this version of MQTT",
            "choose the other protocol version",
        ),
        0x85 => permanent(
            "the broker does not accept the client id",
            "use at most 23 letters and digits, or what the broker's rules for client ids say",
        ),
        0x86 => permanent(
            "the broker refused the user name or password",
            "correct the credentials, or add the user at the broker",
        ),
        0x87 => permanent(
            "the broker does not let us connect: not authorized",
            "check user name and password, and what the broker allows this user and client id",
        ),
        0x88 => temporary("the broker is unavailable", "try again later; see the broker's log"),
        0x89 => temporary("the broker is busy", "try again later"),
        0x8A => permanent("the broker has banned this client", "ask who runs the broker"),
        0x8C => permanent(
            "the broker wants another way of authentication",
            "extended authentication is not supported: let the broker take user name and password \
             or a client certificate",
        ),
        0x90 => permanent("the broker does not accept the topic of the will", "change the topic"),
        0x95 => permanent("our CONNECT is too large for the broker", "make the will smaller"),
        0x97 => temporary("a quota of the broker is used up", "try again later"),
        0x99 => permanent(
            "the broker finds that the will is not of the format that it claims",
            "make the will's payload UTF-8, or do not claim it",
        ),
        0x9A => permanent(
            "the broker does not keep retained messages, and the will is one",
            "do not retain the will, or allow retained messages at the broker",
        ),
        0x9B => permanent(
            "the broker does not support the QoS of the will",
            "use a lower QoS for the will",
        ),
        0x9C | 0x9D => temporary(
            "the broker wants us to use another server",
            "configure the server that it names, if it names one",
        ),
        0x9F => temporary("the broker takes no more connections for now", "try again later"),
        _ => temporary("the broker refused the connection", "see the broker's log"),
    };
    let error = Error::new(ErrorKind::Refused, "connect", message).with_remedy(remedy);
    let error = if lasting { error.temporary() } else { error.permanent() };
    said.add_to(error.with_source(code))
}

/// A PUBACK or PUBREC refused a message of ours.
pub(crate) fn publish_refused(code: ReasonCode, topic: &str, said: &Said) -> Error {
    let (temporary, message, remedy) = match code.0 {
        0x87 => (
            false,
            "the broker does not let us publish to this topic",
            "allow it in the broker's access rules",
        ),
        0x90 => (false, "the broker does not accept the topic", "choose another topic"),
        0x95 => (false, "the message is too large for the broker", "send less"),
        0x97 => (true, "a quota of the broker is used up", "send less, or try again later"),
        0x99 => (
            false,
            "the payload is not of the format that it claims",
            "send UTF-8, or do not claim it",
        ),
        _ => (true, "the broker refused the message", "see the broker's log"),
    };
    let error = Error::new(ErrorKind::Refused, "publish", message)
        .with_remedy(remedy)
        .with_context("topic", crate::error::Snippet(topic.as_bytes(), 200));
    let error = if temporary { error } else { error.permanent() };
    said.add_to(error.with_source(code))
}

/// The broker ended an MQTT 5 connection with a DISCONNECT.
pub(crate) fn disconnected(code: ReasonCode, said: &Said, client_id: &str) -> Error {
    let (kind, message, remedy) = match code.0 {
        0x8E => (
            ErrorKind::Disconnected,
            "another client connected with our client id and took the session over",
            "give each client an id of its own; two with one id throw each other out for ever",
        ),
        0x87 => (
            ErrorKind::Refused,
            "the broker ended the connection: not authorized",
            "check what the broker allows this user and client id",
        ),
        0x8B => (ErrorKind::Disconnected, "the broker is shutting down", ""),
        0x8D => (
            ErrorKind::Timeout,
            "the broker heard nothing from us for longer than the keep-alive",
            "this process or the network stood still; a longer keep-alive gives more patience",
        ),
        0x81 | 0x82 => (
            ErrorKind::Disconnected,
            "the broker says that we broke the protocol",
            "this is a bug here or in the broker; its log may say more",
        ),
        0x93 => (
            ErrorKind::Disconnected,
            "the broker says that we sent too much without waiting for acknowledgements",
            "this is a bug here or in the broker",
        ),
        0x95 => (
            ErrorKind::TooLarge,
            "the broker refused a packet as too large",
            "send less, or raise the broker's limit",
        ),
        0x96 | 0x97 => (
            ErrorKind::Disconnected,
            "the broker ended the connection because we used too much of it",
            "send less, or raise the broker's rate or quota",
        ),
        0x98 => {
            (ErrorKind::Disconnected, "an administrator of the broker ended the connection", "")
        }
        0x9C | 0x9D => (
            ErrorKind::Disconnected,
            "the broker wants us to use another server",
            "configure the server that it names, if it names one",
        ),
        _ => (ErrorKind::Disconnected, "the broker ended the connection", ""),
    };
    let error = Error::new(kind, "receive", message)
        .temporary()
        .with_context("client id", crate::error::Snippet(client_id.as_bytes(), 100))
        .with_source(code);
    said.add_to(if remedy.is_empty() { error } else { error.with_remedy(remedy) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_3_1_1_and_5_give_the_same_errors() {
        let cases = [
            (1, "version of MQTT", false),
            (2, "client id", false),
            (3, "unavailable", true),
            (4, "user name or password", false),
            (5, "not authorized", false),
        ];
        for (code, expected, temporary) in cases {
            let code = ReasonCode::from_v311(code);
            let error = connect_refused(code, &Said::default());
            assert!(error.message().contains(expected), "{error}");
            assert_eq!(error.is_temporary(), temporary, "{error}");
            assert_eq!(error.kind(), ErrorKind::Refused);
            assert_eq!(ReasonCode::of(&error), Some(code));
            assert!(error.remedy().is_some());
        }
        assert!(ReasonCode::from_v311(77).is_failure());
        assert_eq!(ReasonCode::of(&Error::config("x")), None);
    }

    #[test]
    fn what_a_broker_says_is_one_short_line() {
        let said = Said {
            reason: Some(format!("a\nb{}", "x".repeat(1000))),
            reference: Some("other:1883".to_owned()),
        };
        let error = disconnected(ReasonCode(0x9D), &said, "id");
        let text = error.to_string();
        assert!(text.contains("a\\nbxx") && text.contains("other:1883"), "{text}");
        assert!(!text.contains('\n') && text.len() < 600, "{text}");
        let error = publish_refused(ReasonCode(0x87), "a/b", &Said::default());
        assert!(!error.is_temporary() && error.to_string().contains("topic: a/b"), "{error}");
    }
}
