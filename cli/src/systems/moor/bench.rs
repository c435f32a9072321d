//! Echo requests through the stand-in daemon.

use std::{
    path::Path,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use journeyman_core::{Router, Worker, snapshot::Histogram};
use journeyman_moor::Config;
use journeyman_testkit::moor::{Config as DaemonConfig, Daemon, Engine, Value};
use tokio::{io::AsyncReadExt, process::Command};

use super::Boxed;
use crate::{
    bench::{Child, Payload, Peer, PeerArgs, Peers, Sample, WorkerArgs, echo},
    exit::{Code, Failure},
    folder::TempFolder,
    output::say,
};

const IPC: &str = "ipc";
const TCP: &str = "tcp";

/// Unix sockets, and loopback TCP without encryption.
pub(super) const ROADS: &[&str] = if cfg!(unix) { &[IPC, TCP] } else { &[TCP] };

/// A worker on `pyzmq` and the `flatbuffers` package.
const PYTHON: &str = include_str!("echo.py");
/// What it imports.
const IMPORTS: &str = "import zmq, flatbuffers";

/// How long nothing may happen before a request counts as lost.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct MoorPeers {
    stands: Vec<Stand>,
    text: String,
    window: usize,
    notes: Vec<String>,
    /// Where the sockets are.
    _folder: TempFolder,
}

/// A peer at a daemon of its own: what one daemon publishes, all its workers have to read.
struct Stand {
    peer: Peer,
    daemon: Daemon,
    child: Child,
}

/// The worker type of a peer.
fn name(peer: Peer) -> &'static str {
    match peer {
        Peer::Framework => "framework",
        Peer::Raw => "raw",
        Peer::Python => "python",
    }
}

impl MoorPeers {
    pub(super) async fn start(args: PeerArgs) -> Result<Self, Failure> {
        let folder = TempFolder::new("bench")?;
        let mut stands = Vec::new();
        let mut notes = Vec::new();
        for peer in [Peer::Framework, Peer::Raw] {
            let daemon = daemon(args.road, peer, folder.path()).await?;
            let (requests, responses) = (daemon.requests(), daemon.responses());
            let worker = WorkerArgs {
                backend: "moor".to_owned(),
                peer,
                url: format!("moor+{requests}?response={responses}&curve=off"),
                provisioner: String::new(),
                queue: name(peer).to_owned(),
                connections: args.window,
                payload: args.payload,
                threads: args.threads,
            };
            let child = Child::worker(&worker, "").await?;
            stands.push(Stand { peer, daemon, child });
        }
        match &args.python {
            None => notes.push("no Python worker; --python PATH measures one, too".to_owned()),
            Some(python) => match lacks(python).await? {
                Some(what) => notes.push(format!("the Python worker is SKIPPED: {what}")),
                None => {
                    let peer = Peer::Python;
                    let daemon = daemon(args.road, peer, folder.path()).await?;
                    let mut command = Command::new(python);
                    command.args(["-c", PYTHON, daemon.requests(), daemon.responses(), name(peer)]);
                    let child = Child::start(command, "").await?;
                    stands.push(Stand { peer, daemon, child });
                }
            },
        }
        for stand in &stands {
            stand.daemon.subscribed(1).await;
            stand.daemon.attached(name(stand.peer), 1).await;
        }
        let text = Payload::new(args.payload).data;
        Ok(Self { stands, text, window: args.window, notes, _folder: folder })
    }

    fn of(&self, peer: Peer) -> Option<&Stand> {
        self.stands.iter().find(|stand| stand.peer == peer)
    }

