//! Running one job: wait for a permit, call the handler, report how it ended.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::FutureExt;
use tokio::{
    sync::{Notify, mpsc::error::TrySendError},
    time::sleep,
};

use super::SessionStats;
use crate::{
    JobError,
    budget::{Permit, Share},
    handler::panic_text,
    job::{Job, JobResult, Report},
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

    fn enter(self: &Arc<Self>) -> RunningGuard {
        self.count.fetch_add(1, Ordering::AcqRel);
        RunningGuard(Arc::clone(self))
    }
}

struct RunningGuard(Arc<Running>);

impl Drop for RunningGuard {
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
    Admitted(Permit),
    /// It waits: first this long (the brake), then for a permit, at most so long.
    Wait {
        delay: Duration,
        share: Share,
        limit: Option<Duration>,
        waiting: Waiting,
    },
}

/// One job to run.
pub(crate) struct Run {
    pub(crate) job: Job,
    pub(crate) admission: Admission,
    /// How long a handler may go on after it was told to stop.
    pub(crate) grace: Duration,
    pub(crate) running: Arc<Running>,
    pub(crate) stats: Arc<SessionStats>,
}

impl Run {
    /// Runs the job and reports how it ended, exactly once, whatever happens to this task.
    pub(crate) async fn run(self) {
        let guard = Finish(Some(self.job.clone()));
        let result = self.attempt().await;
        guard.report(result).await;
    }

    async fn attempt(self) -> JobResult {
        let Self { job, admission, grace, running, stats } = self;
        let route = job.route();
        let permit = match admission {
            Admission::Admitted(permit) => permit,
            Admission::Wait { delay, share, limit, waiting } => {
                let permit = admit(&job, route, delay, &share, limit).await?;
                drop(waiting);
                permit
            }
        };
        job.return_permit(Some(permit));
        let _running = running.enter();
        let _counted = CountedRoute::enter(route);
        let mut call =
            AssertUnwindSafe(Arc::clone(&route.endpoint).call(job.clone())).catch_unwind();
        let stopped = async {
            let reason = job.cancelled().await;
            sleep(grace).await;
            reason
        };
        tokio::select! {
            biased;
            result = &mut call => result.unwrap_or_else(|panic| {
                Err(JobError::panicked(panic_text(&*panic)))
            }),
            reason = stopped => {
                stats.meters.abandoned.increment(1);
                if job.take_permit().is_none() {
                    tracing::warn!(
                        job = %job.info().id, route = %job.info().route,
                        "a blocking handler did not stop when told to ({}); its thread and its \
                         permit stay taken until it ends", reason.as_str()
                    );
                } else {
                    tracing::warn!(
                        job = %job.info().id, route = %job.info().route,
                        "a handler did not stop within {grace:?} ({}); it was dropped",
                        reason.as_str()
                    );
                }
                Err(JobError::cancelled(reason.as_str()))
            }
        }
    }
}

async fn admit(
    job: &Job,
    route: &RouteEntry,
    delay: Duration,
    share: &Share,
    limit: Option<Duration>,
) -> Result<Permit, JobError> {
    let permit = async {
        if !delay.is_zero() {
            sleep(delay).await;
        }
        let permit = share.acquire(route.permits.as_ref());
        match limit {
            None => Ok(permit.await),
            Some(limit) => tokio::time::timeout(limit, permit).await.map_err(|_| {
                JobError::overloaded(format!("no room for this job within {limit:?}"))
            }),
        }
    };
    tokio::select! {
        biased;
        reason = job.cancelled() => Err(JobError::cancelled(reason.as_str())),
        permit = permit => permit,
    }
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
            // An error means that the session is gone, and with it whoever would want to know.
            let _ = job.reports().send(report).await;
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
