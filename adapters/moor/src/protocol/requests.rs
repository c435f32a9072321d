//! Requests and their answers (mooR sheet, sections 8.4 to 8.6).

use std::{sync::Arc, time::Duration};

use journeyman_core::{
    Error, ErrorKind, JobError,
    job::{Body, CancelReason},
    protocol::{Cx, DropReason, IncomingJob, Outcome, Settlement, Token},
    transport::Tag,
};
use journeyman_zmq::Frames;
use uuid::Uuid;

use super::{Again, Exchange, Moor, RESPONSES, Stage, odd, out_of_step};
use crate::{
    extract::Call,
    outcome::worker_error,
    wire::{self, Reply, ResultCodec, WireError, WorkerError},
};

/// How long to wait before something is sent again.
const PAUSE: Duration = Duration::from_millis(250);

/// How often an answer is sent before it is given up.
const TRIES: u32 = 20;

/// A request in flight.
#[derive(Debug)]
pub(super) struct Request {
    worker_id: Uuid,
    id: Uuid,
    sequence: u64,
    sent: u32,
    /// Kept until the daemon has confirmed it.
    answer: Option<Outcome>,
    /// The daemon does not know the request any more.
    forgotten: bool,
    /// The daemon refused our result, and an error went out instead.
    corrected: bool,
}

impl Moor {
    pub(super) fn request(&mut self, cx: &mut Cx<'_, Frames>, request: &wire::Request) {
        let (sequence, limits) = (self.sequence, self.config.limits());
        let Some(registration) = self.find(request.worker_id) else {
            // The daemon still knows an id that we have given up. Without this, the request would
            // wait until it expires (sheet, section 8.7).
            return self.say_detach(cx, request.worker_id);
        };
        let worker_type = Arc::clone(&registration.worker_type);
        let speaker = Arc::clone(&registration.speaker);
        let (id, perms, timeout) = (request.id, request.perms, request.timeout);
        let arguments = match request.arguments(&limits) {
            Ok(arguments) => arguments,
            Err(error) => {
                let text = format!("the arguments cannot be read: {error}");
                let body = speaker.error(id, &WorkerError::InvalidRequest(text));
                self.refuse(cx, Frames(speaker.frames(body)), 1);
                return cx.ignored(odd(&format!("a request that cannot be taken: {error}")));
            }
        };
        let worker_id = speaker.worker_id();
        let codec = ResultCodec { speaker, request: id, limits };
        let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
        let text: &str = id.hyphenated().encode_lower(&mut text);
        let mut job = IncomingJob::new(text, worker_type, arguments, Arc::new(codec));
        job.timeout = timeout;
        job.extensions.insert(Call { perms, request_id: id });
        let token = cx.accept(job);
        // The same request again, while it runs, is the same job.
        if self.jobs.contains_key(&token) {
            return;
        }
        self.sequence += 1;
        let request = Request {
            worker_id,
            id,
            sequence,
            sent: 0,
            answer: None,
            forgotten: false,
            corrected: false,
        };
        self.jobs.insert(token, request);
        if let Some(registration) = self.find(worker_id) {
            registration.jobs += 1;
        }
    }

    /// Answers a request that is no job of ours.
    pub(super) fn refuse(&mut self, cx: &mut Cx<'_, Frames>, frames: Frames, sent: u32) {
        let tag = self.exchanges.open(Exchange::Refusal { frames: frames.clone(), sent });
        cx.send(RESPONSES, Some(tag), frames);
    }

    pub(super) fn outcome(&mut self, cx: &mut Cx<'_, Frames>, token: Token, outcome: Outcome) {
        match self.jobs.get_mut(&token) {
            Some(request) if !request.forgotten => {
                request.answer = Some(outcome);
                self.send_answer(cx, token);
            }
            _ => {
                cx.settled(token, Settlement::Dropped(DropReason::Unknown));
                self.done(cx, token);
            }
        }
    }

    pub(super) fn send_answer(&mut self, cx: &mut Cx<'_, Frames>, token: Token) {
        let Some(request) = self.jobs.get_mut(&token) else { return };
        request.sent += 1;
        let (worker_id, id) = (request.worker_id, request.id);
        let body = match &request.answer {
            Some(Ok(completion)) => match &completion.body {
                Body::Bytes(bytes) => Ok(bytes.clone()),
                // The codec makes nothing else.
                Body::Empty | Body::Value(_) => Err(JobError::failed("there is no result")),
            },
            Some(Err(error)) => Err(error.clone()),
            None => return,
        };
        let Some(registration) = self.find(worker_id) else {
            // It was detached in the meantime, which has failed the request already.
            cx.settled(token, Settlement::Dropped(DropReason::Unknown));
            return self.done(cx, token);
        };
        let body = body.unwrap_or_else(|error| {
            let error = worker_error(&registration.worker_type, &error);
            registration.speaker.error(id, &error)
        });
        let frames = registration.speaker.frames(body);
        cx.send(RESPONSES, Some(Tag(token.as_u64())), Frames(frames));
    }

