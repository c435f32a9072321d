//! Echo steps through a stand-in orchestrator, which is in the process under test, as Tasker's
//! dispatch channel is.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use journeyman_core::{
    Router, Worker,
    extract::{Args, State},
    snapshot::Histogram,
};
use journeyman_tasker::{Config, TaskerWorker};
use journeyman_testkit::tasker::{
    self as testkit, Bridge, Channel, Event, Events, Orchestrator, TaskState,
};
use serde::{Deserialize, Serialize};

use super::bare;
use crate::{
    bench::{Peer, Sample, WorkerArgs, answer},
    exit::{Code, Failure},
};

/// What the columns mean here.
pub(super) const NOTE: &str = "a job is a step, in a task of its own; p50 and p99 are the time from its dispatch to the start \
     of its handler, and the orchestrator's work is in the CPU time of both";

const NAMESPACE: &str = "bench";
const TEMPLATE: &str = "one_step";
const VERSION: &str = "1";
const CALLABLE: &str = "echo";
/// Tasks that are kept.
const TASKS: usize = 2000;
/// One in so many results is looked at.
const LOOKED_AT: u64 = 64;

/// What is echoed.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Payload {
    /// One of the tasks that are under way at a time.
    pub(super) slot: usize,
    data: String,
}

/// When steps were dispatched, and how long it took until their handlers ran.
#[derive(Debug)]
pub(super) struct Board {
    base: Instant,
    /// Nanoseconds since the base, by slot.
    dispatched: Vec<AtomicU64>,
    waits: Mutex<Histogram>,
}

impl Board {
    fn now(&self) -> u64 {
        u64::try_from(self.base.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// A handler begins.
    pub(super) fn started(&self, slot: usize) {
        if let Some(dispatched) = self.dispatched.get(slot) {
            let wait = self.now().saturating_sub(dispatched.load(Relaxed));
            let waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
            waits.record(Duration::from_nanos(wait));
        }
    }

    fn take(&self) -> Histogram {
        std::mem::take(&mut *self.waits.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An orchestrator, and who starts its tasks.
struct Stand {
    channel: Channel,
    board: Arc<Board>,
    data: String,
}

impl Stand {
    fn new(args: &WorkerArgs) -> Result<Self, Failure> {
        let mut config = testkit::Config::quick();
        config.limits.tasks = TASKS;
        let mut core = Orchestrator::new(config);
        let template = format!(
            "{{name: {TEMPLATE}, namespace_name: {NAMESPACE}, version: \"{VERSION}\", \
             steps: [{{name: echo, handler: {{callable: {CALLABLE}}}}}]}}"
        );
        core.register_template(&template).map_err(|error| Failure::failed(error.to_string()))?;
        let board = Board {
            base: Instant::now(),
            dispatched: (0..args.connections).map(|_| AtomicU64::new(0)).collect(),
            waits: Mutex::default(),
        };
        let data = "x".repeat(args.payload);
        Ok(Self { channel: Channel::new(core), board: Arc::new(board), data })
    }

    /// Runs so many tasks of one step, as many at a time as there are slots.
    async fn run(&self, jobs: u64) -> Result<Sample, Failure> {
        let mut events = self.channel.events();
        while events.try_next().is_some() {}
        self.board.take();
        let start = Instant::now();
        let mut running = HashMap::new();
        let (mut started, mut done) = (0, 0);
        for slot in 0..self.board.dispatched.len() {
            if started < jobs {
                running.insert(self.dispatch(slot)?, slot);
                started += 1;
            }
        }
        while done < jobs {
            let task = ended(&mut events).await?;
            let Some(slot) = running.remove(&task) else { continue };
            if done % LOOKED_AT == 0 {
                self.look(task, slot)?;
            }
            done += 1;
            if started < jobs {
                running.insert(self.dispatch(slot)?, slot);
                started += 1;
            }
        }
        let elapsed = start.elapsed();
        let waits = self.board.take();
        Ok(Sample { jobs, elapsed, p50: waits.quantile(0.5), p99: waits.quantile(0.99) })
    }

    /// Starts a task; its step is on the channel when this returns.
    fn dispatch(&self, slot: usize) -> Result<uuid::Uuid, Failure> {
        let context = serde_json::json!({"slot": slot, "data": self.data});
        self.channel
            .with(|core| {
                let task = core.start_task(NAMESPACE, TEMPLATE, VERSION, context);
                // Still locked: nobody has taken it yet.
                self.board.dispatched[slot].store(self.board.now(), Relaxed);
                task
            })
            .map_err(|error| Failure::failed(error.to_string()))
    }

    /// Whether what came back is what was sent.
    fn look(&self, task: uuid::Uuid, slot: usize) -> Result<(), Failure> {
        let task = self.channel.look(|core| core.task(task));
        let right = task.as_ref().and_then(|task| task.result("echo")).is_some_and(|result| {
            result["slot"] == slot && result["data"].as_str() == Some(self.data.as_str())
        });
        if right { Ok(()) } else { Err(Failure::failed("a wrong result")) }
    }
}

/// The next task that is over.
async fn ended(events: &mut Events) -> Result<uuid::Uuid, Failure> {
    loop {
        match events.next().await {
            Event::Task { task, to: TaskState::Complete, .. } => return Ok(task),
            Event::Task { to: TaskState::BlockedByFailures | TaskState::Error, .. } => {
                return Err(Failure::failed("a step failed"));
            }
            Event::Missed(count) => {
                return Err(Failure::failed(format!("{count} events came too fast")));
            }
            _ => {}
        }
    }
}

/// The worker under test.
pub(super) async fn worker(args: &WorkerArgs) -> Result<Code, Failure> {
    let stand = Stand::new(args)?;
    let bridge = Bridge::new(stand.channel.clone());
    if args.peer == Peer::Raw {
        let peer = tokio::spawn(bare::serve(bridge, Arc::clone(&stand.board)));
        answer(|jobs| stand.run(jobs)).await?;
        stand.channel.close();
        return match peer.await {
            Ok(ended) => ended.map(|()| Code::Ok),
            Err(error) => Err(Failure::failed(format!("bare peer: {error}"))),
        };
    }
    let router = Router::new().route(CALLABLE, echo).state(Arc::clone(&stand.board));
    let backend = TaskerWorker::new(Config::new().worker_id("bench"), bridge);
    let worker = Worker::new(router).serve(backend).concurrency(args.connections).start()?;
    worker.control().ready().await.map_err(Failure::failed)?;
    answer(|jobs| stand.run(jobs)).await?;
    worker.control().drain();
    worker.wait().await?;
    Ok(Code::Ok)
}

/// Typed, as a user would write it.
async fn echo(State(board): State<Arc<Board>>, Args(payload): Args<Payload>) -> Payload {
    board.started(payload.slot);
    payload
}
