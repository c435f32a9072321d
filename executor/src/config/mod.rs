//! Settings of the executor.

use std::{path::PathBuf, time::Duration};

use journeyman_core::settings::{ConfigError, units, variables};
use serde::Deserialize;

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $kind:ty,)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, $name: $kind) -> Self {
            self.$name = $name;
            self
        }
    )*};
}

mod parts;

pub use parts::{Limits, Reuse, User};

const MAX_TIME: Duration = Duration::from_secs(366 * 24 * 3600);
const MAX_SIZE: usize = 1024;

/// Settings that have an environment variable: the key of the setting, the variable, and what it
/// means. Lists are separated by colons, as in `PATH`.
pub const KEYS: &[(&str, &str, &str)] = &[
    ("python", "JOURNEYMAN_PYTHON", "the Python interpreter; found in PATH if it is not set"),
    ("venv", "JOURNEYMAN_PYTHON_VENV", "virtual environment to use, made if it is not there"),
    ("size", "JOURNEYMAN_PYTHON_SIZE", "most tasks at the same time"),
    ("spare", "JOURNEYMAN_PYTHON_SPARE", "interpreters kept ready besides those in use"),
    ("reuse", "JOURNEYMAN_PYTHON_REUSE", "`same_source`, `any` or `never`"),
    ("max_tasks", "JOURNEYMAN_PYTHON_MAX_TASKS", "tasks after which an interpreter is replaced"),
    ("max_memory", "JOURNEYMAN_PYTHON_MAX_MEMORY", "memory from which on it is replaced"),
    ("wall", "JOURNEYMAN_PYTHON_WALL", "longest time of a task"),
    ("cpu", "JOURNEYMAN_PYTHON_CPU", "most processor time of a task"),
    ("memory", "JOURNEYMAN_PYTHON_MEMORY", "most memory (address space) of an interpreter"),
    ("output", "JOURNEYMAN_PYTHON_OUTPUT", "how much of what a task prints is kept"),
    ("sandbox", "JOURNEYMAN_PYTHON_SANDBOX", "`false` runs tasks without a sandbox"),
    ("require_sandbox", "JOURNEYMAN_PYTHON_REQUIRE_SANDBOX", "`true`: no start without all of it"),
    ("readable", "JOURNEYMAN_PYTHON_READABLE", "more files and folders that tasks may read"),
    ("writable", "JOURNEYMAN_PYTHON_WRITABLE", "more folders that tasks may write"),
    ("scratch", "JOURNEYMAN_PYTHON_SCRATCH", "where scratch folders are made"),
    ("user", "JOURNEYMAN_PYTHON_USER", "UID:GID to run interpreters as; needs root"),
];

/// Which interpreters there are, how long they live, and what their tasks may do.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// The interpreter. Default none: the first usable `python3` or `python` in `PATH`. A script
    /// that stands for one (as pyenv's) is resolved to what it starts.
    pub python: Option<PathBuf>,
    /// The folder of a virtual environment to use. If it is not there, it is made with `python`,
    /// without pip.
    pub venv: Option<PathBuf>,
    /// The most tasks that run at once. Default: the processors; from 1 to 1024.
    pub size: usize,
    /// Interpreters kept started and unused. Default 1, at most 1024. With [`Reuse::Never`] or
    /// many different sources, each task takes one.
    pub spare: usize,
    /// Which tasks an interpreter may run one after the other. Default [`Reuse::SameSource`].
    pub reuse: Reuse,
    /// Tasks after which an interpreter is replaced. Default 10,000, at least 1.
    pub max_tasks: u64,
    /// Resident memory in bytes from which on an interpreter is replaced between two tasks.
    /// Default 256 MiB.
    #[serde(deserialize_with = "units::size")]
    pub max_memory: usize,
    /// The longest time that an interpreter may take to start. Default 30 s.
    #[serde(deserialize_with = "units::duration")]
    pub start_timeout: Duration,
    /// What a task may use.
    pub limits: Limits,
    /// Whether tasks are confined. Default true; without it, they can do what the worker can, and
    /// leave processes behind.
    pub sandbox: bool,
    /// Whether to refuse to start when a part of the sandbox is not available. Default false.
    pub require_sandbox: bool,
    /// Files and folders that tasks may read besides the interpreter's libraries.
    pub readable: Vec<PathBuf>,
    /// Folders that tasks may read and write besides their scratch folder. What is in them
    /// outlives a task.
    pub writable: Vec<PathBuf>,
    /// Where scratch folders are made. Default: the system's folder for temporary files.
    pub scratch: Option<PathBuf>,
    /// The user and group to run interpreters as; only root can. The interpreter and its libraries
    /// must be readable for them.
    pub user: Option<User>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            python: None,
            venv: None,
            size: std::thread::available_parallelism().map_or(1, |count| count.get().min(MAX_SIZE)),
            spare: 1,
            reuse: Reuse::default(),
            max_tasks: 10_000,
            max_memory: 256 << 20,
            start_timeout: Duration::from_secs(30),
            limits: Limits::default(),
            sandbox: true,
            require_sandbox: false,
            readable: Vec::new(),
            writable: Vec::new(),
            scratch: None,
            user: None,
        }
    }
}

