//! The Python interpreter on this machine, if there is one.

use std::{path::Path, process::Stdio, time::Duration};

use journeyman_core::Route;
use journeyman_executor::{Config, Executor, Interpreter, StartError, State};
use serde::Deserialize;
use tokio::{io::AsyncWriteExt, process::Command, time::timeout};

use crate::{
    doctor::Check,
    exit::{Code, Failure},
};

/// Reads source without running it.
const LOOK: &str = include_str!("look.py");
/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What an interpreter says about some source.
#[derive(Debug, PartialEq)]
pub(crate) enum Look {
    /// It is no Python.
    Wrong {
        problem: String,
        /// Of the interpreter that says so.
        version: String,
    },
    /// It is.
    Right {
        /// The functions that it defines, in their order.
        functions: Vec<String>,
        /// Whether it imports names from elsewhere, which can be functions, too.
        imports: bool,
    },
}

#[derive(Deserialize)]
struct Answer {
    problem: Option<String>,
    #[serde(default)]
    functions: Vec<String>,
    #[serde(default)]
    imports: bool,
}

/// The settings from the environment, with this interpreter if one is named.
///
/// # Errors
/// A variable cannot be what it is.
pub(crate) fn config(named: Option<&Path>) -> Result<Config, Failure> {
    let mut config = Config::from_env().map_err(|error| Failure::usage(error.to_string()))?;
    if let Some(path) = named {
        config.python = Some(path.to_owned());
        config.venv = None;
    }
    Ok(config)
}

/// A pool of interpreters in a sandbox.
#[derive(Clone, Debug)]
pub(crate) struct Pool(Executor);

impl Pool {
    /// Starts one that runs as many tasks at a time.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) async fn start(size: usize) -> Result<Self, String> {
        let config = config(None).map_err(|failure| failure.message().to_owned())?;
        match Executor::start(config.size(size)).await {
            Ok(executor) => Ok(Self(executor)),
            Err(error) => Err(error.to_string()),
        }
    }

    /// What runs the code of tasks on it.
    pub(crate) fn route(&self) -> Route {
        Route::new(journeyman_python::Python::new(self.0.clone()))
    }

    /// What it is, for people.
    pub(crate) fn describe(&self) -> String {
        let (major, minor, patch) = self.0.interpreter().version;
        let sandbox = match (self.0.config().sandbox, self.0.report().complete()) {
            (false, _) => "without a sandbox",
            (true, true) => "in a sandbox",
            (true, false) => "in a sandbox that is not complete",
        };
        format!("Python {major}.{minor}.{patch} {sandbox}")
    }

    /// Ends all interpreters.
    pub(crate) async fn stop(&self) {
        self.0.shutdown().await;
    }
}

/// Has an interpreter look at some source; `None` if there is none.
pub(crate) async fn look(source: &str, file: &str) -> Option<Look> {
    // A virtual environment is not made just for a look.
    let config = config(None).ok()?.venv(None);
    let Interpreter { path, version: (major, minor, patch), .. } =
        Interpreter::find(&config).await.ok()?;
    let mut child = Command::new(path)
        .args(["-I", "-c", LOOK, file])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take()?;
    let feed = async move {
        // One that ends early has nothing to say.
        let _ = stdin.write_all(source.as_bytes()).await;
    };
    let both = async { tokio::join!(feed, child.wait_with_output()).1 };
    let output = timeout(PATIENCE, both).await.ok()?.ok()?;
    let answer: Answer = serde_json::from_slice(&output.stdout).ok()?;
    Some(match answer.problem {
        Some(problem) => Look::Wrong { problem, version: format!("{major}.{minor}.{patch}") },
        None => Look::Right { functions: answer.functions, imports: answer.imports },
    })
}

/// The steps of the doctor: the interpreter, and each part of its sandbox.
pub(crate) async fn check(check: &mut Check, named: Option<&Path>, require_sandbox: bool) {
    const STEP: &str = "Python";
    const CHOOSE: &str = "give --python PATH, or set JOURNEYMAN_PYTHON";
    let config = match config(named) {
        Ok(config) => config,
        Err(failure) => return check.failed(failure.code, STEP, failure.message(), ""),
    };
    let require = require_sandbox || config.require_sandbox;
    let chosen = config.python.is_some() || config.venv.is_some();
    match Executor::probe(config).await {
        Ok((interpreter, report)) => {
            let (major, minor, patch) = interpreter.version;
            check.ok(STEP, format!("{major}.{minor}.{patch}, {}", interpreter.path.display()));
            for (part, state) in &report.parts {
                sandbox_part(check, part.name(), state, require);
            }
        }
        Err(error @ StartError::NoPython { .. }) if !chosen && !require => {
            check.skipped(STEP, format!("{error}. Without it, only native handlers can run here"));
        }
        Err(error @ (StartError::NoPython { .. } | StartError::Unusable { .. })) => {
            check.failed(Code::Usage, STEP, error.to_string(), CHOOSE);
        }
        Err(error @ StartError::Config(_)) => {
            check.failed(Code::Usage, STEP, error.to_string(), "");
        }
        Err(error) => check.failed(Code::Failed, STEP, error.to_string(), ""),
    }
}

fn sandbox_part(check: &mut Check, step: &str, state: &State, require: bool) {
    match state {
        State::Active(detail) if detail.is_empty() => check.ok(step, "active"),
        State::Active(detail) => check.ok(step, format!("active: {detail}")),
        State::Unavailable(reason) if require => check.failed(
            Code::Failed,
            step,
            format!("not available: {reason}"),
            "run where it is, or without --require-sandbox",
        ),
        State::Unavailable(reason) => check.warn(step, format!("not available: {reason}")),
        _ if require => check.failed(
            Code::Usage,
            step,
            "off: the sandbox is switched off",
            "remove JOURNEYMAN_PYTHON_SANDBOX=false",
        ),
        _ => check.warn(step, "off: the sandbox is switched off"),
    }
}
