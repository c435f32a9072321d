//! What the transport carries.

use std::{fmt, time::Duration};

use bytes::Bytes;

use crate::ReasonCode;

/// How hard the two sides try to deliver a message (MQTT 3.1.1 and 5, section 4.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QoS {
    /// 0: sent once, never acknowledged.
    #[default]
    AtMostOnce,
    /// 1: acknowledged; may arrive more than once.
    AtLeastOnce,
    /// 2: arrives once, at the price of four packets.
    ExactlyOnce,
}

impl QoS {
    /// The number on the wire: 0, 1 or 2.
    pub fn number(self) -> u8 {
        match self {
            Self::AtMostOnce => 0,
            Self::AtLeastOnce => 1,
            Self::ExactlyOnce => 2,
        }
    }

    /// The level with this number; `None` above 2.
    pub fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::AtMostOnce),
            1 => Some(Self::AtLeastOnce),
            2 => Some(Self::ExactlyOnce),
            _ => None,
        }
    }
}

/// One message, either way.
///
/// | message | direction | under a tag |
/// |---|---|---|
/// | `Publish` | to the broker | `Sent` or `Failed`, see [`Publish`] |
/// | `Subscribe` | to the broker | `Reply` with `Suback` |
/// | `Unsubscribe` | to the broker | `Reply` with `Unsuback` |
/// | `Ack` | to the broker | `Sent`, or `Failed` when it came too late, see [`AckId`] |
/// | `Connack` | from the broker | the first message of every connection |
/// | `Delivery` | from the broker | |
/// | `Suback`, `Unsuback` | from the broker | as `Received` where the request had no tag |
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MqttMessage {
    /// Publish a message.
    Publish(Publish),
    /// Subscribe to topics.
    Subscribe(Subscribe),
    /// End the subscriptions of these topic filters.
    Unsubscribe(Vec<String>),
    /// Acknowledge a delivery.
    Ack(AckId),
    /// What the broker said when it accepted the connection.
    Connack(Box<Connack>),
    /// A message of a topic that we subscribed to.
    Delivery(Delivery),
    /// The broker's answer to a `Subscribe`.
    Suback(Suback),
    /// The broker's answer to an `Unsubscribe`.
    Unsuback(Unsuback),
}

/// A message for the broker; also the form of a last will.
///
/// Under a tag it is reported as `Sent` at the PUBACK (QoS 1) or PUBCOMP (QoS 2), and with QoS 0
/// when it was handed to the operating system. An MQTT 5 broker that refuses it makes it `Failed`,
/// with a [`ReasonCode`] in the error. MQTT 3.1.1 has no way to say so: brokers acknowledge and
/// drop what a client may not publish (Halloween sheet, section 7).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Publish {
    /// The topic: 1 to 65,535 bytes, without `+`, `#` and NUL.
    pub topic: String,
    /// The payload, up to what the broker takes.
    pub payload: Bytes,
    /// How hard to try.
    pub qos: QoS,
    /// Whether the broker keeps it for later subscribers. An empty payload clears what it keeps.
    pub retain: bool,
    /// MQTT 5 only; refused by `send` on a 3.1.1 connection unless empty.
    pub properties: Option<Box<Properties>>,
}

impl Publish {
    /// A message with QoS 0 that is not retained.
    pub fn new(topic: impl Into<String>, payload: impl Into<Bytes>) -> Self {
        Self { topic: topic.into(), payload: payload.into(), ..Self::default() }
    }

    /// Sets the QoS.
    #[must_use]
    pub fn qos(mut self, qos: QoS) -> Self {
        self.qos = qos;
        self
    }

    /// Sets whether the broker keeps the message.
    #[must_use]
    pub fn retain(mut self, retain: bool) -> Self {
        self.retain = retain;
        self
    }

    /// Sets the MQTT 5 properties.
    #[must_use]
    pub fn properties(mut self, properties: Properties) -> Self {
        self.properties = Some(Box::new(properties));
        self
    }
}

/// What MQTT 5 can say about a message besides topic and payload (MQTT 5, section 3.3.2.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Properties {
    /// The sender says that the payload is UTF-8 text.
    pub utf8: bool,
    /// How long the broker keeps the message for subscribers that are away; whole seconds up to
    /// 2³²-1 on the wire. On a delivery: what is left of it.
    pub expiry: Option<Duration>,
    /// A description of the payload, such as a MIME type.
    pub content_type: Option<String>,
    /// Where the answer to this message is expected.
    pub response_topic: Option<String>,
    /// What the answer has to carry so that it can be told apart; at most 65,535 bytes.
    pub correlation_data: Option<Bytes>,
    /// Names and values of the application's own, in their order; names may repeat. Of a delivery
    /// at most the first 256 are kept.
    pub user: Vec<(String, String)>,
    /// On a delivery: the ids of the subscriptions that it matched ([`Subscribe::id`]). Not sent.
    pub subscription_ids: Vec<u32>,
}

