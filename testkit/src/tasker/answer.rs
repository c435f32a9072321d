//! The worker's answers: results, checkpoints, and events that got none (Tasker sheet, sections 3
//! and 8).

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::event::StepEvent;
use super::faults::take;
use super::log::Event;
use super::orchestrator::Orchestrator;
use super::result::{StepResult, weight};
use super::time::zulu;
use super::timers::micros;

impl Orchestrator {
    fn refuse(&self, event: Uuid, reason: impl Into<String>) -> bool {
        self.log.push(Event::Refused { event, reason: reason.into() });
        false
    }

    fn too_large(&self, json: &Value) -> Option<String> {
        let limit = self.config.limits.message_bytes;
        (weight(json, limit) > limit).then(|| format!("more than {limit} bytes"))
    }

    /// Answers an event with a `StepExecutionResult`. False for an unknown event, a second
    /// answer, a closed or full channel, and for what is no result; in the last case the event is
    /// still there.
    ///
    /// True says that the channel accepted it, no more: the `step_uuid` inside decides for which
    /// step it counts, as upstream.
    pub fn complete(&mut self, event: Uuid, result: &Value) -> bool {
        if let Some(problem) = self.too_large(result) {
            return self.refuse(event, problem);
        }
        let result = match StepResult::read(result, self.now) {
            Ok(result) => result,
            Err(problem) => return self.refuse(event, format!("no result: {problem}")),
        };
        let Some(pending) = self.settle(event) else {
            return self.refuse(event, "not known, or answered already");
        };
        if self.dispatch.completions_closed {
            return self.refuse(event, "the completion channel is closed");
        }
        if take(&mut self.faults.refused_answers) {
            return self.refuse(event, "the completion channel is full");
        }
        let name = Arc::clone(&pending.event.sequence.workflow_step.name);
        self.log.push(Event::Answered { event, name, success: result.success });
        let result = Arc::new(result);
        if take(&mut self.faults.lost_results) {
            let reason = "the database is down".to_owned();
            self.log.push(Event::Dropped { step: result.step_uuid, reason });
        } else {
            self.deliver(&result);
        }
        self.publish_declared(&pending.event, &result);
        true
    }

    /// Answers an event with a `CheckpointYieldData`: the checkpoint is stored and the step
    /// dispatched again. False for an unknown event, for what is no checkpoint, where the channel
    /// does not support it, and when it can not be stored; in that last case the step failed with
    /// `checkpoint_error`.
    pub fn checkpoint(&mut self, event: Uuid, data: &Value) -> bool {
        if !self.config.checkpoints {
            return self.refuse(event, "the channel does not support checkpoints");
        }
        if let Some(problem) = self.too_large(data) {
            return self.refuse(event, problem);
        }
        let yielded = match Yielded::deserialize(data) {
            Ok(yielded) => yielded,
            Err(problem) => return self.refuse(event, format!("no checkpoint: {problem}")),
        };
        let step_uuid = match yielded.step_uuid.parse::<Uuid>() {
            Ok(step) => step,
            Err(_) => return self.refuse(event, "no checkpoint: `step_uuid` is no UUID"),
        };
        let Some(pending) = self.settle(event) else {
            return self.refuse(event, "not known, or answered already");
        };
        let mut event_again = pending.event;
        let broken = take(&mut self.faults.failed_checkpoints);
        if broken || !self.store(step_uuid, &yielded) {
            let step = event_again.step_uuid;
            let message = "the checkpoint could not be stored".to_owned();
            let result = StepResult::failure(step, message, "checkpoint_error", 0, self.now);
            self.deliver(&Arc::new(result));
            return self.refuse(event, "the checkpoint could not be stored");
        }
        let name = Arc::clone(&event_again.sequence.workflow_step.name);
        self.log.push(Event::Checkpointed { event, name });
        event_again.event_id = self.ids.random();
        event_again.spoilt = take(&mut self.faults.spoilt_events);
        // Four members; an event after a retry has the row with its history instead.
        let given = json!({
            "step_uuid": yielded.step_uuid,
            "cursor": yielded.cursor,
            "items_processed": yielded.items_processed,
            "accumulated_results": yielded.accumulated_results,
        });
        Arc::make_mut(&mut event_again.sequence).workflow_step.checkpoint = Some(Arc::new(given));
        self.redispatch(event_again);
        true
    }

    fn store(&mut self, step: Uuid, yielded: &Yielded) -> bool {
        let Some(&(number, at)) = self.steps.get(&step) else { return false };
        let now = zulu(self.now);
        let limit = self.config.limits.checkpoint_history.max(1);
        let Some(task) = self.tasks.get_mut(&number) else { return false };
        let step = &mut task.steps[at];
        let before = step.checkpoint.as_ref().and_then(|row| row.get("history"));
        let mut history = before.and_then(Value::as_array).cloned().unwrap_or_default();
        if history.len() >= limit {
            history.remove(0);
        }
        history.push(json!({ "cursor": yielded.cursor, "timestamp": now }));
        step.checkpoint = Some(Arc::new(json!({
            "cursor": yielded.cursor,
            "items_processed": yielded.items_processed,
            "timestamp": now,
            "accumulated_results": yielded.accumulated_results,
            "history": history,
        })));
        true
    }

    /// Fails the events that have been unanswered for longer than the completion timeout; says
    /// how many. Nothing else does.
    pub fn cleanup_timeouts(&mut self) -> usize {
        let limit = micros(self.config.completion_timeout);
        let millis = limit / 1000;
        let now = self.now;
        let late = self.dispatch.pending.values();
        let late: Vec<StepEvent> = late
            .take_while(|pending| now.saturating_sub(pending.since) > limit)
            .map(|pending| pending.event.clone())
            .collect();
        for event in &late {
            self.settle(event.event_id);
            let message = format!("FFI handler timed out after {millis}ms");
            let step = event.step_uuid;
            let result = StepResult::failure(step, message, "ffi_timeout", millis, now);
            if self.dispatch.completions_closed {
                self.refuse(event.event_id, "the completion channel is closed");
            } else {
                // No domain events: the callback is not asked here.
                self.deliver(&Arc::new(result));
            }
        }
        if !late.is_empty() {
            self.log.push(Event::TimedOut { count: late.len() });
        }
        late.len()
    }
}

/// `CheckpointYieldData`.
#[derive(Debug, Deserialize)]
struct Yielded {
    step_uuid: String,
    cursor: Value,
    #[serde(default)]
    items_processed: u64,
    #[serde(default)]
    accumulated_results: Option<Value>,
}
