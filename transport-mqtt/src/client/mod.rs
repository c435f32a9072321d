//! The MQTT client of one connection: packets in, packets and events out; no sockets and no
//! timers.

mod incoming;

use std::collections::{HashSet, VecDeque};

use journeyman_core::{
    Error, ErrorKind,
    transport::{Event, Lane, Tag},
};
use tokio::time::Instant;

use crate::{
    AckId, Acknowledge, Connack, MqttConfig, MqttMessage, MqttTarget, Overflow, Protocol, Publish,
    QoS,
    codec::{self, AckKind, ConnackPacket},
    error::stale_ack,
    flights::{Flights, Request},
    output::{Mark, Output},
    receipts::Receipts,
    stats::MqttStats,
};

/// What a queued message costs beyond its size, so that many empty ones count, too.
pub(crate) const OVERHEAD: usize = 64;
/// While this many bytes of answers to the broker wait to be written, nothing more is read.
const MAX_REPLIES: usize = 64 << 10;

/// What outlives a connection where the broker keeps the session.
#[derive(Debug, Default)]
pub(crate) struct Saved {
    flights: Flights,
    unreleased: HashSet<u16>,
}

/// What the broker, or we, allow.
#[derive(Debug)]
pub(crate) struct Limits {
    pub(crate) packet: usize,
    window: usize,
    pub(crate) qos: QoS,
    pub(crate) retain: bool,
    pub(crate) wildcards: bool,
    pub(crate) subscription_ids: bool,
    pub(crate) shared: bool,
}

#[derive(Debug)]
struct Waiting {
    publish: Publish,
    tag: Option<Tag>,
    /// With what it costs on top.
    size: usize,
}

impl Waiting {
    /// Whether it is telemetry that nobody waits for.
    fn can_be_dropped(&self) -> bool {
        self.tag.is_none() && self.publish.qos == QoS::AtMostOnce
    }
}

#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) protocol: Protocol,
    pub(crate) client_id: String,
    pub(crate) limits: Limits,
    acknowledge: Acknowledge,
    /// How many deliveries the broker was told that may be unacknowledged; MQTT 5 only.
    receive_maximum: usize,
    /// Whether state is kept for the next connection.
    keep: bool,
    receipts: Receipts,
    flights: Flights,
    /// Kept publishes of the last connection that are still to be sent again.
    resend: VecDeque<u16>,
    /// The tags that those had on the last connection, in their order.
    pub(crate) resent: Vec<Option<Tag>>,
    /// Publishes that are not in the output yet.
    waiting: VecDeque<Waiting>,
    waiting_size: usize,
    /// Those in `waiting` that can be dropped.
    droppable: usize,
    /// Bytes of answers to the broker since the output was last empty.
    replies: usize,
    pub(crate) events: VecDeque<Event<MqttMessage>>,
    /// Deliveries that nothing was sent after: an answer may be about to come.
    pub(crate) unanswered: u32,
    /// We say goodbye: what comes in is not delivered, and not acknowledged.
    pub(crate) closing: bool,
}

impl Client {
    /// The state after a CONNACK that accepts us. The first event is that CONNACK.
    pub(crate) fn new(
        target: &MqttTarget,
        client_id: String,
        config: &MqttConfig,
        connack: ConnackPacket,
        saved: Saved,
    ) -> Self {
        let allowed = connack.maximum_packet_size.map_or(usize::MAX, |size| size as usize);
        let window = connack.receive_maximum.min(config.max_in_flight);
        let saved = if connack.session_present { saved } else { Saved::default() };
        let resend = VecDeque::from(saved.flights.in_order());
        let former = |id: &u16| saved.flights.get(*id).and_then(|flight| flight.former);
        let resent: Vec<_> = resend.iter().map(former).collect();
        let mut client = Self {
            protocol: target.protocol,
            client_id,
            limits: Limits {
                packet: config.max_outgoing_packet.min(allowed).min(codec::MAX_VARINT),
                window: Flights::limit(window),
                qos: connack.maximum_qos,
                retain: connack.retain_available,
                wildcards: connack.wildcards_available,
                subscription_ids: connack.subscription_ids_available,
                shared: connack.shared_available,
            },
            acknowledge: target.acknowledge,
            receive_maximum: match target.protocol {
                Protocol::V311 => usize::MAX,
                Protocol::V5 => target.receive_maximum.into(),
            },
            keep: !target.clean_session,
            receipts: Receipts::new(saved.unreleased),
            flights: saved.flights,
            resend,
            resent,
            waiting: VecDeque::new(),
            waiting_size: 0,
            droppable: 0,
            replies: 0,
            events: VecDeque::new(),
            unanswered: 0,
            closing: false,
        };
        let keep_alive = connack.keep_alive.unwrap_or(target.keep_alive_seconds());
        let accepted = Connack {
            session_present: connack.session_present,
            client_id: client.client_id.clone(),
            maximum_packet_size: client.limits.packet,
            receive_maximum: window,
            maximum_qos: connack.maximum_qos,
            retain_available: connack.retain_available,
            wildcards_available: connack.wildcards_available,
            subscription_ids_available: connack.subscription_ids_available,
            shared_available: connack.shared_available,
            keep_alive: (keep_alive > 0).then(|| std::time::Duration::from_secs(keep_alive.into())),
            resent: client.resend.len(),
            carried: client.resent.iter().flatten().count(),
            reason: connack.said.reason,
            user: connack.user,
        };
        client.received(MqttMessage::Connack(Box::new(accepted)));
        client
    }

