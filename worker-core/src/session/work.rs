//! Running one job: wait for a permit, call the handler, report how it ended.

use std::{
    future::{Future, poll_fn},
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use futures_util::{FutureExt, future::CatchUnwind};
use tokio::{
    sync::{Notify, mpsc::error::TrySendError},
    time::sleep,
};
use tracing::{Instrument, Span};

use crate::{
    JobError,
    budget::Share,
    handler::{JobFuture, panic_text},
    job::{CancelReason, Home, Job, JobResult, Report},
    router::RouteEntry,
};

/// Counts the handlers of a worker that are running, and tells when none is left.
#[derive(Debug, Default)]
pub(crate) struct Running {
    count: AtomicU64,
    none_left: Notify,
}

impl Running {
    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Acquire)
    }

    /// Waits until no handler runs.
    pub(crate) async fn none_left(&self) {
        loop {
            let notified = self.none_left.notified();
            if self.count() == 0 {
                return;
            }
            notified.await;
        }
    }

    fn enter(&self) -> RunningGuard<'_> {
        self.count.fetch_add(1, Ordering::AcqRel);
        RunningGuard(self)
    }
}

struct RunningGuard<'a>(&'a Running);

impl Drop for RunningGuard<'_> {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.none_left.notify_waiters();
        }
    }
}

/// Counts a job that waits for a permit.
pub(crate) struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    pub(crate) fn enter(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(count))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// How a job gets its permit.
pub(crate) enum Admission {
    /// It holds one.
    Admitted,
    /// It waits for one. In a box, since few jobs wait and every job would carry the room.
    Wait(Box<Wait>),
}

/// What a job waits for: first so long (the brake), then for a permit, at most until the limit.
pub(crate) struct Wait {
    pub(crate) delay: Duration,
    pub(crate) share: Share,
    pub(crate) limit: Option<Duration>,
    pub(crate) waiting: Waiting,
}

/// One job to run.
pub(crate) struct Run {
    pub(crate) job: Job,
    pub(crate) admission: Admission,
}

impl Run {
    /// Runs the job in a task of its own.
    pub(crate) fn spawn(self, span: Span) {
        match span.is_disabled() {
            true => tokio::spawn(self.run()),
            false => tokio::spawn(self.run().instrument(span)),
        };
    }

    /// Runs the job and reports how it ended, exactly once, whatever happens to this task.
    async fn run(self) {
        let Self { job, admission } = self;
        let guard = Finish(Some(job.clone()));
        let admitted = match admission {
            Admission::Admitted => Ok(()),
            Admission::Wait(wait) => Box::pin(wait_for_permit(&job, *wait)).await,
        };
        let result = match admitted {
            Ok(()) => attempt(&job).await,
            Err(error) => Err(error),
        };
        guard.report(result).await;
    }
}

type Call = CatchUnwind<AssertUnwindSafe<JobFuture>>;

async fn attempt(job: &Job) -> JobResult {
    let (home, route) = (job.home(), job.route());
    let _running = home.running.enter();
    let _counted = CountedRoute::enter(route);
    let mut call: Call =
        AssertUnwindSafe(Arc::clone(&route.endpoint).call(job.clone())).catch_unwind();
    // Many handlers end without waiting for anything; only the others need a watch.
    let result = match poll_fn(|cx| Poll::Ready(call.poll_unpin(cx))).await {
        Poll::Ready(result) => result,
        Poll::Pending => match Box::pin(watch(call, job)).await {
            Ok(result) => result,
            Err(reason) => return Err(abandon(job, reason)),
        },
    };
    result.unwrap_or_else(|panic| Err(JobError::panicked(panic_text(&*panic))))
}

/// Waits for the handler, at most for the time of grace after it was told to stop.
async fn watch(call: Call, job: &Job) -> Result<<Call as Future>::Output, CancelReason> {
    let stopped = async {
        let reason = job.cancelled().await;
        sleep(job.home().grace).await;
        reason
    };
    tokio::select! {
        biased;
        result = call => Ok(result),
        reason = stopped => Err(reason),
    }
}

