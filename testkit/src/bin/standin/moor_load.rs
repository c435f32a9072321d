//! Requests that go on as long as they are wanted.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use journeyman_testkit::moor::{Daemon, Failure, Value};
use serde_json::json;

use crate::print;

/// Between two lines about it.
const REPORT: Duration = Duration::from_millis(50);
/// Before the next try where there is no worker.
const PAUSE: Duration = Duration::from_millis(5);

/// A load; it ends when this is dropped.
pub(super) struct Load(Arc<Shared>);

#[derive(Default)]
struct Shared {
    ended: AtomicBool,
    completed: AtomicU64,
    failed: AtomicU64,
    no_worker: AtomicU64,
    /// Took too long; waited for no longer.
    late: AtomicU64,
    /// Completed with something else than the list of arguments.
    wrong: AtomicU64,
    slowest_us: AtomicU64,
}

impl Load {
    pub(super) fn start(
        daemon: &Arc<Daemon>,
        number: u32,
        worker_type: &str,
        limit: Duration,
    ) -> Self {
        let shared = Arc::<Shared>::default();
        let worker_type: Arc<str> = worker_type.into();
        for lane in 0..number {
            let (daemon, shared) = (Arc::clone(daemon), Arc::clone(&shared));
            tokio::spawn(requests(daemon, shared, Arc::clone(&worker_type), limit, lane));
        }
        let reported = Arc::clone(&shared);
        tokio::spawn(async move {
            while !reported.ended.load(Relaxed) && reported.print().is_ok() {
                tokio::time::sleep(REPORT).await;
            }
            reported.print()
        });
        Self(shared)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.0.ended.store(true, Relaxed);
    }
}

impl Shared {
    fn print(&self) -> Result<(), String> {
        let number = |counter: &AtomicU64| counter.load(Relaxed);
        print(&json!({
            "event": "load",
            "completed": number(&self.completed),
            "failed": number(&self.failed),
            "no_worker": number(&self.no_worker),
            "late": number(&self.late),
            "wrong": number(&self.wrong),
            "slowest_us": number(&self.slowest_us),
        }))
    }
}

/// One request after the other.
async fn requests(
    daemon: Arc<Daemon>,
    shared: Arc<Shared>,
    worker_type: Arc<str>,
    limit: Duration,
    lane: u32,
) {
    let mut number = i64::from(lane) << 32;
    while !shared.ended.load(Relaxed) {
        number += 1;
        let arguments = [Value::Int(number)];
        let start = Instant::now();
        let request = daemon.request(&worker_type, &arguments, None);
        let counter = match tokio::time::timeout(limit, request).await {
            Ok(Ok(value)) if value == Value::List(arguments.into()) => &shared.completed,
            Ok(Ok(_)) => &shared.wrong,
            Ok(Err(Failure::Moo(failure))) if failure.code == "E_TYPE" => {
                tokio::time::sleep(PAUSE).await;
                &shared.no_worker
            }
            Ok(Err(_)) => &shared.failed,
            Err(_) => &shared.late,
        };
        counter.fetch_add(1, Relaxed);
        let took = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        shared.slowest_us.fetch_max(took, Relaxed);
    }
}
