//! The submitting side.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::{mpsc, oneshot};

use super::MemoryMessage;
use crate::{
    JobError, Value,
    payload::{DecodeError, Payload, Shape, Source},
    value_de::ValueDeserializer,
};

/// Updates of one job that may wait to be read.
const UPDATES: usize = 1024;

/// What a job says before it ends.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Update {
    /// How far it is.
    Progress {
        /// 0.0 to 1.0.
        fraction: Option<f64>,
        /// A text for people.
        message: Option<String>,
        /// Data.
        data: Option<Value>,
    },
    /// An event that the handler published.
    Event {
        /// Its name.
        name: String,
        /// Its payload.
        payload: Value,
    },
}

/// A job to submit.
#[derive(Debug)]
#[must_use]
pub struct Submission {
    pub(super) id: Option<Arc<str>>,
    pub(super) route: Arc<str>,
    pub(super) args: Box<dyn Payload>,
    pub(super) timeout: Option<Duration>,
    pub(super) attempt: u32,
    watch: bool,
}

impl Submission {
    /// A job without arguments.
    pub fn new(route: impl Into<Arc<str>>) -> Self {
        let args = Box::new(NoArgs);
        Self { id: None, route: route.into(), args, timeout: None, attempt: 1, watch: false }
    }

    /// With these arguments.
    pub fn args(self, args: impl Into<Value>) -> Self {
        self.payload(args.into())
    }

    /// With arguments in a form of their own, such as [`Json`](crate::payload::Json) text.
    pub fn payload(mut self, payload: impl Payload) -> Self {
        self.args = Box::new(payload);
        self
    }

    /// Under this id. Default: a number.
    pub fn id(mut self, id: impl Into<Arc<str>>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// With this time limit.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// As this attempt, from 1.
    pub fn attempt(mut self, attempt: u32) -> Self {
        self.attempt = attempt;
        self
    }

    /// Keeps progress and events for [`MemoryJob::update`]; at most 1024 that were not read.
    pub fn watched(mut self) -> Self {
        self.watch = true;
        self
    }
}

/// No arguments. Its box is free.
#[derive(Debug)]
struct NoArgs;

impl Payload for NoArgs {
    fn shape(&self) -> Shape {
        Shape::Null
    }

    fn read(
        &self,
        reader: &mut dyn FnMut(Source<'_, '_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        Value::Null.read(reader)
    }
}

/// A number as an id, with one allocation.
fn number(number: u64) -> Arc<str> {
    let mut text = [0; 20];
    let mut rest = number;
    let mut start = text.len();
    loop {
        start -= 1;
        text[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    // Digits are text.
    str::from_utf8(&text[start..]).unwrap_or_default().into()
}

/// Where the job's end and updates go.
#[derive(Debug)]
pub(super) struct ReplyTo {
    pub(super) outcome: oneshot::Sender<Result<Value, JobError>>,
    pub(super) updates: Option<mpsc::Sender<Update>>,
}

/// Submits jobs to a [`Memory`](super::Memory) backend. Clones submit to the same one.
#[derive(Clone)]
pub struct MemoryClient {
    queue: mpsc::Sender<MemoryMessage>,
    next: Arc<AtomicU64>,
}

impl fmt::Debug for MemoryClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryClient")
    }
}

impl MemoryClient {
    pub(super) fn new(queue: mpsc::Sender<MemoryMessage>) -> Self {
        Self { queue, next: Arc::default() }
    }

    /// Submits a job; waits while 1024 are queued already.
    ///
    /// # Cancel safety
    /// When it is dropped, the job was not submitted.
    pub async fn submit(&self, mut submission: Submission) -> MemoryJob {
        let (outcome, receiver) = oneshot::channel();
        let (sender, updates) = match submission.watch {
            true => {
                let (sender, receiver) = mpsc::channel(UPDATES);
                (Some(sender), Some(receiver))
            }
            false => (None, None),
        };
        let id = submission
            .id
            .take()
            .unwrap_or_else(|| number(self.next.fetch_add(1, Ordering::Relaxed)));
        submission.id = Some(Arc::clone(&id));
        let reply = ReplyTo { outcome, updates: sender };
        // An error means that the worker is gone: then the outcome says so.
        let _ = self.queue.send(MemoryMessage::Job(submission, reply)).await;
        MemoryJob { id, outcome: receiver, updates }
    }

    /// Submits a job and reads its result.
    ///
    /// # Errors
    /// The job failed, or the arguments or the result do not convert.
    pub async fn call<T: DeserializeOwned>(
        &self,
        route: &str,
        args: &(impl Serialize + ?Sized),
    ) -> Result<T, JobError> {
        let args = Value::from_serialize(args)?;
        let result = self.submit(Submission::new(route).args(args)).await.await?;
        T::deserialize(ValueDeserializer(&result))
            .map_err(|error| JobError::failed(format!("the result does not fit: {error}")))
    }

    /// Asks the worker to cancel a job.
    pub async fn cancel(&self, id: &str) {
        let _ = self.queue.send(MemoryMessage::Cancel(id.into())).await;
    }

    /// Breaks the worker's connection, as a fault.
    pub async fn disconnect(&self) {
        let _ = self.queue.send(MemoryMessage::Break).await;
    }
}

/// A submitted job: await it for its outcome.
#[derive(Debug)]
pub struct MemoryJob {
    id: Arc<str>,
    outcome: oneshot::Receiver<Result<Value, JobError>>,
    updates: Option<mpsc::Receiver<Update>>,
}

impl MemoryJob {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The next update of a [`watched`](Submission::watched) job; `None` when there are no more.
    ///
    /// # Cancel safety
    /// It may be dropped and called again.
    pub async fn update(&mut self) -> Option<Update> {
        self.updates.as_mut()?.recv().await
    }
}

impl Future for MemoryJob {
    type Output = Result<Value, JobError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.outcome).poll(cx).map(|outcome| {
            outcome.unwrap_or_else(|_| Err(JobError::cancelled("the worker is gone")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_ids() {
        for n in [0, 7, 10, 12_345, u64::MAX] {
            assert_eq!(*number(n), *n.to_string());
        }
    }
}
