//! The daemon's side of the response channel: one message in, one reply out (mooR sheet,
//! sections 6.3, 6.4 and 8).

use super::events::Event;
use super::failure::{Failure, MooFailure};
use super::flat::Malformed;
use super::messages::{
    Era, Identity, MessageKind, Refusal, Reply, WorkerMessage, decode_worker_message,
};
use super::shared::Shared;
use super::token::BadToken;
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Verified tokens that are remembered, so that a busy worker is not verified anew for each
/// message. A token is good for ever, so nothing else can be seen of it.
const TOKENS: usize = 1024;
const REJECTED: &str = "Message rejected";

/// Serves messages one after the other.
#[derive(Debug)]
pub(crate) struct Desk {
    shared: Arc<Shared>,
    verified: HashMap<String, Vec<u8>>,
}

/// What became of a message.
#[derive(Debug)]
pub(crate) struct Handled {
    /// Its number, from 1.
    pub(crate) number: u64,
    pub(crate) kind: Option<MessageKind>,
    pub(crate) worker_id: Option<Uuid>,
    /// `None` if the daemon has died of it, or before, or passed it over on purpose.
    pub(crate) reply: Option<Reply>,
}

/// Why a message is answered at once.
enum Stop {
    Reply(Reply),
    Death,
    /// It is passed over on purpose.
    Muted,
}

impl From<Reply> for Stop {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply)
    }
}

