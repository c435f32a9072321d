//! The stand-in daemon itself.

use super::config::Config;
use super::events::{Event, Events};
use super::faults::Faults;
use super::files::{AllowedHosts, Files, Keys};
use super::messages::{Broadcast, Era};
use super::run::{Endpoints, Running, down, up};
use super::shared::{Received, Shared};
use super::state::{Stats, WorkerInfo};
use super::token::SigningKey;
use super::value::Obj;
use journeyman_zmq::CurvePublicKey;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::Mutex;

/// A stand-in mooR daemon.
///
/// It runs in tasks of its own on the tokio runtime that it was started in; with
/// [`shutdown`](Self::shutdown) they end, and so they do some time after a drop.
///
/// ```
/// use journeyman_testkit::moor::{Config, Daemon, Failure};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let daemon = Daemon::start(Config::curve().encrypted(false)).await?;
/// println!("workers connect to {} and {}", daemon.requests(), daemon.responses());
/// let failure = daemon.request("echo", &["hello".into()], None).await.unwrap_err();
/// assert_eq!(failure.to_string(), "E_TYPE (No worker available for echo)");
/// daemon.shutdown().await;
/// # Ok::<(), journeyman_testkit::moor::StartError>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct Daemon {
    pub(crate) shared: Arc<Shared>,
    endpoints: Endpoints,
    running: Mutex<Option<Running>>,
}

/// Why a daemon can not start: a file, or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError(String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the mooR stand-in can not start: {}", self.0)
    }
}

impl std::error::Error for StartError {}

