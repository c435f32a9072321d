//! Templates, as servers and workers show them.

use serde::{Deserialize, Serialize};

use crate::{Json, TimeText, template::TaskTemplate};

/// `GET /v1/templates/{namespace}/{name}/{version}` of the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TemplateView {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its version.
    pub version: String,
    /// For people.
    pub description: Option<String>,
    /// Always `null`.
    #[serde(default)]
    pub configuration: Option<Json>,
    /// Its steps.
    pub steps: Vec<TemplateStepView>,
}

/// A step of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TemplateStepView {
    /// Its name.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// Whether it is tried again.
    pub default_retryable: bool,
    /// Tries in all.
    pub default_max_attempts: i64,
    /// JSON Schema of its result.
    #[serde(default)]
    pub result_schema: Option<Json>,
}

/// `GET /v1/templates` of the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TemplateList {
    /// The namespaces.
    pub namespaces: Vec<NamespaceView>,
    /// The templates.
    pub templates: Vec<TemplateEntry>,
    /// How many.
    pub total_count: u64,
}

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NamespaceView {
    /// Its name.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// Templates in it.
    pub template_count: u64,
}

/// A template of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TemplateEntry {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its version.
    pub version: String,
    /// For people.
    pub description: Option<String>,
    /// Its steps.
    pub step_count: u64,
}

/// `GET /v1/templates` of a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WorkerTemplates {
    /// What it serves.
    pub supported_namespaces: Vec<String>,
    /// Templates that it has in its cache.
    pub template_count: u64,
    /// Always `null`.
    #[serde(default)]
    pub cache_stats: Option<Json>,
    /// What it can do.
    pub worker_capabilities: Vec<String>,
}

/// `GET /v1/templates/{namespace}/{name}/{version}` of a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WorkerTemplate {
    /// The template.
    pub template: ResolvedTemplate,
    /// What the worker knows about it.
    pub handler_metadata: HandlerMetadata,
    /// What the worker says besides.
    #[serde(flatten)]
    pub more: std::collections::BTreeMap<String, serde_json::Value>,
}

/// A template for one environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ResolvedTemplate {
    /// The template.
    pub template: TaskTemplate,
    /// The environment.
    pub environment: String,
    /// When.
    pub resolved_at: TimeText,
}

/// What a worker knows about a template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HandlerMetadata {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Empty.
    pub handler_class: String,
    /// The template, once more.
    pub config_schema: Option<Json>,
    /// What the worker says besides.
    #[serde(flatten)]
    pub more: std::collections::BTreeMap<String, serde_json::Value>,
}

/// `POST …/validate` of a worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TemplateValidation {
    /// Whether it can be used.
    pub valid: bool,
    /// Why not.
    pub errors: Vec<String>,
    /// What it needs.
    pub required_capabilities: Vec<String>,
    /// The callables.
    pub step_handlers: Vec<String>,
}
