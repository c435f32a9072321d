//! Between upstream's types and the adapter's. Both have the same JSON (Tasker sheet, sections 5
//! to 9), and neither knows the other.

use journeyman_tasker::wire;
use serde::Serialize;
use tasker_shared::{
    events::domain_events::{DomainEventPayload, EventMetadata},
    messaging::StepExecutionResult,
    models::{batch_worker::CheckpointYieldData, core::task_template::EventDeliveryMode},
    types::base::TaskSequenceStep,
};
use tasker_worker::worker::{FfiDispatchMetrics, FfiStepEvent};
use uuid::Uuid;

/// What the adapter reads of an event: upstream's own has no JSON.
#[derive(Serialize)]
struct Event<'a> {
    event_id: Uuid,
    task_uuid: Uuid,
    step_uuid: Uuid,
    correlation_id: Uuid,
    trace_id: &'a Option<String>,
    span_id: &'a Option<String>,
    task_sequence_step: &'a TaskSequenceStep,
}

/// A step as the adapter has it.
///
/// # Errors
/// It does not become one. There is what is needed to answer it.
pub(crate) fn step(event: &FfiStepEvent) -> Result<wire::StepEvent, wire::UnreadableEvent> {
    let unreadable = |problem: String| {
        let mut unreadable = wire::UnreadableEvent::new(problem);
        unreadable.event_id = Some(event.event_id);
        unreadable.step_uuid = Some(event.step_uuid);
        unreadable
    };
    let text = serde_json::to_string(&Event {
        event_id: event.event_id,
        task_uuid: event.task_uuid,
        step_uuid: event.step_uuid,
        correlation_id: event.correlation_id,
        trace_id: &event.trace_id,
        span_id: &event.span_id,
        task_sequence_step: &event.execution_event.payload.task_sequence_step,
    });
    let text = text.map_err(|error| unreadable(error.to_string()))?;
    wire::StepEvent::parse(&text).map_err(|error| unreadable(error.problem))
}

/// The JSON of one as the other.
fn through<T: serde::de::DeserializeOwned>(value: &impl Serialize) -> serde_json::Result<T> {
    serde_json::from_str(&serde_json::to_string(value)?)
}

/// A result as upstream has it. One that does not become one is a failure that says so: a step that
/// is not answered hangs.
pub(crate) fn result(result: &wire::StepExecutionResult) -> StepExecutionResult {
    through(result).unwrap_or_else(|error| {
        tracing::error!(%error, step = %result.step_uuid, "Tasker cannot read this result");
        let message = format!("the worker's result cannot be carried: {error}");
        let kind = Some("validation_error".to_owned());
        StepExecutionResult::failure(result.step_uuid, message, None, kind, false, 0, None)
    })
}

/// A checkpoint as upstream has it.
///
/// # Errors
/// It does not become one.
pub(crate) fn checkpoint(
    data: &wire::CheckpointYieldData,
) -> serde_json::Result<CheckpointYieldData> {
    through(data)
}

/// The answer to a step whose checkpoint upstream cannot read, as it answers itself when it cannot
/// store one (Tasker sheet, section 8).
pub(crate) fn no_checkpoint(step: Uuid, problem: &serde_json::Error) -> StepExecutionResult {
    let message = format!("the checkpoint cannot be carried: {problem}");
    let kind = Some("checkpoint_error".to_owned());
    StepExecutionResult::failure(step, message, None, kind, false, 0, None)
}

/// An event as upstream publishes it; upstream itself gives it an id.
///
/// # Errors
/// It does not become one.
pub(crate) fn event(
    event: &wire::DomainEvent,
) -> serde_json::Result<(DomainEventPayload, EventMetadata)> {
    Ok((through(&event.payload)?, through(&event.metadata)?))
}

pub(crate) fn mode(mode: wire::DeliveryMode) -> EventDeliveryMode {
    match mode {
        wire::DeliveryMode::Durable => EventDeliveryMode::Durable,
        wire::DeliveryMode::Fast => EventDeliveryMode::Fast,
        wire::DeliveryMode::Broadcast => EventDeliveryMode::Broadcast,
    }
}

