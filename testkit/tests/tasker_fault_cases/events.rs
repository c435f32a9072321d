//! Events that cannot be read, come twice, late, or are large.

use journeyman_testkit::tasker::{StepState, TaskState};
use serde_json::{Value, json};

use crate::{
    bed::{Bed, Plan, once, thrice},
    rough::{Rates, Rough},
};

const MEGABYTE: usize = 1 << 20;

#[tokio::test]
async fn unreadable() {
    let bed = Bed::usual();
    bed.channel.with(|core| core.faults().spoilt_events = 1);
    let task = bed.submit(thrice("f.ok"), json!({}));
    let (kind, text) = bed.failure(task).await;
    assert_eq!(kind, "invalid_event");
    assert!(text.contains("missing field `step_definition`"), "{text}");
    // It would not be readable the next time.
    assert_eq!(bed.state(task), (TaskState::BlockedByFailures, StepState::Error, 1));
    bed.until("it was counted", || bed.stats().unusable == 1 && bed.counts().ignored == 1).await;
    let counts = bed.finish().await;
    assert_eq!((counts.accepted, counts.connections), (1, 1));
}

#[tokio::test]
async fn no_events_at_all() {
    let bed = Bed::usual();
    let texts = [
        "".to_owned(),
        "{".to_owned(),
        "null".to_owned(),
        "7".to_owned(),
        "[".repeat(100_000),
        "x".repeat(MEGABYTE),
        json!({ "event_id": "x" }).to_string(),
        json!({ "event_id": bed.channel.with(|core| core.config().seed) }).to_string(),
    ];
    let count = texts.len() as u64;
    texts.into_iter().for_each(|text| bed.switches.stray(text));
    bed.until("all were seen", || bed.stats().unusable == count).await;
    assert_eq!((bed.counts().ignored, bed.seen().answers), (count, 0), "nobody to answer");
    let counts = bed.finish().await;
    assert_eq!((counts.accepted, counts.connections), (1, 1));
}

#[tokio::test]
async fn twice_while_it_runs() {
    let bed = Bed::usual();
    bed.channel.with(|core| core.faults().events_twice = 1);
    let task = bed.submit(thrice("f.hold"), json!({}));
    bed.until("the second has come", || bed.counts().merged == 1).await;
    bed.board.release(2);
    bed.success(task).await;
    bed.idle().await;
    assert_eq!((bed.board.started(), bed.seen().answers, bed.seen().untaken), (1, 1, 0));
    bed.finish().await;
}

#[tokio::test]
async fn twice_when_it_is_done() {
    let bed = Bed::usual();
    bed.switches.set_rough(Some(Rough::new(7, Rates { twice: 1, ..Rates::default() })));
    let tasks: Vec<_> = (0..40).map(|_| bed.submit(thrice("f.count"), json!({}))).collect();
    for task in tasks {
        bed.success(task).await;
        assert_eq!(bed.state(task), (TaskState::Complete, StepState::Complete, 1));
    }
    bed.until("all have come twice", || bed.counts().accepted + bed.counts().merged >= 80).await;
    bed.idle().await;
    // A second run is of no use, and does no harm.
    let counts = bed.counts();
    assert_eq!(
        (counts.ok, counts.dropped, bed.seen().untaken),
        (40, counts.dropped, counts.dropped)
    );
    bed.switches.set_rough(None);
    bed.finish().await;
}

/// The second event of a step runs when the first comes once more, which was answered long ago.
#[tokio::test]
async fn stale() {
    let bed = Bed::usual();
    let task = bed.submit(once("f.checked_hold"), json!({}));
    bed.started(1).await;
    bed.switches.replay_first();
    bed.until("it has come again", || bed.counts().merged == 1).await;
    bed.board.release(1);
    assert_eq!(bed.success(task).await, json!({ "value": 1 }));
    bed.idle().await;
    // Both are answered, and only the channel knows which of them is open.
    assert_eq!((bed.seen().answers, bed.seen().untaken), (2, 1));
    assert_eq!(bed.state(task), (TaskState::Complete, StepState::Complete, 1));
    bed.finish().await;
}

