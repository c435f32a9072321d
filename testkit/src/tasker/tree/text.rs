//! What a line of the tree says.

use std::io::{self, Write};

use serde_json::Value;

use super::nodes::{Node, What};
use super::{TreeStyle, between};
use crate::tasker::definition::StepKind;
use crate::tasker::state::StepState;
use crate::tasker::task::{Step, Task};
use crate::tasker::time::{Micros, SECOND};

/// Letters of a result or an error that are looked at.
const DETAIL: usize = 200;

/// A line in its columns.
pub(super) struct Row {
    /// Sign and name.
    pub(super) head: String,
    /// How long the last try took, or has taken so far.
    pub(super) took: Option<Micros>,
    pub(super) rest: String,
}

fn sign(state: StepState, ascii: bool) -> &'static str {
    let (sign, plain) = match state {
        StepState::Pending => ("○", "[ ]"),
        StepState::Enqueued => ("◌", "[.]"),
        StepState::InProgress
        | StepState::EnqueuedForOrchestration
        | StepState::EnqueuedAsErrorForOrchestration => ("▶", "[>]"),
        StepState::WaitingForRetry => ("↻", "[~]"),
        StepState::Complete => ("✔", "[x]"),
        StepState::Error => ("✖", "[!]"),
        StepState::Cancelled => ("⊘", "[-]"),
        StepState::ResolvedManually => ("☑", "[m]"),
    };
    if ascii { plain } else { sign }
}

