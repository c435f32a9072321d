//! What is kept for sessions that are away.

use journeyman_core::transport::{Event, Goodbye, Lane, Tag, Transport};
use tokio::time::Instant;

use super::{
    Seat,
    driver::Leave,
    line::{Kind, Open, Pending, Up},
};
use crate::MqttMessage;

/// The most that is kept, each message with 64 bytes on top; beyond it, messages are lost.
const MAX_HELD: usize = 16 << 20;

impl Up {
    /// A session leaves; without a goodbye, its will is published. True when it was the last.
    pub(super) fn leave(&mut self, seat: u64, goodbye: Option<Goodbye>) -> bool {
        let Some(Seat { name, will, .. }) = self.seats.remove(&seat) else { return false };
        if let (None, Some(will)) = (&goodbye, will)
            && let Err(error) = self.transport.send(Lane::MAIN, None, MqttMessage::Publish(will))
        {
            tracing::warn!(%error, "the will of a session could not be published");
        }
        let of_seat = |open: &&Open| open.seat == seat && matches!(open.kind, Kind::Publish);
        let carried = self.open.values().filter(of_seat).count();
        if carried > 0 {
            self.carried.insert(name, carried);
        }
        self.full.retain(|(full, _)| *full != seat);
        let filters = self.routes.leave(seat);
        if self.settled {
            self.dormant.extend(filters);
            for pending in self.pending.values_mut() {
                let before = pending.waits.len();
                pending.waits.retain(|waits| *waits != seat);
                if before > 0 && pending.waits.is_empty() {
                    // Who gets it next may not be the first who has it.
                    pending.delivery.dup = true;
                    self.held_bytes += pending.size();
                }
            }
            self.hold_until = Some(Instant::now() + self.hold);
        } else if !self.seats.is_empty() {
            self.unsubscribe(filters);
        }
        self.check_seats(goodbye.map_or(Leave::Abort, Leave::Close))
    }

    /// Nobody is there for a delivery: it waits, or is lost.
    pub(super) fn keep(&mut self, pending: Pending) {
        if self.hold_until.is_none() || self.held_bytes + pending.size() > MAX_HELD {
            self.lost += 1;
            // A flood of messages must not become a flood of log lines.
            if self.lost.is_power_of_two() {
                let (topic, total) = (&*pending.delivery.topic, self.lost);
                tracing::warn!(
                    topic,
                    total,
                    "messages that no session wants are acknowledged and lost"
                );
            }
            return self.acknowledge(pending.ack, None);
        }
        self.held_bytes += pending.size();
        self.pending.insert(pending.ack.number, pending);
    }

    /// Gives a session what was kept and is now its own.
    pub(super) fn hand_over(&mut self, seat: u64) {
        let mut found = Vec::new();
        for pending in self.pending.values_mut().filter(|pending| pending.waits.is_empty()) {
            if self.routes.wants(seat, &pending.delivery.topic) {
                self.held_bytes = self.held_bytes.saturating_sub(pending.size());
                pending.waits.push(seat);
                found.push(pending.delivery.clone());
            }
        }
        for delivery in found {
            let message = MqttMessage::Delivery(delivery);
            self.push(seat, Event::Received { lane: Lane::MAIN, message });
        }
    }

    /// What was kept for sessions that did not come is lost when its time is over.
    pub(super) fn check_hold(&mut self) {
        if self.hold_until.is_none_or(|until| until > Instant::now()) {
            return;
        }
        self.hold_until = None;
        self.held_bytes = 0;
        let held: Vec<_> = self.pending.values().filter(|p| p.waits.is_empty()).collect();
        let acks: Vec<_> = held.iter().map(|pending| pending.ack).collect();
        if let Some(first) = held.first() {
            let (topic, count) = (&*first.delivery.topic, held.len());
            tracing::warn!(
                topic,
                count,
                "messages that no session wants are acknowledged and lost"
            );
        }
        for ack in acks {
            self.pending.remove(&ack.number);
            self.acknowledge(ack, None);
        }
        let filters: Vec<_> = self.dormant.drain().collect();
        self.unsubscribe(filters);
    }

    fn unsubscribe(&mut self, filters: Vec<String>) {
        if filters.is_empty() {
            return;
        }
        let message = MqttMessage::Unsubscribe(filters);
        // Under a tag that means nothing, so that the answer is nobody's.
        self.tags += 1;
        if let Err(error) = self.transport.send(Lane::MAIN, Some(Tag(self.tags)), message) {
            tracing::warn!(%error, "subscriptions of sessions that have left could not be ended");
        }
    }
}
