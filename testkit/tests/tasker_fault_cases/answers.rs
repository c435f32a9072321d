//! Answers that come late, twice, for something else, or are not taken.

use journeyman_testkit::tasker::{Event, StepState, TaskState};
use serde_json::json;
use uuid::Uuid;

use crate::{
    bed::{Bed, Plan, STALE, TOO_LONG, config, once, thrice},
    switches::Deed,
};

/// A step whose answer went nowhere stays where it is, until its task is given up.
async fn is_stuck(bed: &Bed, task: Uuid) {
    bed.idle().await;
    assert_eq!(bed.state(task), (TaskState::StepsInProcess, StepState::InProgress, 1));
    assert_eq!(bed.channel.metrics().pending_count, 0);
    bed.nothing_is_left();
    bed.works().await;
    bed.channel.advance(STALE);
    assert_eq!(bed.state(task), (TaskState::Error, StepState::InProgress, 1));
    assert!(bed.channel.with(|core| core.dead_letters().any(|dead| dead == task)));
}

#[tokio::test]
async fn late_for_a_step_that_is_not_tried_again() {
    let bed = Bed::usual();
    let task = bed.submit(once("f.hold"), json!({}));
    bed.started(1).await;
    bed.channel.advance(TOO_LONG);
    let (kind, text) = bed.failure(task).await;
    assert_eq!((&*kind, &*text), ("ffi_timeout", "FFI handler timed out after 30000ms"));
    bed.until("the worker knows of it", || bed.stats().timed_out == 1).await;
    assert_eq!(bed.seen().answers, 0);
    bed.board.release(1);
    bed.idle().await;
    assert_eq!((bed.seen().answers, bed.seen().untaken, bed.stats().refused), (1, 1, 1));
    assert_eq!(bed.failure(task).await.0, "ffi_timeout", "the state is as before");
    assert_eq!(bed.state(task), (TaskState::BlockedByFailures, StepState::Error, 1));
    let counts = bed.finish().await;
    assert_eq!((counts.ok, counts.dropped), (1, 1));
}

#[tokio::test]
async fn late_for_a_step_that_came_again_while_it_ran() {
    let bed = Bed::usual();
    let task = bed.submit(thrice("f.hold"), json!({}));
    bed.started(1).await;
    bed.channel.advance(TOO_LONG);
    bed.until("the second try has come", || bed.counts().merged == 1).await;
    bed.board.release(2);
    assert_eq!(bed.success(task).await, json!({ "value": 1 }));
    bed.idle().await;
    // One run, whose result answers both events; one of them is closed.
    assert_eq!((bed.board.started(), bed.seen().answers, bed.seen().untaken), (1, 2, 1));
    assert_eq!(bed.state(task), (TaskState::Complete, StepState::Complete, 2));
    let counts = bed.finish().await;
    assert_eq!((counts.accepted, counts.ok, counts.merged), (2, 2, 1));
}

#[tokio::test]
async fn overtaken_on_its_way_by_the_next_try() {
    let bed = Bed::usual();
    bed.switches.hold_answers(true);
    let task = bed.submit(thrice("f.count"), json!({}));
    bed.started(1).await;
    bed.until("the first is on its way", || bed.snapshot().running == 0).await;
    bed.channel.advance(TOO_LONG);
    bed.started(2).await;
    bed.until("the second is on its way", || bed.snapshot().running == 0).await;
    bed.switches.hold_answers(false);
    // The result is that of the try that is known.
    assert_eq!(bed.success(task).await, json!({ "value": 1 }));
    bed.idle().await;
    assert_eq!((bed.seen().answers, bed.seen().untaken), (2, 1));
    assert_eq!(bed.state(task), (TaskState::Complete, StepState::Complete, 2));
    let counts = bed.finish().await;
    assert_eq!((counts.accepted, counts.ok, counts.dropped), (3, 2, 1));
}

#[tokio::test]
async fn twice() {
    let bed = Bed::usual();
    bed.switches.next_answer(Deed::Twice);
    let task = bed.submit(thrice("f.count"), json!({}));
    assert_eq!(bed.success(task).await, json!({ "value": 0 }));
    bed.idle().await;
    assert_eq!((bed.seen().answers, bed.seen().untaken), (2, 1));
    assert_eq!(bed.logged(|event| matches!(event, Event::Refused { .. })), 1);
    assert_eq!(bed.state(task), (TaskState::Complete, StepState::Complete, 1));
    assert_eq!(bed.board.started(), 1);
    assert_eq!(bed.finish().await.ok, 2);
}

#[tokio::test]
async fn a_failure_twice_costs_one_attempt() {
    let bed = Bed::usual();
    bed.switches.next_answer(Deed::Twice);
    let task = bed.submit(thrice("f.flaky"), json!({}));
    assert_eq!(bed.success(task).await, json!({ "value": 2 }));
    bed.idle().await;
    assert_eq!((bed.seen().answers, bed.seen().untaken), (3, 1));
    assert_eq!(bed.state(task), (TaskState::Complete, StepState::Complete, 2));
    bed.finish().await;
}

