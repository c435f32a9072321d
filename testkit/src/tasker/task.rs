//! A task and its steps, as the database has them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use super::definition::{StepDefinition, Template};
use super::event::{SequenceStep, StepRow, TaskPart};
use super::result::StepResult;
use super::state::{StepState, StepTransition, TaskState, TaskTransition};
use super::time::{Micros, Naive, SECOND};

/// How far dependency results are followed.
const DEPTH: usize = 50;

#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) uuid: Uuid,
    pub(crate) name: Arc<str>,
    pub(crate) part: Arc<TaskPart>,
    pub(crate) template: Arc<Template>,
    pub(crate) identity: Option<[u8; 32]>,
    pub(crate) state: TaskState,
    pub(crate) since: Micros,
    pub(crate) steps: Vec<Step>,
    pub(crate) transitions: Vec<TaskTransition>,
    /// When it is looked at whether it is stale.
    pub(crate) watched: Option<Micros>,
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) uuid: Uuid,
    pub(crate) named: Uuid,
    pub(crate) name: Arc<str>,
    /// Place in the template.
    pub(crate) place: usize,
    pub(crate) definition: Arc<StepDefinition>,
    pub(crate) state: StepState,
    /// Claims.
    pub(crate) attempts: u32,
    pub(crate) in_process: bool,
    pub(crate) inputs: Option<Arc<Value>>,
    pub(crate) results: Option<Arc<StepResult>>,
    pub(crate) checkpoint: Option<Arc<Value>>,
    pub(crate) processed_at: Option<Micros>,
    pub(crate) last_attempted_at: Option<Micros>,
    pub(crate) last_failure_at: Option<Micros>,
    pub(crate) backoff_seconds: Option<u32>,
    pub(crate) created_at: Micros,
    pub(crate) updated_at: Micros,
    /// Edges, places among the steps of the task.
    pub(crate) parents: Vec<usize>,
    pub(crate) transitions: Vec<StepTransition>,
}

impl Step {
    pub(crate) fn retry_eligible(&self) -> bool {
        let retry = &self.definition.retry;
        self.attempts < retry.max_attempts && (retry.retryable || self.attempts == 0)
    }

    /// When its delay is over; `None` when it has none.
    pub(crate) fn next_retry_at(&self) -> Option<Micros> {
        let delay = Micros::from(self.backoff_seconds?) * SECOND;
        Some(self.last_attempted_at?.saturating_add(delay))
    }

    fn row(&self, task: Uuid) -> StepRow {
        StepRow {
            workflow_step_uuid: self.uuid,
            task_uuid: task,
            named_step_uuid: self.named,
            name: Arc::clone(&self.name),
            template_step_name: Arc::from(self.definition.name.as_str()),
            retryable: self.definition.retry.retryable,
            max_attempts: self.definition.retry.max_attempts,
            attempts: (self.attempts > 0).then_some(self.attempts),
            in_process: self.in_process,
            processed: self.processed_at.is_some(),
            processed_at: self.processed_at.map(Naive),
            last_attempted_at: self.last_attempted_at.map(Naive),
            created_at: Naive(self.created_at),
            updated_at: Naive(self.updated_at),
            backoff_request_seconds: self.backoff_seconds,
            inputs: self.inputs.clone(),
            results: self.results.clone(),
            checkpoint: self.checkpoint.clone(),
        }
    }
}

/// Steps of a task by their readiness (Tasker sheet, section 15: the counters of a task).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All steps that exist.
    pub total: usize,
    /// In state pending.
    pub pending: usize,
    /// In state in_progress.
    pub in_progress: usize,
    /// Complete, or resolved by an operator.
    pub completed: usize,
    /// In state error.
    pub failed: usize,
    /// Ready to be put into a queue.
    pub ready: usize,
    /// In a queue, or on their way to or from a worker.
    pub under_way: usize,
}