impl Config {
    setters! {
        /// Sets the interpreter.
        python: Option<PathBuf>,
        /// Sets the folder of a virtual environment.
        venv: Option<PathBuf>,
        /// Sets the most tasks that run at once.
        size: usize,
        /// Sets how many interpreters are kept ready.
        spare: usize,
        /// Sets which tasks an interpreter may run one after the other.
        reuse: Reuse,
        /// Sets after how many tasks an interpreter is replaced.
        max_tasks: u64,
        /// Sets from how much memory on an interpreter is replaced.
        max_memory: usize,
        /// Sets the longest time that an interpreter may take to start.
        start_timeout: Duration,
        /// Sets what a task may use.
        limits: Limits,
        /// Sets whether tasks are confined.
        sandbox: bool,
        /// Sets whether to refuse to start without all parts of the sandbox.
        require_sandbox: bool,
        /// Sets where scratch folders are made.
        scratch: Option<PathBuf>,
        /// Sets the user and group to run interpreters as.
        user: Option<User>,
    }

    /// Adds files and folders that tasks may read.
    #[must_use]
    pub fn readable(mut self, paths: impl IntoIterator<Item = PathBuf>) -> Self {
        self.readable.extend(paths);
        self
    }

    /// Adds folders that tasks may read and write.
    #[must_use]
    pub fn writable(mut self, paths: impl IntoIterator<Item = PathBuf>) -> Self {
        self.writable.extend(paths);
        self
    }

