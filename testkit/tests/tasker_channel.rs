//! The dispatch channel of the stand-in orchestrator: overflow, wrong and late answers, faults, and
//! the front that a worker waits on.

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod tasker_support;

use std::time::Duration;

use journeyman_testkit::tasker::{
    Channel, Config, Delivery, Event, Orchestrator, Overflow, StepState, TaskState,
};
use serde_json::{Value, json};
use tasker_support::{fail, failure, poll_all, start, state, step_state, succeed, success, with};
use uuid::Uuid;

const ONE: &str =
    "name: one\nnamespace_name: t\nversion: '1'\nsteps:\n  - {name: s, handler: {callable: c}}\n";

fn log(core: &Orchestrator) -> Vec<Event> {
    let mut events = core.events();
    std::iter::from_fn(|| events.try_next()).collect()
}

fn forty(overflow: Overflow) -> (Orchestrator, Vec<Uuid>) {
    let mut config = Config::default();
    config.dispatch_buffer = 10;
    config.overflow = overflow;
    let mut core = with(config, ONE);
    let tasks = (0..40).map(|number| start(&mut core, json!({ "number": number }))).collect();
    (core, tasks)
}

#[test]
fn a_full_channel_loses_claimed_steps_for_good() {
    let (mut core, tasks) = forty(Overflow::Lose);
    let events = poll_all(&mut core);
    assert_eq!(events.len(), 10);
    assert_eq!(core.metrics().lost, 30);
    for event in &events {
        succeed(&mut core, event, json!({}));
    }
    // Their messages show again and again and can not be claimed.
    core.advance(Duration::from_secs(95));
    assert!(core.poll().is_none());
    let mut seen = 0;
    for event in log(&core) {
        if let Event::NotClaimed { times, .. } = event {
            assert_eq!(times, 3);
            seen += 1;
        }
    }
    assert_eq!(seen, 30);
    let count =
        |core: &Orchestrator, wanted| tasks.iter().filter(|&&t| state(core, t) == wanted).count();
    assert_eq!(count(&core, TaskState::Complete), 10);
    assert_eq!(count(&core, TaskState::StepsInProcess), 30);
    core.advance(Duration::from_secs(3600));
    assert_eq!(count(&core, TaskState::Error), 30);
    assert_eq!(core.dead_letters().count(), 30);
    for task in tasks.iter().filter(|&&task| state(&core, task) == TaskState::Error) {
        assert_eq!(step_state(&core, *task, "s"), StepState::InProgress);
    }
}

#[test]
fn a_server_that_holds_loses_nothing() {
    let (mut core, tasks) = forty(Overflow::Hold);
    let metrics = core.metrics();
    assert_eq!((metrics.buffered, metrics.queued, metrics.lost), (10, 30, 0));
    let mut count = 0;
    while let Some(event) = core.poll() {
        succeed(&mut core, &event, json!({}));
        count += 1;
    }
    assert_eq!(count, 40);
    assert!(tasks.iter().all(|&task| state(&core, task) == TaskState::Complete));
}

#[test]
fn claims_take_their_time_if_they_are_told_to() {
    let mut config = Config::default();
    config.dispatch_buffer = 10;
    config.claim_every = Duration::from_millis(5);
    let mut core = with(config, ONE);
    for number in 0..40 {
        start(&mut core, json!({ "number": number }));
    }
    // Who polls in time loses nothing, although forty are more than ten.
    let mut events = 0;
    for _ in 0..40 {
        events += poll_all(&mut core).len();
        core.advance(Duration::from_millis(5));
    }
    assert_eq!(events, 40);
    assert_eq!(core.metrics().lost, 0);
}

#[test]
fn unknown_second_and_unreadable_answers() {
    let mut core = with(Config::default(), ONE);
    let task = start(&mut core, json!({}));
    let event = core.poll().unwrap();
    let good = success(&event, json!({}));
    assert!(!core.complete(Uuid::nil(), &good));
    for bad in [json!(5), json!({ "success": 1 }), json!({ "error": {} }), json!(null)] {
        assert!(!core.complete(event.event_id, &bad), "{bad}");
        assert!(!core.checkpoint(event.event_id, &bad), "{bad}");
    }
    let step = event.step_uuid.to_string();
    for bad in [json!({ "step_uuid": step }), json!({ "step_uuid": "x", "cursor": 1 })] {
        assert!(!core.checkpoint(event.event_id, &bad), "{bad}");
    }
    assert_eq!(core.metrics().pending_count, 1);
    assert!(core.complete(event.event_id, &good));
    assert!(!core.complete(event.event_id, &good));
    assert_eq!(state(&core, task), TaskState::Complete);
    let refused = log(&core).into_iter().filter(|event| matches!(event, Event::Refused { .. }));
    assert_eq!(refused.count(), 12);
}

