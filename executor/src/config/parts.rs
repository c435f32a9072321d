//! Limits, re-use, and users.

use std::{fmt, str::FromStr, time::Duration};

use journeyman_core::settings::{ConfigError, units};
use serde::{Deserialize, Deserializer, de};

/// What a task may use. Sizes are in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Limits {
    /// The longest time of a task. Default 1 hour.
    #[serde(deserialize_with = "units::duration")]
    pub wall: Duration,
    /// The most processor time of a task, of all its threads. Default 1 hour; held to about a
    /// tenth of a second.
    #[serde(deserialize_with = "units::duration")]
    pub cpu: Duration,
    /// The address space of an interpreter. Default 1 GiB, at least 64 MiB. Python needs about
    /// 30 MiB of it; libraries for numbers may reserve hundreds per thread.
    #[serde(deserialize_with = "units::size")]
    pub memory: usize,
    /// The most threads of an interpreter. Default 64, at least 1; a task that has more for a
    /// twentieth of a second is killed.
    pub threads: u64,
    /// The most open files. Default 256, at least 16.
    pub open_files: u64,
    /// The largest file. Default 64 MiB.
    #[serde(deserialize_with = "units::size")]
    pub file_size: usize,
    /// The most that may lie in the scratch folder. Default 256 MiB; looked at four times a
    /// second, so that a quick task may write more before it is killed.
    #[serde(deserialize_with = "units::size")]
    pub disk: usize,
    /// The most files and folders in the scratch folder. Default 10,000; looked at like `disk`.
    pub disk_entries: u64,
    /// How much of what a task prints is kept. Default 256 KiB; the rest is counted and dropped.
    #[serde(deserialize_with = "units::size")]
    pub output: usize,
    /// The largest result, as JSON text. Default 16 MiB, at most 1 GiB.
    #[serde(deserialize_with = "units::size")]
    pub result: usize,
    /// The most source text and arguments together. Default 64 MiB, at most 1 GiB.
    #[serde(deserialize_with = "units::size")]
    pub task: usize,
}

/// Which tasks an interpreter may run one after the other.
///
/// What a task leaves behind in the modules of its interpreter cannot be undone, and code that
/// means to stays for the next task. So this is a choice of who is trusted with whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reuse {
    /// Tasks of the same source text (by its SHA-256), which a client sends for one job: nothing
    /// reaches a task of other code. Another source takes another interpreter.
    #[default]
    SameSource,
    /// All tasks, as upstream's worker does: the quickest with many different sources, and only
    /// for code of one's own.
    Any,
    /// One task each. The start of a process is 15 to 30 ms of processor time.
    Never,
}

/// A user and a group, as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct User {
    /// The user.
    pub uid: u32,
    /// The group; there are no others.
    pub gid: u32,
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.uid, self.gid)
    }
}

impl FromStr for User {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let wrong =
            || ConfigError::new("user", text, "give numbers as UID:GID, such as 65534:65534");
        let (uid, gid) = text.split_once(':').ok_or_else(wrong)?;
        let number = |part: &str| part.trim().parse().map_err(|_| wrong());
        Ok(Self { uid: number(uid)?, gid: number(gid)? })
    }
}

impl<'de> Deserialize<'de> for User {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error: ConfigError| de::Error::custom(error.to_string()))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wall: Duration::from_secs(3600),
            cpu: Duration::from_secs(3600),
            memory: 1 << 30,
            threads: 64,
            open_files: 256,
            file_size: 64 << 20,
            disk: 256 << 20,
            disk_entries: 10_000,
            output: 256 << 10,
            result: 16 << 20,
            task: 64 << 20,
        }
    }
}

impl Limits {
    setters! {
        /// Sets the longest time of a task.
        wall: Duration,
        /// Sets the most processor time of a task.
        cpu: Duration,
        /// Sets the address space of an interpreter.
        memory: usize,
        /// Sets the most threads.
        threads: u64,
        /// Sets the most open files.
        open_files: u64,
        /// Sets the largest file.
        file_size: usize,
        /// Sets the most in the scratch folder.
        disk: usize,
        /// Sets the most files and folders in the scratch folder.
        disk_entries: u64,
        /// Sets how much of what a task prints is kept.
        output: usize,
        /// Sets the largest result.
        result: usize,
        /// Sets the most source text and arguments together.
        task: usize,
    }
}
