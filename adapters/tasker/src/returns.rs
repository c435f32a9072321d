//! What handlers of decisions, batches and long steps return (Tasker sheet, section 8).

use std::collections::BTreeMap;

use journeyman_core::{IntoResult, Job, JobError, JobResult, Whole, job::Completion};
use serde::Serialize;

use crate::{
    Json,
    codec::TEMPLATE_NAME,
    extract::Step,
    storable,
    wire::{BatchOutcome, CheckpointYieldData, CursorConfig, DecisionOutcome, StepType},
};

/// Batches of one step.
const MAX_BATCHES: u64 = 100_000;

/// What a decision returns: which of the steps below it are created.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Decision {
    outcome: DecisionOutcome,
    extra: BTreeMap<String, Json>,
}

impl Decision {
    /// None of them: the task goes on without branches and without their convergence.
    pub fn none() -> Self {
        Self { outcome: DecisionOutcome::NoBranches, extra: BTreeMap::new() }
    }

    /// These, by their names in the template. None of them is as [`none`](Self::none).
    pub fn create<S: Into<String>>(steps: impl IntoIterator<Item = S>) -> Self {
        let step_names: Vec<_> = steps.into_iter().map(Into::into).collect();
        let outcome = match step_names.is_empty() {
            true => DecisionOutcome::NoBranches,
            false => DecisionOutcome::CreateSteps { step_names },
        };
        Self { outcome, extra: BTreeMap::new() }
    }

    /// Adds a member to the result, for the steps below.
    ///
    /// # Errors
    /// JSON cannot carry it.
    pub fn with<T: Serialize + ?Sized>(
        mut self,
        member: impl Into<String>,
        value: &T,
    ) -> Result<Self, JobError> {
        self.extra.insert(member.into(), Json::new(value)?);
        Ok(self)
    }
}

/// What an analyzer of batches returns: which batches there are.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Batches {
    cursors: Vec<CursorConfig>,
    total: u64,
    template: Option<String>,
    extra: BTreeMap<String, Json>,
}

impl Batches {
    /// None. One placeholder and the convergence are created; the template's
    /// `handler.initialization` must have `worker_template_name` for it.
    pub fn none() -> Self {
        Self { cursors: Vec::new(), total: 0, template: None, extra: BTreeMap::new() }
    }

    /// The numbers from 0 to `total`, so many at a time (at least 1).
    ///
    /// # Errors
    /// There would be more than 100,000 batches.
    pub fn ranges(total: u64, batch_size: u32) -> Result<Self, JobError> {
        let size = batch_size.max(1);
        let step = u64::from(size);
        if total.div_ceil(step) > MAX_BATCHES {
            return Err(JobError::rejected(format!(
                "{total} items in batches of {size} are more than {MAX_BATCHES} batches"
            )));
        }
        let cursor = |(i, start): (usize, u64)| CursorConfig {
            batch_id: format!("{:03}", i + 1),
            start_cursor: start.into(),
            end_cursor: (start + step).min(total).into(),
            batch_size: size,
        };
        let starts = (0..total.div_ceil(step)).map(|n| n * step);
        let cursors = starts.enumerate().map(cursor).collect();
        Ok(Self { cursors, total, ..Self::none() })
    }

    /// Batches of your own. None of them is as [`none`](Self::none).
    pub fn cursors(cursors: impl IntoIterator<Item = CursorConfig>, total_items: u64) -> Self {
        Self { cursors: cursors.into_iter().collect(), total: total_items, ..Self::none() }
    }

    /// Sets the template step of the workers. Default: what the template's
    /// `handler.initialization` says as `worker_template_name`, else its
    /// `batch_config.worker_template`.
    pub fn template(mut self, step: impl Into<String>) -> Self {
        self.template = Some(step.into());
        self
    }

    /// Adds a member to the result, for the steps below.
    ///
    /// # Errors
    /// JSON cannot carry it.
    pub fn with<T: Serialize + ?Sized>(
        mut self,
        member: impl Into<String>,
        value: &T,
    ) -> Result<Self, JobError> {
        self.extra.insert(member.into(), Json::new(value)?);
        Ok(self)
    }

