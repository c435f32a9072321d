//! Workflows that calculate: a line, a diamond, a tree, a graph, and a sum in batches.

use journeyman::{
    prelude::*,
    tasker::{Batch, Batches, Checkpoint, CheckpointYield, Dependencies, Portion, StepConfig},
};
use serde::Deserialize;

pub(crate) fn handlers(router: Router) -> Router {
    router
        .route("maths.square_input", square_input)
        .route("maths.square", square)
        .route("maths.add", add)
        .route("maths.multiply", multiply)
        .route("maths.mean", mean)
        .route("maths.sum", sum)
        .route("maths.split", split)
        .route("maths.partial_sum", partial_sum)
        .route("maths.total", total)
}

/// What the task was started with.
#[derive(Deserialize)]
struct Input {
    number: i64,
}

/// What the template says for a step.
#[derive(Deserialize)]
struct Operand {
    operand: i64,
}

/// No try will make the numbers smaller.
fn too_large() -> JobError {
    JobError::rejected("the numbers become too large").with_code("OVERFLOW")
}

/// The results of the direct parents, in the order in which the template names them.
fn parents(above: &Dependencies) -> Result<Vec<i64>, JobError> {
    above.direct().iter().map(|name| above.get(name)).collect()
}

/// The result of the only parent.
fn parent(above: &Dependencies) -> Result<i64, JobError> {
    match parents(above)?[..] {
        [number] => Ok(number),
        _ => Err(JobError::rejected("the step must depend on exactly one other")),
    }
}

async fn square_input(Args(input): Args<Input>) -> Result<i64, JobError> {
    input.number.checked_pow(2).ok_or_else(too_large)
}

async fn square(above: Dependencies) -> Result<i64, JobError> {
    parent(&above)?.checked_pow(2).ok_or_else(too_large)
}

async fn add(above: Dependencies, StepConfig(by): StepConfig<Operand>) -> Result<i64, JobError> {
    parent(&above)?.checked_add(by.operand).ok_or_else(too_large)
}

async fn multiply(
    above: Dependencies,
    StepConfig(by): StepConfig<Operand>,
) -> Result<i64, JobError> {
    parent(&above)?.checked_mul(by.operand).ok_or_else(too_large)
}

async fn sum(above: Dependencies) -> Result<i64, JobError> {
    parents(&above)?.into_iter().try_fold(0_i64, i64::checked_add).ok_or_else(too_large)
}

/// Rounded down.
async fn mean(above: Dependencies) -> Result<i64, JobError> {
    let numbers = parents(&above)?;
    let sum = numbers.iter().try_fold(0_i64, |sum, number| sum.checked_add(*number));
    let count = i64::try_from(numbers.len()).map_err(|_| too_large())?;
    sum.ok_or_else(too_large)?
        .checked_div_euclid(count)
        .ok_or_else(|| JobError::rejected("the step must depend on at least one other"))
}

#[derive(Deserialize)]
struct BatchConfig {
    batch_size: u32,
}

#[derive(Deserialize)]
struct BatchInput {
    below: u64,
}

/// Says which batches there are. For `below: 0` there are none, and the orchestrator makes one
/// placeholder, so that `total` has something to wait for.
async fn split(
    Args(input): Args<BatchInput>,
    StepConfig(config): StepConfig<BatchConfig>,
) -> Result<Batches, JobError> {
    Batches::ranges(input.below, config.batch_size)
}

#[derive(Deserialize)]
struct PortionConfig {
    portion: u64,
}

/// One batch, in portions. After each, what is done is stored with the orchestrator: a worker that
/// dies loses one portion, not the batch.
async fn partial_sum(
    batch: Batch,
    checkpoint: Checkpoint,
    StepConfig(config): StepConfig<PortionConfig>,
) -> Result<Portion<u64>, JobError> {
    if batch.is_no_op() {
        return Ok(Portion::Done(0));
    }
    let range = batch.range::<u64>()?;
    let from = checkpoint.cursor()?.unwrap_or(range.start);
    let to = range.end.min(from.saturating_add(config.portion.max(1)));
    let so_far: u64 = checkpoint.accumulated()?.unwrap_or(0);
    let squares = (from..to).map(|number| number.checked_pow(2));
    let sum = squares
        .chain([Some(so_far)])
        .try_fold(0_u64, |sum, next| sum.checked_add(next?))
        .ok_or_else(too_large)?;
    if to >= range.end {
        return Ok(Portion::Done(sum));
    }
    let items = checkpoint.items_processed() + (to - from);
    Ok(Portion::More(CheckpointYield::new(&to, items)?.accumulated(&sum)?))
}

async fn total(above: Dependencies) -> Result<u64, JobError> {
    let parts: Vec<u64> = above.batches("partial_sum")?;
    parts.into_iter().try_fold(0_u64, u64::checked_add).ok_or_else(too_large)
}
