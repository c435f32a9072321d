//! How the stand-in is set up.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Which foreman is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Era {
    /// The foreman of the seed document (CrowdCompute sheet, Part A).
    Seed,
    /// Today's (CrowdCompute sheet, Part B).
    Head,
    /// Today's with the side branch that kills tasks and runs idle workers on copies of tasks
    /// (CrowdCompute sheet, section 18.1).
    HeadWithKill,
}

impl Era {
    pub(crate) fn is_seed(self) -> bool {
        self == Self::Seed
    }

    pub(crate) fn kills(self) -> bool {
        self == Self::HeadWithKill
    }
}

/// Times of the WebSocket connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timers {
    /// From the connect, and from each pong, to the next ping; `None` sends none. 20 s in the
    /// seed era, none today (CrowdCompute sheet, sections 1 and 12).
    pub ping_interval: Option<Duration>,
    /// How long a pong may take before the socket is closed with 1011; 20 s.
    pub ping_timeout: Duration,
    /// How long the answer to a close frame may take: 10 s in the seed era, 30 s today.
    pub close_deadline: Duration,
    /// How long the HTTP request of a new connection may take; 10 s.
    pub upgrade_deadline: Duration,
    /// Between two messages of the HTTP port's WebSocket; 5 s.
    pub push_interval: Duration,
}

impl Timers {
    /// Those of the real foreman of this era.
    #[must_use]
    pub fn of(era: Era) -> Self {
        let seed = era.is_seed();
        Self {
            ping_interval: seed.then_some(Duration::from_secs(20)),
            ping_timeout: Duration::from_secs(20),
            close_deadline: Duration::from_secs(if seed { 10 } else { 30 }),
            upgrade_deadline: Duration::from_secs(10),
            push_interval: Duration::from_secs(5),
        }
    }
}

/// What is too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The largest message in bytes; a larger one ends the connection with 1009. 1 MiB in the seed
    /// era. Today's foreman has no limit; the stand-in has one of 64 MiB.
    pub message_bytes: usize,
    /// Open connections; more are dropped at once.
    pub connections: usize,
    /// Tasks that are kept, and jobs; finished jobs are forgotten, oldest first, to make room. The real
    /// foreman forgets nothing.
    pub tasks: usize,
    /// Workers that are kept; those that are gone are forgotten, oldest first, to make room.
    pub workers: usize,
    /// Bytes of arguments, code, results, checkpoints and errors (of each 16 KiB) that are kept.
    pub kept_bytes: usize,
    /// Bytes that wait for a peer that does not read; with more its connection ends.
    pub unsent_bytes: usize,
    /// Events that are kept for readers.
    pub events: usize,
}

impl Limits {
    /// Those of the stand-in of this era.
    #[must_use]
    pub fn of(era: Era) -> Self {
        Self {
            message_bytes: if era.is_seed() { 1 << 20 } else { 64 << 20 },
            connections: 10_000,
            tasks: 1_000_000,
            workers: 100_000,
            kept_bytes: 1 << 30,
            unsent_bytes: 256 << 20,
            events: 100_000,
        }
    }
}

/// A foreman that is not started yet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ForemanConfig {
    /// Which foreman is played.
    pub era: Era,
    /// Where workers and clients connect; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Where the HTTP API is.
    pub http: SocketAddr,
    /// The file that takes the part of the foreman's database; without it nothing outlives the
    /// process.
    pub state: Option<PathBuf>,
    /// Whether tasks from before a restart keep their code. The real one forgets it, after which
    /// those tasks are never given to anybody (CrowdCompute sheet, sections 8.7 and 16).
    pub keep_code: bool,
    /// Times of the connections.
    pub timers: Timers,
    /// Bounds of memory.
    pub limits: Limits,
}

impl ForemanConfig {
    /// A foreman on loopback, at ports of the system's choice, that forgets everything when it
    /// ends.
    #[must_use]
    pub fn new(era: Era) -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            era,
            listen: any,
            http: any,
            state: None,
            keep_code: false,
            timers: Timers::of(era),
            limits: Limits::of(era),
        }
    }

    /// Sets where workers and clients connect.
    #[must_use]
    pub fn listen(mut self, addr: SocketAddr) -> Self {
        self.listen = addr;
        self
    }

    /// Sets where the HTTP API is.
    #[must_use]
    pub fn http(mut self, addr: SocketAddr) -> Self {
        self.http = addr;
        self
    }

    /// Sets the file in which jobs, tasks and workers outlive the process, also when it is killed.
    #[must_use]
    pub fn state(mut self, file: impl Into<PathBuf>) -> Self {
        self.state = Some(file.into());
        self
    }

    /// Lets tasks from before a restart keep their code, unlike the real foreman.
    #[must_use]
    pub fn keep_code(mut self, keep: bool) -> Self {
        self.keep_code = keep;
        self
    }

    /// Changes the times of the connections.
    #[must_use]
    pub fn timers(mut self, change: impl FnOnce(&mut Timers)) -> Self {
        change(&mut self.timers);
        self
    }

    /// Changes the bounds.
    #[must_use]
    pub fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.limits);
        self
    }
}
