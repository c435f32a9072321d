//! Task templates: one YAML file each, with the steps of a workflow (Tasker sheet, section 11).
//!
//! [`Templates::load`] reads a folder as upstream's workers do. What is wrong is told with file,
//! line and key, all of it at once; keys that nobody knows are warnings.

mod check;
mod error;
mod graph;
mod load;
mod node;
mod read;
mod yaml;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Json,
    wire::{RetryConfig, StepDefinition},
};

pub use error::{TemplateError, TemplateErrors};
pub use load::{Loaded, Templates};

/// A workflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskTemplate {
    /// Its name, 1 to 255 characters.
    pub name: String,
    /// Its namespace: letters, digits and `_`, since queues are named after it.
    pub namespace_name: String,
    /// Its version, 1 to 16 characters.
    pub version: String,
    /// For people.
    #[serde(default)]
    pub description: Option<String>,
    /// For people.
    #[serde(default)]
    pub metadata: Option<TemplateMetadata>,
    /// The systems that it depends on.
    #[serde(default)]
    pub system_dependencies: SystemDependencies,
    /// The events that it knows.
    #[serde(default)]
    pub domain_events: Vec<TemplateEvent>,
    /// JSON Schema of a task's context. The server does not look at it.
    #[serde(default)]
    pub input_schema: Option<Json>,
    /// Its steps.
    #[serde(default)]
    pub steps: Vec<StepDefinition>,
    /// Overrides by environment. Upstream does not apply them.
    #[serde(default)]
    pub environments: BTreeMap<String, Environment>,
    /// How long a task may take. The server's business.
    #[serde(default)]
    pub lifecycle: Option<Lifecycle>,
}

/// What people may want to know about a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct TemplateMetadata {
    /// Who wrote it.
    pub author: Option<String>,
    /// Free texts.
    pub tags: Vec<String>,
    /// Where more is.
    pub documentation_url: Option<String>,
    /// When it was made.
    pub created_at: Option<String>,
    /// When it last changed.
    pub updated_at: Option<String>,
}

/// The systems that a template depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct SystemDependencies {
    /// The first. Default `default`.
    pub primary: String,
    /// Others.
    pub secondary: Vec<String>,
}

impl Default for SystemDependencies {
    fn default() -> Self {
        Self { primary: "default".to_owned(), secondary: Vec::new() }
    }
}

/// An event that a template knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TemplateEvent {
    /// Its name.
    pub name: String,
    /// For people.
    #[serde(default)]
    pub description: Option<String>,
    /// JSON Schema of its payload.
    #[serde(default)]
    pub schema: Option<Json>,
}

/// Overrides for one environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Environment {
    /// By step.
    pub steps: Vec<StepOverride>,
}

/// Overrides for one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StepOverride {
    /// The step, or `ALL`.
    pub name: String,
    /// Of the handler.
    #[serde(default)]
    pub handler: Option<HandlerOverride>,
    /// Of the time limit, in seconds.
    #[serde(default)]
    pub timeout_seconds: Option<u32>,
    /// Of the retries.
    #[serde(default)]
    pub retry: Option<RetryConfig>,
}

/// Overrides of a handler.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct HandlerOverride {
    /// Members of its configuration.
    pub initialization: BTreeMap<String, Json>,
}

/// How long a task may take, in minutes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Lifecycle {
    /// In all.
    pub max_duration_minutes: Option<u32>,
    /// While no step is ready.
    pub max_waiting_for_dependencies_minutes: Option<u32>,
    /// While a step waits for its retry.
    pub max_waiting_for_retry_minutes: Option<u32>,
    /// While steps are worked on.
    pub max_steps_in_process_minutes: Option<u32>,
    /// What happens then: `dlq`, for example.
    pub staleness_action: Option<String>,
    /// Whether the task fails.
    pub auto_fail_on_timeout: Option<bool>,
    /// Whether the task is set aside.
    pub auto_dlq_on_timeout: Option<bool>,
}

impl TaskTemplate {
    /// A step by name.
    pub fn step(&self, name: &str) -> Option<&StepDefinition> {
        self.steps.iter().find(|step| step.name == name)
    }

    /// The callables of its steps, with the step's name.
    pub fn callables(&self) -> impl Iterator<Item = (&str, &crate::wire::HandlerDefinition)> {
        self.steps.iter().map(|step| (step.name.as_str(), &step.handler))
    }
}

#[cfg(test)]
mod tests;
