//! What the machine has and what this process uses.

use std::fmt;

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::{config::ResourceInfo, wire::ResourceUsage};

/// Measures for heartbeats. Injected into the protocol, so that tests see fixed numbers.
pub trait Meter: fmt::Debug + Send {
    /// What is used now. It is asked once per heartbeat and must not take long.
    fn usage(&mut self) -> ResourceUsage;
}

/// Measures this process: its share of all processors, and its resident memory.
#[derive(Debug)]
pub struct ProcessMeter {
    system: System,
    pid: Option<Pid>,
    processors: f32,
}

impl ProcessMeter {
    /// A meter of this process.
    pub fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let mut meter = Self {
            system: System::new(),
            pid: sysinfo::get_current_pid().ok(),
            processors: processors as f32,
        };
        // The share of the processors is measured between two readings.
        meter.refresh();
        meter
    }

    fn refresh(&mut self) {
        if let Some(pid) = self.pid {
            let what = ProcessRefreshKind::nothing().with_cpu().with_memory();
            self.system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, what);
        }
    }
}

impl Default for ProcessMeter {
    fn default() -> Self {
        Self::new()
    }
}

impl Meter for ProcessMeter {
    fn usage(&mut self) -> ResourceUsage {
        self.refresh();
        let process = self.pid.and_then(|pid| self.system.process(pid));
        process.map_or_else(ResourceUsage::default, |process| ResourceUsage {
            cpu_percent: (process.cpu_usage() / self.processors).clamp(0.0, 100.0),
            memory_used_mb: mebibytes(process.memory()),
            ..ResourceUsage::default()
        })
    }
}

/// What the machine has: host name, logical processors, memory.
pub fn machine() -> ResourceInfo {
    let mut system = System::new();
    system.refresh_memory();
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    ResourceInfo {
        hostname: System::host_name(),
        cpu_cores: i32::try_from(processors).ok(),
        memory_mb: Some(mebibytes(system.total_memory())),
        ..ResourceInfo::default()
    }
}

fn mebibytes(bytes: u64) -> i64 {
    i64::try_from(bytes >> 20).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_something() {
        let machine = machine();
        assert!(machine.cpu_cores >= Some(1) && machine.memory_mb > Some(16), "{machine:?}");
        let mut meter = ProcessMeter::new();
        let usage = meter.usage();
        assert!(usage.memory_used_mb > 0, "{usage:?}");
        assert!((0.0..=100.0).contains(&usage.cpu_percent), "{usage:?}");
    }
}
