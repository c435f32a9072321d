//! What a backend offers, as data, and what a handler needs.

use std::{any::TypeId, fmt, time::Duration};

/// How a backend hands out jobs; it decides when a permit is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Intake {
    /// The worker asks: a permit is taken first, then a job is asked for.
    Pull,
    /// The server gives each registration one job at a time. An idle registration holds no
    /// permit, and a job that finds none waits: it is not refused.
    OnePerRegistration,
    /// The server pushes without asking. Jobs wait in a bounded queue; beyond it the
    /// [`Overload`] policy applies.
    Pushed,
}

/// What happens to a pushed job that finds the waiting queue full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overload {
    /// It is answered with [`JobErrorKind::Overloaded`](crate::JobErrorKind::Overloaded).
    Refuse,
    /// It is answered with [`JobErrorKind::HandedBack`](crate::JobErrorKind::HandedBack).
    HandBack,
    /// Its refusal is held back for this long, for servers that would send the same job again
    /// at once and for ever.
    Delay(Duration),
}

/// What the worker knows about a terminal message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Confirmation {
    /// It was written to the connection; the server never answers.
    Written,
    /// The server acknowledged it.
    Confirmed,
}

/// Who tries a failed job again. There is one owner, so that tries do not multiply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryOwner {
    /// The server, by its own rules.
    Server,
    /// Nobody but this worker: use the retry layer.
    Worker,
}

/// How good the proof is that a ready session is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Registration {
    /// The server confirms it.
    Confirmed,
    /// The server answers nothing: it is alive, and has not thrown us out.
    Assumed,
}

/// What one backend offers. Every adapter states it; `journeyman doctor` prints it; the
/// conformance suite chooses its cases by it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Capabilities {
    /// How jobs come in.
    pub intake: Intake,
    /// What happens beyond the waiting queue.
    pub overload: Overload,
    /// What `ready` stands on.
    pub registration: Registration,
    /// What is known about a terminal message.
    pub confirmation: Confirmation,
    /// Who retries.
    pub retry: RetryOwner,
    /// An unfinished job can be given back so that another worker gets it.
    pub hand_back: bool,
    /// Progress reaches the server.
    pub progress: bool,
    /// The server can cancel a running job.
    pub cancel: bool,
    /// A job carries a deadline or time limit.
    pub deadline: bool,
    /// A result that is sent after a reconnect still counts.
    pub late_results: bool,
    /// A handler can publish events.
    pub events: bool,
    /// A job tells which attempt it is.
    pub attempt: bool,
    /// A job tells whether it was delivered before.
    pub redelivered: bool,
    /// Jobs that one registration runs at a time; `None` for no limit of the wire.
    pub concurrency: Option<u32>,
    /// The largest message in bytes, in either direction; `None` for no limit of the wire.
    pub max_message: Option<usize>,
    /// Names of the typed extensions that its jobs carry.
    pub extensions: &'static [&'static str],
}

impl Capabilities {
    /// Pushed jobs, written results, and nothing else: a start to add to.
    pub fn new(intake: Intake) -> Self {
        Self {
            intake,
            overload: Overload::Refuse,
            registration: Registration::Confirmed,
            confirmation: Confirmation::Written,
            retry: RetryOwner::Worker,
            hand_back: false,
            progress: false,
            cancel: false,
            deadline: false,
            late_results: false,
            events: false,
            attempt: false,
            redelivered: false,
            concurrency: None,
            max_message: None,
            extensions: &[],
        }
    }

