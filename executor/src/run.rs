//! One task in one interpreter, from its first byte to its end.

use std::{
    io,
    time::{Duration, Instant},
};

use rustix::process::{Signal, kill_process, kill_process_group};
use tokio::task::JoinHandle;

use crate::{
    config::{Config, Limits},
    disk,
    frame::{self, Answer, Head},
    hooks::{Control, Event, Hooks},
    outcome::{Done, Failure, FailureKind, Value},
    output::Collector,
    process::{Process, Read},
    sandbox,
    task::Task,
    usage::{Measured, Usage},
};

/// How often limits are looked at that the kernel does not hold.
const TICK: Duration = Duration::from_millis(50);
/// Up to here, an interpreter is believed how much processor time a task took: the kernel counts in
/// steps of a hundredth of a second.
const BELIEVED: Duration = Duration::from_millis(100);
/// Room for the reports of exceptions, whose text and traceback are limited apart.
const REPORT_LIMIT: usize = 4 << 20;

/// How a task ended, and whether its interpreter can run another.
pub(crate) struct Ended {
    pub(crate) result: Result<Done, Failure>,
    pub(crate) fit: bool,
    /// Whether the interpreter read something of it. One that was killed while it waited has not, and
    /// the task can go to another.
    pub(crate) begun: bool,
    /// The interpreter at that moment.
    pub(crate) measured: Measured,
}

/// What went wrong besides the task's own errors: the interpreter is killed.
enum Stop {
    Kind(FailureKind),
    /// It closed a pipe, or cannot be talked to.
    Gone,
}

struct Running<'a> {
    process: &'a mut Process,
    task: &'a Task,
    hooks: &'a mut Hooks,
    config: &'a Config,
    limits: &'a Limits,
    number: u64,
    output: Collector,
    /// Whether more output may come.
    listening: bool,
    /// What is still to be sent.
    outbox: Vec<u8>,
    sent: usize,
    /// Bytes that are in the pipe, or were read from it.
    written: u64,
    /// Whether the interpreter has to be told that a wish is in the pipe.
    signal: bool,
    begun: Instant,
    wall: Duration,
    cpu: Duration,
    memory: u64,
    paused: Option<Instant>,
    paused_for: Duration,
    checkpoint_at: Option<Instant>,
    /// A look at the disk that is under way.
    look: Option<JoinHandle<bool>>,
}

/// Runs a task. Dropping the future leaves the interpreter in the middle of it: it must be killed.
pub(crate) async fn run(
    process: &mut Process,
    task: &Task,
    hooks: &mut Hooks,
    config: &Config,
    paused: bool,
) -> Ended {
    let limits = &config.limits;
    let number = process.tasks + 1;
    let known = process.known(&task.source);
    let begun = Instant::now();
    let mut running = Running {
        task,
        config,
        limits,
        number,
        output: Collector::new(limits.output),
        listening: true,
        outbox: frame::task(task, number, known),
        sent: 0,
        written: 0,
        signal: false,
        begun,
        wall: task.wall.map_or(limits.wall, |limit| limit.min(limits.wall)),
        cpu: task.cpu.map_or(limits.cpu, |limit| limit.min(limits.cpu)),
        memory: task.memory.map_or(limits.memory as u64, |most| most.min(limits.memory as u64)),
        paused: None,
        paused_for: Duration::ZERO,
        checkpoint_at: task.checkpoint_every.and_then(|(first, _)| begun.checked_add(first)),
        look: None,
        process,
        hooks,
    };
    let answer = match running.begin(paused) {
        Ok(()) => running.go().await,
        Err(stop) => Err(stop),
    };
    running.end(answer).await
}

/// What a look at the disk found; never, if there is none. Cancel safe.
async fn looked(look: &mut Option<JoinHandle<bool>>) -> bool {
    match look {
        // It can only fail with the runtime.
        Some(look) => look.await.unwrap_or_default(),
        None => std::future::pending().await,
    }
}

