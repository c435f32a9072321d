//! The rows of the foreman's tables.

use super::config::Era;
use super::job::JobError;
use super::json::Text;
use super::link::Link;
use super::view::{Checkpoint, TaskState, WorkerState};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use tokio::sync::oneshot;

/// The longest ids of jobs and workers.
pub(crate) const MAX_ID: usize = 1000;
/// What is kept of an error.
pub(crate) const MAX_ERROR: usize = 16 << 10;
/// The largest specs and metrics of a worker that are kept.
pub(crate) const MAX_SPECS: usize = 64 << 10;
/// Ids under which one connection may register.
pub(crate) const IDS: usize = 1000;
/// Errors that are kept per task.
pub(crate) const ERRORS: usize = 32;
/// Failures that are kept in all, and checkpoints per task.
pub(crate) const FAILURES: usize = 10_000;
pub(crate) const CHECKPOINTS: usize = 64;

#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) link: Arc<Link>,
    /// The ids that it registered.
    pub(crate) workers: Vec<Arc<str>>,
}

/// A row of the table `workers`.
#[derive(Debug)]
pub(crate) struct WorkerRow {
    pub(crate) status: WorkerState,
    /// Microseconds since the Unix epoch, as all times here.
    pub(crate) last_seen: i64,
    pub(crate) current_task: Option<Arc<str>>,
    pub(crate) completed: u64,
    pub(crate) failed: u64,
    pub(crate) registrations: u64,
    pub(crate) heartbeats: u64,
    pub(crate) specs: Option<super::json::Value>,
    pub(crate) metrics: Option<super::json::Value>,
    /// Its code is changed before it gets it (CrowdCompute sheet, section 14.1).
    pub(crate) instrumented: bool,
}

/// What the tasks of a stage have in common.
#[derive(Debug, Default)]
pub(crate) struct StageRow {
    /// The JSON text of the code, while it is known.
    pub(crate) code: Option<Arc<str>>,
    /// The JSON text of the metadata, if there is any.
    pub(crate) metadata: Option<Arc<str>>,
    /// Whether the metadata names variables for checkpoints.
    pub(crate) saves_state: bool,
    pub(crate) pass_upstream: bool,
    /// Tasks without a result.
    pub(crate) remaining: usize,
}

/// A row of the table `jobs`.
#[derive(Debug)]
pub(crate) struct JobRow {
    pub(crate) seq: u64,
    /// As sent; believed.
    pub(crate) total_tasks: i64,
    pub(crate) completed_tasks: u64,
    pub(crate) created_at: i64,
    pub(crate) completed_at: Option<i64>,
    pub(crate) checkpointing: bool,
    pub(crate) pipeline: bool,
    /// The client says which tasks wait for which.
    pub(crate) mapped: bool,
    pub(crate) stages: Vec<StageRow>,
    /// In the order of stages and indexes.
    pub(crate) tasks: Vec<Arc<str>>,
    pub(crate) remaining: usize,
    /// Not a column: `job_accepted` is held back.
    pub(crate) accept_later: bool,
}

/// What a task waits for.
#[derive(Debug)]
pub(crate) enum Needs {
    Nothing,
    /// All tasks of the stage before.
    StageBefore,
    /// These.
    Tasks(Vec<Arc<str>>),
}

/// A row of the table `tasks`.
#[derive(Debug)]
pub(crate) struct TaskRow {
    pub(crate) seq: u64,
    pub(crate) job: Arc<str>,
    pub(crate) stage: usize,
    pub(crate) args: Arc<str>,
    pub(crate) state: TaskState,
    pub(crate) needs: Needs,
    pub(crate) assigned: Vec<Arc<str>>,
    pub(crate) worker: Option<Arc<str>>,
    pub(crate) raw: Option<Arc<str>>,
    pub(crate) stored: Option<Text>,
    pub(crate) deliveries: u64,
    pub(crate) errors: VecDeque<Arc<str>>,
    pub(crate) error_count: u64,
    pub(crate) late: u64,
    pub(crate) checkpoints: VecDeque<(Checkpoint, i64)>,
    pub(crate) checkpoint_count: u64,
    pub(crate) progress: f64,
    pub(crate) completed_at: Option<i64>,
}