/// Tells of a handler that did not stop.
fn abandon(job: &Job, reason: CancelReason) -> JobError {
    let Home { stats, grace, .. } = job.home();
    stats.meters.abandoned.increment(1);
    let (id, route) = (&job.info().id, &job.info().route);
    if job.holds_permit() {
        tracing::warn!(
            job = %id, %route, "a handler did not stop within {grace:?} ({}); it was dropped",
            reason.as_str()
        );
    } else {
        tracing::warn!(
            job = %id, %route,
            "a blocking handler did not stop when told to ({}); its thread and its permit stay \
             taken until it ends", reason.as_str()
        );
    }
    JobError::cancelled(reason.as_str())
}

async fn wait_for_permit(job: &Job, wait: Wait) -> Result<(), JobError> {
    let Wait { delay, share, limit, waiting } = wait;
    let permit = async {
        if !delay.is_zero() {
            sleep(delay).await;
        }
        let permit = share.acquire(job.route().permits.as_ref());
        match limit {
            None => Ok(permit.await),
            Some(limit) => tokio::time::timeout(limit, permit).await.map_err(|_| {
                JobError::overloaded(format!("no room for this job within {limit:?}"))
            }),
        }
    };
    let permit = tokio::select! {
        biased;
        reason = job.cancelled() => Err(JobError::cancelled(reason.as_str())),
        permit = permit => permit,
    };
    drop(waiting);
    job.return_permit(Some(permit?));
    Ok(())
}

/// Counts a running handler of a route.
struct CountedRoute<'a>(&'a RouteEntry);

impl<'a> CountedRoute<'a> {
    fn enter(route: &'a RouteEntry) -> Self {
        route.stats.running.fetch_add(1, Ordering::Relaxed);
        Self(route)
    }
}

impl Drop for CountedRoute<'_> {
    fn drop(&mut self) {
        self.0.stats.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Reports the end of a job even if its task is dropped or panics.
struct Finish(Option<Job>);

impl Finish {
    async fn report(mut self, result: JobResult) {
        let Some(job) = self.0.take() else { return };
        // Free before the outcome can be seen, so that the next job finds it.
        drop(job.take_permit());
        let report = Report::Finished(job.token(), result);
        if let Err(TrySendError::Full(report)) = job.reports().try_send(report) {
            // In a box, as above. An error means that the session is gone, and with it whoever
            // would want to know.
            let _ = Box::pin(job.reports().send(report)).await;
        }
    }
}

impl Drop for Finish {
    fn drop(&mut self) {
        let Some(job) = self.0.take() else { return };
        drop(job.take_permit());
        let error = JobError::cancelled("the job's task was dropped");
        let report = Report::Finished(job.token(), Err(error));
        if let Err(TrySendError::Full(report)) = job.reports().try_send(report)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move {
                let _ = job.reports().send(report).await;
            });
        }
    }
}

#[cfg(test)]
mod sizes {
    #[test]
    fn print() {
        use super::*;
        fn of<F>(_: impl FnOnce(Run) -> F) -> usize {
            size_of::<F>()
        }
        println!("run future {}", of(|run| run.run()));
        println!(
            "instrumented {}",
            of(|run| tracing::Instrument::instrument(run.run(), tracing::Span::none()))
        );
        println!("Run {} Admission {}", size_of::<Run>(), size_of::<Admission>());
        println!(
            "Inner {} JobInfo {}",
            size_of::<crate::job::Inner>(),
            size_of::<crate::JobInfo>()
        );
        println!("Report {} Outcome {}", size_of::<Report>(), size_of::<JobResult>());
        println!("IncomingJob {}", size_of::<crate::protocol::IncomingJob>());
        println!(
            "Action {} Input {} Event {}",
            size_of::<crate::protocol::Action<crate::memory::MemoryMessage>>(),
            size_of::<crate::protocol::Input<crate::memory::MemoryMessage>>(),
            size_of::<crate::transport::Event<crate::memory::MemoryMessage>>()
        );
        println!(
            "Msg {} Entry {}",
            size_of::<crate::memory::MemoryMessage>(),
            size_of::<crate::ledger::Entry>()
        );
        println!("Call {} Value {}", size_of::<Call>(), size_of::<crate::Value>());
    }
}
