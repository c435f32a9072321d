//! What a stand-in controller is told at its start.

use super::clock::Clock;
use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Everything a [`Controller`](super::Controller) is told at its start.
///
/// The default listens on free loopback ports, keeps the real controller's timers and has no
/// provisioner: no worker can register until one is added.
///
/// ```
/// use journeyman_testkit::distworker::{Config, Provisioner};
///
/// let config = Config::default()
///     .provisioner("static", Provisioner::shared_token("secret", ["math.add", "text/upper"]));
/// assert_eq!(config.provisioners["static"].queues(), ["math.add", "text/upper"]);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Where workers connect. The real controller listens on port 8081. Port 0 takes a free one.
    pub worker_addr: SocketAddr,
    /// Where the HTTP API listens. The real controller uses port 8080. Port 0 takes a free one.
    pub api_addr: SocketAddr,
    /// Provisioners by name.
    pub provisioners: BTreeMap<String, Provisioner>,
    /// The OpenAI-compatible endpoints of the HTTP API; `None` leaves them out.
    pub openai: Option<OpenAi>,
    /// Timers of the worker connections.
    pub timers: Timers,
    /// Bounds on memory.
    pub limits: Limits,
    /// The wall clock that signatures are checked against.
    pub clock: Clock,
    /// Whether events about single tasks are logged. A benchmark turns them off.
    pub task_events: bool,
}

impl Default for Config {
    fn default() -> Self {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            worker_addr: anywhere,
            api_addr: anywhere,
            provisioners: BTreeMap::new(),
            openai: None,
            timers: Timers::default(),
            limits: Limits::default(),
            clock: Clock::default(),
            task_events: true,
        }
    }
}

impl Config {
    /// Adds a provisioner, replacing one of the same name.
    #[must_use]
    pub fn provisioner(mut self, name: impl Into<String>, provisioner: Provisioner) -> Self {
        self.provisioners.insert(name.into(), provisioner);
        self
    }

    /// Sets where workers connect.
    #[must_use]
    pub fn worker_addr(mut self, addr: SocketAddr) -> Self {
        self.worker_addr = addr;
        self
    }

    /// Sets where the HTTP API listens.
    #[must_use]
    pub fn api_addr(mut self, addr: SocketAddr) -> Self {
        self.api_addr = addr;
        self
    }

    /// Serves the OpenAI-compatible endpoints.
    #[must_use]
    pub fn openai(mut self, openai: OpenAi) -> Self {
        self.openai = Some(openai);
        self
    }

    /// Sets the timers.
    #[must_use]
    pub fn timers(mut self, timers: Timers) -> Self {
        self.timers = timers;
        self
    }

    /// Sets the bounds on memory.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the wall clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets whether events about single tasks are logged.
    #[must_use]
    pub fn task_events(mut self, on: bool) -> Self {
        self.task_events = on;
        self
    }
}

/// A named group of workers (DistWorker sheet, section 10). Its tokens do not print.
#[derive(Clone)]
pub struct Provisioner {
    kind: Kind,
    queues: Vec<String>,
    idle_timeout: Duration,
}

#[derive(Clone)]
enum Kind {
    None { token: String },
    Command,
}

/// What the real controller puts in place of a missing idle timeout.
const DEFAULT_IDLE: Duration = Duration::from_secs(3600);

impl Provisioner {
    /// Type `none`: static workers that connect by themselves with this token and an empty
    /// worker id. Queues are compared for plain equality, wildcards mean nothing.
    pub fn shared_token<Q: Into<String>>(
        token: impl Into<String>,
        queues: impl IntoIterator<Item = Q>,
    ) -> Self {
        Self::new(Kind::None { token: token.into() }, queues)
    }

    /// Type `command`: workers get an id and a token of their own from
    /// [`Controller::provision`](super::Controller::provision). The stand-in starts no process.
    pub fn command<Q: Into<String>>(queues: impl IntoIterator<Item = Q>) -> Self {
        Self::new(Kind::Command, queues)
    }

    fn new<Q: Into<String>>(kind: Kind, queues: impl IntoIterator<Item = Q>) -> Self {
        let queues = queues.into_iter().map(Into::into).collect();
        Self { kind, queues, idle_timeout: DEFAULT_IDLE }
    }

    /// Sets the idle time that workers are told, in whole seconds. Default one hour; zero means
    /// the default, as on the real controller.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = if timeout.is_zero() { DEFAULT_IDLE } else { timeout };
        self
    }

    /// The queues its workers serve.
    #[must_use]
    pub fn queues(&self) -> &[String] {
        &self.queues
    }

    /// The token of a static provisioner.
    pub(crate) fn token(&self) -> Option<&str> {
        match &self.kind {
            Kind::None { token } => Some(token),
            Kind::Command => None,
        }
    }

    pub(crate) fn idle_seconds(&self) -> i32 {
        i32::try_from(self.idle_timeout.as_secs()).unwrap_or(i32::MAX)
    }
}

