//! Which deliveries are to be acknowledged, and in which order; no I/O.
//!
//! MQTT wants acknowledgements in the order of the deliveries (MQTT-4.6.0-2 and -3), while whoever
//! works on them finishes in any order. So an acknowledgement that comes early waits here for those
//! before it. A packet identifier is free again once it is acknowledged; to keep a late
//! acknowledgement from hitting the next message under it, what the outside holds is an
//! [`AckId`], which is never used twice.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::atomic::{AtomicU64, Ordering},
};

use journeyman_core::transport::Tag;

use crate::{AckId, QoS};

static CONNECTIONS: AtomicU64 = AtomicU64::new(1);

/// The deliveries of one connection.
#[derive(Debug)]
pub(crate) struct Receipts {
    connection: u64,
    /// The number of the first entry of `open`.
    first: u64,
    /// Deliveries that are not acknowledged on the wire, oldest first.
    open: VecDeque<Receipt>,
    /// The QoS of those in `open` by their packet identifier.
    by_id: HashMap<u16, QoS>,
    /// Deliveries with QoS 2 that are acknowledged (PUBREC) and not yet released (PUBREL). A
    /// PUBLISH with such an identifier is one that the broker did not see acknowledged.
    unreleased: HashSet<u16>,
}

#[derive(Debug)]
struct Receipt {
    packet: u16,
    qos: QoS,
    /// The acknowledgement came, perhaps under a tag.
    acked: Option<Option<Tag>>,
}

/// What a PUBLISH with QoS 1 or 2 is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Something new, to be acknowledged with this.
    New(AckId),
    /// What is here already and not acknowledged: nothing to do.
    Repeated,
    /// QoS 2, acknowledged before: the PUBREC is to be sent again.
    Acknowledged,
    /// The identifier belongs to a delivery with another QoS.
    Conflict,
}

/// An acknowledgement that goes out now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Release {
    pub(crate) packet: u16,
    pub(crate) qos: QoS,
    pub(crate) tag: Option<Tag>,
}

impl Receipts {
    /// For a new connection. `unreleased` is what [`into_unreleased`](Self::into_unreleased) of
    /// the last one gave, where the broker still has the session.
    pub(crate) fn new(unreleased: HashSet<u16>) -> Self {
        Self {
            connection: CONNECTIONS.fetch_add(1, Ordering::Relaxed),
            first: 0,
            open: VecDeque::new(),
            by_id: HashMap::new(),
            unreleased,
        }
    }

    pub(crate) fn into_unreleased(self) -> HashSet<u16> {
        self.unreleased
    }

    /// Deliveries that count against the receive maximum: with QoS 2 until their end.
    pub(crate) fn unfinished(&self) -> usize {
        self.open.len() + self.unreleased.len()
    }

    /// A PUBLISH came. The QoS is 1 or 2.
    pub(crate) fn arrive(&mut self, packet: u16, qos: QoS) -> Arrival {
        if let Some(known) = self.by_id.get(&packet) {
            return if *known == qos { Arrival::Repeated } else { Arrival::Conflict };
        }
        if self.unreleased.contains(&packet) {
            let same = qos == QoS::ExactlyOnce;
            return if same { Arrival::Acknowledged } else { Arrival::Conflict };
        }
        self.by_id.insert(packet, qos);
        self.open.push_back(Receipt { packet, qos, acked: None });
        let number = self.first + self.open.len() as u64 - 1;
        Arrival::New(AckId { connection: self.connection, number })
    }

    /// Takes an acknowledgement. False when it is one of another connection or came before.
    pub(crate) fn acknowledge(&mut self, ack: AckId, tag: Option<Tag>) -> bool {
        if ack.connection != self.connection {
            return false;
        }
        let index = ack.number.checked_sub(self.first).and_then(|i| usize::try_from(i).ok());
        match index.and_then(|index| self.open.get_mut(index)) {
            Some(receipt) if receipt.acked.is_none() => {
                receipt.acked = Some(tag);
                true
            }
            _ => false,
        }
    }

    /// The next acknowledgement that may go out.
    pub(crate) fn release(&mut self) -> Option<Release> {
        let tag = self.open.front()?.acked?;
        let Receipt { packet, qos, .. } = self.open.pop_front()?;
        self.first += 1;
        self.by_id.remove(&packet);
        if qos == QoS::ExactlyOnce {
            self.unreleased.insert(packet);
        }
        Some(Release { packet, qos, tag })
    }

