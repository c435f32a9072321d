//! Server and database that go away and come back while a worker has steps in hand.

use std::time::Duration;

use serde_json::json;

use crate::{
    report::{Report, ensure},
    rest::Rest,
    ring::{Options, Ring, Worker},
};

const LIMIT: Duration = Duration::from_secs(120);

async fn naps(rest: &Rest, key: &str, count: usize, millis: u64) -> Result<Vec<String>, String> {
    let mut tasks = Vec::new();
    for i in 0..count {
        let context = json!({ "millis": millis, "i": i, "key": key });
        let key = format!("{key} {i}");
        tasks.push(rest.submit("slow", "slow", "1.0.0", &context, &key).await?);
    }
    Ok(tasks)
}

async fn all_done(rest: &Rest, tasks: &[String]) -> Result<String, String> {
    let ended = rest.all_settled(tasks, LIMIT).await?;
    let done = ended.iter().filter(|outcome| outcome.status == "complete").count();
    ensure(done == tasks.len(), || format!("{done} of {} are complete: {ended:?}", tasks.len()))?;
    Ok(format!("{done} tasks"))
}

/// Waits until the worker has this many steps in hand.
async fn in_hand(worker: &Worker, count: f64) -> Result<(), String> {
    let name = "journeyman_tasker_live_steps_unanswered";
    worker.until(name, |n| n >= count).await.map(drop)
}

pub(crate) async fn run(ring: &mut Ring, report: &mut Report) -> Result<(), String> {
    let options = Options::new("worker-restarts", "slow").arg("--concurrency").arg("4");
    let worker = Worker::start(ring, &options).await?;
    let rest = ring.rest();

    let tasks = naps(&rest, "server", 4, 1500).await?;
    in_hand(&worker, 4.0).await?;
    ring.kill_server().await?;
    ring.start_server().await?;
    let done = all_done(&rest, &tasks).await;
    report.check("the server is killed and comes back: steps in hand are done", done);
    let tasks = naps(&rest, "after the server", 4, 10).await?;
    report.check("the worker goes on with the new server", all_done(&rest, &tasks).await);

    let tasks = naps(&rest, "database", 4, 3000).await?;
    in_hand(&worker, 4.0).await?;
    ring.postgres.stop().await?;
    ring.postgres.start().await?;
    let done = all_done(&rest, &tasks).await;
    report.check("the database restarts: steps in hand are done", done);
    let tasks = naps(&rest, "after the database", 4, 10).await?;
    report.check("the worker goes on with the restarted database", all_done(&rest, &tasks).await);
    worker.stop().await?;

    ring.postgres.stop().await?;
    let mut worker = Worker::spawn(ring, &options)?;
    // It says so itself that it waits, and does not end.
    let waits = worker.until("journeyman_tasker_live_running", |n| n == 0.0).await;
    ring.postgres.start().await?;
    let ready = worker.ready().await;
    let tasks = naps(&rest, "late", 2, 10).await?;
    let done = all_done(&rest, &tasks).await;
    let result = waits.and(ready).and(done);
    report.check("a worker that was there before the database waits for it", result);
    worker.stop().await.map(drop)
}
