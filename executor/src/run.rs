//! One task in one interpreter, from its first byte to its end.

use std::{
    io,
    time::{Duration, Instant},
};

use rustix::process::{Signal, kill_process, kill_process_group};

use crate::{
    config::{Config, Limits},
    frame::{self, Answer, Head, Report},
    hooks::{Control, Event, Hooks},
    outcome::{Done, Failure, FailureKind, PythonError, Value},
    output::Collector,
    process::{Process, Read},
    sandbox, scratch,
    task::Task,
    usage::{Measured, Usage},
};

/// How often limits are looked at that the kernel does not hold.
const TICK: Duration = Duration::from_millis(50);
/// How often the scratch folder is looked at, in ticks.
const DISK_TICKS: u32 = 5;
/// Room for the reports of exceptions, whose text and traceback are limited apart.
const REPORT_LIMIT: usize = 4 << 20;

/// How a task ended, and whether its interpreter can run another.
pub(crate) struct Ended {
    pub(crate) result: Result<Done, Failure>,
    pub(crate) fit: bool,
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
    limits: &'a Limits,
    number: u64,
    output: Collector,
    /// Whether more output may come.
    listening: bool,
    /// What is still to be sent.
    outbox: Vec<u8>,
    sent: usize,
    /// Whether the interpreter has to be told that a wish is in the pipe.
    signal: bool,
    begun: Instant,
    wall: Duration,
    cpu: Duration,
    memory: u64,
    paused: Option<Instant>,
    paused_for: Duration,
    checkpoint_at: Option<Instant>,
    ticks: u32,
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
        limits,
        number,
        output: Collector::new(limits.output),
        listening: true,
        outbox: frame::task(task, number, known),
        sent: 0,
        signal: false,
        begun,
        wall: task.wall.map_or(limits.wall, |limit| limit.min(limits.wall)),
        cpu: task.cpu.map_or(limits.cpu, |limit| limit.min(limits.cpu)),
        memory: task.memory.map_or(limits.memory as u64, |most| most.min(limits.memory as u64)),
        paused: None,
        paused_for: Duration::ZERO,
        checkpoint_at: task.checkpoint_every.map(|(first, _)| begun + first),
        ticks: 0,
        process,
        hooks,
    };
    let answer = match running.begin(config, paused) {
        Ok(()) => running.go().await,
        Err(stop) => Err(stop),
    };
    running.end(answer).await
}

impl Running<'_> {
    fn begin(&mut self, config: &Config, paused: bool) -> Result<(), Stop> {
        let process = &mut *self.process;
        process.tasks = self.number;
        process.last = Some(self.task.source.clone());
        if config.sandbox && !process.limits_itself {
            // The kernel's clock counts whole seconds; what is watched is more exact.
            let end = (process.cpu + self.cpu).as_secs() + 2;
            let limited =
                if end == process.cpu_end { Ok(()) } else { sandbox::set_cpu(process.pid, end) };
            let most = config.limits.memory as u64;
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
                    self.tick().await?;
                    timer.as_mut().reset(self.next_tick().into());
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
                Ok(count) => self.sent += count,
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
            self.checkpoint_at = self.checkpoint_at.map(|at| at + pause);
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

    async fn tick(&mut self) -> Result<(), Stop> {
        let now = Instant::now();
        if self.paused.is_none() {
            if now >= self.deadline() {
                return Err(Stop::Kind(FailureKind::Timeout { limit: self.wall }));
            }
            if let Some(at) = self.checkpoint_at
                && now >= at
                && let Some((_, every)) = self.task.checkpoint_every
            {
                self.checkpoint_at = Some(now + every);
                self.wish("checkpoint")?;
            }
        }
        self.ticks = self.ticks.wrapping_add(1);
        self.watch(self.ticks.is_multiple_of(DISK_TICKS)).await
    }

    /// Looks at what the kernel does not limit, or not exactly.
    async fn watch(&mut self, disk: bool) -> Result<(), Stop> {
        let measured = self.process.measure().unwrap_or_default();
        if measured.ended {
            return Err(Stop::Gone);
        }
        self.over_a_count(measured)?;
        if disk && scratch::is_used(&self.process.folder) {
            let (folder, limits) = (self.process.folder.clone(), self.limits);
            let (bytes, entries) = (limits.disk as u64, limits.disk_entries);
            let look = tokio::task::spawn_blocking(move || scratch::usage(&folder, bytes, entries));
            // It can only fail with the runtime.
            let (used, count) = look.await.unwrap_or_default();
            if used > bytes || count > entries {
                return Err(Stop::Kind(FailureKind::DiskLimit { limit: bytes, entries }));
            }
        }
        Ok(())
    }

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
            let answer = frame::answer(kind, &body).map_err(wrong)?;
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
        let (result, fit) = match answer {
            Ok(Answer::Done { head, text }) => {
                self.rest(head, &mut usage);
                let value =
                    if head.python_text { Value::PythonText(text) } else { Value::Json(text) };
                (Ok(value), head.fit)
            }
            Ok(Answer::Failed { head, report }) => {
                self.rest(head, &mut usage);
                (Err(self.failed(report)), head.fit)
            }
            Ok(Answer::Event(..)) | Err(Stop::Gone) => {
                self.process.drain_output(&mut self.output);
                let how = self.process.autopsy().await;
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
        Ended { result, fit, measured }
    }

    /// What comes with a regular end.
    fn rest(&mut self, head: Head, usage: &mut Usage) {
        self.process.drain_output(&mut self.output);
        usage.cpu = Duration::try_from_secs_f64(head.cpu).unwrap_or_default();
        self.process.cpu += usage.cpu;
    }

    fn failed(&self, report: Report) -> FailureKind {
        let Report { class, kind, text, traceback, size } = report;
        if class == Report::TOO_LARGE {
            return FailureKind::ResultTooLarge { bytes: size, limit: self.limits.result as u64 };
        }
        // Python's own has no text; a library's says more than we can.
        if kind == "MemoryError" && text == "\"\"" {
            return FailureKind::MemoryLimit { limit: self.memory };
        }
        // Literals are passed on as they are: one that is none would break a message.
        let is_literal = |text: &String| {
            text.is_ascii()
                && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
                && text.starts_with('"')
        };
        let literal = Some(text).filter(is_literal).unwrap_or_else(|| "\"\"".to_owned());
        let error = PythonError { kind, literal, traceback: crate::json::text(&traceback) };
        match class {
            Report::NOT_SERIALIZABLE => FailureKind::NotSerializable(error),
            Report::RAISED => FailureKind::Python(error),
            _ => FailureKind::Misbehaved {
                problem: format!("it reported an error of class {class}"),
            },
        }
    }
}
