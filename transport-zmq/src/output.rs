//! Bytes that wait to be written: small frames packed together, large ones as they are.

use std::{
    collections::VecDeque,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes, BytesMut};
use omq_proto::{
    Frame,
    proto::frame::{encode_frame, encode_frame_into},
};
use tokio::io::AsyncWrite;

/// Up to this many bytes, copying a frame is cheaper than one more piece for the kernel.
const COPY_LIMIT: usize = 4096;
/// How much is allocated at once for small frames.
const TAIL: usize = 64 << 10;
/// The most pieces given to one write.
const MAX_SLICES: usize = 64;

#[derive(Debug, Default)]
pub(crate) struct Output {
    chunks: VecDeque<Bytes>,
    /// What comes after `chunks`, still open for small frames.
    tail: BytesMut,
    len: usize,
}

impl Output {
    /// The bytes that wait.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn push(&mut self, chunk: Bytes) {
        self.close_tail();
        self.len += chunk.len();
        self.chunks.push_back(chunk);
    }

    /// One data frame in clear.
    pub(crate) fn frame(&mut self, payload: &Bytes, more: bool) {
        let frame = Frame::data(payload.clone(), more);
        if payload.len() <= COPY_LIMIT {
            if self.tail.capacity() - self.tail.len() < payload.len() + 16 {
                self.close_tail();
                self.tail.reserve(TAIL);
            }
            let before = self.tail.len();
            encode_frame(&frame, &mut self.tail);
            self.len += self.tail.len() - before;
            return;
        }
        self.close_tail();
        let before = self.chunks.len();
        encode_frame_into(&frame, &mut self.chunks, &mut self.tail);
        self.len += self.chunks.iter().skip(before).map(Bytes::len).sum::<usize>();
    }

    /// Writes until nothing is left. Pending when the stream takes no more.
    pub(crate) fn poll_write<S: AsyncWrite + Unpin>(
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

    fn close_tail(&mut self) {
        if !self.tail.is_empty() {
            self.chunks.push_back(self.tail.split().freeze());
        }
    }

    fn advance(&mut self, mut written: usize) {
        self.len -= written;
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

    /// Takes at most `step` bytes at a time, and every other call nothing.
    #[derive(Default)]
    struct Slow {
        got: Vec<u8>,
        step: usize,
        wait: bool,
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

        fn poll_write_vectored(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            bufs: &[IoSlice<'_>],
        ) -> Poll<io::Result<usize>> {
            let all = bufs.iter().flat_map(|b| b.iter().copied());
            let all: Vec<u8> = all.take(self.step).collect();
            self.poll_write(cx, &all)
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[test]
    fn everything_comes_out_in_order() {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        for step in [100, 777, 5000, 1 << 20] {
            let mut expected = BytesMut::new();
            let mut output = Output::default();
            let mut slow = Slow { step, ..Slow::default() };
            for (i, len) in [0, 3, 255, 256, 5000, 1, 4096, 4097, 70_000, 0].into_iter().enumerate()
            {
                let payload = Bytes::from(vec![u8::try_from(i).unwrap(); len]);
                encode_frame(&Frame::data(payload.clone(), i % 2 == 0), &mut expected);
                output.frame(&payload, i % 2 == 0);
                let _ = output.poll_write(&mut slow, &mut cx);
            }
            output.push(Bytes::from_static(b"end"));
            expected.extend_from_slice(b"end");
            assert_eq!(output.len() + slow.got.len(), expected.len());
            while output.poll_write(&mut slow, &mut cx).is_pending() {}
            assert!(output.is_empty());
            assert_eq!(slow.got, expected);
        }
    }
}
