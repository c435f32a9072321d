//! A process per job.

use std::{pin::pin, time::Duration};

use journeyman_core::{
    Handler, Job, JobError, JobResult, Value,
    capability::Need,
    extract::FromJob,
    job::{CancelReason, Progress},
};
use tokio::{io::AsyncWriteExt, time::Instant};

use crate::{Answer, FAILED, Happened, Input, Lines, Process, Program};

/// The longest line of output, in bytes.
const MAX_LINE: usize = 16 << 20;
/// How long a program may go on after it was asked to stop, before it is killed. Below the
/// worker's own grace of five seconds, so that it is we who kill.
const TERM_GRACE: Duration = Duration::from_secs(2);
/// How long a program may go on after its answer.
const EXIT_GRACE: Duration = Duration::from_secs(2);
/// How long output is waited for that children of an ended program may still hold back.
const REST_GRACE: Duration = Duration::from_millis(500);

/// Starts the program for each job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecHandler(Program);

/// Why the conversation is over.
enum End {
    Answered(JobResult),
    /// Nothing more comes.
    Silent,
    Cancelled(CancelReason),
}

impl ExecHandler {
    /// A handler that starts this program.
    pub fn new(program: Program) -> Self {
        Self(program)
    }
}

impl Handler for ExecHandler {
    async fn call(&self, job: Job) -> JobResult {
        let input = Input::of(&job)?.into_line();
        let mut process = self.0.start()?;
        let end = converse(&mut process, &job, &input).await;
        let answer = conclude(&mut process, &job, end).await;
        let status = process.end().await;
        match answer {
            Some(answer) => answer,
            None => match status {
                Ok(status) if status.success() => job.reply(&Value::Null),
                Ok(status) => {
                    Err(failed(&mut process, &format!("the program ended with {status}")).await)
                }
                Err(error) => {
                    Err(failed(&mut process, &format!("the program is lost: {error}")).await)
                }
            },
        }
    }

    fn needs(&self) -> Vec<Need> {
        vec![Need::Progress, Need::Cancel]
    }
}

/// Hands over the job and hears what the program says, until its answer.
async fn converse(process: &mut Process, job: &Job, input: &str) -> End {
    let (Some(mut stdin), Some(stdout)) = (process.take_stdin(), process.take_stdout()) else {
        return End::Silent;
    };
    let write = async move {
        // A program that does not read its input has its reasons.
        let _ = stdin.write_all(input.as_bytes()).await;
        let _ = stdin.shutdown().await;
    };
    let mut write = pin!(write);
    let mut lines = Lines::new(stdout, MAX_LINE);
    let mut writing = true;
    let mut limit = None;
    loop {
        tokio::select! {
            reason = job.cancelled() => return End::Cancelled(reason),
            happened = process.happened() => match happened {
                Happened::Stderr(_) => {}
                // Children of it may hold its output open for ever.
                Happened::Ended => limit = Some(Instant::now() + REST_GRACE),
            },
            () = &mut write, if writing => writing = false,
            line = lines.next() => match line {
                Ok(Some(line)) => {
                    if let Some(answer) = hear(job, &line).await {
                        return End::Answered(answer);
                    }
                }
                Ok(None) => return End::Silent,
                Err(error) => return End::Answered(Err(error)),
            },
            () = until(limit) => return End::Silent,
        }
    }
}

/// Lets the program come to its end, in time. What comes back is what the job ends with, if the
/// exit status does not decide.
async fn conclude(process: &mut Process, job: &Job, end: End) -> Option<JobResult> {
    match end {
        End::Answered(answer) => {
            process.exit(EXIT_GRACE).await;
            Some(answer)
        }
        End::Silent => tokio::select! {
            reason = job.cancelled() => Some(cancelled(process, reason).await),
            _ = process.exit(Duration::MAX) => None,
        },
        End::Cancelled(reason) => Some(cancelled(process, reason).await),
    }
}

async fn cancelled(process: &mut Process, reason: CancelReason) -> JobResult {
    process.terminate();
    process.exit(TERM_GRACE).await;
    Err(JobError::cancelled(reason.as_str()))
}

async fn failed(process: &mut Process, what: &str) -> JobError {
    let text = match process.last_words().await.as_str() {
        "" => format!("{what} without a result"),
        tail => format!("{what} without a result; its standard error ends with: {tail}"),
    };
    JobError::failed(text).with_code(FAILED)
}

async fn until(limit: Option<Instant>) {
    match limit {
        Some(limit) => tokio::time::sleep_until(limit).await,
        None => std::future::pending().await,
    }
}

/// Takes one line of output; what ends the job comes back.
async fn hear(job: &Job, line: &[u8]) -> Option<JobResult> {
    match Answer::read(line) {
        Ok(Answer::Result(value)) => Some(job.reply(&value)),
        Ok(Answer::Error(error)) => Some(Err(error)),
        Ok(Answer::Progress { fraction, message, data }) => {
            let progress = match Progress::from_job(job) {
                Ok(progress) => progress,
                Err(error) => return Some(Err(error)),
            };
            // It waits while the session is behind, and so does the program.
            progress.send(fraction, message, &data).await.err().map(Err)
        }
        Err(error) => Some(Err(error)),
    }
}
