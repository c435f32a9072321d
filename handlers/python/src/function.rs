//! A function of one's own.

use std::{io, path::Path};

use journeyman_core::{Handler, Job, JobError, JobResult, Value, extract::FromJob};
use journeyman_crowdcompute::Raw;
use journeyman_executor::{Executor, Rules, Source, Task};

use crate::{
    follow::{self, Ended, Follow},
    json,
    outcome::{self, RESULT, Words},
};

/// Serves a route with a Python function, on any backend.
///
/// | the job's arguments | the call |
/// |---|---|
/// | none | `f()` |
/// | a list | `f(*list)` |
/// | an object | `f(**object)` |
/// | anything else | `f(value)` |
///
/// They go in as JSON, and so does the result come back. The source has one namespace, as a module
/// has: imports at its top, helpers and constants are seen. It is run anew for each job.
///
/// What it raises fails the job with `CLASS: TEXT` and the code [`RAISED`](crate::RAISED).
#[derive(Clone, Debug)]
pub struct PythonFunction {
    executor: Executor,
    source: Source,
    name: String,
}

impl PythonFunction {
    /// The function of this name in this source. Whether it is there shows when it is called.
    pub fn new(executor: Executor, source: impl Into<Source>, name: impl Into<String>) -> Self {
        Self { executor, source: source.into(), name: name.into() }
    }

    /// The function of this name in this file, which is read now.
    ///
    /// # Errors
    /// The file cannot be read, or is not UTF-8.
    pub fn file(
        executor: Executor,
        path: impl AsRef<Path>,
        name: impl Into<String>,
    ) -> io::Result<Self> {
        Ok(Self::new(executor, std::fs::read_to_string(path)?, name))
    }

    /// The name of the function.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Handler for PythonFunction {
    /// # Cancel safety
    /// Dropping the future kills the task.
    async fn call(&self, job: Job) -> JobResult {
        let arguments = match Value::from_job(&job)? {
            Value::Null => "[]".to_owned(),
            value => json::text(&value),
        };
        let task = Task::new(self.source.clone(), arguments)
            .rules(Rules::Plain)
            .function(self.name.as_str());
        let follow = Follow { job: &job, ask: None, saves: None };
        let Ended { result, cancelled } = follow::run(&self.executor, &task, follow).await;
        let done =
            result.map_err(|failure| outcome::error(&job, &failure, cancelled, Words::Plain))?;
        let wrong = |text: String| {
            JobError::rejected(format!("the result of `{}` is {text}", self.name)).with_code(RESULT)
        };
        let json = done.value.json().ok_or_else(|| wrong("no JSON".to_owned()))?;
        let value = Raw::new(json).and_then(|raw| raw.to_value());
        job.reply(&value.map_err(|error| wrong(format!("no JSON that can be read: {error}")))?)
    }
}
