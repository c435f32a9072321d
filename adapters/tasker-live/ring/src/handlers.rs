//! The handlers of the ring's workflows. The same ones run on the real server and on the stand-in.

use std::time::Duration;

use journeyman_core::{JobError, Router, extract::Args};
use journeyman_tasker::{
    Batch, Batches, Checkpoint, CheckpointYield, Decision, Dependencies, DomainEvents, Portion,
    Step, StepConfig,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// All of them.
pub fn router() -> Router {
    Router::new()
        .route("gv.square_input", square_input)
        .route("gv.square", square)
        .route("gv.add", add)
        .route("gv.mul", mul)
        .route("gv.mean", mean)
        .route("gv.sum", sum)
        .route("gv.echo", echo)
        .route("gv.collect", collect)
        .route("gv.payments", async || json!({ "method": "call" }))
        .route("gv.payments.refund", refund)
        .route("gv.flaky", flaky)
        .route("gv.permanent", permanent)
        .route("gv.retry_after", retry_after)
        .route("gv.silent", silent)
        .route("gv.panic", panics)
        .route("gv.route", route)
        .route("gv.analyze", analyze)
        .route("gv.batch_work", batch_work)
        .route("gv.checkpointing", checkpointing)
        .route("ring.publish", publish)
        .route("ring.sleep", sleep)
}

#[derive(Deserialize)]
struct Field {
    field: String,
}

#[derive(Deserialize)]
struct Operand {
    operand: i64,
}

async fn square_input(
    Args(context): Args<Value>,
    StepConfig(config): StepConfig<Field>,
) -> Result<i64, JobError> {
    let value = context.get(&config.field).and_then(Value::as_i64);
    let value = value.ok_or_else(|| {
        JobError::bad_input(format!("the context has no whole number `{}`", config.field))
    })?;
    product(value, value)
}

fn product(a: i64, b: i64) -> Result<i64, JobError> {
    a.checked_mul(b).ok_or_else(|| JobError::rejected("the number is too large"))
}

/// The values of the steps that this one names as its dependencies.
fn values(above: &Dependencies) -> Result<Vec<i64>, JobError> {
    above.direct().iter().map(|name| above.get(name)).collect()
}

fn first(above: &Dependencies) -> Result<i64, JobError> {
    let none = || JobError::rejected("the step has no dependency");
    values(above)?.first().copied().ok_or_else(none)
}

async fn square(above: Dependencies) -> Result<i64, JobError> {
    let value = first(&above)?;
    product(value, value)
}

async fn add(above: Dependencies, StepConfig(by): StepConfig<Operand>) -> Result<i64, JobError> {
    Ok(first(&above)? + by.operand)
}

async fn mul(above: Dependencies, StepConfig(by): StepConfig<Operand>) -> Result<i64, JobError> {
    product(first(&above)?, by.operand)
}

async fn mean(above: Dependencies) -> Result<i64, JobError> {
    let values = values(&above)?;
    let count = i64::try_from(values.len()).unwrap_or(i64::MAX);
    Ok(values.iter().sum::<i64>() / count.max(1))
}

async fn sum(above: Dependencies) -> Result<i64, JobError> {
    Ok(values(&above)?.iter().sum())
}

async fn echo(Args(context): Args<Value>) -> Value {
    json!({ "echo": context })
}

async fn collect(above: Dependencies) -> Value {
    let mut names: Vec<_> = above.names().collect();
    names.sort_unstable();
    json!({ "deps": names })
}

async fn refund(step: Step) -> Value {
    let handler = &step.step().step_definition.handler;
    json!({ "method": handler.method, "init": handler.initialization })
}

#[derive(Deserialize)]
struct Fails {
    fail_times: u32,
}

async fn flaky(step: Step, StepConfig(config): StepConfig<Fails>) -> Result<Value, JobError> {
    let attempt = step.attempt();
    if attempt <= config.fail_times {
        let problem = format!("attempt {attempt} fails");
        return Err(JobError::failed(problem).with_code("FLAKY").temporary());
    }
    Ok(json!({ "attempt": attempt }))
}

async fn permanent() -> Result<(), JobError> {
    Err(JobError::rejected("it fails for good").with_code("NEVER"))
}

async fn retry_after(step: Step) -> Result<Value, JobError> {
    match step.attempt() {
        1 => Err(JobError::retry_after(Duration::from_secs(5), "come back later")),
        attempt => Ok(json!({ "attempt": attempt })),
    }
}

async fn silent() {
    std::future::pending::<()>().await;
}

async fn panics() {
    panic!("as it was told to");
}

#[derive(Deserialize)]
struct Amount {
    amount: i64,
}

async fn route(Args(order): Args<Amount>) -> Decision {
    match order.amount {
        0 => Decision::none(),
        amount if amount > 100 => Decision::create(["large"]),
        _ => Decision::create(["small"]),
    }
}

#[derive(Deserialize)]
struct Items {
    items: u64,
}

async fn analyze(Args(input): Args<Items>) -> Result<Batches, JobError> {
    Batches::ranges(input.items, 10)
}

async fn batch_work(batch: Batch) -> Result<Value, JobError> {
    if batch.is_no_op() {
        return Ok(json!({ "no_op": true }));
    }
    Ok(json!({ "no_op": false, "sum": batch.range::<u64>()?.sum::<u64>() }))
}

#[derive(Deserialize)]
struct Portions {
    total: u64,
    chunk: u64,
}

async fn checkpointing(
    last: Checkpoint,
    StepConfig(config): StepConfig<Portions>,
) -> Result<Portion<Value>, JobError> {
    let done = last.cursor::<u64>()?.unwrap_or(0) + config.chunk;
    let gathered = last.accumulated::<Vec<u64>>()?.unwrap_or_default();
    let gathered: Vec<u64> = gathered.into_iter().chain([done]).collect();
    if done >= config.total {
        return Ok(Portion::Done(json!({ "items": done, "seen": gathered })));
    }
    Ok(Portion::More(CheckpointYield::new(&done, done)?.accumulated(&gathered)?))
}

async fn publish(events: DomainEvents, Args(context): Args<Value>) -> Result<Value, JobError> {
    events.publish("ring.direct", &json!({ "from": "the handler" })).await?;
    Ok(context)
}

#[derive(Deserialize)]
struct Nap {
    millis: u64,
}

async fn sleep(Args(nap): Args<Nap>) -> Value {
    tokio::time::sleep(Duration::from_millis(nap.millis)).await;
    json!({ "slept": nap.millis })
}
