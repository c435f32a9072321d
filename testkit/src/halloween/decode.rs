//! Packets of clients, read by the packet codec of rumqttc.
//!
//! That codec is made for the client's side and takes much that a broker must not. What it does
//! not look at is looked at here: reserved bits, empty lists, packet ids of zero, names of topics,
//! and bytes that its reading of a property left over or took twice. A DISCONNECT of MQTT 5
//! without properties it does not know at all.

use std::sync::Arc;

use bytes::Bytes;
use rumqttc::{
    mqttbytes::{self, v4},
    v5::mqttbytes::{self as mqttbytes5, v5},
};

use super::{
    frame::{Frame, kind, varint},
    message::{Message, Properties, QoS, Version},
    packet::{Connect, Fault, Options, Packet, Publish, RetainHandling, Will, reason},
    topic::valid_topic,
};

/// Below this a payload is copied out of the buffer that it was read into, so that a message that
/// is kept does not keep the buffer.
const COPY_BELOW: usize = 4096;

/// Reads the first packet of a connection. The error carries the level if nothing but the version
/// of the protocol was wrong.
pub(crate) fn connect(frame: &mut Frame) -> Result<Connect, (Fault, Option<u8>)> {
    let plain = |fault| (fault, None);
    if frame.kind() != kind::CONNECT {
        let text = format!("the first packet has the type {}, not CONNECT", frame.kind());
        return Err(plain(Fault::new(reason::PROTOCOL_ERROR, text)));
    }
    let body = frame.body();
    let (Some(&level), Some(&flags)) = (body.get(6), body.get(7)) else {
        return Err(plain(Fault::malformed("a CONNECT of a few bytes")));
    };
    if &body[..6] != b"\0\x04MQTT" {
        return Err(plain(Fault::new(reason::PROTOCOL_ERROR, "the protocol is not MQTT")));
    }
    if level != 4 && level != 5 {
        let text = format!("protocol level {level}; 4 (MQTT 3.1.1) and 5 are spoken");
        return Err((Fault::new(reason::PROTOCOL_ERROR, text), Some(level)));
    }
    if flags & 1 != 0 || (level == 4 && flags & 0xc0 == 0x40) {
        return Err(plain(Fault::malformed(format!("the flags of CONNECT are {flags:#04x}"))));
    }
    let connect = if level == 4 { connect_v4(frame) } else { connect_v5(frame) }.map_err(plain)?;
    if connect.client_id.contains('\0') {
        return Err(plain(Fault::malformed("U+0000 in the client id")));
    }
    if let Some(will) = &connect.will
        && !valid_topic(&will.message.topic)
    {
        let text = format!("a will for the topic {:?}", will.message.topic);
        return Err(plain(Fault::new(reason::TOPIC_INVALID, text)));
    }
    Ok(connect)
}

fn connect_v4(frame: &mut Frame) -> Result<Connect, Fault> {
    let packet = read_v4(frame)?;
    let v4::Packet::Connect(connect) = packet else { return Err(unexpected()) };
    let will = connect.last_will.map(|will| Will {
        message: Message::new(will.topic, copied(will.message))
            .qos(qos_v4(will.qos))
            .retain(will.retain),
        delay: 0,
    });
    Ok(Connect {
        version: Version::V311,
        client_id: connect.client_id,
        clean: connect.clean_session,
        keep_alive: connect.keep_alive,
        login: connect.login.map(|login| (login.username, login.password)),
        will,
        session_expiry: if connect.clean_session { 0 } else { u32::MAX },
        receive_maximum: None,
        max_packet: None,
        authentication: false,
    })
}

