//! Running one job: wait for a permit, call the handler, report how it ended.

use std::{
    future::{Future, poll_fn},
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use futures_util::{FutureExt, future::CatchUnwind};
use tokio::{sync::mpsc::error::TrySendError, time::sleep};
use tracing::{Instrument, Span};

use crate::{
    JobError,
    budget::Share,
    handler::{JobFuture, panic_text},
    job::{CancelReason, Home, Job, JobResult, Report},
    ledger::Token,
};

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

/// What a job waits for: first so long (the brake), then for a permit, at most until the limit. While
/// the session is paused, no job gets one.
pub(crate) struct Wait {
    pub(crate) delay: Duration,
    pub(crate) share: Share,
    pub(crate) limit: Option<Duration>,
    pub(crate) waiting: Waiting,
}

/// One job to run. When it is dropped before its end, that is reported as the end.
pub(crate) struct Run {
    finish: Finish,
    admission: Admission,
}

impl Run {
    pub(crate) fn new(job: Job, admission: Admission) -> Self {
        Self { finish: Finish(Some(job)), admission }
    }

    pub(crate) fn token(&self) -> Option<Token> {
        self.finish.0.as_ref().map(Job::token)
    }

    /// Runs the job in a task of its own.
    pub(crate) fn spawn(self, span: Span) {
        match span.is_disabled() {
            true => tokio::spawn(self.run()),
            false => tokio::spawn(self.run().instrument(span)),
        };
    }

    /// Runs the job and reports how it ended, exactly once, whatever happens to this task.
    async fn run(self) {
        let Self { finish, admission } = self;
        let Some(job) = &finish.0 else { return };
        let admitted = match admission {
            Admission::Admitted => Ok(()),
            Admission::Wait(wait) => Box::pin(wait_for_permit(job, *wait)).await,
        };
        let result = match admitted {
            Ok(()) => attempt(job).await,
            Err(error) => Err(error),
        };
        finish.report(result).await;
    }
}

type Call = CatchUnwind<AssertUnwindSafe<JobFuture>>;

async fn attempt(job: &Job) -> JobResult {
    let endpoint = Arc::clone(&job.route().endpoint);
    let mut call: Call = AssertUnwindSafe(endpoint.call(job.clone())).catch_unwind();
    // Many handlers end without waiting for anything; only the others need a watch.
    let result = match poll_fn(|cx| Poll::Ready(call.poll_unpin(cx))).await {
        Poll::Ready(result) => result,
        Poll::Pending => match Box::pin(watch(call, job)).await {
            Ok(result) => result,
            Err(reason) => return Err(abandon(job, reason)),
        },
    };
    result.unwrap_or_else(|panic| Err(JobError::panicked(panic_text("the handler", &*panic))))
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
        let stats = &job.home().stats;
        let permit = async {
            loop {
                stats.resumed().await;
                let permit = share.acquire(job.route().permits.as_ref()).await;
                // It may have been paused while it waited.
                if !stats.is_paused() {
                    return permit;
                }
            }
        };
        match limit {
            None => Ok(permit.await),
            Some(limit) => tokio::time::timeout(limit, permit).await.map_err(|_| {
                JobError::overloaded(match stats.is_paused() {
                    true => format!("the worker is paused, and was not resumed within {limit:?}"),
                    false => format!("no room for this job within {limit:?}"),
                })
            }),
        }
    };
    let permit = tokio::select! {
        biased;
        reason = job.cancelled() => Err(JobError::cancelled(reason.as_str())),
        permit = permit => permit,
    };
    drop(waiting);
    job.admit(permit?);
    Ok(())
}

/// Reports the end of a job even if its task is dropped or panics.
struct Finish(Option<Job>);

