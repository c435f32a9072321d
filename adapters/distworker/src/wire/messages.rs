//! The messages of the protocol, field by field (DistWorker sheet, section 2).
//!
//! Written by hand for `prost`'s derive, so that building needs no `protoc`. Fields whose type on
//! the wire is `google.protobuf.Struct` are kept as the bytes of that message: `Struct` and
//! `bytes` look the same on the wire, and the bytes are read only by whoever asks for them, with
//! [`crate::structs`]. They share memory with the received frame.

use bytes::Bytes;

/// What a message is; the `type` field of the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum MessageType {
    /// No type was given; receivers treat it as unknown.
    Unspecified = 0,
    /// Worker to controller: the signed registration.
    WorkerRegister = 2,
    /// Controller to worker: the registration was accepted.
    WorkerRegisterResponse = 3,
    /// Worker to controller: health and usage.
    Heartbeat = 9,
    /// Controller to worker: a task to do.
    TaskAssign = 10,
    /// Worker to controller: how far a task is.
    TaskProgress = 11,
    /// Worker to controller: a task succeeded.
    TaskComplete = 12,
    /// Worker to controller: a task failed.
    TaskFailed = 13,
}

/// How a worker says it is doing. It does not influence which tasks it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum WorkerHealth {
    /// Not given; the controller shows such a worker with status `error`.
    Unspecified = 0,
    /// Working normally.
    Up = 1,
    /// Not working.
    Down = 2,
    /// Working, with trouble; the controller shows such a worker with status `error`.
    Warn = 3,
}

/// The envelope: one binary WebSocket message holds exactly one.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Envelope {
    #[prost(enumeration = "MessageType", tag = "1")]
    pub(super) r#type: i32,
    #[prost(oneof = "Payload", tags = "2, 3, 9, 10, 11, 12, 13")]
    pub(super) payload: Option<Payload>,
}

/// The payload; its field number always equals the number of the message type.
#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum Payload {
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

/// The registration as it goes over the wire: the signed bytes and their signature.
#[derive(Clone, PartialEq, prost::Message)]
pub struct WorkerRegister {
    /// A serialized [`SignedWorkerRegister`]. The signature is over exactly these bytes.
    #[prost(bytes = "bytes", tag = "1")]
    pub data: Bytes,
    /// HMAC-SHA256, 32 raw bytes; see [`crate::auth`].
    #[prost(bytes = "bytes", tag = "2")]
    pub signature: Bytes,
}

/// What a registration says.
#[derive(Clone, PartialEq, prost::Message)]
pub struct SignedWorkerRegister {
    /// The name of a provisioner in the configuration of the controller.
    #[prost(string, tag = "1")]
    pub provisioner_name: String,
    /// Empty for a static worker; otherwise the id that the controller gave.
    #[prost(string, tag = "2")]
    pub worker_id: String,
    /// UTC, `YYYYMMDDTHHMMSSZ`, 16 characters; at most 5 minutes off the controller's clock.
    #[prost(string, tag = "3")]
    pub date: String,
    /// The machine; ignored for a worker with an id.
    #[prost(message, optional, tag = "4")]
    pub resource_info: Option<ResourceInfo>,
}

/// The controller accepted the registration. It does not tell the worker its id.
#[derive(Clone, Copy, PartialEq, Eq, Hash, prost::Message)]
pub struct WorkerRegisterResponse {
    /// After how many seconds without a task the worker is asked to end; 0 = never.
    #[prost(int32, tag = "10")]
    pub idle_time: i32,
}

/// Health and usage, sent at an interval.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Heartbeat {
    /// Milliseconds since the Unix epoch; 0 = not given.
    #[prost(int64, tag = "1")]
    pub timestamp: i64,
    /// A [`WorkerHealth`].
    #[prost(enumeration = "WorkerHealth", tag = "2")]
    pub health: i32,
    /// What the worker uses.
    #[prost(message, optional, tag = "3")]
    pub resource_usage: Option<ResourceUsage>,
}