    /// A PUBREL came. False when nothing waited for it.
    pub(crate) fn released(&mut self, packet: u16) -> bool {
        self.unreleased.remove(&packet)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn new(receipts: &mut Receipts, packet: u16, qos: QoS) -> AckId {
        match receipts.arrive(packet, qos) {
            Arrival::New(ack) => ack,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_early_acknowledgement_waits() {
        let mut receipts = Receipts::new(HashSet::new());
        let a = new(&mut receipts, 7, QoS::AtLeastOnce);
        let b = new(&mut receipts, 3, QoS::ExactlyOnce);
        assert!(receipts.acknowledge(b, Some(Tag(2))));
        assert_eq!(receipts.release(), None);
        assert!(!receipts.acknowledge(b, None), "twice");
        assert!(receipts.acknowledge(a, None));
        let release = |packet, qos, tag| Some(Release { packet, qos, tag });
        assert_eq!(receipts.release(), release(7, QoS::AtLeastOnce, None));
        assert_eq!(receipts.release(), release(3, QoS::ExactlyOnce, Some(Tag(2))));
        assert_eq!(receipts.release(), None);
        // The identifier of the first is free, that of the second not before its PUBREL.
        let again = new(&mut receipts, 7, QoS::AtLeastOnce);
        assert!(!receipts.acknowledge(a, None), "belongs to the message before");
        assert_eq!(receipts.arrive(3, QoS::ExactlyOnce), Arrival::Acknowledged);
        assert_eq!(receipts.arrive(3, QoS::AtLeastOnce), Arrival::Conflict);
        assert_eq!(receipts.arrive(7, QoS::AtLeastOnce), Arrival::Repeated);
        assert_eq!(receipts.unfinished(), 2);
        assert!(receipts.released(3) && !receipts.released(3));
        assert!(receipts.acknowledge(again, None));
    }

    #[test]
    fn only_qos_2_outlives_a_connection() {
        let mut receipts = Receipts::new(HashSet::new());
        for packet in 1..=4 {
            let qos = if packet % 2 == 0 { QoS::ExactlyOnce } else { QoS::AtLeastOnce };
            let ack = new(&mut receipts, packet, qos);
            assert!(packet > 2 || receipts.acknowledge(ack, None));
        }
        while receipts.release().is_some() {}
        let mut next = Receipts::new(receipts.into_unreleased());
        assert_eq!(next.arrive(2, QoS::ExactlyOnce), Arrival::Acknowledged);
        for packet in [1, 3, 4] {
            new(&mut next, packet, QoS::ExactlyOnce);
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        Arrive {
            packet: u16,
            qos2: bool,
        },
        /// Of all acknowledgements ever given out, this one (modulo their number).
        Acknowledge(usize),
        Release(u16),
        Reconnect,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            6 => (1..8u16, any::<bool>())
                .prop_map(|(packet, qos2)| Step::Arrive { packet, qos2 }),
            6 => any::<usize>().prop_map(Step::Acknowledge),
            2 => (1..8u16).prop_map(Step::Release),
            1 => Just(Step::Reconnect),
        ]
    }

    proptest! {
        /// Against a model that keeps everything: what goes out is what was acknowledged on this
        /// connection, each once, in the order of arrival, and at once when nothing is before it.
        #[test]
        fn order_and_ownership(steps in vec(step(), 0..200)) {
            struct Known { ack: AckId, epoch: u32, packet: u16, acked: bool, out: bool }
            let mut known: Vec<Known> = Vec::new();
            let mut epoch = 0;
            let mut receipts = Receipts::new(HashSet::new());
            for (i, step) in steps.into_iter().enumerate() {
                match step {
                    Step::Arrive { packet, qos2 } => {
                        let qos = if qos2 { QoS::ExactlyOnce } else { QoS::AtLeastOnce };
                        let held = known
                            .iter()
                            .any(|k| k.epoch == epoch && k.packet == packet && !k.out);
                        match receipts.arrive(packet, qos) {
                            Arrival::New(ack) => {
                                prop_assert!(!held);
                                prop_assert!(known.iter().all(|k| k.ack != ack));
                                known.push(Known { ack, epoch, packet, acked: false, out: false });
                            }
                            Arrival::Repeated => prop_assert!(held),
                            Arrival::Acknowledged => prop_assert!(!held && qos2),
                            Arrival::Conflict => {}
                        }
                    }
                    Step::Acknowledge(which) if !known.is_empty() => {
                        let which = which % known.len();
                        let known = &mut known[which];
                        let taken = receipts.acknowledge(known.ack, Some(Tag(i as u64)));
                        prop_assert_eq!(taken, known.epoch == epoch && !known.acked);
                        known.acked |= taken;
                    }
                    Step::Acknowledge(_) => {}
                    Step::Release(packet) => {
                        receipts.released(packet);
                    }
                    Step::Reconnect => {
                        epoch += 1;
                        receipts = Receipts::new(receipts.into_unreleased());
                    }
                }
                while let Some(release) = receipts.release() {
                    let oldest = known.iter_mut().find(|k| k.epoch == epoch && !k.out).unwrap();
                    prop_assert!(oldest.acked);
                    prop_assert_eq!(oldest.packet, release.packet);
                    oldest.out = true;
                }
                let oldest = known.iter().find(|k| k.epoch == epoch && !k.out);
                prop_assert!(oldest.is_none_or(|k| !k.acked), "held back without a reason");
            }
        }
    }
}
