//! The filters of system calls.
//!
//! Several programs, each in force over those before it. The first allows what computing needs and
//! answers everything else with "no such call", at which the C library falls back to older calls.
//! The others answer some calls otherwise: with success, but nothing done; with "not supported"; and
//! calls whose refusal somebody may look for with "not permitted", which Python shows as
//! `PermissionError`.

use std::{collections::BTreeMap, sync::OnceLock};

use libc::c_long;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch,
};

use super::calls::{
    COMMON, OLDER, PRETENDED, PRETENDED_OLDER, REFUSED, REFUSED_OLDER, UNSUPPORTED,
};

const CLONE_THREAD: u64 = 0x0001_0000;
/// What every thread library asks for: memory, folders, descriptors and signal handlers in common,
/// so that what a process has open is one list; and no namespace of its own.
const ORDINARY_THREAD: u64 = CLONE_THREAD | 0x0f00;
const NAMESPACES: u64 = 0x7e02_0080;

/// `fcntl`: duplicates, flags, locks, and questions. Not: who gets which signal (it may be another
/// process, and the signal any), leases (which make others wait), larger pipes (memory that no limit
/// counts).
const FCNTL: [u64; 15] = [0, 1, 2, 3, 4, 5, 6, 7, 9, 36, 37, 38, 1030, 1032, 1034];
/// `ioctl`: terminal or not, bytes that wait, close on exec, blocking: nothing that changes a device.
const IOCTL: [u64; 6] = [0x5401, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451];
/// `prctl`: names of threads and of memory, and questions. Not: who gets a signal when, what is
/// dumped.
const PRCTL: [u64; 9] = [3, 15, 16, 21, 23, 29, 30, 39, 0x5356_4d41];

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// The programs for a process, as hexadecimal text of the instructions.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    pub(super) always: Vec<String>,
    /// Where Landlock does not cover truncation, which it does from version 3 on.
    pub(super) truncation: String,
}

pub(super) fn programs(pid: u32) -> Result<Programs, String> {
    // All but one are the same for all processes, and their making takes longer than a task.
    static SAME: OnceLock<Result<Programs, String>> = OnceLock::new();
    let mut programs = SAME.get_or_init(|| made(same_for_all)).clone()?;
    let of_process = made(|arch| program(others(pid)?, ALLOW, errno(libc::EPERM), arch))?;
    // Behind the last of all, no further one can be set.
    programs.always.insert(0, of_process);
    Ok(programs)
}

fn made<T>(make: impl FnOnce(TargetArch) -> Result<T, BackendError>) -> Result<T, String> {
    let arch = std::env::consts::ARCH;
    let arch = arch.try_into().map_err(|_| format!("no filter for the processor {arch}"))?;
    make(arch).map_err(|error| format!("the filter cannot be made: {error}"))
}

const ALLOW: SeccompAction = SeccompAction::Allow;

fn errno(number: i32) -> SeccompAction {
    SeccompAction::Errno(number.unsigned_abs())
}

fn same_for_all(arch: TargetArch) -> Result<Programs, BackendError> {
    let pretended = all(PRETENDED.iter().chain(PRETENDED_OLDER));
    Ok(Programs {
        always: vec![
            program(allowed()?, errno(libc::ENOSYS), ALLOW, arch)?,
            program(pretended, ALLOW, errno(0), arch)?,
            program(all(UNSUPPORTED), ALLOW, errno(libc::EOPNOTSUPP), arch)?,
            program(denied()?, ALLOW, errno(libc::EPERM), arch)?,
        ],
        truncation: program(truncation()?, ALLOW, errno(libc::EPERM), arch)?,
    })
}

/// A program that does `action` where the rules hold, and else `otherwise`.
fn program(
    rules: Rules,
    otherwise: SeccompAction,
    action: SeccompAction,
    arch: TargetArch,
) -> Result<String, BackendError> {
    Ok(hex(&SeccompFilter::new(rules, otherwise, action, arch)?.try_into()?))
}

fn hex(program: &BpfProgram) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(program.len() * 16);
    for step in program {
        let bytes = step.code.to_ne_bytes().into_iter().chain([step.jt, step.jf]);
        for byte in bytes.chain(step.k.to_ne_bytes()) {
            // Writing into a String can not fail.
            let _ = write!(out, "{byte:02x}");
        }
    }
    out
}

fn all<'a>(calls: impl IntoIterator<Item = &'a c_long>) -> Rules {
    #[allow(clippy::useless_conversion)] // c_long has 32 bits on some systems
    calls.into_iter().map(|call| (i64::from(*call), Vec::new())).collect()
}

/// A condition on an argument of 32 bits: of what is longer, the kernel ignores the rest.
fn dword(index: u8, op: SeccompCmpOp, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(index, SeccompCmpArgLen::Dword, op, value)
}

