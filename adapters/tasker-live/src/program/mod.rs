//! The program `journeyman-tasker-worker`, and those that are like it.

mod args;
mod check;
mod handlers;
mod log;

use std::process::ExitCode;

use clap::Parser;
use journeyman_core::{Error, Router, StartedWorker, Worker};
use journeyman_monitor::{Monitor, MonitorConfig};

use self::{args::Args, handlers::File};
use crate::{
    health::LiveMonitor,
    problems::Problems,
    settings::{Draft, Settings},
};

/// The token of the monitor.
const MONITOR_TOKEN: &str = "JOURNEYMAN_MONITOR_TOKEN";

/// How long upstream's worker may take to stop.
const STOP: std::time::Duration = std::time::Duration::from_secs(60);

/// What went wrong, with an exit code.
enum Failure {
    /// What it was started with.
    Wrong(Problems),
    /// The rest.
    Failed(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A whole program: command line, configuration from the environment, log on standard error, Ctrl-C
/// and SIGTERM, a monitor on request, and a worker of these handlers and of the programs that the
/// command line and the configuration file name. `--help` tells more.
///
/// ```no_run
/// use journeyman_core::Router;
///
/// #[tokio::main]
/// async fn main() -> std::process::ExitCode {
///     let router = Router::new().route("order.check", async || "done");
///     journeyman_tasker_live::main_with(router).await
/// }
/// ```
///
/// # Cancel safety
/// Dropping the future stops the worker without a drain.
pub async fn main_with(router: Router) -> ExitCode {
    match run(Args::parse(), router).await {
        Ok(code) => code,
        Err(Failure::Wrong(problems)) => {
            for problem in problems.iter() {
                eprintln!("error: {problem}");
            }
            ExitCode::from(2)
        }
        Err(Failure::Failed(error)) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args, router: Router) -> Result<ExitCode, Failure> {
    log::start(&args)?;
    let mut draft = Draft::from_env();
    let file = match args.config.as_deref().map(File::read).transpose() {
        Ok(file) => file.unwrap_or_default(),
        Err(problem) => {
            draft.problems.push(problem);
            File::default()
        }
    };
    let (concurrency, grace) = (file.worker.concurrency, file.worker.cancel_grace);
    let (drain, time_limit) = (file.worker.drain_timeout, file.worker.time_limit);
    let (programs, problems) = file.router(&args.handlers);
    draft.problems.extend(problems);
    let router = router.merge(programs);
    if args.check || !draft.problems.is_empty() {
        check::handlers(&mut draft, router);
        if args.check {
            check::database(&mut draft).await;
        }
        let settings = draft.finish().map_err(Failure::Wrong)?;
        println!("{}", check::summary(&settings));
        return Ok(ExitCode::SUCCESS);
    }
    let settings = draft.finish().map_err(Failure::Wrong)?;
    let (backend, live) = crate::worker(settings.clone());
    let mut worker = Worker::new(router).serve(backend);
    if let Some(permits) = args.concurrency.map(|n| n as usize).or(concurrency) {
        worker = worker.concurrency(permits);
    }
    if let Some(limit) = args.drain.or(drain) {
        worker = worker.drain_timeout(limit);
    }
    if let Some(grace) = grace {
        worker = worker.cancel_grace(grace);
    }
    if let Some(limit) = time_limit {
        worker = worker.time_limit(limit);
    }
    // Steps without a handler are told here.
    let worker = worker.start().map_err(|error| Failure::Wrong(Problems::of(&error)))?;
    serve(&args, worker, &settings, live).await
}

async fn serve(
    args: &Args,
    worker: StartedWorker,
    settings: &Settings,
    live: LiveMonitor,
) -> Result<ExitCode, Failure> {
    let control = worker.control().clone();
    let watcher = match args.monitor {
        Some(address) => {
            let mut config = MonitorConfig::new().address(address).name("journeyman-tasker-worker");
            if let Some(token) = std::env::var(MONITOR_TOKEN).ok().filter(|t| !t.is_empty()) {
                config = config.token(token);
            }
            let (section, numbers) = (live.clone(), live.clone());
            config = config.section(move || section.section()).metrics(move || numbers.metrics());
            let listening = Monitor::new(control.clone(), config).bind().await?;
            tracing::info!("the monitor is at http://{}/dashboard", listening.local_addr());
            Some(tokio::spawn(listening.serve()))
        }
        None => None,
    };
    tracing::info!("serving the namespaces {}", settings.templates().namespaces().join(", "));
    let ready = {
        let control = control.clone();
        tokio::spawn(async move {
            match control.ready().await {
                Ok(()) => tracing::info!("ready"),
                Err(error) => tracing::warn!("the session ended: {error}"),
            }
        })
    };
    let stopping = async {
        journeyman_core::shutdown_signal().await;
        let jobs = control.snapshot().running;
        tracing::info!("stopping: {jobs} steps under way may finish; once more aborts them");
        control.drain();
        journeyman_core::shutdown_signal().await;
        tracing::warn!("aborting");
        control.abort();
    };
    let waiting = worker.wait();
    tokio::pin!(stopping, waiting);
    let mut is_aborted = false;
    let summary = loop {
        tokio::select! {
            biased;
            summary = &mut waiting => break summary,
            () = &mut stopping, if !is_aborted => is_aborted = true,
        }
    };
    ready.abort();
    // Its last answers may still be on their way to the database.
    if tokio::time::timeout(STOP, live.stopped()).await.is_err() {
        tracing::warn!("Tasker's worker did not stop within {STOP:?}");
    }
    if let Some(watcher) = watcher {
        watcher.abort();
    }
    let snapshot = summary?.snapshot;
    let counts = snapshot.sessions.iter().map(|session| session.counts);
    let (ok, failed) = counts.fold((0, 0), |(ok, failed), c| (ok + c.ok, failed + c.failed));
    tracing::info!("stopped: {ok} steps done, {failed} failed");
    Ok(if is_aborted { ExitCode::from(130) } else { ExitCode::SUCCESS })
}