fn connect_v5(frame: &mut Frame) -> Result<Connect, Fault> {
    let packet = read_v5(frame)?;
    let v5::Packet::Connect(connect, will, login) = packet else { return Err(unexpected()) };
    let properties = connect.properties.unwrap_or_default();
    if properties.receive_maximum == Some(0) || properties.max_packet_size == Some(0) {
        let text = "a receive maximum or maximum packet size of 0";
        return Err(Fault::new(reason::PROTOCOL_ERROR, text));
    }
    let will = match will {
        None => None,
        Some(will) => {
            let message = Message::new(text(&will.topic)?, copied(will.message))
                .qos(qos_v5(will.qos))
                .retain(will.retain);
            let (delay, properties) = will.properties.map_or((0, None), |given| {
                let properties = Properties {
                    payload_format: given.payload_format_indicator,
                    expiry: given.message_expiry_interval,
                    content_type: given.content_type,
                    response_topic: given.response_topic,
                    correlation_data: given.correlation_data.map(copied),
                    user: given.user_properties,
                    subscription_ids: Vec::new(),
                };
                let some = properties != Properties::default();
                (given.delay_interval.unwrap_or(0), some.then(|| Arc::new(properties)))
            });
            Some(Will { message: Message { properties, ..message }, delay })
        }
    };
    Ok(Connect {
        version: Version::V5,
        client_id: connect.client_id,
        clean: connect.clean_start,
        keep_alive: connect.keep_alive,
        login: login.map(|login| (login.username, login.password)),
        will,
        session_expiry: properties.session_expiry_interval.unwrap_or(0),
        receive_maximum: properties.receive_maximum,
        max_packet: properties.max_packet_size,
        authentication: properties.authentication_method.is_some(),
    })
}

/// Reads any other packet.
pub(crate) fn packet(version: Version, mut frame: Frame) -> Result<Packet, Fault> {
    let length = frame.body().len();
    match frame.kind() {
        kind::CONNECT => {
            return Err(Fault::new(reason::PROTOCOL_ERROR, "a second CONNECT"));
        }
        kind::PINGREQ if length != 0 => return Err(Fault::malformed("a PINGREQ with a body")),
        kind::PINGREQ => return Ok(Packet::PingReq),
        kind::DISCONNECT => return disconnect(version, &mut frame),
        kind::PUBACK | kind::PUBREC | kind::PUBREL | kind::PUBCOMP
            if version == Version::V311 && length != 2 =>
        {
            return Err(Fault::malformed(format!("an acknowledgement of {length} bytes")));
        }
        kind::SUBSCRIBE => check_options(version, frame.body())?,
        _ => {}
    }
    let packet = match version {
        Version::V311 => packet_v4(&mut frame)?,
        Version::V5 => packet_v5(&mut frame)?,
    };
    match &packet {
        Packet::PubAck { id: 0 }
        | Packet::PubRec { id: 0, .. }
        | Packet::PubRel { id: 0 }
        | Packet::PubComp { id: 0 }
        | Packet::Subscribe { id: 0, .. }
        | Packet::Unsubscribe { id: 0, .. } => Err(Fault::malformed("a packet id of 0")),
        Packet::Unsubscribe { filters, .. } if filters.is_empty() => {
            Err(Fault::new(reason::PROTOCOL_ERROR, "an UNSUBSCRIBE without filters"))
        }
        Packet::Publish(publish) => {
            let nameless = publish.alias.is_some() && publish.message.topic.is_empty();
            if nameless || valid_topic(&publish.message.topic) {
                Ok(packet)
            } else {
                let text = format!("a PUBLISH to {:?}", publish.message.topic);
                Err(Fault::new(reason::TOPIC_INVALID, text))
            }
        }
        _ => Ok(packet),
    }
}

fn packet_v4(frame: &mut Frame) -> Result<Packet, Fault> {
    Ok(match read_v4(frame)? {
        v4::Packet::Publish(publish) => Packet::Publish(Publish {
            message: Message::new(publish.topic, copied(publish.payload))
                .qos(qos_v4(publish.qos))
                .retain(publish.retain),
            dup: publish.dup,
            id: publish.pkid,
            alias: None,
        }),
        v4::Packet::PubAck(ack) => Packet::PubAck { id: ack.pkid },
        v4::Packet::PubRec(ack) => Packet::PubRec { id: ack.pkid, failed: false },
        v4::Packet::PubRel(ack) => Packet::PubRel { id: ack.pkid },
        v4::Packet::PubComp(ack) => Packet::PubComp { id: ack.pkid },
        v4::Packet::Subscribe(subscribe) => {
            let filters = subscribe.filters.into_iter().map(|filter| {
                let options = Options {
                    qos: qos_v4(filter.qos),
                    no_local: false,
                    retain_as_published: false,
                    retain_handling: RetainHandling::EverySubscribe,
                    id: None,
                };
                (filter.path.into(), options)
            });
            Packet::Subscribe { id: subscribe.pkid, filters: filters.collect() }
        }
        v4::Packet::Unsubscribe(unsubscribe) => {
            Packet::Unsubscribe { id: unsubscribe.pkid, filters: unsubscribe.topics }
        }
        _ => return Err(unexpected()),
    })
}

