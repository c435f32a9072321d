//! The adapter in a real session, on a channel of the memory kind. The stand-in orchestrator, and the
//! conformance suite over it, belong to the testkit.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

#[path = "support/events.rs"]
mod events;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use events::{definition, delivery, event, id, row};
use journeyman_core::{
    JobError, Reply, Router, StartedWorker, Worker,
    extract::{Args, State},
    job::Cancel,
};
use journeyman_tasker::{
    Batch, Batches, Checkpoint, CheckpointYield, Config, Custom, Decision, Dependencies,
    DomainEvents, Monitor, Portion, Step, StepConfig, TaskerWorker,
    channel::memory::{Answer, MemoryHost, Rules, channel},
    wire::{DeliveryMode, StepEvent, StepExecutionResult},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;
use uuid::Uuid;

/// Everything here ends long before; a test that hangs must not.
const LIMIT: Duration = Duration::from_secs(60);

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, future).await.expect("no end within the limit")
}

#[derive(Deserialize)]
struct Context {
    x: i64,
}

#[derive(Deserialize)]
struct Operand {
    operand: i64,
}

async fn add(Args(context): Args<Context>, StepConfig(config): StepConfig<Operand>) -> i64 {
    context.x + config.operand
}

async fn sum(above: Dependencies) -> Result<Reply<i64>, JobError> {
    let mut sum = 0;
    for name in above.direct() {
        sum += above.get::<i64>(name)?;
    }
    let custom = Custom::default().set("ancestors", &above.names().count())?;
    Ok(Reply::new(sum).with(custom))
}

async fn fail(step: Step) -> Result<(), JobError> {
    let text = format!("attempt {} of {}", step.attempt(), step.name());
    match step.is_last_attempt() {
        true => Err(JobError::rejected(text)),
        false => Err(JobError::retry_after(Duration::from_secs(7), text)),
    }
}

/// Items one portion at a time.
async fn long(from: Checkpoint, Args(context): Args<Context>) -> Result<Portion<Value>, JobError> {
    let done = from.cursor::<u64>()?.unwrap_or(0) + 10;
    let sum = from.accumulated::<i64>()?.unwrap_or(0) + context.x;
    if done < 30 {
        let next = CheckpointYield::new(&done, from.items_processed() + 10)?.accumulated(&sum)?;
        return Ok(Portion::More(next));
    }
    Ok(Portion::Done(json!({"done": done, "sum": sum})))
}

async fn route(Args(context): Args<Context>) -> Result<Decision, JobError> {
    match context.x {
        0 => Ok(Decision::none()),
        x => Decision::create(["large"]).with("x", &x),
    }
}

async fn analyze(Args(context): Args<Context>) -> Result<Batches, JobError> {
    match u64::try_from(context.x) {
        Ok(0) => Ok(Batches::none()),
        x => Batches::ranges(x?, 10)?.with("total", &context.x),
    }
}

async fn work(batch: Batch) -> Result<Value, JobError> {
    let range = batch.range::<u64>()?;
    Ok(json!({"id": batch.id(), "no_op": batch.is_no_op(), "items": range.end - range.start}))
}

async fn publish(events: DomainEvents) -> Result<(), JobError> {
    events.publish("order.seen", &json!({"n": 1})).await?;
    events.publish_as("order.paid", &2, DeliveryMode::Broadcast).await?;
    match events.publish("Bad", &()).await {
        Err(error) => Err(error),
        Ok(()) => Ok(()),
    }
}

async fn refund() -> &'static str {
    "refunded"
}

async fn waits(State(mut gate): State<watch::Receiver<bool>>) {
    // An error means that the test is over.
    let _ = gate.wait_for(|open| *open).await;
}

async fn stubborn(cancel: Cancel) -> Result<(), JobError> {
    Err(JobError::cancelled(cancel.cancelled().await.as_str()))
}

fn boom() {
    panic!("boom");
}

struct Rig {
    host: MemoryHost,
    worker: StartedWorker,
    monitor: Monitor,
    gate: watch::Sender<bool>,
}

