//! What the broker keeps for one client.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::AbortHandle;

use super::{
    acl::Rights,
    config::BrokerConfig,
    core::Context,
    encode::{self, Delivery},
    events::{Cause, Event},
    link::{End, Link},
    message::{Message, QoS, Version},
    packet::{Options, Will},
};

/// A message that came in.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) message: Message,
    arrived: Instant,
}

impl Stored {
    pub(crate) fn new(message: Message) -> Arc<Self> {
        Arc::new(Self { message, arrived: Instant::now() })
    }

    fn expiry(&self) -> Option<u32> {
        self.message.properties.as_ref()?.expiry
    }

    /// Seconds that are left of its expiry, if it has one.
    pub(crate) fn expiry_left(&self) -> Option<u32> {
        let passed = u32::try_from(self.arrived.elapsed().as_secs()).unwrap_or(u32::MAX);
        self.expiry().map(|expiry| expiry.saturating_sub(passed))
    }

    pub(crate) fn has_expired(&self) -> bool {
        let expiry = self.expiry().map(|seconds| Duration::from_secs(seconds.into()));
        expiry.is_some_and(|expiry| self.arrived.elapsed() >= expiry)
    }
}

/// A message for one client.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    pub(crate) stored: Arc<Stored>,
    pub(crate) qos: QoS,
    pub(crate) retain: bool,
    pub(crate) subscription_ids: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Awaits {
    /// PUBACK.
    Ack,
    /// PUBREC.
    Receipt,
    /// PUBCOMP.
    Completion,
}

/// A message that was written and is not acknowledged.
#[derive(Debug)]
pub(crate) struct Flight {
    pub(crate) id: u16,
    pub(crate) awaits: Awaits,
    pub(crate) parcel: Parcel,
}

#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client_id: Arc<str>,
    pub(crate) version: Version,
    pub(crate) user: Option<Arc<str>>,
    /// `None`: everything.
    pub(crate) rights: Option<Rights>,
    pub(crate) link: Option<Arc<Link>>,
    /// Seconds that it outlives its connection; `u32::MAX`: for ever.
    pub(crate) expiry: u32,
    pub(crate) will: Option<Will>,
    /// Ends the session, or publishes its will, after a time without connection.
    pub(crate) timer: Option<AbortHandle>,
    /// By the filter as it was given.
    pub(crate) subscriptions: HashMap<Arc<str>, Options>,
    /// QoS 2 messages of the client that it has not released yet.
    pub(crate) incoming: HashSet<u16>,
    pub(crate) aliases: HashMap<u16, Arc<str>>,
    pub(crate) flights: VecDeque<Flight>,
    pub(crate) queue: VecDeque<Parcel>,
    queue_bytes: usize,
    last_id: u16,
    /// Flights at a time.
    pub(crate) window: usize,
    pub(crate) max_packet: Option<u32>,
}

impl Session {
    pub(crate) fn new(client_id: Arc<str>) -> Self {
        Self {
            client_id,
            version: Version::V311,
            user: None,
            rights: None,
            link: None,
            expiry: 0,
            will: None,
            timer: None,
            subscriptions: HashMap::new(),
            incoming: HashSet::new(),
            aliases: HashMap::new(),
            flights: VecDeque::new(),
            queue: VecDeque::new(),
            queue_bytes: 0,
            last_id: 0,
            window: 1,
            max_packet: None,
        }
    }

    pub(crate) fn may_read(&self, topic: &str) -> bool {
        self.rights.as_ref().is_none_or(|rights| rights.may_read(topic))
    }

    pub(crate) fn may_write(&self, topic: &str) -> bool {
        self.rights.as_ref().is_none_or(|rights| rights.may_write(topic))
    }

    pub(crate) fn is_on(&self, link: &Arc<Link>) -> bool {
        self.link.as_ref().is_some_and(|mine| Arc::ptr_eq(mine, link))
    }

    /// Writes a packet, if somebody is there to read it.
    pub(crate) fn put(&self, context: &mut Context<'_>, write: impl FnOnce(&mut bytes::BytesMut)) {
        let Some(link) = &self.link else { return };
        link.put(write);
        context.woken.add(link);
        // Messages stop at this mark; only answers to a client that does not read get so far.
        if link.backlog() > context.config().max_queued_bytes.saturating_add(1 << 20) {
            link.finish(End::Now, Cause::Overflow);
        }
    }

    /// Sends a message, now or when it is its turn.
    pub(crate) fn offer(&mut self, context: &mut Context<'_>, parcel: Parcel) {
        let bytes = context.config().max_queued_bytes;
        if parcel.qos == QoS::AtMostOnce {
            let Some(link) = &self.link else { return };
            if link.backlog() >= bytes {
                return self.dropped(context, &parcel, "it does not read fast enough");
            }
            self.write(context, &parcel, 0, false);
            return;
        }
        let weight = parcel.stored.message.weight();
        let waiting = self.queue.len() >= context.config().max_queued;
        if self.link.is_some() && self.queue.is_empty() && self.flights.len() < self.window {
            self.launch(context, parcel);
        } else if waiting || self.queue_bytes + weight > bytes {
            self.dropped(context, &parcel, "its queue is full");
        } else {
            self.enqueue(parcel);
        }
    }

