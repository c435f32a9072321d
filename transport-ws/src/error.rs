//! From the errors of sockets, TLS and WebSocket to the framework's error: what was wrong, whose
//! fault it is, and what to do.

use std::{fmt, io};

use journeyman_core::{Error, ErrorKind, transport::Closed};
use tokio_tungstenite::tungstenite::{
    Error as WsError,
    error::{CapacityError, ProtocolError},
    protocol::CloseFrame,
};

use crate::close_code;

/// What to do about a peer that closes while the connection is made.
pub(crate) const HUNG_UP: &str =
    "the peer hung up: check that it speaks WebSocket there, and its log";

/// An error of the socket or of TLS while a connection is made.
pub(crate) fn connecting(step: &'static str, error: io::Error) -> Error {
    journeyman_tls::connecting(step, error, HUNG_UP)
}

/// An error of the TLS handshake, whatever its cause.
pub(crate) fn tls_handshake(error: io::Error) -> Error {
    journeyman_tls::handshake(error, "check that the port speaks TLS; for a plain one use `ws://`")
}

/// How a connection ends because reading or writing failed. The code is also the one of the close
/// frame that the peer should still get, unless it is 1006.
pub(crate) fn ended(error: WsError) -> Closed {
    let abnormal = |error| Closed { code: Some(close_code::ABNORMAL), error, clean: false };
    let misbehaved = |code, message: String| Closed {
        code: Some(code),
        error: Error::new(ErrorKind::PeerMisbehaved, "receive", message)
            .with_remedy("this is a fault of the peer or of something on the way to it"),
        clean: false,
    };
    match error {
        WsError::Io(error) => abnormal(broken(error)),
        WsError::ConnectionClosed
        | WsError::AlreadyClosed
        | WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => abnormal(Error::new(
            ErrorKind::Disconnected,
            "receive",
            "the peer closed the connection without a close frame",
        )),
        WsError::Capacity(CapacityError::MessageTooLong { size, max_size }) => Closed {
            code: Some(close_code::TOO_LARGE),
            // The connection can be made again, so trying again can help.
            error: Error::new(
                ErrorKind::TooLarge,
                "receive",
                format!(
                    "the peer sent a message of at least {size} bytes; the limit is {max_size}"
                ),
            )
            .temporary()
            .with_remedy("raise `max_message_size` and `max_frame_size`, or send less"),
            clean: false,
        },
        WsError::Utf8(detail) => misbehaved(
            close_code::INVALID_TEXT,
            format!("the peer sent a text message that is not UTF-8: {detail}"),
        ),
        WsError::Protocol(error) => misbehaved(
            close_code::PROTOCOL,
            format!("the peer broke the WebSocket protocol: {error}"),
        ),
        other => abnormal(
            Error::new(
                ErrorKind::Internal,
                "receive",
                format!("the WebSocket library failed: {other}"),
            )
            .temporary(),
        ),
    }
}

/// The peer ended the connection with a close frame.
pub(crate) fn closed_by_peer(frame: Option<CloseFrame>) -> Closed {
    let (code, reason) = match frame {
        Some(frame) => (u16::from(frame.code), frame.reason),
        None => (close_code::NO_STATUS, "".into()),
    };
    let mut error = if code == close_code::TOO_LARGE {
        Error::new(ErrorKind::TooLarge, "receive", "the peer refused a message as too large")
            .temporary()
            .with_remedy("send smaller messages, or raise the limit of the peer")
    } else {
        Error::new(ErrorKind::Disconnected, "receive", "the peer closed the connection")
    };
    error = error.with_context("close code", code);
    if !reason.is_empty() {
        // At most 123 bytes by the protocol.
        error = error.with_context("reason", reason.escape_debug());
    }
    Closed { code: Some(code), error, clean: true }
}

/// The socket or TLS failed after the connection was made.
fn broken(error: io::Error) -> Error {
    let error = match journeyman_tls::broken(error) {
        Ok(of_tls) => return of_tls,
        Err(error) => error,
    };
    let message = match error.kind() {
        io::ErrorKind::UnexpectedEof => "the peer closed the connection without a close frame",
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => "the peer reset the connection",
        _ => "the connection broke",
    };
    Error::new(ErrorKind::Disconnected, "receive", message).with_source(error)
}

/// A piece of text from the peer, fit for a log line: one line, printable, at most `max`
/// characters.
pub(crate) struct Snippet<'a>(pub(crate) &'a [u8], pub(crate) usize);

impl fmt::Display for Snippet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy(self.0);
        let text = text.trim();
        for c in text.chars().take(self.1) {
            match c {
                '"' | '\'' | '\\' => write!(f, "{c}")?,
                c => write!(f, "{}", c.escape_debug())?,
            }
        }
        if text.chars().nth(self.1).is_some() { f.write_str("…") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippets_are_one_short_line() {
        assert_eq!(Snippet(b" a\r\nb\x1b[0m\xff ", 100).to_string(), "a\\r\\nb\\u{1b}[0m\u{fffd}");
        assert_eq!(Snippet(&[b'x'; 50], 3).to_string(), "xxx…");
    }

    #[test]
    fn close_codes_are_data() {
        let closed = closed_by_peer(None);
        assert_eq!((closed.code, closed.clean), (Some(1005), true));
        let closed = closed_by_peer(Some(CloseFrame { code: 4001.into(), reason: "a\nb".into() }));
        assert_eq!(closed.code, Some(4001));
        assert!(closed.error.to_string().contains("reason: a\\nb"), "{}", closed.error);
        let closed =
            ended(WsError::Capacity(CapacityError::MessageTooLong { size: 9, max_size: 8 }));
        assert_eq!((closed.code, closed.clean), (Some(1009), false));
        assert!(closed.error.is_temporary());
    }
}
