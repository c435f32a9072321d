//! The step event (Tasker sheet, section 5). It is put into JSON only when somebody wants it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use uuid::Uuid;

use super::definition::StepDefinition;
use super::result::StepResult;
use super::time::Naive;

/// A step as the dispatch channel hands it out.
#[derive(Clone, Debug)]
pub struct StepEvent {
    /// New for each dispatch.
    pub event_id: Uuid,
    /// The task.
    pub task_uuid: Uuid,
    /// The step.
    pub step_uuid: Uuid,
    /// New for each claim: not the task's.
    pub correlation_id: Uuid,
    pub(crate) sequence: Arc<SequenceStep>,
    /// A fault: the JSON lacks what it must have.
    pub(crate) spoilt: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct SequenceStep {
    pub(crate) task: Arc<TaskPart>,
    pub(crate) workflow_step: StepRow,
    pub(crate) dependency_results: BTreeMap<Arc<str>, Arc<StepResult>>,
    pub(crate) step_definition: Arc<StepDefinition>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct TaskPart {
    pub(crate) task: TaskRow,
    pub(crate) task_name: String,
    pub(crate) task_version: String,
    pub(crate) namespace_name: String,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct TaskRow {
    #[serde(serialize_with = "text")]
    pub(crate) task_uuid: Uuid,
    #[serde(serialize_with = "text")]
    pub(crate) named_task_uuid: Uuid,
    pub(crate) complete: bool,
    pub(crate) requested_at: Naive,
    pub(crate) created_at: Naive,
    pub(crate) updated_at: Naive,
    pub(crate) initiator: String,
    pub(crate) source_system: String,
    pub(crate) reason: String,
    pub(crate) tags: Vec<String>,
    pub(crate) context: Arc<Value>,
    pub(crate) identity_hash: String,
    pub(crate) priority: i32,
    #[serde(serialize_with = "text")]
    pub(crate) correlation_id: Uuid,
    #[serde(serialize_with = "optional_text")]
    pub(crate) parent_correlation_id: Option<Uuid>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct StepRow {
    #[serde(serialize_with = "text")]
    pub(crate) workflow_step_uuid: Uuid,
    #[serde(serialize_with = "text")]
    pub(crate) task_uuid: Uuid,
    #[serde(serialize_with = "text")]
    pub(crate) named_step_uuid: Uuid,
    pub(crate) name: Arc<str>,
    pub(crate) template_step_name: Arc<str>,
    pub(crate) retryable: bool,
    pub(crate) max_attempts: u32,
    pub(crate) attempts: Option<u32>,
    pub(crate) in_process: bool,
    pub(crate) processed: bool,
    pub(crate) processed_at: Option<Naive>,
    pub(crate) last_attempted_at: Option<Naive>,
    pub(crate) created_at: Naive,
    pub(crate) updated_at: Naive,
    pub(crate) backoff_request_seconds: Option<u32>,
    pub(crate) inputs: Option<Arc<Value>>,
    pub(crate) results: Option<Arc<StepResult>>,
    pub(crate) checkpoint: Option<Arc<Value>>,
}

fn text<S: Serializer>(uuid: &Uuid, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(uuid)
}

fn optional_text<S: Serializer>(uuid: &Option<Uuid>, to: S) -> Result<S::Ok, S::Error> {
    match uuid {
        Some(uuid) => to.collect_str(uuid),
        None => to.serialize_none(),
    }
}

/// The JSON that upstream hands to its Python package: the shortest that has everything. Serializing
/// it copies neither the context nor results.
impl Serialize for StepEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Flat<'a, T> {
            #[serde(serialize_with = "text")]
            event_id: Uuid,
            #[serde(serialize_with = "text")]
            task_uuid: Uuid,
            #[serde(serialize_with = "text")]
            step_uuid: Uuid,
            #[serde(serialize_with = "text")]
            correlation_id: Uuid,
            trace_id: String,
            span_id: String,
            #[serde(serialize_with = "text")]
            task_correlation_id: Uuid,
            #[serde(serialize_with = "optional_text", skip_serializing_if = "Option::is_none")]
            parent_correlation_id: Option<Uuid>,
            task_sequence_step: &'a T,
        }
        let task = &self.sequence.task.task;
        let flat = Flat {
            event_id: self.event_id,
            task_uuid: self.task_uuid,
            step_uuid: self.step_uuid,
            correlation_id: self.correlation_id,
            trace_id: self.trace_id(),
            span_id: self.span_id(),
            task_correlation_id: task.correlation_id,
            parent_correlation_id: task.parent_correlation_id,
            task_sequence_step: &*self.sequence,
        };
        if !self.spoilt {
            return flat.serialize(serializer);
        }
        let Flat { event_id, task_uuid, step_uuid, correlation_id, .. } = flat;
        let Flat { trace_id, span_id, task_correlation_id, parent_correlation_id, .. } = flat;
        let task_sequence_step = &self.task_sequence_step();
        let spoilt = Flat {
            event_id,
            task_uuid,
            step_uuid,
            correlation_id,
            trace_id,
            span_id,
            task_correlation_id,
            parent_correlation_id,
            task_sequence_step,
        };
        spoilt.serialize(serializer)
    }
}

impl StepEvent {
    /// `trace_id`: the text of the event's correlation id.
    #[must_use]
    pub fn trace_id(&self) -> String {
        self.correlation_id.to_string()
    }

