//! The state machines without any I/O. That topics and payloads are upstream's is tested with the
//! golden vectors; here it is about who says what when.

mod acknowledge;
mod commands;
mod host;
mod life;
mod random;
mod speak;

// The messages of a broker can only be made by the transport.
#[path = "../../../tests/support/broker.rs"]
mod broker;

use std::time::{Duration, UNIX_EPOCH};

use journeyman_core::{
    JobError,
    job::{Completion, Role},
    protocol::{Action, IncomingJob, Settlement},
    sans_io::Driver,
};
use journeyman_mqtt::Subscribe;
use serde::Serialize;

use super::*;
use crate::{Ack, PropCommand, PropConfig, Subscription};
use broker::Spec;

type Actions = Vec<Action<MqttMessage>>;

/// What a prop did, without how it was told to.
#[derive(Clone, Debug, PartialEq)]
enum Did {
    Subscribe(Vec<String>),
    Unsubscribe(Vec<String>),
    /// Topic, payload, QoS, retained.
    Publish(String, String, u8, bool),
    Ack,
    Ready,
    Job(String),
    Settled(Settlement),
    Requeue,
    Reconnect(String),
    Fail(String),
    Close,
    Ignored,
}

struct Bench {
    driver: Driver<Prop>,
    jobs: Vec<(Token, IncomingJob)>,
    /// Tags that are to be reported, in their order.
    open: Vec<Tag>,
    filters: Vec<(String, u8)>,
}

/// A prop `fogger` with the routes `echo`, `a_b` and `watch`.
fn bench() -> Bench {
    bench_with(Config::default())
}

/// One whose broker keeps its session.
fn keeping() -> Config {
    Config::default().ack(Ack::Settled).client_id("house")
}

fn bench_with(config: Config) -> Bench {
    Bench::new(&PropConfig::new(config, "fogger"), &["echo", "a_b", "watch"])
}

impl Bench {
    fn new(prop: &PropConfig, routes: &[&str]) -> Self {
        let routes: Vec<_> = routes.iter().map(|route| (*route).to_owned()).collect();
        let protocol = prop.protocol(&routes).unwrap();
        let wall = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let driver = Driver::new(protocol, wall, 7);
        Self { driver, jobs: Vec::new(), open: Vec::new(), filters: Vec::new() }
    }

    fn note(&mut self, actions: Actions) -> Vec<Did> {
        let mut did = Vec::new();
        for action in actions {
            did.push(match action {
                Action::Send { lane, tag, message } => {
                    assert_eq!(lane, MAIN);
                    self.open.extend(tag);
                    match message {
                        MqttMessage::Subscribe(Subscribe { filters, .. }) => {
                            let filters = filters.into_iter();
                            self.filters = filters.map(|f| (f.filter, f.qos.number())).collect();
                            Did::Subscribe(self.filters.iter().map(|f| f.0.clone()).collect())
                        }
                        MqttMessage::Unsubscribe(filters) => Did::Unsubscribe(filters),
                        MqttMessage::Publish(publish) => published(&publish),
                        MqttMessage::Ack(_) => Did::Ack,
                        other => panic!("{other:?}"),
                    }
                }
                Action::Job(token, job) => {
                    let route = job.route.to_string();
                    self.jobs.push((token, job));
                    Did::Job(route)
                }
                Action::Settled(_, settlement) => Did::Settled(settlement),
                Action::Requeue(..) => Did::Requeue,
                Action::Ready => Did::Ready,
                Action::Reconnect(error) => Did::Reconnect(error.to_string()),
                Action::Fail(error) => Did::Fail(error.to_string()),
                Action::Close(_) => Did::Close,
                Action::Ignored(_) => Did::Ignored,
                other => panic!("{other:?}"),
            });
        }
        did
    }

    fn handle(&mut self, input: Input<MqttMessage>) -> Vec<Did> {
        let actions = self.driver.handle(input);
        self.note(actions)
    }

