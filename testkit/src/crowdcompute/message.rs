//! Messages: what is around their content (CrowdCompute sheet, sections 2, 3 and 13).

use super::config::Era;
use super::json::{self, Value};

/// The types that a foreman looks at; it knows more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    SubmitJob,
    SubmitBroadcastJob,
    SubmitPipelineJob,
    Disconnect,
    TaskResult,
    TaskError,
    WorkerReady,
    WorkerHeartbeat,
    Pong,
    TaskCheckpoint,
    KillAck,
    /// Known and never handled.
    Other(&'static str),
}

/// Types that a foreman of any era knows and does nothing with.
const SEED_OTHERS: [&str; 6] =
    ["get_results", "assign_task", "ping", "job_results", "job_error", "job_accepted"];
/// Those that came later. Today's foreman means to handle `task_progress` and can not (CrowdCompute
/// sheet, section 13).
const HEAD_OTHERS: [&str; 4] = ["resume_task", "checkpoint_ack", "task_progress", "job_progress"];

fn kind(era: Era, name: &str) -> Option<Kind> {
    Some(match name {
        "submit_job" => Kind::SubmitJob,
        "disconnect" => Kind::Disconnect,
        "task_result" => Kind::TaskResult,
        "task_error" => Kind::TaskError,
        "worker_ready" => Kind::WorkerReady,
        "worker_heartbeat" => Kind::WorkerHeartbeat,
        "pong" => Kind::Pong,
        "submit_broadcast_job" if !era.is_seed() => Kind::SubmitBroadcastJob,
        "submit_pipeline_job" if !era.is_seed() => Kind::SubmitPipelineJob,
        "task_checkpoint" if !era.is_seed() => Kind::TaskCheckpoint,
        "kill_ack" if era.kills() => Kind::KillAck,
        "kill_task" if era.kills() => Kind::Other("kill_task"),
        name => {
            let others = HEAD_OTHERS.iter().filter(|_| !era.is_seed());
            Kind::Other(SEED_OTHERS.iter().chain(others).find(|other| **other == name)?)
        }
    })
}

/// One message.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) kind: Kind,
    pub(crate) data: Value,
    pub(crate) job_id: Value,
    /// `data.result` as it was written.
    pub(crate) raw_result: Option<String>,
}

/// Reads a message; the error says what is wrong with it.
pub(crate) fn read(era: Era, text: &str) -> Result<Message, String> {
    let parsed = json::parse_message(text).map_err(|wrong| format!("not JSON: {wrong}"))?;
    let Value::Dict(members) = parsed.value else {
        return Err(format!("not an object but {}", parsed.value.type_name()));
    };
    let (mut name, mut data, mut job_id) = (None, None, Value::Null);
    for (key, value) in members {
        match key.as_str() {
            Some("type") => name = Some(value),
            Some("data") => data = Some(value),
            Some("job_id") => job_id = value,
            _ => {}
        }
    }
    let name = name.ok_or("no `type`")?;
    let Some(kind) = name.as_str().and_then(|name| kind(era, name)) else {
        let mut shown = json::write(&name);
        shown.truncate(80);
        return Err(format!("unknown type {shown}"));
    };
    let data = data.ok_or("no `data`")?;
    let raw_result = parsed.result.map(|range| text[range].to_owned());
    Ok(Message { kind, data, job_id, raw_result })
}

/// Writes a message around the text of its data.
pub(crate) fn write(kind: &str, data: &str, job_id: Option<&str>) -> String {
    match job_id {
        Some(id) => write_for(kind, data, &json::quote(id)),
        None => write_for(kind, data, "null"),
    }
}

/// Writes a message around the texts of its data and of its job id.
pub(crate) fn write_for(kind: &str, data: &str, job_id: &str) -> String {
    format!("{{\"type\": \"{kind}\", \"data\": {data}, \"job_id\": {job_id}}}")
}
