mod life;
mod lost;
mod random;
mod saves;
mod tasks;
mod together;

use std::time::UNIX_EPOCH;

use journeyman_core::{
    JobError,
    job::{CancelReason, Completion, Role},
    protocol::{Action, IncomingJob, Outcome, Settlement, Token},
    sans_io::Driver,
    transport::Goodbye,
};
use serde_json::{Value as Json, json};

use super::*;
use crate::{CrowdWorker, EraSetting, MetricsHandle, wire::Kind};

/// 2026-11-21 13:38:30 UTC.
const NOW: u64 = 1_795_268_310;

const F: &str = "def f(x):\n    return x\n";

/// A registration, what it sent, and what it asked for.
struct Bench {
    driver: Driver<CrowdCompute>,
    /// What was sent and not looked at.
    sent: Vec<(Option<Tag>, Json)>,
    pings: usize,
    jobs: Vec<(Token, IncomingJob)>,
    cancelled: Vec<Token>,
    settled: Vec<(Token, Settlement)>,
    requeued: Vec<(Token, Outcome)>,
    ignored: Vec<String>,
    ready: usize,
    merged: usize,
    redials: usize,
    reconnects: usize,
    closed: Option<Goodbye>,
}

impl Bench {
    fn of(worker: &CrowdWorker) -> Self {
        Self::all_of(worker).remove(0)
    }

    /// All registrations of a worker.
    fn all_of(worker: &CrowdWorker) -> Vec<Self> {
        worker.protocols(0x1a2b_3c4d).unwrap().into_iter().map(Self::on).collect()
    }

    fn on(protocol: CrowdCompute) -> Self {
        let wall = UNIX_EPOCH + Duration::from_secs(NOW);
        Self {
            driver: Driver::new(protocol, wall, 7),
            sent: Vec::new(),
            pings: 0,
            jobs: Vec::new(),
            cancelled: Vec::new(),
            settled: Vec::new(),
            requeued: Vec::new(),
            ignored: Vec::new(),
            ready: 0,
            merged: 0,
            redials: 0,
            reconnects: 0,
            closed: None,
        }
    }

    fn new(config: Config) -> Self {
        Self::of(&CrowdWorker::new(config.worker_id("w")))
    }

    /// Registered, and with what was sent on the way forgotten.
    fn ready(config: Config) -> Self {
        let mut bench = Self::new(config);
        bench.register();
        assert_eq!(bench.ready, 1);
        bench.sent.clear();
        bench
    }

    fn register(&mut self) {
        self.input(Input::Connected);
        self.input(Input::Sent { tag: REGISTER });
        self.input(Input::Alive);
    }

    fn input(&mut self, input: Input<WsMessage>) {
        let actions = self.driver.handle(input);
        self.take(actions);
    }

    fn take(&mut self, actions: Vec<Action<WsMessage>>) {
        for action in actions {
            match action {
                Action::Send { tag, message: WsMessage::Text(text), .. } => {
                    let message: Json = serde_json::from_str(&text).unwrap();
                    let kind = Kind::parse(message["type"].as_str().unwrap()).unwrap();
                    assert!(kind.may_be_sent(self.driver.protocol.era()), "{message}");
                    self.sent.push((tag, message));
                }
                Action::Send { message: WsMessage::Ping(_), .. } => self.pings += 1,
                Action::Job(token, job) => self.jobs.push((token, job)),
                Action::Merged(_) => self.merged += 1,
                Action::Cancel(token, reason) => {
                    assert_eq!(reason, CancelReason::Server);
                    self.cancelled.push(token);
                }
                Action::Settled(token, settlement) => self.settled.push((token, settlement)),
                Action::Requeue(token, outcome) => self.requeued.push((token, outcome)),
                Action::Ready => self.ready += 1,
                Action::Redial => self.redials += 1,
                Action::Reconnect(_) => self.reconnects += 1,
                Action::Ignored(error) => self.ignored.push(error.to_string()),
                Action::Close(goodbye) => self.closed = Some(goodbye),
                other => panic!("unexpected: {other:?}"),
            }
        }
    }

    fn text(&mut self, text: impl Into<String>) {
        let message = WsMessage::from(text.into());
        self.input(Input::Received { lane: MAIN, message });
    }

    fn receive(&mut self, kind: &str, data: &Json) {
        self.text(json!({"type": kind, "data": data, "job_id": "j"}).to_string());
    }

    fn assign(&mut self, task_id: &str) {
        self.assign_code(task_id, F);
    }

    fn assign_code(&mut self, task_id: &str, code: &str) {
        self.receive(
            "assign_task",
            &json!({"func_code": code, "task_args": [1], "task_id": task_id}),
        );
    }

    /// A task of a foreman of today.
    fn assign_head(&mut self, task_id: &str) {
        let metadata = json!({"checkpoint_enabled": true, "checkpoint_state": ["i"]});
        let data = json!({"func_code": F, "task_args": [1], "task_id": task_id, "task_metadata": metadata});
        self.receive("assign_task", &data);
    }

    fn outcome(&mut self, token: Token, outcome: Outcome) {
        let actions = self.driver.outcome(token, outcome);
        self.take(actions);
    }

    /// The job that came last succeeds with this.
    fn succeed(&mut self, result: &Json) -> Token {
        let (token, job) = self.jobs.pop().expect("a job");
        let body = job.codec.encode(Role::Result, result).unwrap();
        self.outcome(token, Ok(Completion { body, ..Completion::default() }));
        token
    }

    fn fail(&mut self, error: JobError) -> Token {
        let (token, _) = self.jobs.pop().expect("a job");
        self.outcome(token, Err(error));
        token
    }

    fn written(&mut self, token: Token) {
        self.input(Input::Sent { tag: Tag(token.as_u64()) });
    }

    fn advance(&mut self, millis: u64) {
        let actions = self.driver.advance(Duration::from_millis(millis));
        self.take(actions);
    }

    fn lose(&mut self, code: u16, clean: bool) -> Error {
        let error = Error::new(ErrorKind::Disconnected, "receive", "the end");
        let closed = Closed { code: Some(code), error, clean };
        let closed = self.driver.protocol.explain(closed);
        let copy = Error::new(closed.error.kind(), "receive", closed.error.to_string());
        self.input(Input::Disconnected { closed });
        copy
    }

    /// What the session does when it is ready again.
    fn offer_again(&mut self) {
        for (token, outcome) in std::mem::take(&mut self.requeued) {
            self.outcome(token, outcome);
        }
    }

    /// The only message that was sent since the last look.
    fn only(&mut self) -> Json {
        assert_eq!(self.sent.len(), 1, "{:?}", self.sent);
        self.sent.remove(0).1
    }

    fn id(&self) -> String {
        self.driver.protocol.worker_id().to_owned()
    }
}
