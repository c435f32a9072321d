//! More steps than the worker has room for.

use std::time::{Duration, Instant};

use journeyman_testkit::tasker::{Backoff, Config, Event, Overflow, StepState, TaskState};
use serde_json::json;

use crate::bed::{Bed, Job, Plan, config, once, thrice};

fn small(config: Config, max_waiting: usize) -> Plan {
    let mut plan = Plan { config, concurrency: 2, ..Plan::default() };
    plan.settings = plan.settings.max_waiting(max_waiting);
    plan
}

#[tokio::test]
async fn more_than_may_wait() {
    const STEPS: usize = 500;
    let config = config(|config| {
        (config.dispatch_buffer, config.overflow) = (1000, Overflow::Lose);
    });
    let bed = Bed::new(small(config, 8));
    let tasks: Vec<_> = (0..STEPS).map(|_| bed.submit(once("f.slow"), json!({}))).collect();
    let (mut done, mut refused) = (0, 0);
    for task in tasks {
        let result = bed.end(task).await;
        match result.success {
            true => done += 1,
            false => {
                refused += 1;
                let error = result.error.as_ref().unwrap();
                assert_eq!(error.error_type.as_deref(), Some("worker_overloaded"));
                assert!(error.retryable && error.message.contains("8 jobs wait"), "{error:?}");
            }
        }
    }
    bed.idle().await;
    // Two run and eight wait; each other one is answered at once.
    assert!(done >= 10, "{done} done, {refused} refused");
    assert!(refused >= 1, "{done} done, {refused} refused");
    assert_eq!(done + refused, STEPS);
    let (polled, answered) = (
        bed.logged(|event| matches!(event, Event::Polled { .. })),
        bed.logged(|event| matches!(event, Event::Answered { .. })),
    );
    assert_eq!((polled, answered, bed.channel.metrics().lost), (STEPS, STEPS, 0));
    let counts = bed.finish().await;
    assert_eq!((counts.ok, counts.failed), (done as u64 + 1, refused as u64));
}

#[tokio::test]
async fn more_than_may_wait_until_all_are_done() {
    const STEPS: usize = 60;
    let backoff = Backoff { base_seconds: 1, multiplier: 1.0, max_seconds: 1, jitter_percent: 0.0 };
    let bed = Bed::new(small(config(|config| config.backoff = backoff), 4));
    let job = Job { attempts: 100, ..thrice("f.slow") };
    let tasks: Vec<_> = (0..STEPS).map(|_| bed.submit(job, json!({}))).collect();
    let done = || {
        let complete = |task: &&_| bed.state(**task).0 == TaskState::Complete;
        tasks.iter().filter(complete).count()
    };
    while done() < STEPS {
        let before = done();
        bed.idle().await;
        bed.channel.advance(Duration::from_secs(1));
        bed.until("some more are done", || done() > before).await;
    }
    bed.idle().await;
    assert!(bed.stats().failed > 0, "none was refused");
    assert_eq!(bed.counts().ok, STEPS as u64);
    bed.finish().await;
}

#[tokio::test]
async fn longer_than_may_be_waited() {
    let mut plan = Plan { concurrency: 1, ..Plan::default() };
    plan.settings = plan.settings.max_wait(Duration::from_millis(100));
    let bed = Bed::new(plan);
    let first = bed.submit(once("f.hold"), json!({}));
    bed.started(1).await;
    let behind = bed.submit(once("f.hold"), json!({}));
    let start = Instant::now();
    let (kind, text) = bed.failure(behind).await;
    assert_eq!(kind, "worker_overloaded");
    assert!(text.contains("within 100ms"), "{text}");
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!((bed.state(behind).1, bed.board.started()), (StepState::Error, 1));
    bed.board.release(1);
    bed.success(first).await;
    bed.finish().await;
}

/// Upstream claims a step before it looks for room, and loses 18 of 40 here (Tasker sheet, section 19).
#[tokio::test]
async fn a_small_buffer_and_slow_handlers_lose_nothing() {
    const STEPS: usize = 300;
    let config = config(|config| {
        (config.dispatch_buffer, config.overflow) = (10, Overflow::Lose);
        config.claim_every = Duration::from_micros(500);
    });
    let bed = Bed::new(Plan { config, concurrency: 2, ..Plan::default() });
    let clock = bed.channel.clone();
    let clock = tokio::spawn(async move { clock.follow_time().await });
    let tasks: Vec<_> = (0..STEPS).map(|_| bed.submit(once("f.slow"), json!({}))).collect();
    for task in tasks {
        bed.success(task).await;
    }
    assert_eq!(bed.channel.metrics().lost, 0);
    let most = bed.logged(|event| matches!(event, Event::NotClaimed { .. }));
    assert_eq!(most, 0, "steps whose message came again");
    bed.finish().await;
    clock.abort();
}
