//! From a handler's value to the result of its step.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use journeyman_core::{
    Error, ErrorKind,
    job::{Body, Codec, Role},
};
use serde::Deserialize;

use crate::{
    Json, storable,
    wire::{BatchOutcome, DecisionOutcome, StepType, TaskSequenceStep},
};

/// The codec of one step: it knows what the server expects of it. A result that the server would
/// misunderstand without a word is an error here.
#[derive(Debug)]
pub(crate) struct StepCodec {
    step: Arc<TaskSequenceStep>,
    /// The largest result in bytes.
    limit: usize,
    /// Whether a result that is no object becomes one.
    wrap: bool,
    /// What was encoded last. Bodies are bytes; who has these bytes need not check again that they
    /// are JSON.
    last: Mutex<Option<Json>>,
}

impl StepCodec {
    pub(crate) fn new(step: Arc<TaskSequenceStep>, limit: usize, wrap: bool) -> Self {
        Self { step, limit, wrap, last: Mutex::new(None) }
    }

    /// The result that a body stands for.
    pub(crate) fn json(&self, body: &Body) -> Result<Json, String> {
        let json = match body {
            Body::Empty => return Ok(Json::empty()),
            Body::Bytes(bytes) => {
                let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
                match &*last {
                    Some(json) if std::ptr::eq(json.as_str().as_ptr(), bytes.as_ptr()) => {
                        return Ok(json.clone());
                    }
                    _ => json(bytes)?,
                }
            }
            Body::Value(value) => Json::new(value).map_err(|error| error.to_string())?,
        };
        storable::check(&json)?;
        Ok(json)
    }

    fn result(&self, json: Json) -> Result<Json, String> {
        let json = match json.kind() {
            "an object" => json,
            kind if self.needs_outcome() => {
                return Err(format!(
                    "a {} step returns an object with the member `{}`, not {kind}",
                    self.step.step_definition.step_type.as_str(),
                    self.outcome_member()
                ));
            }
            "null" if self.wrap => Json::empty(),
            _ if self.wrap => Json::parse(format!("{{\"value\":{}}}", json.as_str()))
                .map_err(|error| error.to_string())?,
            _ => json,
        };
        if self.needs_outcome() {
            self.check_outcome(&json)?;
        }
        Ok(json)
    }

    fn needs_outcome(&self) -> bool {
        matches!(self.step.step_definition.step_type, StepType::Decision | StepType::Batchable)
    }

    fn outcome_member(&self) -> &'static str {
        match self.step.step_definition.step_type {
            StepType::Decision => "decision_point_outcome",
            _ => "batch_processing_outcome",
        }
    }

    fn check_outcome(&self, json: &Json) -> Result<(), String> {
        #[derive(Deserialize)]
        struct Members {
            #[serde(default)]
            decision_point_outcome: Option<Json>,
            #[serde(default)]
            batch_processing_outcome: Option<Json>,
        }
        let member = self.outcome_member();
        let members: Members = json.read().map_err(|error| error.to_string())?;
        let is_decision = self.step.step_definition.step_type == StepType::Decision;
        let outcome = match is_decision {
            true => members.decision_point_outcome,
            false => members.batch_processing_outcome,
        };
        let Some(outcome) = outcome else {
            let kind = self.step.step_definition.step_type.as_str();
            let instead = match is_decision {
                true => "return a `Decision`",
                false => "return `Batches`",
            };
            return Err(format!("the result of a {kind} step has no member `{member}`; {instead}"));
        };
        let wrong = |error: serde_json::Error| format!("`{member}` cannot be read: {error}");
        match is_decision {
            true => outcome.read().map_err(wrong).and_then(|o| self.check_decision(&o)),
            false => outcome.read().map_err(wrong).and_then(|o| self.check_batches(&o)),
        }
    }

    fn check_decision(&self, outcome: &DecisionOutcome) -> Result<(), String> {
        match outcome {
            DecisionOutcome::CreateSteps { step_names } if step_names.is_empty() => {
                Err("a decision that creates no steps is `no_branches`".to_owned())
            }
            _ => Ok(()),
        }
    }

    fn check_batches(&self, outcome: &BatchOutcome) -> Result<(), String> {
        match outcome {
            // Without the name the server ends the task without its convergence, and says nothing.
            BatchOutcome::NoBatches
                if !self
                    .step
                    .step_definition
                    .handler
                    .initialization
                    .contains_key(TEMPLATE_NAME) =>
            {
                Err(format!(
                    "`no_batches` needs `{TEMPLATE_NAME}` in the template's \
                     `handler.initialization`: without it the task ends without its convergence"
                ))
            }
            BatchOutcome::NoBatches => Ok(()),
            BatchOutcome::CreateBatches { worker_count, cursor_configs, .. } => {
                let count = cursor_configs.len();
                match usize::try_from(*worker_count) == Ok(count) && count > 0 {
                    true => Ok(()),
                    false => Err(format!(
                        "`worker_count` is {worker_count}, but there are {count} `cursor_configs`"
                    )),
                }
            }
        }
    }
}

/// Where a template names the step of the batch workers.
pub(crate) const TEMPLATE_NAME: &str = "worker_template_name";

impl Codec for StepCodec {
    fn encode(&self, role: Role, value: &dyn erased_serde::Serialize) -> Result<Body, Error> {
        let fail = |problem: String| Error::new(ErrorKind::Codec, "encode", problem);
        let mut json = Json::new(value).map_err(|error| fail(error.to_string()))?;
        if role == Role::Result {
            json = self.result(json).map_err(fail)?;
        }
        let size = json.as_str().len();
        if size > self.limit {
            let problem = format!(
                "it has {size} bytes, and {} are allowed; raise `max_result_size`, or store it \
                 elsewhere and return where",
                self.limit
            );
            return Err(Error::new(ErrorKind::TooLarge, "encode", problem));
        }
        storable::check(&json).map_err(|problem| {
            fail(format!("Tasker could not read or store it, and would lose it: {problem}"))
        })?;
        let bytes = json.bytes();
        if role == Role::Result {
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(json);
        }
        Ok(Body::Bytes(bytes))
    }
}

/// Bytes as JSON.
pub(crate) fn json(bytes: &Bytes) -> Result<Json, String> {
    let text = String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string())?;
    Json::parse(text).map_err(|error| error.to_string())
}