impl Rig {
    fn new(config: Config, rules: Rules, concurrency: usize) -> Self {
        let (open, gate) = watch::channel(false);
        let router = Router::new()
            .route("gv.add", add)
            .route("gv.sum", sum)
            .route("gv.fail", fail)
            .route("gv.long", long)
            .route("gv.route", route)
            .route("gv.analyze", analyze)
            .route("gv.work", work)
            .route("gv.publish", publish)
            .route("gv.pay.refund", refund)
            .route("gv.waits", waits)
            .route("gv.stubborn", stubborn)
            .route("gv.boom", journeyman_core::blocking(boom))
            .route("gv.bare", async || 5)
            .state(gate);
        let (end, host) = channel(rules);
        let backend = TaskerWorker::new(config.worker_id("w"), end);
        let monitor = backend.monitor();
        let worker = Worker::new(router)
            .serve(backend)
            .concurrency(concurrency)
            .drain_timeout(Duration::from_millis(200))
            .cancel_grace(Duration::from_millis(100))
            .start()
            .unwrap();
        Self { host, worker, monitor, gate: open }
    }

    fn usual() -> Self {
        Self::new(Config::default(), Rules::default(), 4)
    }

    async fn dispatch(&self, event: &Value) {
        let event = StepEvent::parse(&event.to_string()).unwrap();
        assert!(within(self.host.dispatch(event)).await);
    }

    async fn answer(&mut self) -> Answer {
        within(self.host.answer()).await.expect("the worker is gone")
    }

    async fn result(&mut self) -> (Uuid, StepExecutionResult) {
        match self.answer().await {
            Answer::Completed { event_id, result } => (event_id, *result),
            other => panic!("no result: {other:?}"),
        }
    }

    /// Dispatches a step and gives its result.
    async fn run(&mut self, event: &Value) -> StepExecutionResult {
        self.dispatch(event).await;
        let (event_id, result) = self.result().await;
        assert_eq!(event_id.to_string(), event["event_id"].as_str().unwrap());
        assert_eq!(result.step_uuid.to_string(), event["step_uuid"].as_str().unwrap());
        result
    }

    async fn stop(mut self) {
        self.worker.control().drain();
        self.gate.send_replace(true);
        let drained = async { while self.host.answer().await.is_some() {} };
        let (summary, ()) = within(async { tokio::join!(self.worker.wait(), drained) }).await;
        summary.unwrap();
    }

