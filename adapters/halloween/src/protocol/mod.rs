//! The state machines of a prop and of the host (Halloween sheet, sections 2, 3 and 6).
//!
//! Upstream has one connection for all workers, subscribes once per process and says `online` once.
//! So after a lost connection it is deaf, and its workers stay `online` for ever when it dies. Here
//! each prop has a session of its own:
//!
//! - its last will is its own `offline`, so that its availability is true whatever happens;
//! - on **every** CONNACK it subscribes and, once that is granted, announces itself again;
//! - its commands run in their order, and nobody else waits for them;
//! - one subscription covers its commands, so that nothing runs twice.

mod book;
mod commands;
mod host;
mod limit;
mod refusals;
mod register;
mod returned;
mod routes;
mod speak;
mod takeovers;
mod work;

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Instant, SystemTime},
};

use bytes::Bytes;
use journeyman_core::{
    Error, ErrorKind,
    job::Codec,
    protocol::{Cx, Input, Protocol, Token, TokenMap},
    transport::{Closed, Lane, Tag},
};
use journeyman_mqtt::{MqttMessage, MqttTarget, Publish, QoS, Will};

pub use self::host::{Host, HostCommand, UPTIME_INTERVAL};
pub use self::routes::Routes;
use self::{
    book::{Book, Open},
    limit::Limit,
    refusals::Refusals,
    returned::Returned,
    speak::Queue,
    takeovers::Takeovers,
    work::Call,
};
use crate::{
    Subscription,
    config::Config,
    outcome::TextCodec,
    profile::{OFFLINE, command_topic, state_topic},
};

/// The session of one prop.
#[derive(Debug)]
pub struct Prop {
    config: Arc<Config>,
    client_id: String,
    handle: crate::Prop,
    topics: Topics,
    subscriptions: Vec<Watch>,
    routes: Routes,
    /// For results that are published, and for those that are answers.
    codecs: (Arc<dyn Codec>, Arc<dyn Codec>),
    stage: Stage,
    /// No more commands are taken.
    draining: bool,
    /// It is about to stop.
    leaving: bool,
    returned: VecDeque<Returned>,
    /// The prop said by itself that it has stopped.
    retired: bool,
    book: Book,
    queue: Queue,
    /// What the last connection left unconfirmed, in its order, until it is known what of that the
    /// transport sends again by itself; `None` for what is made anew or kept elsewhere.
    last: VecDeque<Option<Publish>>,
    /// What earlier connections left unconfirmed, to be sent again.
    unsure: VecDeque<Publish>,
    jobs: TokenMap<Call>,
    /// Counts jobs, for their ids; and room to write one.
    count: u64,
    id: String,
    /// The route of the last command.
    route: Arc<str>,
    /// The last retained command, so that it is dealt with once.
    retained: Option<Bytes>,
    /// Retained commands that we cleared: each comes back as an empty one.
    cleared: u32,
    limit: Limit,
    refusals: Refusals,
    takeovers: Takeovers,
}

/// The topics of a prop.
#[derive(Debug)]
struct Topics {
    command: Arc<str>,
    availability: String,
    state: Option<String>,
}

/// A subscription beside the commands.
#[derive(Debug)]
struct Watch {
    subscription: Subscription,
    route: Arc<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Down,
    Subscribing,
    /// So many announcements are not confirmed.
    Announcing(u8),
    Ready,
    /// Saying goodbye; so many messages of it are not confirmed.
    Leaving(u8),
}

impl Prop {
    /// The session of the prop that `handle` is of, under this client id.
    pub fn new(
        config: Arc<Config>,
        client_id: String,
        handle: crate::Prop,
        subscriptions: Vec<Subscription>,
        routes: Routes,
    ) -> Self {
        let (id, profile) = (handle.id(), config.profile);
        let topics = Topics {
            command: command_topic(id).into(),
            availability: profile.availability_topic(id),
            state: profile.has_state().then(|| state_topic(id)),
        };
        let form = config.form;
        let codec = |answer| -> Arc<dyn Codec> { Arc::new(TextCodec { form, answer }) };
        let watch = |subscription: Subscription| Watch {
            route: subscription.route.as_str().into(),
            subscription,
        };
        Self {
            client_id,
            topics,
            subscriptions: subscriptions.into_iter().map(watch).collect(),
            routes,
            codecs: (codec(false), codec(true)),
            stage: Stage::Down,
            draining: false,
            leaving: false,
            returned: VecDeque::new(),
            retired: false,
            book: Book::default(),
            queue: Queue::new(config.offline_queue),
            last: VecDeque::new(),
            unsure: VecDeque::new(),
            jobs: TokenMap::default(),
            count: 0,
            id: String::new(),
            route: "".into(),
            retained: None,
            cleared: 0,
            limit: Limit::new(config.telemetry_rate, config.telemetry_burst),
            refusals: Refusals::new(config.refused_attempts),
            takeovers: Takeovers::new(&config),
            handle,
            config,
        }
    }

