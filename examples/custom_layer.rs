//! A tower layer of your own: it sees every job of the routes that it is put around, and can
//! refuse it, change its outcome or measure it.
//!
//! Run it with `cargo run --example custom_layer`.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use journeyman::{JobErrorKind, core::job::Completion, memory::Memory, prelude::*};
use tower::{Layer, Service};

/// Lets each route run a number of times; then it refuses for good. Clones share the counts.
#[derive(Clone)]
struct QuotaLayer {
    limit: u32,
    used: Arc<Mutex<HashMap<String, u32>>>,
}

impl QuotaLayer {
    fn new(limit: u32) -> Self {
        Self { limit, used: Arc::default() }
    }

    fn take(&self, route: &str) -> Result<(), JobError> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let count = used.entry(route.to_owned()).or_default();
        if *count == self.limit {
            let message = format!("the quota of {} jobs is used up", self.limit);
            return Err(JobError::rejected(message).with_code("QUOTA"));
        }
        *count += 1;
        Ok(())
    }
}

impl<S> Layer<S> for QuotaLayer {
    type Service = Quota<S>;

    fn layer(&self, inner: S) -> Quota<S> {
        Quota { inner, quota: self.clone() }
    }
}

/// The service that the layer makes.
#[derive(Clone)]
struct Quota<S> {
    inner: S,
    quota: QuotaLayer,
}

impl<S> Service<Job> for Quota<S>
where
    S: Service<Job, Response = Completion, Error = JobError, Future: Send + 'static>,
{
    type Response = Completion;
    type Error = JobError;
    type Future = Pin<Box<dyn Future<Output = JobResult> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), JobError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, job: Job) -> Self::Future {
        // By pattern, not by name: names of jobs are the server's to invent.
        match self.quota.take(job.pattern()) {
            Ok(()) => Box::pin(self.inner.call(job)),
            Err(error) => Box::pin(async { Err(error) }),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let router = Router::new().route("free.*", async || "here you are").layer(QuotaLayer::new(2));
    let (backend, client) = Memory::new();
    let worker = Worker::new(router).serve(backend).start()?;

    for name in ["free.apple", "free.pear"] {
        println!("{name}: {}", client.call::<String>(name, &()).await?);
    }
    let error = client.call::<String>("free.plum", &()).await.expect_err("it must fail");
    println!("free.plum: {error} ({})", error.code().unwrap_or_default());
    assert_eq!((error.kind(), error.code()), (JobErrorKind::Rejected, Some("QUOTA")));

    worker.control().drain();
    worker.wait().await?;
    Ok(())
}
