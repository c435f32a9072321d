//! The limits that the kernel counts, set from outside: the process has no part in it.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use rustix::{
    io::{Errno, Result},
    process::{Pid, Resource, Rlimit, getrlimit, getuid, prlimit},
};

use crate::{config::Config, usage::tasks_of_user};

/// Room for what else the user starts meanwhile: the kernel counts all processes and threads of a
/// user, not those of the interpreter. The exact limit is watched.
const ROOM: u64 = 256;

/// Sets the limits of a process. If they cannot be set from outside, which takes a capability for
/// a process of another user, it gives them: their names in Python, and the numbers.
pub(super) fn set(config: &Config, pid: Pid) -> Result<Vec<(&'static str, u64)>> {
    let limits = &config.limits;
    let mut wanted = vec![
        (Resource::As, "RLIMIT_AS", limits.memory as u64),
        (Resource::Nofile, "RLIMIT_NOFILE", limits.open_files),
        (Resource::Fsize, "RLIMIT_FSIZE", limits.file_size as u64),
        // None is written to a file that may have one byte. And 1 is the one number at which the
        // kernel does not start a program that collects them, either.
        (Resource::Core, "RLIMIT_CORE", 1),
        (Resource::Memlock, "RLIMIT_MEMLOCK", 0),
        (Resource::Msgqueue, "RLIMIT_MSGQUEUE", 0),
    ];
    let user = config.user.map_or_else(|| getuid().as_raw(), |user| user.uid);
    // The kernel does not hold root to it.
    if user != 0 {
        wanted.push((Resource::Nproc, "RLIMIT_NPROC", count(user) + limits.threads + ROOM));
    }
    for (resource, _, most) in &mut wanted {
        // What the host may not have, it cannot give.
        *most = (*most).min(getrlimit(*resource).maximum.unwrap_or(u64::MAX));
    }
    for (resource, _, most) in &wanted {
        match fix(pid, *resource, *most) {
            Err(Errno::PERM) if config.user.is_some() => {
                return Ok(wanted.into_iter().map(|(_, name, most)| (name, most)).collect());
            }
            result => result?,
        }
    }
    set_cpu(pid, limits.cpu.as_secs() + 2)?;
    Ok(Vec::new())
}

/// When the system is out of memory, an interpreter goes before the worker does.
pub(crate) fn first_to_go(pid: Pid) {
    // May be refused to a worker in a container; then it is as it was.
    let _ = std::fs::write(format!("/proc/{}/oom_score_adj", pid.as_raw_nonzero()), "1000");
}

/// Sets a limit for good: the process cannot raise it again, unless it is root's own hard limit,
/// which the filter keeps it from.
fn fix(pid: Pid, resource: Resource, most: u64) -> Result<()> {
    let most = Some(most);
    prlimit(Some(pid), resource, Rlimit { current: most, maximum: most }).map(drop)
}

/// Has the process killed at this many seconds of processor time since its start. The next task's
/// limit is higher, so the hard limit stays as it is.
pub(crate) fn set_cpu(pid: Pid, seconds: u64) -> Result<()> {
    let maximum = getrlimit(Resource::Cpu).maximum;
    let current = Some(seconds.min(maximum.unwrap_or(u64::MAX)));
    gone_is_fine(prlimit(Some(pid), Resource::Cpu, Rlimit { current, maximum }))
}

/// Lowers the address space for a task, or raises it again; never above the configured `most`.
pub(crate) fn set_memory(pid: Pid, bytes: u64, most: u64) -> Result<()> {
    let maximum = getrlimit(Resource::As).maximum.unwrap_or(u64::MAX).min(most);
    let limit = Rlimit { current: Some(bytes.min(maximum)), maximum: Some(maximum) };
    gone_is_fine(prlimit(Some(pid), Resource::As, limit))
}

/// A process that has ended is noticed elsewhere, with the reason.
fn gone_is_fine(result: Result<Rlimit>) -> Result<()> {
    match result {
        Err(error) if error != Errno::SRCH => Err(error),
        _ => Ok(()),
    }
}

/// Processes and threads of a user; looked at once in a while, as it reads all of `/proc`.
fn count(user: u32) -> u64 {
    static LAST: Mutex<Option<(u32, Instant, u64)>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    match *last {
        Some((known, at, number)) if known == user && at.elapsed() < Duration::from_secs(5) => {
            number
        }
        _ => {
            let number = tasks_of_user(user);
            *last = Some((user, Instant::now(), number));
            number
        }
    }
}
