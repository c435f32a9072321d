//! Tasks and their first steps.

use std::collections::btree_map::Entry;
use std::sync::Arc;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::config::Identity;
use super::definition::{StepDefinition, Template};
use super::error::StartError;
use super::event::{TaskPart, TaskRow};
use super::orchestrator::Orchestrator;
use super::result::weight;
use super::state::{Cause, StepState, TaskEvent, TaskState};
use super::task::{Step, Task};
use super::time::{Micros, Naive, parse_rfc3339};

/// A task request (Tasker sheet, section 15).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct TaskRequest {
    /// Name of the template.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its version.
    pub version: String,
    /// The task's input.
    pub context: Value,
    /// Who asks.
    pub initiator: String,
    /// From where.
    pub source_system: String,
    /// Why.
    pub reason: String,
    /// Words.
    #[serde(default, deserialize_with = "tags")]
    pub tags: Vec<String>,
    /// When it was asked for; else the time of the submission.
    #[serde(default, deserialize_with = "naive_time")]
    pub(crate) requested_at: Option<Micros>,
    /// -100 to 100.
    #[serde(default, deserialize_with = "priority")]
    pub priority: i32,
    /// Random where there is none.
    #[serde(default, deserialize_with = "id")]
    pub correlation_id: Option<Uuid>,
    /// Of the task that this one is a part of.
    #[serde(default, deserialize_with = "id")]
    pub parent_correlation_id: Option<Uuid>,
    /// Tells tasks apart that are equal otherwise.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

impl TaskRequest {
    /// A request with the rest filled in.
    #[must_use]
    pub fn new(namespace: &str, name: &str, version: &str, context: Value) -> Self {
        Self {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            version: version.to_owned(),
            context,
            initiator: "journeyman".to_owned(),
            source_system: "journeyman".to_owned(),
            reason: "test".to_owned(),
            tags: Vec::new(),
            requested_at: None,
            priority: 0,
            correlation_id: None,
            parent_correlation_id: None,
            idempotency_key: None,
        }
    }

    /// Reads the body of `POST /v1/tasks`.
    ///
    /// # Errors
    ///
    /// [`StartError::Invalid`] when members are missing (all of them are named) or have a wrong
    /// form.
    pub fn from_json(json: &Value) -> Result<Self, StartError> {
        if !json.is_object() {
            return Err(StartError::Invalid("a map is wanted".to_owned()));
        }
        let needed =
            ["name", "namespace", "version", "context", "initiator", "source_system", "reason"];
        let missing: Vec<&str> = needed.into_iter().filter(|key| json.get(key).is_none()).collect();
        if !missing.is_empty() {
            return Err(StartError::Invalid(format!("missing: {}", missing.join(", "))));
        }
        Self::deserialize(json).map_err(|error| StartError::Invalid(error.to_string()))
    }
}

/// An absent list and `null` are an empty one.
fn tags<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

fn priority<'de, D: Deserializer<'de>>(from: D) -> Result<i32, D::Error> {
    let priority = Option::<i32>::deserialize(from)?.unwrap_or_default();
    match (-100..=100).contains(&priority) {
        true => Ok(priority),
        false => Err(de::Error::custom("`priority` is not from -100 to 100")),
    }
}

/// A UUID as text, whatever the format.
fn id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Uuid>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    let id = text.map(|text| text.parse::<Uuid>()).transpose();
    id.map_err(|error| de::Error::custom(format!("no UUID: {error}")))
}

/// A time without a zone, as upstream wants it; with one it is refused.
fn naive_time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Micros>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    let Some(text) = text else { return Ok(None) };
    let time = parse_rfc3339(&format!("{text}Z"));
    time.map(Some).ok_or_else(|| de::Error::custom("`requested_at` is no time without a zone"))
}

impl Orchestrator {
    /// Starts a task; gives its id. Its first steps are in the queue, and claimed, before this
    /// returns.
    ///
    /// # Errors
    ///
    /// As [`submit`](Self::submit).
    pub fn start_task(
        &mut self,
        namespace: &str,
        name: &str,
        version: &str,
        context: Value,
    ) -> Result<Uuid, StartError> {
        self.submit(TaskRequest::new(namespace, name, version, context))
    }

