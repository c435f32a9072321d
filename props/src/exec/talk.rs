//! A run of a program, from its start to its end.

use std::{io, pin::pin, process::ExitStatus, sync::Arc, time::Duration};

use journeyman_core::{JobError, Value};
use journeyman_exec::{FAILED, Happened, Lines, Process, Program};
use tokio::{
    io::AsyncWriteExt,
    process::{ChildStdin, ChildStdout},
    sync::{mpsc, watch},
    time::{Instant, sleep_until, timeout},
};

use super::{bucket::Bucket, handler::Request, log::Log, outlet::Outlet};

/// The longest line of output, in bytes.
const MAX_LINE: usize = 1 << 20;
/// Lines at once, and per second.
pub(super) const LINES: (u32, u32) = (10_000, 1000);
/// Complaints about wrong lines at once, and per second.
const COMPLAINTS: (u32, u32) = (10, 1);
/// What may wait to be written to a program that answers before it has read, in bytes.
const MAX_INPUT: usize = 16 << 20;
/// How long output is waited for that children of an ended program may still hold back.
const REST_GRACE: Duration = Duration::from_millis(500);
/// How long a program may take to end by itself, and then after SIGTERM.
const STOP_GRACE: Duration = Duration::from_secs(2);

/// A program and its side of the bus.
pub(super) struct Talk {
    process: Process,
    pub(super) outlet: Arc<dyn Outlet>,
    requests: mpsc::Receiver<Request>,
    /// `None` when the program does not read, or is not to read any more.
    stdin: Option<ChildStdin>,
    /// What is still to be written, from `written` on.
    input: Vec<u8>,
    written: usize,
    /// `None` at the end of the output.
    lines: Option<Lines<ChildStdout>>,
    pub(super) work: Option<Work>,
    pub(super) flood: Bucket,
    pub(super) complaints: Bucket,
    log: Log,
    phase: Phase,
    /// When the phase is over.
    phase_end: Option<Instant>,
    /// The prop stops: how the program ends is no failure.
    stopping: bool,
    /// The host knows that the run has failed.
    failed: bool,
}

/// The command in work.
pub(super) struct Work {
    pub(super) request: Request,
    deadline: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Talking,
    /// The run has failed, and waits for its stop.
    Failed,
    /// Standard input is closed: the program ends by itself.
    Stopping,
    /// It got SIGTERM.
    Terminating,
    /// It has ended, or can say nothing any more: what is still on its way is taken.
    Ending,
}

enum Event {
    Line(Result<Option<Vec<u8>>, JobError>),
    Wrote(io::Result<usize>),
    Request(Option<Request>),
    /// It wrote to standard error, which is logged.
    Logged,
    Ended,
    /// The command in work has no more time.
    Late,
    PhaseOver,
    Stop,
}

impl Talk {
    /// Starts the program.
    pub(super) fn start(
        program: &Program,
        outlet: Arc<dyn Outlet>,
        requests: mpsc::Receiver<Request>,
    ) -> Result<Self, JobError> {
        let mut process = program.start()?;
        let stdin = process.take_stdin();
        let lines = process.take_stdout().map(|stdout| Lines::new(stdout, MAX_LINE));
        let pid = process.id();
        tracing::debug!(prop = outlet.id(), pid, program = %program.path().display(), "started");
        Ok(Self {
            process,
            outlet,
            requests,
            stdin,
            input: Vec::new(),
            written: 0,
            lines,
            work: None,
            flood: Bucket::new(LINES.0, LINES.1),
            complaints: Bucket::new(COMPLAINTS.0, COMPLAINTS.1),
            log: Log::new(),
            phase: Phase::Talking,
            phase_end: None,
            stopping: false,
            failed: false,
        })
    }

