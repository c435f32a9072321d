//! Messages as the vectors show them: protobuf JSON with the original field names, 64-bit integers
//! as text, defaults left out. `Struct` fields go through `prost_types`, which shares no code with
//! this crate.

use bytes::Bytes;
use journeyman_distworker::wire::{self, Message, MessageType, WorkerHealth};
use prost::Message as _;
use prost_types::value::Kind;
use prost_types::{Struct, Value as ProtoValue};
use serde_json::{Map, Value, json};

use super::support::hex;

pub(crate) fn message(message: &Message) -> Value {
    let (name, payload) = match message {
        Message::WorkerRegister(m) => ("worker_register", register(m)),
        Message::RegisterResponse(m) => {
            ("worker_register_response", Fields::default().number("idle_time", m.idle_time).done())
        }
        Message::Heartbeat(m) => ("heartbeat", heartbeat(m)),
        Message::TaskAssign(m) => (
            "task_assign",
            Fields::default()
                .text("task_id", &m.task_id)
                .text("queue", &m.queue)
                .object("metadata", m.metadata.as_ref())
                .object("input", m.input.as_ref())
                .long("timeout_ms", m.timeout_ms)
                .files("files", &m.files)
                .done(),
        ),
        Message::TaskProgress(m) => (
            "task_progress",
            Fields::default()
                .text("task_id", &m.task_id)
                .float("progress", m.progress)
                .text("message", &m.message)
                .object("data", m.data.as_ref())
                .done(),
        ),
        Message::TaskComplete(m) => (
            "task_complete",
            Fields::default()
                .text("task_id", &m.task_id)
                .object("result", m.result.as_ref())
                .files("result_files", &m.result_files)
                .done(),
        ),
        Message::TaskFailed(m) => (
            "task_failed",
            Fields::default()
                .text("task_id", &m.task_id)
                .text("error_code", &m.error_code)
                .text("error_message", &m.error_message)
                .object("error_details", m.error_details.as_ref())
                .done(),
        ),
        other => panic!("no JSON for {other:?}"),
    };
    let message_type = message.message_type().map(MessageType::as_str_name);
    json!({ "type": message_type, name: payload })
}

fn register(m: &wire::WorkerRegister) -> Value {
    let signed = wire::decode_signed(m.data.clone()).ok();
    json!({
        "data_hex": hex(&m.data),
        "signature_hex": hex(&m.signature),
        "data_decoded": signed.map(|signed| {
            let mut fields = Fields::default()
                .text("provisioner_name", &signed.provisioner_name)
                .text("worker_id", &signed.worker_id)
                .text("date", &signed.date);
            if let Some(info) = signed.resource_info {
                let info = Fields::default()
                    .text("hostname", &info.hostname)
                    .number("cpu_cores", info.cpu_cores)
                    .long("memory_mb", info.memory_mb)
                    .object("additional", info.additional.as_ref())
                    .done();
                fields.0.insert("resource_info".to_owned(), info);
            }
            fields.done()
        }),
    })
}

fn heartbeat(m: &wire::Heartbeat) -> Value {
    let mut fields = Fields::default().long("timestamp", m.timestamp);
    let health = match WorkerHealth::try_from(m.health).expect("a known health") {
        WorkerHealth::Unspecified => "",
        WorkerHealth::Up => "WORKER_HEALTH_UP",
        WorkerHealth::Down => "WORKER_HEALTH_DOWN",
        WorkerHealth::Warn => "WORKER_HEALTH_WARN",
    };
    fields = fields.text("health", health);
    if let Some(usage) = &m.resource_usage {
        let usage = Fields::default()
            .float("cpu_percent", usage.cpu_percent)
            .long("memory_used_mb", usage.memory_used_mb)
            .float("gpu_utilization", usage.gpu_utilization)
            .object("additional", usage.additional.as_ref())
            .done();
        fields.0.insert("resource_usage".to_owned(), usage);
    }
    fields.done()
}

/// An object in which a field that has its default is absent.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(mut self, name: &str, is_default: bool, value: impl Into<Value>) -> Self {
        if !is_default {
            self.0.insert(name.to_owned(), value.into());
        }
        self
    }

    fn text(self, name: &str, text: &str) -> Self {
        self.put(name, text.is_empty(), text)
    }

    fn number(self, name: &str, number: i32) -> Self {
        self.put(name, number == 0, number)
    }

    fn long(self, name: &str, number: i64) -> Self {
        self.put(name, number == 0, number.to_string())
    }

    fn float(self, name: &str, number: f32) -> Self {
        // By way of its shortest text, as protobuf JSON has it: 0.1 and not 0.10000000149.
        let double: f64 = number.to_string().parse().expect("a number");
        self.put(name, number == 0.0, double)
    }

    fn object(self, name: &str, bytes: Option<&Bytes>) -> Self {
        let value = bytes.map_or(Value::Null, |bytes| {
            object(&Struct::decode(bytes.clone()).expect("an encoded Struct"))
        });
        self.put(name, bytes.is_none(), value)
    }

    fn files(self, name: &str, files: &[wire::FileInfo]) -> Self {
        let values: Vec<Value> = files
            .iter()
            .map(|file| {
                Self::default()
                    .text("file_id", &file.file_id)
                    .text("filename", &file.filename)
                    .text("content_type", &file.content_type)
                    .long("size", file.size)
                    .text("storage_url", &file.storage_url)
                    .done()
            })
            .collect();
        self.put(name, files.is_empty(), values)
    }

    fn done(self) -> Value {
        Value::Object(self.0)
    }
}

pub(crate) fn object(fields: &Struct) -> Value {
    Value::Object(fields.fields.iter().map(|(key, value)| (key.clone(), any(value))).collect())
}

fn any(value: &ProtoValue) -> Value {
    match value.kind.as_ref().expect("a value with a kind") {
        Kind::NullValue(_) => Value::Null,
        Kind::NumberValue(number) => json!(number),
        Kind::StringValue(text) => json!(text),
        Kind::BoolValue(value) => json!(value),
        Kind::StructValue(fields) => object(fields),
        Kind::ListValue(list) => Value::Array(list.values.iter().map(any).collect()),
    }
}

/// The same with every number as a double: the vectors write `1` and `1.0` for the same.
pub(crate) fn doubles(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64().expect("a double")),
        Value::Array(items) => Value::Array(items.iter().map(doubles).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(key, value)| (key.clone(), doubles(value))).collect())
        }
        other => other.clone(),
    }
}
