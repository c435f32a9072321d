//! A step as its template defines it (Tasker sheet, sections 5.1 and 11).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Json;

/// A step of a template. The same type stands in templates and in step events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StepDefinition {
    /// Its name, unique in the template.
    pub name: String,
    /// For people.
    #[serde(default)]
    pub description: Option<String>,
    /// Who does it.
    pub handler: HandlerDefinition,
    /// What kind of step it is.
    #[serde(rename = "type", alias = "step_type", default)]
    pub step_type: StepType,
    /// The system that it depends on.
    #[serde(default)]
    pub system_dependency: Option<String>,
    /// The steps that must be complete before it: direct parents only.
    #[serde(default, alias = "depends_on")]
    pub dependencies: Vec<String>,
    /// When and how often it is tried again.
    #[serde(default)]
    pub retry: RetryConfig,
    /// How long its handler may take, in seconds. Nobody upstream looks at it; this adapter does.
    #[serde(default)]
    pub timeout_seconds: Option<u32>,
    /// The events that are published after it.
    #[serde(default)]
    pub publishes_events: Vec<EventDeclaration>,
    /// For batch steps.
    #[serde(default)]
    pub batch_config: Option<BatchConfig>,
    /// JSON Schema of its result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_schema: Option<Json>,
    /// Only after release 0.1.8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub composition: Option<Json>,
}

/// Who does a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HandlerDefinition {
    /// A free name, 1 to 500 characters.
    pub callable: String,
    /// The method to call; `None` for `call`.
    #[serde(default)]
    pub method: Option<String>,
    /// The resolver that must know the callable.
    #[serde(default)]
    pub resolver: Option<String>,
    /// The configuration of the handler for this step.
    #[serde(default)]
    pub initialization: BTreeMap<String, Json>,
}

impl HandlerDefinition {
    /// A handler by name.
    pub fn new(callable: impl Into<String>) -> Self {
        Self { callable: callable.into(), ..Self::default() }
    }

    /// Sets the method.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }
}

/// What kind of step it is (Tasker sheet, section 8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepType {
    /// One that only has a result.
    #[default]
    Standard,
    /// Its result says which of the steps below it are created.
    Decision,
    /// Created when needed, with edges only to those of its dependencies that exist.
    DeferredConvergence,
    /// Its result says which batches there are.
    Batchable,
    /// The template of the steps that work on one batch each.
    BatchWorker,
}

impl StepType {
    /// Its word in templates.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Decision => "decision",
            Self::DeferredConvergence => "deferred_convergence",
            Self::Batchable => "batchable",
            Self::BatchWorker => "batch_worker",
        }
    }
}

/// When and how often a step is tried again. Where a template has no `retry`, the delays are 1 s
/// and 30 s; where it has one, they are what it says, or nothing. Upstream's server ignores them
/// (Tasker sheet, section 7).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetryConfig {
    /// Whether it is tried again at all.
    #[serde(default = "yes")]
    pub retryable: bool,
    /// Tries in all, 1 to 100.
    #[serde(default = "three")]
    pub max_attempts: u32,
    /// How the delay grows.
    #[serde(default)]
    pub backoff: RetryBackoff,
    /// The first delay in milliseconds, 100 to 3,600,000.
    #[serde(default)]
    pub backoff_base_ms: Option<u64>,
    /// The longest delay in milliseconds, 1000 to 3,600,000.
    #[serde(default)]
    pub max_backoff_ms: Option<u64>,
}

fn yes() -> bool {
    true
}

fn three() -> u32 {
    3
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self {
            retryable: true,
            max_attempts: 3,
            backoff: RetryBackoff::Exponential,
            backoff_base_ms: Some(1000),
            max_backoff_ms: Some(30_000),
        }
    }
}

/// How the delay between tries grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryBackoff {
    /// No delay.
    None,
    /// By the same step each time.
    Linear,
    /// Doubling.
    #[default]
    Exponential,
    /// As the Fibonacci numbers.
    Fibonacci,
}

/// How a step works on batches. All members are required.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchConfig {
    /// Items per batch.
    pub batch_size: u32,
    /// Batches at a time.
    pub parallelism: u32,
    /// What the cursor counts.
    pub cursor_field: String,
    /// The template step of the workers.
    pub worker_template: String,
    /// What a failed batch means for the others.
    pub failure_strategy: FailureStrategy,
}

/// What a failed batch means for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureStrategy {
    /// Nothing.
    ContinueOnFailure,
    /// All fail.
    FailFast,
    /// It is set aside.
    Isolate,
}

/// An event that is published after a step (Tasker sheet, section 9).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventDeclaration {
    /// Lower-case letters, digits, `_` and `.`, with at least one dot.
    pub name: String,
    /// For people.
    pub description: String,
    /// After which results.
    #[serde(default)]
    pub condition: EventCondition,
    /// JSON Schema of its payload, which is the step's result.
    pub schema: Json,
    /// How it is delivered.
    #[serde(default)]
    pub delivery_mode: DeliveryMode,
    /// The publisher. That of a step's first declaration serves all of them.
    #[serde(default)]
    pub publisher: Option<String>,
}

/// After which results an event is published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventCondition {
    /// After a success.
    #[default]
    Success,
    /// After any failure.
    Failure,
    /// After a failure that may be tried again. Upstream's default publisher never fires it.
    RetryableFailure,
    /// After a failure that may not. Upstream's default publisher never fires it.
    PermanentFailure,
    /// After any result.
    Always,
}

impl EventCondition {
    /// Whether a result like this fires it.
    pub fn fires(self, success: bool, retryable: bool) -> bool {
        match self {
            Self::Success => success,
            Self::Failure => !success,
            Self::RetryableFailure => !success && retryable,
            Self::PermanentFailure => !success && !retryable,
            Self::Always => true,
        }
    }
}

/// How an event is delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryMode {
    /// As a message of the queue `<namespace>_domain_events`.
    #[default]
    Durable,
    /// Inside of the process only; slow receivers lose some.
    Fast,
    /// Both.
    Broadcast,
}
