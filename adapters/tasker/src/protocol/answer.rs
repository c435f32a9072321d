//! From the end of a job to the answer to its event.

use std::{
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use journeyman_core::{
    Error, ErrorKind, JobError,
    job::{Body, Completion, OutEvent},
    protocol::{Cx, DropReason, Outcome, Settlement, Token},
    transport::Tag,
};
use uuid::Uuid;

use super::{MAIN, Sent, Step, Tasker};
use crate::{
    Json, TimeText,
    channel::ChannelMessage,
    codec,
    outcome::{self, Custom, HandlerVersion, Identity, Times},
    returns::CheckpointYield,
    storable,
    wire::{DomainEvent, DomainEventMetadata, DomainEventPayload, StepExecutionResult},
};

/// The error type of a step whose checkpoint was refused (Tasker sheet, section 8).
const CHECKPOINT_ERROR: &str = "checkpoint_error";

/// Who publishes the events of handlers.
const PUBLISHER: &str = "Journeyman";

impl Tasker {
    pub(super) fn outcome(
        &mut self,
        cx: &mut Cx<'_, ChannelMessage>,
        token: Token,
        outcome: Outcome,
    ) {
        let limit = self.config.max_result_size;
        let Some(step) = self.steps.get_mut(&token) else {
            return cx.settled(token, Settlement::Dropped(DropReason::Unknown));
        };
        let times = Times {
            started: step.started,
            ended: cx.wall(),
            took: cx.now().saturating_duration_since(step.taken),
        };
        let (sent, end) = match &outcome {
            Ok(completion) => match step.end(completion, &self.identity, times, limit) {
                Ok(end) => end,
                Err(error) => step.failure(&error, &self.identity, times),
            },
            Err(error) => step.failure(error, &self.identity, times),
        };
        let step_uuid = step.event.step_uuid;
        let answer = |event_id: Uuid, end: End| match end {
            End::Result(result) => ChannelMessage::Complete(event_id, result),
            End::Checkpoint(checkpoint) => {
                ChannelMessage::Checkpoint(event_id, Box::new(checkpoint.data(step_uuid)))
            }
        };
        // The channel refuses those that are not open any more.
        for other in std::mem::take(&mut step.others) {
            cx.send(MAIN, None, answer(other, end.clone()));
        }
        let message = answer(step.event.event_id, end);
        step.sent = Some((sent, outcome));
        cx.send(MAIN, Some(Tag(token.as_u64())), message);
    }

    /// The channel took an answer, or did not know what it was for.
    pub(super) fn answered(&mut self, cx: &mut Cx<'_, ChannelMessage>, token: Token, taken: bool) {
        let Some(step) = self.steps.get(&token) else { return };
        let Some((sent, _)) = &step.sent else {
            return cx.ignored(super::odd("an answer to a step that runs"));
        };
        let sent = *sent;
        if !taken && sent == Sent::Checkpoint {
            let result = step.without_checkpoint(&self.identity, cx.wall(), cx.now());
            cx.send(MAIN, None, ChannelMessage::Complete(step.event.event_id, result));
        }
        if !taken {
            self.meters.refused.increment(1);
            tracing::warn!(
                step = %step.event.step_uuid,
                event = %step.event.event_id,
                "the channel did not take the result: it came too late, or twice, or nobody listens"
            );
        }
        self.steps.remove(&token);
        self.monitor.update(|stats| match (taken, sent) {
            (false, _) => stats.refused += 1,
            (true, Sent::Checkpoint) => stats.checkpoints += 1,
            (true, Sent::Success) => stats.completed += 1,
            (true, Sent::Failure) => {
                stats.completed += 1;
                stats.failed += 1;
            }
        });
        cx.settled(
            token,
            match taken {
                // It is in the channel; nobody reports the database.
                true => Settlement::Written,
                false => Settlement::Dropped(DropReason::Unknown),
            },
        );
        self.show(cx.now());
        self.leave_if_done(cx);
    }

    /// An answer could not be sent.
    pub(super) fn not_sent(
        &mut self,
        cx: &mut Cx<'_, ChannelMessage>,
        token: Token,
        error: &Error,
    ) {
        let Some(step) = self.steps.get_mut(&token) else { return };
        let Some((_, outcome)) = step.sent.take() else { return };
        cx.requeue(token, outcome);
        if error.kind() != ErrorKind::Disconnected {
            // Only a new connection gets it out.
            cx.reconnect(Error::new(error.kind(), "answer", error.message()));
        }
    }

    /// A handler publishes an event.
    pub(super) fn publish(
        &mut self,
        cx: &mut Cx<'_, ChannelMessage>,
        token: Token,
        event: OutEvent,
    ) {
        let now = cx.wall();
        let event_id = version_7(now, cx.random(), cx.random());
        let Some(step) = self.steps.get(&token) else { return };
        let OutEvent { name, body, extensions } = event;
        let payload = match body {
            Body::Bytes(bytes) => codec::json(&bytes),
            other => step.codec.json(&other),
        };
        let (payload, named) = match payload {
            Ok(payload) => (payload, DomainEvent::is_name(&name)),
            Err(_) => (Json::null(), false),
        };
        if !named {
            let name: String = name.chars().take(80).collect();
            return tracing::warn!(name, "a handler published an event that Tasker cannot have");
        }
        let context = &step.event.step;
        let declared = context.step_definition.publishes_events.iter().find(|e| e.name == name);
        let mode = extensions.get().copied().or(declared.map(|event| event.delivery_mode));
        let event = DomainEvent {
            event_id,
            event_name: name,
            event_version: "1.0".to_owned(),
            payload: DomainEventPayload {
                task_sequence_step: Arc::clone(context),
                // The step has none yet.
                execution_result: StepExecutionResult {
                    step_uuid: step.event.step_uuid,
                    result: Json::empty(),
                    status: "in_progress".to_owned(),
                    ..StepExecutionResult::default()
                },
                payload,
            },
            metadata: DomainEventMetadata {
                task_uuid: step.event.task_uuid,
                step_uuid: Some(step.event.step_uuid),
                step_name: Some(context.workflow_step.name.clone()),
                namespace: context.task.namespace_name.clone(),
                correlation_id: context.task().correlation_id,
                fired_at: TimeText::rfc3339(now),
                fired_by: PUBLISHER.to_owned(),
            },
        };
        self.monitor.update(|stats| stats.published += 1);
        cx.send(MAIN, None, ChannelMessage::Publish(Box::new(event), mode.unwrap_or_default()));
    }
}

/// How a step ends.
#[derive(Clone)]
enum End {
    Result(Box<StepExecutionResult>),
    Checkpoint(CheckpointYield),
}

impl Step {
    fn end(
        &self,
        completion: &Completion,
        identity: &Identity,
        times: Times,
        limit: usize,
    ) -> Result<(Sent, End), JobError> {
        if let Some(checkpoint) = completion.extensions.get::<CheckpointYield>() {
            let size = checkpoint.size();
            if size > limit {
                return Err(JobError::rejected(format!(
                    "the checkpoint has {size} bytes, and {limit} are allowed; raise \
                     `max_result_size`, or store what was gathered elsewhere"
                )));
            }
            return Ok((Sent::Checkpoint, End::Checkpoint(checkpoint.clone())));
        }
        let broken = |problem| JobError::rejected(format!("the result cannot be sent: {problem}"));
        let value = self.codec.json(&completion.body).map_err(broken)?;
        let mut result = outcome::success(&self.event, identity, times, value);
        if let Some(HandlerVersion(version)) = completion.extensions.get() {
            result.metadata.handler_version = Some(storable::text(version));
        }
        if let Some(Custom(members)) = completion.extensions.get() {
            result.metadata.custom.extend(members.clone());
        }
        Ok((Sent::Success, End::Result(Box::new(result))))
    }

    /// What becomes of a step whose checkpoint was refused. A channel that could not store it has said
    /// the same already, and refuses this; one that has no checkpoints at all has said nothing, and the
    /// step would stay unanswered.
    fn without_checkpoint(
        &self,
        identity: &Identity,
        wall: SystemTime,
        now: Instant,
    ) -> Box<StepExecutionResult> {
        let took = now.saturating_duration_since(self.taken);
        let times = Times { started: self.started, ended: wall, took };
        let error = JobError::failed("the channel did not take the checkpoint");
        let mut result = outcome::failure(&self.event, identity, times, &error, self.limit);
        result.metadata.error_type = Some(CHECKPOINT_ERROR.to_owned());
        if let Some(error) = &mut result.error {
            error.error_type = Some(CHECKPOINT_ERROR.to_owned());
        }
        Box::new(result)
    }

    fn failure(&self, error: &JobError, identity: &Identity, times: Times) -> (Sent, End) {
        let result = outcome::failure(&self.event, identity, times, error, self.limit);
        (Sent::Failure, End::Result(Box::new(result)))
    }
}

/// A UUID of version 7 for this time.
fn version_7(now: SystemTime, high: u64, low: u64) -> Uuid {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut random = [0; 10];
    random[..8].copy_from_slice(&high.to_be_bytes());
    random[8..].copy_from_slice(&low.to_be_bytes()[..2]);
    let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}
