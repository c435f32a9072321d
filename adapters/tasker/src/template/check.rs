//! What makes a template unusable (Tasker sheet, sections 8, 9 and 11).

use std::collections::BTreeMap;

use super::{TaskTemplate, graph::Graph};
use crate::{
    resolve::Resolution,
    wire::{DomainEvent, StepDefinition, StepType},
};

/// A problem under a key.
pub(super) type Problem = (String, String);

/// The longest version that the database holds.
const MAX_VERSION: usize = 16;

impl TaskTemplate {
    /// What is wrong with it: keys and problems. The names of handlers are looked up only with
    /// `resolution`.
    pub(super) fn problems(&self, resolution: Option<&Resolution>) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut add = |key: String, problem: String| found.push((key, problem));
        length(&mut add, "name", &self.name, 255);
        length(&mut add, "version", &self.version, MAX_VERSION);
        length(&mut add, "namespace_name", &self.namespace_name, 255);
        let sound = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !self.namespace_name.chars().all(sound) {
            let problem = "must have letters, digits and `_` only: queues are named after it";
            add("namespace_name".to_owned(), problem.to_owned());
        }
        if self.steps.is_empty() {
            add("steps".to_owned(), "must have at least one step".to_owned());
        }
        let mut first: BTreeMap<&str, usize> = BTreeMap::new();
        for (i, step) in self.steps.iter().enumerate() {
            let twin = *first.entry(step.name.as_str()).or_insert(i);
            if twin != i {
                let problem = format!("`{}` is the name of `steps[{twin}]` already", step.name);
                add(format!("steps[{i}].name"), problem);
            }
            self.step_problems(i, step, &mut add);
            if let Some(resolution) = resolution
                && let Err(problem) = resolution.resolve(&step.handler, &self.namespace_name)
            {
                add(format!("steps[{i}].handler.callable"), problem);
            }
        }
        if let Some(cycle) = Graph::new(self).cycle() {
            let at = first.get(cycle.first().copied().unwrap_or_default()).copied().unwrap_or(0);
            let way = cycle.iter().rev().copied().collect::<Vec<_>>().join(" -> ");
            add(format!("steps[{at}].dependencies"), format!("the steps form a cycle: {way}"));
        }
        self.override_problems(&first, &mut add);
        found
    }

    fn step_problems(&self, i: usize, step: &StepDefinition, add: &mut impl FnMut(String, String)) {
        let at = |key: &str| format!("steps[{i}].{key}");
        length(add, &at("name"), &step.name, 255);
        length(add, &at("handler.callable"), &step.handler.callable, 500);
        for (d, name) in step.dependencies.iter().enumerate() {
            let key = at(&format!("dependencies[{d}]"));
            match self.step(name) {
                None => add(key, format!("there is no step `{name}`{}", self.known())),
                Some(_) if *name == step.name => {}
                Some(_) if step.dependencies[..d].contains(name) => {
                    add(key, format!("`{name}` is listed twice"));
                }
                Some(_) => {}
            }
        }
        let retry = &step.retry;
        let mut range = |key: &str, value: Option<u64>, min: u64, max: u64| {
            if let Some(value) = value.filter(|value| !(min..=max).contains(value)) {
                add(at(key), format!("{value} is out of range; give {min} to {max}"));
            }
        };
        range("retry.max_attempts", Some(retry.max_attempts.into()), 1, 100);
        range("retry.backoff_base_ms", retry.backoff_base_ms, 100, 3_600_000);
        range("retry.max_backoff_ms", retry.max_backoff_ms, 1000, 3_600_000);
        range("timeout_seconds", step.timeout_seconds.map(u64::from), 1, 31_536_000);
        for (e, event) in step.publishes_events.iter().enumerate() {
            if !DomainEvent::is_name(&event.name) {
                let problem = "must have lower-case letters, digits, `_` and `.` only, with a dot";
                add(at(&format!("publishes_events[{e}].name")), problem.to_owned());
            }
        }
        self.kind_problems(i, step, add);
    }

    fn kind_problems(&self, i: usize, step: &StepDefinition, add: &mut impl FnMut(String, String)) {
        let at = |key: &str| format!("steps[{i}].{key}");
        match step.step_type {
            StepType::BatchWorker if step.batch_config.is_none() => {
                add(at("batch_config"), "is missing; a batch_worker needs it".to_owned());
            }
            StepType::DeferredConvergence if step.dependencies.is_empty() => {
                let problem = "is empty; a deferred_convergence has something to converge";
                add(at("dependencies"), problem.to_owned());
            }
            _ => {}
        }
        let Some(batch) = &step.batch_config else { return };
        let key = at("batch_config.worker_template");
        match self.step(&batch.worker_template) {
            None => {
                add(key, format!("there is no step `{}`{}", batch.worker_template, self.known()));
            }
            Some(worker) if worker.step_type != StepType::BatchWorker => {
                let kind = worker.step_type.as_str();
                add(key, format!("`{}` is a {kind}, not a batch_worker", worker.name));
            }
            Some(_) => {}
        }
        if batch.batch_size == 0 {
            add(at("batch_config.batch_size"), "must be at least 1".to_owned());
        }
    }

    fn override_problems(
        &self,
        names: &BTreeMap<&str, usize>,
        add: &mut impl FnMut(String, String),
    ) {
        for (environment, overrides) in &self.environments {
            for (i, step) in overrides.steps.iter().enumerate() {
                if step.name != "ALL" && !names.contains_key(step.name.as_str()) {
                    let key = format!("environments.{environment}.steps[{i}].name");
                    add(key, format!("there is no step `{}`{}", step.name, self.known()));
                }
            }
        }
    }

    fn known(&self) -> String {
        let names: Vec<_> = self.steps.iter().take(20).map(|step| step.name.as_str()).collect();
        format!("; there are {}", names.join(", "))
    }
}

fn length(add: &mut impl FnMut(String, String), key: &str, text: &str, max: usize) {
    let count = text.chars().count();
    if count == 0 || count > max {
        add(key.to_owned(), format!("must have 1 to {max} characters, not {count}"));
    }
}