impl fmt::Debug for Provisioner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::None { .. } => "none",
            Kind::Command => "command",
        };
        f.debug_struct("Provisioner")
            .field("type", &kind)
            .field("queues", &self.queues)
            .field("idle_timeout", &self.idle_timeout)
            .finish_non_exhaustive()
    }
}

/// Queues behind the OpenAI-compatible endpoints (DistWorker sheet, section 8.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenAi {
    /// Queue of `POST /openai/v1/chat/completions`.
    pub chat_completions_queue: String,
    /// Queue of `POST /openai/v1/completions`.
    pub completions_queue: String,
    /// Queue of `POST /openai/v1/embeddings`.
    pub embeddings_queue: String,
}

/// Timers of the worker connections. The defaults are those of the real controller
/// (DistWorker sheet, section 4.1); tests shorten them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timers {
    /// Between two pings; the first goes out at once. Default 3 s.
    pub ping_interval: Duration,
    /// Silence after which a connection is cut; data messages and pongs renew it, client pings
    /// do not. Default 15 s.
    pub read_deadline: Duration,
    /// How often the pong watchdog looks. Default 30 s.
    pub watchdog_interval: Duration,
    /// Age of the last pong at which the watchdog cuts a connection. Default 90 s.
    pub pong_deadline: Duration,
    /// How long a frame may wait for the peer to read. Default 10 s.
    pub write_deadline: Duration,
    /// How long an assignment may wait for the peer to read before the task is taken back and
    /// given away again, though the frame may still arrive. Default 3 s.
    pub handover_deadline: Duration,
    /// For the HTTP request in front of the WebSocket. Default 10 s.
    pub upgrade_deadline: Duration,
    /// How long an answered or commanded close waits for the peer. Default 1 s.
    pub close_deadline: Duration,
    /// A worker without a heartbeat for this long is not listed any more. Default 180 s.
    pub session_ttl: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            ping_interval: seconds(3),
            read_deadline: seconds(15),
            watchdog_interval: seconds(30),
            pong_deadline: seconds(90),
            write_deadline: seconds(10),
            handover_deadline: seconds(3),
            upgrade_deadline: seconds(10),
            close_deadline: seconds(1),
            session_ttl: seconds(180),
        }
    }
}

/// Bounds on memory. The real controller has hardly any; a stand-in must not grow with whatever
/// is sent to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest message from a worker, and largest body of an API request, in bytes. Default
    /// 64 MiB. Beyond it a worker gets close code 1009.
    pub message_bytes: usize,
    /// Pending and processing tasks together; beyond it a task is refused (HTTP 503). Default
    /// one million.
    pub live_tasks: usize,
    /// Input and metadata bytes of pending and processing tasks. Default 1 GiB.
    pub live_bytes: usize,
    /// Finished tasks that are remembered; older ones are forgotten. Default 100,000.
    pub finished_tasks: usize,
    /// Bytes of finished tasks that are remembered. Default 256 MiB.
    pub finished_bytes: usize,
    /// Open worker connections; further ones are closed at once. Default 10,000.
    pub connections: usize,
    /// Events kept in the log. Default 65,536.
    pub events: usize,
    /// Progress messages kept for a reader who streams a task and falls behind; further ones
    /// are dropped. Default 16,384.
    pub progress: usize,
    /// Provisioned sessions and informational queue records, each. Default 10,000.
    pub records: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 64 << 20,
            live_tasks: 1_000_000,
            live_bytes: 1 << 30,
            finished_tasks: 100_000,
            finished_bytes: 256 << 20,
            connections: 10_000,
            events: 65_536,
            progress: 16_384,
            records: 10_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_do_not_print() {
        let config = Config::default().provisioner("p", Provisioner::shared_token("hush", ["q"]));
        let text = format!("{config:?}");
        assert!(text.contains("\"q\"") && !text.contains("hush"), "{text}");
    }

    #[test]
    fn idle_zero_means_an_hour() {
        let provisioner = Provisioner::command(["q"]);
        assert_eq!(provisioner.idle_seconds(), 3600);
        assert_eq!(provisioner.clone().idle_timeout(Duration::ZERO).idle_seconds(), 3600);
        assert_eq!(provisioner.clone().idle_timeout(Duration::from_secs(120)).idle_seconds(), 120);
        assert_eq!(provisioner.idle_timeout(Duration::MAX).idle_seconds(), i32::MAX);
    }
}
