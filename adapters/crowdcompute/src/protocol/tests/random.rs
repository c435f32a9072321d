//! Whatever happens in whatever order: every accepted job is settled once (the driver panics
//! otherwise), nothing is left behind, and no foreman is sent a type that it may not know (the bench
//! panics otherwise).

use proptest::prelude::*;
use tokio::sync::oneshot;

use super::*;
use crate::checkpoint::{Checkpoint, Save};

#[derive(Clone, Debug)]
enum Step {
    Assign(u8),
    AssignHead(u8),
    Resume(u8),
    Packed(u8),
    Lacking(u8),
    Kill(u8),
    Ping,
    Ack(u8),
    Finish(u8),
    Fail(u8),
    Save(u8),
    Written(u8),
    NotWritten(u8, u8),
    Garbage(Vec<u8>),
    Wait(u16),
    Lose(u8),
    Drain,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => any::<u8>().prop_map(Step::Assign),
        2 => any::<u8>().prop_map(Step::AssignHead),
        1 => any::<u8>().prop_map(Step::Resume),
        1 => any::<u8>().prop_map(Step::Packed),
        1 => any::<u8>().prop_map(Step::Lacking),
        2 => any::<u8>().prop_map(Step::Kill),
        1 => Just(Step::Ping),
        1 => any::<u8>().prop_map(Step::Ack),
        6 => any::<u8>().prop_map(Step::Finish),
        3 => any::<u8>().prop_map(Step::Fail),
        2 => any::<u8>().prop_map(Step::Save),
        8 => any::<u8>().prop_map(Step::Written),
        1 => any::<(u8, u8)>().prop_map(|(at, kind)| Step::NotWritten(at, kind)),
        1 => proptest::collection::vec(any::<u8>(), 0..40).prop_map(Step::Garbage),
        3 => (0..40_000_u16).prop_map(Step::Wait),
        2 => any::<u8>().prop_map(Step::Lose),
        1 => Just(Step::Drain),
    ]
}

/// What a session does beside the protocol.
struct World {
    bench: Bench,
    draining: bool,
}

impl World {
    /// Carries out what was asked for: a new connection, and the outcomes that wait for one.
    fn settle(&mut self) {
        let bench = &mut self.bench;
        if bench.reconnects > 0 {
            bench.lose(1006, false);
        }
        if std::mem::take(&mut bench.reconnects) > 0 || std::mem::take(&mut bench.redials) > 0 {
            self.connect();
        }
    }

    fn connect(&mut self) {
        let bench = &mut self.bench;
        // What was sent and not reported, never will be.
        bench.sent.clear();
        bench.register();
        if self.draining {
            bench.input(Input::Drain);
        }
        bench.offer_again();
    }

    fn lose(&mut self, choice: u8) {
        let (code, clean) =
            [(1006, false), (1000, true), (1009, true), (1011, true)][usize::from(choice % 4)];
        self.bench.lose(code, clean);
        self.connect();
    }

    /// The messages that a transport has not reported.
    fn open(&self) -> Vec<Tag> {
        self.bench.sent.iter().filter_map(|(tag, _)| tag.filter(|tag| *tag != REGISTER)).collect()
    }

    fn take_open(&mut self, at: u8) -> Option<Tag> {
        let open = self.open();
        let tag = *open.get(usize::from(at) % open.len().max(1))?;
        self.bench.sent.retain(|(other, _)| *other != Some(tag));
        Some(tag)
    }

    fn take_job(&mut self, at: u8) -> Option<(Token, IncomingJob)> {
        let count = self.bench.jobs.len();
        (count > 0).then(|| self.bench.jobs.swap_remove(usize::from(at) % count))
    }

