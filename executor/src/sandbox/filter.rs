//! The filters of system calls.
//!
//! Two programs, the second in force over the first. The first allows what computing needs and
//! answers everything else with "no such call", at which the C library falls back to older calls.
//! The second answers calls whose refusal somebody may look for with "not permitted", which Python
//! shows as `PermissionError`.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

use super::calls::{COMMON, OLDER, REFUSED, REFUSED_OLDER};

const CLONE_THREAD: u64 = 0x0001_0000;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// The two programs for the process of this number, as hexadecimal text of the instructions.
pub(super) fn programs(pid: u32) -> Result<Vec<String>, String> {
    let arch: TargetArch = std::env::consts::ARCH
        .try_into()
        .map_err(|_| format!("no filter for the processor {}", std::env::consts::ARCH))?;
    let build = || -> Result<Vec<String>, seccompiler::BackendError> {
        let no_such_call = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
        let not_permitted = SeccompAction::Errno(libc::EPERM.unsigned_abs());
        let allow = SeccompFilter::new(allowed()?, no_such_call, SeccompAction::Allow, arch)?;
        let deny = SeccompFilter::new(denied(pid)?, SeccompAction::Allow, not_permitted, arch)?;
        Ok(vec![hex(&allow.try_into()?), hex(&deny.try_into()?)])
    };
    build().map_err(|error| format!("the filter cannot be made: {error}"))
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

fn allowed() -> Result<Rules, seccompiler::BackendError> {
    let mut rules: Rules = BTreeMap::new();
    for call in COMMON.iter().chain(OLDER) {
        #[allow(clippy::useless_conversion)] // c_long has 32 bits on some systems
        rules.insert(i64::from(*call), Vec::new());
    }
    // Threads, but no processes.
    let qword = SeccompCmpArgLen::Qword;
    let thread =
        SeccompCondition::new(0, qword, SeccompCmpOp::MaskedEq(CLONE_THREAD), CLONE_THREAD)?;
    rules.insert(libc::SYS_clone, vec![SeccompRule::new(vec![thread])?]);
    // Terminal or not, bytes that wait, close on exec, blocking: nothing that changes a device.
    let mut questions = Vec::new();
    for request in [0x5401, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451] {
        let condition =
            SeccompCondition::new(1, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, request)?;
        questions.push(SeccompRule::new(vec![condition])?);
    }
    rules.insert(libc::SYS_ioctl, questions);
    // A pair of connected streams, as event loops use; a datagram socket could reach others.
    let local = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, 1)?;
    let stream = SeccompCondition::new(1, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(0xf), 1)?;
    rules.insert(libc::SYS_socketpair, vec![SeccompRule::new(vec![local, stream])?]);
    Ok(rules)
}

fn denied(pid: u32) -> Result<Rules, seccompiler::BackendError> {
    let mut rules: Rules = BTreeMap::new();
    for call in REFUSED.iter().chain(REFUSED_OLDER) {
        #[allow(clippy::useless_conversion)] // c_long has 32 bits on some systems
        rules.insert(i64::from(*call), Vec::new());
    }
    let rule = |conditions| SeccompRule::new(conditions);
    let when = |index, op, value| SeccompCondition::new(index, SeccompCmpArgLen::Dword, op, value);
    let long = |index, op, value| SeccompCondition::new(index, SeccompCmpArgLen::Qword, op, value);
    let process = long(0, SeccompCmpOp::MaskedEq(CLONE_THREAD), 0)?;
    rules.insert(libc::SYS_clone, vec![rule(vec![process])?]);
    // Signals only to itself: `abort` and `raise` need that.
    for call in [libc::SYS_kill, libc::SYS_tgkill] {
        let other = when(0, SeccompCmpOp::Ne, u64::from(pid))?;
        rules.insert(call, vec![rule(vec![other])?]);
    }
    // Limits may be read.
    let set = long(2, SeccompCmpOp::Ne, 0)?;
    rules.insert(libc::SYS_prlimit64, vec![rule(vec![set])?]);
    // A pipe's buffer is memory that no limit counts.
    let grow = when(1, SeccompCmpOp::Eq, 1031)?;
    rules.insert(libc::SYS_fcntl, vec![rule(vec![grow])?]);
    // Names of threads and of memory, and questions. Not: who gets a signal when, what is dumped.
    let harmless = [3, 15, 16, 21, 23, 29, 30, 39, 0x5356_4d41];
    let other = harmless.into_iter().map(|option| when(0, SeccompCmpOp::Ne, option));
    rules.insert(libc::SYS_prctl, vec![rule(other.collect::<Result<_, _>>()?)?]);
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_call_is_both_allowed_and_refused_outright() {
        let refused: Vec<i64> =
            denied(1).unwrap().iter().filter(|(_, r)| r.is_empty()).map(|(n, _)| *n).collect();
        let allowed = allowed().unwrap();
        let both: Vec<&i64> = refused.iter().filter(|call| allowed.contains_key(*call)).collect();
        assert!(both.is_empty(), "{both:?}");
        assert_eq!(allowed.len(), COMMON.len() + OLDER.len() + 3, "one is listed twice");
    }

    #[test]
    fn the_programs_fit_the_kernel() {
        for program in programs(1).unwrap() {
            assert_eq!(program.len() % 16, 0);
            assert!(program.len() / 16 <= 4096, "{} instructions", program.len() / 16);
        }
    }
}
