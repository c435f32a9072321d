//! The protobuf messages of the worker protocol (DistWorker sheet, section 2).
//!
//! `Struct` fields stay encoded bytes, which is the same on the wire: tasks pass through here in
//! large numbers, and only the HTTP API ever needs to look inside ([`super::structs`]).

use bytes::Bytes;
use serde::Serialize;

pub(crate) const WORKER_REGISTER: i32 = 2;
pub(crate) const WORKER_REGISTER_RESPONSE: i32 = 3;
pub(crate) const HEARTBEAT: i32 = 9;
pub(crate) const TASK_ASSIGN: i32 = 10;
pub(crate) const TASK_PROGRESS: i32 = 11;
pub(crate) const TASK_COMPLETE: i32 = 12;
pub(crate) const TASK_FAILED: i32 = 13;

/// The name of a message type as the real controller logs it; unknown numbers print as they are.
pub(crate) fn type_name(number: i32) -> String {
    let name = match number {
        0 => "UNSPECIFIED",
        WORKER_REGISTER => "WORKER_REGISTER",
        WORKER_REGISTER_RESPONSE => "WORKER_REGISTER_RESPONSE",
        HEARTBEAT => "HEARTBEAT",
        TASK_ASSIGN => "TASK_ASSIGN",
        TASK_PROGRESS => "TASK_PROGRESS",
        TASK_COMPLETE => "TASK_COMPLETE",
        TASK_FAILED => "TASK_FAILED",
        other => return other.to_string(),
    };
    format!("MESSAGE_TYPE_{name}")
}

/// `WebSocketMessage`. The enum travels as a plain number: proto3 enums are open, and the
/// controller dispatches on the number before it looks at the payload.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Envelope {
    #[prost(int32, tag = "1")]
    pub(crate) kind: i32,
    #[prost(oneof = "Payload", tags = "2, 3, 9, 10, 11, 12, 13")]
    pub(crate) payload: Option<Payload>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Payload {
    #[prost(message, tag = "2")]
    WorkerRegister(WorkerRegister),
    #[prost(message, tag = "3")]
    WorkerRegisterResponse(WorkerRegisterResponse),
    #[prost(message, tag = "9")]
    Heartbeat(Heartbeat),
    #[prost(message, tag = "10")]
    TaskAssign(TaskAssign),
    #[prost(message, tag = "11")]
    TaskProgress(TaskProgress),
    #[prost(message, tag = "12")]
    TaskComplete(TaskComplete),
    #[prost(message, tag = "13")]
    TaskFailed(TaskFailed),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct WorkerRegister {
    #[prost(bytes = "bytes", tag = "1")]
    pub(crate) data: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    pub(crate) signature: Bytes,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SignedWorkerRegister {
    #[prost(string, tag = "1")]
    pub(crate) provisioner_name: String,
    #[prost(string, tag = "2")]
    pub(crate) worker_id: String,
    #[prost(string, tag = "3")]
    pub(crate) date: String,
    #[prost(message, optional, tag = "4")]
    pub(crate) resource_info: Option<ResourceInfo>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct WorkerRegisterResponse {
    /// Seconds. The number really is 10.
    #[prost(int32, tag = "10")]
    pub(crate) idle_time: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Heartbeat {
    #[prost(int64, tag = "1")]
    pub(crate) timestamp: i64,
    #[prost(int32, tag = "2")]
    pub(crate) health: i32,
    #[prost(message, optional, tag = "3")]
    pub(crate) resource_usage: Option<ResourceUsage>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TaskAssign {
    #[prost(string, tag = "1")]
    pub(crate) task_id: String,
    #[prost(string, tag = "2")]
    pub(crate) queue: String,
    #[prost(bytes = "bytes", optional, tag = "3")]
    pub(crate) metadata: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "4")]
    pub(crate) input: Option<Bytes>,
    #[prost(int64, tag = "5")]
    pub(crate) timeout_ms: i64,
    #[prost(message, repeated, tag = "6")]
    pub(crate) files: Vec<FileInfo>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TaskProgress {
    #[prost(string, tag = "1")]
    pub(crate) task_id: String,
    #[prost(float, tag = "2")]
    pub(crate) progress: f32,
    #[prost(string, tag = "3")]
    pub(crate) message: String,
    #[prost(bytes = "bytes", optional, tag = "4")]
    pub(crate) data: Option<Bytes>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TaskComplete {
    #[prost(string, tag = "1")]
    pub(crate) task_id: String,
    #[prost(bytes = "bytes", optional, tag = "2")]
    pub(crate) result: Option<Bytes>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) result_files: Vec<FileInfo>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TaskFailed {
    #[prost(string, tag = "1")]
    pub(crate) task_id: String,
    #[prost(string, tag = "2")]
    pub(crate) error_code: String,
    #[prost(string, tag = "3")]
    pub(crate) error_message: String,
    #[prost(bytes = "bytes", optional, tag = "4")]
    pub(crate) error_details: Option<Bytes>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ResourceInfo {
    #[prost(string, tag = "1")]
    pub(crate) hostname: String,
    #[prost(int32, tag = "2")]
    pub(crate) cpu_cores: i32,
    #[prost(int64, tag = "3")]
    pub(crate) memory_mb: i64,
    #[prost(bytes = "bytes", optional, tag = "4")]
    pub(crate) additional: Option<Bytes>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ResourceUsage {
    #[prost(float, tag = "1")]
    pub(crate) cpu_percent: f32,
    #[prost(int64, tag = "2")]
    pub(crate) memory_used_mb: i64,
    #[prost(float, tag = "3")]
    pub(crate) gpu_utilization: f32,
    #[prost(bytes = "bytes", optional, tag = "4")]
    pub(crate) additional: Option<Bytes>,
}

/// A file that belongs to a task or to its result.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Serialize)]
pub struct FileInfo {
    /// Id of the stored file, a UUIDv4 for uploads.
    #[prost(string, tag = "1")]
    pub file_id: String,
    /// Original name.
    #[prost(string, tag = "2")]
    pub filename: String,
    /// MIME type.
    #[prost(string, tag = "3")]
    pub content_type: String,
    /// Size in bytes.
    #[prost(int64, tag = "4")]
    pub size: i64,
    /// Relative path of local storage, or an absolute URL.
    #[prost(string, tag = "5")]
    pub storage_url: String,
}
