//! Promise 4: a lost connection loses no finished work where the protocol lets a late result
//! count; where it does not, the work is dropped and counted.

use std::time::Duration;

use journeyman_core::Value;
use tokio::time::sleep;

use crate::fake::{Door, Fake, Msg, counts, router, state, stop, until};

#[tokio::test(start_paused = true)]
async fn a_late_result_is_sent_after_the_registration_and_not_before() {
    let (fake, mut server) = Fake::new();
    let worker = fake.late_results().start(router());
    let connection = server.registered().await;
    connection.send(Msg::job("a", "slow"));
    until(|| counts(&worker).in_flight == 1).await;
    server.door(Door::Refuse);
    connection.send(Msg::Close);
    until(|| counts(&worker).outbox == 1).await;
    server.door(Door::Open);
    let mut connection = server.connection().await;
    assert_eq!(connection.recv().await, Some(Msg::Hello { connection: 2 }));
    sleep(Duration::from_secs(5)).await;
    assert_eq!(connection.rest(), [], "not registered yet");
    connection.send(Msg::Welcome);
    assert_eq!(connection.end().await, ("a".into(), Ok(Value::Null)));
    until(|| counts(&worker).in_flight == 0).await;
    assert_eq!((counts(&worker).ok, counts(&worker).dropped), (1, 0));
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_on_its_way_when_the_connection_broke_is_sent_again() {
    let (fake, mut server) = Fake::new();
    let worker = fake.late_results().start(router());
    let mut connection = server.registered().await;
    server.stuck(true);
    connection.send(Msg::job("a", "echo"));
    connection.next_end().await;
    connection.send(Msg::Close);
    state(&worker, "waiting").await;
    server.stuck(false);
    let mut connection = server.registered().await;
    assert_eq!(connection.end().await, ("a".into(), Ok(Value::Null)));
    until(|| counts(&worker).ok == 1).await;
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn without_late_results_the_outcome_is_dropped_and_counted() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let connection = server.registered().await;
    connection.send(Msg::job("a", "slow"));
    until(|| counts(&worker).in_flight == 1).await;
    connection.send(Msg::Close);
    let mut connection = server.registered().await;
    until(|| counts(&worker).dropped == 1).await;
    sleep(Duration::from_secs(10)).await;
    assert_eq!(connection.rest(), []);
    let counts = counts(&worker);
    assert_eq!((counts.ok, counts.failed, counts.in_flight), (0, 0, 0));
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn orphans_are_cancelled_where_that_is_wanted() {
    let (fake, mut server) = Fake::new();
    let worker = fake.with(|fake| fake.config.cancel_orphans = true).start(router());
    let connection = server.registered().await;
    connection.send(Msg::job("a", "polite"));
    until(|| worker.control().snapshot().running == 1).await;
    connection.send(Msg::Close);
    until(|| worker.control().snapshot().running == 0).await;
    assert_eq!(counts(&worker).dropped, 1);
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_job_delivered_again_on_a_new_connection_ends_there() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let connection = server.registered().await;
    connection.send(Msg::job("a", "slow"));
    until(|| counts(&worker).in_flight == 1).await;
    connection.send(Msg::Close);
    let mut connection = server.registered().await;
    connection.send(Msg::job("a", "slow"));
    assert_eq!(connection.end().await, ("a".into(), Ok(Value::Null)));
    until(|| counts(&worker).in_flight == 0).await;
    let counts = counts(&worker);
    assert_eq!((counts.accepted, counts.merged, counts.ok, counts.dropped), (1, 1, 1, 0));
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn the_outbox_is_bounded_and_the_oldest_make_room() {
    let (fake, mut server) = Fake::new();
    let worker = fake.late_results().with(|fake| fake.config.outbox = 3).start(router());
    let connection = server.registered().await;
    for i in 0..10 {
        connection.send(Msg::job(&i.to_string(), "slow"));
    }
    until(|| counts(&worker).in_flight == 10).await;
    server.door(Door::Refuse);
    connection.send(Msg::Close);
    until(|| counts(&worker).dropped == 7).await;
    assert_eq!((counts(&worker).outbox, counts(&worker).in_flight), (3, 3));
    server.door(Door::Open);
    let mut connection = server.registered().await;
    let mut ends = Vec::new();
    for _ in 0..3 {
        ends.push(connection.end().await.0);
    }
    assert_eq!(ends, ["7", "8", "9"]);
    state(&worker, "ready").await;
    until(|| counts(&worker).in_flight == 0).await;
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn the_outbox_waits_for_room_too() {
    let (fake, mut server) = Fake::new();
    let worker = fake.late_results().start(router());
    let connection = server.registered().await;
    for i in 0..5 {
        connection.send(Msg::job(&i.to_string(), "slow"));
    }
    until(|| counts(&worker).in_flight == 5).await;
    server.door(Door::Refuse);
    connection.send(Msg::Close);
    until(|| counts(&worker).outbox == 5).await;
    server.full(true);
    server.door(Door::Open);
    let mut connection = server.registered().await;
    sleep(Duration::from_secs(10)).await;
    assert_eq!((connection.rest(), counts(&worker).outbox), (vec![], 5));
    server.full(false);
    for i in 0..5 {
        assert_eq!(connection.end().await.0, i.to_string());
    }
    stop(worker).await;
}
