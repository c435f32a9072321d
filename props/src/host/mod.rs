//! The host: what it is made of, and how it is run.

mod bus;
mod control;
mod manager;
mod reload;
mod run;
mod settings;
mod shared;
mod signals;
mod spec;
mod start;
mod supervisor;
mod watch;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use journeyman_core::{Error, backoff::Backoff, shutdown_signal};
use journeyman_halloween::{
    Config,
    discovery::{MissingId, Toggles},
};
use tokio::task::JoinHandle;

use crate::{Factory, PropStatus, PropWorker, worker};

pub use control::{Changed, HostControl};
use settings::Settings;

/// A host before it starts: which props it has, and how it treats them.
#[must_use]
pub struct PropHost {
    settings: Settings,
    root: Option<PathBuf>,
    builtins_folder: Option<PathBuf>,
    registered: Vec<(String, Arc<dyn Factory>)>,
    python: Option<Arc<dyn Factory>>,
    toggles: Toggles,
    missing_id: MissingId,
    reload: bool,
    control: bool,
}

impl fmt::Debug for PropHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let registered: Vec<_> = self.registered.iter().map(|(name, _)| name).collect();
        f.debug_struct("PropHost")
            .field("settings", &self.settings)
            .field("root", &self.root)
            .field("registered", &registered)
            .finish_non_exhaustive()
    }
}

impl PropHost {
    /// A host for the props of this house. [`Config::prop`] is of no meaning here.
    pub fn new(config: Config) -> Self {
        Self {
            settings: Settings::new(config),
            root: None,
            builtins_folder: None,
            registered: Vec::new(),
            python: None,
            toggles: Toggles::default(),
            missing_id: MissingId::default(),
            reload: true,
            control: false,
        }
    }

    /// Sets the folder with the props: each has a folder `NAME/backend` in it. Without a root, only
    /// built-ins and registered props run.
    pub fn root(mut self, root: impl Into<PathBuf>) -> Self {
        self.root = Some(root.into());
        self
    }

    /// Registers a worker under the name of a prop's folder or under its id. It runs that prop; and
    /// when there is no such folder, it runs all the same, under this name, with an empty
    /// configuration. Toggles for props apply in both cases.
    pub fn register(mut self, name: impl Into<String>, factory: impl Factory) -> Self {
        self.registered.push((name.into(), Arc::new(factory)));
        self
    }

    /// As [`register`](Self::register), for a [`PropWorker`].
    pub fn worker<W: PropWorker>(self, name: impl Into<String>) -> Self {
        self.register(name, worker::<W>())
    }

    /// Sets where the built-in workers have their config file: they share one.
    pub fn builtins_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.builtins_folder = Some(folder.into());
        self
    }

    /// Sets what is switched off.
    pub fn toggles(mut self, toggles: Toggles) -> Self {
        self.toggles = toggles;
        self
    }

    /// Sets what runs Python classes: its context's folder has the `worker.py`. Without it, such a
    /// prop is not started; the host says so in the log and on the bus.
    pub fn python(mut self, factory: impl Factory) -> Self {
        self.python = Some(Arc::new(factory));
        self
    }

    /// Sets what a prop without an id is called in the profile head. Default: as its folder.
    pub fn missing_id(mut self, missing_id: MissingId) -> Self {
        self.missing_id = missing_id;
        self
    }

    /// Sets how long a running command may go on when its prop stops; after that it is dropped.
    /// Default 10 s. A blocking handler cannot be dropped: it should look at
    /// [`PropContext::is_ending`](crate::PropContext::is_ending).
    pub fn drain_timeout(mut self, timeout: Duration) -> Self {
        self.settings.drain = timeout;
        self
    }

    /// Sets how long the constructor of a prop may take, and its start. Default 60 s each.
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.settings.start_limit = timeout;
        self
    }

    /// Sets how long the clean-up of a prop may take at its stop. Default 10 s.
    pub fn stop_timeout(mut self, timeout: Duration) -> Self {
        self.settings.stop_limit = timeout;
        self
    }

    /// Sets the waits before a prop that failed is started again: each between a half and the whole
    /// of its bound. An error made by `JobError::retry_after` has its own. Default 1 s to 60 s; a
    /// run that lasted for a minute begins a new row.
    pub fn start_backoff(mut self, backoff: Backoff) -> Self {
        self.settings.backoff = backoff;
        self
    }

    /// Sets whether changes in the folders are picked up as they happen. Default true.
    pub fn reload(mut self, reload: bool) -> Self {
        self.reload = reload;
        self
    }

    /// Sets whether there is a built-in prop [`host_control`](crate::HOST_CONTROL), by whose
    /// commands everybody on the bus can stop and start props. Default false.
    pub fn control(mut self, control: bool) -> Self {
        self.control = control;
        self
    }

    /// Starts the host. Its props follow once the broker has taken the host itself. To be called
    /// within a runtime.
    ///
    /// # Errors
    /// A setting cannot work, the root cannot be read, or two workers have one name. Nothing was
    /// started then.
    pub fn start(self) -> Result<StartedHost, Error> {
        start::start(self)
    }

    /// Runs until SIGTERM or Ctrl-C, then stops in good order; a second signal cuts that short. On
    /// Unix, SIGHUP makes it look for changes.
    ///
    /// # Errors
    /// As [`start`](Self::start), and as [`StartedHost::wait`].
    ///
    /// # Cancel safety
    /// Dropping the future stops everything without a drain.
    pub async fn run(self) -> Result<Summary, Error> {
        let host = self.start()?;
        let control = host.control().clone();
        let signals = async {
            tokio::select! {
                () = shutdown_signal() => {}
                () = signals::reload_on_hangup(&control) => {}
            }
            control.shutdown();
            shutdown_signal().await;
            control.abort();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            biased;
            ended = host.wait() => ended,
            () = signals => unreachable!("it goes on for ever"),
        }
    }

    /// Runs until `shutdown` completes, then stops in good order.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    /// As [`run`](Self::run).
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) -> Result<Summary, Error> {
        let host = self.start()?;
        let control = host.control().clone();
        let mut ended = std::pin::pin!(host.wait());
        tokio::select! {
            biased;
            ended = &mut ended => return ended,
            () = shutdown => control.shutdown(),
        }
        ended.await
    }

    fn root_folder(&self) -> Option<&Path> {
        self.root.as_deref()
    }
}

/// A host that runs. Dropping it stops everything without a drain.
#[derive(Debug)]
pub struct StartedHost {
    control: HostControl,
    task: Task,
}

impl StartedHost {
    /// Shows and steers its props.
    pub fn control(&self) -> &HostControl {
        &self.control
    }

    /// Waits until the host has stopped.
    ///
    /// # Errors
    /// The broker refused the host's own session for good. All props were stopped then.
    ///
    /// # Cancel safety
    /// Dropping the future stops everything without a drain.
    pub async fn wait(mut self) -> Result<Summary, Error> {
        (&mut self.task.0).await.unwrap_or_else(|error| Err(start::died(error)))
    }
}

/// Ends with its handle.
#[derive(Debug)]
struct Task(JoinHandle<Result<Summary, Error>>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// How a host's run went.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Summary {
    /// The props as they were when the host began to stop.
    pub props: Vec<PropStatus>,
}
