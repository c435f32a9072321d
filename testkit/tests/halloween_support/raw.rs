//! A client that writes bytes and reads packets, with no library between.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::within;

pub const PINGREQ: [u8; 2] = [0xc0, 0];
pub const PINGRESP: [u8; 2] = [0xd0, 0];
pub const DISCONNECT: [u8; 2] = [0xe0, 0];

pub struct Raw {
    pub stream: TcpStream,
}

impl Raw {
    pub async fn open(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream }
    }

    /// Opens, sends this CONNECT, and returns the CONNACK, too.
    pub async fn connect(addr: SocketAddr, connect: &[u8]) -> (Self, Vec<u8>) {
        let mut raw = Self::open(addr).await;
        raw.send(connect).await;
        let connack = raw.packet().await;
        (raw, connack)
    }

    pub async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// The next packet.
    pub async fn packet(&mut self) -> Vec<u8> {
        within("a packet", self.read()).await.expect("a packet, not the end of the connection")
    }

    /// Waits for the end of the connection; returns the packets before it.
    pub async fn end(&mut self) -> Vec<Vec<u8>> {
        let mut packets = Vec::new();
        while let Some(packet) = within("the end of the connection", self.read()).await {
            packets.push(packet);
        }
        packets
    }

    /// That nothing has come: the answer to a ping is next.
    pub async fn quiet(&mut self) {
        self.send(&PINGREQ).await;
        assert_eq!(self.packet().await, PINGRESP);
    }

    /// That nothing comes for some time.
    pub async fn quiet_for(&mut self, time: Duration) {
        let got = tokio::time::timeout(time, self.read()).await;
        assert!(got.is_err(), "{got:?}");
    }

    /// Closes without DISCONNECT.
    pub async fn close(mut self) {
        self.stream.shutdown().await.unwrap();
        self.end().await;
    }

    async fn read(&mut self) -> Option<Vec<u8>> {
        // A connection that is reset has ended, too.
        let mut packet = vec![self.stream.read_u8().await.ok()?];
        let (mut length, mut shift) = (0, 0);
        loop {
            let byte = self.stream.read_u8().await.ok()?;
            packet.push(byte);
            length |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let head = packet.len();
        packet.resize(head + length, 0);
        self.stream.read_exact(&mut packet[head..]).await.ok()?;
        Some(packet)
    }
}

fn text(text: &[u8]) -> Vec<u8> {
    let mut bytes = u16::try_from(text.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend_from_slice(text);
    bytes
}

pub fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    let mut length = body.len();
    loop {
        let byte = u8::try_from(length % 128).unwrap();
        length /= 128;
        if length == 0 {
            bytes.push(byte);
            break;
        }
        bytes.push(byte | 0x80);
    }
    bytes.extend_from_slice(body);
    bytes
}

#[derive(Clone, Default)]
pub struct Connect<'a> {
    /// 4 or 5.
    pub level: u8,
    pub id: &'a str,
    pub clean: bool,
    pub keep_alive: u16,
    /// Topic and payload; QoS 1, retained.
    pub will: Option<(&'a str, &'a str)>,
    pub will_delay: u32,
    pub login: Option<(&'a str, &'a str)>,
    /// Of MQTT 5, without their length.
    pub properties: Vec<u8>,
}

impl<'a> Connect<'a> {
    pub fn new(level: u8, id: &'a str) -> Self {
        Self { level, id, clean: true, keep_alive: 60, ..Self::default() }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut flags = u8::from(self.clean) << 1;
        if self.will.is_some() {
            flags |= 0x2c;
        }
        if self.login.is_some() {
            flags |= 0xc0;
        }
        let mut body = text(b"MQTT");
        body.extend([self.level, flags]);
        body.extend(self.keep_alive.to_be_bytes());
        if self.level == 5 {
            body.push(u8::try_from(self.properties.len()).unwrap());
            body.extend(&self.properties);
        }
        body.extend(text(self.id.as_bytes()));
        if let Some((topic, payload)) = self.will {
            if self.level == 5 {
                body.extend([5, 0x18]);
                body.extend(self.will_delay.to_be_bytes());
            }
            body.extend(text(topic.as_bytes()));
            body.extend(text(payload.as_bytes()));
        }
        if let Some((user, password)) = self.login {
            body.extend(text(user.as_bytes()));
            body.extend(text(password.as_bytes()));
        }
        packet(0x10, &body)
    }
}

/// Filters with their options; properties without their length.
pub fn subscribe(level: u8, id: u16, properties: &[u8], filters: &[(&str, u8)]) -> Vec<u8> {
    let mut body = id.to_be_bytes().to_vec();
    if level == 5 {
        body.push(u8::try_from(properties.len()).unwrap());
        body.extend(properties);
    }
    for (filter, options) in filters {
        body.extend(text(filter.as_bytes()));
        body.push(*options);
    }
    packet(0x82, &body)
}

/// The first byte says QoS, retain and dup; the id is left out with QoS 0.
pub fn publish(
    level: u8,
    first: u8,
    id: u16,
    topic: &str,
    properties: &[u8],
    payload: &[u8],
) -> Vec<u8> {
    let mut body = text(topic.as_bytes());
    if first & 6 != 0 {
        body.extend(id.to_be_bytes());
    }
    if level == 5 {
        body.push(u8::try_from(properties.len()).unwrap());
        body.extend(properties);
    }
    body.extend(payload);
    packet(first, &body)
}

pub fn ack(first: u8, id: u16) -> Vec<u8> {
    packet(first, &id.to_be_bytes())
}

/// The packet id of a PUBLISH with QoS 1 or 2.
pub fn id_of(publish: &[u8]) -> u16 {
    let head = 1 + publish[1..].iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
    let topic = usize::from(u16::from_be_bytes([publish[head], publish[head + 1]]));
    let at = head + 2 + topic;
    u16::from_be_bytes([publish[at], publish[at + 1]])
}
