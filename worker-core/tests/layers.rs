//! The tower layers, alone, in their blessed order, and beside tower's own.

#![allow(clippy::unwrap_used)]

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use journeyman_core::{
    JobError, JobErrorKind, JobInfo, Route, Router, StartedWorker, Value, Worker,
    backoff::Backoff,
    blocking,
    capability::RetryOwner,
    extract::Args,
    job::{Cancel, Job},
    layers::{
        CatchPanicLayer, ConcurrencyLayer, MetricsLayer, RateLimitLayer, RetryBudget, RetryLayer,
        Standard, TimeoutLayer, TraceLayer,
    },
    memory::{Memory, MemoryClient, Submission},
};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use tokio::time::{Instant, sleep};

fn start(router: Router) -> (StartedWorker, MemoryClient) {
    let (backend, client) = Memory::new();
    (Worker::new(router).serve(backend).start().unwrap(), client)
}

async fn stop(worker: StartedWorker) {
    worker.control().drain();
    worker.wait().await.unwrap();
}

/// Fails this often with a temporary error, then returns the attempt that it was told.
fn flaky(failures: usize) -> (Arc<AtomicUsize>, Route) {
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&calls);
    let route = Route::new(move |info: JobInfo| {
        let call = seen.fetch_add(1, SeqCst);
        async move {
            match call < failures {
                true => Err(JobError::failed("not yet").temporary()),
                false => Ok(info.attempt),
            }
        }
    });
    (calls, route)
}

fn quick() -> Backoff {
    Backoff::new(Duration::from_millis(10), Duration::from_millis(50))
}

// --- retry ---

