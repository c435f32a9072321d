//! A worker, a channel with faults, and an orchestrator whose clock the test moves.

use std::{future::Future, sync::Arc, time::Duration};

use journeyman_core::{
    StartedWorker, Summary, Worker, WorkerControl,
    backoff::Backoff,
    snapshot::{Counts, Snapshot},
};
use journeyman_tasker::{Config as Settings, Monitor, StepStats};
use journeyman_testkit::tasker::{
    Channel, Config, Event, Orchestrator, StepInfo, StepResult, StepState, TaskInfo, TaskState,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    backend::Quick,
    router::{Board, router},
    switches::{Kind, Seen, Switches},
};

const PATIENCE: Duration = Duration::from_secs(60);
/// The worker's permits, unless a test says otherwise.
const CONCURRENCY: usize = 4;
/// More than the channel waits for an answer.
pub(crate) const TOO_LONG: Duration = Duration::from_secs(31);
/// More than it takes until a task is stale, the look for it included.
pub(crate) const STALE: Duration = Duration::from_secs(31 * 60);

/// What a test wants.
pub(crate) struct Plan {
    pub(crate) config: Config,
    pub(crate) settings: Settings,
    pub(crate) kind: Kind,
    pub(crate) concurrency: usize,
}

impl Default for Plan {
    fn default() -> Self {
        // A step's limit is that of its template, and the channel is cleaned up at once.
        let settings = Settings::new().worker_id("faults").step_timeout(None::<Duration>);
        let settings = settings.sweep_interval(Duration::from_millis(10));
        Self { config: Config::quick(), settings, kind: Kind::default(), concurrency: CONCURRENCY }
    }
}

/// The settings of an orchestrator that does everything at once, with a change.
pub(crate) fn config(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = Config::quick();
    change(&mut config);
    config
}

/// A step of a template.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job<'a> {
    pub(crate) callable: &'a str,
    pub(crate) attempts: u32,
    pub(crate) seconds: Option<u32>,
}

/// A step that is tried once.
pub(crate) fn once(callable: &str) -> Job<'_> {
    Job { callable, attempts: 1, seconds: None }
}

/// A step that is tried three times.
pub(crate) fn thrice(callable: &str) -> Job<'_> {
    Job { callable, attempts: 3, seconds: None }
}

impl Job<'_> {
    /// With a limit.
    pub(crate) fn seconds(self, seconds: u32) -> Self {
        Self { seconds: Some(seconds), ..self }
    }
}

pub(crate) struct Bed {
    pub(crate) channel: Channel,
    pub(crate) switches: Switches,
    pub(crate) board: Arc<Board>,
    settings: Settings,
    concurrency: usize,
    worker: Option<StartedWorker>,
    control: WorkerControl,
    monitor: Monitor,
}

pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(PATIENCE, future).await;
    done.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

impl Bed {
    pub(crate) fn usual() -> Self {
        Self::new(Plan::default())
    }

    pub(crate) fn new(plan: Plan) -> Self {
        let channel = Channel::new(Orchestrator::new(plan.config));
        let switches = Switches::new(channel.clone(), plan.kind);
        let board = Arc::<Board>::default();
        let (settings, concurrency) = (plan.settings, plan.concurrency);
        let (worker, monitor) = start(&settings, &switches, &board, concurrency);
        let control = worker.control().clone();
        let worker = Some(worker);
        Self { channel, switches, board, settings, concurrency, worker, control, monitor }
    }

    /// Another worker on the same channel; the one before must be gone.
    pub(crate) fn again(&mut self) {
        assert!(self.worker.is_none());
        let started = start(&self.settings, &self.switches, &self.board, self.concurrency);
        self.control = started.0.control().clone();
        (self.worker, self.monitor) = (Some(started.0), started.1);
    }

    /// Starts a task of one step.
    pub(crate) fn submit(&self, job: Job<'_>, context: Value) -> Uuid {
        let Job { callable, attempts, seconds } = job;
        let name = format!("{callable} {attempts} {seconds:?}");
        let limit = seconds.map_or_else(String::new, |n| format!(", timeout_seconds: {n}"));
        let yaml = format!(
            "name: {name}\nnamespace_name: faults\nversion: '1'\nsteps:\n  \
             - {{name: s, handler: {{callable: {callable}}}, retry: {{max_attempts: {attempts}}}{limit}}}\n"
        );
        self.channel.with(|core| {
            if !core.templates().any(|template| template.name == name) {
                core.register_template(&yaml).unwrap();
            }
            core.start_task("faults", &name, "1", context).unwrap()
        })
    }

    pub(crate) fn task(&self, task: Uuid) -> TaskInfo {
        self.channel.with(|core| core.task(task)).unwrap()
    }

    pub(crate) fn step(&self, task: Uuid) -> StepInfo {
        self.task(task).steps.remove(0)
    }

    /// State of the task, state of its step, and how often that was tried.
    pub(crate) fn state(&self, task: Uuid) -> (TaskState, StepState, u32) {
        let info = self.task(task);
        (info.state, info.steps[0].state, info.steps[0].attempts)
    }

