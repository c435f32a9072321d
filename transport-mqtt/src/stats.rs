//! What happened and has no event of its own.

/// Counts since the transport was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MqttStats {
    /// Publishes with QoS 0 and no tag that were dropped because the queue was at its soft limit
    /// ([`Overflow`](crate::Overflow)).
    pub dropped_qos0: u64,
    /// Acknowledgements that came too late (after a reconnect) or twice, and had no effect.
    pub stale_acks: u64,
    /// Deliveries that the broker repeated on the same connection, or repeated with QoS 2 after
    /// their acknowledgement, and that were not handed over again.
    pub duplicates: u64,
    /// Deliveries above [`MqttTarget::receive_maximum`](crate::MqttTarget::receive_maximum). They
    /// are handed over all the same: mosquitto 2.0.11 sends such as soon as several
    /// acknowledgements come at once.
    pub over_receive_maximum: u64,
    /// Answers of the broker to nothing that was open.
    pub unexpected: u64,
}

impl MqttStats {
    pub(crate) fn dropped(&mut self, topic: &str) {
        self.dropped_qos0 += 1;
        // A flood of messages must not become a flood of log lines.
        if self.dropped_qos0.is_power_of_two() {
            let total = self.dropped_qos0;
            tracing::warn!(topic, total, "the send queue is full: messages with QoS 0 are dropped");
        }
    }

    pub(crate) fn over_receive_maximum(&mut self, limit: usize) {
        self.over_receive_maximum += 1;
        if self.over_receive_maximum == 1 {
            tracing::warn!(limit, "the broker sends more than its receive maximum allows");
        }
    }

    pub(crate) fn unexpected(&mut self, packet: &'static str, id: u16) {
        self.unexpected += 1;
        tracing::debug!(packet, id, "the broker answered nothing that is open");
    }
}
