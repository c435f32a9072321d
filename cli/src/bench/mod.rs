//! `journeyman bench`: what the framework costs, beside a bare peer on the same library.

mod alone;
mod child;
mod report;

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};

pub(crate) use alone::{Alone, answer};
pub(crate) use child::Child;

use crate::{
    exit::{Code, Failure},
    systems::{self, Boxed},
};
use report::Row;

/// Measures echo jobs through the stand-in of a system, beside a bare peer
///
/// The worker under test is a process of its own. For Halloween the broker is a mosquitto if one is
/// installed. The bare peer uses the same library, runtime,
/// sockets, window and payload, but answers canned messages: what it does not cost is what the
/// framework costs. They take turns, round by round, in one run; medians of the rounds are shown.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  journeyman bench
  journeyman bench distworker --window 16 --payload 1000 --json
  journeyman bench distworker --python venv/bin/python    with the Python SDK beside
  journeyman bench moor --python venv/bin/python          with a worker on pyzmq beside
  journeyman bench halloween                              on a real mosquitto, if there is one
  journeyman bench crowdcompute                           native, and Python in 1 and 4 processes
  journeyman bench tasker                                 steps, from dispatch to the handler's start")]
pub(crate) struct BenchArgs {
    /// Only this system
    #[arg(value_name = "SYSTEM", conflicts_with = "backend")]
    system: Option<String>,
    /// The same as SYSTEM
    #[arg(long, value_name = "SYSTEM")]
    backend: Option<String>,
    /// Jobs per round and peer
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    jobs: u64,
    /// Jobs under way at a time; where a connection takes one at a time, also the connections.
    /// Several, separated by commas, are measured one after the other [default: 8; moor: 64,1;
    /// halloween: 16,1; crowdcompute: 4,1; tasker: 8,1]
    #[arg(long = "window", value_name = "W", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=512))]
    windows: Vec<u16>,
    /// Bytes of text in each job
    #[arg(long, value_name = "BYTES", default_value_t = 100, value_parser = clap::value_parser!(u32).range(0..=8_000_000))]
    payload: u32,
    /// Rounds
    #[arg(long, value_name = "R", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    rounds: u16,
    /// Threads of the worker's runtime; 1 is the runtime for one thread
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,
    /// A Python interpreter, to measure a Python worker as well, with a tenth of the jobs. It
    /// needs `distworker-sdk` for distworker, `pyzmq` and `flatbuffers` for moor, `paho-mqtt` for
    /// halloween, which also takes a `python3` that has it, `websockets` for crowdcompute. Python
    /// tasks in a sandbox, a road of crowdcompute, run on JOURNEYMAN_PYTHON or what is in PATH
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
    /// Print a JSON object per system
    #[arg(long)]
    json: bool,
}

/// What the peers of one system are started with.
#[derive(Clone, Debug)]
pub(crate) struct PeerArgs {
    pub(crate) window: usize,
    pub(crate) payload: usize,
    pub(crate) threads: usize,
    pub(crate) python: Option<PathBuf>,
    /// One of the system's roads.
    pub(crate) road: &'static str,
}

/// Started peers: the framework, the bare peer, and what else there is.
pub(crate) trait Peers {
    /// Runs jobs on one of them.
    fn measure(&mut self, peer: Peer, jobs: u64) -> Boxed<'_, Result<Sample, Failure>>;

    /// The peers there are.
    fn peers(&self) -> Vec<Peer>;

    /// The process of a peer.
    fn process(&self, peer: Peer) -> Option<&Child>;

    /// What is to be told beside the numbers, such as who is missing.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whether the server and the submitting side are in this process, so that they could be what
    /// is slow.
    fn is_driven_from_here(&self) -> bool {
        true
    }

    /// Ends them.
    fn stop(self: Box<Self>) -> Boxed<'static, ()>;
}

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Peer {
    /// A worker of this framework.
    Framework,
    /// The same library, canned answers.
    Raw,
    /// The system's own worker in Python.
    Python,
}

/// One round of one peer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) jobs: u64,
    pub(crate) elapsed: Duration,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