impl Desk {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, verified: HashMap::new() }
    }

    /// Acts on a message.
    pub(crate) fn handle(&mut self, frames: &[Bytes]) -> Handled {
        let (number, dead) = {
            let mut state = self.shared.state();
            state.stats.messages += 1;
            (state.stats.messages, state.dead)
        };
        let mut handled = Handled { number, kind: None, worker_id: None, reply: None };
        if dead {
            return handled;
        }
        let reply = match self.act(frames, &mut handled) {
            Ok(reply) | Err(Stop::Reply(reply)) => reply,
            Err(Stop::Muted) => return handled,
            Err(Stop::Death) => {
                self.shared.state().dead = true;
                self.shared.note(Event::Died);
                return handled;
            }
        };
        self.count(number, &reply);
        handled.reply = Some(reply);
        handled
    }

    fn count(&self, message: u64, reply: &Reply) {
        let mut state = self.shared.state();
        match reply {
            Reply::Ack | Reply::Attached { .. } => return,
            Reply::Rejected(_) => state.stats.rejected += 1,
            Reply::AuthFailed(_) => state.stats.auth_failed += 1,
            Reply::InvalidPayload(_) => state.stats.invalid += 1,
            // Counted where it was found.
            Reply::UnknownRequest(_) | Reply::NotRegistered(_) => {}
        }
        drop(state);
        self.shared.note(Event::Refused { message, reply: reply.clone() });
    }

    /// All checks in their order, then the message itself.
    fn act(&mut self, frames: &[Bytes], handled: &mut Handled) -> Result<Reply, Stop> {
        let era = self.shared.config.era;
        let rejected = || Reply::Rejected(Some(REJECTED.to_owned()));
        let [before @ .., body] = frames else { return Err(rejected().into()) };
        if frames.len() != era.frames() {
            return Err(rejected().into());
        }
        let message = decode_worker_message(era, body);
        if let Err(Refusal::Unreadable(Malformed(_))) = &message {
            return Err(rejected().into());
        }
        let worker_id = match (era, before) {
            (Era::Paseto, [token, id]) => {
                let token = std::str::from_utf8(token).map_err(|_| {
                    Reply::InvalidPayload("Worker token is not valid UTF8".to_owned())
                })?;
                let signed = self
                    .verify(token)?
                    .ok_or_else(|| Reply::AuthFailed("Unable to verify worker token".to_owned()))?;
                let id = worker_id(id)?;
                if signed != id.to_string().as_bytes() {
                    let reason = "Worker ID does not match token".to_owned();
                    return Err(Reply::AuthFailed(reason).into());
                }
                id
            }
            (_, [.., id]) => worker_id(id)?,
            (_, []) => return Err(rejected().into()),
        };
        handled.worker_id = Some(worker_id);
        match message {
            Ok(message) => {
                handled.kind = Some(message.kind());
                self.serve(worker_id, message)
            }
            Err(Refusal::Invalid { kind, reason }) => {
                handled.kind = kind;
                Err(Reply::InvalidPayload(reason).into())
            }
            Err(Refusal::Unreadable(_)) => Err(rejected().into()),
        }
    }

    /// What a token of ours says; `None` if it is none of ours.
    fn verify(&mut self, token: &str) -> Result<Option<Vec<u8>>, Stop> {
        if let Some(message) = self.verified.get(token) {
            return Ok(Some(message.clone()));
        }
        match self.shared.keys.signing.verify(token) {
            Ok(message) => {
                if self.verified.len() >= TOKENS {
                    self.verified.clear();
                }
                self.verified.insert(token.to_owned(), message.clone());
                Ok(Some(message))
            }
            Err(BadToken::Short) if !self.shared.faults.survive_short_tokens() => Err(Stop::Death),
            Err(_) => Ok(None),
        }
    }

    fn serve(&mut self, worker_id: Uuid, message: WorkerMessage) -> Result<Reply, Stop> {
        let registers = match message.kind() {
            MessageKind::Attach => true,
            MessageKind::Pong => !self.shared.state().knows(worker_id),
            _ => false,
        };
        if registers && self.shared.faults.mute_registrations() {
            return Err(Stop::Muted);
        }
        Ok(match message {
            WorkerMessage::Attach { identity, worker_type } => {
                self.attach(worker_id, identity, &worker_type, false)
            }
            WorkerMessage::Pong { identity, worker_type } => {
                let now = self.shared.config.clock.now();
                let mut state = self.shared.state();
                if state.seen(worker_id, now) {
                    state.stats.pongs += 1;
                    return Ok(Reply::Ack);
                }
                drop(state);
                self.attach(worker_id, identity, &worker_type, true)
            }
            WorkerMessage::Detach { .. } => {
                let mut state = self.shared.state();
                state.stats.detaches += 1;
                let gone = state.detach(worker_id);
                drop(state);
                if let Some((worker_id, worker_type, failed)) = gone {
                    self.shared.note(Event::Detached { worker_id, worker_type, failed });
                }
                Reply::Ack
            }
            WorkerMessage::Result { identity, request, value } => {
                let worker_id = self.speaker(worker_id, identity)?;
                if self.shared.faults.refuses_result() {
                    let reason = "Failed to decode var: refused on purpose".to_owned();
                    return Err(Reply::InvalidPayload(reason).into());
                }
                let reply = self.shared.state().finish(worker_id, request, Ok(value));
                if reply == Reply::Ack {
                    self.shared.note_request(|| Event::Completed { request, worker_id });
                }
                reply
            }
            WorkerMessage::Error { request, error, .. } => {
                let failure = MooFailure::of(&error, self.shared.config.era);
                let outcome = Err(Failure::Moo(failure.clone()));
                let reply = self.shared.state().finish(worker_id, request, outcome);
                if reply == Reply::Ack {
                    self.shared.note_request(|| Event::Failed { request, worker_id, failure });
                }
                reply
            }
        })
    }

    fn attach(
        &self,
        worker_id: Uuid,
        identity: Identity,
        worker_type: &str,
        by_pong: bool,
    ) -> Reply {
        // Stored and echoed without a look at it (mooR sheet, section 6.4).
        let token = match identity {
            Identity::Token(token) => Some(token),
            _ => None,
        };
        let now = self.shared.config.clock.now();
        let mut state = self.shared.state();
        let room = state.worker_count() < self.shared.config.limits.workers;
        if !room && !state.knows(worker_id) {
            return Reply::Rejected(Some("too many workers for this stand-in".to_owned()));
        }
        match by_pong {
            true => state.stats.pong_attaches += 1,
            false => state.stats.attaches += 1,
        }
        let forgotten = state.attach(worker_id, worker_type, token.as_deref(), now);
        drop(state);
        let worker_type = worker_type.into();
        self.shared.note(Event::Attached { worker_id, worker_type, by_pong, forgotten });
        Reply::Attached { token, worker_id }
    }

    /// Whose result it is: in the PASETO era the body's token says so, and is verified again.
    fn speaker(&mut self, worker_id: Uuid, identity: Identity) -> Result<Uuid, Stop> {
        let Identity::Token(token) = identity else { return Ok(worker_id) };
        let signed = self.verify(&token)?;
        let id = signed.and_then(|text| Uuid::try_parse_ascii(&text).ok());
        id.ok_or_else(|| Reply::InvalidPayload("Unable to validate worker token".to_owned()).into())
    }
}

fn worker_id(frame: &[u8]) -> Result<Uuid, Reply> {
    let reason = || Reply::InvalidPayload("Invalid worker ID format".to_owned());
    Uuid::from_slice(frame).map_err(|_| reason())
}