    /// Goes on until the program has ended. The error is that of a stop: the program had to be
    /// killed. Dropped, it kills the program.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) -> Result<(), JobError> {
        loop {
            match self.event(&mut stop).await {
                Event::Line(Ok(Some(line))) => self.hear(&line).await,
                Event::Line(Ok(None)) => {
                    self.lines = None;
                    if self.phase == Phase::Talking {
                        self.enter(Phase::Ending, REST_GRACE);
                    }
                }
                Event::Line(Err(error)) => self.cut_off(&error),
                Event::Ended if self.phase == Phase::Ending => {}
                Event::Ended => self.enter(Phase::Ending, REST_GRACE),
                Event::Wrote(result) => self.wrote(&result),
                Event::Request(Some(request)) => self.begin(request),
                Event::Late => self.late(),
                // Without anybody who could send a command, the run was dropped.
                Event::Stop | Event::Request(None) => self.stop(),
                Event::PhaseOver if self.phase == Phase::Stopping => {
                    self.process.terminate();
                    self.enter(Phase::Terminating, STOP_GRACE);
                }
                Event::PhaseOver => return self.end().await,
                Event::Logged => {}
            }
            if self.phase == Phase::Ending && self.process.has_ended() && self.lines.is_none() {
                return self.end().await;
            }
        }
    }

    /// Waits for what is next. Nothing is lost between two calls.
    async fn event(&mut self, stop: &mut watch::Receiver<bool>) -> Event {
        let Self { process, outlet, requests, stdin, lines, log, .. } = self;
        let happened = pin!(async {
            match process.happened().await {
                Happened::Ended => Event::Ended,
                Happened::Stderr(new) => {
                    log.take(new, |line| logged(&**outlet, line));
                    Event::Logged
                }
            }
        });
        let rest = &self.input[self.written..];
        let write = pin!(async {
            match stdin {
                Some(stdin) if !rest.is_empty() => stdin.write(rest).await,
                _ => std::future::pending().await,
            }
        });
        let line = pin!(async {
            match lines {
                Some(lines) => lines.next().await,
                None => std::future::pending().await,
            }
        });
        let late = self.work.as_ref().map(|work| work.deadline);
        tokio::select! {
            event = happened => event,
            line = line => Event::Line(line),
            result = write => Event::Wrote(result),
            request = requests.recv(), if self.work.is_none() && !self.stopping => {
                Event::Request(request)
            }
            () = until(late) => Event::Late,
            () = until(self.phase_end) => Event::PhaseOver,
            _ = stop.wait_for(|stop| *stop), if !self.stopping => Event::Stop,
        }
    }

    fn enter(&mut self, phase: Phase, time: Duration) {
        self.phase = phase;
        self.phase_end = Some(Instant::now() + time);
    }

    /// Gives the program a command.
    fn begin(&mut self, request: Request) {
        let refused = match (self.phase, &self.stdin) {
            (Phase::Talking, Some(_)) => None,
            (Phase::Talking, None) => Some(deaf()),
            _ => Some(JobError::handed_back("the prop's program does not run")),
        };
        if let Some(error) = refused {
            let _ = request.reply.send(Err(error));
            return;
        }
        // It may have answered the last one before it had read all of it.
        self.input.drain(..self.written);
        self.written = 0;
        self.input.extend_from_slice(request.line.as_bytes());
        let deadline = Instant::now() + request.limit;
        self.work = Some(Work { request, deadline });
        if self.input.len() > MAX_INPUT {
            self.fail(&failure("the program does not read its commands"));
        }
    }

    fn wrote(&mut self, result: &io::Result<usize>) {
        if let Ok(count @ 1..) = result {
            self.written += count;
            return;
        }
        // It has closed its standard input. Or it has just ended, and we hear of that in a moment.
        self.stdin = None;
        if let Some(work) = &mut self.work {
            work.deadline = work.deadline.min(Instant::now() + REST_GRACE);
        }
    }

    /// Ends the command in work.
    pub(super) fn answer(&mut self, answer: Result<Value, JobError>) {
        if let Some(work) = self.work.take() {
            // After a cancel nobody waits for it.
            let _ = work.request.reply.send(answer);
        }
    }

    /// The command in work has no answer in time.
    fn late(&mut self) {
        let Some(work) = &self.work else { return };
        if self.stdin.is_none() && self.phase == Phase::Talking {
            return self.answer(Err(deaf()));
        }
        let (route, limit) = (&work.request.route, work.request.limit);
        let what = format!("the program did not answer `{route}` within {limit:?}");
        self.answer(Err(JobError::timed_out(what.as_str())));
        self.fail(&JobError::timed_out(format!("{what}, and what it is doing is unknown")));
    }

    /// The run cannot go on. The host stops it.
    fn fail(&mut self, error: &JobError) {
        self.answer(Err(error.clone()));
        if self.stopping || self.failed || self.phase == Phase::Ending {
            return;
        }
        self.failed = true;
        self.phase = Phase::Failed;
        self.outlet.fail(error.clone());
    }

    /// As [`fail`](Self::fail), and nothing is read any more.
    pub(super) fn cut_off(&mut self, error: &JobError) {
        self.lines = None;
        self.fail(error);
    }

    /// Tells the program to end.
    fn stop(&mut self) {
        self.stopping = true;
        self.answer(Err(JobError::cancelled("the prop stops")));
        self.stdin = None;
        if self.phase != Phase::Ending {
            self.enter(Phase::Stopping, STOP_GRACE);
        }
    }

    /// The end: nothing of the program is left, and whoever waits hears of it.
    async fn end(mut self) -> Result<(), JobError> {
        let by_itself = self.process.has_ended();
        let status = self.process.end().await;
        self.last_words().await;
        if self.stopping {
            self.answer(Err(JobError::cancelled("the prop stops")));
            let asked = 2 * STOP_GRACE;
            return match by_itself {
                true => Ok(()),
                false => Err(failure(&format!(
                    "the program did not end within {asked:?} after the end of its input, and was \
                     killed: it may have left its hardware as it was"
                ))),
            };
        }
        let what = ended(by_itself, &status);
        let error = match self.process.stderr().text().as_str() {
            "" => failure(&what),
            tail => failure(&format!("{what}; its standard error ends with: {tail}")),
        };
        if let Some(work) = &self.work {
            let text = format!("{what} before it had answered `{}`", work.request.route);
            self.answer(Err(failure(&text)));
        }
        if !self.failed {
            self.outlet.fail(error);
        }
        Ok(())
    }

    /// Logs what is left of standard error.
    async fn last_words(&mut self) {
        let Self { process, log, outlet, .. } = self;
        let rest = async {
            while process.stderr().is_open() {
                let new = process.stderr().read().await;
                log.take(new, |line| logged(&**outlet, line));
            }
        };
        // What has left the group may hold it open for ever.
        let _ = timeout(REST_GRACE, rest).await;
    }
}

fn logged(outlet: &dyn Outlet, line: &str) {
    tracing::info!(target: "journeyman_props::exec", prop = outlet.id(), "{line}");
}

fn ended(by_itself: bool, status: &io::Result<ExitStatus>) -> String {
    match (by_itself, status) {
        (false, _) => "the program closed its standard output".to_owned(),
        (true, Ok(status)) => format!("the program ended with {status}"),
        (true, Err(error)) => format!("the program is lost: {error}"),
    }
}

fn failure(text: &str) -> JobError {
    JobError::failed(text).with_code(FAILED)
}

fn deaf() -> JobError {
    failure("the program has closed its standard input, and takes no commands")
}

async fn until(limit: Option<Instant>) {
    match limit {
        Some(limit) => sleep_until(limit).await,
        None => std::future::pending().await,
    }
}
