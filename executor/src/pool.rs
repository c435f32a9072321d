//! The interpreters that are not running a task: those that ran one, and those started ahead.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak, atomic::Ordering::Relaxed},
    time::{Duration, Instant},
};

use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
};

use crate::{
    config::Reuse,
    disk,
    error::StartError,
    process::{Process, Shared},
    scratch,
    stats::{Counters, Stats, count},
    task::Source,
    usage::Measured,
};

/// How long an interpreter that waits for another task is left to itself. One that gets tasks all
/// the time is not stopped and woken for each.
const SETTLE: Duration = Duration::from_millis(100);

/// All interpreters of an executor.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) shared: Shared,
    pub(crate) counters: Counters,
    /// One permit for each task that may run.
    permits: Arc<Semaphore>,
    state: Mutex<State>,
    runtime: Handle,
}

#[derive(Debug, Default)]
struct State {
    /// Ran a task; the one used last at the end.
    idle: Vec<Process>,
    /// Never ran one.
    ready: VecDeque<Process>,
    /// Being started ahead.
    starting: usize,
    /// Whether somebody will see to those that wait.
    settling: bool,
    closed: bool,
}

/// An interpreter for one task.
#[derive(Debug)]
pub(crate) struct Lease {
    /// There until it is given back.
    process: Option<Process>,
    pool: Arc<Pool>,
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    pub(crate) fn new(shared: Shared, first: Process) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(shared.config.size));
        let state = State { ready: VecDeque::from([first]), ..State::default() };
        let counters = Counters::default();
        count(&counters.started);
        let pool = Self {
            shared,
            counters,
            permits,
            state: Mutex::new(state),
            runtime: Handle::current(),
        };
        let pool = Arc::new(pool);
        pool.refill();
        pool
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An interpreter for a task of this source, as soon as one may run. Cancel safe.
    pub(crate) async fn lease(self: &Arc<Self>, source: &Source) -> Result<Lease, StartError> {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| StartError::Stopped)?;
        let process = match self.pick(source) {
            Some(process) => process,
            None => self.start().await?,
        };
        self.counters.busy.fetch_add(1, Relaxed);
        self.refill();
        Ok(Lease { process: Some(process), pool: self.clone(), _permit: permit })
    }

    fn pick(&self, source: &Source) -> Option<Process> {
        let mut state = self.state();
        loop {
            let same = |process: &Process| process.last.as_ref() == Some(source);
            let process = if let Some(at) = state.idle.iter().rposition(same) {
                state.idle.remove(at)
            } else if self.shared.config.reuse == Reuse::Any
                && let Some(process) = state.idle.pop()
            {
                process
            } else {
                // Another source needs a place: that of the one not used for longest, when there
                // would be more than may run.
                let running = self.shared.config.size - self.permits.available_permits();
                if !state.idle.is_empty() && running + state.idle.len() > self.shared.config.size {
                    state.idle.remove(0);
                    count(&self.counters.retired_source);
                }
                state.ready.pop_front()?
            };
            let mut process = process;
            // One that ended while nobody looked is buried by being dropped.
            if process.is_quiet() {
                process.wake();
                return Some(process);
            }
        }
    }

    async fn start(&self) -> Result<Process, StartError> {
        let result = Process::start(&self.shared).await;
        count(match result {
            Ok(_) => &self.counters.started,
            Err(_) => &self.counters.start_failures,
        });
        result
    }

    /// Starts as many ahead as are missing.
    fn refill(self: &Arc<Self>) {
        let missing = {
            let mut state = self.state();
            if state.closed {
                return;
            }
            let there = state.ready.len() + state.starting;
            let missing = self.shared.config.spare.saturating_sub(there);
            state.starting += missing;
            missing
        };
        for _ in 0..missing {
            let pool = self.clone();
            self.runtime.spawn(async move {
                let result = pool.start().await;
                let mut state = pool.state();
                state.starting -= 1;
                match result {
                    Ok(process) if !state.closed => state.ready.push_back(process),
                    Ok(_) => {}
                    // The next task tries again, and is told.
                    Err(error) => tracing::warn!(%error, "no interpreter could be started ahead"),
                }
            });
        }
    }

    /// Puts an interpreter back, for another task.
    fn put_back(self: &Arc<Self>, mut process: Process) {
        process.idle_since = Instant::now();
        let mut state = self.state();
        if !state.closed {
            state.idle.push(process);
            if !std::mem::replace(&mut state.settling, true) {
                self.runtime.spawn(settle(Arc::downgrade(self)));
            }
        }
    }

    /// Stops those that wait for some time; whether there is nobody left to look after.
    fn stop_idle(&self) -> bool {
        let mut state = self.state();
        let (mut unsettled, mut unfit) = (false, Vec::new());
        for mut process in std::mem::take(&mut state.idle) {
            if !process.stopped {
                if process.idle_since.elapsed() >= SETTLE {
                    process.stop();
                    // It was emptied when it was put back.
                    if scratch::is_used(&process.folder) {
                        count(&self.counters.retired_unfit);
                        unfit.push(process);
                        continue;
                    }
                } else {
                    unsettled = true;
                }
            }
            state.idle.push(process);
        }
        state.settling = unsettled;
        drop(state);
        drop(unfit);
        !unsettled
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.permits.is_closed()
    }

    pub(crate) fn stats(&self) -> Stats {
        let state = self.state();
        self.counters.read(state.idle.len(), state.ready.len())
    }

    /// Lets nobody in any more, and kills those that run no task.
    pub(crate) fn close(&self) {
        self.permits.close();
        let mut state = self.state();
        state.closed = true;
        let (idle, ready) = (std::mem::take(&mut state.idle), std::mem::take(&mut state.ready));
        drop(state);
        drop((idle, ready));
    }
}

impl Lease {
    /// The interpreter.
    pub(crate) fn process(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }

    /// Gives the interpreter back for another task, or buries it.
    pub(crate) async fn give_back(mut self, fit: bool, measured: Measured) {
        let Some(mut process) = self.process.take() else { return };
        let config = &self.pool.shared.config;
        let counters = &self.pool.counters;
        if !fit || !process.is_alone(measured.threads).await {
            count(&counters.retired_unfit);
        } else if config.reuse == Reuse::Never || process.tasks >= config.max_tasks {
            count(&counters.retired_tasks);
        } else if measured.resident >= config.max_memory as u64 {
            count(&counters.retired_memory);
        } else if process.looked.elapsed() >= disk::EVERY
            && process.look(config).await.unwrap_or_default()
        {
            count(&counters.retired_unfit);
        } else {
            if scratch::is_used(&process.folder) {
                // Whatever still runs in it must not make anew what is being removed.
                process.stop();
                let folder = process.folder.clone();
                let work = tokio::task::spawn_blocking(move || scratch::empty(&folder));
                // It can only fail with the runtime.
                let _ = work.await;
            }
            self.pool.put_back(process);
        }
    }
}

/// Looks after the interpreters that wait, as long as there are any that may still run.
async fn settle(pool: Weak<Pool>) {
    loop {
        tokio::time::sleep(SETTLE).await;
        if pool.upgrade().is_none_or(|pool| pool.stop_idle()) {
            return;
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.pool.counters.busy.fetch_sub(1, Relaxed);
    }
}
