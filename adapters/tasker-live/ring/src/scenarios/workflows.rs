//! All workflows on the real server and on the stand-in, with the same handlers: what becomes of
//! tasks and steps has to be the same.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    report::{Report, ensure},
    rest::{Outcome, Rest},
    ring::{Options, Ring, Worker},
    standin::StandIn,
};

/// How long a task may take. Retries wait up to seven seconds in all.
const LIMIT: Duration = Duration::from_secs(90);

struct Case {
    title: &'static str,
    name: &'static str,
    version: &'static str,
    context: Value,
    status: &'static str,
    /// What is known of the outcome beforehand, besides that both have the same.
    expect: fn(&Outcome) -> Result<(), String>,
}

fn numbers(outcome: &Outcome, names: &[&str], expected: &[i64]) -> Result<(), String> {
    let values = outcome.values(names)?;
    ensure(values == expected, || format!("{values:?} instead of {expected:?}"))
}

fn attempts(outcome: &Outcome, name: &str, state: &str, attempts: i64) -> Result<(), String> {
    let row = outcome.step(name)?;
    let is_so = row.state == state && row.attempts == attempts;
    ensure(is_so, || format!("not {state} after {attempts} attempts: {row:?}"))
}

fn failed(outcome: &Outcome, name: &str, kind: &str) -> Result<(), String> {
    let row = outcome.step(name)?;
    let is_so = row.state == "error" && row.error_type.as_deref() == Some(kind);
    ensure(is_so, || format!("not an error of type {kind}: {row:?}"))
}

fn steps(outcome: &Outcome, expected: &[&str]) -> Result<(), String> {
    let names: Vec<_> = outcome.steps.iter().map(|row| row.name.as_str()).collect();
    ensure(names == expected, || format!("steps {names:?} instead of {expected:?}"))
}

#[allow(clippy::too_many_lines)] // A table.
fn cases() -> Vec<Case> {
    let case = |title, name, context, status, expect: fn(&Outcome) -> Result<(), String>| Case {
        title,
        name,
        version: if name == "batch" { "1.2.0" } else { "1.0.0" },
        context,
        status,
        expect,
    };
    let even = |n: i64| json!({ "even_number": n });
    vec![
        case("linear", "linear", even(6), "complete", |o| {
            numbers(o, &["l1", "l2", "l3", "l4"], &[36, 1296, 1_679_616, 2_821_109_907_456])
        }),
        case("diamond", "diamond", even(6), "complete", |o| {
            numbers(o, &["d_start", "d_left", "d_right", "d_end"], &[36, 61, 72, 66])
        }),
        case("tree", "tree", even(2), "complete", |o| {
            let names = [
                "t_root", "t_left", "t_right", "t_leaf_d", "t_leaf_e", "t_leaf_f", "t_leaf_g",
                "t_join",
            ];
            numbers(o, &names, &[4, 5, 12, 15, 50, 112, 1200, 1377])
        }),
        case("mixed DAG", "mixed_dag", even(2), "complete", |o| {
            let names = [
                "m_init",
                "m_left",
                "m_right",
                "m_validate",
                "m_transform",
                "m_analyze",
                "m_final",
            ];
            numbers(o, &names, &[4, 9, 8, 8, 16, 32, 56])
        }),
        case("method", "method", json!({}), "complete", |o| {
            let row = o.step("refund")?;
            let wanted = json!({ "method": "refund", "init": { "currency": "EUR" } });
            ensure(row.result == wanted, || format!("{row:?}"))
        }),
        case("retry", "retry_then_ok", json!({}), "complete", |o| {
            attempts(o, "flaky", "complete", 3)
        }),
        case("retries that run out", "exhaust", json!({}), "blocked_by_failures", |o| {
            attempts(o, "always_flaky", "error", 2)?;
            let code = &o.step("always_flaky")?.error_code;
            ensure(code.as_deref() == Some("FLAKY"), || format!("the code is {code:?}"))
        }),
        case("permanent failure", "permanent", json!({}), "blocked_by_failures", |o| {
            attempts(o, "bad", "error", 1)?;
            failed(o, "bad", "permanent_error")
        }),
        case("panic", "panics", json!({}), "blocked_by_failures", |o| {
            attempts(o, "r_panic", "error", 1)?;
            failed(o, "r_panic", "handler_panic")
        }),
        case("a step that must not be retried", "once", json!({}), "blocked_by_failures", |o| {
            attempts(o, "r_once", "error", 1)
        }),
        case("bad input", "linear", json!({ "odd": 1 }), "blocked_by_failures", |o| {
            failed(o, "l1", "validation_error")?;
            attempts(o, "l2", "pending", 0)
        }),
        case("timeout", "no_answer", json!({}), "blocked_by_failures", |o| {
            attempts(o, "silent", "error", 2)?;
            failed(o, "silent", "handler_timeout")
        }),
        case("Retry-After", "later", json!({}), "complete", |o| {
            attempts(o, "r_later", "complete", 2)
        }),
        case("decision, large", "decision", json!({ "amount": 500 }), "complete", |o| {
            steps(o, &["check", "close", "large", "route"])
        }),
        case("decision, small", "decision", json!({ "amount": 50 }), "complete", |o| {
            steps(o, &["check", "close", "route", "small"])
        }),
        case("decision, none", "decision", json!({ "amount": 0 }), "complete", |o| {
            steps(o, &["check", "route"])
        }),
        case("batch", "batch", json!({ "items": 25 }), "complete", |o| {
            steps(o, &["aggregate", "analyze", "work_001", "work_002", "work_003"])?;
            let sums: Option<Vec<_>> = ["work_001", "work_002", "work_003"]
                .iter()
                .map(|name| o.step(name).ok()?.result["sum"].as_u64())
                .collect();
            ensure(sums == Some(vec![45, 145, 110]), || format!("the sums are {sums:?}"))
        }),
        case("batch of nothing", "batch", json!({ "items": 0 }), "complete", |o| {
            steps(o, &["aggregate", "analyze", "work_000"])?;
            let row = o.step("work_000")?;
            ensure(row.result["no_op"] == true, || format!("{row:?}"))
        }),
        case("checkpoint", "checkpoint", json!({}), "complete", |o| {
            let row = o.step("long")?;
            let wanted = json!({ "items": 30, "seen": [10, 20, 30] });
            ensure(row.result == wanted && row.attempts == 1, || format!("{row:?}"))
        }),
        case("domain events", "events", json!({ "order": 7 }), "complete", |_| Ok(())),
        case("events of a failure", "events_fail", json!({}), "blocked_by_failures", |_| Ok(())),
        case("an event from a handler", "publish", json!({ "n": 1 }), "complete", |_| Ok(())),
    ]
}

