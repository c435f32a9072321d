//! Messages of a broker, as the real transport reads them from a socket: a few packets of MQTT,
//! written by hand, go over loopback into it.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, dead_code, unreachable_pub)]

use std::{future::poll_fn, pin::pin};

use journeyman_core::transport::{Event, Transport};
use journeyman_mqtt::{
    Acknowledge, MqttConfig, MqttMessage, MqttTarget, MqttTransport, Protocol, QoS, ReasonCode,
    testing,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A delivery to make.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    pub topic: String,
    pub payload: Vec<u8>,
    pub qos: u8,
    pub retain: bool,
    pub dup: bool,
    /// MQTT 5: response topic and correlation data.
    pub respond_to: Option<(String, Vec<u8>)>,
    /// MQTT 5: names and values.
    pub user: Vec<(String, String)>,
    /// The whole packet, instead of all that.
    pub raw: Option<Vec<u8>>,
}

impl Spec {
    pub fn new(topic: &str, payload: impl AsRef<[u8]>) -> Self {
        let payload = payload.as_ref().to_vec();
        Self { topic: topic.to_owned(), payload, ..Self::default() }
    }

    pub fn qos(mut self, qos: u8) -> Self {
        self.qos = qos;
        self
    }

    pub fn retain(mut self) -> Self {
        self.retain = true;
        self
    }

    pub fn dup(mut self) -> Self {
        self.dup = true;
        self
    }

    pub fn respond_to(mut self, topic: &str, data: &[u8]) -> Self {
        self.respond_to = Some((topic.to_owned(), data.to_vec()));
        self
    }

    pub fn user(mut self, name: &str, value: &str) -> Self {
        self.user.push((name.to_owned(), value.to_owned()));
        self
    }

    fn packet(&self, id: u16, v5: bool) -> Vec<u8> {
        if let Some(raw) = &self.raw {
            return raw.clone();
        }
        let mut body = text(&self.topic);
        if self.qos > 0 {
            body.extend(id.to_be_bytes());
        }
        if v5 {
            let mut properties = Vec::new();
            if let Some((topic, data)) = &self.respond_to {
                properties.push(0x08);
                properties.extend(text(topic));
                properties.push(0x09);
                properties.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
                properties.extend(data);
            }
            for (name, value) in &self.user {
                properties.push(0x26);
                properties.extend(text(name));
                properties.extend(text(value));
            }
            body.extend(varint(properties.len()));
            body.extend(properties);
        }
        body.extend(&self.payload);
        let flags = u8::from(self.dup) << 3 | self.qos << 1 | u8::from(self.retain);
        packet(0x30 | flags, &body)
    }
}

fn text(text: &str) -> Vec<u8> {
    let mut out = u16::try_from(text.len()).unwrap().to_be_bytes().to_vec();
    out.extend(text.as_bytes());
    out
}

fn varint(mut value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let byte = u8::try_from(value % 128).unwrap();
        value /= 128;
        out.push(if value > 0 { byte | 0x80 } else { byte });
        if value == 0 {
            return out;
        }
    }
}

fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![first];
    out.extend(varint(body.len()));
    out.extend(body);
    out
}

pub async fn read_packet(stream: &mut TcpStream) -> (u8, Vec<u8>) {
    let first = stream.read_u8().await.unwrap();
    let (mut length, mut shift) = (0, 0);
    loop {
        let byte = usize::from(stream.read_u8().await.unwrap());
        length |= (byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    (first, body)
}

struct Rig {
    transport: MqttTransport,
    listener: TcpListener,
    target: MqttTarget,
    v5: bool,
}

impl Rig {
    async fn new(v5: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("mqtt://{}", listener.local_addr().unwrap());
        let mut target = MqttTarget::new(url)
            .client_id("rig")
            .clean_session(false)
            .acknowledge(Acknowledge::AfterSettled);
        target.protocol = if v5 { Protocol::V5 } else { Protocol::V311 };
        target.receive_maximum = u16::MAX;
        Self { transport: MqttTransport::new(MqttConfig::default()), listener, target, v5 }
    }

    async fn connect(&mut self) -> TcpStream {
        let v5 = self.v5;
        let listener = &self.listener;
        let broker = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_packet(&mut stream).await;
            let mut body = vec![0, 0];
            body.extend(v5.then_some(0));
            stream.write_all(&packet(0x20, &body)).await.unwrap();
            stream
        };
        let (connected, stream) = tokio::join!(self.transport.connect(self.target.clone()), broker);
        connected.unwrap();
        stream
    }

    async fn event(&mut self) -> Event<MqttMessage> {
        poll_fn(|cx| self.transport.poll_event(cx)).await
    }

    async fn received(&mut self) -> MqttMessage {
        loop {
            match self.event().await {
                Event::Received { message, .. } | Event::Reply { message, .. } => return message,
                Event::Closed(closed) => panic!("{:?}", closed.error),
                _ => {}
            }
        }
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Deliveries, in their order; each can be acknowledged if its QoS is above 0.
pub fn deliveries(v5: bool, specs: &[Spec]) -> Vec<MqttMessage> {
    block_on(async {
        let mut rig = Rig::new(v5).await;
        let mut stream = rig.connect().await;
        let mut bytes = Vec::new();
        for (at, spec) in specs.iter().enumerate() {
            bytes.extend(spec.packet(u16::try_from(at + 1).unwrap(), v5));
        }
        let mut writing = pin!(stream.write_all(&bytes));
        let mut written = false;
        assert!(matches!(rig.received().await, MqttMessage::Connack(_)));
        let mut out = Vec::new();
        while out.len() < specs.len() {
            tokio::select! {
                result = &mut writing, if !written => {
                    result.unwrap();
                    written = true;
                }
                message = rig.received() => out.push(message),
            }
        }
        out
    })
}

pub fn delivery(spec: Spec) -> MqttMessage {
    let v5 = spec.respond_to.is_some() || !spec.user.is_empty();
    deliveries(v5, &[spec]).remove(0)
}

/// The answer to a subscription to these filters, with the codes of the wire.
pub fn suback(filters: &[(&str, u8)]) -> MqttMessage {
    let granted = |code| QoS::from_number(code).ok_or(ReasonCode(code));
    let results = filters.iter().map(|(filter, code)| (*filter, granted(*code)));
    MqttMessage::Suback(testing::suback(results))
}

/// What a broker says that kept the session, while so many publishes were unacknowledged.
pub fn connack(resent: usize) -> MqttMessage {
    let mut connack = testing::connack("rig");
    (connack.session_present, connack.resent, connack.carried) = (true, resent, resent);
    MqttMessage::Connack(Box::new(connack))
}
