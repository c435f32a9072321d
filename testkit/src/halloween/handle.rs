//! What becomes of the packets of a connected client.

use std::sync::Arc;

use super::{
    connect::{MAX_ALIASES, Me},
    core::{Change, Shared},
    encode,
    events::{Cause, Event},
    link::Link,
    message::{QoS, Version},
    packet::{Fault, Options, Packet, Publish, RetainHandling, reason},
    session::{Awaits, Parcel},
    topic::{split_share, valid_filter},
    tree::Subscriber,
};

/// What follows for the connection.
#[derive(Debug)]
pub(crate) enum Next {
    Continue,
    End(Cause),
}

impl Change<'_> {
    pub(crate) fn handle(&mut self, me: &Me, packet: Packet) -> Result<Next, Fault> {
        let Some(session) = self.core.sessions.get_mut(&me.key).filter(|it| it.is_on(&me.link))
        else {
            // Taken over meanwhile: what it says does not count any more.
            return Ok(Next::End(Cause::TakenOver));
        };
        let context = &mut self.context;
        match packet {
            Packet::Publish(publish) => self.publish_of(me, publish)?,
            Packet::PubAck { id } => {
                session.acknowledged(context, id, Awaits::Ack);
            }
            Packet::PubRec { id, failed: true } => {
                session.acknowledged(context, id, Awaits::Receipt);
            }
            Packet::PubRec { id, failed: false } => {
                let code = if session.received(id) { 0 } else { reason::ID_NOT_FOUND };
                session.put(context, |out| {
                    encode::ack(out, me.version, encode::PUBREL, id, code);
                });
            }
            Packet::PubComp { id } => {
                session.acknowledged(context, id, Awaits::Completion);
            }
            Packet::PubRel { id } => {
                let code = if session.incoming.remove(&id) { 0 } else { reason::ID_NOT_FOUND };
                session.put(context, |out| {
                    encode::ack(out, me.version, encode::PUBCOMP, id, code);
                });
            }
            Packet::Subscribe { id, filters } => self.subscribe(me, id, filters)?,
            Packet::Unsubscribe { id, filters } => self.unsubscribe(me, id, filters)?,
            Packet::PingReq => {
                if !context.shared.faults.no_pingresp() {
                    session.put(context, encode::pingresp);
                }
            }
            Packet::Disconnect { with_will, session_expiry } => {
                if let Some(expiry) = session_expiry {
                    if session.expiry == 0 && expiry != 0 {
                        let text = "a session that is to end can not be kept by DISCONNECT";
                        return Err(Fault::new(reason::PROTOCOL_ERROR, text));
                    }
                    session.expiry = expiry;
                }
                return Ok(Next::End(Cause::Disconnect { with_will }));
            }
        }
        Ok(Next::Continue)
    }

    fn publish_of(&mut self, me: &Me, mut publish: Publish) -> Result<(), Fault> {
        let Some(session) = self.core.sessions.get_mut(&me.key) else { return Ok(()) };
        if let Some(alias) = publish.alias {
            if !(1..=MAX_ALIASES).contains(&alias) {
                let text = format!("topic alias {alias}; 1 to {MAX_ALIASES} are allowed");
                return Err(Fault::new(reason::ALIAS_INVALID, text));
            }
            if publish.message.topic.is_empty() {
                let Some(topic) = session.aliases.get(&alias) else {
                    let text = format!("topic alias {alias} stands for nothing");
                    return Err(Fault::new(reason::PROTOCOL_ERROR, text));
                };
                publish.message.topic = Arc::clone(topic);
            } else {
                session.aliases.insert(alias, Arc::clone(&publish.message.topic));
            }
        }
        let (qos, id) = (publish.message.qos, publish.id);
        let exactly_once = qos == QoS::ExactlyOnce;
        let again = exactly_once && session.incoming.contains(&id);
        if exactly_once && !again {
            let most = usize::from(self.context.shared.config.receive_maximum);
            if me.version == Version::V5 && session.incoming.len() >= most {
                let text = format!("more than {most} QoS 2 messages under way");
                return Err(Fault::new(reason::RECEIVE_MAXIMUM, text));
            }
            session.incoming.insert(id);
        }
        let mut code = 0;
        if !again {
            let client_id = Arc::clone(&session.client_id);
            if !session.may_write(&publish.message.topic) {
                code = reason::NOT_AUTHORIZED;
                let topic = publish.message.topic;
                self.context.events.push(Event::Denied { client_id, topic });
            } else if self.publish(Some(me.key), &client_id, publish.message, publish.dup, false)
                == 0
            {
                code = reason::NO_SUBSCRIBERS;
            }
        }
        let first = match qos {
            QoS::AtMostOnce => return Ok(()),
            QoS::AtLeastOnce => encode::PUBACK,
            QoS::ExactlyOnce => encode::PUBREC,
        };
        let Some(session) = self.core.sessions.get_mut(&me.key) else { return Ok(()) };
        if exactly_once && code >= 0x80 && me.version == Version::V5 {
            session.incoming.remove(&id);
        }
        if !self.context.shared.faults.drops_ack() {
            session.put(&mut self.context, |out| encode::ack(out, me.version, first, id, code));
        }
        Ok(())
    }

    fn subscribe(
        &mut self,
        me: &Me,
        id: u16,
        filters: Vec<(Arc<str>, Options)>,
    ) -> Result<(), Fault> {
        let most = self.context.shared.config.max_subscriptions;
        let mut codes = Vec::with_capacity(filters.len());
        let mut replay = Vec::new();
        for (given, options) in filters {
            let (group, filter) = match split_share(&given) {
                Ok((group, filter)) if valid_filter(filter) => (group, filter),
                // mosquitto does not answer this either.
                _ => return Err(Fault::malformed(format!("a subscription to {given:?}"))),
            };
            let Some(session) = self.core.sessions.get_mut(&me.key) else { return Ok(()) };
            let new = !session.subscriptions.contains_key(&given);
            let code = if let Some(code) = self.context.shared.faults.refuses_subscription() {
                code
            } else if new && session.subscriptions.len() >= most {
                reason::QUOTA
            } else {
                session.subscriptions.insert(Arc::clone(&given), options);
                let subscriber = Subscriber { session: me.key, options };
                self.core.tree.insert(filter, group, subscriber);
                let wanted = match options.retain_handling {
                    RetainHandling::EverySubscribe => true,
                    RetainHandling::NewSubscribe => new,
                    RetainHandling::Never => false,
                };
                if wanted && group.is_none() {
                    replay.push((Arc::clone(&given), options));
                }
                options.qos.number()
            };
            codes.push(code);
            let Some(session) = self.core.sessions.get(&me.key) else { return Ok(()) };
            let client_id = Arc::clone(&session.client_id);
            self.context.events.push(Event::Subscribed { client_id, filter: given, code });
        }
        let delay = self.context.shared.faults.suback_delay();
        if delay.is_zero() {
            if let Some(session) = self.core.sessions.get(&me.key) {
                let version = me.version;
                session.put(&mut self.context, |out| encode::suback(out, version, id, &codes));
            }
        } else {
            let (shared, me) = (Arc::downgrade(self.context.shared), me.clone());
            tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                let Some(shared) = shared.upgrade() else { return };
                put_later(&shared, &me.link, |out| encode::suback(out, me.version, id, &codes));
            });
        }
        for (filter, options) in replay {
            self.replay(me, &filter, options);
        }
        Ok(())
    }

    /// The retained messages of a new subscription.
    fn replay(&mut self, me: &Me, filter: &str, options: Options) {
        let upgrade = self.context.shared.config.upgrade_qos;
        for stored in self.core.retained.matching(filter) {
            let Some(session) = self.core.sessions.get_mut(&me.key) else { return };
            if !session.may_read(&stored.message.topic) {
                continue;
            }
            let qos = if upgrade { options.qos } else { options.qos.min(stored.message.qos) };
            let subscription_ids = options.id.into_iter().collect();
            let parcel = Parcel { stored, qos, retain: true, subscription_ids };
            session.offer(&mut self.context, parcel);
        }
    }

    fn unsubscribe(&mut self, me: &Me, id: u16, filters: Vec<String>) -> Result<(), Fault> {
        let mut codes = Vec::with_capacity(filters.len());
        for given in filters {
            let Ok((group, filter)) = split_share(&given) else {
                return Err(Fault::malformed(format!("an UNSUBSCRIBE from {given:?}")));
            };
            if !valid_filter(filter) {
                return Err(Fault::malformed(format!("an UNSUBSCRIBE from {given:?}")));
            }
            let Some(session) = self.core.sessions.get_mut(&me.key) else { return Ok(()) };
            let known = session.subscriptions.remove(given.as_str()).is_some();
            codes.push(if known { 0 } else { reason::NO_SUBSCRIPTION });
            if known {
                let client_id = Arc::clone(&session.client_id);
                self.core.tree.remove(filter, group, me.key);
                let filter = given.into();
                self.context.events.push(Event::Unsubscribed { client_id, filter });
            }
        }
        if let Some(session) = self.core.sessions.get(&me.key) {
            let version = me.version;
            session.put(&mut self.context, |out| encode::unsuback(out, version, id, &codes));
        }
        Ok(())
    }
}

/// Puts something on a connection, if it is still there.
pub(crate) fn put_later(
    shared: &Shared,
    link: &Arc<Link>,
    write: impl FnOnce(&mut bytes::BytesMut),
) {
    if shared.links().contains_key(&link.number) {
        link.put(write);
        link.wake();
    }
}