impl Properties {
    /// No properties.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for an answer on a topic, with data that the answer repeats.
    #[must_use]
    pub fn respond_to(
        mut self,
        topic: impl Into<String>,
        correlation_data: impl Into<Bytes>,
    ) -> Self {
        self.response_topic = Some(topic.into());
        self.correlation_data = Some(correlation_data.into());
        self
    }

    /// Adds a name and a value.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.user.push((name.into(), value.into()));
        self
    }

    /// Sets the content type.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Sets the data that relates an answer to its request.
    #[must_use]
    pub fn correlation_data(mut self, data: impl Into<Bytes>) -> Self {
        self.correlation_data = Some(data.into());
        self
    }

    /// Sets how long the broker keeps the message; fractions of a second are cut off.
    #[must_use]
    pub fn expiry(mut self, expiry: Duration) -> Self {
        self.expiry = Some(expiry);
        self
    }

    /// Says that the payload is UTF-8 text.
    #[must_use]
    pub fn utf8(mut self) -> Self {
        self.utf8 = true;
        self
    }

    /// Whether there is none of them.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A message from the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The topic. Valid, without wildcards.
    pub topic: String,
    /// The payload. It shares the read buffer: kept for long, it keeps up to
    /// [`MqttConfig::read_buffer_size`](crate::MqttConfig::read_buffer_size) bytes alive.
    pub payload: Bytes,
    /// The QoS of this delivery.
    pub qos: QoS,
    /// The broker kept it from before we subscribed (or, with
    /// [`Filter::retain_as_published`], it was published as retained).
    pub retain: bool,
    /// The broker says that it may have delivered it before. Never set with QoS 0.
    pub dup: bool,
    /// What MQTT 5 says besides; `None` when there is nothing.
    pub properties: Option<Box<Properties>>,
    /// What to acknowledge it with: with QoS 1 and 2 under
    /// [`Acknowledge::AfterSettled`](crate::Acknowledge::AfterSettled), else `None`.
    pub ack: Option<AckId>,
    /// The size of its packet in bytes, if that was above
    /// [`MqttConfig::max_incoming_packet`](crate::MqttConfig::max_incoming_packet): then the
    /// payload was skipped, and is empty here. MQTT 3.1.1 has no way to tell a broker the limit, and
    /// one that must deliver a message does so again and again, so that to drop the connection would
    /// not help. With MQTT 5 it ends the connection: that broker knows the limit.
    pub oversize: Option<usize>,
}

/// The right to acknowledge one delivery on the connection that it came on.
///
/// Acknowledgements may be given in any order; the broker gets them in the order of delivery, as
/// MQTT wants it (MQTT 3.1.1 and 5, section 4.6): one that is given early waits for those before
/// it. After a reconnect, or a second time, one has no effect, which under a tag is reported as
/// `Failed`: the broker delivers such a message again where it promised to.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AckId {
    /// Unique in the process, so that no id of another connection is ever taken for one of this.
    pub(crate) connection: u64,
    /// The position among the deliveries of the connection that are to be acknowledged.
    pub(crate) number: u64,
}

impl fmt::Debug for AckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AckId({}.{})", self.connection, self.number)
    }
}

/// A request for messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subscribe {
    /// What is wanted; at least one.
    pub filters: Vec<Filter>,
    /// MQTT 5: a number from 1 to 268,435,455 that comes with each delivery of this subscription.
    pub id: Option<u32>,
    /// MQTT 5: names and values for the broker.
    pub user: Vec<(String, String)>,
}

impl Subscribe {
    /// One topic filter.
    pub fn one(filter: impl Into<String>, qos: QoS) -> Self {
        Self::new([Filter::new(filter, qos)])
    }

    /// Several filters in one request.
    pub fn new(filters: impl IntoIterator<Item = Filter>) -> Self {
        Self { filters: filters.into_iter().collect(), ..Self::default() }
    }

    /// Sets the number that comes with each delivery.
    #[must_use]
    pub fn id(mut self, id: u32) -> Self {
        self.id = Some(id);
        self
    }
}