    /// The daemon answered the end of a request.
    pub(super) fn acknowledged(
        &mut self,
        cx: &mut Cx<'_, Frames>,
        token: Token,
        reply: Result<Reply, WireError>,
    ) {
        let Some(request) = self.jobs.get_mut(&token) else { return };
        let worker_id = request.worker_id;
        let settlement = match reply {
            Ok(Reply::UnknownRequest(id)) if id != request.id => return out_of_step(cx),
            Ok(Reply::NotRegistered(id)) if id != worker_id => return out_of_step(cx),
            Ok(Reply::Ack) => Settlement::Confirmed,
            Ok(Reply::UnknownRequest(_)) => Settlement::Dropped(DropReason::Unknown),
            Ok(Reply::NotRegistered(_)) => {
                // Do not wait for the next ping: requests for this type fail until then.
                self.say_pong(cx, worker_id);
                Settlement::Dropped(DropReason::Unknown)
            }
            Ok(Reply::InvalidPayload(reason)) if !request.corrected => {
                // Without another answer the MOO task would wait for ever (sheet, section 8.6).
                request.corrected = true;
                let text = format!("the daemon refused the result: {reason}");
                cx.ignored(odd(&text));
                request.answer = Some(Err(JobError::failed(text).with_code("E_EXEC")));
                return self.send_answer(cx, token);
            }
            Ok(other) => {
                let text = format!("{other:?} in answer to the end of a request");
                cx.ignored(odd(&text));
                Settlement::Dropped(DropReason::Unknown)
            }
            Err(error) => {
                cx.ignored(odd(&format!("an answer that cannot be read: {error}")));
                return self.answer_again(cx, token);
            }
        };
        cx.settled(token, settlement);
        self.done(cx, token);
    }

    /// The end of a request was not answered, or could not be sent.
    pub(super) fn not_acknowledged(
        &mut self,
        cx: &mut Cx<'_, Frames>,
        token: Token,
        error: &Error,
    ) {
        let Some(request) = self.jobs.get_mut(&token) else { return };
        if error.kind() == ErrorKind::TooLarge && !request.corrected {
            request.corrected = true;
            let text = format!("the result cannot be sent: {}", error.message());
            request.answer = Some(Err(JobError::rejected(text).with_code("RESULT_TOO_LARGE")));
            return self.send_answer(cx, token);
        }
        tracing::debug!(%error, "the end of a request was not acknowledged");
        self.answer_again(cx, token);
    }

    /// Sends an answer once more, after a pause; a second one does no harm (sheet, section 12).
    fn answer_again(&mut self, cx: &mut Cx<'_, Frames>, token: Token) {
        let Some(request) = self.jobs.get(&token) else { return };
        if request.sent < TRIES {
            self.again.push((cx.now() + PAUSE, Again::Answer(token)));
            return;
        }
        tracing::warn!(request = %request.id, "the daemon never acknowledged the end of a request");
        cx.settled(token, Settlement::Dropped(DropReason::ConnectionLost));
        self.done(cx, token);
    }

    /// Forgets a job; its registration may be done with it.
    pub(super) fn done(&mut self, cx: &mut Cx<'_, Frames>, token: Token) {
        let Some(request) = self.jobs.remove(&token) else { return };
        let Some(registration) = self.find(request.worker_id) else { return };
        registration.jobs = registration.jobs.saturating_sub(1);
        if !self.leaving.is_empty() && self.stage == Stage::Registered {
            self.leave(cx);
        }
    }

    /// Whether an id has jobs in flight from before this point in the sequence.
    pub(super) fn has_jobs(&self, worker_id: Uuid, before: u64) -> bool {
        let mut jobs = self.jobs.values();
        jobs.any(|request| request.worker_id == worker_id && request.sequence < before)
    }

    /// The daemon did not know an id: requests to it from before are gone.
    pub(super) fn forgotten(&mut self, cx: &mut Cx<'_, Frames>, worker_id: Uuid, before: u64) {
        let mut count = 0;
        for (token, request) in &mut self.jobs {
            let gone = request.worker_id == worker_id && request.sequence < before;
            // For those that are answered, the daemon's reply says it.
            if gone && request.answer.is_none() && !request.forgotten {
                request.forgotten = true;
                count += 1;
                cx.cancel(*token, CancelReason::Forgotten);
            }
        }
        if count > 0 {
            tracing::warn!(requests = count, "the daemon was restarted and has forgotten requests");
        }
    }

    /// Gives the answers back that were not acknowledged; they are sent after the next
    /// registration.
    pub(super) fn requeue(&mut self, cx: &mut Cx<'_, Frames>) {
        let mut gone = Vec::new();
        for (token, request) in &mut self.jobs {
            request.sent = 0;
            match request.answer.take() {
                Some(_) if request.forgotten => gone.push(*token),
                Some(answer) => cx.requeue(*token, answer),
                None => {}
            }
        }
        for token in gone {
            cx.settled(token, Settlement::Dropped(DropReason::Unknown));
            self.done(cx, token);
        }
    }
}