fn qword(index: u8, op: SeccompCmpOp, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(index, SeccompCmpArgLen::Qword, op, value)
}

/// Holds when the argument is none of these.
fn none_of(index: u8, values: &[u64]) -> Result<SeccompRule, BackendError> {
    let other = values.iter().map(|value| dword(index, SeccompCmpOp::Ne, *value));
    SeccompRule::new(other.collect::<Result<_, _>>()?)
}

fn allowed() -> Result<Rules, BackendError> {
    let mut rules = all(COMMON.iter().chain(OLDER));
    // Threads, but no processes.
    let flags = SeccompCmpOp::MaskedEq(ORDINARY_THREAD | NAMESPACES);
    let thread = qword(0, flags, ORDINARY_THREAD)?;
    rules.insert(libc::SYS_clone, vec![SeccompRule::new(vec![thread])?]);
    let questions =
        IOCTL.map(|request| SeccompRule::new(vec![dword(1, SeccompCmpOp::Eq, request)?]));
    rules.insert(libc::SYS_ioctl, questions.into_iter().collect::<Result<_, _>>()?);
    // A pair of connected streams, as event loops use; a datagram socket could reach others.
    let local = dword(0, SeccompCmpOp::Eq, 1)?;
    let stream = dword(1, SeccompCmpOp::MaskedEq(0xf), 1)?;
    rules.insert(libc::SYS_socketpair, vec![SeccompRule::new(vec![local, stream])?]);
    Ok(rules)
}

fn denied() -> Result<Rules, BackendError> {
    let mut rules = all(REFUSED.iter().chain(REFUSED_OLDER));
    let process = qword(0, SeccompCmpOp::MaskedEq(CLONE_THREAD), 0)?;
    rules.insert(libc::SYS_clone, vec![SeccompRule::new(vec![process])?]);
    // Its own limits may be read.
    let set = SeccompRule::new(vec![qword(2, SeccompCmpOp::Ne, 0)?])?;
    rules.insert(libc::SYS_prlimit64, vec![set]);
    rules.insert(libc::SYS_fcntl, vec![none_of(1, &FCNTL)?]);
    rules.insert(libc::SYS_prctl, vec![none_of(0, &PRCTL)?]);
    Ok(rules)
}

/// What a process may do only to itself.
fn others(pid: u32) -> Result<Rules, BackendError> {
    let pid = u64::from(pid);
    // Signals: `abort` and `raise` need that.
    let signal =
        [libc::SYS_kill, libc::SYS_tgkill].map(|call| Ok((call, vec![none_of(0, &[pid])?])));
    // On which processors another process of the same user runs is not for tasks to say.
    let own = [libc::SYS_sched_setaffinity, libc::SYS_prlimit64]
        .map(|call| Ok((call, vec![none_of(0, &[0, pid])?])));
    signal.into_iter().chain(own).collect()
}

/// Truncation by name, and by an open file that Landlock sees no writing in: one that is opened to
/// be read, or for neither (access mode 3). What `openat2` is asked for, a filter cannot see.
fn truncation() -> Result<Rules, BackendError> {
    let mut rules = all(&[libc::SYS_truncate, 437]);
    let truncate = u64::from(libc::O_TRUNC.unsigned_abs());
    let mask = truncate | 3;
    let silent = |index| -> Result<Vec<SeccompRule>, BackendError> {
        let how = |mode| dword(index, SeccompCmpOp::MaskedEq(mask), truncate | mode);
        Ok(vec![SeccompRule::new(vec![how(0)?])?, SeccompRule::new(vec![how(3)?])?])
    };
    rules.insert(libc::SYS_openat, silent(2)?);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_open, silent(1)?);
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_call_is_answered_in_two_ways() {
        let denied = denied().unwrap();
        let refused: Vec<i64> =
            denied.iter().filter(|(_, rules)| rules.is_empty()).map(|(call, _)| *call).collect();
        let allowed = allowed().unwrap();
        assert_eq!(allowed.len(), COMMON.len() + OLDER.len() + 3, "one is listed twice");
        assert_eq!(refused.len(), REFUSED.len() + REFUSED_OLDER.len(), "one is listed twice");
        let mut seen: Vec<i64> = allowed.into_keys().chain(refused).collect();
        seen.extend(all(PRETENDED.iter().chain(PRETENDED_OLDER).chain(UNSUPPORTED)).into_keys());
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count, "one is in two lists");
    }

    #[test]
    fn the_programs_fit_the_kernel() {
        let Programs { mut always, truncation } = programs(1).unwrap();
        assert_ne!(programs(2).unwrap().always, always);
        always.push(truncation);
        for program in always {
            assert_eq!(program.len() % 16, 0);
            assert!(program.len() / 16 <= 4096, "{} instructions", program.len() / 16);
        }
    }
}
