//! What operators do (Tasker sheet, section 15). As upstream, none of it wakes the task.

use std::sync::Arc;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::ActionError;
use super::orchestrator::Orchestrator;
use super::result::StepResult;
use super::state::{Cause, StepState, TaskEvent, TaskState};

impl Orchestrator {
    fn place(&self, step: Uuid) -> Result<(u64, usize, StepState), ActionError> {
        let &(number, at) = self.steps.get(&step).ok_or(ActionError::NotFound)?;
        let task = self.tasks.get(&number).ok_or(ActionError::NotFound)?;
        Ok((number, at, task.steps[at].state))
    }

    /// `DELETE /v1/tasks/{uuid}`: cancels a task and its steps that are not complete. Steps that
    /// a worker has run on, and their results are dropped.
    ///
    /// # Errors
    ///
    /// When there is no such task, or it is final.
    pub fn cancel_task(&mut self, task: Uuid) -> Result<(), ActionError> {
        let &number = self.numbers.get(&task).ok_or(ActionError::NotFound)?;
        let task = self.tasks.get(&number).ok_or(ActionError::NotFound)?;
        if task.state.is_final() {
            return Err(ActionError::WrongState(task.state.word()));
        }
        let open = (0..task.steps.len()).filter(|&at| !task.steps[at].state.is_done());
        for at in open.collect::<Vec<_>>() {
            self.move_step(number, at, StepState::Cancelled, Cause::Cancel);
        }
        self.move_task(number, TaskState::Cancelled, TaskEvent::Cancel);
        Ok(())
    }

    /// `reset_for_retry`: a failed step is pending again. It is not run: its task is blocked.
    ///
    /// # Errors
    ///
    /// When there is no such step, or it did not fail.
    pub fn reset_step(&mut self, step: Uuid) -> Result<(), ActionError> {
        let (number, at, state) = self.place(step)?;
        if state != StepState::Error {
            return Err(ActionError::WrongState(state.word()));
        }
        self.move_step(number, at, StepState::Pending, Cause::ResetForRetry);
        Ok(())
    }

    /// `complete_manually`: a step that is not complete gets a result by hand.
    ///
    /// # Errors
    ///
    /// When there is no such step, or it is complete or cancelled.
    pub fn complete_step_manually(
        &mut self,
        step: Uuid,
        result: Value,
        by: &str,
        reason: &str,
    ) -> Result<(), ActionError> {
        self.complete_by_hand(step, result, Map::new(), by, reason)
    }

    /// The same, with what the operator wants among the result's custom metadata.
    pub(crate) fn complete_by_hand(
        &mut self,
        step: Uuid,
        result: Value,
        custom: Map<String, Value>,
        by: &str,
        reason: &str,
    ) -> Result<(), ActionError> {
        let (number, at, state) = self.place(step)?;
        if state.is_done() || state == StepState::Cancelled {
            return Err(ActionError::WrongState(state.word()));
        }
        let now = self.now;
        let mut result = StepResult::by_hand(step, result, by, reason, now);
        for (key, value) in custom {
            result.metadata.custom.entry(key).or_insert(value);
        }
        let result = Arc::new(result);
        let cause = Cause::CompleteManually(Arc::clone(&result));
        self.move_step(number, at, StepState::Complete, cause);
        if let Some(step) = self.tasks.get_mut(&number).map(|task| &mut task.steps[at]) {
            step.results = Some(result);
            step.processed_at = Some(now);
            step.in_process = false;
            step.updated_at = now;
        }
        Ok(())
    }

    /// `resolve_manually`: a step that is not complete is closed without a result.
    ///
    /// # Errors
    ///
    /// When there is no such step, or it is complete or cancelled.
    pub fn resolve_step_manually(&mut self, step: Uuid) -> Result<(), ActionError> {
        let (number, at, state) = self.place(step)?;
        if state.is_done() || state == StepState::Cancelled {
            return Err(ActionError::WrongState(state.word()));
        }
        self.move_step(number, at, StepState::ResolvedManually, Cause::ResolveManually);
        Ok(())
    }
}
