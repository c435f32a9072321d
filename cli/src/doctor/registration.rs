//! The registration, and a job.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use journeyman_core::{JobError, Router, Serve, Value, Worker};

use super::Check;
use crate::exit::Code;

const STEP: &str = "registration";

/// How a registration is tried.
pub(crate) struct Trial {
    /// One connection, one attempt.
    pub(crate) serve: Serve,
    /// How long the answer may take.
    pub(crate) limit: Duration,
    /// The name under which an echo handler is served.
    pub(crate) echo: Option<String>,
    /// Whether the server answers a registration, so that it was accepted when the worker is ready.
    pub(crate) answered: bool,
}

/// Registers as a worker, runs `job` while registered, and leaves in good order.
pub(crate) async fn register(check: &mut Check, trial: Trial, job: impl AsyncFnOnce(&mut Check)) {
    let taken = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&taken);
    // A job of others that comes while we look must not be lost: it goes back.
    let mut router = Router::new().fallback(move || {
        counter.fetch_add(1, Relaxed);
        std::future::ready(Err::<(), _>(JobError::handed_back("journeyman doctor does no work")))
    });
    if let Some(name) = &trial.echo {
        router = router.route(name.as_str(), async |value: Value| value);
    }
    let worker = Worker::new(router).serve(trial.serve).drain_timeout(Duration::from_secs(2));
    let worker = match worker.start() {
        Ok(worker) => worker,
        Err(error) => return check.error(STEP, &error),
    };
    let control = worker.control().clone();
    let start = Instant::now();
    let ready = within(trial.limit, control.ready()).await;
    match ready {
        Some(Ok(())) => {
            let what = if trial.answered { "accepted" } else { "sent, and nothing against it" };
            check.ok(STEP, format!("{what} after {:.1?}", start.elapsed()));
            job(check).await;
            control.drain();
            if let Err(error) = worker.wait().await {
                check.error("goodbye", &error);
            }
        }
        Some(Err(text)) => match worker.wait().await {
            Err(error) => check.error(STEP, &error),
            Ok(_) => check.failed(Code::Failed, STEP, text, ""),
        },
        None => {
            control.abort();
            drop(worker);
            check.failed(
                Code::Unreachable,
                STEP,
                format!("the server did not answer within {:?}; it did not refuse either", trial.limit),
                "look at the server's log; it may be overloaded, or the port is not its worker port",
            );
        }
    }
    match taken.load(Relaxed) {
        0 => {}
        count => check.skipped(
            STEP,
            format!("{count} jobs of others came meanwhile and were given back as failed"),
        ),
    }
}

async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, future).await.ok()
}
