//! What a worker serves: a backend, made of one or more sessions.

use std::{any::Any, fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use tokio::sync::mpsc;

use crate::{
    Error, ErrorKind, Secret,
    backoff::Backoff,
    capability::Capabilities,
    job::Report,
    ledger::Brake,
    protocol::Protocol,
    session::{Runtime, Session},
    transport::Transport,
};

/// A system to work for. An adapter's config becomes one.
pub trait Backend: Send + 'static {
    /// Its name in logs, metrics and [`JobInfo`](crate::JobInfo).
    fn name(&self) -> String;

    /// What it offers.
    fn capabilities(&self) -> Capabilities;

    /// Makes its sessions.
    ///
    /// # Errors
    /// The configuration cannot work.
    fn sessions(self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error>;
}

/// Reports of running jobs, and commands, that may wait for a session.
const REPORTS: usize = 1024;

/// The sessions that a backend makes.
#[derive(Default)]
pub struct Sessions {
    pub(crate) new: Vec<NewSession>,
    pub(crate) routes: Vec<String>,
}

pub(crate) type SessionFuture = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;
pub(crate) type NewSession = Box<dyn FnOnce(Runtime) -> SessionFuture + Send>;

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sessions({})", self.new.len())
    }
}

impl Sessions {
    /// The patterns of the routes that the backend may reach, for systems that are told which
    /// jobs a worker takes.
    pub fn routes(&self) -> &[String] {
        &self.routes
    }

    /// Adds a session: one registration at the server, on a connection of its own.
    /// What comes back reaches its protocol from outside of any job.
    pub fn add<T, P>(&mut self, transport: T, protocol: P, config: SessionConfig) -> Commands
    where
        T: Transport,
        P: Protocol<Target = T::Target, Message = T::Message>,
    {
        let (reporter, reports) = mpsc::channel(REPORTS);
        let commands = Commands(reporter.clone());
        self.new.push(Box::new(move |runtime| {
            let channel = (reporter, reports);
            Box::pin(Session::new(transport, protocol, config, channel, runtime).run())
        }));
        commands
    }
}

/// Reaches the protocol of one session from outside of any job: the seam for what a system has
/// beside jobs, such as telemetry of a device. Clones reach the same session.
#[derive(Clone, Debug)]
pub struct Commands(mpsc::Sender<Report>);

impl Commands {
    /// Hands the protocol a command, as [`Input::Command`](crate::protocol::Input::Command); waits
    /// until the session has room.
    ///
    /// # Errors
    /// The session is gone.
    ///
    /// # Cancel safety
    /// When it is dropped, the command was either queued or not sent at all.
    pub async fn send(&self, command: Box<dyn Any + Send>) -> Result<(), Error> {
        let gone = |_| Error::new(ErrorKind::Disconnected, "command", "the session is gone");
        self.0.send(Report::Command(None, command)).await.map_err(gone)
    }
}

/// The rules of one session. Every adapter starts from the defaults and its own facts.
#[derive(Clone)]
#[non_exhaustive]
pub struct SessionConfig {
    /// The wait between connection attempts. Default 1 s to 60 s.
    pub backoff: Backoff,
    /// How many attempts in a row may fail before the session ends with the last error; `None`
    /// (the default) for ever.
    pub max_attempts: Option<u32>,
    /// The limit of one connection attempt. Default 10 s.
    pub connect_timeout: Duration,
    /// How long the registration may take after connecting. Default 20 s.
    pub ready_timeout: Duration,
    /// After this long without a sign of life the connection is dropped and made anew; `None`
    /// where the transport watches by itself. Default `None`.
    pub max_silence: Option<Duration>,
    /// Pushed jobs that may wait for a permit. Default 1024.
    pub max_waiting: usize,
    /// How long a pushed job may wait for a permit before it is refused as overloaded. Default
    /// `None`: until its own deadline.
    pub max_wait: Option<Duration>,
    /// Outcomes that may wait for the connection to come back. Default 1024.
    pub outbox: usize,
    /// The limit of saying goodbye and closing. Default 5 s.
    pub close_timeout: Duration,
    /// Whether jobs whose result can no longer be delivered are cancelled when their connection
    /// is lost. Default false: they finish, and the result is dropped and counted.
    pub cancel_orphans: bool,
    /// Whether jobs run one after the other, in the order in which they came, each when the one
    /// before is settled. A handler that was told to stop and goes on in its grace time may then
    /// overlap with the next one. Default false.
    pub ordered: bool,
    /// Slows down jobs that fail again and again. Default 100 ms to 30 s.
    pub brake: Brake,
    /// Where identities are stored. Default: in memory.
    pub store: Arc<dyn Store>,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            backoff: Backoff::default(),
            max_attempts: None,
            connect_timeout: Duration::from_secs(10),
            ready_timeout: Duration::from_secs(20),
            max_silence: None,
            max_waiting: 1024,
            max_wait: None,
            outbox: 1024,
            close_timeout: Duration::from_secs(5),
            cancel_orphans: false,
            ordered: false,
            brake: Brake::default(),
            store: Arc::new(Forget),
        }
    }
}

impl fmt::Debug for SessionConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionConfig")
            .field("backoff", &self.backoff)
            .field("max_attempts", &self.max_attempts)
            .field("max_silence", &self.max_silence)
            .field("max_waiting", &self.max_waiting)
            .field("outbox", &self.outbox)
            .finish_non_exhaustive()
    }
}

/// Keeps what a protocol stores between starts, such as an identity.
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// What was stored under a name; for an adapter to ask before its session starts.
    ///
    /// # Errors
    /// It could not be read.
    fn load(&self, name: &str) -> Result<Option<Secret>, Error>;

    /// Stores content under a name; it replaces what was there.
    ///
    /// # Errors
    /// It could not be stored.
    fn store(&self, name: &str, content: &Secret) -> Result<(), Error>;
}

/// Stores nothing: for protocols that have nothing to keep.
#[derive(Clone, Copy, Debug)]
pub struct Forget;

impl Store for Forget {
    fn load(&self, _name: &str) -> Result<Option<Secret>, Error> {
        Ok(None)
    }

    fn store(&self, _name: &str, _content: &Secret) -> Result<(), Error> {
        Ok(())
    }
}
