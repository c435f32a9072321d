//! What happens at the orchestrator, as lines for people.

use journeyman_testkit::tasker::{Event, StepState, TaskState};
use uuid::Uuid;

use crate::output::{clean, cut};

/// How much of a text is shown, in characters.
const SHOWN: usize = 200;

/// A line about something that happened, if it is worth one. With `trees` it is not if the trees
/// show it.
pub(super) fn line(event: &Event, trees: bool) -> Option<String> {
    Some(match event {
        Event::Task { .. } | Event::Step { .. } | Event::Polled { .. } if trees => return None,
        Event::Task { task, name, from: None, .. } => {
            row("task", name, &format!("is started ({task})"))
        }
        Event::Task { task, name, to: TaskState::Complete, .. } => {
            row("task", name, &format!("is complete ({})", short(*task)))
        }
        Event::Task { task, name, to: TaskState::BlockedByFailures, .. } => {
            row("BLOCKED", name, &format!("a step failed for good ({})", short(*task)))
        }
        Event::Task { task, name, to: TaskState::Cancelled, .. } => {
            row("task", name, &format!("is cancelled ({})", short(*task)))
        }
        Event::Task { task, name, to: TaskState::Error, .. } => {
            row("FAILED", name, &format!("was stuck for too long ({})", short(*task)))
        }
        Event::Polled { name, attempt: 1, .. } => row("step", name, "is worked on"),
        Event::Polled { name, attempt, .. } => {
            row("step", name, &format!("is worked on, try {attempt}"))
        }
        Event::Step { name, to: StepState::Complete, .. } => row("step", name, "is complete"),
        Event::Step { name, to: StepState::WaitingForRetry, .. } => {
            row("step", name, "failed, and will be tried again")
        }
        Event::Step { name, to: StepState::Error, .. } => row("FAILED", name, "for good"),
        Event::Checkpointed { name, .. } if !trees => row("step", name, "stored a checkpoint"),
        Event::Published { name, mode, .. } => {
            row("event", name, &format!("is published ({mode:?})").to_lowercase())
        }
        Event::Unpublished { name, reason } => {
            row("event", name, &format!("is NOT published: {reason}"))
        }
        Event::Refused { event, reason } => {
            row("refused", &short(*event), &format!("a result of the worker: {reason}"))
        }
        Event::Dropped { step, reason } => {
            row("dropped", &short(*step), &format!("a result of the worker: {reason}"))
        }
        Event::TimedOut { count } => {
            row("timeout", "", &format!("{count} steps were not answered in time"))
        }
        Event::Lost { name, .. } => row("LOST", name, "the dispatch channel is full"),
        Event::DeadLetter { task } => row("dead", &short(*task), "the task is given up"),
        Event::Problem { task, text } => row("problem", &short(*task), text),
        Event::Missed(count) if !trees => {
            row("missed", "", &format!("{count} lines: too much at once"))
        }
        // What comes between two states, and answers whose step says the same.
        _ => return None,
    })
}

fn row(kind: &str, about: &str, text: &str) -> String {
    let (about, text) = (cut(&clean(about), 40), cut(&clean(text), SHOWN));
    format!("{kind:<8} {about:<22} {text}").trim_end().to_owned()
}

/// The end of an id: its beginning is the time.
fn short(id: Uuid) -> String {
    let text = id.to_string();
    format!("…{}", &text[text.len() - 8..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_one_line_and_not_too_long() {
        let problem = Event::Problem { task: Uuid::nil(), text: "x\n\u{1b}[2J".to_owned() };
        let text = line(&problem, true).unwrap();
        assert_eq!(text, "problem  …00000000              x\\n\\u{1b}[2J");
        let long = Event::Problem { task: Uuid::nil(), text: "é".repeat(5000) };
        assert!(line(&long, false).unwrap().chars().count() < 240);
    }

    #[test]
    fn a_tree_says_the_rest() {
        let state = Event::Step {
            task: Uuid::nil(),
            step: Uuid::nil(),
            name: "ship".into(),
            from: Some(StepState::InProgress),
            to: StepState::Error,
        };
        assert_eq!(line(&state, true), None);
        assert_eq!(line(&state, false).unwrap(), "FAILED   ship                   for good");
    }
}
