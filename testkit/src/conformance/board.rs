//! The handlers that the suite's workers serve, and the board by which a case steers and watches
//! them.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use journeyman_core::{
    JobError, JobErrorKind, JobInfo, Route, Router, Value, blocking,
    extract::{Args, State},
    job::{Cancel, CancelReason, Progress},
};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

/// The names of all jobs that the cases submit.
pub const ROUTES: &[&str] = &[
    "conf.echo",
    "conf.add",
    "conf.pair",
    "conf.number",
    "conf.field",
    "conf.list",
    "conf.unit",
    "conf.optional",
    "conf.return",
    "conf.fail",
    "conf.own_code",
    "conf.panic",
    "conf.panic_blocking",
    "conf.hold",
    "conf.stoppable",
    "conf.stubborn",
    "conf.busy",
    "conf.limited",
    "conf.steps",
    "conf.big",
    "conf.retry",
    "conf.guarded",
    "conf.glob.here",
    MISSING,
];

/// The one name that has no handler.
pub(super) const MISSING: &str = "conf.missing";

/// The text of the panics that handlers make on purpose.
pub const PANIC: &str = "told to panic by the conformance suite";

/// What cases and handlers tell each other.
#[derive(Debug)]
pub(super) struct Board {
    gate: Semaphore,
    free_stubborn: AtomicBool,
    started: AtomicU64,
    running: AtomicU64,
    peak: AtomicU64,
    runs: Mutex<HashMap<Arc<str>, Vec<u32>>>,
    reasons: Mutex<Vec<CancelReason>>,
}

