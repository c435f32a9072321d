//! A slow consumer with the smallest buffer that Tasker takes. Its own consumers lose 18 of 40 steps
//! there (Tasker sheet, section 19).

use std::time::Duration;

use serde_json::json;

use crate::{
    report::{Report, ensure},
    ring::{Options, Ring, Worker},
};

const TASKS: usize = 40;

pub(crate) async fn run(ring: &Ring, report: &mut Report) -> Result<(), String> {
    let mut options = Options::new("worker-slow", "slow").arg("--concurrency").arg("1");
    options.config = "small.toml";
    let worker = Worker::start(ring, &options).await?;
    let rest = ring.rest();
    let mut tasks = Vec::new();
    for i in 0..TASKS {
        let (context, key) = (json!({ "millis": 250, "i": i }), format!("slow {i}"));
        tasks.push(rest.submit("slow", "slow", "1.0.0", &context, &key).await?);
    }
    let ended = rest.all_settled(&tasks, Duration::from_secs(120)).await;
    let result = async {
        let ended = ended?;
        let done = ended.iter().filter(|outcome| outcome.status == "complete").count();
        let tries: i64 = ended.iter().flat_map(|o| &o.steps).map(|row| row.attempts).sum();
        ensure(done == TASKS, || format!("{done} of {TASKS} tasks are complete"))?;
        let number = async |name: &str| {
            let name = format!("journeyman_tasker_live_{name}");
            worker.number(&name).await.ok_or_else(|| format!("there is no {name}"))
        };
        let refused = number("steps_refused_total").await?;
        ensure(refused == 0.0, || format!("{refused} steps were refused"))?;
        Ok(format!(
            "{done} of {TASKS} complete, {tries} attempts; upstream's buffer holds 10, {} steps \
             came through it and at most {} waited behind it",
            number("steps_moved_total").await?,
            number("steps_waiting_max").await?
        ))
    };
    report.check("a slow worker with a small buffer loses no step", result.await);
    worker.stop().await.map(drop)
}