pub(crate) fn metrics(metrics: &FfiDispatchMetrics) -> journeyman_tasker::channel::ChannelMetrics {
    let mut told = journeyman_tasker::channel::ChannelMetrics::default();
    told.pending_count = metrics.pending_count;
    told.oldest_pending_age_ms = metrics.oldest_pending_age_ms;
    told.newest_pending_age_ms = metrics.newest_pending_age_ms;
    told.oldest_event_id = metrics.oldest_event_id;
    told.starvation_detected = metrics.starvation_detected;
    told.starving_event_count = metrics.starving_event_count;
    told
}

#[cfg(test)]
mod tests {
    use tasker_shared::types::base::{StepEventPayload, StepExecutionEvent};

    use super::*;

    const EVENTS: &str = include_str!("../../tasker/testdata/step_events.jsonl");
    const RESULTS: &str = include_str!("../../tasker/testdata/step_results.jsonl");
    const CHECKPOINTS: &str = include_str!("../../tasker/testdata/checkpoints_and_metrics.jsonl");
    const DOMAIN: &str = include_str!("../../tasker/testdata/domain_events.jsonl");

    /// The texts of a recorded file.
    fn texts(file: &str) -> Vec<serde_json::Value> {
        let lines = file.lines().filter(|line| !line.trim().is_empty());
        let line = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = line["text"].as_str().unwrap_or_default();
            serde_json::from_str(text).unwrap_or_default()
        };
        lines.map(line).collect()
    }

    #[test]
    fn recorded_events_of_upstream_become_the_adapters() {
        let mut count = 0;
        for value in texts(EVENTS).into_iter().filter(|v| v.get("execution_event").is_some()) {
            let execution_event: StepExecutionEvent =
                serde_json::from_value(value["execution_event"].clone()).unwrap();
            let StepEventPayload { task_uuid, step_uuid, .. } = execution_event.payload.clone();
            let id = |name: &str| serde_json::from_value(value[name].clone()).unwrap();
            let upstream = FfiStepEvent {
                event_id: id("event_id"),
                task_uuid,
                step_uuid,
                correlation_id: id("correlation_id"),
                execution_event,
                trace_id: Some("t".to_owned()),
                span_id: None,
            };
            let ours = step(&upstream).unwrap();
            assert_eq!((ours.event_id, ours.step_uuid), (upstream.event_id, step_uuid));
            let back: serde_json::Value = through(&*ours.step).unwrap();
            let step = &upstream.execution_event.payload.task_sequence_step;
            assert_eq!(back, serde_json::to_value(step).unwrap());
            count += 1;
        }
        assert!(count > 40, "{count}");
    }

    #[test]
    fn results_checkpoints_and_events_become_upstreams() {
        let mut counts = [0; 3];
        for value in texts(RESULTS).into_iter().filter(|v| v.get("step_uuid").is_some()) {
            let ours: wire::StepExecutionResult = serde_json::from_value(value).unwrap();
            let theirs = result(&ours);
            assert_eq!((theirs.step_uuid, theirs.success), (ours.step_uuid, ours.success));
            assert_eq!(theirs.metadata.retryable, ours.metadata.retryable);
            counts[0] += 1;
        }
        for value in texts(CHECKPOINTS).into_iter().filter(|v| v.get("cursor").is_some()) {
            let ours: wire::CheckpointYieldData = serde_json::from_value(value.clone()).unwrap();
            let theirs = checkpoint(&ours).unwrap();
            assert_eq!(serde_json::to_value(theirs).unwrap()["cursor"], value["cursor"]);
            counts[1] += 1;
        }
        for value in texts(DOMAIN).into_iter().filter(|v| v.get("event_name").is_some()) {
            let ours: wire::DomainEvent = serde_json::from_value(value.clone()).unwrap();
            let (payload, metadata) = event(&ours).unwrap();
            assert_eq!(payload.payload, value["payload"]["payload"]);
            assert_eq!(metadata.correlation_id, ours.metadata.correlation_id);
            counts[2] += 1;
        }
        assert!(counts.iter().all(|count| *count >= 2), "{counts:?}");
    }
}
