//! Several props and their host on one connection.

use std::time::Duration;

use journeyman_core::Worker;
use journeyman_halloween::{Ack, Config, HostConfig, PropConfig, SharedConnection};

use crate::{
    house::{LASTING, Observer, config, ready, retained, router, until_state},
    support::{
        mosquitto::{Mosquitto, program},
        soon,
    },
};

fn connections(broker: &Mosquitto) -> usize {
    let log = std::fs::read_to_string(broker.folder.0.join("log")).unwrap();
    log.matches(" as house").count()
}

/// Two props and the host.
fn house(config: &Config) -> (Worker, SharedConnection) {
    let connection = SharedConnection::of(config).unwrap().unwrap();
    let prop = |id: &str| PropConfig::new(config.clone(), id).connection(connection.clone());
    let host = HostConfig::new(config.clone()).connection(connection.clone());
    (Worker::new(router()).serve(prop("a")).serve(prop("b")).serve(host), connection)
}

#[tokio::test]
async fn props_and_host_share_a_connection_and_come_back_together() {
    let Some(program) = program("props_and_host_share_a_connection") else { return };
    for ack in [Ack::Receipt, Ack::Settled] {
        let mut broker = Mosquitto::start(&program, LASTING);
        let config = config(&broker).client_id("house").shared_connection(true).ack(ack);
        let (worker, connection) = house(&config);
        let worker = worker.start().unwrap();
        ready(&worker).await;
        assert_eq!((connection.sessions(), connections(&broker)), (3, 1));
        for round in 0..3 {
            let mut observer = Observer::new(&broker).await;
            for id in ["a", "b"] {
                observer.asks(id, &format!("{id}-{round}")).await;
                assert_eq!(retained(&broker, &format!("{id}/availability")).await, "online");
            }
            assert_eq!(retained(&broker, "worker_host/availability").await, "online");
            broker.kill();
            until_state(&worker, |state| !state.is_ready()).await;
            broker.restart();
            ready(&worker).await;
            assert_eq!(connections(&broker), 1, "the log is a new one");
        }
        worker.control().drain();
        soon(worker.wait()).await.unwrap();
        for id in ["a", "b", "worker_host"] {
            assert_eq!(retained(&broker, &format!("{id}/availability")).await, "offline");
        }
        let log = std::fs::read_to_string(broker.folder.0.join("log")).unwrap();
        assert!(log.contains("Client house disconnected"), "no goodbye: {log}");
    }
}

#[tokio::test]
async fn what_was_not_begun_is_left_with_the_broker_by_all() {
    let Some(program) = program("what_was_not_begun_is_left") else { return };
    let broker = Mosquitto::start(&program, LASTING);
    let config = config(&broker).client_id("house").shared_connection(true).ack(Ack::Settled);
    let (worker, _) = house(&config);
    let worker = worker.start().unwrap();
    ready(&worker).await;
    worker.control().drain();
    soon(worker.wait()).await.unwrap();
    let mut observer = Observer::new(&broker).await;
    for id in ["a", "b"] {
        observer.command(id, &format!("echo late-{id}")).await;
    }
    // What comes for one that is not back yet does not get lost with the first who is.
    let (worker, connection) = house(&config);
    let worker = worker.start().unwrap();
    for _ in 0..2 {
        loop {
            let (topic, payload, _) = observer.next().await;
            if topic.ends_with("/telemetry/echo") {
                let id = topic.split('/').next().unwrap();
                assert_eq!(payload, format!("late-{id}"));
                break;
            }
        }
    }
    assert_eq!(connection.sessions(), 3);
    worker.control().drain();
    soon(worker.wait()).await.unwrap();
}

#[tokio::test]
async fn one_that_is_given_up_is_offline_and_the_other_goes_on() {
    let Some(program) = program("one_that_is_given_up_is_offline") else { return };
    let broker = Mosquitto::open(&program);
    let config = config(&broker).client_id("house").shared_connection(true);
    let connection = SharedConnection::new(&config).unwrap();
    let start = |id: &str| {
        let prop = PropConfig::new(config.clone(), id).connection(connection.clone());
        Worker::new(router()).serve(prop).start().unwrap()
    };
    let (a, b) = (start("a"), start("b"));
    tokio::join!(ready(&a), ready(&b));
    let mut observer = Observer::new(&broker).await;
    // As when its runtime goes: no goodbye.
    drop(a);
    observer.until("a/availability", "offline").await;
    observer.asks("b", "there").await;
    assert_eq!(connection.sessions(), 1);
    let a = start("a");
    ready(&a).await;
    observer.asks("a", "back").await;
    assert_eq!(connections(&broker), 1);
    // One at a time goes in good order, too.
    a.control().drain_within(Duration::from_secs(5));
    soon(a.wait()).await.unwrap();
    observer.until("a/availability", "offline").await;
    observer.asks("b", "still-there").await;
    b.control().drain();
    soon(b.wait()).await.unwrap();
}

#[test]
fn without_a_connection_to_share_it_is_refused() {
    let config = Config::new("h").shared_connection(true).prop("a");
    for worker in [
        Worker::new(router()).serve(config.clone()),
        Worker::new(router()).serve(HostConfig::new(config.clone())),
        Worker::new(router()).serve(PropConfig::new(config.clone(), "a")),
    ] {
        let error = worker.start().err().unwrap().to_string();
        assert!(error.contains("`shared_connection`"), "{error}");
    }
    assert!(SharedConnection::of(&Config::new("h")).unwrap().is_none());
    assert!(SharedConnection::of(&config.port(0)).is_err());
}
