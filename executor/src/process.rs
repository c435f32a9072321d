//! One interpreter process.

use std::{
    collections::HashSet,
    io,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    net::unix::pipe::{Receiver, Sender},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    config::Config,
    disk,
    error::StartError,
    frame::{self, Inbox, Known},
    keeper::{Keeper, Started, kill},
    output::Collector,
    report::Report,
    sandbox, scratch,
    scratch::Root,
    task::Source,
};

/// Compiled sources that an interpreter keeps.
const MOST_SOURCES: usize = 32;
const CHUNK: usize = 64 << 10;
#[cfg(target_os = "linux")]
const PIPE_SIZE: usize = 256 << 10;

/// What all processes of an executor share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) keeper: Keeper,
    pub(crate) root: Arc<Root>,
    /// The runner, compiled.
    pub(crate) code: Arc<[u8]>,
    /// What the first process had: no later one may have less.
    pub(crate) first: OnceLock<Report>,
}

/// An interpreter that is ready. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) pid: Pid,
    pub(crate) requests: Sender,
    pub(crate) answers: Receiver,
    pub(crate) output: Receiver,
    pub(crate) inbox: Inbox,
    pub(crate) buffer: Box<[u8]>,
    /// Where its tasks work.
    pub(crate) folder: PathBuf,
    pub(crate) report: Report,
    /// The source of its last task.
    pub(crate) last: Option<Source>,
    /// Tasks so far.
    pub(crate) tasks: u64,
    /// Processor time of its tasks so far.
    pub(crate) cpu: Duration,
    /// Second of processor time at which the kernel kills it.
    pub(crate) cpu_end: u64,
    /// Bytes of address space it may have now.
    pub(crate) memory: u64,
    /// Whether its limits cannot be changed from outside.
    pub(crate) limits_itself: bool,
    /// When what it has on disk was looked at.
    pub(crate) looked: Instant,
    /// Since when it waits for a task.
    pub(crate) idle_since: Instant,
    /// Whether it may not run at all.
    pub(crate) stopped: bool,
    sources: HashSet<[u8; 32]>,
    keeper: Keeper,
    gone: bool,
}

impl Process {
    /// Starts one and waits until it is ready. Cancel safe: what was started is killed.
    pub(crate) async fn start(shared: &Shared) -> Result<Self, StartError> {
        let limit = shared.config.start_timeout;
        match timeout(limit, Self::start_now(shared)).await {
            Ok(result) => result,
            Err(_) => Err(StartError::Slow(limit)),
        }
    }

    async fn start_now(shared: &Shared) -> Result<Self, StartError> {
        let config = &shared.config;
        let folder = shared.root.folder().map_err(|error| StartError::Scratch {
            path: shared.root.path().to_owned(),
            error: Arc::new(error),
        })?;
        let Started { pid, requests, answers, output } =
            match shared.keeper.spawn(folder.clone()).await {
                Ok(started) => started,
                Err(error) => {
                    scratch::remove(&folder);
                    return Err(error.into());
                }
            };
        #[cfg(target_os = "linux")]
        for pipe in [&requests, &answers] {
            // Fewer turns for large values. The system may refuse; then it stays as it was.
            let _ = rustix::pipe::fcntl_setpipe_size(pipe, PIPE_SIZE);
        }
        let pipes = Sender::from_owned_fd(requests).and_then(|requests| {
            Ok((requests, Receiver::from_owned_fd(answers)?, Receiver::from_owned_fd(output)?))
        });
        let (requests, answers, output) = match pipes {
            Ok(pipes) => pipes,
            Err(error) => {
                shared.keeper.bury(pid, folder);
                return Err(error.into());
            }
        };
        let mut process = Self {
            pid,
            requests,
            answers,
            output,
            inbox: Inbox::default(),
            buffer: vec![0; CHUNK].into(),
            folder,
            report: Report { parts: Vec::new() },
            last: None,
            tasks: 0,
            cpu: Duration::ZERO,
            cpu_end: config.limits.cpu.as_secs() + 2,
            memory: config.limits.memory as u64,
            limits_itself: false,
            looked: Instant::now(),
            idle_since: Instant::now(),
            stopped: false,
            sources: HashSet::new(),
            keeper: shared.keeper.clone(),
            gone: false,
        };
        let left = sandbox::limit(config, pid)?;
        sandbox::first_to_go(pid);
        process.limits_itself = !left.is_empty();
        process.greet(shared, left).await?;
        let missing = process.report.missing();
        if config.require_sandbox && !missing.is_empty() {
            return Err(StartError::Sandbox(missing));
        }
        let first = shared.first.get_or_init(|| process.report.clone());
        let lost = first.lost(&missing);
        if !lost.is_empty() {
            return Err(StartError::Weaker(lost));
        }
        Ok(process)
    }

