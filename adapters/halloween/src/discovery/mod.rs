//! Which props a house has: folders, toggles, config files and ids (Halloween sheet, sections 4.3
//! and 4.4). Only reads files; starting something is somebody else's task.
//!
//! A prop is a folder `NAME/backend` under the props root. What runs it:
//!
//! 1. a Rust worker that the host program registered under the folder's name or the prop's id;
//! 2. the program of the key `exec` in its config file: a text, or a list of program and arguments;
//! 3. an executable file `worker` (or `worker.sh`, `worker.rb`, …) in the folder;
//! 4. `worker.py`: found, and said so, but not started here.
//!
//! The ids are those of the profile. In the profile head, `prop_id` in the config file counts, then
//! `PROP_ID` of a `worker.py`; upstream calls everybody else `worker`, so that two of them collide,
//! and here they have the names of their folders ([`MissingId`]).

mod document;
mod error;
mod read;
mod scan;
mod toggles;
mod variable;
mod yaml;

use std::path::{Path, PathBuf};

use crate::Profile;

pub use self::document::Document;
pub use self::error::ConfigFileError;
pub use self::toggles::{TOGGLE_VARIABLES, Toggle, Toggles};

/// What a prop without an id of its own is called in the profile head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MissingId {
    /// As its folder.
    #[default]
    Folder,
    /// `worker`, as upstream: only one of them can run.
    Worker,
}

/// What to look for, and where.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Search {
    /// The folder with the props.
    pub root: PathBuf,
    /// Whose ids and toggles count.
    pub profile: Profile,
    /// Names of the built-in workers of the host program, such as `heartbeat`.
    pub builtins: Vec<String>,
    /// Where the built-in workers have their config file, if anywhere: they share one.
    pub builtins_folder: Option<PathBuf>,
    /// Folders or ids that the host program has Rust workers for.
    pub registered: Vec<String>,
    /// What is switched off.
    pub toggles: Toggles,
    /// What a prop without an id is called.
    pub missing_id: MissingId,
}

impl Search {
    /// All props under a folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), ..Self::default() }
    }

    /// Looks. The order is that of starting: built-ins first, then props, each by name.
    ///
    /// What cannot run is among the [`problems`](Discovery::problems), and the others do.
    pub fn run(&self) -> Discovery {
        scan::run(self)
    }
}

/// What was found.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Discovery {
    /// What can run, in the order of starting. Their ids are all different.
    pub found: Vec<Found>,
    /// What was left out on purpose.
    pub left_out: Vec<LeftOut>,
    /// What cannot run.
    pub problems: Vec<Problem>,
}

/// A worker that can run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Found {
    /// The name of its folder, or of the built-in: what toggles name.
    pub name: String,
    /// Its id on the bus.
    pub id: String,
    /// What runs it.
    pub runner: Runner,
    /// The folder of its files; none for a built-in without one.
    pub folder: Option<PathBuf>,
    /// Its configuration; empty without a file.
    pub config: Document,
}

/// What runs a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Runner {
    /// A built-in worker of the host program.
    Builtin,
    /// A Rust worker that the host program registered.
    Registered,
    /// A program with arguments, to be started in the folder.
    Program(Vec<String>),
}

/// Something that was left out on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// Its name.
    pub name: String,
    /// Its id, where that is known.
    pub id: Option<String>,
    /// Why.
    pub reason: Reason,
}

/// Why something was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A toggle switches it off.
    Toggle,
    /// The folder has nothing that could run: firmware, or a page of the dashboard only.
    NothingToRun,
    /// It is a Python worker; this host starts none.
    Python(PathBuf),
}

impl Reason {
    /// A text for log and bus.
    pub fn text(&self) -> String {
        match self {
            Self::Toggle => "switched off".to_owned(),
            Self::NothingToRun => "its backend folder has no worker".to_owned(),
            Self::Python(path) => format!(
                "its worker is the Python class in {}, which this host does not start; register a \
                 Rust worker, or name a program with `exec` in its config file",
                path.display()
            ),
        }
    }
}

/// Something that cannot run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The name of the worker, or of the root.
    pub name: String,
    /// Its id, where that is known.
    pub id: Option<String>,
    /// What is wrong: where, and what to do.
    pub text: String,
}

/// Reads the config file of a folder: the first of `config.json`, `config.yaml` and `config.yml`.
/// Without one, and for an empty one, the configuration is an empty object.
///
/// # Errors
/// The file cannot be read, or is not of its format: with file, line and key.
pub fn read_config(folder: &Path) -> Result<Document, ConfigFileError> {
    read::folder(folder)
}

#[cfg(test)]
mod tests;
