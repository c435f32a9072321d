//! What the sandbox is made of, and what of it is there.

use std::fmt;

/// A part of the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Part {
    /// Tasks end after a time.
    WallClock,
    /// The processor time of tasks is limited.
    CpuTime,
    /// Memory is limited.
    Memory,
    /// Threads are limited.
    Threads,
    /// Open files are limited.
    OpenFiles,
    /// The size of files is limited, and no memory image is written at a crash.
    FileSize,
    /// What lies in the scratch folder is limited.
    Disk,
    /// A session and process group of its own: no terminal, killed as a whole.
    Session,
    /// Killed when the worker ends, however it ends.
    ParentDeath,
    /// No environment variables.
    Environment,
    /// No capabilities, also for root.
    Capabilities,
    /// No program can gain privileges.
    Privileges,
    /// No files but the scratch folder and the interpreter's libraries.
    Files,
    /// System calls are filtered.
    SystemCalls,
    /// No network, and no sockets to others on this machine.
    Network,
    /// No other processes.
    Processes,
}

impl Part {
    /// All of them, in the order of a report.
    pub const ALL: [Self; 16] = [
        Self::WallClock,
        Self::CpuTime,
        Self::Memory,
        Self::Threads,
        Self::OpenFiles,
        Self::FileSize,
        Self::Disk,
        Self::Session,
        Self::ParentDeath,
        Self::Environment,
        Self::Capabilities,
        Self::Privileges,
        Self::Files,
        Self::SystemCalls,
        Self::Network,
        Self::Processes,
    ];

    /// Its name, such as `system_calls`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WallClock => "wall_clock",
            Self::CpuTime => "cpu_time",
            Self::Memory => "memory",
            Self::Threads => "threads",
            Self::OpenFiles => "open_files",
            Self::FileSize => "file_size",
            Self::Disk => "disk",
            Self::Session => "session",
            Self::ParentDeath => "parent",
            Self::Environment => "environment",
            Self::Capabilities => "capabilities",
            Self::Privileges => "privileges",
            Self::Files => "files",
            Self::SystemCalls => "system_calls",
            Self::Network => "network",
            Self::Processes => "processes",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Whether a part is there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// It is, and was tried; with more to know, or nothing.
    Active(String),
    /// It is not, for this reason.
    Unavailable(String),
    /// The configuration says `sandbox = false`.
    Off,
}

/// What of the sandbox is there, as found out by an interpreter that was started for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Each part once, in the order of [`Part::ALL`].
    pub parts: Vec<(Part, State)>,
}

impl Report {
    pub(crate) fn new(mut state: impl FnMut(Part) -> State) -> Self {
        Self { parts: Part::ALL.into_iter().map(|part| (part, state(part))).collect() }
    }

    /// The state of a part.
    #[must_use]
    pub fn state(&self, part: Part) -> &State {
        const OFF: State = State::Off;
        self.parts.iter().find(|(other, _)| *other == part).map_or(&OFF, |(_, state)| state)
    }

    /// Whether all of it is active.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.parts.iter().all(|(_, state)| matches!(state, State::Active(_)))
    }

    /// What is not active, with the reason.
    #[must_use]
    pub fn missing(&self) -> Vec<(Part, String)> {
        let reason = |state: &State| match state {
            State::Active(_) => None,
            State::Unavailable(reason) => Some(reason.clone()),
            State::Off => Some("the sandbox is switched off".to_owned()),
        };
        self.parts.iter().filter_map(|(part, state)| Some((*part, reason(state)?))).collect()
    }
}

impl Report {
    /// What of this is among what another is missing, with its reasons.
    pub(crate) fn lost(&self, missing: &[(Part, String)]) -> Vec<(Part, String)> {
        let had = |part: Part| matches!(self.state(part), State::Active(_));
        missing.iter().filter(|(part, _)| had(*part)).cloned().collect()
    }
}

impl fmt::Display for Report {
    /// One line for each part.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (part, state)) in self.parts.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            match state {
                State::Active(detail) if detail.is_empty() => write!(f, "{part:<13} active")?,
                State::Active(detail) => write!(f, "{part:<13} active: {detail}")?,
                State::Unavailable(reason) => write!(f, "{part:<13} not available: {reason}")?,
                State::Off => write!(f, "{part:<13} off")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_missing() {
        let report = Report::new(|part| match part {
            Part::Files => State::Unavailable("no Landlock".to_owned()),
            Part::Network => State::Active("no sockets".to_owned()),
            Part::Disk => State::Off,
            _ => State::Active(String::new()),
        });
        assert!(!report.complete());
        let missing = report.missing();
        assert_eq!(missing[0], (Part::Disk, "the sandbox is switched off".to_owned()));
        assert_eq!(missing[1], (Part::Files, "no Landlock".to_owned()));
        let text = report.to_string();
        assert!(text.contains("\nfiles         not available: no Landlock\n"), "{text}");
        assert!(text.contains("\nnetwork       active: no sockets\n"), "{text}");
        assert!(text.ends_with("processes     active"), "{text}");
        assert_eq!(*report.state(Part::WallClock), State::Active(String::new()));
        let full = Report::new(|_| State::Active(String::new()));
        assert!(full.complete());
        assert_eq!(full.lost(&missing), missing);
        assert_eq!(report.lost(&missing), []);
    }
}