    /// Sends what comes first, and waits for the answer.
    async fn greet(
        &mut self,
        shared: &Shared,
        limits: sandbox::LeftOver,
    ) -> Result<(), StartError> {
        let config = &shared.config;
        let length = u32::try_from(shared.code.len()).unwrap_or(u32::MAX);
        let mut first = length.to_be_bytes().to_vec();
        first.extend_from_slice(&shared.code);
        let setup = serde_json::to_vec(&sandbox::setup(config, &self.folder, self.pid, limits));
        let setup = setup.map_err(|error| StartError::Handshake {
            problem: format!("the setup cannot be written: {error}"),
            last_lines: String::new(),
        })?;
        first.extend_from_slice(&frame::frame(b'S', &setup));
        let mut said = Collector::new(0);
        let mut sent = 0;
        let hello = loop {
            let left = &first[sent..];
            tokio::select! {
                ready = self.answers.readable() => {
                    ready?;
                    match self.read_answers() {
                        Ok(Read::Some) => {}
                        Ok(Read::Nothing) => continue,
                        Ok(Read::End) => return Err(self.stillborn(said).await),
                        Err(error) => return Err(error.into()),
                    }
                    match self.inbox.next(CHUNK) {
                        Ok(Some((b'H', body))) => break body.to_vec(),
                        Ok(Some(_)) => return Err(handshake("it sent a frame of unknown kind")),
                        Ok(None) => {}
                        Err(problem) => return Err(handshake(&problem)),
                    }
                }
                ready = self.output.readable() => {
                    ready?;
                    if self.read_output(&mut said)? == Read::End {
                        return Err(self.stillborn(said).await);
                    }
                }
                ready = self.requests.writable(), if !left.is_empty() => {
                    ready?;
                    match self.requests.try_write(left) {
                        Ok(count) => sent += count,
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        // It has ended, and says why.
                        Err(_) => return Err(self.stillborn(said).await),
                    }
                }
            }
        };
        let hello: sandbox::Hello = serde_json::from_slice(&hello)
            .map_err(|error| handshake(&format!("its greeting is none: {error}")))?;
        self.report = sandbox::report(config, &hello, self.pid);
        Ok(())
    }

    async fn stillborn(&mut self, mut said: Collector) -> StartError {
        self.drain_output(&mut said);
        let problem = self.autopsy().await;
        StartError::Handshake { problem: format!("it {problem}"), last_lines: said.last_lines() }
    }

    /// Waits for it to end, as it seems to have, and says how.
    pub(crate) async fn autopsy(&mut self) -> String {
        self.gone = true;
        self.keeper.autopsy(self.pid, self.folder.clone()).await
    }

    /// How its source is to be sent.
    pub(crate) fn known(&mut self, source: &Source) -> Known {
        if self.sources.contains(source.digest()) {
            return Known::Yes;
        }
        let known = if self.sources.len() < MOST_SOURCES {
            Known::No
        } else {
            self.sources.clear();
            Known::Full
        };
        self.sources.insert(*source.digest());
        known
    }

    /// Takes bytes that are there from the pipe of answers.
    pub(crate) fn read_answers(&mut self) -> io::Result<Read> {
        match self.answers.try_read(&mut self.buffer) {
            Ok(0) => Ok(Read::End),
            Ok(count) => {
                self.inbox.push(&self.buffer[..count]);
                Ok(Read::Some)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Read::Nothing),
            Err(error) => Err(error),
        }
    }

