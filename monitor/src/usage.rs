//! What the process takes of the machine.

use serde::Serialize;
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};
use utoipa::ToSchema;

/// What the worker's process takes of the machine. A value that this system does not tell is null.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct Usage {
    /// The time on processors of this process, in percent of one processor.
    pub(crate) cpu_percent: Option<f64>,
    /// The process's resident memory, in bytes.
    pub(crate) memory_bytes: Option<u64>,
    /// The machine's memory, in bytes.
    pub(crate) memory_total_bytes: Option<u64>,
    /// What is free of it, in bytes.
    pub(crate) memory_available_bytes: Option<u64>,
    /// Processors.
    pub(crate) processors: Option<usize>,
}

/// Measures, now and then.
#[derive(Debug)]
pub(crate) struct Meter {
    system: System,
    pid: Option<Pid>,
    processors: Option<usize>,
}

impl Meter {
    pub(crate) fn new() -> Self {
        Self {
            system: System::new(),
            pid: sysinfo::get_current_pid().ok(),
            processors: std::thread::available_parallelism().ok().map(Into::into),
        }
    }

    /// Measures; processor time is since the last call.
    pub(crate) fn measure(&mut self) -> Usage {
        self.system.refresh_memory();
        if let Some(pid) = self.pid {
            let what = ProcessRefreshKind::nothing().with_cpu().with_memory();
            let which = [pid];
            self.system.refresh_processes_specifics(ProcessesToUpdate::Some(&which), true, what);
        }
        let process = self.pid.and_then(|pid| self.system.process(pid));
        let known = |bytes: u64| (bytes > 0).then_some(bytes);
        Usage {
            cpu_percent: process.map(|process| f64::from(process.cpu_usage())),
            memory_bytes: process.and_then(|process| known(process.memory())),
            memory_total_bytes: known(self.system.total_memory()),
            memory_available_bytes: known(self.system.available_memory()),
            processors: self.processors,
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_measures() {
        let usage = super::Meter::new().measure();
        assert!(usage.processors >= Some(1));
        if cfg!(target_os = "linux") {
            assert!(usage.memory_bytes > Some(100_000), "{usage:?}");
            assert!(usage.memory_total_bytes > usage.memory_bytes, "{usage:?}");
        }
    }
}
