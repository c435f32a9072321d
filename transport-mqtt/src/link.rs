//! Packets over a byte stream.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, ready},
};

use bytes::BytesMut;
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
    protocol: Protocol,
    max_packet: usize,
    read_size: usize,
    /// When bytes last came in, and went out.
    pub(crate) last_in: Instant,
    pub(crate) last_out: Instant,
    /// The first bytes that came, until the CONNACK.
    pub(crate) first: Option<Vec<u8>>,
}

impl Link {
    pub(crate) fn new(stream: Stream, protocol: Protocol, config: &MqttConfig) -> Self {
        let now = Instant::now();
        Self {
            stream,
            output: Output::default(),
            input: BytesMut::new(),
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
            if let Some(header) = Header::parse(&self.input)? {
                // Until then nothing else makes sense, and its length least of all.
                if self.first.is_some() && header.first >> 4 != 2 {
                    let fault = Fault::protocol(name(header.first), "it came before the CONNACK");
                    return Poll::Ready(Err(fault.into()));
                }
                let (size, limit) = (header.total(), self.max_packet);
                if size > limit {
                    return Poll::Ready(Err(Loss::TooLarge { size, limit }));
                }
                if self.input.len() >= size {
                    let packet = self.input.split_to(size).freeze();
                    return Poll::Ready(Ok(codec::decode(self.protocol, header, packet)?));
                }
                missing = size - self.input.len();
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
