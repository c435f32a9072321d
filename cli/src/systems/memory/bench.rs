//! Echo jobs in memory: both sides are in the process under test.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use journeyman_core::{
    Router, Value, Worker,
    memory::{Memory, Submission},
    snapshot::Histogram,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    sync::{mpsc, oneshot},
};
use tower::{Service, ServiceExt};

use crate::{
    bench::{Child, Payload, Peer, PeerArgs, Peers, Sample, WorkerArgs, echo},
    exit::{Code, Failure},
    output::say,
    systems::Boxed,
};

/// Jobs that may wait, as in the in-memory backend.
const QUEUE: usize = 1024;

pub(super) struct MemoryPeers {
    children: Vec<(Peer, Child)>,
}

impl MemoryPeers {
    pub(super) async fn start(args: &PeerArgs) -> Result<Self, Failure> {
        let mut children = Vec::new();
        for peer in [Peer::Framework, Peer::Raw] {
            let worker = WorkerArgs {
                backend: "memory".to_owned(),
                peer,
                url: String::new(),
                provisioner: String::new(),
                queue: "echo".to_owned(),
                connections: args.window,
                payload: args.payload,
                threads: args.threads,
            };
            children.push((peer, Child::worker(&worker, "").await?));
        }
        Ok(Self { children })
    }
}

impl Peers for MemoryPeers {
    fn measure(&mut self, peer: Peer, jobs: u64) -> Boxed<'_, Result<Sample, Failure>> {
        Box::pin(async move {
            let child = self.children.iter_mut().find(|(other, _)| *other == peer);
            let (_, child) = child.ok_or_else(|| Failure::failed("there is no such peer"))?;
            let answer = child.ask(&jobs.to_string()).await?;
            let numbers: Option<Vec<u64>> =
                answer.split(' ').map(|number| number.parse().ok()).collect();
            match numbers.as_deref() {
                Some([elapsed, p50, p99]) => Ok(Sample {
                    jobs,
                    elapsed: Duration::from_nanos(*elapsed),
                    p50: Duration::from_nanos(*p50),
                    p99: Duration::from_nanos(*p99),
                }),
                _ => Err(Failure::failed(format!("the worker under test said {answer:?}"))),
            }
        })
    }

    fn peers(&self) -> Vec<Peer> {
        self.children.iter().map(|(peer, _)| *peer).collect()
    }

    fn process(&self, peer: Peer) -> Option<&Child> {
        self.children.iter().find(|(other, _)| *other == peer).map(|(_, child)| child)
    }

    fn is_driven_from_here(&self) -> bool {
        false
    }

    fn stop(self: Box<Self>) -> Boxed<'static, ()> {
        Box::pin(async move {
            for (_, child) in self.children {
                child.stop().await;
            }
        })
    }
}

/// The worker under test: a line with a number of jobs runs them and is answered with three
/// numbers in nanoseconds, the time in all, the median and the 99th percentile.
pub(super) async fn worker(args: &WorkerArgs) -> Result<Code, Failure> {
    let input = Value::from_serialize(&Payload::new(args.payload))
        .map_err(|error| Failure::failed(error.to_string()))?;
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    match args.peer {
        Peer::Raw => {
            let echo = tower::service_fn(|payload: Value| async move {
                Ok::<_, std::convert::Infallible>(payload)
            });
            let submit = bare(echo);
            say("ready")?;
            while let Ok(Some(line)) = lines.next_line().await {
                run(&line, args.connections, async || {
                    let (reply, answer) = oneshot::channel();
                    let _ = submit.send((input.clone(), reply)).await;
                    answer.await.is_ok_and(|result| result == input)
                })
                .await?;
            }
        }
        _ => {
            let (backend, client) = Memory::new();
            let router = Router::new().route("echo", echo);
            let worker =
                Worker::new(router).serve(backend).concurrency(args.connections).start()?;
            worker.control().ready().await.map_err(Failure::failed)?;
            say("ready")?;
            let route: Arc<str> = "echo".into();
            while let Ok(Some(line)) = lines.next_line().await {
                run(&line, args.connections, async || {
                    let submission = Submission::new(Arc::clone(&route)).args(input.clone());
                    client.submit(submission).await.await.is_ok_and(|result| result == input)
                })
                .await?;
            }
            worker.control().drain();
            worker.wait().await?;
        }
    }
    Ok(Code::Ok)
}

type Job = (Value, oneshot::Sender<Value>);

/// The least that runs jobs side by side: a channel, a task per job, a tower service.
fn bare<S>(service: S) -> mpsc::Sender<Job>
where
    S: Service<Value, Response = Value> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
{
    let (sender, mut receiver) = mpsc::channel::<Job>(QUEUE);
    tokio::spawn(async move {
        while let Some((payload, reply)) = receiver.recv().await {
            let service = service.clone();
            tokio::spawn(async move {
                if let Ok(result) = service.oneshot(payload).await {
                    // Nobody waits for it any more.
                    let _ = reply.send(result);
                }
            });
        }
    });
    sender
}

/// Runs as many jobs as the line says, `window` at a time.
async fn run(line: &str, window: usize, job: impl AsyncFn() -> bool) -> Result<(), Failure> {
    let jobs: u64 =
        line.trim().parse().map_err(|_| Failure::usage("give a number of jobs per line"))?;
    let next = AtomicU64::new(0);
    let latency = Histogram::default();
    let submitter = async || -> Result<(), Failure> {
        while next.fetch_add(1, Relaxed) < jobs {
            let start = Instant::now();
            if !job().await {
                return Err(Failure::failed("a wrong result"));
            }
            latency.record(start.elapsed());
        }
        Ok(())
    };
    let start = Instant::now();
    try_join_all((0..window).map(|_| submitter())).await?;
    let (elapsed, p50, p99) = (start.elapsed(), latency.quantile(0.5), latency.quantile(0.99));
    say(format_args!("{} {} {}", elapsed.as_nanos(), p50.as_nanos(), p99.as_nanos()))
}
