//! The controller is killed under load, again and again, and comes back on the same ports.
//!
//! Each time the worker must be registered again within the bound of its backoff, no task may be
//! answered twice, what was in flight must be counted as dropped, and memory must stay flat.
//! `JOURNEYMAN_KILLS` says how often (default 10).

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod conformance_support;

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use conformance_support::{
    backend::Quick,
    distworker::{PROVISIONER, TOKEN},
};
use journeyman_core::{
    JobInfo, Router, Serve, Worker, WorkerControl, backoff::Backoff, snapshot::Counts,
};

const KILLS: usize = 10;
const QUEUE: &str = "work";
const CONNECTIONS: usize = 8;
/// Tasks that the controller keeps unfinished: twice as many as can run.
const LOAD: usize = 16;
/// Tasks that end in each round before the kill.
const TASKS: usize = 300;
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(500));
/// For connecting and registering, and for a machine that is busy.
const SLACK: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(60);
/// Rounds after which memory is looked at for the first time.
const WARM_UP: usize = 3;
/// What may be added in all the rounds after that.
const GROWTH_KIB: u64 = 2 * 1024;

/// What the controller has told.
#[derive(Debug, Default)]
struct Seen {
    addresses: Option<(String, String)>,
    listening: Option<Instant>,
    assigned: HashMap<String, u32>,
    answered: HashMap<String, u32>,
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
            assert!(!left.is_zero(), "waited {PATIENCE:?} in vain for {what}: {:?}", seen.odd);
            assert!(!seen.over, "the controller ended while waiting for {what}");
            seen = self.changed.wait_timeout(seen, left).unwrap().0;
        }
    }

    fn line(&self, line: &str) {
        let line: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        let mut seen = self.seen.lock().unwrap();
        match line["event"].as_str() {
            Some("listening") => {
                seen.addresses = Some((text("worker"), text("api")));
                seen.listening = Some(Instant::now());
            }
            Some("assigned") => *seen.assigned.entry(text("task")).or_default() += 1,
            Some("completed" | "failed") => *seen.answered.entry(text("task")).or_default() += 1,
            Some("registered") => {}
            _ => seen.odd.push(line.to_string()),
        }
        self.changed.notify_all();
    }
}

/// The controller as a process.
struct Standin {
    child: Child,
    stdin: ChildStdin,
    log: Arc<Log>,
    reader: JoinHandle<()>,
}