impl Finish {
    async fn report(mut self, result: JobResult) {
        let Some(job) = self.0.take() else { return };
        // Free before the outcome can be seen, so that the next job finds it.
        job.vacate();
        let report = Report::Finished(job.token(), result);
        if let Err(TrySendError::Full(report)) = job.reports().try_send(report) {
            // In a box, as it is rare. An error means that the session is gone, and with it whoever
            // would want to know.
            let _ = Box::pin(job.reports().send(report)).await;
        }
    }
}

impl Drop for Finish {
    fn drop(&mut self) {
        let Some(job) = self.0.take() else { return };
        job.vacate();
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
mod tests {
    use std::sync::{Mutex, atomic::AtomicU32};

    use tokio::sync::mpsc;

    use super::*;
    use crate::{
        JobErrorKind, Router, Value,
        budget::Budget,
        capability::RetryOwner,
        extensions::Extensions,
        job::{CancelState, Inner, JobInfo, Seat, ValueCodec, now},
        router::{Lookup, Scope},
        session::{Running, SessionStats},
    };

    /// A job with a permit, and where its reports go.
    fn job() -> (Job, mpsc::Receiver<Report>, Budget) {
        let table = Router::new().route("a", async || ()).build().unwrap();
        let scope = Scope::new().compile().unwrap();
        let Lookup::Found(route) = table.find("a", &scope) else { panic!("no route") };
        let (reports, received) = mpsc::channel(8);
        let home = Home {
            states: Arc::new(Extensions::new()),
            reports,
            stats: Arc::new(SessionStats::new("test".into(), 0)),
            running: Arc::new(Running::new(Arc::clone(&table))),
            grace: Duration::ZERO,
        };
        let info = JobInfo {
            id: "1".into(),
            backend: "test".into(),
            route: "a".into(),
            attempt: 1,
            redelivered: None,
            deadline: None,
            enqueued_at: None,
            received_at: now(),
            traceparent: None,
            retry_owner: RetryOwner::Worker,
        };
        let job = Job::new(Inner {
            info,
            payload: Box::new(Value::Null),
            codec: Arc::new(ValueCodec),
            extensions: Extensions::new(),
            besides: None,
            route: Arc::clone(route),
            token: Token::from_u64(1),
            home: Arc::new(home),
            cancel: CancelState::default(),
            retries: AtomicU32::new(0),
            seat: Mutex::new(Seat::None),
            shown: Default::default(),
        });
        let budget = Budget::new(1, 0);
        job.admit(budget.share(0, None).try_acquire(None).unwrap());
        (job, received, budget)
    }

    #[tokio::test]
    async fn a_run_that_is_dropped_reports_one_end_and_gives_its_permit_back() {
        for start in [false, true] {
            let (job, mut reports, budget) = job();
            assert_eq!((budget.free(), job.home().running.count()), (0, 1));
            let run = Run::new(job.clone(), Admission::Admitted);
            match start {
                true => drop(run.run()),
                false => drop(run),
            }
            let Ok(Report::Finished(token, Err(error))) = reports.try_recv() else {
                panic!("no end")
            };
            assert_eq!((token, error.kind()), (job.token(), JobErrorKind::Cancelled));
            assert!(reports.try_recv().is_err(), "once");
            assert_eq!((budget.free(), job.home().running.count()), (1, 0));
        }
    }

    #[tokio::test]
    async fn a_permit_that_is_lent_outlives_the_job() {
        let (job, _reports, budget) = job();
        let lent = job.lend_permit();
        assert!(!job.holds_permit());
        job.vacate();
        assert_eq!((budget.free(), job.home().running.count()), (0, 1));
        drop(lent);
        assert_eq!((budget.free(), job.home().running.count()), (1, 0));
    }

    #[tokio::test]
    async fn a_permit_that_comes_back_in_time_is_used_again() {
        let (job, _reports, budget) = job();
        drop(job.lend_permit());
        assert!(job.holds_permit());
        job.vacate();
        job.vacate();
        assert_eq!((budget.free(), job.home().running.count()), (1, 0));
    }
}
