//! What a task used.

use std::time::Duration;

/// What a task used. All zero if it never ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// From the moment it was sent to the interpreter to its end, pauses included.
    pub wall: Duration,
    /// Processor time of all its threads.
    pub cpu: Duration,
    /// The most memory that its interpreter had resident since it was started, in bytes: earlier
    /// tasks count, too. 0 where the system does not say (not Linux).
    pub peak_memory: u64,
}

/// What the kernel says about a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measured {
    /// It ended, and waits to be reaped.
    pub(crate) ended: bool,
    pub(crate) threads: u64,
    /// Resident now, in bytes.
    pub(crate) resident: u64,
    /// The most that was resident, in bytes.
    pub(crate) peak: u64,
}

/// Looks at a process; `None` if it is gone or the system does not say.
#[cfg(target_os = "linux")]
pub(crate) fn measure(pid: i32) -> Option<Measured> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    Some(parse_status(&status))
}

/// Looks at a process; `None` if it is gone or the system does not say.
#[cfg(not(target_os = "linux"))]
pub(crate) fn measure(_pid: i32) -> Option<Measured> {
    None
}

#[cfg(any(target_os = "linux", test))]
fn parse_status(status: &str) -> Measured {
    let mut measured = Measured::default();
    for line in status.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        let mut words = value.split_whitespace();
        let word = words.next().unwrap_or_default();
        let number = || word.parse::<u64>().unwrap_or_default();
        match key {
            "State" => measured.ended = word == "Z" || word == "X",
            "Threads" => measured.threads = number(),
            // "kB" means 1024 bytes here.
            "VmRSS" => measured.resident = number() << 10,
            "VmHWM" => measured.peak = number() << 10,
            _ => {}
        }
    }
    measured
}

/// The processor time of all threads of a process since its start.
#[cfg(target_os = "linux")]
pub(crate) fn cpu_time(pid: i32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    parse_cpu(&stat, rustix::param::clock_ticks_per_second())
}

/// The processor time of all threads of a process since its start.
#[cfg(not(target_os = "linux"))]
pub(crate) fn cpu_time(_pid: i32) -> Option<Duration> {
    None
}

#[cfg(any(target_os = "linux", test))]
fn parse_cpu(stat: &str, per_second: u64) -> Option<Duration> {
    // The name, in parentheses, may hold anything; fields 14 and 15 are counted from behind it.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks.saturating_mul(1000) / per_second.max(1)))
}

/// How many processes and threads this user has.
#[cfg(target_os = "linux")]
pub(crate) fn tasks_of_user(user: u32) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(folder) = std::fs::read_dir("/proc") else { return 0 };
    let own = folder.flatten().filter(|entry| {
        entry.file_name().as_encoded_bytes().first().is_some_and(u8::is_ascii_digit)
            && entry.metadata().is_ok_and(|meta| meta.uid() == user)
    });
    // The link count of the folder of threads is two and one for each.
    own.filter_map(|entry| std::fs::metadata(entry.path().join("task")).ok())
        .map(|meta| meta.nlink().saturating_sub(2).max(1))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_of_a_process() {
        let text = "Name:\tpython3 Z\nState:\tR (running)\nVmHWM:\t   11232 kB\n\
            VmRSS:\t    9000 kB\nThreads:\t3\nbad line\n";
        let expected =
            Measured { ended: false, threads: 3, resident: 9000 << 10, peak: 11232 << 10 };
        assert_eq!(parse_status(text), expected);
        assert!(parse_status("State:\tZ (zombie)\n").ended);
        assert_eq!(parse_status("VmRSS: x\n"), Measured::default());
    }

    #[test]
    fn processor_time_of_a_process() {
        let stat = "12 (a) b) S 1 12 12 0 -1 4194304 100 0 0 0 150 25 0 0 20 0 1 0 5 6 7";
        assert_eq!(parse_cpu(stat, 100), Some(Duration::from_millis(1750)));
        assert_eq!(parse_cpu("12 (a) S 1", 100), None);
        assert_eq!(parse_cpu("", 100), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process() {
        let pid = i32::try_from(std::process::id()).unwrap();
        let measured = measure(pid).unwrap();
        assert!(!measured.ended && measured.threads >= 1);
        assert!(measured.resident > 1 << 20 && measured.peak >= measured.resident);
        assert!(cpu_time(pid).is_some());
        assert!(tasks_of_user(rustix::process::getuid().as_raw()) >= measured.threads);
        assert_eq!(measure(-1), None);
    }
}
