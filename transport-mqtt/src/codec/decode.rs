//! Packets of a broker.

use std::time::Duration;

use bytes::{Buf, Bytes};

use super::{
    AckKind, Fault, Header, id, name,
    properties::{Reader, Value},
};
use crate::{Properties, Protocol, QoS, ReasonCode, reason::Said};

/// What a broker can send.
#[derive(Debug, PartialEq)]
pub(crate) enum Packet {
    Connack(Box<ConnackPacket>),
    Publish(PublishPacket),
    Ack {
        kind: AckKind,
        id: u16,
        code: ReasonCode,
        said: Option<Box<Said>>,
    },
    /// One code for each filter.
    Suback {
        id: u16,
        codes: Bytes,
        reason: Option<String>,
    },
    /// One code for each filter; none in 3.1.1.
    Unsuback {
        id: u16,
        codes: Bytes,
        reason: Option<String>,
    },
    Pingresp,
    Disconnect {
        code: ReasonCode,
        said: Box<Said>,
    },
}

#[derive(Debug, PartialEq)]
pub(crate) struct PublishPacket {
    pub(crate) topic: String,
    pub(crate) payload: Bytes,
    pub(crate) qos: QoS,
    pub(crate) retain: bool,
    pub(crate) dup: bool,
    /// 0 with QoS 0.
    pub(crate) id: u16,
    pub(crate) properties: Option<Box<Properties>>,
    /// The size of the whole packet, if that was too large to be kept: the payload is not there.
    pub(crate) oversize: Option<usize>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct ConnackPacket {
    pub(crate) session_present: bool,
    pub(crate) code: ReasonCode,
    pub(crate) said: Said,
    pub(crate) client_id: Option<String>,
    /// Seconds.
    pub(crate) keep_alive: Option<u16>,
    pub(crate) receive_maximum: u16,
    pub(crate) maximum_qos: QoS,
    pub(crate) maximum_packet_size: Option<u32>,
    pub(crate) retain_available: bool,
    pub(crate) wildcards_available: bool,
    pub(crate) subscription_ids_available: bool,
    pub(crate) shared_available: bool,
    pub(crate) user: Vec<(String, String)>,
}

/// Reads one whole packet, header included.
pub(crate) fn decode(
    protocol: Protocol,
    header: Header,
    mut packet: Bytes,
) -> Result<Packet, Fault> {
    let packet_name = name(header.first);
    packet.advance(header.length.min(packet.len()));
    let reader = Reader::new(packet, packet_name);
    let flags = header.first & 0x0F;
    let wanted = match header.first >> 4 {
        3 => return publish(protocol, flags, reader).map(Packet::Publish),
        6 => 2,
        _ => 0,
    };
    if flags != wanted {
        return Err(reader.malformed(format!("its flags are {flags:04b}")));
    }
    match header.first >> 4 {
        2 => connack(protocol, reader),
        4 => ack(protocol, AckKind::Puback, reader),
        5 => ack(protocol, AckKind::Pubrec, reader),
        6 => ack(protocol, AckKind::Pubrel, reader),
        7 => ack(protocol, AckKind::Pubcomp, reader),
        9 => suback(protocol, reader),
        11 => unsuback(protocol, reader),
        13 => reader.end().map(|()| Packet::Pingresp),
        14 if protocol == Protocol::V5 => disconnect(reader),
        _ => Err(Fault::protocol(packet_name, "a broker has no business sending one")),
    }
}

fn publish(protocol: Protocol, flags: u8, mut reader: Reader) -> Result<PublishPacket, Fault> {
    let qos = QoS::from_number(flags >> 1 & 3)
        .ok_or_else(|| reader.malformed("its QoS is 3, which does not exist"))?;
    let topic = reader.string()?;
    if topic.contains(['+', '#']) {
        return Err(reader.malformed("its topic holds a wildcard"));
    }
    let id = if qos == QoS::AtMostOnce { 0 } else { reader.packet_id()? };
    let mut properties = None;
    if protocol == Protocol::V5 {
        properties = publish_properties(&mut reader)?;
    }
    if topic.is_empty() {
        return Err(Fault::protocol("PUBLISH", "it has no topic"));
    }
    Ok(PublishPacket {
        topic,
        qos,
        retain: flags & 1 != 0,
        // It means nothing with QoS 0, so a broker that sets it there does no harm.
        dup: flags & 8 != 0 && qos != QoS::AtMostOnce,
        id,
        properties,
        payload: reader.rest(),
        oversize: None,
    })
}

fn publish_properties(reader: &mut Reader) -> Result<Option<Box<Properties>>, Fault> {
    const ALLOWED: &[u8] = &[
        id::PAYLOAD_FORMAT,
        id::MESSAGE_EXPIRY,
        id::CONTENT_TYPE,
        id::RESPONSE_TOPIC,
        id::CORRELATION_DATA,
        id::SUBSCRIPTION_ID,
        id::TOPIC_ALIAS,
        id::USER,
    ];
    let mut found: Option<Box<Properties>> = None;
    reader.properties(ALLOWED, |name, value| {
        let to = found.get_or_insert_default();
        match (name, value) {
            (id::PAYLOAD_FORMAT, Value::Byte(byte)) => to.utf8 = byte == 1,
            (id::MESSAGE_EXPIRY, Value::Int(seconds)) => {
                to.expiry = Some(Duration::from_secs(seconds.into()));
            }
            (id::CONTENT_TYPE, Value::Text(text)) => to.content_type = Some(text),
            (id::RESPONSE_TOPIC, Value::Text(text)) => {
                if text.is_empty() || text.contains(['+', '#']) {
                    let what = "its response topic is not a topic";
                    return Err(Fault::protocol("PUBLISH", what));
                }
                to.response_topic = Some(text);
            }
            (id::CORRELATION_DATA, Value::Binary(data)) => to.correlation_data = Some(data),
            (id::SUBSCRIPTION_ID, Value::Int(0)) => {
                return Err(Fault::protocol("PUBLISH", "its subscription identifier is 0"));
            }
            (id::SUBSCRIPTION_ID, Value::Int(id)) => to.subscription_ids.push(id),
            (id::TOPIC_ALIAS, _) => {
                // We said (by not saying otherwise) that we take none.
                return Err(Fault {
                    packet: "PUBLISH",
                    what: "it uses a topic alias, which was not agreed on".to_owned(),
                    code: ReasonCode(0x94),
                });
            }
            (_, Value::Pair(name, value)) => to.user.push((name, value)),
            _ => {}
        }
        Ok(())
    })?;
    Ok(found)
}

fn connack(protocol: Protocol, mut reader: Reader) -> Result<Packet, Fault> {
    let flags = reader.u8()?;
    if flags > 1 {
        return Err(reader.malformed(format!("its acknowledge flags are {flags:08b}")));
    }
    let code = reader.u8()?;
    let mut connack = ConnackPacket {
        session_present: flags == 1,
        code: ReasonCode(code),
        said: Said::default(),
        client_id: None,
        keep_alive: None,
        receive_maximum: u16::MAX,
        maximum_qos: QoS::ExactlyOnce,
        maximum_packet_size: None,
        retain_available: true,
        wildcards_available: true,
        subscription_ids_available: protocol == Protocol::V5,
        shared_available: true,
        user: Vec::new(),
    };
    // A broker that does not know MQTT 5 refuses it with a CONNACK of 3.1.1, without properties.
    if protocol == Protocol::V311 || (reader.is_empty() && (1..=5).contains(&code)) {
        reader.end()?;
        connack.code = ReasonCode::from_v311(code);
        return Ok(Packet::Connack(Box::new(connack)));
    }
    const ALLOWED: &[u8] = &[
        id::SESSION_EXPIRY,
        id::ASSIGNED_CLIENT_ID,
        id::SERVER_KEEP_ALIVE,
        id::AUTH_METHOD,
        id::AUTH_DATA,
        id::RESPONSE_INFORMATION,
        id::SERVER_REFERENCE,
        id::REASON_STRING,
        id::RECEIVE_MAXIMUM,
        id::TOPIC_ALIAS_MAXIMUM,
        id::MAXIMUM_QOS,
        id::RETAIN_AVAILABLE,
        id::USER,
        id::MAXIMUM_PACKET_SIZE,
        id::WILDCARD_AVAILABLE,
        id::SUBSCRIPTION_ID_AVAILABLE,
        id::SHARED_AVAILABLE,
    ];
    let to = &mut connack;
    reader.properties(ALLOWED, |name, value| {
        match (name, value) {
            (id::ASSIGNED_CLIENT_ID, Value::Text(text)) => to.client_id = Some(text),
            (id::SERVER_KEEP_ALIVE, Value::Short(seconds)) => to.keep_alive = Some(seconds),
            (id::SERVER_REFERENCE, Value::Text(text)) => to.said.reference = Some(text),
            (id::REASON_STRING, Value::Text(text)) => to.said.reason = Some(text),
            (id::RECEIVE_MAXIMUM, Value::Short(0)) | (id::MAXIMUM_PACKET_SIZE, Value::Int(0)) => {
                let what = format!("property 0x{name:02X} is 0");
                return Err(Fault::protocol("CONNACK", what));
            }
            (id::RECEIVE_MAXIMUM, Value::Short(maximum)) => to.receive_maximum = maximum,
            (id::MAXIMUM_QOS, Value::Byte(0)) => to.maximum_qos = QoS::AtMostOnce,
            (id::MAXIMUM_QOS, Value::Byte(_)) => to.maximum_qos = QoS::AtLeastOnce,
            (id::MAXIMUM_PACKET_SIZE, Value::Int(size)) => to.maximum_packet_size = Some(size),
            (id::RETAIN_AVAILABLE, Value::Byte(byte)) => to.retain_available = byte == 1,
            (id::WILDCARD_AVAILABLE, Value::Byte(byte)) => to.wildcards_available = byte == 1,
            (id::SUBSCRIPTION_ID_AVAILABLE, Value::Byte(byte)) => {
                to.subscription_ids_available = byte == 1;
            }
            (id::SHARED_AVAILABLE, Value::Byte(byte)) => to.shared_available = byte == 1,
            (_, Value::Pair(name, value)) => to.user.push((name, value)),
            _ => {}
        }
        Ok(())
    })?;
    reader.end()?;
    Ok(Packet::Connack(Box::new(connack)))
}

/// Reads a reason string where there are properties at all, and nothing else that matters.
fn said(reader: &mut Reader, allowed: &[u8]) -> Result<Said, Fault> {
    let mut said = Said::default();
    if !reader.is_empty() {
        reader.properties(allowed, |name, value| {
            match (name, value) {
                (id::REASON_STRING, Value::Text(text)) => said.reason = Some(text),
                (id::SERVER_REFERENCE, Value::Text(text)) => said.reference = Some(text),
                _ => {}
            }
            Ok(())
        })?;
    }
    Ok(said)
}

const REASON_AND_USER: &[u8] = &[id::REASON_STRING, id::USER];

fn ack(protocol: Protocol, kind: AckKind, mut reader: Reader) -> Result<Packet, Fault> {
    let id = reader.packet_id()?;
    let mut code = ReasonCode::SUCCESS;
    let mut text = None;
    if protocol == Protocol::V5 && !reader.is_empty() {
        code = ReasonCode(reader.u8()?);
        let found = said(&mut reader, REASON_AND_USER)?;
        text = (found != Said::default()).then(|| Box::new(found));
    }
    reader.end()?;
    Ok(Packet::Ack { kind, id, code, said: text })
}

fn suback(protocol: Protocol, mut reader: Reader) -> Result<Packet, Fault> {
    let id = reader.packet_id()?;
    let mut reason = None;
    if protocol == Protocol::V5 {
        reason = said(&mut reader, REASON_AND_USER)?.reason;
    }
    let codes = reader.rest();
    if let Some(code) = codes.iter().find(|code| !matches!(code, 0..=2 | 0x80..)) {
        let what = format!("it has the unknown code 0x{code:02X}");
        return Err(Fault::malformed("SUBACK", what));
    }
    Ok(Packet::Suback { id, codes, reason })
}

fn unsuback(protocol: Protocol, mut reader: Reader) -> Result<Packet, Fault> {
    let id = reader.packet_id()?;
    let mut reason = None;
    if protocol == Protocol::V5 {
        reason = said(&mut reader, REASON_AND_USER)?.reason;
    } else {
        reader.end()?;
    }
    Ok(Packet::Unsuback { id, codes: reader.rest(), reason })
}

fn disconnect(mut reader: Reader) -> Result<Packet, Fault> {
    const ALLOWED: &[u8] = &[id::SESSION_EXPIRY, id::REASON_STRING, id::USER, id::SERVER_REFERENCE];
    let mut code = ReasonCode::SUCCESS;
    if !reader.is_empty() {
        code = ReasonCode(reader.u8()?);
    }
    let said = Box::new(said(&mut reader, ALLOWED)?);
    reader.end()?;
    Ok(Packet::Disconnect { code, said })
}
