//! Reads a template: defaults, ranges, and what does not fit together.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::definition::{
    BackoffStrategy, BatchConfig, Condition, Delivery, EventDeclaration, FailureStrategy, Handler,
    Retry, StepDefinition, StepKind, Template,
};
use super::error::TemplateError;
use super::reader::{At, Fields};
use super::yaml;

/// Reads and checks a template.
pub(crate) fn read(text: &str, max_bytes: usize) -> Result<Template, TemplateError> {
    if text.len() > max_bytes {
        return Err(TemplateError::new(0, "", format!("more than {max_bytes} bytes")));
    }
    let root = yaml::parse(text)?;
    let mut warnings = Vec::new();
    let mut fields = Fields::of(At::root(&root))?;
    let name = fields.required("name")?.text_of(1..=255)?;
    let namespace = fields.required("namespace_name")?;
    let version = fields.required("version")?;
    let template_steps = fields.required("steps")?;
    let description = fields.optional("description").map(At::into_text).transpose()?;
    let input_schema = fields.optional("input_schema").map(|at| at.map_json()).transpose()?;
    for map in ["metadata", "system_dependencies", "environments", "lifecycle"] {
        fields.optional(map).map(|at| at.map_json()).transpose()?;
    }
    fields.optional("domain_events").map(|at| at.items().map(drop)).transpose()?;
    fields.finish(&mut warnings);
    let namespace_text = namespace.text_of(1..=255)?;
    let sound = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if !namespace_text.chars().all(sound) {
        return Err(namespace.error("a queue is named after it: letters, digits and `_` only"));
    }
    let version_text = version.text_of(1..=50)?;
    if version_text.len() > 16 {
        return Err(version.error("more than 16 letters: the database has no room for them"));
    }
    let mut steps = Vec::new();
    let mut lines = Vec::new();
    for at in template_steps.items()? {
        lines.push(at.clone());
        steps.push(Arc::new(step(at, &mut warnings)?));
    }
    let mut template = Template {
        name,
        namespace: namespace_text,
        version: version_text,
        description,
        input_schema,
        steps,
        warnings,
        places: HashMap::new(),
        children: Vec::new(),
        initial: Vec::new(),
    };
    check(&template, &lines)?;
    template.link();
    Ok(template)
}

fn step(at: At<'_>, warnings: &mut Vec<TemplateError>) -> Result<StepDefinition, TemplateError> {
    let mut fields = Fields::of(at)?;
    let definition = StepDefinition {
        name: fields.required("name")?.text_of(1..=255)?,
        handler: handler(fields.required("handler")?, warnings)?,
        description: fields.optional("description").map(At::into_text).transpose()?,
        kind: match fields.either("type", "step_type")? {
            None => StepKind::Standard,
            Some(at) => at.word(&[
                ("standard", StepKind::Standard),
                ("decision", StepKind::Decision),
                ("deferred_convergence", StepKind::DeferredConvergence),
                ("batchable", StepKind::Batchable),
                ("batch_worker", StepKind::BatchWorker),
            ])?,
        },
        system_dependency: fields.optional("system_dependency").map(At::into_text).transpose()?,
        dependencies: match fields.either("dependencies", "depends_on")? {
            None => Vec::new(),
            Some(at) => at.items()?.into_iter().map(At::into_text).collect::<Result<_, _>>()?,
        },
        retry: match fields.optional("retry") {
            None => Retry::default(),
            Some(at) => retry(at, warnings)?,
        },
        timeout_seconds: fields
            .optional("timeout_seconds")
            .map(|at| at.number(0..=u32::MAX))
            .transpose()?,
        publishes_events: match fields.optional("publishes_events") {
            None => Vec::new(),
            Some(at) => {
                let events = at.items()?.into_iter();
                events.map(|at| declaration(at, warnings)).collect::<Result<_, _>>()?
            }
        },
        batch_config: fields
            .optional("batch_config")
            .map(|at| batch_config(at, warnings))
            .transpose()?,
        result_schema: fields.optional("result_schema").map(|at| at.map_json()).transpose()?,
    };
    fields.finish(warnings);
    Ok(definition)
}

fn handler(at: At<'_>, warnings: &mut Vec<TemplateError>) -> Result<Handler, TemplateError> {
    let mut fields = Fields::of(at)?;
    let handler = Handler {
        callable: fields.required("callable")?.text_of(1..=500)?,
        method: fields.optional("method").map(At::into_text).transpose()?,
        resolver: fields.optional("resolver").map(At::into_text).transpose()?,
        initialization: match fields
            .optional("initialization")
            .map(|at| at.map_json())
            .transpose()?
        {
            Some(Value::Object(members)) => members,
            _ => Map::new(),
        },
    };
    fields.finish(warnings);
    Ok(handler)
}

