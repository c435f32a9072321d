//! Promise 5: bounded everywhere.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use journeyman_core::{
    JobErrorKind as Kind, Router, Serve, Value, Worker,
    backoff::Backoff,
    capability::{Intake, Overload},
    memory::{Memory, Submission},
};
use tokio::time::{Instant, sleep};

use crate::fake::{Door, Fake, Msg, counts, router, state, stop, until};

// --- connections ---

#[tokio::test(start_paused = true)]
async fn a_server_that_accepts_and_closes_is_met_with_longer_and_longer_waits() {
    let (fake, server) = Fake::new();
    server.door(Door::Slam);
    let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(64));
    let worker = fake.with(|fake| fake.config.backoff = backoff).start(router());
    while server.attempts() < 30 {
        sleep(Duration::from_secs(1)).await;
    }
    let waits = server.waits();
    for (attempt, wait) in waits.iter().enumerate() {
        let bound = backoff.bound(attempt as u32) + Duration::from_millis(2);
        assert!(*wait <= bound && *wait >= backoff.floor, "{attempt}: {wait:?} of {bound:?}");
    }
    // Jitter is full, so single waits say little; together they do.
    let sum = |waits: &[Duration]| waits.iter().sum::<Duration>();
    assert!(sum(&waits[20..]) > 4 * sum(&waits[..5]), "{waits:?}");
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_held_starts_the_row_anew() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    for _ in 0..20 {
        server.registered().await.send(Msg::Close);
        state(&worker, "waiting").await;
    }
    let long = Duration::from_secs(5);
    assert!(server.waits().iter().any(|wait| *wait > long), "{:?}", server.waits());
    let connection = server.registered().await;
    state(&worker, "ready").await;
    sleep(Duration::from_secs(10)).await;
    let closed = Instant::now();
    connection.send(Msg::Close);
    let _connection = server.registered().await;
    assert!(closed.elapsed() <= Duration::from_millis(1002), "{:?}", closed.elapsed());
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn after_the_last_attempt_the_session_ends_with_the_reason() {
    let (fake, server) = Fake::new();
    server.door(Door::Refuse);
    let worker = fake.with(|fake| fake.config.max_attempts = Some(3)).start(router());
    let error = worker.wait().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "connect: gave up after 4 failed attempts (backend: fake): connect: the door is shut"
    );
    assert_eq!(server.attempts(), 4);
}

// --- jobs ---

/// A worker of one permit, whose waiting queue has one place.
fn narrow(overload: Overload) -> (journeyman_core::StartedWorker, crate::fake::Server) {
    let (fake, server) = Fake::new();
    let fake = fake.with(|fake| {
        fake.capabilities.overload = overload;
        fake.config.max_waiting = 1;
    });
    (Worker::new(router()).serve(fake).concurrency(1).start().unwrap(), server)
}

#[tokio::test(start_paused = true)]
async fn beyond_the_waiting_queue_the_policy_of_the_backend_holds() {
    let second = Duration::from_secs(1);
    for (overload, kind, wait) in [
        (Overload::Refuse, Kind::Overloaded, 0),
        (Overload::HandBack, Kind::HandedBack, 0),
        (Overload::Delay(3 * second), Kind::Overloaded, 3),
    ] {
        let (worker, mut server) = narrow(overload);
        let mut connection = server.registered().await;
        let start = Instant::now();
        for id in ["runs", "waits", "too many"] {
            connection.send(Msg::job(id, "slow"));
        }
        let end = connection.next_end().await.unwrap();
        let Msg::Failure { id, kind: got, message } = end else { panic!("{end:?}") };
        assert_eq!((id.as_str(), got), ("too many", kind));
        assert_eq!(message, "1 jobs wait already");
        assert_eq!(start.elapsed().as_secs(), wait);
        assert_eq!(connection.end().await, ("runs".into(), Ok(Value::Null)));
        assert_eq!(connection.end().await, ("waits".into(), Ok(Value::Null)));
        assert_eq!(start.elapsed().as_secs(), 10);
        stop(worker).await;
    }
}

