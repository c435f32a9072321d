//! A program's standard error, line by line in our log.

use super::bucket::Bucket;

/// The longest line, in bytes; a longer one is several.
const MAX_LINE: usize = 4 << 10;
/// Lines at once, and per second: a program that is beside itself does not fill the disk.
const BURST: u32 = 1000;
const RATE: u32 = 100;

#[derive(Debug)]
pub(super) struct Log {
    /// The beginning of a line that has not ended.
    begun: Vec<u8>,
    bucket: Bucket,
}

impl Log {
    pub(super) fn new() -> Self {
        Self { begun: Vec::new(), bucket: Bucket::new(BURST, RATE) }
    }

    /// Takes what came, nothing at the end of the stream; gives the lines to log.
    pub(super) fn take(&mut self, new: &[u8], mut write: impl FnMut(&str)) {
        if new.is_empty() {
            return self.line(&mut write);
        }
        for piece in new.split_inclusive(|byte| *byte == b'\n') {
            self.begun.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.begun.len() >= MAX_LINE {
                self.line(&mut write);
            }
        }
    }

    fn line(&mut self, write: &mut impl FnMut(&str)) {
        let line = std::mem::take(&mut self.begun);
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        if line.is_empty() {
            return;
        }
        match self.bucket.take() {
            Some(0) => write(line),
            Some(left_out) => {
                write(&format!("({left_out} lines of standard error were left out)"));
                write(line);
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(log: &mut Log, new: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        log.take(new, |line| lines.push(line.to_owned()));
        lines
    }

    #[tokio::test(start_paused = true)]
    async fn lines_are_put_together_cut_and_counted() {
        let mut log = Log::new();
        assert_eq!(lines(&mut log, b"one\ntw"), ["one"]);
        assert_eq!(lines(&mut log, b"o\r\n\n"), ["two"]);
        assert_eq!(lines(&mut log, b"last\xff"), Vec::<String>::new());
        assert_eq!(lines(&mut log, b""), ["last\u{fffd}"]);
        let long = lines(&mut log, &b"x".repeat(MAX_LINE));
        assert_eq!(long[0].len(), MAX_LINE);
        let flood = lines(&mut log, &b"y\n".repeat(2 * BURST as usize));
        assert!(flood.len() < BURST as usize, "{}", flood.len());
        tokio::time::advance(std::time::Duration::from_secs(1)).await;
        let after = lines(&mut log, b"z\n");
        assert!(after[0].contains("lines of standard error were left out"), "{after:?}");
        assert_eq!(after[1], "z");
    }
}