    /// The table that people read: one row per capability.
    pub fn rows(&self) -> Vec<(&'static str, String)> {
        fn yes(flag: bool) -> String {
            if flag { "yes" } else { "no" }.to_owned()
        }
        fn limit<T: fmt::Display>(limit: Option<T>) -> String {
            limit.map_or_else(|| "unlimited".to_owned(), |limit| limit.to_string())
        }
        vec![
            (
                "intake",
                match self.intake {
                    Intake::Pull => "pull".to_owned(),
                    Intake::OnePerRegistration => "one at a time per registration".to_owned(),
                    Intake::Pushed => "pushed".to_owned(),
                },
            ),
            (
                "overload",
                match self.overload {
                    Overload::Refuse => "refuse".to_owned(),
                    Overload::HandBack => "hand back".to_owned(),
                    Overload::Delay(delay) => format!("refuse after {delay:?}"),
                },
            ),
            (
                "registration",
                match self.registration {
                    Registration::Confirmed => "confirmed by the server",
                    Registration::Assumed => "assumed: the server answers nothing",
                }
                .to_owned(),
            ),
            (
                "confirmation",
                match self.confirmation {
                    Confirmation::Written => "written only".to_owned(),
                    Confirmation::Confirmed => "confirmed by the server".to_owned(),
                },
            ),
            (
                "retry",
                match self.retry {
                    RetryOwner::Server => "by the server".to_owned(),
                    RetryOwner::Worker => "by the retry layer".to_owned(),
                },
            ),
            ("hand back", yes(self.hand_back)),
            ("progress", yes(self.progress)),
            ("cancel by server", yes(self.cancel)),
            ("deadline on the wire", yes(self.deadline)),
            ("late results count", yes(self.late_results)),
            ("events", yes(self.events)),
            ("attempt number", yes(self.attempt)),
            ("redelivery flag", yes(self.redelivered)),
            ("jobs per registration", limit(self.concurrency)),
            ("largest message (bytes)", limit(self.max_message)),
            (
                "extensions",
                match self.extensions {
                    [] => "none".to_owned(),
                    names => names.join(", "),
                },
            ),
        ]
    }

    /// How this backend meets a need.
    pub fn support(&self, need: &Need) -> Support {
        let native_or = |native: bool, layer: &'static str| match native {
            true => Support::Native,
            false => Support::Emulated(layer),
        };
        match need {
            Need::Progress => native_or(self.progress, "snapshot (shown locally, not sent)"),
            Need::Cancel => native_or(self.cancel, "session (deadline and shutdown only)"),
            Need::Deadline => native_or(self.deadline, "session (the worker's own time limit)"),
            Need::Attempt => native_or(self.attempt, "session (counts what this worker saw fail)"),
            Need::Redelivered => match self.redelivered {
                true => Support::Native,
                false => Support::Refused("its wire has no redelivery flag".to_owned()),
            },
            Need::Events => match self.events {
                true => Support::Native,
                false => Support::Refused("its wire carries no events".to_owned()),
            },
            Need::Extension(name) => match self.extensions.contains(name) {
                true => Support::Native,
                false => Support::Refused(format!("its jobs carry no `{name}`")),
            },
            // State belongs to the router, which checks it.
            Need::State(_) => Support::Native,
        }
    }
}

/// What an extractor needs from the backend or the router.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Need {
    /// Progress reports.
    Progress,
    /// Being told to stop.
    Cancel,
    /// A time limit.
    Deadline,
    /// Publishing events.
    Events,
    /// The attempt number.
    Attempt,
    /// The redelivery flag.
    Redelivered,
    /// A typed extension of an adapter, by name.
    Extension(&'static str),
    /// A state of this type on the router.
    State(fn() -> (TypeId, &'static str)),
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Progress => f.write_str("progress"),
            Self::Cancel => f.write_str("cancel"),
            Self::Deadline => f.write_str("a deadline"),
            Self::Events => f.write_str("events"),
            Self::Attempt => f.write_str("the attempt number"),
            Self::Redelivered => f.write_str("the redelivery flag"),
            Self::Extension(name) => write!(f, "the extension `{name}`"),
            Self::State(state) => write!(f, "the state `{}`", state().1),
        }
    }
}

/// How a backend meets a need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Support {
    /// The wire does it.
    Native,
    /// This part of the framework does it.
    Emulated(&'static str),
    /// Nobody does; the worker does not start. Holds the reason.
    Refused(String),
}
