//! The end of a stream.

use tokio::io::{AsyncRead, AsyncReadExt};

/// How much is read at once, in bytes.
const CHUNK: usize = 1024;

/// Reads a stream and keeps its end.
#[derive(Debug)]
pub struct Tail<R> {
    reader: Option<R>,
    buffer: Box<[u8; CHUNK]>,
    kept: Vec<u8>,
    max: usize,
}

impl<R: AsyncRead + Unpin> Tail<R> {
    /// Keeps the last `max` bytes.
    pub fn new(reader: R, max: usize) -> Self {
        Self { reader: Some(reader), buffer: Box::new([0; CHUNK]), kept: Vec::new(), max }
    }

    /// Reads once and gives what came; empty at the end of the stream. After that it waits for ever.
    ///
    /// # Cancel safety
    /// Nothing is lost when it is dropped.
    pub async fn read(&mut self) -> &[u8] {
        let Some(reader) = &mut self.reader else { return std::future::pending().await };
        // What cannot be read any more has ended.
        let count = reader.read(&mut self.buffer[..]).await.unwrap_or(0);
        if count == 0 {
            self.reader = None;
        }
        let new = &self.buffer[..count];
        self.kept.extend_from_slice(new);
        let surplus = self.kept.len().saturating_sub(self.max);
        self.kept.drain(..surplus);
        new
    }

    /// Whether more may come.
    pub fn is_open(&self) -> bool {
        self.reader.is_some()
    }

    /// What was kept, without white space around it.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.kept).trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_tail_is_the_end() {
        let text = "x".repeat(5000) + "end";
        let mut tail = Tail::new(text.as_bytes(), 8);
        let mut all = Vec::new();
        while tail.is_open() {
            all.extend_from_slice(tail.read().await);
        }
        assert_eq!(tail.text(), "xxxxxend");
        assert_eq!(all, text.as_bytes());
    }
}