    /// Waits for the end of a task, which must be a success, and gives its value.
    pub(crate) async fn success(&self, task: Uuid) -> Value {
        let result = self.end(task).await;
        assert!(result.success, "{result:?}");
        result.result.clone()
    }

    /// Waits for the end of a task, which must be a failure: its kind, and the text.
    pub(crate) async fn failure(&self, task: Uuid) -> (String, String) {
        let result = self.end(task).await;
        let error = result.error.as_ref().unwrap_or_else(|| panic!("{result:?}"));
        (error.error_type.clone().unwrap(), error.message.clone())
    }

    pub(crate) async fn end(&self, task: Uuid) -> Arc<StepResult> {
        let settled = self.channel.wait_for(|core| core.is_settled(task));
        if tokio::time::timeout(PATIENCE, settled).await.is_err() {
            panic!("no end: {:#?}\n{:#?}", self.task(task).steps, self.log());
        }
        self.step(task).result.unwrap_or_else(|| panic!("no result: {:#?}", self.log()))
    }

    /// The worker does what it should.
    pub(crate) async fn works(&self) {
        let task = self.submit(once("f.ok"), json!({ "n": 1 }));
        assert_eq!(self.success(task).await, json!({ "ok": true }));
    }

    pub(crate) async fn until(&self, what: &str, reached: impl Fn() -> bool) {
        let start = tokio::time::Instant::now();
        while !reached() {
            assert!(
                start.elapsed() < PATIENCE,
                "waited in vain until {what}: {:#?} {:?} {:#?}",
                self.snapshot().sessions,
                self.switches.seen(),
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Waits until so many handlers have started.
    pub(crate) async fn started(&self, handlers: u64) {
        self.until("the handlers run", || self.board.started() >= handlers).await;
    }

    pub(crate) async fn idle(&self) {
        self.until("nothing is in flight", || self.counts().in_flight == 0).await;
    }

    pub(crate) async fn connections(&self, connections: u64) {
        self.until("it is connected anew", || {
            self.counts().connections >= connections && self.snapshot().sessions[0].ready
        })
        .await;
    }

    pub(crate) fn control(&self) -> &WorkerControl {
        &self.control
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.control.snapshot()
    }

    pub(crate) fn counts(&self) -> Counts {
        self.snapshot().sessions[0].counts
    }

    pub(crate) fn seen(&self) -> Seen {
        self.switches.seen()
    }

    pub(crate) fn stats(&self) -> StepStats {
        self.monitor.snapshot()
    }

    /// What happened at the orchestrator.
    pub(crate) fn log(&self) -> Vec<String> {
        let mut events = self.channel.events();
        std::iter::from_fn(|| events.try_next()).map(|event| event.to_string()).collect()
    }

    pub(crate) fn logged(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        let mut events = self.channel.events();
        std::iter::from_fn(|| events.try_next()).filter(|event| wanted(event)).count()
    }

    /// The worker has no step in hand, all its permits, and each step that it took has ended once.
    pub(crate) fn nothing_is_left(&self) {
        check(&self.snapshot());
        let stats = self.stats();
        assert_eq!((stats.pending, stats.oldest_pending), (0, None), "{stats:#?}");
    }

    /// Waits for the end of the worker, which must leave nothing behind.
    pub(crate) async fn stopped(&mut self) -> Summary {
        let worker = self.worker.take().unwrap();
        let summary = within("the worker to stop", worker.wait()).await.unwrap();
        check(&summary.snapshot);
        summary
    }

    /// Works once more, then stops; no step is left in the channel.
    pub(crate) async fn finish(mut self) -> Counts {
        self.works().await;
        self.idle().await;
        self.nothing_is_left();
        assert_eq!(self.channel.metrics().pending_count, 0, "{:#?}", self.log());
        self.control().drain_within(Duration::from_secs(10));
        let summary = self.stopped().await;
        assert_eq!(summary.unfinished, 0);
        assert_eq!(self.channel.metrics().lost, 0);
        summary.snapshot.sessions[0].counts
    }
}

fn check(snapshot: &Snapshot) {
    let Counts { accepted, ok, failed, dropped, in_flight, outbox, .. } =
        snapshot.sessions[0].counts;
    assert_eq!((in_flight, outbox), (0, 0), "{snapshot:#?}");
    assert_eq!(ok + failed + dropped, accepted, "{snapshot:#?}");
    assert_eq!((snapshot.running, snapshot.free_permits), (0, snapshot.concurrency));
}

fn start(
    settings: &Settings,
    switches: &Switches,
    board: &Arc<Board>,
    concurrency: usize,
) -> (StartedWorker, Monitor) {
    let backoff = Backoff::new(Duration::from_millis(20), Duration::from_millis(200));
    let backend = Quick::new(settings.clone(), switches.clone(), backoff);
    let monitor = backend.monitor();
    let worker = Worker::new(router(board)).serve(backend).concurrency(concurrency);
    (worker.cancel_grace(Duration::from_millis(50)).start().unwrap(), monitor)
}
