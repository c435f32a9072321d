//! Workers and their outstanding requests; no I/O.

use super::failure::{Failure, MooFailure, Outcome};
use super::messages::{Era, Reply, WorkerError};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use uuid::Uuid;

/// What the daemon knows of its workers (mooR sheet, sections 8 and 13).
#[derive(Debug)]
pub(crate) struct State {
    era: Era,
    workers: HashMap<Uuid, Worker>,
    next: u64,
    outstanding: usize,
    pub(crate) stats: Stats,
    /// The thread that serves workers has died.
    pub(crate) dead: bool,
}

#[derive(Debug)]
struct Worker {
    /// Number in the order of attaching.
    number: u64,
    worker_type: Arc<str>,
    token: Option<Arc<str>>,
    /// Last sign of life.
    seen: Duration,
    outstanding: HashMap<Uuid, oneshot::Sender<Outcome>>,
}

/// What has happened since the start; a restart does not reset it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Messages from workers, readable or not.
    pub messages: u64,
    /// Replies that were sent.
    pub replies: u64,
    /// Replies that were dropped on purpose.
    pub replies_dropped: u64,
    /// `AttachWorker` accepted.
    pub attaches: u64,
    /// `WorkerPong` of a known worker.
    pub pongs: u64,
    /// `WorkerPong` of an unknown worker, which registers it.
    pub pong_attaches: u64,
    /// `DetachWorker` accepted.
    pub detaches: u64,
    /// Workers that were not heard of for too long.
    pub expired: u64,
    /// `RequestResult` accepted.
    pub results: u64,
    /// `RequestError` accepted.
    pub errors: u64,
    /// Results and errors of requests that were not outstanding for that worker.
    pub unknown_requests: u64,
    /// Results and errors of workers that were not registered.
    pub not_registered: u64,
    /// `WorkerInvalidPayload` answers.
    pub invalid: u64,
    /// `WorkerAuthFailed` answers.
    pub auth_failed: u64,
    /// `WorkerRejected` answers.
    pub rejected: u64,
    /// Requests of MOO code, with those that no worker could take.
    pub requests: u64,
    /// Requests that no worker could take.
    pub no_worker: u64,
    /// Requests that were forgotten because their worker attached again; their tasks hang.
    pub forgotten: u64,
    /// Requests with an argument that can not be sent; their tasks hang.
    pub unsendable: u64,
    /// Requests that failed because their worker detached or expired.
    pub detached_requests: u64,
    /// Pings published.
    pub pings: u64,
    /// Enrollments that succeeded.
    pub enrolled: u64,
    /// Enrollments that were refused.
    pub enrollments_refused: u64,
}

/// One registered worker.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WorkerInfo {
    /// Its id.
    pub id: Uuid,
    /// Its type.
    pub worker_type: String,
    /// Requests that it has not answered.
    pub outstanding: usize,
    /// Time since it attached or answered a ping.
    pub unseen: Duration,
}

/// Where a request goes.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) worker_id: Uuid,
    pub(crate) token: Option<Arc<str>>,
}

/// A worker that is gone: its id, its type, how many requests failed with it.
pub(crate) type Gone = (Uuid, Arc<str>, usize);

impl State {
    pub(crate) fn new(era: Era) -> Self {
        Self {
            era,
            workers: HashMap::new(),
            next: 0,
            outstanding: 0,
            stats: Stats::default(),
            dead: false,
        }
    }

    /// Requests that workers have not answered.
    pub(crate) fn outstanding(&self) -> usize {
        self.outstanding
    }

    /// Registers a worker. One that is registered already is replaced, and its outstanding
    /// requests are forgotten without an error (mooR sheet, section 8.1).
    pub(crate) fn attach(
        &mut self,
        id: Uuid,
        worker_type: &str,
        token: Option<&str>,
        now: Duration,
    ) -> usize {
        let worker = Worker {
            number: self.next,
            worker_type: worker_type.into(),
            token: token.map(Arc::from),
            seen: now,
            outstanding: HashMap::new(),
        };
        self.next += 1;
        let forgotten = self.workers.insert(id, worker).map_or(0, |old| old.outstanding.len());
        self.outstanding -= forgotten;
        self.stats.forgotten += forgotten as u64;
        forgotten
    }

