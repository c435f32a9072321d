//! What follows from a result (Tasker sheet, sections 7 and 8).

use std::sync::Arc;

use super::log::Event;
use super::orchestrator::Orchestrator;
use super::result::StepResult;
use super::state::{Cause, StepState, TaskEvent, TaskState};
use super::task::Execution;

impl Orchestrator {
    /// A result that the channel accepted. Its own step id decides what it is for.
    pub(crate) fn deliver(&mut self, result: &Arc<StepResult>) {
        let step_uuid = result.step_uuid;
        let drop = |reason: String| Event::Dropped { step: step_uuid, reason };
        let Some(&(number, at)) = self.steps.get(&step_uuid) else {
            return self.log.push(drop("step not found".to_owned()));
        };
        let Some(task) = self.tasks.get(&number) else { return };
        let step = &task.steps[at];
        if step.state != StepState::InProgress {
            return self.log.push(drop(format!("the step is {}", step.state)));
        }
        let correlation = task.part.task.correlation_id;
        let to = match result.success {
            true => StepState::EnqueuedForOrchestration,
            false => StepState::EnqueuedAsErrorForOrchestration,
        };
        let cause = Cause::Result(Arc::clone(result), self.worker, correlation);
        self.move_step(number, at, to, cause);
        let now = self.now;
        let delay = self.delay(number, at, result);
        if let Some(step) = self.tasks.get_mut(&number).map(|task| &mut task.steps[at]) {
            step.results = Some(Arc::clone(result));
            step.in_process = false;
            // A success gets a delay as well; nobody looks at it.
            step.backoff_seconds = Some(delay);
            step.last_attempted_at = Some(now);
            step.updated_at = now;
        }
        match result.success {
            true => self.succeed(number, at, result),
            false => self.fail(number, at, result),
        }
        self.came_back(number, at);
    }

    fn delay(&mut self, number: u64, at: usize, result: &StepResult) -> u32 {
        let backoff = self.config.backoff;
        if let Some(asked) = result.retry_after(self.now) {
            return asked.min(backoff.max_seconds);
        }
        let attempts = self.tasks.get(&number).map_or(0, |task| task.steps[at].attempts);
        let power = i32::try_from(attempts).unwrap_or(i32::MAX);
        let seconds = f64::from(backoff.base_seconds) * backoff.multiplier.powi(power);
        let seconds = seconds.min(f64::from(backoff.max_seconds));
        let jittered = match backoff.jitter_percent > 0.0 {
            true => seconds * self.ids.jitter(backoff.jitter_percent),
            false => seconds,
        };
        // A cast from floating point saturates; NaN is 0.
        jittered as u32
    }

    fn succeed(&mut self, number: u64, at: usize, result: &Arc<StepResult>) {
        let cause = Cause::Complete(Arc::clone(result));
        self.move_step(number, at, StepState::Complete, cause);
        let now = self.now;
        if let Some(step) = self.tasks.get_mut(&number).map(|task| &mut task.steps[at]) {
            step.processed_at = Some(now);
        }
        if let Err(problem) = self.outcome(number, at, result)
            && let Some(task) = self.tasks.get(&number)
        {
            self.problem(task.uuid, format!("step {}: {problem}", task.steps[at].name));
        }
    }

    fn fail(&mut self, number: u64, at: usize, result: &StepResult) {
        let now = self.now;
        let Some(step) = self.tasks.get_mut(&number).map(|task| &mut task.steps[at]) else {
            return;
        };
        // The template's `retryable` is not asked here. A step for which it is false waits for a
        // retry that never comes.
        let again = result.metadata.retryable && step.attempts < step.definition.retry.max_attempts;
        let message = result.message();
        if again {
            let cause = Cause::WaitForRetry(format!("{message} - retryable"));
            self.move_step(number, at, StepState::WaitingForRetry, cause);
        } else {
            step.last_failure_at = Some(now);
            let cause = Cause::Fail(message.to_owned());
            self.move_step(number, at, StepState::Error, cause);
        }
    }

    /// A step came back from the workers: look at its task.
    fn came_back(&mut self, number: u64, at: usize) {
        let Some(task) = self.tasks.get(&number) else { return };
        let step = task.steps[at].uuid;
        match task.state {
            TaskState::StepsInProcess => {
                let event = TaskEvent::StepCompleted(step);
                self.move_task(number, TaskState::EvaluatingResults, event);
            }
            // Only with a result for a step that was thought to be lost.
            TaskState::WaitingForDependencies => {
                let event = TaskEvent::DependenciesReady;
                self.move_task(number, TaskState::EvaluatingResults, event);
            }
            _ => {}
        }
        self.evaluate(number);
        self.claim();
    }

    /// Looks at the steps of a task that is new, or that has a result, and does what follows.
    pub(crate) fn evaluate(&mut self, number: u64) {
        let Some(task) = self.tasks.get(&number) else { return };
        if !matches!(task.state, TaskState::EvaluatingResults | TaskState::Initializing) {
            return;
        }
        match task.counts(self.now).execution() {
            Execution::BlockedByFailures => {
                let event = TaskEvent::PermanentFailure;
                self.move_task(number, TaskState::BlockedByFailures, event);
            }
            Execution::HasReadySteps => self.enqueue_ready(number),
            // Others are on their way; their results will be looked at.
            Execution::Processing => {}
            Execution::AllComplete => {
                let event = TaskEvent::AllStepsSuccessful;
                self.move_task(number, TaskState::Complete, event);
            }
            Execution::WaitingForDependencies => {
                let event = TaskEvent::NoDependenciesReady;
                self.move_task(number, TaskState::WaitingForDependencies, event);
                self.wait_for_retry(number);
            }
        }
    }

    fn enqueue_ready(&mut self, number: u64) {
        let Some(task) = self.tasks.get(&number) else { return };
        let ready = task.ready(self.now);
        let ids = ready.iter().map(|&at| task.steps[at].uuid).collect();
        let found = TaskEvent::ReadyStepsFound(ready.len());
        self.move_task(number, TaskState::EnqueuingSteps, found);
        for at in ready {
            let state = self.tasks.get(&number).map(|task| task.steps[at].state);
            if state == Some(StepState::WaitingForRetry) {
                self.move_step(number, at, StepState::Pending, Cause::Retry);
            }
            self.enqueue(number, at);
        }
        self.move_task(number, TaskState::StepsInProcess, TaskEvent::StepsEnqueued(ids));
    }
}
