//! `journeyman props`: the host of Halloween props.

mod check;
mod report;
mod settings;

use std::{cell::Cell, path::PathBuf, time::Duration};

use clap::Args;
use journeyman_core::{Error, ErrorKind};
use journeyman_halloween::discovery::{MissingId, Search};
use journeyman_props::{HEARTBEAT, HOST_CONTROL, HostControl, PropHost};

use self::settings::{BrokerArgs, RuleArgs, Settings};
use crate::{
    duration,
    exit::{Code, Failure},
    signals::Signals,
};

/// Runs the props of a house: finds, starts and supervises their workers, and reloads them
///
/// A prop is a folder NAME/backend under the root. Its worker is a program in any language: an
/// executable `worker` (`worker.sh`, …) in that folder, or what the key `exec` in its config file
/// (`config.json`, `config.yaml` or `config.yml`) names. It gets each command as one JSON line on
/// standard input and answers, and publishes, with JSON lines on standard output; the book has the
/// contract. Props in Rust are a program of yours, see examples/halloween. A `worker.py` with
/// upstream's class is reported and not started.
///
/// Everything can be set by environment variables, too: those of upstream's host (MQTT_HOST,
/// MQTT_PORT, MQTT_WORKER_USER, MQTT_WORKER_PW, MQTT_CLIENT_ID, WORKER_PROPS_ALLOW, …) and more,
/// see the book, chapter "Configuration".
///
/// A broker that cannot be reached is tried until it can. Wrong credentials end the program. A
/// changed config file, or a new folder, is picked up at once, and by SIGHUP. The first Ctrl-C (or
/// SIGTERM) stops all props in good order, the second one cuts that short.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  journeyman props --root props --check
  journeyman props --root props --host 127.0.0.1
  MQTT_WORKER_PW=secret journeyman props --root /app/props --url mqtts://broker.example
  journeyman props --root props --host 127.0.0.1 --only fogger,coffin --log debug
  journeyman props --root props --host 127.0.0.1 --control
      then: mosquitto_pub -t halloween/host_control/cmd -m 'restart fogger'")]
pub(crate) struct PropsArgs {
    /// The folder that has the props' folders in it
    #[arg(long, value_name = "DIR")]
    root: PathBuf,
    /// Only look: print what would run, and what is wrong where. No broker is needed; the exit code
    /// is 2 if something is wrong
    #[arg(long)]
    check: bool,
    /// Take commands for the host itself on the bus: list, start, stop, restart, reload. Whoever may
    /// publish commands may then stop props
    #[arg(long)]
    control: bool,
    /// Do not watch the folder for changes; SIGHUP still reloads
    #[arg(long)]
    no_reload: bool,
    /// The folder with the config file that the built-in workers share
    #[arg(long, value_name = "DIR")]
    builtins: Option<PathBuf>,
    /// What a prop without `prop_id` is called: as its folder, or `worker`, as upstream has it
    #[arg(long, value_parser = ["folder", "worker"], default_value = "folder")]
    missing_id: String,
    /// How long a running command may go on after the first Ctrl-C [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    drain: Option<Duration>,
    #[command(flatten)]
    broker: BrokerArgs,
    #[command(flatten)]
    rules: RuleArgs,
}

/// Of hundreds of sessions that lose their broker, the host's own says enough.
const LOG: &str =
    "info,journeyman_core=off,journeyman_core[session{backend=halloween/worker_host}]=info";

