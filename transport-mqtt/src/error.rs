//! From the errors of sockets, TLS, WebSocket and MQTT to the framework's error: what was wrong,
//! whose fault it is, and what to do.

use std::{fmt, io, time::Duration};

use journeyman_core::{Error, ErrorKind, transport::Closed};
use tokio_tungstenite::tungstenite::Error as WsError;

use crate::{ReasonCode, codec::Fault, endpoint::Endpoint};

/// What to do about a peer that closes while the connection is made.
pub(crate) const HUNG_UP: &str = "the peer hung up: check that it is a broker, and its log";

const CLOSED_REMEDY: &str = "it may have stopped, have given the client id to another client, or \
    have refused something that we sent (too large, not allowed); its log may say more";

/// Why an open connection ended.
#[derive(Debug)]
pub(crate) enum Loss {
    /// The peer closed it without a word.
    Ended,
    Io(io::Error),
    /// The peer broke the protocol.
    Fault(Fault),
    /// The peer sent, or began to send, a packet above our limit.
    TooLarge {
        size: usize,
        limit: usize,
    },
    /// Nothing came after our PINGREQ for this long.
    Silent(Duration),
    /// Nothing was taken from us for this long.
    Stalled {
        limit: Duration,
        queued: usize,
    },
    /// No acknowledgement for this long.
    NoAnswer {
        limit: Duration,
        what: &'static str,
        id: u16,
    },
    /// The broker said goodbye; the error is made already.
    Told(ReasonCode, Error),
}

impl From<io::Error> for Loss {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Ended,
            _ => Self::Io(error),
        }
    }
}

impl From<Fault> for Loss {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Loss {
    /// What an MQTT 5 broker is told before we close.
    pub(crate) fn code(&self) -> Option<ReasonCode> {
        match self {
            Self::Fault(fault) => Some(fault.code),
            Self::TooLarge { .. } => Some(ReasonCode::PACKET_TOO_LARGE),
            Self::NoAnswer { .. } | Self::Silent(_) => Some(ReasonCode::UNSPECIFIED),
            _ => None,
        }
    }

    /// As the end of an open connection.
    pub(crate) fn closed(self, client_id: &str) -> Closed {
        let mut code = None;
        let mut clean = false;
        let error = match self {
            Self::Ended => Error::new(
                ErrorKind::Disconnected,
                "receive",
                "the broker closed the connection without a word",
            )
            .with_remedy(CLOSED_REMEDY),
            Self::Io(error) => broken(error),
            Self::Fault(fault) => misbehaved(&fault),
            // The connection can be made again, so trying again can help.
            Self::TooLarge { size, limit } => Error::new(
                ErrorKind::TooLarge,
                "receive",
                format!("the broker sent a packet of {size} bytes; the limit is {limit}"),
            )
            .temporary()
            .with_remedy(
                "raise `max_incoming_packet`, or lower the broker's own limit for messages; a \
                 retained message comes again at every subscribe until it is cleared",
            ),
            Self::Silent(limit) => Error::new(
                ErrorKind::Timeout,
                "receive",
                format!("the broker has sent nothing for {limit:?} after a PINGREQ"),
            )
            .with_remedy("the broker hangs or the network is cut; `ping_timeout` is the patience"),
            Self::Stalled { limit, queued } => Error::new(
                ErrorKind::Timeout,
                "send",
                format!("the broker has read nothing for {limit:?} while data waits for it"),
            )
            .with_context("queued bytes", queued)
            .with_remedy("the broker hangs or the network is cut; `write_stall` is the patience"),
            Self::NoAnswer { limit, what, id } => Error::new(
                ErrorKind::Timeout,
                "receive",
                format!("the broker has sent no {what} for {limit:?}"),
            )
            .with_context("packet identifier", id)
            .with_remedy("see the broker's log; `ack_timeout` is the patience"),
            Self::Told(reason, error) => {
                code = Some(u16::from(reason.0));
                clean = true;
                return Closed { code, error, clean };
            }
        };
        let error = error.with_context("client id", Snippet(client_id.as_bytes(), 100));
        Closed { code, error, clean }
    }

