//! The event loop of a client of MQTT 3.1.1.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use rumqttc::{
    AsyncClient, ConnectionError, Event, EventLoop, LastWill, MqttOptions, NetworkOptions,
    Outgoing, Packet, SubscribeReasonCode,
};
use tokio::{sync::watch, time::sleep};

use super::{
    ClientError, ClientOptions, Sender,
    inbox::{Inbox, PAUSE, Seen},
};
use crate::halloween::message::QoS;

/// Requests that may wait for the event loop.
pub(super) const REQUESTS: usize = 1024;

impl From<QoS> for rumqttc::QoS {
    fn from(qos: QoS) -> Self {
        match qos {
            QoS::AtMostOnce => Self::AtMostOnce,
            QoS::AtLeastOnce => Self::AtLeastOnce,
            QoS::ExactlyOnce => Self::ExactlyOnce,
        }
    }
}

impl From<rumqttc::QoS> for QoS {
    fn from(qos: rumqttc::QoS) -> Self {
        match qos {
            rumqttc::QoS::AtMostOnce => Self::AtMostOnce,
            rumqttc::QoS::AtLeastOnce => Self::AtLeastOnce,
            rumqttc::QoS::ExactlyOnce => Self::ExactlyOnce,
        }
    }
}

pub(super) fn start(
    addr: SocketAddr,
    options: ClientOptions,
    inbox: Arc<Inbox>,
    end: watch::Receiver<bool>,
) -> Sender {
    let mut mqtt = MqttOptions::new(options.client_id, addr.ip().to_string(), addr.port());
    mqtt.set_clean_session(options.clean);
    mqtt.set_keep_alive(options.keep_alive.max(Duration::from_secs(5)));
    let max = usize::try_from(options.max_packet).unwrap_or(usize::MAX);
    mqtt.set_max_packet_size(max, max);
    if let Some((user, password)) = options.login {
        mqtt.set_credentials(user, password);
    }
    if let Some(will) = options.will {
        mqtt.set_last_will(LastWill::new(&*will.topic, will.payload, will.qos.into(), will.retain));
    }
    let (client, mut events) = AsyncClient::new(mqtt, REQUESTS);
    let mut network = NetworkOptions::new();
    // Off by default, which makes an exchange wait for 40 ms.
    network.set_tcp_nodelay(true);
    events.set_network_options(network);
    tokio::spawn(run(events, client.clone(), inbox, end));
    Sender::V311(client)
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
                        ClientError::Refused { code: code as u8 }
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

fn incoming(client: &AsyncClient, inbox: &Inbox, packet: Packet) {
    match packet {
        Packet::ConnAck(ack) => {
            for (filter, qos) in inbox.connected(ack.session_present) {
                // Not waiting: this task makes the room.
                let _ = client.try_subscribe(filter, qos.into());
            }
        }
        Packet::Publish(publish) => inbox.came(Seen {
            topic: publish.topic.into(),
            payload: publish.payload,
            qos: publish.qos.into(),
            retain: publish.retain,
            dup: publish.dup,
            properties: None,
            connection: 0,
            at: Instant::now(),
        }),
        Packet::SubAck(ack) => inbox.suback(match ack.return_codes.first() {
            Some(SubscribeReasonCode::Success(qos)) => *qos as u8,
            _ => 0x80,
        }),
        Packet::UnsubAck(_) => inbox.unsuback(),
        Packet::PubAck(_) | Packet::PubComp(_) => inbox.acked(0),
        _ => {}
    }
}
