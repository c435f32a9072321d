//! One worker type under one id.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use journeyman_core::protocol::Cx;
use journeyman_zmq::Frames;
use uuid::Uuid;

use super::{Exchange, Moor, RESPONSES, Stage};
use crate::wire::Speaker;

/// How long requests that came to an id of an earlier connection after the jobs that it was kept
/// for may still take.
const LAST_ONES: Duration = Duration::from_secs(10);

/// How long an id that was given up is remembered. After 10 s without a pong the daemon has
/// forgotten it, too (sheet, section 8.3).
const REMEMBERED: Duration = Duration::from_secs(30);

/// The most ids that were given up and are remembered.
const MAX_GONE: usize = 1024;

/// A record at the daemon, or one to be.
#[derive(Debug)]
pub(super) struct Registration {
    pub(super) speaker: Arc<Speaker>,
    pub(super) worker_type: Arc<str>,
    pub(super) standing: Standing,
    /// Jobs in flight that were addressed to it.
    pub(super) jobs: usize,
    /// When an id of an earlier connection is detached, whatever is in flight.
    pub(super) leave_by: Option<Instant>,
    /// Of an earlier connection: jobs from here on came after it was lost.
    pub(super) kept_for: u64,
}

/// An id that was given up. The daemon may still know it: a detach can get lost, and a late pong
/// of an earlier socket registers an id again.
#[derive(Debug)]
pub(super) struct Gone {
    speaker: Arc<Speaker>,
    since: Instant,
    /// Whether the daemon has confirmed that it does not know the id any more.
    pub(super) confirmed: bool,
}

impl Gone {
    pub(super) fn worker_id(&self) -> Uuid {
        self.speaker.worker_id()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The daemon was never told of it.
    New,
    /// It was told, and has not answered.
    Asked,
    /// It has confirmed.
    Attached,
}

impl Moor {
    /// A registration under a new id.
    pub(super) fn registration(&mut self, worker_type: Arc<str>) -> Registration {
        let worker_id = self.ids.next();
        let speaker = match self.credentials.token(worker_id) {
            Some(token) => Speaker::paseto(worker_id, Arc::clone(token.expose())),
            None => Speaker::curve(worker_id),
        };
        Registration {
            speaker: Arc::new(speaker),
            worker_type,
            standing: Standing::New,
            jobs: 0,
            leave_by: None,
            kept_for: 0,
        }
    }

    pub(super) fn find(&mut self, worker_id: Uuid) -> Option<&mut Registration> {
        self.registrations
            .iter_mut()
            .chain(&mut self.leaving)
            .find(|registration| registration.speaker.worker_id() == worker_id)
    }

    /// Connected, with an effective subscription: attach, under new ids after a lost connection.
    pub(super) fn introduce(&mut self, cx: &mut Cx<'_, Frames>) {
        self.stage = Stage::Registering;
        for old in std::mem::take(&mut self.registrations) {
            if old.standing == Standing::New {
                self.registrations.push(old);
                continue;
            }
            let fresh = self.registration(Arc::clone(&old.worker_type));
            self.registrations.push(fresh);
            self.leaving.push(Registration { kept_for: self.sequence, ..old });
        }
        self.detach_again(cx);
        // A pong keeps an id that has jobs in flight, and tells whether the daemon knows it.
        self.leave(cx);
        for at in 0..self.leaving.len() {
            let worker_id = self.leaving[at].speaker.worker_id();
            self.say_pong(cx, worker_id);
        }
        for at in 0..self.registrations.len() {
            // Where an id has jobs, it depends on what the daemon knows of it.
            let worker_type = &self.registrations[at].worker_type;
            if !self.leaving.iter().any(|old| old.worker_type == *worker_type) {
                self.say_attach(cx, at);
            }
        }
    }

    fn say_attach(&mut self, cx: &mut Cx<'_, Frames>, at: usize) {
        let registration = &mut self.registrations[at];
        registration.standing = Standing::Asked;
        let frames = registration.speaker.attach(&registration.worker_type);
        let exchange = Exchange::Attach(registration.speaker.worker_id());
        cx.send(RESPONSES, Some(self.exchanges.open(exchange)), Frames(frames));
    }

    /// The position of the registration that waits for news of an id of an earlier connection.
    fn waiting_for(&self, worker_id: Uuid) -> Option<usize> {
        let old = self.leaving.iter().find(|old| old.speaker.worker_id() == worker_id)?;
        let waits = |one: &Registration| {
            one.standing == Standing::New && one.worker_type == old.worker_type
        };
        self.registrations.iter().position(waits)
    }

    /// The daemon has answered for an id of an earlier connection; whether it had `forgotten` it.
    pub(super) fn heard_of(&mut self, cx: &mut Cx<'_, Frames>, worker_id: Uuid, forgotten: bool) {
        let Some(waiting) = self.waiting_for(worker_id) else { return };
        if !forgotten {
            return self.say_attach(cx, waiting);
        }
        // It has a new record, to which nothing can have got lost: the id stays. To attach
        // another one and to detach this would fail what the daemon gives it in between.
        let same = |old: &mut Registration| old.speaker.worker_id() == worker_id;
        if let Some(old) = self.leaving.extract_if(.., same).next() {
            self.registrations[waiting] = Registration { kept_for: 0, leave_by: None, ..old };
        }
    }

