//! What confines an interpreter.
//!
//! The host sets the limits that the kernel counts, from outside (`limits`), and compiles the
//! filters of system calls (`filter`). The rest a process can only do to itself: the runner does it
//! through `ctypes` after its own imports and before any code of others. So the filter need not
//! allow what only the start of a process needs (to fork, to execute), there is no helper program
//! to be found beside the worker, and no unsafe code here.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod filter;
#[cfg(target_os = "linux")]
mod limits;

use std::path::{Path, PathBuf};

use rustix::process::Pid;
use serde::{Deserialize, Serialize};

use crate::{
    config::Config,
    report::{Part, Report, State},
};

#[cfg(target_os = "linux")]
pub(crate) use limits::{first_to_go, set_cpu, set_memory};

#[cfg(target_os = "linux")]
pub(crate) const LINUX: bool = true;
#[cfg(not(target_os = "linux"))]
pub(crate) const LINUX: bool = false;

/// The most bytes of a checkpoint's state.
pub(crate) const STATE_LIMIT: usize = 1 << 20;

/// What the runner is told before it says that it is ready.
#[derive(Debug, Serialize)]
pub(crate) struct Setup<'a> {
    scratch: &'a Path,
    parent: u32,
    confine: bool,
    filters: Vec<String>,
    /// One more where Landlock does not cover truncation.
    truncation: String,
    no_filter: String,
    limits: Vec<(&'static str, u64)>,
    read: Vec<&'a Path>,
    write: Vec<&'a Path>,
    result_limit: usize,
    state_limit: usize,
}

/// What the runner says when it is ready.
#[derive(Debug, Deserialize)]
pub(crate) struct Hello {
    parts: Vec<(String, bool, String)>,
}