/// Starts all of them and waits for all. One by one: the server takes two connections for each, and
/// many at a time take all there are and wait for one another.
async fn run_all(rest: &Rest, cases: &[Case]) -> Result<Vec<Outcome>, String> {
    let mut tasks = Vec::new();
    for case in cases {
        let task = rest.submit("gv", case.name, case.version, &case.context, case.title);
        tasks.push(task.await?);
    }
    rest.all_settled(&tasks, LIMIT).await
}

fn same(case: &Case, real: &Outcome, other: &Outcome) -> Result<(), String> {
    ensure(real.status == case.status, || {
        format!("the task is {} instead of {}: {real:?}", real.status, case.status)
    })?;
    (case.expect)(real)?;
    ensure(real == other, || format!("the server has {real:?}\n        the stand-in {other:?}"))
}

pub(crate) async fn run(ring: &Ring, report: &mut Report) -> Result<(), String> {
    let options = Options::new("worker-gv", "gv");
    let worker = Worker::start(ring, &options).await;
    report.check("a worker starts", worker.as_ref().map(|_| "").map_err(Clone::clone));
    let worker = worker?;
    let templates = ring.folder.join("templates/gv");
    let standin = StandIn::start(&templates).await?;
    let cases = cases();
    let rest = ring.rest();
    let (real, other) = tokio::try_join!(run_all(&rest, &cases), run_all(&standin.rest, &cases))?;
    for ((case, real), other) in cases.iter().zip(&real).zip(&other) {
        report.check(case.title, same(case, real, other).map(|()| ""));
    }
    report.check("events in the queue", events(ring, &standin).await);
    let fast = "journeyman_tasker_live_domain_events_fast_total";
    // order.seen, order.both, and pay.dead, which upstream's own publisher never sends.
    report.check("events inside of the process", worker.until(fast, |n| n >= 3.0).await);
    let unanswered = "journeyman_tasker_live_steps_unanswered";
    report.check("nothing is left over", worker.until(unanswered, |n| n == 0.0).await);
    report.check("the worker stops", worker.stop().await.map(|took| format!("in {took:.1?}")));
    standin.stop().await
}

/// The names in the queue, which have to be those of the stand-in.
async fn events(ring: &Ring, standin: &StandIn) -> Result<String, String> {
    let pool = ring.postgres.pool().await?;
    let names: Result<Vec<(String,)>, _> =
        sqlx::query_as("select message->>'event_name' from pgmq.q_gv_domain_events order by 1")
            .fetch_all(&pool)
            .await;
    pool.close().await;
    let names = names.map_err(|error| error.to_string())?;
    let names: Vec<_> = names.into_iter().map(|(name,)| name).collect();
    let expected = ["order.accepted", "order.both", "pay.failed", "ring.direct"];
    ensure(names == expected, || format!("{names:?} instead of {expected:?}"))?;
    let other = standin.durable_events();
    ensure(names == other, || format!("the stand-in has {other:?}"))?;
    Ok(names.join(", "))
}