#[tokio::test]
async fn a_megabyte_each_way() {
    let bed = Bed::usual();
    let context =
        |n: usize| json!({ "n": n, "text": format!("{n} é\u{1f980}\"\\ ").repeat(MEGABYTE / 10) });
    let tasks: Vec<_> = (0..8).map(|n| (n, bed.submit(once("f.echo"), context(n)))).collect();
    for (n, task) in tasks {
        let result = bed.success(task).await;
        assert!(result.to_string().len() > MEGABYTE);
        assert!(result == context(n), "the context of task {n} came back changed");
    }
    let task = bed.submit(once("f.big"), json!({ "bytes": MEGABYTE }));
    assert_eq!(bed.success(task).await["value"].as_str().unwrap().len(), MEGABYTE);
    let counts = bed.finish().await;
    assert_eq!((counts.ok, counts.connections), (10, 1));
}

#[tokio::test]
async fn results_above_the_limit() {
    let mut plan = Plan::default();
    plan.settings = plan.settings.max_result_size(64_usize << 10);
    let bed = Bed::new(plan);
    let big = |callable: &'static str, bytes: usize| {
        bed.submit(thrice(callable), json!({ "bytes": bytes }))
    };
    for callable in ["f.big", "f.heavy"] {
        let task = big(callable, MEGABYTE);
        let result = bed.end(task).await;
        let error = result.error.as_ref().unwrap();
        assert!(!error.retryable, "the next would be as large");
        assert!(error.message.contains("`max_result_size`"), "{}", error.message);
        assert_eq!(bed.state(task), (TaskState::BlockedByFailures, StepState::Error, 1));
    }
    // The text in `{"value":""}`.
    let most = (64 << 10) - 12;
    bed.success(big("f.big", most)).await;
    assert_eq!(bed.failure(big("f.big", most + 1)).await.0, "permanent_error");
    // What comes in has no limit: it is there already.
    let context = json!({ "bytes": 1, "more": "x".repeat(MEGABYTE) });
    let task = bed.submit(once("f.big"), context);
    assert_eq!(bed.success(task).await, json!({ "value": "x" }));
    bed.finish().await;
}

/// Sums over a diamond, and over a line of which one step waits for two.
const WORKFLOW: &str = "
name: work
namespace_name: faults
version: '1'
steps:
  - {name: a, handler: {callable: f.plus}}
  - {name: b, handler: {callable: f.plus}, dependencies: [a]}
  - {name: c, handler: {callable: f.plus}, dependencies: [a]}
  - {name: d, handler: {callable: f.plus}, dependencies: [b, c]}
  - {name: e, handler: {callable: f.plus}, dependencies: [d]}
  - {name: f, handler: {callable: f.portions}, dependencies: [d]}
  - {name: g, handler: {callable: f.plus}, dependencies: [e, a]}
";

#[tokio::test]
async fn workflows_on_a_bad_channel() {
    for seed in 1..=5 {
        let bed = Bed::usual();
        bed.channel.with(|core| core.register_template(WORKFLOW)).unwrap();
        let rates = Rates { refused: 0, spoilt: 0, ..Rates::random(seed, true) };
        bed.switches.set_rough(Some(Rough::new(seed, rates)));
        let start = |n: u64| {
            bed.channel
                .with(|core| core.start_task("faults", "work", "1", json!({ "n": n })))
                .unwrap()
        };
        let tasks: Vec<_> = (0..30).map(start).collect();
        for task in tasks {
            let settled = || bed.channel.with(|core| core.is_settled(task));
            bed.until(&format!("task {task} of seed {seed} has ended"), settled).await;
            let info = bed.task(task);
            assert_eq!(info.state, TaskState::Complete, "seed {seed}: {:#?}", info.steps);
            for (step, value) in [("a", 1), ("b", 2), ("c", 2), ("d", 5), ("e", 6), ("g", 8)] {
                assert_eq!(info.result(step), Some(&json!({ "value": value })), "seed {seed}");
            }
            assert_eq!(info.result("f").unwrap()["attempts"].as_array().map(Vec::len), Some(3));
            assert!(info.steps.iter().all(|step| step.attempts == 1), "nothing was tried again");
        }
        bed.switches.set_rough(None);
        bed.until("the last duplicates are through", || bed.counts().in_flight == 0).await;
        assert!(bed.finish().await.connections > 1, "seed {seed}: no channel was closed");
    }
}

#[tokio::test]
async fn a_context_that_is_no_object() {
    let bed = Bed::usual();
    for context in [Value::Null, json!(7), json!("text"), json!([1, 2])] {
        let task = bed.submit(once("f.echo"), context.clone());
        let expected = if context.is_null() { json!({}) } else { json!({ "value": context }) };
        assert_eq!(bed.success(task).await, expected);
    }
    bed.finish().await;
}
