//! The handlers, and what they and the tests tell each other.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use journeyman_core::{
    JobError, Router, blocking,
    extract::{Args, State},
};
use journeyman_tasker::{Checkpoint, CheckpointYield, Dependencies, Portion, Step};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// Steers and watches handlers.
#[derive(Debug)]
pub(crate) struct Board {
    gate: Semaphore,
    free: AtomicBool,
    started: AtomicU64,
}

impl Default for Board {
    fn default() -> Self {
        Self { gate: Semaphore::new(0), free: AtomicBool::new(false), started: AtomicU64::new(0) }
    }
}

impl Board {
    /// Handlers that have started.
    pub(crate) fn started(&self) -> u64 {
        self.started.load(SeqCst)
    }

    /// Lets so many of those go on that wait at the gate.
    pub(crate) fn release(&self, handlers: usize) {
        self.gate.add_permits(handlers);
    }

    /// Lets the stuck ones end.
    pub(crate) fn free(&self) {
        self.free.store(true, SeqCst);
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        self.free();
    }
}

type Shared = State<Arc<Board>>;

async fn hold(State(board): Shared) -> u64 {
    board.started.fetch_add(1, SeqCst);
    board.gate.acquire().await.unwrap().forget();
    1
}

// Extractors come by value.
#[allow(clippy::needless_pass_by_value)]
fn stuck(State(board): Shared) -> u64 {
    board.started.fetch_add(1, SeqCst);
    while !board.free.load(SeqCst) {
        std::thread::sleep(Duration::from_millis(1));
    }
    1
}

async fn count(State(board): Shared) -> u64 {
    board.started.fetch_add(1, SeqCst)
}

/// Fails the first time.
async fn flaky(step: Step) -> Result<u32, JobError> {
    match step.attempt() {
        1 => Err(JobError::failed("not yet")),
        attempt => Ok(attempt),
    }
}

async fn never(State(board): Shared) {
    board.started.fetch_add(1, SeqCst);
    pending::<()>().await;
}

async fn slow() -> u64 {
    tokio::time::sleep(Duration::from_millis(5)).await;
    1
}

async fn big(Args(context): Args<Value>) -> String {
    "x".repeat(usize::try_from(context["bytes"].as_u64().unwrap()).unwrap())
}

/// Three portions; each remembers the attempt in which it was done.
async fn portions(
    State(board): Shared,
    step: Step,
    from: Checkpoint,
) -> Result<Portion<Value>, JobError> {
    board.started.fetch_add(1, SeqCst);
    let done = from.cursor::<u64>()?.unwrap_or(0) + 1;
    let mut attempts: Vec<u32> = from.accumulated()?.unwrap_or_default();
    attempts.push(step.attempt());
    match done {
        3 => Ok(Portion::Done(json!({ "attempts": attempts }))),
        _ => Ok(Portion::More(CheckpointYield::new(&done, done)?.accumulated(&attempts)?)),
    }
}

/// A checkpoint first, and then the gate.
async fn checked_hold(board: Shared, from: Checkpoint) -> Result<Portion<u64>, JobError> {
    match from.exists() {
        true => Ok(Portion::Done(hold(board).await)),
        false => Ok(Portion::More(CheckpointYield::new(&1, 1)?)),
    }
}

/// A checkpoint of as many bytes as wanted.
async fn heavy(Args(context): Args<Value>) -> Result<CheckpointYield, JobError> {
    let text = big(Args(context)).await;
    CheckpointYield::new(&1, 1)?.accumulated(&text)
}

/// The sum of the direct parents' values, and one.
async fn plus(step: Step, above: Dependencies) -> Result<i64, JobError> {
    let mut sum = 1;
    for parent in &step.step().step_definition.dependencies {
        sum += above.get::<i64>(parent)?;
    }
    Ok(sum)
}

pub(crate) fn router(board: &Arc<Board>) -> Router {
    Router::new()
        .route("f.ok", async || json!({ "ok": true }))
        .route("f.count", count)
        .route("f.hold", hold)
        .route("f.flaky", flaky)
        .route("f.never", never)
        .route("f.stuck", blocking(stuck))
        .route("f.slow", slow)
        .route("f.echo", async |Args(context): Args<Value>| context)
        .route("f.big", big)
        .route("f.panic", async || -> () { panic!("on purpose") })
        .route("f.panic_blocking", blocking(|| -> () { panic!("on purpose") }))
        .route("f.portions", portions)
        .route("f.checked_hold", checked_hold)
        .route("f.heavy", heavy)
        .route("f.plus", plus)
        .state(Arc::clone(board))
}
