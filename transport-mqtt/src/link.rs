//! Packets over a byte stream.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf as _, BytesMut};
use tokio::{io::AsyncReadExt, time::Instant};

use crate::{
    MqttConfig, Protocol,
    codec::{self, Fault, Header, Packet, name},
    error::Loss,
    output::Output,
    stream::Stream,
};

/// How many of the first bytes are kept for saying what the peer is if it is no broker.
const KEEP_FIRST: usize = 24;
/// With less room than this left in the buffer, a new one is taken.
const MIN_ROOM: usize = 1024;

#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) stream: Stream,
    pub(crate) output: Output,
    input: BytesMut,
    /// Bytes of a packet that is too large, still to be dropped.
    skip: usize,
    protocol: Protocol,
    max_packet: usize,
    read_size: usize,
    /// When bytes last came in, and went out.
    pub(crate) last_in: Instant,
    pub(crate) last_out: Instant,
    /// The first bytes that came, until the CONNACK.
    pub(crate) first: Option<Vec<u8>>,
}

/// What is known of a message that is too large.
enum Oversize {
    Head(Result<Packet, Fault>),
    /// So many bytes of its head have not come.
    Missing(usize),
}

impl Link {
    pub(crate) fn new(stream: Stream, protocol: Protocol, config: &MqttConfig) -> Self {
        let now = Instant::now();
        Self {
            stream,
            output: Output::default(),
            input: BytesMut::new(),
            skip: 0,
            protocol,
            max_packet: config.max_incoming_packet,
            read_size: config.read_buffer_size,
            last_in: now,
            last_out: now,
            first: Some(Vec::new()),
        }
    }

    /// Waits for a whole packet. Reads no more than what one buffer holds ahead of it.
    ///
    /// Cancel safe: what came stays in the buffer.
    pub(crate) fn poll_packet(&mut self, cx: &mut Context<'_>) -> Poll<Result<Packet, Loss>> {
        loop {
            let mut missing = 0;
            let dropped = self.skip.min(self.input.len());
            self.input.advance(dropped);
            self.skip -= dropped;
            if let Some(header) = Header::parse(&self.input)? {
                // Until then nothing else makes sense, and its length least of all.
                if self.first.is_some() && header.first >> 4 != 2 {
                    let fault = Fault::protocol(name(header.first), "it came before the CONNACK");
                    return Poll::Ready(Err(fault.into()));
                }
                let (size, limit) = (header.total(), self.max_packet);
                if size > limit {
                    match self.oversize(header) {
                        Some(Oversize::Head(packet)) => return Poll::Ready(Ok(packet?)),
                        Some(Oversize::Missing(bytes)) => missing = bytes,
                        None => return Poll::Ready(Err(Loss::TooLarge { size, limit })),
                    }
                } else if self.input.len() >= size {
                    let packet = self.input.split_to(size).freeze();
                    return Poll::Ready(Ok(codec::decode(self.protocol, header, packet)?));
                } else {
                    missing = size - self.input.len();
                }
            }
            // A header alone costs no more than one buffer: room grows with what has come.
            let wanted = missing.min(self.input.len().max(self.read_size));
            let room = self.input.capacity() - self.input.len();
            if room < wanted.max(MIN_ROOM.min(self.read_size)) {
                self.input.reserve(wanted.max(self.read_size));
            }
            let before = self.input.len();
            let read = ready!(pin!(self.stream.read_buf(&mut self.input)).poll(cx))?;
            if read == 0 {
                return Poll::Ready(Err(Loss::Ended));
            }
            self.last_in = Instant::now();
            if let Some(first) = &mut self.first {
                let room = KEEP_FIRST.saturating_sub(first.len());
                first.extend(self.input[before..].iter().take(room));
            }
        }
    }

    /// The head of a message that is too large; the rest is dropped as it comes. `None` where the
    /// broker should have known better: see [`Delivery::oversize`](crate::Delivery::oversize).
    fn oversize(&mut self, header: Header) -> Option<Oversize> {
        const PUBLISH: u8 = 3;
        if self.protocol != Protocol::V311 || header.first >> 4 != PUBLISH {
            return None;
        }
        let Some(length) = self.input.get(header.length..header.length + 2) else {
            return Some(Oversize::Missing(header.length + 2 - self.input.len()));
        };
        let topic = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let id = if header.first & 0b110 == 0 { 0 } else { 2 };
        let head = header.length + 2 + topic + id;
        if head > self.max_packet || head > header.total() {
            return None;
        }
        let Some(missing) = head.checked_sub(self.input.len()).filter(|missing| *missing > 0)
        else {
            let packet = self.input.split_to(head).freeze();
            self.skip = header.total() - head;
            let cut = Header { remaining: head - header.length, ..header };
            let packet = codec::decode(self.protocol, cut, packet).map(|mut packet| {
                if let Packet::Publish(publish) = &mut packet {
                    publish.oversize = Some(header.total());
                }
                packet
            });
            return Some(Oversize::Head(packet));
        };
        Some(Oversize::Missing(missing))
    }

    /// Writes and flushes what is in the output. Pending while something is left.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Loss>> {
        let before = self.output.progress();
        let result = self.output.poll_flush(&mut self.stream, cx);
        if self.output.progress() != before {
            self.last_out = Instant::now();
        }
        result.map_err(Loss::from)
    }

    /// Reads and drops. Ready when the stream has ended.
    pub(crate) fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            self.input.clear();
            self.input.reserve(self.read_size);
            match ready!(pin!(self.stream.read_buf(&mut self.input)).poll(cx)) {
                Ok(1..) => {}
                Ok(0) | Err(_) => return Poll::Ready(()),
            }
        }
    }
}