/// One topic filter of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Filter {
    /// The filter: `+` stands for one level, `#` at the end for all that follow. With
    /// `$share/GROUP/FILTER` the members of a group share the messages between them (MQTT 5,
    /// section 4.8.2; some brokers take it in 3.1.1, too).
    pub filter: String,
    /// The highest QoS that we want deliveries with.
    pub qos: QoS,
    /// MQTT 5: do not deliver what this connection publishes itself. Not with `$share`.
    pub no_local: bool,
    /// MQTT 5: keep the retain flag as it was published, instead of using it for messages from
    /// before the subscription.
    pub retain_as_published: bool,
    /// MQTT 5: which retained messages are wanted.
    pub retain_handling: RetainHandling,
}

impl Filter {
    /// A filter without MQTT 5 options.
    pub fn new(filter: impl Into<String>, qos: QoS) -> Self {
        Self {
            filter: filter.into(),
            qos,
            no_local: false,
            retain_as_published: false,
            retain_handling: RetainHandling::Always,
        }
    }

    /// MQTT 5: do not deliver what this connection publishes itself.
    #[must_use]
    pub fn no_local(mut self, yes: bool) -> Self {
        self.no_local = yes;
        self
    }

    /// MQTT 5: keep the retain flag as it was published.
    #[must_use]
    pub fn retain_as_published(mut self, yes: bool) -> Self {
        self.retain_as_published = yes;
        self
    }

    /// MQTT 5: which retained messages are wanted.
    #[must_use]
    pub fn retain_handling(mut self, handling: RetainHandling) -> Self {
        self.retain_handling = handling;
        self
    }

    /// Whether it asks for something that MQTT 3.1.1 does not have.
    pub(crate) fn needs_v5(&self) -> bool {
        self.no_local || self.retain_as_published || self.retain_handling != RetainHandling::Always
    }
}

/// Which retained messages a subscription brings (MQTT 5, section 3.8.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RetainHandling {
    /// All that match, at every subscribe. What MQTT 3.1.1 does.
    #[default]
    Always,
    /// All that match, unless the subscription exists already.
    IfNew,
    /// None.
    Never,
}

/// What the broker said when it accepted the connection, with what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Connack {
    /// The broker still had our session, with its subscriptions.
    pub session_present: bool,
    /// The client id of this connection: that of the target, or a generated or assigned one.
    pub client_id: String,
    /// The largest packet that `send` accepts, in bytes: the broker's limit or ours.
    pub maximum_packet_size: usize,
    /// How many publishes with QoS 1 and 2 may be unacknowledged: the broker's limit or ours.
    pub receive_maximum: u16,
    /// The highest QoS that the broker takes.
    pub maximum_qos: QoS,
    /// Whether it keeps retained messages.
    pub retain_available: bool,
    /// Whether it takes wildcards in subscriptions.
    pub wildcards_available: bool,
    /// Whether it takes subscription ids.
    pub subscription_ids_available: bool,
    /// Whether it takes shared subscriptions.
    pub shared_available: bool,
    /// The keep-alive in force: the broker may have set another one than was asked for. `None`:
    /// there is none.
    pub keep_alive: Option<Duration>,
    /// How many publishes of an earlier connection were sent again (with
    /// [`clean_session`](crate::MqttTarget::clean_session) off only). Their tags were given up
    /// when that connection closed, so nothing is reported for them.
    pub resent: usize,
    /// How many of those were sent under a tag on the last connection. Whoever kept a list of what
    /// that connection left unconfirmed takes as many off its front, and sends the rest again.
    pub carried: usize,
    /// What the broker has to say to a human.
    pub reason: Option<String>,
    /// Names and values from the broker; at most the first 256.
    pub user: Vec<(String, String)>,
}

/// The answer to a subscribe.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Suback {
    /// One result for each filter, in the order of the request.
    pub results: Vec<SubscribeResult>,
    /// MQTT 5: what the broker has to say to a human.
    pub reason: Option<String>,
}

impl Suback {
    /// The first filter that was refused, with the code.
    pub fn refused(&self) -> Option<(&str, ReasonCode)> {
        self.results.iter().find_map(|r| Some((&*r.filter, r.granted.err()?)))
    }
}

/// What became of one filter. A broker of MQTT 3.1.1 may grant what it then never delivers
/// (Halloween sheet, section 7).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubscribeResult {
    /// The filter.
    pub filter: String,
    /// The granted QoS, which may be lower than was asked for, or why not.
    pub granted: Result<QoS, ReasonCode>,
}

/// The answer to an unsubscribe.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsuback {
    /// The filters and what became of them, in the order of the request. MQTT 3.1.1 has no codes:
    /// all are [`ReasonCode::SUCCESS`].
    pub results: Vec<(String, ReasonCode)>,
    /// MQTT 5: what the broker has to say to a human.
    pub reason: Option<String>,
}
