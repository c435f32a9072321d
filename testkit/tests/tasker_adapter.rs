//! The adapter as a worker of the stand-in orchestrator: workflows of all shapes with their
//! expected values, and how steps fail.

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

#[path = "tasker_support/bed.rs"]
mod bed;
#[path = "tasker_support/handlers.rs"]
mod handlers;
mod tasker_support;

use std::time::Duration;

use bed::Bed;
use journeyman_testkit::tasker::{
    Config, Delivery, Orchestrator, StepInfo, StepState, TaskInfo, TaskState,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Names and values of all steps, in the order in which they were made.
fn values(info: &TaskInfo) -> Vec<(&str, Value)> {
    assert_eq!(info.state, TaskState::Complete, "{info:#?}");
    let value = |step: &StepInfo| step.result.as_ref().unwrap().result["value"].clone();
    info.steps.iter().map(|step| (&*step.name, value(step))).collect()
}

fn names(info: &TaskInfo) -> Vec<&str> {
    assert_eq!(info.state, TaskState::Complete, "{info:#?}");
    info.steps.iter().map(|step| &*step.name).collect()
}

#[tokio::test(start_paused = true)]
async fn mathematical_workflows() {
    let bed = Bed::start(Config::quick(), 4);
    for (name, input, expected) in [
        ("linear", 6, &[36_i64, 1296, 1_679_616, 2_821_109_907_456][..]),
        ("diamond", 6, &[36, 61, 72, 66]),
        ("tree", 2, &[4, 5, 12, 15, 50, 112, 1200, 1377]),
        ("mixed_dag", 2, &[4, 9, 8, 8, 16, 32, 56]),
    ] {
        let info = bed.run("gv", name, json!({ "even_number": input })).await;
        let values: Vec<Value> = values(&info).into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, expected, "{name}");
        assert!(info.steps.iter().all(|step| step.attempts == 1), "{name}");
    }
    // What is no number is for good.
    let info = bed.run("gv", "linear", json!({ "even_number": "six" })).await;
    assert_eq!((info.state, info.steps[0].attempts), (TaskState::BlockedByFailures, 1));
    let error = info.steps[0].result.as_ref().unwrap().error.as_ref().unwrap();
    assert_eq!(error.message, "`even_number` is no number");
    bed.stop().await;
}

#[tokio::test(start_paused = true)]
async fn decisions_both_ways_and_none() {
    let bed = Bed::start(Config::quick(), 4);
    for (amount, branch) in [(50, "small"), (500, "large")] {
        let info = bed.run("gv", "decision", json!({ "amount": amount })).await;
        assert_eq!(names(&info), ["check", "route", branch, "close"]);
        // The convergence knows the branch that there is, and no other.
        let mut known = ["check", "route", branch];
        known.sort_unstable();
        assert_eq!(info.result("close").unwrap()["deps"], json!(known));
    }
    let info = bed.run("gv", "decision", json!({ "amount": 0 })).await;
    assert_eq!(names(&info), ["check", "route"]);
    bed.stop().await;
}

