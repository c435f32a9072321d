//! What is tried.

mod killed;
mod programs;
mod restarts;
mod slow;
mod stop;
mod workflows;
mod wrong;

use crate::{report::Report, ring::Ring};

/// All of it.
pub(crate) async fn run(ring: &mut Ring, report: &mut Report) {
    // First, since it takes the server a minute to notice.
    let killed = killed::run(ring, report).await;
    let killed = killed.map_err(|error| report.check::<&str>("a killed worker", Err(error))).ok();
    whole("workflows", workflows::run(ring, report).await, report);
    whole("programs", programs::run(ring, report).await, report);
    whole("a slow worker", slow::run(ring, report).await, report);
    whole("wrong settings", wrong::run(ring, report).await, report);
    whole("a stop", stop::run(ring, report).await, report);
    if let Some(left) = killed {
        whole("stale", killed::stale(ring, left, report).await, report);
    }
    whole("restarts", restarts::run(ring, report).await, report);
    whole("logs", wrong::logs(ring, report), report);
}

/// What ended a part before its checks were through is a failure, too.
fn whole(name: &str, result: Result<(), String>, report: &mut Report) {
    if let Err(error) = result {
        report.check::<&str>(name, Err(error));
    }
}