    /// Starts a task; gives its id.
    ///
    /// # Errors
    ///
    /// When there is no such template, when an equal task exists
    /// ([`Identity::Strict`](super::Identity::Strict)), and when limits are reached. A context
    /// that the template's `input_schema` does not allow is accepted, as upstream.
    pub fn submit(&mut self, request: TaskRequest) -> Result<Uuid, StartError> {
        let limits = self.config.limits;
        if weight(&request.context, limits.message_bytes) > limits.message_bytes {
            let problem = format!("the context has more than {} bytes", limits.message_bytes);
            return Err(StartError::Invalid(problem));
        }
        let key = (request.namespace, request.name, request.version);
        let Some((named_task, template)) = self.templates.get(&key).cloned() else {
            let (namespace, name, version) = key;
            return Err(StartError::UnknownTemplate { namespace, name, version });
        };
        if template.initial.len() > limits.steps_per_task {
            let problem = format!("the task has more than {} steps", limits.steps_per_task);
            return Err(StartError::Invalid(problem));
        }
        let mut text = format!("{named_task} {}", request.context);
        if let Some(key) = &request.idempotency_key {
            text = format!("{named_task} key {key}");
        }
        let hash = digest(&SHA256, text.as_bytes());
        let identity: [u8; 32] = hash.as_ref().try_into().unwrap_or_default();
        let strict = self.config.identity == Identity::Strict;
        if strict && self.identities.contains_key(&identity) {
            return Err(StartError::Conflict);
        }
        if self.tasks.len() >= limits.tasks && !self.forget_one() {
            return Err(StartError::Full);
        }
        let uuid = self.ids.ordered(self.now);
        let [a, b, c, d, e, f, g, h, ..] = identity;
        let now = Naive(self.now);
        let row = TaskRow {
            task_uuid: uuid,
            named_task_uuid: named_task,
            complete: false,
            requested_at: request.requested_at.map_or(now, Naive),
            created_at: now,
            updated_at: now,
            initiator: request.initiator,
            source_system: request.source_system,
            reason: request.reason,
            tags: request.tags,
            context: Arc::new(request.context),
            identity_hash: format!("{:016x}", u64::from_be_bytes([a, b, c, d, e, f, g, h])),
            priority: request.priority,
            correlation_id: request.correlation_id.unwrap_or_else(|| self.ids.random()),
            parent_correlation_id: request.parent_correlation_id,
        };
        let (namespace_name, task_name, task_version) = key;
        let part = TaskPart { task: row, task_name, task_version, namespace_name };
        let number = self.next_task;
        self.next_task += 1;
        let task = Task {
            uuid,
            name: Arc::from(part.task_name.as_str()),
            part: Arc::new(part),
            template: Arc::clone(&template),
            identity: strict.then_some(identity),
            state: TaskState::Pending,
            since: self.now,
            steps: Vec::new(),
            transitions: Vec::new(),
            watched: None,
        };
        self.tasks.insert(number, task);
        self.numbers.insert(uuid, number);
        if strict {
            self.identities.insert(identity, number);
        }
        self.move_task(number, TaskState::Pending, TaskEvent::Initial);
        self.first_steps(number, &template);
        self.move_task(number, TaskState::Initializing, TaskEvent::Start);
        if template.initial.is_empty() {
            self.move_task(number, TaskState::Complete, TaskEvent::NoStepsFound);
        }
        self.evaluate(number);
        self.claim();
        Ok(uuid)
    }

    fn first_steps(&mut self, number: u64, template: &Template) {
        for &place in &template.initial {
            let definition = &template.steps[place];
            self.create(number, place, &definition.name, initial_inputs(definition));
        }
        // All parents of a first step are first steps.
        let Some(task) = self.tasks.get_mut(&number) else { return };
        for at in 0..task.steps.len() {
            let definition = Arc::clone(&task.steps[at].definition);
            let parents = definition.dependencies.iter().filter_map(|name| task.find(name));
            task.steps[at].parents = parents.collect();
        }
    }

    /// Makes a step, without edges; gives its place.
    pub(crate) fn create(
        &mut self,
        number: u64,
        place: usize,
        name: &str,
        inputs: Option<Value>,
    ) -> usize {
        let now = self.now;
        let named = match self.named_steps.get(name) {
            Some(id) => *id,
            None => {
                let id = self.ids.ordered(now);
                self.named_steps.insert(name.to_owned(), id);
                id
            }
        };
        let uuid = self.ids.ordered(now);
        let Some(task) = self.tasks.get_mut(&number) else { return 0 };
        let at = task.steps.len();
        task.steps.push(Step {
            uuid,
            named,
            name: Arc::from(name),
            place,
            definition: Arc::clone(&task.template.steps[place]),
            state: StepState::Pending,
            attempts: 0,
            in_process: false,
            inputs: inputs.map(Arc::new),
            results: None,
            checkpoint: None,
            processed_at: None,
            last_attempted_at: None,
            last_failure_at: None,
            backoff_seconds: None,
            created_at: now,
            updated_at: now,
            parents: Vec::new(),
            transitions: Vec::new(),
        });
        self.steps.insert(uuid, (number, at));
        self.move_step(number, at, StepState::Pending, Cause::Initial);
        at
    }

    /// Forgets the oldest task that is final.
    fn forget_one(&mut self) -> bool {
        let number = self.tasks.iter().find(|(_, task)| task.state.is_final()).map(|(n, _)| *n);
        number.is_some_and(|number| self.forget_number(number))
    }

    fn forget_number(&mut self, number: u64) -> bool {
        let Entry::Occupied(entry) = self.tasks.entry(number) else { return false };
        let task = entry.remove();
        self.numbers.remove(&task.uuid);
        for step in &task.steps {
            self.steps.remove(&step.uuid);
        }
        if let Some(identity) = task.identity {
            self.identities.remove(&identity);
        }
        true
    }
}

/// Column `inputs` of an ordinary step: its handler's configuration.
pub(crate) fn initial_inputs(definition: &StepDefinition) -> Option<Value> {
    let members: &Map<String, Value> = &definition.handler.initialization;
    (!members.is_empty()).then(|| Value::Object(members.clone()))
}