    /// A sign of life; whether the worker is known.
    pub(crate) fn seen(&mut self, id: Uuid, now: Duration) -> bool {
        self.workers.get_mut(&id).map(|worker| worker.seen = now).is_some()
    }

    /// Takes a worker out; its outstanding requests fail.
    pub(crate) fn detach(&mut self, id: Uuid) -> Option<Gone> {
        let worker = self.workers.remove(&id)?;
        let count = worker.outstanding.len();
        let text = format!("{} worker {id} detached", worker.worker_type);
        let failure = MooFailure::of(&WorkerError::Detached(text), self.era);
        for waiting in worker.outstanding.into_values() {
            // Nobody waits any more: the task was killed.
            let _ = waiting.send(Err(Failure::Moo(failure.clone())));
        }
        self.outstanding -= count;
        self.stats.detached_requests += count as u64;
        Some((id, worker.worker_type, count))
    }

    /// Takes out all workers that were last seen more than `expiry` ago.
    pub(crate) fn expire(&mut self, now: Duration, expiry: Duration) -> Vec<Gone> {
        let late = |worker: &Worker| now.saturating_sub(worker.seen) > expiry;
        let late: Vec<Uuid> =
            self.workers.iter().filter(|(_, worker)| late(worker)).map(|(id, _)| *id).collect();
        self.stats.expired += late.len() as u64;
        late.into_iter().filter_map(|id| self.detach(id)).collect()
    }

    /// When the next worker will have been silent for too long.
    pub(crate) fn next_expiry(&self, expiry: Duration) -> Option<Duration> {
        self.workers.values().map(|worker| worker.seen.saturating_add(expiry)).min()
    }

    /// The worker of this type with the fewest outstanding requests, of several the one that
    /// attached first. Types are compared without case.
    fn choose(&self, worker_type: &str) -> Option<Uuid> {
        let matching = self.workers.iter().filter(|(_, worker)| {
            *worker.worker_type == *worker_type
                || worker.worker_type.to_lowercase() == worker_type.to_lowercase()
        });
        let (id, _) =
            matching.min_by_key(|(_, worker)| (worker.outstanding.len(), worker.number))?;
        Some(*id)
    }

    /// Gives a request to a worker; `None` if there is none.
    pub(crate) fn assign(
        &mut self,
        worker_type: &str,
        request: Uuid,
        waiting: oneshot::Sender<Outcome>,
    ) -> Option<Chosen> {
        let worker_id = self.choose(worker_type)?;
        let worker = self.workers.get_mut(&worker_id)?;
        worker.outstanding.insert(request, waiting);
        self.outstanding += 1;
        Some(Chosen { worker_id, token: worker.token.clone() })
    }

    /// Ends a request.
    pub(crate) fn finish(&mut self, worker_id: Uuid, request: Uuid, outcome: Outcome) -> Reply {
        let Some(worker) = self.workers.get_mut(&worker_id) else {
            self.stats.not_registered += 1;
            return Reply::NotRegistered(worker_id);
        };
        let Some(waiting) = worker.outstanding.remove(&request) else {
            self.stats.unknown_requests += 1;
            return Reply::UnknownRequest(request);
        };
        self.outstanding -= 1;
        match outcome {
            Ok(_) => self.stats.results += 1,
            Err(_) => self.stats.errors += 1,
        }
        // Nobody waits any more: the task was killed, and the answer counts all the same.
        let _ = waiting.send(outcome);
        Reply::Ack
    }

    /// Everything is forgotten, as in a new process.
    pub(crate) fn reset(&mut self) {
        for worker in std::mem::take(&mut self.workers).into_values() {
            for waiting in worker.outstanding.into_values() {
                let _ = waiting.send(Err(Failure::Lost));
            }
        }
        self.outstanding = 0;
        self.dead = false;
    }