/// What a look at the steps of a task says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Execution {
    /// A step failed for good. This comes before all others.
    BlockedByFailures,
    /// Steps are ready.
    HasReadySteps,
    /// Steps are in queues or with workers.
    Processing,
    /// All are complete.
    AllComplete,
    /// None of these.
    WaitingForDependencies,
}

impl Execution {
    /// Its word in the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::BlockedByFailures => "blocked_by_failures",
            Self::HasReadySteps => "has_ready_steps",
            Self::Processing => "processing",
            Self::AllComplete => "all_complete",
            Self::WaitingForDependencies => "waiting_for_dependencies",
        }
    }
}

impl Counts {
    /// The order of these questions is upstream's.
    #[must_use]
    pub fn execution(&self) -> Execution {
        if self.failed > 0 {
            Execution::BlockedByFailures
        } else if self.ready > 0 {
            Execution::HasReadySteps
        } else if self.under_way > 0 {
            Execution::Processing
        } else if self.total > 0 && self.completed == self.total {
            Execution::AllComplete
        } else {
            Execution::WaitingForDependencies
        }
    }
}

impl Task {
    pub(crate) fn dependencies_done(&self, step: &Step) -> bool {
        step.parents.iter().all(|&parent| self.steps[parent].state.is_done())
    }

    /// Whether a step may be put into the queue, apart from its delay.
    pub(crate) fn could_run(&self, step: &Step) -> bool {
        matches!(step.state, StepState::Pending | StepState::WaitingForRetry)
            && step.retry_eligible()
            && self.dependencies_done(step)
    }

    pub(crate) fn is_ready(&self, step: &Step, now: Micros) -> bool {
        self.could_run(step) && step.next_retry_at().is_none_or(|due| due <= now)
    }

    pub(crate) fn ready(&self, now: Micros) -> Vec<usize> {
        let ready = |&at: &usize| self.is_ready(&self.steps[at], now);
        (0..self.steps.len()).filter(ready).collect()
    }

    /// When the first step that waits for its retry has waited long enough.
    pub(crate) fn next_retry(&self) -> Option<Micros> {
        let waiting = self.steps.iter().filter(|step| self.could_run(step));
        waiting.filter_map(Step::next_retry_at).min()
    }

    pub(crate) fn counts(&self, now: Micros) -> Counts {
        let mut counts = Counts { total: self.steps.len(), ..Counts::default() };
        for step in &self.steps {
            match step.state {
                StepState::Pending => counts.pending += 1,
                StepState::Complete | StepState::ResolvedManually => counts.completed += 1,
                StepState::Error => counts.failed += 1,
                StepState::InProgress => counts.in_progress += 1,
                _ => {}
            }
            counts.under_way += usize::from(step.state.is_under_way());
            counts.ready += usize::from(self.is_ready(step, now));
        }
        counts
    }

    /// The results of all ancestors.
    fn dependency_results(&self, step: &Step) -> BTreeMap<Arc<str>, Arc<StepResult>> {
        let mut found = BTreeMap::new();
        let mut seen = vec![false; self.steps.len()];
        let mut level = step.parents.clone();
        for _ in 0..DEPTH {
            let mut next = Vec::new();
            for at in level {
                if !std::mem::replace(&mut seen[at], true) {
                    let ancestor = &self.steps[at];
                    if let Some(result) = &ancestor.results {
                        found.insert(Arc::clone(&ancestor.name), Arc::clone(result));
                    }
                    next.extend(&ancestor.parents);
                }
            }
            level = next;
        }
        found
    }

    /// What a worker gets to see of a step, as it is now.
    pub(crate) fn sequence(&self, at: usize) -> SequenceStep {
        let step = &self.steps[at];
        SequenceStep {
            task: Arc::clone(&self.part),
            workflow_step: step.row(self.uuid),
            dependency_results: self.dependency_results(step),
            step_definition: Arc::clone(&step.definition),
        }
    }

    /// The step of a name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.steps.iter().position(|step| *step.name == *name)
    }
}