#[test]
fn the_step_id_inside_of_a_result_is_believed() {
    let yaml = "name: two\nnamespace_name: t\nversion: '1'\nsteps:\n\
        \x20 - {name: a, handler: {callable: c}}\n  - {name: b, handler: {callable: c}}\n";
    let mut core = with(Config::default(), yaml);
    let task = start(&mut core, json!({}));
    let events = poll_all(&mut core);
    // One of nobody: accepted, and the step hangs.
    let mut result = success(&events[0], json!({}));
    result["step_uuid"] = json!(Uuid::nil().to_string());
    assert!(core.complete(events[0].event_id, &result));
    assert_eq!(step_state(&core, task, "a"), StepState::InProgress);
    assert!(
        log(&core).iter().any(
            |event| matches!(event, Event::Dropped { reason, .. } if reason == "step not found")
        )
    );
    // The other's: it ends the other.
    let wrong = success(&events[0], json!("wrong"));
    assert!(core.complete(events[1].event_id, &wrong));
    assert_eq!(step_state(&core, task, "a"), StepState::Complete);
    assert_eq!(step_state(&core, task, "b"), StepState::InProgress);
    assert_eq!(state(&core, task), TaskState::EvaluatingResults);
}

#[test]
fn late_answers_are_refused_and_the_retry_is_on_its_way() {
    let mut core = with(Config::default(), ONE);
    let task = start(&mut core, json!({}));
    let event = core.poll().unwrap();
    core.advance(Duration::from_secs(30));
    assert_eq!(core.cleanup_timeouts(), 0, "not older yet");
    core.advance(Duration::from_millis(1));
    let metrics = core.metrics();
    assert!(metrics.starvation_detected && metrics.starving_event_count == 1);
    assert_eq!(metrics.oldest_pending_age_ms, Some(30_001));
    assert_eq!(core.cleanup_timeouts(), 1);
    assert_eq!(core.cleanup_timeouts(), 0);
    assert!(!core.complete(event.event_id, &success(&event, json!({}))));
    core.advance(Duration::from_secs(3));
    let again = core.poll().unwrap();
    assert_eq!(again.attempts(), Some(1));
    succeed(&mut core, &again, json!({}));
    assert_eq!(state(&core, task), TaskState::Complete);
}

#[test]
fn closed_channels() {
    let mut core = with(Config::default(), ONE);
    let first = start(&mut core, json!(1));
    let event = core.poll().unwrap();
    let second = start(&mut core, json!(2));
    core.close();
    assert!(core.poll().is_none() && core.is_closed() && !core.has_events());
    succeed(&mut core, &event, json!({}));
    assert_eq!(state(&core, first), TaskState::Complete, "answers still go through");
    assert_eq!(step_state(&core, second, "s"), StepState::InProgress, "lost");
    let third = start(&mut core, json!(3));
    assert_eq!(step_state(&core, third, "s"), StepState::Enqueued, "nobody claims");
    core.restart_worker();
    let event = core.poll().unwrap();
    assert_eq!(event.context(), &json!(3));
    core.close_completions();
    assert!(!core.complete(event.event_id, &success(&event, json!({}))));
    assert_eq!(core.metrics().pending_count, 0, "the event is gone");
    assert_eq!(step_state(&core, third, "s"), StepState::InProgress);
    core.pause_claims(true);
    let fourth = start(&mut core, json!(4));
    assert_eq!(step_state(&core, fourth, "s"), StepState::Enqueued);
    core.pause_claims(false);
    assert_eq!(step_state(&core, fourth, "s"), StepState::InProgress);
}

#[test]
fn faults_on_purpose() {
    let mut core = with(Config::quick(), ONE);
    core.faults().busy_polls = 2;
    core.faults().events_twice = 1;
    let task = start(&mut core, json!({}));
    assert!(core.poll().is_none() && core.has_events() && core.poll().is_none());
    let event = core.poll().unwrap();
    assert_eq!(core.poll().unwrap().event_id, event.event_id);
    assert!(core.poll().is_none());
    core.faults().failed_checkpoints = 1;
    let data = json!({ "step_uuid": event.step_uuid.to_string(), "cursor": 1 });
    assert!(!core.checkpoint(event.event_id, &data));
    let retry = core.poll().unwrap();
    let before = core.steps(task)[0].result.clone().unwrap();
    assert_eq!(before.metadata.error_type.as_deref(), Some("checkpoint_error"));
    core.faults().lost_results = 1;
    succeed(&mut core, &retry, json!({}));
    assert_eq!(step_state(&core, task, "s"), StepState::InProgress, "accepted, and lost");

    let task = start(&mut core, json!({}));
    let event = core.poll().unwrap();
    core.faults().refused_answers = 1;
    assert!(!core.complete(event.event_id, &failure(&event, true)));
    assert!(!core.complete(event.event_id, &failure(&event, true)));
    assert_eq!(step_state(&core, task, "s"), StepState::InProgress);

    core.faults().spoilt_events = 1;
    start(&mut core, json!({}));
    let json = core.poll().unwrap().to_json();
    let step = &json["execution_event"]["payload"]["task_sequence_step"];
    assert!(step.get("step_definition").is_none() && step.get("workflow_step").is_some());
}

