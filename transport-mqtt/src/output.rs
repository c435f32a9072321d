//! Bytes that wait to be written: small packets packed together, large payloads as they are; and
//! which reports are due when they are out.

use std::{
    collections::VecDeque,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes, BytesMut};
use journeyman_core::transport::Tag;
use tokio::io::AsyncWrite;

/// Up to this many bytes, copying a payload is cheaper than one more piece for the kernel.
const COPY_LIMIT: usize = 4096;
/// How much is allocated at once for small packets.
const TAIL: usize = 16 << 10;
/// The most pieces given to one write.
const MAX_SLICES: usize = 64;

/// What somebody wants to know is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A message under a tag that nothing answers.
    Tag(Tag),
    /// The request with this packet identifier.
    Flight(u16),
}

#[derive(Debug, Default)]
pub(crate) struct Output {
    chunks: VecDeque<Bytes>,
    /// What comes after `chunks`, still open for small packets.
    tail: BytesMut,
    len: usize,
    /// Bytes that were ever put in, taken by the stream, and flushed.
    put: u64,
    written: u64,
    flushed: u64,
    /// What to report when this many bytes are flushed, in order.
    marks: VecDeque<(u64, Mark)>,
}

impl Output {
    /// The bytes that wait to be written.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The bytes that were ever put in.
    pub(crate) fn put(&self) -> u64 {
        self.put
    }

    /// Whether something is left to write or to flush.
    pub(crate) fn is_busy(&self) -> bool {
        self.flushed != self.put
    }

    /// Appends what `write` writes, which is small.
    pub(crate) fn packet(&mut self, write: impl FnOnce(&mut BytesMut)) {
        if self.tail.is_empty() && self.tail.capacity() < 64 {
            self.tail.reserve(TAIL);
        }
        let before = self.tail.len();
        write(&mut self.tail);
        self.grown(self.tail.len() - before);
        if self.tail.len() >= TAIL {
            self.close_tail();
        }
    }

    /// Appends a payload.
    pub(crate) fn payload(&mut self, payload: &Bytes) {
        if payload.len() <= COPY_LIMIT {
            return self.packet(|tail| tail.extend_from_slice(payload));
        }
        self.close_tail();
        self.grown(payload.len());
        self.chunks.push_back(payload.clone());
    }

    /// Asks for a report when everything up to here is out.
    pub(crate) fn mark(&mut self, mark: Mark) {
        self.marks.push_back((self.put, mark));
    }

    /// The next report that is due.
    pub(crate) fn due(&mut self) -> Option<Mark> {
        let (at, mark) = *self.marks.front()?;
        if at > self.flushed {
            return None;
        }
        self.marks.pop_front();
        Some(mark)
    }

    /// How far writing has come, for noticing that it does not move.
    pub(crate) fn progress(&self) -> u64 {
        self.written.wrapping_add(self.flushed)
    }

    /// Writes and flushes everything. Pending when the stream takes no more.
    pub(crate) fn poll_flush<S: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let wrote = self.poll_write(stream, cx)?;
        if self.flushed != self.written {
            // Also when the stream takes no more: what it has taken may be on its way.
            ready!(Pin::new(stream).poll_flush(cx))?;
            self.flushed = self.written;
        }
        wrote.map(Ok)
    }

    fn poll_write<S: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while self.len > 0 {
            self.close_tail();
            let written = if self.chunks.len() == 1 {
                ready!(Pin::new(&mut *stream).poll_write(cx, &self.chunks[0]))?
            } else {
                let mut slices = [IoSlice::new(&[]); MAX_SLICES];
                let mut count = 0;
                for (slice, chunk) in slices.iter_mut().zip(&self.chunks) {
                    *slice = IoSlice::new(chunk);
                    count += 1;
                }
                ready!(Pin::new(&mut *stream).poll_write_vectored(cx, &slices[..count]))?
            };
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.advance(written);
        }
        Poll::Ready(Ok(()))
    }

    fn grown(&mut self, by: usize) {
        self.len += by;
        self.put += by as u64;
    }

    fn close_tail(&mut self) {
        if !self.tail.is_empty() {
            self.chunks.push_back(self.tail.split().freeze());
        }
    }

    fn advance(&mut self, mut written: usize) {
        self.len -= written;
        self.written += written as u64;
        while let Some(front) = self.chunks.front_mut() {
            if written < front.len() {
                front.advance(written);
                return;
            }
            written -= front.len();
            self.chunks.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes at most `step` bytes at a time, every other call nothing, and flushes at the second
    /// try.
    #[derive(Default)]
    struct Slow {
        got: Vec<u8>,
        step: usize,
        wait: bool,
        flush: bool,
    }

    impl AsyncWrite for Slow {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buf: &[u8],
        ) -> Poll<io::Result<usize>> {
            self.wait = !self.wait;
            if self.wait {
                return Poll::Pending;
            }
            let n = buf.len().min(self.step);
            self.got.extend_from_slice(&buf[..n]);
            Poll::Ready(Ok(n))
        }

        fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.flush = !self.flush;
            if self.flush { Poll::Pending } else { Poll::Ready(Ok(())) }
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[test]
    fn everything_comes_out_in_order_and_tags_come_after_it() {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        for step in [1, 7, 5000, 1 << 20] {
            let mut expected = Vec::new();
            let mut ends = Vec::new();
            let mut output = Output::default();
            let mut slow = Slow { step, ..Slow::default() };
            for (i, length) in [3, 0, 255, 5000, 1, 4096, 4097, 70_000, 9].into_iter().enumerate() {
                let payload = Bytes::from(vec![i as u8; length]);
                output.packet(|tail| tail.extend_from_slice(b"head"));
                output.payload(&payload);
                output.mark(Mark::Tag(Tag(i as u64)));
                expected.extend_from_slice(b"head");
                expected.extend_from_slice(&payload);
                ends.push(expected.len());
                let _ = output.poll_flush(&mut slow, &mut cx);
            }
            let mut due = Vec::new();
            loop {
                let before = output.progress();
                let done = output.poll_flush(&mut slow, &mut cx).is_ready();
                while let Some(Mark::Tag(tag)) = output.due() {
                    assert!(slow.got.len() >= ends[tag.0 as usize], "not yet written");
                    due.push(tag.0);
                }
                if done {
                    break;
                }
                assert!(output.is_busy() && output.progress() >= before);
            }
            assert!(!output.is_busy() && output.len() == 0);
            assert_eq!(slow.got, expected);
            assert_eq!(due, (0..9).collect::<Vec<_>>());
        }
    }
}