/// `12 ms`, `1.2 s`, `2m05s`, `3h07m`.
pub(super) fn duration(micros: Micros) -> String {
    let millis = micros / 1000;
    let seconds = micros / SECOND;
    match seconds {
        0 => format!("{millis} ms"),
        1..60 => format!("{seconds}.{} s", millis % 1000 / 100),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// Names and messages come from outside: nothing in them may steer the terminal.
fn plain(text: &str, ascii: bool) -> String {
    let letter = |letter: char| match letter {
        letter if letter.is_control() => ' ',
        // Marks that change the direction of what follows.
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '?',
        letter if ascii && !letter.is_ascii() => '?',
        letter => letter,
    };
    text.chars().take(DETAIL).map(letter).collect()
}

/// Cuts a line to the style's width.
pub(super) fn cut(line: &str, style: TreeStyle) -> String {
    if line.chars().count() <= style.width {
        return line.to_owned();
    }
    let dots = if style.ascii { "..." } else { "…" };
    let kept: String = line.chars().take(style.width - dots.chars().count()).collect();
    kept + dots
}

/// The line above the tree.
pub(super) fn header(task: &Task, now: Micros, ascii: bool) -> String {
    let counts = task.counts(now);
    let part = &task.part;
    let dot = if ascii { "-" } else { "·" };
    let end = if task.state.is_settled() { task.since } else { now };
    let took = duration(between(part.task.created_at.0, end));
    let name = format!("{}/{} {}", part.namespace_name, part.task_name, part.task_version);
    let mut text = format!(
        "{} {dot} {} {dot} {} of {} steps",
        plain(&name, ascii),
        task.state,
        counts.completed,
        counts.total
    );
    if counts.failed > 0 {
        text += &format!(", {} failed", counts.failed);
    }
    format!("{text} {dot} {took}")
}

/// The line of a node, without what is left of it.
pub(super) fn row(task: &Task, node: &Node, now: Micros, ascii: bool) -> Row {
    match &node.what {
        What::Step { at, others } => {
            let step = &task.steps[*at];
            let head = format!("{} {}", sign(step.state, ascii), plain(&step.name, ascii));
            let mut rest = describe(step, ascii);
            if !others.is_empty() {
                let names: Vec<String> =
                    others.iter().take(5).map(|&at| plain(&task.steps[at].name, ascii)).collect();
                let more = match others.len().saturating_sub(5) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                let gap = if rest.is_empty() { "" } else { "  " };
                rest += &format!("{gap}(also after {}{more})", names.join(", "));
            }
            Row { head, took: took(step, now), rest }
        }
        What::Missing { place } => {
            let step = &task.template.steps[*place];
            let sign = if ascii { "[ ]" } else { "·" };
            let rest = match step.kind {
                StepKind::BatchWorker => "(as many as there are batches)",
                _ => "(not created)",
            };
            let head = format!("{sign} {}", plain(&step.name, ascii));
            Row { head, took: None, rest: rest.to_owned() }
        }
    }
}

/// How long the last try took; so far, if it runs.
fn took(step: &Step, now: Micros) -> Option<Micros> {
    let rows = &step.transitions;
    let start = rows.iter().rposition(|row| row.to == StepState::InProgress)?;
    let end = rows.get(start + 1).map_or(now, |row| row.at);
    Some(between(rows[start].at, end))
}

fn describe(step: &Step, ascii: bool) -> String {
    let max = step.definition.retry.max_attempts;
    let mut text = match step.state {
        StepState::Complete | StepState::Pending => String::new(),
        state => state.word().to_owned(),
    };
    let failing = matches!(step.state, StepState::WaitingForRetry | StepState::Error);
    if step.attempts > 1 || (failing && max > 1) {
        let gap = if text.is_empty() { "" } else { ", " };
        text += &format!("{gap}try {} of {max}", step.attempts);
    }
    let detail = match (step.state, &step.results) {
        (StepState::WaitingForRetry | StepState::Error, Some(result)) => {
            Some(plain(result.message(), ascii))
        }
        (StepState::Complete, Some(result)) => value(&result.result, ascii),
        (StepState::InProgress, _) => progress(step).map(|items| format!("{items} items done")),
        _ => None,
    };
    match (text.is_empty(), detail) {
        (true, detail) => detail.unwrap_or_default(),
        (false, Some(detail)) => format!("{text}: {detail}"),
        (false, None) => text,
    }
}

/// The beginning of a result; nothing of one that says nothing.
fn value(value: &Value, ascii: bool) -> Option<String> {
    let empty = value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty);
    if empty {
        return None;
    }
    // It may have megabytes.
    let mut text = Start::default();
    let _ = serde_json::to_writer(&mut text, value);
    Some(plain(&String::from_utf8_lossy(&text.bytes), ascii))
}

/// Keeps the beginning of what is written, and then refuses.
#[derive(Default)]
struct Start {
    bytes: Vec<u8>,
}

impl Write for Start {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A letter has up to four bytes.
        let room = (DETAIL * 4).saturating_sub(self.bytes.len());
        if room == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        let taken = room.min(bytes.len());
        self.bytes.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Items that a checkpoint says are done.
fn progress(step: &Step) -> Option<u64> {
    step.checkpoint.as_ref()?.get("items_processed")?.as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (micros, text) in [
            (0, "0 ms"),
            (999_999, "999 ms"),
            (1_250_000, "1.2 s"),
            (59_990_000, "59.9 s"),
            (125_000_000, "2m05s"),
            (11_220_000_000, "3h07m"),
        ] {
            assert_eq!(duration(micros), text);
        }
    }

    #[test]
    fn nothing_steers_the_terminal_and_nothing_is_too_long() {
        assert_eq!(plain("a\u{1b}[2Jb\n\u{202e}é", false), "a [2Jb ?é");
        assert_eq!(plain("é✔", true), "??");
        let style = TreeStyle::default().width(20);
        assert_eq!(cut(&"x".repeat(30), style), format!("{}…", "x".repeat(19)));
        assert_eq!(cut(&"x".repeat(30), style.ascii(true)), format!("{}...", "x".repeat(17)));
        let long = Value::from("é".repeat(10_000));
        assert_eq!(value(&long, false).unwrap().chars().count(), DETAIL);
        assert_eq!(value(&serde_json::json!({}), false), None);
    }
}