#[tokio::test(start_paused = true)]
async fn a_temporary_error_is_tried_again_and_the_handler_sees_the_attempt() {
    let (calls, route) = flaky(2);
    let (worker, client) = start(Router::new().route("flaky", route.layer(RetryLayer::new(3))));
    assert_eq!(client.call::<u32>("flaky", &()).await.unwrap(), 3);
    assert_eq!(calls.load(SeqCst), 3);
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn attempts_are_limited_and_the_last_error_counts() {
    let (calls, route) = flaky(usize::MAX);
    let route = route.layer(RetryLayer::new(4).backoff(quick()).no_budget());
    let (worker, client) = start(Router::new().route("flaky", route));
    let error = client.call::<u32>("flaky", &()).await.unwrap_err();
    assert_eq!((error.message(), calls.load(SeqCst)), ("not yet", 4));
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_permanent_error_is_not_tried_again() {
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&calls);
    let handler = move || {
        seen.fetch_add(1, SeqCst);
        async { Err::<(), _>(JobError::failed("never")) }
    };
    let route = Route::new(handler).layer(RetryLayer::new(5));
    let (worker, client) = start(Router::new().route("broken", route));
    client.call::<()>("broken", &()).await.unwrap_err();
    assert_eq!(calls.load(SeqCst), 1);
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn the_delay_of_the_error_is_respected() {
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&calls);
    let handler = move || {
        let first = seen.fetch_add(1, SeqCst) == 0;
        async move {
            match first {
                true => Err(JobError::retry_after(Duration::from_secs(42), "busy")),
                false => Ok(()),
            }
        }
    };
    let route = Route::new(handler).layer(RetryLayer::new(2));
    let (worker, client) = start(Router::new().route("busy", route));
    let start = Instant::now();
    client.call::<()>("busy", &()).await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 42);
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn no_retry_where_the_server_retries_unless_told_to() {
    for (even, expected) in [(false, 1), (true, 3)] {
        let (calls, route) = flaky(2);
        let retry = RetryLayer::new(3);
        let retry = if even { retry.even_if_server_retries() } else { retry };
        let (backend, client) = Memory::new();
        let router = Router::new().route("flaky", route.layer(retry));
        let backend = backend.retry(RetryOwner::Server);
        let worker = Worker::new(router).serve(backend).start().unwrap();
        let result = client.call::<u32>("flaky", &()).await;
        assert_eq!((result.is_ok(), calls.load(SeqCst)), (even, expected));
        stop(worker).await;
    }
}

#[tokio::test(start_paused = true)]
async fn no_retry_starts_or_waits_beyond_the_deadline() {
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&calls);
    let handler = move || {
        seen.fetch_add(1, SeqCst);
        async { Err::<(), _>(JobError::retry_after(Duration::from_secs(4), "busy")) }
    };
    let route = Route::new(handler).layer(RetryLayer::new(100).no_budget());
    let (worker, client) = start(Router::new().route("busy", route));
    let start = Instant::now();
    let job = client.submit(Submission::new("busy").timeout(Duration::from_secs(10))).await;
    let error = job.await.unwrap_err();
    // Attempts at 0, 4 and 8 s; the wait until 12 s is not begun.
    assert_eq!(error.kind(), JobErrorKind::RetryAfter);
    assert_eq!((calls.load(SeqCst), start.elapsed().as_secs()), (3, 8));
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_cancel_ends_the_wait_for_a_retry() {
    let handler = async || Err::<(), _>(JobError::retry_after(Duration::from_secs(500), "busy"));
    let route = Route::new(handler).layer(RetryLayer::new(5));
    let (worker, client) = start(Router::new().route("busy", route));
    let start = Instant::now();
    let job = client.submit(Submission::new("busy")).await;
    sleep(Duration::from_secs(1)).await;
    client.cancel(job.id()).await;
    assert_eq!(job.await.unwrap_err().kind(), JobErrorKind::Cancelled);
    assert_eq!(start.elapsed().as_secs(), 1);
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn when_everything_fails_retries_stay_within_the_budget() {
    let (calls, route) = flaky(usize::MAX);
    let budget = Arc::new(RetryBudget::new(0.2, 0));
    let retry = RetryLayer::new(10).backoff(quick()).budget(budget);
    let (worker, client) = start(Router::new().route("flaky", route.layer(retry)));
    for _ in 0..100 {
        client.call::<u32>("flaky", &()).await.unwrap_err();
    }
    assert_eq!(calls.load(SeqCst), 120, "one retry in five calls");
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn one_budget_for_all_routes_of_a_layer() {
    let (a_calls, a) = flaky(usize::MAX);
    let (b_calls, b) = flaky(usize::MAX);
    let budget = Arc::new(RetryBudget::new(0.0, 1));
    let retry = RetryLayer::new(100).backoff(quick()).budget(budget);
    let router = Router::new().route("a", a).route("b", b).layer(retry);
    let (worker, client) = start(router);
    client.call::<u32>("a", &()).await.unwrap_err();
    client.call::<u32>("b", &()).await.unwrap_err();
    let calls = (a_calls.load(SeqCst), b_calls.load(SeqCst));
    assert!((11..=13).contains(&calls.0), "ten tokens, and those of the time spent: {calls:?}");
    assert!((1..=2).contains(&calls.1), "none is left for the other route: {calls:?}");
    stop(worker).await;
}

#[tokio::test]
async fn a_blocking_handler_keeps_its_permit_through_retries() {
    let (most, now) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (m, n) = (Arc::clone(&most), Arc::clone(&now));
    let work = blocking(move |info: JobInfo| {
        m.fetch_max(n.fetch_add(1, SeqCst) + 1, SeqCst);
        std::thread::sleep(Duration::from_millis(2));
        n.fetch_sub(1, SeqCst);
        match info.attempt {
            1 => Err(JobError::failed("once").temporary()),
            attempt => Ok(attempt),
        }
    });
    let retry = RetryLayer::new(2).backoff(quick()).no_budget();
    let (backend, client) = Memory::new();
    let router = Router::new().route("work", Route::new(work).layer(retry));
    let worker = Worker::new(router).serve(backend).concurrency(2).start().unwrap();
    let mut jobs = Vec::new();
    for _ in 0..20 {
        jobs.push(client.submit(Submission::new("work")).await);
    }
    for job in jobs {
        assert_eq!(job.await.unwrap(), Value::Int(2));
    }
    assert!(most.load(SeqCst) <= 2, "{most:?}");
    assert_eq!(worker.control().snapshot().free_permits, 2);
    stop(worker).await;
}

#[tokio::test]
async fn no_retry_while_the_thread_of_a_blocking_attempt_still_runs() {
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&calls);
    let (release, gate) = std::sync::mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let stuck = blocking(move || {
        seen.fetch_add(1, SeqCst);
        let _ = gate.lock().map(|gate| gate.recv());
    });
    let layers = Standard::new()
        .timeout(Duration::from_millis(20))
        .retry(RetryLayer::new(5).backoff(quick()).no_budget());
    let (worker, client) = start(Router::new().route("stuck", Route::new(stuck).layer(layers)));
    let error = client.call::<()>("stuck", &()).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::TimedOut);
    assert_eq!(calls.load(SeqCst), 1);
    assert_eq!(worker.control().snapshot().free_permits, 63, "the thread keeps the permit");
    release.send(()).unwrap();
    while worker.control().snapshot().free_permits < 64 {
        tokio::task::yield_now().await;
    }
    stop(worker).await;
}

// --- timeout, limits, panics ---

#[tokio::test(start_paused = true)]
async fn the_timeout_is_per_attempt_and_names_its_limit() {
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&calls);
    let handler = move || {
        seen.fetch_add(1, SeqCst);
        std::future::pending::<()>()
    };
    let layers =
        Standard::new().timeout(Duration::from_secs(3)).retry(RetryLayer::new(3).backoff(quick()));
    let (worker, client) = start(Router::new().route("slow", Route::new(handler).layer(layers)));
    let start = Instant::now();
    let error = client.call::<()>("slow", &()).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::TimedOut);
    assert_eq!(error.message(), "the attempt took longer than its limit of 3s");
    assert_eq!((calls.load(SeqCst), start.elapsed().as_secs()), (3, 9));
    stop(worker).await;

    let handler = async || std::future::pending::<()>().await;
    let once = Route::new(handler)
        .layer(TimeoutLayer::new(Duration::from_secs(3)).permanent())
        .layer(RetryLayer::new(3));
    let (worker, client) = self::start(Router::new().route("slow", once));
    assert!(!client.call::<()>("slow", &()).await.unwrap_err().is_temporary());
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn the_rate_limit_holds_over_routes_and_clones() {
    let now = async || ();
    let limit = RateLimitLayer::new(10, Duration::from_secs(1));
    let router = Router::new().route("a", now).route("b", now).layer(limit);
    let (worker, client) = start(router);
    let start = Instant::now();
    let mut jobs = Vec::new();
    for i in 0..40 {
        jobs.push(client.submit(Submission::new(["a", "b"][i % 2])).await);
    }
    for job in jobs {
        job.await.unwrap();
    }
    let took = start.elapsed();
    assert!(took >= Duration::from_secs(3) && took < Duration::from_millis(3100), "{took:?}");
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_wait_for_the_rate_limit_costs_nothing() {
    let limit = RateLimitLayer::new(1, Duration::from_secs(100));
    let (worker, client) = start(Router::new().route("a", async || ()).layer(limit));
    let start = Instant::now();
    client.call::<()>("a", &()).await.unwrap();
    let doomed = client.submit(Submission::new("a")).await;
    let next = client.submit(Submission::new("a")).await;
    sleep(Duration::from_secs(1)).await;
    client.cancel(doomed.id()).await;
    assert_eq!(doomed.await.unwrap_err().kind(), JobErrorKind::Cancelled);
    assert_eq!(start.elapsed().as_secs(), 1, "the wait ended at once");
    next.await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 100);
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn the_concurrency_limit_holds_over_routes() {
    let (most, now) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let work = || {
        let (most, now) = (Arc::clone(&most), Arc::clone(&now));
        move || {
            let (most, now) = (Arc::clone(&most), Arc::clone(&now));
            async move {
                most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
                sleep(Duration::from_millis(10)).await;
                now.fetch_sub(1, SeqCst);
            }
        }
    };
    let router =
        Router::new().route("a", work()).route("b", work()).layer(ConcurrencyLayer::new(3));
    let (worker, client) = start(router);
    let mut jobs = Vec::new();
    for i in 0..30 {
        jobs.push(client.submit(Submission::new(["a", "b"][i % 2])).await);
    }
    for job in jobs {
        job.await.unwrap();
    }
    assert_eq!(most.load(SeqCst), 3);
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_an_error_to_the_layers_outside() {
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&calls);
    let handler = move || {
        seen.fetch_add(1, SeqCst);
        async {
            if true {
                panic!("ouch {}", 7)
            }
        }
    };
    let seen = Arc::new(Mutex::new(None));
    let witness = Arc::clone(&seen);
    let note = tower::util::MapErrLayer::new(move |error: JobError| {
        *witness.lock().unwrap() = Some(error.kind());
        error
    });
    let route = Route::new(handler).layer(CatchPanicLayer::new()).layer(note);
    let (worker, client) = start(Router::new().route("panic", route));
    let error = client.call::<()>("panic", &()).await.unwrap_err();
    assert_eq!(error.message(), "the handler panicked: ouch 7");
    assert_eq!(*seen.lock().unwrap(), Some(JobErrorKind::Panicked));
    stop(worker).await;
}

// --- the blessed order ---

#[tokio::test(start_paused = true)]
async fn standard_keeps_its_order_whatever_the_order_of_the_calls() {
    // One place, jobs of 1.5 s and a limit of 2 s. Job 1 runs until 1.5 s. Job 2 gets the place
    // then, has 0.5 s left and is cut off at 2 s, job 3 while it waits: the timeout is outside of
    // the limit. Both are tried again, so the retry is outside of the timeout: one runs until
    // 3.5 s, the other is cut off once more and runs from 4 s to 5.5 s.
    let handler = async || sleep(Duration::from_millis(1500)).await;
    let retry = || RetryLayer::new(9).backoff(quick()).no_budget();
    let second = Duration::from_secs(1);
    for layers in [
        Standard::new().retry(retry()).timeout(2 * second).concurrency(1).rate_limit(99, second),
        Standard::new().concurrency(1).rate_limit(99, second).timeout(2 * second).retry(retry()),
    ] {
        let router = Router::new().route("slow", handler).layer(layers);
        let (worker, client) = start(router);
        let start = Instant::now();
        let mut jobs = Vec::new();
        for _ in 0..3 {
            jobs.push(client.submit(Submission::new("slow")).await);
        }
        for job in jobs {
            job.await.unwrap();
        }
        assert_eq!(start.elapsed().as_millis() / 100, 55);
        stop(worker).await;
    }
}

// --- trace and metrics ---

/// Keeps what was recorded, by name and labels.
#[derive(Clone, Debug, Default)]
struct Recorded(Arc<Mutex<HashMap<String, Vec<f64>>>>);

#[derive(Debug)]
struct Meter(Recorded, String);

impl Meter {
    fn add(&self, value: f64) {
        self.0.0.lock().unwrap().entry(self.1.clone()).or_default().push(value);
    }
}

impl metrics::CounterFn for Meter {
    fn increment(&self, value: u64) {
        self.add(value as f64);
    }

    fn absolute(&self, value: u64) {
        self.add(value as f64);
    }
}

impl metrics::HistogramFn for Meter {
    fn record(&self, value: f64) {
        self.add(value);
    }
}

impl Recorded {
    fn meter(&self, key: &Key) -> Arc<Meter> {
        let labels: Vec<_> = key.labels().map(|l| format!("{}={}", l.key(), l.value())).collect();
        Arc::new(Meter(self.clone(), format!("{}{{{}}}", key.name(), labels.join(","))))
    }

    fn get(&self, key: &str) -> Vec<f64> {
        self.0.lock().unwrap().get(key).cloned().unwrap_or_default()
    }
}

impl Recorder for Recorded {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.meter(key))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.meter(key))
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_are_measured_by_route_and_outcome_and_retries_counted() {
    let recorded = Recorded::default();
    let _guard = metrics::set_default_local_recorder(&recorded);
    let handler = async |info: JobInfo, cancel: Cancel| {
        sleep(Duration::from_secs(2)).await;
        if info.route.ends_with("deaf") {
            std::future::pending::<()>().await;
        }
        let _ = cancel;
        match info.attempt {
            1 => Err(JobError::failed("once").temporary()),
            _ => Ok(()),
        }
    };
    let router = Router::new()
        .route("work.*", handler)
        .layer(MetricsLayer::new())
        .layer(RetryLayer::new(2).no_budget());
    let (worker, client) = start(router);
    for name in ["work.a", "work.b", "work.c"] {
        client.call::<()>(name, &()).await.unwrap();
    }
    let deaf = client.submit(Submission::new("work.deaf").timeout(Duration::from_secs(3))).await;
    deaf.await.unwrap_err();
    stop(worker).await;

    let duration = "journeyman_attempt_duration_seconds";
    let seconds = |outcome: &str| -> Vec<f64> {
        let times = recorded.get(&format!("{duration}{{route=work.*,outcome={outcome}}}"));
        times.into_iter().map(f64::round).collect()
    };
    assert_eq!(seconds("failed"), [2.0, 2.0, 2.0]);
    assert_eq!(seconds("ok"), [2.0, 2.0, 2.0]);
    assert_eq!(seconds("dropped"), [8.0], "3 s of deadline and 5 s of grace");
    let retries: f64 = recorded.get("journeyman_retries_total{route=work.*}").iter().sum();
    assert_eq!(retries as u32, 3);
}

