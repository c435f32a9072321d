//! Messages: bytes to types and back (CrowdCompute sheet, sections 2 to 5 and 12 to 18).
//!
//! One JSON object per frame, text or binary, with the keys `type`, `data` and `job_id`. Keys that
//! are not known are ignored on both levels, as upstream does. What is written has upstream's order
//! of keys.

mod error;
mod fields;
mod foreman;
mod kind;
mod worker;

use crate::pyjson::{self, Object, Raw};

use self::fields::Fields;
pub(crate) use self::foreman::MAX_ID;
pub use self::{
    error::{Problem, WireError},
    foreman::{AssignTask, CheckpointAck, ResumeTask},
    kind::{Kind, Since},
    worker::{Pong, Presence, TaskCheckpoint, TaskError, TaskProgress, TaskResult, WorkerReady},
};

/// A message with its job.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// The message.
    pub message: Message,
    /// The job that it is about.
    pub job_id: Option<String>,
}

/// A task by its name, and the job that it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRef {
    /// The task.
    pub task_id: String,
    /// Its job. A result with another one would never reach the client (sheet, section 4).
    pub job_id: Option<String>,
}

/// A message.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Message {
    /// The registration.
    WorkerReady(WorkerReady),
    /// A heartbeat of the seed: the worker's id, and how it is.
    WorkerHeartbeat(String, Presence),
    /// The answer to a ping; a heartbeat.
    Pong(Pong),
    /// A task succeeded.
    TaskResult(TaskResult),
    /// A task failed.
    TaskError(TaskError),
    /// How far a task is, with its state.
    TaskCheckpoint(TaskCheckpoint),
    /// How far a task is.
    TaskProgress(TaskProgress),
    /// A task was stopped.
    KillAck(String),
    /// A task.
    AssignTask(AssignTask),
    /// A task that goes on from a checkpoint.
    ResumeTask(ResumeTask),
    /// Answer with a pong.
    Ping,
    /// A checkpoint was stored.
    CheckpointAck(CheckpointAck),
    /// Stop a task.
    KillTask(String),
    /// Any other type: what clients and their foreman say to each other, and what is not for this
    /// worker. Its `data` is an object.
    Other(Kind, Raw),
}

impl Message {
    /// Its type.
    pub fn kind(&self) -> Kind {
        match self {
            Self::WorkerReady(_) => Kind::WorkerReady,
            Self::WorkerHeartbeat(..) => Kind::WorkerHeartbeat,
            Self::Pong(_) => Kind::Pong,
            Self::TaskResult(_) => Kind::TaskResult,
            Self::TaskError(_) => Kind::TaskError,
            Self::TaskCheckpoint(_) => Kind::TaskCheckpoint,
            Self::TaskProgress(_) => Kind::TaskProgress,
            Self::KillAck(_) => Kind::KillAck,
            Self::AssignTask(_) => Kind::AssignTask,
            Self::ResumeTask(_) => Kind::ResumeTask,
            Self::Ping => Kind::Ping,
            Self::CheckpointAck(_) => Kind::CheckpointAck,
            Self::KillTask(_) => Kind::KillTask,
            Self::Other(kind, _) => *kind,
        }
    }

    fn data(&self) -> String {
        match self {
            Self::WorkerReady(ready) => ready.write(),
            Self::WorkerHeartbeat(id, presence) => worker::write_heartbeat(id, presence),
            Self::Pong(pong) => pong.write(),
            Self::TaskResult(result) => result.write(),
            Self::TaskError(error) => error.write(),
            Self::TaskCheckpoint(checkpoint) => checkpoint.write(),
            Self::TaskProgress(progress) => progress.write(),
            Self::KillAck(id) | Self::KillTask(id) => Object::new().text("task_id", id).end(),
            Self::AssignTask(task) => task.write(),
            Self::ResumeTask(task) => task.write(),
            Self::Ping => Object::new().end(),
            Self::CheckpointAck(ack) => ack.write(),
            Self::Other(_, data) => data.as_str().to_owned(),
        }
    }

    fn read(fields: &Fields<'_>, job_id: Option<&str>) -> Result<Self, WireError> {
        let task_id = || fields.take(["task_id"]).and_then(|[id]| foreman::task_id(id));
        Ok(match fields.kind {
            Kind::WorkerReady => Self::WorkerReady(WorkerReady::read(fields)?),
            Kind::WorkerHeartbeat => {
                let (id, presence) = worker::read_heartbeat(fields)?;
                Self::WorkerHeartbeat(id, presence)
            }
            Kind::Pong => Self::Pong(Pong::read(fields)?),
            Kind::TaskResult => Self::TaskResult(TaskResult::read(fields)?),
            Kind::TaskError => Self::TaskError(TaskError::read(fields)?),
            Kind::TaskCheckpoint => Self::TaskCheckpoint(TaskCheckpoint::read(fields)?),
            Kind::TaskProgress => Self::TaskProgress(TaskProgress::read(fields)?),
            Kind::KillAck => Self::KillAck(task_id()?),
            Kind::AssignTask => Self::AssignTask(AssignTask::read(fields, job_id)?),
            Kind::ResumeTask => Self::ResumeTask(ResumeTask::read(fields, job_id)?),
            Kind::Ping => Self::Ping,
            Kind::CheckpointAck => Self::CheckpointAck(CheckpointAck::read(fields)?),
            Kind::KillTask => Self::KillTask(task_id()?),
            kind => Self::Other(kind, Raw::checked(fields.data)),
        })
    }
}

/// The text of a message.
pub fn encode(message: &Message, job_id: Option<&str>) -> String {
    Object::new()
        .text("type", message.kind().as_str())
        .raw("data", &message.data())
        .text_or_null("job_id", job_id)
        .end()
}

/// Reads a message.
///
/// # Errors
/// What is wrong with it, and the task that waits for an answer, if there is one.
pub fn decode(frame: &[u8]) -> Result<Envelope, WireError> {
    let text = std::str::from_utf8(frame).map_err(|_| WireError::new(Problem::NotUtf8))?;
    let [name, data, job_id] = pyjson::object(text, ["type", "data", "job_id"])?;
    let name = name.and_then(|name| pyjson::text(name).ok());
    let name = name.ok_or_else(|| WireError::new(Problem::NoType))?;
    let kind = Kind::parse(&name).ok_or_else(|| {
        let end = name.floor_char_boundary(64);
        WireError::new(Problem::UnknownType(name[..end].to_owned()))
    })?;
    let data = data.filter(|data| pyjson::kind(data) == pyjson::Kind::Object);
    let data = data.ok_or_else(|| WireError::new(Problem::NoData(kind)))?;
    let job_id = match job_id.filter(|id| *id != "null").map(pyjson::text).transpose() {
        Ok(id) if id.as_ref().is_none_or(|id| id.len() <= MAX_ID) => id,
        _ => return Err(WireError::new(Problem::BadJobId(kind))),
    };
    let message = Message::read(&Fields { kind, data }, job_id.as_deref())?;
    Ok(Envelope { message, job_id })
}

#[cfg(test)]
mod tests;
