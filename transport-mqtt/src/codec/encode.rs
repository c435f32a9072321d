//! Packets of a client.
//!
//! What is written here has passed the checks of `send` or `connect`: no string is too long, and
//! no packet is larger than the wire can say.

use std::time::Duration;

use bytes::{BufMut, BytesMut};
use journeyman_core::{Error, ErrorKind};

use super::{AckKind, Header, id, varint_size};
use crate::{
    MqttTarget, Properties, Protocol, Publish, ReasonCode, RetainHandling, Subscribe,
    topic::{MAX_STRING, check_topic},
};

/// What of a CONNECT does not come straight from the target.
pub(crate) struct ConnectFields<'a> {
    pub(crate) client_id: &'a str,
    /// Seconds; 0 for none.
    pub(crate) keep_alive: u16,
    /// Our limit for incoming packets.
    pub(crate) maximum_packet_size: u32,
}

fn put_varint(to: &mut BytesMut, mut value: usize) {
    loop {
        // Seven bits at a time, the lowest first.
        let byte = (value & 0x7F) as u8;
        value >>= 7;
        if value == 0 {
            to.put_u8(byte);
            return;
        }
        to.put_u8(byte | 0x80);
    }
}

fn put_binary(to: &mut BytesMut, bytes: &[u8]) {
    debug_assert!(bytes.len() <= MAX_STRING);
    to.put_u16(bytes.len() as u16);
    to.put_slice(bytes);
}

fn put_text(to: &mut BytesMut, id: u8, text: &str) {
    to.put_u8(id);
    put_binary(to, text.as_bytes());
}

fn put_user(to: &mut BytesMut, user: &[(String, String)]) {
    for (name, value) in user {
        put_text(to, id::USER, name);
        put_binary(to, value.as_bytes());
    }
}

fn user_size(user: &[(String, String)]) -> usize {
    user.iter().map(|(name, value)| 5 + name.len() + value.len()).sum()
}

/// Whole seconds, as many as the wire can say.
fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}

fn properties_size(properties: Option<&Properties>) -> usize {
    let Some(properties) = properties else { return 0 };
    let Properties {
        utf8,
        expiry,
        content_type,
        response_topic,
        correlation_data,
        user,
        subscription_ids: _,
    } = properties;
    let text = |text: &Option<String>| text.as_ref().map_or(0, |text| 3 + text.len());
    usize::from(*utf8) * 2
        + expiry.map_or(0, |_| 5)
        + text(content_type)
        + text(response_topic)
        + correlation_data.as_ref().map_or(0, |data| 3 + data.len())
        + user_size(user)
}

fn put_properties(to: &mut BytesMut, properties: Option<&Properties>) {
    let Some(properties) = properties else { return };
    if properties.utf8 {
        to.put_slice(&[id::PAYLOAD_FORMAT, 1]);
    }
    if let Some(expiry) = properties.expiry {
        to.put_u8(id::MESSAGE_EXPIRY);
        to.put_u32(seconds(expiry));
    }
    if let Some(text) = &properties.content_type {
        put_text(to, id::CONTENT_TYPE, text);
    }
    if let Some(text) = &properties.response_topic {
        put_text(to, id::RESPONSE_TOPIC, text);
    }
    if let Some(data) = &properties.correlation_data {
        to.put_u8(id::CORRELATION_DATA);
        put_binary(to, data);
    }
    put_user(to, &properties.user);
}

fn too_long(what: &str, length: usize) -> Error {
    Error::new(
        ErrorKind::TooLarge,
        "send",
        format!("{what} has {length} bytes; the limit is {MAX_STRING}"),
    )
}

fn check_string(what: &str, text: &str) -> Result<(), Error> {
    if text.len() > MAX_STRING {
        return Err(too_long(what, text.len()));
    }
    if text.contains('\0') {
        let message = format!("{what} holds a NUL character, which MQTT forbids");
        return Err(Error::new(ErrorKind::Codec, "send", message));
    }
    Ok(())
}