fn packet_v5(frame: &mut Frame) -> Result<Packet, Fault> {
    let length = frame.bytes.len();
    let behind = behind_properties(frame)?;
    let packet = read_v5(frame)?;
    // The codec trusts the length of the properties: what it took beyond them, and what it
    // found twice, shows in the size that it would write.
    let exact = match &packet {
        v5::Packet::Publish(publish) => {
            publish.size() == length && Some(publish.payload.len()) == behind
        }
        v5::Packet::Subscribe(subscribe) => subscribe.size() == length,
        v5::Packet::Unsubscribe(unsubscribe) => unsubscribe.size() == length,
        _ => true,
    };
    if !exact {
        return Err(Fault::malformed("properties that do not fit their length"));
    }
    Ok(match packet {
        v5::Packet::Publish(publish) => {
            let (alias, properties) = publish.properties.map_or(Ok((None, None)), properties)?;
            let message = Message {
                topic: text(&publish.topic)?.into(),
                payload: copied(publish.payload),
                qos: qos_v5(publish.qos),
                retain: publish.retain,
                properties,
            };
            Packet::Publish(Publish { message, dup: publish.dup, id: publish.pkid, alias })
        }
        v5::Packet::PubAck(ack) => Packet::PubAck { id: ack.pkid },
        v5::Packet::PubRec(ack) => {
            use v5::PubRecReason::{NoMatchingSubscribers, Success};
            let failed = !matches!(ack.reason, Success | NoMatchingSubscribers);
            Packet::PubRec { id: ack.pkid, failed }
        }
        v5::Packet::PubRel(ack) => Packet::PubRel { id: ack.pkid },
        v5::Packet::PubComp(ack) => Packet::PubComp { id: ack.pkid },
        v5::Packet::Subscribe(subscribe) => {
            let id = subscribe.properties.and_then(|properties| properties.id);
            let id = match id.map(u32::try_from) {
                Some(Ok(0) | Err(_)) => {
                    let text = "a subscription identifier of 0";
                    return Err(Fault::new(reason::PROTOCOL_ERROR, text));
                }
                Some(Ok(id)) => Some(id),
                None => None,
            };
            let filters = subscribe.filters.into_iter().map(|filter| {
                use v5::RetainForwardRule::{Never, OnEverySubscribe, OnNewSubscribe};
                let options = Options {
                    qos: qos_v5(filter.qos),
                    no_local: filter.nolocal,
                    retain_as_published: filter.preserve_retain,
                    retain_handling: match filter.retain_forward_rule {
                        OnEverySubscribe => RetainHandling::EverySubscribe,
                        OnNewSubscribe => RetainHandling::NewSubscribe,
                        Never => RetainHandling::Never,
                    },
                    id,
                };
                (filter.path.into(), options)
            });
            Packet::Subscribe { id: subscribe.pkid, filters: filters.collect() }
        }
        v5::Packet::Unsubscribe(unsubscribe) => {
            Packet::Unsubscribe { id: unsubscribe.pkid, filters: unsubscribe.filters }
        }
        _ => return Err(unexpected()),
    })
}

/// How many bytes of a PUBLISH are behind its properties, if it is one and has so many.
fn behind_properties(frame: &Frame) -> Result<Option<usize>, Fault> {
    let body = frame.body();
    let (kind::PUBLISH, [high, low, ..]) = (frame.kind(), body) else { return Ok(None) };
    let id = if frame.bytes[0] & 6 == 0 { 0 } else { 2 };
    let start = 2 + usize::from(u16::from_be_bytes([*high, *low])) + id;
    let Some((length, digits)) = varint(body.get(start..).unwrap_or_default())? else {
        return Ok(None);
    };
    Ok(body.len().checked_sub(start + digits + length))
}

type Read = (Option<u16>, Option<Arc<Properties>>);

