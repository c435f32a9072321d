//! What the framework costs per job, without any network: the whole road from the client's
//! submission over session, router and handler to the outcome, on one thread.
//!
//! Beside it, in the same run and in turn: the memory backend of apalis 1.0, the same steps with
//! bare tokio (channel, task, oneshot), and a bare call of a tower service.
//!
//! ```text
//! cargo bench -p journeyman-benches --bench memory -- [--jobs N] [--rounds N] [--json]
//! ```

use std::{
    collections::VecDeque,
    env,
    hint::black_box,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use apalis_core::{
    backend::memory::{MemorySink, MemoryStorage, MemoryStorageError},
    task::Task,
    worker::builder::WorkerBuilder,
};
use futures_util::{SinkExt, StreamExt};
use journeyman_benches::Counting;
use journeyman_core::{
    Router, Value, Worker,
    extract::Args,
    layers::Standard,
    memory::{Memory, MemoryClient, Submission},
};
use tokio::{
    runtime,
    sync::{Semaphore, mpsc, oneshot},
};
use tower::{Service, ServiceExt, service_fn, util::BoxCloneSyncService};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

async fn add(Args((a, b)): Args<(i64, i64)>) -> i64 {
    a + b
}

/// One measurement of one system.
#[derive(Clone, Copy)]
struct Sample {
    took: Duration,
    /// Time on the processor, where the system tells: what others on a shared machine do does
    /// not count.
    cpu: Option<Duration>,
    jobs: u64,
    allocations: u64,
    bytes: u64,
}

/// Runs on a fresh runtime of one thread and measures what `work` does after its set-up.
fn measure<S, F>(jobs: u64, set_up: impl FnOnce() -> S, work: impl FnOnce(S) -> F) -> Sample
where
    F: Future<Output = ()>,
{
    let runtime = runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let ready = set_up();
        tokio::task::yield_now().await;
        let (count, size) = Counting::so_far();
        let cpu_start = cpu_time();
        let start = Instant::now();
        work(ready).await;
        let took = start.elapsed();
        let cpu = cpu_start.zip(cpu_time()).map(|(before, after)| after - before);
        let (count_after, size_after) = Counting::so_far();
        Sample { took, cpu, jobs, allocations: count_after - count, bytes: size_after - size }
    })
}

/// How long this thread has been on a processor.
fn cpu_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

// --- the systems ---

async fn submit_all(client: &MemoryClient, jobs: u64, window: usize) {
    let route: Arc<str> = "add".into();
    let mut open = VecDeque::with_capacity(window);
    for i in 0..jobs as i64 {
        if open.len() == window
            && let Some(job) = open.pop_front()
        {
            black_box::<Result<Value, _>>(job.await).expect("a sum");
        }
        let args = vec![Value::Int(i), Value::Int(1)];
        open.push_back(client.submit(Submission::new(Arc::clone(&route)).args(args)).await);
    }
    for job in open {
        job.await.expect("a sum");
    }
}

fn journeyman(jobs: u64, window: usize, layers: bool) -> Sample {
    let router = Router::new().route("add", add);
    let router = if layers { router.layer(Standard::new()) } else { router };
    let set_up = move || {
        let (backend, client) = Memory::new();
        let worker = Worker::new(router).serve(backend).start().expect("a worker");
        (worker, client)
    };
    measure(jobs, set_up, |(worker, client)| async move {
        submit_all(&client, jobs, window).await;
        let counts = worker.control().snapshot().sessions[0].counts;
        assert_eq!(counts.accepted, jobs);
        assert_eq!(counts.failed + counts.dropped, 0);
    })
}

/// Jobs that the apalis worker may still take into its hands.
static ROOM: Semaphore = Semaphore::const_new(0);

async fn apalis_add((a, b): (i64, i64)) {
    black_box(a + b);
    // Its memory backend has no road back, so the end is all that is told.
    ROOM.add_permits(1);
}

