//! Which commands get through to a prop's handlers, and when.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll},
};

use journeyman_core::{Job, JobError, job::Completion, layers::JobService, router::IntoJobError};
use tokio::sync::Notify;
use tower_layer::Layer;
use tower_service::Service;

/// Commands wait until the prop has started.
const HOLDING: u8 = 0;
/// Commands run.
const OPEN: u8 = 1;
/// New commands are given back; those that run may finish.
const CLOSED: u8 = 2;
/// Those that run end now.
const FORCED: u8 = 3;

/// The door in front of all handlers of one run. Clones are the same door.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<Inner>);

#[derive(Default)]
struct Inner {
    phase: AtomicU8,
    /// Handlers that run.
    inside: AtomicUsize,
    /// The phase changed, or the last handler has ended.
    changed: Notify,
}

impl Gate {
    /// Lets commands through.
    pub(crate) fn open(&self) {
        self.go_on(OPEN);
    }

    /// Lets no more through.
    pub(crate) fn close(&self) {
        self.go_on(CLOSED);
    }

    /// Drops the handlers that still run.
    pub(crate) fn force(&self) {
        self.go_on(FORCED);
    }

    /// How many handlers run.
    pub(crate) fn inside(&self) -> usize {
        self.0.inside.load(SeqCst)
    }

    /// Waits until no handler runs.
    pub(crate) async fn empty(&self) {
        self.until(|| (self.inside() == 0).then_some(())).await;
    }

    fn go_on(&self, phase: u8) {
        self.0.phase.fetch_max(phase, SeqCst);
        self.0.changed.notify_waiters();
    }

    fn phase(&self) -> u8 {
        self.0.phase.load(SeqCst)
    }

    async fn until<T>(&self, reached: impl Fn() -> Option<T>) -> T {
        loop {
            // Made before the check: it then hears of every change after it.
            let changed = self.0.changed.notified();
            if let Some(reached) = reached() {
                return reached;
            }
            changed.await;
        }
    }

    async fn forced(&self) {
        self.until(|| (self.phase() == FORCED).then_some(())).await;
    }

    /// Waits for its turn; `None` when there will be none.
    async fn enter(&self) -> Option<Inside> {
        // Counted before the look at the phase: who closes the door then waits for us.
        let inside = Inside::new(self);
        match self.phase() {
            OPEN => return Some(inside),
            HOLDING => drop(inside),
            _ => return None,
        }
        let phase = self.until(|| Some(self.phase()).filter(|phase| *phase != HOLDING)).await;
        let inside = Inside::new(self);
        // It may have been closed in between.
        (phase == OPEN && self.phase() == OPEN).then_some(inside)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("phase", &self.phase())
            .field("inside", &self.inside())
            .finish()
    }
}

/// A handler that runs.
struct Inside(Gate);

impl Inside {
    fn new(gate: &Gate) -> Self {
        gate.0.inside.fetch_add(1, SeqCst);
        Self(gate.clone())
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let gate = &self.0;
        if gate.0.inside.fetch_sub(1, SeqCst) == 1 && gate.phase() >= CLOSED {
            gate.0.changed.notify_waiters();
        }
    }
}

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;

    fn layer(&self, inner: S) -> Gated<S> {
        Gated { inner, gate: self.clone() }
    }
}

/// A route behind the door.
#[derive(Clone, Debug)]
pub(crate) struct Gated<S> {
    inner: S,
    gate: Gate,
}

impl<S: JobService> Service<Job> for Gated<S> {
    type Response = Completion;
    type Error = JobError;
    type Future = Pin<Box<dyn Future<Output = Result<Completion, JobError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), JobError>> {
        self.inner.poll_ready(cx).map_err(IntoJobError::into_job_error)
    }

    fn call(&mut self, job: Job) -> Self::Future {
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        let gate = self.gate.clone();
        Box::pin(async move {
            let entered = match gate.phase() {
                HOLDING => tokio::select! {
                    biased;
                    reason = job.cancelled() => return Err(JobError::cancelled(reason.as_str())),
                    entered = gate.enter() => entered,
                },
                _ => gate.enter().await,
            };
            // Where the broker keeps commands until they are done, this one stays there.
            let Some(_inside) = entered else {
                return Err(JobError::handed_back("the prop stops"));
            };
            let mut call =
                pin!(async { inner.call(job).await.map_err(IntoJobError::into_job_error) });
            // Many handlers end without waiting for anything; only the others need a watch.
            match poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx))).await {
                Poll::Ready(result) => result,
                Poll::Pending => tokio::select! {
                    biased;
                    result = call => result,
                    () = gate.forced() => {
                        Err(JobError::handed_back("the prop stopped before it was done"))
                    }
                },
            }
        })
    }
}
