//! The state machine, input by input.

mod answers;
mod life;
mod meters;
mod random;

#[path = "../../../tests/support/events.rs"]
pub(crate) mod events;

use std::time::{Duration, SystemTime};

use journeyman_core::{
    JobError,
    job::{Completion, Role},
    protocol::{Action, DropReason, IncomingJob, Input, Outcome, Settlement, Token},
    sans_io::Driver,
    transport::{Closed, Lane, Tag},
};
use serde_json::{Value, json};

use super::Tasker;
use crate::{
    Config, Routes, StepStats, TaskerWorker,
    channel::{
        ChannelInfo, ChannelMessage,
        memory::{MemoryHost, Rules, channel},
    },
    monitor::Monitor,
    wire::{StepEvent, StepExecutionResult},
};

/// A state machine, and what it wants done, sorted.
pub(super) struct Bench {
    pub(super) driver: Driver<Tasker>,
    pub(super) jobs: Vec<(Token, IncomingJob)>,
    pub(super) sent: Vec<(Option<Tag>, ChannelMessage)>,
    pub(super) settled: Vec<(Token, Settlement)>,
    pub(super) requeued: Vec<(Token, Outcome)>,
    pub(super) merged: usize,
    pub(super) ignored: Vec<String>,
    pub(super) ready: usize,
    pub(super) closed: bool,
    pub(super) reconnects: usize,
    pub(super) monitor: Monitor,
    /// Keeps the channel open.
    _host: MemoryHost,
}

impl Bench {
    pub(super) fn new(config: Config) -> Self {
        Self::on(config, Rules::default())
    }

    pub(super) fn on(config: Config, rules: Rules) -> Self {
        let (end, host) = channel(rules);
        let worker = TaskerWorker::new(config.worker_id("w").hostname("h".to_owned()), end);
        let monitor = worker.monitor();
        let protocol = worker.protocol(Routes::new(["gv.#"])).unwrap();
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_267_764);
        let mut bench = Self {
            driver: Driver::new(protocol, wall, 7),
            jobs: Vec::new(),
            sent: Vec::new(),
            settled: Vec::new(),
            requeued: Vec::new(),
            merged: 0,
            ignored: Vec::new(),
            ready: 0,
            closed: false,
            reconnects: 0,
            monitor,
            _host: host,
        };
        bench.input(Input::Connected);
        bench
    }

    fn note(&mut self, actions: Vec<Action<ChannelMessage>>) {
        for action in actions {
            match action {
                Action::Send { lane, tag, message } => {
                    assert_eq!(lane, Lane::MAIN);
                    self.sent.push((tag, message));
                }
                Action::Job(token, job) => self.jobs.push((token, job)),
                Action::Merged(_) => self.merged += 1,
                Action::Ready => self.ready += 1,
                Action::Settled(token, settlement) => self.settled.push((token, settlement)),
                Action::Requeue(token, outcome) => self.requeued.push((token, outcome)),
                Action::Reconnect(_) => self.reconnects += 1,
                Action::Close(_) => self.closed = true,
                Action::Ignored(error) => self.ignored.push(error.to_string()),
                other => panic!("unexpected: {other:?}"),
            }
        }
    }

    pub(super) fn input(&mut self, input: Input<ChannelMessage>) {
        let actions = self.driver.handle(input);
        self.note(actions);
    }

    pub(super) fn message(&mut self, message: ChannelMessage) {
        self.input(Input::Received { lane: Lane::MAIN, message });
    }

    pub(super) fn step(&mut self, event: &Value) {
        let message = match StepEvent::parse(&event.to_string()) {
            Ok(event) => ChannelMessage::Step(Box::new(event)),
            Err(event) => ChannelMessage::Unreadable(event),
        };
        self.message(message);
    }

    /// Dispatches a step and takes its job.
    pub(super) fn job(&mut self, event: &Value) -> (Token, IncomingJob) {
        self.step(event);
        self.jobs.pop().expect("no job")
    }

    pub(super) fn advance(&mut self, duration: Duration) {
        let actions = self.driver.advance(duration);
        self.note(actions);
    }

    pub(super) fn outcome(&mut self, token: Token, outcome: Outcome) {
        let actions = self.driver.outcome(token, outcome);
        self.note(actions);
    }

    pub(super) fn fail(&mut self, token: Token, error: JobError) -> StepExecutionResult {
        self.outcome(token, Err(error));
        self.result()
    }

    /// Ends a job with this value.
    pub(super) fn succeed(&mut self, token: Token, job: &IncomingJob, value: &Value) {
        let body = job.codec.encode(Role::Result, value).unwrap();
        self.outcome(token, Ok(Completion { body, ..Completion::default() }));
    }

    /// The result that was sent last.
    pub(super) fn result(&mut self) -> StepExecutionResult {
        match self.sent.pop() {
            Some((_, ChannelMessage::Complete(_, result))) => *result,
            other => panic!("no result: {other:?}"),
        }
    }

    pub(super) fn answered(&mut self, token: Token, taken: bool) {
        let message = ChannelMessage::Answered(taken);
        self.input(Input::Reply { tag: Tag(token.as_u64()), message });
    }

    pub(super) fn lose(&mut self) {
        let error =
            journeyman_core::Error::new(journeyman_core::ErrorKind::Disconnected, "take", "broke");
        self.input(Input::Disconnected { closed: Closed { code: None, error, clean: false } });
    }

    pub(super) fn stats(&self) -> StepStats {
        self.monitor.snapshot()
    }

    /// What was sent besides looks and clean-ups.
    pub(super) fn answers(&self) -> usize {
        let routine = |message: &ChannelMessage| {
            matches!(message, ChannelMessage::Look | ChannelMessage::Sweep)
        };
        self.sent.iter().filter(|(_, message)| !routine(message)).count()
    }
}

pub(super) const DROPPED: Settlement = Settlement::Dropped(DropReason::Unknown);

#[test]
fn settings_and_channels_are_what_they_are() {
    let bench = Bench::new(Config::default());
    assert_eq!((bench.ready, bench.driver.protocol.pending()), (1, 0));
    assert!(bench.sent.is_empty());
    let info = ChannelInfo::default().wakes(false).publishes(true);
    assert_eq!((info.wakes, info.publishes, info.completion_timeout), (false, true, None));
    assert!(json!({}).is_object());
}
