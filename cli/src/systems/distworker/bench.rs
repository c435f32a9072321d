//! Echo jobs through the stand-in controller.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

use bytes::Bytes;
use futures_util::future::try_join_all;
use journeyman_core::{Router, Worker, snapshot::Histogram};
use journeyman_distworker::{Config, structs};
use journeyman_testkit::distworker::{Config as ServerConfig, Controller, Provisioner};
use tokio::{io::AsyncReadExt, process::Command};

use super::Boxed;
use crate::{
    bench::{Child, Payload, Peer, PeerArgs, Peers, Sample, WorkerArgs, echo},
    exit::{Code, Failure},
    output::say,
};

const TOKEN: &str = "bench-token";
const MAX_INPUT: usize = 16 << 20;
/// The Python SDK's worker, once per connection, in one event loop.
const PYTHON: &str = include_str!("sdk_echo.py");

pub(super) struct DistWorkerPeers {
    controller: Arc<Controller>,
    children: Vec<(Peer, Child)>,
    input: Bytes,
    window: usize,
}

fn name(peer: Peer) -> &'static str {
    match peer {
        Peer::Framework => "framework",
        Peer::Raw => "raw",
        Peer::Python => "python",
    }
}

impl DistWorkerPeers {
    pub(super) async fn start(args: PeerArgs) -> Result<Self, Failure> {
        let mut config = ServerConfig::default().task_events(false);
        // Each peer has its queue, so that one at a time has work.
        for peer in [Peer::Framework, Peer::Raw, Peer::Python] {
            let provisioner = Provisioner::shared_token(TOKEN, [name(peer)]);
            config = config.provisioner(name(peer), provisioner);
        }
        let controller = Controller::start(config)
            .await
            .map_err(|error| Failure::failed(format!("the stand-in does not start: {error}")))?;
        let mut children = Vec::new();
        for peer in [Peer::Framework, Peer::Raw] {
            let worker = WorkerArgs {
                backend: "distworker".to_owned(),
                peer,
                url: controller.worker_url(),
                provisioner: name(peer).to_owned(),
                queue: name(peer).to_owned(),
                connections: args.window,
                payload: args.payload,
                threads: args.threads,
            };
            children.push((peer, Child::worker(&worker, TOKEN).await?));
        }
        if let Some(python) = &args.python {
            let mut command = Command::new(python);
            command.args(["-c", PYTHON, &args.window.to_string()]);
            command.env("DISTWORKER_CONTROLLER_URL", controller.worker_url());
            command.env("DISTWORKER_PROVISIONER", name(Peer::Python));
            children.push((Peer::Python, Child::start(command, TOKEN).await?));
        }
        let input = structs::encode_object(&Payload::new(args.payload), "result", MAX_INPUT)
            .map_err(|error| Failure::failed(error.to_string()))?
            .unwrap_or_default();
        let controller = Arc::new(controller);
        let peers = Self { controller, children, input, window: args.window };
        peers.all_registered().await;
        Ok(peers)
    }

    /// Waits until every connection of every peer can be given tasks.
    async fn all_registered(&self) {
        use journeyman_testkit::distworker::Event;

        let mut missing = self.window * self.children.len();
        let mut events = self.controller.events();
        while missing > 0 {
            events.wait_for(|event| matches!(event, Event::Registered { .. })).await;
            missing -= 1;
        }
    }

    async fn run(&self, peer: Peer, jobs: u64) -> Result<Sample, Failure> {
        let next = AtomicU64::new(0);
        let latency = Histogram::default();
        let submitter = async || -> Result<(), Failure> {
            while next.fetch_add(1, Relaxed) < jobs {
                let start = Instant::now();
                let mut task = self
                    .controller
                    .submit_raw(name(peer), self.input.clone())
                    .map_err(|error| Failure::failed(error.to_string()))?;
                let task = task.wait().await.map_err(|error| Failure::failed(error.to_string()))?;
                latency.record(start.elapsed());
                self.right(peer, task.result.as_ref(), task.error.is_some())?;
            }
            Ok(())
        };
        let start = Instant::now();
        try_join_all((0..self.window).map(|_| submitter())).await?;
        let elapsed = start.elapsed();
        Ok(Sample { jobs, elapsed, p50: latency.quantile(0.5), p99: latency.quantile(0.99) })
    }

    /// Whether what came back is what was sent.
    fn right(&self, peer: Peer, result: Option<&Bytes>, failed: bool) -> Result<(), Failure> {
        let same = |result: &Bytes| {
            // The same encoder gives the same bytes; others may order and write them otherwise.
            *result == self.input
                || structs::from_bytes::<Payload>(result).ok()
                    == structs::from_bytes::<Payload>(&self.input).ok()
        };
        match result {
            Some(result) if !failed && same(result) => Ok(()),
            _ => Err(Failure::failed(format!("{peer:?} gave a wrong result"))),
        }
    }
}

impl Peers for DistWorkerPeers {
    fn measure(&mut self, peer: Peer, jobs: u64) -> Boxed<'_, Result<Sample, Failure>> {
        let this = &*self;
        Box::pin(this.run(peer, jobs))
    }

    fn peers(&self) -> Vec<Peer> {
        self.children.iter().map(|(peer, _)| *peer).collect()
    }

    fn process(&self, peer: Peer) -> Option<&Child> {
        self.children.iter().find(|(other, _)| *other == peer).map(|(_, child)| child)
    }

    fn stop(self: Box<Self>) -> Boxed<'static, ()> {
        Box::pin(async move {
            for (_, child) in self.children {
                child.stop().await;
            }
            self.controller.shutdown().await;
        })
    }
}

/// The worker under test.
pub(super) async fn worker(args: &WorkerArgs) -> Result<Code, Failure> {
    let token = std::env::var("DISTWORKER_WORKER_TOKEN").unwrap_or_default();
    if args.peer == Peer::Raw {
        return super::canned::serve(args, token.as_bytes()).await;
    }
    let config = Config::new(args.url.as_str(), args.provisioner.as_str())
        .worker_token(token)
        .connections(args.connections);
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