/// Whether user properties can be sent.
pub(crate) fn check_user(user: &[(String, String)]) -> Result<(), Error> {
    user.iter().try_for_each(|(name, value)| {
        check_string("the name of a user property", name)?;
        check_string("the value of a user property", value)
    })
}

/// Whether properties can be sent.
pub(crate) fn check_properties(properties: &Properties) -> Result<(), Error> {
    if let Some(text) = &properties.content_type {
        check_string("the content type", text)?;
    }
    if let Some(topic) = &properties.response_topic {
        check_topic(topic).map_err(|error| error.with_context("property", "response_topic"))?;
    }
    if let Some(data) = &properties.correlation_data
        && data.len() > MAX_STRING
    {
        return Err(too_long("the correlation data", data.len()));
    }
    check_user(&properties.user)
}

pub(crate) fn connect(to: &mut BytesMut, target: &MqttTarget, fields: &ConnectFields<'_>) {
    let v5 = target.protocol == Protocol::V5;
    let mut body = BytesMut::new();
    put_binary(&mut body, b"MQTT");
    body.put_u8(target.protocol.level());
    let mut flags = u8::from(target.clean_session) << 1;
    if let Some(will) = &target.will {
        let message = &will.message;
        flags |= 0x04 | message.qos.number() << 3 | u8::from(message.retain) << 5;
    }
    flags |= u8::from(target.password.is_some()) << 6 | u8::from(target.username.is_some()) << 7;
    body.put_u8(flags);
    body.put_u16(fields.keep_alive);
    if v5 {
        let mut properties = BytesMut::new();
        if !target.clean_session {
            properties.put_u8(id::SESSION_EXPIRY);
            properties.put_u32(target.session_expiry.map_or(u32::MAX, seconds));
        }
        properties.put_u8(id::RECEIVE_MAXIMUM);
        properties.put_u16(target.receive_maximum);
        properties.put_u8(id::MAXIMUM_PACKET_SIZE);
        properties.put_u32(fields.maximum_packet_size);
        put_user(&mut properties, &target.user);
        put_varint(&mut body, properties.len());
        body.put_slice(&properties);
    }
    put_binary(&mut body, fields.client_id.as_bytes());
    if let Some(will) = &target.will {
        let message = &will.message;
        if v5 {
            let properties = message.properties.as_deref();
            let delay = seconds(will.delay);
            put_varint(&mut body, properties_size(properties) + if delay > 0 { 5 } else { 0 });
            if delay > 0 {
                body.put_u8(id::WILL_DELAY);
                body.put_u32(delay);
            }
            put_properties(&mut body, properties);
        }
        put_binary(&mut body, message.topic.as_bytes());
        put_binary(&mut body, &message.payload);
    }
    if let Some(username) = &target.username {
        put_binary(&mut body, username.as_bytes());
    }
    if let Some(password) = &target.password {
        put_binary(&mut body, password.expose());
    }
    frame(to, 0x10, &body);
}

fn frame(to: &mut BytesMut, first: u8, body: &[u8]) {
    to.reserve(5 + body.len());
    to.put_u8(first);
    put_varint(to, body.len());
    to.put_slice(body);
}

/// The whole size of a PUBLISH in bytes.
pub(crate) fn publish_size(protocol: Protocol, publish: &Publish) -> usize {
    let remaining = publish_remaining(protocol, publish);
    1 + varint_size(remaining) + remaining
}

fn publish_remaining(protocol: Protocol, publish: &Publish) -> usize {
    let id = if publish.qos.number() == 0 { 0 } else { 2 };
    let mut size = 2 + publish.topic.len() + id + publish.payload.len();
    if protocol == Protocol::V5 {
        let properties = properties_size(publish.properties.as_deref());
        size += varint_size(properties) + properties;
    }
    size
}

