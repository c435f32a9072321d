//! The output of a program as lines of bounded length.

use journeyman_core::JobError;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

use crate::{FAILED, OUTPUT};

/// Reads lines.
#[derive(Debug)]
pub struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    max: usize,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Lines of at most `max` bytes.
    pub fn new(reader: R, max: usize) -> Self {
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
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, JobError> {
        loop {
            let chunk = self.reader.fill_buf().await.map_err(|error| {
                JobError::failed(format!("the program's output cannot be read: {error}"))
                    .with_code(FAILED)
            })?;
            let at = chunk.iter().position(|byte| *byte == b'\n');
            let length = at.unwrap_or(chunk.len());
            if self.line.len() + length > self.max {
                return Err(JobError::failed(format!(
                    "the program printed a line of more than {} bytes",
                    self.max
                ))
                .with_code(OUTPUT));
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
}
