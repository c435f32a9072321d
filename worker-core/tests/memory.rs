//! Handlers of every form on the in-memory backend.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use journeyman_core::{
    Handler, Job, JobError, JobErrorKind, JobInfo, JobResult, Reply, Route, Router, StartedWorker,
    Value, Worker, blocking,
    extract::{Args, State},
    job::{Cancel, CancelReason, Deadline, Events, Progress},
    memory::{Memory, MemoryClient, Submission, Update},
};
use serde::{Deserialize, Serialize};

fn start(router: Router) -> (StartedWorker, MemoryClient) {
    let (backend, client) = Memory::new();
    (Worker::new(router).serve(backend).start().unwrap(), client)
}

async fn stop(worker: StartedWorker) {
    worker.control().drain();
    worker.wait().await.unwrap();
}

#[derive(Deserialize)]
struct Add {
    a: i64,
    b: i64,
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Sum {
    sum: i64,
}

async fn add(Args(Add { a, b }): Args<Add>) -> Sum {
    Sum { sum: a + b }
}

struct Greeter(&'static str);

impl Handler for Greeter {
    async fn call(&self, job: Job) -> JobResult {
        let Args(name) = job.extract::<Args<String>>()?;
        job.reply(&format!("{} {name}", self.0))
    }
}

#[tokio::test]
async fn every_form_of_handler() {
    let router = Router::new()
        .route("add", add)
        .route("greet", Greeter("hello"))
        .route("blocking", blocking(|Args(n): Args<u64>| (0..n).sum::<u64>()))
        .route("state", async |State(word): State<&'static str>| word)
        .route("fallible", async |Args(text): Args<String>| -> Result<i64, JobError> {
            Ok(text.parse::<i64>()?)
        })
        .route("io", async || Err::<(), _>(std::io::Error::other("no disk")))
        .route("nothing", async || ())
        .route("reply", async || Reply::new(1).with("an extension"))
        .route("info", async |info: JobInfo| (info.route.to_string(), info.backend.to_string()))
        .route("panic", async || -> () { panic!("ouch") })
        .route("math.*", async |info: JobInfo| info.route.to_string())
        .fallback(async |info: JobInfo, value: Value| (info.route.to_string(), value))
        .state("a word");
    let (worker, client) = start(router);

    let sum: Sum = client.call("add", &(2, 3)).await.unwrap();
    assert_eq!(sum, Sum { sum: 5 });
    assert_eq!(client.call::<String>("greet", "you").await.unwrap(), "hello you");
    assert_eq!(client.call::<u64>("blocking", &[5]).await.unwrap(), 10);
    assert_eq!(client.call::<String>("state", &()).await.unwrap(), "a word");
    assert_eq!(client.call::<i64>("fallible", "42").await.unwrap(), 42);
    client.call::<()>("nothing", &()).await.unwrap();
    assert_eq!(client.call::<i64>("reply", &()).await.unwrap(), 1);
    let info: (String, String) = client.call("info", &()).await.unwrap();
    assert_eq!(info, ("info".into(), "memory".into()));
    assert_eq!(client.call::<String>("math.x", &()).await.unwrap(), "math.x");
    let other: (String, i64) = client.call("other", &5).await.unwrap();
    assert_eq!(other, ("other".into(), 5));

    let error = client.call::<i64>("fallible", "x").await.unwrap_err();
    assert_eq!(error.message(), "invalid digit found in string");
    assert_eq!(client.call::<()>("io", &()).await.unwrap_err().message(), "no disk");
    let error = client.call::<()>("panic", &()).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::Panicked);
    assert_eq!(error.message(), "the handler panicked: ouch");
    let error = client.call::<()>("add", &Sum { sum: 1 }).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::BadInput);
    assert_eq!(error.message(), "the arguments do not fit: missing field `a`");

    let snapshot = worker.control().snapshot();
    let counts = snapshot.sessions[0].counts;
    assert_eq!((counts.accepted, counts.ok, counts.failed, counts.in_flight), (14, 10, 4, 0));
    stop(worker).await;
}

#[tokio::test]
async fn progress_and_events_come_in_order_before_the_end() {
    async fn count(
        Args(n): Args<u32>,
        progress: Progress,
        events: Events,
    ) -> Result<u32, JobError> {
        for i in 0..n {
            progress.send(f64::from(i) / f64::from(n), "", &i).await?;
        }
        events.publish("counted", &n).await?;
        Ok(n)
    }
    let (worker, client) = start(Router::new().route("count", count));
    let mut job = client.submit(Submission::new("count").args(500).watched()).await;
    assert_eq!((&mut job).await.unwrap(), Value::Int(500));
    for i in 0..500 {
        let Some(Update::Progress { data, .. }) = job.update().await else { panic!("update {i}") };
        assert_eq!(data, Some(Value::Int(i)));
    }
    let payload = Value::Int(500);
    assert_eq!(job.update().await, Some(Update::Event { name: "counted".into(), payload }));
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn the_framework_keeps_deadlines() {
    let (seen, mut reasons) = tokio::sync::mpsc::unbounded_channel();
    let router = Router::new().route("deaf", async || std::future::pending::<()>().await).route(
        "polite",
        move |cancel: Cancel, deadline: Deadline| {
            let seen = seen.clone();
            async move {
                assert!(deadline.remaining() <= Some(Duration::from_secs(2)));
                seen.send(cancel.cancelled().await).unwrap();
            }
        },
    );
    let (worker, client) = start(router);
    for route in ["deaf", "polite"] {
        let job = client.submit(Submission::new(route).timeout(Duration::from_secs(2))).await;
        let start = tokio::time::Instant::now();
        assert_eq!(job.await.unwrap_err().kind(), JobErrorKind::TimedOut);
        assert_eq!(start.elapsed().as_secs(), 2);
    }
    assert_eq!(reasons.recv().await, Some(CancelReason::Deadline));
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn the_server_can_cancel() {
    let router = Router::new().route("wait", async |cancel: Cancel| -> Result<(), JobError> {
        cancel.cancelled().await;
        cancel.check()
    });
    let (worker, client) = start(router);
    let job = client.submit(Submission::new("wait")).await;
    client.cancel(job.id()).await;
    let error = job.await.unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (JobErrorKind::Cancelled, "cancelled by the server")
    );
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_drain_lets_jobs_finish_and_then_stops_them() {
    let router = Router::new()
        .route("short", async || tokio::time::sleep(Duration::from_secs(5)).await)
        .route("long", async || tokio::time::sleep(Duration::from_secs(500)).await);
    let (worker, client) = start(router);
    let short = client.submit(Submission::new("short")).await;
    let long = client.submit(Submission::new("long")).await;
    while worker.control().snapshot().running < 2 {
        tokio::task::yield_now().await;
    }
    worker.control().drain_within(Duration::from_secs(30));
    let late = client.submit(Submission::new("short")).await;
    let summary = worker.wait().await.unwrap();
    assert_eq!(short.await.unwrap(), Value::Null);
    assert_eq!(long.await.unwrap_err().kind(), JobErrorKind::HandedBack);
    assert_eq!(late.await.unwrap_err().kind(), JobErrorKind::HandedBack);
    assert_eq!(summary.unfinished, 0);
}

#[tokio::test(start_paused = true)]
async fn results_survive_a_lost_connection() {
    let router =
        Router::new().route("slow", async || tokio::time::sleep(Duration::from_secs(5)).await);
    let (worker, client) = start(router);
    let job = client.submit(Submission::new("slow")).await;
    client.disconnect().await;
    job.await.unwrap();
    let counts = worker.control().snapshot().sessions[0].counts;
    assert_eq!((counts.connections, counts.ok, counts.dropped), (2, 1, 0));
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn the_budget_is_kept() {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    };
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (n, m) = (Arc::clone(&now), Arc::clone(&most));
    let work = move || {
        let (now, most) = (Arc::clone(&n), Arc::clone(&m));
        async move {
            most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
            tokio::time::sleep(Duration::from_millis(10)).await;
            now.fetch_sub(1, SeqCst);
        }
    };
    let router = Router::new().route("work", Route::new(work).concurrency(3));
    let (worker, client) = start(router);
    let mut jobs = Vec::new();
    for _ in 0..50 {
        jobs.push(client.submit(Submission::new("work")).await);
    }
    for job in jobs {
        job.await.unwrap();
    }
    assert_eq!(most.load(SeqCst), 3);
    stop(worker).await;
}

#[test]
fn mistakes_are_found_at_the_start() {
    let start = |router: Router| {
        let (backend, _client) = Memory::new();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _guard = runtime.enter();
        Worker::new(router).serve(backend).start().unwrap_err().to_string()
    };
    let nothing = async || ();
    assert_eq!(
        start(Router::new().route("a.*", nothing).route("*.b", nothing)),
        "configure: the routes `*.b` and `a.*` match some of the same names and neither is more \
         specific; take one out, or make one more specific"
    );
    assert_eq!(
        start(Router::new().route("a", async |_: State<u8>| ())),
        "configure: the handler of `a` takes `State<u8>`, but the router has no such state; add \
         it with `Router::state`"
    );
    assert!(start(Router::new().route("a", nothing).route("a", nothing)).contains("twice"));
}
