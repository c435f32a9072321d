//! What a template says (Tasker sheet, section 11), in the form in which events carry it.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::error::TemplateError;

/// A template that was read and found sound.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// Its namespace, which is also the name of the workers' queue.
    pub namespace: String,
    /// Its version.
    pub version: String,
    /// For people.
    pub description: Option<String>,
    /// JSON Schema of the context; upstream does not enforce it.
    pub input_schema: Option<Value>,
    /// The steps, in their order.
    pub steps: Vec<Arc<StepDefinition>>,
    /// What was passed over: keys that mean nothing.
    pub warnings: Vec<TemplateError>,
    pub(crate) places: HashMap<String, usize>,
    pub(crate) children: Vec<Vec<usize>>,
    /// The steps that a task has from its start.
    pub(crate) initial: Vec<usize>,
}

/// Kind of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// The usual one.
    Standard,
    /// Its result says which of the steps behind it there are.
    Decision,
    /// It runs when those of its dependencies are done that exist.
    DeferredConvergence,
    /// Its result says how many workers there are.
    Batchable,
    /// The pattern of a batch's workers.
    BatchWorker,
}

/// A step of a template.
#[derive(Clone, Debug, Serialize)]
pub struct StepDefinition {
    /// Its name, unique in the template.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// Who runs it.
    pub handler: Handler,
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: StepKind,
    /// For people.
    pub system_dependency: Option<String>,
    /// Direct dependencies.
    pub dependencies: Vec<String>,
    /// Whether and how often it is tried again.
    pub retry: Retry,
    /// Without effect at the server.
    pub timeout_seconds: Option<u32>,
    /// Domain events.
    pub publishes_events: Vec<EventDeclaration>,
    /// For batch workers.
    pub batch_config: Option<BatchConfig>,
    /// Without effect at the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_schema: Option<Value>,
}

/// `handler`.
#[derive(Clone, Debug, Serialize)]
pub struct Handler {
    /// Name for the worker.
    pub callable: String,
    /// `call` where there is none.
    pub method: Option<String>,
    /// Hint.
    pub resolver: Option<String>,
    /// Configuration of the step.
    pub initialization: Map<String, Value>,
}

/// `retry`.
#[derive(Clone, Debug, Serialize)]
pub struct Retry {
    /// Looked at when a retry is due, not when the failure comes.
    pub retryable: bool,
    /// Tries, the first included.
    pub max_attempts: u32,
    /// Without effect.
    pub backoff: BackoffStrategy,
    /// Without effect.
    pub backoff_base_ms: Option<u32>,
    /// Without effect.
    pub max_backoff_ms: Option<u32>,
}

/// `retry.backoff`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BackoffStrategy {
    /// None.
    None,
    /// Linear.
    Linear,
    /// Exponential.
    Exponential,
    /// Fibonacci.
    Fibonacci,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            retryable: true,
            max_attempts: 3,
            backoff: BackoffStrategy::Exponential,
            backoff_base_ms: Some(1000),
            max_backoff_ms: Some(30_000),
        }
    }
}

/// An entry of `publishes_events`.
#[derive(Clone, Debug, Serialize)]
pub struct EventDeclaration {
    /// Its name, with a dot.
    pub name: String,
    /// For people.
    pub description: String,
    /// When it is fired.
    pub condition: Condition,
    /// JSON Schema of the step's result.
    pub schema: Value,
    /// How it is delivered.
    pub delivery_mode: Delivery,
    /// Who fires it; the first declaration of the step counts.
    pub publisher: Option<String>,
}

/// `condition` of a domain event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// After a success.
    Success,
    /// After any failure.
    Failure,
    /// After a failure that is tried again.
    RetryableFailure,
    /// After a failure that is not.
    PermanentFailure,
    /// After all.
    Always,
}

/// `delivery_mode` of a domain event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// To the queue `<namespace>_domain_events`.
    Durable,
    /// Inside the worker's process.
    Fast,
    /// Both.
    Broadcast,
}

/// `batch_config`.
#[derive(Clone, Debug, Serialize)]
pub struct BatchConfig {
    /// Items of a batch.
    pub batch_size: u32,
    /// Without effect.
    pub parallelism: u32,
    /// Given to the workers.
    pub cursor_field: String,
    /// Without effect.
    pub worker_template: String,
    /// Given to the workers.
    pub failure_strategy: FailureStrategy,
}

/// `batch_config.failure_strategy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureStrategy {
    /// Continue on failure.
    ContinueOnFailure,
    /// Fail fast.
    FailFast,
    /// Isolate.
    Isolate,
}

impl Template {
    /// The step of a name, by its place.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// Works out what follows from the steps; their dependencies are known to exist.
    pub(crate) fn link(&mut self) {
        let names = self.steps.iter().enumerate();
        self.places = names.map(|(at, step)| (step.name.clone(), at)).collect();
        self.children = vec![Vec::new(); self.steps.len()];
        for (at, step) in self.steps.iter().enumerate() {
            for parent in &step.dependencies {
                if let Some(&parent) = self.places.get(parent) {
                    self.children[parent].push(at);
                }
            }
        }
        let worker = |step: usize| self.steps[step].kind == StepKind::BatchWorker;
        let late = |&step: &usize| worker(step) || self.steps[step].kind == StepKind::Decision;
        let below = self.below((0..self.steps.len()).filter(late).collect(), |_| false);
        // What is below a decision comes later, and so do the workers of a batch and what is
        // below them.
        let initial = (0..self.steps.len()).filter(|&step| !below[step] && !worker(step)).collect();
        self.initial = initial;
    }

    /// Per step: whether it is below one of `sources`, without one that `stop` accepts in between.
    fn below(&self, sources: Vec<usize>, stop: impl Fn(usize) -> bool) -> Vec<bool> {
        let mut below = vec![false; self.steps.len()];
        let mut open = sources;
        while let Some(step) = open.pop() {
            for &child in &self.children[step] {
                if !below[child] {
                    below[child] = true;
                    if !stop(child) {
                        open.push(child);
                    }
                }
            }
        }
        below
    }

    /// Per step: whether it is below this one without another decision in between.
    pub(crate) fn reached_from(&self, step: usize) -> Vec<bool> {
        self.below(vec![step], |step| self.steps[step].kind == StepKind::Decision)
    }
}