#[tokio::test(start_paused = true)]
async fn batches_checkpoints_and_convergence() {
    let bed = Bed::start(Config::quick(), 4);
    let info = bed.run("t", "sums", json!({ "items": 25 })).await;
    assert_eq!(names(&info), ["analyze", "work_001", "work_002", "work_003", "total"]);
    assert_eq!(info.result("total").unwrap(), &json!({ "workers": 3, "sum": 300 }));
    for (name, cursor, items) in [("work_001", 8, 8), ("work_002", 18, 8), ("work_003", 24, 4)] {
        // A checkpoint costs no attempt, and stays when the step is complete.
        let step = info.step(name).unwrap();
        assert_eq!(step.attempts, 1, "{name}");
        let checkpoint = step.checkpoint.as_ref().unwrap();
        assert_eq!(
            (&checkpoint["cursor"], &checkpoint["items_processed"]),
            (&json!(cursor), &json!(items))
        );
    }
    let info = bed.run("t", "sums", json!({ "items": 0 })).await;
    assert_eq!(names(&info), ["analyze", "work_000", "total"]);
    assert_eq!(info.step("work_000").unwrap().inputs.as_ref().unwrap()["is_no_op"], true);
    assert_eq!(info.result("total").unwrap(), &json!({ "workers": 1, "sum": 0 }));
    let info = bed.run("gv", "batch", json!({ "items": 0 })).await;
    assert_eq!(names(&info), ["analyze", "work_000", "aggregate"]);
    assert_eq!(info.result("aggregate").unwrap()["deps"], json!(["analyze", "work_000"]));
    let info = bed.run("gv", "checkpoint", json!({})).await;
    assert_eq!(info.result("long"), Some(&json!({ "total": 30 })));
    assert_eq!(info.steps[0].attempts, 1);
    bed.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_method_of_a_handler_is_called() {
    let bed = Bed::start(Config::quick(), 4);
    let info = bed.run("gv", "method", json!({})).await;
    assert_eq!(info.result("refund").unwrap(), &json!({ "method": "refund" }));
    bed.stop().await;
}

/// How long a step waited for each of its next tries, in whole seconds.
fn waits(step: &StepInfo) -> Vec<u64> {
    let times = |state| {
        let rows = step.transitions.iter().filter(move |row| row.to == state);
        rows.map(|row| row.at())
    };
    let waiting = times(StepState::WaitingForRetry);
    let tries = times(StepState::InProgress).skip(1);
    waiting.zip(tries).map(|(from, to)| (to - from).as_secs_f64().round() as u64).collect()
}

/// Delays as upstream's, but found in time.
fn exact() -> Config {
    let mut config = Config::default();
    config.readiness_every = Duration::ZERO;
    config
}

#[tokio::test(start_paused = true)]
async fn retries_and_the_time_between_them() {
    let bed = Bed::start(exact(), 4);
    // The server's own delays: 2 s, then 4 s; what the template says has no effect.
    let info = bed.run("gv", "retry_then_ok", json!({})).await;
    assert_eq!(info.result("flaky"), Some(&json!({ "attempt": 3 })));
    assert_eq!(waits(&info.steps[0]), [2, 4]);
    let info = bed.run("gv", "exhaust", json!({})).await;
    assert_eq!((info.state, info.steps[0].attempts), (TaskState::BlockedByFailures, 2));
    assert_eq!(waits(&info.steps[0]), [2]);
    let info = bed.run("gv", "permanent", json!({})).await;
    let step = &info.steps[0];
    assert_eq!((step.state, step.attempts), (StepState::Error, 1));
    let result = step.result.as_ref().unwrap();
    assert_eq!(result.metadata.error_code.as_deref(), Some("CARD_DECLINED"));
    assert_eq!(result.error.as_ref().unwrap().message, "card declined");
    // Two of four steps fail for good at once, so the others' retries never come.
    let info = bed.run("gv", "backoff", json!({})).await;
    assert_eq!(info.state, TaskState::BlockedByFailures);
    for (name, state, delay) in [
        ("b_header", StepState::WaitingForRetry, 7),
        ("b_hint", StepState::WaitingForRetry, 2),
        ("b_contra", StepState::Error, 2),
        ("b_sys", StepState::Error, 2),
    ] {
        let step = info.step(name).unwrap();
        assert_eq!((step.state, step.backoff_seconds), (state, Some(delay)), "{name}");
    }
    bed.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_handler_asks_for_a_delay_and_gets_it() {
    let yaml = "name: polite\nnamespace_name: t\nversion: '1'\nsteps:\n  \
                - {name: s, handler: {callable: gv.retry_after}}\n";
    let bed = Bed::start(exact(), 4);
    bed.channel.with(|core| core.register_template(yaml)).unwrap();
    let info = bed.run("t", "polite", json!({})).await;
    assert_eq!(info.result("s"), Some(&json!({ "attempt": 2 })));
    assert_eq!(waits(&info.steps[0]), [7]);
    bed.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_time_limit_of_a_template_is_kept() {
    let bed = Bed::start(Config::quick(), 4);
    let info = bed.run("gv", "no_answer", json!({})).await;
    let step = &info.steps[0];
    assert_eq!((step.state, step.attempts), (StepState::Error, 2));
    let error = step.result.as_ref().unwrap().error.as_ref().unwrap();
    assert_eq!(error.error_type.as_deref(), Some("handler_timeout"));
    assert_eq!(error.message, "Handler timed out after 1000ms");
    let taken = step.transitions.iter().rfind(|row| row.to == StepState::InProgress).unwrap();
    let took = step.transitions.last().unwrap().at() - taken.at();
    assert!((1.0..1.3).contains(&took.as_secs_f64()), "{took:?}");
    bed.stop().await;
}

#[tokio::test(start_paused = true)]
async fn declared_and_direct_events() {
    let bed = Bed::start(Config::quick(), 4);
    bed.run("gv", "events", json!({ "k": 1 })).await;
    bed.run("gv", "events_fail", json!({})).await;
    bed.run("t", "slow", json!({})).await;
    let events: Vec<(String, Delivery)> = bed.channel.look(|core| {
        core.domain_events().map(|event| (event.name.clone(), event.delivery)).collect()
    });
    let (durable, fast) = (Delivery::Durable, Delivery::Fast);
    let expected = [
        ("order.accepted", durable),
        ("order.seen", fast),
        ("order.both", durable),
        ("order.both", fast),
        ("pay.failed", durable),
        ("step.done", durable),
    ];
    let names: Vec<(&str, Delivery)> =
        events.iter().map(|(name, delivery)| (name.as_str(), *delivery)).collect();
    assert_eq!(names, expected);
    bed.stop().await;
}

/// Upstream loses 18 of 40 here.
#[tokio::test(start_paused = true)]
async fn a_slow_worker_on_a_small_buffer_loses_nothing() {
    let mut config = Config::default();
    config.dispatch_buffer = 10;
    config.claim_every = Duration::from_millis(1);
    let bed = Bed::start(config, 1);
    let tasks: Vec<Uuid> =
        (0..40).map(|number| bed.submit("t", "slow", json!({ "number": number }))).collect();
    for task in tasks {
        assert_eq!(bed.end(task).await.state, TaskState::Complete);
    }
    assert_eq!(bed.channel.metrics().lost, 0);
    bed.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_large_context() {
    let bed = Bed::start(Config::quick(), 4);
    let context = json!({ "text": "x".repeat(1 << 20) });
    let info = bed.run("t", "large", context.clone()).await;
    assert_eq!(info.result("s"), Some(&context));
    bed.stop().await;
}

#[tokio::test(start_paused = true)]
async fn faults_of_the_channel() {
    let bed = Bed::start(Config::quick(), 4);
    bed.channel.with(|core| {
        core.faults().events_twice = 1;
        core.faults().spoilt_events = 1;
    });
    // An event that can not be read is answered, in a way that has an end.
    let info = bed.run("gv", "diamond", json!({ "even_number": 2 })).await;
    assert!(info.state.is_settled(), "{:?}", info.state);
    let info = bed.run("gv", "diamond", json!({ "even_number": 6 })).await;
    assert_eq!(values(&info)[3], ("d_end", json!(66)));
    // A channel that is closed comes back.
    bed.channel.close();
    bed.channel.with(Orchestrator::restart_worker);
    let info = bed.run("gv", "linear", json!({ "even_number": 6 })).await;
    assert_eq!(info.state, TaskState::Complete);
    bed.stop().await;
}
