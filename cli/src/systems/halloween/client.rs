//! A client of the bus on the framework's own transport, for looking and for measuring.

use std::{
    future::poll_fn,
    time::{Duration, SystemTime},
};

use journeyman_core::{
    Error, ErrorKind,
    protocol::Protocol as _,
    transport::{Event, Goodbye, Lane, Tag, Transport},
};
use journeyman_halloween::{Config, PropConfig};
use journeyman_mqtt::{
    Acknowledge, Connack, Delivery, MqttConfig, MqttMessage, MqttTarget, MqttTransport, Publish,
    Suback, Subscribe,
};
use tokio::time::{Instant, timeout_at};

/// How many messages are kept for somebody who waits for them later.
const MAX_SEEN: usize = 1000;

/// The target of the settings under another client id, without a will, and without a session that
/// the broker would keep.
///
/// # Errors
/// A setting cannot work, or a file that it names cannot be read.
pub(super) fn target(config: &Config, prop: &str, client_id: &str) -> Result<MqttTarget, Error> {
    let mut target =
        PropConfig::new(config.clone(), prop).protocol(&[])?.target(SystemTime::now())?;
    target.client_id = Some(client_id.to_owned());
    target.will = None;
    target.clean_session = true;
    target.acknowledge = Acknowledge::AtReceipt;
    Ok(target)
}

/// A connection.
#[derive(Debug)]
pub(super) struct Client {
    transport: MqttTransport,
    tags: u64,
    seen: Vec<Delivery>,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// Those of the transport.
    pub(super) async fn connect(
        mut rules: MqttConfig,
        target: MqttTarget,
        limit: Duration,
    ) -> Result<(Self, Box<Connack>), Error> {
        rules.connect_timeout = limit;
        rules.ack_timeout = Some(limit);
        let mut transport = MqttTransport::new(rules);
        transport.connect(target).await?;
        let mut client = Self { transport, tags: 0, seen: Vec::new() };
        match client.next().await? {
            Event::Received { message: MqttMessage::Connack(connack), .. } => Ok((client, connack)),
            other => Err(odd(&format!("{other:?} instead of a CONNACK"))),
        }
    }

    /// The next event that is no end.
    async fn next(&mut self) -> Result<Event<MqttMessage>, Error> {
        match poll_fn(|cx| self.transport.poll_event(cx)).await {
            Event::Closed(closed) => Err(closed.error),
            event => Ok(event),
        }
    }

    fn send(&mut self, message: MqttMessage) -> Result<Tag, Error> {
        self.tags += 1;
        self.transport.send(Lane::MAIN, Some(Tag(self.tags)), message)?;
        Ok(Tag(self.tags))
    }

    /// Keeps what somebody may wait for.
    fn note(&mut self, event: Event<MqttMessage>) {
        if let Event::Received { message: MqttMessage::Delivery(delivery), .. } = event
            && self.seen.len() < MAX_SEEN
        {
            self.seen.push(delivery);
        }
    }

    /// Subscribes, and waits for what was granted.
    ///
    /// # Errors
    /// Those of the transport.
    pub(super) async fn subscribe(&mut self, subscribe: Subscribe) -> Result<Suback, Error> {
        let asked = self.send(MqttMessage::Subscribe(subscribe))?;
        loop {
            match self.next().await? {
                Event::Reply { tag, message: MqttMessage::Suback(suback) } if tag == asked => {
                    return Ok(suback);
                }
                Event::Failed { tag, error } if tag == asked => return Err(error),
                event => self.note(event),
            }
        }
    }

    /// Publishes, and waits until the broker has acknowledged it, or with QoS 0 until it is out.
    ///
    /// # Errors
    /// Those of the transport; with MQTT 5 also a refusal.
    pub(super) async fn publish(&mut self, publish: Publish) -> Result<(), Error> {
        let asked = self.send(MqttMessage::Publish(publish))?;
        loop {
            match self.next().await? {
                Event::Sent { tag } if tag == asked => return Ok(()),
                Event::Failed { tag, error } if tag == asked => return Err(error),
                event => self.note(event),
            }
        }
    }

    /// Publishes and does not wait for anything.
    ///
    /// # Errors
    /// The queue is full, or the connection is gone.
    pub(super) fn post(&mut self, publish: Publish) -> Result<(), Error> {
        self.transport.send(Lane::MAIN, None, MqttMessage::Publish(publish))
    }

    /// The next message; those that came before it was asked for come first.
    ///
    /// # Errors
    /// The connection ended.
    pub(super) async fn message(&mut self) -> Result<Delivery, Error> {
        loop {
            if !self.seen.is_empty() {
                return Ok(self.seen.remove(0));
            }
            let event = self.next().await?;
            self.note(event);
        }
    }

    /// Gathers messages until all of these have come (topic and payload) or the time is over, and
    /// gives what has come, also from before.
    ///
    /// # Errors
    /// The connection ended.
    pub(super) async fn gather(
        &mut self,
        wanted: &[(&str, &[u8])],
        limit: Duration,
    ) -> Result<&[Delivery], Error> {
        let until = Instant::now() + limit;
        loop {
            let there = |(topic, payload): &(&str, &[u8])| {
                self.seen.iter().any(|seen| seen.topic == *topic && &seen.payload[..] == *payload)
            };
            if wanted.iter().all(there) {
                return Ok(&self.seen);
            }
            match timeout_at(until, self.next()).await {
                Ok(event) => {
                    let event = event?;
                    self.note(event);
                }
                Err(_) => return Ok(&self.seen),
            }
        }
    }

    /// Says goodbye.
    pub(super) async fn close(mut self) {
        self.transport.close(Goodbye::default()).await;
    }

    /// Ends the connection as a cut line does: the broker publishes the will.
    pub(super) fn cut(mut self) {
        self.transport.abort();
    }
}

fn odd(what: &str) -> Error {
    Error::new(ErrorKind::PeerMisbehaved, "connect", format!("the broker sent {what}"))
}