    async fn run(&self, peer: Peer, jobs: u64) -> Result<Sample, Failure> {
        let stand = self.of(peer).ok_or_else(|| Failure::failed("there is no such peer"))?;
        let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
        let latency = Histogram::default();
        let arguments = [Value::str(self.text.as_str())];
        let wanted = Value::map([(Value::str("data"), Value::str(self.text.as_str()))]);
        let submitter = async || -> Result<(), Failure> {
            while next.fetch_add(1, Relaxed) < jobs {
                let start = Instant::now();
                let got = stand.daemon.request(name(peer), &arguments, None).await;
                latency.record(start.elapsed());
                done.fetch_add(1, Relaxed);
                match got {
                    Ok(got) if got == wanted => {}
                    Ok(_) => return Err(Failure::failed(format!("{peer:?} gave a wrong result"))),
                    Err(failure) => return Err(Failure::failed(format!("{peer:?}: {failure}"))),
                }
            }
            Ok(())
        };
        // A request that is lost is lost for ever: nobody on this wire keeps a time.
        let watch = async {
            let mut before = u64::MAX;
            while before != done.load(Relaxed) {
                before = done.load(Relaxed);
                tokio::time::sleep(PATIENCE).await;
            }
            Failure::failed(format!("{peer:?}: no request was answered for {PATIENCE:?}"))
        };
        let start = Instant::now();
        tokio::select! {
            biased;
            all = try_join_all((0..self.window).map(|_| submitter())) => drop(all?),
            lost = watch => return Err(lost),
        }
        let elapsed = start.elapsed();
        Ok(Sample { jobs, elapsed, p50: latency.quantile(0.5), p99: latency.quantile(0.99) })
    }
}

/// A daemon for a peer.
async fn daemon(road: &str, peer: Peer, folder: &Path) -> Result<Daemon, Failure> {
    let config = DaemonConfig::curve().engine(Engine::Fast).request_events(false);
    let at =
        |what: &str| format!("ipc://{}", folder.join(format!("{}-{what}", name(peer))).display());
    let config = match road {
        IPC => config.endpoints(at("request"), at("response")),
        _ => config,
    };
    let config = config.enrollment(None).encrypted(false);
    Daemon::start(config).await.map_err(|error| Failure::failed(error.to_string()))
}

/// What an interpreter lacks to run the Python worker.
async fn lacks(python: &Path) -> Result<Option<String>, Failure> {
    let tried = Command::new(python).args(["-c", IMPORTS]).output().await;
    let tried =
        tried.map_err(|error| Failure::usage(format!("--python {}: {error}", python.display())))?;
    if tried.status.success() {
        return Ok(None);
    }
    let said = String::from_utf8_lossy(&tried.stderr).into_owned();
    let last = said.lines().last().unwrap_or("it cannot be started");
    Ok(Some(format!("{last}; it needs the packages pyzmq and flatbuffers")))
}

impl Peers for MoorPeers {
    fn measure(&mut self, peer: Peer, jobs: u64) -> Boxed<'_, Result<Sample, Failure>> {
        let this = &*self;
        Box::pin(this.run(peer, jobs))
    }

    fn peers(&self) -> Vec<Peer> {
        self.stands.iter().map(|stand| stand.peer).collect()
    }

    fn process(&self, peer: Peer) -> Option<&Child> {
        self.of(peer).map(|stand| &stand.child)
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    fn stop(self: Box<Self>) -> Boxed<'static, ()> {
        Box::pin(async move {
            for Stand { daemon, child, .. } in self.stands {
                child.stop().await;
                daemon.shutdown().await;
            }
        })
    }
}

/// The worker under test.
pub(super) async fn worker(args: &WorkerArgs) -> Result<Code, Failure> {
    let config = Config::from_uri(&args.url).map_err(|error| Failure::usage(error.to_string()))?;
    if args.peer == Peer::Raw {
        return super::canned::serve(args, &config).await;
    }
    let router = Router::new().route(args.queue.as_str(), echo);
    let worker = Worker::new(router).serve(config).concurrency(args.connections).start()?;
    worker.control().ready().await.map_err(Failure::failed)?;
    say("ready")?;
    end_of_input().await;
    worker.control().drain();
    worker.wait().await?;
    Ok(Code::Ok)
}

/// Waits until whoever started us lets go.
pub(super) async fn end_of_input() {
    let mut stdin = tokio::io::stdin();
    let mut buffer = [0; 64];
    while matches!(stdin.read(&mut buffer).await, Ok(1..)) {}
}
