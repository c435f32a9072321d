//! The worker as a process of its own: its memory and its processor time are nobody else's.

use std::{
    env,
    error::Error,
    fs::{File, OpenOptions},
    io::{self, BufRead as _, Write as _},
    path::Path,
    process::Command,
    sync::Arc,
    time::Duration,
};

use journeyman_core::{WorkerControl, extract::Args, session::SessionState};
use journeyman_crowdcompute::EraSetting;
use journeyman_pc_worker::{PcWorker, Settings, WorkerConfig};
use tokio::{sync::mpsc, task::JoinSet};

/// Says what a process of this program is to be.
pub(crate) const ROLE: &str = "JOURNEYMAN_PC_WORKER_ROLE";
/// Base of the worker's backoff.
pub(crate) const BACKOFF: Duration = Duration::from_millis(50);

pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// What worker it is to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) url: &'a str,
    /// `auto`, `seed` or `head`.
    pub(crate) era: &'a str,
    pub(crate) registrations: usize,
    /// A folder for its scratch folder. A file `runs` in it may be written by tasks.
    pub(crate) folder: &'a Path,
}

/// This program again, in another role.
pub(crate) fn role(words: &[&str]) -> io::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.env(ROLE, words.join("\n")).env("RUST_BACKTRACE", "0");
    Ok(command)
}

/// The role of this process, if it has one, in words.
pub(crate) fn own_role() -> Option<Vec<String>> {
    Some(env::var(ROLE).ok()?.split('\n').map(str::to_owned).collect())
}

impl Plan<'_> {
    pub(crate) fn command(self) -> io::Result<Command> {
        let Self { url, era, registrations, folder } = self;
        let folder = folder.to_str().ok_or_else(|| io::Error::other("a folder without a name"))?;
        role(&["worker", url, era, &registrations.to_string(), folder])
    }
}

/// Plays the worker, if that is this process's role.
pub(crate) fn played() -> Option<Outcome<()>> {
    let words = own_role()?;
    let [kind, url, era, registrations, folder] = words.as_slice() else { return None };
    if kind != "worker" {
        return None;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    Some(runtime.map_err(Into::into).and_then(|runtime| {
        runtime.block_on(play(Plan {
            url,
            era,
            registrations: registrations.parse()?,
            folder: Path::new(folder),
        }))
    }))
}

async fn play(plan: Plan<'_>) -> Outcome<()> {
    let running = PcWorker::new(settings(plan)?).start().await?;
    if let Some(address) = running.monitor_addr() {
        tell(&format!("monitor {address}"));
    }
    let mut watches = JoinSet::new();
    for (index, mut state) in running.control().states().into_iter().enumerate() {
        watches.spawn(async move {
            while state.changed().await.is_ok() {
                let state = state.borrow_and_update().clone();
                match &state {
                    SessionState::Waiting { attempt, delay, .. } => {
                        tell(&format!("waiting {index} {attempt} {}", delay.as_micros()));
                    }
                    other => tell(&format!("{} {index}", other.as_str())),
                }
                if state.is_over() {
                    return;
                }
            }
        });
    }
    let (control, executor) = (running.control().clone(), running.executor().cloned());
    let (sender, mut lines) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    // Asked for `status`, it tells; at the end of the input, it stops.
    let until = async {
        while lines.recv().await.is_some() {
            let stats = executor.as_ref().map(|pool| pool.stats()).unwrap_or_default();
            let (started, died, killed) = (stats.started, stats.died, stats.killed);
            tell(&format!("status {} {started} {died} {killed}", counts(&control)));
        }
    };
    let summary = running.run_until(until).await?;
    // What they have to say comes before the last word.
    while watches.join_next().await.is_some() {}
    tell(&format!("ended {}", summary.unfinished));
    Ok(())
}

/// Accepted, ok, failed, dropped, merged, in flight, connections: over all sessions.
fn counts(control: &WorkerControl) -> String {
    let mut sums = [0; 7];
    for session in control.snapshot().sessions {
        let one = session.counts;
        let numbers = [one.accepted, one.ok, one.failed, one.dropped, one.merged, one.in_flight];
        for (sum, number) in sums.iter_mut().zip(numbers.into_iter().chain([one.connections])) {
            *sum += number;
        }
    }
    sums.map(|sum| sum.to_string()).join(" ")
}

fn settings(plan: Plan<'_>) -> Outcome<Settings> {
    let era = match plan.era {
        "auto" => EraSetting::Auto,
        "seed" => EraSetting::Seed,
        "head" => EraSetting::Head,
        other => return Err(format!("no era: {other}").into()),
    };
    let config = WorkerConfig::new(plan.url)
        .worker_id("field")
        .era(era)
        .max_concurrent_tasks(plan.registrations)
        .api_port(0)
        .heartbeat_interval(Duration::from_secs(1))
        .reconnect_interval(BACKOFF);
    let runs = plan.folder.join("runs");
    let python = journeyman_executor::Config::from_env()?
        .scratch(Some(plan.folder.to_owned()))
        .writable([runs.clone()]);
    let runs = Arc::new(OpenOptions::new().create(true).append(true).open(runs)?);
    let work = move |Args(number): Args<i64>| {
        let runs = Arc::clone(&runs);
        async move {
            note(&runs, "begin", number);
            tokio::time::sleep(Duration::from_millis(20 + number.unsigned_abs() % 5 * 10)).await;
            note(&runs, "end", number);
            2 * number
        }
    };
    let noop = |Args(number): Args<i64>| async move { number };
    Ok(Settings::new(config)
        .python(Some(python))
        .native("native_work", work)
        .native("native_noop", noop))
}

/// One write, so that lines of several writers stay whole.
fn note(mut runs: &File, what: &str, number: i64) {
    if let Err(error) = runs.write_all(format!("{what} {number}\n").as_bytes()) {
        tell(&format!("problem {error}"));
    }
}

/// A line to whoever started this process. If nobody listens any more, nobody has to know.
pub(crate) fn tell(line: &str) {
    let _ = io::stdout().lock().write_all(format!("{line}\n").as_bytes());
}
