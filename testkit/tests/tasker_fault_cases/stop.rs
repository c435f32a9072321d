//! The end of a worker that has steps in hand.

use std::time::{Duration, Instant};

use journeyman_testkit::tasker::{Event, StepState, TaskState};
use serde_json::json;

use crate::{
    bed::{Bed, Plan, once, thrice},
    switches::Kind,
};

/// All that the drain time leaves open is answered, and done by the next worker.
#[tokio::test]
async fn with_steps_that_run_and_wait() {
    let mut bed = Bed::new(Plan { concurrency: 2, ..Plan::default() });
    let tasks: Vec<_> = (0..5).map(|_| bed.submit(thrice("f.hold"), json!({}))).collect();
    bed.started(2).await;
    bed.until("the others wait", || bed.counts().accepted == 5).await;
    let start = Instant::now();
    bed.control().drain_within(Duration::from_millis(200));
    let summary = bed.stopped().await;
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!((summary.unfinished, summary.snapshot.sessions[0].counts.failed), (0, 5));
    assert_eq!(bed.channel.metrics().pending_count, 0);
    for task in &tasks {
        let result = bed.step(*task).result.unwrap();
        let error = result.error.as_ref().unwrap();
        assert_eq!(error.error_type.as_deref(), Some("worker_shutdown"));
        assert!(error.retryable && result.metadata.retryable);
        // It is in the queue, for whoever comes.
        assert_eq!(bed.state(*task), (TaskState::StepsInProcess, StepState::Enqueued, 1));
    }
    bed.again();
    bed.board.release(5);
    for task in tasks {
        assert_eq!(bed.success(task).await, json!({ "value": 1 }));
        assert_eq!(bed.state(task).2, 2);
    }
    bed.finish().await;
}

/// Where the channel cannot be told, steps go on to come: they are answered as well.
#[tokio::test]
async fn while_steps_come() {
    let kind = Kind { stops: false, wakes: false, ..Kind::default() };
    let mut bed = Bed::new(Plan { kind, ..Plan::default() });
    let task = bed.submit(once("f.hold"), json!({}));
    bed.started(1).await;
    bed.control().drain_within(Duration::from_secs(3600));
    bed.until("it drains", || bed.snapshot().sessions[0].state == "draining").await;
    let late: Vec<_> = (0..20).map(|_| bed.submit(once("f.hold"), json!({}))).collect();
    for task in late {
        assert_eq!(bed.failure(task).await.0, "worker_shutdown");
    }
    assert_eq!(bed.board.started(), 1);
    bed.board.release(1);
    bed.success(task).await;
    bed.stopped().await;
    let taken = bed.logged(|event| matches!(event, Event::Polled { .. }));
    let answered = bed.logged(|event| matches!(event, Event::Answered { .. }));
    assert_eq!((taken, answered, bed.channel.metrics().pending_count), (21, 21, 0));
}

/// What was claimed and not looked at yet would be lost with the channel.
#[tokio::test]
async fn with_steps_in_a_channel_that_nobody_looks_at() {
    let kind = Kind { stops: false, wakes: false, ..Kind::default() };
    let mut plan = Plan { kind, ..Plan::default() };
    plan.settings = plan.settings.max_poll_interval(Duration::from_secs(3600));
    let mut bed = Bed::new(plan);
    bed.works().await;
    bed.idle().await;
    let tasks: Vec<_> = (0..5).map(|_| bed.submit(once("f.ok"), json!({}))).collect();
    assert_eq!(bed.channel.metrics().buffered, 5);
    bed.control().drain_within(Duration::from_secs(3600));
    bed.stopped().await;
    let metrics = bed.channel.metrics();
    assert_eq!((metrics.buffered, metrics.pending_count, metrics.lost), (0, 0, 0));
    for task in tasks {
        assert_eq!(bed.failure(task).await.0, "worker_shutdown");
    }
}

#[tokio::test]
async fn at_once() {
    let mut bed = Bed::usual();
    let task = bed.submit(thrice("f.hold"), json!({}));
    bed.started(1).await;
    bed.control().abort();
    bed.stopped().await;
    assert_eq!(bed.state(task), (TaskState::StepsInProcess, StepState::Enqueued, 1));
    assert_eq!((bed.seen().answers, bed.seen().untaken, bed.seen().farewells), (1, 0, 1));
}

/// A channel that takes no answer cannot keep a worker from its end.
#[tokio::test]
async fn with_answers_that_nobody_takes() {
    let mut bed = Bed::usual();
    bed.switches.hold_answers(true);
    bed.submit(thrice("f.count"), json!({}));
    bed.started(1).await;
    let start = Instant::now();
    bed.control().drain_within(Duration::from_millis(200));
    let summary = bed.stopped().await;
    // The time to drain, that to get answers out, and that to close.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(summary.snapshot.sessions[0].counts.dropped, 1);
}
