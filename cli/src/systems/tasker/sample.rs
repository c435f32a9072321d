//! Handlers that play the steps of any template: to see a workflow run before there is a handler.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use journeyman_core::{
    IntoResult, Job, JobError, JobResult,
    job::{Cancel, Completion},
};
use journeyman_tasker::{
    Batch, Batches, Decision, Dependencies, Step,
    template::Templates,
    wire::{StepDefinition, StepType},
};
use serde::Deserialize;
use serde_json::json;

/// How long a step takes, in seconds, unless the context says otherwise: long enough to be seen.
const SECONDS: f64 = 0.5;
/// The longest that a step may be told to take.
const LONGEST: f64 = 3600.0;
/// Batches of a batchable step, and items in each.
const BATCHES: u32 = 3;
const BATCH_SIZE: u32 = 10;
/// The most batches that a context may ask for.
const MOST_BATCHES: u32 = 10_000;

/// What the context of a task can say under `sample`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Script {
    /// How long each step takes.
    seconds: Option<f64>,
    /// Steps that fail: how often, or `"for good"`.
    fail: BTreeMap<String, Fails>,
    /// Which branches a decision creates.
    branches: BTreeMap<String, Vec<String>>,
    /// How many batches a batchable step makes.
    batches: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a number of tries that fail, or \"for good\"")]
enum Fails {
    Times(u32),
    Always(Always),
}

#[derive(Debug, Deserialize)]
enum Always {
    #[serde(rename = "for good")]
    ForGood,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Context {
    sample: Script,
}

/// What is known about the templates.
#[derive(Clone, Debug)]
pub(super) struct Samples(Arc<Templates>);

impl Samples {
    pub(super) fn new(templates: Templates) -> Self {
        Self(Arc::new(templates))
    }

    /// Does a step of whatever type, as the task's context says.
    pub(super) async fn play(
        self,
        job: Job,
        step: Step,
        cancel: Cancel,
    ) -> Result<Completion, JobError> {
        let script = script(&step)?;
        let seconds = script.seconds.unwrap_or(SECONDS);
        if !(0.0..=LONGEST).contains(&seconds) {
            return Err(JobError::bad_input(format!(
                "`sample.seconds` of the context is {seconds}; it must be from 0 to {LONGEST}"
            )));
        }
        tokio::select! {
            biased;
            reason = cancel.cancelled() => return Err(JobError::cancelled(reason.as_str())),
            () = tokio::time::sleep(Duration::from_secs_f64(seconds)) => {}
        }
        let definition = &step.step().step_definition;
        let fails = script.fail.get(step.name()).or_else(|| script.fail.get(&definition.name));
        match fails {
            Some(Fails::Always(Always::ForGood)) => {
                return Err(JobError::rejected("the context says so: for good"));
            }
            Some(Fails::Times(times)) if step.attempt() <= *times => {
                let text = format!("the context says so: {} of {times}", step.attempt());
                return Err(JobError::failed(text));
            }
            _ => {}
        }
        self.result(&job, &step, &script)
    }

    fn result(&self, job: &Job, step: &Step, script: &Script) -> JobResult {
        let definition = &step.step().step_definition;
        match definition.step_type {
            StepType::Decision => {
                let named = script.branches.get(&definition.name).cloned();
                let names = named.unwrap_or_else(|| {
                    self.below(step, |below| below.step_type != StepType::DeferredConvergence)
                });
                Decision::create(names).into_result(job)
            }
            StepType::Batchable => {
                let count = script.batches.unwrap_or(BATCHES);
                if count > MOST_BATCHES {
                    return Err(JobError::bad_input(format!(
                        "`sample.batches` of the context is {count}; at most {MOST_BATCHES} can be \
                         asked for"
                    )));
                }
                let batches = Batches::ranges(u64::from(count * BATCH_SIZE), BATCH_SIZE)?;
                let workers = self.below(step, |below| below.step_type == StepType::BatchWorker);
                match workers.into_iter().next() {
                    Some(worker) => batches.template(worker).into_result(job),
                    None => batches.into_result(job),
                }
            }
            StepType::BatchWorker => {
                let batch: Batch = job.extract()?;
                job.reply(&json!({"batch": batch.id(), "items": batch.size()}))
            }
            _ => {
                let above: Dependencies = job.extract()?;
                let after: Vec<_> = above.names().collect();
                job.reply(&json!({"step": step.name(), "after": after}))
            }
        }
    }

    /// The steps of the template that wait for this one.
    fn below(&self, step: &Step, wanted: impl Fn(&StepDefinition) -> bool) -> Vec<String> {
        let task = &step.step().task;
        let template = self.0.get(&task.namespace_name, &task.task_name, &task.task_version);
        let name = &step.step().step_definition.name;
        let steps = template.map_or(&[][..], |template| &template.steps);
        let below = steps.iter().filter(|other| other.dependencies.contains(name) && wanted(other));
        below.map(|other| other.name.clone()).collect()
    }
}

/// A context that is no object, or has no `sample`, says nothing.
fn script(step: &Step) -> Result<Script, JobError> {
    let Some(context) = step.context().filter(|context| context.is_object()) else {
        return Ok(Script::default());
    };
    let context: Context = context.read().map_err(|error| {
        JobError::bad_input(format!(
            "`sample` of the context: {error}; write for example {{\"sample\": {{\"seconds\": 1, \
             \"fail\": {{\"STEP\": 2}}, \"branches\": {{\"STEP\": [\"STEP\"]}}, \"batches\": 3}}}}"
        ))
    })?;
    Ok(context.sample)
}
