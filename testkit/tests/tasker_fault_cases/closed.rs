//! Channels that close: while steps run, while answers are on their way, while idle, at the end.

use std::time::{Duration, Instant};

use journeyman_core::session::SessionState;
use journeyman_testkit::tasker::{StepState, TaskState};
use serde_json::json;

use crate::bed::{Bed, TOO_LONG, once, thrice};

#[tokio::test]
async fn while_steps_run() {
    let bed = Bed::usual();
    let tasks: Vec<_> = (0..3).map(|_| bed.submit(once("f.hold"), json!({}))).collect();
    bed.started(3).await;
    bed.switches.cut();
    bed.connections(2).await;
    bed.board.release(3);
    for task in tasks {
        assert_eq!(bed.success(task).await, json!({ "value": 1 }));
        assert_eq!(bed.state(task).2, 1);
    }
    assert_eq!((bed.board.started(), bed.seen().answers, bed.seen().untaken), (3, 3, 0));
    let counts = bed.finish().await;
    assert_eq!((counts.ok, counts.dropped, counts.connections), (4, 0, 2));
}

#[tokio::test]
async fn while_steps_end_without_a_channel() {
    let bed = Bed::usual();
    let tasks: Vec<_> = (0..3).map(|_| bed.submit(once("f.hold"), json!({}))).collect();
    bed.started(3).await;
    bed.switches.replace(None);
    bed.until("it is closed", || !bed.snapshot().sessions[0].ready).await;
    bed.board.release(3);
    bed.until("the results wait", || bed.counts().outbox == 3).await;
    bed.switches.replace(Some(bed.channel.clone()));
    for task in tasks {
        assert_eq!(bed.success(task).await, json!({ "value": 1 }));
    }
    assert_eq!((bed.seen().answers, bed.seen().untaken), (3, 0));
    assert_eq!(bed.finish().await.dropped, 0);
}

#[tokio::test]
async fn while_answers_are_on_their_way() {
    let bed = Bed::usual();
    bed.switches.hold_answers(true);
    let done = bed.submit(once("f.count"), json!({}));
    bed.started(1).await;
    // These have no job that would keep the answer.
    let unknown = bed.submit(once("f.nowhere"), json!({}));
    bed.until("nobody handles it", || bed.stats().unresolved == 1).await;
    bed.channel.with(|core| core.faults().spoilt_events = 1);
    let spoilt = bed.submit(once("f.ok"), json!({}));
    bed.until("nobody can read it", || bed.stats().unusable == 1).await;
    bed.switches.cut();
    bed.connections(2).await;
    assert_eq!(bed.seen().answers, 0);
    bed.switches.hold_answers(false);
    assert_eq!(bed.success(done).await, json!({ "value": 0 }));
    assert_eq!(bed.failure(unknown).await.0, "handler_not_found");
    assert_eq!(bed.failure(spoilt).await.0, "invalid_event");
    assert_eq!((bed.board.started(), bed.seen().answers, bed.seen().untaken), (1, 3, 0));
    bed.finish().await;
}

#[tokio::test]
async fn while_idle() {
    let bed = Bed::usual();
    for round in 1..=3 {
        bed.works().await;
        bed.idle().await;
        bed.switches.cut();
        bed.connections(round + 1).await;
    }
    let counts = bed.finish().await;
    assert_eq!((counts.ok, counts.dropped, counts.connections), (4, 0, 4));
}

#[tokio::test]
async fn and_cannot_be_had_for_a_while() {
    let bed = Bed::usual();
    bed.works().await;
    bed.switches.replace(None);
    let tried = || {
        let states = bed.control().states();
        states
            .iter()
            .any(|state| matches!(&*state.borrow(), SessionState::Waiting { attempt: 3.., .. }))
    };
    bed.until("it was tried in vain", tried).await;
    let error = bed.snapshot().sessions[0].last_error.clone().unwrap();
    assert!(error.contains("nobody is there"), "{error}");
    let task = bed.submit(once("f.ok"), json!({}));
    assert_eq!(bed.state(task).1, StepState::InProgress, "claimed, and in the channel");
    bed.switches.replace(Some(bed.channel.clone()));
    bed.success(task).await;
    bed.finish().await;
}

#[tokio::test]
async fn by_a_server_that_starts_a_new_worker() {
    let bed = Bed::usual();
    let old = bed.submit(thrice("f.hold"), json!({}));
    bed.started(1).await;
    bed.channel.close();
    bed.until("it is closed", || !bed.snapshot().sessions[0].ready).await;
    bed.channel.with(|core| core.restart_worker());
    bed.connections(2).await;
    bed.board.release(1);
    bed.until("the answer was refused", || bed.stats().refused == 1).await;
    assert_eq!(bed.state(old), (TaskState::StepsInProcess, StepState::InProgress, 1));
    bed.works().await;
    bed.idle().await;
    bed.nothing_is_left();
    assert_eq!((bed.channel.metrics().pending_count, bed.channel.metrics().lost), (0, 1));
    assert_eq!((bed.counts().ok, bed.counts().dropped), (1, 1));
}

#[tokio::test]
async fn while_it_drains() {
    let mut bed = Bed::usual();
    let task = bed.submit(once("f.hold"), json!({}));
    bed.started(1).await;
    bed.control().drain_within(Duration::from_secs(3600));
    bed.until("it drains", || bed.snapshot().sessions[0].state == "draining").await;
    bed.switches.cut();
    bed.until("it is connected anew", || bed.counts().connections == 2).await;
    bed.board.release(1);
    assert_eq!(bed.success(task).await, json!({ "value": 1 }));
    let summary = bed.stopped().await;
    assert_eq!((summary.unfinished, bed.seen().farewells), (0, 1));
    assert_eq!(bed.channel.metrics().pending_count, 0);
    // The new connection was told to claim no more.
    let late = bed.submit(once("f.ok"), json!({}));
    assert_eq!(bed.state(late).1, StepState::Enqueued);
}

#[tokio::test]
async fn for_good_while_it_drains() {
    let mut bed = Bed::usual();
    let task = bed.submit(thrice("f.hold"), json!({}));
    bed.started(1).await;
    bed.switches.replace(None);
    bed.until("it is closed", || !bed.snapshot().sessions[0].ready).await;
    bed.board.release(1);
    bed.until("the result waits", || bed.counts().outbox == 1).await;
    let start = Instant::now();
    bed.control().drain_within(Duration::from_millis(200));
    let summary = bed.stopped().await;
    // The time to drain, and that to close.
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    assert_eq!(summary.snapshot.sessions[0].counts.dropped, 1);
    // What nobody answered is found by the next who cleans up.
    assert_eq!(bed.channel.metrics().pending_count, 1);
    bed.channel.advance(TOO_LONG);
    bed.switches.replace(Some(bed.channel.clone()));
    bed.board.release(1);
    bed.again();
    bed.success(task).await;
    assert_eq!(bed.state(task).2, 2);
    bed.finish().await;
}
