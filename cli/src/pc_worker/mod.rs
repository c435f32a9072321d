//! `journeyman pc-worker`: a whole CrowdCompute worker.

mod args;
mod file;
mod native;
mod report;
mod settings;

use std::{cell::Cell, path::PathBuf, time::Duration};

use clap::Args;
use journeyman_core::Error;
use journeyman_pc_worker::PcWorker;

use self::{
    args::{ForemanArgs, MonitorArgs, SandboxArgs, TaskArgs},
    settings::Settings,
};
use crate::{
    duration,
    exit::{Code, Failure},
    signals::Signals,
};

/// Runs a CrowdCompute worker: Python tasks in a sandbox, native handlers, and a monitor
///
/// It takes the place of upstream's `python -m pc_worker.main`, with its options and its HTTP API,
/// for foremen of both eras. Tasks run in Python processes of their own, confined and limited, as
/// many at a time as --max-concurrent-tasks says. What is printed at the start tells which parts of
/// the sandbox are active here. Functions that --native names are served by handlers instead of their
/// code.
///
/// The dashboard is at http://127.0.0.1:8001/dashboard.
///
/// Everything can be set by environment variables, and most of it in a file, too; an option goes
/// before its variable. With --config, what is in the file counts, and variables are not looked at,
/// but for the token.
///
/// A foreman that cannot be reached is tried until it can. The first Ctrl-C (or SIGTERM) takes no
/// more tasks and finishes those in work; the second one cuts that short. A foreman cannot be told
/// to send no more: what it sends meanwhile is given back at the end.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  journeyman pc-worker
  journeyman pc-worker --foreman-url ws://foreman:9000 --max-concurrent-tasks 4 --require-sandbox
  journeyman pc-worker --worker-id w1 --python venv/bin/python --readable /srv/data
  journeyman pc-worker --native math.add --native 'resize=exec:/usr/local/bin/resize -q'
  JOURNEYMAN_MONITOR_TOKEN=$(cat token) journeyman pc-worker --api-host 0.0.0.0
  journeyman pc-worker --config worker.toml

A configuration file:
  [crowdcompute]
  foreman_url = \"ws://foreman:9000\"
  max_concurrent_tasks = 4

  [python]                  # or: python = false, before the first table
  size = 2
  limits = { wall = \"10m\", memory = \"512MiB\" }

  [monitor]                 # or: monitor = false
  allow_hosts = [\"worker1.example.org\"]

  [native]
  add = \"math.add\"
  resize = { exec = [\"/usr/local/bin/resize\", \"-q\"], timeout = \"1m\" }")]
pub(crate) struct PcWorkerArgs {
    /// A configuration file, in TOML
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How long tasks in work may go on after the first Ctrl-C [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    drain: Option<Duration>,
    #[command(flatten)]
    foreman: ForemanArgs,
    #[command(flatten)]
    tasks: TaskArgs,
    #[command(flatten)]
    sandbox: SandboxArgs,
    #[command(flatten)]
    monitor: MonitorArgs,
}

/// Why it does not start, with the option's name in the place of the setting's.
fn refused(error: Error) -> Failure {
    let failure = Failure::from(error);
    let text = failure.message().replace("`python`", "--python (or JOURNEYMAN_PYTHON)");
    Failure::new(failure.code, text)
}

pub(crate) async fn pc_worker(args: PcWorkerArgs) -> Result<Code, Failure> {
    let settings = Settings::read(&args)?;
    let mut signals = Signals::new()?;
    let about = report::About::new(&settings);
    let running = PcWorker::new(settings.worker).start().await.map_err(refused)?;
    about.print(&running)?;
    let control = running.control().clone();
    let aborted = Cell::new(false);
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let stopping = async {
        signals.next().await;
        let tasks: u64 =
            control.snapshot().sessions.iter().map(|session| session.counts.in_flight).sum();
        tracing::info!("stopping: {tasks} tasks are in work and may finish; once more aborts them");
        // It may have ended by itself just now.
        let _ = stop.send(());
        signals.next().await;
        tracing::warn!("aborting");
        aborted.set(true);
        control.abort();
        std::future::pending::<()>().await;
    };
    let shutdown = async {
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let summary = tokio::select! {
        biased;
        summary = running.run_until(shutdown) => summary?,
        () = stopping => unreachable!("it is pending for ever"),
    };
    let counts = summary.snapshot.sessions.iter().map(|session| session.counts);
    let (ok, failed) = counts.fold((0, 0), |(ok, failed), c| (ok + c.ok, failed + c.failed));
    tracing::info!("stopped: {ok} tasks done, {failed} failed");
    Ok(if aborted.get() { Code::Interrupted } else { Code::Ok })
}
