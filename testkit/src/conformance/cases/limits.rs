//! How many handlers run at a time.

use std::sync::Arc;

use journeyman_core::{JobError, JobErrorKind, Value, capability::Intake};

use super::{always, intake, list, needs};
use crate::conformance::{
    Ended, NewJob,
    board::{self, Board},
    rig::{self, Cx, Failure, Plan, Result, ensure_eq},
};

list! {
    concurrency_of_the_worker: "never more handlers than the worker's budget, and not fewer",
        always;
    concurrency_of_a_route: "never more handlers than a route allows", always;
    concurrency_of_a_backend: "never more handlers than a backend's cap", always;
    one_budget_for_two_backends: "two backends share one budget", always;
    minimum_share: "a backend's minimum share is there when another one takes all it can", always;
    overload: "a pushed job that finds the waiting queue full is answered at once",
        |harness| {
            let apart = needs(harness.tells_jobs_apart(), "nobody can tell whose error it is");
            intake(harness, Intake::Pushed).and(apart)
        };
}

/// Runs 30 short jobs and looks how many ran at a time.
async fn peak(cx: &Cx, plan: Plan, route: &str) -> Result<u64> {
    let mut rig = cx.start(plan).await?;
    let mut tickets = Vec::new();
    for _ in 0..30 {
        tickets.push(rig.submit(NewJob::new(route, Value::Null)).await?);
    }
    let result = rig.harness.result(&Value::Int(1)).unwrap_or_default();
    for mut ticket in tickets {
        ensure_eq!(rig.end(&mut ticket).await?, Ended::Ok(result.clone()), "a job");
    }
    rig.finish().await?;
    ensure_eq!(rig.board.started(), 30, "runs");
    Ok(rig.board.peak())
}

fn parallel(cx: &Cx) -> Plan {
    let mut plan = cx.plan();
    plan.setup.parallel = 6;
    plan
}

async fn concurrency_of_the_worker(cx: &Cx) -> Result {
    let mut plan = parallel(cx);
    plan.concurrency = 3;
    ensure_eq!(peak(cx, plan, "conf.busy").await?, 3, "handlers at a time");
    Ok(())
}

async fn concurrency_of_a_route(cx: &Cx) -> Result {
    ensure_eq!(peak(cx, parallel(cx), "conf.limited").await?, 2, "handlers at a time");
    Ok(())
}

async fn concurrency_of_a_backend(cx: &Cx) -> Result {
    let mut plan = parallel(cx);
    plan.cap = Some(2);
    ensure_eq!(peak(cx, plan, "conf.busy").await?, 2, "handlers at a time");
    Ok(())
}

async fn one_budget_for_two_backends(cx: &Cx) -> Result {
    let mut plan = parallel(cx);
    plan.concurrency = 3;
    let (first, serve_first) = cx.serve(&plan).await?;
    let (second, serve_second) = cx.serve(&plan).await?;
    let board = Arc::<Board>::default();
    let worker = rig::worker(&plan, board::router(&board), [serve_first, serve_second])?;
    let control = worker.control().clone();
    let ready = || control.snapshot().sessions.iter().all(|session| session.ready);
    rig::until(&control, "all sessions are ready", ready).await?;
    let mut tickets = Vec::new();
    for _ in 0..20 {
        for master in [&first, &second] {
            let ticket = master.submit(NewJob::new("conf.busy", Value::Null)).await;
            tickets.push(ticket.map_err(Failure::new)?);
        }
    }
    for ticket in &mut tickets {
        let ended = ticket.ended().await;
        ensure_eq!(
            ended,
            Ended::Ok(cx.harness.result(&Value::Int(1)).unwrap_or_default()),
            "a job"
        );
    }
    control.drain();
    let summary = worker.wait().await.map_err(|error| Failure::new(error.to_string()))?;
    ensure_eq!(board.peak(), 3, "handlers at a time");
    ensure_eq!((first.answers(), second.answers()), (20, 20), "answers");
    let ok: u64 = summary.snapshot.sessions.iter().map(|session| session.counts.ok).sum();
    ensure_eq!(ok, 40, "jobs that ended well");
    Ok(())
}

async fn minimum_share(cx: &Cx) -> Result {
    let mut greedy = parallel(cx);
    greedy.concurrency = 2;
    let mut modest = cx.plan();
    modest.minimum = 1;
    let (first, serve_first) = cx.serve(&greedy).await?;
    let (second, serve_second) = cx.serve(&modest).await?;
    let board = Arc::<Board>::default();
    let worker = rig::worker(&greedy, board::router(&board), [serve_first, serve_second])?;
    let control = worker.control().clone();
    let ready = || control.snapshot().sessions.iter().all(|session| session.ready);
    rig::until(&control, "all sessions are ready", ready).await?;
    let submit = async |master: &dyn crate::conformance::Master, route: &str| {
        let ticket = master.submit(NewJob::new(route, Value::Null)).await;
        ticket.map_err(Failure::new)
    };
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(submit(&*first, "conf.hold").await?);
    }
    rig::until(&control, "one job is held", || board.started() == 1).await?;
    for _ in 0..5 {
        let mut quick = submit(&*second, "conf.unit").await?;
        let result = cx.harness.result(&Value::Int(7)).unwrap_or_default();
        ensure_eq!(quick.ended().await, Ended::Ok(result), "a job of the modest backend");
    }
    ensure_eq!(board.started(), 1, "handlers of the greedy backend");
    board.release(3);
    for ticket in &mut held {
        let result = cx.harness.result(&Value::Int(1)).unwrap_or_default();
        ensure_eq!(ticket.ended().await, Ended::Ok(result), "a job of the greedy backend");
    }
    control.drain();
    worker.wait().await.map_err(|error| Failure::new(error.to_string()))?;
    Ok(())
}

async fn overload(cx: &Cx) -> Result {
    let mut plan = cx.plan();
    plan.concurrency = 1;
    plan.setup.max_waiting = 2;
    let mut rig = cx.start(plan).await?;
    let mut tickets = vec![rig.start_job("conf.hold").await?];
    for _ in 0..2 {
        tickets.push(rig.submit(NewJob::new("conf.hold", Value::Null)).await?);
    }
    rig.until("two jobs wait", || rig.counts().accepted == 3).await?;
    for _ in 0..3 {
        let job = NewJob::new("conf.hold", Value::Null);
        rig.expect_error(job, &JobError::new(JobErrorKind::Overloaded, "")).await?;
    }
    rig.board.release(3);
    for mut ticket in tickets {
        let result = rig.harness.result(&Value::Int(1)).unwrap_or_default();
        ensure_eq!(rig.end(&mut ticket).await?, Ended::Ok(result), "a job that waited");
    }
    rig.works().await?;
    rig.finish().await?;
    Ok(())
}
