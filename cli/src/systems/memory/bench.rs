//! Echo jobs in memory: both sides are in the process under test.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

use futures_util::future::try_join_all;
use journeyman_core::{
    Router, Value, Worker,
    memory::{Memory, Submission},
    snapshot::Histogram,
};
use tokio::sync::{mpsc, oneshot};
use tower::{Service, ServiceExt};

use crate::{
    bench::{Payload, Peer, Sample, WorkerArgs, answer, echo},
    exit::{Code, Failure},
};

/// Jobs that may wait, as in the in-memory backend.
const QUEUE: usize = 1024;

/// The worker under test.
pub(super) async fn worker(args: &WorkerArgs) -> Result<Code, Failure> {
    let input = Value::from_serialize(&Payload::new(args.payload))
        .map_err(|error| Failure::failed(error.to_string()))?;
    let window = args.connections;
    match args.peer {
        Peer::Raw => {
            let echo = tower::service_fn(|payload: Value| async move {
                Ok::<_, std::convert::Infallible>(payload)
            });
            let submit = bare(echo);
            answer(|jobs| {
                run(jobs, window, async || {
                    let (reply, answer) = oneshot::channel();
                    let _ = submit.send((input.clone(), reply)).await;
                    answer.await.is_ok_and(|result| result == input)
                })
            })
            .await?;
        }
        _ => {
            let (backend, client) = Memory::new();
            let router = Router::new().route("echo", echo);
            let worker = Worker::new(router).serve(backend).concurrency(window).start()?;
            worker.control().ready().await.map_err(Failure::failed)?;
            let route: Arc<str> = "echo".into();
            answer(|jobs| {
                run(jobs, window, async || {
                    let submission = Submission::new(Arc::clone(&route)).args(input.clone());
                    client.submit(submission).await.await.is_ok_and(|result| result == input)
                })
            })
            .await?;
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

/// Runs so many jobs, `window` at a time.
async fn run(jobs: u64, window: usize, job: impl AsyncFn() -> bool) -> Result<Sample, Failure> {
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
    let elapsed = start.elapsed();
    Ok(Sample { jobs, elapsed, p50: latency.quantile(0.5), p99: latency.quantile(0.99) })
}