/// A row of the table `worker_failures`.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) id: u64,
    pub(crate) worker: Arc<str>,
    pub(crate) task: Arc<str>,
    pub(crate) job: Arc<str>,
    pub(crate) error: Arc<str>,
    pub(crate) at: i64,
}

/// Who waits for a job.
#[derive(Debug)]
pub(crate) enum Client {
    Connection(u64),
    Gone,
    Local(oneshot::Sender<Result<Vec<String>, JobError>>),
}

/// What the connection is to do after a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    Stay,
    Close,
    Abort(&'static str),
}

/// Pending tasks in the order in which they are given out: by insertion in the seed era, by the
/// text of their ids today (CrowdCompute sheet, sections 8.1 and 15.4).
#[derive(Debug)]
pub(crate) enum Pending {
    BySeq(BTreeMap<u64, Arc<str>>),
    ById(BTreeSet<Arc<str>>),
}

impl Pending {
    pub(crate) fn new(era: Era) -> Self {
        if era.is_seed() { Self::BySeq(BTreeMap::new()) } else { Self::ById(BTreeSet::new()) }
    }

    pub(crate) fn insert(&mut self, seq: u64, id: &Arc<str>) {
        match self {
            Self::BySeq(tasks) => _ = tasks.insert(seq, Arc::clone(id)),
            Self::ById(tasks) => _ = tasks.insert(Arc::clone(id)),
        }
    }

    pub(crate) fn remove(&mut self, seq: u64, id: &str) {
        match self {
            Self::BySeq(tasks) => _ = tasks.remove(&seq),
            Self::ById(tasks) => _ = tasks.remove(id),
        }
    }

    pub(crate) fn first(&self) -> Option<Arc<str>> {
        match self {
            Self::BySeq(tasks) => tasks.values().next().cloned(),
            Self::ById(tasks) => tasks.first().cloned(),
        }
    }
}

impl JobRow {
    /// What it counts for against the bound, without its tasks.
    pub(crate) fn bytes(&self) -> usize {
        let text = |text: &Option<Arc<str>>| text.as_ref().map_or(0, |text| text.len());
        self.stages.iter().map(|stage| text(&stage.code) + text(&stage.metadata)).sum()
    }
}

impl TaskRow {
    /// What it counts for against the bound.
    pub(crate) fn bytes(&self) -> usize {
        let text = |text: &Option<Arc<str>>| text.as_ref().map_or(0, |text| text.len());
        let errors: usize = self.errors.iter().map(|error| error.len()).sum();
        let checkpoints: usize = self.checkpoints.iter().map(|(one, _)| one.data.len()).sum();
        let needs = match &self.needs {
            Needs::Tasks(ids) => ids.iter().map(|id| id.len() + 32).sum(),
            _ => 0,
        };
        self.args.len()
            + needs
            + text(&self.raw)
            + self.stored.as_ref().map_or(0, Text::len)
            + errors
            + checkpoints
    }
}

impl TaskRow {
    pub(crate) fn new(seq: u64, job: Arc<str>, stage: usize, args: Arc<str>, needs: Needs) -> Self {
        let state = match needs {
            Needs::Nothing => TaskState::Pending,
            _ => TaskState::Blocked,
        };
        Self {
            seq,
            job,
            stage,
            args,
            state,
            needs,
            assigned: Vec::new(),
            worker: None,
            raw: None,
            stored: None,
            deliveries: 0,
            errors: VecDeque::new(),
            error_count: 0,
            late: 0,
            checkpoints: VecDeque::<(Checkpoint, i64)>::new(),
            checkpoint_count: 0,
            progress: 0.0,
            completed_at: None,
        }
    }
}
