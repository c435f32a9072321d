//! Whatever happens in whatever order: every accepted job is settled once (the driver panics
//! otherwise), nothing is left behind, and a prop that is ready has announced itself on that very
//! connection.

use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;
use crate::{PublishOptions, Retained};

#[derive(Clone, Copy, Debug)]
enum Step {
    Deliver(u8),
    Finish(u8, u8),
    Sent(u8),
    Fail(u8, bool),
    Tell(u8),
    Event(u8),
    Wait(u8),
    Lose(bool),
    Drain,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => any::<u8>().prop_map(Step::Deliver),
        8 => any::<(u8, u8)>().prop_map(|(at, how)| Step::Finish(at, how)),
        10 => any::<u8>().prop_map(Step::Sent),
        2 => any::<(u8, bool)>().prop_map(|(at, gone)| Step::Fail(at, gone)),
        4 => any::<u8>().prop_map(Step::Tell),
        1 => any::<u8>().prop_map(Step::Event),
        2 => (0..20_u8).prop_map(Step::Wait),
        2 => any::<bool>().prop_map(Step::Lose),
        1 => Just(Step::Drain),
    ]
}

/// Deliveries of all kinds, made once.
fn pool() -> &'static [MqttMessage] {
    static POOL: OnceLock<Vec<MqttMessage>> = OnceLock::new();
    POOL.get_or_init(|| {
        let mut specs = Vec::new();
        let payloads =
            ["echo 1", "echo 1", "a/b", "nosuch", "", "{\"action\":\"echo\"}", "\0\u{7f}"];
        for (at, payload) in payloads.iter().cycle().take(120).enumerate() {
            let topic = match at % 11 {
                0 => "halloween/x/state",
                1 => "halloween/other/cmd",
                _ => "halloween/fogger/cmd",
            };
            let mut spec = Spec::new(topic, payload).qos(u8::from(at % 3 > 0));
            if at % 13 == 0 {
                spec = spec.retain();
            }
            if at % 2 == 0 && spec.qos > 0 {
                spec = spec.dup();
            }
            if at % 5 == 0 {
                spec = spec.respond_to("answers", b"1");
            }
            specs.push(spec);
        }
        broker::deliveries(true, &specs)
    })
}

/// What is open at the broker.
#[derive(Default)]
struct World {
    open: Vec<(Tag, bool)>,
    requeued: Vec<Token>,
    jobs: Vec<Token>,
    announced: u32,
    is_ready: bool,
    over: bool,
}

impl World {
    fn take_in(&mut self, actions: Actions) {
        for action in actions {
            match action {
                Action::Send { tag, message, .. } => {
                    let subscribes = matches!(message, MqttMessage::Subscribe(_));
                    self.open.extend(tag.map(|tag| (tag, subscribes)));
                    if let MqttMessage::Publish(publish) = &message
                        && publish.topic == "halloween/fogger/availability"
                    {
                        self.announced += 1;
                    }
                }
                Action::Job(token, _) => self.jobs.push(token),
                Action::Requeue(token, _) => self.requeued.push(token),
                Action::Ready => {
                    assert!(self.announced > 0, "ready without a word");
                    self.is_ready = true;
                }
                Action::Reconnect(_) | Action::Fail(_) => self.over = true,
                _ => {}
            }
        }
    }
}

fn outcome(how: u8) -> Result<Completion, JobError> {
    let body = |bytes: &'static str| Completion {
        body: journeyman_core::job::Body::Bytes(bytes.into()),
        ..Completion::default()
    };
    match how % 5 {
        0 => Ok(Completion::default()),
        1 => Err(JobError::failed("no")),
        2 => Err(JobError::no_route("x")),
        3 => Err(JobError::handed_back("stop")),
        _ => Ok(body("5")),
    }
}

struct Run {
    driver: Driver<Prop>,
    world: World,
    granted: MqttMessage,
    draining: bool,
}

impl Run {
    fn new(settled: bool, retained: u8) -> Self {
        let config = if settled { keeping() } else { Config::default() };
        let config = config.offline_queue(5).telemetry_rate(5).telemetry_burst(5).retained(
            [Retained::Ignore, Retained::Run, Retained::Clear][usize::from(retained % 3)],
        );
        let prop = PropConfig::new(config, "fogger").watch("halloween/+/state", "watch");
        let bench = Bench::new(&prop, &["echo", "a_b", "watch"]);
        static GRANTED: OnceLock<MqttMessage> = OnceLock::new();
        let granted = GRANTED.get_or_init(|| {
            broker::suback(&[("halloween/fogger/cmd", 1), ("halloween/+/state", 1)])
        });
        let mut run = Self {
            driver: bench.driver,
            world: World::default(),
            granted: granted.clone(),
            draining: false,
        };
        run.connect();
        run
    }

    fn handle(&mut self, input: Input<MqttMessage>) {
        let actions = self.driver.handle(input);
        self.world.take_in(actions);
        if std::mem::take(&mut self.world.over) {
            self.lose();
            self.connect();
        }
    }