/// Collects log lines.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_its_span_and_its_level() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let handler = async |info: JobInfo, Args(what): Args<String>| match (&*what, info.attempt) {
        ("flaky", 1) => Err(JobError::failed("once").temporary()),
        ("input", _) => Err(JobError::bad_input("what?")),
        ("panic", _) => panic!("ouch"),
        _ => Ok(()),
    };
    let router = Router::new()
        .route("do.*", handler)
        .layer(Standard::new().retry(RetryLayer::new(2).backoff(quick())));
    let (worker, client) = start(router);
    for what in ["flaky", "input", "panic"] {
        let submission = Submission::new("do.it").id(what).args(what);
        let _ = client.submit(submission).await.await;
    }
    stop(worker).await;

    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let line = |parts: &[&str]| {
        let found = text.lines().any(|line| parts.iter().all(|part| line.contains(part)));
        assert!(found, "no line with {parts:?} in:\n{text}");
    };
    let span = |id: &str, attempt: u32, outcome: &str| {
        format!("attempt{{route=do.it id={id} attempt={attempt} outcome=\"{outcome}\"}}")
    };
    line(&["WARN", &span("flaky", 1, "failed"), "once"]);
    line(&["DEBUG", &span("flaky", 2, "ok")]);
    line(&["INFO", &span("input", 1, "bad_input"), "what?"]);
    line(&["ERROR", &span("panic", 1, "panicked"), "ouch"]);
}

