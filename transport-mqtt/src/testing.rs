//! Messages of a broker, made by hand: for tests of adapters without a broker.

use std::time::Duration;

use bytes::Bytes;

use crate::{AckId, Connack, Delivery, QoS, ReasonCode, Suback, SubscribeResult, Unsuback};

/// A delivery with QoS 0, not retained; its fields can be changed.
pub fn delivery(topic: impl Into<String>, payload: impl Into<Bytes>) -> Delivery {
    Delivery {
        topic: topic.into(),
        payload: payload.into(),
        qos: QoS::AtMostOnce,
        retain: false,
        dup: false,
        properties: None,
        ack: None,
        oversize: None,
    }
}

/// The right to acknowledge a delivery. Connections are numbered from 1 by transports.
pub fn ack_id(connection: u64, number: u64) -> AckId {
    AckId { connection, number }
}

/// The answer to a subscribe.
pub fn suback<F: Into<String>>(
    results: impl IntoIterator<Item = (F, Result<QoS, ReasonCode>)>,
) -> Suback {
    let results = results.into_iter();
    let result = |(filter, granted): (F, _)| SubscribeResult { filter: filter.into(), granted };
    Suback { results: results.map(result).collect(), reason: None }
}

/// The answer to an unsubscribe.
pub fn unsuback<F: Into<String>>(results: impl IntoIterator<Item = (F, ReasonCode)>) -> Unsuback {
    let results = results.into_iter().map(|(filter, code)| (filter.into(), code));
    Unsuback { results: results.collect(), reason: None }
}

/// A broker without limits that accepts us; its fields can be changed.
pub fn connack(client_id: impl Into<String>) -> Connack {
    Connack {
        session_present: false,
        client_id: client_id.into(),
        maximum_packet_size: 10 << 20,
        receive_maximum: 20,
        maximum_qos: QoS::ExactlyOnce,
        retain_available: true,
        wildcards_available: true,
        subscription_ids_available: true,
        shared_available: true,
        keep_alive: Some(Duration::from_secs(30)),
        resent: 0,
        carried: 0,
        reason: None,
        user: Vec::new(),
    }
}
