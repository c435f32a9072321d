//! The connection while it stands: what comes in goes to the sessions that it is for, and what they
//! send goes out under names that are different.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use journeyman_core::{
    Error, ErrorKind,
    transport::{Closed, Event, Goodbye, Lane, Tag, Transport},
};
use tokio::time::Instant;

use super::{
    Inner, Seat, State, Ticket,
    driver::{End, Leave},
    routes::Routes,
};
use crate::{
    AckId, Acknowledge, Connack, Delivery, MqttMessage, MqttStats, MqttTarget, MqttTransport,
    Protocol, ReasonCode, client::OVERHEAD, error,
};

/// Events that are handled before other tasks have their turn.
const EVENTS_PER_POLL: u32 = 256;
/// How long a session may take nothing while its inbox is full.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Up {
    pub(super) transport: Box<MqttTransport>,
    pub(super) since: Instant,
    connack: Connack,
    /// Broker, version and user, which those of all sessions must be.
    url: String,
    protocol: Protocol,
    username: Option<String>,
    /// Deliveries are acknowledged by the sessions.
    pub(super) settled: bool,
    patience: Duration,
    pub(super) hold: Duration,
    /// Until then, what nobody takes is kept.
    pub(super) hold_until: Option<Instant>,
    pub(super) seats: HashMap<u64, Seat>,
    pub(super) routes: Routes,
    /// Filters that nobody wants, and that are not ended yet.
    pub(super) dormant: HashSet<String>,
    /// What was sent under a tag, by the tag that it has here.
    pub(super) open: HashMap<u64, Open>,
    pub(super) tags: u64,
    /// Deliveries that are not acknowledged, by their number, that is, oldest first.
    pub(super) pending: BTreeMap<u64, Pending>,
    pub(super) held_bytes: usize,
    /// Deliveries that were acknowledged for nobody, as nobody came for them.
    pub(super) lost: u64,
    /// How many publishes of a session that is away are on their way.
    pub(super) carried: HashMap<Arc<str>, usize>,
    /// Sessions that take nothing, and since when.
    pub(super) full: Vec<(u64, Instant)>,
    leaving: Option<Leave>,
}

/// An exchange of a session.
pub(super) struct Open {
    pub(super) seat: u64,
    pub(super) name: Arc<str>,
    pub(super) tag: Option<Tag>,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    /// With QoS 1 or 2: the transport sends it whatever becomes of the session.
    Publish,
    Subscribe,
    /// All that the session wanted to end, which may be more than what the broker was told.
    Unsubscribe(Vec<String>),
    Other,
}

/// A delivery that is to be acknowledged.
pub(super) struct Pending {
    pub(super) ack: AckId,
    /// The sessions that have not done so. Nobody: it is held.
    pub(super) waits: Vec<u64>,
    pub(super) delivery: Delivery,
}

impl Pending {
    pub(super) fn size(&self) -> usize {
        self.delivery.topic.len() + self.delivery.payload.len() + OVERHEAD
    }
}

impl Up {
    pub(super) fn new(
        transport: Box<MqttTransport>,
        target: &MqttTarget,
        connack: Connack,
        former: &HashMap<u64, Arc<str>>,
        hold: Duration,
    ) -> Self {
        let now = Instant::now();
        let settled = target.acknowledge == Acknowledge::AfterSettled;
        let mut carried: HashMap<Arc<str>, usize> = HashMap::new();
        for name in transport.resent().iter().flatten().filter_map(|tag| former.get(&tag.0)) {
            *carried.entry(Arc::clone(name)).or_default() += 1;
        }
        let keep_alive = connack.keep_alive.unwrap_or(PATIENCE * 2);
        // Tags of different connections must not be mixed up.
        let tags = former.keys().max().copied().unwrap_or(0);
        Self {
            transport,
            since: now,
            connack,
            url: target.url.clone(),
            protocol: target.protocol,
            username: target.username.clone(),
            settled,
            patience: PATIENCE.min(keep_alive / 2),
            hold,
            hold_until: settled.then(|| now + hold),
            seats: HashMap::new(),
            routes: Routes::default(),
            dormant: HashSet::new(),
            open: HashMap::new(),
            tags,
            pending: BTreeMap::new(),
            held_bytes: 0,
            lost: 0,
            carried,
            full: Vec::new(),
            leaving: None,
        }
    }

    pub(super) fn sessions(&self) -> usize {
        self.seats.len()
    }