    /// `span_id`.
    #[must_use]
    pub fn span_id(&self) -> String {
        format!("span-{}", self.step_uuid)
    }

    /// Name of the step; of a batch's worker with its number.
    #[must_use]
    pub fn step_name(&self) -> &str {
        &self.sequence.workflow_step.name
    }

    /// Name of the task's template.
    #[must_use]
    pub fn task_name(&self) -> &str {
        &self.sequence.task.task_name
    }

    /// What the template says of the step.
    #[must_use]
    pub fn definition(&self) -> &StepDefinition {
        &self.sequence.step_definition
    }

    /// Attempts before this one; `None` on the first.
    #[must_use]
    pub fn attempts(&self) -> Option<u32> {
        self.sequence.workflow_step.attempts
    }

    /// The task's context.
    #[must_use]
    pub fn context(&self) -> &Value {
        &self.sequence.task.task.context
    }

    /// Column `inputs` of the step.
    #[must_use]
    pub fn inputs(&self) -> Option<&Value> {
        self.sequence.workflow_step.inputs.as_deref()
    }

    /// Column `checkpoint` of the step.
    #[must_use]
    pub fn checkpoint(&self) -> Option<&Value> {
        self.sequence.workflow_step.checkpoint.as_deref()
    }

    /// The results of all ancestors, by step name.
    pub fn dependency_results(&self) -> impl Iterator<Item = (&str, &StepResult)> {
        self.sequence.dependency_results.iter().map(|(name, result)| (&**name, &**result))
    }

    /// `task_sequence_step`.
    #[must_use]
    pub fn task_sequence_step(&self) -> Value {
        let mut json = serde_json::to_value(&*self.sequence).unwrap_or_default();
        if self.spoilt
            && let Some(members) = json.as_object_mut()
        {
            members.remove("step_definition");
        }
        json
    }

    /// The `StepExecutionEvent`, which has a serde form upstream.
    #[must_use]
    pub fn execution_event(&self) -> Value {
        json!({
            "event_id": self.event_id.to_string(),
            "payload": {
                "task_uuid": self.task_uuid.to_string(),
                "step_uuid": self.step_uuid.to_string(),
                "task_sequence_step": self.task_sequence_step(),
            },
            "trace_id": self.trace_id(),
            "span_id": self.span_id(),
        })
    }

    /// The fields of upstream's `FfiStepEvent` by their names.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "event_id": self.event_id.to_string(),
            "task_uuid": self.task_uuid.to_string(),
            "step_uuid": self.step_uuid.to_string(),
            "correlation_id": self.correlation_id.to_string(),
            "trace_id": self.trace_id(),
            "span_id": self.span_id(),
            "execution_event": self.execution_event(),
        })
    }
}
