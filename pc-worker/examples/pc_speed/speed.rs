//! How fast the whole worker is, as its foreman sees it.

use std::{
    collections::HashMap,
    fmt,
    path::Path,
    time::{Duration, Instant},
};

use journeyman_testkit::crowdcompute::{Era, Event, Events, Foreman, ForemanConfig, Job};

use crate::{
    process::{PATIENCE, Process, children, cpu, resident},
    worker::{Outcome, Plan},
};

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) era: Era,
    pub(crate) registrations: usize,
    /// With a native handler, and no Python.
    pub(crate) native: bool,
    pub(crate) tasks: usize,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    pub(crate) tasks: usize,
    pub(crate) took: Duration,
    /// From the moment when the foreman assigned a task to its result; in order.
    pub(crate) times: Vec<Duration>,
    /// Processor time of the worker and of its interpreters.
    pub(crate) worker_cpu: Duration,
    pub(crate) python_cpu: Duration,
    /// Resident memory in KiB: of the worker, and of its largest interpreter.
    pub(crate) worker: u64,
    pub(crate) python: u64,
    pub(crate) interpreters: usize,
}

impl Figures {
    fn quantile(&self, hundredths: usize) -> Duration {
        self.times[(self.times.len() * hundredths / 100).min(self.times.len() - 1)]
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = u32::try_from(self.tasks).unwrap_or(u32::MAX);
        write!(
            f,
            "{:.0} tasks/s, p50 {} µs, p99 {} µs; CPU per task: worker {} µs, Python {} µs; \
             resident: worker {} KiB, an interpreter {} KiB ({} of them)",
            self.tasks as f64 / self.took.as_secs_f64(),
            self.quantile(50).as_micros(),
            self.quantile(99).as_micros(),
            (self.worker_cpu / count).as_micros(),
            (self.python_cpu / count).as_micros(),
            self.worker,
            self.python,
            self.interpreters,
        )
    }
}

/// A job of no-op tasks through a foreman in this process and a worker in another.
pub(crate) async fn measure(load: Load, folder: &Path) -> Outcome<Figures> {
    let foreman = Foreman::start(ForemanConfig::new(load.era)).await?;
    let era = if load.era == Era::Seed { "seed" } else { "head" };
    let url = foreman.url();
    let plan = Plan { url: &url, era, registrations: load.registrations, folder };
    let worker = Process::start(plan.command()?)?;
    let ready = foreman.wait_for(|state| state.connected() == load.registrations);
    tokio::time::timeout(PATIENCE, ready).await?;
    let function = if load.native { "native_noop" } else { "noop" };
    let code = format!("def {function}(x):\n    return x\n");
    let run = async |tasks: usize| {
        let job = Job::new(code.as_str(), (0..tasks).map(|number| number.to_string()));
        let results = foreman.submit(job).results().await.map_err(|error| error.to_string())?;
        match results.len() {
            count if count == tasks => Ok::<_, String>(()),
            count => Err(format!("{count} results of {tasks} tasks")),
        }
    };
    run(load.registrations * 50).await?;

    let (pid, python) = (worker.id(), children(worker.id()));
    let spent = || (cpu(pid), python.iter().map(|pid| cpu(*pid)).sum::<Duration>());
    let watch = tokio::spawn(times(foreman.events_from_now(), load.tasks));
    let (before, begin) = (spent(), Instant::now());
    run(load.tasks).await?;
    let (took, after) = (begin.elapsed(), spent());
    let mut times = watch.await??;
    times.sort();
    let figures = Figures {
        tasks: load.tasks,
        took,
        times,
        worker_cpu: after.0.saturating_sub(before.0),
        python_cpu: after.1.saturating_sub(before.1),
        worker: resident(pid),
        python: python.iter().map(|pid| resident(*pid)).max().unwrap_or_default(),
        interpreters: python.len(),
    };
    let ended = worker.end();
    foreman.stop().await;
    match ended.last() {
        Some(last) if last.words == ["ended", "0"] => Ok(figures),
        last => Err(format!("the worker did not end well: {last:?}").into()),
    }
}

/// How long each task took.
async fn times(mut events: Events, tasks: usize) -> Result<Vec<Duration>, String> {
    let (mut since, mut times) = (HashMap::new(), Vec::with_capacity(tasks));
    while times.len() < tasks {
        match events.next().await {
            Event::TaskAssigned { task_id, .. } => drop(since.insert(task_id, Instant::now())),
            Event::TaskCompleted { task_id, .. } => {
                times.extend(since.remove(&task_id).map(|at| at.elapsed()));
            }
            Event::TaskFailed { error, .. } => return Err(error.to_string()),
            Event::Missed(count) => return Err(format!("{count} events were missed")),
            _ => {}
        }
    }
    Ok(times)
}
