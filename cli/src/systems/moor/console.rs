//! Where answers and news go, and where lines come from.

use std::{
    fmt::Display,
    io::{BufRead, IsTerminal, Read, Write},
};

use tokio::sync::mpsc;

use crate::{exit::Failure, output::say};

/// The longest line that is read, in bytes.
const MAX_LINE: usize = 16 << 20;

/// Who reads what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Console {
    /// Somebody at a terminal, who types.
    Terminal,
    /// A program: answers go to standard output, all else to standard error.
    Pipe,
    /// Nobody types.
    Log,
}

impl Console {
    pub(super) fn new(no_prompt: bool) -> Self {
        match (no_prompt, std::io::stdin().is_terminal()) {
            (true, _) => Self::Log,
            (false, true) => Self::Terminal,
            (false, false) => Self::Pipe,
        }
    }

    /// What is no answer.
    pub(super) fn tell(self, text: impl Display) -> Result<(), Failure> {
        match self {
            Self::Terminal | Self::Log => say(text),
            Self::Pipe => {
                // Who does not want to hear it closes it.
                let _ = writeln!(std::io::stderr(), "{text}");
                Ok(())
            }
        }
    }

    /// What happens while somebody may be typing.
    pub(super) fn news(self, text: impl Display) -> Result<(), Failure> {
        match self {
            // In place of the prompt, if there is one.
            Self::Terminal => say(format_args!("\r\x1b[K-- {text}")),
            _ => self.tell(format_args!("-- {text}")),
        }
    }

    /// Asks for a line.
    pub(super) fn prompt(self) -> Result<(), Failure> {
        if self == Self::Terminal {
            let mut out = std::io::stdout().lock();
            let shown = write!(out, "moo> ").and_then(|()| out.flush());
            return shown.map_err(|_| Failure::silent());
        }
        Ok(())
    }

    /// The lines of standard input, read on a thread of their own; without a prompt there are
    /// none, for ever.
    pub(super) fn lines(self) -> Lines {
        let (sender, receiver) = mpsc::channel(1);
        if self == Self::Log {
            return Lines { receiver, _open: Some(sender) };
        }
        std::thread::spawn(move || {
            let mut input = std::io::stdin().lock();
            loop {
                let line = read(&mut input);
                let ended = !matches!(line, Ok(Some(_)));
                let sent = match line.transpose() {
                    Some(line) => sender.blocking_send(line).is_ok(),
                    None => false,
                };
                if ended || !sent {
                    return;
                }
            }
        });
        Lines { receiver, _open: None }
    }
}

/// Lines of standard input.
#[derive(Debug)]
pub(super) struct Lines {
    receiver: mpsc::Receiver<Result<String, String>>,
    /// Keeps it from ending where nobody reads.
    _open: Option<mpsc::Sender<Result<String, String>>>,
}

impl Lines {
    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// It cannot be read; there are no more then.
    ///
    /// # Cancel safety
    /// A dropped call has taken nothing.
    pub(super) async fn next(&mut self) -> Option<Result<String, String>> {
        self.receiver.recv().await
    }
}

/// One line; `None` at the end.
fn read(input: &mut impl BufRead) -> Result<Option<String>, String> {
    let mut line = Vec::new();
    let length = input
        .take(MAX_LINE as u64 + 1)
        .read_until(b'\n', &mut line)
        .map_err(|error| format!("standard input cannot be read: {error}"))?;
    match length {
        0 => Ok(None),
        1..=MAX_LINE => String::from_utf8(line).map(Some).map_err(|_| "no UTF-8".to_owned()),
        _ => Err(format!("a line has more than {MAX_LINE} bytes")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_bounded() {
        let mut two: &[u8] = b"one\ntwo";
        assert_eq!(read(&mut two), Ok(Some("one\n".to_owned())));
        assert_eq!(read(&mut two), Ok(Some("two".to_owned())));
        assert_eq!(read(&mut two), Ok(None));
        assert!(read(&mut &b"\xff\n"[..]).is_err());
        let long = vec![b'x'; MAX_LINE + 1];
        assert!(read(&mut &long[..]).unwrap_err().contains("more than"));
    }
}