impl Standin {
    fn start(addresses: Option<&(String, String)>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_journeyman-standin"));
        command.args(["--provisioner", PROVISIONER, "--token", TOKEN, "--queue", QUEUE]);
        if let Some((worker, api)) = addresses {
            command.args(["--worker", worker, "--api", api]);
        }
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

    /// Kills it, and returns all that it has told.
    fn kill(mut self) -> Seen {
        // On Unix this is SIGKILL.
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it is ours");
        self.reader.join().expect("the reader does not panic");
        std::mem::take(&mut *self.log.seen.lock().unwrap())
    }
}

/// How often each job was run in this round.
#[derive(Debug, Default)]
struct Runs(Mutex<HashMap<Arc<str>, u32>>, AtomicU64);

fn worker(url: String, runs: &Arc<Runs>) -> Worker {
    let config = journeyman_distworker::Config::new(url, PROVISIONER)
        .worker_token(TOKEN)
        .connections(CONNECTIONS);
    let backoff = Backoff::new(BACKOFF.0, BACKOFF.1);
    let backend = Quick { config, backoff, silence: Duration::from_secs(15) };
    let runs = Arc::clone(runs);
    let router = Router::new().route(QUEUE, move |info: JobInfo| {
        let runs = Arc::clone(&runs);
        async move {
            *runs.0.lock().unwrap().entry(info.id).or_default() += 1;
            runs.1.fetch_add(1, SeqCst);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    Worker::new(router).serve(Serve::new(backend)).concurrency(CONNECTIONS)
}

async fn all_ready(control: &WorkerControl) {
    for mut state in control.states() {
        let ready = tokio::time::timeout(PATIENCE, state.wait_for(|state| state.is_ready())).await;
        drop(ready.expect("a session is registered again").expect("it lives"));
    }
}

async fn none_in_flight(control: &WorkerControl) {
    for mut state in control.states() {
        let gone = tokio::time::timeout(PATIENCE, state.wait_for(|state| !state.is_ready())).await;
        drop(gone.expect("a session notices").expect("it lives"));
    }
    let start = Instant::now();
    while total(control).in_flight > 0 || control.snapshot().running > 0 {
        assert!(start.elapsed() < PATIENCE, "jobs stay in flight: {:?}", total(control));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn total(control: &WorkerControl) -> Counts {
    let mut sum = Counts::default();
    for session in control.snapshot().sessions {
        sum.accepted += session.counts.accepted;
        sum.ok += session.counts.ok;
        sum.failed += session.counts.failed;
        sum.dropped += session.counts.dropped;
        sum.merged += session.counts.merged;
        sum.ignored += session.counts.ignored;
        sum.in_flight += session.counts.in_flight;
    }
    sum
}

/// Resident memory of this process in KiB, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn killed_again_and_again() {
    let kills = match std::env::var("JOURNEYMAN_KILLS") {
        Ok(text) => text.parse().expect("JOURNEYMAN_KILLS is a number"),
        Err(_) => KILLS,
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(kill(kills));
}

async fn kill(kills: usize) {
    let runs = Arc::<Runs>::default();
    let mut standin = Standin::start(None);
    let addresses = standin.log.wait("the addresses", |seen| seen.addresses.clone());
    let started = worker(format!("http://{}", addresses.0), &runs).start().unwrap();
    let control = started.control().clone();
    all_ready(&control).await;

    let (mut waits, mut memory) = (Vec::new(), Vec::new());
    for round in 1..=kills {
        let before = total(&control);
        writeln!(standin.stdin, "load {LOAD}").unwrap();
        standin.log.wait("tasks to end", |seen| (seen.answered.len() >= TASKS).then_some(()));
        let seen = standin.kill();
        none_in_flight(&control).await;
        check(round, &seen, before, total(&control), &runs);
        memory.extend(resident());

        standin = Standin::start(Some(&addresses));
        let up = standin.log.wait("the controller to be back", |seen| seen.listening);
        all_ready(&control).await;
        let wait = up.elapsed();
        assert!(wait <= BACKOFF.1 + SLACK, "round {round}: registered again only after {wait:?}");
        waits.push(wait);
    }
    let done = total(&control);
    control.drain();
    started.wait().await.unwrap();
    drop(standin.kill());

    waits.sort();
    println!(
        "{kills} kills: registered again after {:?} at most, {:?} in the median (bound {:?} and \
         {SLACK:?}); {} jobs done, {} dropped with their connection, {} runs; resident KiB after \
         each kill: {memory:?}",
        waits[waits.len() - 1],
        waits[waits.len() / 2],
        BACKOFF.1,
        done.ok,
        done.dropped,
        runs.1.load(SeqCst),
    );
    assert!(done.dropped >= kills as u64, "hardly anything was in flight when it was killed");
    match (memory.get(WARM_UP - 1), memory.last()) {
        (Some(warm), Some(last)) => {
            assert!(*last <= warm + GROWTH_KIB, "memory grew from {warm} to {last} KiB");
        }
        _ => println!("memory was not looked at: too few kills, or not told by this system"),
    }
}

/// What must hold for one life of the controller, once it is over and nothing runs.
fn check(round: usize, seen: &Seen, before: Counts, after: Counts, runs: &Runs) {
    let about = format!("round {round}: {before:?}, then {after:?}");
    assert!(seen.odd.is_empty(), "{about}: {:?}", seen.odd);
    // The worker sends one answer for each delivery, and only to whom it came from.
    for (task, answers) in &seen.answered {
        assert_eq!(*answers, 1, "{about}: answers for {task}");
        assert_eq!(seen.assigned.get(task), Some(&1), "{about}: deliveries of {task}");
    }
    let runs = std::mem::take(&mut *runs.0.lock().unwrap());
    for (task, times) in &runs {
        assert_eq!(*times, 1, "{about}: runs of {task}");
    }
    let accepted = after.accepted - before.accepted;
    let (ok, dropped) = (after.ok - before.ok, after.dropped - before.dropped);
    assert_eq!(accepted, runs.len() as u64, "{about}: accepted and run");
    assert_eq!((after.failed, after.merged, after.ignored), (0, 0, 0), "{about}");
    assert_eq!(ok + dropped, accepted, "{about}: each ends once, as sent or as dropped");
    // Whatever the controller has seen was sent; what was sent last it may not have seen.
    assert!(seen.answered.len() as u64 <= ok, "{about}: {} answers seen", seen.answered.len());
    assert!(dropped <= CONNECTIONS as u64, "{about}: more dropped than can be in flight");
}