// --- tower's own layers ---

#[tokio::test(start_paused = true)]
async fn layers_of_tower_work_as_they_are() {
    let slow = async || sleep(Duration::from_secs(10)).await;
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    let built = tower::ServiceBuilder::new()
        .map_request(move |job: Job| {
            count.fetch_add(1, SeqCst);
            job
        })
        .layer(RetryLayer::new(2).backoff(quick()))
        .layer(tower::limit::ConcurrencyLimitLayer::new(1))
        .into_inner();
    let router = Router::new()
        .route("limited", Route::new(slow).layer(tower::limit::ConcurrencyLimitLayer::new(2)))
        .route(
            "timed",
            Route::new(slow).layer(tower::timeout::TimeoutLayer::new(Duration::from_secs(1))),
        )
        .route("built", Route::new(async || "ok").layer(built))
        .route(
            "ours",
            Route::new(async || Err::<(), _>(JobError::rejected("no").with_code("NO")))
                .layer(tower::timeout::TimeoutLayer::new(Duration::from_secs(1)))
                .layer(Standard::new()),
        );
    let (worker, client) = start(router);

    let start = Instant::now();
    let mut jobs = Vec::new();
    for _ in 0..4 {
        jobs.push(client.submit(Submission::new("limited")).await);
    }
    for job in jobs {
        job.await.unwrap();
    }
    assert_eq!(start.elapsed().as_secs(), 20);
    let error = client.call::<()>("timed", &()).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::TimedOut, "{error}");
    assert_eq!(client.call::<String>("built", &()).await.unwrap(), "ok");
    assert_eq!(seen.load(SeqCst), 1);
    let error = client.call::<()>("ours", &()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (JobErrorKind::Rejected, Some("NO")));
    stop(worker).await;
}

#[tokio::test]
async fn trace_alone() {
    let route = Route::new(async || 1).layer(TraceLayer::new());
    let (worker, client) = start(Router::new().route("one", route));
    assert_eq!(client.call::<i32>("one", &()).await.unwrap(), 1);
    stop(worker).await;
}