#[tokio::test(start_paused = true)]
async fn answers_that_are_held_back_are_bounded_too() {
    let (worker, mut server) = narrow(Overload::Delay(Duration::from_secs(3)));
    let mut connection = server.registered().await;
    let start = Instant::now();
    for i in 0..100 {
        connection.send(Msg::job(&i.to_string(), "deaf"));
    }
    // One runs, one waits, the answer of one is held back.
    for _ in 0..97 {
        assert_eq!(connection.end().await.1, Err(Kind::Overloaded));
    }
    assert_eq!(start.elapsed().as_secs(), 0);
    assert_eq!(counts(&worker).in_flight, 3);
    assert_eq!(connection.end().await.1, Err(Kind::Overloaded));
    assert_eq!(start.elapsed().as_secs(), 3);
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_job_waits_for_a_permit_only_so_long() {
    let (fake, mut server) = Fake::new();
    let fake = fake.with(|fake| fake.config.max_wait = Some(Duration::from_secs(2)));
    let worker = Worker::new(router()).serve(fake).concurrency(1).start().unwrap();
    let mut connection = server.registered().await;
    connection.send(Msg::job("runs", "slow"));
    connection.send(Msg::job("waits", "slow"));
    let end = connection.next_end().await.unwrap();
    let Msg::Failure { id, kind, message } = end else { panic!("{end:?}") };
    assert_eq!((id.as_str(), kind), ("waits", Kind::Overloaded));
    assert_eq!(message, "no room for this job within 2s");
    assert_eq!(connection.end().await.0, "runs");
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn one_per_registration_waits_for_a_permit_and_is_not_refused() {
    let (memory, client) = Memory::new();
    let (fake, mut server) = Fake::new();
    let fake = fake.with(|fake| {
        fake.capabilities.intake = Intake::OnePerRegistration;
    });
    let worker = Worker::new(router()).serve(memory).serve(fake).concurrency(1).start().unwrap();
    let mut connection = server.registered().await;
    // An idle registration holds no permit.
    let busy = client.submit(Submission::new("slow")).await;
    until(|| worker.control().snapshot().free_permits == 0).await;
    let start = Instant::now();
    connection.send(Msg::job("a", "echo"));
    assert_eq!(connection.end().await, ("a".into(), Ok(Value::Null)));
    assert!(start.elapsed().as_secs() >= 4, "it waited for the other backend's job");
    busy.await.unwrap();
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_pulling_session_takes_a_permit_before_it_asks() {
    let (fake, mut server) = Fake::new();
    let fake = fake.with(|fake| fake.habits.pull = true);
    let worker = Worker::new(router()).serve(fake).concurrency(2).start().unwrap();
    let mut connection = server.registered().await;
    assert_eq!(connection.recv().await, Some(Msg::Want));
    assert_eq!(worker.control().snapshot().free_permits, 1);
    connection.send(Msg::job("a", "slow"));
    assert_eq!(connection.recv().await, Some(Msg::Want));
    connection.send(Msg::job("b", "slow"));
    // Both permits are taken: nothing more is asked for until one is free.
    sleep(Duration::from_secs(1)).await;
    assert_eq!(connection.rest(), []);
    assert_eq!(connection.end().await.0, "a");
    assert_eq!(connection.end().await.0, "b");
    until(|| worker.control().snapshot().free_permits == 1).await;
    // A job that needs no handler gives its permit back, so that it is asked again.
    connection.rest();
    connection.send(Msg::job("c", "no such route"));
    assert_eq!(connection.end().await, ("c".into(), Err(Kind::NoRoute)));
    assert_eq!(connection.recv().await, Some(Msg::Want));
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn caps_and_minimum_shares_hold_under_one_total() {
    let most = [const { AtomicUsize::new(0) }; 2];
    let (now, most) = (Arc::new([const { AtomicUsize::new(0) }; 2]), Arc::new(most));
    let (n, m) = (Arc::clone(&now), Arc::clone(&most));
    let work = move |info: journeyman_core::JobInfo| {
        let (now, most) = (Arc::clone(&n), Arc::clone(&m));
        let which = usize::from(&*info.backend == "modest");
        async move {
            most[which].fetch_max(now[which].fetch_add(1, SeqCst) + 1, SeqCst);
            sleep(Duration::from_millis(10)).await;
            now[which].fetch_sub(1, SeqCst);
        }
    };
    let (greedy, greedy_client) = Memory::new();
    let (modest, modest_client) = Memory::new();
    let worker = Worker::new(Router::new().route("work", work))
        .serve(Serve::new(greedy.name("greedy")).cap(5))
        .serve(Serve::new(modest.name("modest")).minimum(2))
        .concurrency(6)
        .start()
        .unwrap();
    let mut jobs = Vec::new();
    for _ in 0..100 {
        jobs.push(greedy_client.submit(Submission::new("work")).await);
    }
    until(|| now[0].load(SeqCst) > 0).await;
    assert_eq!(now[0].load(SeqCst), 4, "two of six are kept for the other");
    for _ in 0..100 {
        jobs.push(modest_client.submit(Submission::new("work")).await);
    }
    for job in jobs {
        job.await.unwrap();
    }
    assert_eq!(most[0].load(SeqCst), 4);
    assert!(most[1].load(SeqCst) >= 2);
    stop(worker).await;
}

// --- outcomes ---

#[tokio::test(start_paused = true)]
async fn without_room_outcomes_stay_with_their_jobs_and_none_is_lost() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let mut connection = server.registered().await;
    server.full(true);
    for i in 0..200 {
        connection.send(Msg::job(&i.to_string(), "echo"));
    }
    sleep(Duration::from_secs(10)).await;
    assert_eq!(connection.rest(), []);
    assert_eq!(counts(&worker).in_flight, 200);
    server.full(false);
    let mut ids: Vec<usize> = Vec::new();
    for _ in 0..200 {
        let (id, end) = connection.end().await;
        assert_eq!(end, Ok(Value::Null));
        ids.push(id.parse().unwrap());
    }
    ids.sort_unstable();
    assert_eq!(ids, (0..200).collect::<Vec<_>>());
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_cannot_be_sent_is_settled_as_the_protocol_says() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let mut connection = server.registered().await;
    state(&worker, "ready").await;
    server.broken(true);
    connection.send(Msg::job("a", "echo"));
    until(|| counts(&worker).dropped == 1).await;
    assert_eq!(counts(&worker).in_flight, 0);
    server.broken(false);
    connection.send(Msg::job("b", "echo"));
    assert_eq!(connection.end().await.0, "b");
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn progress_beyond_the_queue_is_dropped_and_counted_and_never_waits() {
    use journeyman_core::job::Progress;
    let router = Router::new().route("chatty", async |progress: Progress| {
        (0..5000).filter(|i| progress.report(f64::from(*i) / 5000.0)).count() as u64
    });
    let (fake, mut server) = Fake::new();
    let worker = fake.with(|fake| fake.capabilities.progress = true).start(router);
    let mut connection = server.registered().await;
    connection.send(Msg::job("a", "chatty"));
    let mut reports = 0;
    let value = loop {
        match connection.recv().await.unwrap() {
            Msg::Progress { .. } => reports += 1,
            Msg::Result { value, .. } => break value,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(value, Value::Int(reports));
    assert!(reports < 5000);
    assert_eq!(counts(&worker).dropped_reports as i64, 5000 - reports);
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn room_that_comes_without_an_event_is_used_at_once() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let mut connection = server.registered().await;
    server.full(true);
    connection.send(Msg::job("a", "echo"));
    until(|| worker.control().snapshot().running == 0 && counts(&worker).in_flight == 1).await;
    // The transport is polled, writes, and has room; nothing else happens.
    server.drains_when_polled();
    let start = Instant::now();
    assert_eq!(connection.end().await.0, "a");
    assert_eq!(start.elapsed().as_secs(), 0);
    stop(worker).await;
}