    /// Settings from the variables in [`KEYS`]; what is not set, or empty, keeps its default.
    ///
    /// # Errors
    /// [`ConfigError`] when a variable holds something that its setting cannot be.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_vars(variables(KEYS.iter().map(|(_, variable, _)| *variable))?)
    }

    /// As [`from_env`](Self::from_env), from variables of one's own. Names that are not in
    /// [`KEYS`] are ignored.
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn from_vars(
        vars: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        for (name, value) in vars {
            let known = KEYS.iter().find(|(_, variable, _)| *variable == name);
            if let Some((key, variable, _)) = known
                && !value.is_empty()
            {
                config.set(key, variable, &value)?;
            }
        }
        Ok(config)
    }

    /// Sets one setting from text. `key` is its name here, `shown` as the user wrote it.
    fn set(&mut self, key: &str, shown: &str, text: &str) -> Result<(), ConfigError> {
        let wrong = |problem: &str| ConfigError::new(shown, text, problem);
        let duration = || units::parse_duration(text).ok_or_else(|| wrong(units::DURATION_FORM));
        let size = || units::parse_size(text).ok_or_else(|| wrong(units::SIZE_FORM));
        let switch = || text.parse().map_err(|_| wrong("give \"true\" or \"false\""));
        let paths = || std::env::split_paths(text).collect::<Vec<PathBuf>>();
        match key {
            "python" => self.python = Some(text.into()),
            "venv" => self.venv = Some(text.into()),
            "size" => self.size = text.parse().map_err(|_| wrong("give a whole number"))?,
            "spare" => self.spare = text.parse().map_err(|_| wrong("give a whole number"))?,
            "reuse" => {
                self.reuse = match text {
                    "same_source" => Reuse::SameSource,
                    "any" => Reuse::Any,
                    "never" => Reuse::Never,
                    _ => return Err(wrong("give \"same_source\", \"any\" or \"never\"")),
                };
            }
            "max_tasks" => {
                self.max_tasks = text.parse().map_err(|_| wrong("give a whole number"))?;
            }
            "max_memory" => self.max_memory = size()?,
            "wall" => self.limits.wall = duration()?,
            "cpu" => self.limits.cpu = duration()?,
            "memory" => self.limits.memory = size()?,
            "output" => self.limits.output = size()?,
            "sandbox" => self.sandbox = switch()?,
            "require_sandbox" => self.require_sandbox = switch()?,
            "readable" => self.readable = paths(),
            "writable" => self.writable = paths(),
            "scratch" => self.scratch = Some(text.into()),
            "user" => self.user = Some(text.parse()?),
            _ => return Err(ConfigError::bare(shown, "is not a setting")),
        }
        Ok(())
    }

    /// Checks everything that can be checked without starting anything.
    ///
    /// # Errors
    /// The first [`ConfigError`] found.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let limits = &self.limits;
        let times =
            [("wall", limits.wall), ("cpu", limits.cpu), ("start_timeout", self.start_timeout)];
        for (key, value) in times {
            if value.is_zero() || value > MAX_TIME {
                let problem = format!("must be more than 0 and at most {MAX_TIME:?}");
                return Err(ConfigError::new(key, format_args!("{value:?}"), problem));
            }
        }
        let most = usize::MAX;
        let numbers = [
            ("size", self.size, 1, MAX_SIZE),
            ("spare", self.spare, 0, MAX_SIZE),
            ("memory", limits.memory, 64 << 20, most),
            ("file_size", limits.file_size, 0, most),
            ("result", limits.result, 1, 1 << 30),
            ("task", limits.task, 1, 1 << 30),
            ("output", limits.output, 0, 1 << 30),
        ];
        for (key, value, least, most) in numbers {
            if !(least..=most).contains(&value) {
                let problem = format!("must be from {least} to {most}");
                return Err(ConfigError::new(key, value, problem));
            }
        }
        let counts = [
            ("max_tasks", self.max_tasks, 1),
            ("threads", limits.threads, 1),
            ("open_files", limits.open_files, 16),
        ];
        for (key, value, least) in counts {
            if value < least {
                return Err(ConfigError::new(key, value, format!("must be at least {least}")));
            }
        }
        if self.require_sandbox && !self.sandbox {
            return Err(ConfigError::bare(
                "require_sandbox",
                "cannot be had with sandbox = false: remove one of the two",
            ));
        }
        for path in self.readable.iter().chain(&self.writable) {
            if !path.is_absolute() {
                let problem = "must be an absolute path";
                return Err(ConfigError::new("readable, writable", path.display(), problem));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_vars(pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())))
    }

    #[test]
    fn defaults_are_valid() {
        Config::default().validate().unwrap();
        assert_eq!(vars(&[("JOURNEYMAN_PYTHON_SIZE", "")]).unwrap(), Config::default());
    }

    #[test]
    fn every_key_is_read() {
        let values = [
            "/p", "/v", "3", "0", "any", "5", "1MiB", "2s", "500ms", "65MiB", "1KiB", "false",
            "true", "/a:/b", "/c", "/s", "1:2",
        ];
        assert_eq!(values.len(), KEYS.len());
        let pairs = KEYS.iter().zip(values).map(|((_, var, _), value)| (*var, value));
        let config = vars(&pairs.collect::<Vec<_>>()).unwrap();
        let limits = Limits::default()
            .wall(Duration::from_secs(2))
            .cpu(Duration::from_millis(500))
            .memory(65 << 20)
            .output(1 << 10);
        let expected = Config::default()
            .python(Some("/p".into()))
            .venv(Some("/v".into()))
            .size(3)
            .spare(0)
            .reuse(Reuse::Any)
            .max_tasks(5)
            .max_memory(1 << 20)
            .limits(limits)
            .sandbox(false)
            .require_sandbox(true)
            .readable(["/a".into(), "/b".into()])
            .writable(["/c".into()])
            .scratch(Some("/s".into()))
            .user(Some(User { uid: 1, gid: 2 }));
        assert_eq!(config, expected);
        let error = config.validate().unwrap_err();
        assert_eq!(error.key(), "require_sandbox");
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (variable, value) in [
            ("JOURNEYMAN_PYTHON_SIZE", "many"),
            ("JOURNEYMAN_PYTHON_REUSE", "all"),
            ("JOURNEYMAN_PYTHON_WALL", "1 day"),
            ("JOURNEYMAN_PYTHON_USER", "nobody"),
            ("JOURNEYMAN_PYTHON_SANDBOX", "no"),
        ] {
            let error = vars(&[(variable, value)]).unwrap_err().to_string();
            assert!(error.contains(value), "{error}");
        }
        let bad = |config: Config| config.validate().unwrap_err().key().to_owned();
        assert_eq!(bad(Config::default().size(0)), "size");
        assert_eq!(bad(Config::default().max_tasks(0)), "max_tasks");
        assert_eq!(bad(Config::default().limits(Limits::default().memory(1))), "memory");
        assert_eq!(bad(Config::default().limits(Limits::default().wall(Duration::ZERO))), "wall");
        assert_eq!(bad(Config::default().readable(["data".into()])), "readable, writable");
    }
}
