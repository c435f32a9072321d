//! Promise 7: one time model.

use std::time::Duration;

use journeyman_core::{
    Brake, JobErrorKind as Kind, Router, Value, Worker,
    capability::RetryOwner,
    job::{Cancel, CancelReason, Deadline},
};
use tokio::time::{Instant, sleep};

use crate::fake::{Fake, Msg, router, stop};

fn timed(id: &str, route: &str, seconds: u64) -> Msg {
    let timeout = Some(Duration::from_secs(seconds));
    Msg::Job { id: id.to_owned(), route: route.to_owned(), args: Value::Null, timeout }
}

#[tokio::test(start_paused = true)]
async fn deadlines_hold_where_the_server_does_not_keep_them() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let mut connection = server.registered().await;
    let start = Instant::now();
    for (id, seconds) in [("c", 30), ("a", 10), ("b", 20)] {
        connection.send(timed(id, "deaf", seconds));
    }
    for (id, seconds) in [("a", 10), ("b", 20), ("c", 30)] {
        assert_eq!(connection.end().await, (id.into(), Err(Kind::TimedOut)));
        assert_eq!(start.elapsed().as_secs(), seconds);
    }
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_worker_has_a_limit_of_its_own_for_jobs_without_one() {
    let (fake, mut server) = Fake::new();
    let worker =
        Worker::new(router()).serve(fake).time_limit(Duration::from_secs(15)).start().unwrap();
    let mut connection = server.registered().await;
    let start = Instant::now();
    connection.send(Msg::job("a", "deaf"));
    connection.send(timed("b", "deaf", 5));
    assert_eq!(connection.end().await.0, "b");
    assert_eq!(start.elapsed().as_secs(), 5);
    assert_eq!(connection.end().await, ("a".into(), Err(Kind::TimedOut)));
    assert_eq!(start.elapsed().as_secs(), 15);
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn signs_of_life_and_duplicates_do_not_extend_a_deadline() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let mut connection = server.registered().await;
    let start = Instant::now();
    connection.send(timed("a", "deaf", 10));
    for _ in 0..4 {
        sleep(Duration::from_secs(2)).await;
        connection.send(Msg::Alive);
        connection.send(timed("a", "deaf", 10));
    }
    assert_eq!(connection.end().await, ("a".into(), Err(Kind::TimedOut)));
    assert_eq!(start.elapsed().as_secs(), 10);
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_a_permit_counts() {
    let (fake, mut server) = Fake::new();
    let worker = Worker::new(router()).serve(fake).concurrency(1).start().unwrap();
    let mut connection = server.registered().await;
    let start = Instant::now();
    connection.send(Msg::job("a", "slow"));
    connection.send(timed("b", "slow", 3));
    assert_eq!(connection.end().await, ("b".into(), Err(Kind::TimedOut)));
    assert_eq!(start.elapsed().as_secs(), 3);
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn handlers_see_the_deadline_and_why_they_must_stop() {
    let router = Router::new().route("see", async |deadline: Deadline, cancel: Cancel| {
        let left = deadline.remaining().unwrap();
        assert!(left > Duration::from_secs(9) && left <= Duration::from_secs(10), "{left:?}");
        match cancel.cancelled().await {
            CancelReason::Server => Err::<(), _>(journeyman_core::JobError::rejected("seen")),
            other => panic!("{other:?}"),
        }
    });
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router);
    let mut connection = server.registered().await;
    connection.send(timed("a", "see", 10));
    sleep(Duration::from_secs(1)).await;
    connection.send(Msg::Cancel("a".into()));
    assert_eq!(connection.end().await, ("a".into(), Err(Kind::Rejected)));
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_fails_again_and_again_is_slowed_down_where_the_server_retries() {
    for (owner, seconds) in [(RetryOwner::Server, [0, 1, 2, 4, 5, 5]), (RetryOwner::Worker, [0; 6])]
    {
        let (fake, mut server) = Fake::new();
        let worker = fake
            .with(|fake| {
                fake.capabilities.retry = owner;
                fake.config.brake = Brake::new(Duration::from_secs(1), Duration::from_secs(5));
            })
            .start(router());
        let mut connection = server.registered().await;
        for expected in seconds {
            let start = Instant::now();
            connection.send(Msg::job("a", "fail"));
            assert_eq!(connection.end().await, ("a".into(), Err(Kind::Rejected)));
            assert_eq!(start.elapsed().as_secs(), expected);
            // Others are not held up.
            let start = Instant::now();
            connection.send(Msg::job("b", "echo"));
            connection.next_end().await;
            assert_eq!(start.elapsed().as_secs(), 0);
        }
        stop(worker).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_brake_does_not_eat_the_time_of_the_job() {
    let (fake, mut server) = Fake::new();
    let worker = fake
        .with(|fake| {
            fake.capabilities.retry = RetryOwner::Server;
            fake.config.brake = Brake::new(Duration::from_secs(20), Duration::from_secs(60));
        })
        .start(router());
    let mut connection = server.registered().await;
    connection.send(timed("a", "fail", 10));
    connection.next_end().await;
    let start = Instant::now();
    connection.send(timed("a", "slow", 10));
    assert_eq!(connection.end().await, ("a".into(), Ok(Value::Null)));
    assert_eq!(start.elapsed().as_secs(), 25);
    stop(worker).await;
}