/// Limits that the process has to set for itself.
pub(crate) type LeftOver = Vec<(&'static str, u64)>;

/// Sets the limits of a process that has just been started.
#[cfg(target_os = "linux")]
pub(crate) fn limit(config: &Config, pid: Pid) -> rustix::io::Result<LeftOver> {
    if config.sandbox { limits::set(config, pid) } else { Ok(Vec::new()) }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn limit(_config: &Config, _pid: Pid) -> rustix::io::Result<LeftOver> {
    Ok(Vec::new())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn first_to_go(_pid: Pid) {}

#[cfg(not(target_os = "linux"))]
pub(crate) fn set_cpu(_pid: Pid, _seconds: u64) -> rustix::io::Result<()> {
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn set_memory(_pid: Pid, _bytes: u64, _most: u64) -> rustix::io::Result<()> {
    Ok(())
}

/// What to tell the runner of this process.
pub(crate) fn setup<'a>(
    config: &'a Config,
    scratch: &'a Path,
    pid: Pid,
    limits: LeftOver,
) -> Setup<'a> {
    let confine = config.sandbox && LINUX;
    let compiled = if confine { filters(pid) } else { Ok((Vec::new(), String::new())) };
    let (filters, truncation, no_filter) = match compiled {
        Ok((filters, truncation)) => (filters, truncation, String::new()),
        Err(problem) => (Vec::new(), String::new(), problem),
    };
    let mut write = vec![scratch];
    write.extend(config.writable.iter().map(PathBuf::as_path));
    Setup {
        scratch,
        parent: std::process::id(),
        confine,
        filters,
        truncation,
        no_filter,
        limits,
        read: config.readable.iter().map(PathBuf::as_path).collect(),
        write,
        result_limit: config.limits.result,
        state_limit: STATE_LIMIT,
    }
}

#[cfg(target_os = "linux")]
fn filters(pid: Pid) -> Result<(Vec<String>, String), String> {
    let programs = filter::programs(pid.as_raw_nonzero().get().unsigned_abs())?;
    Ok((programs.always, programs.truncation))
}

#[cfg(not(target_os = "linux"))]
fn filters(_pid: Pid) -> Result<(Vec<String>, String), String> {
    Err("only on Linux".to_owned())
}

/// What holds, from what the runner says and what the kernel says about the process.
pub(crate) fn report(config: &Config, hello: &Hello, pid: Pid) -> Report {
    let kernel = kernel_says(pid);
    Report::new(|part| {
        let said = hello.parts.iter().find(|(name, ..)| name == part.name());
        let by_runner = || match said {
            Some((_, true, detail)) => State::Active(detail.clone()),
            Some((_, false, reason)) => State::Unavailable(reason.clone()),
            None if config.sandbox && !LINUX => State::Unavailable("only on Linux".to_owned()),
            None if config.sandbox => State::Unavailable("the interpreter does not say".to_owned()),
            None => State::Off,
        };
        let unlimited = hello.parts.iter().find(|(name, active, _)| name == "limits" && !active);
        let by_host = |detail: String| match (config.sandbox, LINUX, unlimited) {
            (false, ..) => State::Off,
            (true, false, _) => State::Unavailable("only on Linux".to_owned()),
            (true, true, None) => State::Active(detail),
            (true, true, Some((_, _, reason))) => State::Unavailable(reason.clone()),
        };
        let limits = &config.limits;
        let confirmed = |state: State, seen: bool| match state {
            State::Active(_) if !seen => {
                State::Unavailable("the kernel does not confirm it".to_owned())
            }
            state => state,
        };
        match part {
            Part::WallClock => State::Active(format!("{:?}", limits.wall)),
            Part::CpuTime => by_host(format!("{:?}", limits.cpu)),
            Part::Memory => by_host(format!("{} MiB of address space", limits.memory >> 20)),
            Part::Threads => by_host(format!("{}", limits.threads)),
            Part::OpenFiles => by_host(format!("{}", limits.open_files)),
            Part::FileSize => by_host(format!("{} MiB", limits.file_size >> 20)),
            Part::Disk => {
                let (size, entries) = (limits.disk >> 20, limits.disk_entries);
                by_host(format!("{size} MiB, {entries} files; watched"))
            }
            Part::Privileges => confirmed(by_runner(), kernel.is_none_or(|seen| seen.0)),
            Part::SystemCalls => confirmed(by_runner(), kernel.is_none_or(|seen| seen.1)),
            _ => by_runner(),
        }
    })
}

/// Whether `no_new_privs` is set and a filter is in force; `None` if the system does not say.
fn kernel_says(pid: Pid) -> Option<(bool, bool)> {
    let path = format!("/proc/{}/status", pid.as_raw_nonzero());
    let status = std::fs::read_to_string(path).ok()?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.map(str::trim).map(str::to_owned)
    };
    Some((field("NoNewPrivs:")? == "1", field("Seccomp:")? == "2"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(text: &str) -> Hello {
        serde_json::from_str(text).unwrap()
    }

    fn own_pid() -> Pid {
        rustix::process::getpid()
    }

    #[test]
    fn what_is_not_said_is_not_active() {
        let config = Config::default();
        let said = hello(
            r#"{"parts": [["session", true, ""], ["files", false, "no Landlock"],
                ["system_calls", true, "a filter"]]}"#,
        );
        let report = report(&config, &said, own_pid());
        assert_eq!(*report.state(Part::Session), State::Active(String::new()));
        assert_eq!(*report.state(Part::Files), State::Unavailable("no Landlock".to_owned()));
        assert!(matches!(report.state(Part::Network), State::Unavailable(_)));
        // This process has no filter, so the kernel says otherwise.
        if LINUX {
            let expected = State::Unavailable("the kernel does not confirm it".to_owned());
            assert_eq!(*report.state(Part::SystemCalls), expected);
        }
        assert!(matches!(report.state(Part::WallClock), State::Active(_)));
    }

    #[test]
    fn without_a_sandbox_it_says_so() {
        let config = Config::default().sandbox(false);
        let report = report(&config, &hello(r#"{"parts": [["session", true, ""]]}"#), own_pid());
        assert_eq!(*report.state(Part::Memory), State::Off);
        assert_eq!(*report.state(Part::Files), State::Off);
        assert_eq!(*report.state(Part::Session), State::Active(String::new()));
    }
}
