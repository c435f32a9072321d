//! From the first reply to the goodbye (mooR sheet, sections 8.1, 8.3 and 8.7).

use std::time::{Duration, Instant};

use journeyman_core::{
    Error, ErrorKind, Secret,
    protocol::Cx,
    transport::{Closed, Goodbye},
};
use journeyman_zmq::Frames;
use uuid::Uuid;

use super::{Again, Exchange, Moor, Stage, odd, out_of_step};
use crate::wire::{Era, Reply, WireError};

/// How long to wait before a registration that was not answered is tried again.
const PAUSE: Duration = Duration::from_millis(500);

/// How often the error for a request that cannot be read is sent.
const REFUSALS: u32 = 5;

/// The most refusals that wait to be sent again. A daemon that sends what cannot be read, and
/// takes no answers, gets no heap of them.
const MAX_WAITING: usize = 1024;

impl Moor {
    /// The daemon answered one of our own messages.
    pub(super) fn answered(
        &mut self,
        cx: &mut Cx<'_, Frames>,
        exchange: Exchange,
        reply: Result<Reply, WireError>,
    ) {
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => {
                cx.ignored(odd(&format!("an answer that cannot be read: {error}")));
                return self.unanswered(cx, exchange, &odd("an answer that cannot be read"));
            }
        };
        if let Exchange::Attach(id) | Exchange::Pong { worker_id: id, .. } = exchange
            && let Reply::Attached { worker_id } = reply
            && worker_id != id
        {
            return out_of_step(cx);
        }
        match (exchange, reply) {
            (Exchange::Detach(id), _) => {
                if let Some(gone) = self.gone_id(id) {
                    gone.confirmed = true;
                }
                self.detached(cx);
            }
            (Exchange::Attach(id), Reply::Attached { .. } | Reply::Ack) => self.attached(cx, id),
            (Exchange::Pong { worker_id, .. }, Reply::Ack) => {
                self.heard_of(cx, worker_id, false);
                self.attached(cx, worker_id);
            }
            (Exchange::Pong { worker_id, before }, Reply::Attached { .. }) => {
                // It had not known us: it was restarted, or we were silent for too long.
                self.forgotten(cx, worker_id, before);
                self.heard_of(cx, worker_id, true);
                self.attached(cx, worker_id);
            }
            (Exchange::Refusal { .. } | Exchange::Enroll, _) => {}
            (Exchange::Attach(_) | Exchange::Pong { .. }, reply) => self.refused(cx, reply),
        }
    }

    /// The daemon will not have us.
    fn refused(&mut self, cx: &mut Cx<'_, Frames>, reply: Reply) {
        let other = match self.config.era {
            Era::Paseto => "curve",
            Era::Curve => "paseto",
        };
        let refused = |text: String| Error::new(ErrorKind::Refused, "register", text);
        let error = match reply {
            Reply::AuthFailed(reason) => refused(format!(
                "the daemon does not accept our token: {reason}"
            ))
            .with_remedy(
                "sign with the daemon's own key: give its moor-signing-key.pem as `private_key`",
            ),
            Reply::Rejected(reason) => {
                let reason = reason.unwrap_or_default();
                refused(format!("the daemon cannot read our message: {reason}"))
                    .with_remedy(format!("it speaks the other wire: set `era` to \"{other}\""))
            }
            Reply::InvalidPayload(reason) => {
                refused(format!("the daemon cannot use our message: {reason}"))
                    .with_remedy(format!("if it speaks the other wire, set `era` to \"{other}\""))
            }
            reply => refused(format!("the daemon answered the registration with {reply:?}")),
        };
        // What never worked will not work by trying; what did may come back.
        if self.proved { cx.reconnect(error) } else { cx.fail(error.permanent()) }
    }

    /// One of our own messages was not answered.
    pub(super) fn unanswered(
        &mut self,
        cx: &mut Cx<'_, Frames>,
        exchange: Exchange,
        error: &Error,
    ) {
        tracing::debug!(%error, ?exchange, "not answered");
        match exchange {
            // Attaching again could make the daemon forget requests; a pong registers as well and
            // does not (sheet, sections 8.1 and 8.3).
            Exchange::Attach(id) => self.again.push((cx.now() + PAUSE, Again::Register(id))),
            Exchange::Pong { worker_id, .. } => {
                if self.is_needed(worker_id) {
                    self.again.push((cx.now() + PAUSE, Again::Register(worker_id)));
                }
            }
            // Until it is confirmed, the daemon goes on giving requests to the id.
            Exchange::Detach(id) => self.again.push((cx.now() + PAUSE, Again::Detach(id))),
            Exchange::Enroll => {}
            Exchange::Refusal { frames, sent }
                if sent < REFUSALS && self.again.len() < MAX_WAITING =>
            {
                self.again.push((cx.now() + PAUSE, Again::Refusal { frames, sent }));
            }
            Exchange::Refusal { .. } => {
                tracing::warn!("the daemon never acknowledged the refusal of a request");
            }
        }
    }

    pub(super) fn please_die(
        &mut self,
        cx: &mut Cx<'_, Frames>,
        worker_id: Uuid,
        token: Option<&Secret>,
    ) {
        let own = self.credentials.token(worker_id);
        let own = own.as_ref().map(|token| token.expose().as_bytes());
        if own == token.map(Secret::expose) {
            cx.finish("the daemon asked this worker to end");
        } else {
            cx.ignored(odd("a request to end that does not carry our token"));
        }
    }

    /// When the silence of the daemon has lasted too long.
    pub(super) fn silent_at(&self) -> Option<Instant> {
        match self.stage {
            Stage::Registering | Stage::Registered => {
                Some(self.last_broadcast? + self.config.ping_timeout)
            }
            _ => None,
        }
    }

    pub(super) fn deadline(&mut self, cx: &mut Cx<'_, Frames>) {
        let now = cx.now();
        if self.silent_at().is_some_and(|at| at <= now) {
            let text = format!("no ping for {:?}", self.config.ping_timeout);
            return cx.reconnect(Error::new(ErrorKind::Timeout, "receive", text).with_remedy(
                "the daemon sends one every 5 s: look whether it hangs, or whether the address of \
                 the requests is that of another daemon",
            ));
        }
        let due: Vec<_> = self.again.extract_if(.., |(at, _)| *at <= now).collect();
        for (_, again) in due {
            match again {
                Again::Answer(token) => self.send_answer(cx, token),
                Again::Refusal { frames, sent } => self.refuse(cx, frames, sent + 1),
                Again::Register(worker_id) => self.say_pong(cx, worker_id),
                Again::Detach(worker_id) => self.say_detach(cx, worker_id),
            }
        }
        if self.leaving.iter().any(|old| old.leave_by.is_some_and(|by| by <= now)) {
            self.leave(cx);
        }
        self.detached(cx);
    }

    pub(super) fn disconnected(&mut self, cx: &mut Cx<'_, Frames>) {
        self.stage = Stage::Down;
        self.exchanges.clear();
        self.again.clear();
        self.requeue(cx);
    }

    /// Tells the daemon that we go, so that nobody waits 10 s for it to notice.
    pub(super) fn goodbye(&mut self, cx: &mut Cx<'_, Frames>) {
        let here = matches!(self.stage, Stage::Registering | Stage::Registered);
        self.stage = Stage::Leaving;
        self.exchanges.clear();
        if here {
            self.detach_again(cx);
            let all: Vec<_> = self.registrations.drain(..).chain(self.leaving.drain(..)).collect();
            for registration in all {
                self.give_up(cx, registration);
            }
        }
        self.detached(cx);
    }

    /// Closes when the last registration is detached.
    fn detached(&mut self, cx: &mut Cx<'_, Frames>) {
        let open = self.exchanges.any(|exchange| matches!(exchange, Exchange::Detach(_)));
        let again = self.again.iter().any(|(_, again)| matches!(again, Again::Detach(_)));
        if self.stage == Stage::Leaving && !open && !again {
            cx.close(Goodbye::default());
        }
    }

    pub(super) fn explained(&mut self, closed: Closed) -> Closed {
        match self.stage {
            Stage::Enrolling => self.enrollment_unreachable(closed),
            Stage::Down if closed.error.kind() == ErrorKind::Refused => self.key_refused(closed),
            _ => closed,
        }
    }
}