    /// Takes bytes that are there from the pipe of output.
    pub(crate) fn read_output(&mut self, into: &mut Collector) -> io::Result<Read> {
        match self.output.try_read(&mut self.buffer) {
            Ok(0) => Ok(Read::End),
            Ok(count) => {
                into.push(&self.buffer[..count]);
                Ok(Read::Some)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Read::Nothing),
            Err(error) => Err(error),
        }
    }

    /// Takes all output that was written until now, past the runtime's memory of what is there:
    /// what a task printed before its result must not be missed. Bounded, should it go on.
    pub(crate) fn drain_output(&mut self, into: &mut Collector) {
        for _ in 0..64 {
            match rustix::io::read(&self.output, &mut self.buffer[..]) {
                Ok(count) if count > 0 => into.push(&self.buffer[..count]),
                _ => break,
            }
        }
    }

    /// Whether it waits for a task: it has not ended, and says nothing.
    pub(crate) fn is_quiet(&mut self) -> bool {
        let mut byte = [0];
        let again = |result| result == Err(rustix::io::Errno::AGAIN);
        self.inbox.is_empty()
            && again(rustix::io::read(&self.answers, &mut byte))
            && again(rustix::io::read(&self.output, &mut byte))
    }

    /// Bytes that were sent to it and that it did not read. Of one that has ended, too: the pipe is
    /// still held on this side.
    pub(crate) fn unread(&self) -> u64 {
        rustix::io::ioctl_fionread(&self.requests).unwrap_or_default()
    }

    /// Whether it has but one thread. Those of Python have all ended, by what the runner says; one
    /// that has just done so may still be counted, so it looks more than once.
    pub(crate) async fn is_alone(&self, seen: u64) -> bool {
        let mut seen = seen;
        let begun = Instant::now();
        while seen > 1 && begun.elapsed() < Duration::from_millis(500) {
            tokio::time::sleep(Duration::from_millis(1)).await;
            seen = self.measure().map_or(1, |measured| measured.threads);
        }
        seen <= 1
    }

    pub(crate) fn measure(&self) -> Option<crate::usage::Measured> {
        crate::usage::measure(self.pid.as_raw_nonzero().get())
    }

    pub(crate) fn cpu_time(&self) -> Option<Duration> {
        crate::usage::cpu_time(self.pid.as_raw_nonzero().get())
    }

    /// Lets nothing in it run until it has a task again. One that has given its answer should only
    /// wait, but the answer may have been forged: what goes on behind it, nobody would watch.
    pub(crate) fn stop(&mut self) {
        if !std::mem::replace(&mut self.stopped, true) {
            // An error means that it has ended, which is noticed when it is to be used.
            let _ = kill_process_group(self.pid, Signal::STOP);
        }
    }

    /// Lets it run again.
    pub(crate) fn wake(&mut self) {
        if std::mem::take(&mut self.stopped) {
            let _ = kill_process_group(self.pid, Signal::CONT);
        }
    }

    /// Looks at what it has on disk, in a thread that may take its time.
    pub(crate) fn look(&mut self, config: &Config) -> JoinHandle<bool> {
        self.looked = Instant::now();
        let (folder, limits) = (self.folder.clone(), config.limits.clone());
        let pid = self.pid.as_raw_nonzero().get();
        tokio::task::spawn_blocking(move || disk::is_too_full(&folder, pid, &limits))
    }

    /// Kills it with all its kind, now.
    pub(crate) fn kill(&mut self) {
        if !self.gone {
            kill(self.pid);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.gone {
            self.keeper.bury(self.pid, std::mem::take(&mut self.folder));
        }
    }
}

/// What a read gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    Some,
    Nothing,
    End,
}

fn handshake(problem: &str) -> StartError {
    StartError::Handshake { problem: problem.to_owned(), last_lines: String::new() }
}
