//! A bare loop on the same channel: it takes a step, echoes its context, and completes it. What it
//! does is the least that any worker does.

use std::{future::poll_fn, sync::Arc};

use journeyman_tasker::{
    Json,
    channel::{StepChannel, Taken},
    wire::{StepEvent, StepExecutionResult},
};

use super::bench::{Board, Payload};
use crate::exit::Failure;

/// Serves until the channel is closed.
pub(super) async fn serve(mut channel: impl StepChannel, board: Arc<Board>) -> Result<(), Failure> {
    let failed = |what: &str| Failure::failed(format!("bare peer: {what}"));
    channel.connect().await.map_err(|error| failed(&error.to_string()))?;
    loop {
        let event = match poll_fn(|cx| channel.poll_step(cx)).await {
            Taken::Step(event) => event,
            Taken::Closed(_) => return Ok(()),
            _ => return Err(failed("an event cannot be read")),
        };
        let result = echo(&event, &board).map_err(|error| failed(&error.to_string()))?;
        if !channel.complete(event.event_id, result).await {
            return Err(failed("the channel did not take a result"));
        }
    }
}

fn echo(event: &StepEvent, board: &Board) -> Result<StepExecutionResult, serde_json::Error> {
    let context = event.step.task().context.clone().unwrap_or_default();
    let payload: Payload = context.read()?;
    board.started(payload.slot);
    let mut result = StepExecutionResult::default();
    result.step_uuid = event.step_uuid;
    result.success = true;
    result.status = "completed".to_owned();
    result.result = Json::new(&payload)?;
    Ok(result)
}
