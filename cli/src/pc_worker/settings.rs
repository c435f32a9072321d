//! From options, environment and file to the settings of the worker.

use std::path::Path;

use journeyman_core::{Secret, settings::ConfigError};
use journeyman_crowdcompute::EraSetting;
use journeyman_executor::Reuse;
use journeyman_pc_worker::{self as worker, TOKEN};

use super::{
    PcWorkerArgs,
    args::{ForemanArgs, MonitorArgs, SandboxArgs, TaskArgs},
    file,
    native::Natives,
};
use crate::exit::Failure;

/// The largest file with a token, in bytes.
const MAX_TOKEN: u64 = 4096;

/// What the worker runs with.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) worker: worker::Settings,
}

fn usage(error: &ConfigError) -> Failure {
    Failure::usage(error.to_string())
}

impl Settings {
    /// # Errors
    /// An option, a variable or the file cannot be what it is.
    pub(super) fn read(args: &PcWorkerArgs) -> Result<Self, Failure> {
        let mut natives = Natives::default();
        let mut worker = match &args.config {
            Some(path) => file::read(path, &mut natives)?,
            None => worker::Settings::from_env().map_err(|error| usage(&error))?,
        };
        if let Some(limit) = args.drain {
            worker.drain_timeout = limit;
        }
        foreman(&mut worker, &args.foreman);
        python(&mut worker, &args.tasks, &args.sandbox)?;
        monitor(&mut worker, &args.monitor)?;
        for text in &args.tasks.native {
            natives.add(text)?;
        }
        natives.apply(&mut worker)?;
        worker.validate().map_err(|error| usage(&error))?;
        Ok(Self { worker })
    }
}

/// Puts a value where an option gives one.
fn set<T: Clone>(place: &mut T, option: Option<&T>) {
    if let Some(value) = option {
        place.clone_from(value);
    }
}

fn foreman(worker: &mut worker::Settings, args: &ForemanArgs) {
    let crowd = &mut worker.crowd;
    set(&mut crowd.worker_id, args.worker_id.as_ref());
    set(&mut crowd.foreman_url, args.foreman_url.as_ref());
    set(&mut crowd.max_concurrent_tasks, args.max_concurrent_tasks.as_ref());
    set(&mut crowd.heartbeat_interval, args.heartbeat_interval.as_ref());
    crowd.auto_restart &= !args.no_auto_restart;
    crowd.compat |= args.compat;
    match args.era.as_deref() {
        Some("seed") => crowd.era = EraSetting::Seed,
        Some("head") => crowd.era = EraSetting::Head,
        Some(_) => crowd.era = EraSetting::Auto,
        None => {}
    }
}

fn python(
    worker: &mut worker::Settings,
    tasks: &TaskArgs,
    sandbox: &SandboxArgs,
) -> Result<(), Failure> {
    worker.require_sandbox |= sandbox.require_sandbox;
    if tasks.no_python {
        worker.python = None;
        return Ok(());
    }
    let any = tasks.python.is_some()
        || tasks.venv.is_some()
        || tasks.executors.is_some()
        || *sandbox != SandboxArgs::default();
    let Some(python) = &mut worker.python else {
        return match any {
            true => Err(Failure::usage(
                "the file says `python = false`, so that options for Python do nothing; change one \
                 of the two",
            )),
            false => Ok(()),
        };
    };
    if let Some(path) = &tasks.python {
        python.python = Some(path.clone());
        python.venv = None;
    }
    if let Some(folder) = &tasks.venv {
        python.venv = Some(folder.clone());
    }
    set(&mut python.size, tasks.executors.as_ref());
    if sandbox.no_sandbox {
        python.sandbox = false;
    }
    set(&mut python.limits.wall, sandbox.task_time.as_ref());
    set(&mut python.limits.cpu, sandbox.task_cpu.as_ref());
    set(&mut python.limits.memory, sandbox.task_memory.as_ref());
    for path in &sandbox.readable {
        let absolute = std::path::absolute(path)
            .map_err(|error| Failure::usage(format!("--readable {}: {error}", path.display())))?;
        python.readable.push(absolute);
    }
    match sandbox.reuse.as_deref() {
        Some("any") => python.reuse = Reuse::Any,
        Some("never") => python.reuse = Reuse::Never,
        Some(_) => python.reuse = Reuse::SameSource,
        None => {}
    }
    Ok(())
}

fn monitor(worker: &mut worker::Settings, args: &MonitorArgs) -> Result<(), Failure> {
    if args.no_monitor {
        worker.monitor = None;
        return Ok(());
    }
    set(&mut worker.crowd.api_host, args.api_host.as_ref());
    set(&mut worker.crowd.api_port, args.api_port.as_ref());
    worker.insecure_open |= args.insecure_open;
    if let Some(monitor) = &mut worker.monitor {
        monitor.allow_hosts.extend(args.allow_host.iter().cloned());
    }
    if let Some(token) = &args.token {
        worker.token = Some(Secret::new(token.clone()));
    }
    if let Some(path) = &args.token_file {
        worker.token = Some(token(path)?);
    }
    if worker.token.is_none() {
        // Where a file was read, nobody has looked at it yet.
        let variable = std::env::var(TOKEN).ok().filter(|token| !token.is_empty());
        worker.token = variable.map(Secret::new);
    }
    Ok(())
}

/// The first line of a file.
fn token(path: &Path) -> Result<Secret, Failure> {
    let wrong =
        |problem: String| Failure::usage(format!("--token-file {}: {problem}", path.display()));
    let size = std::fs::metadata(path).map_err(|error| wrong(error.to_string()))?.len();
    if size > MAX_TOKEN {
        return Err(wrong(format!("it has {size} bytes; a token has at most {MAX_TOKEN}")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    match text.lines().next().map(str::trim) {
        None | Some("") => Err(wrong("its first line is empty; the token stands there".to_owned())),
        Some(token) => Ok(Secret::new(token.to_owned())),
    }
}
