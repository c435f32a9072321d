//! What a prop gets of its host.

use std::{
    fmt,
    future::Future,
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::FutureExt as _;
use journeyman_core::{JobError, Value};
use journeyman_halloween::{Prop, discovery::Document, error_name};
use serde::de::DeserializeOwned;
use tokio::{runtime::Handle, sync::watch, task::JoinSet};

use crate::panic::panicked;

/// How a run is to go on.
#[derive(Clone, Debug, Default)]
pub(crate) enum Ending {
    /// On and on.
    #[default]
    Running,
    /// It is over: stop, then start again after a while.
    Failed(JobError),
    /// The prop wants to stop.
    Exit,
    /// The host stops it.
    Stopping,
}

/// One run of a prop, as the prop sees it. Clones are the same run; the next start gets a new one.
#[derive(Clone)]
pub struct PropContext(Arc<Run>);

struct Run {
    prop: Prop,
    name: Arc<str>,
    folder: Option<PathBuf>,
    document: Arc<Document>,
    runtime: Handle,
    /// `None` when no more tasks are taken.
    tasks: Mutex<Option<JoinSet<()>>>,
    ending: watch::Sender<Ending>,
}

impl PropContext {
    /// A run of a prop that no host looks after, for tests of factories. To be called within a
    /// runtime.
    pub fn new(
        prop: Prop,
        name: impl Into<Arc<str>>,
        folder: Option<PathBuf>,
        document: impl Into<Arc<Document>>,
    ) -> Self {
        Self(Arc::new(Run {
            prop,
            name: name.into(),
            folder,
            document: document.into(),
            runtime: Handle::current(),
            tasks: Mutex::new(Some(JoinSet::new())),
            ending: watch::Sender::default(),
        }))
    }

    /// The prop's id on the bus.
    pub fn id(&self) -> &str {
        self.0.prop.id()
    }

    /// The name of its folder, or of the built-in or registered prop.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The prop on the bus: telemetry, status, state, commands to others. It works from
    /// [`Life::start`](crate::Life::start) on.
    pub fn prop(&self) -> &Prop {
        &self.0.prop
    }

    /// The folder with its files (`NAME/backend`), if it has one.
    pub fn folder(&self) -> Option<&Path> {
        self.0.folder.as_deref()
    }

    /// The configuration as it was found.
    pub fn document(&self) -> &Document {
        &self.0.document
    }

    /// The configuration as a type of yours; a text that is wholly `${NAME}` is replaced by the
    /// environment variable.
    ///
    /// # Errors
    /// It does not fit: with file, line and key.
    pub fn config<T: DeserializeOwned>(&self) -> Result<T, JobError> {
        self.0.document.read().map_err(|error| JobError::from(error).permanent())
    }

    /// Upstream's `resolve_config_var`: see [`Document::resolve`].
    pub fn resolve_config_var(&self, key: &str, default: impl Into<Value>) -> Value {
        self.0.document.resolve(key, default)
    }

    /// Runs a task as long as the run lasts: it is cancelled, and waited for, when the prop stops.
    /// When it fails or panics, that is said on `status/error`, and everything else goes on; a task
    /// that the prop cannot do without calls [`fail`](Self::fail).
    ///
    /// When the run is over already, the task is dropped.
    pub fn spawn<F, E>(&self, name: &str, task: F)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<JobError>,
    {
        let (prop, name) = (self.0.prop.clone(), name.to_owned());
        let task = async move {
            let ended = AssertUnwindSafe(async { task.await.map_err(Into::into) }).catch_unwind();
            let error: JobError = match ended.await {
                Ok(Ok(())) => return,
                Ok(Err(error)) => error,
                Err(panic) => panicked(&*panic),
            };
            let text = format!("{}: task `{name}`: {}", error_name(&error), error.message());
            tracing::warn!(prop = prop.id(), "{text}");
            // The session is gone only when the run is.
            let _ = prop.publish_status("error", &text).await;
        };
        let mut tasks = self.tasks();
        let Some(tasks) = &mut *tasks else { return };
        // Those that have ended would pile up.
        while tasks.try_join_next().is_some() {}
        tasks.spawn_on(task, &self.0.runtime);
    }

    /// Says that this run is over: the error goes to `status/error`, the prop stops (`offline`) and
    /// is started anew after a while. Only the first call of a run counts.
    pub fn fail(&self, error: impl Into<JobError>) {
        self.end(Ending::Failed(error.into()));
    }

    /// Asks to be stopped, as upstream's `exit` does. It returns at once; the prop stops when its
    /// running command is done, and stays stopped until somebody starts it.
    pub fn exit(&self) {
        self.end(Ending::Exit);
    }

    /// Whether the run has come to its end: it failed, or it stops.
    pub fn is_ending(&self) -> bool {
        !matches!(*self.0.ending.borrow(), Ending::Running)
    }

    /// Waits until the run comes to its end: for handlers and tasks that clean up by themselves.
    ///
    /// # Cancel safety
    /// It may be dropped and called again.
    pub async fn ending(&self) {
        let mut ending = self.0.ending.subscribe();
        // An error would mean that the sender is gone, and we hold it.
        let _ = ending.wait_for(|ending| !matches!(ending, Ending::Running)).await;
    }

    /// The error that [`fail`](Self::fail) was called with, if it was.
    pub fn failure(&self) -> Option<JobError> {
        match &*self.0.ending.borrow() {
            Ending::Failed(error) => Some(error.clone()),
            _ => None,
        }
    }

    fn end(&self, new: Ending) {
        self.0.ending.send_if_modified(|ending| {
            let first = matches!(ending, Ending::Running);
            if first {
                *ending = new;
            }
            first
        });
    }

    pub(crate) fn end_by_host(&self) {
        self.end(Ending::Stopping);
    }

    pub(crate) fn watch_ending(&self) -> watch::Receiver<Ending> {
        self.0.ending.subscribe()
    }

    /// Cancels all tasks, waits for them at most that long, and takes no more. Returns how many did
    /// not end.
    pub(crate) async fn end_tasks(&self, limit: Duration) -> usize {
        let Some(mut tasks) = self.tasks().take() else { return 0 };
        tasks.abort_all();
        let all = async { while tasks.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(limit, all).await;
        tasks.len()
    }

    /// Cancels all tasks without waiting for them, and takes no more.
    pub(crate) fn drop_tasks(&self) {
        drop(self.tasks().take());
    }

    fn tasks(&self) -> MutexGuard<'_, Option<JoinSet<()>>> {
        self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for PropContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PropContext")
            .field("id", &self.id())
            .field("name", &self.name())
            .field("folder", &self.folder())
            .finish_non_exhaustive()
    }
}