fn properties(given: v5::PublishProperties) -> Result<Read, Fault> {
    if !given.subscription_identifiers.is_empty() {
        let text = "a PUBLISH of a client with a subscription identifier";
        return Err(Fault::new(reason::PROTOCOL_ERROR, text));
    }
    let properties = Properties {
        payload_format: given.payload_format_indicator,
        expiry: given.message_expiry_interval,
        content_type: given.content_type,
        response_topic: given.response_topic,
        correlation_data: given.correlation_data.map(copied),
        user: given.user_properties,
        subscription_ids: Vec::new(),
    };
    if properties.response_topic.as_ref().is_some_and(|topic| !valid_topic(topic)) {
        let text = format!("the response topic {:?}", properties.response_topic);
        return Err(Fault::new(reason::PROTOCOL_ERROR, text));
    }
    let some = properties != Properties::default();
    Ok((given.topic_alias, some.then(|| Arc::new(properties))))
}

fn disconnect(version: Version, frame: &mut Frame) -> Result<Packet, Fault> {
    let (with_will, session_expiry) = match (version, frame.body()) {
        (_, []) => (false, None),
        (Version::V311, _) => return Err(Fault::malformed("a DISCONNECT with a body")),
        // The codec wants properties behind the reason code.
        (Version::V5, [code]) => (*code != 0, None),
        (Version::V5, _) => {
            let v5::Packet::Disconnect(disconnect) = read_v5(frame)? else {
                return Err(unexpected());
            };
            let normal = disconnect.reason_code == v5::DisconnectReasonCode::NormalDisconnection;
            let expiry = disconnect.properties.and_then(|given| given.session_expiry_interval);
            (!normal, expiry)
        }
    };
    Ok(Packet::Disconnect { with_will, session_expiry })
}

/// The bits of subscription options that must be zero, which the codec masks.
fn check_options(version: Version, body: &[u8]) -> Result<(), Fault> {
    let short = || Fault::malformed("a SUBSCRIBE that ends early");
    let mut rest = body.get(2..).ok_or_else(short)?;
    let mut reserved = 0xfc;
    if version == Version::V5 {
        let (length, digits) = varint(rest)?.ok_or_else(short)?;
        rest = rest.get(digits + length..).ok_or_else(short)?;
        reserved = 0xc0;
    }
    while let [high, low, behind @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (filter, options) = behind.split_at_checked(length).ok_or_else(short)?;
        let (options, behind) = options.split_first().ok_or_else(short)?;
        if options & reserved != 0 {
            return Err(Fault::malformed(format!("subscription options {options:#04x}")));
        }
        if options & 0x04 != 0 && filter.starts_with(b"$share/") {
            let text = "no-local on a shared subscription";
            return Err(Fault::new(reason::PROTOCOL_ERROR, text));
        }
        rest = behind;
    }
    Ok(())
}

fn read_v4(frame: &mut Frame) -> Result<v4::Packet, Fault> {
    v4::Packet::read(&mut frame.bytes, usize::MAX).map_err(|error| malformed(&error))
}

fn read_v5(frame: &mut Frame) -> Result<v5::Packet, Fault> {
    v5::Packet::read(&mut frame.bytes, None).map_err(|error| malformed(&error))
}

fn malformed(error: &dyn std::error::Error) -> Fault {
    Fault::malformed(error.to_string())
}

fn unexpected() -> Fault {
    Fault::new(reason::PROTOCOL_ERROR, "a packet that clients do not send")
}

fn text(bytes: &Bytes) -> Result<&str, Fault> {
    str::from_utf8(bytes).map_err(|_| Fault::malformed("the name of a topic is not UTF-8"))
}

fn copied(bytes: Bytes) -> Bytes {
    if bytes.len() < COPY_BELOW { Bytes::copy_from_slice(&bytes) } else { bytes }
}

fn qos_v4(qos: mqttbytes::QoS) -> QoS {
    match qos {
        mqttbytes::QoS::AtMostOnce => QoS::AtMostOnce,
        mqttbytes::QoS::AtLeastOnce => QoS::AtLeastOnce,
        mqttbytes::QoS::ExactlyOnce => QoS::ExactlyOnce,
    }
}

fn qos_v5(qos: mqttbytes5::QoS) -> QoS {
    match qos {
        mqttbytes5::QoS::AtMostOnce => QoS::AtMostOnce,
        mqttbytes5::QoS::AtLeastOnce => QoS::AtLeastOnce,
        mqttbytes5::QoS::ExactlyOnce => QoS::ExactlyOnce,
    }
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