fn apalis(jobs: u64, window: usize) -> Sample {
    let set_up = || {
        let (sender, receiver) = futures_channel::mpsc::unbounded::<Task<(i64, i64)>>();
        let sender = sender.sink_map_err(MemoryStorageError::from);
        let sink = MemorySink::new(Arc::new(futures_util::lock::Mutex::new(Box::new(sender))));
        let storage = MemoryStorage::new_with(sink.clone(), receiver.boxed());
        let worker = WorkerBuilder::new("bench").backend(storage).build(apalis_add);
        (tokio::spawn(worker.run()), sink)
    };
    measure(jobs, set_up, |(worker, mut sink)| async move {
        ROOM.add_permits(window);
        for i in 0..jobs as i64 {
            ROOM.acquire().await.expect("open").forget();
            sink.send(Task::new((i, 1))).await.expect("a queue");
        }
        ROOM.acquire_many(window as u32).await.expect("open").forget();
        worker.abort();
    })
}

/// What any road of this kind consists of: a queue, a task per job, a road back.
fn bare_tokio(jobs: u64, window: usize) -> Sample {
    type Sum = oneshot::Sender<i64>;
    let set_up = || {
        let (queue, mut jobs) = mpsc::channel::<((i64, i64), Sum)>(1024);
        tokio::spawn(async move {
            while let Some(((a, b), reply)) = jobs.recv().await {
                tokio::spawn(async move { reply.send(black_box(a + b)) });
            }
        });
        queue
    };
    measure(jobs, set_up, |queue| async move {
        let mut open = VecDeque::with_capacity(window);
        for i in 0..jobs as i64 {
            if open.len() == window
                && let Some(job) = open.pop_front()
            {
                let job: oneshot::Receiver<i64> = job;
                job.await.expect("a sum");
            }
            let (reply, outcome) = oneshot::channel();
            queue.send(((i, 1), reply)).await.expect("a queue");
            open.push_back(outcome);
        }
        for job in open {
            job.await.expect("a sum");
        }
    })
}

fn tower_call(jobs: u64) -> Sample {
    let set_up = || {
        let service = service_fn(async |(a, b): (i64, i64)| Ok::<_, ()>(black_box(a + b)));
        BoxCloneSyncService::new(service)
    };
    measure(jobs, set_up, |service| async move {
        for i in 0..jobs as i64 {
            let mut service = service.clone();
            service.ready().await.expect("ready").call((i, 1)).await.expect("a sum");
        }
    })
}

// --- the report ---

struct Row {
    name: &'static str,
    window: usize,
    samples: Vec<Sample>,
}

impl Row {
    /// Sorted nanoseconds per job.
    fn nanos(&self, time: impl Fn(&Sample) -> Option<Duration>) -> Option<Vec<f64>> {
        let per_job = |s: &Sample| Some(time(s)?.as_nanos() as f64 / s.jobs as f64);
        let mut nanos = self.samples.iter().map(per_job).collect::<Option<Vec<_>>>()?;
        nanos.sort_by(f64::total_cmp);
        Some(nanos)
    }

    fn print(&self, json: bool) {
        let wall = self.nanos(|sample| Some(sample.took)).unwrap_or_default();
        let cpu = self.nanos(|sample| sample.cpu);
        let Some(last) = self.samples.last() else { return };
        let middle = wall.len() / 2;
        let (min, max) = (wall[0], wall[wall.len() - 1]);
        let cpu_min = cpu.as_ref().map(|cpu| cpu[0]);
        let (wall, cpu) = (wall[middle], cpu.map(|cpu| cpu[middle]));
        let allocations = last.allocations as f64 / last.jobs as f64;
        let bytes = last.bytes as f64 / last.jobs as f64;
        let (name, window) = (self.name, self.window);
        if json {
            let line = serde_json::json!({
                "system": name, "window": window, "jobs": last.jobs, "cpu_ns_per_job": cpu,
                "cpu_ns_min": cpu_min, "wall_ns_per_job": wall, "wall_ns_min": min,
                "wall_ns_max": max, "allocations_per_job": allocations, "bytes_per_job": bytes,
            });
            println!("{line}");
        } else {
            let (cpu, cpu_min) = (cpu.unwrap_or(f64::NAN), cpu_min.unwrap_or(f64::NAN));
            println!(
                "{name:<28} {window:>6} {cpu:>8.0} {cpu_min:>8.0} {wall:>8.0} {min:>8.0} \
                 {max:>8.0} {allocations:>7.2} {bytes:>7.0}"
            );
        }
    }
}