/// A PUBLISH up to its payload.
pub(crate) fn publish_head(
    to: &mut BytesMut,
    protocol: Protocol,
    publish: &Publish,
    id: u16,
    dup: bool,
) {
    let qos = publish.qos.number();
    to.put_u8(0x30 | u8::from(dup) << 3 | qos << 1 | u8::from(publish.retain));
    put_varint(to, publish_remaining(protocol, publish));
    put_binary(to, publish.topic.as_bytes());
    if qos > 0 {
        to.put_u16(id);
    }
    if protocol == Protocol::V5 {
        let properties = publish.properties.as_deref();
        put_varint(to, properties_size(properties));
        put_properties(to, properties);
    }
}

/// A PUBACK, PUBREC, PUBREL or PUBCOMP that says success, which both versions write alike.
pub(crate) fn ack(to: &mut BytesMut, kind: AckKind, id: u16) {
    to.put_slice(&[kind.first_byte(), 2]);
    to.put_u16(id);
}

/// A SUBSCRIBE whose identifier is still to be [set](set_packet_id).
pub(crate) fn subscribe(to: &mut BytesMut, protocol: Protocol, subscribe: &Subscribe) {
    let mut body = BytesMut::new();
    body.put_u16(0);
    if protocol == Protocol::V5 {
        let number = subscribe.id.map(|id| id as usize);
        let size = number.map_or(0, |id| 1 + varint_size(id)) + user_size(&subscribe.user);
        put_varint(&mut body, size);
        if let Some(number) = number {
            body.put_u8(id::SUBSCRIPTION_ID);
            put_varint(&mut body, number);
        }
        put_user(&mut body, &subscribe.user);
    }
    for filter in &subscribe.filters {
        put_binary(&mut body, filter.filter.as_bytes());
        let handling = match filter.retain_handling {
            RetainHandling::Always => 0,
            RetainHandling::IfNew => 1,
            RetainHandling::Never => 2,
        };
        body.put_u8(
            filter.qos.number()
                | u8::from(filter.no_local) << 2
                | u8::from(filter.retain_as_published) << 3
                | handling << 4,
        );
    }
    frame(to, 0x82, &body);
}

/// An UNSUBSCRIBE whose identifier is still to be [set](set_packet_id).
pub(crate) fn unsubscribe(to: &mut BytesMut, protocol: Protocol, filters: &[String]) {
    let mut body = BytesMut::new();
    body.put_u16(0);
    if protocol == Protocol::V5 {
        put_varint(&mut body, 0);
    }
    for filter in filters {
        put_binary(&mut body, filter.as_bytes());
    }
    frame(to, 0xA2, &body);
}

/// Sets the identifier of a packet that has it right after its header.
pub(crate) fn set_packet_id(packet: &mut [u8], id: u16) {
    if let Ok(Some(header)) = Header::parse(packet)
        && let Some(field) = packet.get_mut(header.length..header.length + 2)
    {
        field.copy_from_slice(&id.to_be_bytes());
    }
}

pub(crate) fn pingreq(to: &mut BytesMut) {
    to.put_slice(&[0xC0, 0]);
}

/// A DISCONNECT. A 3.1.1 one says nothing more than that.
pub(crate) fn disconnect(to: &mut BytesMut, protocol: Protocol, code: ReasonCode, reason: &str) {
    let reason = reason.split('\0').next().unwrap_or_default();
    // A broker's log wants no more.
    let reason = &reason[..reason.floor_char_boundary(200)];
    if protocol == Protocol::V311 || (code == ReasonCode::SUCCESS && reason.is_empty()) {
        to.put_slice(&[0xE0, 0]);
        return;
    }
    let mut body = BytesMut::new();
    body.put_u8(code.0);
    if reason.is_empty() {
        put_varint(&mut body, 0);
    } else {
        put_varint(&mut body, 3 + reason.len());
        put_text(&mut body, id::REASON_STRING, reason);
    }
    frame(to, 0xE0, &body);
}
