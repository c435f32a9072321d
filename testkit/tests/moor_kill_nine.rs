//! A mooR daemon is killed under load, again and again, and comes back at the same addresses.
//!
//! Each time the worker must be registered again within the bound of its backoff, no request may
//! hang or be run twice, what was in flight must end in a counted way, and memory must stay flat.
//! `JOURNEYMAN_KILLS` says how often (default 10).

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod conformance_support;

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use conformance_support::moor::{Folder, backend::Quick};
use journeyman_core::{
    JobInfo, Router, Serve, StartedWorker, Value, Worker, WorkerControl, backoff::Backoff,
    snapshot::Counts,
};
use journeyman_moor::{Config, Curve};

const KILLS: usize = 10;
const TYPE: &str = "work";
/// Handlers at a time.
const CONCURRENCY: usize = 8;
/// Requests that the daemon keeps unanswered: twice as many as can run.
const LOAD: usize = 16;
/// Requests that end in each round before the kill.
const REQUESTS: u64 = 300;
/// How long a request may take, in seconds. While its worker is away, it waits for as long.
const IN_TIME: u64 = 5;
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(500));
/// For connecting, for the subscription to be effective, and for a machine that is busy.
const SLACK: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(60);
/// Rounds after which memory is looked at for the first time.
const WARM_UP: usize = 3;
/// What may be added in all the rounds after that.
const GROWTH_KIB: u64 = 2 * 1024;

/// How the requests of one life of the daemon ended, as it told last.
#[derive(Clone, Copy, Debug, Default)]
struct Load {
    completed: u64,
    /// With an error from the worker, or since the worker was gone.
    failed: u64,
    /// Not within the time that one may take.
    late: u64,
    wrong: u64,
    slowest: Duration,
}

/// What the daemon has told.
#[derive(Debug, Default)]
struct Seen {
    endpoints: Option<[String; 2]>,
    listening: Option<Instant>,
    load: Load,
    stats: Option<serde_json::Value>,
    odd: Vec<String>,
    over: bool,
}

#[derive(Debug, Default)]
struct Log {
    seen: Mutex<Seen>,
    changed: Condvar,
}

impl Log {
    /// Waits until it is so, and returns what that gave.
    fn wait<T>(&self, what: &str, look: impl Fn(&Seen) -> Option<T>) -> T {
        let mut seen = self.seen.lock().unwrap();
        let start = Instant::now();
        loop {
            if let Some(found) = look(&seen) {
                return found;
            }
            let left = PATIENCE.saturating_sub(start.elapsed());
            assert!(!left.is_zero(), "waited {PATIENCE:?} in vain for {what}: {seen:?}");
            assert!(!seen.over, "the daemon ended while waiting for {what}");
            seen = self.changed.wait_timeout(seen, left).unwrap().0;
        }
    }

    fn line(&self, line: &str) {
        let line: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        let mut seen = self.seen.lock().unwrap();
        match line["event"].as_str() {
            Some("listening") => {
                seen.endpoints = Some([text("requests"), text("responses")]);
                seen.listening = Some(Instant::now());
            }
            Some("load") => {
                let number = |key: &str| line[key].as_u64().expect("a number");
                seen.load = Load {
                    completed: number("completed"),
                    failed: number("failed"),
                    late: number("late"),
                    wrong: number("wrong"),
                    slowest: Duration::from_micros(number("slowest_us")),
                };
            }
            Some("stats") => seen.stats = Some(line),
            Some("attached" | "detached") => {}
            _ => seen.odd.push(line.to_string()),
        }
        self.changed.notify_all();
    }
}

/// The daemon as a process.
struct Standin {
    child: Child,
    stdin: ChildStdin,
    log: Arc<Log>,
    reader: JoinHandle<()>,
}

impl Standin {
    fn start([requests, responses]: &[String; 2]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_journeyman-standin"));
        command.args(["moor", "--encrypted", "no", "--enrollment", "none"]);
        command.args(["--requests", requests, "--responses", responses]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let stdin = child.stdin.take().expect("it is piped");
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let log = Arc::<Log>::default();
        let writer = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            // The last line may be cut off by the kill.
            let whole = |line: &std::io::Result<String>| {
                line.as_ref().is_ok_and(|line| line.ends_with('}'))
            };
            for line in stdout.lines().take_while(whole).flatten() {
                writer.line(&line);
            }
            writer.seen.lock().unwrap().over = true;
            writer.changed.notify_all();
        });
        Self { child, stdin, log, reader }
    }

    fn tell(&mut self, command: &str) {
        writeln!(self.stdin, "{command}").unwrap();
    }

    /// Kills it, and returns all that it has told.
    fn kill(mut self) -> Seen {
        // On Unix this is SIGKILL.
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it is ours");
        self.reader.join().expect("the reader does not panic");
        std::mem::take(&mut *self.log.seen.lock().unwrap())
    }
}

/// How often each request was run.
type Runs = Arc<Mutex<HashMap<Arc<str>, u32>>>;

fn worker([requests, responses]: &[String; 2], runs: &Runs) -> StartedWorker {
    let config = Config::new(requests, responses).curve(Curve::Off);
    let backoff = Backoff::new(BACKOFF.0, BACKOFF.1);
    let backend = Quick { config, backoff, silence: Duration::from_secs(30), max_waiting: 1024 };
    let runs = Arc::clone(runs);
    let router = Router::new().route(TYPE, move |info: JobInfo, arguments: Value| {
        let runs = Arc::clone(&runs);
        async move {
            *runs.lock().unwrap().entry(info.id).or_default() += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
            arguments
        }
    });
    Worker::new(router).serve(Serve::new(backend)).concurrency(CONCURRENCY).start().unwrap()
}

