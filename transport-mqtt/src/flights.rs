//! What we sent and the broker has not answered, by packet identifier; no I/O.

use std::{collections::HashMap, time::Duration};

use journeyman_core::transport::Tag;
use tokio::time::Instant;

use crate::{Publish, QoS};

/// Identifiers that are never given to publishes, so that a subscribe always gets one.
const RESERVED: usize = 1024;

/// Requests that wait for an answer of the broker.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    open: HashMap<u16, Flight>,
    /// The identifier given last.
    last: u16,
    /// Publishes among `open`.
    publishes: usize,
    /// How many were ever put in: the order to send them again in.
    sequence: u64,
    /// What those in `open` count for in the queue together, in bytes.
    cost: usize,
}

/// A request that waits for an answer.
#[derive(Debug)]
pub(crate) struct Flight {
    pub(crate) tag: Option<Tag>,
    pub(crate) request: Request,
    /// What it counts for in the queue until it is answered, in bytes.
    cost: usize,
    /// When it was written; `None` while it waits in the output, however long that takes.
    since: Option<Instant>,
    sequence: u64,
    /// The tag that it had on the last connection, if it is one that is sent again.
    pub(crate) former: Option<Tag>,
}

#[derive(Debug)]
pub(crate) enum Request {
    /// A PUBLISH that waits for its PUBACK or PUBREC.
    Publish {
        qos: QoS,
        topic: Box<str>,
        /// For sending it again, where the session may outlive the connection.
        kept: Option<Box<Publish>>,
    },
    /// A PUBREL that waits for its PUBCOMP.
    Release,
    Subscribe {
        filters: Vec<String>,
    },
    Unsubscribe {
        filters: Vec<String>,
    },
}

impl Request {
    fn is_publish(&self) -> bool {
        matches!(self, Self::Publish { .. } | Self::Release)
    }

    pub(crate) fn waits_for(&self) -> &'static str {
        match self {
            Self::Publish { qos: QoS::ExactlyOnce, .. } => "PUBREC",
            Self::Publish { .. } => "PUBACK",
            Self::Release => "PUBCOMP",
            Self::Subscribe { .. } => "SUBACK",
            Self::Unsubscribe { .. } => "UNSUBACK",
        }
    }
}

impl Flights {
    /// Publishes that are not acknowledged.
    pub(crate) fn publishes(&self) -> usize {
        self.publishes
    }

    /// Whether nothing waits for an answer.
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether an identifier is left for a subscribe or unsubscribe. For publishes the window
    /// sees to that.
    pub(crate) fn has_room(&self) -> bool {
        self.open.len() < usize::from(u16::MAX)
    }

    /// The most publishes that can be open at a time.
    pub(crate) fn limit(window: u16) -> usize {
        usize::from(window).min(usize::from(u16::MAX) - RESERVED)
    }

    /// Takes a request in and gives it an identifier that nothing open has.
    ///
    /// The caller has made sure that there is one.
    pub(crate) fn insert(&mut self, tag: Option<Tag>, request: Request, cost: usize) -> u16 {
        // An identifier is taken up again as late as possible, so that what comes late or twice
        // finds nothing rather than the wrong thing.
        loop {
            self.last = self.last.wrapping_add(1).max(1);
            if !self.open.contains_key(&self.last) {
                break;
            }
        }
        self.sequence += 1;
        self.publishes += usize::from(request.is_publish());
        self.cost += cost;
        let sequence = self.sequence;
        let flight = Flight { tag, request, cost, since: None, sequence, former: None };
        self.open.insert(self.last, flight);
        self.last
    }

    pub(crate) fn get(&self, id: u16) -> Option<&Flight> {
        self.open.get(&id)
    }

    pub(crate) fn remove(&mut self, id: u16) -> Option<Flight> {
        let flight = self.open.remove(&id)?;
        self.publishes -= usize::from(flight.request.is_publish());
        self.cost -= flight.cost;
        Some(flight)
    }

    /// The request was written: from now on the answer is waited for.
    pub(crate) fn written(&mut self, id: u16, now: Instant) {
        if let Some(flight) = self.open.get_mut(&id) {
            flight.since = Some(now);
        }
    }

    /// A PUBREC came: what is waited for now is the PUBCOMP, and the message itself is not needed
    /// any more.
    pub(crate) fn received(&mut self, id: u16, now: Instant) {
        if let Some(flight) = self.open.get_mut(&id) {
            flight.request = Request::Release;
            flight.since = Some(now);
            self.cost -= flight.cost;
            flight.cost = 0;
        }
    }

