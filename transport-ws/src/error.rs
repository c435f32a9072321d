//! From the errors of sockets, TLS and WebSocket to the framework's error: what was wrong, whose
//! fault it is, and what to do.

use std::{fmt, io};

use journeyman_core::{Error, ErrorKind, transport::Closed};
use rustls::{AlertDescription, CertificateError, Error as TlsError};
use tokio_tungstenite::tungstenite::{
    Error as WsError,
    error::{CapacityError, ProtocolError},
    protocol::CloseFrame,
};

use crate::close_code;

/// An error of the socket or of TLS while a connection is made.
pub(crate) fn connecting(step: &'static str, error: io::Error) -> Error {
    if let Some(tls) = tls_cause(&error) {
        let (message, remedy) = explain_tls(tls);
        return Error::new(ErrorKind::Tls, "connect", message)
            .with_remedy(remedy)
            .with_source(error);
    }
    let remedy = match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            "nothing listens there: check that the server runs and that the port is right"
        }
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => {
            "the peer hung up: check that it speaks WebSocket there, and its log"
        }
        _ => "check host, port, network and firewall",
    };
    Error::new(ErrorKind::Unreachable, "connect", format!("{step} failed"))
        .with_remedy(remedy)
        .with_source(error)
}

/// An error of the TLS handshake, whatever its cause.
pub(crate) fn tls_handshake(error: io::Error) -> Error {
    if tls_cause(&error).is_some() {
        return connecting("the TLS handshake", error);
    }
    Error::new(ErrorKind::Tls, "connect", "the connection broke off during the TLS handshake")
        .with_remedy("check that the port speaks TLS; for a plain one use `ws://`")
        .with_source(error)
}

fn tls_cause(error: &io::Error) -> Option<&TlsError> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

/// What a TLS error means and what to do about it.
fn explain_tls(error: &TlsError) -> (&'static str, &'static str) {
    use CertificateError as C;
    match error {
        TlsError::InvalidCertificate(C::Expired | C::ExpiredContext { .. }) => (
            "the server's certificate has expired",
            "renew it on the server; if it is still valid, set this machine's clock",
        ),
        TlsError::InvalidCertificate(C::NotValidYet | C::NotValidYetContext { .. }) => (
            "the server's certificate is not valid yet",
            "check the clocks of this machine and of whoever signed it",
        ),
        TlsError::InvalidCertificate(C::UnknownIssuer) => (
            "the server's certificate is signed by an issuer that is not trusted here",
            "add the issuer's root certificate to `roots_pem` or to the system's store",
        ),
        TlsError::InvalidCertificate(C::NotValidForName | C::NotValidForNameContext { .. }) => (
            "the server's certificate is for another name",
            "use the name of the certificate in the URL, or set it as `server_name`",
        ),
        TlsError::InvalidCertificate(C::Revoked) => {
            ("the server's certificate was revoked", "install a new one on the server")
        }
        TlsError::InvalidCertificate(_) => {
            ("the server's certificate is not acceptable", "replace it on the server")
        }
        TlsError::AlertReceived(
            AlertDescription::CertificateRequired | AlertDescription::NoCertificate,
        ) => (
            "the server asks for a client certificate",
            "set `identity` to a certificate and key that the server accepts",
        ),
        TlsError::AlertReceived(
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::DecryptError,
        ) => (
            "the server refused our client certificate",
            "check that it is valid and that the server trusts its issuer",
        ),
        TlsError::AlertReceived(_) => {
            ("the server broke off the TLS handshake", "see the server's log for its reason")
        }
        TlsError::InvalidMessage(_) => (
            "the server does not speak TLS",
            "use `ws://` if it is a plain port, or the server's TLS port",
        ),
        TlsError::PeerIncompatible(_) => (
            "the server and we have no TLS version or cipher in common",
            "let the server offer TLS 1.2 or 1.3",
        ),
        _ => ("the TLS handshake failed", "see the cause, and the server's log"),
    }
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
    if let Some(tls) = tls_cause(&error) {
        let (message, remedy) = match tls {
            TlsError::AlertReceived(_) => explain_tls(tls),
            _ => ("TLS failed on the open connection", "see the cause, and the server's log"),
        };
        return Error::new(ErrorKind::Tls, "receive", message)
            .with_remedy(remedy)
            .with_source(error);
    }
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