impl PropsArgs {
    /// What is logged without `--log`.
    pub(crate) fn log(&self) -> &'static str {
        if self.check { "off" } else { LOG }
    }

    fn missing_id(&self) -> MissingId {
        match self.missing_id.as_str() {
            "worker" => MissingId::Worker,
            _ => MissingId::Folder,
        }
    }

    fn search(&self, root: PathBuf, settings: &Settings) -> Search {
        let mut search = Search::new(root);
        search.profile = settings.config.profile;
        search.builtins = vec![HEARTBEAT.to_owned()];
        if self.control {
            search.builtins.push(HOST_CONTROL.to_owned());
        }
        search.builtins_folder.clone_from(&self.builtins);
        search.toggles = settings.toggles.clone();
        search.missing_id = self.missing_id();
        search
    }

    fn host(&self, root: PathBuf, settings: Settings) -> PropHost {
        let host = PropHost::new(settings.config)
            .root(root)
            .toggles(settings.toggles)
            .missing_id(self.missing_id())
            .reload(!self.no_reload)
            .control(self.control);
        let host = match &self.builtins {
            Some(folder) => host.builtins_folder(folder),
            None => host,
        };
        match self.drain {
            Some(limit) => host.drain_timeout(limit),
            None => host,
        }
    }
}

pub(crate) async fn props(args: PropsArgs) -> Result<Code, Failure> {
    let root = settings::root(&args.root)?;
    let settings = Settings::read(&args.broker, &args.rules)?;
    if args.check {
        return check::check(&args.search(root, &settings), &settings);
    }
    let mut signals = Signals::new()?;
    tracing::info!("props of {}; broker {}", root.display(), settings.describe());
    let credentials = settings.credentials();
    let host = args.host(root, settings).start()?;
    let control = host.control().clone();
    let aborted = Cell::new(false);
    let stopping = async {
        signals.next().await;
        let running = control.props().iter().filter(|prop| prop.state.is_running()).count();
        tracing::info!("stopping {running} props in good order; once more cuts it short");
        control.shutdown();
        signals.next().await;
        tracing::warn!("cutting it short");
        aborted.set(true);
        control.abort();
    };
    let ended = {
        let beside = async {
            tokio::join!(
                stopping,
                first_start(&control),
                report::follow(&control),
                reload_on_hangup(&control)
            )
        };
        tokio::select! {
            biased;
            ended = host.wait() => ended,
            _ = beside => unreachable!("the report goes on for ever"),
        }
    };
    ended.map_err(|error| refused(error, &credentials))?;
    Ok(if aborted.get() { Code::Interrupted } else { Code::Ok })
}

/// What ended the host: nothing but a refusal does.
fn refused(error: Error, credentials: &str) -> Failure {
    match error.kind() {
        ErrorKind::Refused => {
            Failure::new(Code::Refused, format!("{}; {credentials}", error.message()))
        }
        _ => Failure::from(error),
    }
}

/// Says when all props have had their first start, and how that went.
async fn first_start(control: &HostControl) {
    if !control.started().await {
        return;
    }
    let props = control.props();
    let failed: Vec<&str> =
        props.iter().filter(|prop| prop.state.error().is_some()).map(|prop| &*prop.id).collect();
    let running = props.iter().filter(|prop| prop.state.is_running()).count();
    match (failed.as_slice(), running) {
        ([], 0) => tracing::warn!("no prop runs: `--check` tells what was found"),
        // The host itself says so.
        ([], _) => {}
        (failed, running) => {
            tracing::warn!("{running} props run; failed and tried again: {}", failed.join(", "));
        }
    }
}

/// Reloads on every SIGHUP, where there is such a thing. Never ends.
async fn reload_on_hangup(control: &HostControl) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::hangup()) {
            Ok(mut hangup) => {
                while hangup.recv().await.is_some() {
                    match control.reload().await {
                        Ok(done) if done.is_empty() && done.problems.is_empty() => {
                            tracing::info!("SIGHUP: nothing has changed");
                        }
                        Ok(done) => tracing::info!(
                            "SIGHUP: {} started, {} restarted, {} stopped, {} left alone; {} wrong",
                            done.started.len(),
                            done.restarted.len(),
                            done.stopped.len(),
                            done.unchanged,
                            done.problems.len()
                        ),
                        Err(error) => tracing::warn!("SIGHUP: {error}"),
                    }
                }
            }
            Err(error) => tracing::warn!("SIGHUP does not reload: {error}"),
        }
    }
    #[cfg(not(unix))]
    let _ = control;
    std::future::pending::<()>().await;
}
