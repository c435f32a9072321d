//! From a task of CrowdCompute to one of the executor.

use std::time::Duration;

use journeyman_core::{JobError, Value};
use journeyman_crowdcompute::{Era, PythonTask, Raw, Resume};
use journeyman_executor::{Rules, Task};

use crate::json;

/// What upstream calls a task with that goes on, and whose state does not tell the arguments
/// (CrowdCompute sheet, section 15.3).
const UPSTREAMS_NUMBER: &str = "[125000]";

/// How often upstream's worker makes checkpoints of a job that says nothing about them.
const UNASKED: Duration = Duration::from_secs(5);

/// The task as the executor runs it.
pub(crate) fn task(task: &PythonTask) -> Result<Task, JobError> {
    let arguments = arguments(task)?;
    let rules = match task.era {
        Era::Seed => Rules::CrowdComputeSeed,
        Era::Head => Rules::CrowdComputeHead,
    };
    let mut plan = Task::new(&*task.source, arguments).rules(rules).exact(task.compat);
    if let Some(name) = task.function.as_deref().filter(|_| !task.compat) {
        plan = plan.function(name);
    }
    if let Some((state, percent)) = task.resume.as_deref().and_then(|resume| state(task, resume)) {
        plan = plan.resume(&json::text(&state), percent);
    }
    if let Some(limit) = task.metadata.timeout.filter(|seconds| *seconds > 0.0)
        && let Ok(limit) = Duration::try_from_secs_f64(limit)
    {
        plan = plan.wall(limit);
    }
    Ok(plan)
}

/// How often upstream's worker makes checkpoints although the job does not want them.
pub(crate) fn unasked_checkpoints(task: &PythonTask) -> Option<Duration> {
    let unasked = task.compat && task.era == Era::Head && task.metadata.json.is_none();
    unasked.then_some(UNASKED)
}

fn tree(raw: &Raw) -> Result<Value, JobError> {
    raw.to_value().map_err(|error| JobError::bad_input(format!("the task cannot be read: {error}")))
}

/// The arguments as JSON text.
fn arguments(task: &PythonTask) -> Result<String, JobError> {
    let Some(resume) = &task.resume else { return Ok(task.task_args_json.as_str().to_owned()) };
    let state = resume.checkpoint_state.as_ref().map(tree).transpose()?;
    let kept = |key: &str| state.as_ref().and_then(|state| state.get(key));
    // What the task was started with, as far as its state has kept it.
    if let Some(original @ Value::List(_)) = kept("_original_task_args") {
        return Ok(json::text(original));
    }
    if task.compat {
        let trials = kept("num_trials").map(|number| format!("[{}]", json::text(number)));
        return Ok(trials.unwrap_or_else(|| UPSTREAMS_NUMBER.to_owned()));
    }
    let args = wrapped(tree(&task.task_args_json)?);
    let named = resume.task_kwargs.as_ref().map(tree).transpose()?;
    match named {
        Some(named @ Value::Map(_)) if named != Value::Map(Vec::new()) => {
            Ok(format!("[{}, {}]", json::text(&args), json::text(&named)))
        }
        _ => Ok(json::text(&args)),
    }
}

/// The arguments of a call with one argument. A foreman sends an argument that is a list as it is
/// when a task goes on, and any other in a list of one (CrowdCompute sheet, section 15.3), so only
/// a list of one that holds no list is taken for that.
fn wrapped(args: Value) -> Value {
    match &args {
        Value::List(items) if matches!(items.as_slice(), [only] if !matches!(only, Value::List(_))) => {
            args
        }
        _ => Value::List(vec![args]),
    }
}

/// The variables to go on with, and how far the task was. `None` when it has to begin anew: going on
/// with half of its variables would give a wrong result.
fn state(task: &PythonTask, resume: &Resume) -> Option<(Value, f64)> {
    let state = resume.checkpoint_state.as_ref()?.to_value().ok()?;
    let saved = state.get("progress_percent").and_then(json::number);
    let names = &task.metadata.checkpoint_state;
    let known = names.iter().filter_map(|name| Some((name.as_str(), state.get(name)?.clone())));
    let known = Value::object(known);
    if task.compat {
        return Some((known, saved.unwrap_or(0.0)));
    }
    let whole =
        matches!(&known, Value::Map(pairs) if !pairs.is_empty() && pairs.len() == names.len());
    let given_up = matches!(resume.recovery_status.as_deref(), Some("fresh" | "failed"));
    (whole && !given_up).then(|| (known, resume.progress_percent.or(saved).unwrap_or(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(json: &str) -> Value {
        Raw::new(json).unwrap().to_value().unwrap()
    }

    #[test]
    fn one_argument_of_a_task_that_goes_on() {
        for (sent, meant) in [
            ("[5]", "[5]"),
            ("[{\"a\": 1}]", "[{\"a\": 1}]"),
            ("[1, 2]", "[[1, 2]]"),
            ("[[1, 2]]", "[[[1, 2]]]"),
            ("[]", "[[]]"),
            ("[1, {\"k\": 2}]", "[[1, {\"k\": 2}]]"),
        ] {
            assert_eq!(wrapped(list(sent)), list(meant), "{sent}");
        }
    }
}
