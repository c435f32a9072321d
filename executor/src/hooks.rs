//! What happens between the start of a task and its end.

use tokio::sync::mpsc;

/// Ways to follow and to steer a task while it runs.
#[derive(Debug, Default)]
pub struct Hooks {
    events: Option<mpsc::Sender<Event>>,
    controls: Option<mpsc::Receiver<Control>>,
    dropped: u64,
}

impl Hooks {
    /// Sends what happens to this channel. Events are dropped while it is full: a slow listener
    /// never slows a task.
    #[must_use]
    pub fn events(mut self, events: mpsc::Sender<Event>) -> Self {
        self.events = Some(events);
        self
    }

    /// Takes wishes from this channel.
    #[must_use]
    pub fn controls(mut self, controls: mpsc::Receiver<Control>) -> Self {
        self.controls = Some(controls);
        self
    }

    pub(crate) fn send(&mut self, event: impl FnOnce() -> Event) {
        if let Some(events) = &self.events
            && events.try_send(event()).is_err()
        {
            self.dropped += 1;
        }
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The next wish; never, once nobody can have one. Cancel safe.
    pub(crate) async fn next(&mut self) -> Control {
        if let Some(controls) = &mut self.controls {
            if let Some(control) = controls.recv().await {
                return control;
            }
            self.controls = None;
        }
        std::future::pending().await
    }
}

/// Something that a task did.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// It runs now, in the process of this number.
    Started {
        /// The process.
        pid: u32,
    },
    /// It printed. Only as much as is kept ([`Limits::output`](crate::Limits::output)); one chunk
    /// is at most 64 KiB and ends between two characters.
    Output(String),
    /// It called `journeyman_task.progress(percent, message)`.
    Progress {
        /// From 0 to 100 if the code kept to that; never NaN.
        percent: f64,
        /// What it does, at most 4096 characters.
        message: Option<String>,
    },
    /// A state to go on from: asked for by [`Task::checkpoints`](crate::Task::checkpoints) or
    /// [`Control::Checkpoint`], or sent by `journeyman_task.checkpoint(name=value, …)`.
    Checkpoint(Checkpoint),
}

/// A state to go on from.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// `progress_percent` as JSON text; `0` if the code has none.
    pub progress: String,
    /// Names and values as JSON text, in the order of the names asked for.
    pub state: Vec<(String, String)>,
    /// Names whose values JSON cannot carry, or that were too much.
    pub skipped: Vec<String>,
}

impl Checkpoint {
    /// The state as one JSON object, in Python's form.
    #[must_use]
    pub fn json(&self) -> String {
        let mut out = String::from("{");
        for (at, (name, value)) in self.state.iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            out.push_str(&crate::json::literal(name));
            out.push_str(": ");
            out.push_str(value);
        }
        out.push('}');
        out
    }
}

/// A wish about a task. Those that need a running task do nothing before it runs, except that a
/// pause waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Control {
    /// End it now, whatever it does: its process is killed, and the task fails as
    /// [`Cancelled`](crate::FailureKind::Cancelled).
    Cancel,
    /// Stop its process, of whatever code. The clock of its time limit stops, too.
    Pause,
    /// Let it go on.
    Resume,
    /// Call the function `kill` of the code itself, in the thread of the task: the client library
    /// of CROWDio wraps tasks so that they then return `"killed"` (CrowdCompute sheet, section
    /// 17). Other code takes no notice.
    AskToStop,
    /// Send an [`Event::Checkpoint`] now.
    Checkpoint,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_one_object() {
        let mut checkpoint =
            Checkpoint { progress: "0".to_owned(), state: Vec::new(), skipped: Vec::new() };
        assert_eq!(checkpoint.json(), "{}");
        checkpoint.state =
            vec![("a\"".to_owned(), "[NaN]".to_owned()), ("b".to_owned(), "1".to_owned())];
        assert_eq!(checkpoint.json(), r#"{"a\"": [NaN], "b": 1}"#);
    }
}
