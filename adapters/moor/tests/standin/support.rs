//! A daemon, a worker, and waiting with an end.

use std::{
    future::Future,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use journeyman_core::{
    Error, Router, StartedWorker, Value, Worker, session::SessionState, snapshot::SessionSnapshot,
};
use journeyman_moor::{Config, Curve, Era};
use journeyman_testkit::moor::{self as standin, Daemon, MooFailure, Outcome, Timers};

/// Nothing here takes long; whoever waits longer than this waits for ever.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(Duration::from_secs(30), future).await {
        Ok(value) => value,
        Err(_) => panic!("waited in vain: {what}"),
    }
}

/// A new folder, removed when it is dropped. Its path is short: ipc endpoints must be.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("jmoor-a-{}-{}", process::id(), COUNT.fetch_add(1, Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a writable folder");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays is in the system's folder for such things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Pings that come often, so that tests need not wait for them.
pub(crate) fn quick() -> Timers {
    Timers { ping_interval: Duration::from_millis(50), ..Timers::default() }
}

/// A daemon of this era over ipc, with quick pings.
pub(crate) async fn daemon(era: Era, folder: &Folder) -> Daemon {
    let config = match era {
        Era::Curve => standin::Config::curve(),
        Era::Paseto => standin::Config::paseto(),
    };
    daemon_with(config.ipc(folder.path()).folder(folder.join("daemon")).timers(quick())).await
}

pub(crate) async fn daemon_with(config: standin::Config) -> Daemon {
    Daemon::start(config).await.expect("free addresses")
}

/// A worker of a daemon that has a folder, or needs no keys.
pub(crate) fn config(daemon: &Daemon) -> Config {
    let config = Config::new(daemon.requests(), daemon.responses())
        .reconnect_interval(Duration::from_millis(20));
    match daemon.era() {
        standin::Era::Curve => config.curve(Curve::Off),
        standin::Era::Paseto => {
            let files = daemon.files().expect("a folder");
            config.era(Era::Paseto).private_key(files.signing_key())
        }
    }
}

/// Gives the list of arguments back.
pub(crate) async fn echo(arguments: Value) -> Value {
    arguments
}

pub(crate) fn echo_router() -> Router {
    Router::new().route("echo", echo)
}

/// A worker that need not get anywhere.
pub(crate) fn begin(router: Router, config: Config) -> StartedWorker {
    let worker = Worker::new(router).serve(config).cancel_grace(Duration::from_millis(50));
    worker.start().expect("a worker that can start")
}

/// Starts a worker and waits until it is ready.
pub(crate) async fn start(router: Router, config: Config) -> StartedWorker {
    let worker = begin(router, config);
    within("ready", worker.control().ready()).await.expect("ready");
    worker
}

/// Stops it in good order and says whether it went well.
pub(crate) async fn stop(worker: StartedWorker) -> Result<(), Error> {
    worker.control().drain();
    within("the end of the worker", worker.wait()).await.map(drop)
}

/// The error of a worker that ends with one.
pub(crate) async fn failure(worker: StartedWorker) -> String {
    within("the end of the worker", worker.wait()).await.expect_err("an error").to_string()
}

/// Waits until the first session is in a state like that.
pub(crate) async fn state(worker: &StartedWorker, wanted: impl FnMut(&SessionState) -> bool) {
    let mut states = worker.control().states();
    within("a state", states[0].wait_for(wanted)).await.expect("the session is watched");
}

/// Waits until it has failed to connect this many times in a row, and returns the last error.
pub(crate) async fn failing(worker: &StartedWorker, attempts: u32) -> String {
    let tried = |state: &SessionState| matches!(state, SessionState::Waiting { attempt, .. } if *attempt > attempts);
    state(worker, tried).await;
    session(worker).last_error.expect("an error")
}

pub(crate) fn session(worker: &StartedWorker) -> SessionSnapshot {
    worker.control().snapshot().sessions.swap_remove(0)
}

/// Waits until something is so that nobody tells of.
pub(crate) async fn until(what: &str, so: impl Fn() -> bool) {
    within(what, async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

pub(crate) fn raised(outcome: Outcome) -> MooFailure {
    let failure = outcome.expect_err("an error");
    failure.moo().unwrap_or_else(|| panic!("not by the worker: {failure}")).clone()
}

/// An echo has to work.
pub(crate) async fn works(daemon: &Daemon) {
    let arguments = [standin::Value::str("still"), standin::Value::Int(1)];
    let outcome = within("an echo", daemon.request("echo", &arguments, None)).await;
    assert_eq!(outcome, Ok(standin::Value::List(arguments.into())));
}
