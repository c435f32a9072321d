//! MQTT 3.1.1 by hand, as little as a publisher and a listener need: what is measured is not
//! measured with its own library.

use std::{
    io::{self, BufReader, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

/// A connection that the broker has taken.
pub(crate) struct Wire {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
}

/// What a broker sends.
pub(crate) enum Packet {
    /// The payload; QoS 0 is all that is subscribed with here.
    Publish(Vec<u8>),
    /// The packet identifier of a message that the broker has.
    Puback(u16),
    Other,
}

fn text(packet: &mut Vec<u8>, text: &str) {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    packet.extend(length.to_be_bytes());
    packet.extend(&text.as_bytes()[..usize::from(length)]);
}

fn finish(first: u8, body: &[u8], to: &mut Vec<u8>) {
    to.push(first);
    let mut rest = body.len();
    loop {
        let low = (rest % 128) as u8;
        rest /= 128;
        to.push(if rest > 0 { low | 0x80 } else { low });
        if rest == 0 {
            break;
        }
    }
    to.extend(body);
}

/// Adds a PUBLISH: with QoS 1 where there is an identifier.
pub(crate) fn publish(to: &mut Vec<u8>, topic: &str, payload: &str, id: Option<u16>, dup: bool) {
    let mut body = Vec::with_capacity(topic.len() + payload.len() + 4);
    text(&mut body, topic);
    if let Some(id) = id {
        body.extend(id.to_be_bytes());
    }
    body.extend(payload.as_bytes());
    let first = 0x30 | if id.is_some() { 0x02 } else { 0 } | if dup { 0x08 } else { 0 };
    finish(first, &body, to);
}

impl Wire {
    /// Connects without credentials and without a keep-alive.
    ///
    /// # Errors
    /// The broker is not there, or does not take it.
    pub(crate) fn connect(broker: SocketAddr, client_id: &str, clean: bool) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&broker, Duration::from_secs(5))?;
        stream.set_nodelay(true)?;
        let reader = BufReader::with_capacity(1 << 16, stream.try_clone()?);
        let mut wire = Self { stream, reader };
        wire.read_timeout(Some(Duration::from_secs(10)))?;
        let mut body = Vec::new();
        text(&mut body, "MQTT");
        body.extend([4, if clean { 2 } else { 0 }, 0, 0]);
        text(&mut body, client_id);
        wire.send(0x10, &body)?;
        let (first, body) = wire.frame()?;
        if first != 0x20 || body.get(1) != Some(&0) {
            return Err(io::Error::other(format!("the broker answers {first:#04x} {body:?}")));
        }
        wire.read_timeout(None)?;
        Ok(wire)
    }

    /// Subscribes with QoS 0.
    ///
    /// # Errors
    /// The connection is broken, or the broker refuses.
    pub(crate) fn subscribe(&mut self, filter: &str) -> io::Result<()> {
        let mut body = vec![0, 1];
        text(&mut body, filter);
        body.push(0);
        self.send(0x82, &body)?;
        // Retained messages may come before.
        loop {
            let (first, body) = self.frame()?;
            match (first, body.last()) {
                (0x90, Some(0..=2)) => return Ok(()),
                (0x90, code) => return Err(io::Error::other(format!("refused: {code:?}"))),
                _ => {}
            }
        }
    }

    fn send(&mut self, first: u8, body: &[u8]) -> io::Result<()> {
        let mut packet = Vec::with_capacity(body.len() + 5);
        finish(first, body, &mut packet);
        self.write(&packet)
    }

    /// Writes packets.
    ///
    /// # Errors
    /// The connection is broken.
    pub(crate) fn write(&mut self, packets: &[u8]) -> io::Result<()> {
        self.stream.write_all(packets)
    }

    /// How long [`read`](Self::read) waits.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn read_timeout(&mut self, limit: Option<Duration>) -> io::Result<()> {
        self.stream.set_read_timeout(limit)
    }

    /// Ends the connection without a DISCONNECT; whoever reads hears of it.
    pub(crate) fn close(&self) {
        // It may be closed already.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// A second handle, to read with or to close.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn second(&self) -> io::Result<Self> {
        let stream = self.stream.try_clone()?;
        let reader = BufReader::with_capacity(1 << 16, self.stream.try_clone()?);
        Ok(Self { stream, reader })
    }

    /// The next packet.
    ///
    /// # Errors
    /// The connection is broken or ended, or nothing came in time. After that, what comes may begin
    /// in the middle of a packet.
    pub(crate) fn read(&mut self) -> io::Result<Packet> {
        let (first, body) = self.frame()?;
        let number = |at: usize| Some(u16::from_be_bytes([*body.get(at)?, *body.get(at + 1)?]));
        let packet = match first & 0xf0 {
            0x30 => number(0).and_then(|length| {
                let (_topic, payload) = body[2..].split_at_checked(length.into())?;
                Some(Packet::Publish(payload.to_vec()))
            }),
            0x40 => number(0).map(Packet::Puback),
            _ => Some(Packet::Other),
        };
        packet.ok_or_else(|| io::Error::other("a packet is cut off"))
    }

    fn frame(&mut self) -> io::Result<(u8, Vec<u8>)> {
        let mut byte = [0];
        self.reader.read_exact(&mut byte)?;
        let first = byte[0];
        let mut length = 0;
        for shift in [0, 7, 14, 21] {
            self.reader.read_exact(&mut byte)?;
            length |= usize::from(byte[0] & 0x7f) << shift;
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body)?;
        Ok((first, body))
    }
}
