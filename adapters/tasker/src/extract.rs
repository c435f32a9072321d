//! What handlers of steps can take as arguments, besides `Args<T>` for the task's context.

use std::{collections::BTreeMap, sync::Arc};

use journeyman_core::{Extensions, Job, JobError, capability::Need, extract::FromJob, job::Events};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Json,
    wire::{
        BatchInputs, CheckpointRow, CursorConfig, DeliveryMode, DomainEvent, StepEvent,
        StepExecutionResult, TaskSequenceStep,
    },
};

/// The extension of jobs that are steps.
pub(crate) const STEP: &str = "tasker.step";

/// The step itself: everything that its event has. The other extractors are views of it.
#[derive(Clone, Debug)]
pub struct Step(pub(crate) Arc<StepEvent>);

impl Step {
    /// The event.
    pub fn event(&self) -> &StepEvent {
        &self.0
    }

    /// The step with its task.
    pub fn step(&self) -> &TaskSequenceStep {
        &self.0.step
    }

    /// The name of this instance.
    pub fn name(&self) -> &str {
        &self.0.step.workflow_step.name
    }

    /// The namespace of the template.
    pub fn namespace(&self) -> &str {
        &self.0.step.task.namespace_name
    }

    /// The task's context as it came; `Args<T>` reads it as a type.
    pub fn context(&self) -> Option<&Json> {
        self.0.step.task().context.as_ref()
    }

    /// The task's correlation id: the one to log and to propagate.
    pub fn correlation_id(&self) -> uuid::Uuid {
        self.0.step.task().correlation_id
    }

    /// Which try this is, from 1.
    pub fn attempt(&self) -> u32 {
        self.0.step.attempt()
    }

    /// Whether no further try follows.
    pub fn is_last_attempt(&self) -> bool {
        !self.0.step.is_retryable() || self.attempt() >= self.0.step.max_attempts()
    }

    /// On a retry: the result of the last try.
    pub fn last_result(&self) -> Option<StepExecutionResult> {
        self.0.step.workflow_step.results.as_ref()?.read().ok()
    }
}

/// The extractors fail for jobs of other systems.
fn step(job: &Job) -> Result<Arc<StepEvent>, JobError> {
    let absent = || JobError::bad_input("the job is no step of a Tasker workflow");
    job.extensions().get::<Step>().map(|step| Arc::clone(&step.0)).ok_or_else(absent)
}

const NEEDS: &[Need] = &[Need::Extension(STEP)];

impl FromJob for Step {
    const NEEDS: &'static [Need] = NEEDS;

    fn from_job(job: &Job) -> Result<Self, JobError> {
        step(job).map(Self)
    }
}

/// The results of the steps above, by name: those of all ancestors, not only of direct parents.
/// Steps of branches that were not created are absent.
#[derive(Clone, Debug)]
pub struct Dependencies(Arc<StepEvent>);

impl FromJob for Dependencies {
    const NEEDS: &'static [Need] = NEEDS;

    fn from_job(job: &Job) -> Result<Self, JobError> {
        step(job).map(Self)
    }
}

impl Dependencies {
    /// The result of a step. Where it is an object with the one member `value`, as results that are
    /// no objects travel, either the object or the value is read, whichever fits.
    ///
    /// # Errors
    /// There is no such result, or it does not fit: `BadInput`.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T, JobError> {
        let result = self.result(name)?;
        let whole = result.result.read::<T>();
        let error = match whole {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        // An object with this one member, or whatever: then the first error is the better one.
        let members = result.result.read::<BTreeMap<String, Json>>().unwrap_or_default();
        match members.get("value") {
            Some(value) if members.len() == 1 => value.read(),
            _ => Err(error),
        }
        .map_err(|error| {
            JobError::bad_input(format!("the result of step `{name}` does not fit: {error}"))
        })
    }

