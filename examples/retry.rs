//! Retrying: only errors that are marked temporary, within the job's deadline, with backoff and a
//! budget. It is for backends where nobody else retries; where the server does, the layer keeps
//! still by itself.
//!
//! Run it with `cargo run --example retry`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use journeyman::{
    JobErrorKind,
    core::backoff::Backoff,
    layers::{RetryLayer, Standard},
    memory::Memory,
    prelude::*,
};

/// A service that is busy at first.
#[derive(Clone, Default)]
struct Flaky(Arc<AtomicU32>);

async fn fetch(State(service): State<Flaky>, info: JobInfo) -> Result<u32, JobError> {
    println!("fetch: attempt {}", info.attempt);
    match service.0.fetch_add(1, Ordering::Relaxed) {
        // The error says how long to wait; without it, the layer's backoff decides.
        0 => Err(JobError::retry_after(Duration::from_millis(20), "busy")),
        1 => Err(JobError::failed("the connection was reset").temporary()),
        _ => Ok(info.attempt),
    }
}

/// An error that no retry can cure.
async fn parse(Args(text): Args<String>, info: JobInfo) -> Result<i64, JobError> {
    println!("parse: attempt {}", info.attempt);
    Ok(text.parse::<i64>()?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let backoff = Backoff::new(Duration::from_millis(10), Duration::from_secs(1));
    let router = Router::new()
        .route("fetch", fetch)
        .route("parse", parse)
        .layer(Standard::new().retry(RetryLayer::new(5).backoff(backoff)))
        .state(Flaky::default());
    let (backend, client) = Memory::new();
    let worker = Worker::new(router).serve(backend).start()?;

    let attempt: u32 = client.call("fetch", &()).await?;
    println!("fetch succeeded at attempt {attempt}");
    assert_eq!(attempt, 3);

    let error = client.call::<i64>("parse", "twelve").await.expect_err("it must fail");
    println!("parse failed at once: {error}");
    assert_eq!(error.kind(), JobErrorKind::Failed);

    worker.control().drain();
    worker.wait().await?;
    Ok(())
}
