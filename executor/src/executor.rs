//! The pool as it is used.

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock, atomic::AtomicU64},
};

use journeyman_core::settings::ConfigError;

use crate::{
    config::Config,
    error::StartError,
    hooks::{Control, Hooks},
    keeper::{Keeper, Recipe},
    outcome::{Done, Failure, FailureKind},
    pool::{Lease, Pool},
    process::{Process, Shared},
    python::{Interpreter, START},
    report::Report,
    run,
    scratch::Root,
    stats::{Stats, count},
    task::Task,
};

/// A pool of interpreters. Cheap to clone; all clones are the same pool.
///
/// Interpreters end with the last clone, however it goes: all processes are killed, waited for and
/// their scratch folders removed, in a thread of the pool's own. [`shutdown`](Self::shutdown) does
/// the same and waits for it.
#[derive(Clone, Debug)]
pub struct Executor {
    pool: Arc<Pool>,
    interpreter: Interpreter,
    report: Report,
}

impl Executor {
    /// Finds the interpreter, starts a first one, and looks at its sandbox. Needs a tokio runtime
    /// with I/O and time, in which all tasks then have to be run.
    ///
    /// # Errors
    /// [`StartError`]: what is missing, and what to do.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        config.validate()?;
        for path in config.readable.iter().chain(&config.writable) {
            if let Err(error) = std::fs::metadata(path) {
                let problem = format!("is not there: {error}");
                let key = "readable, writable";
                return Err(ConfigError::new(key, path.display(), problem).into());
            }
        }
        let interpreter = Interpreter::find(&config).await?;
        let parent = config.scratch.clone().unwrap_or_else(std::env::temp_dir);
        let root = Root::create(&parent, config.user)
            .map_err(|error| StartError::Scratch { path: parent, error: Arc::new(error) })?;
        let root = Arc::new(root);
        let keeper = Keeper::start(recipe(&config, &interpreter.path), root.clone())?;
        let (code, first) = (interpreter.code.clone(), OnceLock::new());
        let shared = Shared { config, keeper, root, code, first };
        let first = Process::start(&shared).await?;
        let report = first.report.clone();
        for (part, reason) in report.missing() {
            if shared.config.sandbox {
                tracing::warn!(%part, %reason, "a part of the sandbox is not available");
            }
        }
        Ok(Self { pool: Pool::new(shared, first), interpreter, report })
    }

    /// Starts an interpreter only to find out what of the sandbox is available.
    ///
    /// # Errors
    /// As [`start`](Self::start), but not for missing parts.
    pub async fn probe(config: Config) -> Result<(Interpreter, Report), StartError> {
        let executor = Self::start(config.require_sandbox(false).size(1).spare(0)).await?;
        executor.shutdown().await;
        Ok((executor.interpreter, executor.report))
    }

    /// Runs a task as soon as fewer than [`Config::size`] run. Tasks wait in the order in which
    /// they came.
    ///
    /// Dropping the future kills the task, or lets it not begin.
    ///
    /// # Errors
    /// [`Failure`]: the task's own error, or why it was ended, or why it could not be run.
    pub async fn run(&self, task: &Task) -> Result<Done, Failure> {
        self.run_with(task, Hooks::default()).await
    }

    /// As [`run`](Self::run), with ways to follow and to steer it.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_with(&self, task: &Task, mut hooks: Hooks) -> Result<Done, Failure> {
        let mut result = self.run_once(task, &mut hooks).await;
        // One may be killed while it waits, and be taken for alive until its pipes are closed. That
        // this happens twice to one task is no accident.
        if let Err(Lost::Before(_)) = &result {
            result = self.run_once(task, &mut hooks).await;
        }
        let result = result.map_err(|(Lost::Before(failure) | Lost::Ended(failure))| failure);
        let counters = &self.pool.counters;
        count(counter_of(counters, result.as_ref().map_err(Failure::kind).err()));
        result
    }

    async fn run_once(&self, task: &Task, hooks: &mut Hooks) -> Result<Done, Lost> {
        let bare = |kind| Lost::Ended(Failure::bare(kind));
        let (mut lease, paused) = self.lease(task, hooks).await.map_err(bare)?;
        let Some(process) = lease.process() else {
            return Err(bare(FailureKind::NotStarted { problem: StartError::Stopped.to_string() }));
        };
        let ended = run::run(process, task, hooks, &self.pool.shared.config, paused).await;
        // One that was killed or died is buried by dropping the lease.
        let alive = match &ended.result {
            Ok(_) => true,
            Err(failure) => matches!(
                failure.kind(),
                FailureKind::Python(_)
                    | FailureKind::NotSerializable(_)
                    | FailureKind::ResultTooLarge { .. }
                    | FailureKind::MemoryLimit { .. }
            ),
        };
        if alive {
            lease.give_back(ended.fit, ended.measured).await;
        }
        match ended.result {
            // Its end was the executor's.
            Err(failure)
                if self.pool.is_closed() && matches!(failure.kind(), FailureKind::Died { .. }) =>
            {
                Err(Lost::Ended(failure.because(FailureKind::Cancelled)))
            }
            Err(failure) if !ended.begun => Err(Lost::Before(failure)),
            result => result.map_err(Lost::Ended),
        }
    }

    /// An interpreter, and whether a pause was asked for meanwhile.
    async fn lease(&self, task: &Task, hooks: &mut Hooks) -> Result<(Lease, bool), FailureKind> {
        let limit = self.pool.shared.config.limits.task;
        let bytes = task.bytes();
        if bytes > limit {
            let (bytes, limit) = (bytes as u64, limit as u64);
            return Err(FailureKind::TaskTooLarge { bytes, limit });
        }
        let mut paused = false;
        let lease = self.pool.lease(&task.source);
        tokio::pin!(lease);
        loop {
            tokio::select! {
                biased;
                control = hooks.next() => match control {
                    Control::Cancel => return Err(FailureKind::Cancelled),
                    Control::Pause => paused = true,
                    Control::Resume => paused = false,
                    Control::AskToStop | Control::Checkpoint => {}
                },
                lease = &mut lease => return match lease {
                    Ok(lease) => Ok((lease, paused)),
                    Err(error) => Err(FailureKind::NotStarted { problem: error.to_string() }),
                },
            }
        }
    }

    /// What of the sandbox is available.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The interpreter that is used.
    #[must_use]
    pub fn interpreter(&self) -> &Interpreter {
        &self.interpreter
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.pool.shared.config
    }

    /// Counts since the start.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.pool.stats()
    }

    /// Kills all interpreters, with the tasks that run, waits until they are gone, and removes the
    /// scratch folders. Tasks that come later fail.
    pub async fn shutdown(&self) {
        self.pool.close();
        self.pool.shared.keeper.stop().await;
    }
}