impl Running<'_> {
    fn begin(&mut self, paused: bool) -> Result<(), Stop> {
        let process = &mut *self.process;
        process.tasks = self.number;
        process.last = Some(self.task.source.clone());
        if self.config.sandbox && !process.limits_itself {
            // The kernel's clock counts whole seconds; what is watched is more exact.
            let end = process.cpu.saturating_add(self.cpu).as_secs().saturating_add(2);
            let limited =
                if end == process.cpu_end { Ok(()) } else { sandbox::set_cpu(process.pid, end) };
            let most = self.limits.memory as u64;
            let limited = limited.and_then(|()| {
                if self.memory == process.memory {
                    return Ok(());
                }
                sandbox::set_memory(process.pid, self.memory, most)
            });
            if let Err(error) = limited {
                let problem = format!("its limits cannot be set: {error}");
                return Err(Stop::Kind(FailureKind::NotStarted { problem }));
            }
            (process.cpu_end, process.memory) = (end, self.memory);
        }
        let pid = process.pid.as_raw_nonzero().get().unsigned_abs();
        self.hooks.send(|| Event::Started { pid });
        if paused {
            self.pause();
        }
        self.write()
    }

    async fn go(&mut self) -> Result<Answer, Stop> {
        let timer = tokio::time::sleep_until((self.begun + TICK).into());
        tokio::pin!(timer);
        loop {
            tokio::select! {
                biased;
                control = self.hooks.next() => self.control(control)?,
                () = &mut timer => {
                    self.tick()?;
                    timer.as_mut().reset(self.next_tick().into());
                }
                too_full = looked(&mut self.look) => {
                    self.look = None;
                    if too_full {
                        let (limit, entries) = (self.limits.disk as u64, self.limits.disk_entries);
                        return Err(Stop::Kind(FailureKind::DiskLimit { limit, entries }));
                    }
                }
                ready = self.process.answers.readable() => {
                    ready.map_err(|_| Stop::Gone)?;
                    if let Some(answer) = self.answers()? {
                        return Ok(answer);
                    }
                }
                ready = self.process.output.readable(), if self.listening => {
                    ready.map_err(|_| Stop::Gone)?;
                    let read = self.process.read_output(&mut self.output);
                    // A task may close its output and go on.
                    self.listening = read.map_err(|_| Stop::Gone)? != Read::End;
                    self.news();
                }
                ready = self.process.requests.writable(), if self.sent < self.outbox.len() => {
                    ready.map_err(|_| Stop::Gone)?;
                    self.write()?;
                }
            }
        }
    }

    fn news(&mut self) {
        if let Some(text) = self.output.news() {
            self.hooks.send(|| Event::Output(text));
        }
    }

    fn write(&mut self) -> Result<(), Stop> {
        while self.sent < self.outbox.len() {
            match self.process.requests.try_write(&self.outbox[self.sent..]) {
                Ok(count) => {
                    self.sent += count;
                    self.written += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(_) => return Err(Stop::Gone),
            }
        }
        if std::mem::take(&mut self.signal) {
            let _ = kill_process(self.process.pid, Signal::USR1);
        }
        // What was a large task need not be kept while it runs.
        self.outbox = Vec::new();
        self.sent = 0;
        Ok(())
    }

    /// Has the interpreter do something in the thread of the task. Not while it does not read.
    fn wish(&mut self, wish: &str) -> Result<(), Stop> {
        if self.sent < self.outbox.len() {
            return Ok(());
        }
        self.outbox = frame::wish(self.number, wish);
        self.sent = 0;
        self.signal = true;
        self.write()
    }

    fn control(&mut self, control: Control) -> Result<(), Stop> {
        match control {
            Control::Cancel => return Err(Stop::Kind(FailureKind::Cancelled)),
            Control::Pause => self.pause(),
            Control::Resume => self.resume(),
            Control::AskToStop => self.wish("kill")?,
            Control::Checkpoint => self.wish("checkpoint")?,
        }
        Ok(())
    }

    fn pause(&mut self) {
        if self.paused.is_none() {
            // An error means that it has ended, which is noticed elsewhere.
            let _ = kill_process_group(self.process.pid, Signal::STOP);
            self.paused = Some(Instant::now());
        }
    }

    fn resume(&mut self) {
        if let Some(since) = self.paused.take() {
            let _ = kill_process_group(self.process.pid, Signal::CONT);
            let pause = since.elapsed();
            self.paused_for += pause;
            self.checkpoint_at = self.checkpoint_at.and_then(|at| at.checked_add(pause));
        }
    }

    fn deadline(&self) -> Instant {
        // Far, but not so far that it cannot be counted.
        let far = self.begun + Duration::from_secs(10 * 365 * 24 * 3600);
        self.begun.checked_add(self.wall + self.paused_for).unwrap_or(far)
    }

    fn next_tick(&self) -> Instant {
        let tick = Instant::now() + TICK;
        if self.paused.is_some() {
            return tick;
        }
        let next = tick.min(self.deadline());
        self.checkpoint_at.map_or(next, |at| next.min(at))
    }

    fn tick(&mut self) -> Result<(), Stop> {
        let now = Instant::now();
        if self.paused.is_none() {
            if now >= self.deadline() {
                return Err(Stop::Kind(FailureKind::Timeout { limit: self.wall }));
            }
            if let Some(at) = self.checkpoint_at
                && now >= at
                && let Some((_, every)) = self.task.checkpoint_every
            {
                self.checkpoint_at = now.checked_add(every);
                self.wish("checkpoint")?;
            }
        }
        let measured = self.process.measure().unwrap_or_default();
        if measured.ended {
            return Err(Stop::Gone);
        }
        if self.look.is_none() && now.duration_since(self.process.looked) >= disk::EVERY {
            self.look = Some(self.process.look(self.config));
        }
        self.over_a_count(measured)
    }

    /// Looks at counts that the kernel does not limit, or not exactly.
    fn over_a_count(&self, measured: Measured) -> Result<(), Stop> {
        if measured.threads > self.limits.threads {
            return Err(Stop::Kind(FailureKind::ThreadLimit { limit: self.limits.threads }));
        }
        // What the kernel holds already, unless it could not be told.
        if self.process.limits_itself && measured.resident > self.memory {
            return Err(Stop::Kind(FailureKind::MemoryLimit { limit: self.memory }));
        }
        let cpu = self.process.cpu_time().unwrap_or_default();
        if cpu.saturating_sub(self.process.cpu) > self.cpu {
            return Err(Stop::Kind(FailureKind::CpuLimit { limit: self.cpu }));
        }
        Ok(())
    }

    /// Reads what the interpreter sent; the end of the task, if that is among it.
    fn answers(&mut self) -> Result<Option<Answer>, Stop> {
        let wrong = |problem| Stop::Kind(FailureKind::Misbehaved { problem });
        let limit = self.limits.result.max(REPORT_LIMIT) + 1024;
        let read = self.process.read_answers().map_err(|_| Stop::Gone)?;
        while let Some((kind, body)) = self.process.inbox.next(limit).map_err(wrong)? {
            let answer = frame::answer(kind, body).map_err(wrong)?;
            let number = match &answer {
                Answer::Done { head, .. } | Answer::Failed { head, .. } => head.number,
                Answer::Event(number, _) => *number,
            };
            match answer {
                _ if number != self.number => {
                    let problem = format!("it answered task {number} during task {}", self.number);
                    return Err(wrong(problem));
                }
                Answer::Event(_, event) => self.hooks.send(|| event),
                answer => return Ok(Some(answer)),
            }
        }
        if read == Read::End { Err(Stop::Gone) } else { Ok(None) }
    }

    async fn end(mut self, answer: Result<Answer, Stop>) -> Ended {
        let wall = self.begun.elapsed();
        let measured = self.process.measure().unwrap_or_default();
        let before = self.process.cpu;
        let mut usage = Usage { wall, cpu: Duration::ZERO, peak_memory: measured.peak };
        let mut begun = true;
        let (result, fit) = match answer {
            Ok(Answer::Done { head, text }) => {
                self.rest(head, &mut usage);
                let value =
                    if head.python_text { Value::PythonText(text) } else { Value::Json(text) };
                (Ok(value), head.fit)
            }
            Ok(Answer::Failed { head, report }) => {
                self.rest(head, &mut usage);
                (Err(FailureKind::of(report, self.limits, self.memory)), head.fit)
            }
            Ok(Answer::Event(..)) | Err(Stop::Gone) => {
                self.process.drain_output(&mut self.output);
                let how = self.process.autopsy().await;
                begun = self.process.unread() < self.written;
                let last_lines = self.output.last_lines();
                let kind = if how.contains("(SIGXCPU)") {
                    FailureKind::CpuLimit { limit: self.cpu }
                } else {
                    FailureKind::Died { how, last_lines }
                };
                (Err(kind), false)
            }
            Err(Stop::Kind(kind)) => {
                let cpu = self.process.cpu_time().unwrap_or_default();
                usage.cpu = cpu.saturating_sub(before);
                self.process.kill();
                self.process.drain_output(&mut self.output);
                (Err(kind), false)
            }
        };
        self.news();
        let dropped_events = self.hooks.dropped();
        let output = self.output.finish();
        let result = match result {
            Ok(value) => Ok(Done { value, output, usage, dropped_events }),
            Err(kind) => Err(Failure::new(kind, output, usage)),
        };
        Ended { result, fit, begun, measured }
    }

    /// What comes with a regular end.
    fn rest(&mut self, head: Head, usage: &mut Usage) {
        self.process.drain_output(&mut self.output);
        self.process.inbox.shrink();
        let said = Duration::try_from_secs_f64(head.cpu).unwrap_or(Duration::MAX);
        let threads = u32::try_from(self.limits.threads).unwrap_or(u32::MAX);
        usage.cpu = if said < BELIEVED {
            said.min(usage.wall.saturating_mul(threads))
        } else {
            let all = self.process.cpu_time().unwrap_or(said);
            all.saturating_sub(self.process.cpu).min(said)
        };
        self.process.cpu = self.process.cpu.saturating_add(usage.cpu);
    }
}
