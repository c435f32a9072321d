//! Limits of time, and being told to stop.

use std::time::Duration;

use journeyman_core::{JobError, JobErrorKind, Value, job::CancelReason};

use super::{always, list, needs};
use crate::conformance::{
    Ended, NewJob,
    rig::{Cx, Result, ensure_eq},
};

list! {
    timeout_of_the_wire: "a job that runs past the limit of its wire is told to stop and answered",
        |harness| needs(harness.capabilities().deadline, "its wire has no time limit"), mild;
    timeout_of_the_worker: "the worker's own limit holds where the wire gives none", always;
    deaf_handler: "a handler that does not stop in time is dropped, and its place is free again",
        always;
    cancel_by_the_server: "a job that the server cancels is told to stop and answered",
        |harness| needs(harness.capabilities().cancel, "the server cannot cancel a running job");
    cancel_unheard: "a server that cancels without telling the worker confuses nobody",
        |harness| needs(!harness.capabilities().cancel, "the server tells the worker");
}

fn timed_out() -> JobError {
    JobError::new(JobErrorKind::TimedOut, "")
}

async fn timeout_of_the_wire(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    let limit = Duration::from_millis(200);
    let job = NewJob::new("conf.stoppable", Value::Null).timeout(limit);
    rig.expect_error(job, &timed_out()).await?;
    rig.until("the handler was told", || !rig.board.reasons().is_empty()).await?;
    ensure_eq!(rig.board.reasons()[0], CancelReason::Deadline, "the reason");
    let args = Value::object([("in", "time")]);
    let limit = Duration::from_secs(60);
    rig.echo_job(NewJob::new("conf.echo", args).timeout(limit)).await?;
    rig.finish().await?;
    Ok(())
}

async fn timeout_of_the_worker(cx: &Cx) -> Result {
    let mut plan = cx.plan();
    plan.time_limit = Some(Duration::from_millis(300));
    let mut rig = cx.start(plan).await?;
    rig.expect_error(NewJob::new("conf.stoppable", Value::Null), &timed_out()).await?;
    rig.until("the handler was told", || !rig.board.reasons().is_empty()).await?;
    ensure_eq!(rig.board.reasons(), [CancelReason::Deadline], "the reasons");
    rig.finish().await?;
    Ok(())
}

async fn deaf_handler(cx: &Cx) -> Result {
    let mut plan = cx.plan();
    plan.concurrency = 1;
    plan.time_limit = Some(Duration::from_secs(1));
    let mut rig = cx.start(plan).await?;
    rig.expect_error(NewJob::new("conf.hold", Value::Null), &timed_out()).await?;
    rig.until("the handler is gone", || rig.control.snapshot().running == 0).await?;
    rig.works().await?;
    ensure_eq!(rig.counts().failed, 1, "failed jobs");
    rig.finish().await?;
    Ok(())
}

async fn cancel_by_the_server(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    let mut ticket = rig.start_job("conf.stoppable").await?;
    rig.master.cancel(ticket.id()).await;
    let ended = rig.end(&mut ticket).await?;
    rig.check_error("the cancelled job", ended, &JobError::cancelled(""))?;
    ensure_eq!(rig.board.reasons(), [CancelReason::Server], "the reasons");
    // A job that does not listen is answered when its grace is over.
    let mut ticket = rig.start_job("conf.hold").await?;
    rig.master.cancel(ticket.id()).await;
    let ended = rig.end(&mut ticket).await?;
    rig.check_error("the deaf job", ended, &JobError::cancelled(""))?;
    // One that has ended, and one that never was, are nothing to cancel.
    rig.master.cancel(ticket.id()).await;
    rig.master.cancel("no such job").await;
    rig.works().await?;
    rig.finish().await?;
    Ok(())
}

async fn cancel_unheard(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    let mut ticket = rig.start_job("conf.stoppable").await?;
    rig.master.cancel(ticket.id()).await;
    let ended = rig.end(&mut ticket).await?;
    rig.check_error("the cancelled job", ended, &JobError::cancelled(""))?;
    rig.board.release(1);
    rig.until("the worker has answered", || rig.counts().ok == 1).await?;
    ensure_eq!(rig.board.reasons(), [], "the reasons");
    rig.works().await?;
    let mut ticket = rig.start_job("conf.hold").await?;
    rig.board.release(1);
    let ended = rig.end(&mut ticket).await?;
    ensure_eq!(
        ended,
        Ended::Ok(rig.harness.result(&Value::Int(1)).unwrap_or_default()),
        "the next job"
    );
    rig.finish().await?;
    Ok(())
}