/// The most memory that this process has had resident, in KiB.
fn peak_rss() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn number(args: &[String], name: &str, default: u64) -> u64 {
    let value = args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1));
    value.and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn main() -> ExitCode {
    let args: Vec<_> = env::args().collect();
    let json = args.iter().any(|arg| arg == "--json");
    let jobs = number(&args, "--jobs", 1_000_000).max(1000);
    let rounds = number(&args, "--rounds", 5).max(1);

    // First, while nothing else has touched the memory: ten times the jobs must need no more.
    // `--only TEXT`: just those systems whose name and window contain it, for profiling.
    let only = args.iter().position(|arg| arg == "--only").and_then(|at| args.get(at + 1));
    let (mut before, mut after) = (None, None);
    if only.is_none() {
        journeyman(jobs / 10, 64, false);
        before = peak_rss();
        journeyman(jobs, 64, false);
        after = peak_rss();
    }

    type System = (&'static str, usize, fn(u64, usize) -> Sample);
    let systems: [System; 8] = [
        ("journeyman", 64, |jobs, window| journeyman(jobs, window, false)),
        ("journeyman", 1, |jobs, window| journeyman(jobs, window, false)),
        ("journeyman + Standard layers", 64, |jobs, window| journeyman(jobs, window, true)),
        ("apalis 1.0 memory", 64, apalis),
        ("apalis 1.0 memory", 1, apalis),
        ("bare tokio", 64, bare_tokio),
        ("bare tokio", 1, bare_tokio),
        ("bare tower call", 1, |jobs, _| tower_call(jobs)),
    ];
    let wanted = |name: &str, window: usize| {
        only.is_none_or(|only| format!("{name} {window}").contains(only.as_str()))
    };
    let systems: Vec<System> =
        systems.into_iter().filter(|(name, window, _)| wanted(name, *window)).collect();
    let mut rows: Vec<Row> = systems
        .iter()
        .map(|&(name, window, _)| Row { name, window, samples: Vec::new() })
        .collect();
    for _ in 0..rounds {
        for ((_, window, run), row) in systems.iter().zip(&mut rows) {
            row.samples.push(run(jobs, *window));
        }
    }

    if !json {
        println!("{jobs} jobs, {rounds} rounds in turn, one thread; ns and allocations per job");
        println!(
            "{:<28} {:>6} {:>8} {:>8} {:>8} {:>8} {:>8} {:>7} {:>7}",
            "system", "window", "cpu", "cpu min", "wall", "min", "max", "allocs", "bytes"
        );
    }
    for row in &rows {
        row.print(json);
    }
    let grown = before.zip(after).map(|(before, after)| after - before);
    match (json, grown) {
        (true, _) => {
            let line = serde_json::json!({
                "peak_rss_kib_tenth": before, "peak_rss_kib": after, "grown_kib": grown
            });
            println!("{line}");
        }
        (false, Some(grown)) => {
            println!("peak memory from {} to {jobs} jobs: {grown} KiB more", jobs / 10);
        }
        (false, None) => println!("peak memory: not known on this system"),
    }
    // A leak of one byte per job would show as much as this.
    match grown.is_some_and(|grown| grown > 512 + jobs / 2048) {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}