    /// Whether the answer to a pong has to come before the worker is registered.
    pub(super) fn is_needed(&self, worker_id: Uuid) -> bool {
        let asked = |one: &Registration| {
            one.speaker.worker_id() == worker_id && one.standing == Standing::Asked
        };
        self.registrations.iter().any(asked) || self.waiting_for(worker_id).is_some()
    }

    /// Answers a ping for every id.
    pub(super) fn pong(&mut self, cx: &mut Cx<'_, Frames>) {
        let known = self.registrations.iter().chain(&self.leaving);
        let ids: Vec<_> = known
            .filter(|registration| registration.standing != Standing::New)
            .map(|registration| registration.speaker.worker_id())
            .collect();
        for worker_id in ids {
            self.say_pong(cx, worker_id);
        }
    }

    /// Says that an id is alive, which also registers it if the daemon does not know it.
    pub(super) fn say_pong(&mut self, cx: &mut Cx<'_, Frames>, worker_id: Uuid) {
        // One at a time: a daemon that does not answer gets no heap of them.
        let about = |exchange: &Exchange| match exchange {
            Exchange::Attach(id) | Exchange::Pong { worker_id: id, .. } => *id == worker_id,
            Exchange::Detach(_) | Exchange::Refusal { .. } | Exchange::Enroll => false,
        };
        if self.exchanges.any(about) || self.stage == Stage::Leaving {
            return;
        }
        let before = self.sequence;
        let Some(registration) = self.find(worker_id) else { return };
        let frames = registration.speaker.pong(&registration.worker_type);
        let tag = self.exchanges.open(Exchange::Pong { worker_id, before });
        cx.send(RESPONSES, Some(tag), Frames(frames));
    }

    /// Detaches the ids of earlier connections that are not needed any more. What was lost on the
    /// way to them then fails, instead of waiting for ever (sheet, sections 8.2 and 8.7).
    pub(super) fn leave(&mut self, cx: &mut Cx<'_, Frames>) {
        for at in 0..self.leaving.len() {
            let old = &self.leaving[at];
            let (worker_id, kept_for) = (old.speaker.worker_id(), old.kept_for);
            if old.jobs > 0 && old.leave_by.is_none() && !self.has_jobs(worker_id, kept_for) {
                self.leaving[at].leave_by = Some(cx.now() + LAST_ONES);
            }
        }
        let now = cx.now();
        let due =
            |old: &mut Registration| old.jobs == 0 || old.leave_by.is_some_and(|by| by <= now);
        let gone: Vec<_> = self.leaving.extract_if(.., due).collect();
        for old in gone {
            self.give_up(cx, old);
        }
    }

    /// Detaches an id, and remembers it for a while.
    pub(super) fn give_up(&mut self, cx: &mut Cx<'_, Frames>, registration: Registration) {
        let since = cx.now();
        self.gone.retain(|gone| gone.since + REMEMBERED > since);
        if self.gone.len() >= MAX_GONE {
            self.gone.remove(0);
        }
        let speaker = registration.speaker;
        let worker_id = speaker.worker_id();
        self.gone.push(Gone { speaker, since, confirmed: false });
        self.say_detach(cx, worker_id);
    }

    /// Detaches an id that was given up, unless that is going on.
    pub(super) fn say_detach(&mut self, cx: &mut Cx<'_, Frames>, worker_id: Uuid) {
        let asked =
            |exchange: &Exchange| matches!(exchange, Exchange::Detach(id) if *id == worker_id);
        if self.exchanges.any(asked) {
            return;
        }
        let Some(gone) = self.gone_id(worker_id) else { return };
        gone.confirmed = false;
        let frames = gone.speaker.detach();
        let tag = self.exchanges.open(Exchange::Detach(worker_id));
        cx.send(RESPONSES, Some(tag), Frames(frames));
    }

    /// An id that was given up.
    pub(super) fn gone_id(&mut self, worker_id: Uuid) -> Option<&mut Gone> {
        self.gone.iter_mut().find(|gone| gone.worker_id() == worker_id)
    }

    /// On a new connection: detaches what was not confirmed on the old one.
    pub(super) fn detach_again(&mut self, cx: &mut Cx<'_, Frames>) {
        let now = cx.now();
        self.gone.retain(|gone| gone.since + REMEMBERED > now);
        let open = self.gone.iter().filter(|gone| !gone.confirmed);
        let open: Vec<_> = open.map(Gone::worker_id).collect();
        for worker_id in open {
            self.say_detach(cx, worker_id);
        }
    }

    /// Whether all registrations are confirmed; says so, the first time.
    pub(super) fn attached(&mut self, cx: &mut Cx<'_, Frames>, worker_id: Uuid) {
        if let Some(registration) = self.find(worker_id) {
            registration.standing = Standing::Attached;
        }
        let all = self.registrations.iter().all(|one| one.standing == Standing::Attached);
        if self.stage == Stage::Registering && all {
            self.stage = Stage::Registered;
            self.proved = true;
            cx.ready();
            self.leave(cx);
        }
    }
}
