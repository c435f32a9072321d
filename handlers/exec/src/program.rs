//! What is started.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Stdio,
};

use journeyman_core::JobError;
use tokio::process::Command;

use crate::{NOT_STARTED, Process};

/// A program and what it is started with. Its environment is ours, apart from what is hidden and
/// set.
#[derive(Clone, PartialEq, Eq)]
pub struct Program {
    path: PathBuf,
    args: Vec<OsString>,
    hidden: Vec<String>,
    set: Vec<(String, OsString)>,
    folder: Option<PathBuf>,
}

impl Program {
    /// A program: a path, or a name that is looked for in `PATH`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            args: Vec::new(),
            hidden: Vec::new(),
            set: Vec::new(),
            folder: None,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Takes environment variables away, since they hold our secrets.
    #[must_use]
    pub fn hide(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.hidden.extend(names.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable, even one that is hidden.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.set.push((name.into(), value.into()));
        self
    }

    /// Starts it in this folder. A relative path of the program is not looked for there, but where
    /// we are, on most systems: give an absolute one.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// The program.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its arguments.
    pub fn arguments(&self) -> &[OsString] {
        &self.args
    }

    /// Starts it, in a process group of its own, with pipes for all three streams.
    ///
    /// # Errors
    /// It does not start: with the reason.
    pub fn start(&self) -> Result<Process, JobError> {
        let refused = |why: String| {
            JobError::failed(format!("the program {} does not start: {why}", self.path.display()))
                .with_code(NOT_STARTED)
        };
        let mut command = Command::new(&self.path);
        command.args(&self.args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for name in &self.hidden {
            command.env_remove(name);
        }
        command.envs(self.set.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        // Reaped by the runtime when the process is dropped.
        command.kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let child = command.spawn().map_err(|error| refused(error.to_string()))?;
        Process::new(child).ok_or_else(|| refused("it has no pipes".to_owned()))
    }
}

/// Shows no values of variables: they may be secrets.
impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.set.iter().map(|(name, _)| name).collect();
        f.debug_struct("Program")
            .field("path", &self.path)
            .field("args", &self.args)
            .field("hidden", &self.hidden)
            .field("set", &names)
            .field("folder", &self.folder)
            .finish()
    }
}
