//! The output of a program: lines of bounded length, and the end of standard error.

use std::io;

use journeyman_core::JobError;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// Reads lines.
#[derive(Debug)]
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    max: usize,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Lines of at most `max` bytes.
    pub(super) fn new(reader: R, max: usize) -> Self {
        Self { reader: BufReader::new(reader), line: Vec::new(), max }
    }

    /// The next line without its end, empty ones passed over; `None` at the end of the output. A
    /// last line needs no line end.
    ///
    /// # Errors
    /// The line is too long, or reading failed.
    ///
    /// # Cancel safety
    /// Nothing is lost when it is dropped.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>, JobError> {
        loop {
            let chunk = self.reader.fill_buf().await.map_err(|error| {
                JobError::failed(format!("the program's output cannot be read: {error}"))
                    .with_code("EXEC_FAILED")
            })?;
            let at = chunk.iter().position(|byte| *byte == b'\n');
            let length = at.unwrap_or(chunk.len());
            if self.line.len() + length > self.max {
                return Err(JobError::failed(format!(
                    "the program printed a line of more than {} bytes",
                    self.max
                ))
                .with_code("EXEC_OUTPUT"));
            }
            let ended = chunk.is_empty();
            self.line.extend_from_slice(&chunk[..length]);
            self.reader.consume(length + usize::from(at.is_some()));
            if at.is_some() || ended {
                let line = std::mem::take(&mut self.line);
                if !line.trim_ascii().is_empty() {
                    return Ok(Some(line));
                }
            }
            if ended {
                return Ok(None);
            }
        }
    }
}

/// Keeps the end of a stream.
#[derive(Debug)]
pub(super) struct Tail<R> {
    reader: Option<R>,
    kept: Vec<u8>,
    max: usize,
}

impl<R: AsyncRead + Unpin> Tail<R> {
    /// The last `max` bytes.
    pub(super) fn new(reader: R, max: usize) -> Self {
        Self { reader: Some(reader), kept: Vec::new(), max }
    }

    /// Reads once; at the end of the stream it waits for ever.
    ///
    /// # Cancel safety
    /// Nothing is lost when it is dropped.
    pub(super) async fn read(&mut self) {
        let Some(reader) = &mut self.reader else { return std::future::pending().await };
        let mut buffer = [0; 1024];
        let count: io::Result<usize> = reader.read(&mut buffer).await;
        match count {
            Ok(count @ 1..) => {
                self.kept.extend_from_slice(&buffer[..count]);
                let surplus = self.kept.len().saturating_sub(self.max);
                self.kept.drain(..surplus);
            }
            _ => self.reader = None,
        }
    }

    /// Whether more may come.
    pub(super) fn is_open(&self) -> bool {
        self.reader.is_some()
    }

    /// What was kept.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.kept).trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(text: &[u8], max: usize) -> Result<Vec<String>, String> {
        let mut lines = Lines::new(text, max);
        let mut found = Vec::new();
        while let Some(line) = lines.next().await.map_err(|error| error.message().to_owned())? {
            found.push(String::from_utf8(line).unwrap());
        }
        Ok(found)
    }

    #[tokio::test]
    async fn lines_are_bounded() {
        assert_eq!(all(b"a\n\nbc\r\nlast", 10).await.unwrap(), ["a", "bc\r", "last"]);
        assert_eq!(all(b"", 10).await.unwrap(), Vec::<String>::new());
        assert!(all(b"12345678901\n", 10).await.unwrap_err().contains("more than 10 bytes"));
        assert_eq!(all(b"1234567890\n", 10).await.unwrap(), ["1234567890"]);
    }

    #[tokio::test]
    async fn the_tail_is_the_end() {
        let text = "x".repeat(5000) + "end";
        let mut tail = Tail::new(text.as_bytes(), 8);
        while tail.is_open() {
            tail.read().await;
        }
        assert_eq!(tail.text(), "xxxxxend");
    }
}