    fn outcome(self, job: &Job) -> Result<(BatchOutcome, BTreeMap<String, Json>), JobError> {
        if self.cursors.is_empty() {
            return Ok((BatchOutcome::NoBatches, self.extra));
        }
        let step = step(job)?;
        let definition = &step.step().step_definition;
        let named = definition.handler.initialization.get(TEMPLATE_NAME);
        let config = definition.batch_config.as_ref().map(|batch| batch.worker_template.clone());
        let template = self.template.or_else(|| named?.read().ok()).or(config);
        let template = template.ok_or_else(|| {
            JobError::rejected(format!(
                "which step works on the batches? Name it with `Batches::template`, or in the \
                 template as `{TEMPLATE_NAME}` of `handler.initialization`"
            ))
        })?;
        let outcome = BatchOutcome::CreateBatches {
            worker_template_name: template,
            worker_count: u32::try_from(self.cursors.len()).unwrap_or(u32::MAX),
            cursor_configs: self.cursors,
            total_items: self.total,
        };
        Ok((outcome, self.extra))
    }
}

fn step(job: &Job) -> Result<Step, JobError> {
    job.extract::<Step>()
}

fn expect(job: &Job, wanted: StepType, what: &str) -> Result<(), JobError> {
    let kind = step(job)?.step().step_definition.step_type;
    match kind == wanted {
        true => Ok(()),
        false => Err(JobError::rejected(format!(
            "the handler returned {what}, but the step is of type {}, not {}",
            kind.as_str(),
            wanted.as_str()
        ))),
    }
}

impl IntoResult<Whole> for Decision {
    fn into_result(self, job: &Job) -> JobResult {
        expect(job, StepType::Decision, "a decision")?;
        let mut members = self.extra;
        members.insert("decision_point_outcome".to_owned(), Json::new(&self.outcome)?);
        job.reply(&members)
    }
}

impl IntoResult<Whole> for Batches {
    fn into_result(self, job: &Job) -> JobResult {
        expect(job, StepType::Batchable, "batches")?;
        let (outcome, mut members) = self.outcome(job)?;
        members.insert("batch_processing_outcome".to_owned(), Json::new(&outcome)?);
        job.reply(&members)
    }
}

/// Ends this delivery of a step and brings the next one, with what is kept here.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct CheckpointYield {
    cursor: Json,
    items_processed: u64,
    accumulated: Option<Json>,
}

impl CheckpointYield {
    /// Goes on at `cursor`, any value; so many items are done in all.
    ///
    /// # Errors
    /// JSON cannot carry the cursor, or the database not store it.
    pub fn new<T: Serialize + ?Sized>(cursor: &T, items_processed: u64) -> Result<Self, JobError> {
        Ok(Self { cursor: kept(cursor)?, items_processed, accumulated: None })
    }

    /// Keeps what was gathered so far. Upstream has no limit for its size, and keeps the cursors of
    /// all checkpoints.
    ///
    /// # Errors
    /// JSON cannot carry it, or the database not store it.
    pub fn accumulated<T: Serialize + ?Sized>(mut self, gathered: &T) -> Result<Self, JobError> {
        self.accumulated = Some(kept(gathered)?);
        Ok(self)
    }

    pub(crate) fn size(&self) -> usize {
        let gathered = self.accumulated.as_ref().map_or(0, |json| json.as_str().len());
        self.cursor.as_str().len() + gathered
    }

    pub(crate) fn data(&self, step_uuid: uuid::Uuid) -> CheckpointYieldData {
        CheckpointYieldData {
            step_uuid,
            cursor: self.cursor.clone(),
            items_processed: self.items_processed,
            accumulated_results: self.accumulated.clone(),
        }
    }
}

/// What a checkpoint keeps. What could not be kept must not be tried again.
fn kept<T: Serialize + ?Sized>(value: &T) -> Result<Json, JobError> {
    let wrong = |problem| JobError::rejected(format!("the checkpoint cannot be kept: {problem}"));
    let json = Json::new(value).map_err(|error| wrong(error.to_string()))?;
    storable::check(&json).map_err(wrong)?;
    Ok(json)
}

impl IntoResult<Whole> for CheckpointYield {
    fn into_result(self, job: &Job) -> JobResult {
        step(job)?;
        let mut completion = Completion::default();
        completion.extensions.insert(self);
        Ok(completion)
    }
}

/// What a step returns that works in portions: it goes on, or it is done.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum Portion<T> {
    /// There is more to do.
    More(CheckpointYield),
    /// This is the result.
    Done(T),
}

impl<T: Serialize> IntoResult<Whole> for Portion<T> {
    fn into_result(self, job: &Job) -> JobResult {
        match self {
            Self::More(checkpoint) => checkpoint.into_result(job),
            Self::Done(value) => job.reply(&value),
        }
    }
}
