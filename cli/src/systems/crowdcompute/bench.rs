//! Echo tasks through stand-in foremen.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use journeyman_core::{Router, Worker, extract::Args, snapshot::Histogram};
use journeyman_crowdcompute::{Config, EraSetting, Native, PYTHON_ROUTE};
use journeyman_testkit::crowdcompute::{self as testkit, Era, Foreman, ForemanConfig};
use tokio::{io::AsyncReadExt, process::Command, time::timeout};

use super::{Boxed, values::text};
use crate::{
    bench::{Child, Payload, Peer, PeerArgs, Peers, Sample, WorkerArgs},
    exit::{Code, Failure},
    output::say,
    python::Pool,
};

/// Who runs the task: a handler of Rust's, or so many Python processes.
pub(super) const ROADS: &[&str] = &[NATIVE, "Python x1", "Python x4"];
const NATIVE: &str = "native";

/// A worker on `websockets`, which runs code in its own process.
const PYTHON: &str = include_str!("bare_worker.py");
/// What it imports.
const IMPORTS: &str = "import websockets; websockets.connect";
/// How long a job may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// What is run.
const CODE: &str = "def echo(x):\n    return x\n";

/// The processes that a road has.
fn processes(road: &str) -> Option<usize> {
    road.rsplit_once('x').and_then(|(_, count)| count.parse().ok())
}

fn name(peer: Peer) -> &'static str {
    match peer {
        Peer::Framework => "framework",
        Peer::Raw => "raw",
        Peer::Python => "python",
    }
}

/// A peer, and the foreman that it has for itself: a foreman gives tasks to whoever is free.
struct Stand {
    peer: Peer,
    foreman: Arc<Foreman>,
    child: Child,
}

pub(super) struct CrowdComputePeers {
    stands: Vec<Stand>,
    argument: String,
    window: usize,
    notes: Vec<String>,
}

impl CrowdComputePeers {
    pub(super) async fn start(args: PeerArgs) -> Result<Self, Failure> {
        let mut notes = Vec::new();
        let mut stands = Vec::new();
        let has_python = match processes(args.road) {
            None => true,
            // In a process of its own it will be started once more.
            Some(_) => match Pool::start(1).await {
                Ok(pool) => {
                    notes.push(pool.describe());
                    pool.stop().await;
                    true
                }
                Err(why) => {
                    notes.push(format!("SKIPPED: no Python tasks are measured: {why}"));
                    false
                }
            },
        };
        let peers = [Peer::Framework, Peer::Raw];
        for peer in peers.into_iter().filter(|peer| *peer == Peer::Raw || has_python) {
            let foreman = foreman().await?;
            let worker = WorkerArgs {
                backend: "crowdcompute".to_owned(),
                peer,
                url: format!("crowdcompute+{}", foreman.url()),
                provisioner: String::new(),
                queue: args.road.to_owned(),
                connections: args.window,
                payload: args.payload,
                threads: args.threads,
            };
            let child = Child::worker(&worker, "").await?;
            stands.push(Stand { peer, foreman, child });
        }
        match &args.python {
            None => notes.push("no Python worker; --python PATH measures one".to_owned()),
            Some(python) => match imports(python).await? {
                Err(what) => notes.push(format!("the Python worker is SKIPPED: {what}")),
                Ok(()) => {
                    let foreman = foreman().await?;
                    let mut command = Command::new(python);
                    command.args(["-c", PYTHON, &foreman.url(), &args.window.to_string()]);
                    let child = Child::start(command, "").await?;
                    stands.push(Stand { peer: Peer::Python, foreman, child });
                }
            },
        }
        for Stand { foreman, .. } in &stands {
            let all = args.window;
            foreman.wait_for(|state| state.available() == all).await;
        }
        let argument = text(&Payload::new(args.payload).data);
        Ok(Self { stands, argument, window: args.window, notes })
    }

