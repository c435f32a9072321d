//! From what sockets and ZMTP report to the framework's error: what was wrong, whose fault it is,
//! and what to do.

use std::{fmt, io, time::Duration};

use journeyman_core::{Error, ErrorKind, transport::Lane};
use omq_proto::Error as EngineError;

use crate::{
    LaneTarget, Role,
    establish::{Progress, Stage},
    socket::SocketError,
};

const NOT_ZMTP: &str = "the peer does not speak ZeroMQ (ZMTP 3)";
const NOT_ZMTP_REMEDY: &str = "check that host and port are those of a ZeroMQ socket";
const KEY_REFUSED_REMEDY: &str = "most likely our public key is not enrolled there (any more): \
    enroll it and connect again; also check that the server knows this key and not an older one";
const SERVER_KEY_REMEDY: &str = "most likely the server key is not that of this server: take its \
    present public key (enroll again if it came from there)";

/// Why a lane could not be connected.
pub(crate) fn connecting(target: &LaneTarget, progress: &Progress, failed: SocketError) -> Error {
    let error = match failed {
        SocketError::Io(error) if progress.stage == Stage::Connecting => unreachable(target, error),
        SocketError::Engine(error) => refused_by_engine(target, progress, &error),
        SocketError::TooLarge { .. } => {
            Error::new(ErrorKind::Refused, "connect", NOT_ZMTP).with_remedy(NOT_ZMTP_REMEDY)
        }
        SocketError::Io(error) => {
            let (message, remedy) = hung_up(target, progress);
            Error::new(ErrorKind::Refused, "connect", message)
                .with_remedy(remedy)
                .with_source(error)
        }
        _ => {
            let (message, remedy) = hung_up(target, progress);
            Error::new(ErrorKind::Refused, "connect", message).with_remedy(remedy)
        }
    };
    located(error, target)
}

/// A lane was not connected in time.
pub(crate) fn connecting_took_too_long(
    target: &LaneTarget,
    progress: &Progress,
    limit: Duration,
) -> Error {
    let curve = target.curve.is_some();
    let (kind, message, remedy) = match progress.stage {
        Stage::Connecting => (
            ErrorKind::Unreachable,
            "no answer to connecting",
            "check host, port, network and firewall",
        ),
        Stage::Greeting => (
            ErrorKind::Timeout,
            "the peer took the connection but sent no ZeroMQ greeting",
            "check that host and port are those of a ZeroMQ socket, and that the server is not \
             stuck",
        ),
        Stage::Security { frames: 0 } if curve => {
            (ErrorKind::Refused, "the peer did not answer our CURVE HELLO", SERVER_KEY_REMEDY)
        }
        Stage::Security { .. } if curve => (
            ErrorKind::Refused,
            "the peer did not accept our CURVE key: it fell silent",
            KEY_REFUSED_REMEDY,
        ),
        Stage::Security { .. } => (
            ErrorKind::Timeout,
            "the peer did not finish the ZeroMQ handshake",
            "check that the server is not stuck, and its log",
        ),
        Stage::Subscribing => (
            ErrorKind::Timeout,
            "the peer did not answer the PING after our subscription",
            "check that the server is not stuck; every ZeroMQ library of ZMTP 3.1 answers PINGs",
        ),
    };
    let error = Error::new(kind, "connect", format!("{message} within {limit:?}"));
    located(error.with_remedy(remedy), target)
}

fn located(error: Error, target: &LaneTarget) -> Error {
    error.with_context("lane", target.lane.0).with_context("address", &target.endpoint)
}

fn unreachable(target: &LaneTarget, error: io::Error) -> Error {
    let remedy = match (error.kind(), target.endpoint.is_ipc()) {
        (io::ErrorKind::NotFound, true) => {
            "the socket file does not exist: start the server, or correct the path"
        }
        (io::ErrorKind::ConnectionRefused, true) => {
            "nobody listens on the socket file, it is left over: start the server"
        }
        (io::ErrorKind::PermissionDenied, true) => {
            "this user may not use the socket file: change its owner or permissions"
        }
        (io::ErrorKind::ConnectionRefused, false) => {
            "nothing listens there: check that the server runs and that the port is right"
        }
        _ => "check host, port, network and firewall",
    };
    Error::new(ErrorKind::Unreachable, "connect", "the server cannot be reached")
        .with_remedy(remedy)
        .with_source(error)
}

