//! A broker that does what a test says, byte by byte. It shares no code with the transport.

use journeyman_mqtt::{MqttConfig, MqttTarget, MqttTransport, Protocol};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{connected, soon};

pub(crate) struct Listener(TcpListener);

impl Listener {
    pub(crate) async fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    pub(crate) fn target(&self) -> MqttTarget {
        MqttTarget::new(format!("mqtt://{}", self.0.local_addr().unwrap())).client_id("me")
    }

    /// Accepts a connection and leaves everything else to the test.
    pub(crate) async fn accept(&self) -> Peer {
        let (stream, _) = soon(self.0.accept()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Peer(stream)
    }

    /// Accepts a connection, reads its CONNECT and answers.
    pub(crate) async fn welcome(&self, connack: &[u8]) -> (Peer, Vec<u8>) {
        let mut peer = self.accept().await;
        let connect = peer.packet().await;
        assert_eq!(connect[0], 0x10);
        peer.write(connack).await;
        (peer, connect)
    }

    /// A connected client and its peer.
    pub(crate) async fn pair(
        &self,
        config: MqttConfig,
        target: MqttTarget,
    ) -> (MqttTransport, Peer) {
        let mut transport = MqttTransport::new(config);
        let connack = accepting(target.protocol);
        let peer = self.again(&mut transport, target, &connack).await;
        (transport, peer)
    }

    /// Connects a client once more.
    pub(crate) async fn again(
        &self,
        transport: &mut MqttTransport,
        target: MqttTarget,
        connack: &[u8],
    ) -> Peer {
        let (connack, (peer, _)) =
            tokio::join!(connected(transport, target), self.welcome(connack));
        connack.unwrap();
        peer
    }
}

/// A CONNACK that says yes.
pub(crate) fn accepting(protocol: Protocol) -> Vec<u8> {
    match protocol {
        Protocol::V311 => vec![0x20, 2, 0, 0],
        Protocol::V5 => vec![0x20, 3, 0, 0, 0],
    }
}

pub(crate) struct Peer(pub(crate) TcpStream);

impl Peer {
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        soon(self.0.write_all(bytes)).await.unwrap();
    }

    /// Reads one whole packet.
    pub(crate) async fn packet(&mut self) -> Vec<u8> {
        soon(self.try_packet()).await.expect("the client closed")
    }

    /// Reads one whole packet; `None` at the end of the stream.
    pub(crate) async fn try_packet(&mut self) -> Option<Vec<u8>> {
        let mut packet = vec![self.0.read_u8().await.ok()?];
        let mut length = 0;
        for shift in [0, 7, 14, 21] {
            let byte = self.0.read_u8().await.ok()?;
            packet.push(byte);
            length |= usize::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let start = packet.len();
        packet.resize(start + length, 0);
        self.0.read_exact(&mut packet[start..]).await.ok()?;
        Some(packet)
    }

    /// Nothing more comes but the end.
    pub(crate) async fn ended(&mut self) {
        let packet = soon(self.try_packet()).await;
        assert_eq!(packet, None);
    }
}

/// The bytes of a short PUBLISH of 3.1.1. `flags` are the low bits of its first byte.
pub(crate) fn wire_publish(flags: u8, topic: &str, id: Option<u16>, payload: &[u8]) -> Vec<u8> {
    let mut body = u16::try_from(topic.len()).unwrap().to_be_bytes().to_vec();
    body.extend_from_slice(topic.as_bytes());
    body.extend(id.into_iter().flat_map(u16::to_be_bytes));
    body.extend_from_slice(payload);
    let mut packet = vec![0x30 | flags];
    let mut length = body.len();
    while length > 127 {
        packet.push(length as u8 | 0x80);
        length >>= 7;
    }
    packet.push(length as u8);
    packet.extend_from_slice(&body);
    packet
}

/// The packet identifier of a QoS 1 or 2 PUBLISH with a one-byte length.
pub(crate) fn id_of(publish: &[u8]) -> u16 {
    let topic = usize::from(u16::from_be_bytes([publish[2], publish[3]]));
    u16::from_be_bytes([publish[4 + topic], publish[5 + topic]])
}
