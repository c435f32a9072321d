//! Handlers for the recorded templates, as a user of the adapter writes them.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use journeyman_core::extract::Args;
use journeyman_core::{JobError, Router};
use journeyman_tasker::{
    Batch, Batches, Checkpoint, CheckpointYield, Decision, Dependencies, DomainEvents, Portion,
    Step, StepConfig,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize, Serialize)]
struct Number {
    value: i64,
}

#[derive(Deserialize)]
struct Field {
    field: String,
}

#[derive(Deserialize)]
struct Operand {
    operand: i64,
}

/// Values of the direct dependencies.
fn values(above: &Dependencies) -> Result<Vec<i64>, JobError> {
    above.direct().iter().map(|name| Ok(above.get::<Number>(name)?.value)).collect()
}

fn number(value: i64) -> Result<Number, JobError> {
    Ok(Number { value })
}

async fn square_input(
    Args(context): Args<Value>,
    StepConfig(Field { field }): StepConfig<Field>,
) -> Result<Number, JobError> {
    let input = context[&field].as_i64();
    let input = input.ok_or_else(|| JobError::bad_input(format!("`{field}` is no number")))?;
    number(input * input)
}

async fn square(above: Dependencies) -> Result<Number, JobError> {
    let value = values(&above)?[0];
    number(value * value)
}

async fn add(
    above: Dependencies,
    StepConfig(Operand { operand }): StepConfig<Operand>,
) -> Result<Number, JobError> {
    number(values(&above)?[0] + operand)
}

async fn mul(
    above: Dependencies,
    StepConfig(Operand { operand }): StepConfig<Operand>,
) -> Result<Number, JobError> {
    number(values(&above)?[0] * operand)
}

async fn sum(above: Dependencies) -> Result<Number, JobError> {
    number(values(&above)?.iter().sum())
}

async fn mean(above: Dependencies) -> Result<Number, JobError> {
    let values = values(&above)?;
    number(values.iter().sum::<i64>() / i64::try_from(values.len()).unwrap())
}

async fn echo(Args(context): Args<Value>) -> Value {
    json!({ "echo": context })
}

async fn collect(above: Dependencies) -> Value {
    let mut names: Vec<&str> = above.names().collect();
    names.sort_unstable();
    json!({ "deps": names })
}

#[derive(Deserialize)]
struct Fails {
    fail_times: u32,
}

async fn flaky(
    step: Step,
    StepConfig(Fails { fail_times }): StepConfig<Fails>,
) -> Result<Value, JobError> {
    match step.attempt() <= fail_times {
        true => Err(JobError::failed("not yet").temporary()),
        false => Ok(json!({ "attempt": step.attempt() })),
    }
}

async fn permanent() -> Result<(), JobError> {
    Err(JobError::rejected("card declined").with_code("CARD_DECLINED"))
}

async fn retry_after(step: Step) -> Result<Value, JobError> {
    match step.attempt() {
        1 => Err(JobError::retry_after(Duration::from_secs(7), "too many")),
        attempt => Ok(json!({ "attempt": attempt })),
    }
}

async fn hint(step: Step) -> Result<Value, JobError> {
    match step.attempt() {
        1 => Err(JobError::failed("busy").temporary()),
        attempt => Ok(json!({ "attempt": attempt })),
    }
}

async fn silent() {
    std::future::pending::<()>().await;
}

async fn payments(Args(_): Args<Value>) -> Value {
    json!({ "method": "call" })
}

async fn refund(Args(_): Args<Value>) -> Value {
    json!({ "method": "refund" })
}

#[derive(Deserialize)]
struct Amount {
    amount: i64,
}

async fn route(Args(Amount { amount }): Args<Amount>) -> Decision {
    match amount {
        0 => Decision::none(),
        1..=100 => Decision::create(["small"]),
        _ => Decision::create(["large"]),
    }
}

#[derive(Deserialize)]
struct Items {
    items: u64,
}

async fn analyze(Args(Items { items }): Args<Items>) -> Result<Batches, JobError> {
    Batches::ranges(items, 10)
}

/// Adds up the numbers of its batch, four at a time.
async fn batch_work(batch: Batch, checkpoint: Checkpoint) -> Result<Portion<Value>, JobError> {
    if batch.is_no_op() {
        return Ok(Portion::Done(json!({ "sum": 0, "portions": 0 })));
    }
    let range = batch.range::<u64>()?;
    let from = checkpoint.cursor::<u64>()?.unwrap_or(range.start);
    let to = range.end.min(from + 4);
    let sum = checkpoint.accumulated::<u64>()?.unwrap_or(0) + (from..to).sum::<u64>();
    if to < range.end {
        let done = CheckpointYield::new(&to, to - range.start)?.accumulated(&sum)?;
        return Ok(Portion::More(done));
    }
    Ok(Portion::Done(json!({ "sum": sum })))
}

/// What the batches of a step add up to.
async fn aggregate(above: Dependencies) -> Result<Value, JobError> {
    #[derive(Deserialize)]
    struct Part {
        sum: u64,
    }
    let parts = above.batches::<Part>("work")?;
    Ok(json!({
        "workers": parts.len(), "sum": parts.iter().map(|part| part.sum).sum::<u64>(),
    }))
}

#[derive(Deserialize)]
struct Portions {
    total: u64,
    chunk: u64,
}

async fn checkpointing(
    checkpoint: Checkpoint,
    StepConfig(Portions { total, chunk }): StepConfig<Portions>,
) -> Result<Portion<Value>, JobError> {
    let done = checkpoint.cursor::<u64>()?.unwrap_or(0) + chunk;
    if done < total {
        return Ok(Portion::More(CheckpointYield::new(&done, done)?));
    }
    Ok(Portion::Done(json!({ "total": done })))
}

async fn slow(Args(_): Args<Value>, events: DomainEvents) -> Result<Value, JobError> {
    tokio::time::sleep(Duration::from_millis(5)).await;
    events.publish("step.done", &json!({ "fine": true })).await?;
    Ok(json!({}))
}

async fn large(Args(context): Args<Value>) -> Value {
    context
}

pub(crate) fn router() -> Router {
    Router::new()
        .route("gv.square_input", square_input)
        .route("gv.square", square)
        .route("gv.add", add)
        .route("gv.mul", mul)
        .route("gv.sum", sum)
        .route("gv.mean", mean)
        .route("gv.echo", echo)
        .route("gv.collect", collect)
        .route("gv.flaky", flaky)
        .route("gv.permanent", permanent)
        .route("gv.contradict", permanent)
        .route("gv.system_error", permanent)
        .route("gv.retry_after", retry_after)
        .route("gv.hint", hint)
        .route("gv.silent", silent)
        .route("gv.payments", payments)
        .route("gv.payments.refund", refund)
        .route("gv.route", route)
        .route("gv.analyze", analyze)
        .route("gv.batch_work", batch_work)
        .route("t.aggregate", aggregate)
        .route("gv.checkpointing", checkpointing)
        .route("t.slow", slow)
        .route("t.large", large)
}