    /// What was written longest ago, if that is at least `limit`.
    pub(crate) fn overdue(&self, now: Instant, limit: Duration) -> Option<(u16, &Flight)> {
        let written = self.open.iter().filter_map(|(id, flight)| Some((flight.since?, id, flight)));
        let (since, id, flight) = written.min_by_key(|(since, ..)| *since)?;
        (now.saturating_duration_since(since) >= limit).then_some((*id, flight))
    }

    /// When the request was written that waits longest.
    pub(crate) fn oldest(&self) -> Option<Instant> {
        self.open.values().filter_map(|flight| flight.since).min()
    }

    /// For the next connection, where the broker may still have the session: what is to be sent
    /// again, without the tags, which ended with the connection.
    pub(crate) fn into_resumable(mut self) -> Self {
        self.open.retain(|_, flight| {
            flight.former = flight.tag.take();
            flight.since = None;
            match &flight.request {
                Request::Publish { kept, .. } => kept.is_some(),
                Request::Release => true,
                Request::Subscribe { .. } | Request::Unsubscribe { .. } => false,
            }
        });
        self.publishes = self.open.len();
        self.cost = self.open.values().map(|flight| flight.cost).sum();
        self
    }

    /// What they count for in the queue, in bytes.
    pub(crate) fn cost(&self) -> usize {
        self.cost
    }

    /// The open publishes in the order that they were first sent in.
    pub(crate) fn in_order(&self) -> Vec<u16> {
        let publishes = self.open.iter().filter(|(_, flight)| flight.request.is_publish());
        let mut ids: Vec<_> = publishes.map(|(id, flight)| (flight.sequence, *id)).collect();
        ids.sort_unstable();
        ids.into_iter().map(|(_, id)| id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publish(qos: QoS, kept: bool) -> Request {
        let kept = kept.then(|| Box::new(Publish::new("t", "p").qos(qos)));
        Request::Publish { qos, topic: "t".into(), kept }
    }

    #[test]
    fn identifiers_are_never_shared() {
        let mut flights = Flights::default();
        let limit = Flights::limit(u16::MAX);
        for _ in 0..limit {
            flights.insert(None, publish(QoS::AtLeastOnce, false), 1);
        }
        assert_eq!((flights.publishes(), flights.cost()), (limit, limit));
        assert!(flights.has_room());
        // Free one in the middle: it comes up again only after all others were looked at.
        flights.remove(77).unwrap();
        let mut given = Vec::new();
        while flights.has_room() {
            let request = Request::Subscribe { filters: vec!["a".to_owned()] };
            given.push(flights.insert(None, request, 0));
        }
        assert_eq!(given.last(), Some(&77));
        assert!(!given.contains(&0));
        assert!(flights.remove(0).is_none());
    }

    #[test]
    fn what_can_be_resumed() {
        let mut flights = Flights::default();
        let now = Instant::now();
        let kept = flights.insert(Some(Tag(1)), publish(QoS::AtLeastOnce, true), 50);
        flights.insert(None, publish(QoS::AtLeastOnce, false), 50);
        let half = flights.insert(Some(Tag(2)), publish(QoS::ExactlyOnce, true), 50);
        flights.received(half, now);
        flights.insert(None, Request::Subscribe { filters: Vec::new() }, 5);
        let flights = flights.into_resumable();
        assert_eq!((flights.publishes(), flights.cost()), (2, 50));
        assert_eq!(flights.in_order(), [kept, half]);
        let kept = flights.get(kept).unwrap();
        assert_eq!((kept.tag, kept.former), (None, Some(Tag(1))));
        assert_eq!(flights.get(half).unwrap().request.waits_for(), "PUBCOMP");
    }

    #[test]
    fn the_oldest_is_found() {
        let mut flights = Flights::default();
        let now = Instant::now();
        assert!(flights.oldest().is_none());
        let first = flights.insert(None, publish(QoS::AtLeastOnce, false), 1);
        assert!(flights.oldest().is_none(), "not yet written");
        flights.written(first, now);
        let later = now + Duration::from_secs(5);
        let second = flights.insert(None, publish(QoS::AtLeastOnce, false), 1);
        flights.written(second, later);
        assert_eq!(flights.oldest(), Some(now));
        assert!(flights.overdue(later, Duration::from_secs(6)).is_none());
        assert_eq!(flights.overdue(later, Duration::from_secs(5)).unwrap().0, first);
    }
}
