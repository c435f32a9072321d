//! Packets of the broker, written by the packet codec of rumqttc where that can write them.
//!
//! By hand: PUBLISH, because the codec would copy topic and properties for each subscriber;
//! reason codes that it has no name for; and DISCONNECT, which it writes without the length of
//! the properties that it wants to read.

use bytes::{BufMut as _, BytesMut};
use rumqttc::{mqttbytes::v4, v5::mqttbytes::v5};

use super::{
    message::{Message, Properties, QoS, Version},
    packet::reason,
};

/// What a CONNACK of MQTT 5 tells beside its code.
#[derive(Clone, Debug, Default)]
pub(crate) struct Limits {
    pub(crate) receive_maximum: Option<u16>,
    pub(crate) max_packet: Option<u32>,
    pub(crate) alias_maximum: Option<u16>,
    pub(crate) assigned_id: Option<String>,
}

/// A CONNACK. The code is MQTT 5's; for 3.1.1 it is translated.
pub(crate) fn connack(
    out: &mut BytesMut,
    version: Version,
    session_present: bool,
    code: u8,
    limits: Limits,
) {
    match version {
        Version::V311 => {
            let code = match code {
                // Given as it is by a fault switch, or accepted.
                0..=5 => code,
                0x84 => 1,
                reason::CLIENT_ID => 2,
                0x86 => 4,
                reason::NOT_AUTHORIZED | reason::AUTHENTICATION_METHOD | 0x8a => 5,
                _ => 3,
            };
            out.put_slice(&[0x20, 2, u8::from(session_present), code]);
        }
        Version::V5 if code == 0 => {
            let ack = v5::ConnAck {
                session_present,
                code: v5::ConnectReturnCode::Success,
                properties: Some(v5::ConnAckProperties {
                    session_expiry_interval: None,
                    receive_max: limits.receive_maximum,
                    max_qos: None,
                    retain_available: None,
                    max_packet_size: limits.max_packet,
                    assigned_client_identifier: limits.assigned_id,
                    topic_alias_max: limits.alias_maximum,
                    reason_string: None,
                    user_properties: Vec::new(),
                    wildcard_subscription_available: None,
                    subscription_identifiers_available: None,
                    shared_subscription_available: None,
                    server_keep_alive: None,
                    response_information: None,
                    server_reference: None,
                    authentication_method: None,
                    authentication_data: None,
                }),
            };
            // It fails only above 256 MiB.
            let _ = ack.write(out);
        }
        Version::V5 => out.put_slice(&[0x20, 3, 0, code, 0]),
    }
}

/// PUBACK and its like: the first byte says which.
pub(crate) fn ack(out: &mut BytesMut, version: Version, first: u8, id: u16, code: u8) {
    out.put_u8(first);
    if version == Version::V311 || code == 0 {
        out.put_u8(2);
        out.put_u16(id);
    } else {
        out.put_u8(4);
        out.put_u16(id);
        out.put_slice(&[code, 0]);
    }
}

pub(crate) const PUBACK: u8 = 0x40;
pub(crate) const PUBREC: u8 = 0x50;
pub(crate) const PUBREL: u8 = 0x62;
pub(crate) const PUBCOMP: u8 = 0x70;

/// A SUBACK with one code per filter: the QoS granted, or the reason why not.
pub(crate) fn suback(out: &mut BytesMut, version: Version, id: u16, codes: &[u8]) {
    match version {
        Version::V311 => {
            let codes = codes.iter().map(|code| match QoS::from_number(*code) {
                Some(qos) => v4::SubscribeReasonCode::Success(qos_v4(qos)),
                None => v4::SubscribeReasonCode::Failure,
            });
            let _ = v4::SubAck::new(id, codes.collect()).write(out);
        }
        Version::V5 => list(out, 0x90, id, codes),
    }
}

