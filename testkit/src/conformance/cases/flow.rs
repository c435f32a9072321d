//! Progress, many jobs, deliveries that come twice.

use futures_util::future::join_all;
use journeyman_core::{JobError, JobErrorKind, Value};

use super::{always, can, list, needs};
use crate::conformance::{
    Ended, Fault, Harness, NewJob, Ticket,
    rig::{Cx, Failure, Result, Rig, ensure, ensure_eq},
};

list! {
    progress_in_order: "every progress report arrives, in order, before the result",
        has_progress, mild;
    progress_before_failure: "every progress report arrives before the error", has_progress;
    many_jobs: "many jobs at a time each get their own result", always, mild;
    duplicate_in_flight: "a job delivered twice while it runs is run and answered once",
        |harness| can(harness, Fault::DeliverTwice);
    redelivery: "a job that is delivered again after its end runs again",
        |harness| needs(harness.redelivers(), "the server never hands a job out again");
}

fn has_progress(harness: &dyn Harness) -> super::Needs {
    needs(harness.capabilities().progress, "progress does not reach the server")
}

fn steps(count: i64, fail: bool) -> NewJob {
    let args = [("count", Value::Int(count)), ("fail", Value::Bool(fail))];
    NewJob::new("conf.steps", Value::object(args)).watched()
}

async fn check_steps(rig: &Rig, ticket: &mut Ticket, count: u32) -> Result {
    for n in 1..=count {
        let step = rig.within("progress", ticket.step()).await?;
        let step = step.ok_or_else(|| Failure::new(format!("no progress after {}", n - 1)))?;
        ensure_eq!(step.message, format!("step {n}"), "the text");
        let expected = f64::from(n) / f64::from(count);
        ensure!((step.fraction - expected).abs() < 1e-6, "{} instead of {expected}", step.fraction);
    }
    let more = rig.within("the end of progress", ticket.step()).await?;
    ensure_eq!(more, None, "after the last");
    Ok(())
}

async fn progress_in_order(cx: &Cx) -> Result {
    const COUNT: u32 = 50;
    let mut rig = cx.rig().await?;
    if cx.network.is_some() {
        // A connection that breaks takes reports with it; the result tells that all were sent.
        rig.expect(steps(COUNT.into(), false), &Value::Int(COUNT.into())).await?;
    } else {
        let mut ticket = rig.submit(steps(COUNT.into(), false)).await?;
        check_steps(&rig, &mut ticket, COUNT).await?;
        let ended = rig.end(&mut ticket).await?;
        let result = rig.harness.result(&Value::Int(COUNT.into())).unwrap_or_default();
        ensure_eq!(ended, Ended::Ok(result), "the result");
    }
    rig.finish().await?;
    Ok(())
}

async fn progress_before_failure(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    let mut ticket = rig.submit(steps(20, true)).await?;
    check_steps(&rig, &mut ticket, 20).await?;
    let ended = rig.end(&mut ticket).await?;
    rig.check_error("the job", ended, &JobError::new(JobErrorKind::Failed, ""))?;
    ensure_eq!(rig.sessions()[0].counts.dropped_reports, 0, "dropped reports");
    rig.finish().await?;
    Ok(())
}

async fn many_jobs(cx: &Cx) -> Result {
    let mut plan = cx.plan();
    plan.setup.parallel = 8;
    let count = if cx.network.is_some() { 30 } else { 400 };
    let mut rig = cx.start(plan).await?;
    let jobs = (0..count).map(|n| {
        let args = Value::object([("n", Value::Int(n)), ("text", Value::from(n.to_string()))]);
        let rig = &rig;
        async move { rig.echo(args).await }
    });
    for done in join_all(jobs).await {
        done?;
    }
    rig.finish().await?;
    if cx.network.is_none() {
        ensure_eq!(rig.counts().ok, count as u64, "jobs that ended well");
    }
    Ok(())
}

async fn duplicate_in_flight(cx: &Cx) -> Result {
    let mut plan = cx.plan();
    plan.setup.parallel = 2;
    let mut rig = cx.start(plan).await?;
    rig.fault(Fault::DeliverTwice).await;
    // Two, since a worker that asks for jobs must ask again after a delivery that was none.
    let mut tickets = Vec::new();
    for merged in 1..=2 {
        tickets.push(rig.start_job("conf.hold").await?);
        rig.until("the second delivery was seen", || rig.counts().merged == merged).await?;
    }
    // More than there should be: a second run would go on as well.
    rig.board.release(4);
    for ticket in &mut tickets {
        let result = rig.harness.result(&Value::Int(1)).unwrap_or_default();
        ensure_eq!(rig.end(ticket).await?, Ended::Ok(result), "the result");
    }
    rig.finish().await?;
    ensure_eq!(rig.board.started(), 2, "runs");
    ensure_eq!(rig.master.answers(), 2, "answers at the server");
    let counts = rig.counts();
    ensure_eq!((counts.accepted, counts.ok, counts.merged), (2, 2, 2), "accepted, ok, merged");
    Ok(())
}

async fn redelivery(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    let job = NewJob::new("conf.retry", Value::object([("fail", 2)])).retries(2);
    rig.expect(job, &Value::Int(3)).await?;
    rig.finish().await?;
    let runs: Vec<_> = rig.board.runs().into_values().collect();
    ensure_eq!(runs, [vec![1, 2, 3]], "the attempts, all under one id");
    ensure_eq!(rig.master.answers(), 3, "answers at the server");
    Ok(())
}