/// How a task was lost.
enum Lost {
    /// Its interpreter had ended before it read anything of it.
    Before(Failure),
    /// In any other way.
    Ended(Failure),
}

fn counter_of<'a>(
    counters: &'a crate::stats::Counters,
    kind: Option<&FailureKind>,
) -> &'a AtomicU64 {
    match kind {
        None => &counters.done,
        Some(FailureKind::Died { .. } | FailureKind::Misbehaved { .. }) => &counters.died,
        Some(
            FailureKind::Timeout { .. }
            | FailureKind::CpuLimit { .. }
            | FailureKind::ThreadLimit { .. }
            | FailureKind::DiskLimit { .. }
            | FailureKind::Cancelled,
        ) => &counters.killed,
        Some(_) => &counters.failed,
    }
}

fn recipe(config: &Config, program: &std::path::Path) -> Recipe {
    let arguments = ["-I", "-B", "-X", "utf8", "-c", START];
    // An interpreter that was built with shared libraries elsewhere does not start without. The
    // runner removes it before any task.
    let libraries = std::env::var_os("LD_LIBRARY_PATH");
    let environment = libraries.map(|value| ("LD_LIBRARY_PATH".to_owned(), value));
    Recipe {
        program: PathBuf::from(program),
        arguments: arguments.map(str::to_owned).to_vec(),
        environment: environment.into_iter().collect(),
        user: config.user,
    }
}