    pub(super) fn stats(&self) -> MqttStats {
        self.transport.stats()
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.leaving.is_some()
    }

    /// Takes a session in.
    pub(super) fn admit(
        &mut self,
        seat: u64,
        target: &MqttTarget,
        hub: &Arc<Inner>,
    ) -> Result<Ticket, Error> {
        let same = target.url == self.url
            && target.protocol == self.protocol
            && target.username == self.username;
        if !same {
            return Err(Error::config(
                "the target is another broker, version or user than that of the shared connection",
            )
            .with_remedy("give both the same settings, or this session a connection of its own"));
        }
        let name: Arc<str> = target.client_id.as_deref().unwrap_or_default().into();
        let mut connack = self.connack.clone();
        connack.carried = self.carried.remove(&name).unwrap_or(0);
        connack.resent = connack.carried;
        let will = target.will.as_ref().map(|will| will.message.clone());
        let inbox = Arc::default();
        let ticket = Ticket { hub: Arc::clone(hub), seat, inbox: Arc::clone(&inbox) };
        let message = MqttMessage::Connack(Box::new(connack));
        inbox.push(Event::Received { lane: Lane::MAIN, message });
        self.seats.insert(seat, Seat { name, will, inbox });
        Ok(ticket)
    }

    /// Without sessions, the connection has no reason to be.
    pub(super) fn check_seats(&mut self, leave: Leave) -> bool {
        if self.seats.is_empty() && self.leaving.is_none() {
            self.leaving = Some(leave);
            return true;
        }
        false
    }

