//! Steering a worker from outside: pause, disconnect, one session alone; and what can be seen.

use std::time::Duration;

use journeyman_core::{
    JobErrorKind as Kind, Router, Value, Worker,
    capability::Intake,
    job::{Output, Progress},
    memory::{Memory, Submission},
};
use tokio::time::{Instant, sleep};

use crate::fake::{Connection, Door, Fake, Msg, counts, router, state, stop, until};

fn is_paused(worker: &journeyman_core::StartedWorker) -> bool {
    worker.control().snapshot().sessions[0].paused
}

/// Whether nothing ends for a minute.
async fn is_quiet(connection: &mut Connection) -> bool {
    sleep(Duration::from_secs(60)).await;
    connection.rest().iter().all(|message| message.end().is_none())
}

#[tokio::test(start_paused = true)]
async fn a_paused_session_starts_nothing_and_loses_nothing() {
    for intake in [Intake::Pushed, Intake::OnePerRegistration] {
        let (fake, mut server) = Fake::new();
        let worker = fake.with(|fake| fake.capabilities.intake = intake).start(router());
        let mut connection = server.registered().await;
        connection.send(Msg::job("runs", "slow"));
        until(|| counts(&worker).in_flight == 1).await;
        worker.control().pause();
        until(|| is_paused(&worker)).await;
        connection.send(Msg::job("waits", "echo"));
        assert_eq!(connection.end().await.0, "runs", "what runs goes on");
        assert!(is_quiet(&mut connection).await);
        let waiting = worker.control().active_jobs(10).await;
        assert_eq!((waiting.len(), &*waiting[0].id, waiting[0].waiting), (1, "waits", true));
        assert!(worker.control().snapshot().sessions[0].ready, "it is connected all the while");
        worker.control().resume();
        assert_eq!(connection.end().await, ("waits".into(), Ok(Value::Null)));
        assert!(!is_paused(&worker));
        stop(worker).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_waits_for_a_permit_does_not_start_in_a_paused_session() {
    let (fake, mut server) = Fake::new();
    let worker = Worker::new(router()).serve(fake).concurrency(1).start().unwrap();
    let mut connection = server.registered().await;
    connection.send(Msg::job("runs", "slow"));
    connection.send(Msg::job("waits", "echo"));
    until(|| counts(&worker).in_flight == 2).await;
    worker.control().pause();
    assert_eq!(connection.end().await.0, "runs");
    assert!(is_quiet(&mut connection).await);
    assert_eq!(worker.control().snapshot().free_permits, 1, "it holds no permit either");
    worker.control().resume();
    assert_eq!(connection.end().await.0, "waits");
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_paused_session_that_pulls_does_not_ask() {
    let (fake, mut server) = Fake::new();
    let worker = fake.with(|fake| fake.habits.pull = true).start(router());
    let mut connection = server.registered().await;
    assert_eq!(connection.recv().await, Some(Msg::Want));
    worker.control().pause();
    until(|| is_paused(&worker)).await;
    // It had asked before; what comes of it waits, and no more is asked for.
    connection.send(Msg::job("a", "echo"));
    assert!(is_quiet(&mut connection).await);
    assert!(!connection.rest().contains(&Msg::Want));
    assert_eq!(worker.control().snapshot().free_permits, 64);
    worker.control().resume();
    let mut seen = [connection.recv().await, connection.recv().await];
    seen.sort_by_key(|message| *message != Some(Msg::Want));
    assert_eq!(seen[0], Some(Msg::Want));
    assert_eq!(seen[1].as_ref().and_then(|message| Some(message.end()?.0)), Some("a"));
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn time_limits_go_on_while_paused() {
    let (fake, mut server) = Fake::new();
    let fake = fake.with(|fake| fake.config.max_wait = Some(Duration::from_secs(5)));
    let worker = fake.start(router());
    let mut connection = server.registered().await;
    worker.control().pause();
    until(|| is_paused(&worker)).await;
    connection.send(Msg::job("a", "echo"));
    connection.send(Msg::Job {
        id: "b".into(),
        route: "echo".into(),
        args: Value::Null,
        timeout: Some(Duration::from_secs(1)),
    });
    assert_eq!(connection.end().await, ("b".into(), Err(Kind::TimedOut)));
    let end = connection.next_end().await.unwrap();
    let Msg::Failure { id, kind, message } = end else { panic!("{end:?}") };
    assert_eq!((id.as_str(), kind), ("a", Kind::Overloaded));
    assert_eq!(message, "the worker is paused, and was not resumed within 5s");
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_drain_ends_what_waits_in_a_paused_session() {
    for ordered in [false, true] {
        let (fake, mut server) = Fake::new();
        let worker = fake
            .with(|fake| {
                fake.capabilities.hand_back = true;
                fake.config.ordered = ordered;
            })
            .start(router());
        let mut connection = server.registered().await;
        connection.send(Msg::job("runs", "slow"));
        until(|| counts(&worker).in_flight == 1).await;
        worker.control().pause();
        connection.send(Msg::job("a", "echo"));
        connection.send(Msg::job("b", "echo"));
        until(|| counts(&worker).in_flight == 3).await;
        let start = Instant::now();
        worker.control().drain();
        for id in ["a", "b"] {
            assert_eq!(connection.end().await, (id.into(), Err(Kind::HandedBack)), "{ordered}");
        }
        assert_eq!(start.elapsed().as_secs(), 0);
        assert_eq!(connection.end().await, ("runs".into(), Ok(Value::Null)));
        worker.wait().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_disconnected_session_stays_away_until_it_is_told_to_connect() {
    let (fake, mut server) = Fake::new();
    let worker = fake.late_results().start(router());
    let mut connection = server.registered().await;
    connection.send(Msg::job("a", "slow"));
    until(|| counts(&worker).in_flight == 1).await;
    worker.control().disconnect();
    state(&worker, "disconnected").await;
    assert_eq!(connection.recv().await, None);
    sleep(Duration::from_secs(24 * 3600)).await;
    assert_eq!(server.attempts(), 1, "it does not come back by itself");
    let snapshot = worker.control().snapshot();
    assert_eq!((snapshot.sessions[0].state, snapshot.sessions[0].ready), ("disconnected", false));
    assert_eq!(snapshot.sessions[0].counts.outbox, 1, "the result waits");
    let start = Instant::now();
    worker.control().reconnect();
    let mut connection = server.registered().await;
    assert_eq!(start.elapsed().as_secs(), 0, "at once");
    assert_eq!(connection.end().await, ("a".into(), Ok(Value::Null)));
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn disconnecting_ends_a_row_of_attempts() {
    let (fake, mut server) = Fake::new();
    server.door(Door::Refuse);
    let worker = fake.start(router());
    state(&worker, "waiting").await;
    worker.control().disconnect();
    state(&worker, "disconnected").await;
    let attempts = server.attempts();
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(server.attempts(), attempts);
    // An attempt that is under way comes to nothing.
    server.door(Door::Hang);
    worker.control().reconnect();
    state(&worker, "connecting").await;
    worker.control().disconnect();
    state(&worker, "disconnected").await;
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(server.attempts(), attempts + 1);
    server.door(Door::Open);
    worker.control().reconnect();
    let _connection = server.registered().await;
    state(&worker, "ready").await;
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_is_told_to_reconnect_does_not_wait_for_its_backoff() {
    let (fake, mut server) = Fake::new();
    server.door(Door::Refuse);
    let worker = fake.start(router());
    until(|| server.attempts() == 5).await;
    state(&worker, "waiting").await;
    server.door(Door::Open);
    let start = Instant::now();
    worker.control().reconnect();
    server.registered().await;
    assert_eq!(start.elapsed().as_secs(), 0);
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_disconnected_session_drains() {
    // With nothing to deliver it just ends; a result that waits is brought home first.
    for busy in [false, true] {
        let (fake, mut server) = Fake::new();
        let worker = fake.late_results().start(router());
        let connection = server.registered().await;
        if busy {
            connection.send(Msg::job("a", "slow"));
            until(|| counts(&worker).in_flight == 1).await;
        }
        worker.control().disconnect();
        state(&worker, "disconnected").await;
        worker.control().drain();
        if busy {
            let mut connection = server.registered().await;
            assert_eq!(connection.end().await.0, "a");
        }
        worker.wait().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn one_session_is_steered_alone() {
    let (one, mut first) = Fake::new();
    let (two, mut second) = Fake::new();
    let worker = Worker::new(router()).serve(one).serve(two).start().unwrap();
    let mut here = first.registered().await;
    let mut there = second.registered().await;
    worker.control().ready().await.unwrap();
    let control = worker.control().session(1).unwrap();
    assert!(worker.control().session(2).is_none());
    control.pause();
    until(|| control.snapshot().sessions[0].paused).await;
    assert!(!is_paused(&worker));
    here.send(Msg::job("a", "echo"));
    there.send(Msg::job("b", "echo"));
    assert_eq!(here.end().await.0, "a");
    assert!(is_quiet(&mut there).await);
    assert_eq!(control.active_jobs(10).await.len(), 1);
    control.resume();
    assert_eq!(there.end().await.0, "b");
    control.drain();
    assert_eq!(there.recv().await, Some(Msg::Draining));
    assert_eq!(there.recv().await, Some(Msg::Bye));
    let states: Vec<_> = worker.control().snapshot().sessions.iter().map(|s| s.state).collect();
    assert_eq!(states[0], "ready");
    assert_eq!(worker.control().capabilities().len(), 2);
    // One that has ended has no jobs, and answers nothing.
    until(|| control.snapshot().sessions[0].state == "stopped").await;
    assert!(control.active_jobs(10).await.is_empty());
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn what_a_job_shows_is_seen_while_it_runs_and_after_it() {
    let router = Router::new().route("show", async |output: Output, progress: Progress| {
        output.write("one\n");
        progress.message(0.5, "half");
        sleep(Duration::from_secs(5)).await;
        output.write("two\n");
    });
    let (memory, client) = Memory::new();
    let worker = Worker::new(router).serve(memory).start().unwrap();
    let job = client.submit(Submission::new("show")).await;
    until(|| worker.control().snapshot().running == 1).await;
    sleep(Duration::from_secs(2)).await;
    let active = worker.control().active_jobs(10).await;
    let shown = &active[0];
    assert_eq!((shown.progress, shown.message.as_deref()), (Some(0.5), Some("half")));
    assert_eq!(shown.output.as_ref().map(|output| &*output.text), Some("one\n"));
    assert_eq!((shown.age.as_secs(), shown.waiting, shown.cancelled), (2, false, None));
    assert_eq!((&*shown.backend, &*shown.route, shown.attempt), ("memory", "show", 1));
    job.await.unwrap();
    let recent = worker.control().snapshot().recent;
    assert_eq!(recent[0].output.as_ref().map(|output| &*output.text), Some("one\ntwo\n"));
    assert_eq!((recent[0].number, recent[0].attempt, recent[0].outcome), (1, 1, "ok"));
    assert!(worker.control().active_jobs(10).await.is_empty());
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn refused_jobs_are_among_the_recent_ones() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let mut connection = server.registered().await;
    connection.send(Msg::job("a", "no such route"));
    assert_eq!(connection.end().await.0, "a");
    let recent = worker.control().snapshot().recent;
    assert_eq!((&*recent[0].id, recent[0].outcome, recent.len()), ("a", "no_route", 1));
    assert!(recent[0].error.as_deref().is_some_and(|error| error.contains("no such route")));
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn the_list_of_jobs_is_limited_and_begins_with_the_oldest() {
    let (fake, mut server) = Fake::new();
    let worker = fake.start(router());
    let connection = server.registered().await;
    for i in 0..10 {
        connection.send(Msg::job(&i.to_string(), "deaf"));
        sleep(Duration::from_secs(1)).await;
    }
    until(|| counts(&worker).in_flight == 10).await;
    let jobs = worker.control().active_jobs(3).await;
    let ids: Vec<_> = jobs.iter().map(|job| &*job.id).collect();
    assert_eq!(ids, ["0", "1", "2"]);
    stop(worker).await;
}