#[test]
fn without_checkpoints() {
    let mut config = Config::default();
    config.checkpoints = false;
    let mut core = with(config, ONE);
    start(&mut core, json!({}));
    let event = core.poll().unwrap();
    let data = json!({ "step_uuid": event.step_uuid.to_string(), "cursor": 1 });
    assert!(!core.checkpoint(event.event_id, &data));
    succeed(&mut core, &event, json!({}));
}

#[test]
fn domain_events_by_condition() {
    let conditions = ["success", "failure", "always", "retryable_failure", "permanent_failure"];
    let events: String = conditions
        .iter()
        .map(|word| {
            format!(
                "      - {{name: e.{word}, description: d, condition: {word}, \
                 delivery_mode: fast, schema: {{}}}}\n"
            )
        })
        .collect();
    let yaml = format!(
        "name: ev\nnamespace_name: t\nversion: '1'\nsteps:\n  - name: s\n    \
         handler: {{callable: c}}\n    publishes_events:\n{events}"
    );
    for (success, retryable, fired, with_kinds) in [
        (true, false, &["success", "always"][..], &["success", "always"][..]),
        (false, true, &["failure", "always"], &["failure", "always", "retryable_failure"]),
        (false, false, &["failure", "always"], &["failure", "always", "permanent_failure"]),
    ] {
        for (kinds, expected) in [(false, fired), (true, with_kinds)] {
            let mut config = Config::default();
            config.failure_conditions = kinds;
            let mut core = with(config, &yaml);
            start(&mut core, json!({}));
            let event = core.poll().unwrap();
            match success {
                true => succeed(&mut core, &event, json!({})),
                false => fail(&mut core, &event, retryable),
            }
            let names: Vec<String> =
                std::iter::from_fn(|| core.poll_bus()).map(|event| event.name).collect();
            let expected: Vec<String> = expected.iter().map(|word| format!("e.{word}")).collect();
            assert_eq!(names, expected, "{success} {retryable} {kinds}");
        }
    }
    let mut core = Orchestrator::default();
    core.publish(json!({ "event_name": "x.y" }), Delivery::Broadcast).unwrap();
    assert!(core.publish(json!({}), Delivery::Fast).is_err());
    assert_eq!(core.domain_events().count(), 2);
    assert_eq!(core.poll_bus().unwrap().to_json(), json!({ "event_name": "x.y" }));
}

#[tokio::test]
async fn the_front_wakes_who_waits() {
    let channel = Channel::new(with(Config::default(), ONE));
    let waiting = tokio::spawn({
        let channel = channel.clone();
        async move { channel.next().await }
    });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    let task = channel.with(|core| start(core, json!({})));
    let event = waiting.await.unwrap().unwrap();
    assert!(channel.poll_async(Duration::from_millis(1)).await.is_none());
    let ended = tokio::spawn({
        let channel = channel.clone();
        async move { channel.wait_for(|core| core.is_settled(task)).await }
    });
    tokio::task::yield_now().await;
    assert!(channel.complete(event.event_id, &success(&event, json!({}))));
    ended.await.unwrap();
    let waiting = tokio::spawn({
        let channel = channel.clone();
        async move { channel.next().await }
    });
    tokio::task::yield_now().await;
    channel.close();
    assert!(waiting.await.unwrap().is_none());
}

#[tokio::test]
async fn the_front_can_follow_time() {
    let mut config = Config::default();
    config.claim_every = Duration::from_millis(10);
    let channel = Channel::new(with(config, ONE));
    let clock = tokio::spawn({
        let channel = channel.clone();
        async move { channel.follow_time().await }
    });
    let tasks: Vec<Uuid> =
        (0..5).map(|number| channel.with(|core| start(core, json!(number)))).collect();
    for number in 0..5 {
        let event = channel.next().await.unwrap();
        assert_eq!(event.context(), &json!(number));
        assert!(channel.complete(event.event_id, &success(&event, json!({}))));
    }
    channel.wait_for(|core| tasks.iter().all(|&task| core.is_settled(task))).await;
    let elapsed = channel.with(|core| core.elapsed());
    assert!(elapsed >= Duration::from_millis(40), "{elapsed:?}");
    clock.abort();
}

#[test]
fn a_long_time_and_a_large_context() {
    let mut core = with(Config::default(), ONE);
    let context: Value = json!({ "text": "x".repeat(1 << 20) });
    let task = start(&mut core, context.clone());
    let event = core.poll().unwrap();
    assert_eq!(event.context(), &context);
    assert!(event.to_json().to_string().len() > 1 << 20);
    succeed(&mut core, &event, context);
    assert_eq!(state(&core, task), TaskState::Complete);
    let (mut core, _) = forty(Overflow::Lose);
    for _ in 0..3 {
        core.advance(Duration::MAX);
    }
    assert!(core.elapsed() > Duration::from_secs(100 * 365 * 86_400));
}