/// An UNSUBACK; 3.1.1 has no codes in it.
pub(crate) fn unsuback(out: &mut BytesMut, version: Version, id: u16, codes: &[u8]) {
    match version {
        Version::V311 => drop(v4::UnsubAck::new(id).write(out)),
        Version::V5 => list(out, 0xb0, id, codes),
    }
}

fn list(out: &mut BytesMut, first: u8, id: u16, codes: &[u8]) {
    out.put_u8(first);
    put_varint(out, 3 + codes.len());
    out.put_u16(id);
    out.put_u8(0);
    out.put_slice(codes);
}

pub(crate) fn pingresp(out: &mut BytesMut) {
    let _ = v5::PingResp::write(out);
}

/// A DISCONNECT; 3.1.1 has none from the broker.
pub(crate) fn disconnect(out: &mut BytesMut, version: Version, code: u8) {
    if version == Version::V5 {
        out.put_slice(&[0xe0, 2, code, 0]);
    }
}

/// What of a delivery is not the message's own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivery<'a> {
    pub(crate) qos: QoS,
    pub(crate) retain: bool,
    pub(crate) dup: bool,
    pub(crate) id: u16,
    pub(crate) subscription_ids: &'a [u32],
    /// What is left of the message's expiry, in seconds.
    pub(crate) expiry: Option<u32>,
}

/// A PUBLISH. Returns how many bytes it takes.
pub(crate) fn publish(
    out: &mut BytesMut,
    version: Version,
    message: &Message,
    delivery: Delivery<'_>,
) -> usize {
    let start = out.len();
    let flags = u8::from(delivery.retain)
        | delivery.qos.number() << 1
        | u8::from(delivery.dup && delivery.qos != QoS::AtMostOnce) << 3;
    let id = if delivery.qos == QoS::AtMostOnce { 0 } else { 2 };
    let properties = match version {
        Version::V311 => BytesMut::new(),
        Version::V5 => properties(message.properties.as_deref(), delivery),
    };
    out.put_u8(0x30 | flags);
    put_varint(out, 2 + message.topic.len() + id + properties.len() + message.payload.len());
    put_text(out, &message.topic);
    if id != 0 {
        out.put_u16(delivery.id);
    }
    out.put_slice(&properties);
    out.put_slice(&message.payload);
    out.len() - start
}

/// With their length.
fn properties(given: Option<&Properties>, delivery: Delivery<'_>) -> BytesMut {
    if given.is_none() && delivery.subscription_ids.is_empty() {
        return BytesMut::from(&[0][..]);
    }
    let given = given.cloned().unwrap_or_default();
    let mut out = BytesMut::new();
    let properties = v5::PublishProperties {
        payload_format_indicator: given.payload_format,
        message_expiry_interval: delivery.expiry,
        topic_alias: None,
        response_topic: given.response_topic,
        correlation_data: given.correlation_data,
        user_properties: given.user,
        subscription_identifiers: delivery
            .subscription_ids
            .iter()
            .map(|id| usize::try_from(*id).unwrap_or(0))
            .collect(),
        content_type: given.content_type,
    };
    let _ = properties.write(&mut out);
    out
}

fn put_text(out: &mut BytesMut, text: &str) {
    // Names that do not fit were refused where they came in.
    out.put_u16(u16::try_from(text.len()).unwrap_or(u16::MAX));
    out.put_slice(text.as_bytes());
}

fn put_varint(out: &mut BytesMut, mut value: usize) {
    loop {
        let byte = u8::try_from(value % 128).unwrap_or(0);
        value /= 128;
        if value == 0 {
            return out.put_u8(byte);
        }
        out.put_u8(byte | 0x80);
    }
}

fn qos_v4(qos: QoS) -> rumqttc::mqttbytes::QoS {
    match qos {
        QoS::AtMostOnce => rumqttc::mqttbytes::QoS::AtMostOnce,
        QoS::AtLeastOnce => rumqttc::mqttbytes::QoS::AtLeastOnce,
        QoS::ExactlyOnce => rumqttc::mqttbytes::QoS::ExactlyOnce,
    }
}
