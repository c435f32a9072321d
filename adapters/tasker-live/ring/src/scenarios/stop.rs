//! A stop while steps are in hand.

use std::time::Duration;

use serde_json::json;

use crate::{
    report::{Report, ensure},
    ring::{Options, Ring, Worker},
};

const LIMIT: Duration = Duration::from_secs(60);

pub(crate) async fn run(ring: &Ring, report: &mut Report) -> Result<(), String> {
    let options = Options::new("worker-stop", "slow").arg("--concurrency").arg("2");
    let options = options.arg("--drain").arg("2s");
    let worker = Worker::start(ring, &options).await?;
    let rest = ring.rest();
    let submit = async |millis: u64, key: &str| {
        let context = json!({ "millis": millis, "key": key });
        rest.submit("slow", "slow", "1.0.0", &context, key).await
    };
    let short = submit(1000, "a short one").await?;
    let long = submit(10_000, "a long one").await?;
    let unanswered = "journeyman_tasker_live_steps_unanswered";
    worker.until(unanswered, |n| n >= 2.0).await?;
    let waits = submit(10, "one that waits").await?;
    worker.until(unanswered, |n| n >= 3.0).await?;
    let took = worker.stop().await?;
    // The server may need a moment for the answers.
    let no_work =
        |outcome: &crate::rest::Outcome| outcome.steps.iter().all(|row| row.state != "in_progress");
    let result = async {
        let short = rest.settled(&short, LIMIT).await?;
        ensure(short.status == "complete", || format!("{short:?}"))?;
        let long = rest.until(&long, LIMIT, no_work).await?;
        let row = long.step("nap")?;
        let is_so = row.success == Some(false) && row.retryable == Some(true);
        ensure(is_so, || format!("the long step was not handed back: {row:?}"))?;
        Ok(format!(
            "it took {took:.1?}; the short step is done, the long one was answered as {}",
            row.error_type.as_deref().unwrap_or("nothing")
        ))
    };
    report.check("a stop answers what is in hand", result.await);
    let worker = Worker::start(ring, &options).await?;
    let result = rest.settled(&waits, LIMIT).await;
    let result = result.and_then(|o| ensure(o.status == "complete", || format!("{o:?}")));
    report.check("what waited is done by the next worker", result.map(|()| ""));
    worker.stop().await.map(drop)
}