    /// The client id of its connections.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    fn received(&mut self, cx: &mut Cx<'_, MqttMessage>, message: MqttMessage) {
        match message {
            MqttMessage::Connack(connack) => {
                // The transport sends these again by itself.
                let carried = connack.carried.min(self.last.len());
                self.unsure.extend(self.last.drain(..).skip(carried).flatten());
            }
            MqttMessage::Delivery(delivery) => self.delivery(cx, delivery),
            MqttMessage::Suback(_) | MqttMessage::Unsuback(_) => {}
            _ => cx.ignored(odd("a message that only clients send")),
        }
    }

    fn sent(&mut self, cx: &mut Cx<'_, MqttMessage>, tag: Tag) {
        match self.book.take(tag) {
            Some(Open::Announce) => self.announced(cx),
            Some(Open::Farewell) => self.farewell(cx),
            Some(Open::Publish(_) | Open::Subscribe) => {}
            Some(Open::Job(token)) => self.job_sent(cx, token),
            None => self.job_sent(cx, Token::from_u64(tag.0)),
        }
    }

    fn failed(&mut self, cx: &mut Cx<'_, MqttMessage>, tag: Tag, error: Error) {
        match self.book.take(tag) {
            Some(Open::Subscribe | Open::Announce) => self.refused(cx, error),
            Some(Open::Farewell) => self.farewell(cx),
            Some(Open::Publish(publish)) => self.not_published(cx, &publish, &error),
            Some(Open::Job(token)) => self.job_failed(cx, token, &error),
            None => self.job_failed(cx, Token::from_u64(tag.0), &error),
        }
    }

    fn disconnected(&mut self, cx: &mut Cx<'_, MqttMessage>, closed: &Closed) {
        self.takeovers.lost(cx, closed, &self.client_id);
        self.stage = Stage::Down;
        // The broker delivers them again.
        self.returned = VecDeque::new();
        self.cleared = 0;
        self.unsure.extend(self.last.drain(..).flatten());
        self.last.extend(self.book.close());
        self.jobs_disconnected(cx);
    }
}

impl Protocol for Prop {
    type Target = MqttTarget;
    type Message = MqttMessage;

    fn target(&mut self, now: SystemTime) -> Result<MqttTarget, Error> {
        self.takeovers.may_connect(now, &self.client_id)?;
        let message = retained(&self.topics.availability, OFFLINE);
        Ok(self.config.prop_target(&self.client_id, Will::new(message))?)
    }

    fn handle(&mut self, cx: &mut Cx<'_, MqttMessage>, input: Input<MqttMessage>) {
        match input {
            Input::Connected => self.connected(cx),
            Input::Received { message, .. } => self.received(cx, message),
            Input::Reply { tag, message } => self.reply(cx, tag, &message),
            Input::Sent { tag } => self.sent(cx, tag),
            Input::Failed { tag, error } => self.failed(cx, tag, error),
            Input::Disconnected { closed } => self.disconnected(cx, &closed),
            Input::Outcome { token, outcome } => self.outcome(cx, token, outcome),
            Input::Dropped { token } => drop(self.jobs.remove(&token)),
            Input::Event { event, .. } => self.event(cx, event),
            Input::Command { command, .. } => self.command_input(cx, command),
            Input::Deadline => {
                self.end_returned(cx);
                self.report_limit(cx);
            }
            Input::Drain => self.drain(cx),
            Input::Goodbye => self.goodbye(cx),
            _ => {}
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let returned = self.returned_until();
        self.limit.report_at().into_iter().chain(returned).min()
    }

    fn explain(&mut self, closed: Closed) -> Closed {
        self.takeovers.explain(&closed);
        self.refusals.explain(closed)
    }
}

/// A message that every later subscriber sees, too.
fn retained(topic: &str, payload: &'static str) -> Publish {
    let payload = Bytes::from_static(payload.as_bytes());
    Publish::new(topic, payload).qos(QoS::AtLeastOnce).retain(true)
}

/// Something that the broker should not have sent.
fn odd(what: &str) -> Error {
    Error::new(ErrorKind::PeerMisbehaved, "receive", format!("the broker sent {what}"))
}

/// The one road.
const MAIN: Lane = Lane::MAIN;

#[cfg(test)]
mod tests;
