//! What MOO code can do: `worker_request()` and `workers()`. And what it can not, but tests can.

use super::daemon::Daemon;
use super::events::Event;
use super::failure::{Failure, MooFailure, Outcome};
use super::messages::{Arguments, Broadcast, Request, WorkerError};
use super::shared::{TOPIC, lock};
use super::syntax::Call;
use super::value::Value;
use bytes::Bytes;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::oneshot;
use uuid::Uuid;

/// A request that was made: a future of its outcome.
///
/// Dropping it kills the MOO task. The worker is not told, and its answer is acknowledged all the
/// same (mooR sheet, section 8.5). As on the real daemon, there are requests that never end: see
/// [`Stats::forgotten`](super::Stats::forgotten) and
/// [`Stats::unsendable`](super::Stats::unsendable).
#[derive(Debug)]
#[must_use = "dropping it kills the task"]
pub struct Ticket {
    id: Uuid,
    worker_id: Uuid,
    outcome: Option<oneshot::Receiver<Outcome>>,
}

impl Ticket {
    /// The id of the request.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// The worker that it was sent to.
    #[must_use]
    pub fn worker_id(&self) -> Uuid {
        self.worker_id
    }

    /// Kills the task.
    pub fn kill(self) {}
}

impl Future for Ticket {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let Some(outcome) = &mut self.outcome else { return Poll::Pending };
        match Pin::new(outcome).poll(cx) {
            Poll::Ready(Ok(outcome)) => {
                self.outcome = None;
                Poll::Ready(outcome)
            }
            // Nobody will ever say: the task hangs.
            Poll::Ready(Err(_)) => {
                self.outcome = None;
                Poll::Pending
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Workers of one type, as the builtin `workers()` lists them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WorkerTypeInfo {
    /// The type.
    pub worker_type: String,
    /// How many.
    pub workers: usize,
    /// Requests that they have not answered.
    pub outstanding: usize,
    /// The longest time since one of them attached or answered a ping.
    pub unseen: Duration,
}

impl Daemon {
    /// `worker_request(type, arguments, ["timeout_seconds" -> timeout])`: the value, or the error
    /// that is raised.
    ///
    /// It is published by the call itself; the future is what the task waits for, and dropping it
    /// kills the task. The timeout is cut to whole milliseconds, of which zero is none. It is only
    /// forwarded: neither the real daemon nor this one enforces it (mooR sheet, section 8.5).
    /// Must be called within a tokio runtime.
    ///
    /// The outcome is a [`Failure`] where there is no value.
    pub fn request(
        &self,
        worker_type: &str,
        arguments: &[Value],
        timeout: Option<Duration>,
    ) -> impl Future<Output = Outcome> + Send + use<> {
        let ticket = self.submit(worker_type, arguments, timeout);
        async move { ticket?.await }
    }

    /// [`request`](Self::request) of a call that was [read](super::syntax::parse_call).
    pub fn call(&self, call: &Call) -> impl Future<Output = Outcome> + Send + use<> {
        self.request(&call.worker_type, &call.arguments, call.timeout)
    }

    /// As [`request`](Self::request), but returns when the request is published. Must be called
    /// within a tokio runtime.
    ///
    /// # Errors
    ///
    /// If it fails at once.
    pub fn submit(
        &self,
        worker_type: &str,
        arguments: &[Value],
        timeout: Option<Duration>,
    ) -> Result<Ticket, Failure> {
        self.ask(worker_type, Arguments::Values(arguments), timeout)
    }

    /// As [`submit`](Self::submit), with one argument: lists inside of each other, this many.
    /// There may be more levels than a [`Value`] of them could have without overflowing a stack.
    ///
    /// # Errors
    ///
    /// If it fails at once.
    pub fn submit_nested(
        &self,
        worker_type: &str,
        depth: usize,
        timeout: Option<Duration>,
    ) -> Result<Ticket, Failure> {
        self.ask(worker_type, Arguments::Nested(depth), timeout)
    }

    fn ask(
        &self,
        worker_type: &str,
        arguments: Arguments<'_>,
        timeout: Option<Duration>,
    ) -> Result<Ticket, Failure> {
        let era = self.era();
        let unsendable = !self.faults().send_unsendable()
            && match arguments {
                Arguments::Values(values) => {
                    values.iter().any(|value| value.is_unsendable(era.anonymous()))
                }
                Arguments::Nested(_) => false,
            };
        // Neither secret nor in need of the system's randomness.
        let id = uuid::Builder::from_random_bytes(fastrand::u128(..).to_ne_bytes()).into_uuid();
        let (sender, outcome) = oneshot::channel();
        let mut state = self.shared.state();
        state.stats.requests += 1;
        if state.outstanding() >= self.shared.config.limits.outstanding {
            return Err(Failure::Full);
        }
        let Some(chosen) = state.assign(worker_type, id, sender) else {
            state.stats.no_worker += 1;
            let error = WorkerError::NoWorkerAvailable(worker_type.to_owned());
            return Err(Failure::Moo(MooFailure::of(&error, era)));
        };
        let worker_id = chosen.worker_id;
        let ticket = Ticket { id, worker_id, outcome: Some(outcome) };
        if unsendable {
            state.withdraw(worker_id, id);
            state.stats.unsendable += 1;
            drop(state);
            self.shared.note(Event::Unsendable { request: id });
            return Ok(ticket);
        }
        drop(state);
        self.shared.note_request(|| Event::Requested { request: id, worker_id });
        let perms = *lock(&self.shared.perms);
        let timeout_ms =
            timeout.map_or(0, |limit| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX));
        let token = chosen.token.as_deref();
        let request = Request { worker_id, token, id, perms, arguments, timeout_ms };
        let body = request.encode(era);
        if self.faults().deliver_twice() {
            self.shared.broadcast(body.clone());
        }
        self.shared.broadcast(body);
        Ok(ticket)
    }

    /// What the builtin `workers()` lists: one entry for each type, compared without case, by
    /// the order of attaching.
    #[must_use]
    pub fn workers(&self) -> Vec<WorkerTypeInfo> {
        let mut types: Vec<WorkerTypeInfo> = Vec::new();
        for worker in self.registered() {
            let folded = worker.worker_type.to_lowercase();
            let known = types.iter_mut().find(|info| info.worker_type.to_lowercase() == folded);
            match known {
                Some(info) => {
                    info.workers += 1;
                    info.outstanding += worker.outstanding;
                    info.unseen = info.unseen.max(worker.unseen);
                }
                None => types.push(WorkerTypeInfo {
                    worker_type: worker.worker_type,
                    workers: 1,
                    outstanding: worker.outstanding,
                    unseen: worker.unseen,
                }),
            }
        }
        types
    }

    /// What the builtin `workers()` returns: a list of `{type, workers, outstanding requests,
    /// average response time (always 0.0), seconds since the last sign of life}`.
    #[must_use]
    pub fn workers_value(&self) -> Value {
        let count = |count: usize| Value::Int(i64::try_from(count).unwrap_or(i64::MAX));
        let entry = |info: WorkerTypeInfo| {
            Value::List(vec![
                Value::Sym(info.worker_type),
                count(info.workers),
                count(info.outstanding),
                Value::Float(0.0),
                Value::Float(info.unseen.as_secs_f64()),
            ])
        };
        Value::List(self.workers().into_iter().map(entry).collect())
    }

    /// Publishes frames as they are, whatever they are.
    pub fn publish_raw(&self, frames: impl IntoIterator<Item = Bytes>) {
        self.shared.publish(frames.into_iter().collect());
    }

    /// Publishes a message to all workers that is no request of a task.
    pub fn publish(&self, message: &Broadcast) {
        self.shared.broadcast(message.encode(self.era()));
    }

    /// Publishes a request for a worker that nobody waits for; mostly one that is not registered
    /// here, to see that others leave it alone. Returns the id of the request.
    pub fn publish_request(&self, worker_id: Uuid, arguments: &[Value]) -> Uuid {
        let (id, token) = (Uuid::new_v4(), self.token_of(worker_id));
        let perms = *lock(&self.shared.perms);
        let arguments = Arguments::Values(arguments);
        let token = token.as_deref();
        let request = Request { worker_id, token, id, perms, arguments, timeout_ms: 0 };
        self.shared.broadcast(request.encode(self.era()));
        id
    }

    /// Publishes `PleaseDie` for a worker, which no real daemon ever does (mooR sheet,
    /// section 8.7).
    pub fn publish_please_die(&self, worker_id: Uuid) {
        let token = self.token_of(worker_id);
        self.publish(&Broadcast::PleaseDie { worker_id, token });
    }

    /// The token that the worker gave, or else one of ours for it.
    fn token_of(&self, worker_id: Uuid) -> Option<String> {
        let given = self.shared.state().token(worker_id);
        let token = || self.signing_key().worker_token(worker_id);
        (self.era() == super::Era::Paseto).then(|| given.map_or_else(token, |t| t.to_string()))
    }

    /// Publishes nonsense under the topic: bytes that are no message, one frame, five frames,
    /// an empty frame, a message cut in half, and a large frame of `large` bytes.
    pub fn publish_garbage(&self, large: usize) {
        let topic = || Bytes::from_static(TOPIC);
        let ping = Broadcast::Ping.encode(self.era());
        let half = ping.slice(..ping.len() / 2);
        for frames in [
            vec![topic(), Bytes::from_static(b"\xff\xff\xff\xff")],
            vec![topic()],
            vec![topic(), ping.clone(), ping.clone(), ping.clone(), ping],
            vec![topic(), Bytes::new()],
            vec![topic(), half],
            vec![Bytes::from_static(b"workers-of-another-kind"), Bytes::new()],
            vec![topic(), Bytes::from(vec![0xa5; large])],
        ] {
            self.publish_raw(frames);
        }
    }
}
