//! Limits and timers.

use std::time::Duration;

use journeyman_core::Error;

/// What happens to a publish with QoS 0 and no tag while the send queue is at its soft limit.
///
/// Nobody waits for such a message: it is telemetry. The room above the soft limit is left to
/// messages that somebody waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Overflow {
    /// The oldest of them that waits gives way; without one, the new one is dropped.
    #[default]
    DropOldest,
    /// The new one is dropped.
    DropNewest,
    /// `send` refuses it.
    Refuse,
}

/// Limits and timers of an [`MqttTransport`](crate::MqttTransport). They hold for every connection
/// it makes.
///
/// What comes in is handed over before more is read, so that at most one read buffer, or one
/// packet, waits here; beyond that the broker's queue fills.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MqttConfig {
    /// The largest packet that is accepted from the broker, in bytes, header included. An MQTT 5
    /// broker is told, and sends none; with 3.1.1 one ends the connection. Default: 16 MiB.
    pub max_incoming_packet: usize,
    /// The largest packet that is sent, in bytes, header included, unless an MQTT 5 broker names a
    /// smaller limit. `send` refuses a larger one. With 3.1.1 this has to be the broker's limit:
    /// brokers close the connection on what is larger. Default: 10 MiB (Halloween sheet,
    /// section 7).
    pub max_outgoing_packet: usize,
    /// How many publishes with QoS 1 and 2 may wait for their acknowledgement, unless an MQTT 5
    /// broker allows fewer; what is above it waits here. At least 1. Default: 20, which is what
    /// mosquitto holds for a client by default: with more, mosquitto 2.0.11 was seen to
    /// acknowledge messages of QoS 2 over MQTT 3.1.1 and then to lose them.
    pub max_in_flight: u16,
    /// What one read from the socket can bring, in bytes. Default: 16 KiB.
    pub read_buffer_size: usize,
    /// How many bytes are gathered for one write to the socket. Default: 64 KiB.
    pub write_buffer_size: usize,
    /// With at least this many bytes queued, `has_room` is false, and `qos0_overflow` applies.
    /// Each message counts 64 bytes on top of its size, until it is written (and, with
    /// `clean_session` off, until it is acknowledged). Default: 1 MiB.
    pub send_queue_soft_limit: usize,
    /// `send` refuses what would bring the queue above this many bytes, unless the queue is empty:
    /// one message always fits. Default: 64 MiB.
    pub send_queue_hard_limit: usize,
    /// What happens to telemetry above the soft limit. Default: the oldest is dropped.
    pub qos0_overflow: Overflow,
    /// How long a connect may take, from name resolution to the CONNACK. Default: 10 s.
    pub connect_timeout: Duration,
    /// How long the broker may send nothing after we asked it for a sign of life (PINGREQ), which
    /// happens three quarters of the keep-alive after the last packet of either side.
    /// Default: 10 s.
    pub ping_timeout: Duration,
    /// How long the broker may take to acknowledge a publish, subscribe or unsubscribe before the
    /// connection is given up: on the same connection they may not be sent again. `None`: for
    /// ever. Default: 30 s.
    pub ack_timeout: Option<Duration>,
    /// How long the broker may take nothing from us while something waits to be written. `None`:
    /// for ever. Default: 30 s.
    pub write_stall: Option<Duration>,
    /// How long `close` waits for the broker to close, too. Default: 2 s.
    pub close_timeout: Duration,
}

impl Default for MqttConfig {
    fn default() -> Self {
        Self {
            max_incoming_packet: 16 << 20,
            max_outgoing_packet: 10 << 20,
            max_in_flight: 20,
            read_buffer_size: 16 << 10,
            write_buffer_size: 64 << 10,
            send_queue_soft_limit: 1 << 20,
            send_queue_hard_limit: 64 << 20,
            qos0_overflow: Overflow::default(),
            connect_timeout: Duration::from_secs(10),
            ping_timeout: Duration::from_secs(10),
            ack_timeout: Some(Duration::from_secs(30)),
            write_stall: Some(Duration::from_secs(30)),
            close_timeout: Duration::from_secs(2),
        }
    }
}

impl MqttConfig {
    /// Checks that the values can work together. `connect` does this, too.
    ///
    /// # Errors
    /// Of kind `Config`; names the field, its value and what it must be.
    pub fn validate(&self) -> Result<(), Error> {
        let sizes = [
            ("max_incoming_packet", self.max_incoming_packet),
            ("max_outgoing_packet", self.max_outgoing_packet),
            ("max_in_flight", self.max_in_flight.into()),
            ("read_buffer_size", self.read_buffer_size),
            ("write_buffer_size", self.write_buffer_size),
            ("send_queue_soft_limit", self.send_queue_soft_limit),
            ("send_queue_hard_limit", self.send_queue_hard_limit),
        ];
        for (field, value) in sizes {
            if value == 0 {
                return Err(Error::config(format!("`{field}` is 0"))
                    .with_remedy("set it to a number above 0"));
            }
        }
        if self.send_queue_soft_limit > self.send_queue_hard_limit {
            return Err(Error::config(format!(
                "`send_queue_soft_limit` ({}) is above `send_queue_hard_limit` ({})",
                self.send_queue_soft_limit, self.send_queue_hard_limit
            ))
            .with_remedy("lower the soft limit or raise the hard one"));
        }
        let times = [
            ("connect_timeout", Some(self.connect_timeout)),
            ("ping_timeout", Some(self.ping_timeout)),
            ("ack_timeout", self.ack_timeout),
            ("write_stall", self.write_stall),
            ("close_timeout", Some(self.close_timeout)),
        ];
        for (field, value) in times {
            if value == Some(Duration::ZERO) {
                return Err(Error::config(format!("`{field}` is 0"))
                    .with_remedy("set it to a duration above 0"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid_and_nonsense_is_named() {
        MqttConfig::default().validate().unwrap();
        type Change = fn(&mut MqttConfig);
        let cases: [(Change, &str); 4] = [
            (|c| c.max_in_flight = 0, "max_in_flight"),
            (|c| c.connect_timeout = Duration::ZERO, "connect_timeout"),
            (|c| c.ack_timeout = Some(Duration::ZERO), "ack_timeout"),
            (|c| c.send_queue_soft_limit = 65 << 20, "send_queue_soft_limit"),
        ];
        for (change, field) in cases {
            let mut config = MqttConfig::default();
            change(&mut config);
            let error = config.validate().unwrap_err();
            assert!(error.message().contains(field), "{error}");
            assert!(error.remedy().is_some() && !error.is_temporary());
        }
    }
}