    /// All workers, in the order of their attaching.
    pub(crate) fn workers(&self, now: Duration) -> Vec<WorkerInfo> {
        let mut workers: Vec<(&Uuid, &Worker)> = self.workers.iter().collect();
        workers.sort_by_key(|(_, worker)| worker.number);
        let info = |(id, worker): (&Uuid, &Worker)| WorkerInfo {
            id: *id,
            worker_type: worker.worker_type.as_ref().to_owned(),
            outstanding: worker.outstanding.len(),
            unseen: now.saturating_sub(worker.seen),
        };
        workers.into_iter().map(info).collect()
    }

    /// Takes a request back that was not sent.
    pub(crate) fn withdraw(&mut self, worker_id: Uuid, request: Uuid) {
        let worker = self.workers.get_mut(&worker_id);
        if worker.is_some_and(|worker| worker.outstanding.remove(&request).is_some()) {
            self.outstanding -= 1;
        }
    }

    /// How many workers are registered.
    pub(crate) fn worker_count(&self) -> usize {
        self.workers.len()
    }

    /// The token that a worker gave.
    pub(crate) fn token(&self, id: Uuid) -> Option<Arc<str>> {
        self.workers.get(&id)?.token.clone()
    }

    /// Whether a worker is registered.
    pub(crate) fn knows(&self, id: Uuid) -> bool {
        self.workers.contains_key(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::super::value::Value;
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const EXPIRY: Duration = Duration::from_secs(10);

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn assign(state: &mut State, request: u128) -> (Option<Uuid>, oneshot::Receiver<Outcome>) {
        let (sender, receiver) = oneshot::channel();
        (state.assign("ECHO", id(request), sender).map(|chosen| chosen.worker_id), receiver)
    }

    #[test]
    fn the_least_busy_worker_of_the_type_is_chosen() {
        let mut state = State::new(Era::Curve);
        state.attach(id(1), "echo", None, SECOND);
        state.attach(id(2), "Echo", None, SECOND);
        state.attach(id(3), "other", None, SECOND);
        let chosen: Vec<_> = (10..14).map(|request| assign(&mut state, request).0).collect();
        assert_eq!(chosen, [Some(id(1)), Some(id(2)), Some(id(1)), Some(id(2))]);
        assert_eq!(state.outstanding(), 4);
        assert_eq!(state.finish(id(2), id(11), Ok(Value::None)), Reply::Ack);
        assert_eq!(assign(&mut state, 14).0, Some(id(2)));
        assert_eq!(state.finish(id(2), id(10), Ok(Value::None)), Reply::UnknownRequest(id(10)));
        assert_eq!(state.finish(id(9), id(10), Ok(Value::None)), Reply::NotRegistered(id(9)));
        let (sender, _receiver) = oneshot::channel();
        assert!(state.assign("nobody", id(20), sender).is_none());
    }

    #[test]
    fn expiry_and_detaching_fail_what_is_outstanding_and_attaching_again_forgets_it() {
        let mut state = State::new(Era::Curve);
        state.attach(id(1), "echo", None, SECOND);
        let (_, mut forgotten) = assign(&mut state, 10);
        assert_eq!(state.attach(id(1), "echo", None, SECOND), 1);
        assert_eq!(forgotten.try_recv(), Err(oneshot::error::TryRecvError::Closed));
        let (_, mut failed) = assign(&mut state, 11);
        assert_eq!(state.next_expiry(EXPIRY), Some(SECOND + EXPIRY));
        assert!(state.expire(SECOND + EXPIRY, EXPIRY).is_empty(), "not more than ten seconds");
        let gone = state.expire(SECOND * 2 + EXPIRY, EXPIRY);
        assert_eq!(gone, [(id(1), Arc::from("echo"), 1)]);
        let Ok(Err(Failure::Moo(failure))) = failed.try_recv() else { panic!() };
        assert_eq!(
            failure.to_string(),
            "E_EXEC (Worker detached: echo worker 00000000-0000-0000-0000-000000000001 detached)"
        );
        assert_eq!((state.outstanding(), state.detach(id(1))), (0, None));
        state.attach(id(1), "echo", None, SECOND);
        let (_, mut lost) = assign(&mut state, 12);
        state.reset();
        assert_eq!(lost.try_recv(), Ok(Err(Failure::Lost)));
        assert_eq!((state.outstanding(), state.knows(id(1))), (0, false));
    }
}