/// The peer closed the connection before it was up.
fn hung_up(target: &LaneTarget, progress: &Progress) -> (&'static str, &'static str) {
    match (progress.stage, target.curve.is_some()) {
        // libzmq hangs up before or in the middle of its own greeting when ours names another
        // mechanism than its own.
        (Stage::Connecting | Stage::Greeting, false) => (
            "the peer closed the connection before its ZeroMQ greeting was complete",
            "if it is a ZeroMQ socket, most likely it wants CURVE: set the server's public key \
             and our own keys, or enroll to get them; otherwise correct host and port",
        ),
        (Stage::Connecting | Stage::Greeting, true) => (
            "the peer closed the connection before its ZeroMQ greeting was complete",
            "if it is a ZeroMQ socket, most likely it does not encrypt: switch CURVE on in the \
             server, or leave the keys away; otherwise correct host and port",
        ),
        (Stage::Security { frames: 0 }, true) => {
            ("the peer closed the connection at our CURVE HELLO", SERVER_KEY_REMEDY)
        }
        (Stage::Security { .. }, true) => {
            ("the peer refused our CURVE key: it closed the connection", KEY_REFUSED_REMEDY)
        }
        (Stage::Security { .. }, false) => (
            "the peer closed the connection during the handshake",
            "check that the address is that of the socket meant here and not of another one of \
             the same server; the server's log may say more",
        ),
        (Stage::Subscribing, _) => (
            "the peer closed the connection before it answered the PING after our subscription",
            "see the server's log for its reason",
        ),
    }
}

fn refused_by_engine(target: &LaneTarget, progress: &Progress, error: &EngineError) -> Error {
    let refused = |message: String, remedy: &'static str| {
        Error::new(ErrorKind::Refused, "connect", message).with_remedy(remedy)
    };
    if progress.stage == Stage::Greeting {
        return greeting_refused(target, progress, error);
    }
    if let EngineError::HandshakeRefused(refusal) = error {
        let reason = Snippet(refusal.reason.as_bytes(), 100).to_string();
        return match (refusal.status_code(), target.curve.is_some()) {
            (Some(400), true) => refused(
                "the peer refused our CURVE key (status 400)".to_owned(),
                KEY_REFUSED_REMEDY,
            ),
            (Some(300 | 500), _) => refused(
                format!("the peer's authentication failed on its side (status {reason})"),
                "see the server's log; trying again may help",
            ),
            _ => refused(
                format!("the peer refused the handshake: {reason}"),
                "see the server's log for its reason",
            ),
        };
    }
    let text = error.to_string();
    let error = if text.contains("incompatible socket types") {
        refused(
            format!("the peer's socket cannot serve this lane: {text}"),
            match target.role {
                Role::Subscribe(_) => {
                    "this lane needs the address of a PUB socket; are two addresses swapped?"
                }
                Role::Request => {
                    "this lane needs the address of a REP or ROUTER socket; are two addresses \
                     swapped?"
                }
            },
        )
    } else if target.curve.is_some() && progress.stage == (Stage::Security { frames: 0 }) {
        refused(format!("the CURVE handshake failed: {text}"), SERVER_KEY_REMEDY)
    } else {
        refused(
            format!("the ZeroMQ handshake failed: {text}"),
            "check that the peer is the server meant here, and its log",
        )
    };
    error.with_context("peer's mechanism", mechanism(progress).unwrap_or("unknown"))
}

/// The peer's greeting is not one that we can work with.
fn greeting_refused(target: &LaneTarget, progress: &Progress, error: &EngineError) -> Error {
    let (message, remedy) = match (mechanism(progress), target.curve.is_some()) {
        (Some("CURVE"), false) => (
            "the peer wants CURVE, and this lane has no keys".to_owned(),
            "set the server's public key and our own keys, or enroll to get them",
        ),
        (Some("NULL"), true) => (
            "the peer does not encrypt, and this lane has CURVE keys".to_owned(),
            "switch CURVE on in the server, or leave the keys away",
        ),
        (Some("PLAIN"), _) => (
            "the peer wants PLAIN (user and password), which is not supported".to_owned(),
            "use CURVE or no security mechanism in the server",
        ),
        (Some(_), _) => (
            "the peer's security mechanism is not ours".to_owned(),
            "use CURVE or no security mechanism in the server",
        ),
        (None, _) => match error {
            EngineError::UnsupportedZmtpVersion { major, .. } => (
                format!("the peer speaks ZMTP {major}; at least 3.0 is needed"),
                "use libzmq 4 or later in the server",
            ),
            _ => {
                let got = Snippet(&progress.greeting, 24);
                (format!("{NOT_ZMTP}; it sent \"{got}\""), NOT_ZMTP_REMEDY)
            }
        },
    };
    Error::new(ErrorKind::Refused, "connect", message)
        .with_remedy(remedy)
        .with_source(error.to_string())
}

