//! What a prop says beside its results.

use std::{any::Any, collections::VecDeque};

use bytes::Bytes;
use journeyman_core::{
    Error, ErrorKind,
    job::{Body, OutEvent},
    protocol::Cx,
};
use journeyman_mqtt::{MqttMessage, Publish, QoS};

use super::{MAIN, Open, Prop, Stage};
use crate::{
    PropCommand, PublishOptions,
    profile::{status_topic, telemetry_topic},
    publish::check_topic,
};

/// The most bytes that are kept while the broker is away.
const MAX_BYTES: usize = 16 << 20;

/// Messages that wait for the connection. The oldest give way.
#[derive(Debug)]
pub(super) struct Queue {
    messages: VecDeque<Publish>,
    limit: usize,
    bytes: usize,
    lost: u64,
}

impl Queue {
    pub(super) fn new(limit: usize) -> Self {
        Self { messages: VecDeque::new(), limit, bytes: 0, lost: 0 }
    }

    fn size(message: &Publish) -> usize {
        message.topic.len() + message.payload.len()
    }

    fn push(&mut self, message: Publish) {
        self.bytes += Self::size(&message);
        self.messages.push_back(message);
        while self.messages.len() > self.limit || self.bytes > MAX_BYTES {
            let Some(oldest) = self.messages.pop_front() else { break };
            self.bytes -= Self::size(&oldest);
            self.lost += 1;
        }
    }

    fn take(&mut self) -> VecDeque<Publish> {
        self.bytes = 0;
        std::mem::take(&mut self.messages)
    }
}

impl Prop {
    pub(super) fn command_input(
        &mut self,
        cx: &mut Cx<'_, MqttMessage>,
        command: Box<dyn Any + Send>,
    ) {
        let Ok(command) = command.downcast::<PropCommand>() else {
            let message = "a command of another adapter";
            return cx.ignored(Error::new(ErrorKind::Internal, "command", message));
        };
        match *command {
            PropCommand::Telemetry(publish) => self.telemetry(cx, publish),
            PropCommand::Publish(publish) => self.publish(cx, publish),
            PropCommand::Broadcast(all) => {
                all.into_iter().for_each(|publish| self.publish(cx, publish));
            }
            PropCommand::Stop => self.announce(cx, true),
            PropCommand::Start => self.announce(cx, false),
            PropCommand::Flush(flushed) => drop(flushed),
            PropCommand::Leave(flushed) => {
                self.leave();
                drop(flushed);
            }
        }
    }

    /// Says that the prop has stopped or started by itself.
    fn announce(&mut self, cx: &mut Cx<'_, MqttMessage>, retired: bool) {
        self.retired = retired;
        // Before that, the announcement of the connection says so.
        if !matches!(self.stage, Stage::Down | Stage::Subscribing) {
            for message in self.announcement() {
                self.publish(cx, message);
            }
        }
    }

    pub(super) fn event(&mut self, cx: &mut Cx<'_, MqttMessage>, event: OutEvent) {
        let options = event.extensions.get::<PublishOptions>().copied().unwrap_or_default();
        let payload = match event.body {
            Body::Bytes(bytes) => bytes,
            _ => Bytes::new(),
        };
        let topic = telemetry_topic(self.handle.id(), &event.name);
        if let Err(error) = check_topic(&topic) {
            return self.error(cx, &format!("ValueError: {error}"));
        }
        let publish = Publish::new(topic, payload).qos(options.qos).retain(options.retain);
        self.telemetry(cx, publish);
    }

    fn telemetry(&mut self, cx: &mut Cx<'_, MqttMessage>, publish: Publish) {
        if self.limit.take(cx.now()) {
            self.publish(cx, publish);
        }
    }

    pub(super) fn report_limit(&mut self, cx: &mut Cx<'_, MqttMessage>) {
        if self.stage != Stage::Ready {
            return self.limit.later(cx.now());
        }
        if let Some(dropped) = self.limit.report(cx.now()) {
            let rate = self.config.telemetry_rate;
            self.warn(
                cx,
                &format!("Telemetry limit of {rate} per second exceeded: {dropped} messages lost"),
            );
        }
    }

    /// Publishes a message now, or keeps it until the prop is registered.
    pub(super) fn publish(&mut self, cx: &mut Cx<'_, MqttMessage>, publish: Publish) {
        let lasting = publish.qos > QoS::AtMostOnce || publish.retain;
        match self.stage {
            Stage::Ready | Stage::Leaving(_) => self.transmit(cx, publish),
            // As upstream: what nobody would have confirmed is lost (sheet, section 6).
            Stage::Down if !lasting => {}
            _ => self.queue.push(publish),
        }
    }

    pub(super) fn transmit(&mut self, cx: &mut Cx<'_, MqttMessage>, publish: Publish) {
        let tag =
            (publish.qos > QoS::AtMostOnce).then(|| self.book.open(Open::Publish(publish.clone())));
        cx.send(MAIN, tag, MqttMessage::Publish(publish));
    }

    /// Sends what waited for the registration.
    pub(super) fn flush(&mut self, cx: &mut Cx<'_, MqttMessage>) {
        for publish in self.queue.take() {
            self.transmit(cx, publish);
        }
        let lost = std::mem::take(&mut self.queue.lost);
        if lost > 0 {
            self.warn(cx, &format!("Queue full while disconnected: {lost} messages lost"));
        }
    }

    /// The broker did not take a message.
    pub(super) fn not_published(
        &mut self,
        cx: &mut Cx<'_, MqttMessage>,
        publish: &Publish,
        error: &Error,
    ) {
        // While disconnected it goes on with the next connection.
        if error.kind() == ErrorKind::Disconnected || self.stage == Stage::Down {
            self.queue.push(publish.clone());
            return;
        }
        tracing::warn!(prop = self.handle.id(), topic = publish.topic, %error, "not published");
        let topic: String = publish.topic.chars().take(200).collect();
        self.error(cx, &format!("PublishError: {topic}: {}", error.message()));
    }

    /// Publishes on `status/warn`: QoS 0, not retained (Halloween sheet, section 2).
    pub(super) fn warn(&mut self, cx: &mut Cx<'_, MqttMessage>, text: &str) {
        self.status(cx, "warn", text);
    }

    /// Publishes on `status/error`, likewise.
    pub(super) fn error(&mut self, cx: &mut Cx<'_, MqttMessage>, text: &str) {
        self.status(cx, "error", text);
    }

    fn status(&mut self, cx: &mut Cx<'_, MqttMessage>, key: &str, text: &str) {
        if self.stage != Stage::Down {
            let topic = status_topic(self.handle.id(), key);
            cx.send(MAIN, None, MqttMessage::Publish(Publish::new(topic, text.to_owned())));
        }
    }
}