    async fn run(&self, peer: Peer, jobs: u64) -> Result<Sample, Failure> {
        let stand = self.stands.iter().find(|stand| stand.peer == peer);
        let foreman = &stand.ok_or_else(|| Failure::failed("there is no such peer"))?.foreman;
        let next = AtomicU64::new(0);
        let latency = Histogram::default();
        let submitter = async || -> Result<(), Failure> {
            let failed = |what: String| Failure::failed(format!("{peer:?}: {what}"));
            while next.fetch_add(1, Relaxed) < jobs {
                let start = Instant::now();
                let job = foreman.submit(testkit::Job::new(CODE, [self.argument.as_str()]));
                let results = timeout(PATIENCE, job.results())
                    .await
                    .map_err(|_| failed(format!("no result within {PATIENCE:?}")))?
                    .map_err(|error| failed(error.to_string()))?;
                latency.record(start.elapsed());
                if results.iter().ne([&self.argument]) {
                    return Err(failed(format!("gave a wrong result: {results:?}")));
                }
            }
            Ok(())
        };
        let start = Instant::now();
        try_join_all((0..self.window).map(|_| submitter())).await?;
        let elapsed = start.elapsed();
        Ok(Sample { jobs, elapsed, p50: latency.quantile(0.5), p99: latency.quantile(0.99) })
    }
}

async fn foreman() -> Result<Arc<Foreman>, Failure> {
    let config = ForemanConfig::new(Era::Head).limits(|limits| {
        // Of jobs that are over, hundreds of thousands would be kept.
        limits.tasks = 1000;
        limits.events = 1000;
    });
    let foreman = Foreman::start(config).await;
    foreman
        .map(Arc::new)
        .map_err(|error| Failure::failed(format!("the stand-in does not start: {error}")))
}

/// Whether the Python worker could run.
async fn imports(python: &Path) -> Result<Result<(), String>, Failure> {
    let tried = Command::new(python).args(["-c", IMPORTS]).output().await;
    let tried =
        tried.map_err(|error| Failure::usage(format!("--python {}: {error}", python.display())))?;
    if tried.status.success() {
        return Ok(Ok(()));
    }
    let said = String::from_utf8_lossy(&tried.stderr).into_owned();
    let last = said.lines().last().unwrap_or("it cannot be started");
    Ok(Err(format!("{last}; it needs the package websockets")))
}

impl Peers for CrowdComputePeers {
    fn measure(&mut self, peer: Peer, jobs: u64) -> Boxed<'_, Result<Sample, Failure>> {
        let this = &*self;
        Box::pin(this.run(peer, jobs))
    }

    fn peers(&self) -> Vec<Peer> {
        self.stands.iter().map(|stand| stand.peer).collect()
    }

    fn process(&self, peer: Peer) -> Option<&Child> {
        self.stands.iter().find(|stand| stand.peer == peer).map(|stand| &stand.child)
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    fn stop(self: Box<Self>) -> Boxed<'static, ()> {
        Box::pin(async move {
            for Stand { foreman, child, .. } in self.stands {
                child.stop().await;
                foreman.stop().await;
            }
        })
    }
}

/// The worker under test.
pub(super) async fn worker(args: &WorkerArgs) -> Result<Code, Failure> {
    let config = Config::from_uri(&args.url).map_err(|error| Failure::usage(error.to_string()))?;
    if args.peer == Peer::Raw {
        return super::bare::serve(args, &config).await;
    }
    let config = config
        .worker_id(name(args.peer))
        .era(EraSetting::Head)
        .max_concurrent_tasks(args.connections);
    let (config, router, pool) = match processes(&args.queue) {
        None => {
            let echo = async |Args(text): Args<String>| text;
            (config.native(Native::named("echo")), Router::new().route("echo", echo), None)
        }
        Some(count) => {
            let pool = Pool::start(count).await.map_err(Failure::failed)?;
            (config, Router::new().route(format!("{PYTHON_ROUTE}#"), pool.route()), Some(pool))
        }
    };
    let worker = Worker::new(router).serve(config).concurrency(args.connections).start()?;
    worker.control().ready().await.map_err(Failure::failed)?;
    say("ready")?;
    end_of_input().await;
    worker.control().drain();
    worker.wait().await?;
    if let Some(pool) = pool {
        pool.stop().await;
    }
    Ok(Code::Ok)
}

/// Waits until whoever started us lets go.
pub(super) async fn end_of_input() {
    let mut stdin = tokio::io::stdin();
    let mut buffer = [0; 64];
    while matches!(stdin.read(&mut buffer).await, Ok(1..)) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roads_tell_how_many_processes() {
        let counts: Vec<_> = ROADS.iter().map(|road| processes(road)).collect();
        assert_eq!(counts, [None, Some(1), Some(4)]);
    }
}