    fn connect(&mut self) {
        self.driver.protocol.target(UNIX_EPOCH).unwrap();
        // A drain needs no announcement.
        self.world.announced = u32::from(self.draining);
        self.world.is_ready = false;
        self.handle(Input::Connected);
        if self.draining {
            self.handle(Input::Drain);
        }
    }

    fn lose(&mut self) {
        self.world.open.clear();
        let error = Error::new(ErrorKind::Disconnected, "receive", "gone");
        let closed = self.driver.protocol.explain(Closed { code: None, error, clean: false });
        let actions = self.driver.handle(Input::Disconnected { closed });
        self.world.take_in(actions);
        self.world.over = false;
    }

    fn sent(&mut self, at: u8) {
        if self.world.open.is_empty() {
            return;
        }
        let at = usize::from(at) % self.world.open.len();
        let (tag, subscribes) = self.world.open.remove(at);
        match subscribes {
            true => self.handle(Input::Reply { tag, message: self.granted.clone() }),
            false => self.handle(Input::Sent { tag }),
        }
    }

    /// What a session does with outcomes: at once, or when the registration stands again.
    fn offer(&mut self) {
        if self.world.is_ready {
            for token in std::mem::take(&mut self.world.requeued) {
                self.handle(Input::Outcome { token, outcome: outcome(4) });
            }
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Deliver(at) => {
                let message = pool()[usize::from(at) % pool().len()].clone();
                self.handle(Input::Received { lane: MAIN, message });
            }
            Step::Finish(at, how) if !self.world.jobs.is_empty() => {
                let at = usize::from(at) % self.world.jobs.len();
                let token = self.world.jobs.remove(at);
                self.handle(Input::Outcome { token, outcome: outcome(how) });
            }
            Step::Sent(at) => self.sent(at),
            Step::Fail(at, gone) if !self.world.open.is_empty() => {
                let at = usize::from(at) % self.world.open.len();
                let (tag, _) = self.world.open.remove(at);
                let kind = if gone { ErrorKind::Disconnected } else { ErrorKind::Refused };
                let error = Error::new(kind, "publish", "no");
                self.handle(Input::Failed { tag, error });
            }
            Step::Tell(how) => {
                let qos = QoS::from_number(how % 3).unwrap();
                let options = PublishOptions::new().qos(qos);
                let command = match how % 7 {
                    0 => PropCommand::Stop,
                    1 => PropCommand::Start,
                    2 => PropCommand::command("x", "go", &(), qos).unwrap(),
                    _ => PropCommand::telemetry("fogger", crate::Form::Python, "t", &1, options)
                        .unwrap(),
                };
                self.handle(Input::Command { token: None, command: command.boxed() });
            }
            Step::Event(at) if !self.world.jobs.is_empty() => {
                let token = self.world.jobs[usize::from(at) % self.world.jobs.len()];
                let event = journeyman_core::job::OutEvent {
                    name: "e".to_owned(),
                    body: journeyman_core::job::Body::Empty,
                    extensions: journeyman_core::Extensions::new(),
                };
                self.handle(Input::Event { token, event });
            }
            Step::Wait(seconds) => {
                let actions = self.driver.advance(Duration::from_secs(seconds.into()));
                self.world.take_in(actions);
            }
            Step::Lose(back) => {
                self.lose();
                if !back {
                    // Something is said while nobody is there.
                    self.step(Step::Tell(5));
                    self.step(Step::Tell(0));
                }
                self.connect();
            }
            Step::Drain => {
                self.draining = true;
                self.handle(Input::Drain);
            }
            _ => {}
        }
        self.offer();
        let prop = &self.driver.protocol;
        assert!(prop.last.len() + prop.unsure.len() + prop.book.len() < 10_000);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_order_of_events_breaks_a_promise(
        settled in any::<bool>(),
        retained in any::<u8>(),
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let mut run = Run::new(settled, retained);
        for step in steps {
            run.step(step);
        }
        // Let everything end: finish what runs, report what is open, until nothing is.
        for _ in 0..2000 {
            for token in std::mem::take(&mut run.world.jobs) {
                run.handle(Input::Outcome { token, outcome: outcome(0) });
            }
            if run.world.open.is_empty() && run.world.is_ready && run.world.requeued.is_empty() {
                break;
            }
            run.sent(0);
            run.offer();
        }
        prop_assert!(run.world.is_ready);
        prop_assert!(run.driver.jobs().is_empty(), "{:?}", run.driver.jobs());
        prop_assert!(run.driver.protocol.jobs.is_empty());
        prop_assert_eq!(run.driver.protocol.book.len(), 0);
        run.handle(Input::Goodbye);
        while !run.world.open.is_empty() {
            run.sent(0);
        }
        prop_assert!(matches!(run.driver.protocol.stage, Stage::Leaving(0)));
    }
}
