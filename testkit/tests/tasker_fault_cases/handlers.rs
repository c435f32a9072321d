//! Handlers that panic, never end, or are stuck.

use std::time::Duration;

use journeyman_testkit::tasker::{StepState, TaskState};
use serde_json::json;

use crate::{
    bed::{Bed, Job, Plan, config, once, thrice},
    switches::Kind,
};

#[tokio::test]
async fn that_panic() {
    let bed = Bed::usual();
    for callable in ["f.panic", "f.panic_blocking"] {
        // As many as there are permits, and one.
        let tasks: Vec<_> = (0..5).map(|_| bed.submit(thrice(callable), json!({}))).collect();
        for task in tasks {
            let (kind, text) = bed.failure(task).await;
            assert_eq!((&*kind, &*text), ("handler_panic", "Handler panicked: on purpose"));
            assert_eq!(bed.state(task), (TaskState::BlockedByFailures, StepState::Error, 1));
        }
        bed.idle().await;
        bed.nothing_is_left();
    }
    let counts = bed.finish().await;
    assert_eq!((counts.failed, counts.connections), (10, 1));
}

#[tokio::test]
async fn that_never_end() {
    let bed = Bed::usual();
    let job = Job { attempts: 2, ..once("f.never") }.seconds(1);
    let task = bed.submit(job, json!({}));
    let (kind, text) = bed.failure(task).await;
    assert_eq!((&*kind, &*text), ("handler_timeout", "Handler timed out after 1000ms"));
    assert_eq!(bed.state(task), (TaskState::BlockedByFailures, StepState::Error, 2));
    assert_eq!(bed.board.started(), 2);
    bed.until("the handlers are gone", || bed.snapshot().running == 0).await;
    bed.finish().await;
}

#[tokio::test]
async fn that_are_stuck_in_a_thread() {
    let bed = Bed::usual();
    let task = bed.submit(once("f.stuck").seconds(1), json!({}));
    assert_eq!(bed.failure(task).await.0, "handler_timeout");
    bed.idle().await;
    // The step is answered; the thread has its permit until it ends.
    let snapshot = bed.snapshot();
    assert_eq!((snapshot.running, snapshot.free_permits), (1, snapshot.concurrency - 1));
    bed.works().await;
    bed.board.free();
    bed.until("it has ended", || bed.snapshot().running == 0).await;
    bed.finish().await;
}

/// Whatever the settings say: an answer of one's own is better than what the channel says of it.
#[tokio::test]
async fn that_outlast_the_channel() {
    let timeout = Duration::from_millis(1500);
    let mut plan =
        Plan { config: config(|config| config.completion_timeout = timeout), ..Plan::default() };
    plan.kind = Kind { timeout: Some(timeout), ..Kind::default() };
    let bed = Bed::new(plan);
    let clock = bed.channel.clone();
    let clock = tokio::spawn(async move { clock.follow_time().await });
    let tasks = [
        bed.submit(once("f.never"), json!({})),
        bed.submit(once("f.never").seconds(60), json!({})),
    ];
    for task in tasks {
        let (kind, text) = bed.failure(task).await;
        assert_eq!((&*kind, &*text), ("handler_timeout", "Handler timed out after 1000ms"));
    }
    assert_eq!((bed.seen().untaken, bed.stats().timed_out), (0, 0));
    bed.until("the handlers are gone", || bed.snapshot().running == 0).await;
    bed.finish().await;
    clock.abort();
}

#[tokio::test]
async fn that_are_not_there() {
    let bed = Bed::usual();
    let task = bed.submit(thrice("f.nowhere"), json!({}));
    let (kind, text) = bed.failure(task).await;
    assert_eq!(kind, "handler_not_found");
    assert!(text.starts_with("Handler not found: f.nowhere"), "{text}");
    assert_eq!(bed.state(task), (TaskState::BlockedByFailures, StepState::Error, 1));
    bed.finish().await;
}
