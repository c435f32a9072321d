//! From a connection to a prop that is provably receiving, and back.

use journeyman_core::{
    Error, ErrorKind,
    protocol::Cx,
    transport::{Goodbye, Tag},
};
use journeyman_mqtt::{Filter, MqttMessage, Publish, Subscribe};

use super::{MAIN, Open, Prop, Stage, odd, retained};
use crate::profile::{OFFLINE, ONLINE, STARTED, STOPPED};

impl Prop {
    pub(super) fn connected(&mut self, cx: &mut Cx<'_, MqttMessage>) {
        if self.draining {
            // Only results that are left over are delivered on this connection.
            self.stage = Stage::Ready;
            self.ready(cx);
            return;
        }
        self.stage = Stage::Subscribing;
        let commands = Filter::new(&*self.topics.command, self.config.subscription_qos());
        let others = self
            .subscriptions
            .iter()
            .map(|watch| Filter::new(&watch.subscription.filter, watch.subscription.qos));
        let subscribe = Subscribe::new(std::iter::once(commands).chain(others));
        let tag = self.book.open(Open::Subscribe);
        cx.send(MAIN, Some(tag), MqttMessage::Subscribe(subscribe));
    }

    pub(super) fn reply(&mut self, cx: &mut Cx<'_, MqttMessage>, tag: Tag, message: &MqttMessage) {
        if !matches!(self.book.take(tag), Some(Open::Subscribe)) {
            return;
        }
        let MqttMessage::Suback(suback) = message else {
            return cx.ignored(odd("another answer than a SUBACK"));
        };
        if let Some((filter, code)) = suback.refused() {
            let message = format!("the broker refused the subscription to `{filter}`: {code}");
            let error = Error::new(ErrorKind::Refused, "subscribe", message)
                .with_remedy("allow it in the broker's access rules");
            return self.refused(cx, error);
        }
        let wanted = self.config.subscription_qos();
        if let Some(result) = suback.results.first()
            && result.granted.is_ok_and(|granted| granted < wanted)
        {
            tracing::warn!(
                prop = self.handle.id(),
                "the broker grants commands with a lower QoS than {}",
                wanted.number()
            );
        }
        if self.stage == Stage::Subscribing {
            let messages = self.announcement();
            self.stage = Stage::Announcing(u8::try_from(messages.len()).unwrap_or(u8::MAX));
            for message in messages {
                let tag = self.book.open(Open::Announce);
                cx.send(MAIN, Some(tag), MqttMessage::Publish(message));
            }
        }
    }

    /// What the prop says about itself: its availability, then its state (Halloween sheet,
    /// section 2).
    pub(super) fn announcement(&self) -> Vec<Publish> {
        let (availability, state) = match self.retired {
            false => (ONLINE, STARTED),
            true => (OFFLINE, STOPPED),
        };
        let availability = retained(&self.topics.availability, availability);
        let state = self.topics.state.as_deref().map(|topic| retained(topic, state));
        std::iter::once(availability).chain(state).collect()
    }

    pub(super) fn announced(&mut self, cx: &mut Cx<'_, MqttMessage>) {
        let Stage::Announcing(left) = self.stage else { return };
        self.stage = Stage::Announcing(left.saturating_sub(1));
        if left <= 1 {
            self.stage = Stage::Ready;
            self.ready(cx);
        }
    }

    fn ready(&mut self, cx: &mut Cx<'_, MqttMessage>) {
        self.refusals.clear();
        self.takeovers.ready(cx.now());
        cx.ready();
        // First what was sent and not confirmed, then what came in while nobody was there.
        for publish in std::mem::take(&mut self.unsure) {
            self.transmit(cx, publish);
        }
        self.flush(cx);
    }

    /// The broker does not let us be there.
    pub(super) fn refused(&mut self, cx: &mut Cx<'_, MqttMessage>, error: Error) {
        if self.refusals.again() {
            return cx.reconnect(error.temporary());
        }
        let limit = self.refusals.limit();
        let message = format!("{}, {limit} times in a row: giving up", error.message());
        cx.fail(
            Error::new(ErrorKind::Refused, "subscribe", message)
                .permanent()
                .with_source(error)
                .with_remedy("allow it in the broker's access rules, then start it again"),
        );
    }

    pub(super) fn drain(&mut self, cx: &mut Cx<'_, MqttMessage>) {
        self.draining = true;
        self.leave();
        // Where the broker keeps commands for us, it goes on doing so: what comes now is left
        // unacknowledged, for the next start.
        if self.config.keeps_session() || matches!(self.stage, Stage::Down) {
            return;
        }
        let others = self.subscriptions.iter().map(|watch| watch.subscription.filter.clone());
        let filters = std::iter::once(self.topics.command.to_string()).chain(others).collect();
        cx.send(MAIN, None, MqttMessage::Unsubscribe(filters));
    }

    /// Says goodbye: a DISCONNECT keeps the broker from publishing the will, so we say it ourselves.
    pub(super) fn goodbye(&mut self, cx: &mut Cx<'_, MqttMessage>) {
        self.retired = true;
        let messages = self.announcement();
        self.stage = Stage::Leaving(u8::try_from(messages.len()).unwrap_or(u8::MAX));
        for message in messages {
            let tag = self.book.open(Open::Farewell);
            cx.send(MAIN, Some(tag), MqttMessage::Publish(message));
        }
    }

    pub(super) fn farewell(&mut self, cx: &mut Cx<'_, MqttMessage>) {
        let Stage::Leaving(left) = self.stage else { return };
        self.stage = Stage::Leaving(left.saturating_sub(1));
        if left <= 1 {
            cx.close(Goodbye { code: None, reason: "the worker stops".to_owned() });
        }
    }
}
