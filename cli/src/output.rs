//! Standard output.

use std::{
    fmt::Display,
    io::{IsTerminal, Write},
};

use comfy_table::Table;

use crate::exit::Failure;

/// Prints a line. An output that nobody reads any more, such as `| head`, ends the program
/// without a word.
pub(crate) fn say(line: impl Display) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|_| Failure::silent())
}

/// A line below the header and nothing else: tables stay low.
const STYLE: &str = "     ──            ";

/// An empty table in the style of this program.
pub(crate) fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_preset(STYLE).set_header(header);
    table
}

/// A text that is drawn again and again at the same place, if the output is a terminal.
#[derive(Debug)]
pub(crate) struct Redrawn {
    terminal: bool,
    lines: usize,
}

impl Redrawn {
    pub(crate) fn new() -> Self {
        Self { terminal: std::io::stdout().is_terminal(), lines: 0 }
    }

    /// Whether there is a terminal to draw on.
    pub(crate) fn is_live(&self) -> bool {
        self.terminal
    }

    /// Draws over what was drawn before; without a terminal it is plain printing.
    pub(crate) fn draw(&mut self, text: &str) -> Result<(), Failure> {
        if self.terminal && self.lines > 0 {
            // Up to the first line of the last picture, and clear from there on.
            say(format_args!("\x1b[{}A\x1b[J{text}", self.lines))?;
        } else {
            say(text)?;
        }
        self.lines = text.lines().count().max(1);
        Ok(())
    }

    /// Draws over what was drawn before, and leaves this there: the next picture comes below.
    pub(crate) fn keep(&mut self, text: &str) -> Result<(), Failure> {
        self.draw(text)?;
        self.lines = 0;
        Ok(())
    }

    /// Takes away what was drawn.
    pub(crate) fn wipe(&mut self) -> Result<(), Failure> {
        if self.terminal && self.lines > 0 {
            let mut out = std::io::stdout().lock();
            let wiped = write!(out, "\x1b[{}A\x1b[J", self.lines).and_then(|()| out.flush());
            wiped.map_err(|_| Failure::silent())?;
        }
        self.lines = 0;
        Ok(())
    }
}

/// How many columns and lines the terminal has.
pub(crate) fn screen() -> (usize, usize) {
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(std::io::stdout())
        && size.ws_col > 0
        && size.ws_row > 0
    {
        return (size.ws_col.into(), size.ws_row.into());
    }
    (80, 24)
}

/// A text on one line, and harmless for a terminal.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .flat_map(|c| match c.is_control() {
            true => c.escape_default().collect::<Vec<_>>(),
            false => vec![c],
        })
        .collect()
}

/// A text of at most so many characters; an ellipsis stands for what is cut.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}
