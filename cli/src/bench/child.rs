//! A measured process.

use std::{process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{self, ChildStdin, ChildStdout, Command},
    time::timeout,
};

use super::WorkerArgs;
use crate::exit::Failure;

/// How long a process may take to be ready, and to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a process may take to end after it was told to.
const GOODBYE: Duration = Duration::from_secs(5);

/// The processor time that this process has used, in all threads; Linux only.
pub(super) fn own_cpu() -> Option<Duration> {
    cpu_of("/proc/self/task")
}

fn cpu_of(folder: &str) -> Option<Duration> {
    let mut total = 0;
    for task in std::fs::read_dir(folder).ok()? {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        total += text.split(' ').next()?.parse::<u64>().ok()?;
    }
    Some(Duration::from_nanos(total))
}

/// A child process that says `ready`, answers lines with lines, and ends with its standard input.
#[derive(Debug)]
pub(crate) struct Child {
    process: process::Child,
    stdin: ChildStdin,
    stdout: Lines<BufReader<ChildStdout>>,
}

impl Child {
    /// This program as a worker under test.
    pub(crate) async fn worker(args: &WorkerArgs, token: &str) -> Result<Self, Failure> {
        let program = std::env::current_exe()
            .map_err(|error| Failure::failed(format!("this program is not found: {error}")))?;
        let peer = match args.peer {
            super::Peer::Raw => "raw",
            _ => "framework",
        };
        let mut command = Command::new(program);
        command.args(["bench-worker", "--backend", &args.backend, "--peer", peer]);
        command.args(["--url", &args.url, "--provisioner", &args.provisioner]);
        command.args(["--queue", &args.queue, "--threads", &args.threads.to_string()]);
        command.args(["--connections", &args.connections.to_string()]);
        command.args(["--payload", &args.payload.to_string()]);
        Self::start(command, token).await
    }

    /// Any program; it finds the token in its environment.
    pub(crate) async fn start(mut command: Command, token: &str) -> Result<Self, Failure> {
        command.env("DISTWORKER_WORKER_TOKEN", token);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let failed = |what: String| Failure::failed(format!("the worker under test: {what}"));
        let mut process = command.spawn().map_err(|error| failed(error.to_string()))?;
        let (Some(stdin), Some(stdout)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(failed("it has no pipes".to_owned()));
        };
        let mut child = Self { process, stdin, stdout: BufReader::new(stdout).lines() };
        match child.line().await?.as_str() {
            "ready" => Ok(child),
            other => Err(failed(format!("it said {other:?} and not that it is ready"))),
        }
    }

    /// The next line that it prints.
    pub(crate) async fn line(&mut self) -> Result<String, Failure> {
        self.line_within(PATIENCE).await
    }

    async fn line_within(&mut self, limit: Duration) -> Result<String, Failure> {
        let failed = |what: &str| Failure::failed(format!("the worker under test {what}"));
        match timeout(limit, self.stdout.next_line()).await {
            Ok(Ok(Some(line))) => Ok(line),
            Ok(_) => Err(failed("has ended")),
            Err(_) => Err(failed("does not answer")),
        }
    }

    /// Sends a line and waits for the answer, however long it takes.
    pub(crate) async fn ask(&mut self, line: &str) -> Result<String, Failure> {
        let text = format!("{line}\n");
        self.stdin
            .write_all(text.as_bytes())
            .await
            .map_err(|error| Failure::failed(format!("the worker under test: {error}")))?;
        self.line_within(Duration::from_secs(86_400)).await
    }

    /// The processor time that it has used, in all threads; only Linux tells it this finely.
    pub(crate) fn cpu(&self) -> Option<Duration> {
        cpu_of(&format!("/proc/{}/task", self.process.id()?))
    }

    /// Its resident memory in KiB; Linux only.
    pub(crate) fn rss_kib(&self) -> Option<u64> {
        let path = format!("/proc/{}/status", self.process.id()?);
        let text = std::fs::read_to_string(path).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().split(' ').next()?.parse().ok()
    }

    /// Ends it.
    pub(crate) async fn stop(self) {
        let Self { mut process, stdin, .. } = self;
        drop(stdin);
        if timeout(GOODBYE, process.wait()).await.is_err() {
            // It does not listen; the runtime reaps it.
            let _ = process.start_kill();
        }
    }
}
