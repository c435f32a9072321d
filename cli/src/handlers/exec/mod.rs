//! `exec:PROGRAM`: any program as a handler.
//!
//! A process per job. It gets the job as one JSON line on standard input and answers with JSON
//! lines on standard output:
//!
//! ```text
//! in   {"id":"7","route":"convert","attempt":1,"args":{…},"deadline_ms":30000}
//! out  {"progress":0.5,"message":"half"}
//! out  {"result":…}   or   {"error":{"message":"…","code":"…","retry_after_ms":1000}}
//! ```
//!
//! Standard error is the program's log: its end is part of the error when the program fails. The
//! program runs in a process group of its own, which is killed whole when the job ends, however
//! it ends. What leaves the group on purpose (`setsid`) escapes, and nobody is left to kill
//! anything when this process itself is killed with SIGKILL: a program should also end when its
//! output is closed.

mod group;
mod lines;
mod message;

use std::{
    io,
    path::PathBuf,
    pin::pin,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use journeyman_core::{
    Handler, Job, JobError, JobResult, Value,
    capability::Need,
    extract::FromJob,
    job::{CancelReason, Progress},
};
use tokio::{
    io::AsyncWriteExt,
    process::{Child, ChildStderr, Command},
    time::{Instant, timeout},
};

use group::Group;
use lines::{Lines, Tail};
use message::Heard;

/// What a backend must be granted to reach such a handler.
pub(crate) const GRANT: &str = "exec";

/// The longest line of output, in bytes.
const MAX_LINE: usize = 16 << 20;
/// How much of the end of standard error is shown, in bytes.
const TAIL: usize = 4 << 10;
/// How long a program may go on after it was asked to stop, before it is killed. Below the
/// worker's own grace of five seconds, so that it is we who kill.
const TERM_GRACE: Duration = Duration::from_secs(2);
/// How long a program may go on after its answer.
const EXIT_GRACE: Duration = Duration::from_secs(2);
/// How long output is waited for that children of an ended program may still hold back.
const REST_GRACE: Duration = Duration::from_millis(500);

/// A program and what it is started with.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) args: Vec<String>,
    /// Environment variables that it does not get, since they hold our secrets.
    pub(super) hidden: Vec<String>,
}

/// The handler.
#[derive(Debug)]
pub(super) struct Exec(Program);

/// Why the conversation is over.
enum End {
    Answered(JobResult),
    /// Nothing more comes.
    Silent,
    Cancelled(CancelReason),
}

impl Exec {
    pub(super) fn new(program: Program) -> Self {
        Self(program)
    }
}

impl Handler for Exec {
    async fn call(&self, job: Job) -> JobResult {
        let input = message::input(&job)?;
        let mut process = Process::start(&self.0)?;
        let end = process.converse(&job, &input).await;
        let answer = process.conclude(&job, end).await;
        let status = process.end().await;
        match answer {
            Some(answer) => answer,
            None => match status {
                Ok(status) if status.success() => job.reply(&Value::Null),
                Ok(status) => {
                    Err(process.failed(&format!("the program ended with {status}")).await)
                }
                Err(error) => Err(process.failed(&format!("the program is lost: {error}")).await),
            },
        }
    }

    fn needs(&self) -> Vec<Need> {
        vec![Need::Progress, Need::Cancel]
    }
}

/// A started program.
struct Process {
    child: Child,
    group: Group,
    stderr: Tail<ChildStderr>,
}

impl Process {
    fn start(program: &Program) -> Result<Self, JobError> {
        let refused = |why: String| {
            JobError::failed(format!(
                "the program {} does not start: {why}",
                program.path.display()
            ))
            .with_code("EXEC_NOT_STARTED")
        };
        let mut command = Command::new(&program.path);
        command.args(&program.args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for name in &program.hidden {
            command.env_remove(name);
        }
        // Reaped by the runtime when the job's future is dropped.
        command.kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn().map_err(|error| refused(error.to_string()))?;
        let group = Group::of(&child);
        let stderr = child.stderr.take().ok_or_else(|| refused("it has no pipes".to_owned()))?;
        Ok(Self { child, group, stderr: Tail::new(stderr, TAIL) })
    }

    /// Hands over the job and hears what the program says, until its answer.
    async fn converse(&mut self, job: &Job, input: &str) -> End {
        let (Some(mut stdin), Some(stdout)) = (self.child.stdin.take(), self.child.stdout.take())
        else {
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
        let mut exited = None;
        loop {
            tokio::select! {
                reason = job.cancelled() => return End::Cancelled(reason),
                () = self.stderr.read() => {}
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
                _ = self.child.wait(), if exited.is_none() => {
                    // Children of it may hold its output open for ever.
                    exited = Some(Instant::now() + REST_GRACE);
                }
                () = until(exited) => return End::Silent,
            }
        }
    }

    /// Lets the program come to its end, in time. What comes back is what the job ends with, if
    /// the exit status does not decide.
    async fn conclude(&mut self, job: &Job, end: End) -> Option<JobResult> {
        match end {
            End::Answered(answer) => {
                self.exit(EXIT_GRACE).await;
                Some(answer)
            }
            End::Silent => tokio::select! {
                reason = job.cancelled() => Some(self.cancelled(reason).await),
                () = self.exit(Duration::MAX) => None,
            },
            End::Cancelled(reason) => Some(self.cancelled(reason).await),
        }
    }

    async fn cancelled(&mut self, reason: CancelReason) -> JobResult {
        self.group.terminate();
        self.exit(TERM_GRACE).await;
        Err(JobError::cancelled(reason.as_str()))
    }

    /// Waits until the program has ended, at most so long.
    async fn exit(&mut self, limit: Duration) {
        let listen = async {
            loop {
                self.stderr.read().await;
            }
        };
        let ended = async {
            tokio::select! {
                // An error means that there is nothing to wait for.
                _ = self.child.wait() => {}
                () = listen => {}
            }
        };
        // Not in time: it is killed next.
        let _ = timeout(limit, ended).await;
    }

    /// Kills what is left of the program and of all that it has started.
    async fn end(&mut self) -> io::Result<ExitStatus> {
        self.group.kill();
        self.child.wait().await
    }

    async fn failed(&mut self, what: &str) -> JobError {
        let rest = async {
            while self.stderr.is_open() {
                self.stderr.read().await;
            }
        };
        // What has left the group may hold it open for ever.
        let _ = timeout(REST_GRACE, rest).await;
        let text = match self.stderr.text().as_str() {
            "" => format!("{what} without a result"),
            tail => format!("{what} without a result; its standard error ends with: {tail}"),
        };
        JobError::failed(text).with_code("EXEC_FAILED")
    }
}

/// Whatever happens to the future of the job: nothing of the program survives it.
impl Drop for Process {
    fn drop(&mut self) {
        self.group.kill();
    }
}

async fn until(limit: Option<Instant>) {
    match limit {
        Some(limit) => tokio::time::sleep_until(limit).await,
        None => std::future::pending().await,
    }
}

/// Takes one line of output; what ends the job comes back.
async fn hear(job: &Job, line: &[u8]) -> Option<JobResult> {
    match message::hear(line) {
        Ok(Heard::Result(value)) => Some(job.reply(&value)),
        Ok(Heard::Error(error)) => Some(Err(error)),
        Ok(Heard::Progress { fraction, message, data }) => {
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
