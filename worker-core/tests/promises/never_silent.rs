//! Promise 3: ready means provably receiving; missing proof makes a new connection.

use std::time::Duration;

use journeyman_core::session::SessionState;
use tokio::time::{Instant, sleep};

use crate::fake::{Door, Fake, Msg, counts, router, state, stop, until};

#[tokio::test(start_paused = true)]
async fn ready_comes_with_the_confirmation_and_not_with_the_connection() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let mut connection = server.connection().await;
    connection.recv().await;
    sleep(Duration::from_secs(10)).await;
    let snapshot = worker.control().snapshot();
    assert_eq!((snapshot.sessions[0].state, snapshot.sessions[0].ready), ("registering", false));
    connection.send(Msg::Welcome);
    worker.control().ready().await.unwrap();
    assert!(worker.control().snapshot().sessions[0].ready);
    connection.send(Msg::Evict);
    state(&worker, "registering").await;
    assert!(!worker.control().snapshot().sessions[0].ready);
    connection.send(Msg::Welcome);
    state(&worker, "ready").await;
    connection.send(Msg::Close);
    let waiting = state(&worker, "waiting").await;
    let SessionState::Waiting { attempt: 2, error, .. } = waiting else { panic!("{waiting:?}") };
    assert_eq!(error, "receive: the server closed");
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_registration_that_is_never_confirmed_is_tried_again() {
    let (fake, mut server) = Fake::new();
    let worker =
        fake.with(|fake| fake.config.ready_timeout = Duration::from_secs(7)).start(router());
    let start = Instant::now();
    let mut connection = server.connection().await;
    while connection.recv().await.is_some() {}
    assert_eq!(start.elapsed().as_secs(), 7);
    let error = worker.control().snapshot().sessions[0].last_error.clone().unwrap();
    assert_eq!(error, "register: no confirmation within 7s");
    // An eviction that is not taken back counts the same.
    let mut connection = server.registered().await;
    state(&worker, "ready").await;
    connection.send(Msg::Evict);
    while connection.recv().await.is_some() {}
    let _connection = server.registered().await;
    state(&worker, "ready").await;
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn silence_makes_a_new_connection_and_signs_of_life_prevent_it() {
    let (fake, mut server) = Fake::new();
    let worker =
        fake.with(|fake| fake.config.max_silence = Some(Duration::from_secs(30))).start(router());
    let mut connection = server.registered().await;
    for message in [Msg::Alive, Msg::Noise, Msg::job("a", "echo"), Msg::Alive] {
        sleep(Duration::from_secs(20)).await;
        connection.send(message);
    }
    let last = Instant::now();
    assert_eq!(connection.end().await.0, "a");
    assert_eq!(counts(&worker).connections, 1);
    while connection.recv().await.is_some() {}
    assert_eq!(last.elapsed().as_secs(), 30);
    let error = worker.control().snapshot().sessions[0].last_error.clone().unwrap();
    assert_eq!(error, "watchdog: no sign of life for 30s");
    let _connection = server.registered().await;
    state(&worker, "ready").await;
    assert_eq!(counts(&worker).ignored, 1);
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn what_the_worker_says_itself_is_no_sign_of_life() {
    let (fake, mut server) = Fake::new();
    let worker =
        fake.with(|fake| fake.config.max_silence = Some(Duration::from_secs(30))).start(router());
    let mut connection = server.registered().await;
    connection.send(Msg::job("a", "slow"));
    let last = Instant::now();
    connection.next_end().await;
    assert_eq!(last.elapsed().as_secs(), 5, "an outcome was written after the last inbound");
    while connection.recv().await.is_some() {}
    assert_eq!(last.elapsed().as_secs(), 30);
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_attempt_that_hangs_is_given_up() {
    let (fake, mut server) = Fake::new();
    server.door(Door::Hang);
    let worker =
        fake.with(|fake| fake.config.connect_timeout = Duration::from_secs(3)).start(router());
    state(&worker, "waiting").await;
    let error = worker.control().snapshot().sessions[0].last_error.clone().unwrap();
    assert_eq!(error, "connect: no connection within 3s");
    server.door(Door::Open);
    let _connection = server.registered().await;
    state(&worker, "ready").await;
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_worker_can_be_told_to_connect_again() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let _connection = server.registered().await;
    state(&worker, "ready").await;
    worker.control().reconnect();
    let _connection = server.registered().await;
    until(|| counts(&worker).connections == 2).await;
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_redial_connects_at_once_and_not_for_ever() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let start = Instant::now();
    for connection in 1..=9 {
        let mut link = server.connection().await;
        assert_eq!(link.recv().await, Some(Msg::Hello { connection }));
        link.send(Msg::Redial);
        assert_eq!(link.recv().await, None);
    }
    assert_eq!(start.elapsed().as_millis(), 0);
    let waiting = state(&worker, "waiting").await;
    let SessionState::Waiting { error, .. } = waiting else { panic!("{waiting:?}") };
    assert_eq!(error, "register: 8 new connections in a row led to no registration");
    let _connection = server.registered().await;
    state(&worker, "ready").await;
    stop(worker).await;
}
