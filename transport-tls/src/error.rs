//! From the errors of sockets and TLS to the framework's error: what was wrong, whose fault it is,
//! and what to do.

use std::io;

use journeyman_core::{Error, ErrorKind};
use rustls::{AlertDescription, CertificateError, Error as TlsError};

/// An error of the socket or of TLS while a connection is made. `hung_up` is the remedy for a peer
/// that closes: what it should be speaking.
pub fn connecting(step: &'static str, error: io::Error, hung_up: &'static str) -> Error {
    if let Some(tls) = cause(&error) {
        let (message, remedy) = explain(tls);
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
        | io::ErrorKind::BrokenPipe => hung_up,
        _ => "check host, port, network and firewall",
    };
    Error::new(ErrorKind::Unreachable, "connect", format!("{step} failed"))
        .with_remedy(remedy)
        .with_source(error)
}

/// An error of the TLS handshake, whatever its cause. `plain` is the remedy for a port that does
/// not speak TLS.
pub fn handshake(error: io::Error, plain: &'static str) -> Error {
    let message = match cause(&error) {
        None => "the connection broke off during the TLS handshake",
        Some(TlsError::InvalidMessage(_)) => "the server does not speak TLS",
        Some(_) => return connecting("the TLS handshake", error, plain),
    };
    Error::new(ErrorKind::Tls, "connect", message).with_remedy(plain).with_source(error)
}

/// An error of TLS on an open connection.
///
/// # Errors
/// It is none of TLS, and given back.
pub fn broken(error: io::Error) -> Result<Error, io::Error> {
    let Some(tls) = cause(&error) else { return Err(error) };
    let (message, remedy) = match tls {
        TlsError::AlertReceived(_) => explain(tls),
        _ => ("TLS failed on the open connection", "see the cause, and the server's log"),
    };
    Ok(Error::new(ErrorKind::Tls, "receive", message).with_remedy(remedy).with_source(error))
}

/// Whether TLS is what failed.
pub fn is_tls(error: &io::Error) -> bool {
    cause(error).is_some()
}

fn cause(error: &io::Error) -> Option<&TlsError> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

/// What a TLS error means and what to do about it.
fn explain(error: &TlsError) -> (&'static str, &'static str) {
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
        TlsError::PeerIncompatible(_) => (
            "the server and we have no TLS version or cipher in common",
            "let the server offer TLS 1.2 or 1.3",
        ),
        _ => ("the TLS handshake failed", "see the cause, and the server's log"),
    }
}
