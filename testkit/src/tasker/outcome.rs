//! Steps that come from results: decisions and batches (Tasker sheet, section 8).

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::definition::{StepKind, Template};
use super::orchestrator::Orchestrator;
use super::result::StepResult;
use super::start::initial_inputs;

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Decision {
    NoBranches,
    CreateSteps { step_names: Vec<String> },
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Batch {
    NoBatches,
    CreateBatches {
        worker_template_name: String,
        worker_count: u32,
        cursor_configs: Vec<Cursor>,
        #[serde(rename = "total_items")]
        _total_items: u64,
    },
}

#[derive(Debug, Deserialize)]
struct Cursor {
    batch_id: String,
    start_cursor: Value,
    end_cursor: Value,
    batch_size: u32,
}

impl Orchestrator {
    /// Looks for an outcome in a result and makes the steps that follow from it. A problem is
    /// written to the log and has no other effect, as upstream: the task goes on without them.
    pub(crate) fn outcome(
        &mut self,
        number: u64,
        at: usize,
        result: &StepResult,
    ) -> Result<(), String> {
        let Some(task) = self.tasks.get(&number) else { return Ok(()) };
        let kind = task.steps[at].definition.kind;
        let outcome = |member: &str| {
            let outcome = result.result.get(member);
            outcome.ok_or_else(|| format!("the result has no member `{member}`"))
        };
        match kind {
            StepKind::Decision => {
                let member = "decision_point_outcome";
                let read = Decision::deserialize(outcome(member)?);
                match read.map_err(|error| format!("`{member}`: {error}"))? {
                    Decision::NoBranches => Ok(()),
                    Decision::CreateSteps { step_names } => self.branch(number, at, &step_names),
                }
            }
            StepKind::Batchable => {
                let member = "batch_processing_outcome";
                let read = Batch::deserialize(outcome(member)?);
                match read.map_err(|error| format!("`{member}`: {error}"))? {
                    Batch::NoBatches => self.no_batches(number, at),
                    Batch::CreateBatches {
                        worker_template_name,
                        worker_count,
                        cursor_configs,
                        ..
                    } => {
                        if usize::try_from(worker_count).ok() != Some(cursor_configs.len()) {
                            return Err(format!(
                                "{worker_count} workers, but {} cursors",
                                cursor_configs.len()
                            ));
                        }
                        if cursor_configs.is_empty() {
                            return Err("no cursors".to_owned());
                        }
                        self.batches(number, at, &worker_template_name, cursor_configs, false)
                    }
                }
            }
            _ => Ok(()),
        }
    }

    fn branch(&mut self, number: u64, at: usize, names: &[String]) -> Result<(), String> {
        let Some(task) = self.tasks.get(&number) else { return Ok(()) };
        let limit = self.config.max_steps_per_decision;
        if names.len() > limit {
            return Err(format!("{} steps, more than {limit}", names.len()));
        }
        let template = Arc::clone(&task.template);
        let places = plan(&template, task.steps[at].place, names)?;
        self.room(number, places.len())?;
        // A step may be there already: a convergence that an earlier decision made.
        let mut made = Vec::new();
        for place in places {
            let definition = &template.steps[place];
            let existing = self.tasks.get(&number).and_then(|task| task.find(&definition.name));
            let step = match existing {
                Some(step) => step,
                None => self.create(number, place, &definition.name, initial_inputs(definition)),
            };
            made.push((place, step));
        }
        for &(place, step) in &made {
            let definition = &template.steps[place];
            for name in &definition.dependencies {
                let among = made.iter().find(|(other, _)| template.steps[*other].name == *name);
                match among {
                    Some(&(_, parent)) => self.edge(number, parent, step),
                    None if definition.kind == StepKind::DeferredConvergence => {}
                    // Whatever it is, the decision stands for it.
                    None => self.edge(number, at, step),
                }
            }
        }
        Ok(())
    }

    fn no_batches(&mut self, number: u64, at: usize) -> Result<(), String> {
        let Some(task) = self.tasks.get(&number) else { return Ok(()) };
        let key = "worker_template_name";
        let name = task.steps[at].definition.handler.initialization.get(key);
        let name = name.and_then(Value::as_str).map(str::to_owned);
        let name = name.ok_or_else(|| format!("no batches, and no `{key}` in `initialization`"))?;
        let cursor = Cursor {
            batch_id: "000".to_owned(),
            start_cursor: json!(0),
            end_cursor: json!(0),
            batch_size: 0,
        };
        self.batches(number, at, &name, vec![cursor], true)
    }

    fn batches(
        &mut self,
        number: u64,
        at: usize,
        worker: &str,
        cursors: Vec<Cursor>,
        is_no_op: bool,
    ) -> Result<(), String> {
        let Some(task) = self.tasks.get(&number) else { return Ok(()) };
        let template = Arc::clone(&task.template);
        let place = template.find(worker).ok_or_else(|| format!("there is no step {worker:?}"))?;
        let definition = &template.steps[place];
        if definition.kind != StepKind::BatchWorker {
            return Err(format!("step {worker:?} is not of type batch_worker"));
        }
        let config = definition.batch_config.as_ref();
        let config = config.ok_or_else(|| format!("step {worker:?} has no `batch_config`"))?;
        self.room(number, cursors.len() + 1)?;
        let mut workers = Vec::new();
        for (index, cursor) in cursors.into_iter().enumerate() {
            let inputs = json!({
                "__template_step_name": worker,
                "batch_metadata": {
                    "cursor_field": config.cursor_field,
                    "failure_strategy": config.failure_strategy,
                },
                "cursor": {
                    "batch_id": cursor.batch_id,
                    "start_cursor": cursor.start_cursor,
                    "end_cursor": cursor.end_cursor,
                    "batch_size": cursor.batch_size,
                },
                "is_no_op": is_no_op,
            });
            let index = if is_no_op { 0 } else { index + 1 };
            let name = format!("{worker}_{index:03}");
            let step = self.create(number, place, &name, Some(inputs));
            self.edge(number, at, step);
            workers.push(step);
        }
        for (place, convergence) in template.steps.iter().enumerate() {
            let waits = convergence.dependencies.iter().any(|name| name == worker);
            if convergence.kind != StepKind::DeferredConvergence || !waits {
                continue;
            }
            let existing = self.tasks.get(&number).and_then(|task| task.find(&convergence.name));
            let step = match existing {
                Some(step) => step,
                None => self.create(number, place, &convergence.name, initial_inputs(convergence)),
            };
            for &worker in &workers {
                self.edge(number, worker, step);
            }
        }
        Ok(())
    }

    fn room(&self, number: u64, more: usize) -> Result<(), String> {
        let limit = self.config.limits.steps_per_task;
        let there = self.tasks.get(&number).map_or(0, |task| task.steps.len());
        if there + more > limit {
            return Err(format!("{more} steps more would be more than {limit}"));
        }
        Ok(())
    }

    fn edge(&mut self, number: u64, parent: usize, child: usize) {
        let Some(task) = self.tasks.get_mut(&number) else { return };
        let parents = &mut task.steps[child].parents;
        if parent != child && !parents.contains(&parent) {
            parents.push(parent);
        }
    }
}

/// The steps that a decision leads to: those that it names, decisions behind them, and
/// convergences that wait for one of these. Places in the template, in its order.
fn plan(template: &Template, decision: usize, names: &[String]) -> Result<Vec<usize>, String> {
    let below = template.reached_from(decision);
    let mut wanted = vec![false; template.steps.len()];
    for name in names {
        let place = template.find(name).ok_or_else(|| format!("there is no step {name:?}"))?;
        if !below[place] {
            return Err(format!("step {name:?} does not depend on this decision"));
        }
        wanted[place] = true;
        // A decision behind it must exist, or nobody would take it.
        for (next, reached) in template.reached_from(place).into_iter().enumerate() {
            wanted[next] |= reached && template.steps[next].kind == StepKind::Decision;
        }
    }
    for (place, step) in template.steps.iter().enumerate() {
        let waits = || step.dependencies.iter().filter_map(|name| template.find(name));
        if step.kind == StepKind::DeferredConvergence && waits().any(|parent| wanted[parent]) {
            wanted[place] = true;
        }
    }
    Ok((0..template.steps.len()).filter(|&place| wanted[place]).collect())
}