async fn state(control: &WorkerControl, ready: bool) {
    for mut state in control.states() {
        let changed = state.wait_for(|state| state.is_ready() == ready);
        let changed = tokio::time::timeout(PATIENCE, changed).await;
        drop(changed.expect("the session changes").expect("it lives"));
    }
}

fn counts(control: &WorkerControl) -> Counts {
    control.snapshot().sessions[0].counts
}

async fn none_in_flight(control: &WorkerControl) {
    let start = Instant::now();
    while counts(control).in_flight > 0 || control.snapshot().running > 0 {
        assert!(start.elapsed() < PATIENCE, "jobs stay in flight: {:?}", counts(control));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Resident memory of this process in KiB, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Both in one process, one after the other: each looks at the memory of the process.
#[test]
fn killed_again_and_again() {
    let kills = match std::env::var("JOURNEYMAN_KILLS") {
        Ok(text) => text.parse().expect("JOURNEYMAN_KILLS is a number"),
        Err(_) => KILLS,
    };
    let folder = Folder::new().unwrap();
    let ipc = |name: &str| format!("ipc://{}/{name}.sock", folder.path().display());
    let any = || "tcp://127.0.0.1:0".to_owned();
    for (name, first) in [("ipc", [ipc("requests"), ipc("responses")]), ("tcp", [any(), any()])] {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(kill(name, &first, kills));
    }
}

async fn kill(name: &str, first: &[String; 2], kills: usize) {
    let runs = Runs::default();
    let mut standin = Standin::start(first);
    // With the ports that the system gave.
    let endpoints = standin.log.wait("the addresses", |seen| seen.endpoints.clone());
    let started = worker(&endpoints, &runs);
    let control = started.control().clone();
    state(&control, true).await;

    let (mut waits, mut memory) = (Vec::new(), Vec::new());
    let mut told = Vec::new();
    for round in 1..=kills {
        let before = counts(&control);
        standin.tell(&format!("load {LOAD} {TYPE} {IN_TIME}"));
        standin.log.wait("requests to end", |seen| (seen.load.completed >= REQUESTS).then_some(()));
        let seen = standin.kill();
        assert!(seen.odd.is_empty(), "round {round}: {:?}", seen.odd);
        let Load { failed, late, wrong, .. } = seen.load;
        assert_eq!((failed, late, wrong), (0, 0, 0), "round {round}: {:?}", seen.load);
        told.push(seen.load);
        state(&control, false).await;

        standin = Standin::start(&endpoints);
        let log = Arc::clone(&standin.log);
        // On a thread that may block.
        let up = tokio::task::spawn_blocking(move || {
            log.wait("the daemon to be back", |seen| seen.listening)
        });
        let up = up.await.unwrap();
        state(&control, true).await;
        let wait = up.elapsed();
        assert!(wait <= BACKOFF.1 + SLACK, "round {round}: registered again only after {wait:?}");
        waits.push(wait);
        none_in_flight(&control).await;
        memory.extend(resident());
        check(round, before, counts(&control), &runs);
    }
    // In the end, the worker goes and leaves nothing behind.
    standin.tell(&format!("load {LOAD} {TYPE} {IN_TIME}"));
    standin.log.wait("requests to end", |seen| (seen.load.completed >= REQUESTS).then_some(()));
    control.drain();
    let summary = started.wait().await.unwrap();
    standin.tell("stats");
    let stats = standin.log.wait("the numbers", |seen| seen.stats.clone());
    assert_eq!((&stats["outstanding"], &stats["forgotten"]), (&0.into(), &0.into()), "{stats}");
    let seen = standin.kill();
    assert!(seen.odd.is_empty(), "{:?}", seen.odd);
    assert_eq!((seen.load.late, seen.load.wrong), (0, 0), "{:?}", seen.load);

    waits.sort();
    let done = summary.snapshot.sessions[0].counts;
    let slowest = told.iter().map(|load| load.slowest).max().unwrap_or_default();
    println!(
        "{name}, {kills} kills: registered again after {:?} at most, {:?} in the median (bound \
         {:?} and {SLACK:?}); {} jobs done, {} dropped; no request failed, the slowest took {slowest:?}; \
         resident KiB after each kill: {memory:?}",
        waits[waits.len() - 1],
        waits[waits.len() / 2],
        BACKOFF.1,
        done.ok,
        done.dropped,
    );
    assert!(done.dropped >= kills as u64, "hardly anything was in flight when it was killed");
    match (memory.get(WARM_UP - 1), memory.last()) {
        (Some(warm), Some(last)) => {
            assert!(*last <= warm + GROWTH_KIB, "memory grew from {warm} to {last} KiB");
        }
        _ => println!("memory was not looked at: too few kills, or not told by this system"),
    }
}

/// What must hold for one life of the daemon, once the next one has the worker and nothing runs.
fn check(round: usize, before: Counts, after: Counts, runs: &Runs) {
    let about = format!("round {round}: {before:?}, then {after:?}");
    let runs = std::mem::take(&mut *runs.lock().unwrap());
    for (request, times) in &runs {
        assert_eq!(*times, 1, "{about}: runs of {request}");
    }
    let accepted = after.accepted - before.accepted;
    let (ok, dropped) = (after.ok - before.ok, after.dropped - before.dropped);
    assert!(accepted >= runs.len() as u64, "{about}: accepted and run");
    assert_eq!((after.failed, after.merged, after.ignored), (0, 0, 0), "{about}");
    assert_eq!(ok + dropped, accepted, "{about}: each ends once, as confirmed or as dropped");
    // Those that the daemon waited for, and those whose confirmation was on its way.
    assert!(dropped <= 2 * LOAD as u64, "{about}: more dropped than can be in flight");
}
