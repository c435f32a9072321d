//! The options of `journeyman pc-worker`.

use std::{path::PathBuf, time::Duration};

use clap::Args;

use crate::duration;

/// Where the foreman is, and who we are there. Each goes before its environment variable. The
/// defaults are those of upstream's `pc_worker` (CrowdCompute sheet, section 10.2).
#[derive(Debug, Args)]
#[command(next_help_heading = "Foreman")]
pub(super) struct ForemanArgs {
    /// The id to register under; random digits are added where the era needs them
    /// [CROWDCOMPUTE_WORKER_ID; default: worker-, and 8 digits]
    #[arg(long, value_name = "TEXT")]
    pub(super) worker_id: Option<String>,
    /// The foreman's WebSocket [CROWDCOMPUTE_FOREMAN_URL; default: ws://localhost:9000]
    #[arg(long, value_name = "URL")]
    pub(super) foreman_url: Option<String>,
    /// Tasks at a time. A foreman gives one per registration, so this is how many there are
    /// [CROWDCOMPUTE_MAX_CONCURRENT_TASKS; default: 1]
    #[arg(long, value_name = "N")]
    pub(super) max_concurrent_tasks: Option<usize>,
    /// How often the foreman is told that the worker lives, in seconds or such as 1m
    /// [CROWDCOMPUTE_HEARTBEAT_INTERVAL; default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = duration::parse)]
    pub(super) heartbeat_interval: Option<Duration>,
    /// End when the foreman cannot be reached or the connection is lost. Without it, the worker
    /// connects anew for ever [CROWDCOMPUTE_AUTO_RESTART=false]
    #[arg(long)]
    pub(super) no_auto_restart: bool,
    /// The foreman's era: seed (January 2026), head (today's), or auto, which finds out
    /// [CROWDCOMPUTE_ERA; default: auto]
    #[arg(long, value_parser = ["auto", "seed", "head"], value_name = "ERA")]
    pub(super) era: Option<String>,
    /// Send messages in upstream's exact form, flaws included: results that a foreman of the seed
    /// turns into Python's text of them, and more, see the book [CROWDCOMPUTE_COMPAT=true]
    #[arg(long)]
    pub(super) compat: bool,
}

/// What runs tasks.
#[derive(Debug, Args)]
#[command(next_help_heading = "Tasks")]
pub(super) struct TaskArgs {
    /// The Python interpreter, 3.9 or later [JOURNEYMAN_PYTHON; default: found in PATH]
    #[arg(long, value_name = "PATH")]
    pub(super) python: Option<PathBuf>,
    /// A virtual environment to run Python in; made if it is not there [JOURNEYMAN_PYTHON_VENV]
    #[arg(long, value_name = "DIR", conflicts_with = "python")]
    pub(super) venv: Option<PathBuf>,
    /// Run no Python: only what --native names
    #[arg(long, conflicts_with_all = ["python", "venv", "executors", "require_sandbox", "no_sandbox"])]
    pub(super) no_python: bool,
    /// Python processes that run tasks at a time [JOURNEYMAN_PYTHON_SIZE; default: as many as
    /// --max-concurrent-tasks]
    #[arg(long, value_name = "N")]
    pub(super) executors: Option<usize>,
    /// Serve a function by a handler instead of its code: NAME, NAME=HANDLER or
    /// NAME=exec:PROGRAM ARGS, with the handlers of `run`; may be repeated. NAME@SHA256=HANDLER is
    /// only for the source with that hash [CROWDCOMPUTE_NATIVE lists names only]
    #[arg(long, value_name = "NAME=HANDLER")]
    pub(super) native: Vec<String>,
}

/// What a Python task may do.
#[derive(Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "Sandbox of Python tasks")]
pub(super) struct SandboxArgs {
    /// Refuse to start when a part of the sandbox is not available
    /// [JOURNEYMAN_PYTHON_REQUIRE_SANDBOX=true]
    #[arg(long)]
    pub(super) require_sandbox: bool,
    /// Run tasks without a sandbox: they can do all that you can. For code of your own only
    /// [JOURNEYMAN_PYTHON_SANDBOX=false]
    #[arg(long, conflicts_with = "require_sandbox")]
    pub(super) no_sandbox: bool,
    /// The longest time of a task [JOURNEYMAN_PYTHON_WALL; default: 1h]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    pub(super) task_time: Option<Duration>,
    /// The most processor time of a task [JOURNEYMAN_PYTHON_CPU; default: 1h]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    pub(super) task_cpu: Option<Duration>,
    /// The most memory (address space) of a task, such as 512MiB [JOURNEYMAN_PYTHON_MEMORY;
    /// default: 1GiB]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(super) task_memory: Option<usize>,
    /// A file or folder that tasks may read besides; may be repeated [JOURNEYMAN_PYTHON_READABLE]
    #[arg(long, value_name = "PATH")]
    pub(super) readable: Vec<PathBuf>,
    /// Which tasks may follow each other in one Python process: same_source, any or never
    /// [JOURNEYMAN_PYTHON_REUSE; default: same_source]
    #[arg(long, value_parser = ["same_source", "any", "never"], value_name = "RULE")]
    pub(super) reuse: Option<String>,
}

/// The HTTP server with the dashboard.
#[derive(Debug, Args)]
#[command(next_help_heading = "Monitor")]
pub(super) struct MonitorArgs {
    /// The address to listen on. Upstream's default is 0.0.0.0, which lets everybody on the network
    /// stop this worker and read what its tasks print; here that address, and any other but
    /// loopback, wants a token or --insecure-open [CROWDCOMPUTE_API_HOST; default: 127.0.0.1]
    #[arg(long, value_name = "HOST")]
    pub(super) api_host: Option<String>,
    /// The port; 0 takes a free one [CROWDCOMPUTE_API_PORT; default: 8001]
    #[arg(long, short = 'p', value_name = "PORT")]
    pub(super) api_port: Option<u16>,
    /// A secret of at least 16 characters that the monitor wants to see. Others on this machine can
    /// read it here; the variable or the file is safer [JOURNEYMAN_MONITOR_TOKEN]
    #[arg(long, value_name = "TOKEN", conflicts_with = "token_file")]
    pub(super) token: Option<String>,
    /// A file that holds the token
    #[arg(long, value_name = "FILE")]
    pub(super) token_file: Option<PathBuf>,
    /// Let everybody in who reaches --api-host, without a token
    #[arg(long)]
    pub(super) insecure_open: bool,
    /// A name by which browsers may ask for the monitor, besides localhost and IP addresses; may be
    /// repeated
    #[arg(long, value_name = "NAME")]
    pub(super) allow_host: Vec<String>,
    /// Open no port
    #[arg(long, conflicts_with_all = ["api_host", "api_port", "token", "token_file", "insecure_open", "allow_host"])]
    pub(super) no_monitor: bool,
}

fn size(text: &str) -> Result<usize, String> {
    use journeyman_core::settings::units;
    units::parse_size(text).ok_or_else(|| units::SIZE_FORM.to_owned())
}