fn retry(at: At<'_>, warnings: &mut Vec<TemplateError>) -> Result<Retry, TemplateError> {
    let mut fields = Fields::of(at)?;
    let retry = Retry {
        retryable: fields.optional("retryable").map(|at| at.truth()).transpose()?.unwrap_or(true),
        max_attempts: fields
            .optional("max_attempts")
            .map(|at| at.number(1..=100))
            .transpose()?
            .unwrap_or(3),
        backoff: match fields.optional("backoff") {
            None => BackoffStrategy::Exponential,
            Some(at) => at.word(&[
                ("none", BackoffStrategy::None),
                ("linear", BackoffStrategy::Linear),
                ("exponential", BackoffStrategy::Exponential),
                ("fibonacci", BackoffStrategy::Fibonacci),
            ])?,
        },
        // Without the whole table there are defaults for these two; with it there are none.
        backoff_base_ms: fields
            .optional("backoff_base_ms")
            .map(|at| at.number(100..=3_600_000))
            .transpose()?,
        max_backoff_ms: fields
            .optional("max_backoff_ms")
            .map(|at| at.number(1000..=3_600_000))
            .transpose()?,
    };
    fields.finish(warnings);
    Ok(retry)
}

fn declaration(
    at: At<'_>,
    warnings: &mut Vec<TemplateError>,
) -> Result<EventDeclaration, TemplateError> {
    let mut fields = Fields::of(at)?;
    let name = fields.required("name")?;
    let text = name.text_of(1..=255)?;
    let letter = |letter: char| {
        letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '_' | '.')
    };
    if !text.contains('.') || !text.chars().all(letter) {
        let problem = "lower case letters, digits, `_` and `.`, with at least one dot";
        return Err(name.error(problem));
    }
    let declaration = EventDeclaration {
        name: text,
        description: fields.required("description")?.into_text()?,
        condition: match fields.optional("condition") {
            None => Condition::Success,
            Some(at) => at.word(&[
                ("success", Condition::Success),
                ("failure", Condition::Failure),
                ("retryable_failure", Condition::RetryableFailure),
                ("permanent_failure", Condition::PermanentFailure),
                ("always", Condition::Always),
            ])?,
        },
        schema: fields.required("schema")?.map_json()?,
        delivery_mode: match fields.optional("delivery_mode") {
            None => Delivery::Durable,
            Some(at) => at.word(&[
                ("durable", Delivery::Durable),
                ("fast", Delivery::Fast),
                ("broadcast", Delivery::Broadcast),
            ])?,
        },
        publisher: fields.optional("publisher").map(At::into_text).transpose()?,
    };
    fields.finish(warnings);
    Ok(declaration)
}

fn batch_config(
    at: At<'_>,
    warnings: &mut Vec<TemplateError>,
) -> Result<BatchConfig, TemplateError> {
    let mut fields = Fields::of(at)?;
    let config = BatchConfig {
        batch_size: fields.required("batch_size")?.number(0..=u32::MAX)?,
        parallelism: fields.required("parallelism")?.number(0..=u32::MAX)?,
        cursor_field: fields.required("cursor_field")?.into_text()?,
        worker_template: fields.required("worker_template")?.into_text()?,
        failure_strategy: fields.required("failure_strategy")?.word(&[
            ("continue_on_failure", FailureStrategy::ContinueOnFailure),
            ("fail_fast", FailureStrategy::FailFast),
            ("isolate", FailureStrategy::Isolate),
        ])?,
    };
    fields.finish(warnings);
    Ok(config)
}

/// What the steps must be to each other.
fn check(template: &Template, places: &[At<'_>]) -> Result<(), TemplateError> {
    let mut names: HashMap<&str, usize> = HashMap::new();
    for (at, step) in template.steps.iter().enumerate() {
        if let Some(first) = names.insert(&step.name, at) {
            let line = places[first].line();
            let problem = format!("a step {:?} is in line {line} already", step.name);
            return Err(places[at].error(problem));
        }
    }
    let mut parents = Vec::new();
    for (step, place) in template.steps.iter().zip(places) {
        let mut of_step = Vec::new();
        for (at, name) in step.dependencies.iter().enumerate() {
            let place = place.dependency(at);
            match names.get(name.as_str()) {
                Some(&parent) => of_step.push(parent),
                None => return Err(place.error(format!("there is no step {name:?}"))),
            }
        }
        parents.push(of_step);
    }
    match cycle(&parents) {
        None => Ok(()),
        Some(cycle) => {
            let place = cycle.first().map_or(&places[0], |&step| &places[step]);
            let names: Vec<&str> =
                cycle.iter().rev().map(|&step| template.steps[step].name.as_str()).collect();
            let first = names.first().copied().unwrap_or_default();
            let problem = format!("a cycle: {} -> {first}", names.join(" -> "));
            Err(place.error(problem))
        }
    }
}

/// A cycle, every step in front of one that it depends on.
fn cycle(parents: &[Vec<usize>]) -> Option<Vec<usize>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        OnPath,
        Done,
    }
    let mut marks = vec![Mark::New; parents.len()];
    for start in 0..parents.len() {
        // The path, with how many dependencies of each were followed. No recursion: the file
        // decides how long the path is.
        let mut path = vec![(start, 0)];
        while let Some((step, next)) = path.last_mut() {
            if marks[*step] == Mark::Done {
                path.pop();
                continue;
            }
            marks[*step] = Mark::OnPath;
            let Some(&parent) = parents[*step].get(*next) else {
                marks[*step] = Mark::Done;
                path.pop();
                continue;
            };
            *next += 1;
            match marks[parent] {
                Mark::Done => {}
                Mark::New => path.push((parent, 0)),
                Mark::OnPath => {
                    let from = path.iter().position(|&(step, _)| step == parent)?;
                    return Some(path[from..].iter().map(|&(step, _)| step).collect());
                }
            }
        }
    }
    None
}
