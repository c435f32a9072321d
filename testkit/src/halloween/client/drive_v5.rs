//! The event loop of a client of MQTT 5.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::BytesMut;
use rumqttc::{
    NetworkOptions, Outgoing,
    v5::{
        AsyncClient, ConnectionError, Event, EventLoop, MqttOptions,
        mqttbytes::{
            QoS as QoS5,
            v5::{ConnAck, LastWill, LastWillProperties, Packet, PubRecReason, PublishProperties},
        },
    },
};
use tokio::{sync::watch, time::sleep};

use super::{
    ClientError, ClientOptions, Sender,
    drive_v311::REQUESTS,
    inbox::{Inbox, PAUSE, Seen},
};
use crate::halloween::message::{Properties, QoS};

impl From<QoS> for QoS5 {
    fn from(qos: QoS) -> Self {
        match qos {
            QoS::AtMostOnce => Self::AtMostOnce,
            QoS::AtLeastOnce => Self::AtLeastOnce,
            QoS::ExactlyOnce => Self::ExactlyOnce,
        }
    }
}

impl From<QoS5> for QoS {
    fn from(qos: QoS5) -> Self {
        match qos {
            QoS5::AtMostOnce => Self::AtMostOnce,
            QoS5::AtLeastOnce => Self::AtLeastOnce,
            QoS5::ExactlyOnce => Self::ExactlyOnce,
        }
    }
}

pub(super) fn properties(given: &Properties) -> PublishProperties {
    PublishProperties {
        payload_format_indicator: given.payload_format,
        message_expiry_interval: given.expiry,
        topic_alias: None,
        response_topic: given.response_topic.clone(),
        correlation_data: given.correlation_data.clone(),
        user_properties: given.user.clone(),
        subscription_identifiers: Vec::new(),
        content_type: given.content_type.clone(),
    }
}

fn read(given: PublishProperties) -> Properties {
    let ids = given.subscription_identifiers.into_iter();
    Properties {
        payload_format: given.payload_format_indicator,
        expiry: given.message_expiry_interval,
        content_type: given.content_type,
        response_topic: given.response_topic,
        correlation_data: given.correlation_data,
        user: given.user_properties,
        subscription_ids: ids.filter_map(|id| u32::try_from(id).ok()).collect(),
    }
}

pub(super) fn start(
    addr: SocketAddr,
    options: ClientOptions,
    inbox: Arc<Inbox>,
    end: watch::Receiver<bool>,
) -> Sender {
    let mut mqtt = MqttOptions::new(options.client_id, addr.ip().to_string(), addr.port());
    mqtt.set_clean_start(options.clean);
    mqtt.set_keep_alive(options.keep_alive.max(Duration::from_secs(5)));
    mqtt.set_max_packet_size(Some(options.max_packet));
    mqtt.set_session_expiry_interval(options.session_expiry);
    mqtt.set_receive_maximum(options.receive_maximum);
    if let Some((user, password)) = options.login {
        mqtt.set_credentials(user, password);
    }
    if let Some(will) = options.will {
        let properties = will.properties.map(|given| LastWillProperties {
            delay_interval: None,
            payload_format_indicator: given.payload_format,
            message_expiry_interval: given.expiry,
            content_type: given.content_type.clone(),
            response_topic: given.response_topic.clone(),
            correlation_data: given.correlation_data.clone(),
            user_properties: given.user.clone(),
        });
        let (qos, retain) = (will.qos.into(), will.retain);
        mqtt.set_last_will(LastWill::new(&*will.topic, will.payload, qos, retain, properties));
    }
    let mut network = NetworkOptions::new();
    // Off by default, which makes an exchange wait for 40 ms.
    network.set_tcp_nodelay(true);
    mqtt.set_network_options(network);
    let (client, events) = AsyncClient::new(mqtt, REQUESTS);
    tokio::spawn(run(events, client.clone(), inbox, end));
    Sender::V5(client)
}

async fn run(
    mut events: EventLoop,
    client: AsyncClient,
    inbox: Arc<Inbox>,
    mut end: watch::Receiver<bool>,
) {
    loop {
        let event = tokio::select! {
            _ = end.wait_for(|end| *end) => break,
            event = events.poll() => event,
        };
        match event {
            Ok(Event::Incoming(packet)) => incoming(&client, &inbox, packet),
            Ok(Event::Outgoing(Outgoing::Publish(0))) => inbox.sent(),
            Ok(Event::Outgoing(Outgoing::Disconnect)) => break,
            Ok(Event::Outgoing(_)) => {}
            Err(error) => {
                inbox.lost(match error {
                    ConnectionError::ConnectionRefused(code) => {
                        let ack = ConnAck { session_present: false, code, properties: None };
                        ClientError::Refused { code: written(&Packet::ConnAck(ack), 3) }
                    }
                    error => ClientError::NotConnected(error.to_string()),
                });
                tokio::select! {
                    _ = end.wait_for(|end| *end) => break,
                    () = sleep(PAUSE) => {}
                }
            }
        }
    }
    drop(events);
    inbox.ended();
}

/// The library has names for reason codes, but no numbers: they are read off what it writes.
fn written(packet: &Packet, at: usize) -> u8 {
    let mut bytes = BytesMut::new();
    let written = packet.write(&mut bytes, None).is_ok();
    if written { bytes.get(at).copied().unwrap_or(0) } else { 0 }
}

fn incoming(client: &AsyncClient, inbox: &Inbox, packet: Packet) {
    match packet {
        Packet::ConnAck(ack) => {
            for (filter, qos) in inbox.connected(ack.session_present) {
                // Not waiting: this task makes the room.
                let _ = client.try_subscribe(filter, qos.into());
            }
        }
        Packet::Publish(publish) => inbox.came(Seen {
            topic: String::from_utf8_lossy(&publish.topic).into(),
            payload: publish.payload,
            qos: publish.qos.into(),
            retain: publish.retain,
            dup: publish.dup,
            properties: publish.properties.map(|given| Arc::new(read(given))),
            connection: 0,
            at: Instant::now(),
        }),
        Packet::SubAck(mut ack) => {
            ack.properties = None;
            inbox.suback(written(&Packet::SubAck(ack), 5));
        }
        Packet::UnsubAck(_) => inbox.unsuback(),
        Packet::PubAck(mut ack) => {
            ack.properties = None;
            inbox.acked(written(&Packet::PubAck(ack), 4));
        }
        // That is the end of it; else PUBCOMP is.
        Packet::PubRec(mut ack)
            if !matches!(
                ack.reason,
                PubRecReason::Success | PubRecReason::NoMatchingSubscribers
            ) =>
        {
            ack.properties = None;
            inbox.acked(written(&Packet::PubRec(ack), 4));
        }
        Packet::PubComp(_) => inbox.acked(0),
        _ => {}
    }
}