    /// One member of the result of a step.
    ///
    /// # Errors
    /// There is no such result or member, or it does not fit: `BadInput`.
    pub fn field<T: DeserializeOwned>(&self, name: &str, member: &str) -> Result<T, JobError> {
        let wrong = |problem: String| {
            JobError::bad_input(format!("`{member}` of the result of step `{name}` {problem}"))
        };
        let members: BTreeMap<String, Json> = self
            .result(name)?
            .result
            .read()
            .map_err(|error| wrong(format!("cannot be read: {error}")))?;
        let value = members.get(member).ok_or_else(|| wrong("is not there".to_owned()))?;
        value.read().map_err(|error| wrong(format!("does not fit: {error}")))
    }

    /// The whole result of a step, metadata included.
    ///
    /// # Errors
    /// There is none of this name: `BadInput`.
    pub fn result(&self, name: &str) -> Result<&StepExecutionResult, JobError> {
        self.0.step.dependency_results.get(name).ok_or_else(|| {
            let names: Vec<_> = self.names().take(20).collect();
            let there = match names.is_empty() {
                true => "there are none".to_owned(),
                false => format!("there are {}", names.join(", ")),
            };
            JobError::bad_input(format!("there is no result of a step `{name}`; {there}"))
        })
    }

    /// Whether a step has a result.
    pub fn contains(&self, name: &str) -> bool {
        self.0.step.dependency_results.contains_key(name)
    }

    /// The steps that have a result, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.step.dependency_results.keys().map(String::as_str)
    }

    /// The direct parents, in the order of the template.
    pub fn direct(&self) -> &[String] {
        &self.0.step.step_definition.dependencies
    }

    /// The results of all batch workers of a template step, in their order: `work` for `work_001`
    /// and so on, the placeholder of no batches included.
    ///
    /// # Errors
    /// One does not fit: `BadInput`.
    pub fn batches<T: DeserializeOwned>(&self, template_step: &str) -> Result<Vec<T>, JobError> {
        let is_batch = |name: &&str| {
            let number = name.strip_prefix(template_step).and_then(|rest| rest.strip_prefix('_'));
            number.is_some_and(|n| n.len() >= 3 && n.bytes().all(|byte| byte.is_ascii_digit()))
        };
        self.names().filter(is_batch).map(|name| self.get(name)).collect()
    }
}

/// The configuration of the handler for this step: the template's `handler.initialization`, as a
/// type of yours.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StepConfig<T>(pub T);

impl<T: DeserializeOwned + Send> FromJob for StepConfig<T> {
    const NEEDS: &'static [Need] = NEEDS;

    fn from_job(job: &Job) -> Result<Self, JobError> {
        let step = step(job)?;
        let members = &step.step.step_definition.handler.initialization;
        let read = Json::new(members).and_then(|json| json.read());
        read.map(Self).map_err(|error| {
            JobError::bad_input(format!("`handler.initialization` of the template: {error}"))
        })
    }
}

/// Where the step goes on; empty on its first delivery.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checkpoint(Option<CheckpointRow>);

impl FromJob for Checkpoint {
    const NEEDS: &'static [Need] = NEEDS;

    fn from_job(job: &Job) -> Result<Self, JobError> {
        let step = step(job)?;
        let row = step.step.workflow_step.checkpoint.as_ref().map(Json::read).transpose();
        row.map(Self)
            .map_err(|error| JobError::bad_input(format!("the checkpoint cannot be read: {error}")))
    }
}

impl Checkpoint {
    /// Whether there is one.
    pub fn exists(&self) -> bool {
        self.0.is_some()
    }

    /// Where to go on, if there is a checkpoint.
    ///
    /// # Errors
    /// It does not fit: `BadInput`.
    pub fn cursor<T: DeserializeOwned>(&self) -> Result<Option<T>, JobError> {
        read(self.0.as_ref().map(|row| &row.cursor), "cursor")
    }

    /// What was gathered so far, if anything.
    ///
    /// # Errors
    /// It does not fit: `BadInput`.
    pub fn accumulated<T: DeserializeOwned>(&self) -> Result<Option<T>, JobError> {
        let gathered = self.0.as_ref().and_then(|row| row.accumulated_results.as_ref());
        read(gathered.filter(|json| !json.is_null()), "accumulated_results")
    }

