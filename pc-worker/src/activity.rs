//! What the tasks of the worker do, as upstream's API counts it: from the start of a task's function to
//! its end.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use journeyman_core::{Job, JobError, JobResult, job::Completion, router::RouteService};
use journeyman_crowdcompute::PythonTask;
use tower_layer::Layer;
use tower_service::Service;

/// Counts tasks, and knows those in work. Clones share it. As a layer, it watches the routes that it
/// is put around.
#[derive(Clone, Debug, Default)]
pub(crate) struct Activity(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    next: u64,
    /// By their numbers, so that the first is the oldest.
    running: BTreeMap<u64, PythonTask>,
    totals: Totals,
}

/// Sums since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) completed: u64,
    pub(crate) failed: u64,
    /// Over both.
    pub(crate) time: Duration,
    /// Of those that completed.
    pub(crate) completed_time: Duration,
}

impl Activity {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn totals(&self) -> Totals {
        self.inner().totals
    }

    /// The task that has been in work for the longest time.
    pub(crate) fn oldest(&self) -> Option<PythonTask> {
        self.inner().running.first_key_value().map(|(_, task)| task.clone())
    }

    fn begin(&self, task: Option<&PythonTask>) -> Turn {
        let mut inner = self.inner();
        inner.next += 1;
        let number = inner.next;
        if let Some(task) = task {
            inner.running.insert(number, task.clone());
        }
        Turn { activity: self.clone(), number, begun: Instant::now(), is_done: false }
    }
}

/// A task in work; ends when it is dropped.
struct Turn {
    activity: Activity,
    number: u64,
    begun: Instant,
    is_done: bool,
}

impl Turn {
    fn end(mut self, is_done: bool) {
        self.is_done = is_done;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let took = self.begun.elapsed();
        let mut inner = self.activity.inner();
        inner.running.remove(&self.number);
        let totals = &mut inner.totals;
        totals.time += took;
        match self.is_done {
            true => {
                totals.completed += 1;
                totals.completed_time += took;
            }
            false => totals.failed += 1,
        }
    }
}

impl Layer<RouteService> for Activity {
    type Service = Watched;

    fn layer(&self, inner: RouteService) -> Watched {
        Watched { inner, activity: self.clone() }
    }
}

/// A route whose tasks are counted.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    inner: RouteService,
    activity: Activity,
}

impl Service<Job> for Watched {
    type Response = Completion;
    type Error = JobError;
    type Future = std::pin::Pin<Box<dyn Future<Output = JobResult> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), JobError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, job: Job) -> Self::Future {
        let turn = self.activity.begin(job.extensions().get());
        let handler = self.inner.call(job);
        Box::pin(async move {
            let result = handler.await;
            turn.end(result.is_ok());
            result
        })
    }
}
