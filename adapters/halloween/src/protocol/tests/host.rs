use super::*;
use crate::{HostConfig, Profile};

struct HostBench {
    driver: Driver<Host>,
    open: Vec<Tag>,
}

fn host(config: Config) -> HostBench {
    let protocol = HostConfig::new(config).protocol().unwrap();
    HostBench { driver: Driver::new(protocol, UNIX_EPOCH, 1), open: Vec::new() }
}

impl HostBench {
    fn note(&mut self, actions: Actions) -> Vec<Did> {
        let did = actions.into_iter().map(|action| match action {
            Action::Send { tag, message: MqttMessage::Publish(publish), .. } => {
                self.open.extend(tag);
                published(&publish)
            }
            Action::Ready => Did::Ready,
            Action::Close(_) => Did::Close,
            Action::Reconnect(error) => Did::Reconnect(error.to_string()),
            Action::Ignored(_) => Did::Ignored,
            other => panic!("{other:?}"),
        });
        did.collect()
    }

    fn handle(&mut self, input: Input<MqttMessage>) -> Vec<Did> {
        let actions = self.driver.handle(input);
        self.note(actions)
    }

    fn tell(&mut self, command: HostCommand) -> Vec<Did> {
        self.handle(Input::Command { token: None, command: Box::new(command) })
    }

    fn sent(&mut self) -> Vec<Did> {
        let tag = self.open.remove(0);
        self.handle(Input::Sent { tag })
    }

    fn advance(&mut self, seconds: u64) -> Vec<Did> {
        let actions = self.driver.advance(Duration::from_secs(seconds));
        self.note(actions)
    }

    fn lose(&mut self) {
        self.open.clear();
        let error = Error::new(ErrorKind::Disconnected, "receive", "gone");
        let closed = Closed { code: None, error, clean: false };
        assert_eq!(self.handle(Input::Disconnected { closed }), []);
    }
}

fn said(topic: &str, payload: &str) -> Did {
    Did::Publish(format!("halloween/{topic}"), payload.to_owned(), 0, false)
}

fn available(payload: &str) -> Did {
    Did::Publish("halloween/worker_host/availability".into(), payload.to_owned(), 1, true)
}

#[test]
fn availability_and_uptime() {
    let mut host = host(Config::default());
    let target = host.driver.protocol.target(UNIX_EPOCH).unwrap();
    assert_eq!(published(&target.will.unwrap().message), available("offline"));
    assert_eq!(host.handle(Input::Connected), [available("online")]);
    assert_eq!(host.sent(), [Did::Ready]);
    assert_eq!(host.advance(100), [], "not before the workers have started");
    let uptime = |text: &str| said("worker_host/uptime", text);
    assert_eq!(host.tell(HostCommand::Started { workers: 2 }), [uptime("0")]);
    assert_eq!(host.advance(25), [uptime("10"), uptime("20")]);
    // While the broker is away nobody hears it; it counts on.
    host.lose();
    assert_eq!(host.advance(20), []);
    assert_eq!(host.handle(Input::Connected), [available("online")]);
    assert_eq!(host.sent(), [Did::Ready, uptime("45")]);
    assert_eq!(host.advance(10), [uptime("50")]);
    assert_eq!(host.handle(Input::Goodbye), [available("offline")]);
    assert_eq!(host.advance(60), []);
    assert_eq!(host.sent(), [Did::Close]);
}

#[test]
fn no_workers_is_a_warning_where_the_profile_has_it() {
    for (config, topic) in [
        (Config::default(), "worker_host/status/warn"),
        (Config::default().client_id("worker"), "worker/status/warn"),
        (Config::default().profile(Profile::Seed).client_id("worker"), "worker_host/status/warn"),
    ] {
        let mut host = host(config);
        // Said once there is somebody to say it to.
        assert_eq!(host.tell(HostCommand::Started { workers: 0 }), []);
        host.handle(Input::Connected);
        let did = host.sent();
        assert_eq!(did[1], said(topic, "No workers discovered"));
        assert_eq!(did[2], said("worker_host/uptime", "0"));
    }
}

#[test]
fn warnings_wait_for_the_connection_and_are_bounded() {
    let mut host = host(Config::default());
    for at in 0..300 {
        host.tell(HostCommand::Warn(at.to_string()));
    }
    host.tell(HostCommand::Error("bad".to_owned()));
    host.handle(Input::Connected);
    let did = host.sent();
    assert_eq!(did.len(), 1 + 256);
    assert_eq!(did.last(), Some(&said("worker_host/status/error", "bad")));
    assert_eq!(host.handle(Input::Command { token: None, command: Box::new(1) }), [Did::Ignored]);
}

#[test]
fn a_refused_announcement_is_tried_again() {
    let mut host = host(Config::default());
    host.handle(Input::Connected);
    let tag = host.open.remove(0);
    let error = Error::new(ErrorKind::Refused, "publish", "not authorized");
    let did = host.handle(Input::Failed { tag, error });
    assert!(matches!(&did[..], [Did::Reconnect(_)]), "{did:?}");
}

#[test]
fn two_hosts_do_not_share_a_client_id() {
    let id = |config| host(config).driver.protocol.client_id().to_owned();
    assert_ne!(id(Config::default()), id(Config::default()));
    assert_eq!(id(Config::default().client_id("worker")), "worker");
}