    /// How many items are done; 0 without a checkpoint.
    pub fn items_processed(&self) -> u64 {
        self.0.as_ref().map_or(0, |row| row.items_processed)
    }
}

fn read<T: DeserializeOwned>(json: Option<&Json>, what: &str) -> Result<Option<T>, JobError> {
    json.map(Json::read).transpose().map_err(|error| {
        JobError::bad_input(format!("`{what}` of the checkpoint does not fit: {error}"))
    })
}

/// The batch that this step works on. The extractor fails for steps that are no batch workers.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch(BatchInputs);

impl FromJob for Batch {
    const NEEDS: &'static [Need] = NEEDS;

    fn from_job(job: &Job) -> Result<Self, JobError> {
        let step = step(job)?;
        let none = || JobError::bad_input("the step has no inputs: it is no batch worker");
        let inputs = step.step.workflow_step.inputs.as_ref().ok_or_else(none)?;
        inputs.read().map(Self).map_err(|error| {
            JobError::bad_input(format!("the step's inputs are not those of a batch: {error}"))
        })
    }
}

impl Batch {
    /// There is nothing to do: the placeholder that stands for no batches. Return something empty.
    pub fn is_no_op(&self) -> bool {
        self.0.is_no_op
    }

    /// Its number as text, from `001`.
    pub fn id(&self) -> &str {
        &self.0.cursor.batch_id
    }

    /// How many items it has.
    pub fn size(&self) -> u32 {
        self.0.cursor.batch_size
    }

    /// Where it begins and ends, the end not included.
    ///
    /// # Errors
    /// The cursors do not fit: `BadInput`.
    pub fn range<T: DeserializeOwned>(&self) -> Result<std::ops::Range<T>, JobError> {
        let CursorConfig { start_cursor, end_cursor, .. } = &self.0.cursor;
        let read = |cursor: &serde_json::Value| {
            T::deserialize(cursor).map_err(|error| {
                JobError::bad_input(format!("the batch's cursor does not fit: {error}"))
            })
        };
        Ok(read(start_cursor)?..read(end_cursor)?)
    }

    /// Everything.
    pub fn inputs(&self) -> &BatchInputs {
        &self.0
    }
}

/// Publishes domain events at once, beside those that the template declares, which are published
/// after the result. Only where the channel can.
#[derive(Clone, Debug)]
pub struct DomainEvents {
    events: Events,
    step: Arc<StepEvent>,
}

impl FromJob for DomainEvents {
    const NEEDS: &'static [Need] = &[Need::Extension(STEP), Need::Events];

    fn from_job(job: &Job) -> Result<Self, JobError> {
        Ok(Self { events: Events::from_job(job)?, step: step(job)? })
    }
}

impl DomainEvents {
    /// Publishes an event as the template declares its delivery, else durably; waits until the
    /// session has room.
    ///
    /// # Errors
    /// The name is none (lower-case letters, digits, `_` and `.`, with a dot), JSON cannot carry
    /// the payload, or the session is gone.
    ///
    /// # Cancel safety
    /// When it is dropped, the event was either queued or not sent at all.
    pub async fn publish<T: Serialize + ?Sized>(
        &self,
        name: &str,
        payload: &T,
    ) -> Result<(), JobError> {
        let declared = &self.step.step.step_definition.publishes_events;
        let mode = declared.iter().find(|event| event.name == name).map(|e| e.delivery_mode);
        self.publish_as(name, payload, mode.unwrap_or_default()).await
    }

    /// As [`publish`](Self::publish), delivered in this way.
    ///
    /// # Errors
    /// As [`publish`](Self::publish).
    ///
    /// # Cancel safety
    /// As [`publish`](Self::publish).
    pub async fn publish_as<T: Serialize + ?Sized>(
        &self,
        name: &str,
        payload: &T,
        mode: DeliveryMode,
    ) -> Result<(), JobError> {
        if !DomainEvent::is_name(name) {
            return Err(JobError::rejected(format!(
                "`{name}` cannot be the name of an event: lower-case letters, digits, `_` and `.`, \
                 with a dot"
            )));
        }
        self.events.publish_with(name, payload, Extensions::new().with(mode)).await
    }
}
