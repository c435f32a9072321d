//! Snapshots of tasks and steps.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use super::definition::{StepDefinition, Template};
use super::orchestrator::Orchestrator;
use super::result::StepResult;
use super::state::{StepState, StepTransition, TaskState, TaskTransition};
use super::task::{Counts, Step, Task};
use super::time::Micros;

/// A task as it was when it was asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskInfo {
    /// Its id.
    pub uuid: Uuid,
    /// Its template.
    pub template: Arc<Template>,
    /// Its state.
    pub state: TaskState,
    /// Its input.
    pub context: Arc<Value>,
    /// Its correlation id.
    pub correlation_id: Uuid,
    /// Its steps by their states.
    pub counts: Counts,
    /// The changes of its state.
    pub transitions: Vec<TaskTransition>,
    /// Its steps, in the order in which they were made.
    pub steps: Vec<StepInfo>,
}

/// A step as it was when it was asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StepInfo {
    /// Its id.
    pub uuid: Uuid,
    /// Its name; of a batch's worker with its number.
    pub name: Arc<str>,
    /// What the template says of it.
    pub definition: Arc<StepDefinition>,
    /// Its state.
    pub state: StepState,
    /// How often it was claimed.
    pub attempts: u32,
    /// Column `inputs`.
    pub inputs: Option<Arc<Value>>,
    /// The last result.
    pub result: Option<Arc<StepResult>>,
    /// Column `checkpoint`, with its history.
    pub checkpoint: Option<Arc<Value>>,
    /// The seconds that it waits, or waited, for its next try.
    pub backoff_seconds: Option<u32>,
    /// When it may be tried again, since the start of the clock; also of steps that succeeded.
    pub next_retry: Option<Duration>,
    /// When it failed for good last, since the start of the clock.
    pub last_failure: Option<Duration>,
    /// Names of the steps that it waits for, those that exist.
    pub parents: Vec<Arc<str>>,
    /// Whether all of them are done.
    pub dependencies_satisfied: bool,
    /// Whether it may be tried (again).
    pub retry_eligible: bool,
    /// Whether it could be put into the queue now.
    pub ready: bool,
    /// The changes of its state.
    pub transitions: Vec<StepTransition>,
}

impl TaskInfo {
    /// The step of a name.
    #[must_use]
    pub fn step(&self, name: &str) -> Option<&StepInfo> {
        self.steps.iter().find(|step| *step.name == *name)
    }

    /// The value that a step succeeded with.
    #[must_use]
    pub fn result(&self, step: &str) -> Option<&Value> {
        let result = self.step(step)?.result.as_ref()?;
        result.success.then_some(&result.result)
    }
}

impl Orchestrator {
    pub(crate) fn of(&self, task: Uuid) -> Option<&Task> {
        self.tasks.get(self.numbers.get(&task)?)
    }

    fn since_start(&self, at: Option<Micros>) -> Option<Duration> {
        let micros = u64::try_from(at? - self.start).unwrap_or_default();
        Some(Duration::from_micros(micros))
    }

    /// Ids of all tasks that are kept, the oldest first.
    pub fn tasks(&self) -> impl Iterator<Item = Uuid> {
        self.tasks.values().map(|task| task.uuid)
    }

    /// A task with its steps.
    #[must_use]
    pub fn task(&self, task: Uuid) -> Option<TaskInfo> {
        let found = self.of(task)?;
        Some(TaskInfo {
            uuid: task,
            template: Arc::clone(&found.template),
            state: found.state,
            context: Arc::clone(&found.part.task.context),
            correlation_id: found.part.task.correlation_id,
            counts: found.counts(self.now),
            transitions: found.transitions.clone(),
            steps: self.steps(task),
        })
    }

    /// State of a task; cheaper than [`task`](Self::task).
    #[must_use]
    pub fn task_state(&self, task: Uuid) -> Option<TaskState> {
        Some(self.of(task)?.state)
    }

    /// Whether nothing will happen to a task by itself any more: it is final or blocked, no step
    /// is in a queue or with a worker, and no retry is due. Steps that were lost count as being
    /// with a worker.
    #[must_use]
    pub fn is_settled(&self, task: Uuid) -> bool {
        self.of(task).is_none_or(|task| {
            let under_way = || task.steps.iter().any(|step| step.state.is_under_way());
            task.state.is_final() || (task.state.is_settled() && !under_way())
        })
    }

    /// States of a task's steps by name; cheaper than [`steps`](Self::steps).
    pub fn step_states(&self, task: Uuid) -> impl Iterator<Item = (&str, StepState)> {
        let steps = self.of(task).map_or(&[][..], |task| &task.steps);
        steps.iter().map(|step| (&*step.name, step.state))
    }

    /// The steps of a task, in the order in which they were made; none of an unknown task.
    #[must_use]
    pub fn steps(&self, task: Uuid) -> Vec<StepInfo> {
        let Some(task) = self.of(task) else { return Vec::new() };
        task.steps.iter().map(|step| self.step_info(task, step)).collect()
    }

    fn step_info(&self, task: &Task, step: &Step) -> StepInfo {
        let parent = |&at: &usize| Arc::clone(&task.steps[at].name);
        StepInfo {
            uuid: step.uuid,
            name: Arc::clone(&step.name),
            definition: Arc::clone(&step.definition),
            state: step.state,
            attempts: step.attempts,
            inputs: step.inputs.clone(),
            result: step.results.clone(),
            checkpoint: step.checkpoint.clone(),
            backoff_seconds: step.backoff_seconds,
            next_retry: self.since_start(step.next_retry_at()),
            last_failure: self.since_start(step.last_failure_at),
            parents: step.parents.iter().map(parent).collect(),
            dependencies_satisfied: task.dependencies_done(step),
            retry_eligible: step.retry_eligible(),
            ready: task.is_ready(step, self.now),
            transitions: step.transitions.clone(),
        }
    }
}