    /// As the end of an attempt to connect, while the CONNACK was waited for. `got` are the bytes
    /// that came, if any.
    pub(crate) fn connecting(self, endpoint: &Endpoint, got: &[u8]) -> Error {
        match self {
            Self::Ended => hung_up(endpoint),
            Self::Io(error) if !journeyman_tls::is_tls(&error) => {
                hung_up(endpoint).with_source(error)
            }
            Self::Fault(_) | Self::TooLarge { .. } if !got.is_empty() => Error::new(
                ErrorKind::PeerMisbehaved,
                "connect",
                format!("the peer does not speak MQTT there; it sent \"{}\"", Snippet(got, 24)),
            )
            .with_remedy(
                "check host and port; for a TLS port use `mqtts://`, for a WebSocket one `ws://`",
            ),
            Self::Fault(fault) => misbehaved(&fault),
            Self::Io(error) => connecting("the exchange of CONNECT and CONNACK", error),
            other => other.closed("").error,
        }
    }
}

/// The peer closed or reset the connection while the CONNACK was waited for.
fn hung_up(endpoint: &Endpoint) -> Error {
    Error::new(
        ErrorKind::Refused,
        "connect",
        "the peer closed the connection instead of answering our CONNECT",
    )
    .with_remedy(if endpoint.secure {
        "check user name, password and client id (some brokers close without a word), and the \
         broker's log"
    } else {
        "check user name, password and client id (some brokers close without a word), whether the \
         port wants TLS (`mqtts://`) or WebSocket, and the broker's log"
    })
}

fn misbehaved(fault: &Fault) -> Error {
    Error::new(
        ErrorKind::PeerMisbehaved,
        "receive",
        format!("the broker sent a wrong {}: {}", fault.packet, fault.what),
    )
    .with_remedy("this is a fault of the broker or of something on the way to it")
}

/// An error of the socket or of TLS while a connection is made.
pub(crate) fn connecting(step: &'static str, error: io::Error) -> Error {
    journeyman_tls::connecting(step, error, HUNG_UP)
}

/// An error of the TLS handshake, whatever its cause.
pub(crate) fn tls_handshake(error: io::Error) -> Error {
    journeyman_tls::handshake(
        error,
        "check that the port speaks TLS; for a plain one use `mqtt://` or `ws://`",
    )
}

/// The server did not upgrade to WebSocket.
pub(crate) fn upgrade(error: WsError) -> Error {
    let refused = |message: String| Error::new(ErrorKind::Refused, "connect", message);
    match error {
        WsError::Io(error) => connecting("the WebSocket handshake", error),
        WsError::Http(response) => {
            let status = response.status().as_u16();
            refused(format!("the server answered HTTP status {status} instead of upgrading"))
                .with_remedy("check the path of the URL, which brokers set differently")
        }
        // The library's type stays out of the chain.
        other => refused(format!("the WebSocket handshake failed: {other}"))
            .with_remedy("check that the port is the broker's port for MQTT over WebSocket"),
    }
}

/// The socket, TLS or WebSocket failed after the connection was made.
fn broken(error: io::Error) -> Error {
    let error = match journeyman_tls::broken(error) {
        Ok(of_tls) => return of_tls,
        Err(error) => error,
    };
    match error.kind() {
        io::ErrorKind::InvalidData => Error::new(
            ErrorKind::PeerMisbehaved,
            "receive",
            "the peer broke the WebSocket protocol",
        ),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => {
            Error::new(ErrorKind::Disconnected, "receive", "the broker reset the connection")
                .with_remedy(CLOSED_REMEDY)
        }
        _ => Error::new(ErrorKind::Disconnected, "receive", "the connection broke"),
    }
    .with_source(error)
}

/// An acknowledgement that has no effect.
pub(crate) fn stale_ack() -> Error {
    Error::new(
        ErrorKind::Disconnected,
        "acknowledge",
        "the delivery came on an earlier connection, or was acknowledged before",
    )
    .with_remedy("nothing is lost: if the broker kept it, it delivers it again")
}

/// The task of a shared connection ended with its runtime.
pub(crate) fn given_up(operation: &'static str) -> Error {
    Error::new(ErrorKind::Disconnected, operation, "the shared connection was given up")
}

/// The same error for somebody else.
pub(crate) fn copy(error: &Error) -> Error {
    let mut copy = Error::new(error.kind(), error.operation().to_owned(), error.message());
    for (key, value) in error.context() {
        copy = copy.with_context(key, value);
    }
    if let Some(remedy) = error.remedy() {
        copy = copy.with_remedy(remedy.to_owned());
    }
    copy = match (ReasonCode::of(error), std::error::Error::source(error)) {
        (Some(code), _) => copy.with_source(code),
        (None, Some(source)) => copy.with_source(source.to_string()),
        (None, None) => copy,
    };
    if error.is_temporary() { copy.temporary() } else { copy.permanent() }
}

/// A piece of text from the peer, fit for a log line: one line, printable, at most `.1`
/// characters.
pub(crate) struct Snippet<'a>(pub(crate) &'a [u8], pub(crate) usize);

impl fmt::Display for Snippet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Four bytes for each character are enough; the rest may be huge.
        let start = &self.0[..self.0.len().min(4 * self.1 + 4)];
        let text = String::from_utf8_lossy(start);
        for c in text.chars().take(self.1) {
            match c {
                '"' | '\'' | '\\' => write!(f, "{c}")?,
                c => write!(f, "{}", c.escape_debug())?,
            }
        }
        if text.chars().nth(self.1).is_some() { f.write_str("…") } else { Ok(()) }
    }
}