/// The worker under test, as a process of its own
#[derive(Debug, Args)]
pub(crate) struct WorkerArgs {
    #[arg(long)]
    pub(crate) backend: String,
    #[arg(long, value_enum)]
    pub(crate) peer: Peer,
    #[arg(long, default_value = "")]
    pub(crate) url: String,
    #[arg(long, default_value = "")]
    pub(crate) provisioner: String,
    #[arg(long, default_value = "echo")]
    pub(crate) queue: String,
    #[arg(long)]
    pub(crate) connections: usize,
    #[arg(long)]
    pub(crate) payload: usize,
    #[arg(long)]
    pub(crate) threads: usize,
}

/// The job that is echoed.
#[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
pub(crate) struct Payload {
    pub(crate) data: String,
}

impl Payload {
    pub(crate) fn new(bytes: usize) -> Self {
        Self { data: "x".repeat(bytes) }
    }
}

/// The echo handler: typed, as a user would write it.
pub(crate) async fn echo(
    journeyman_core::extract::Args(payload): journeyman_core::extract::Args<Payload>,
) -> Payload {
    payload
}

/// The main of the child process.
pub(crate) fn worker(args: &WorkerArgs) -> Result<Code, Failure> {
    let system = systems::named(&args.backend)?;
    let mut builder = match args.threads {
        1 => tokio::runtime::Builder::new_current_thread(),
        threads => {
            let mut builder = tokio::runtime::Builder::new_multi_thread();
            builder.worker_threads(threads);
            builder
        }
    };
    crate::drive(&mut builder, system.bench_worker(args))
}

pub(crate) async fn bench(args: BenchArgs) -> Result<Code, Failure> {
    let chosen = match args.system.as_ref().or(args.backend.as_ref()) {
        Some(name) => vec![systems::named(name)?],
        None => systems::all().to_vec(),
    };
    let mut rows = Vec::new();
    for system in chosen {
        let windows = match args.windows.as_slice() {
            [] => system.windows(),
            given => given,
        };
        for (road, window) in system
            .roads()
            .iter()
            .flat_map(|road| windows.iter().map(move |window| (*road, *window)))
        {
            let peers = system
                .bench(PeerArgs {
                    window: window.into(),
                    payload: args.payload as usize,
                    threads: args.threads.into(),
                    python: args.python.clone(),
                    road,
                })
                .await?;
            let what = What { backend: system.name(), road, window };
            rows.push(measure(what, &args, peers).await?);
            if args.json
                && let Some(row) = rows.last()
            {
                report::json(row)?;
            }
        }
    }
    if !args.json {
        report::text(&args, &rows)?;
    }
    Ok(Code::Ok)
}

/// What a row of the report is about.
#[derive(Clone, Copy, Debug)]
struct What {
    backend: &'static str,
    road: &'static str,
    window: u16,
}

/// Python is slower by an order of magnitude.
fn jobs_of(args: &BenchArgs, peer: Peer) -> u64 {
    if peer == Peer::Python { args.jobs.div_ceil(10) } else { args.jobs }
}

async fn measure(what: What, args: &BenchArgs, mut peers: Box<dyn Peers>) -> Result<Row, Failure> {
    let all = peers.peers();
    let mut row = Row::new(what, args, &all);
    row.note(peers.notes());
    for peer in &all {
        row.idle(*peer, peers.process(*peer));
    }
    for peer in &all {
        // Caches, allocators and connections warm up.
        peers.measure(*peer, jobs_of(args, *peer).div_ceil(10)).await?;
    }
    for round in 0..usize::from(args.rounds) {
        for turn in 0..all.len() {
            // Who begins changes, so that nobody always runs behind the same other.
            let peer = all[(turn + round) % all.len()];
            let clocks = |peers: &dyn Peers| {
                let driver = peers.is_driven_from_here().then(child::own_cpu).flatten();
                (peers.process(peer).and_then(Child::cpu), driver)
            };
            let before = clocks(&*peers);
            let sample = peers.measure(peer, jobs_of(args, peer)).await?;
            let after = clocks(&*peers);
            let used = |after: Option<Duration>, before: Option<Duration>| {
                after.zip(before).and_then(|(after, before)| after.checked_sub(before))
            };
            row.add(peer, sample, used(after.0, before.0), used(after.1, before.1));
        }
    }
    for peer in &all {
        row.busy(*peer, peers.process(*peer));
    }
    peers.stop().await;
    Ok(row)
}
