//! Promise 6: a stop in two stages.

use std::{sync::mpsc, time::Duration};

use journeyman_core::{
    JobErrorKind as Kind, Route, Router, Value, Worker, blocking,
    memory::{Memory, Submission},
};
use tokio::time::{Instant, sleep};

use crate::fake::{Door, Fake, Habits, Msg, counts, router, state, until};

#[tokio::test(start_paused = true)]
async fn first_the_jobs_in_flight_may_finish_and_new_ones_are_turned_away() {
    let (fake, mut server) = Fake::new();
    let worker = fake.with(|fake| fake.capabilities.hand_back = true).start(router());
    let mut connection = server.registered().await;
    connection.send(Msg::job("a", "slow"));
    until(|| counts(&worker).in_flight == 1).await;
    worker.control().drain();
    assert_eq!(connection.recv().await, Some(Msg::Draining));
    state(&worker, "draining").await;
    connection.send(Msg::job("b", "echo"));
    assert_eq!(connection.end().await, ("b".into(), Err(Kind::HandedBack)));
    assert_eq!(connection.end().await, ("a".into(), Ok(Value::Null)));
    assert_eq!(connection.recv().await, Some(Msg::Bye));
    let summary = worker.wait().await.unwrap();
    let session = &summary.snapshot.sessions[0];
    assert_eq!((session.state, session.counts.in_flight, summary.unfinished), ("stopped", 0, 0));
}

#[tokio::test(start_paused = true)]
async fn then_those_that_are_left_are_cancelled_and_settled() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let mut connection = server.registered().await;
    let start = Instant::now();
    connection.send(Msg::job("a", "deaf"));
    until(|| counts(&worker).in_flight == 1).await;
    worker.control().drain_within(Duration::from_secs(20));
    assert_eq!(connection.end().await, ("a".into(), Err(Kind::Cancelled)));
    assert_eq!(start.elapsed().as_secs(), 20);
    let summary = worker.wait().await.unwrap();
    assert_eq!(summary.unfinished, 0);
    assert_eq!(start.elapsed().as_secs(), 25, "the deaf handler had its grace");
}

#[tokio::test(start_paused = true)]
async fn a_later_stop_can_only_be_sooner() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let mut connection = server.registered().await;
    let start = Instant::now();
    connection.send(Msg::job("a", "deaf"));
    until(|| counts(&worker).in_flight == 1).await;
    worker.control().drain_within(Duration::from_secs(20));
    worker.control().drain_within(Duration::from_secs(500));
    worker.control().drain_within(Duration::from_secs(10));
    connection.next_end().await;
    assert_eq!(start.elapsed().as_secs(), 10);
    worker.wait().await.unwrap();
}

#[tokio::test]
async fn a_blocking_handler_that_does_not_stop_is_reported_and_keeps_its_permit() {
    let (release, gate) = mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let stuck = blocking(move || {
        let _ = gate.lock().map(|gate| gate.recv());
    });
    let (backend, client) = Memory::new();
    let router = Router::new().route("stuck", Route::new(stuck)).route("ok", async || ());
    let worker = Worker::new(router)
        .serve(backend)
        .concurrency(2)
        .cancel_grace(Duration::from_millis(20))
        .start()
        .unwrap();
    let job = client.submit(Submission::new("stuck")).await;
    until(|| worker.control().snapshot().running == 1).await;
    client.cancel(job.id()).await;
    assert_eq!(job.await.unwrap_err().kind(), Kind::Cancelled);
    // Settled, and yet it runs and holds its permit.
    let snapshot = worker.control().snapshot();
    assert_eq!((snapshot.running, snapshot.free_permits), (1, 1));
    assert_eq!(snapshot.routes.iter().map(|route| route.running).sum::<u64>(), 1);
    client.call::<()>("ok", &()).await.unwrap();
    let control = worker.control().clone();
    control.drain();
    let summary = worker.wait().await.unwrap();
    assert_eq!(summary.unfinished, 1);
    release.send(()).unwrap();
    until(|| control.snapshot().free_permits == 2 && control.snapshot().running == 0).await;
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_say_goodbye_is_left() {
    let (fake, mut server) = Fake::new();
    let habits = Habits { silent_goodbye: true, ..Habits::default() };
    let worker = fake.with(|fake| fake.habits = habits).start(router());
    let mut connection = server.registered().await;
    state(&worker, "ready").await;
    let start = Instant::now();
    worker.control().drain();
    assert_eq!(connection.recv().await, Some(Msg::Draining));
    assert_eq!(connection.recv().await, Some(Msg::Bye));
    state(&worker, "closing").await;
    worker.wait().await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_closes_first_is_not_waited_for() {
    let (fake, mut server) = Fake::new();
    let habits = Habits { silent_goodbye: true, ..Habits::default() };
    let worker = fake.with(|fake| fake.habits = habits).start(router());
    let connection = server.registered().await;
    state(&worker, "ready").await;
    let start = Instant::now();
    worker.control().drain();
    state(&worker, "closing").await;
    connection.send(Msg::Close);
    worker.wait().await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_close_that_never_ends_is_cut_short() {
    let (fake, mut server) = Fake::new();
    server.clingy();
    let worker = fake.start(router());
    let _connection = server.registered().await;
    state(&worker, "ready").await;
    let start = Instant::now();
    worker.control().drain();
    worker.wait().await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_drain_without_a_connection_ends_when_nothing_is_left() {
    let (fake, server) = Fake::new();
    server.door(Door::Refuse);
    let worker = fake.start(router());
    state(&worker, "waiting").await;
    worker.control().drain();
    worker.wait().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_drain_still_delivers_late_results_and_tells_the_new_connection() {
    let (fake, mut server) = Fake::new();
    let worker = fake.late_results().start(router());
    let connection = server.registered().await;
    connection.send(Msg::job("a", "slow"));
    until(|| counts(&worker).in_flight == 1).await;
    worker.control().drain();
    connection.send(Msg::Close);
    let mut connection = server.registered().await;
    assert_eq!(connection.recv().await, Some(Msg::Draining));
    assert_eq!(connection.end().await, ("a".into(), Ok(Value::Null)));
    assert_eq!(connection.recv().await, Some(Msg::Bye));
    worker.wait().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_nobody_confirms_after_a_forced_stop_is_dropped_and_counted() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let mut connection = server.registered().await;
    server.stuck(true);
    connection.send(Msg::job("a", "echo"));
    connection.next_end().await;
    worker.control().abort();
    let summary = worker.wait().await.unwrap();
    let counts = summary.snapshot.sessions[0].counts;
    assert_eq!((counts.dropped, counts.in_flight), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_protocol_can_end_its_session_in_good_order() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let mut connection = server.registered().await;
    connection.send(Msg::Finish);
    assert_eq!(connection.recv().await, Some(Msg::Draining));
    assert_eq!(connection.recv().await, Some(Msg::Bye));
    worker.wait().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn run_until_drains_when_its_future_ends() {
    let (fake, mut server) = Fake::new();
    let worker = Worker::new(router()).serve(fake);
    let run = tokio::spawn(worker.run_until(sleep(Duration::from_secs(60))));
    let mut connection = server.registered().await;
    sleep(Duration::from_secs(58)).await;
    connection.send(Msg::job("a", "slow"));
    assert_eq!(connection.end().await, ("a".into(), Ok(Value::Null)));
    let summary = run.await.unwrap().unwrap();
    assert_eq!(summary.snapshot.sessions[0].counts.ok, 1);
}
