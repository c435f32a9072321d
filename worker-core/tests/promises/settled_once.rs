//! Promise 1: every accepted job is settled exactly once toward its server.

use std::{collections::HashMap, time::Duration};

use journeyman_core::{JobErrorKind as Kind, Router, Value, Worker, memory::Memory};
use tokio::time::sleep;

use crate::fake::{Fake, Msg, counts, router, stop};

fn job(id: &str, route: &str, args: Value, timeout: Option<Duration>) -> Msg {
    Msg::Job { id: id.to_owned(), route: route.to_owned(), args, timeout }
}

#[tokio::test(start_paused = true)]
async fn each_way_to_end_gives_one_end_of_its_kind() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let mut connection = server.registered().await;
    let limit = Some(Duration::from_secs(3));
    let cases = [
        ("ok", "echo", Value::Int(7), None, Ok(Value::Int(7))),
        ("error", "fail", Value::Null, None, Err(Kind::Rejected)),
        ("panic", "panic", Value::Null, None, Err(Kind::Panicked)),
        ("timeout", "deaf", Value::Null, limit, Err(Kind::TimedOut)),
        ("polite timeout", "polite", Value::Null, limit, Err(Kind::TimedOut)),
        ("cancel", "polite", Value::Null, None, Err(Kind::Cancelled)),
        ("deaf cancel", "deaf", Value::Null, None, Err(Kind::Cancelled)),
        ("undecodable", "add", Value::from("x"), None, Err(Kind::BadInput)),
        ("unknown", "no such route", Value::Null, None, Err(Kind::NoRoute)),
        ("out of scope", "secret", Value::Null, None, Err(Kind::NoRoute)),
    ];
    for (id, route, args, timeout, _) in &cases {
        connection.send(job(id, route, args.clone(), *timeout));
    }
    connection.send(Msg::Cancel("cancel".into()));
    connection.send(Msg::Cancel("deaf cancel".into()));
    let mut ends = HashMap::new();
    for _ in &cases {
        let (id, end) = connection.end().await;
        assert!(ends.insert(id.clone(), end).is_none(), "{id} ended twice");
    }
    for (id, _, _, _, expected) in &cases {
        assert_eq!(ends.get(*id), Some(expected), "{id}");
    }
    // Long after the grace, when every handler is gone, nothing more was said.
    sleep(Duration::from_secs(60)).await;
    assert_eq!(connection.rest(), []);
    let counts = counts(&worker);
    assert_eq!((counts.accepted, counts.ok, counts.failed), (10, 1, 9));
    assert_eq!((counts.in_flight, counts.dropped), (0, 0));
    assert_eq!(worker.control().snapshot().running, 0);
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_result_that_comes_after_the_timeout_is_not_sent() {
    // It ends by itself one second after its deadline, within its grace.
    let router = Router::new().route("late", async || sleep(Duration::from_secs(4)).await);
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router);
    let mut connection = server.registered().await;
    connection.send(job("a", "late", Value::Null, Some(Duration::from_secs(3))));
    assert_eq!(connection.end().await, ("a".into(), Err(Kind::TimedOut)));
    sleep(Duration::from_secs(60)).await;
    assert_eq!(connection.rest(), []);
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_in_flight_is_merged_and_one_after_the_end_is_a_retry() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let mut connection = server.registered().await;
    for _ in 0..3 {
        connection.send(Msg::job("a", "slow"));
    }
    assert_eq!(connection.end().await, ("a".into(), Ok(Value::Null)));
    connection.send(Msg::job("a", "slow"));
    assert_eq!(connection.end().await, ("a".into(), Ok(Value::Null)));
    sleep(Duration::from_secs(60)).await;
    assert_eq!(connection.rest(), []);
    let counts = counts(&worker);
    assert_eq!((counts.accepted, counts.merged, counts.ok), (2, 2, 2));
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn all_who_submit_the_same_job_in_flight_get_its_end() {
    use journeyman_core::{capability::Intake, memory::Submission};
    for intake in [Intake::Pushed, Intake::Pull] {
        let (backend, client) = Memory::new();
        let worker = Worker::new(router()).serve(backend.intake(intake)).start().unwrap();
        let first = client.submit(Submission::new("slow").id("a")).await;
        let second = client.submit(Submission::new("slow").id("a")).await;
        first.await.unwrap();
        second.await.unwrap();
        // A merged delivery costs a pulling session no permit.
        client.submit(Submission::new("slow").id("b")).await.await.unwrap();
        assert_eq!(counts(&worker).merged, 1);
        stop(worker).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_settles_what_is_left() {
    let (fake, mut server) = Fake::new();
    let worker = fake.with(|fake| fake.capabilities.hand_back = true).start(router());
    let mut connection = server.registered().await;
    for (id, route) in [("a", "deaf"), ("b", "polite"), ("c", "slow")] {
        connection.send(Msg::job(id, route));
    }
    crate::fake::until(|| counts(&worker).in_flight == 3).await;
    worker.control().drain_within(Duration::from_secs(10));
    let mut ends: Vec<_> = [connection.end().await, connection.end().await].into();
    ends.push(connection.end().await);
    ends.sort_by(|a, b| a.0.cmp(&b.0));
    let handed_back = || Err(Kind::HandedBack);
    let expected = [("a", handed_back()), ("b", handed_back()), ("c", Ok(Value::Null))];
    for ((id, end), (expected_id, expected)) in ends.iter().zip(expected) {
        assert_eq!((id.as_str(), end), (expected_id, &expected));
    }
    assert_eq!(connection.recv().await, Some(Msg::Bye));
    let summary = worker.wait().await.unwrap();
    assert_eq!((summary.unfinished, summary.snapshot.sessions[0].counts.in_flight), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn without_hand_back_a_stop_is_a_temporary_cancel() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let mut connection = server.registered().await;
    connection.send(Msg::job("a", "deaf"));
    crate::fake::until(|| counts(&worker).in_flight == 1).await;
    worker.control().abort();
    let Some(Msg::Failure { kind, message, .. }) = connection.next_end().await else {
        panic!("no end")
    };
    assert_eq!((kind, message.as_str()), (Kind::Cancelled, "the worker stops"));
    worker.wait().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn ordered_jobs_run_one_after_the_other_and_each_ends_once() {
    let (fake, mut server) = Fake::new();
    let worker = fake.with(|fake| fake.config.ordered = true).start(router());
    let mut connection = server.registered().await;
    let start = tokio::time::Instant::now();
    for id in ["a", "b", "c"] {
        connection.send(Msg::job(id, "slow"));
    }
    connection.send(job("d", "echo", Value::Int(1), None));
    for (id, seconds) in [("a", 5), ("b", 10), ("c", 15), ("d", 15)] {
        assert_eq!(connection.end().await.0, id);
        assert_eq!(start.elapsed().as_secs(), seconds, "{id}");
    }
    // One that ends in the line lets the next one pass.
    connection.send(Msg::job("e", "slow"));
    connection.send(job("f", "slow", Value::Null, Some(Duration::from_secs(1))));
    connection.send(Msg::job("g", "echo"));
    assert_eq!(connection.end().await, ("f".into(), Err(Kind::TimedOut)));
    assert_eq!(connection.end().await.0, "e");
    assert_eq!(connection.end().await.0, "g");
    stop(worker).await;
    assert_eq!(connection.rest(), [Msg::Draining, Msg::Bye]);
}
