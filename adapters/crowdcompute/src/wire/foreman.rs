//! What a foreman says to workers (CrowdCompute sheet, sections 5, 15 and 18).

use super::{
    TaskRef, WireError,
    fields::{Field, Fields},
};
use crate::pyjson::{Object, Raw};

/// The longest id of a task or job in bytes; upstream's have about 60. Ids are remembered.
pub(crate) const MAX_ID: usize = 1024;

/// A task.
#[derive(Clone, Debug, PartialEq)]
pub struct AssignTask {
    /// Python source.
    pub func_code: String,
    /// The arguments: from a foreman a list of exactly one.
    pub task_args: Raw,
    /// The task.
    pub task_id: String,
    /// What the client said besides. Proves a foreman of today.
    pub task_metadata: Option<Raw>,
    /// What a foreman of the branch for distributed models says besides.
    pub execution_metadata: Option<Raw>,
}

/// A task that goes on from a checkpoint. No foreman sends it today.
#[derive(Clone, Debug, PartialEq)]
pub struct ResumeTask {
    /// The task.
    pub task_id: String,
    /// Python source.
    pub func_code: String,
    /// The saved variables: an object.
    pub checkpoint_state: Option<Raw>,
    /// The arguments. Unlike those of `assign_task`, a single list is not wrapped into another.
    pub task_args: Option<Raw>,
    /// Arguments by name.
    pub task_kwargs: Option<Raw>,
    /// How far it was, from 0 to 100.
    pub progress_percent: Option<f64>,
    /// How many checkpoints there are.
    pub checkpoint_count: Option<u64>,
    /// What the client said besides.
    pub task_metadata: Option<Raw>,
    /// `resumed`, `fresh` or `failed`.
    pub recovery_status: Option<String>,
    /// How many of the checkpoints hold the whole state.
    pub base_checkpoint_count: Option<u64>,
    /// How many hold only what changed.
    pub delta_checkpoint_count: Option<u64>,
}

/// A checkpoint was stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckpointAck {
    /// The task.
    pub task_id: String,
    /// The checkpoint.
    pub checkpoint_id: u64,
}

/// Notes which task a message that cannot be read is about.
fn about<T>(
    task_id: &str,
    job_id: Option<&str>,
    read: impl FnOnce() -> Result<T, WireError>,
) -> Result<T, WireError> {
    read().map_err(|mut error| {
        let task = TaskRef { task_id: task_id.to_owned(), job_id: job_id.map(str::to_owned) };
        error.task = Some(task);
        error
    })
}

/// The id of a task.
pub(super) fn task_id(field: Field<'_>) -> Result<String, WireError> {
    let id = field.text()?;
    match id.len() {
        1..=MAX_ID => Ok(id),
        _ => Err(field.bad("a text of 1 to 1024 bytes")),
    }
}

impl AssignTask {
    pub(super) fn read(fields: &Fields<'_>, job_id: Option<&str>) -> Result<Self, WireError> {
        let [func_code, task_args, id, metadata, execution] = fields.take([
            "func_code",
            "task_args",
            "task_id",
            "task_metadata",
            "execution_metadata",
        ])?;
        let task_id = task_id(id)?;
        let (func_code, task_args) =
            about(&task_id, job_id, || Ok((func_code.text()?, task_args.raw()?)))?;
        Ok(Self {
            func_code,
            task_args,
            task_id,
            task_metadata: metadata.maybe_raw(),
            execution_metadata: execution.maybe_raw(),
        })
    }

    pub(super) fn write(&self) -> String {
        Object::new()
            .text("func_code", &self.func_code)
            .raw("task_args", self.task_args.as_str())
            .text("task_id", &self.task_id)
            .maybe(self.task_metadata.as_ref(), |o, raw| o.raw("task_metadata", raw.as_str()))
            .maybe(self.execution_metadata.as_ref(), |o, raw| {
                o.raw("execution_metadata", raw.as_str())
            })
            .end()
    }
}

impl ResumeTask {
    pub(super) fn read(fields: &Fields<'_>, job_id: Option<&str>) -> Result<Self, WireError> {
        let [id, code, state, args, kwargs, percent, count, metadata, status, bases, deltas] =
            fields.take([
                "task_id",
                "func_code",
                "checkpoint_state",
                "task_args",
                "task_kwargs",
                "progress_percent",
                "checkpoint_count",
                "task_metadata",
                "recovery_status",
                "base_checkpoint_count",
                "delta_checkpoint_count",
            ])?;
        let task_id = task_id(id)?;
        about(&task_id.clone(), job_id, || {
            Ok(Self {
                task_id,
                func_code: code.text()?,
                checkpoint_state: state.maybe_raw(),
                task_args: args.maybe_raw(),
                task_kwargs: kwargs.maybe_raw(),
                progress_percent: percent.maybe_number()?,
                checkpoint_count: count.maybe_count()?,
                task_metadata: metadata.maybe_raw(),
                recovery_status: status.maybe_text()?,
                base_checkpoint_count: bases.maybe_count()?,
                delta_checkpoint_count: deltas.maybe_count()?,
            })
        })
    }

    pub(super) fn write(&self) -> String {
        let raw = |object: Object, key: &str, raw: &Option<Raw>| {
            object.maybe(raw.as_ref(), |object, raw| object.raw(key, raw.as_str()))
        };
        let object =
            Object::new().text("task_id", &self.task_id).text("func_code", &self.func_code);
        let object = raw(object, "checkpoint_state", &self.checkpoint_state);
        let object = raw(object, "task_args", &self.task_args);
        let object = raw(object, "task_kwargs", &self.task_kwargs)
            .maybe(self.progress_percent, |o, number| o.float("progress_percent", number))
            .maybe(self.checkpoint_count, |o, count| o.int("checkpoint_count", count));
        raw(object, "task_metadata", &self.task_metadata)
            .maybe(self.recovery_status.as_deref(), |o, text| o.text("recovery_status", text))
            .maybe(self.base_checkpoint_count, |o, count| o.int("base_checkpoint_count", count))
            .maybe(self.delta_checkpoint_count, |o, count| o.int("delta_checkpoint_count", count))
            .end()
    }
}

impl CheckpointAck {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, WireError> {
        let [task_id, id] = fields.take(["task_id", "checkpoint_id"])?;
        Ok(Self { task_id: task_id.text()?, checkpoint_id: id.count()? })
    }

    pub(super) fn write(&self) -> String {
        Object::new().text("task_id", &self.task_id).int("checkpoint_id", self.checkpoint_id).end()
    }
}