    fn step(&mut self, step: Step) {
        let id = |choice: u8| format!("t{}", choice % 8);
        match step {
            Step::Assign(n) => self.bench.assign(&id(n)),
            Step::AssignHead(n) => self.bench.assign_head(&id(n)),
            Step::Resume(n) => self.bench.receive(
                "resume_task",
                &json!({"task_id": id(n), "func_code": F, "checkpoint_state": {}, "task_args": 5}),
            ),
            Step::Packed(n) => self.bench.assign_code(&id(n), "deadbeefdeadbeef"),
            Step::Lacking(n) => self.bench.receive("assign_task", &json!({"task_id": id(n)})),
            Step::Kill(n) => self.bench.receive("kill_task", &json!({"task_id": id(n)})),
            Step::Ping => self.bench.receive("ping", &json!({})),
            Step::Ack(n) => {
                let ack = json!({"task_id": id(n), "checkpoint_id": n % 3});
                self.bench.receive("checkpoint_ack", &ack);
            }
            Step::Finish(at) => {
                let Some((token, job)) = self.take_job(at) else { return };
                let body = job.codec.encode(Role::Result, &json!({"x": at})).unwrap();
                self.bench.outcome(token, Ok(Completion { body, ..Completion::default() }));
            }
            Step::Fail(at) => {
                let Some((token, _)) = self.take_job(at) else { return };
                self.bench.outcome(token, Err(JobError::failed("no")));
            }
            Step::Save(at) => {
                let count = self.bench.jobs.len().max(1);
                let job = self.bench.jobs.get(usize::from(at) % count);
                let token = job.map(|(token, _)| *token);
                let (answer, _) = oneshot::channel();
                let checkpoint = Checkpoint::packed(vec![at], 1.0, 1);
                self.bench.input(Input::Command {
                    token,
                    command: Box::new(Save { checkpoint, answer }),
                });
            }
            Step::Written(at) => {
                if let Some(tag) = self.take_open(at) {
                    self.bench.input(Input::Sent { tag });
                }
            }
            Step::NotWritten(at, kind) => {
                let Some(tag) = self.take_open(at) else { return };
                let error = match kind % 3 {
                    0 => Error::new(ErrorKind::TooLarge, "send", "no"),
                    1 => Error::new(ErrorKind::TooLarge, "send", "no").temporary(),
                    _ => Error::new(ErrorKind::Disconnected, "send", "no"),
                };
                let lost = error.kind() == ErrorKind::Disconnected;
                self.bench.input(Input::Failed { tag, error });
                if lost {
                    self.lose(0);
                }
            }
            Step::Garbage(bytes) => {
                let message = WsMessage::from(bytes);
                self.bench.input(Input::Received { lane: MAIN, message });
            }
            Step::Wait(millis) => self.bench.advance(millis.into()),
            Step::Lose(choice) => self.lose(choice),
            Step::Drain => {
                self.draining = true;
                self.bench.input(Input::Drain);
            }
        }
    }
}

fn run(config: Config, steps: Vec<Step>) {
    let mut world = World { bench: Bench::ready(config), draining: false };
    for step in steps {
        world.step(step);
        world.settle();
        assert!(world.bench.driver.protocol.in_flight() <= MAX_TASKS);
        assert!(world.bench.driver.protocol.held.len() <= MAX_TASKS);
        // Time goes on after every deadline.
        if let Some(due) = world.bench.driver.protocol.next_deadline() {
            world.bench.advance(0);
            let next = world.bench.driver.protocol.next_deadline();
            assert!(next.is_none_or(|next| next >= due));
        }
        world.settle();
    }
    world.step(Step::Drain);
    world.lose(0);
    while let Some((token, _)) = world.take_job(0) {
        world.bench.outcome(token, Err(JobError::cancelled("the end")));
    }
    while let Some(tag) = world.take_open(0) {
        world.bench.input(Input::Sent { tag });
    }
    assert_eq!(world.bench.driver.jobs(), []);
    assert_eq!(world.bench.driver.protocol.in_flight(), 0);
    world.bench.sent.clear();
    world.bench.input(Input::Goodbye);
    assert!(world.bench.closed.is_some());
    assert!(
        world.bench.sent.iter().all(|(_, m)| m["type"] == "task_error"),
        "{:?}",
        world.bench.sent
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_order_of_events_breaks_a_promise(
        steps in proptest::collection::vec(step(), 1..100),
        era in 0..3_usize,
        compat in any::<bool>(),
    ) {
        let era = [EraSetting::Auto, EraSetting::Seed, EraSetting::Head][era];
        run(Config::default().era(era).compat(compat), steps);
    }
}