/// A task to do.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TaskAssign {
    /// A UUIDv7 as text. The same id comes again when the controller retries.
    #[prost(string, tag = "1")]
    pub task_id: String,
    /// The queue of the task: the name of the job.
    #[prost(string, tag = "2")]
    pub queue: String,
    /// Encoded `Struct`; `None` when the submitter gave no metadata.
    #[prost(bytes = "bytes", optional, tag = "3")]
    pub metadata: Option<Bytes>,
    /// Encoded `Struct`; `None` when the submitter gave no input.
    #[prost(bytes = "bytes", optional, tag = "4")]
    pub input: Option<Bytes>,
    /// How long the task may take, in milliseconds; 0 = no limit. Nobody but the worker enforces it.
    #[prost(int64, tag = "5")]
    pub timeout_ms: i64,
    /// Files that belong to the task.
    #[prost(message, repeated, tag = "6")]
    pub files: Vec<FileInfo>,
}

/// How far a task is.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TaskProgress {
    /// The task.
    #[prost(string, tag = "1")]
    pub task_id: String,
    /// 0.0 to 1.0 by the schema; nobody checks or stores it.
    #[prost(float, tag = "2")]
    pub progress: f32,
    /// Text for people; not stored.
    #[prost(string, tag = "3")]
    pub message: String,
    /// Encoded `Struct`; passed to whoever streams the task.
    #[prost(bytes = "bytes", optional, tag = "4")]
    pub data: Option<Bytes>,
}

/// A task succeeded.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TaskComplete {
    /// The task.
    #[prost(string, tag = "1")]
    pub task_id: String,
    /// Encoded `Struct`; `None` = no result.
    #[prost(bytes = "bytes", optional, tag = "2")]
    pub result: Option<Bytes>,
    /// Files that the task made; stored as given.
    #[prost(message, repeated, tag = "3")]
    pub result_files: Vec<FileInfo>,
}

/// A task failed.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TaskFailed {
    /// The task.
    #[prost(string, tag = "1")]
    pub task_id: String,
    /// Free text, by custom in capitals: `HANDLER_ERROR`, `TIMEOUT`, `NO_HANDLER`, …
    #[prost(string, tag = "2")]
    pub error_code: String,
    /// Text for people.
    #[prost(string, tag = "3")]
    pub error_message: String,
    /// Encoded `Struct`.
    #[prost(bytes = "bytes", optional, tag = "4")]
    pub error_details: Option<Bytes>,
}

/// The machine of a worker, told at registration.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ResourceInfo {
    /// Host name.
    #[prost(string, tag = "1")]
    pub hostname: String,
    /// Logical processors.
    #[prost(int32, tag = "2")]
    pub cpu_cores: i32,
    /// Memory in MiB.
    #[prost(int64, tag = "3")]
    pub memory_mb: i64,
    /// Encoded `Struct`; the controller shows its keys beside the three above and lets them win.
    #[prost(bytes = "bytes", optional, tag = "4")]
    pub additional: Option<Bytes>,
}

/// What a worker uses, told in heartbeats.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ResourceUsage {
    /// 0 to 100.
    #[prost(float, tag = "1")]
    pub cpu_percent: f32,
    /// MiB.
    #[prost(int64, tag = "2")]
    pub memory_used_mb: i64,
    /// 0 to 100.
    #[prost(float, tag = "3")]
    pub gpu_utilization: f32,
    /// Encoded `Struct`.
    #[prost(bytes = "bytes", optional, tag = "4")]
    pub additional: Option<Bytes>,
}

/// A file of a task. [`crate::files::FileInfo`] is the form for users.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub struct FileInfo {
    /// A UUIDv4 for uploads.
    #[prost(string, tag = "1")]
    pub file_id: String,
    /// The original name; it comes from the submitter, so it may be a path.
    #[prost(string, tag = "2")]
    pub filename: String,
    /// MIME type.
    #[prost(string, tag = "3")]
    pub content_type: String,
    /// Bytes.
    #[prost(int64, tag = "4")]
    pub size: i64,
    /// A relative path in the controller's storage, or an absolute URL.
    #[prost(string, tag = "5")]
    pub storage_url: String,
}
