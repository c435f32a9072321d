//! What the sessions of a shared connection send.

use std::sync::Arc;

use journeyman_core::{
    Error, ErrorKind,
    transport::{Event, Lane, Tag, Transport},
};

use super::{
    Seat,
    line::{Kind, Open, Up, answer, whole},
};
use crate::{AckId, MqttMessage, QoS, Subscribe, Unsuback, error, topic::is_shared};

impl Up {
    /// Sends a message of a session.
    pub(super) fn send(
        &mut self,
        seat: u64,
        tag: Option<Tag>,
        message: MqttMessage,
    ) -> Result<(), Error> {
        match message {
            MqttMessage::Publish(publish) if tag.is_none() => {
                self.transport.send(Lane::MAIN, None, MqttMessage::Publish(publish))
            }
            MqttMessage::Publish(publish) => {
                let kind = if publish.qos > QoS::AtMostOnce { Kind::Publish } else { Kind::Other };
                self.exchange(seat, tag, kind, MqttMessage::Publish(publish))
            }
            MqttMessage::Subscribe(subscribe) => self.subscribe(seat, tag, subscribe),
            MqttMessage::Unsubscribe(filters) => self.end(seat, tag, &filters),
            MqttMessage::Ack(ack) => self.settle(seat, tag, ack),
            // The transport says what is wrong with it.
            other => self.transport.send(Lane::MAIN, tag, other),
        }
    }

    fn exchange(
        &mut self,
        seat: u64,
        tag: Option<Tag>,
        kind: Kind,
        message: MqttMessage,
    ) -> Result<(), Error> {
        let Some(Seat { name, .. }) = self.seats.get(&seat) else {
            return Err(Error::new(ErrorKind::Disconnected, "send", "there is no connection"));
        };
        self.tags += 1;
        self.transport.send(Lane::MAIN, Some(Tag(self.tags)), message)?;
        self.open.insert(self.tags, Open { seat, name: Arc::clone(name), tag, kind });
        Ok(())
    }

    fn subscribe(
        &mut self,
        seat: u64,
        tag: Option<Tag>,
        mut subscribe: Subscribe,
    ) -> Result<(), Error> {
        let what = match &subscribe {
            Subscribe { id: Some(_), .. } => Some("subscription ids"),
            Subscribe { filters, .. } if filters.iter().any(is_shared) => {
                Some("shared subscriptions")
            }
            Subscribe { filters, .. } if filters.iter().any(|filter| filter.no_local) => {
                Some("`no_local`")
            }
            _ => None,
        };
        if let Some(what) = what {
            let message = format!("several sessions on one connection cannot have {what}");
            return Err(Error::new(ErrorKind::Unsupported, "send", message)
                .with_remedy("give this session a connection of its own"));
        }
        // Noted first: what the broker kept may come before the answer.
        let mut added = Vec::new();
        for filter in &mut subscribe.filters {
            let known = self.routes.has(&filter.filter);
            filter.qos = self.routes.add(&filter.filter, seat, filter.qos);
            added.extend((!known).then(|| filter.filter.clone()));
        }
        let filters: Vec<_> = subscribe.filters.iter().map(|f| f.filter.clone()).collect();
        let message = MqttMessage::Subscribe(subscribe);
        if let Err(error) = self.exchange(seat, tag, Kind::Subscribe, message) {
            for filter in &added {
                self.routes.remove(filter, seat);
            }
            return Err(error);
        }
        for filter in &filters {
            self.dormant.remove(filter);
        }
        self.hand_over(seat);
        Ok(())
    }

    /// A session ends subscriptions. Of those that others have, too, the broker hears nothing.
    fn end(&mut self, seat: u64, tag: Option<Tag>, filters: &[String]) -> Result<(), Error> {
        let told: Vec<_> = filters
            .iter()
            .filter(|filter| !self.routes.is_of_others(filter, seat))
            .cloned()
            .collect();
        if told.is_empty() && !filters.is_empty() {
            let results = whole(filters.to_vec(), &[]);
            let message = MqttMessage::Unsuback(Unsuback { results, reason: None });
            self.push(seat, answer(tag, message));
        } else {
            let kind = Kind::Unsubscribe(filters.to_vec());
            self.exchange(seat, tag, kind, MqttMessage::Unsubscribe(told))?;
        }
        for filter in filters {
            self.routes.remove(filter, seat);
        }
        Ok(())
    }

    /// A session acknowledges a delivery.
    fn settle(&mut self, seat: u64, tag: Option<Tag>, ack: AckId) -> Result<(), Error> {
        let waits = match self.pending.get_mut(&ack.number) {
            Some(pending) if pending.ack == ack => Some(&mut pending.waits),
            _ => None,
        };
        let mine = waits.and_then(|waits| {
            let at = waits.iter().position(|waiting| *waiting == seat)?;
            waits.remove(at);
            Some(waits.is_empty())
        });
        match (mine, tag) {
            (Some(true), _) => {
                self.pending.remove(&ack.number);
                if tag.is_some() {
                    return self.exchange(seat, tag, Kind::Other, MqttMessage::Ack(ack));
                }
                self.acknowledge(ack, None);
            }
            // Others have it, too: for this session, it is done.
            (Some(false), Some(tag)) => self.push(seat, Event::Sent { tag }),
            (None, Some(tag)) => {
                self.push(seat, Event::Failed { tag, error: error::stale_ack() });
            }
            (_, None) => {}
        }
        Ok(())
    }
}
