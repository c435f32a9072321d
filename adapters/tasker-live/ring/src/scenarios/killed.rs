//! A worker that is killed during a step. Nothing hands the step on: it stays in progress until the
//! server's search for stale tasks finds its task (Tasker sheet, section 7).

use std::time::Duration;

use serde_json::json;

use crate::{
    report::{Report, ensure},
    ring::{Options, Ring, Worker},
};

/// What is to be looked at again later.
pub(crate) struct Left {
    task: String,
    worker: Worker,
}

fn options() -> Options {
    let mut options = Options::new("worker-late", "late");
    // Everything that upstream says, also while it starts: there must be no password in it.
    options.log = "trace,hyper=info,h2=info,tokio=info,runtime=info";
    options
}

pub(crate) async fn run(ring: &Ring, report: &mut Report) -> Result<Left, String> {
    let worker = Worker::start(ring, &options()).await?;
    let rest = ring.rest();
    let context = json!({ "millis": 300_000 });
    let task = rest.submit("late", "late", "1.0.0", &context, "killed").await?;
    // A claim is several statements, and the step is here when all of them are through.
    worker.until("journeyman_tasker_live_steps_unanswered", |n| n >= 1.0).await?;
    worker.kill().await?;
    let worker = Worker::start(ring, &options()).await?;
    let next = rest.submit("late", "late", "1.0.0", &json!({ "millis": 10 }), "after").await?;
    let served = rest.settled(&next, Duration::from_secs(60)).await;
    let served =
        served.and_then(|outcome| ensure(outcome.status == "complete", || format!("{outcome:?}")));
    report.check("after a kill -9 a new worker serves", served.map(|()| ""));
    let old = rest.outcome(&task).await?;
    let is_so = old.steps.iter().all(|row| row.state == "in_progress" && row.attempts == 1);
    let stays = ensure(is_so, || format!("{old:?}"));
    report.check("the step of the killed worker stays in progress", stays.map(|()| ""));
    Ok(Left { task, worker })
}

/// The rest: the task is found stale, and its step is as it was.
pub(crate) async fn stale(ring: &Ring, left: Left, report: &mut Report) -> Result<(), String> {
    let result = async {
        let rest = ring.rest();
        let limit = Duration::from_secs(180);
        let outcome = rest.until(&left.task, limit, |outcome| outcome.status == "error").await?;
        let is_so = outcome.steps.iter().all(|row| row.state == "in_progress");
        ensure(is_so, || format!("the step is not in progress: {outcome:?}"))?;
        let pool = ring.postgres.pool().await?;
        let reason: Result<(String,), _> = sqlx::query_as(
            "select dlq_reason::text from tasker.tasks_dlq where task_uuid = $1::uuid",
        )
        .bind(&left.task)
        .fetch_one(&pool)
        .await;
        pool.close().await;
        let (reason,) = reason.map_err(|error| format!("no dead letter: {error}"))?;
        ensure(reason == "staleness_timeout", || format!("the reason is {reason}"))
    };
    report.check("its task is found stale by the server", result.await.map(|()| ""));
    left.worker.stop().await.map(drop)
}