    async fn until(&self, reached: impl Fn(&Self) -> bool) {
        within(async {
            while !reached(self) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
        .await;
    }
}

/// A result as the steps below see it.
fn above(value: &Value) -> Value {
    json!({
        "step_uuid": id(2, 900), "success": true, "result": value, "status": "completed",
        "metadata": {"execution_time_ms": 1, "retryable": false,
            "completed_at": "2026-11-21T13:29:24.853758048Z"},
        "error": null, "orchestration_metadata": null
    })
}

#[tokio::test]
async fn extractors_give_what_a_step_has() {
    let mut rig = Rig::usual();
    let mut plus = event(5, "gv.add");
    definition(&mut plus)["handler"]["initialization"] = json!({"operand": 2});
    let result = rig.run(&plus).await;
    assert_eq!(result.result, json!({"value": 7}).into());
    assert_eq!(result.metadata.worker_id.as_deref(), Some("w"));

    let mut join = event(6, "gv.sum");
    definition(&mut join)["dependencies"] = json!(["a", "b"]);
    join["task_sequence_step"]["dependency_results"] =
        json!({"a": above(&json!({"value": 1})), "b": above(&json!(2)), "root": above(&json!({}))});
    let result = rig.run(&join).await;
    assert_eq!(result.result, json!({"value": 3}).into());
    assert_eq!(result.metadata.custom["ancestors"], json!(3).into());

    // What is missing or does not fit is the workflow's fault: no retry.
    definition(&mut join)["dependencies"] = json!(["a", "c"]);
    join["event_id"] = json!(id(0x2000, 6));
    let error = rig.run(&join).await.error.unwrap();
    assert_eq!(error.message, "there is no result of a step `c`; there are a, b, root");
    assert!(!error.retryable);
    let error = rig.run(&event(7, "gv.add")).await.error.unwrap();
    assert!(error.message.contains("missing field `operand`"), "{}", error.message);

    let mut method = event(8, "gv.pay");
    definition(&mut method)["handler"]["method"] = json!("refund");
    assert_eq!(rig.run(&method).await.result, json!({"value": "refunded"}).into());
    let error = rig.run(&event(9, "gv.pay")).await.error.unwrap();
    assert!(error.message.starts_with("Handler not found: gv.pay"), "{}", error.message);
    let error = rig.run(&event(10, "gv.boom")).await.error.unwrap();
    assert_eq!((&*error.message, error.retryable), ("Handler panicked: boom", false));
    rig.stop().await;
}

#[tokio::test]
async fn retries_know_where_they_stand() {
    let mut rig = Rig::usual();
    let first = rig.run(&event(1, "gv.fail")).await;
    assert_eq!(first.orchestration_metadata.unwrap().headers["Retry-After"], "7");
    assert_eq!(
        (first.metadata.retryable, first.error.unwrap().message),
        (true, "attempt 1 of one".to_owned())
    );
    let mut last = delivery(1, 2, "gv.fail");
    row(&mut last)["attempts"] = json!(2);
    let last = rig.run(&last).await;
    assert_eq!(
        (last.metadata.retryable, last.error.unwrap().message),
        (false, "attempt 3 of one".to_owned())
    );
    rig.stop().await;
}

#[tokio::test]
async fn a_step_in_portions_goes_on_where_it_was() {
    let mut rig = Rig::usual();
    let mut checkpoint = Value::Null;
    for number in 1..=2_u32 {
        let mut event = delivery(4, number, "gv.long");
        row(&mut event)["checkpoint"] = checkpoint;
        rig.dispatch(&event).await;
        let Answer::Checkpoint { event_id, data } = rig.answer().await else { panic!() };
        assert_eq!(event_id.to_string(), event["event_id"].as_str().unwrap());
        assert_eq!(data.items_processed, u64::from(number) * 10);
        checkpoint = serde_json::to_value(&*data).unwrap_or_else(|_| {
            serde_json::from_str(&serde_json::to_string(&*data).unwrap()).unwrap()
        });
    }
    let mut event = delivery(4, 3, "gv.long");
    row(&mut event)["checkpoint"] = checkpoint;
    assert_eq!(rig.run(&event).await.result, json!({"done": 30, "sum": 12}).into());
    assert_eq!(rig.monitor.snapshot().checkpoints, 2);
    rig.stop().await;
}

#[tokio::test]
async fn decisions_and_batches_say_what_the_server_understands() {
    let mut rig = Rig::usual();
    let typed = |number: u32, callable: &str, kind: &str| {
        let mut event = event(number, callable);
        definition(&mut event)["type"] = json!(kind);
        event
    };
    let decision = typed(3, "gv.route", "decision");
    let none = typed(0, "gv.route", "decision");
    let mut batches = typed(25, "gv.analyze", "batchable");
    definition(&mut batches)["handler"]["initialization"] = json!({"worker_template_name": "work"});
    let mut empty = batches.clone();
    empty["task_sequence_step"]["task"]["task"]["context"] = json!({"x": 0});
    empty["event_id"] = json!(id(0x3000, 25));
    let mut unnamed = typed(26, "gv.analyze", "batchable");
    unnamed["task_sequence_step"]["task"]["task"]["context"] = json!({"x": 0});
    let nameless = typed(27, "gv.analyze", "batchable");
    let bare = typed(28, "gv.bare", "decision");
    let astray = typed(29, "gv.route", "standard");
    let mut worker = typed(30, "gv.work", "batch_worker");
    row(&mut worker)["inputs"] = json!({
        "cursor": {"batch_id": "003", "start_cursor": 20, "end_cursor": 25, "batch_size": 10},
        "batch_metadata": {"cursor_field": "row", "failure_strategy": "isolate"},
        "is_no_op": false, "__template_step_name": "work"
    });
    let no_batch = typed(31, "gv.work", "standard");

    let outcome = rig.run(&decision).await.result;
    let expected = json!({"decision_point_outcome": {"type": "create_steps", "step_names": ["large"]}, "x": 3});
    assert_eq!(outcome, expected.into());
    let outcome = rig.run(&none).await.result;
    assert_eq!(outcome, json!({"decision_point_outcome": {"type": "no_branches"}}).into());
    let outcome = rig.run(&batches).await.result;
    let cursor = |id: &str, from: u32, to: u32| json!({"batch_id": id, "start_cursor": from, "end_cursor": to, "batch_size": 10});
    let expected = json!({"total": 25, "batch_processing_outcome": {
        "type": "create_batches", "worker_template_name": "work", "worker_count": 3,
        "total_items": 25,
        "cursor_configs": [cursor("001", 0, 10), cursor("002", 10, 20), cursor("003", 20, 25)]
    }});
    assert_eq!(outcome, expected.into());
    let outcome = rig.run(&empty).await.result;
    assert_eq!(outcome, json!({"batch_processing_outcome": {"type": "no_batches"}}).into());
    assert_eq!(
        rig.run(&worker).await.result,
        json!({"id": "003", "no_op": false, "items": 5}).into()
    );

    // What the server would misunderstand without a word.
    for (event, expected) in [
        (unnamed, "`no_batches` needs `worker_template_name`"),
        (nameless, "which step works on the batches?"),
        (
            bare,
            "a decision step returns an object with the member `decision_point_outcome`, not a number",
        ),
        (astray, "the handler returned a decision, but the step is of type standard"),
        (no_batch, "the step has no inputs: it is no batch worker"),
    ] {
        let error = rig.run(&event).await.error.unwrap();
        assert!(error.message.contains(expected) && !error.retryable, "{}", error.message);
    }
    rig.stop().await;
}

#[tokio::test]
async fn handlers_publish_where_the_channel_can() {
    let mut rig = Rig::usual();
    rig.dispatch(&event(1, "gv.publish")).await;
    let Answer::Published { event, mode } = rig.answer().await else { panic!() };
    assert_eq!((&*event.event_name, mode), ("order.seen", DeliveryMode::Durable));
    let Answer::Published { event, mode } = rig.answer().await else { panic!() };
    assert_eq!((&*event.event_name, mode), ("order.paid", DeliveryMode::Broadcast));
    assert_eq!(event.payload.payload, json!(2).into());
    let error = rig.result().await.1.error.unwrap();
    assert!(error.message.starts_with("`Bad` cannot be the name of an event"));
    rig.stop().await;

    let mut rules = Rules::default();
    rules.publishes = false;
    let (end, _host) = channel(rules);
    let router = Router::new().route("gv.publish", publish);
    let started = Worker::new(router).serve(TaskerWorker::new(Config::default(), end)).start();
    let error = started.err().unwrap().to_string();
    assert!(error.contains("events"), "{error}");
}

#[tokio::test]
async fn the_channel_is_emptied_at_once_and_what_waits_too_long_is_told() {
    let mut rules = Rules::default();
    rules.buffer = 10;
    let config = Config::default().max_wait(Duration::from_millis(300)).max_waiting(30_usize);
    let mut rig = Rig::new(config, rules, 2);
    // Far more than buffer and permits, and nobody works: upstream loses steps here.
    for number in 0..40 {
        rig.dispatch(&event(number, "gv.waits")).await;
    }
    rig.until(|rig| rig.monitor.snapshot().taken == 40).await;
    assert_eq!(rig.host.overflowed(), 0);
    // Two run, 30 wait, 8 were refused at once; those that wait are refused later.
    let mut refused = Vec::new();
    while refused.len() < 38 {
        let (event_id, result) = rig.result().await;
        let error = result.error.unwrap();
        assert!(error.retryable, "{}", error.message);
        assert_eq!(error.error_type.as_deref(), Some("worker_overloaded"));
        refused.push((event_id, error.message));
    }
    let at_once = refused.iter().filter(|(_, text)| text.contains("30 jobs wait already")).count();
    assert_eq!(at_once, 8);
    assert_eq!(rig.monitor.snapshot().pending, 2);
    rig.gate.send_replace(true);
    for _ in 0..2 {
        let (event_id, result) = rig.result().await;
        assert!(result.success);
        refused.push((event_id, String::new()));
    }
    refused.sort();
    refused.dedup_by_key(|(event_id, _)| *event_id);
    assert_eq!(refused.len(), 40, "one answer each");
    rig.stop().await;
}

#[tokio::test]
async fn steps_run_side_by_side_within_the_budget() {
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (now, top) = (Arc::clone(&running), Arc::clone(&most));
    let together = Arc::new(tokio::sync::Barrier::new(3));
    let handler = move || {
        let (now, top, together) = (Arc::clone(&now), Arc::clone(&top), Arc::clone(&together));
        async move {
            top.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
            // Nobody ends before three of them run.
            together.wait().await;
            now.fetch_sub(1, SeqCst);
        }
    };
    let (end, mut host) = channel(Rules::default());
    let worker = Worker::new(Router::new().route("gv.together", handler)).concurrency(3);
    let worker = worker.serve(TaskerWorker::new(Config::default(), end)).start().unwrap();
    for number in 0..30 {
        assert!(within(host.dispatch_text(&event(number, "gv.together").to_string())).await);
    }
    for _ in 0..30 {
        let Some(Answer::Completed { result, .. }) = within(host.answer()).await else { panic!() };
        assert!(result.success, "{:?}", result.error);
    }
    assert_eq!((running.load(SeqCst), most.load(SeqCst)), (0, 3));
    worker.control().drain();
    within(worker.wait()).await.unwrap();
}

#[tokio::test]
async fn what_a_handler_logs_carries_the_ids_of_its_task() {
    #[derive(Clone, Default)]
    struct Lines(Arc<std::sync::Mutex<Vec<u8>>>);
    impl std::io::Write for Lines {
        fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(text);
            Ok(text.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber =
        tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let (end, mut host) = channel(Rules::default());
    let router = Router::new().route("gv.logs", async || tracing::info!("hello"));
    let worker = Worker::new(router).serve(TaskerWorker::new(Config::default(), end)).start();
    let worker = worker.unwrap();
    assert!(within(host.dispatch_text(&event(7, "gv.logs").to_string())).await);
    assert!(within(host.answer()).await.is_some());
    worker.control().drain();
    within(worker.wait()).await.unwrap();
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let line = text.lines().find(|line| line.ends_with("hello")).unwrap();
    // The task's, not the one that upstream makes for every delivery.
    let (task, step) = (id(3, 7), id(2, 7));
    assert!(line.contains(&format!("correlation_id=\"{task}\"")), "{line}");
    assert!(line.contains(&format!("id={step}")), "{line}");
    assert!(line.contains(&format!("traceparent=\"00-{}-", task.simple())), "{line}");
}

#[tokio::test]
async fn a_step_that_takes_too_long_is_stopped() {
    let mut rig = Rig::usual();
    let mut slow = event(1, "gv.stubborn");
    definition(&mut slow)["timeout_seconds"] = json!(1);
    let result = rig.run(&slow).await;
    let error = result.error.unwrap();
    assert_eq!((&*error.message, error.retryable), ("Handler timed out after 1000ms", true));
    assert_eq!(result.metadata.context["timeout_ms"], json!(1000).into());
    assert!(result.metadata.execution_time_ms >= 1000);
    rig.stop().await;
}

#[tokio::test]
async fn a_stop_answers_every_step_that_was_claimed() {
    let mut rig = Rig::usual();
    for number in 0..8 {
        rig.dispatch(&event(number, "gv.waits")).await;
    }
    rig.until(|rig| rig.monitor.snapshot().pending == 8).await;
    rig.worker.control().drain();
    rig.until(|rig| rig.host.is_stopping()).await;
    // Claimed before, and still on its way.
    rig.dispatch(&event(8, "gv.waits")).await;
    let mut stopped = Vec::new();
    for _ in 0..9 {
        let (event_id, result) = rig.result().await;
        let error = result.error.unwrap();
        assert_eq!(error.error_type.as_deref(), Some("worker_shutdown"), "{}", error.message);
        assert!(error.retryable);
        stopped.push(event_id);
    }
    stopped.sort_unstable();
    stopped.dedup();
    assert_eq!(stopped.len(), 9);
    within(rig.worker.wait()).await.unwrap();
    assert_eq!((rig.host.metrics().pending_count, rig.host.is_connected()), (0, false));
}

#[tokio::test]
async fn a_channel_that_breaks_keeps_its_answers() {
    let mut rig = Rig::usual();
    rig.dispatch(&event(1, "gv.waits")).await;
    rig.until(|rig| rig.monitor.snapshot().pending == 1).await;
    within(rig.host.break_channel()).await;
    rig.until(|rig| !rig.host.is_connected()).await;
    rig.gate.send_replace(true);
    let (event_id, result) = rig.result().await;
    assert_eq!((event_id, result.success), (id(0x1001, 1), true));
    // An answer to nothing, and what cannot be read.
    assert!(within(rig.host.dispatch_text("{\"event_id\": 1}")).await);
    let mut broken = event(2, "gv.waits");
    broken["task_sequence_step"] = json!([]);
    assert!(within(rig.host.dispatch_text(&broken.to_string())).await);
    let (event_id, result) = rig.result().await;
    assert_eq!((event_id, result.step_uuid), (id(0x1001, 2), id(2, 2)));
    assert_eq!(rig.monitor.snapshot().unusable, 2);
    rig.stop().await;
}

#[tokio::test]
async fn a_channel_that_does_not_wake_is_looked_at() {
    let mut rules = Rules::default();
    rules.wakes = false;
    let mut rig = Rig::new(Config::default(), rules, 4);
    for number in 0..20 {
        let mut plus = event(number, "gv.add");
        definition(&mut plus)["handler"]["initialization"] = json!({"operand": 1});
        assert!(rig.run(&plus).await.success);
    }
    rig.stop().await;
}

#[tokio::test]
async fn a_worker_without_a_channel_ends_with_an_error() {
    let (end, host) = channel(Rules::default());
    drop(host);
    let router = Router::new().route("gv.bare", async || 5);
    let worker = Worker::new(router).serve(TaskerWorker::new(Config::default(), end)).start();
    let error = within(worker.unwrap().wait()).await.err().unwrap().to_string();
    assert!(error.contains("the other end is gone"), "{error}");
}

#[tokio::test]
async fn a_context_of_a_megabyte_passes_untouched() {
    let seen = Arc::new(std::sync::Mutex::new(String::new()));
    let keep = Arc::clone(&seen);
    let echo = move |step: Step| {
        let keep = Arc::clone(&keep);
        async move {
            let context = step.context().unwrap().clone();
            keep.lock().unwrap().push_str(context.as_str());
            context
        }
    };
    let (end, mut host) = channel(Rules::default());
    let worker = Worker::new(Router::new().route("gv.echo", echo));
    let worker = worker.serve(TaskerWorker::new(Config::default(), end)).start().unwrap();
    let text = format!(
        "{{\"big\":\"{}\",\"f\":0.1000000000000000055511151231257827}}",
        "x".repeat(1 << 20)
    );
    let event = event(1, "gv.echo").to_string().replace("{\"x\":1}", &text);
    assert!(within(host.dispatch_text(&event)).await);
    let Some(Answer::Completed { result, .. }) = within(host.answer()).await else { panic!() };
    // Not `assert_eq`: nobody wants to read a megabyte.
    assert!(result.result.as_str() == text, "{:?}", result.error);
    assert!(*seen.lock().unwrap() == text);
    worker.control().drain();
    within(worker.wait()).await.unwrap();
}
