//! A peer that speaks ZMTP by hand, to do what no library does.

use journeyman_zmq::Endpoint;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::soon;

pub const MORE: u8 = 1;
pub const LONG_FRAME: u8 = 2;
pub const COMMAND: u8 = 4;

pub struct Listener(TcpListener);

impl Listener {
    pub async fn bind() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    pub fn endpoint(&self) -> Endpoint {
        Endpoint::tcp("127.0.0.1", self.0.local_addr().unwrap().port())
    }

    pub async fn accept(&self) -> Peer {
        let (stream, _) = soon(self.0.accept()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Peer(stream)
    }

    /// Accepts, and does the NULL handshake of ZMTP 3.`minor` as this kind of socket.
    pub async fn greet(&self, kind: &str, minor: u8) -> Peer {
        let mut peer = self.accept().await;
        peer.write(&greeting(minor, "NULL")).await;
        let mut theirs = [0; 64];
        peer.read(&mut theirs).await;
        assert_eq!(&theirs[10..16], b"\x03\x01NULL");
        let mut ready = b"\x05READY\x0bSocket-Type".to_vec();
        ready.extend_from_slice(&u32::try_from(kind.len()).unwrap().to_be_bytes());
        ready.extend_from_slice(kind.as_bytes());
        peer.frame(COMMAND, &ready).await;
        let (flags, theirs) = peer.read_frame().await;
        assert_eq!(flags, COMMAND);
        assert!(theirs.starts_with(b"\x05READY"));
        peer
    }

    /// A PUB that has read the subscription and answered the PINGs after it.
    pub async fn publisher(&self) -> Peer {
        let mut peer = self.greet("PUB", 1).await;
        assert_eq!(peer.read_frame().await, (COMMAND, b"\x09SUBSCRIBEworkers".to_vec()));
        peer.pong().await;
        peer.pong().await;
        peer
    }
}

pub fn greeting(minor: u8, mechanism: &str) -> [u8; 64] {
    let mut greeting = [0; 64];
    greeting[0] = 0xff;
    greeting[9] = 0x7f;
    greeting[10] = 3;
    greeting[11] = minor;
    greeting[12..12 + mechanism.len()].copy_from_slice(mechanism.as_bytes());
    greeting
}

pub struct Peer(pub TcpStream);

impl Peer {
    pub async fn write(&mut self, bytes: &[u8]) {
        soon(self.0.write_all(bytes)).await.unwrap();
    }

    pub async fn read(&mut self, bytes: &mut [u8]) {
        soon(self.0.read_exact(bytes)).await.unwrap();
    }

    pub async fn frame(&mut self, flags: u8, body: &[u8]) {
        let mut bytes = match u8::try_from(body.len()) {
            Ok(short) => vec![flags, short],
            Err(_) => {
                let length = u64::try_from(body.len()).unwrap().to_be_bytes();
                [&[flags | LONG_FRAME][..], &length].concat()
            }
        };
        bytes.extend_from_slice(body);
        self.write(&bytes).await;
    }

    pub async fn read_frame(&mut self) -> (u8, Vec<u8>) {
        let mut head = [0; 2];
        self.read(&mut head).await;
        let mut body = vec![0; usize::from(head[1])];
        if head[0] & LONG_FRAME != 0 {
            let mut length = [0; 8];
            length[0] = head[1];
            self.read(&mut length[1..]).await;
            body = vec![0; usize::try_from(u64::from_be_bytes(length)).unwrap()];
        }
        self.read(&mut body).await;
        (head[0] & !LONG_FRAME, body)
    }

    /// Reads a PING and answers it.
    pub async fn pong(&mut self) {
        let (flags, ping) = self.read_frame().await;
        assert_eq!((flags, &ping[..5]), (COMMAND, &b"\x04PING"[..]));
        // Two bytes of time to live, then what is to be sent back.
        let pong = [b"\x04PONG", &ping[7..]].concat();
        self.frame(COMMAND, &pong).await;
    }

    /// Waits until the other side has closed.
    pub async fn ended(&mut self) {
        let mut buffer = [0; 4096];
        while soon(self.0.read(&mut buffer)).await.is_ok_and(|n| n > 0) {}
    }
}