impl Default for Board {
    fn default() -> Self {
        Self {
            gate: Semaphore::new(0),
            free_stubborn: AtomicBool::new(false),
            started: AtomicU64::new(0),
            running: AtomicU64::new(0),
            peak: AtomicU64::new(0),
            runs: Mutex::default(),
            reasons: Mutex::default(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Board {
    /// Lets so many of the jobs that wait at the gate go on.
    pub(super) fn release(&self, jobs: usize) {
        self.gate.add_permits(jobs);
    }

    /// Lets the handlers end that listen to nothing else.
    pub(super) fn free_stubborn(&self) {
        self.free_stubborn.store(true, SeqCst);
    }

    /// How many handlers of those that are watched have started.
    pub(super) fn started(&self) -> u64 {
        self.started.load(SeqCst)
    }

    /// The most of them that ran at a time.
    pub(super) fn peak(&self) -> u64 {
        self.peak.load(SeqCst)
    }

    /// The attempt numbers of the runs of each job id.
    pub(super) fn runs(&self) -> HashMap<Arc<str>, Vec<u32>> {
        lock(&self.runs).clone()
    }

    /// Why stoppable handlers were told to stop.
    pub(super) fn reasons(&self) -> Vec<CancelReason> {
        lock(&self.reasons).clone()
    }

    fn enter(self: &Arc<Self>, info: &JobInfo) -> Inside {
        lock(&self.runs).entry(Arc::clone(&info.id)).or_default().push(info.attempt);
        let running = self.running.fetch_add(1, SeqCst) + 1;
        self.peak.fetch_max(running, SeqCst);
        self.started.fetch_add(1, SeqCst);
        Inside(Arc::clone(self))
    }

    async fn pass_gate(&self) {
        if let Ok(permit) = self.gate.acquire().await {
            permit.forget();
        }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        // A runtime that ends waits for its blocking threads.
        self.free_stubborn();
    }
}

/// A handler that runs.
struct Inside(Arc<Board>);

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, SeqCst);
    }
}

type Shared = State<Arc<Board>>;

#[derive(Deserialize)]
struct Add {
    a: i64,
    b: i64,
}

#[derive(Deserialize)]
struct Field {
    n: i64,
}

#[derive(Deserialize)]
struct Optional {
    a: Option<i64>,
    #[serde(default)]
    b: i64,
}

#[derive(Deserialize)]
struct What {
    what: String,
}

#[derive(Deserialize)]
struct Steps {
    count: u32,
    fail: bool,
}

#[derive(Deserialize)]
struct Big {
    bytes: usize,
}

#[derive(Deserialize)]
struct Retry {
    fail: usize,
}

#[derive(Serialize)]
struct StepData {
    step: u32,
}

async fn returns(Args(What { what }): Args<What>) -> Result<Value, JobError> {
    returned(&what).ok_or_else(|| JobError::bad_input(format!("there is no `{what}` to return")))
}

/// What `conf.return` returns for a word.
pub(super) fn returned(what: &str) -> Option<Value> {
    Some(match what {
        "nothing" => Value::Null,
        "true" => Value::Bool(true),
        "number" => Value::Int(42),
        "text" => Value::from("text"),
        "empty text" => Value::from(""),
        "list" => Value::List(vec![Value::Int(1), Value::from("two")]),
        "empty list" => Value::List(Vec::new()),
        "object" => Value::object([("result", 1), ("more", 2)]),
        "empty object" => Value::Map(Vec::new()),
        _ => return None,
    })
}

async fn fail(Args(What { what }): Args<What>) -> Result<(), JobError> {
    let kind = JobErrorKind::ALL.into_iter().find(|kind| kind.as_str() == what);
    let kind = kind.ok_or_else(|| JobError::bad_input(format!("there is no kind `{what}`")))?;
    Err(JobError::new(kind, format!("told to fail as {what}")))
}

async fn hold(State(board): Shared, info: JobInfo) -> u64 {
    let _inside = board.enter(&info);
    board.pass_gate().await;
    1
}

async fn stoppable(State(board): Shared, info: JobInfo, cancel: Cancel) -> Result<u64, JobError> {
    let _inside = board.enter(&info);
    tokio::select! {
        () = board.pass_gate() => Ok(1),
        reason = cancel.cancelled() => {
            lock(&board.reasons).push(reason);
            Err(JobError::cancelled("stopped when told to"))
        }
    }
}

// Extractors come by value.
#[allow(clippy::needless_pass_by_value)]
fn stubborn(State(board): Shared, info: JobInfo) -> u64 {
    let _inside = board.enter(&info);
    while !board.free_stubborn.load(SeqCst) {
        std::thread::sleep(Duration::from_millis(1));
    }
    1
}

async fn busy(State(board): Shared, info: JobInfo) -> u64 {
    let _inside = board.enter(&info);
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    1
}

async fn steps(
    Args(Steps { count, fail }): Args<Steps>,
    progress: Progress,
) -> Result<u32, JobError> {
    for step in 1..=count {
        let fraction = f64::from(step) / f64::from(count);
        progress.send(fraction, format!("step {step}"), &StepData { step }).await?;
    }
    match fail {
        true => Err(JobError::failed("failed after the last step")),
        false => Ok(count),
    }
}

async fn retry(
    Args(Retry { fail }): Args<Retry>,
    State(board): Shared,
    info: JobInfo,
) -> Result<usize, JobError> {
    let _inside = board.enter(&info);
    let runs = lock(&board.runs).get(&info.id).map_or(0, Vec::len);
    match runs <= fail {
        true => Err(JobError::failed(format!("failed on run {runs}"))),
        false => Ok(runs),
    }
}

/// All handlers. `conf.limited` has a limit of its own, two at a time; `conf.guarded` requires
/// the word `conformance`.
pub(super) fn router(board: &Arc<Board>) -> Router {
    Router::new()
        .route("conf.echo", async |value: Value| value)
        .route("conf.add", async |Args(Add { a, b }): Args<Add>| a + b)
        .route("conf.pair", async |Args((a, b)): Args<(i64, i64)>| a + b)
        .route("conf.number", async |Args(n): Args<i64>| n)
        .route("conf.field", async |Args(Field { n }): Args<Field>| n)
        .route("conf.list", async |Args(list): Args<Vec<i64>>| list.iter().sum::<i64>())
        .route("conf.unit", async |Args(()): Args<()>| 7)
        .route("conf.optional", async |Args(Optional { a, b }): Args<Optional>| a.unwrap_or(40) + b)
        .route("conf.return", returns)
        .route("conf.fail", fail)
        .route("conf.own_code", async || -> Result<(), JobError> {
            Err(JobError::failed("with a code of its own").with_code("MY_OWN_CODE"))
        })
        .route("conf.panic", async || -> () { panic!("{PANIC}") })
        .route("conf.panic_blocking", blocking(|| -> () { panic!("{PANIC}") }))
        .route("conf.hold", hold)
        .route("conf.stoppable", stoppable)
        .route("conf.stubborn", blocking(stubborn))
        .route("conf.busy", busy)
        .route("conf.limited", Route::new(busy).concurrency(2))
        .route("conf.steps", steps)
        .route("conf.big", async |Args(Big { bytes }): Args<Big>| "x".repeat(bytes))
        .route("conf.retry", retry)
        .route("conf.guarded", Route::new(async || 1).requires("conformance"))
        .route("conf.glob.*", async |info: JobInfo| info.route.to_string())
        .state(Arc::clone(board))
}
