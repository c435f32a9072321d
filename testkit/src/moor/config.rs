//! What a stand-in daemon is told at its start.

use super::clock::Clock;
use super::messages::Era;
use super::token::SigningKey;
use super::value::Obj;
use journeyman_zmq::CurveKeys;
use std::path::PathBuf;
use std::time::Duration;

/// Everything a [`Daemon`](super::Daemon) is told at its start.
///
/// The defaults keep the real daemon's timers and listen on free loopback TCP ports.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The generation of the protocol.
    pub era: Era,
    /// Where requests and pings are published: `tcp://host:port` (port 0 takes a free one) or
    /// `ipc:///path`.
    pub requests: String,
    /// Where workers are answered.
    pub responses: String,
    /// Where workers enroll, or `None` for a daemon without that service: it then lets in any
    /// CURVE key that knows the daemon's, as the real one does (mooR sheet, section 7.1).
    pub enrollment: Option<String>,
    /// Whether the two worker sockets are encrypted. `None` decides as the real daemon does: in
    /// the CURVE era, and if one of the two is TCP.
    pub curve: Option<bool>,
    /// The ZeroMQ implementation to bind with.
    pub engine: Engine,
    /// The Ed25519 key of the PASETO era. `None` takes the one in [`folder`](Self::folder), or a
    /// new one.
    pub signing_key: Option<SigningKey>,
    /// The daemon's CURVE keys. `None` takes those in [`folder`](Self::folder), or new ones.
    pub curve_keys: Option<CurveKeys>,
    /// The secret that enrolls. `None` takes the one in [`folder`](Self::folder), or a new one.
    pub enrollment_token: Option<String>,
    /// Where the key files, the enrollment token and the allowed hosts are kept, by the names of
    /// [`Files`](super::Files). `None` writes nothing.
    pub folder: Option<PathBuf>,
    /// Timers.
    pub timers: Timers,
    /// What the timers go by.
    pub clock: Clock,
    /// Bounds on memory.
    pub limits: Limits,
    /// Whose permissions tasks have. Default `#3`.
    pub perms: Obj,
    /// Whether events about single requests are logged and messages recorded. A benchmark turns
    /// them off.
    pub request_events: bool,
}

/// A ZeroMQ implementation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// [`Independent`](Self::Independent) where it can, [`Fast`](Self::Fast) where encryption is
    /// needed.
    #[default]
    Auto,
    /// Another one than the adapter's, so that both sides of the wire are not by one hand. It
    /// knows no encryption, tells nothing about subscriptions, and has no limit on the size of a
    /// message.
    Independent,
    /// The one of `journeyman-zmq`.
    Fast,
}

impl Config {
    fn new(era: Era) -> Self {
        let anywhere = "tcp://127.0.0.1:0";
        Self {
            era,
            requests: anywhere.to_owned(),
            responses: anywhere.to_owned(),
            enrollment: None,
            curve: None,
            engine: Engine::default(),
            signing_key: None,
            curve_keys: None,
            enrollment_token: None,
            folder: None,
            timers: Timers::default(),
            clock: Clock::default(),
            limits: Limits::default(),
            perms: Obj::Id(3),
            request_events: true,
        }
    }

    /// A daemon of the PASETO era.
    #[must_use]
    pub fn paseto() -> Self {
        Self::new(Era::Paseto)
    }

    /// A daemon of the CURVE era, encrypted since it listens on TCP, with enrollment.
    #[must_use]
    pub fn curve() -> Self {
        let enrollment = Some("tcp://127.0.0.1:0".to_owned());
        Self { enrollment, ..Self::new(Era::Curve) }
    }

    /// Listens on two sockets in this folder instead of TCP: without encryption, and without
    /// enrollment.
    #[must_use]
    pub fn ipc(mut self, folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        let path = |name: &str| format!("ipc://{}", folder.join(name).display());
        self.requests = path("moor_workers_request.sock");
        self.responses = path("moor_workers_response.sock");
        self.enrollment = None;
        self
    }

    /// Sets the two worker endpoints.
    #[must_use]
    pub fn endpoints(mut self, requests: impl Into<String>, responses: impl Into<String>) -> Self {
        self.requests = requests.into();
        self.responses = responses.into();
        self
    }

