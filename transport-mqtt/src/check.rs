//! What `send` refuses before anything is queued.

use bytes::BytesMut;
use journeyman_core::{Error, ErrorKind};

use crate::{
    Protocol, Publish, Subscribe,
    client::Limits,
    codec::{self, check_properties, check_user},
    target::has_properties,
    topic::{check_filter, check_topic, has_wildcard, is_shared},
};

fn unsupported(what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, "send", format!("this broker does not support {what}"))
}

fn needs_v5(what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, "send", format!("MQTT 3.1.1 has no {what}"))
        .with_remedy("choose MQTT 5, or do without")
}

fn too_large(size: usize, limits: &Limits) -> Error {
    let limit = limits.packet;
    Error::new(
        ErrorKind::TooLarge,
        "send",
        format!("the packet has {size} bytes; the limit is {limit}"),
    )
    .with_remedy("send less, or raise `max_outgoing_packet` here and the broker's own limit")
}

/// Checks a publish and gives the size of its packet.
pub(crate) fn publish(
    publish: &Publish,
    protocol: Protocol,
    limits: &Limits,
) -> Result<usize, Error> {
    check_topic(&publish.topic)?;
    if let Some(properties) = &publish.properties {
        if protocol == Protocol::V311 && has_properties(publish) {
            return Err(needs_v5("properties of messages"));
        }
        check_properties(properties)?;
        if !properties.subscription_ids.is_empty() {
            return Err(Error::new(
                ErrorKind::Codec,
                "send",
                "subscription ids come from the broker and cannot be sent",
            ));
        }
    }
    if publish.qos > limits.qos {
        let wanted = publish.qos.number();
        return Err(
            unsupported(&format!("QoS {wanted}")).with_context("highest QoS", limits.qos.number())
        );
    }
    if publish.retain && !limits.retain {
        return Err(unsupported("retained messages"));
    }
    let size = codec::publish_size(protocol, publish);
    if size > limits.packet { Err(too_large(size, limits)) } else { Ok(size) }
}

/// Checks a subscribe and gives its packet.
pub(crate) fn subscribe(
    subscribe: &Subscribe,
    protocol: Protocol,
    limits: &Limits,
) -> Result<BytesMut, Error> {
    let bad = |message: &str| Err(Error::new(ErrorKind::Codec, "send", message));
    if subscribe.filters.is_empty() {
        return bad("a subscribe without a filter");
    }
    match (protocol, subscribe.id) {
        (_, None) => {}
        (Protocol::V311, Some(_)) => return Err(needs_v5("subscription ids")),
        (Protocol::V5, Some(_)) if !limits.subscription_ids => {
            return Err(unsupported("subscription ids"));
        }
        (Protocol::V5, Some(id)) if id == 0 || id as usize > codec::MAX_VARINT => {
            return bad("a subscription id has to be from 1 to 268,435,455");
        }
        (Protocol::V5, Some(_)) => {}
    }
    if !subscribe.user.is_empty() && protocol == Protocol::V311 {
        return Err(needs_v5("user properties"));
    }
    check_user(&subscribe.user)?;
    for filter in &subscribe.filters {
        check_filter(&filter.filter)?;
        if protocol == Protocol::V311 && filter.needs_v5() {
            return Err(needs_v5("subscription options"));
        }
        if is_shared(filter) {
            if !limits.shared {
                return Err(unsupported("shared subscriptions"));
            }
            if filter.no_local {
                return bad("`no_local` cannot be used with a shared subscription");
            }
        }
        if has_wildcard(filter) && !limits.wildcards {
            return Err(unsupported("wildcards in subscriptions"));
        }
    }
    let mut packet = BytesMut::new();
    codec::subscribe(&mut packet, protocol, subscribe);
    sized(packet, limits)
}

/// Checks an unsubscribe and gives its packet.
pub(crate) fn unsubscribe(
    filters: &[String],
    protocol: Protocol,
    limits: &Limits,
) -> Result<BytesMut, Error> {
    if filters.is_empty() {
        let message = "an unsubscribe without a filter";
        return Err(Error::new(ErrorKind::Codec, "send", message));
    }
    filters.iter().try_for_each(|filter| check_filter(filter))?;
    let mut packet = BytesMut::new();
    codec::unsubscribe(&mut packet, protocol, filters);
    sized(packet, limits)
}

fn sized(packet: BytesMut, limits: &Limits) -> Result<BytesMut, Error> {
    // Far below what the wire's length field can hold.
    if packet.len() > limits.packet { Err(too_large(packet.len(), limits)) } else { Ok(packet) }
}
