//! Counts of the pool.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counts since the start of the executor, and what is there now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Tasks that gave a result.
    pub done: u64,
    /// Tasks that failed by themselves: an exception, a result that cannot be carried.
    pub failed: u64,
    /// Tasks that were ended: cancelled, or over a limit.
    pub killed: u64,
    /// Interpreters that ended, or broke the rules, in the middle of a task.
    pub died: u64,
    /// Interpreters started.
    pub started: u64,
    /// Starts that failed.
    pub start_failures: u64,
    /// Interpreters replaced after [`Config::max_tasks`](crate::Config::max_tasks).
    pub retired_tasks: u64,
    /// Interpreters replaced for their memory.
    pub retired_memory: u64,
    /// Interpreters replaced because a task left something behind: threads, changed builtins.
    pub retired_unfit: u64,
    /// Interpreters replaced because another source came.
    pub retired_source: u64,
    /// Interpreters that run a task now.
    pub busy: u64,
    /// Interpreters that wait for another task.
    pub idle: u64,
    /// Interpreters started ahead, which have run no task.
    pub ready: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) done: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) killed: AtomicU64,
    pub(crate) died: AtomicU64,
    pub(crate) started: AtomicU64,
    pub(crate) start_failures: AtomicU64,
    pub(crate) retired_tasks: AtomicU64,
    pub(crate) retired_memory: AtomicU64,
    pub(crate) retired_unfit: AtomicU64,
    pub(crate) retired_source: AtomicU64,
    pub(crate) busy: AtomicU64,
}

pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}

impl Counters {
    pub(crate) fn read(&self, idle: usize, ready: usize) -> Stats {
        let of = |counter: &AtomicU64| counter.load(Relaxed);
        Stats {
            done: of(&self.done),
            failed: of(&self.failed),
            killed: of(&self.killed),
            died: of(&self.died),
            started: of(&self.started),
            start_failures: of(&self.start_failures),
            retired_tasks: of(&self.retired_tasks),
            retired_memory: of(&self.retired_memory),
            retired_unfit: of(&self.retired_unfit),
            retired_source: of(&self.retired_source),
            busy: of(&self.busy),
            idle: idle as u64,
            ready: ready as u64,
        }
    }
}