    /// Sets where workers enroll.
    #[must_use]
    pub fn enrollment(mut self, endpoint: Option<String>) -> Self {
        self.enrollment = endpoint;
        self
    }

    /// Switches encryption on or off, whatever the endpoints are.
    #[must_use]
    pub fn encrypted(mut self, on: bool) -> Self {
        self.curve = Some(on);
        self
    }

    /// Sets the ZeroMQ implementation.
    #[must_use]
    pub fn engine(mut self, engine: Engine) -> Self {
        self.engine = engine;
        self
    }

    /// Sets the folder of the files.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Sets the key of the PASETO era.
    #[must_use]
    pub fn signing_key(mut self, key: SigningKey) -> Self {
        self.signing_key = Some(key);
        self
    }

    /// Sets the daemon's CURVE keys.
    #[must_use]
    pub fn curve_keys(mut self, keys: CurveKeys) -> Self {
        self.curve_keys = Some(keys);
        self
    }

    /// Sets the secret that enrolls.
    #[must_use]
    pub fn enrollment_token(mut self, token: impl Into<String>) -> Self {
        self.enrollment_token = Some(token.into());
        self
    }

    /// Sets the timers.
    #[must_use]
    pub fn timers(mut self, timers: Timers) -> Self {
        self.timers = timers;
        self
    }

    /// Sets what the timers go by.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the bounds on memory.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets whose permissions tasks have.
    #[must_use]
    pub fn perms(mut self, perms: Obj) -> Self {
        self.perms = perms;
        self
    }

    /// Sets whether single requests are logged and messages recorded.
    #[must_use]
    pub fn request_events(mut self, on: bool) -> Self {
        self.request_events = on;
        self
    }

    /// Whether the worker sockets are encrypted (mooR sheet, section 7.1).
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        let tcp = |endpoint: &str| endpoint.starts_with("tcp://");
        let derived = self.era == Era::Curve && (tcp(&self.requests) || tcp(&self.responses));
        self.curve.unwrap_or(derived)
    }
}

/// Timers, by the daemon's [`Clock`]. The defaults are the real daemon's (mooR sheet,
/// section 11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timers {
    /// Between two pings; the first goes out one interval after the start. Default 5 s.
    pub ping_interval: Duration,
    /// A worker that has neither attached nor answered a ping for longer is removed. Default
    /// 10 s.
    pub expiry: Duration,
    /// How often that is looked at. Default 200 ms.
    pub expiry_poll: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            ping_interval: Duration::from_secs(5),
            expiry: Duration::from_secs(10),
            expiry_poll: Duration::from_millis(200),
        }
    }
}

/// Bounds on memory. The real daemon has hardly any; a stand-in must not grow with whatever is
/// sent to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Outstanding requests; beyond it they fail with
    /// [`Failure::Full`](super::Failure::Full). Default 100,000.
    pub outstanding: usize,
    /// Registered workers; beyond it an attach is answered with `WorkerRejected`. Default
    /// 10,000.
    pub workers: usize,
    /// Events kept in the log. Default 65,536.
    pub events: usize,
    /// Messages of workers that are recorded. Default 4096.
    pub received: usize,
    /// Their bytes. Default 64 MiB; a longer message is not recorded.
    pub received_bytes: usize,
    /// Allowed hosts; beyond it enrollment fails. Default 10,000.
    pub hosts: usize,
    /// Bytes of one message of a worker, where the engine can limit it. Default 128 MiB.
    pub message_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            outstanding: 100_000,
            workers: 10_000,
            events: 65_536,
            received: 4096,
            received_bytes: 64 << 20,
            hosts: 10_000,
            message_bytes: 128 << 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_is_derived_as_on_the_real_daemon() {
        assert!(Config::curve().is_encrypted());
        assert!(!Config::paseto().is_encrypted());
        assert!(!Config::curve().ipc("/tmp").is_encrypted());
        let mixed = Config::curve().endpoints("ipc:///tmp/a", "tcp://127.0.0.1:0");
        assert!(mixed.is_encrypted());
        assert!(!mixed.encrypted(false).is_encrypted());
    }
}
