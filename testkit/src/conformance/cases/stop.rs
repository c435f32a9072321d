//! The end of a worker, in good order and otherwise.

use std::time::Duration;

use journeyman_core::{JobError, JobErrorKind, Value, capability::Intake, job::CancelReason};

use super::{always, can, intake, list};
use crate::conformance::{
    Ended, Fault, NewJob,
    rig::{Cx, Result, Rig, ensure, ensure_eq},
};

list! {
    drain_when_idle: "an idle worker that is told to stop says goodbye and is gone", always;
    drain_with_work: "a job in flight ends well before the worker stops", always;
    drain_takes_no_more: "a pushed job that comes while draining is given back or refused",
        |harness| intake(harness, Intake::Pushed);
    drain_deadline: "a job that outlasts the drain is cancelled or given back", always;
    drain_without_a_server: "a worker without a connection stops at once",
        |harness| can(harness, Fault::Down);
    forced_stop: "a second stop cuts the drain short", always;
    stubborn_handler: "a blocking handler that does not stop is answered for, and reported", always;
    stubborn_handler_keeps_its_place: "its permit stays taken until it ends", always;
}

fn one(rig: &Rig) -> Ended {
    Ended::Ok(rig.harness.result(&Value::Int(1)).unwrap_or_default())
}

/// Checks that the worker said goodbye on so many connections, as far as the server can tell.
async fn said_goodbye(rig: &Rig, connections: u64) -> Result {
    if rig.master.farewells().is_some() {
        let seen = || rig.master.farewells().is_some_and(|farewells| farewells >= connections);
        rig.until("the server has seen the goodbye", seen).await?;
        ensure_eq!(rig.master.farewells(), Some(connections), "goodbyes at the server");
    }
    Ok(())
}

async fn drain_when_idle(cx: &Cx) -> Result {
    let mut plan = cx.plan();
    plan.setup.parallel = 3;
    let mut rig = cx.start(plan).await?;
    rig.works().await?;
    let sessions = rig.sessions().len() as u64;
    rig.control.drain_within(Duration::from_secs(3600));
    let summary = rig.stopped_well().await?;
    ensure_eq!(summary.unfinished, 0, "unfinished handlers");
    said_goodbye(&rig, sessions).await
}

async fn drain_with_work(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    let mut ticket = rig.start_job("conf.stoppable").await?;
    rig.control.drain_within(Duration::from_secs(3600));
    rig.until("the worker drains", || rig.sessions()[0].state == "draining").await?;
    ensure_eq!(ticket.try_ended(), None, "the job while draining");
    rig.board.release(1);
    ensure_eq!(rig.end(&mut ticket).await?, one(&rig), "the job");
    let summary = rig.stopped_well().await?;
    ensure_eq!(summary.unfinished, 0, "unfinished handlers");
    ensure_eq!(rig.board.reasons(), [], "reasons to stop");
    ensure_eq!(rig.master.answers(), 1, "answers at the server");
    said_goodbye(&rig, 1).await
}

async fn drain_takes_no_more(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    let mut first = rig.start_job("conf.hold").await?;
    rig.control.drain_within(Duration::from_secs(3600));
    rig.until("the worker drains", || rig.sessions()[0].state == "draining").await?;
    let mut late = rig.submit(NewJob::new("conf.hold", Value::Null)).await?;
    let told = rig.harness.tells_late_jobs();
    if told {
        let ended = rig.end(&mut late).await?;
        rig.check_error("the late job", ended, &rig.stopped())?;
    }
    rig.board.release(1);
    ensure_eq!(rig.end(&mut first).await?, one(&rig), "the first job");
    rig.stopped_well().await?;
    ensure_eq!(rig.board.started(), 1, "runs");
    if !told {
        match rig.end(&mut late).await? {
            Ended::Lost => {}
            ended => drop(rig.check_error("the late job", ended, &rig.stopped())?),
        }
    }
    Ok(())
}

