//! `echo`, `sleep` and `fail`: to try things out.

use std::time::Duration;

use journeyman_core::{
    Job, JobError, JobErrorKind, Value,
    extract::Args,
    job::{Cancel, Progress},
    payload::Shape,
};
use serde::{Deserialize, Serialize};

/// The longest sleep, in seconds: a day.
const LONGEST: f64 = 86_400.0;
/// The most progress reports of one sleep.
const MOST_STEPS: u32 = 1000;

/// Gives back what it was given, exactly as the wire had it.
pub(super) async fn echo(value: Value) -> Value {
    value
}

/// What `sleep` takes: an object, a list of both, or just the seconds.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default)]
pub(super) struct SleepArgs {
    seconds: f64,
    steps: u32,
}

impl Default for SleepArgs {
    fn default() -> Self {
        Self { seconds: 1.0, steps: 1 }
    }
}

/// What `sleep` gives back.
#[derive(Debug, Serialize)]
pub(super) struct Slept {
    slept: f64,
}

/// Sleeps, reports progress after each step, and stops when it is cancelled.
pub(super) async fn sleep(job: Job, progress: Progress, cancel: Cancel) -> Result<Slept, JobError> {
    let args = match job.payload().shape() {
        Shape::Scalar => SleepArgs { seconds: job.extract::<Args<f64>>()?.0, steps: 1 },
        _ => job.extract::<Args<SleepArgs>>()?.0,
    };
    let SleepArgs { seconds, steps } = args;
    if !(0.0..=LONGEST).contains(&seconds) {
        return Err(JobError::bad_input(format!(
            "`seconds` is {seconds}; it must be from 0 to {LONGEST}"
        )));
    }
    if !(1..=MOST_STEPS).contains(&steps) {
        return Err(JobError::bad_input(format!(
            "`steps` is {steps}; it must be from 1 to {MOST_STEPS}"
        )));
    }
    let step = Duration::from_secs_f64(seconds / f64::from(steps));
    for done in 1..=steps {
        tokio::select! {
            biased;
            reason = cancel.cancelled() => return Err(JobError::cancelled(reason.as_str())),
            () = tokio::time::sleep(step) => {}
        }
        // Waits for room, so that none is lost.
        progress
            .send(f64::from(done) / f64::from(steps), format!("{done} of {steps}"), &())
            .await?;
    }
    Ok(Slept { slept: seconds })
}

/// What `fail` takes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct FailArgs {
    message: Option<String>,
    code: Option<String>,
    kind: Option<String>,
    retry_after_ms: Option<u64>,
}

/// Fails in the way that it is told to.
pub(super) async fn fail(Args(args): Args<FailArgs>) -> Result<(), JobError> {
    let message = args.message.unwrap_or_else(|| "failed on request".to_owned());
    let kind = match args.kind.as_deref() {
        None => JobErrorKind::Failed,
        Some(word) => {
            JobErrorKind::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| {
                let known = JobErrorKind::ALL.map(JobErrorKind::as_str).join(", ");
                JobError::bad_input(format!("`kind` is `{word}`; known are {known}"))
            })?
        }
    };
    let mut error = match args.retry_after_ms {
        Some(delay) => JobError::retry_after(Duration::from_millis(delay), message),
        None => JobError::new(kind, message),
    };
    if let Some(code) = args.code {
        error = error.with_code(code);
    }
    Err(error)
}