    fn connect(&mut self) -> Vec<Did> {
        self.driver.protocol.target(UNIX_EPOCH).unwrap();
        self.open.clear();
        self.handle(Input::Connected)
    }

    /// Grants the subscription that was asked for last.
    fn grant(&mut self) -> Vec<Did> {
        let filters = self.filters.clone();
        let granted: Vec<_> = filters.iter().map(|(f, qos)| (f.as_str(), *qos)).collect();
        self.answer(&granted)
    }

    fn answer(&mut self, codes: &[(&str, u8)]) -> Vec<Did> {
        let (tag, message) = (self.open.remove(0), broker::suback(codes));
        self.handle(Input::Reply { tag, message })
    }

    /// Reports the oldest tag as sent.
    fn sent(&mut self) -> Vec<Did> {
        let tag = self.open.remove(0);
        self.handle(Input::Sent { tag })
    }

    fn failed(&mut self, kind: ErrorKind) -> Vec<Did> {
        let tag = self.open.remove(0);
        self.handle(Input::Failed { tag, error: Error::new(kind, "publish", "not allowed") })
    }

    /// Connects, and confirms all that it takes to be ready.
    fn register(&mut self) -> Vec<Did> {
        let mut did = self.connect();
        if !did.contains(&Did::Ready) {
            did.extend(self.grant());
            while !did.contains(&Did::Ready) {
                did.extend(self.sent());
            }
        }
        did
    }

    fn ready(mut self) -> Self {
        self.register();
        self
    }

    fn lose(&mut self) -> Vec<Did> {
        let error = Error::new(ErrorKind::Disconnected, "receive", "gone");
        let closed = self.driver.protocol.explain(Closed { code: None, error, clean: false });
        self.open.clear();
        self.handle(Input::Disconnected { closed })
    }

    fn receive(&mut self, message: MqttMessage) -> Vec<Did> {
        self.handle(Input::Received { lane: MAIN, message })
    }

    fn deliver(&mut self, spec: Spec) -> Vec<Did> {
        self.receive(broker::delivery(spec))
    }

    fn command(&mut self, payload: impl AsRef<[u8]>) -> Vec<Did> {
        self.deliver(Spec::new("halloween/fogger/cmd", payload))
    }

    fn tell(&mut self, command: PropCommand) -> Vec<Did> {
        self.handle(Input::Command { token: None, command: command.boxed() })
    }

    /// Ends the oldest job as its session would: the value goes through the job's own codec.
    fn finish<T: Serialize>(&mut self, value: T) -> Vec<Did> {
        let (token, job) = self.jobs.remove(0);
        let body = job.codec.encode(Role::Result, &value).unwrap();
        self.end(token, Ok(Completion { body, ..Completion::default() }))
    }

    fn fail(&mut self, error: JobError) -> Vec<Did> {
        let (token, _) = self.jobs.remove(0);
        self.end(token, Err(error))
    }

    fn end(&mut self, token: Token, outcome: Result<Completion, JobError>) -> Vec<Did> {
        let actions = self.driver.outcome(token, outcome);
        self.note(actions)
    }

    fn advance(&mut self, seconds: u64) -> Vec<Did> {
        let actions = self.driver.advance(Duration::from_secs(seconds));
        self.note(actions)
    }
}

fn published(publish: &Publish) -> Did {
    let payload = String::from_utf8_lossy(&publish.payload).into_owned();
    Did::Publish(publish.topic.clone(), payload, publish.qos.number(), publish.retain)
}

fn publish(topic: &str, payload: &str) -> Did {
    Did::Publish(format!("halloween/fogger/{topic}"), payload.to_owned(), 0, false)
}

fn retained_publish(topic: &str, payload: &str) -> Did {
    Did::Publish(format!("halloween/fogger/{topic}"), payload.to_owned(), 1, true)
}