    /// Reads, writes and hands on. Pending: woken when there is more to do, or by
    /// [`due`](Self::due).
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        self.check_full();
        self.check_hold();
        for _ in 0..EVENTS_PER_POLL {
            if let Some(leave) = self.leaving.take() {
                return Poll::Ready(End::Left(leave));
            }
            if !self.full.is_empty() {
                return Poll::Pending;
            }
            match self.transport.poll_event(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Event::Closed(closed)) => return Poll::Ready(End::Closed(closed)),
                Poll::Ready(event) => self.event(event),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// When [`poll`](Self::poll) is to be called at the latest.
    pub(super) fn due(&self) -> Option<Instant> {
        let full = self.full.iter().map(|(_, since)| *since + self.patience).min();
        full.into_iter().chain(self.hold_until).min()
    }

    pub(super) fn wake_all(&self) {
        self.seats.values().for_each(|seat| seat.inbox.wake());
    }

    /// The connection has ended.
    pub(super) fn tell(&self, closed: &Closed) {
        for seat in self.seats.values() {
            seat.inbox.push(Event::Closed(copy(closed)));
        }
    }

    /// For the next connection: the transport, and whose publishes it still has.
    pub(super) fn into_parts(self) -> (Box<MqttTransport>, HashMap<u64, Arc<str>>) {
        let kept = self.open.into_iter().filter(|(_, open)| matches!(open.kind, Kind::Publish));
        let former = kept.map(|(tag, open)| (tag, open.name)).collect();
        (self.transport, former)
    }

    fn event(&mut self, event: Event<MqttMessage>) {
        match event {
            Event::Received { message: MqttMessage::Delivery(delivery), .. } => {
                self.delivery(delivery);
            }
            Event::Sent { tag } => self.answered(tag, |tag| Event::Sent { tag }),
            Event::Failed { tag, error } => {
                self.answered(tag, |tag| Event::Failed { tag, error });
            }
            Event::Reply { tag, message } => self.reply(tag, message),
            _ => {}
        }
    }

    fn answered(&mut self, tag: Tag, event: impl FnOnce(Tag) -> Event<MqttMessage>) {
        if let Some(Open { seat, tag: Some(tag), .. }) = self.open.remove(&tag.0) {
            self.push(seat, event(tag));
        }
    }

    fn reply(&mut self, tag: Tag, mut message: MqttMessage) {
        let Some(Open { seat, tag, kind, .. }) = self.open.remove(&tag.0) else { return };
        match (&mut message, kind) {
            (MqttMessage::Suback(suback), _) => {
                for result in suback.results.iter().filter(|result| result.granted.is_err()) {
                    self.routes.remove(&result.filter, seat);
                }
            }
            (MqttMessage::Unsuback(unsuback), Kind::Unsubscribe(all)) => {
                unsuback.results = whole(all, &unsuback.results);
            }
            _ => {}
        }
        self.push(seat, answer(tag, message));
    }

    pub(super) fn push(&mut self, seat: u64, event: Event<MqttMessage>) {
        if let Some(Seat { inbox, .. }) = self.seats.get(&seat)
            && inbox.push(event)
            && !self.full.iter().any(|(full, _)| *full == seat)
        {
            self.full.push((seat, Instant::now()));
        }
    }

    fn delivery(&mut self, delivery: Delivery) {
        let seats = self.routes.of(&delivery.topic);
        if let Some(ack) = delivery.ack {
            let pending = Pending { ack, waits: seats.clone(), delivery: delivery.clone() };
            if seats.is_empty() {
                return self.keep(pending);
            }
            self.pending.insert(ack.number, pending);
        } else if seats.is_empty() {
            tracing::debug!(topic = delivery.topic, "a message that no session wants");
        }
        let mut left = seats.len();
        let mut delivery = Some(delivery);
        for seat in seats {
            left -= 1;
            let copy = if left == 0 { delivery.take() } else { delivery.clone() };
            if let Some(copy) = copy {
                let message = MqttMessage::Delivery(copy);
                self.push(seat, Event::Received { lane: Lane::MAIN, message });
            }
        }
    }

    pub(super) fn acknowledge(&mut self, ack: AckId, tag: Option<Tag>) {
        if let Err(error) = self.transport.send(Lane::MAIN, tag, MqttMessage::Ack(ack)) {
            // It cannot happen: acknowledgements have no limit of their own.
            tracing::warn!(%error, "an acknowledgement could not be sent");
        }
    }

    /// Sessions whose inbox is full have had their time, or not.
    fn check_full(&mut self) {
        let mut late = Vec::new();
        let (seats, patience) = (&self.seats, self.patience);
        self.full.retain(|(seat, since)| {
            let full = seats.get(seat).is_some_and(|seat| seat.inbox.is_full());
            if full && since.elapsed() >= patience {
                late.push(*seat);
            }
            full && since.elapsed() < patience
        });
        for seat in late {
            let Some(Seat { name, inbox, .. }) = self.seats.get(&seat) else { continue };
            let message = format!("the session took nothing for {patience:?}");
            let error = Error::new(ErrorKind::Timeout, "receive", message)
                .with_context("client id", error::Snippet(name.as_bytes(), 100))
                .with_remedy(
                    "it held up all sessions of the shared connection: see what blocks it",
                );
            tracing::warn!(%error, "a session is cut off from the shared connection");
            inbox.clear();
            inbox.push(Event::Closed(Closed { code: None, error, clean: false }));
            self.leave(seat, None);
        }
    }
}

impl Inner {
    /// Sends a message of a session.
    pub(super) fn send(
        &self,
        seat: u64,
        tag: Option<Tag>,
        message: MqttMessage,
    ) -> Result<(), Error> {
        let mut line = self.lock();
        let State::Up(up) = &mut line.state else {
            return Err(Error::new(ErrorKind::Disconnected, "send", "there is no connection"));
        };
        up.send(seat, tag, message)?;
        self.note_queued(up.transport.queued_bytes());
        drop(line);
        self.driver.wake();
        Ok(())
    }

    /// A session leaves. True when it was the last, and its goodbye is on its way.
    pub(super) fn leave(&self, seat: u64, goodbye: Option<Goodbye>) -> bool {
        let mut line = self.lock();
        let State::Up(up) = &mut line.state else { return false };
        let last = up.leave(seat, goodbye);
        drop(line);
        self.driver.wake();
        last
    }
}

pub(super) fn answer(tag: Option<Tag>, message: MqttMessage) -> Event<MqttMessage> {
    match tag {
        Some(tag) => Event::Reply { tag, message },
        None => Event::Received { lane: Lane::MAIN, message },
    }
}

/// What became of all filters, where the broker was told of some.
pub(super) fn whole(all: Vec<String>, told: &[(String, ReasonCode)]) -> Vec<(String, ReasonCode)> {
    let code = |filter: &String| told.iter().find(|(told, _)| told == filter);
    all.into_iter()
        .map(|filter| {
            let code = code(&filter).map_or(ReasonCode::SUCCESS, |(_, code)| *code);
            (filter, code)
        })
        .collect()
}

fn copy(closed: &Closed) -> Closed {
    Closed { code: closed.code, error: error::copy(&closed.error), clean: closed.clean }
}