/// The security mechanism that the peer's greeting names.
fn mechanism(progress: &Progress) -> Option<&str> {
    // ZMTP 3.1 (RFC 37): ten bytes of signature, two of version, twenty of mechanism.
    let greeting = &progress.greeting;
    if greeting.first() != Some(&0xff) || greeting.get(9) != Some(&0x7f) {
        return None;
    }
    if *greeting.get(10)? < 3 {
        return None;
    }
    let name = std::str::from_utf8(greeting.get(12..32)?).ok()?.trim_end_matches('\0');
    let printable = !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic());
    printable.then_some(name)
}

/// Why a socket that was up is lost, as errors for everyone concerned.
#[derive(Debug)]
pub(crate) struct Loss {
    kind: ErrorKind,
    what: String,
    remedy: Option<&'static str>,
}

impl From<SocketError> for Loss {
    fn from(error: SocketError) -> Self {
        const PEER: Option<&str> =
            Some("this is a fault of the peer or of something on the way to it");
        let (kind, what, remedy) = match error {
            SocketError::Ended => {
                (ErrorKind::Disconnected, "the peer closed the connection".to_owned(), None)
            }
            SocketError::Io(error) => {
                (ErrorKind::Disconnected, format!("the connection broke: {error}"), None)
            }
            SocketError::Engine(error) => (
                ErrorKind::PeerMisbehaved,
                format!("the peer broke the ZeroMQ protocol: {error}"),
                PEER,
            ),
            SocketError::TooLarge { size, max } => (
                ErrorKind::TooLarge,
                format!("the peer sent a message of at least {size} bytes; the limit is {max}"),
                Some("raise `max_message_size`, or send less"),
            ),
            SocketError::TooManyFrames { frames, max } => (
                ErrorKind::TooLarge,
                format!("the peer sent a message of {frames} frames; the limit is {max}"),
                PEER,
            ),
            SocketError::Silent(limit) => (
                ErrorKind::Timeout,
                format!("the peer was silent for {limit:?} in spite of PINGs"),
                Some("check the server and the network"),
            ),
            SocketError::NoDelimiter => (
                ErrorKind::PeerMisbehaved,
                "the peer sent a reply without the empty delimiter frame".to_owned(),
                Some(
                    "check that the address is that of a REP socket, or of a ROUTER that answers as one",
                ),
            ),
            SocketError::Unasked => (
                ErrorKind::PeerMisbehaved,
                "the peer sent a reply while no request was open".to_owned(),
                PEER,
            ),
            SocketError::NoReply(limit) => (
                ErrorKind::Timeout,
                format!("no reply within {limit:?}"),
                Some("check that the server is not stuck"),
            ),
        };
        Self { kind, what, remedy }
    }
}

impl Loss {
    /// For a request that was open: it may or may not have been carried out.
    pub(crate) fn of_request(&self, target: &LaneTarget) -> Error {
        let message = match self.kind {
            ErrorKind::Timeout => self.what.clone(),
            _ => format!("connection lost before the reply: {}", self.what),
        };
        self.error("request", message, target)
    }

    /// For a connection that ends with this socket.
    pub(crate) fn of_connection(&self, target: &LaneTarget) -> Error {
        self.error("receive", self.what.clone(), target)
    }

    fn error(&self, operation: &'static str, message: String, target: &LaneTarget) -> Error {
        // A fresh socket can be had in all cases, so trying again can help.
        let error = located(Error::new(self.kind, operation, message).temporary(), target);
        match self.remedy {
            Some(remedy) => error.with_remedy(remedy),
            None => error,
        }
    }

    pub(crate) fn what(&self) -> &str {
        &self.what
    }
}

/// A request lane did not come back.
pub(crate) fn lane_stayed_down(
    target: &LaneTarget,
    limit: Duration,
    cause: Option<Error>,
) -> Error {
    let message = format!("the lost socket could not be replaced within {limit:?}");
    let error = located(Error::new(ErrorKind::Disconnected, "request", message), target);
    match cause {
        Some(cause) => error.with_source(cause),
        None => error,
    }
}

pub(crate) fn not_connected(lane: Lane) -> Error {
    Error::new(ErrorKind::Disconnected, "send", "there is no connection")
        .with_context("lane", lane.0)
}

/// Bytes from the peer, fit for a log line: printable, one line, at most `.1` characters.
struct Snippet<'a>(&'a [u8], usize);

impl fmt::Display for Snippet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy(self.0);
        for c in text.chars().take(self.1) {
            write!(f, "{}", c.escape_debug())?;
        }
        if text.chars().nth(self.1).is_some() { f.write_str("…") } else { Ok(()) }
    }
}