impl Daemon {
    /// Starts one. Its sockets are bound when this returns.
    ///
    /// # Errors
    ///
    /// If a file can not be read or written, or an address can not be bound.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let keys = Keys::open(&config).map_err(StartError)?;
        let hosts = AllowedHosts::open(config.folder.as_deref(), config.limits.hosts);
        let hosts = hosts.map_err(StartError)?;
        let wanted = Endpoints {
            requests: config.requests.clone(),
            responses: config.responses.clone(),
            enrollment: config.enrollment.clone(),
        };
        let shared = Arc::new(Shared::new(config, keys, hosts));
        let (running, endpoints) = up(&shared, &wanted).await.map_err(StartError)?;
        Ok(Self { shared, endpoints, running: Mutex::new(Some(running)) })
    }

    /// Where requests and pings are published, as workers have to write it.
    #[must_use]
    pub fn requests(&self) -> &str {
        &self.endpoints.requests
    }

    /// Where workers are answered.
    #[must_use]
    pub fn responses(&self) -> &str {
        &self.endpoints.responses
    }

    /// Where workers enroll, if they can.
    #[must_use]
    pub fn enrollment(&self) -> Option<&str> {
        self.endpoints.enrollment.as_deref()
    }

    /// The generation of the protocol.
    #[must_use]
    pub fn era(&self) -> Era {
        self.shared.config.era
    }

    /// Whether the worker sockets are encrypted.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.shared.config.is_encrypted()
    }

    /// Its public CURVE key.
    #[must_use]
    pub fn public_key(&self) -> CurvePublicKey {
        self.shared.keys.curve.public()
    }

    /// Its Ed25519 key, with which workers of the PASETO era sign.
    #[must_use]
    pub fn signing_key(&self) -> &SigningKey {
        &self.shared.keys.signing
    }

    /// Its files, if it has a folder.
    #[must_use]
    pub fn files(&self) -> Option<Files> {
        self.shared.config.folder.as_ref().map(Files::new)
    }

    /// The secret that enrolls at this moment.
    ///
    /// # Errors
    ///
    /// If its file can not be read.
    pub fn enrollment_token(&self) -> std::io::Result<String> {
        self.shared.enrollment_token().map_err(std::io::Error::other)
    }

    /// Puts another secret in its place. Enrolled keys stay allowed.
    ///
    /// # Errors
    ///
    /// If its file can not be written.
    pub fn set_enrollment_token(&self, token: &str) -> std::io::Result<()> {
        self.shared.set_enrollment_token(token)
    }

    /// Lets a key in without enrollment.
    ///
    /// # Errors
    ///
    /// If its file can not be written, or there are too many.
    pub fn allow(&self, key: &CurvePublicKey) -> std::io::Result<()> {
        let added = self.shared.hosts.add(&key.to_z85(), "test", "test");
        added.map(drop).map_err(std::io::Error::other)
    }

    /// Switches for misbehaviour.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// What has happened, counted.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.shared.state().stats
    }

    /// Requests that workers have not answered.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.shared.state().outstanding()
    }

    /// The registered workers, in the order of their attaching.
    #[must_use]
    pub fn registered(&self) -> Vec<WorkerInfo> {
        self.shared.state().workers(self.shared.config.clock.now())
    }

    /// Subscriptions that get what is published. Always 0 on the independent engine, which does
    /// not tell.
    #[must_use]
    pub fn subscribers(&self) -> usize {
        self.shared.subscribers()
    }

    /// What workers have sent, the oldest first; bounded by
    /// [`Limits::received`](super::Limits::received).
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.shared.received()
    }

    /// All events still in the log, and those to come.
    #[must_use]
    pub fn events(&self) -> Events {
        Events::from_start(Arc::clone(&self.shared.log))
    }

    /// The events to come.
    #[must_use]
    pub fn events_from_now(&self) -> Events {
        Events::from_now(Arc::clone(&self.shared.log))
    }

    /// Waits until something is so; looks whenever something has changed. Cancel safe.
    pub async fn until(&self, mut so: impl FnMut(&Self) -> bool) {
        loop {
            let mut changed = pin!(self.shared.changed.notified());
            // Registered before the look, so a change between look and wait is not slept over.
            changed.as_mut().enable();
            if so(self) {
                return;
            }
            changed.await;
        }
    }

    /// Waits until at least this many workers of a type are registered. Cancel safe.
    pub async fn attached(&self, worker_type: &str, count: usize) {
        let wanted = worker_type.to_lowercase();
        let matches = |info: &WorkerInfo| info.worker_type.to_lowercase() == wanted;
        self.until(|daemon| {
            daemon.registered().iter().filter(|info| matches(info)).count() >= count
        })
        .await;
    }

    /// Waits until at least this many subscriptions get what is published. Never ends on the
    /// independent engine. Cancel safe.
    pub async fn subscribed(&self, count: usize) {
        self.until(|daemon| daemon.subscribers() >= count).await;
    }

    /// Sets whose permissions tasks have from now on.
    pub fn set_perms(&self, perms: Obj) {
        *super::shared::lock(&self.shared.perms) = perms;
    }

    /// Publishes a ping besides those of the clock.
    pub fn ping(&self) {
        self.shared.state().stats.pings += 1;
        self.shared.broadcast(Broadcast::Ping.encode(self.era()));
    }

    /// Ends as a process does: sockets are closed, and all is forgotten; the tasks that waited
    /// get [`Failure::Lost`](super::Failure::Lost). Enrolled keys stay. Addresses are free when
    /// this returns. Not cancel safe: a dropped call leaves it half way.
    pub async fn down(&self) {
        let mut running = self.running.lock().await;
        if let Some(running) = running.take() {
            down(&self.shared, running).await;
        }
    }

    /// Comes back on the same addresses, knowing nothing. Nothing happens if it is up.
    ///
    /// # Errors
    ///
    /// If an address is taken by somebody else.
    pub async fn up(&self) -> Result<(), StartError> {
        let mut running = self.running.lock().await;
        if running.is_none() {
            let (new, _) = up(&self.shared, &self.endpoints).await.map_err(StartError)?;
            *running = Some(new);
            self.shared.note(Event::Restarted);
        }
        Ok(())
    }

    /// [`down`](Self::down) and [`up`](Self::up).
    ///
    /// # Errors
    ///
    /// If an address was taken in between.
    pub async fn restart(&self) -> Result<(), StartError> {
        self.down().await;
        self.up().await
    }

    /// Stops for good. Not cancel safe: a dropped call leaves the stop to go on by itself.
    pub async fn shutdown(self) {
        self.down().await;
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Some(running) = self.running.get_mut().take() {
            running.stop.send_replace(true);
        }
        self.shared.state().reset();
        drop(self.shared.take_publisher());
    }
}