    /// Adds to the queue without looking whether there is room.
    pub(crate) fn enqueue(&mut self, parcel: Parcel) {
        self.queue_bytes += parcel.stored.message.weight();
        self.queue.push_back(parcel);
    }

    fn dropped(&self, context: &mut Context<'_>, parcel: &Parcel, reason: &'static str) {
        context.events.push(Event::Dropped {
            client_id: Arc::clone(&self.client_id),
            topic: Arc::clone(&parcel.stored.message.topic),
            reason,
        });
    }

    fn launch(&mut self, context: &mut Context<'_>, parcel: Parcel) {
        let Some(id) = self.free_id() else { return };
        let awaits = if parcel.qos == QoS::ExactlyOnce { Awaits::Receipt } else { Awaits::Ack };
        if self.write(context, &parcel, id, false) {
            self.flights.push_back(Flight { id, awaits, parcel });
        }
    }

    fn free_id(&mut self) -> Option<u16> {
        // There are fewer flights than ids, so one of them is free.
        for _ in 0..=self.flights.len() {
            self.last_id = self.last_id.checked_add(1).unwrap_or(1);
            if self.flights.iter().all(|flight| flight.id != self.last_id) {
                return Some(self.last_id);
            }
        }
        None
    }

    /// False if it was not written: expired, or larger than the client takes.
    fn write(&self, context: &mut Context<'_>, parcel: &Parcel, id: u16, dup: bool) -> bool {
        let Some(link) = &self.link else { return false };
        if parcel.stored.has_expired() {
            self.dropped(context, parcel, "it has expired");
            return false;
        }
        let message = &parcel.stored.message;
        let delivery = Delivery {
            qos: parcel.qos,
            retain: parcel.retain,
            dup,
            id,
            subscription_ids: &parcel.subscription_ids,
            expiry: parcel.stored.expiry_left(),
        };
        let written = link.put(|out| {
            let start = out.len();
            let bytes = encode::publish(out, self.version, message, delivery);
            let fits = self
                .max_packet
                .is_none_or(|max| u32::try_from(bytes).is_ok_and(|bytes| bytes <= max));
            if !fits {
                out.truncate(start);
            }
            fits
        });
        if !written {
            self.dropped(context, parcel, "it is larger than the client takes");
            return false;
        }
        context.woken.add(link);
        context.events.push(Event::Delivered {
            to: Arc::clone(&self.client_id),
            topic: Arc::clone(&message.topic),
            payload: message.payload.clone(),
            qos: parcel.qos,
            retain: parcel.retain,
            dup,
            id,
        });
        true
    }

    /// Sends what waits, as far as it may.
    pub(crate) fn pump(&mut self, context: &mut Context<'_>) {
        while self.link.is_some()
            && self.flights.len() < self.window
            && let Some(parcel) = self.queue.pop_front()
        {
            self.queue_bytes -= parcel.stored.message.weight();
            self.launch(context, parcel);
        }
    }

    /// On a new connection: what was not acknowledged is sent again, then what waits.
    pub(crate) fn resume(&mut self, context: &mut Context<'_>) {
        for flight in &self.flights {
            if flight.awaits == Awaits::Completion {
                self.put(context, |out| {
                    encode::ack(out, self.version, encode::PUBREL, flight.id, 0);
                });
            } else {
                self.write(context, &flight.parcel, flight.id, true);
            }
        }
        self.pump(context);
    }

    /// The client acknowledged. `false`: there was nothing to acknowledge.
    pub(crate) fn acknowledged(
        &mut self,
        context: &mut Context<'_>,
        id: u16,
        awaits: Awaits,
    ) -> bool {
        let found =
            self.flights.iter().position(|flight| flight.id == id && flight.awaits == awaits);
        let Some(at) = found else { return false };
        self.flights.remove(at);
        let client_id = Arc::clone(&self.client_id);
        context.events.push(Event::Acknowledged { client_id, id });
        self.pump(context);
        true
    }

    /// The client has a QoS 2 message; it is released next. `false`: there is none.
    pub(crate) fn received(&mut self, id: u16) -> bool {
        let flight = self.flights.iter_mut().find(|flight| flight.id == id);
        match flight {
            Some(flight) if flight.awaits != Awaits::Ack => {
                flight.awaits = Awaits::Completion;
                true
            }
            _ => false,
        }
    }

    /// Takes what was saved of a session.
    pub(crate) fn restore_flight(&mut self, flight: Flight) {
        self.last_id = self.last_id.max(flight.id);
        self.flights.push_back(flight);
    }

    /// Flights at a time, for a client that takes so many.
    pub(crate) fn set_window(&mut self, config: &BrokerConfig, receive_maximum: Option<u16>) {
        let ours = if config.max_inflight == 0 { u16::MAX } else { config.max_inflight };
        self.window = usize::from(ours.min(receive_maximum.unwrap_or(u16::MAX)).max(1));
    }
}
