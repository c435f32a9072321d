//! The smallest protocol: jobs come as values and end as values.

use std::{
    collections::{VecDeque, hash_map::Entry},
    sync::Arc,
    time::{Instant, SystemTime},
};

use super::{
    MemoryMessage, Submission,
    client::{ReplyTo, Update},
};
use crate::{
    Error, Value,
    job::{Body, CancelReason, Codec, ValueCodec},
    protocol::{Cx, IncomingJob, Input, Protocol, Settlement, Token, TokenMap},
    transport::{Goodbye, Lane, Tag},
};

pub(super) struct MemoryProtocol {
    codec: Arc<dyn Codec>,
    jobs: TokenMap<Pending>,
    /// For intake by pull: submissions that nobody has asked for yet, and how many were asked.
    pull: bool,
    queued: VecDeque<(Submission, ReplyTo)>,
    asked: u32,
}

/// A job in flight.
struct Pending {
    reply: ReplyTo,
    /// Those who submitted it again while it was in flight.
    more: Vec<ReplyTo>,
}

impl MemoryProtocol {
    pub(super) fn new(pull: bool) -> Self {
        Self {
            codec: Arc::new(ValueCodec),
            jobs: TokenMap::default(),
            pull,
            queued: VecDeque::new(),
            asked: 0,
        }
    }

    fn accept(
        &mut self,
        cx: &mut Cx<'_, MemoryMessage>,
        (submission, reply): (Submission, ReplyTo),
    ) {
        let Submission { id, route, args, timeout, attempt, .. } = submission;
        let id = id.unwrap_or_else(|| "0".into());
        let mut job = IncomingJob::boxed(id, route, args, Arc::clone(&self.codec));
        job.timeout = timeout;
        job.attempt = Some(attempt);
        job.redelivered = Some(attempt > 1);
        let token = cx.accept(job);
        // A job that is in flight already answers all who submitted it.
        match self.jobs.entry(token) {
            Entry::Occupied(mut pending) => pending.get_mut().more.push(reply),
            Entry::Vacant(place) => {
                place.insert(Pending { reply, more: Vec::new() });
            }
        }
    }
}

fn value(body: Body) -> Value {
    match body {
        Body::Empty => Value::Null,
        Body::Bytes(bytes) => Value::Bytes(bytes.into()),
        Body::Value(value) => value,
    }
}

impl Protocol for MemoryProtocol {
    type Target = ();
    type Message = MemoryMessage;

    fn target(&mut self, _now: SystemTime) -> Result<(), Error> {
        Ok(())
    }

    fn handle(&mut self, cx: &mut Cx<'_, MemoryMessage>, input: Input<MemoryMessage>) {
        match input {
            Input::Connected => {
                self.asked = 0;
                cx.ready();
            }
            Input::Received { message: MemoryMessage::Job(submission, reply), .. } => {
                if self.pull && self.asked == 0 {
                    self.queued.push_back((submission, reply));
                    return;
                }
                self.asked = self.asked.saturating_sub(1);
                self.accept(cx, (submission, reply));
            }
            Input::Credit { jobs } => {
                self.asked += jobs;
                while self.asked > 0
                    && let Some(job) = self.queued.pop_front()
                {
                    self.asked -= 1;
                    self.accept(cx, job);
                }
            }
            Input::Received { message: MemoryMessage::Cancel(id), .. } => {
                if let Some(token) = cx.find(&id) {
                    cx.cancel(token, CancelReason::Server);
                }
            }
            Input::Outcome { token, outcome } => {
                let outcome = outcome.map(|completion| value(completion.body));
                if let Some(Pending { reply, more }) = self.jobs.remove(&token) {
                    for reply in more {
                        let message = MemoryMessage::Outcome(reply, outcome.clone());
                        cx.send(Lane::MAIN, None, message);
                    }
                    cx.send(Lane::MAIN, None, MemoryMessage::Outcome(reply, outcome));
                }
                // A channel delivers at once and for sure.
                cx.settled(token, Settlement::Confirmed);
            }
            Input::Dropped { token } => {
                self.jobs.remove(&token);
            }
            Input::Progress { token, update } => {
                self.update(cx, token, || Update::Progress {
                    fraction: update.fraction,
                    message: update.message.clone(),
                    data: update.data.clone().map(value),
                });
            }
            Input::Event { token, event } => {
                self.update(cx, token, || Update::Event {
                    name: event.name.clone(),
                    payload: value(event.body.clone()),
                });
            }
            Input::Goodbye => cx.close(Goodbye::default()),
            _ => {}
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        None
    }
}

impl MemoryProtocol {
    fn update(&self, cx: &mut Cx<'_, MemoryMessage>, token: Token, update: impl Fn() -> Update) {
        let Some(Pending { reply, more }) = self.jobs.get(&token) else { return };
        let replies = std::iter::once(reply).chain(more);
        for updates in replies.filter_map(|reply| reply.updates.as_ref()) {
            cx.send(Lane::MAIN, None::<Tag>, MemoryMessage::Update(updates.clone(), update()));
        }
    }
}
