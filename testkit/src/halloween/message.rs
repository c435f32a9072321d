//! A message, as it is published and as it is delivered.

use std::sync::Arc;

use bytes::Bytes;

/// The version of the protocol that a client speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Version {
    /// MQTT 3.1.1.
    #[default]
    V311,
    /// MQTT 5.
    V5,
}

/// Quality of service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QoS {
    /// 0: not acknowledged.
    #[default]
    AtMostOnce,
    /// 1: acknowledged, and may come again.
    AtLeastOnce,
    /// 2: a handshake of four packets.
    ExactlyOnce,
}

impl QoS {
    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }

    /// From the number on the wire; `None` above 2.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::AtMostOnce, Self::AtLeastOnce, Self::ExactlyOnce].get(usize::from(number)).copied()
    }
}

/// What MQTT 5 lets a message carry beside its payload. Clients of 3.1.1 do not see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties {
    /// 1: the payload is UTF-8 text. Passed on, not checked.
    pub payload_format: Option<u8>,
    /// Seconds after which the broker forgets the message. A delivery carries what is left.
    pub expiry: Option<u32>,
    /// The media type of the payload.
    pub content_type: Option<String>,
    /// Where an answer is wanted.
    pub response_topic: Option<String>,
    /// What the answer is to carry back.
    pub correlation_data: Option<Bytes>,
    /// Pairs of the user's, in order; names may repeat.
    pub user: Vec<(String, String)>,
    /// Only in deliveries: the identifiers of the subscriptions that matched.
    pub subscription_ids: Vec<u32>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where it is published.
    pub topic: Arc<str>,
    /// Its bytes.
    pub payload: Bytes,
    /// Quality of service.
    pub qos: QoS,
    /// Whether the broker keeps it for those who subscribe later; an empty one clears.
    pub retain: bool,
    /// MQTT 5 only.
    pub properties: Option<Arc<Properties>>,
}

impl Message {
    /// One with QoS 0, not retained.
    #[must_use]
    pub fn new(topic: impl Into<Arc<str>>, payload: impl Into<Bytes>) -> Self {
        Self {
            topic: topic.into(),
            payload: payload.into(),
            qos: QoS::AtMostOnce,
            retain: false,
            properties: None,
        }
    }

    /// With another QoS.
    #[must_use]
    pub fn qos(mut self, qos: QoS) -> Self {
        self.qos = qos;
        self
    }

    /// Retained or not.
    #[must_use]
    pub fn retain(mut self, retain: bool) -> Self {
        self.retain = retain;
        self
    }

    /// With properties.
    #[must_use]
    pub fn properties(mut self, properties: Properties) -> Self {
        self.properties = Some(Arc::new(properties));
        self
    }

    /// What it takes in a queue, roughly.
    pub(crate) fn weight(&self) -> usize {
        let properties = self.properties.as_ref().map_or(0, |properties| {
            let user: usize = properties.user.iter().map(|(k, v)| k.len() + v.len() + 48).sum();
            user + properties.correlation_data.as_ref().map_or(0, Bytes::len)
                + properties.response_topic.as_ref().map_or(0, String::len)
                + properties.content_type.as_ref().map_or(0, String::len)
        });
        self.topic.len() + self.payload.len() + properties + 64
    }
}
