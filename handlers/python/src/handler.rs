//! The source that comes with a job.

use std::time::Duration;

use journeyman_core::{
    Handler, IntoResult, Job, JobError, JobResult, capability::Need, extract::FromJob,
    job::CancelReason,
};
use journeyman_crowdcompute::{Checkpoints, PythonResult, PythonTask};
use journeyman_executor::{Done, Executor, Source, Value, text};

use crate::{
    follow::{self, Ended, Follow},
    function::PythonFunction,
    outcome::{self, Words},
    plan,
    saves::Saves,
};

/// How long code that can be asked to stop may take to do so.
const GRACE: Duration = Duration::from_millis(500);

/// What the wrapper of upstream's client library leaves in the code: with it, there is a function
/// `kill` that makes the task return [`KILLED`] (CrowdCompute sheet, section 17).
const WRAPPER: &str = "__CROWDIO_TASK_CONTROL_WRAPPER__";

/// The result of a task that its wrapper stopped.
const KILLED: &str = "\"killed\"";

/// Runs the Python that comes with a job: takes [`PythonTask`], gives [`PythonResult`].
///
/// Register it under `python.#`, or as the router's fallback. It follows the rules of the task's
/// era; with `compat` to the letter, else so that a client gets what its function gives:
///
/// | | `compat` | else |
/// |---|---|---|
/// | function | upstream's choice | the one that the job names or the source defines first |
/// | task that goes on from a checkpoint | upstream's arguments, and a constant where it has none | the job's own arguments; begins anew unless every variable that the job names was saved |
/// | checkpoints of a job that says nothing about them | every 5 s | none |
///
/// A job that is cancelled kills its task at once. Code that was wrapped by upstream's client
/// library is asked first when the server wants it stopped, and has half a second. A job that is
/// dropped kills its task, too.
#[derive(Clone, Debug)]
pub struct Python {
    executor: Executor,
    grace: Duration,
}

impl Python {
    /// Runs tasks on this executor: at most as many at once as it has interpreters.
    pub fn new(executor: Executor) -> Self {
        Self { executor, grace: GRACE }
    }

    /// How long code that can be asked to stop may take to do so. Default 500 ms; zero asks nobody.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Serves a route with the function of this name in this source, on any backend.
    pub fn function(
        executor: Executor,
        source: impl Into<Source>,
        name: impl Into<String>,
    ) -> PythonFunction {
        PythonFunction::new(executor, source, name)
    }

    /// The executor.
    pub fn executor(&self) -> &Executor {
        &self.executor
    }
}

impl Handler for Python {
    /// # Cancel safety
    /// Dropping the future kills the task.
    async fn call(&self, job: Job) -> JobResult {
        let task = PythonTask::from_job(&job)?;
        let (mut plan, saves) = (plan::task(&task)?, self.saves(&job, &task)?);
        if let Some(saves) = &saves {
            plan = plan.checkpoints(saves.first(), saves.every(), saves.names());
        }
        let asks = !self.grace.is_zero() && task.source.contains(WRAPPER);
        let follow = Follow { job: &job, ask: asks.then_some(self.grace), saves };
        let Ended { result, cancelled } = follow::run(&self.executor, &plan, follow).await;
        match result {
            Ok(done) if is_killed(&done, cancelled) => {
                Err(outcome::cancelled(CancelReason::Server))
            }
            Ok(done) => value(done.value)?.into_result(&job),
            Err(failure) => {
                Err(outcome::error(&job, &failure, cancelled, Words::Crowd { exact: task.compat }))
            }
        }
    }

    fn needs(&self) -> Vec<Need> {
        PythonTask::NEEDS.to_vec()
    }
}

impl Python {
    fn saves(&self, job: &Job, task: &PythonTask) -> Result<Option<Saves>, JobError> {
        let checkpoints = Checkpoints::from_job(job)?;
        let wanted = checkpoints.wanted().or_else(|| plan::unasked_checkpoints(task));
        Ok(wanted.map(|every| Saves::new(checkpoints, every, &task.metadata.checkpoint_state)))
    }
}

/// Whether this is no result, but the answer of the wrapper to the wish to stop.
fn is_killed(done: &Done, cancelled: Option<CancelReason>) -> bool {
    cancelled == Some(CancelReason::Server) && done.value.json() == Some(KILLED)
}

fn value(value: Value) -> Result<PythonResult, JobError> {
    match value {
        Value::Json(json) => Ok(PythonResult::Json(json)),
        Value::PythonText(literal) => Ok(PythonResult::Text(text(&literal))),
        other => {
            Err(JobError::failed(format!("the interpreter gave what is not known: {other:?}")))
        }
    }
}