async fn drain_deadline(cx: &Cx) -> Result {
    let mut plan = cx.plan();
    plan.setup.parallel = 2;
    let mut rig = cx.start(plan).await?;
    let mut deaf = rig.start_job("conf.hold").await?;
    let mut polite = rig.start_job("conf.stoppable").await?;
    rig.control.drain_within(Duration::from_millis(200));
    for ticket in [&mut deaf, &mut polite] {
        let ended = rig.end(ticket).await?;
        rig.check_error("a job that outlasts the drain", ended, &rig.stopped())?;
    }
    let summary = rig.stopped_well().await?;
    ensure_eq!(summary.unfinished, 0, "unfinished handlers");
    ensure_eq!(rig.board.reasons(), [CancelReason::Shutdown], "reasons to stop");
    ensure_eq!(rig.master.answers(), 2, "answers at the server");
    Ok(())
}

async fn drain_without_a_server(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    rig.works().await?;
    // Nothing is left that the server might not have.
    rig.idle().await?;
    rig.fault(Fault::Down).await;
    rig.until("the worker notices", || rig.sessions().iter().all(|s| !s.ready)).await?;
    rig.control.drain_within(Duration::from_secs(3600));
    rig.stopped_well().await?;
    Ok(())
}

async fn forced_stop(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    let mut ticket = rig.start_job("conf.stoppable").await?;
    rig.control.drain_within(Duration::from_secs(3600));
    rig.until("the worker drains", || rig.sessions()[0].state == "draining").await?;
    ensure_eq!(ticket.try_ended(), None, "the job while draining");
    rig.control.abort();
    let ended = rig.end(&mut ticket).await?;
    rig.check_error("the job", ended, &rig.stopped())?;
    rig.stopped_well().await?;
    ensure_eq!(rig.board.reasons(), [CancelReason::Shutdown], "reasons to stop");
    Ok(())
}

async fn stubborn_handler(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    let mut ticket = rig.start_job("conf.stubborn").await?;
    rig.control.abort();
    let ended = rig.end(&mut ticket).await?;
    rig.check_error("the job", ended, &rig.stopped())?;
    let summary = rig.stopped_well().await;
    rig.board.free_stubborn();
    ensure_eq!(summary?.unfinished, 1, "unfinished handlers");
    ensure_eq!(rig.master.answers(), 1, "answers at the server");
    Ok(())
}

async fn stubborn_handler_keeps_its_place(cx: &Cx) -> Result {
    let mut plan = cx.plan();
    plan.concurrency = 1;
    plan.time_limit = Some(Duration::from_secs(1));
    // One more, so that a server that gives one per registration can give another.
    plan.setup.parallel = 2;
    let mut rig = cx.start(plan).await?;
    let timed_out = JobError::new(JobErrorKind::TimedOut, "");
    let stubborn = NewJob::new("conf.stubborn", Value::Null);
    rig.expect_error(stubborn, &timed_out).await?;
    ensure!(rig.control.snapshot().running == 1, "the handler does not run any more");
    ensure_eq!(rig.control.snapshot().free_permits, 0, "free permits");
    let mut second = rig.submit(NewJob::new("conf.busy", Value::Null)).await?;
    if rig.harness.capabilities().intake != Intake::Pull {
        // It waits for the place in vain, until its own time is over.
        let ended = rig.end(&mut second).await?;
        rig.check_error("the job behind it", ended, &timed_out)?;
    }
    ensure_eq!(rig.board.started(), 1, "handlers that have started");
    rig.board.free_stubborn();
    rig.until("the handler has ended", || rig.control.snapshot().running == 0).await?;
    if rig.harness.capabilities().intake == Intake::Pull {
        ensure_eq!(rig.end(&mut second).await?, one(&rig), "the job behind it");
    }
    rig.works().await?;
    rig.finish().await?;
    Ok(())
}
