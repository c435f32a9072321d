//! A field of tasks through the adapter: thousands of tasks of seven steps each, with failures of
//! all sorts in handlers and on the channel, must end in the states that the rules predict.
//!
//! `JOURNEYMAN_TASKER_TASKS` sets how many tasks there are.

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

#[path = "tasker_support/mischief.rs"]
mod mischief;
#[path = "tasker_support/plan.rs"]
mod plan;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use journeyman_core::extract::{Args, State};
use journeyman_core::{JobError, Router, Worker};
use journeyman_tasker::{Config as Settings, Dependencies, Step, TaskerWorker};
use journeyman_testkit::tasker::{Channel, Config, Event, Orchestrator, TaskState};
use mischief::{Done, Mischief, place};
use plan::{Trouble, trouble};
use serde::Deserialize;
use serde_json::{Value, json};

/// Tasks that are under way at a time: all of their steps fit into the worker's waiting room.
const WINDOW: usize = 200;
/// More than can hang at a time: a step that waits for another one's end is not planned for.
const CONCURRENCY: usize = 3 * WINDOW;

#[derive(Deserialize)]
struct Number {
    number: u64,
}

#[derive(Deserialize)]
struct Above {
    value: u64,
}

/// How often each try was run.
type Runs = Arc<Mutex<HashMap<(u64, usize, u32), u32>>>;

async fn handle(
    Args(Number { number }): Args<Number>,
    above: Dependencies,
    State(runs): State<Runs>,
    step: Step,
) -> Result<Value, JobError> {
    let place = place(step.event());
    *runs.lock().unwrap().entry(place).or_default() += 1;
    match trouble(place.0, place.1, place.2) {
        Trouble::Retryable => return Err(JobError::failed("planned").temporary()),
        Trouble::Permanent => return Err(JobError::rejected("planned")),
        Trouble::Panic => panic!("planned"),
        Trouble::Hang => std::future::pending().await,
        _ => {}
    }
    let mut value = 1;
    for name in above.direct() {
        value += above.get::<Above>(name)?.value;
    }
    if above.direct().is_empty() {
        value += number;
    }
    Ok(json!({ "value": value }))
}

/// Planned panics are not worth a word.
fn quiet() {
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.payload().downcast_ref::<&str>() != Some(&"planned") {
            loud(info);
        }
    }));
}

/// What this process has used of memory at most, in MiB.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}

// Time stands still while there is something to do: limits and delays cost nothing.
#[tokio::test(start_paused = true)]
async fn a_field_of_tasks_ends_as_predicted() {
    quiet();
    let tasks = std::env::var("JOURNEYMAN_TASKER_TASKS").ok();
    let tasks: u64 = tasks.map_or(1_000, |tasks| tasks.parse().unwrap());
    let mut config = Config::quick();
    config.limits.events = 100_000;
    let mut core = Orchestrator::new(config);
    core.register_template(&plan::template()).unwrap();
    let channel = Channel::new(core);
    let clock = tokio::spawn({
        let channel = channel.clone();
        async move { channel.follow_time().await }
    });
    let (runs, done) = (Runs::default(), Done::default());
    let router = Router::new().route("field.step", handle).state(Arc::clone(&runs));
    let backend =
        TaskerWorker::new(Settings::new(), Mischief::new(channel.clone(), Arc::clone(&done)));
    let monitor = backend.monitor();
    let worker = Worker::new(router).serve(backend).concurrency(CONCURRENCY).start().unwrap();

    let started = Instant::now();
    let mut events = channel.events();
    let mut open = 0;
    let mut all = Vec::new();
    for number in 0..tasks {
        while open >= WINDOW {
            match events.next().await {
                Event::Task { to, .. } if to.is_settled() => open -= 1,
                Event::Missed(count) => panic!("{count} events were missed"),
                _ => {}
            }
        }
        let task =
            channel.with(|core| core.start_task("t", "field", "1", json!({ "number": number })));
        let task = task.unwrap();
        open += 1;
        all.push((task, number));
    }
    for (task, _) in &all {
        let task = *task;
        let settled = channel.wait_for(|core| core.is_settled(task));
        if tokio::time::timeout(Duration::from_secs(600), settled).await.is_err() {
            panic!("no end: {:#?}", channel.look(|core| core.tree(task)));
        }
    }
    let took = started.elapsed();

    let mut ends: HashMap<TaskState, u64> = HashMap::new();
    let mut attempts = 0;
    channel.look(|core| {
        for (task, number) in &all {
            let (state, tries) = plan::check(core, *task, *number);
            *ends.entry(state).or_default() += 1;
            attempts += tries;
        }
    });
    // Every try of the server was one of a handler.
    let runs = std::mem::take(&mut *runs.lock().unwrap());
    assert!(runs.values().all(|count| *count == 1), "a try was run twice");
    assert_eq!(runs.len() as u64, attempts);
    let metrics = channel.metrics();
    assert_eq!((metrics.pending_count, metrics.buffered, metrics.lost), (0, 0, 0));

    worker.control().drain();
    worker.wait().await.unwrap();
    clock.abort();
    let stats = monitor.snapshot();
    let done = done.lock().unwrap();
    let count = |trouble: Trouble| done.get(&trouble).copied().unwrap_or_default();
    println!(
        "{tasks} tasks, {attempts} steps in {took:.2?}: {:.0} steps/s, {ends:?}, {done:?}, peak \
         memory {} MiB",
        attempts as f64 / took.as_secs_f64(),
        peak_memory().unwrap_or_default()
    );
    assert_eq!(stats.pending, 0);
    assert_eq!(stats.refused, count(Trouble::Late));
    assert_eq!(stats.timed_out, count(Trouble::Late) + count(Trouble::Vanished));
    assert_eq!(stats.merged, count(Trouble::EventTwice));
    // Each kind of trouble was there; without the plan's there were no others.
    for trouble in [
        Trouble::Retryable,
        Trouble::Permanent,
        Trouble::Panic,
        Trouble::Hang,
        Trouble::Late,
        Trouble::Vanished,
        Trouble::Twice,
        Trouble::WrongId,
        Trouble::EventTwice,
    ] {
        assert!(count(trouble) > 0 || tasks < 1_000, "{trouble:?}");
    }
    if tasks >= 1_000 {
        assert!(ends[&TaskState::Complete] > tasks * 8 / 10, "{ends:?}");
        assert!(ends[&TaskState::BlockedByFailures] > tasks / 100, "{ends:?}");
    }
}
