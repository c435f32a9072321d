//! A step for handlers that are no Rust code.

use std::collections::BTreeMap;

use journeyman_core::{JobError, job::Besides};
use serde::Serialize;
use uuid::Uuid;

use crate::{Json, wire::StepEvent};

/// What the extractors of this crate give, in one object.
#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    namespace: &'a str,
    task: &'a str,
    task_uuid: Uuid,
    step_uuid: Uuid,
    correlation_id: Uuid,
    max_attempts: u32,
    /// `handler.initialization` of the template.
    config: &'a BTreeMap<String, Json>,
    /// The values of all steps above.
    dependencies: BTreeMap<&'a str, &'a Json>,
    inputs: Option<&'a Json>,
    checkpoint: Option<&'a Json>,
}

impl Besides for StepEvent {
    fn name(&self) -> &'static str {
        "step"
    }

    fn to_json(&self) -> Result<String, JobError> {
        let step = &self.step;
        let row = &step.workflow_step;
        let results = step.dependency_results.iter();
        let shown = Shown {
            name: &row.name,
            namespace: &step.task.namespace_name,
            task: &step.task.task_name,
            task_uuid: self.task_uuid,
            step_uuid: self.step_uuid,
            correlation_id: step.task().correlation_id,
            max_attempts: step.max_attempts(),
            config: &step.step_definition.handler.initialization,
            dependencies: results.map(|(name, result)| (name.as_str(), &result.result)).collect(),
            inputs: row.inputs.as_ref(),
            checkpoint: row.checkpoint.as_ref(),
        };
        serde_json::to_string(&shown)
            .map_err(|error| JobError::bad_input(format!("the step cannot be written: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_gets_what_extractors_give() {
        let line = include_str!("../testdata/step_events.jsonl");
        let events = line.lines().map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            StepEvent::parse(line["text"].as_str().unwrap()).unwrap()
        });
        let mut seen = 0;
        for event in events {
            let json: serde_json::Value = serde_json::from_str(&event.to_json().unwrap()).unwrap();
            let step = &event.step;
            assert_eq!(json["name"], step.workflow_step.name);
            assert_eq!(json["correlation_id"], step.task().correlation_id.to_string());
            let dependencies = json["dependencies"].as_object().unwrap();
            assert!(dependencies.keys().eq(step.dependency_results.keys()));
            for (name, value) in dependencies {
                let result = &step.dependency_results[name].result;
                assert_eq!(*value, result.read::<serde_json::Value>().unwrap());
                seen += 1;
            }
        }
        assert!(seen > 20, "{seen}");
    }
}