#[tokio::test]
async fn for_an_event_that_nobody_knows() {
    let bed = Bed::usual();
    bed.switches.next_answer(Deed::OtherEvent);
    let task = bed.submit(thrice("f.count"), json!({}));
    bed.started(1).await;
    bed.until("it was refused", || bed.stats().refused == 1).await;
    bed.nothing_is_left();
    // The step is unanswered still, and is tried again when the channel finds that.
    assert_eq!(bed.channel.metrics().pending_count, 1);
    bed.channel.advance(TOO_LONG);
    assert_eq!(bed.success(task).await, json!({ "value": 1 }));
    assert_eq!(bed.state(task), (TaskState::Complete, StepState::Complete, 2));
    assert_eq!(bed.finish().await.dropped, 1);
}

#[tokio::test]
async fn for_a_step_that_nobody_knows() {
    let bed = Bed::usual();
    bed.switches.next_answer(Deed::OtherStep(Uuid::new_v4()));
    let task = bed.submit(thrice("f.ok"), json!({}));
    bed.until("it was taken", || bed.stats().completed == 1).await;
    let dropped = |event: &Event| matches!(event, Event::Dropped { reason, .. } if reason == "step not found");
    assert_eq!(bed.logged(dropped), 1);
    is_stuck(&bed, task).await;
    bed.finish().await;
}

#[tokio::test]
async fn for_the_step_of_another_task() {
    let bed = Bed::usual();
    let other = bed.submit(once("f.hold"), json!({}));
    bed.started(1).await;
    bed.switches.next_answer(Deed::OtherStep(bed.step(other).uuid));
    let task = bed.submit(once("f.ok"), json!({}));
    // Upstream believes it.
    assert_eq!(bed.success(other).await, json!({ "ok": true }));
    bed.board.release(1);
    is_stuck(&bed, task).await;
    assert_eq!(bed.success(other).await, json!({ "ok": true }), "its own result came too late");
    bed.finish().await;
}

#[tokio::test]
async fn refused_as_by_a_full_channel() {
    let bed = Bed::usual();
    bed.channel.with(|core| core.faults().refused_answers = 1);
    let task = bed.submit(thrice("f.ok"), json!({}));
    bed.until("it was refused", || bed.stats().refused == 1).await;
    is_stuck(&bed, task).await;
    let counts = bed.finish().await;
    assert_eq!((counts.ok, counts.dropped), (2, 1));
}

#[tokio::test]
async fn taken_and_lost_with_the_database() {
    let bed = Bed::usual();
    bed.channel.with(|core| core.faults().lost_results = 1);
    let task = bed.submit(thrice("f.ok"), json!({}));
    bed.until("it was taken", || bed.stats().completed == 1).await;
    is_stuck(&bed, task).await;
    // Nobody can know.
    assert_eq!(bed.finish().await.ok, 3);
}

#[tokio::test]
async fn taken_by_a_channel_that_closes_and_says_no() {
    let bed = Bed::usual();
    bed.switches.next_answer(Deed::Unconfirmed);
    let task = bed.submit(thrice("f.count"), json!({}));
    assert_eq!(bed.success(task).await, json!({ "value": 0 }));
    bed.connections(2).await;
    bed.idle().await;
    // The worker thinks that it was refused, and has nothing more to do with it.
    assert_eq!((bed.seen().answers, bed.seen().untaken, bed.stats().refused), (1, 0, 1));
    assert_eq!((bed.state(task).2, bed.board.started()), (1, 1));
    bed.finish().await;
}

#[tokio::test]
async fn a_checkpoint_that_cannot_be_stored() {
    let bed = Bed::usual();
    let task = bed.submit(thrice("f.portions"), json!({}));
    assert_eq!(bed.success(task).await, json!({ "attempts": [1, 1, 1] }));
    assert_eq!((bed.stats().checkpoints, bed.state(task).2), (2, 1));

    bed.channel.with(|core| core.faults().failed_checkpoints = 1);
    let task = bed.submit(thrice("f.portions"), json!({}));
    assert_eq!(bed.success(task).await, json!({ "attempts": [2, 2, 2] }));
    assert_eq!(bed.state(task), (TaskState::Complete, StepState::Complete, 2));

    bed.channel.with(|core| core.faults().failed_checkpoints = 1);
    let task = bed.submit(once("f.portions"), json!({}));
    assert_eq!(bed.failure(task).await.0, "checkpoint_error");
    bed.finish().await;
}

#[tokio::test]
async fn a_checkpoint_where_the_channel_has_none() {
    let config = config(|config| config.checkpoints = false);
    let bed = Bed::new(Plan { config, ..Plan::default() });
    let task = bed.submit(once("f.portions"), json!({}));
    // The event is still open after that refusal: without an answer it would stay so until it is
    // cleaned up, once for each attempt.
    let (kind, text) = bed.failure(task).await;
    assert_eq!(kind, "checkpoint_error", "{text}");
    assert_eq!(bed.board.started(), 1);
    bed.finish().await;
}