    /// For the next connection.
    pub(crate) fn into_saved(self) -> Option<Saved> {
        self.keep.then(|| Saved {
            flights: self.flights.into_resumable(),
            unreleased: self.receipts.into_unreleased(),
        })
    }

    /// The bytes that count against the limits of the queue.
    pub(crate) fn queued(&self, output: &Output) -> usize {
        self.waiting_size + output.len() + self.flights.cost()
    }

    /// Publishes that wait for an acknowledgement.
    pub(crate) fn in_flight(&self) -> usize {
        self.flights.publishes()
    }

    pub(crate) fn flights(&self) -> &Flights {
        &self.flights
    }

    /// Whether publishes wait that are not in the output yet.
    pub(crate) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty() || !self.resend.is_empty()
    }

    /// Whether more may be read: not while a peer that does not read makes us answer.
    pub(crate) fn may_read(&self) -> bool {
        self.replies < MAX_REPLIES
    }

    /// To be called after each flush: reports what is written.
    pub(crate) fn flushed(&mut self, output: &mut Output, now: Instant) {
        while let Some(mark) = output.due() {
            match mark {
                Mark::Tag(tag) => self.events.push_back(Event::Sent { tag }),
                Mark::Flight(id) => self.flights.written(id, now),
            }
        }
        if !output.is_busy() {
            self.replies = 0;
        }
    }

    /// Queues a publish that passed all other checks.
    pub(crate) fn publish(
        &mut self,
        publish: Publish,
        tag: Option<Tag>,
        size: usize,
        config: &MqttConfig,
        output: &mut Output,
        stats: &mut MqttStats,
    ) -> Result<(), Error> {
        self.unanswered = self.unanswered.saturating_sub(1);
        let new = Waiting { publish, tag, size: size + OVERHEAD };
        let soft = config.send_queue_soft_limit;
        if new.can_be_dropped() && self.queued(output) >= soft {
            if config.qos0_overflow == Overflow::Refuse {
                return Err(queue_full(self.queued(output), size, "send_queue_soft_limit", soft));
            }
            while config.qos0_overflow == Overflow::DropOldest
                && self.droppable > 0
                && self.queued(output) + new.size > soft
            {
                self.drop_oldest();
                stats.dropped(&new.publish.topic);
            }
            if self.queued(output) >= soft {
                stats.dropped(&new.publish.topic);
                return Ok(());
            }
        }
        self.check_room(size, config, output)?;
        self.waiting_size += new.size;
        self.droppable += usize::from(new.can_be_dropped());
        self.waiting.push_back(new);
        self.feed(config, output);
        Ok(())
    }

    /// Whether `size` bytes more stay below the hard limit. One message always fits.
    fn check_room(&self, size: usize, config: &MqttConfig, output: &Output) -> Result<(), Error> {
        let (queued, limit) = (self.queued(output), config.send_queue_hard_limit);
        if queued > 0 && queued.saturating_add(size + OVERHEAD) > limit {
            return Err(queue_full(queued, size, "send_queue_hard_limit", limit));
        }
        Ok(())
    }

    fn drop_oldest(&mut self) {
        let index = self.waiting.iter().position(Waiting::can_be_dropped);
        if let Some(dropped) = index.and_then(|index| self.waiting.remove(index)) {
            self.waiting_size -= dropped.size;
            self.droppable -= 1;
        }
    }

    /// Moves publishes to the output, in their order, as far as the window and the size of one
    /// write allow.
    pub(crate) fn feed(&mut self, config: &MqttConfig, output: &mut Output) {
        while output.len() < config.write_buffer_size {
            let free = self.flights.publishes() - self.resend.len() < self.limits.window;
            if let Some(id) = self.resend.front().copied() {
                if !free {
                    break;
                }
                self.resend.pop_front();
                self.send_again(id, output);
                continue;
            }
            let Some(next) = self.waiting.front() else { break };
            if next.publish.qos != QoS::AtMostOnce && !free {
                break;
            }
            let Some(Waiting { publish, tag, size }) = self.waiting.pop_front() else { break };
            self.waiting_size -= size;
            if publish.qos == QoS::AtMostOnce {
                self.droppable -= usize::from(tag.is_none());
                self.put_publish(&publish, 0, false, output);
                if let Some(tag) = tag {
                    output.mark(Mark::Tag(tag));
                }
            } else {
                let request = Request::Publish {
                    qos: publish.qos,
                    topic: publish.topic.as_str().into(),
                    kept: self.keep.then(|| Box::new(publish.clone())),
                };
                let id = self.flights.insert(tag, request, if self.keep { size } else { 0 });
                self.put_publish(&publish, id, false, output);
                output.mark(Mark::Flight(id));
            }
        }
        // What grew in a burst is not kept.
        if self.waiting.is_empty() && self.waiting.capacity() > 4096 {
            self.waiting.shrink_to(0);
        }
    }

    fn put_publish(&self, publish: &Publish, id: u16, dup: bool, output: &mut Output) {
        output.packet(|to| codec::publish_head(to, self.protocol, publish, id, dup));
        output.payload(&publish.payload);
    }

    fn send_again(&mut self, id: u16, output: &mut Output) {
        match self.flights.get(id).map(|flight| &flight.request) {
            Some(Request::Publish { kept: Some(publish), .. }) => {
                if codec::publish_size(self.protocol, publish) > self.limits.packet
                    || publish.qos > self.limits.qos
                {
                    let topic = &*publish.topic;
                    tracing::warn!(
                        topic,
                        "the broker's limits have changed: a message of the last connection \
                         cannot be sent again and is dropped"
                    );
                    self.flights.remove(id);
                    return;
                }
                self.put_publish(publish, id, true, output);
                output.mark(Mark::Flight(id));
            }
            Some(Request::Release) => {
                output.packet(|to| codec::ack(to, AckKind::Pubrel, id));
                output.mark(Mark::Flight(id));
            }
            _ => {}
        }
    }

    /// Sends a subscribe or unsubscribe that passed all other checks; `packet` is all of it but the
    /// identifier.
    pub(crate) fn request(
        &mut self,
        request: Request,
        tag: Option<Tag>,
        packet: &[u8],
        config: &MqttConfig,
        output: &mut Output,
    ) -> Result<(), Error> {
        self.check_room(packet.len(), config, output)?;
        if !self.flights.has_room() {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "send",
                "all packet identifiers are in use",
            )
            .temporary()
            .with_remedy("wait for answers to earlier requests"));
        }
        let id = self.flights.insert(tag, request, packet.len() + OVERHEAD);
        output.packet(|to| {
            let start = to.len();
            to.extend_from_slice(packet);
            codec::set_packet_id(&mut to[start..], id);
        });
        output.mark(Mark::Flight(id));
        Ok(())
    }

    /// Acknowledges a delivery.
    pub(crate) fn acknowledge(
        &mut self,
        ack: AckId,
        tag: Option<Tag>,
        output: &mut Output,
        stats: &mut MqttStats,
    ) {
        if self.receipts.acknowledge(ack, tag) {
            self.release(output);
            return;
        }
        stats.stale_acks += 1;
        tracing::debug!(?ack, "an acknowledgement came too late and is dropped");
        if let Some(tag) = tag {
            let error = stale_ack();
            self.events.push_back(Event::Failed { tag, error });
        }
    }

    fn release(&mut self, output: &mut Output) {
        while let Some(release) = self.receipts.release() {
            let kind = match release.qos {
                QoS::ExactlyOnce => AckKind::Pubrec,
                _ => AckKind::Puback,
            };
            self.reply(kind, release.packet, output);
            if let Some(tag) = release.tag {
                output.mark(Mark::Tag(tag));
            }
        }
    }

    fn reply(&mut self, kind: AckKind, id: u16, output: &mut Output) {
        let before = output.len();
        output.packet(|to| codec::ack(to, kind, id));
        self.replies += output.len() - before;
    }

    fn received(&mut self, message: MqttMessage) {
        if !self.closing {
            self.events.push_back(Event::Received { lane: Lane::MAIN, message });
        }
    }
}

fn queue_full(queued: usize, size: usize, field: &'static str, limit: usize) -> Error {
    Error::new(
        ErrorKind::TooLarge,
        "send",
        format!("the send queue is full: {queued} bytes wait, {size} more do not fit"),
    )
    .temporary()
    .with_context(field, limit)
    .with_remedy("wait until `has_room` is true before sending")
}
