//! The host's own session: whether it is there, and for how long.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use journeyman_core::{
    Error, ErrorKind,
    protocol::{Cx, Input, Protocol},
    transport::{Closed, Goodbye},
};
use journeyman_mqtt::{MqttMessage, MqttTarget, Publish, Will};

use super::{MAIN, Open, book::Book, refusals::Refusals, retained, takeovers::Takeovers};
use crate::{
    config::Config,
    profile::{
        HOST, NO_WORKERS, OFFLINE, ONLINE, host_availability_topic, host_uptime_topic, status_topic,
    },
};

/// How often the host says how long it has been running (Halloween sheet, section 2).
pub const UPTIME_INTERVAL: Duration = Duration::from_secs(10);

/// Warnings and errors that wait for the connection; the oldest give way.
const MAX_WAITING: usize = 256;

/// What the host's session is told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostCommand {
    /// All workers have started; the uptime counts from now.
    Started {
        /// How many there are.
        workers: usize,
    },
    /// Publish a warning of the host.
    Warn(String),
    /// Publish an error of the host.
    Error(String),
}

/// The session of the host. It takes no commands, as upstream's takes none.
#[derive(Debug)]
pub struct Host {
    config: Arc<Config>,
    client_id: String,
    warn_topic: String,
    stage: Stage,
    book: Book,
    refusals: Refusals,
    takeovers: Takeovers,
    started: Option<Instant>,
    next_uptime: Option<Instant>,
    waiting: Vec<Publish>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Down,
    Announcing,
    Ready,
    Leaving,
}

impl Host {
    /// The host of a house, under this client id.
    pub fn new(config: Arc<Config>, client_id: String) -> Self {
        // A made-up id is for the broker alone: nobody would find the topic that follows it.
        let named = config.client_id.as_deref().unwrap_or(HOST);
        Self {
            warn_topic: config.profile.host_warn_topic(named),
            client_id,
            stage: Stage::Down,
            book: Book::default(),
            refusals: Refusals::new(config.refused_attempts),
            takeovers: Takeovers::new(&config),
            started: None,
            next_uptime: None,
            waiting: Vec::new(),
            config,
        }
    }

    /// The client id of its connections.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(crate) fn availability(payload: &'static str) -> Publish {
        retained(&host_availability_topic(), payload)
    }

    fn command(&mut self, cx: &mut Cx<'_, MqttMessage>, command: HostCommand) {
        match command {
            HostCommand::Started { workers } => {
                if workers == 0 {
                    self.say(cx, Publish::new(&self.warn_topic, NO_WORKERS));
                }
                self.started = Some(cx.now());
                self.next_uptime = Some(cx.now());
                self.uptime(cx);
            }
            HostCommand::Warn(text) => self.say(cx, Publish::new(&self.warn_topic, text)),
            HostCommand::Error(text) => {
                self.say(cx, Publish::new(status_topic(HOST, "error"), text));
            }
        }
    }

    fn say(&mut self, cx: &mut Cx<'_, MqttMessage>, publish: Publish) {
        if self.stage == Stage::Ready {
            return cx.send(MAIN, None, MqttMessage::Publish(publish));
        }
        if self.waiting.len() == MAX_WAITING {
            self.waiting.remove(0);
        }
        self.waiting.push(publish);
    }

    /// Publishes the uptime if it is due: whole seconds since all workers had started.
    fn uptime(&mut self, cx: &mut Cx<'_, MqttMessage>) {
        let (Some(started), Some(next)) = (self.started, self.next_uptime) else { return };
        if next > cx.now() || self.stage != Stage::Ready {
            return;
        }
        let seconds = cx.now().saturating_duration_since(started).as_secs();
        let rounds = seconds / UPTIME_INTERVAL.as_secs() + 1;
        let until_next = UPTIME_INTERVAL.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX));
        self.next_uptime = started.checked_add(until_next);
        let publish = Publish::new(host_uptime_topic(), seconds.to_string());
        cx.send(MAIN, None, MqttMessage::Publish(publish));
    }

    fn sent(&mut self, cx: &mut Cx<'_, MqttMessage>, open: Option<Open>) {
        match (open, self.stage) {
            (Some(Open::Announce), Stage::Announcing) => {
                self.stage = Stage::Ready;
                self.refusals.clear();
                self.takeovers.ready(cx.now());
                cx.ready();
                for publish in std::mem::take(&mut self.waiting) {
                    cx.send(MAIN, None, MqttMessage::Publish(publish));
                }
                self.uptime(cx);
            }
            (Some(Open::Farewell), _) => {
                cx.close(Goodbye { code: None, reason: "the host stops".to_owned() });
            }
            _ => {}
        }
    }

    fn failed(&mut self, cx: &mut Cx<'_, MqttMessage>, open: Option<Open>, error: Error) {
        match open {
            Some(Open::Announce) if self.refusals.again() => cx.reconnect(error.temporary()),
            Some(Open::Announce) => cx.fail(error.permanent()),
            other => self.sent(cx, other),
        }
    }
}

impl Protocol for Host {
    type Target = MqttTarget;
    type Message = MqttMessage;

    fn target(&mut self, now: SystemTime) -> Result<MqttTarget, Error> {
        self.takeovers.may_connect(now, &self.client_id)?;
        Ok(self.config.target(&self.client_id, Will::new(Self::availability(OFFLINE)))?)
    }

    fn handle(&mut self, cx: &mut Cx<'_, MqttMessage>, input: Input<MqttMessage>) {
        match input {
            Input::Connected => {
                self.stage = Stage::Announcing;
                let tag = self.book.open(Open::Announce);
                let online = MqttMessage::Publish(Self::availability(ONLINE));
                cx.send(MAIN, Some(tag), online);
            }
            Input::Sent { tag } => {
                let open = self.book.take(tag);
                self.sent(cx, open);
            }
            Input::Failed { tag, error } => {
                let open = self.book.take(tag);
                self.failed(cx, open, error);
            }
            Input::Disconnected { closed } => {
                self.takeovers.lost(cx, &closed, &self.client_id);
                self.stage = Stage::Down;
                self.book = Book::default();
            }
            Input::Command { command, .. } => match command.downcast::<HostCommand>() {
                Ok(command) => self.command(cx, *command),
                Err(_) => {
                    let message = "a command of another adapter";
                    cx.ignored(Error::new(ErrorKind::Internal, "command", message));
                }
            },
            Input::Deadline => self.uptime(cx),
            Input::Goodbye => {
                self.stage = Stage::Leaving;
                let tag = self.book.open(Open::Farewell);
                let offline = MqttMessage::Publish(Self::availability(OFFLINE));
                cx.send(MAIN, Some(tag), offline);
            }
            _ => {}
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.next_uptime.filter(|_| self.stage == Stage::Ready)
    }

    fn explain(&mut self, closed: Closed) -> Closed {
        self.takeovers.explain(&closed);
        self.refusals.explain(closed)
    }
}
